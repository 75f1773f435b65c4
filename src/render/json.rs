//! JSON as all formats write it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::visible::is_hidden;

/// Indented, with a line break at the end, and safe to look at: what would be hidden in a terminal or a log, or would
/// hide something there, is written as an escape.
pub(super) fn write(value: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(value).expect("no document has a map with keys other than text");
    let mut out = String::with_capacity(json.len() + 1);
    let mut rest = json.as_str();
    // All that is below is plain: control characters are escaped already, and the line breaks are ours.
    while let Some(at) = rest.bytes().position(|it| it >= 0x7f) {
        out.push_str(&rest[..at]);
        let mut after = rest[at..].chars();
        match after.next() {
            Some(it) if is_hidden(it) => {
                for unit in it.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            other => out.extend(other),
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out.push('\n');
    out
}

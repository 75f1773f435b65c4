//! CSV by RFC 4180: for spreadsheets. Programs read JSON.

use crate::visible::visible;

/// Writes one line.
pub(super) fn line<const N: usize>(out: &mut String, cells: &[String; N]) {
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A name, in quotes where it needs them.
///
/// People choose their own names, and whoever opens the list trusts it. So a name that a spreadsheet would compute as a
/// formula begins with a `'`, which makes it text. Control characters, line breaks among them, are written out.
pub(super) fn cell(name: &str) -> String {
    let name = visible(name);
    let formula = name.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let name = if formula { format!("'{name}") } else { name.into_owned() };
    if name.contains(['"', ',']) || name.trim() != name { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

//! Where lines of the files can be seen: on the forge that has the commit.

use std::fmt::Write as _;

use crate::diagnostic::Span;

/// Addresses of the files of two commits, as GitHub and GitLab have them: what is appended is the path and the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forge {
    /// Of the files that are shown, e.g. `https://github.com/o/r/blob/1a2b3c/access/`.
    pub files: Box<str>,
    /// Of those before a change, if there is one.
    pub before: Option<Box<str>>,
}

/// The address of a line; nothing for what lies in no commit: standard input, options, other places of the machine.
pub(super) fn address(files: &str, span: &Span) -> Option<String> {
    let path = path(&span.file).filter(|it| !it.starts_with('/') && !it.split('/').any(|part| part == ".."))?;
    Some(format!("{files}{}#L{}", encoded(path), span.line))
}

/// The path as a repository has it; `None` for what is no file: standard input, the command line.
pub(super) fn path(file: &str) -> Option<&str> {
    let file = file.strip_prefix("./").unwrap_or(file);
    (!file.starts_with(['<', '-'])).then_some(file)
}

/// A path in a URI (RFC 3986): all that is not plain is written as its bytes, a colon too, since what is before one would
/// be a scheme.
pub(super) fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

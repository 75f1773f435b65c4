//! Text of the files, as messages show it.

use std::fmt;

/// How many characters of a text are shown.
const SHOWN: usize = 80;

/// In backticks, on one line, and cut where it is long: a file may hold names of any length.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'t>(pub(super) &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars();
        f.write_str("`")?;
        for it in chars.by_ref().take(SHOWN) {
            if it.is_control() { write!(f, "{}", it.escape_default())? } else { write!(f, "{it}")? }
        }
        f.write_str(if chars.next().is_some() { "…`" } else { "`" })
    }
}

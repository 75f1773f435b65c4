//! Text of the files, as messages show it.

use std::fmt;

use crate::visible::unhidden;

/// How many characters of a text are shown.
const SHOWN: usize = 80;

/// In backticks, on one line, and cut where it is long: a file may hold names of any length.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'t>(pub(super) &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, end) = match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => (&self.0[..end], "…"),
            None => (self.0, ""),
        };
        write!(f, "`{}{end}`", unhidden(shown, &[]))
    }
}

//! When the server ends a link by itself.

use jiff::Timestamp;

/// When the server ends a link by itself: of two ends the later one is the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// At this instant, which is in whole microseconds: the server keeps no more of it.
    At(Timestamp),
    /// Never.
    Never,
}

impl End {
    /// The end at an instant, or none.
    pub fn new(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Never, |at| Self::At(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)))
    }

    /// The instant; `None`: never.
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Never => None,
        }
    }
}

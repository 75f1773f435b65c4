//! Who is concerned, in words.

use std::fmt;

use serde::{Serialize, Serializer};

/// Who has which role where, e.g. `carol: admin on cluster-a`. Logs and programs get usernames; the page, which only those
/// can reach who may know, also says what people are called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wording {
    /// With usernames.
    pub plain: String,
    /// With full names beside them.
    pub named: String,
}

impl Wording {
    /// Both with the same words around them.
    #[must_use]
    pub fn map(&self, words: impl Fn(&str) -> String) -> Self {
        let Self { plain, named } = self;
        Self { plain: words(plain), named: words(named) }
    }
}

impl<T: Into<String>> From<T> for Wording {
    fn from(text: T) -> Self {
        let plain = text.into();
        Self { named: plain.clone(), plain }
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.plain)
    }
}

impl Serialize for Wording {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain)
    }
}

//! A short name for exactly one held set.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::binding::{Binding, Link};

const PREFIX: &str = "held-";
/// Lower-case base32 as in RFC 4648.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// So many letters and digits hold 128 bits.
const LETTERS: usize = 26;

/// Names a held set: the server, and every step in it; nothing else.
///
/// It is `held-` and 26 letters and digits, 128 bits: whoever writes the files cannot search for two sets with one digest,
/// and nobody takes it for a UUID or a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Digest(Box<str>);

/// Why a text is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADigest {
    /// 16 hex digits, as earlier versions printed them.
    #[error("a digest of an earlier version")]
    Old,
    /// Anything else.
    #[error("not a digest")]
    Malformed,
}

impl Digest {
    /// The digest of removals: their links, in any order.
    pub fn of<'a>(server: &str, links: impl IntoIterator<Item = &'a Link>) -> Self {
        let mut links: Vec<_> = links.into_iter().collect();
        links.sort_unstable();
        let parts = links.into_iter().flat_map(|Link { id, binding: Binding { resource, role, user }, .. }| {
            [id.as_bytes(), resource.as_bytes(), role.as_bytes(), user.as_bytes()]
        });
        Self::new(server, "remove", parts)
    }

    /// The digest of creations: their bindings, in any order.
    pub fn of_creations<'a>(server: &str, bindings: impl IntoIterator<Item = &'a Binding>) -> Self {
        let mut bindings: Vec<_> = bindings.into_iter().collect();
        bindings.sort_unstable();
        let parts = bindings
            .into_iter()
            .flat_map(|Binding { resource, role, user }| [resource.as_bytes(), role.as_bytes(), user.as_bytes()]);
        Self::new(server, "create", parts)
    }

    fn new<'a>(server: &str, what: &str, parts: impl Iterator<Item = &'a [u8; 16]>) -> Self {
        let mut hash = Sha256::new();
        // Neither text holds a zero, so that no set of one kind is one of another.
        for text in [server, what] {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        parts.for_each(|it| hash.update(it));
        let hash = hash.finalize();
        let bits = u128::from_be_bytes(std::array::from_fn(|at| hash[at]));
        // Five bits a letter from the left; two zeros fill up the last one.
        let letter = |at: usize| {
            let rest = bits.rotate_left(u32::try_from(5 * at).unwrap_or_default());
            let five = if at + 1 < LETTERS { rest >> 123 } else { rest >> 125 << 2 };
            char::from(ALPHABET[usize::try_from(five).unwrap_or_default()])
        };
        Self(PREFIX.chars().chain((0..LETTERS).map(letter)).collect::<String>().into())
    }

    /// Reads one as it was printed, in either case.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let lower = text.to_ascii_lowercase();
        let is_one = |it: &str| it.len() == LETTERS && it.bytes().all(|it| ALPHABET.contains(&it));
        match lower.strip_prefix(PREFIX) {
            Some(letters) if is_one(letters) => Ok(Self(lower.into())),
            None if text.len() == 16 && text.bytes().all(|it| it.is_ascii_hexdigit()) => Err(NotADigest::Old),
            _ => Err(NotADigest::Malformed),
        }
    }
}

/// From a saved plan. One of an earlier version can still be shown, and approves nothing any more.
impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match Self::parse(&text) {
            Err(NotADigest::Old) => Ok(Self(text.into())),
            other => other.map_err(|why| format!("`{text}` is {why}")),
        }
    }
}

impl NotADigest {
    /// What to do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Old => "run `plan` again, look at what is held, and copy the new digest; it begins with `held-`",
            Self::Malformed => "copy the digest that `plan` prints: `held-` and 26 letters and digits",
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

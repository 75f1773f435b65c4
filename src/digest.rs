//! A short name for exactly one held set.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
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
    /// The digest of removals: their links, in any order, each with its new end if it only ends earlier.
    pub fn of(server: &str, removals: impl IntoIterator<Item = (Link, Option<Timestamp>)>) -> Self {
        let (mut removed, mut ending) = (BTreeSet::new(), BTreeSet::new());
        for (link, end) in removals {
            match end {
                None => removed.insert(row(&link)),
                Some(end) => ending.insert((row(&link), instant(Some(end)))),
            };
        }
        Self::new(server, "remove", removed.into_iter().flatten().chain(ends(ending)))
    }

    /// The digest of creations: their bindings, in any order, and links that get a later end, with that.
    pub fn of_creations<'a>(
        server: &str,
        bindings: impl IntoIterator<Item = &'a Binding>,
        lasting: impl IntoIterator<Item = (Link, Option<Timestamp>)>,
    ) -> Self {
        let created: BTreeSet<_> = bindings.into_iter().map(parts).collect();
        let lasting = lasting.into_iter().map(|(link, end)| (row(&link), instant(end))).collect();
        Self::new(server, "create", created.into_iter().flatten().chain(ends(lasting)))
    }

    fn new(server: &str, what: &str, parts: impl Iterator<Item = [u8; 16]>) -> Self {
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

type Part = [u8; 16];

fn parts(Binding { resource, role, user }: &Binding) -> [Part; 3] {
    [*resource.as_bytes(), *role.as_bytes(), *user.as_bytes()]
}

fn row(Link { id, binding, .. }: &Link) -> [Part; 4] {
    let [resource, role, user] = parts(binding);
    [*id.as_bytes(), resource, role, user]
}

fn instant(at: Option<Timestamp>) -> Part {
    at.map_or([u8::MAX; 16], |at| at.as_nanosecond().to_be_bytes())
}

/// Rows with their ends, after what is no id: so that none of them is read as one that is created or removed.
fn ends(rows: BTreeSet<([Part; 4], Part)>) -> impl Iterator<Item = Part> {
    let mark = (!rows.is_empty()).then_some([0; 16]);
    mark.into_iter().chain(rows.into_iter().flat_map(|(row, end)| row.into_iter().chain([end])))
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

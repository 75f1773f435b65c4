//! A short name for exactly one set of held removals.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::binding::{Binding, Link};

/// Names a held set: the server, and the id, resource, role and user of every link in it; nothing else.
///
/// It is 16 hex digits: enough that no two sets are ever mistaken for each other, short enough to be pasted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Digest(String);

impl Digest {
    /// The digest of a set; the order does not matter.
    pub fn of<'a>(server: &str, links: impl IntoIterator<Item = &'a Link>) -> Self {
        let mut links: Vec<_> = links.into_iter().collect();
        links.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(server.as_bytes());
        hash.update([0]);
        for Link { id, binding: Binding { resource, role, user } } in links {
            for part in [id.as_bytes(), resource.as_bytes(), role.as_bytes(), user.as_bytes()] {
                hash.update(part);
            }
        }
        let hash = hash.finalize();
        let first: [u8; 8] = std::array::from_fn(|at| hash[at]);
        Self(format!("{:016x}", u64::from_be_bytes(first)))
    }

    /// Reads one as it was printed; `None` if it is not 16 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|it| it.is_ascii_hexdigit());
        digits.then(|| Self(text.to_ascii_lowercase()))
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no digest"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

//! Who may ask for a pass.

use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest as _, Sha256};

/// A file that holds the token which whoever asks for a pass has to show.
///
/// It is read for each ask, so that a new one counts at once. The token itself is kept nowhere.
#[derive(Debug, Clone)]
pub struct SyncToken(PathBuf);

impl SyncToken {
    /// # Errors
    /// If the file cannot be read, or there is no token in it.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let token = Self(path.to_owned());
        match token.read()? {
            Some(_) => Ok(token),
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "the file is empty")),
        }
    }

    /// Whether this is the token. It may block for as long as a small file takes to read.
    ///
    /// Digests are compared, and all of them: the time it takes says nothing about how much of a guess is right.
    pub(super) fn is(&self, shown: &str) -> bool {
        let Ok(Some(right)) = self.read() else { return false };
        let pairs = right.iter().zip(Sha256::digest(shown.as_bytes()));
        pairs.fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }

    /// The digest of what is in the file, if there is something.
    fn read(&self) -> io::Result<Option<[u8; 32]>> {
        let text = fs::read_to_string(&self.0)?;
        let token = text.trim();
        Ok((!token.is_empty()).then(|| Sha256::digest(token.as_bytes()).into()))
    }
}

//! Who may ask for a pass.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// No token is nearly as long, in bytes. What never ends, like a device, would otherwise be read until memory is full.
const MOST: u64 = 64 << 10;

/// The token which whoever asks for a pass has to show, by its digest. The token itself is kept nowhere.
#[derive(Debug, Clone)]
pub struct SyncToken(Source);

#[derive(Debug, Clone)]
enum Source {
    /// A file, read for each ask, so that a new token counts at once.
    File(PathBuf),
    /// What a pipe held: it can be read only once.
    Pipe([u8; 32]),
}

impl SyncToken {
    /// Reads it. Whoever writes a pipe is waited for, for as long as the patience lasts.
    ///
    /// # Errors
    /// If the file cannot be read, or there is no token in it.
    pub fn in_file(path: &Path, patience: Duration) -> io::Result<Self> {
        let stream = is_stream(path);
        let digest = if stream { read_within(path, patience)? } else { read(path)? };
        let digest = digest.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the file is empty"))?;
        Ok(Self(if stream { Source::Pipe(digest) } else { Source::File(path.to_owned()) }))
    }

    /// Whether this is the token. It may block for as long as a small file takes to read.
    ///
    /// Digests are compared, and all of them: the time it takes says nothing about how much of a guess is right.
    pub(super) fn is(&self, shown: &str) -> bool {
        let right = match &self.0 {
            Source::Pipe(digest) => Some(*digest),
            // Whoever put a pipe in the place of the file would make us wait for its writer.
            Source::File(path) if is_stream(path) => None,
            Source::File(path) => read(path).ok().flatten(),
        };
        let Some(right) = right else { return false };
        let pairs = right.iter().zip(Sha256::digest(shown.as_bytes()));
        pairs.fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }
}

/// Whether a path leads to something that can be read only once.
fn is_stream(path: &Path) -> bool {
    path.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// Reads a pipe, whose writer may never come.
fn read_within(path: &Path, patience: Duration) -> io::Result<Option<[u8; 32]>> {
    let (tell, told) = mpsc::channel();
    let path = path.to_owned();
    std::thread::spawn(move || tell.send(read(&path)));
    let late = || io::Error::new(io::ErrorKind::TimedOut, "nothing wrote a token to it in time");
    told.recv_timeout(patience).unwrap_or_else(|_| Err(late()))
}

/// The digest of what is in the file, if there is something.
fn read(path: &Path) -> io::Result<Option<[u8; 32]>> {
    let mut text = String::new();
    File::open(path)?.take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too long for a token"));
    }
    let token = text.trim();
    Ok((!token.is_empty()).then(|| Sha256::digest(token.as_bytes()).into()))
}

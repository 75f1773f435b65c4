//! Files that are written: a regular one is replaced as a whole, and anything else stays what it is.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// As many symlinks as Linux follows on the way to one file.
const LINKS: usize = 40;
/// What is written to find out whether anything can be.
const PROBE: [u8; 4096] = [0; 4096];

/// A file that is going to be written.
#[derive(Debug)]
pub struct OutFile(Destination);

#[derive(Debug)]
enum Destination {
    /// The file at the end of all symlinks. It is replaced as a whole, and only its owner may read the new one.
    Regular(PathBuf),
    /// A device, a pipe or the like. It is kept open: a pipe that is closed and opened again has lost its reader.
    Special(File),
}

impl OutFile {
    /// Finds out what a path leads to and whether it can be written, and changes nothing. Waits for the reader of a pipe.
    ///
    /// # Errors
    /// If it is a directory, or nothing can be written there.
    pub fn open(path: &Path) -> io::Result<Self> {
        let target = follow(path)?;
        match target.metadata() {
            Ok(it) if it.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
            // An open file that the system shows as a path, like `/dev/stdout`, may be a regular one.
            Ok(it) if !it.is_file() || is_open(&target) => {
                OpenOptions::new().append(true).open(&target).map(|it| Self(Destination::Special(it)))
            }
            Ok(_) => Self::regular(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::regular(target),
            Err(error) => Err(error),
        }
    }

    fn regular(target: PathBuf) -> io::Result<Self> {
        let mut probe = NamedTempFile::new_in(folder(&target))?;
        probe.write_all(&PROBE)?;
        Ok(Self(Destination::Regular(target)))
    }

    /// Writes it. After a crash, a regular file is the old one or the new one.
    ///
    /// # Errors
    /// If it can't be written; then a regular file is as it was.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match &self.0 {
            Destination::Special(file) => {
                let mut file = file;
                file.write_all(bytes).and_then(|()| file.flush())
            }
            Destination::Regular(target) => {
                let folder = folder(target);
                let mut new = NamedTempFile::new_in(folder)?;
                new.write_all(bytes)?;
                new.as_file().sync_all()?;
                new.persist(target)?;
                // The new name is on disk only when the directory is.
                File::open(folder)?.sync_all()
            }
        }
    }
}

/// The file that a path leads to at the end of all symlinks, whether it exists or not.
///
/// # Errors
/// If they lead in a circle, or its folder can't be entered.
pub fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut here = std::path::absolute(path)?;
    for _ in 0..LINKS {
        match fs::read_link(&here) {
            // What an open file is shown as need not be its path.
            Ok(_) if is_open(&here) => return Ok(here),
            Ok(target) => here = folder(&here).join(target),
            Err(_) => return in_folder(&here),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The same file by the real path of its folder, so that one file has one path.
fn in_folder(path: &Path) -> io::Result<PathBuf> {
    let Some(name) = path.file_name() else { return Ok(path.to_owned()) };
    match folder(path).canonicalize() {
        Ok(folder) => Ok(folder.join(name)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(error),
    }
}

/// Whether a path stands for a file that a process has open.
fn is_open(path: &Path) -> bool {
    let folder = folder(path);
    folder.file_name() == Some(&OsString::from("fd")) && (folder.starts_with("/proc") || folder.starts_with("/dev"))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

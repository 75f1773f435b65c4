//! The only writer of a journal: a file that is only appended to, by one process at a time.

use std::borrow::Cow;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::journal::{Entry, Line, LineHash, Newer, Tail};

/// So much of the end of a file is read at first to find its last two lines.
const END: u64 = 64 * 1024;

/// A journal that is open for writing. It is locked: no other process can write to it.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    state: Mutex<State>,
}

/// Takes secrets out of a line.
pub type Clean = fn(&str) -> Cow<'_, str>;

#[derive(Debug)]
struct State {
    /// `None` after a write failed: then the end of the file is looked at again.
    open: Option<Open>,
    last: LineHash,
    problem: Option<String>,
    clean: Clean,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Device and inode: after a rotation the path has others.
    id: (u64, u64),
}

/// Why a journal cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refuses it.
    #[error("cannot write the journal `{path}`: {error}")]
    Io {
        /// Where it is.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Another process has it.
    #[error("the journal `{0}` is in use by another process")]
    Locked(String),
    /// It is something else.
    #[error("`{0}` is not a journal")]
    Other(String),
    /// It is of a newer version.
    #[error("cannot write `{0}`: {1}")]
    Newer(String, Newer),
}

impl JournalError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Io { .. } => "free some space, or check the permissions of the file and its directory",
            Self::Locked(_) => "give each process a journal of its own",
            Self::Other(_) => "name a new file, or one that `--journal` has written",
            Self::Newer(..) => "use the newer build of grantsync, or name a new file",
        }
    }
}

impl JournalFile {
    /// Opens a journal, or begins one that only its owner can read. Every line passes through `clean`. A last line that was cut off is taken out.
    ///
    /// # Errors
    /// If it can never be written. If the disk is full, opening is tried again with each entry.
    pub fn open(path: &Path, now: Timestamp, clean: Clean) -> Result<Self, JournalError> {
        let mut state = State { open: None, last: LineHash::none(), problem: None, clean };
        match state.open(path, now) {
            Ok(()) => {}
            // Something may be in its way for a while: a full disk, for instance.
            Err(JournalError::Io { path, error }) if !is_lasting(&error) => {
                state.problem = Some(JournalError::Io { path, error }.to_string());
            }
            Err(error) => return Err(error),
        }
        Ok(Self { path: path.to_owned(), state: Mutex::new(state) })
    }

    /// Appends an entry, and returns once it is on disk.
    ///
    /// # Errors
    /// If it cannot be written; then nothing is, and the next entry is tried again.
    pub fn append(&self, now: Timestamp, entry: &Entry) -> Result<(), JournalError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let appended = state.append(&self.path, now, entry);
        state.problem = appended.as_ref().err().map(ToString::to_string);
        appended
    }

    /// The hash of the last line.
    pub fn last(&self) -> LineHash {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).last.clone()
    }

    /// Why the last entry could not be written, if it could not.
    pub fn problem(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).problem.clone()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl State {
    fn append(&mut self, path: &Path, now: Timestamp, entry: &Entry) -> Result<(), JournalError> {
        // Whoever rotates the file renames it. What is written next belongs into a new one.
        let is_same = |open: &Open| path.metadata().is_ok_and(|it| (it.dev(), it.ino()) == open.id);
        if !self.open.as_ref().is_some_and(is_same) {
            self.open(path, now)?;
        }
        self.write(now, entry.clone()).map_err(|error| io_error(path, error))
    }

    fn open(&mut self, path: &Path, now: Timestamp) -> Result<(), JournalError> {
        let io = |error| io_error(path, error);
        let shown = path.display().to_string();
        // A pipe would wait for its reader.
        if path.metadata().is_ok_and(|it| !it.is_file()) {
            return Err(JournalError::Other(shown));
        }
        self.open = None;
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(io)?;
        lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::Locked(shown.clone()),
            TryLockError::Error(error) => io(error),
        })?;
        let metadata = file.metadata().map_err(io)?;
        let (end, length) = end(&file, metadata.len()).map_err(io)?;
        let tail = Tail::of(&String::from_utf8_lossy(&end)).map_err(|it| JournalError::Newer(shown.clone(), it))?;
        let mut lost = None;
        match tail {
            Tail::Empty => {
                let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
                // The new name is on disk only when the directory is.
                File::open(folder).and_then(|it| it.sync_all()).map_err(io)?;
            }
            Tail::Whole(last) => self.last = last,
            Tail::WithoutBreak(last) => {
                (&file).write_all(b"\n").map_err(io)?;
                self.last = last;
            }
            Tail::Torn { last, lost: text } => {
                file.set_len(length - last_line(&end)).map_err(io)?;
                self.last = last.unwrap_or_else(|| self.last.clone());
                lost = Some(text);
            }
            Tail::Other => return Err(JournalError::Other(shown)),
        }
        self.open = Some(Open { file, id: (metadata.dev(), metadata.ino()) });
        if let Some(lost) = lost {
            self.write(now, Entry::Repaired { lost }).map_err(io)?;
        }
        Ok(())
    }

    fn write(&mut self, now: Timestamp, entry: Entry) -> io::Result<()> {
        let Some(Open { file, .. }) = &mut self.open else { return Err(io::Error::other("not open")) };
        let text = Line::new(now, self.last.clone(), entry).to_text()?;
        let text = (self.clean)(&text);
        let before = file.metadata()?.len();
        let written = file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // A part of the line may be there. If it can't be taken out now, that is done before the next write.
            let _ = file.set_len(before);
            self.open = None;
            return Err(error);
        }
        self.last = LineHash::of(&text);
        Ok(())
    }
}

/// Locks a file, patiently: a program that is just being started holds on to all open files for a moment.
fn lock(file: &File) -> Result<(), TryLockError> {
    const PATIENCE: Duration = Duration::from_secs(1);
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

fn is_lasting(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), IsADirectory | NotADirectory | NotFound | PermissionDenied | ReadOnlyFilesystem)
}

fn io_error(path: &Path, error: io::Error) -> JournalError {
    JournalError::Io { path: path.display().to_string(), error }
}

/// The end of a file from the beginning of a line on, with two lines at least if there are so many; and the length of the
/// file.
fn end(mut file: &File, length: u64) -> io::Result<(Vec<u8>, u64)> {
    let mut size = END;
    loop {
        let from = length.saturating_sub(size);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(size).read_to_end(&mut bytes)?;
        if from == 0 {
            return Ok((bytes, length));
        }
        // The first is the end of a line that began before.
        if bytes.split(|it| *it == b'\n').count() > 4 {
            let first = bytes.iter().position(|it| *it == b'\n').map_or(0, |it| it + 1);
            return Ok((bytes.split_off(first), length));
        }
        size *= 2;
    }
}

/// How many bytes the last line has, with its line break if it has one.
fn last_line(bytes: &[u8]) -> u64 {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let start = body.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
    u64::try_from(bytes.len() - start).unwrap_or_default()
}

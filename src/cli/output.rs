//! Where text goes: data to standard output, everything else to standard error.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;

/// Finds out whether data can be written, by writing none of it: the system refuses that, too, where it takes nothing.
///
/// # Errors
/// If it can't. A reader that has gone away is no reason, as below.
pub(super) fn ready() -> io::Result<()> {
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    match out.write(&[]) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Writes data. A reader that has gone away has seen enough: that is no error.
///
/// # Errors
/// If it can't be written for another reason, e.g. a full disk.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says something that is not data. Where nobody can hear it, it is not an error either.
pub(super) fn say(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Whether somebody sits in front of standard input and standard error.
pub(super) fn interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

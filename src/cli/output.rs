//! Where text goes: data to standard output, everything else to standard error.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

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

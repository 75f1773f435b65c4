//! Where text goes: data to standard output, everything else to standard error.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write as _};
use std::os::fd::AsFd;

use anstream::adapter::strip_str;
use terminal_size::{Width, terminal_size_of};

use super::secrets;
use crate::render::wrapped;
use crate::visible::{is_command, visible};

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
    let text = secrets::cut_out(text);
    let text = wrapped(&text, columns(&io::stdout()));
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says something that is not data. Where nobody can hear it, it is not an error either.
pub(super) fn say(text: &str) {
    let text = secrets::cut_out(text);
    let text = wrapped(&text, columns(&io::stderr()));
    let text = inert(&text);
    let mut err = anstream::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// How wide the terminal is, if it is one.
fn columns(stream: &(impl IsTerminal + AsFd)) -> Option<usize> {
    let (Width(width), _) = terminal_size_of(stream).filter(|_| stream.is_terminal())?;
    Some(usize::from(width))
}

/// Without lines that a CI service would obey. What is said here never is meant for one.
fn inert(text: &str) -> Cow<'_, str> {
    let is_obeyed = |line: &&str| is_command(&strip_str(line).to_string());
    if !text.lines().any(|it| is_obeyed(&it)) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |it| (it, "\n"));
        let shown = if is_obeyed(&line) { visible(&strip_str(line).to_string()).into_owned() } else { line.to_owned() };
        shown + end
    });
    Cow::Owned(lines.collect())
}

/// Whether somebody sits in front of standard input and standard error.
pub(super) fn interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

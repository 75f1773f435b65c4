//! The writer of the journal: one process, one file, whatever happened to the file before.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use grantsync::journal::{Entry, Journal, LineHash};
use grantsync::journal_file::{JournalError, JournalFile};
use jiff::Timestamp;
use tempfile::TempDir;

fn now() -> Timestamp {
    "2027-01-01T12:00:00Z".parse().unwrap()
}

fn open(path: &Path) -> Result<JournalFile, JournalError> {
    JournalFile::open(path, now(), |text| text.into())
}

/// An entry with a text of its own.
fn entry(text: &str) -> Entry {
    Entry::Repaired { lost: text.to_owned() }
}

fn write(path: &Path, texts: &[&str]) -> LineHash {
    let file = open(path).unwrap();
    for text in texts {
        file.append(now(), &entry(text)).unwrap();
    }
    file.last()
}

/// The texts of a journal whose chain is whole.
fn texts(path: &Path, previous: &LineHash) -> Vec<String> {
    let read = Journal::read(&fs::read_to_string(path).unwrap(), Some(previous)).unwrap();
    assert_eq!(read.faults, []);
    let text = |entry: Entry| if let Entry::Repaired { lost } = entry { lost } else { panic!("{entry:?}") };
    read.lines.into_iter().map(|(_, _, line)| text(line.entry)).collect()
}

#[test]
fn only_the_owner_can_read_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    write(&path, &["a"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn it_goes_on_where_it_ended() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    write(&path, &["a", "b"]);
    let last = write(&path, &["c"]);
    assert_eq!(texts(&path, &LineHash::none()), ["a", "b", "c"]);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(LineHash::of(text.lines().last().unwrap()), last);
}

#[test]
fn a_second_process_is_kept_out() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let first = open(&path).unwrap();
    let error = open(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("the journal `{}` is in use by another process", path.display()));
    drop(first);
    open(&path).unwrap();
}

#[test]
fn wherever_the_last_line_is_cut_off_the_journal_is_repaired() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    write(&path, &["a", "b\u{e9}"]);
    let text = fs::read(&path).unwrap();
    let second = 1 + text.iter().position(|it| *it == b'\n').unwrap();
    for cut in second..text.len() {
        fs::write(&path, &text[..cut]).unwrap();
        write(&path, &["c"]);
        let texts = texts(&path, &LineHash::none());
        match cut {
            _ if cut == second => assert_eq!(texts, ["a", "c"]),
            _ if cut == text.len() - 1 => assert_eq!(texts, ["a", "b\u{e9}", "c"]),
            _ => assert_eq!(texts, ["a", &String::from_utf8_lossy(&text[second..cut]), "c"], "{cut}"),
        }
    }
}

#[test]
fn a_first_line_that_is_cut_off_is_repaired() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    write(&path, &["a"]);
    let text = fs::read(&path).unwrap();
    for cut in [1, 9, text.len() - 2] {
        fs::write(&path, &text[..cut]).unwrap();
        write(&path, &["c"]);
        assert_eq!(texts(&path, &LineHash::none()).len(), 2, "{cut}");
    }
}

#[test]
fn long_lines_are_found_from_the_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let long = "x".repeat(200_000);
    write(&path, &["a", &long, &long]);
    write(&path, &["b"]);
    assert_eq!(texts(&path, &LineHash::none()), ["a", &long, &long, "b"]);
}

#[test]
fn after_a_rotation_the_new_file_begins_where_the_old_one_ended() {
    let folder = TempDir::new().unwrap();
    let (path, old) = (folder.path().join("journal"), folder.path().join("journal.1"));
    let file = open(&path).unwrap();
    file.append(now(), &entry("a")).unwrap();
    let last = file.last();
    fs::rename(&path, &old).unwrap();
    file.append(now(), &entry("b")).unwrap();
    file.append(now(), &entry("c")).unwrap();
    assert_eq!(texts(&old, &LineHash::none()), ["a"]);
    assert_eq!(texts(&path, &last), ["b", "c"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(open(&path), Err(JournalError::Locked(_))), "the new file is locked, too");
}

#[test]
fn a_newer_journal_and_other_files_are_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    write(&path, &["a"]);
    let newer = fs::read_to_string(&path).unwrap().replacen("{\"v\":1", "{\"v\":2", 1);
    for (text, message) in [
        (newer.as_str(), "is of version 2 of the format, and this build reads version 1"),
        ("bindings: []\n", "is not a journal"),
    ] {
        fs::write(&path, text).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let error = open(folder.path()).unwrap_err();
    assert!(matches!(error, JournalError::Other(_)), "{error}");
    assert!(matches!(open(&folder.path().join("no/journal")), Err(JournalError::Io { .. })));
}

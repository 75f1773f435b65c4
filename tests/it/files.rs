//! Reading a set of files, as it stands on the disk.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use grantsync::diagnostic::Source;
use grantsync::reconcile::files::{self, FileOptions, FilesError, ReadFailure, Unreadable};
use tempfile::TempDir;

/// A directory with files of these texts, by their paths.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn read(paths: &[PathBuf]) -> Result<Vec<Source>, FilesError> {
    files::read(paths, &mut io::empty(), FileOptions::default())
}

/// The name of each source below the directory, and its text.
#[track_caller]
fn names(dir: &TempDir, paths: &[&str]) -> Vec<(String, String)> {
    let paths: Vec<_> = paths.iter().map(|it| dir.path().join(it)).collect();
    let sources = read(&paths).unwrap();
    let below = |name: &str| Path::new(name).strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned();
    sources.into_iter().map(|it| (below(&it.name), it.text)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn files_come_in_the_order_in_which_they_are_given() {
    let dir = tree(&[("b.yaml", "b"), ("a.txt", "a")]);
    assert_eq!(names(&dir, &["b.yaml", "a.txt"]), pairs(&[("b.yaml", "b"), ("a.txt", "a")]));
}

#[test]
fn a_directory_stands_for_all_yaml_below_it_by_name() {
    let dir = tree(&[
        ("d/b.yaml", "b"),
        ("d/a.yml", "a"),
        ("d/deep/er/c.yaml", "c"),
        ("d/z.YAML", "z"),
        ("d/README.md", "no"),
        ("d/yaml", "no"),
        ("d/old.yaml.bak", "no"),
        ("d/.hidden.yaml", "no"),
        ("d/.git/x.yaml", "no"),
    ]);
    let expected = pairs(&[("d/a.yml", "a"), ("d/b.yaml", "b"), ("d/deep/er/c.yaml", "c"), ("d/z.YAML", "z")]);
    assert_eq!(names(&dir, &["d"]), expected);
}

#[test]
fn what_is_reached_twice_is_read_once() {
    let dir = tree(&[("d/a.yaml", "a"), ("d/b.yaml", "b")]);
    symlink(dir.path().join("d/a.yaml"), dir.path().join("d/z.yaml")).unwrap();
    assert_eq!(names(&dir, &["d/b.yaml", "d", "d", "d/a.yaml"]), pairs(&[("d/b.yaml", "b"), ("d/a.yaml", "a")]));
}

#[test]
fn symlinks_are_followed_and_loops_are_not() {
    let dir = tree(&[("real/a.yaml", "a"), ("real/deep/b.yaml", "b")]);
    symlink("..", dir.path().join("real/deep/up")).unwrap();
    symlink("real", dir.path().join("link")).unwrap();
    assert_eq!(names(&dir, &["link"]), pairs(&[("link/a.yaml", "a"), ("link/deep/b.yaml", "b")]));
}

#[test]
fn a_mounted_config_map_is_read_through_its_symlinks() {
    let dir = tree(&[("..2027_01_01/grants.yaml", "x")]);
    symlink("..2027_01_01", dir.path().join("..data")).unwrap();
    symlink("..data/grants.yaml", dir.path().join("grants.yaml")).unwrap();
    assert_eq!(names(&dir, &[""]), pairs(&[("grants.yaml", "x")]));
}

#[test]
fn a_dash_is_standard_input_once() {
    let dir = tree(&[("a.yaml", "a")]);
    let paths = ["-".into(), dir.path().join("a.yaml"), "-".into()];
    let sources = files::read(&paths, &mut "bindings: []".as_bytes(), FileOptions::default()).unwrap();
    assert_eq!(sources.len(), 2);
    assert_eq!((&*sources[0].name, &*sources[0].text), ("<stdin>", "bindings: []"));
}

#[test]
fn standard_input_that_breaks_off_is_not_taken_for_a_short_file() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the pipe broke"))
        }
    }
    let error = files::read(&["-".into()], &mut Broken, FileOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read `-`: the pipe broke");
}

#[test]
fn everything_that_cannot_be_read_is_told_at_once() {
    let dir = tree(&[("empty/notes.txt", ""), ("ok.yaml", "bindings: []")]);
    symlink("nowhere", dir.path().join("dangling.yaml")).unwrap();
    let path = |it: &str| dir.path().join(it);
    let error = read(&[path("gone.yaml"), path("empty"), path("ok.yaml"), path("dangling.yaml")]).unwrap_err();
    let told = error.to_string().replace(dir.path().to_str().unwrap(), "…");
    let expected = [
        "no such file or directory: `…/gone.yaml`",
        "no YAML file in the directory: `…/empty`",
        "no such file or directory: `…/dangling.yaml`",
    ];
    assert_eq!(told, expected.join("\n"));
    assert!(error.help().is_some());
}

#[test]
fn a_dangling_symlink_in_a_directory_is_a_missing_file() {
    let dir = tree(&[("d/a.yaml", "a")]);
    symlink("nowhere", dir.path().join("d/b.yaml")).unwrap();
    symlink("nowhere", dir.path().join("d/notes.txt")).unwrap();
    let error = read(&[dir.path().join("d")]).unwrap_err();
    assert!(
        error.to_string().starts_with("no such file or directory") && error.to_string().contains("b.yaml"),
        "{error}"
    );
}

#[test]
fn a_dangling_symlink_that_may_stand_for_a_directory_is_one_that_is_missing() {
    for (name, target) in [("teams", "../moved"), ("team.d", "../moved"), ("2027.q1", "2027.q1")] {
        let dir = tree(&[("d/a.yaml", "a")]);
        symlink(target, dir.path().join("d").join(name)).unwrap();
        let error = read(&[dir.path().join("d")]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
        // Editors lock a file by a hidden one that points nowhere.
        fs::rename(dir.path().join("d").join(name), dir.path().join("d/.#a.yaml")).unwrap();
        assert_eq!(read(&[dir.path().join("d")]).unwrap().len(), 1, "{name}");
    }
}

#[test]
fn a_file_may_be_as_large_as_the_bound_and_no_larger() {
    let dir = tree(&[("a.yaml", "12345678")]);
    let read = |most_bytes| {
        let settings = FileOptions { most_bytes, ..FileOptions::default() };
        files::read(&[dir.path().join("a.yaml"), "-".into()], &mut "1234".as_bytes(), settings)
    };
    assert_eq!(read(8).unwrap().len(), 2);
    let error = read(7).unwrap_err().to_string();
    assert!(error.starts_with("larger than 7 bytes: `"), "{error}");
    let error = read(3).unwrap_err().to_string();
    assert_eq!(error, "larger than 3 bytes: `-`");
}

#[test]
fn a_set_with_bytes_that_are_no_text_is_told_with_all_that_is_wrong() {
    let dir = tree(&[("a.yaml", "mode: odd\nbindings: []\n")]);
    fs::write(dir.path().join("b.yaml"), b"groups: {g: [\xff]}\n").unwrap();
    let Err(FilesError::Invalid { sources, diagnostics }) = read(&[dir.path().to_owned()]) else { panic!() };
    assert_eq!(sources.len(), 2);
    assert_eq!(diagnostics.iter().map(|it| it.code).collect::<Vec<_>>(), ["unknown-value", "not-utf8"]);
}

#[test]
fn marks_are_taken_off() {
    let dir = tree(&[("a.yaml", "\u{feff}bindings: []\r\n")]);
    assert_eq!(names(&dir, &["a.yaml"]), pairs(&[("a.yaml", "bindings: []\r\n")]));
}

#[test]
fn a_work_tree_that_git_is_changing_is_waited_for() {
    let dir = tree(&[("conf/a.yaml", "a"), (".git/index.lock", "")]);
    let (path, lock) = (dir.path().join("conf/a.yaml"), dir.path().join(".git/index.lock"));
    let impatient = FileOptions { patience: Duration::ZERO, ..FileOptions::default() };
    let error = files::read(std::slice::from_ref(&path), &mut io::empty(), impatient).unwrap_err();
    let FilesError::Locked(at) = &error else { panic!("{error}") };
    assert_eq!(*at, lock.canonicalize().unwrap());
    assert!(error.help().is_some());

    let reader = thread::spawn(move || read(&[path]).unwrap().len());
    fs::remove_file(lock).unwrap();
    assert_eq!(reader.join().unwrap(), 1);
}

#[test]
fn the_lock_of_a_linked_work_tree_is_where_its_git_file_says() {
    let dir = tree(&[
        ("main/.git/worktrees/w/index.lock", ""),
        ("w/a.yaml", "a"),
        ("w/.git", "gitdir: ../main/.git/worktrees/w\n"),
    ]);
    let impatient = FileOptions { patience: Duration::ZERO, ..FileOptions::default() };
    let read = || files::read(&[dir.path().join("w/a.yaml")], &mut io::empty(), impatient);
    assert!(matches!(read(), Err(FilesError::Locked(_))));
    fs::remove_file(dir.path().join("main/.git/worktrees/w/index.lock")).unwrap();
    assert!(read().is_ok());
}

#[test]
fn no_set_is_half_of_one_and_half_of_another() {
    let files: Vec<_> = ('a'..='p').map(|it| format!("{it}.yaml")).collect();
    let dir = tempfile::tempdir().unwrap();
    for version in ["..one", "..two"] {
        fs::create_dir(dir.path().join(version)).unwrap();
        for file in &files {
            fs::write(dir.path().join(version).join(file), version).unwrap();
        }
    }
    let current = dir.path().join("..data");
    symlink("..one", &current).unwrap();
    for file in &files {
        symlink(Path::new("..data").join(file), dir.path().join(file)).unwrap();
    }
    let (go, rounds) = mpsc::channel();
    thread::scope(|scope| {
        // As git-sync and the kubelet do it: a new symlink is renamed over the old one, sooner or later in each reading.
        scope.spawn(|| {
            for (round, version) in rounds.into_iter().zip(["..two", "..one"].into_iter().cycle()) {
                let next = dir.path().join("..next");
                symlink(version, &next).unwrap();
                (0..round % 40).for_each(|_| drop(fs::read_link(&current)));
                fs::rename(next, &current).unwrap();
            }
        });
        // The directory itself is swapped, or each file in it is a symlink through what is swapped.
        for round in 0..400 {
            go.send(round).unwrap();
            let path = if round % 3 == 0 { current.clone() } else { dir.path().to_owned() };
            let sources = read(&[path]).unwrap();
            assert_eq!(sources.len(), files.len());
            assert!(sources.iter().all(|it| it.text == sources[0].text), "{sources:?}");
        }
        drop(go);
    });
}

#[test]
fn a_pipe_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let writer = pipe.clone();
    let writer = thread::spawn(move || fs::write(writer, "bindings: []").unwrap());
    let sources = read(&[pipe]).unwrap();
    writer.join().unwrap();
    assert_eq!(sources[0].text, "bindings: []");
}

#[test]
fn a_pipe_in_a_directory_is_not_passed_over() {
    let dir = tree(&[("d/a.yaml", "a")]);
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("d/b.yaml")).status().unwrap();
    assert!(made.success());
    let error = read(&[dir.path().join("d")]).unwrap_err().to_string();
    assert!(error.contains("b.yaml") && error.ends_with("neither a file nor a directory"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_read_through_its_file_descriptor() {
    use std::os::fd::AsRawFd as _;
    // As a shell hands over `-f <(command)`.
    let (reader, mut writer) = io::pipe().unwrap();
    io::Write::write_all(&mut writer, b"bindings: []").unwrap();
    drop(writer);
    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    let sources = read(std::slice::from_ref(&path)).unwrap();
    assert_eq!((&*sources[0].name, &*sources[0].text), (path.to_str().unwrap(), "bindings: []"));
}

#[test]
fn who_may_not_read_is_told_what_to_do() {
    // Root may read everything, so that this can't be tried.
    let denied = || ReadFailure::Io(io::ErrorKind::PermissionDenied.into());
    let error = FilesError::Unreadable(vec![Unreadable { path: "access/a.yaml".into(), why: denied() }]);
    assert_eq!(error.to_string(), "cannot read `access/a.yaml`: permission denied");
    assert!(error.help().unwrap().contains("the user that grantsync runs as"));
}

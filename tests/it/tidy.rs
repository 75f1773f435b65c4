//! The shape of the crate, kept by test.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that decide, and so may not reach outside.
const PURE: &[&str] = &[
    "binding",
    "diagnostic",
    "digest",
    "directory",
    "event",
    "access",
    "history",
    "journal",
    "site",
    "snapshot",
    "redact",
    "visible",
    "desired",
    "plan",
    "policy",
    "report",
    "review",
    "risk",
    "saved",
    "explain",
    "doctor",
    "render",
];
/// What reaching outside looks like.
const OUTSIDE: &[&str] = &[
    "tokio",
    "reqwest",
    "axum",
    "std::fs",
    "std::env",
    "std::net",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "async fn",
    "println!",
    "fastrand",
];
/// Each room, and the rooms it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("binding", &[]),
    ("diagnostic", &[]),
    ("digest", &["binding"]),
    ("directory", &["binding"]),
    ("event", &[]),
    ("access", &["binding", "desired", "directory", "history", "snapshot"]),
    ("history", &["binding", "event", "journal"]),
    ("journal", &["binding"]),
    ("journal_file", &["journal"]),
    ("outfile", &[]),
    ("site", &[]),
    ("snapshot", &["binding", "directory"]),
    ("redact", &[]),
    ("visible", &[]),
    ("desired", &["binding", "diagnostic", "digest", "directory", "snapshot", "visible"]),
    ("plan", &["binding", "desired", "diagnostic", "directory", "snapshot"]),
    ("policy", &["binding", "desired", "diagnostic", "digest", "directory", "event", "plan", "snapshot"]),
    ("report", &["binding", "desired", "plan", "policy", "snapshot"]),
    ("explain", &["binding", "desired", "diagnostic", "directory", "event", "plan", "policy"]),
    ("review", &["binding", "desired", "diagnostic", "directory", "snapshot"]),
    ("risk", &["binding", "desired", "diagnostic", "directory", "plan", "policy", "review"]),
    ("saved", &["binding", "desired", "diagnostic", "directory", "plan", "policy", "snapshot"]),
    ("doctor", &["plan", "report", "site", "snapshot"]),
    (
        "render",
        &[
            "access",
            "binding",
            "desired",
            "diagnostic",
            "directory",
            "doctor",
            "event",
            "explain",
            "history",
            "journal",
            "plan",
            "policy",
            "report",
            "review",
            "risk",
            "snapshot",
            "visible",
        ],
    ),
    ("api", &["binding", "directory", "event", "redact", "site", "snapshot", "visible"]),
    (
        "reconcile",
        &[
            "api",
            "binding",
            "desired",
            "diagnostic",
            "digest",
            "directory",
            "event",
            "explain",
            "journal",
            "journal_file",
            "plan",
            "policy",
            "report",
            "snapshot",
            "visible",
        ],
    ),
    ("sandbox", &["outfile"]),
    ("daemon", &["policy", "report"]),
    ("admin", &["daemon", "report", "visible"]),
];

#[test]
fn deciding_rooms_do_not_reach_outside() {
    for room in PURE {
        for (path, text) in files(room) {
            for word in OUTSIDE {
                assert!(!text.contains(word), "{} reaches outside: {word}", path.display());
            }
        }
    }
}

#[test]
fn rooms_use_only_what_they_may() {
    for (room, may) in MAY_USE {
        for (path, text) in files(room) {
            for used in text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .flat_map(|line| line.split("crate::").skip(1))
                .filter_map(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_').next())
            {
                assert!(may.contains(&used) || used == *room, "{} uses `{used}`", path.display());
            }
        }
    }
}

#[test]
fn every_room_is_in_the_table() {
    let known = |name: &str| MAY_USE.iter().any(|(room, _)| *room == name);
    for entry in fs::read_dir(src()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        // The two that hold everything together may use every room.
        assert!(known(name) || ["lib", "main", "cli"].contains(&name), "`{name}` has no line in the table of rooms");
    }
}

/// The floors of `api`, lowest first, and what each knows nothing of.
#[test]
fn each_floor_of_the_api_knows_only_those_below_it() {
    for (floor, above) in [
        ("api/http", &["waldur", "resource_users", "api::answers", "crate::directory", "crate::snapshot"][..]),
        ("api/waldur", &["resource_users", "api::answers"]),
        ("api/resource_users", &["api::Client", "generation::", "browse"]),
    ] {
        let files = files(floor);
        assert!(files.len() > 5, "{floor}");
        for (path, text) in files {
            for line in text.lines().filter(|it| it.trim_start().starts_with("use ")) {
                assert!(!above.iter().any(|it| line.contains(it)), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn files_are_small() {
    let mut paths = Vec::new();
    walk(&src(), &mut paths);
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut paths);
    for path in paths {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of a room, or none while the room is not built yet.
fn files(room: &str) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    walk(&src().join(room), &mut paths);
    let single = src().join(format!("{room}.rs"));
    paths.extend(single.exists().then_some(single));
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn walk(dir: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|it| it == "rs") {
            paths.push(path);
        }
    }
}

#[test]
fn tests_make_their_http_clients_in_one_place() {
    let mut paths = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), &mut paths);
    for path in paths.iter().filter(|it| !it.ends_with("it/http.rs") && !it.ends_with("it/tidy.rs")) {
        let text = fs::read_to_string(path).unwrap();
        assert!(!text.contains("reqwest::get("), "{}: use `http::get`", path.display());
    }
}

#[test]
fn every_path_in_contributing_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    // A new file has no name yet, and failing cases are saved only where there are some.
    let later = |it: &&str| it.contains("NAME") || *it == "tests/proptest-regressions";
    let paths: Vec<_> = spans.filter(|it| it.contains('/') && !later(it)).collect();
    assert!(paths.len() > 30, "{paths:?}");
    for path in paths {
        assert!(root.join(path).exists(), "there is no `{path}`");
    }
}

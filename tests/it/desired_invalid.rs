//! The table of invalid files: each one beside what is said about it.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use grantsync::desired;
use grantsync::diagnostic::Source;
use grantsync::render;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/invalid")
}

#[test]
fn every_invalid_file_is_told_as_agreed() {
    for path in cases() {
        let sources = sources(&fs::read_to_string(&path).unwrap());
        let said = match desired::parse(&sources) {
            Ok(document) => document.warnings,
            Err(problems) => problems,
        };
        let said = render::diagnostics(&sources, &said, false, 100);
        expect_file![path.with_extension("txt")].assert_eq(&(said + "\n"));
    }
}

fn cases() -> Vec<PathBuf> {
    let paths = fs::read_dir(folder()).unwrap().map(|it| it.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|it| it.extension().is_some_and(|it| it == "yaml")).collect();
    paths.sort();
    paths
}

/// One file, or several when there are lines like `#== name.yaml`.
fn sources(text: &str) -> Vec<Source> {
    if !text.starts_with("#== ") {
        return vec![Source { name: "grants.yaml".into(), text: text.to_owned() }];
    }
    text.split("#== ")
        .skip(1)
        .map(|part| {
            let (name, text) = part.split_once('\n').unwrap();
            Source { name: name.into(), text: text.to_owned() }
        })
        .collect()
}

//! The table of invalid files: each one beside what is said about it.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use grantsync::desired::{self, codes};
use grantsync::diagnostic::Source;
use grantsync::render;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/invalid")
}

#[test]
fn every_invalid_file_is_told_as_agreed() {
    for path in cases() {
        let sources = sources(&fs::read_to_string(&path).unwrap());
        let problems = desired::parse(&sources).expect_err(&path.display().to_string());
        let said = render::diagnostics(&sources, &problems, false, 100);
        expect_file![path.with_extension("txt")].assert_eq(&(said + "\n"));
    }
}

#[test]
fn every_code_has_a_file_that_shows_it() {
    let said: String =
        cases().iter().map(|it| fs::read_to_string(it.with_extension("txt")).unwrap_or_default()).collect();
    // One needs bytes that are no text, one a file that nobody wants to look at, and two what time it is; they have tests
    // of their own.
    let elsewhere = [codes::NOT_UTF8, codes::TOO_MANY_PROBLEMS, codes::ALREADY_ENDED, codes::APPROVAL_TOO_LONG];
    for (code, meaning) in codes::ALL {
        assert!(said.contains(&format!("[{code}]: ")) || elsewhere.contains(code), "no file shows `{code}`: {meaning}");
    }
}

#[test]
fn no_two_codes_are_the_same() {
    let mut codes: Vec<_> = codes::ALL.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), codes::ALL.len());
}

#[test]
fn of_very_many_problems_the_rest_is_counted() {
    let text = format!("bindings:\n{}", "  - {resource: 1, role: r, user: u}\n".repeat(10_500));
    let problems = desired::parse(&[Source { name: "grants.yaml".into(), text }]).unwrap_err();
    let last = problems.last().unwrap();
    assert_eq!((problems.len(), last.code), (10_001, codes::TOO_MANY_PROBLEMS));
    assert_eq!(last.message, "500 more problems are not shown");
}

#[test]
fn groups_that_branch_without_end_are_refused_even_where_nobody_is_in_them() {
    let inner = |n: usize| vec![format!("{{group: g{}}}", n + 1); 10].join(", ");
    let groups: Vec<_> = (0..14).map(|n| format!("g{n}: [{}]", inner(n))).collect();
    let text =
        format!("groups: {{{}, g14: []}}\nbindings:\n  - {{resource: r, role: a, group: g0}}\n", groups.join(", "));
    let problems = desired::parse(&[Source { name: "grants.yaml".into(), text }]).unwrap_err();
    assert!(problems.iter().any(|it| it.code == codes::TOO_MANY_BINDINGS), "{problems:?}");
}

pub(crate) fn cases() -> Vec<PathBuf> {
    let paths = fs::read_dir(folder()).unwrap().map(|it| it.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|it| it.extension().is_some_and(|it| it == "yaml")).collect();
    paths.sort();
    paths
}

/// One file, or several when there are lines like `#== name.yaml`.
pub(crate) fn sources(text: &str) -> Vec<Source> {
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

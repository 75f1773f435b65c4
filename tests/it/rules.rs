//! The table of rules and their tests, kept true.

use std::fs;
use std::path::Path;

#[test]
fn every_rule_names_tests_that_exist() {
    let table = fs::read_to_string(root().join("rules.md")).unwrap();
    let mut rule = "";
    let mut tests = 1;
    let mut rules = 0;
    for line in table.lines().chain(["## "]) {
        let begins = line.starts_with("- ") || line.starts_with("## ");
        if begins {
            assert!(tests > 0, "no test holds the rule: {rule}");
            // A heading ends the rule before it and is none itself.
            (rule, tests) = (line, usize::from(line.starts_with("## ")));
            rules += usize::from(line.starts_with("- "));
        } else if let Some(name) = line.trim().strip_prefix('`').and_then(|it| it.strip_suffix('`')) {
            assert!(exists(name), "there is no test {name}, which is to hold the rule: {rule}");
            tests += 1;
        }
    }
    assert!(rules > 70, "the table was not read: {rules} rules");
}

/// Whether a name like `plan::in_sync` is that of a test.
fn exists(name: &str) -> bool {
    let Some((module, test)) = name.split_once("::") else { return false };
    let Ok(text) = fs::read_to_string(root().join("it").join(format!("{module}.rs"))) else { return false };
    let mut above = "";
    for line in text.lines().map(str::trim) {
        let declared = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|it| it.split('(').next());
        if declared == Some(test) {
            return above.starts_with("#[test]") || above.starts_with("#[tokio::test");
        }
        above = line;
    }
    false
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

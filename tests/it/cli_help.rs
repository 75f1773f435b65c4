//! What `--help` says, word by word: it is documentation.

use expect_test::expect_file;

use crate::cli_support::Call;

#[tokio::test]
async fn help_reads_as_agreed() {
    let ran = Call::new("--help").run().await;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    expect_file!["../data/help/grantsync.txt"].assert_eq(&ran.stdout);
    let verbs = verbs(&ran.stdout);
    assert!(verbs.iter().any(|it| it == "plan"), "{verbs:?}");
    for verb in verbs {
        let ran = Call::new(&format!("{verb} --help")).run().await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{verb}");
        expect_file![format!("../data/help/{verb}.txt")].assert_eq(&ran.stdout);
    }
}

/// The verbs that the help lists; `help` is clap's own.
fn verbs(help: &str) -> Vec<String> {
    let (_, list) = help.split_once("\nCommands:\n").expect("a list of verbs");
    let lines = list.lines().take_while(|it| !it.is_empty());
    // What a verb is for goes on in lines that are indented deeper.
    let verbs =
        lines.filter_map(|it| it.strip_prefix("  ")?.split_whitespace().next().filter(|_| !it.starts_with("   ")));
    verbs.filter(|it| *it != "help").map(str::to_owned).collect()
}

#[tokio::test]
async fn the_version_is_an_answer() {
    let ran = Call::new("--version").run().await;
    assert_eq!((ran.code, ran.stdout), (Some(0), format!("grantsync {}\n", env!("CARGO_PKG_VERSION"))));
}

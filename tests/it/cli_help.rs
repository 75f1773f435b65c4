//! What `--help` says, word by word: it is documentation.

use expect_test::expect_file;

use crate::cli_support::Call;

#[tokio::test]
async fn help_reads_as_agreed() {
    for (arguments, file) in [
        ("--help", expect_file!["../data/help/grantsync.txt"]),
        ("validate --help", expect_file!["../data/help/validate.txt"]),
        ("plan --help", expect_file!["../data/help/plan.txt"]),
        ("apply --help", expect_file!["../data/help/apply.txt"]),
        ("run --help", expect_file!["../data/help/run.txt"]),
        ("explain --help", expect_file!["../data/help/explain.txt"]),
        ("export --help", expect_file!["../data/help/export.txt"]),
        ("schema --help", expect_file!["../data/help/schema.txt"]),
        ("links --help", expect_file!["../data/help/links.txt"]),
        ("doctor --help", expect_file!["../data/help/doctor.txt"]),
        ("sandbox --help", expect_file!["../data/help/sandbox.txt"]),
    ] {
        let ran = Call::new(arguments).run().await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        file.assert_eq(&ran.stdout);
    }
}

#[tokio::test]
async fn the_version_is_an_answer() {
    let ran = Call::new("--version").run().await;
    assert_eq!((ran.code, ran.stdout), (Some(0), format!("grantsync {}\n", env!("CARGO_PKG_VERSION"))));
}

//! Sentences are wrapped to the terminal, and rows are not: a row that is broken is no row any more.

use expect_test::expect;
use grantsync::render::{Format, prose, wrapped};

use crate::cli_support::Desk;
use crate::reconcile_support::wanting;
use crate::scene::stories;

#[test]
fn a_sentence_is_wrapped_and_what_is_quoted_stays_whole() {
    let text = "cluster-a  HPC  a row that is much longer than the terminal is wide, and stays as it is\n".to_owned()
        + &prose(
            "  help: if this is intended, approve exactly these with `--approve held-g4q5pnh5wj77tlyq`, or in a file\n",
        )
        + &prose("short\n");
    expect![[r#"
        cluster-a  HPC  a row that is much longer than the terminal is wide, and stays as it is
          help: if this is intended, approve
            exactly these with
            `--approve held-g4q5pnh5wj77tlyq`,
            or in a file
        short
    "#]]
    .assert_eq(&wrapped(&text, Some(40)));
    assert_eq!(wrapped(&text, Some(1)), wrapped(&text, Some(40)), "narrower than that nobody can read");
    assert_eq!(wrapped(&text, None).lines().count(), 3);
}

#[test]
fn styles_take_no_room() {
    let styled = prose("\u{1b}[31merror:\u{1b}[0m one two three four five six seven\n");
    let plain = anstream::adapter::strip_str(&wrapped(&styled, Some(40))).to_string();
    assert_eq!(plain, "error: one two three four five six seven\n");
}

/// Wrapped or not, it says the same.
#[test]
fn every_story_fits_but_for_its_rows() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
    for (name, scene) in stories::ALL {
        let text = scene().render(Format::Text);
        for width in [40, 80, 120] {
            let wrapped = wrapped(&text, Some(width));
            assert_eq!(words(&plain(&wrapped)), words(&plain(&text)), "{name}");
            let sentences = ["Plan: ", "  help: ", "error: "];
            let long = plain(&wrapped);
            let mut long = long.lines().filter(|it| sentences.iter().any(|start| it.starts_with(start)));
            assert!(long.all(|it| it.chars().count() <= width || !it.trim_start().contains(": ")), "{name}: {wrapped}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_terminal_says_how_wide_it_is() {
    let desk =
        Desk::new("HPC cluster-a: admin alice, viewer bob\nusers: carol", &wanting(&["nowhere admin alice"])).await;
    let plan = |columns: usize| desk.call("plan -f grants.yaml").at_terminal_of(columns);
    let [narrow, wide] = [plan(44).run().await.stdout, plan(200).run().await.stdout];
    assert!(narrow.lines().count() > wide.lines().count(), "{narrow}\n{wide}");
    let long = narrow.lines().filter(|it| it.trim_start().starts_with("help:") && it.trim_end().chars().count() > 44);
    assert_eq!(long.count(), 0, "{narrow}");
    let piped = desk.call("plan -f grants.yaml").run().await;
    assert!(!piped.stdout.contains('\u{1b}') && !piped.stderr.contains('\u{1b}'), "{piped:?}");
}

//! Markdown: what a comment says first, and what fits into it.

use grantsync::binding::Binding;
use grantsync::plan::Why;
use grantsync::render::{Forge, Format, job_summary};
use grantsync::report::{Outcome, Step};
use grantsync::risk::{Finding, Risk};

use crate::render_markdown_names::check;
use crate::scene::{Scene, stories};

/// What GitHub takes as a comment.
pub(crate) const COMMENT: usize = 65_536;

#[test]
fn the_first_lines_say_it_all() {
    let title = |text: String| text.lines().nth(1).unwrap().to_owned();
    let of = |scene: fn() -> Scene| title(scene().render(Format::Markdown));
    assert_eq!(of(stories::no_change), "### Plan: no changes");
    assert_eq!(of(stories::one), "### Plan: 1 to create");
    assert_eq!(of(stories::only_held), "### Plan: 30 held");
    assert_eq!(of(stories::only_problems), "### Plan: 2 unresolved");
    assert_eq!(of(stories::observed), "### Plan: 2 withheld");
    assert_eq!(of(stories::only_drift), "### Plan: this change needs no steps");
    assert_eq!(of(stories::converged), "### Applied 4 steps: 1 created, 3 removed · converged");
    let drift = stories::only_drift().render(Format::Markdown);
    assert!(drift.contains("\n\nAlready different before it: 2 to remove\n"), "{drift}");
}

/// A reader who stops at the first heading has seen all that is grave, however much of it is folded below.
#[test]
fn what_nobody_may_miss_is_in_boxes_before_everything_else() {
    let mut scene = stories::change();
    for n in 0..40 {
        let Binding { resource, user, .. } = scene.binding([&format!("lab-{n:02}"), "member", "trent"]);
        let finding = Finding::Emptied { resource, users: [user].into() };
        scene.assessment.risks.push(Risk { rule: "resource-emptied", finding, span: None, excuse: None });
    }
    let text = scene.render(Format::Markdown);
    let (top, rest) = text.split_once("\n#### ").unwrap();
    let at = |what: &str| top.find(what).unwrap_or_else(|| panic!("no {what:?} in\n{top}"));
    let order = [
        "### Plan: ",
        "> [!CAUTION]\n",
        "> - **resource-emptied:** 40 resources would be left empty: `lab-00`, `lab-01`, `lab-02` and 37 more\n",
        "> [!WARNING]\n",
        "no user has the username `dvae`",
        "> - **2 removals held**, an unresolved line might refer to it: `access/grants.yaml:9` holds 1 of 19 removals",
        "> - **grant-without-end:**",
        "> - **3 steps withheld:**",
    ];
    assert!(order.map(at).is_sorted(), "{top}");
    assert!(!top.contains("<details>") && rest.contains("<summary>Show 40</summary>"), "{text}");
}

#[test]
fn places_lead_to_their_lines_and_those_that_are_deleted_to_the_commit_before() {
    let mut scene = stories::change();
    let forge = |commit| format!("https://git.example.org/o/r/blob/{commit}/sub/").into();
    scene.forge = Some(Forge { files: forge("1a2b"), before: Some(forge("0f0f")) });
    let text = scene.render(Format::Markdown);
    let after = "[`access/grants.yaml:15`](https://git.example.org/o/r/blob/1a2b/sub/access/grants.yaml#L15)";
    let before =
        "deleted from [`access/grants.yaml:2`](https://git.example.org/o/r/blob/0f0f/sub/access/grants.yaml#L2)";
    assert!(text.contains(after) && text.contains(before), "{text}");
    check(&text);
    for nowhere in ["<stdin>", "/etc/grants.yaml", "../grants.yaml"] {
        let forge = scene.forge.take();
        scene = Scene::with_file(nowhere, "x");
        scene.forge = forge;
        let line = scene.line("x");
        scene.create(["cluster-a", "member", "bob"], &[line]);
        let text = scene.render(Format::Markdown);
        assert!(text.contains(&format!("`{nowhere}:1`")) && !text.contains("]("), "{text}");
    }
}

#[test]
fn people_and_resources_of_which_the_same_is_said_are_in_one_line() {
    let mut scene = stories::no_change();
    for resource in ["cluster-a", "cluster-b", "Storage/archive"] {
        for user in ["carol", "dave"] {
            let line = scene.line("admin");
            scene.create([resource, "member", user], &[line]);
        }
    }
    let text = scene.render(Format::Markdown);
    let lines = "- **`cluster-a`**, **`cluster-b`** · `HPC`\n  - **+** `member`: `carol`, `dave` · `grants.yaml:2`\n\
                 - **`archive`** · `Storage`\n  - **+** `member`: `carol`, `dave` · `grants.yaml:2`\n";
    assert!(text.contains(lines), "{text}");
}

#[test]
fn a_grant_with_a_row_left_is_not_removed() {
    let mut half = stories::converged();
    let steps = &mut half.report.as_mut().unwrap().steps;
    let (_, last) =
        steps.iter_mut().rfind(|(step, _)| matches!(step, Step::Remove(it) if it.why != Why::Duplicate)).unwrap();
    *last = Outcome::Failed(stories::failed());
    let text = half.render(Format::Markdown);
    let title = text.lines().nth(1).unwrap();
    assert!(text.contains("**−** `member`: `mallory` · one row of several, access stays"), "{text}");
    assert_eq!(title, "### Applied 4 steps: 1 created, 2 removed, 1 failed · not converged");
}

#[test]
fn a_bot_finds_its_comment() {
    for (name, scene) in stories::ALL {
        let scene = scene();
        let verb = if scene.report.is_some() { "apply" } else { "plan" };
        let marker = format!("<!-- grantsync:{verb} https://waldur.example.org/api -->\n");
        assert!(scene.render(Format::Markdown).starts_with(&marker), "{name}");
    }
    let mut elsewhere = stories::one();
    elsewhere.observation.server = "https://a--b.example.org/--><script>".to_owned();
    let first = elsewhere.render(Format::Markdown);
    assert!(first.starts_with("<!-- grantsync:plan https://a-%2Db.example.org/-%2Dscript -->\n"), "{first}");
}

#[test]
fn it_fits_and_counts_what_does_not() {
    let text = stories::five_thousand().render(Format::Markdown);
    assert!(text.chars().count() <= COMMENT, "{} characters", text.chars().count());
    assert!(text.len() > COMMENT * 9 / 10, "there was room for more: {}", text.len());
    // Of each section: what is shown and what is counted make the whole.
    let more: Vec<usize> = text.lines().filter_map(left_out).collect();
    let shown = ["`user", "`former"].map(|it| text.matches(it).count());
    assert_eq!([shown[0] + more[0], shown[1] + more[1]], [5_000, 1_000]);
    assert!(shown[0] > 1_000, "{shown:?}");
}

#[test]
fn the_summary_of_a_job_has_room_for_more() {
    let text = stories::five_thousand().show(job_summary);
    assert!(text.len() <= 1 << 20);
    assert_eq!(["`user", "`former"].map(|it| text.matches(it).count()), [5_000, 1_000]);
    assert_eq!(text.lines().filter_map(left_out).count(), 0);
}

#[test]
fn rows_too_long_for_any_comment_are_counted() {
    let mut scene = Scene::new();
    for n in 0..3 {
        scene.remove(["cluster-a", "member", &format!("{n}{}", "x".repeat(COMMENT))], Why::Ended, &[]);
    }
    let text = scene.render(Format::Markdown);
    assert!(text.contains("\n3 on 1 resource. `--format json` lists them all.\n"), "{text}");
}

/// `and 1,204 more on 3 resources. …`
fn left_out(line: &str) -> Option<usize> {
    let count = line.strip_prefix("and ")?.split_once(" more on ")?.0;
    count.replace(',', "").parse().ok()
}

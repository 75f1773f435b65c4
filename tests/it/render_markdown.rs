//! Markdown, as GitHub and GitLab read it: through the parser that GitLab uses.

use std::collections::BTreeSet;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use grantsync::desired::Origin;
use grantsync::plan::{Hold, Keep, Why};
use grantsync::render::{Failed, Format, Shown, Verb, job_summary, render, visible};
use grantsync::report::{Outcome, Step};
use proptest::prelude::*;

use crate::cases::config;
use crate::scene::{Scene, stories};

/// What GitHub takes as a comment.
const COMMENT: usize = 65_536;

#[test]
fn the_first_lines_say_it_all() {
    let title = |text: String| text.lines().nth(1).unwrap().to_owned();
    let of = |scene: fn() -> Scene| title(scene().render(Format::Markdown));
    assert_eq!(of(stories::no_change), "### Plan: no changes");
    assert_eq!(of(stories::one), "### Plan: 1 grant to add");
    assert_eq!(of(stories::only_held), "### Plan: no changes · 30 removals held");
    assert_eq!(of(stories::only_problems), "### Plan: no changes · 2 problems to fix");
    assert_eq!(of(stories::observed), "### Plan: no changes · 2 steps withheld");
    assert_eq!(of(stories::only_drift), "### Plan: this change needs no steps · 2 already different before it");
    assert_eq!(
        of(stories::converged),
        "### Applied: 1 grant removed, 1 grant added, 1 duplicate row removed · converged"
    );
}

#[test]
fn what_the_title_does_not_say_has_a_heading() {
    let mut kept = stories::no_change();
    kept.keep(["cluster-a", "admin", "break-glass"], Keep::Protected);
    let text = kept.render(Format::Markdown);
    assert!(text.contains("### Plan: no changes\n\n#### 1 grant stays that nobody asks for\n"), "{text}");
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
    assert_eq!(title, "### Applied: 1 step failed, 1 grant added, 1 duplicate row removed · not converged");
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
    // Each section: what is shown and what is counted make the whole.
    let tables = tables(&text);
    let more: Vec<usize> = text.lines().filter_map(left_out).collect();
    let shown: Vec<usize> = tables.iter().map(Vec::len).collect();
    let all: Vec<usize> = shown.iter().zip(&more).map(|(shown, more)| shown + more).collect();
    assert_eq!(all, [1_000, 1_000, 3_000, 1_000]);
    assert!(tables.iter().flatten().all(|row| row.len() == 4), "no row is cut");
}

#[test]
fn the_summary_of_a_job_has_room_for_more() {
    let text = stories::five_thousand().show(job_summary);
    assert!(text.len() <= 1 << 20);
    assert_eq!(tables(&text).iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 3_000, 1_000]);
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

#[test]
fn names_stay_names() {
    check(&stories::hostile().render(Format::Markdown));
    let tables = tables(&stories::hostile().render(Format::Markdown));
    let rows = tables.into_iter().max_by_key(Vec::len).unwrap();
    let users: BTreeSet<_> = rows.into_iter().map(|row| row[1].clone()).collect();
    let expected: BTreeSet<_> = stories::HOSTILE.iter().map(|it| shown(it)).collect();
    assert_eq!(users, expected);
}

#[test]
fn prose_is_prose_and_what_might_be_more_is_code() {
    let table: &[(&str, &[&str])] = &[
        ("for the new cluster (asked by Zoë), until May: see OPS-12.", &[]),
        ("ask `carol`, not `dave`", &["carol", "dave"]),
        ("ask @carol", &["@carol"]),
        ("ask @carol`or`@dave", &["@carol", "or", "@dave"]),
        ("see https://a.example/b", &["https://a.example/b"]),
        ("see www.a.example", &["www.a.example"]),
        ("like #12, GH-1 or !3", &["#12", "!3"]),
        ("GET /api/users/: could not connect to `a:1` (4 tries)", &["/api/users/", "a:1"]),
        ("a @b #c  d_e", &["@b #c", "d_e"]),
    ];
    for (reason, expected) in table {
        let mut scene = Scene::with_file("a", "bindings:\n");
        let line = Origin { reason: Some((*reason).into()), ..scene.line("bindings") };
        scene.create(["cluster-a", "member", "bob"], &[line]);
        let arena = Arena::new();
        let text = scene.render(Format::Markdown);
        let row = text.lines().find(|it| it.contains("`bob`")).unwrap();
        let codes =
            parse_document(&arena, row, &options()).descendants().filter_map(|it| match &it.data.borrow().value {
                NodeValue::Code(code) => Some(code.literal.clone()),
                _ => None,
            });
        assert_eq!(codes.skip(4).collect::<Vec<_>>(), *expected, "{reason}");
    }
}

#[test]
fn nothing_but_what_we_write_is_markup() {
    for (_, scene) in stories::ALL {
        check(&scene().render(Format::Markdown));
    }
    check(&stories::stale(Format::Markdown));
    let (diagnostics, sources) = stories::invalid();
    check(&render(
        Format::Markdown,
        &Shown::Invalid { verb: Verb::Plan, diagnostics: &diagnostics, sources: &sources },
    ));
    check(&render(
        Format::Markdown,
        &Shown::Failed(Failed { verb: Verb::Plan, failure: &stories::failed(), stale: None }),
    ));
}

/// What people could call something to have it read as something else.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = [
        "`",
        "``",
        "|",
        "\\",
        "\n",
        "\r\n",
        "<",
        ">",
        "</details>",
        "<script>",
        "<!--",
        "-->",
        "&",
        "&lt;",
        "&#64;",
        "@",
        "@a",
        "#1",
        "!2",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "[a](b)",
        "![a](b)",
        "https://a.b",
        "www.a.b",
        "a@b.c",
        ":a:",
        "$",
        "$`",
        "`$",
        "$$",
        " ",
        "  ",
        "\t",
        "- ",
        "# ",
        "> ",
        "1. ",
        "---",
        "===",
        "{",
        "}",
        "^",
        "=",
        "a",
        "é",
        "\u{202e}",
        "\u{200b}",
        "\u{1b}",
        ".",
        ":",
        "'",
        "\"",
        "%",
        "/",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 1..8).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn no_name_is_read_as_something_else(name in nasty(), other in nasty()) {
        let mut scene = Scene::with_file(&format!("a{other}"), "bindings:\n");
        let line = Origin {
            groups: vec![name.as_str().into()],
            reason: Some(other.as_str().into()),
            ..scene.line("bindings")
        };
        scene.unresolved("bindings", &format!("no user has the username `{name}`"), &other);
        scene.create(["cluster-a", &other, &name], &[line]);
        scene.hold(["cluster-a", &name, &other], Hold::NotNamed);
        scene.observation.caller.username.clone_from(&name);
        scene.observation.caller.is_staff = false;
        let text = scene.render(Format::Markdown);
        check(&text);
        let tables = tables(&text);
        prop_assert_eq!(&tables[0][0][1], &shown(&name));
        prop_assert_eq!(&tables[0][0][2], &shown(&other));
        prop_assert_eq!(tables[0][0].len(), 4);
        prop_assert_eq!(tables.len(), 2);
    }
}

proptest! {
    #![proptest_config(config(4))]

    #[test]
    fn whatever_the_names_it_fits(length in 1_usize..600, changes in 1_usize..400) {
        let mut scene = Scene::new();
        for n in 0..changes {
            let name = format!("{n}{}", "|é`".repeat(length / 3));
            scene.remove(["cluster-a", "member", &name], Why::Ended, &[]);
            scene.create(["cluster-b", "member", &name], &[]);
        }
        prop_assert!(scene.render(Format::Markdown).len() <= COMMENT);
    }
}

/// A name as it is shown: what would not be seen is written out, and so is a `|` after a `\`.
fn shown(name: &str) -> String {
    let mut out = String::new();
    for it in visible(name).chars() {
        if it == '|' && out.ends_with('\\') { out.push_str("u{7c}") } else { out.push(it) }
    }
    out
}

/// Everything that GitHub and GitLab may take for markup.
fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.alerts = true;
    extension.superscript = true;
    extension.description_lists = true;
    extension.multiline_block_quotes = true;
    options
}

/// The cells of all rows of all tables, heads left out. A cell of only code is that code.
fn tables(markdown: &str) -> Vec<Vec<Vec<String>>> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let is = |node: &AstNode<'_>, wanted: fn(&NodeValue) -> bool| wanted(&node.data.borrow().value);
    let mut found = Vec::new();
    for table in root.descendants().filter(|it| is(it, |it| matches!(it, NodeValue::Table(_)))) {
        let rows = table.children().filter(|it| is(it, |it| matches!(it, NodeValue::TableRow(false))));
        found.push(rows.map(|row| row.children().map(text).collect()).collect());
    }
    found
}

fn text<'a>(node: &'a AstNode<'a>) -> String {
    node.descendants().fold(String::new(), |out, it| match &it.data.borrow().value {
        NodeValue::Text(text) => out + text,
        NodeValue::Code(code) => out + &code.literal,
        _ => out,
    })
}

/// Only our own markup, and no text outside of code that anybody looks into for mentions or links.
#[track_caller]
fn check(markdown: &str) {
    let arena = Arena::new();
    for node in parse_document(&arena, markdown, &options()).descendants() {
        match &node.data.borrow().value {
            NodeValue::HtmlBlock(block) => {
                let html = block.literal.trim_end();
                let fold = html.strip_prefix("<details><summary>Show ").and_then(|it| it.strip_suffix("</summary>"));
                let known = html == "</details>"
                    || fold.is_some_and(|it| it.chars().all(|it| it.is_alphanumeric() || " ,".contains(it)))
                    || html.starts_with("<!-- grantsync:") && html.matches("-->").count() == 1 && html.ends_with("-->");
                assert!(known, "foreign block {html:?} in\n{markdown}");
            }
            NodeValue::HtmlInline(html) => {
                assert!(["<sub>", "</sub>"].contains(&html.as_str()), "foreign tag {html:?} in\n{markdown}");
            }
            NodeValue::Text(text) => {
                let looked_into = ["@", "#", "://", "www.", "![", "](", "~", "&", "<", ">", "|"];
                assert!(!looked_into.iter().any(|it| text.contains(it)), "foreign text {text:?} in\n{markdown}");
            }
            NodeValue::CodeBlock(block) => {
                let known = block.literal.starts_with("approvals:\n  - {held: ");
                assert!(known, "foreign block in\n{markdown}");
            }
            NodeValue::Document
            | NodeValue::Heading(_)
            | NodeValue::Paragraph
            | NodeValue::BlockQuote
            | NodeValue::List(_)
            | NodeValue::Item(_)
            | NodeValue::Table(_)
            | NodeValue::TableRow(_)
            | NodeValue::TableCell
            | NodeValue::Code(_)
            | NodeValue::Strong
            | NodeValue::Emph
            | NodeValue::SoftBreak => {}
            other => panic!("foreign {other:?} in\n{markdown}"),
        }
    }
}

/// `and 1,204 more on 3 resources. …`
fn left_out(line: &str) -> Option<usize> {
    let count = line.strip_prefix("and ")?.split_once(" more on ")?.0;
    count.replace(',', "").parse().ok()
}

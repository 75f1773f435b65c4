//! Names in Markdown, as GitHub and GitLab read it: through the parser that GitLab uses.

use std::collections::BTreeSet;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use grantsync::desired::Origin;
use grantsync::plan::{Hold, Why};
use grantsync::render::{Failed, Format, Shown, Verb, render, visible};
use proptest::prelude::*;

use crate::cases::config;
use crate::render_markdown::COMMENT;
use crate::scene::{Scene, stories};

#[test]
fn names_stay_names() {
    let text = stories::hostile().render(Format::Markdown);
    check(&text);
    let users: BTreeSet<_> = created(&text).into_iter().map(|[_, user]| user).collect();
    let expected: BTreeSet<_> = stories::HOSTILE.iter().map(|it| visible(it).into_owned()).collect();
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
        assert_eq!(codes.skip(3).collect::<Vec<_>>(), *expected, "{reason}");
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
        &Shown::Invalid { verb: Verb::Plan, diagnostics: &diagnostics, sources: &sources, forge: None },
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
        let [role, user] = [&other, &name].map(|it| visible(it).into_owned());
        prop_assert_eq!(created(&text), [[role, user]]);
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

/// The role and the user of each line about one addition.
fn created(markdown: &str) -> Vec<[String; 2]> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let items = root.descendants().filter(|it| matches!(it.data.borrow().value, NodeValue::Paragraph));
    let created = items.filter_map(|it| {
        let mut nodes = it.children();
        let sign = nodes.next().filter(|it| matches!(it.data.borrow().value, NodeValue::Strong))?;
        let plus =
            sign.first_child().is_some_and(|it| matches!(&it.data.borrow().value, NodeValue::Text(it) if it == "+"));
        let mut codes = nodes.filter_map(|it| match &it.data.borrow().value {
            NodeValue::Code(code) => Some(code.literal.clone()),
            _ => None,
        });
        plus.then(|| [codes.next().unwrap(), codes.next().unwrap()])
    });
    created.collect()
}

/// Only our own markup, and no text outside of code that anybody looks into for mentions or links.
#[track_caller]
pub(crate) fn check(markdown: &str) {
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
            | NodeValue::Alert(_)
            | NodeValue::Code(_)
            | NodeValue::Strong
            | NodeValue::Emph
            | NodeValue::SoftBreak => {}
            NodeValue::Link(link) => {
                assert!(link.url.starts_with("https://git.example.org/o/r/blob/"), "foreign link in\n{markdown}");
            }
            other => panic!("foreign {other:?} in\n{markdown}"),
        }
    }
}

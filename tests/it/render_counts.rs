//! One set of counts: whichever format somebody reads, the numbers are the same.

use grantsync::render::{Detail, Format};
use serde_json::Value;

use crate::scene::{Scene, stories};

/// The counts of a sentence, by their words: `2 to create, 1 held`.
fn counts(sentence: &str) -> Vec<(String, u64)> {
    let parts = sentence.split(" · ").flat_map(|it| it.split(", ")).filter_map(|it| it.split_once(' '));
    parts.filter_map(|(count, what)| Some((what.to_owned(), count.replace(',', "").parse().ok()?))).collect()
}

/// Where JSON has what words count.
const WORDS: &[(&str, &str)] = &[
    ("to create", "create"),
    ("to remove", "remove"),
    ("ends to change", "set_end"),
    ("held", "held"),
    ("unresolved", "unresolved"),
    ("incomplete", "incomplete"),
    ("withheld", "withheld"),
    ("outside their own scope", "outside_own_scope"),
    ("skipped", "skipped"),
];

fn plans() -> impl Iterator<Item = (&'static str, Scene)> {
    let all = stories::ALL.iter().map(|(name, scene)| (*name, scene()));
    all.filter(|(_, it)| it.report.is_none() && it.sources.iter().all(|it| !it.name.contains('%')))
}

fn json(scene: &Scene) -> Value {
    serde_json::from_str(&scene.render(Format::Json)).unwrap()
}

#[test]
fn every_format_has_the_counts_of_json() {
    for (name, scene) in plans() {
        let json = json(&scene);
        let number = |what: &str| {
            let (_, key) = WORDS.iter().find(|(it, _)| *it == what)?;
            json["counts"][key].as_u64()
        };
        let text = anstream::adapter::strip_str(&scene.render(Format::Text)).to_string();
        let summary = text.lines().find_map(|it| it.strip_prefix("Plan: ")).unwrap().to_owned();
        let told = counts(summary.split_once(" · ").unwrap().0);
        assert!(told.len() >= 2, "{name}: {summary}");
        for (what, count) in &told {
            assert_eq!(Some(*count), number(what), "{name}: {what} in {summary}");
        }
        for format in [Format::Github, Format::Gitlab, Format::Sarif] {
            let other = scene.render(format).replace("%25", "%");
            assert!(other.contains(&format!("Plan: {summary}")), "{name}: {format} lacks {summary}:\n{other}");
        }
        if json["comparison"].is_null() {
            let markdown = scene.render(Format::Markdown);
            let title = markdown.lines().nth(1).unwrap().strip_prefix("### Plan: ").unwrap();
            let title = title.split(" · ").next().unwrap();
            let some: Vec<_> = told.iter().filter(|(_, count)| *count > 0).cloned().collect();
            assert_eq!(counts(title), some, "{name}: {title}");
        }
    }
}

#[test]
fn what_is_in_the_change_and_what_was_different_before_make_the_whole() {
    let mut compared = 0;
    for (name, scene) in plans().filter(|(_, it)| it.base.is_some()) {
        let json = json(&scene);
        let of = |cause: &str, key: &str| json["comparison"][cause][key].as_u64().unwrap();
        for key in ["create", "remove", "set_end", "held", "withheld", "skipped"] {
            assert_eq!(json["counts"][key].as_u64(), Some(of("change", key) + of("before", key)), "{name}: {key}");
        }
        assert_eq!(json["comparison"]["fixed"].as_u64(), json["fixed"].as_array().map(|it| it.len() as u64), "{name}");
        compared += 1;
        // The same words in the terminal and in a comment.
        let text = anstream::adapter::strip_str(&scene.render(Format::Text)).to_string();
        let last = text.lines().last().unwrap().to_lowercase();
        let markdown = scene.render(Format::Markdown);
        let mut top = markdown.lines().skip(1).filter(|it| !it.is_empty());
        let title = top.next().unwrap().strip_prefix("### Plan: ").unwrap().split(" · ").next().unwrap();
        let more = top.next().unwrap().to_lowercase();
        assert_eq!(last, format!("{title} · {more}"), "{name}");
    }
    assert!(compared >= 2);
}

#[test]
fn a_summary_has_the_same_counts() {
    for (name, mut scene) in plans() {
        let last = |scene: &Scene| {
            let text = anstream::adapter::strip_str(&scene.render(Format::Text)).to_string();
            text.lines().rfind(|it| it.starts_with("Plan: ")).unwrap().to_owned()
        };
        let full = last(&scene);
        scene.detail = Detail::Summary;
        assert_eq!(last(&scene), full, "{name}");
    }
}

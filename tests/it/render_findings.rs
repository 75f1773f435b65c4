//! Findings next to the lines they are about: GitHub, GitLab and SARIF.

use std::collections::{BTreeMap, BTreeSet};

use grantsync::binding::Binding;
use grantsync::diagnostic::Source;
use grantsync::plan::Hold;
use grantsync::render::{Failed, Format, Shown, Verb, render, visible};
use grantsync::risk::{self, Risk};
use proptest::prelude::*;
use serde_json::Value;

use crate::cases::config;
use crate::scene::{Scene, stories};

#[test]
fn every_report_fits_the_schema_of_those_who_read_it() {
    // A pattern with a slip of the pen, as the errata mend it.
    let (slip, mended) = ("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schemas = [
        (Format::Sarif, include_str!("../data/render/schemas/sarif-2.1.0.json")),
        (Format::Gitlab, include_str!("../data/render/schemas/gitlab-code-quality.json")),
    ];
    for (format, schema) in schemas {
        let schema = &schema.replace(slip, mended);
        let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        let check = |name: &str, text: &str| {
            let document = serde_json::from_str(text).unwrap();
            let errors: Vec<_> =
                schema.iter_errors(&document).map(|it| format!("{}: {it}", it.instance_path())).collect();
            assert!(errors.is_empty(), "{name} as {format}: {errors:#?}");
        };
        for (name, scene) in stories::ALL {
            check(name, &scene().render(format));
        }
        check("stale", &stories::stale(format));
        check("invalid", &invalid(format));
        check(
            "failed",
            &render(format, &Shown::Failed(Failed { verb: Verb::Plan, failure: &stories::failed(), stale: None })),
        );
    }
}

#[test]
fn results_name_their_rules() {
    for (name, scene) in stories::ALL {
        let log: Value = serde_json::from_str(&scene().render(Format::Sarif)).unwrap();
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let rule = &run["tool"]["driver"]["rules"][index];
            assert_eq!(rule["id"], result["ruleId"], "{name}");
            assert!(!result["locations"].as_array().unwrap().is_empty(), "{name}: code scanning refuses {result}");
        }
    }
}

#[test]
fn a_fingerprint_stays_when_lines_are_added_above() {
    let before = fingerprints(&stories::rich());
    let mut shifted = stories::rich();
    shifted.shift(7);
    assert_ne!(shifted.render(Format::Gitlab), stories::rich().render(Format::Gitlab), "the lines are others");
    assert_eq!(fingerprints(&shifted), before);
}

#[test]
fn a_fingerprint_belongs_to_one_finding() {
    for (name, scene) in stories::ALL {
        let all = fingerprints(&scene());
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{name}");
    }
    // The very same words, twice in one file.
    let mut twice = stories::only_problems();
    let again = twice.plan.problems[0].clone();
    twice.plan.problems.push(again);
    let all = fingerprints(&twice);
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (4, 4), "the summary is one, too");
}

#[test]
fn another_name_is_another_finding() {
    let before = fingerprints(&stories::only_problems());
    let mut other = stories::only_problems();
    other.plan.problems[0].message = "no user has the username `zoe2`".to_owned();
    let after = fingerprints(&other);
    assert_eq!(after.iter().filter(|it| before.contains(it)).count(), 2, "the other name, and the summary");
}

#[test]
fn what_has_no_place_is_shown_at_the_first_file() {
    let mut held = stories::only_held();
    held.sources.insert(0, Source { name: "<stdin>".into(), text: String::new() });
    let issues: Value = serde_json::from_str(&held.render(Format::Gitlab)).unwrap();
    assert_eq!(issues[0]["location"], serde_json::json!({"path": "grants.yaml", "lines": {"begin": 1}}));
    let [command, ..] = &commands(&held.render(Format::Github))[..] else { panic!("one at least") };
    assert_eq!(command.properties.get("file"), None, "GitHub takes what has no place");
}

#[test]
fn paths_are_those_of_the_repository() {
    let mut scene = Scene::with_file("./access rights/zoë:1.yaml", "bindings:\n");
    scene.unresolved("bindings", "nothing here", "write something");
    assert_eq!(commands(&scene.render(Format::Github))[0].properties["file"], "access rights/zoë:1.yaml");
    let issues: Value = serde_json::from_str(&scene.render(Format::Gitlab)).unwrap();
    assert_eq!(issues[0]["location"]["path"], "access rights/zoë:1.yaml");
    let log: Value = serde_json::from_str(&scene.render(Format::Sarif)).unwrap();
    let uri = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "access%20rights/zo%C3%AB%3A1.yaml");
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn github_reads_what_was_meant(name in ".{0,40}", file in "[a-z]{1,3}[ -~\n\r]{0,10}") {
        let mut scene = Scene::with_file(&file, "bindings:\n");
        scene.unresolved("bindings", &format!("no user has the username `{name}`"), &name);
        scene.hold(["cluster-a", "member", &format!("u{name}")], Hold::NotNamed);
        let commands = commands(&scene.render(Format::Github));
        let names: Vec<_> = commands.iter().map(|it| &*it.name).collect();
        prop_assert_eq!(names, ["error", "warning", "notice"]);
        prop_assert_eq!(&commands[0].properties["file"], &file);
        let message = format!("no user has the username `{name}`");
        prop_assert_eq!(&commands[0].data, &format!("{}\nhelp: {}", visible(&message), visible(&name)));
    }
}

/// A workflow command as the runner of GitHub Actions reads it.
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

fn commands(text: &str) -> Vec<Command> {
    let unescape = |text: &str, pairs: &[(&str, &str)]| {
        let text = pairs.iter().fold(text.to_owned(), |text, (code, plain)| text.replace(code, plain));
        text.replace("%25", "%")
    };
    let data = [("%0D", "\r"), ("%0A", "\n")];
    let property = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")];
    let command = |line: &str| {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        let properties = properties.split(',').map(|it| {
            let (key, value) = it.split_once('=').unwrap();
            (key.to_owned(), unescape(value, &property))
        });
        Command { name: name.to_owned(), properties: properties.collect(), data: unescape(message, &data) }
    };
    text.lines().map(command).collect()
}

fn invalid(format: Format) -> String {
    let (diagnostics, sources) = stories::invalid();
    render(format, &Shown::Invalid { verb: Verb::Plan, diagnostics: &diagnostics, sources: &sources, forge: None })
}

fn fingerprints(scene: &Scene) -> Vec<String> {
    let issues: Vec<Value> = serde_json::from_str(&scene.render(Format::Gitlab)).unwrap();
    issues.iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_matters_most_is_annotated_first_and_many_risks_are_one() {
    let mut scene = stories::only_held();
    // Ids in the order in which things are made, and names in another one.
    for n in (1..=7).rev() {
        let Binding { resource, user, .. } = scene.binding([&format!("cluster-{n}"), "admin", "erin"]);
        let finding = risk::Finding::Emptied { resource, users: [user].into() };
        scene.assessment.risks.push(Risk { rule: "resource-emptied", finding, span: None, excuse: None });
    }
    let text = scene.render(Format::Github);
    let titles: Vec<_> = commands(&text).into_iter().map(|it| it.properties["title"].clone()).collect();
    let held = titles.iter().rposition(|it| it.starts_with("grantsync: held-")).unwrap();
    let risks: Vec<_> = (0..titles.len()).filter(|at| titles[*at] == "grantsync: resource-emptied").collect();
    assert!(risks.len() == 1 && held < risks[0], "{titles:#?}");
    let said = "7 of these: `cluster-1` would have no users left (last: `erin`); `cluster-2` would have no users left \
                (last: `erin`); `cluster-3` would have no users left (last: `erin`); and 4 more";
    assert!(text.contains(said), "{text}");
    let lines = scene.render(Format::Markdown);
    let at = |n| lines.find(&format!("`cluster-{n}` would have no users left")).unwrap();
    assert!((1..7).all(|n| at(n) < at(n + 1)), "{lines}");
}

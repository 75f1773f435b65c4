//! What is shown when nobody asks for everything: changes first, and what waits as numbers.

use expect_test::expect;
use grantsync::desired::{Limits, Mode};
use grantsync::plan::{Hold, Why};
use grantsync::render::{Detail, Format};

use crate::scene::{Scene, stories};
use crate::verbs::Bench;

/// One addition beside 50 removals that the mode withholds, and some that an unresolved line holds.
fn scene(detail: Detail) -> Scene {
    let mut it = stories::one();
    it.detail = detail;
    for n in 0..50 {
        it.remove(["aaa", "member", &format!("user{n:02}")], Why::NotDeclared, &[]);
    }
    let line = it.at("bob");
    for n in 0..5 {
        it.hold(["bbb", "member", &format!("user{n:02}")], Hold::Doubt(line.clone()));
    }
    it.hold(["cluster-a", "viewer", "carol"], Hold::Doubt(line));
    it.input.mode = Mode::AddOnly;
    it
}

fn text(detail: Detail) -> String {
    anstream::adapter::strip_str(&scene(detail).render(Format::Text)).to_string()
}

#[test]
fn changes_are_first_and_what_waits_is_one_line_a_resource() {
    expect![[r#"
        cluster-a  HPC
          +    member  bob    grants.yaml:3
          !    viewer  carol  held: an unresolved line might refer to it · grants.yaml:3

        aaa  HPC
          (-)  50 removals withheld; -v lists them

        bbb  HPC
          !    5 removals held: an unresolved line might refer to it; -v lists them

        Held: grants.yaml:3 holds 6 of 56 removals
          help: fix what is unresolved there; until then no link it could refer to is removed

        Plan: 1 to create, 0 to remove, 6 held, 50 withheld · 1 in sync
    "#]]
    .assert_eq(&text(Detail::Changes));
}

#[test]
fn everything_lists_what_waits() {
    let text = text(Detail::Everything);
    assert_eq!(text.matches("withheld · not declared").count(), 50, "{text}");
    assert_eq!(text.matches("  !    member").count(), 5, "{text}");
}

#[test]
fn a_summary_is_risks_and_numbers() {
    expect![[r#"
        Held: grants.yaml:3 holds 6 of 56 removals
          help: fix what is unresolved there; until then no link it could refer to is removed

        Plan: 1 to create, 0 to remove, 6 held, 50 withheld · 1 in sync
    "#]]
    .assert_eq(&text(Detail::Summary));
}

#[test]
fn every_format_says_how_much_one_line_holds() {
    for format in [Format::Text, Format::Markdown, Format::Github, Format::Gitlab, Format::Sarif] {
        let text = scene(Detail::Changes).render(format);
        let plain = text.replace(['`', '\\'], "");
        assert!(plain.contains("grants.yaml:3 holds 6 of 56 removals"), "{format}: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&scene(Detail::Changes).render(Format::Json)).unwrap();
    assert_eq!(json["holding"][0]["removals"], 6);
    assert_eq!(json["holding"][0]["place"]["line"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_standard_output_is_for_programs_no_plan_is_on_standard_error() {
    let bench = Bench::new(grantsync::sandbox::World::example()).await;
    bench.write("grants.yaml", "scope: {resources: [cluster-a]}\nbindings: []\n");
    let text = bench.run("plan -f grants.yaml").await;
    assert!(text.out.contains("Plan: "), "{text:?}");
    let short = bench.run("plan -f grants.yaml --summary").await;
    assert!(short.out.contains("Plan: ") && !short.out.contains("cluster-a  HPC"), "{short:?}");
    for format in ["json", "markdown", "github"] {
        let ended = bench.run(&format!("plan -f grants.yaml --format {format}")).await;
        assert_eq!(ended.err, text.err, "{format}");
        assert!(!ended.err.contains("Plan: "), "{format}: {ended:?}");
    }
}

#[test]
fn resources_that_would_be_left_empty_are_one_reason() {
    let mut scene = stories::no_change();
    scene.input.limits = Limits { removals: 1_000, removal_percent: 100, creations: None };
    for n in 0..40 {
        for user in ["carol", "dave"] {
            scene.remove([&format!("lab-{n:02}"), "member", user], Why::NotDeclared, &[]);
        }
    }
    let reason = "no link would be left on 40 resources: `lab-00`, `lab-01`, `lab-02` and 37 more";
    for format in [Format::Text, Format::Markdown] {
        let text = scene.render(format);
        assert_eq!(text.matches(reason).count(), 1, "{format}: {text}");
        assert!(!text.contains("2 people would go"), "{format}: {text}");
    }
}

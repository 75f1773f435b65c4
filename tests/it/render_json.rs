//! JSON, the stable contract.

use expect_test::expect_file;
use grantsync::render::{Failed, Format, Shown, Verb, json_schema, render};
use jsonschema::Validator;
use serde_json::Value;

use crate::scene::{Scene, stories};

#[test]
fn the_published_schema_is_current() {
    expect_file!["../../schemas/pass.v1.json"].assert_eq(&json_schema());
}

#[test]
fn every_document_fits_the_schema() {
    for (name, scene) in stories::ALL {
        fits(name, &json(&scene()));
    }
    fits("stale", &stories::stale(Format::Json));
    let (diagnostics, sources) = stories::invalid();
    fits(
        "invalid",
        &render(
            Format::Json,
            &Shown::Invalid { verb: Verb::Plan, diagnostics: &diagnostics, sources: &sources, forge: None },
        ),
    );
    fits(
        "failed",
        &render(Format::Json, &Shown::Failed(Failed { verb: Verb::Plan, failure: &stories::failed(), stale: None })),
    );
}

#[test]
fn the_schema_refuses_what_is_not_a_pass() {
    let rich: Value = serde_json::from_str(&json(&stories::rich())).unwrap();
    let validator = validator();
    let broken: [fn(&mut Value); 6] = [
        |it| it["version"] = 2.into(),
        |it| it["kind"] = "plane".into(),
        |it| drop(it.as_object_mut().unwrap().remove("held")),
        |it| it["held"][0]["hold"]["kind"] = "mood".into(),
        |it| it["steps"][0]["user"]["id"] = "ALICE".into(),
        |it| drop(it["steps"][0].as_object_mut().unwrap().remove("action")),
    ];
    for (at, breaks) in broken.iter().enumerate() {
        let mut document = rich.clone();
        breaks(&mut document);
        assert!(!validator.is_valid(&document), "change {at} goes unnoticed");
    }
}

#[test]
fn names_are_exact_and_nothing_in_them_reaches_a_terminal() {
    let text = json(&stories::hostile());
    assert!(!text.contains(|it: char| it != '\n' && (it.is_control() || it == '\u{202e}')), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<_> = document["steps"].as_array().unwrap().iter().map(|it| &it["user"]["username"]).collect();
    assert_eq!(names, stories::HOSTILE.iter().collect::<Vec<_>>());
}

#[test]
fn counts_are_those_of_the_lists() {
    let document: Value = serde_json::from_str(&json(&stories::everything())).unwrap();
    let listed = |list: &str, fits: &dyn Fn(&Value) -> bool| {
        document[list].as_array().unwrap().iter().filter(|it| fits(it)).count()
    };
    let any = |_: &Value| true;
    let table: [(&str, usize); 10] = [
        ("create", listed("steps", &|it| it["action"] == "create")),
        ("remove", listed("steps", &|it| it["action"] == "remove")),
        ("held", listed("held", &any)),
        ("withheld", listed("withheld", &any)),
        ("outside_own_scope", listed("skipped", &|it| it["why"] == "outside-scope")),
        ("skipped", listed("skipped", &|it| it["why"] != "outside-scope")),
        ("in_sync", listed("in_sync", &any)),
        ("kept_protected", listed("kept", &|it| it["why"] == "protected")),
        ("kept_terminated", listed("kept", &|it| it["why"] == "terminated")),
        ("outside", listed("outside", &any)),
    ];
    for (count, expected) in table {
        assert_eq!(document["counts"][count], expected, "{count}");
        assert!(expected > 0, "the scene has none of {count}");
    }
    let held = listed("held", &|it| it["hold"]["kind"] == "limit");
    assert_eq!(document["limited"]["links"], held);
}

fn json(scene: &Scene) -> String {
    scene.render(Format::Json)
}

fn validator() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(&json_schema()).unwrap()).unwrap()
}

#[track_caller]
fn fits(name: &str, text: &str) {
    let document = serde_json::from_str(text).unwrap();
    let validator = validator();
    let errors: Vec<_> = validator.iter_errors(&document).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

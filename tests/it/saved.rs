//! Plans and views as files: what is in them comes out again, and nothing that was meddled with does.

use std::time::Duration;

use grantsync::desired::{Limits, Mode};
use grantsync::diagnostic::Source;
use grantsync::policy::{ChangeSet, Digest, PlannedAction, PolicyInput, approve};
use grantsync::saved::{Base, ChangeInfo, Commit, FileKind, PlanOptions, SavedError, SavedFile, SavedPlan, SavedView};
use serde_json::Value;

use crate::world::{NOW, World, document, instant};

const WORLD: &str = "HPC cluster-a: admin alice, member bob\nCloud vm: viewer carol\nusers: yan, (inactive) zoe";
const YAML: &str = "
scope: {offerings: [HPC]}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, yan]}
";

fn saved() -> SavedPlan {
    let world = World::read(WORLD);
    let limits = document(YAML).limits;
    let decision = approve(world.plan(YAML, NOW), &PolicyInput { limits, ..PolicyInput::default() }).unwrap();
    let source = Source { name: "grants.yaml".into(), text: YAML.into() };
    SavedPlan {
        made_by: env!("CARGO_PKG_VERSION").into(),
        made: instant(NOW),
        now: instant(NOW),
        commit: Some(Commit { id: "0123456789abcdef0123456789abcdef01234567".into(), modified: true }),
        files: vec![SavedFile::new(source)],
        asked: PlanOptions {
            mode: Mode::AddOnly,
            max_creations: None,
            max_removals: Some(7),
            max_removal_percent: None,
            only: vec!["user=yan".into()],
            approve: Some(Digest::try_from("00112233445566aa".to_owned()).unwrap()),
        },
        told: ChangeInfo {
            author: Some("ann".into()),
            expiring_within: Duration::from_secs(14 * 24 * 3600),
            base: Some(Base {
                revision: "origin/main".into(),
                files: vec![SavedFile::new(Source { name: "grants.yaml".into(), text: "bindings: []\n".into() })],
            }),
        },
        limits: Limits { removals: 7, removal_percent: 25, creations: None },
        bindings: world.desired(YAML).bindings.iter().map(|it| it.binding).collect(),
        view: SavedView::new(world.directory, world.snapshot, instant(NOW)),
        changes: ChangeSet::of(&decision),
    }
}

/// A plan whose values were changed.
fn edited(edit: impl FnOnce(&mut Value)) -> Result<SavedPlan, SavedError> {
    let mut value: Value = serde_json::from_str(&saved().write().unwrap()).unwrap();
    edit(&mut value);
    SavedPlan::read(&value.to_string())
}

#[test]
fn what_is_saved_is_read_again() {
    let plan = saved();
    let mut again = SavedPlan::read(&plan.write().unwrap()).unwrap();
    // Whose token it was is kept as a fingerprint only.
    assert_ne!(again.view.snapshot.observation.caller.username, "operator");
    again.view.snapshot.observation.caller = plan.view.snapshot.observation.caller.clone();
    assert_eq!(again, plan);
    let twice = SavedPlan::read(&again.write().unwrap()).unwrap();
    assert_eq!(twice.view.fingerprint, plan.view.fingerprint);
}

#[test]
fn a_view_alone_is_read_again() {
    let view = saved().view;
    let again = SavedView::read(&view.write().unwrap()).unwrap();
    assert_eq!((&again.directory, &again.snapshot.links), (&view.directory, &view.snapshot.links));
    assert_eq!((&again.seen, &again.fingerprint), (&view.seen, &view.fingerprint));
}

#[test]
fn the_token_and_its_owner_are_not_in_it() {
    let plan = saved();
    let text = plan.write().unwrap();
    let caller = &plan.view.snapshot.observation.caller;
    assert!(!text.contains(&caller.username) && !text.contains(&caller.user.to_string()));
}

#[test]
fn white_space_may_change_and_nothing_else() {
    assert_eq!(edited(|_| ()).map(|it| it.changes), Ok(saved().changes), "this one has no indentation");
    let damaged = Err(SavedError::Damaged("saved plan"));
    assert_eq!(edited(|it| it["content"]["limits"]["removals"] = 8.into()), damaged);
    assert_eq!(edited(|it| it["content"]["changes"]["create"] = Value::Array(Vec::new())), damaged);
    assert_eq!(edited(|it| it["grantsync"] = "9.9.9".into()), damaged);
    assert_eq!(edited(|it| it["checksum"] = Value::Null), damaged);
    let text = saved().write().unwrap();
    assert_eq!(SavedPlan::read(&text[..text.len() / 2]), damaged, "the first half of one");
}

#[test]
fn every_single_byte_counts() {
    // A letter of a name, a digit of an id, a bracket: whatever is turned into something else, the file is refused.
    let text = saved().write().unwrap();
    for at in (0..text.len()).step_by(41) {
        let mut bytes = text.clone().into_bytes();
        if bytes[at].is_ascii_whitespace() {
            continue;
        }
        bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        assert!(SavedPlan::read(&text).is_err(), "byte {at}");
    }
}

#[test]
fn other_things_are_told_from_damaged_ones() {
    let other = Err(SavedError::Other(FileKind::Plan));
    assert_eq!(SavedPlan::read(""), other);
    assert_eq!(SavedPlan::read("bindings: []"), other);
    assert_eq!(SavedPlan::read("{\"format\": \"terraform\"}"), other);
    let (view, plan) = (saved().view.write().unwrap(), saved().write().unwrap());
    let told = |error: SavedError| format!("{error}; {}", error.help());
    assert_eq!(
        told(SavedPlan::read(&view).unwrap_err()),
        "this is a saved view of a server, and not a saved plan; \
         name a file that `plan -o` has written; a view is for `plan --live`"
    );
    assert_eq!(
        told(SavedView::read(&plan).unwrap_err()),
        "this is a saved plan, and not a saved view of a server; \
         name a file that `snapshot -o` has written; a plan is for `show` and `apply`"
    );
    let error = edited(|it| it["version"] = 2.into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "this saved plan is of version 2 of the format, made by grantsync {}; this program reads version 1",
            env!("CARGO_PKG_VERSION")
        )
    );
}

#[test]
fn a_change_set_is_about_what_is_sent_and_what_limits_hold() {
    let of = |world: &str, removals| {
        let world = World::read(world);
        let limits = Limits { removals, removal_percent: 100, creations: None };
        ChangeSet::of(&approve(world.plan(YAML, NOW), &PolicyInput { limits, ..PolicyInput::default() }).unwrap())
    };
    let then = of(WORLD, 25);
    assert_eq!((then.creations.len(), then.removals.len(), then.held.len()), (1, 1, 0));

    // Somebody else's scope does not matter; what is sent does, and so does what is held.
    assert_eq!(then.differences(&of(&format!("{WORLD}\nCloud vm2: admin alice"), 25)), []);
    let fates = |now: &ChangeSet| {
        then.differences(now).into_iter().map(|it| (it.link.is_some(), it.then, it.now)).collect::<Vec<_>>()
    };
    assert_eq!(fates(&of(WORLD, 0)), [(true, PlannedAction::Removed, PlannedAction::Held)]);
    let done = "HPC cluster-a: admin alice, member bob, admin yan\nCloud vm: viewer carol\nusers: (inactive) zoe";
    assert_eq!(fates(&of(done, 25)), [(false, PlannedAction::Created, PlannedAction::Nothing)]);
    let replaced = "HPC cluster-a: admin alice\nCloud vm: viewer carol\nHPC cluster-b: member bob\nusers: yan";
    assert_eq!(
        fates(&of(replaced, 25)),
        [
            (true, PlannedAction::Nothing, PlannedAction::Removed),
            (true, PlannedAction::Removed, PlannedAction::Nothing)
        ]
    );
}

#[test]
fn limits_of_creations_and_what_they_hold_are_kept() {
    let mut plan = saved();
    (plan.asked.max_creations, plan.limits.creations) = (Some(7), Some(9));
    plan.changes.held_creations = std::mem::take(&mut plan.changes.creations);
    assert!(!plan.changes.held_creations.is_empty());
    let read = SavedPlan::read(&plan.write().unwrap()).unwrap();
    assert_eq!((read.asked, read.limits, read.changes), (plan.asked, plan.limits, plan.changes));
}

/// A plan as version 1 was first written. It is never written again: who has such a file must be able to read it.
#[test]
fn reads_the_first_file_of_version_1() {
    const FIRST: &str = include_str!("../data/saved/plan.v1.json");
    let plan = SavedPlan::read(FIRST).unwrap();
    let expected = saved();
    assert_eq!((plan.asked, plan.told, plan.files), (expected.asked, expected.told, expected.files));
    assert_eq!((plan.limits, plan.bindings, plan.changes), (expected.limits, expected.bindings, expected.changes));
    assert_eq!((plan.made, plan.now, plan.commit), (expected.made, expected.now, expected.commit));
    assert_eq!(plan.view.directory, expected.view.directory);
    assert_eq!(plan.view.snapshot.links, expected.view.snapshot.links);
    // What is written now has the same content, word by word.
    let [first, now] = [FIRST, &saved().write().unwrap()].map(|it| serde_json::from_str::<Value>(it).unwrap());
    assert_eq!(now["content"], first["content"]);
}

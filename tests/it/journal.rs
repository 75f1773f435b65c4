//! Entries as lines: every line reads back, and whatever happens to a journal shows.

use grantsync::binding::{LinkId, ResourceId, RoleId, UserId};
use grantsync::journal::{
    Action, Counted, Entry, FaultKind, HeldLink, Intent, Journal, Line, LineHash, LinkRecord, PassContext, PassRecord,
    Recalled, Request, ResultKind, StepOutcome, Tail, recall, steps,
};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

const SERVER: &str = "https://waldur.example.org/api";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_796_000_000 + second).unwrap()
}

fn context(pass: u8) -> PassContext {
    PassContext {
        pass: format!("pass-{pass}"),
        trigger: "schedule".to_owned(),
        server: SERVER.to_owned(),
        account: "grantsync".to_owned(),
        commit: Some("0123456789ab".to_owned()),
    }
}

fn intent(pass: u8, write: u64, who: u8, action: Action, name: &str) -> Intent {
    let id = |kind: u8| Uuid::from_bytes([kind, who, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    Intent {
        context: context(pass),
        write,
        action,
        link: LinkRecord {
            id: (action == Action::Remove).then(|| LinkId::from(id(1))),
            resource: ResourceId::from(id(2)),
            resource_name: name.to_owned(),
            offering_name: "HPC".to_owned(),
            role: RoleId::from(id(3)),
            role_name: "admin".to_owned(),
            user: UserId::from(id(4)),
            username: "alice".to_owned(),
            ends: Some(at(90_000)),
            created: None,
        },
        until: None,
        why: "not declared".to_owned(),
        requests: vec![Request { at: "a.yaml:3".to_owned(), groups: vec!["team".to_owned()], reason: None }],
        approval: None,
        counts: (action == Action::Remove).then_some(Counted::Removals),
    }
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let action = prop_oneof![Just(Action::Create), Just(Action::Remove), Just(Action::SetEnd), Just(Action::PutBack)];
    let intended = (0..4_u8, 0..6_u64, 0..5_u8, action, ".{0,12}")
        .prop_map(|(pass, write, who, action, name)| Entry::Intent(Box::new(intent(pass, write, who, action, &name))));
    let result = prop_oneof![Just(ResultKind::Done), Just(ResultKind::Failed), Just(ResultKind::Unknown)];
    let outcome =
        (0..4_u8, 0..6_u64, result, proptest::option::of(".{0,12}")).prop_map(|(pass, write, result, message)| {
            Entry::Outcome(StepOutcome { pass: context(pass).pass, write, result, id: None, message })
        });
    let pass = (0..4_u8, "[a-z_]{1,8}").prop_map(|(pass, result)| {
        let held = HeldLink { what: "bob: admin on a".to_owned(), why: "over the limit".to_owned(), since: at(1) };
        let record = PassRecord {
            context: context(pass),
            result,
            held: Some(1),
            held_first: vec![held],
            ..PassRecord::default()
        };
        Entry::Pass(Box::new(record))
    });
    let repaired = ".{0,20}".prop_map(|lost| Entry::Repaired { lost });
    vec(prop_oneof![4 => intended, 3 => outcome, 1 => pass, 1 => repaired], 1..12)
}

/// A journal with these entries, a second after one another.
fn text(entries: &[Entry]) -> String {
    let (mut last, mut text) = (LineHash::none(), String::new());
    for (second, entry) in (0..).zip(entries) {
        let line = Line::new(at(second), last, entry.clone()).to_text().unwrap();
        last = LineHash::of(&line);
        text.push_str(&line);
        text.push('\n');
    }
    text
}

proptest! {
    #[test]
    fn what_is_written_reads_back(entries in entries()) {
        let read = Journal::read(&text(&entries), Some(&LineHash::none())).unwrap();
        prop_assert_eq!(&read.faults, &[]);
        let back: Vec<_> = read.lines.into_iter().map(|(_, _, line)| line.entry).collect();
        prop_assert_eq!(back, entries);
    }

    #[test]
    fn a_line_that_is_changed_removed_or_moved_shows(entries in entries(), at in any::<prop::sample::Index>(), how in 0..3) {
        let text = text(&entries);
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        // The last line has none after it: only who knows its hash can tell.
        prop_assume!(lines.len() > 2);
        let at = at.index(lines.len() - 2);
        match how {
            0 => lines[at] = lines[at].replacen("\"at\":\"20", "\"at\":\"21", 1),
            1 => { lines.remove(at); }
            _ => lines.swap(at, at + 1),
        }
        prop_assume!(lines.join("\n") + "\n" != text);
        let read = Journal::read(&(lines.join("\n") + "\n"), Some(&LineHash::none())).unwrap();
        prop_assert!(!read.faults.is_empty());
    }

    #[test]
    fn a_journal_that_is_cut_anywhere_goes_on_after_its_last_whole_line(entries in entries(), cut in any::<prop::sample::Index>()) {
        let text = text(&entries);
        let cut = cut.index(text.len() + 1);
        let cut = (0..=cut).rev().find(|it| text.is_char_boundary(*it)).unwrap();
        let rest = &text[..cut];
        let whole = rest.rfind('\n').map_or("", |at| &rest[..=at]);
        let last = whole.lines().last().map(LineHash::of);
        match Tail::of(rest).unwrap() {
            Tail::Empty => prop_assert_eq!(cut, 0),
            Tail::Whole(hash) => prop_assert_eq!(Some(hash), last),
            Tail::WithoutBreak(hash) => prop_assert_eq!(hash, LineHash::of(&rest[whole.len()..])),
            Tail::Torn { last: before, lost } => {
                prop_assert_eq!(before, last);
                prop_assert_eq!(lost, &rest[whole.len()..]);
            }
            Tail::Other => prop_assert!(false, "{}", rest),
        }
    }
}

#[test]
fn a_newer_version_is_refused_in_words() {
    let newer = text(&[Entry::Repaired { lost: String::new() }]).replacen("{\"v\":1", "{\"v\":2", 1);
    let error = Journal::read(&newer, None).unwrap_err();
    assert_eq!(error.to_string(), "the journal is of version 2 of the format, and this build reads version 1");
    assert_eq!(Tail::of(&newer).unwrap_err(), error);
    let old = text(&[Entry::Repaired { lost: String::new() }]);
    assert!(Tail::of(&(newer + &old[..20])).is_err(), "also before a line that was cut off");
}

#[test]
fn another_file_is_no_journal() {
    for text in ["bindings: []\n", "bindings: []", "{}\n", "a\nb\n", "{\"v\":1}\nx\n"] {
        assert_eq!(Tail::of(text).unwrap(), Tail::Other, "{text:?}");
    }
    let zeros = text(&[Entry::Repaired { lost: String::new() }]) + "\0\0\0";
    assert!(matches!(Tail::of(&zeros).unwrap(), Tail::Torn { last: Some(_), .. }));
}

#[test]
fn the_torn_end_of_a_journal_is_told() {
    let text = text(&[Entry::Repaired { lost: String::new() }, Entry::Repaired { lost: String::new() }]);
    let read = Journal::read(&text[..text.len() - 5], None).unwrap();
    assert_eq!(read.lines.len(), 1);
    assert_eq!(read.faults.iter().map(|it| (it.line, &it.kind)).collect::<Vec<_>>(), [(2, &FaultKind::Torn)]);
}

fn outcome(pass: u8, write: u64, result: ResultKind) -> Entry {
    Entry::Outcome(StepOutcome { pass: context(pass).pass, write, result, id: None, message: None })
}

fn lines(entries: &[Entry]) -> Vec<Line> {
    Journal::read(&text(entries), None).unwrap().lines.into_iter().map(|(_, _, line)| line).collect()
}

#[test]
fn the_last_outcome_of_a_write_counts() {
    let entries = [
        Entry::Intent(Box::new(intent(1, 1, 1, Action::Create, "a"))),
        Entry::Intent(Box::new(intent(1, 2, 2, Action::Remove, "a"))),
        outcome(1, 1, ResultKind::Unknown),
        outcome(1, 1, ResultKind::DoneBefore),
        outcome(2, 2, ResultKind::Done),
    ];
    let lines = lines(&entries);
    let results: Vec<_> = steps(&lines).iter().map(|it| it.outcome.map(|it| it.result)).collect();
    assert_eq!(results, [Some(ResultKind::DoneBefore), None], "one of another pass is no outcome of it");
}

#[test]
fn removals_of_the_last_day_are_recalled_with_those_whose_end_nobody_knows() {
    let remove = |pass, write, who| Entry::Intent(Box::new(intent(pass, write, who, Action::Remove, "a")));
    let mut elsewhere = intent(3, 1, 9, Action::Remove, "a");
    elsewhere.context.server = "https://other.example.org/api".to_owned();
    let mut approved = intent(3, 2, 8, Action::Remove, "a");
    approved.counts = None;
    let entries = [
        remove(1, 1, 1),
        outcome(1, 1, ResultKind::Done),
        remove(1, 2, 1),
        outcome(1, 2, ResultKind::Done),
        remove(1, 3, 2),
        outcome(1, 3, ResultKind::Failed),
        remove(2, 1, 3),
        outcome(2, 1, ResultKind::Unknown),
        remove(2, 2, 4),
        Entry::Intent(Box::new(elsewhere)),
        Entry::Intent(Box::new(approved)),
    ];
    let lines = lines(&entries);
    let now = at(20);
    let recalled = recall(&lines, SERVER, now);
    assert_eq!(recalled.removals, [at(0), at(6), at(8)]);
    assert_eq!(Recalled::count(&recalled.removals, now), 3);
    let later = at(6) + SignedDuration::from_hours(24);
    assert_eq!(Recalled::count(&recalled.removals, later), 1);
    assert_eq!(recall(&lines, SERVER, later).removals, [at(8)]);
}

#[test]
fn what_the_last_good_pass_held_is_recalled() {
    let pass = |held: &[(&str, i64)], failure: Option<&str>| {
        let held = held.iter().map(|(what, since)| HeldLink {
            what: (*what).to_owned(),
            why: String::new(),
            since: at(*since),
        });
        Entry::Pass(Box::new(PassRecord {
            context: context(1),
            held: failure.is_none().then_some(1),
            held_first: held.collect(),
            failure: failure.map(str::to_owned),
            ..PassRecord::default()
        }))
    };
    let lines =
        lines(&[pass(&[("bob", 1), ("eve", 1)], None), pass(&[("bob", 1)], None), pass(&[], Some("no server"))]);
    let recalled = recall(&lines, SERVER, at(9));
    assert_eq!(recalled.held, [("bob".to_owned(), at(1))].into());
}

//! Files with something wrong somewhere: does the schema notice what the reader notices?

use grantsync::diagnostic::Source;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cases::config;
use crate::schema::agrees;

const ODD: &[&str] = &[
    "",
    " ",
    " a",
    "a ",
    "a\tb",
    "a\nb",
    "a\u{85}",
    "*",
    "a*",
    "yes",
    "~",
    "12",
    "2027-01-31",
    "2027-02-30",
    "2027-13-01",
    "2027-01-31T18:00:00Z",
    "2027-01-31T18:00:00+01:00",
    "2027-01-31T18:00:00",
    "2027-01-31T25:00:00Z",
    "all",
    "enforce",
    "Europe/Berlin",
    "0123456789abcdef0123456789abcdeg",
    "01234567-89AB-cdef-0123-456789abcdef",
    "https://example.org/api/users/0123456789abcdef0123456789abcdef/",
    "/api/marketplace-resources/0123456789abcdef0123456789abcdef",
    "https://example.org/api/projects/0123456789abcdef0123456789abcdef/",
    "/api/marketplace-offering-user-roles/0123456789abcdef0123456789abcdef/",
    "HTTPS://example.org/api/marketplace-public-offerings/0123456789abcdef0123456789abcdef/",
    "https://example.org/*",
    "http://",
    "/api/",
    "🦀",
    "a\u{200b}b",
];

fn name() -> impl Strategy<Value = Value> {
    let names = ["alice", "cluster-a", "HPC", "two words", "0123456789abcdef0123456789abcdef", "7"];
    prop::sample::select(names.to_vec()).prop_map(Value::from)
}

fn reference(key: &'static str) -> BoxedStrategy<Value> {
    let id = || Just(json!("0123456789ABCDEF0123456789abcdef"));
    prop_oneof![
        4 => name(),
        1 => name().prop_map(move |it| json!({ key: it })),
        1 => (id(), name()).prop_map(move |(id, name)| json!({ "uuid": id, key: name })),
    ]
    .boxed()
}

fn resource() -> BoxedStrategy<Value> {
    let offered = (name(), reference("name")).prop_map(|(name, it)| json!({ "name": name, "offering": it }));
    let used = (name(), reference("name")).prop_map(|(name, it)| json!({ "name": name, "project": it }));
    prop_oneof![4 => reference("name"), 1 => offered, 1 => used].boxed()
}

/// Some of these keys, each as likely as is said.
fn object(keys: Vec<(&'static str, f64, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let some = |(key, often, value): (&'static str, f64, BoxedStrategy<Value>)| {
        prop::option::weighted(often, value).prop_map(move |it| it.map(|it| (key.to_owned(), it)))
    };
    let keys: Vec<_> = keys.into_iter().map(some).collect();
    keys.prop_map(|it| Value::Object(it.into_iter().flatten().collect())).boxed()
}

fn list(item: BoxedStrategy<Value>, least: usize) -> BoxedStrategy<Value> {
    prop::collection::vec(item, least..3).prop_map(Value::from).boxed()
}

/// Either the singular of a key or its plural.
fn either(one: &'static str, many: &'static str, item: BoxedStrategy<Value>, least: usize) -> BoxedStrategy<Value> {
    let several = list(item.clone(), least);
    prop_oneof![item.prop_map(move |it| json!({ one: it })), several.prop_map(move |it| json!({ many: it }))].boxed()
}

fn binding() -> BoxedStrategy<Value> {
    let life = object(vec![
        ("from", 0.2, Just(json!("2026-01-01")).boxed()),
        ("until", 0.2, Just(json!("2027-03-31T18:00:00+01:00")).boxed()),
        ("reason", 0.5, name().boxed()),
    ]);
    let who = prop_oneof![
        3 => either("user", "users", reference("username"), 0),
        1 => either("group", "groups", Just(json!("team")).boxed(), 0),
    ];
    let parts = [either("resource", "resources", resource(), 1), either("role", "roles", reference("name"), 1)];
    (parts, who, life).prop_map(|([resource, role], who, life)| merged([resource, role, who, life])).boxed()
}

fn merged(parts: impl IntoIterator<Item = Value>) -> Value {
    let keys = parts.into_iter().filter_map(|it| match it {
        Value::Object(keys) => Some(keys),
        _ => None,
    });
    Value::Object(keys.flatten().collect())
}

fn kinds(more: Vec<(&'static str, f64, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let pattern = |it| prop_oneof![3 => it, 1 => Just(json!("a*"))].boxed();
    let kind = |key, item| (key, 0.4, list(pattern(item), 1));
    let kinds = [
        kind("offerings", reference("name")),
        kind("resources", resource()),
        kind("roles", reference("name")),
        kind("users", reference("username")),
    ];
    object(kinds.into_iter().chain(more).collect())
}

/// A file that is mostly as it should be.
fn file() -> BoxedStrategy<Value> {
    let number = || (0..100_u32).prop_map(Value::from).boxed();
    let modes = vec![json!("enforce"), json!("add-only"), json!("observe")];
    let scope = prop_oneof![Just(json!("all")), kinds(vec![("exclude", 0.3, kinds(Vec::new()))])];
    let approval = object(vec![
        ("held", 0.99, "[0-9a-fA-F]{16}".prop_map(Value::from).boxed()),
        ("until", 0.3, Just(json!("2027-03-31")).boxed()),
        ("reason", 0.5, name().boxed()),
    ]);
    let member = prop_oneof![3 => reference("username"), 1 => Just(json!({ "group": "inner" }))].boxed();
    let groups = list(member, 0).prop_map(|it| json!({ "team": it, "inner": [] }));
    object(vec![
        ("version", 0.2, Just(json!(1)).boxed()),
        ("mode", 0.2, prop::sample::select(modes).boxed()),
        ("scope", 0.3, scope.boxed()),
        ("limits", 0.2, object(vec![("removals", 0.5, number()), ("removal_percent", 0.5, number())])),
        ("protect", 0.2, list(reference("username"), 0)),
        ("replace", 0.1, prop::sample::select(vec![json!("create-first"), json!("remove-first")]).boxed()),
        ("timezone", 0.1, Just(json!("Europe/Berlin")).boxed()),
        ("files", 0.1, list(name().boxed(), 0)),
        ("approvals", 0.2, list(approval, 0)),
        ("groups", 0.6, groups.boxed()),
        ("bindings", 0.9, list(binding(), 0)),
    ])
}

/// Something that may or may not belong where it is put.
fn anything() -> impl Strategy<Value = Value> {
    let numbers = [json!(-1), json!(0), json!(2), json!(101), json!(5_000_000_000_u64), json!(1.5)];
    let shapes = [json!([]), json!({}), json!([[]]), json!([null]), json!([{}]), json!({ "group": "team" })];
    prop_oneof![
        6 => prop::sample::select(ODD).prop_map(Value::from),
        1 => Just(Value::Null),
        2 => prop::sample::select(numbers.to_vec()),
        1 => any::<bool>().prop_map(Value::from),
        2 => prop::sample::select(shapes.to_vec()),
        1 => reference("name"),
    ]
}

/// A key of the format, in its place or not.
fn key() -> impl Strategy<Value = String> {
    let keys = [
        "version",
        "mode",
        "scope",
        "limits",
        "protect",
        "replace",
        "timezone",
        "files",
        "approvals",
        "groups",
        "bindings",
        "removals",
        "offerings",
        "resources",
        "roles",
        "users",
        "exclude",
        "resource",
        "role",
        "user",
        "group",
        "from",
        "until",
        "reason",
        "held",
        "uuid",
        "name",
        "username",
        "offering",
        "colour",
        "",
        " a",
        "a\nb",
    ];
    prop::sample::select(keys.to_vec()).prop_map(str::to_owned)
}

/// What is done to a file.
#[derive(Debug, Clone)]
enum Change {
    /// Another value is put in the place of one.
    Replace(Value),
    /// A mapping gets one more key, or another value for it.
    Insert(String, Value),
    /// A mapping loses its first key, or a list its first item.
    Lose,
    /// A list gets its first item again.
    Repeat,
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => anything().prop_map(Change::Replace),
        3 => (key(), prop_oneof![anything(), reference("name")]).prop_map(|(key, value)| Change::Insert(key, value)),
        1 => Just(Change::Lose),
        1 => Just(Change::Repeat),
    ]
}

/// All values of a value, itself the first.
fn values(value: &Value) -> usize {
    let within: usize = match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(keys) => keys.values().map(values).sum(),
        _ => 0,
    };
    1 + within
}

impl Change {
    /// Changes the value with this number, counted as [`values`] does.
    fn apply(&self, value: &mut Value, mut number: usize) {
        if number == 0 {
            return self.apply_here(value);
        }
        number -= 1;
        let within: Vec<&mut Value> = match value {
            Value::Array(items) => items.iter_mut().collect(),
            Value::Object(keys) => keys.values_mut().collect(),
            _ => Vec::new(),
        };
        for it in within {
            let here = values(it);
            if number < here {
                return self.apply(it, number);
            }
            number -= here;
        }
    }

    fn apply_here(&self, value: &mut Value) {
        match (self, value) {
            (Self::Replace(other), value) => *value = other.clone(),
            (Self::Insert(key, other), Value::Object(keys)) => drop(keys.insert(key.clone(), other.clone())),
            (Self::Lose, Value::Object(keys)) => {
                if let Some(first) = keys.keys().next().cloned() {
                    keys.remove(&first);
                }
            }
            (Self::Lose, Value::Array(items)) if !items.is_empty() => drop(items.remove(0)),
            (Self::Repeat, Value::Array(items)) => items.extend(items.first().cloned()),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn the_schema_agrees_with_the_reader_on_any_file(
        mut file in file(), change in changes(), place in any::<prop::sample::Index>(),
    ) {
        let place = place.index(values(&file));
        change.apply(&mut file, place);
        let sources = [Source { name: "grants.yaml".into(), text: file.to_string() }];
        let agrees = agrees(&sources);
        prop_assert!(agrees.is_ok(), "{}\n{}", agrees.unwrap_err(), file);
    }
}

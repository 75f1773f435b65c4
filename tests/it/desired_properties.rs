//! What holds for whatever is in the files.

use grantsync::desired::{self, Document, Entry, Reference, Selector};
use grantsync::diagnostic::{Diagnostic, Source, Span};
use grantsync::render;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cases::config;

fn source(name: &str, text: &str) -> Source {
    Source { name: name.into(), text: text.to_owned() }
}

fn problems(sources: &[Source]) -> Vec<Diagnostic> {
    match desired::parse(sources) {
        Ok(document) => document.warnings,
        Err(problems) => problems,
    }
}

/// Whether a place is what it says: within the text, between characters, with the line and column of its start.
fn is_true(span: &Span, sources: &[Source]) -> bool {
    let Span { file, start, end, line, column } = span;
    let text = &sources.iter().find(|it| it.name == *file).unwrap().text;
    let (start, end) = (*start as usize, *end as usize);
    let Some(before) = text.get(..start) else { return false };
    let at_line = before.split('\n').count();
    let in_line = before.rsplit('\n').next().unwrap();
    // A byte order mark may take a column or not, and so may the end of the file.
    let unsure = in_line.contains('\u{feff}') || start == text.len();
    let at_column = unsure || *column as usize == in_line.chars().count() + 1;
    start <= end && text.get(start..end).is_some() && *line as usize == at_line && at_column
}

/// Tells of a set and prints what was told, and checks every place.
fn tell(sources: &[Source]) {
    let problems = problems(sources);
    for problem in &problems {
        for label in std::iter::once(&problem.primary).chain(&problem.related) {
            assert!(is_true(&label.span, sources), "{problem:?} in {sources:?}");
        }
        assert!(desired::codes::ALL.iter().any(|(code, _)| *code == problem.code), "{problem:?}");
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
    }
    render::diagnostics(sources, &problems, false, 20);
}

/// Pieces of the format, and of what people get wrong in it.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("  "),
        Just("- "),
        Just(": "),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(","),
        Just("\""),
        Just("'"),
        Just("bindings:"),
        Just("groups:"),
        Just("resource: a"),
        Just("roles: [r]"),
        Just("users:"),
        Just("scope: all"),
        Just("exclude"),
        Just("&x"),
        Just("*x"),
        Just("!!t"),
        Just("<<"),
        Just("|"),
        Just("\t"),
        Just("---\n"),
        Just("...\n"),
        Just("#"),
        Just("é"),
        Just("🎉"),
        Just("\r\n"),
        Just("\u{feff}"),
        Just("from: 2027-01-01"),
        Just("until: 2026-01-01"),
        Just("{group: g}"),
        Just("g: "),
        Just("~"),
        Just("\\"),
        Just("?"),
        Just("\u{7}"),
        Just("<<<<<<< a\n"),
    ];
    vec(piece, 0..60).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..config(64) })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        tell(&[source("a.yaml", &text)]);
    }

    #[test]
    fn no_text_like_yaml_makes_it_panic(one in pieces(), other in pieces()) {
        tell(&[source("a.yaml", &one), source("b.yaml", &other)]);
    }

    #[test]
    fn no_bytes_make_it_panic(files in vec(vec(any::<u8>(), 0..200), 1..3)) {
        let names = ["a.yaml", "b.yaml", "c.yaml"];
        let decoded = files.into_iter().zip(names).map(|(bytes, name)| desired::decode(name.into(), bytes));
        let (sources, problems) = desired::diagnose(decoded.collect());
        render::diagnostics(&sources, &problems, false, 20);
    }

    #[test]
    fn a_broken_piece_of_a_valid_file_is_told_at_a_true_place(
        file in file(), at in any::<prop::sample::Index>(), length in 0_usize..4, piece in pieces(),
    ) {
        let text = block(&file);
        let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        let n = at.index(places.len());
        let end = places.get(n + length).copied().unwrap_or(text.len());
        tell(&[source("a.yaml", &format!("{}{piece}{}", &text[..places[n]], &text[end..]))]);
    }

    #[test]
    fn a_valid_file_means_what_it_was_written_from(file in file()) {
        // JSON is YAML, and block style says the same.
        for text in [file.to_string(), serde_json::to_string_pretty(&file).unwrap(), block(&file)] {
            let sources = [source("grants.yaml", &text)];
            let document = desired::parse(&sources);
            let document = document.map_err(|it| render::diagnostics(&sources, &it, false, 5) + &text).unwrap();
            prop_assert_eq!(meaning(&document), expected(&file), "{}", text);
        }
    }

    #[test]
    fn the_order_of_the_files_changes_only_that_of_the_bindings(
        files in vec(file(), 2..5), turn in any::<prop::sample::Index>(),
    ) {
        let mut sources = Vec::new();
        for (n, mut file) in files.into_iter().enumerate() {
            let keys = file.as_object_mut().unwrap();
            // Settings stand in one file; names of groups are there once.
            if n > 0 {
                keys.retain(|key, _| key == "bindings");
            }
            sources.push(source(&format!("{n}.yaml"), &block(&file)));
        }
        let before = in_no_order(&sources);
        let n = turn.index(sources.len());
        sources.rotate_left(n);
        prop_assert_eq!(before, in_no_order(&sources));
    }
}

/// The document, or the number of problems, whatever the order of the files is.
fn in_no_order(sources: &[Source]) -> Result<Document, usize> {
    let mut document = desired::parse(sources).map_err(|it| it.len())?;
    document.entries.sort_by(|a, b| a.span.cmp(&b.span));
    document.warnings.sort_by_key(|it| format!("{it:?}"));
    Ok(document)
}

/// A name of any kind that a name may be.
fn name() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "yes",
        "~",
        "007",
        "a: b",
        "it's \"so\"",
        "- x",
        "#",
        "\\n",
        "[",
        "🎉",
        "null",
        "é è",
        "1e3",
        "&a *",
    ]);
    prop_oneof![4 => "[a-z][a-z0-9-]{0,6}", 1 => odd.prop_map(str::to_owned), 1 => "[^\\p{C}\\s*/\u{ad}\u{feff}]{1,8}"]
}

fn reference(key: &'static str) -> impl Strategy<Value = Value> {
    let id = "[0-9a-f]{32}";
    prop_oneof![
        6 => name().prop_filter("a pattern", |it| !it.contains('*')).prop_map(Value::from),
        1 => id.prop_map(Value::from),
        1 => name().prop_map(move |it| json!({ key: it })),
        1 => (id, name()).prop_map(move |(id, it)| json!({ "uuid": id, key: it })),
    ]
}

fn day() -> impl Strategy<Value = String> {
    (2020..2040, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"))
}

fn list(key: &'static str, least: usize) -> impl Strategy<Value = Value> {
    vec(reference(key), least..4).prop_map(|it| {
        let mut seen = std::collections::BTreeSet::new();
        it.into_iter().filter(|it| seen.insert(shown(it))).collect()
    })
}

/// One entry; the resource is made its own by `file`, so that no binding is there twice.
fn entry() -> impl Strategy<Value = Value> {
    (list("name", 1), list("username", 0), option::of(Just("team")), option::of(day()), option::of("[a-z]{1,9}"))
        .prop_map(|(roles, users, group, from, reason)| {
            let mut entry = json!({ "roles": roles, "users": users });
            let keys = entry.as_object_mut().unwrap();
            keys.extend(group.map(|it| ("groups".to_owned(), json!([it]))));
            keys.extend(from.map(|it| ("from".to_owned(), json!(it))));
            keys.extend(reason.map(|it| ("reason".to_owned(), json!(it))));
            entry
        })
}

fn file() -> impl Strategy<Value = Value> {
    let limits = (0_u32..100, 0_u32..=100).prop_map(|(n, p)| json!({"removals": n, "removal_percent": p}));
    let settings = (
        option::of(limits),
        option::of(list("username", 0)),
        option::of(prop::sample::select(vec!["enforce", "add-only", "observe"])),
    );
    (settings, list("username", 0), vec((reference("name"), entry()), 0..5)).prop_map(
        |((limits, protect, mode), team, entries)| {
            let mut file = json!({ "groups": {"team": team} });
            let keys = file.as_object_mut().unwrap();
            keys.extend(limits.map(|it| ("limits".to_owned(), it)));
            keys.extend(protect.map(|it| ("protect".to_owned(), it)));
            keys.extend(mode.map(|it| ("mode".to_owned(), json!(it))));
            let mut seen = std::collections::BTreeSet::new();
            let entries = entries.into_iter().filter(|(resource, _)| seen.insert(shown(resource)));
            let entries: Vec<_> = entries
                .map(|(resource, mut entry)| {
                    entry["resource"] = resource;
                    entry
                })
                .collect();
            keys.insert("bindings".to_owned(), entries.into());
            file
        },
    )
}

/// The file in block style; JSON's quotes are YAML's.
fn block(file: &Value) -> String {
    let keys = file.as_object().unwrap().iter().map(|(key, value)| match value {
        Value::Array(entries) if key == "bindings" && !entries.is_empty() => {
            format!("bindings:\n{}", entries.iter().map(item).collect::<String>())
        }
        value => format!("{key}: {value}\n"),
    });
    keys.collect()
}

fn item(entry: &Value) -> String {
    let keys = entry.as_object().unwrap().iter().map(|(key, value)| format!("    {key}: {value}\n"));
    keys.collect::<String>().replacen("    ", "  - ", 1)
}

/// What a written reference is: its UUID and its name.
fn shown(reference: &Value) -> String {
    let text = |key| reference.get(key).and_then(Value::as_str).unwrap_or_default();
    match reference.as_str() {
        Some(id) if id.len() == 32 && id.bytes().all(|it| it.is_ascii_hexdigit()) => format!("{id}/"),
        Some(name) => format!("/{name}"),
        None => format!("{}/{}{}", text("uuid"), text("name"), text("username")),
    }
}

fn expected(file: &Value) -> Value {
    let list = |it: &Value| it.as_array().into_iter().flatten().map(shown).collect::<Vec<_>>();
    let team = list(&file["groups"]["team"]);
    let entry = |it: &Value| {
        let members = if it.get("groups").is_some() { team.clone() } else { Vec::new() };
        json!({
            "resource": shown(&it["resource"]),
            "roles": list(&it["roles"]),
            "users": list(&it["users"]),
            "members": members,
            "from": it.get("from").and_then(Value::as_str).map(|it| format!("{it}T00:00:00Z")),
            "reason": it.get("reason"),
        })
    };
    json!({
        "removals": file["limits"]["removals"].as_u64().unwrap_or(25),
        "percent": file["limits"]["removal_percent"].as_u64().unwrap_or(25),
        "protect": list(&file["protect"]),
        "mode": file.get("mode").and_then(Value::as_str).map(|it| it.replace('-', "")),
        "entries": file["bindings"].as_array().unwrap().iter().map(entry).collect::<Vec<_>>(),
    })
}

fn meaning(document: &Document) -> Value {
    let shown = |it: &Reference| {
        format!(
            "{}/{}",
            it.id.map(|it| it.simple().to_string()).unwrap_or_default(),
            it.name.as_deref().unwrap_or_default()
        )
    };
    let entry = |it: &Entry| {
        let users = |explicit| {
            let users = it.users.iter().filter(move |it| it.groups.is_empty() == explicit);
            users.map(|it| shown(&it.user)).collect::<Vec<_>>()
        };
        json!({
            "resource": it.resources.iter().map(shown).collect::<String>(),
            "roles": it.roles.iter().map(shown).collect::<Vec<_>>(),
            "users": users(true),
            "members": users(false),
            "from": it.life.from.map(|it| it.to_string()),
            "reason": it.reason.as_deref(),
        })
    };
    json!({
        "removals": document.limits.removals,
        "percent": document.limits.removal_percent,
        "protect": document.protect.iter().filter_map(Selector::one).map(shown).collect::<Vec<_>>(),
        "mode": document.mode.map(|it| format!("{it:?}").to_lowercase()),
        "entries": document.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

//! The schema of the files and the reader of the files, each held against the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use grantsync::desired::{self, codes};
use grantsync::diagnostic::{Diagnostic, Source};
use jsonschema::Validator;
use serde_json::Value;

use crate::desired_invalid::{cases, sources};

/// Who can tell of a problem.
enum Judge {
    /// The schema, whenever the reader does.
    Schema,
    /// The schema, now and then; and why not always.
    Sometimes(&'static str),
    /// The reader alone; and why.
    Reader(&'static str),
}

fn judge(code: &str) -> Judge {
    use Judge::{Reader, Schema, Sometimes};
    match code {
        codes::EMPTY_FILE
        | codes::WRONG_TYPE
        | codes::UNKNOWN_KEY
        | codes::BLANK
        | codes::MISSING_KEY
        | codes::SINGULAR_AND_PLURAL
        | codes::EMPTY_LIST
        | codes::BLANK_LIST
        | codes::EMPTY_TEXT
        | codes::SURROUNDING_SPACE
        | codes::CONTROL_CHARACTER
        | codes::UNSUPPORTED_VERSION
        | codes::UNKNOWN_VALUE
        | codes::OUT_OF_RANGE
        | codes::EMPTY_SCOPE
        | codes::MALFORMED_UUID
        | codes::MALFORMED_URL
        | codes::MALFORMED_DIGEST
        | codes::WRONG_URL
        | codes::PATTERN_NOT_ALLOWED => Schema,

        codes::QUOTE_IT => Sometimes("newer readers of YAML take `yes` for text"),
        codes::LISTED_TWICE => Sometimes("one thing can be written in several ways, and outside of bindings it may"),
        codes::MALFORMED_DATE => Sometimes("months differ in length"),
        codes::SYNTAX | codes::SECOND_DOCUMENT | codes::CONFLICT_MARKER | codes::DUPLICATE_KEY => {
            Sometimes("what is no YAML has no shape; an editor says so by itself")
        }
        codes::ALIAS | codes::MERGE_KEY | codes::TAG => Sometimes("they are gone before a schema is asked"),

        codes::NOT_UTF8 => Reader("there is no text to judge"),
        codes::HIDDEN_CHARACTER | codes::TYPOGRAPHIC_QUOTE => Reader("it may belong to the name"),
        codes::CONTINUED_LINE => Reader("a value does not tell how it is written"),
        codes::UNKNOWN_RISK => Reader("another version may know it"),
        codes::ALREADY_ENDED | codes::APPROVAL_TOO_LONG => Reader("it takes a clock"),
        codes::UNKNOWN_TIMEZONE => Reader("there are hundreds of them, and more every year"),
        codes::UNTIL_BEFORE_FROM | codes::DATED_PROTECTED | codes::OUTSIDE_SCOPE => Reader("it takes two places"),
        codes::MISSING_BINDINGS
        | codes::SETTINGS_IN_TWO_FILES
        | codes::MISSING_FILE
        | codes::DUPLICATE_GROUP
        | codes::UNKNOWN_GROUP
        | codes::EMPTY_GROUP
        | codes::UNUSED_GROUP
        | codes::USER_NAMED_LIKE_GROUP
        | codes::DUPLICATE_BINDING => Reader("it takes all files of a set"),
        codes::GROUP_CYCLE | codes::GROUP_DEPTH | codes::GROUP_WAYS | codes::TOO_MANY_BINDINGS => {
            Reader("it takes counting")
        }
        codes::TOO_MANY_PROBLEMS => Reader("it is about the problems"),
        other => panic!("who can tell of `{other}`?"),
    }
}

fn schema() -> Value {
    serde_json::from_str(desired::schema()).unwrap()
}

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft7::new(&schema()).unwrap());

/// Invalid files that no schema can refuse, though it should know their kind.
const BEYOND: &[(&str, &str)] = &[("version-fraction.yaml", "`1.0` and `1` are one number to a schema")];

/// As an editor sees a file: as values, if it is YAML at all.
fn value(text: &str) -> Option<Value> {
    serde_yaml::from_str(text).ok()
}

/// Whether an editor finds nothing wrong with the shape of a file.
pub(crate) fn accepts(text: &str) -> bool {
    value(text).is_some_and(|it| VALIDATOR.is_valid(&it))
}

fn problems(sources: &[Source]) -> Vec<Diagnostic> {
    match desired::parse(sources) {
        Ok(document) => document.warnings,
        Err(problems) => problems,
    }
}

/// Whether the schema says what it should of a set of files.
pub(crate) fn agrees(sources: &[Source]) -> Result<(), String> {
    let problems = problems(sources);
    let codes: Vec<_> = problems.iter().map(|it| it.code).collect();
    let refused: Vec<String> = sources
        .iter()
        .filter_map(|it| match value(&it.text) {
            Some(value) => VALIDATOR.validate(&value).err().map(|it| format!("{it} at {}", it.instance_path())),
            None => Some("no YAML".to_owned()),
        })
        .collect();
    let must = codes.iter().any(|it| matches!(judge(it), Judge::Schema));
    let may = codes.iter().any(|it| !matches!(judge(it), Judge::Reader(_)));
    match refused.first() {
        None if must => Err(format!("the schema accepts it, and the reader says {codes:?}")),
        Some(why) if !may => Err(format!("the schema refuses it ({why}), and the reader says {codes:?}")),
        _ => Ok(()),
    }
}

#[test]
fn it_is_known_who_can_tell_of_every_problem() {
    for (code, _) in codes::ALL {
        if let Judge::Sometimes(why) | Judge::Reader(why) = judge(code) {
            assert!(!why.is_empty());
        }
    }
}

#[test]
fn it_is_a_schema_of_its_kind() {
    jsonschema::draft7::meta::validate(&schema()).unwrap();
}

#[test]
fn it_refuses_the_invalid_files_whose_shape_is_wrong_and_only_those() {
    for path in cases() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let agrees = agrees(&sources(&fs::read_to_string(&path).unwrap()));
        match BEYOND.iter().find(|(it, _)| *it == name) {
            None => assert_eq!(agrees, Ok(()), "{name}"),
            Some((_, why)) => assert!(agrees.is_err(), "{name} is no exception, although {why}"),
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn it_accepts_what_comes_with_the_program_and_is_named_there() {
    let example = fs::read_to_string(root().join("examples/desired-state.yaml")).unwrap();
    let line = example.lines().find_map(|it| it.strip_prefix("# yaml-language-server: $schema="));
    let named: PathBuf = root().join("examples").join(line.unwrap());
    assert_eq!(fs::read_to_string(named).unwrap(), desired::schema());
    let exported = fs::read_to_string(root().join("tests/data/export/odd-names.yaml")).unwrap();
    for text in [example, exported] {
        assert!(accepts(&text), "{text}");
    }
}

/// Every subschema, with the path to it.
fn walk(at: &str, schema: &Value, tell: &mut dyn FnMut(&str, &Value)) {
    match schema {
        Value::Object(keys) => {
            tell(at, schema);
            for (key, value) in keys.iter().filter(|(key, _)| *key != "examples" && *key != "default") {
                walk(&format!("{at}/{key}"), value, tell);
            }
        }
        Value::Array(items) => items.iter().for_each(|it| walk(at, it, tell)),
        _ => {}
    }
}

#[test]
fn its_own_examples_and_defaults_fit() {
    let definitions = schema()["definitions"].clone();
    let mut seen = 0;
    walk("", &schema(), &mut |at, part| {
        let examples = part["examples"].as_array().into_iter().flatten();
        for example in examples.chain(part.get("default")) {
            let mut part = part.clone();
            part["definitions"] = definitions.clone();
            let validator = jsonschema::draft7::new(&part).unwrap();
            assert!(validator.is_valid(example), "{at}: {example}");
            seen += 1;
        }
    });
    assert!(seen > 20, "{seen}");
    for example in schema()["examples"].as_array().unwrap() {
        let sources = [Source { name: "example.yaml".into(), text: example.to_string() }];
        assert_eq!(problems(&sources), []);
    }
}

#[test]
fn every_key_is_described() {
    let schema = schema();
    walk("", &schema, &mut |at, part| {
        for (key, value) in part["properties"].as_object().into_iter().flatten() {
            // A name says what it is for, and in braces nobody needs more.
            if ["name", "username", "group"].contains(&key.as_str()) {
                continue;
            }
            let target = value["$ref"].as_str().and_then(|it| schema.pointer(it.trim_start_matches('#')));
            let described = [Some(value), target].into_iter().flatten().any(|it| it["description"].is_string());
            assert!(described, "{at}: {key}");
        }
    });
}

//! Every command that the README and what is under `deploy/` show is one that the program understands.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::shell::{commands, scripts, texts};

/// The words of a command after the program's name.
type Words = Vec<String>;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below.
fn files(path: PathBuf) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path];
    }
    fs::read_dir(path).unwrap().flat_map(|it| files(it.unwrap().path())).collect()
}

/// What of a shell's command is for us: `grantsync …`, `cargo run … -- …` and `docker run … grantsync …`.
fn ours(words: Words) -> Option<Words> {
    let named = |it: &str| it == "grantsync" || it.ends_with("/grantsync");
    let after = |start: &dyn Fn(&str) -> bool| Some(words[words.iter().position(|it| start(it))? + 1..].to_vec());
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [program, ..] if named(program) => Some(words[1..].to_vec()),
        ["cargo", "run", ..] => after(&|it| it == "--"),
        ["docker", "run", ..] => after(&named),
        _ => None,
    }
}

fn in_shell(text: &str) -> Vec<Words> {
    commands(text).into_iter().filter_map(ours).collect()
}

/// The blocks of Markdown that are for a shell; of those that show answers, too, what is after the prompt.
fn in_markdown(text: &str) -> Vec<Words> {
    let block = |it: &str| {
        let (language, rest) = it.split_once('\n').unwrap();
        match language {
            "sh" => in_shell(rest),
            "console" => rest.lines().filter_map(|it| it.strip_prefix("$ ")).flat_map(in_shell).collect(),
            _ => Vec::new(),
        }
    };
    text.split("```").skip(1).step_by(2).flat_map(block).collect()
}

/// Workflows and pipelines hold scripts; containers of ours hold arguments.
fn in_yaml(text: &str) -> Vec<Words> {
    fn containers(value: &Value, found: &mut Vec<Words>) {
        let fields = value.as_object().map(|it| it.values().collect::<Vec<_>>());
        fields.or_else(|| value.as_array().map(|it| it.iter().collect())).into_iter().flatten().for_each(|it| {
            containers(it, found);
        });
        if value["image"].as_str().is_some_and(|it| it.starts_with("grantsync:")) {
            found.extend([&value["args"], &value["command"]].map(texts).into_iter().filter(|it| !it.is_empty()));
        }
    }
    let value: Value = serde_yaml::from_str(text).unwrap();
    let mut found: Vec<_> = scripts(&value).into_iter().flat_map(|(_, script)| in_shell(&script)).collect();
    containers(&value, &mut found);
    found
}

/// What a line like `CMD ["--help"]` gives to the entry point.
fn in_dockerfile(text: &str) -> Vec<Words> {
    text.lines().filter_map(|it| it.strip_prefix("CMD ")).map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn in_unit(text: &str) -> Vec<Words> {
    text.lines().filter_map(|it| it.strip_prefix("ExecStart=")).flat_map(in_shell).collect()
}

/// All commands of each file that shows one.
fn shown() -> BTreeMap<String, Vec<Words>> {
    let mut all = BTreeMap::new();
    for path in ["README.md", "Dockerfile", "deploy"].into_iter().flat_map(|it| files(repository().join(it))) {
        let text = fs::read_to_string(&path).unwrap();
        let found = match path.extension().and_then(|it| it.to_str()) {
            Some("md") => in_markdown(&text),
            Some("yaml" | "yml") => in_yaml(&text),
            Some("service") => in_unit(&text),
            Some("sysusers") => Vec::new(),
            None if path.ends_with("Dockerfile") => in_dockerfile(&text),
            None if text.starts_with("#!/bin/sh\n") => in_shell(&text),
            _ => panic!("what is {}?", path.display()),
        };
        if !found.is_empty() {
            all.insert(path.strip_prefix(repository()).unwrap().display().to_string(), found);
        }
    }
    all
}

/// What the program says to a command that ends with `--help`: everything before is understood, or refused, first.
fn asked(words: &[String]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grantsync"));
    let ran = command.args(words).arg("--help").env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

#[test]
fn every_command_is_understood() {
    let shown = shown();
    let places: Vec<_> = shown.keys().map(String::as_str).collect();
    let expected = [
        "Dockerfile",
        "README.md",
        "deploy/ci/github/grants-apply.yml",
        "deploy/ci/github/grants-plan.yml",
        "deploy/ci/gitlab/grants.gitlab-ci.yml",
        "deploy/ci/pre-commit",
        "deploy/compose.yaml",
        "deploy/kubernetes/cronjob/cronjob.yaml",
        "deploy/kubernetes/daemon/deployment.yaml",
        "deploy/systemd/grantsync.service",
    ];
    assert_eq!(places, expected);
    for (place, commands) in shown {
        for words in commands {
            let said = asked(&words);
            assert!(said.is_ok(), "{place}: grantsync {}\n{}", words.join(" "), said.unwrap_err());
        }
    }
}

#[test]
fn no_other_command_would_be() {
    for wrong in ["plna -f access", "plan --fil access", "plan -f access --max-age soon", "run --interval"] {
        let words: Vec<_> = wrong.split(' ').map(str::to_owned).collect();
        assert!(asked(&words).is_err(), "{wrong}");
    }
}

/// What each verb says of itself.
fn helps() -> BTreeMap<String, String> {
    let all = asked(&[]).unwrap();
    let list = all.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let verbs = list.lines().filter(|it| !it.starts_with("   ")).filter_map(|it| it.split_whitespace().next());
    let help = |verb: &str| (verb.to_owned(), asked(&[verb.to_owned()]).unwrap());
    verbs.filter(|it| *it != "help").map(help).collect()
}

/// In prose, `plan --base REF` is a verb's option, and `--base` alone is one of any verb.
#[test]
fn every_option_in_prose_is_one_that_there_is() {
    let text = fs::read_to_string(repository().join("README.md")).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    let helps = helps();
    let mut found = 0;
    for span in prose.split('`').skip(1).step_by(2) {
        let mut words = span.split_whitespace().skip_while(|it| *it == "grantsync").peekable();
        let is_option = |it: &str| {
            it.strip_prefix('-').is_some_and(|it| it.trim_start_matches('-').starts_with(char::is_alphabetic))
        };
        let verb = words.next_if(|it| !it.starts_with('-'));
        for option in words.filter(|it| is_option(it)) {
            let mut helps = helps.iter().filter(|(name, _)| verb.is_none_or(|it| it == *name));
            let option = option.split('=').next().unwrap();
            let bare = |it: &str| it.trim_end_matches([',', '.']).split(['[', '=']).next().unwrap().to_owned();
            let has = |help: &str| help.split_whitespace().any(|it| bare(it) == option);
            assert!(helps.any(|(_, help)| has(help)), "`{span}`: there is no `{option}`");
            found += 1;
        }
    }
    assert!(found > 20, "{found}");
}

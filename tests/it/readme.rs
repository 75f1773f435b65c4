//! The examples of the README: what they show is what comes.

use std::fs;

use grantsync::desired;
use grantsync::diagnostic::Source;

use crate::cli_support::Call;

/// An example: a command, and what the README says that it says.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    command: String,
    shown: String,
}

/// The commands of all `console` blocks that need no server, each with its output.
fn examples(readme: &str) -> Vec<Example> {
    let blocks = readme.split("```console\n").skip(1).filter_map(|it| it.split_once("```"));
    let commands = blocks.flat_map(|(block, _)| {
        format!("\n{block}").split("\n$ grantsync ").skip(1).map(str::to_owned).collect::<Vec<_>>()
    });
    let examples = commands.filter_map(|it| {
        let (command, shown) = it.split_once('\n')?;
        Some(Example { command: command.to_owned(), shown: format!("{}\n", shown.trim_end_matches('\n')) })
    });
    examples.filter(|it| it.command.contains("--sandbox")).collect()
}

/// Without the port, which is another one each time.
fn portless(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "127.0.0.1:" + part.trim_start_matches(|it: char| it.is_ascii_digit()))
}

#[tokio::test]
async fn what_the_readme_shows_is_what_comes() {
    let repository = env!("CARGO_MANIFEST_DIR");
    let readme = fs::read_to_string(format!("{repository}/README.md")).unwrap();
    let examples = examples(&readme);
    for verb in ["links", "doctor"] {
        assert!(examples.iter().any(|it| it.command.starts_with(verb)), "no example of `{verb}`");
    }
    for Example { command, shown } in examples {
        let ran = Call::new(&command).at(repository).run().await;
        assert_eq!((ran.code, portless(&ran.stdout)), (Some(0), portless(&shown)), "{command}");
    }
}

/// The blocks of YAML, those that begin with the name of a file under that name.
fn files(readme: &str) -> Vec<Source> {
    let blocks = readme.split("```yaml\n").skip(1).filter_map(|it| it.split_once("```"));
    let named = |text: &str| {
        let (name, _) = text.strip_prefix("# ")?.split_once('\n')?;
        (!name.contains(' ')).then(|| name.to_owned())
    };
    let source = |text: &str| Source { name: named(text).unwrap_or_default().into(), text: text.to_owned() };
    blocks.map(|(text, _)| source(text)).collect()
}

#[test]
fn the_files_in_the_readme_are_valid() {
    let readme = fs::read_to_string(format!("{}/README.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (named, whole): (Vec<_>, Vec<_>) = files(&readme).into_iter().partition(|it| !it.name.is_empty());
    let team = desired::parse(&named).unwrap();
    assert_eq!(named.len(), 2);
    assert_eq!(team.entries[0].users.len(), 3, "a group holds the groups in it");
    assert!(!whole.is_empty());
    for Source { name, text } in whole {
        // Excerpts show settings alone.
        let text = if text.contains("bindings:") { text } else { format!("{text}bindings: []\n") };
        desired::parse(&[Source { name, text }]).unwrap();
    }
}

//! Every format over a few scenes, word by word.

use expect_test::expect_file;
use grantsync::plan::Hold;
use grantsync::render::{Detail, Failed, Format, Shown, Verb, render};
use grantsync::report::{After, Failure, Outcome, Report, Step, Stop};

use crate::scene::stories;

/// Passes in which each section of each format occurs. What the others are there for has tests of its own.
const PASSES: [&str; 6] = ["everything", "change", "five_thousand", "hostile", "converged", "troubled"];

#[test]
fn text() {
    golden(Format::Text, "txt");
}

#[test]
fn json() {
    golden(Format::Json, "json");
}

#[test]
fn markdown() {
    golden(Format::Markdown, "md");
}

#[test]
fn github() {
    golden(Format::Github, "github.txt");
}

#[test]
fn gitlab() {
    golden(Format::Gitlab, "gitlab.json");
}

#[test]
fn sarif() {
    golden(Format::Sarif, "sarif");
}

#[test]
fn formats_go_by_their_names() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let unknown = "yaml".parse::<Format>().unwrap_err().to_string();
    assert_eq!(unknown, "no format is called `yaml`, only `text`, `json`, `markdown`, `github`, `gitlab`, `sarif`");
}

fn golden(format: Format, ending: &str) {
    let check = |name: &str, text: &str| {
        let text = anstream::adapter::strip_str(text).to_string();
        let text = text.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"0.0.0\"");
        expect_file![format!("../data/render/{name}.{ending}")].assert_eq(&text);
    };
    for (name, scene) in stories::ALL.iter().filter(|(name, _)| PASSES.contains(name)) {
        let text = scene().render(format);
        // Nobody looks at lists of thousands: how they begin and end, and how long they are, tells them.
        let long = *name == "five_thousand" && matches!(format, Format::Text | Format::Json);
        check(name, &if long { ends(&text) } else { text });
    }
    check("stale", &stories::stale(format));
    let (diagnostics, sources) = stories::invalid();
    check(
        "invalid",
        &render(
            format,
            &Shown::Invalid { verb: Verb::Plan, diagnostics: &diagnostics, sources: &sources, forge: None },
        ),
    );
}

/// The first and the last lines of a text, and how many there are between.
fn ends(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let (first, rest) = lines.split_at(100);
    let (between, last) = rest.split_at(rest.len() - 50);
    format!("{}\n[{} lines]\n{}\n", first.join("\n"), between.len(), last.join("\n"))
}

#[test]
fn what_a_token_is_not_good_for_is_told_in_every_format() {
    for (support, says) in
        [(true, "is shown everything, but cannot remove anything"), (false, "is shown only some of the links")]
    {
        let mut scene = stories::one();
        scene.observation.caller.is_staff = false;
        scene.observation.caller.is_support = support;
        // JSON has a word for it.
        for format in Format::ALL.into_iter().filter(|it| *it != Format::Json) {
            let text = scene.render(format);
            assert!(text.contains(says), "{format}: {text}");
        }
    }
}

/// Styles are the only escapes, whatever the files and the server say.
#[test]
fn nothing_that_others_wrote_moves_the_cursor() {
    let mut planned = stories::hostile();
    let failure = Failure { message: stories::HOSTILE.concat(), help: Some(stories::HOSTILE.concat()) };
    let steps = planned.decide().approved.creations().iter().cloned().map(Step::Create).collect::<Vec<_>>();
    let outcome = |n: usize| match n % 3 {
        0 => Outcome::Failed(failure.clone()),
        1 => Outcome::Unknown(failure.clone()),
        _ => Outcome::Held(Hold::Doubt(planned.at("bindings"))),
    };
    let steps = steps.into_iter().enumerate().map(|(n, step)| (step, outcome(n))).collect();
    let (stopped, after) = (Some(Stop::Blind(failure.clone())), After::Unread(failure.clone()));
    let report = Report { steps, stopped, after };
    planned.detail = Detail::Everything;
    let mut applied = stories::hostile();
    applied.report = Some(report);
    let texts = [planned, applied].map(|it| Format::ALL.map(|format| it.render(format)));
    let failed = Format::ALL
        .map(|format| render(format, &Shown::Failed(Failed { verb: Verb::Plan, failure: &failure, stale: None })));
    for text in texts.iter().flatten().chain(&failed) {
        let plain = without_styles(text);
        let moves = |it: char| it != '\n' && (it.is_control() || it == '\u{202e}');
        assert!(!plain.contains(moves), "{plain:?}");
    }
}

/// Without what selects a style: ESC `[`, digits and semicolons, `m`.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit() || it == ';');
        match rest.strip_prefix('m') {
            Some(rest) => out.push_str(rest),
            None => out.extend(["\u{1b}[", part]),
        }
    }
    out
}

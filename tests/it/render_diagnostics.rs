//! How findings are printed, whatever the file looks like.
#![expect(clippy::needless_raw_string_hashes, reason = "they are as expect-test writes them")]

use expect_test::{Expect, expect};
use grantsync::diagnostic::{Diagnostic, Source, Span};
use grantsync::render;

fn source(text: &str) -> Source {
    Source { name: "grants.yaml".into(), text: text.to_owned() }
}

/// The place of a word in the source.
fn span(source: &Source, word: &str) -> Span {
    let start = source.text.find(word).unwrap();
    let before = &source.text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let small = |n: usize| u32::try_from(n).unwrap();
    let file = source.name.clone();
    Span { file, start: small(start), end: small(start + word.len()), line: small(line), column: small(column) }
}

#[track_caller]
fn check(sources: &[Source], diagnostics: &[Diagnostic], expect: &Expect) {
    expect.assert_eq(&render::diagnostics(sources, diagnostics, false, 10));
}

#[test]
fn tabs_and_wide_characters_keep_the_pointer_below_its_word() {
    let source = source("bindings:\t# 世界 🎉\n  - {resource: 世界, role:\tadmin, user: alice}\n");
    let finding = |word| Diagnostic::error("odd", span(&source, word), "this is odd");
    check(
        std::slice::from_ref(&source),
        &[finding("世界, role").label("here"), finding("alice"), finding("🎉")],
        &expect![[r#"
            error[odd]: this is odd
             --> grants.yaml:2:16
              |
            2 |   - {resource: 世界, role:    admin, user: alice}
              |                ^^^^^^^^^^ here

            error[odd]: this is odd
             --> grants.yaml:2:39
              |
            2 |   - {resource: 世界, role:    admin, user: alice}
              |                                            ^^^^^

            error[odd]: this is odd
             --> grants.yaml:1:16
              |
            1 | bindings:    # 世界 🎉
              |                     ^^"#]],
    );
}

#[test]
fn line_ends_of_windows_are_no_part_of_a_line() {
    let source = source("version: 1\r\nmode: odd\r\nbindings: []\r\n");
    let finding = Diagnostic::error("odd", span(&source, "odd"), "this is odd");
    let finding = finding.related(span(&source, "bindings"), "of these");
    check(
        &[source],
        &[finding],
        &expect![[r#"
        error[odd]: this is odd
         --> grants.yaml:2:7
          |
        2 | mode: odd
          |       ^^^
        3 | bindings: []
          | -------- of these"#]],
    );
}

#[test]
fn of_a_long_line_only_the_part_around_the_finding_is_shown() {
    let items: Vec<_> = (0..10_000).map(|n| format!("\"user{n}\"")).collect();
    let source = source(&format!("{{\"bindings\": [{}]}}", items.join(",")));
    let finding = Diagnostic::error("odd", span(&source, "user5000"), "this is odd")
        .label("again")
        .related(span(&source, "user4999"), "near")
        .related(span(&source, "user77"), "far");
    check(
        &[source],
        &[finding],
        &expect![[r#"
            error[odd]: this is odd
             --> grants.yaml:1:53906
              |
            1 | …93","user4994","user4995","user4996","user4997","user4998","user4999","user5000","user5001","user5002","user5003","user5004","user5005","user5006","user5007","u…
              |                                                              --------   ^^^^^^^^ again
              |                                                              |
              |                                                              near
             ::: grants.yaml:1:699
              |
            1 | …r70","user71","user72","user73","user74","user75","user76","user77","user78","user79","user80","user81","user82","user83","user84","user85","user86","user87","u…
              |                                                              ------ far"#]],
    );
}

#[test]
fn what_is_far_apart_in_a_file_is_shown_apart() {
    let source = source(&format!("first: 1\n{}second: 2\n", "# filler\n".repeat(1_000)));
    let finding =
        Diagnostic::error("odd", span(&source, "second"), "this is odd").related(span(&source, "first"), "first");
    check(
        &[source],
        &[finding],
        &expect![[r#"
        error[odd]: this is odd
            --> grants.yaml:1002:1
             |
        1002 | second: 2
             | ^^^^^^
             |
            ::: grants.yaml:1:1
             |
           1 | first: 1
             | ----- first"#]],
    );
}

#[test]
fn a_finding_at_the_end_of_a_file_or_in_an_empty_one_has_a_place() {
    let end = source("bindings:\n");
    let at = Span { start: 10, end: 10, line: 2, column: 1, ..span(&end, "bindings") };
    check(
        &[end],
        &[Diagnostic::error("odd", at, "nothing follows")],
        &expect![[r#"
        error[odd]: nothing follows
         --> grants.yaml:2:1
          |
        2 |
          | ^"#]],
    );
    let empty = source("");
    let at = span(&empty, "");
    check(
        &[empty],
        &[Diagnostic::error("odd", at, "nothing is here")],
        &expect![[r#"
        error[odd]: nothing is here
         --> grants.yaml:1:1
          |
        1 |
          | ^"#]],
    );
}

#[test]
fn a_finding_in_a_file_that_is_not_at_hand_is_shown_without_its_line() {
    let gone = source("mode: odd\n");
    let at = span(&gone, "odd");
    check(
        &[],
        &[Diagnostic::warning("odd", at, "this is odd").help("do not")],
        &expect![[r#"
        warning[odd]: this is odd
        --> grants.yaml:1:7
         = help: do not"#]],
    );
}

#[test]
fn a_place_beyond_its_source_is_no_reason_to_panic() {
    let source = source("mode: é\n");
    let at = Span { start: 7, end: 900, line: 1, column: 7, ..span(&source, "é") };
    let beyond = Span { start: 800, end: 900, line: 40, column: 1, ..span(&source, "é") };
    check(
        &[source],
        &[Diagnostic::error("odd", at, "in the middle").related(beyond, "beyond")],
        &expect![[r#"
        error[odd]: in the middle
          --> grants.yaml:1:7
           |
         1 | mode: é
           |       ^
           |
          ::: grants.yaml:40:1
           |
        40 |
           | - beyond"#]],
    );
}

#[test]
fn errors_are_shown_before_warnings_when_not_all_can_be() {
    let source = source("a: 1\nb: 2\nc: 3\nd: 4\n");
    let warning = |word| Diagnostic::warning("mild", span(&source, word), format!("`{word}` is mild"));
    let error = |word| Diagnostic::error("bad", span(&source, word), format!("`{word}` is bad"));
    let findings = [warning("a"), error("b"), warning("c"), error("d")];
    let shown = render::diagnostics(std::slice::from_ref(&source), &findings, false, 1);
    expect![[r#"
        error[bad]: `b` is bad
         --> grants.yaml:2:1
          |
        2 | b: 2
          | ^

        … and 1 more error and 2 more warnings"#]]
    .assert_eq(&shown);
    let shown = render::diagnostics(std::slice::from_ref(&source), &findings, false, 3);
    assert!(shown.ends_with("\n\n… and 1 more warning"), "{shown}");
    assert_eq!(render::diagnostics(&[source], &[], false, 3), "");
}

#[test]
fn nothing_of_a_file_reaches_the_terminal_as_a_command() {
    let source = source("user: \"\u{1b}[31m\u{202e}\u{7}\u{9b}31m\"\n");
    let finding = Diagnostic::error("odd", span(&source, "\u{1b}"), "an \u{1b}[31modd\u{9b}31m thing\u{7}")
        .label("\u{1b}]0;label")
        .help("no \u{1b}[2J help");
    let shown = render::diagnostics(&[source], &[finding], false, 10);
    let bad: Vec<_> = shown.chars().filter(|it| it.is_control() && *it != '\n').collect();
    assert!(bad.is_empty(), "{shown}");
    assert!(!shown.contains('\u{202e}'), "{shown}");
}

#[test]
fn colour_adds_colour_and_nothing_else() {
    let source = source("mode: odd\n");
    let finding = [Diagnostic::error("odd", span(&source, "odd"), "this is odd").help("do not")];
    let coloured = render::diagnostics(std::slice::from_ref(&source), &finding, true, 10);
    let plain = render::diagnostics(&[source], &finding, false, 10);
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

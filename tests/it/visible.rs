//! What text from outside may do on a line.

use grantsync::redact;
use grantsync::visible::{hidden, visible};

/// Characters that look like nothing, like a space, or turn the line around.
const HIDDEN: &[char] = &[
    '\0',
    '\u{7}',
    '\u{8}',
    '\t',
    '\n',
    '\r',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{a0}',
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{1160}',
    '\u{1680}',
    '\u{17b4}',
    '\u{180b}',
    '\u{180e}',
    '\u{2000}',
    '\u{2003}',
    '\u{200a}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{2029}',
    '\u{202a}',
    '\u{202e}',
    '\u{202f}',
    '\u{205f}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{206f}',
    '\u{2800}',
    '\u{3000}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ffa0}',
    '\u{fff9}',
    '\u{ffff}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e0100}',
];

#[test]
fn a_hidden_character_is_written_out_wherever_it_stands() {
    for it in HIDDEN {
        for text in [format!("al{it}ice"), format!("{it}alice"), format!("alice{it}")] {
            let written = text.replace(*it, &format!("\\u{{{:x}}}", u32::from(*it)));
            assert_eq!(visible(&text), written);
            assert_eq!(hidden(&text).map(|(_, it)| it).collect::<Vec<_>>(), [*it]);
        }
    }
}

#[test]
fn what_is_seen_stays_as_it_is() {
    for text in [
        "alice",
        "O'Neil, Jr.",
        "Zoë 🎩",
        "👩\u{200d}🚀",
        "❤\u{fe0f}\u{200d}🔥",
        "Владимир",
        "أحمد",
        "名前",
        "नाम",
        "e\u{301}",
        "std::fmt",
        "a ## [b]",
        "#[x]",
    ] {
        assert_eq!(visible(text), text);
    }
}

#[test]
fn an_emoji_hides_no_more_than_its_own_joiners() {
    for (text, shown) in [
        ("👩\u{200d}", "👩\\u{200d}"),
        ("👩\u{200d}\u{200d}🚀", "👩\\u{200d}\\u{200d}🚀"),
        ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}\\u{fe0f}"),
        ("a\u{200d}🚀", "a\\u{200d}🚀"),
    ] {
        assert_eq!(visible(text), shown);
    }
}

#[test]
fn no_line_is_a_command_of_a_ci_service() {
    for (text, shown) in [
        ("::add-mask::x", "\\u{3a}:add-mask::x"),
        ("  ::stop-commands::pwn", "  \\u{3a}:stop-commands::pwn"),
        ("a\n::add-mask::x", "a\\u{a}::add-mask::x"),
        ("see ##[error]x", "see ##\\u{5b}error]x"),
        ("##vso[task.setvariable variable=a]b", "##vso\\u{5b}task.setvariable variable=a]b"),
        ("##teamcity[buildStop]", "##teamcity\\u{5b}buildStop]"),
    ] {
        assert_eq!(visible(text), shown);
    }
}

#[test]
fn a_word_in_the_form_of_a_token_is_cut_out() {
    let token = "9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b";
    for (text, shown) in [
        (token.to_owned(), "<40 hex digits>"),
        (
            format!("no such file: `{token}`, https://h/?token={}&é={token}.", token.to_uppercase()),
            "no such file: `<40 hex digits>`, https://h/?token=<40 hex digits>&é=<40 hex digits>.",
        ),
        (format!("{token}0 x{token} {}", &token[1..]), &*format!("{token}0 x{token} {}", &token[1..])),
        ("plain".to_owned(), "plain"),
    ] {
        assert_eq!(redact::tokens(&text), shown);
    }
}

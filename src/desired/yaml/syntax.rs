//! What the library has to say when something is not YAML, in our words.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::node::TextSpan;
use crate::desired::codes;
use crate::diagnostic::{Diagnostic, Source};
use crate::visible::unhidden;

/// The library's error at its place.
pub(super) fn problem(error: &ScanError, source: &Source) -> Diagnostic {
    let place = place(error, &source.text);
    let (message, help) = if is_tight_dash(&source.text, place.start as usize) {
        ("a dash needs a space after it".to_owned(), Some("write `- `; put text that begins with a dash in quotes"))
    } else {
        words(error.kind())
    };
    let found = Diagnostic::error(codes::SYNTAX, place.span(&source.name), message);
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

/// Whether the line begins with a dash right before something else, which YAML takes for text.
fn is_tight_dash(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    let after = line.trim_start().strip_prefix('-');
    after.is_some_and(|it| it.starts_with(|it: char| !it.is_whitespace() && it != '-'))
}

fn words(kind: &ErrorKind) -> (String, Option<&'static str>) {
    use ErrorKind as E;
    let (message, help) = match kind {
        E::TabInBlockIndentation | E::TabInIndentation | E::TabNotAllowed | E::TabAtBlockScalarStart => {
            ("tab used for indentation", Some("indent with spaces"))
        }
        E::UnclosedQuotedScalar => ("this quote is never closed", Some("close it with the same kind of quote")),
        E::InvalidTrailingSingleQuotedScalar => {
            ("text follows a closed quote", Some("inside of single quotes write a quote twice: `'it''s'`"))
        }
        E::InvalidTrailingDoubleQuotedScalar => {
            ("text follows a closed quote", Some("inside of double quotes write a quote as `\\\"`"))
        }
        E::MappingValueNotAllowed => (
            "a `:` stands where no key can end",
            Some("put text that holds `: ` in quotes; else look for a line that is indented too far"),
        ),
        E::InvalidColonPlacement | E::FlowMappingValueAdjacentCollection => {
            ("a `:` stands where no key can end", Some("look for a `[` or `{` above that is never closed"))
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "this line is neither a key nor an item",
            Some("a key ends with `: ` and an item begins with `- `, each with the space"),
        ),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation => (
            "this line does not fit the lines above it",
            Some("indent it like its neighbours: keys below keys, dashes below dashes"),
        ),
        E::BlockSequenceEntryNotAllowed => {
            ("a list cannot begin here", Some("begin it on the next line, or write it as `[…]`"))
        }
        E::BlockEntryInFlowCollection => {
            ("an item with a dash stands inside of brackets", Some("look for a `[` or `{` above that is never closed"))
        }
        E::UnknownQuotedScalarEscape => (
            "this escape is not known",
            Some("write a backslash as `\\\\`, or use single quotes, where it is an ordinary character"),
        ),
        E::MissingAnchorOrAliasName => ("a name is missing after `*` or `&`", Some("put a pattern in quotes: `\"*\"`")),
        E::RecursionLimitExceeded => ("the values are nested too deep", None),
        E::InvalidDocumentEnd => ("text follows the end of the document", None),
        E::CommentInterceptedScalar => {
            ("a comment stands in the middle of text", Some("put the text in quotes if the `#` belongs to it"))
        }
        E::UnexpectedCharacter { character } => return unexpected(*character),
        E::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("`{close}` closes what `{open}` has opened"), None);
        }
        E::UnclosedFlowCollection { open } => return (format!("this `{open}` is never closed"), None),
        E::MisplacedFlowCollectionEnd => ("this bracket closes nothing", None),
        E::UnexpectedEofFlowSequence | E::ExpectedFlowSequenceSeparator => {
            ("a `,` or `]` is missing", Some("separate the items of a list in brackets with commas, and close it"))
        }
        E::UnexpectedEofFlowMapping | E::ExpectedFlowMappingSeparator | E::UnexpectedEofImplicitFlowMapping => {
            ("a `,` or `}` is missing", Some("separate the keys of a mapping in braces with commas, and close it"))
        }
        other => return (format!("this is not YAML: {other}"), None),
    };
    (message.to_owned(), help)
}

fn unexpected(character: char) -> (String, Option<&'static str>) {
    match character {
        '@' | '`' | '%' => {
            (format!("text cannot begin with `{character}`"), Some("put it in quotes, or remove the character"))
        }
        _ if character.is_control() => (
            format!("a control character stands here: U+{:04X}", u32::from(character)),
            Some("remove it; the editor may not show it"),
        ),
        _ => (format!("`{}` cannot stand here", unhidden(character.encode_utf8(&mut [0; 4]), &[])), None),
    }
}

/// One character, clamped to the text: some errors are told at its end, and some one past a tab.
fn place(error: &ScanError, text: &str) -> TextSpan {
    let mark = error.marker();
    let after_tab = matches!(error.kind(), ErrorKind::TabInBlockIndentation);
    let at = mark.byte_offset().unwrap_or(text.len()).min(text.len());
    let back = usize::from(after_tab && text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\t'));
    let start = at - back;
    let length = text.get(start..).and_then(|it| it.chars().next()).filter(|it| *it != '\n').map_or(0, char::len_utf8);
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    TextSpan {
        start: small(start),
        end: small(start + length),
        line: small(mark.line()),
        column: small(mark.col() + 1 - back),
    }
}

//! The tree.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::Span;

/// A stretch of the text, at most to the end of its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desired) struct TextSpan {
    /// First byte.
    pub(in crate::desired) start: u32,
    /// The byte after the last one.
    pub(in crate::desired) end: u32,
    /// From 1.
    pub(in crate::desired) line: u32,
    /// In characters, from 1.
    pub(in crate::desired) column: u32,
}

impl TextSpan {
    /// The point before the first byte.
    pub(in crate::desired) const START: Self = Self { start: 0, end: 0, line: 1, column: 1 };

    /// A point made wide enough to be underlined.
    pub(super) fn visible(self) -> Self {
        Self { end: self.end.max(self.start + 1), ..self }
    }

    /// As far as `last`, if that is on the same line.
    pub(super) fn up_to(self, last: Self) -> Self {
        if self.line == last.line { Self { end: last.end, ..self } } else { self }
    }

    /// The same place, with the file it is in.
    pub(in crate::desired) fn span(self, file: &Arc<str>) -> Span {
        let Self { start, end, line, column } = self;
        Span { file: Arc::clone(file), start, end, line, column }
    }
}

/// A value and where it stands.
///
/// A block mapping stands at its first key, a block list at its first dash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desired) struct Node<'t> {
    pub(in crate::desired) place: TextSpan,
    pub(in crate::desired) value: Value<'t>,
}

/// What stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desired) enum Value<'t> {
    /// Without quotes: text, or something that only looks like it.
    Plain(Cow<'t, str>),
    /// In quotes or as a block: text for sure.
    Quoted(Cow<'t, str>),
    /// `[…]` or `- …`.
    List(Vec<Node<'t>>),
    /// `{…}` or `key: …`, in the order of the text; the keys are scalars, and no two are equal.
    Map(Vec<(Node<'t>, Node<'t>)>),
    /// Something that was refused already. Nobody need say more about it.
    Refused,
}

impl Node<'_> {
    /// Whether nothing is written there. An explicit `~` or `null` is something.
    pub(in crate::desired) fn is_blank(&self) -> bool {
        matches!(self.value, Value::Plain(_)) && self.place.start == self.place.end
    }

    /// The text of a scalar.
    pub(in crate::desired) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Plain(text) | Value::Quoted(text) => Some(text),
            Value::List(_) | Value::Map(_) | Value::Refused => None,
        }
    }
}

//! What is wrong with a file, and where.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

/// One file as it was read: its name for people and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as it was given, or `<stdin>`.
    pub name: Arc<str>,
    /// The whole text, without a byte order mark.
    pub text: String,
}

/// A place in a file.
///
/// It carries line and column, so that a reason like `grants.yaml:12` can be shown long after the text is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The name of the [`Source`].
    pub file: Arc<str>,
    /// First byte in the text.
    pub start: u32,
    /// The byte after the last one; equal to `start` for a point.
    pub end: u32,
    /// Line of `start`, from 1.
    pub line: u32,
    /// Column of `start` in characters, from 1.
    pub column: u32,
}

impl Span {
    /// An option of the command line, as a place.
    pub fn option(name: &str) -> Self {
        Self { file: Arc::from(name), start: 0, end: 0, line: 1, column: 1 }
    }

    /// Whether it is an option of the command line, which has neither lines nor columns.
    pub fn is_option(&self) -> bool {
        self.file.starts_with("--")
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, .. } = self;
        if self.is_option() { f.write_str(file) } else { write!(f, "{file}:{line}") }
    }
}

/// Whether a diagnostic stops the pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is done before it is mended.
    Error,
    /// Said, and the pass goes on.
    Warning,
}

/// A place with a word about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
}

/// One finding about the files, with its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable short name, e.g. `unknown-key`.
    pub code: &'static str,
    /// Whether it stops the pass.
    pub severity: Severity,
    /// What is wrong: a lower-case fragment without a full stop, literals in backticks.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// Other places where the very same is wrong, in order.
    pub also: Vec<Span>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: Label { span, text: String::new() },
            related: Vec::new(),
            also: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Every place where it is wrong.
    pub fn places(&self) -> impl Iterator<Item = &Span> {
        std::iter::once(&self.primary.span).chain(&self.also)
    }

    /// The same, said without stopping the pass.
    #[must_use]
    pub fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// Says a word right at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place that belongs to it.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// Brings together what is wrong alike at several places: the first one tells it, and knows the others. A name that is
/// misspelt twelve times is one thing to fix.
pub fn merged(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut merged: Vec<Diagnostic> = Vec::new();
    let mut first: HashMap<(&'static str, Severity, String, Option<String>), usize> = HashMap::new();
    for it in diagnostics {
        let key = (it.code, it.severity, it.message.clone(), it.help.clone());
        // What points at other places is about its own place.
        if !it.related.is_empty() {
            merged.push(it);
        } else if let Some(at) = first.get(&key) {
            merged[*at].also.push(it.primary.span);
        } else {
            first.insert(key, merged.len());
            merged.push(it);
        }
    }
    merged
}

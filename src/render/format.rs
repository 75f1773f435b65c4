//! The formats there are, by name.

use std::fmt;
use std::str::FromStr;

use super::{Shown, github, gitlab, json_v1, markdown, sarif, text};

/// A format that plans and reports can be had in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For a terminal, with ANSI styles.
    Text,
    /// For programs: version 1, with a published schema.
    Json,
    /// For a comment under a pull or merge request.
    Markdown,
    /// Workflow commands of GitHub Actions: annotations.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no format is called `{0}`, only {names}", names = names())]
pub struct UnknownFormat(pub String);

/// Everything there is to show, in a format; with a line break at the end.
pub fn render(format: Format, shown: &Shown<'_>) -> String {
    match format {
        Format::Text => text::render(shown),
        Format::Json => json_v1::render(shown),
        Format::Markdown => markdown::render(shown),
        Format::Github => github::render(shown),
        Format::Gitlab => gitlab::render(shown),
        Format::Sarif => sarif::render(shown),
    }
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Text, Self::Json, Self::Markdown, Self::Github, Self::Gitlab, Self::Sarif];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Sarif => "sarif",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|it| it.name() == text).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

fn names() -> String {
    let names: Vec<_> = Format::ALL.iter().map(|it| format!("`{it}`")).collect();
    names.join(", ")
}

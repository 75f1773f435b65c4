//! What reviewers should not miss, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::Place;
use crate::render::Naming;
use crate::render::risks::message;
use crate::risk;

/// Something about a change that its reviewers should not miss.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Risk<'a> {
    /// The rule that says it.
    rule: &'a str,
    /// What it says, with names in backticks.
    message: String,
    /// The line that brings it about, if there is one.
    place: Option<Place<'a>>,
    /// The reason with which the very change that is judged silences the rule; null if it does not. Such a risk is told
    /// all the same.
    accepted_by_change: Option<&'a str>,
}

/// A rule that has found something and that the files silence.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Accepted<'a> {
    /// The rule.
    rule: &'a str,
    /// How often it has found something.
    found: usize,
    /// Why it is silenced, in the author's words.
    reason: &'a str,
    /// Where it is silenced.
    place: Place<'a>,
}

impl<'a> Risk<'a> {
    pub(super) fn new(risk: &'a risk::Risk, naming: &Naming<'_>) -> Self {
        let risk::Risk { rule, finding: _, span, excuse } = risk;
        let message = message(risk, naming, &|name| format!("`{name}`"));
        Self { rule, message, place: span.as_ref().map(Place::from), accepted_by_change: excuse.as_deref() }
    }
}

impl<'a> From<&'a risk::Accepted> for Accepted<'a> {
    fn from(risk::Accepted { rule, found, reason, span }: &'a risk::Accepted) -> Self {
        Self { rule, found: *found, reason, place: span.into() }
    }
}

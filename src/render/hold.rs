//! How what is held is released.

use std::collections::{BTreeMap, BTreeSet};

use super::words::Markup;
use super::{Naming, counted, grouped};
use crate::diagnostic::Span;
use crate::plan::{Hold, Plan};
use crate::policy::{Digest, Exceeded, Limited, Set};

/// What to do about a hold; the digest is that of what limits hold.
pub(super) fn release(hold: &Hold, digest: Option<&Digest>) -> String {
    match hold {
        Hold::Settings(_) => "fix that setting".to_owned(),
        Hold::Doubt(_) => "fix that line".to_owned(),
        Hold::NotNamed => "list the resource under `bindings`, or write `scope: all`".to_owned(),
        Hold::Unseen(part) => format!("use a token that can see the {part}"),
        Hold::Incomplete => "ask who runs the server to repair that link".to_owned(),
        Hold::Indistinct => {
            "Waldur 8.1.2 and later can: ask who runs the server for an update, or to remove one in its database"
                .to_owned()
        }
        Hold::Clock => "set the clock that is wrong".to_owned(),
        Hold::Replacement => "it is removed once its replacement is there".to_owned(),
        Hold::OneRole => "remove the other role first, or write `replace: remove-first` in the settings".to_owned(),
        Hold::Keeper | Hold::Row => "the next pass decides again".to_owned(),
        Hold::Limit | Hold::LimitEnded => {
            digest.map_or_else(|| "the next plan says how to approve it".to_owned(), approve)
        }
    }
}

/// How many removals one unresolved line or setting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share<'a> {
    /// Where it is written.
    pub(super) place: &'a Span,
    /// Removals that it holds.
    pub(super) holds: usize,
    /// All removals that there would be.
    pub(super) of: usize,
}

/// Everything unresolved that holds removals, in the order of files.
pub(super) fn shares(plan: &Plan) -> Vec<Share<'_>> {
    let mut places: BTreeMap<&Span, usize> = BTreeMap::new();
    for place in plan.held.iter().filter_map(|it| it.hold.place()) {
        *places.entry(place).or_default() += 1;
    }
    let of = plan.held.len() + plan.removals.len();
    places.into_iter().map(|(place, holds)| Share { place, holds, of }).collect()
}

impl Share<'_> {
    /// `gpu.yaml:7 holds all 11 removals`.
    pub(super) fn words(&self, markup: Markup<'_>) -> String {
        let Self { place, holds, of } = *self;
        let place = markup.at(place);
        match (holds, of) {
            (1, 1) => format!("{place} holds the only removal"),
            (holds, of) if holds == of => format!("{place} holds all {} removals", grouped(of)),
            (holds, of) => format!("{place} holds {} of {} removals", grouped(holds), grouped(of)),
        }
    }
}

/// How to send exactly what this digest is for.
pub(super) fn approve(digest: &Digest) -> String {
    format!("if this is intended, approve exactly these with `--approve {digest}`")
}

/// So many steps of a set.
pub(super) fn what(set: Set, count: usize) -> String {
    match set {
        Set::Removals => counted(count, ["removal", "removals"]),
        Set::Ended => format!("{} of bindings that ended long ago", counted(count, ["removal", "removals"])),
        Set::Creations => counted(count, ["creation", "creations"]),
    }
}

/// Why a set is held, in words.
pub(super) const fn cause(set: Set) -> &'static str {
    match set {
        Set::Removals | Set::Creations => "over the limit",
        Set::Ended => "over the limit, and ended long ago",
    }
}

/// Every limit that is exceeded: where many resources would be left without a link, they are one reason.
pub(super) fn reasons(limited: &Limited, naming: &Naming<'_>) -> Vec<String> {
    /// More than these are counted.
    const NAMED: usize = 3;
    let (emptied, others): (Vec<_>, Vec<_>) =
        limited.exceeded.iter().partition(|it| matches!(it, Exceeded::ResourceEmptied { .. }));
    let mut reasons: Vec<_> = others.into_iter().map(|it| exceeded(it, naming)).collect();
    if emptied.len() <= NAMED {
        reasons.extend(emptied.into_iter().map(|it| exceeded(it, naming)));
        return reasons;
    }
    let names = emptied.iter().filter_map(|it| match it {
        Exceeded::ResourceEmptied { resource, .. } => Some(naming.resource_in_line(*resource)),
        _ => None,
    });
    let names: BTreeSet<_> = names.collect();
    let shown: Vec<_> = names.iter().take(NAMED).map(|it| format!("`{it}`")).collect();
    let (all, more) = (grouped(emptied.len()), grouped(emptied.len() - NAMED));
    reasons.push(format!("no link would be left on {all} resources: {} and {more} more", shown.join(", ")));
    reasons
}

/// The limit that is exceeded, with the resource by its name.
pub fn exceeded(exceeded: &Exceeded, naming: &Naming<'_>) -> String {
    match exceeded {
        Exceeded::ResourceEmptied { resource, users } => {
            let resource = naming.resource_in_line(*resource);
            format!("{} people would go from `{resource}`, and no link would be left there", grouped(*users))
        }
        other => grouped_digits(&other.to_string()),
    }
}

/// Our own words, with their numbers as everywhere else.
fn grouped_digits(text: &str) -> String {
    let alike = |a: char, b: char| a.is_ascii_digit() == b.is_ascii_digit();
    let chars: Vec<_> = text.chars().collect();
    let parts = chars.chunk_by(|a, b| alike(*a, *b)).map(|it| it.iter().collect::<String>());
    parts.map(|it| it.parse().map_or(it, grouped)).collect()
}

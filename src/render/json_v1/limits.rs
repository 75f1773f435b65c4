//! Limits that are exceeded, and what they hold.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Names, Place, Resource};
use crate::policy;
use crate::render::{Naming, hold};

/// What limits hold.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Limited<'a> {
    /// What is held.
    set: Set,
    /// Approves exactly what is held by limits: `--approve DIGEST`.
    digest: String,
    /// Links, or bindings to create, that are held.
    links: usize,
    exceeded: Vec<Exceeded<'a>>,
}

/// Something unresolved that holds removals.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Holding<'a> {
    /// The line or setting.
    place: Place<'a>,
    /// Removals that it holds.
    removals: usize,
    /// All removals that there would be.
    of: usize,
}

impl<'a> From<hold::Share<'a>> for Holding<'a> {
    fn from(hold::Share { place, holds, of }: hold::Share<'a>) -> Self {
        Self { place: place.into(), removals: holds, of }
    }
}

/// Steps that limits hold together.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Set {
    /// Removals of what is not declared or has not begun.
    Removals,
    /// Removals of what ended long ago.
    Ended,
    /// Creations.
    Creations,
}

/// A limit that is exceeded.
#[derive(Debug, Serialize, JsonSchema)]
struct Exceeded<'a> {
    #[serde(flatten)]
    limit: Limit<'a>,
    /// The same in words.
    text: String,
}

/// Which limit, and by how much.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "limit", rename_all = "kebab-case")]
enum Limit<'a> {
    /// More bindings would go than `limits.removals` allows.
    Removals {
        /// Bindings that would go.
        planned: u64,
        /// Those that went in the last 24 hours.
        lately: u32,
        /// What is allowed.
        allowed: u32,
    },
    /// A larger share would go than `limits.removal_percent` allows.
    RemovalPercent {
        /// Bindings that would go.
        planned: u64,
        /// Those that went in the last 24 hours. They count, and are in `of` no more.
        lately: u32,
        /// Bindings in scope that are live or wanted.
        of: u64,
        /// What is allowed, in percent.
        allowed: u32,
    },
    /// More bindings would be created than `limits.creations` allows.
    Creations {
        /// Bindings that would be created.
        planned: u64,
        /// What is allowed.
        allowed: u32,
    },
    /// No link would be left in scope.
    ScopeEmptied,
    /// Several people would go, and no link would be left on a resource.
    ResourceEmptied {
        resource: Resource<'a>,
        /// People who would go.
        users: usize,
    },
}

impl<'a> Limited<'a> {
    pub(super) fn new(
        policy::Limited { set, digest, exceeded, links }: &policy::Limited,
        naming: &'a Naming<'a>,
    ) -> Self {
        let exceeded = exceeded
            .iter()
            .map(|it| Exceeded { limit: Limit::new(it, Names::from(naming)), text: hold::exceeded(it, naming) });
        let set = match set {
            policy::Set::Removals => Set::Removals,
            policy::Set::Ended => Set::Ended,
            policy::Set::Creations => Set::Creations,
        };
        Self { set, digest: digest.to_string(), links: *links, exceeded: exceeded.collect() }
    }
}

impl<'a> Limit<'a> {
    fn new(exceeded: &policy::Exceeded, names: Names<'a>) -> Self {
        use policy::Exceeded as It;
        match *exceeded {
            It::Removals { planned, lately, logged, allowed } => {
                Self::Removals { planned, lately: lately.saturating_add(logged), allowed }
            }
            It::Percent { planned, lately, of, allowed } => Self::RemovalPercent { planned, lately, of, allowed },
            It::Creations { planned, allowed } => Self::Creations { planned, allowed },
            It::ScopeEmptied => Self::ScopeEmptied,
            It::ResourceEmptied { resource, users } => {
                Self::ResourceEmptied { resource: names.resource(resource), users }
            }
        }
    }
}

//! The parts of a plan, each with its reason.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::End;
use crate::binding::{Binding, Link};
use crate::desired::Origin;
use crate::diagnostic::Span;

/// A link to create or, where it is there, to last longer: every gate treats both alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// What to create.
    pub binding: Binding,
    /// The lines that ask for it. Empty only for a link that lasts longer because its user is protected.
    pub origins: Arc<[Origin]>,
    /// When the server is to end it by itself.
    pub ends: End,
    /// The row that is to last longer; `None`: there is none, and one is created.
    pub row: Option<Link>,
}

/// A link to remove or, where it is wanted, to end earlier: every gate treats both alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// What to remove, or to end earlier.
    pub link: Link,
    /// Why, or when it is to end.
    pub why: Why,
    /// The lines that once asked for it, or will, or ask for the row that stays; empty for [`Why::NotDeclared`].
    pub origins: Arc<[Origin]>,
}

/// Why a link is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// No line asks for it.
    NotDeclared,
    /// Lines ask for it, from a later day.
    NotBegun,
    /// All lines that asked for it have ended.
    Ended,
    /// Another row stands for the same binding.
    Duplicate,
    /// It is wanted until then, and would last longer: it is not removed, the server is to do that then.
    EndsEarlier(Timestamp),
}

/// A row and, if it is not removed but ends earlier, the end: what is removed, without the reason.
pub type Removed = (Link, Option<Timestamp>);

/// Another end for a link that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndChange<'a> {
    /// The link, with the end it has.
    pub link: Link,
    /// The end it gets.
    pub ends: End,
    /// The lines that ask for it.
    pub origins: &'a [Origin],
}

impl Creation {
    /// The change of an end, if nothing is created.
    pub fn end_change(&self) -> Option<EndChange<'_>> {
        let Self { binding: _, origins, ends, row } = self;
        row.map(|link| EndChange { link, ends: *ends, origins })
    }
}

impl Removal {
    /// The change of an end, if nothing is removed.
    pub fn end_change(&self) -> Option<EndChange<'_>> {
        let Self { link, why, origins } = self;
        let Why::EndsEarlier(end) = *why else { return None };
        Some(EndChange { link: *link, ends: End::At(end), origins })
    }

    /// What is removed, without the reason.
    pub fn removed(&self) -> Removed {
        (self.link, self.end_change().and_then(|it| it.ends.at()))
    }
}

/// A removal that is not made, for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What would be removed.
    pub removal: Removal,
    /// What holds it.
    pub hold: Hold,
}

/// What holds a removal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// Something in `protect` or `exclude` could not be resolved, and might mean this.
    Settings(Span),
    /// There is no scope, and no line names the resource.
    NotNamed,
    /// A part of it cannot be looked up, so that we can't tell what names mean it.
    Unseen(BindingPart),
    /// This line could not be resolved, and might mean this.
    Doubt(Span),
    /// The server does not show a row in full, and it is on the same resource or could be this link.
    Incomplete,
    /// There are several rows of the same, and the server has no ids by which to remove one.
    Indistinct,
    /// The server's clock and ours differ, and a line for this has a date.
    Clock,
    /// What is to take its place is not there.
    Replacement,
    /// It is a duplicate, and the row that was to stay is gone.
    Keeper,
    /// The server lets a user have one role on a resource, and this one has another.
    OneRole,
    /// The row whose end is to change is not as it was seen, or not the only one of its binding.
    Row,
    /// Too much would go at once.
    Limit,
    /// Too much would go at once of what ended longer ago than anybody expects.
    LimitEnded,
}

/// A part of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindingPart {
    /// Where.
    Resource,
    /// What.
    Role,
    /// Who.
    User,
}

/// A binding that is wanted and not created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What is not created.
    pub creation: Creation,
    /// Why.
    pub why: Skip,
}

/// Why a wanted binding is not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// It lies outside the scope of the very files that ask for it.
    OutsideScope,
    /// The resource is terminated.
    Terminated,
    /// The server does not show a row in full, and it is on the same resource or could be this binding.
    Incomplete,
    /// The user is not active; the server would refuse.
    Inactive,
    /// The server's clock and ours differ, and a line for this has a date.
    Clock,
    /// Another automation keeps it, and it is wanted for longer than it lasts.
    Managed,
    /// Too much would be created at once.
    Limit,
}

/// A link that nobody asks for and that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// What stays.
    pub link: Link,
    /// Why.
    pub why: Keep,
}

/// Why a link that nobody asks for stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The user is protected.
    Protected,
    /// The resource is terminated.
    Terminated,
    /// Another automation of the server keeps it.
    Managed,
}

impl Hold {
    /// Whether somebody may approve what it holds.
    pub const fn is_limit(&self) -> bool {
        matches!(self, Self::Limit | Self::LimitEnded)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDeclared => "not declared",
            Self::NotBegun => "not begun",
            Self::Ended => "ended",
            Self::Duplicate => "duplicate",
            Self::EndsEarlier(_) => "ends earlier",
        })
    }
}

impl Hold {
    /// What holds it, in words, without the place.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Settings(_) => "an unresolved setting might refer to it",
            Self::NotNamed => "no scope, and no line names its resource",
            Self::Unseen(BindingPart::Resource) => "its resource cannot be looked up",
            Self::Unseen(BindingPart::Role) => "its role cannot be looked up",
            Self::Unseen(BindingPart::User) => "its user cannot be looked up",
            Self::Doubt(_) => "an unresolved line might refer to it",
            Self::Indistinct => "the server has several rows of it, and can remove none of them",
            Self::Incomplete => "the server shows a link without all of its parts",
            Self::Clock => "a line for it has a date, and the server's clock differs from ours",
            Self::Replacement => "replacement not created",
            Self::Keeper => "the row to keep is gone",
            Self::OneRole => "the server allows one role for each user on a resource, and another one is there",
            Self::Row => "its row is not as it was seen, or there is another one",
            Self::Limit => "over the limit",
            Self::LimitEnded => "over the limit, and ended long ago",
        }
    }

    /// The line or setting that holds it, if it is one.
    pub fn place(&self) -> Option<&Span> {
        match self {
            Self::Settings(span) | Self::Doubt(span) => Some(span),
            _ => None,
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause())?;
        self.place().map_or(Ok(()), |span| write!(f, " · {span}"))
    }
}

impl fmt::Display for BindingPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resource => "resource",
            Self::Role => "role",
            Self::User => "user",
        })
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutsideScope => "outside the scope of its own file",
            Self::Terminated => "the resource is terminated",
            Self::Incomplete => "the server shows a link without all of its parts",
            Self::Inactive => "the user is not active",
            Self::Clock => "its line has a date, and the server's clock differs from ours",
            Self::Managed => "managed by another automation, and it ends earlier than wanted",
            Self::Limit => "over the limit",
        })
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protected => "protected",
            Self::Terminated => "terminated",
            Self::Managed => "managed by another automation",
        })
    }
}

//! How a saved plan differs from what would be done now, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Id, Names, Resource, Role, User};
use crate::binding::{Binding, LinkId};
use crate::policy;
use crate::render::Stale;

/// One thing that a saved plan and a new one do not agree about.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Difference<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// The id of the row, if it is about one that is there.
    link: Option<Id<LinkId>>,
    /// What the saved plan says.
    then: Fate,
    /// What a new one says.
    now: Fate,
}

/// What becomes of a binding or a link.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    /// Nothing.
    Nothing,
    /// It is created.
    Create,
    /// It is removed.
    Remove,
    /// It would be removed, and a limit holds it.
    Hold,
}

/// All differences, in their order.
pub(super) fn differences<'a>(Stale { differences, naming }: &Stale<'a>) -> Vec<Difference<'a>> {
    let names = Names(naming.directory());
    let difference = |policy::Difference { binding, link, then, now }: &policy::Difference| {
        let Binding { resource, role, user } = *binding;
        Difference {
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            link: link.map(Id),
            then: (*then).into(),
            now: (*now).into(),
        }
    };
    differences.iter().map(difference).collect()
}

impl From<policy::Fate> for Fate {
    fn from(fate: policy::Fate) -> Self {
        match fate {
            policy::Fate::Nothing => Self::Nothing,
            policy::Fate::Created => Self::Create,
            policy::Fate::Removed => Self::Remove,
            policy::Fate::Held => Self::Hold,
        }
    }
}

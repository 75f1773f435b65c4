//! How a saved plan differs from what would be done now, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Instant, Names, Resource, Role, User};
use crate::binding::{Binding, LinkId};
use crate::plan::End;
use crate::policy::{self, PlannedAction};
use crate::render::Stale;

/// One thing that a saved plan and a new one do not agree about.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Difference<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// The id of the row, if it is about one that is there.
    link: Option<LinkId>,
    /// The end it is to get, if it is about that, and not about having none.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Instant>,
    /// What the saved plan says.
    then: PlannedAction,
    /// What a new one says.
    now: PlannedAction,
}

/// All differences, in their order.
pub(super) fn differences<'a>(Stale { differences, naming }: &Stale<'a>) -> Vec<Difference<'a>> {
    let names = Names::from(*naming);
    let difference = |policy::Difference { binding, link, end, then, now }: &policy::Difference| {
        let Binding { resource, role, user } = *binding;
        Difference {
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            link: *link,
            ends: end.and_then(End::at).map(Instant),
            then: *then,
            now: *now,
        }
    };
    differences.iter().map(difference).collect()
}

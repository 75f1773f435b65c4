//! Where steps come from, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Names, Resource, Role, User};
use crate::binding::{Binding, LinkId};
use crate::policy;

/// Something that the files before the change would bring about, and those after it need not.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Fixed<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// The id of the row, if there is one.
    link: Option<LinkId>,
    without: Intent,
}

/// What would be done without the change.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Intent {
    /// A link would be created.
    Create,
    /// A link would be wanted, and not created.
    Skip,
    /// The link would be removed.
    Remove,
    /// The link would get another end.
    SetEnd,
    /// The link would be removed, were there not something against it.
    Hold,
    /// It would be planned and not sent, because less was asked for.
    Withhold,
}

impl From<policy::Intent> for Intent {
    fn from(intent: policy::Intent) -> Self {
        match intent {
            policy::Intent::Create => Self::Create,
            policy::Intent::Skip => Self::Skip,
            policy::Intent::Remove => Self::Remove,
            policy::Intent::SetEnd => Self::SetEnd,
            policy::Intent::Hold | policy::Intent::Limit => Self::Hold,
            policy::Intent::Withhold => Self::Withhold,
        }
    }
}

impl<'a> Fixed<'a> {
    pub(super) fn new(policy::Fixed { binding, link, intent }: &policy::Fixed, names: Names<'a>) -> Self {
        let Binding { resource, role, user } = *binding;
        Self {
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            link: *link,
            without: (*intent).into(),
        }
    }
}

//! Links as JSON: the row and what it stands for, side by side.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::binding::{Binding, Link, LinkId, ResourceId, RoleId, UserId};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkTwin {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<Timestamp>,
    id: LinkId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    managed: bool,
    resource: ResourceId,
    role: RoleId,
    user: UserId,
}

pub(super) fn serialize<'a, C, S: Serializer>(links: &'a C, serializer: S) -> Result<S::Ok, S::Error>
where
    &'a C: IntoIterator<Item = &'a Link>,
{
    serializer.collect_seq(links.into_iter().map(LinkTwin::from))
}

pub(super) fn deserialize<'de, C: FromIterator<Link>, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    Ok(Vec::<LinkTwin>::deserialize(deserializer)?.into_iter().map(Link::from).collect())
}

impl From<&Link> for LinkTwin {
    fn from(&Link { id, binding: Binding { resource, role, user }, ends, created, managed }: &Link) -> Self {
        Self { created, ends, id, managed, resource, role, user }
    }
}

impl From<LinkTwin> for Link {
    fn from(LinkTwin { created, ends, id, managed, resource, role, user }: LinkTwin) -> Self {
        Self { id, binding: Binding { resource, role, user }, ends, created, managed }
    }
}

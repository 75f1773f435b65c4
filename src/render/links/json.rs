//! Links as JSON, version 1. It may grow; what is there keeps its name and its meaning.

use serde::Serialize;

use super::{Links, ListedLink};
use crate::desired::Visibility;
use crate::render::json::write;
use crate::snapshot::NamedLink;

#[derive(Debug, Serialize)]
struct LinksDocument<'a> {
    version: u8,
    /// `everything`, or `part` where the token may not see all links.
    sight: &'static str,
    /// Links came and went while they were read: something may be missing.
    changing: bool,
    links: Vec<LinkRow<'a>>,
}

/// A link.
#[derive(Debug, Serialize)]
struct LinkRow<'a> {
    id: String,
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// Another row stands for the same: this is the one that a pass removes.
    duplicate: bool,
}

#[derive(Debug, Serialize)]
struct Resource<'a> {
    id: String,
    name: &'a str,
    /// `null` if it could not be looked up.
    offering: Option<Offering<'a>>,
    /// `null` if it could not be looked up.
    terminated: Option<bool>,
}

#[derive(Debug, Serialize)]
struct Offering<'a> {
    id: String,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Role<'a> {
    id: String,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct User<'a> {
    id: String,
    username: &'a str,
    full_name: &'a str,
}

pub(super) fn document(Links { visibility, changing, .. }: &Links<'_>, entries: &[ListedLink<'_>]) -> String {
    let sight = match visibility {
        Visibility::Everything => "everything",
        Visibility::Part => "part",
    };
    write(&LinksDocument { version: 1, sight, changing: *changing, links: entries.iter().map(LinkRow::from).collect() })
}

impl<'a> From<&ListedLink<'a>> for LinkRow<'a> {
    fn from(ListedLink { row, resource: found, duplicate }: &ListedLink<'a>) -> Self {
        let NamedLink { link, resource, role, username, full_name } = row;
        let offering = found.map(|it| Offering { id: it.offering.to_string(), name: &it.offering_name });
        let terminated = found.map(|it| it.terminated);
        Self {
            id: link.id.to_string(),
            resource: Resource { id: link.binding.resource.to_string(), name: resource, offering, terminated },
            role: Role { id: link.binding.role.to_string(), name: role },
            user: User { id: link.binding.user.to_string(), username, full_name },
            duplicate: *duplicate,
        }
    }
}

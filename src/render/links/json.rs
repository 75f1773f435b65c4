//! Links as JSON, version 1. It may grow; what is there keeps its name and its meaning.

use serde::Serialize;

use super::{Entry, Links};
use crate::desired::Visibility;
use crate::render::json::write;
use crate::snapshot::NamedLink;

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u8,
    /// `everything`, or `part` where the token may not see all links.
    sight: &'static str,
    /// Links came and went while they were read: something may be missing.
    changing: bool,
    links: Vec<Row<'a>>,
}

/// A link.
#[derive(Debug, Serialize)]
struct Row<'a> {
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

pub(super) fn document(Links { visibility, changing, .. }: &Links<'_>, entries: &[Entry<'_>]) -> String {
    let sight = match visibility {
        Visibility::Everything => "everything",
        Visibility::Part => "part",
    };
    write(&Document { version: 1, sight, changing: *changing, links: entries.iter().map(Row::from).collect() })
}

impl<'a> From<&Entry<'a>> for Row<'a> {
    fn from(Entry { row, resource: found, duplicate }: &Entry<'a>) -> Self {
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

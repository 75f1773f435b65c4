//! Links, as they are looked at.

mod csv;
mod json;
mod text;

use std::collections::BTreeMap;

use crate::binding::{Binding, LinkId, ResourceId};
use crate::desired::Visibility;
use crate::directory::Resource;
use crate::snapshot::NamedLink;

/// Links to be shown, and what has to be known with them.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a> {
    /// The rows.
    pub links: &'a [NamedLink],
    /// What is known of their resources.
    pub resources: &'a BTreeMap<ResourceId, Resource>,
    /// How much their reader is shown.
    pub visibility: Visibility,
    /// Links came and went while they were read.
    pub changing: bool,
}

/// How links are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinksOutput {
    /// A table for people.
    Text {
        /// With the ids of everything.
        ids: bool,
    },
    /// For programs: the names exactly as the server has them.
    Json,
    /// For spreadsheets: what one would take for a formula has a `'` before it.
    Csv,
}

/// Links, a row each, in the order of names.
pub fn all(links: &Links<'_>, format: LinksOutput) -> String {
    let entries = entries(links);
    match format {
        LinksOutput::Text { ids } => text::table(&entries, ids),
        LinksOutput::Json => json::document(links, &entries),
        LinksOutput::Csv => csv::document(&entries),
    }
}

/// One link that was asked for by its id: as text with everything that is known of it.
pub fn one(link: &Links<'_>, format: LinksOutput) -> String {
    match format {
        LinksOutput::Text { ids: _ } => text::card(&entries(link)),
        LinksOutput::Json | LinksOutput::Csv => all(link, format),
    }
}

/// A link and what is known with it.
struct ListedLink<'a> {
    row: &'a NamedLink,
    /// `None` if it could not be looked up.
    resource: Option<&'a Resource>,
    /// Another row, one that stays before this one, stands for the same.
    duplicate: bool,
}

fn entries<'a>(Links { links, resources, .. }: &Links<'a>) -> Vec<ListedLink<'a>> {
    let mut keepers: BTreeMap<Binding, LinkId> = BTreeMap::new();
    for NamedLink { link, .. } in *links {
        let keeper = keepers.entry(link.binding).or_insert(link.id);
        *keeper = link.id.min(*keeper);
    }
    let entry = |row: &'a NamedLink| {
        let resource = resources.get(&row.link.binding.resource);
        ListedLink { row, resource, duplicate: keepers[&row.link.binding] != row.link.id }
    };
    let mut entries: Vec<_> = links.iter().map(entry).collect();
    entries.sort_by_key(ListedLink::order);
    entries
}

impl<'a> ListedLink<'a> {
    fn offering(&self) -> &'a str {
        self.resource.map_or("", |it| &it.offering_name)
    }

    /// The same links are always shown in the same order.
    fn order(&self) -> (&'a str, &'a str, ResourceId, &'a str, &'a str, Binding, LinkId) {
        let NamedLink { link, resource, role, username, full_name: _ } = self.row;
        (self.offering(), resource, link.binding.resource, role, username, link.binding, link.id)
    }
}

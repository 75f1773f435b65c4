//! Roles that lines name and the offerings of their resources do not have.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::document::{Document, Phase};
use super::names::Names;
use super::suggest::nearest;
use crate::binding::OfferingId;
use crate::diagnostic::Span;
use crate::directory::Directory;

/// A role that lines name, and that no role of the offering is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRole {
    /// The offering of the resource.
    pub offering: OfferingId,
    /// What people call it.
    pub offering_name: String,
    /// The name of the role.
    pub name: String,
    /// Where it is named, in order; never empty.
    pub spans: Vec<Span>,
    /// A role of the offering that the name is probably a typo of; disabled ones count, too.
    pub near: Option<String>,
}

/// The roles that are missing, by offering and name, for lines that have not ended at `now`. Nobody gets a role on a
/// terminated resource, so lines for those need none.
pub fn missing_roles(document: &Document, directory: &Directory, now: Timestamp) -> Vec<MissingRole> {
    let mut names = Names::new(directory);
    names.expect(document);
    let mut missing: BTreeMap<(&str, OfferingId, &str), BTreeSet<&Span>> = BTreeMap::new();
    let wanted = document.entries.iter().filter(|it| it.life.phase(now) != Phase::Ended && !it.users.is_empty());
    for entry in wanted {
        let resources = entry.resources.iter().filter_map(|it| names.resource(it).ok());
        for resource in resources.map(|id| &directory.resources[&id]).filter(|it| !it.terminated) {
            for role in entry.roles.iter().filter(|it| it.id.is_none()) {
                let Some(name) = role.name.as_deref() else { continue };
                if !names.has_role(resource.offering, name) {
                    let key = (resource.offering_name.as_str(), resource.offering, name);
                    missing.entry(key).or_default().insert(&role.span);
                }
            }
        }
    }
    let missing = missing.into_iter().map(|((offering_name, offering, name), spans)| {
        let others = directory.roles.values().filter(|it| it.fits(offering)).map(|it| it.name.as_str());
        MissingRole {
            offering,
            offering_name: offering_name.to_owned(),
            name: name.to_owned(),
            spans: spans.into_iter().cloned().collect(),
            near: nearest(name, others).map(str::to_owned),
        }
    });
    missing.collect()
}

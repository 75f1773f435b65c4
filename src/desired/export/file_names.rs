//! Names of files that are good on every file system, and stay what they are when other things come and go.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::blocks::BlockGroup;
use crate::binding::{OfferingId, ResourceId};

/// The file that holds the settings.
pub(super) const SETTINGS: &str = "settings";
/// Where resources are that cannot be looked up.
const UNSEEN: &str = "unseen";
/// What cannot be a name of a file everywhere, or is one of ours. With a digit behind, the last two are devices.
const TAKEN: &[&str] = &[SETTINGS, UNSEEN, "con", "prn", "aux", "nul"];
const DEVICES: &[&str] = &["com", "lpt"];
/// Longer names are cut.
const LONGEST: usize = 60;

/// Names of files for offerings and resources, without `.yaml`.
pub(super) struct FileNames {
    offerings: BTreeMap<OfferingId, String>,
    resources: BTreeMap<ResourceId, String>,
}

impl FileNames {
    pub(super) fn new(sections: &[BlockGroup<'_>]) -> Self {
        let offerings = sections.iter().filter_map(|it| it.offering);
        let resources = |section: &BlockGroup<'_>| {
            distinct("resource", section.blocks.iter().map(|it| (it.resource, it.name.unwrap_or_default())))
        };
        Self { offerings: distinct("offering", offerings), resources: sections.iter().flat_map(resources).collect() }
    }

    pub(super) fn section(&self, section: &BlockGroup<'_>) -> &str {
        section.offering.and_then(|(id, _)| self.offerings.get(&id)).map_or(UNSEEN, |it| it)
    }

    pub(super) fn resource(&self, id: ResourceId) -> &str {
        self.resources.get(&id).map_or(UNSEEN, |it| it)
    }
}

/// Different names: all that come to the same one get their id behind it, so that none takes the place of another when
/// a third one goes.
fn distinct<'a, Id: Copy + Ord + Display>(
    word: &str,
    things: impl Iterator<Item = (Id, &'a str)>,
) -> BTreeMap<Id, String> {
    let slugs: BTreeMap<Id, String> = things.map(|(id, name)| (id, slug(name))).collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for slug in slugs.values() {
        *times.entry(slug).or_default() += 1;
    }
    let name = |(id, slug): (&Id, &String)| {
        let alone = times.get(slug.as_str()) == Some(&1);
        let name = match slug.as_str() {
            "" => format!("{word}-{id}"),
            slug if alone && is_free(slug) => slug.to_owned(),
            slug => format!("{slug}-{id}"),
        };
        (*id, name)
    };
    slugs.iter().map(name).collect()
}

/// Whether a name is neither taken nor ends like one that has an id behind it.
fn is_free(slug: &str) -> bool {
    let is_device = DEVICES.iter().any(|it| slug.strip_prefix(it).is_some_and(|it| it.len() == 1));
    let is_id = |it: &str| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit());
    let ends_with_id = slug.rsplit_once('-').is_some_and(|(_, last)| is_id(last));
    !TAKEN.contains(&slug) && !is_device && !ends_with_id
}

/// Lower-case letters and digits of ASCII, with `-` for everything else; may be empty.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for it in name.chars() {
        match it.to_ascii_lowercase() {
            it if it.is_ascii_alphanumeric() || it == '_' => slug.push(it),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() == LONGEST {
            break;
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

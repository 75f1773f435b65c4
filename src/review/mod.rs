//! Everything that a change to the files does: to access at any time, to what is managed, and to settings.
//!
//! A pure function of two sets of files, what is live, and the instant from which on it matters. It compares what the files
//! declare, so that what begins in a year is named like what begins today. What a pass does now is decided elsewhere.

mod access;
mod control;
mod groups;
mod settings;
mod upcoming;

use jiff::Timestamp;

use crate::desired::{Desired, Document};
use crate::directory::Directory;
use crate::snapshot::Snapshot;
pub use access::{Access, AccessChange};
pub use control::Stay;
pub use groups::{GroupChange, Membership};
pub use settings::{Effect, Setting, SettingChange};
pub use upcoming::{Upcoming, begins_soon};

/// What reviewers have to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// The gravest first; none is empty.
    pub sections: Vec<Section>,
}

/// Changes of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// Settings that differ; those that weaken enforcement first.
    Settings(Vec<Setting>),
    /// Grants of which the time differs, or which are no longer managed, in the order of bindings. Each is in one section.
    Access(AccessChange, Vec<Access>),
    /// Users who join or leave a group.
    Groups(Vec<GroupChange>),
    /// Where there is nothing to compare with: grants that begin soon, the soonest first.
    Upcoming(Vec<Upcoming>),
}

/// A set of files: as they are written, and in ids.
#[derive(Debug, Clone, Copy)]
pub struct FileSet<'a> {
    /// What they say.
    pub document: &'a Document,
    /// What that means.
    pub desired: &'a Desired,
}

/// What both sets of files are compared about.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// What names mean.
    pub directory: &'a Directory,
    /// What is live.
    pub snapshot: &'a Snapshot,
    /// The instant from which on it matters.
    pub now: Timestamp,
}

/// Compares the files before a change with those after it.
pub fn review(before: FileSet<'_>, after: FileSet<'_>, world: World<'_>) -> Review {
    let access = access::compare(before.desired, after.desired, world);
    let groups = groups::compare(before, after, &access, world.directory);
    let of = |kind| access.iter().filter(move |(it, _)| *it == kind).map(|(_, it)| it.clone()).collect();
    let settings = Section::Settings(settings::compare(before, after, world.directory));
    let access = AccessChange::ALL.map(|kind| Section::Access(kind, of(kind)));
    let all = std::iter::once(settings).chain(access).chain([Section::Groups(groups)]);
    Review { sections: all.filter(|it| !it.is_empty()).collect() }
}

/// What begins until `by`, where there are no other files to compare with.
pub fn upcoming(desired: &Desired, snapshot: &Snapshot, now: Timestamp, by: Timestamp) -> Review {
    let section = Section::Upcoming(begins_soon(desired, snapshot, now, by));
    Review { sections: Some(section).filter(|it| !it.is_empty()).into_iter().collect() }
}

impl Review {
    /// Grants in a section.
    pub fn access(&self, kind: AccessChange) -> &[Access] {
        let of = |it: &Section| matches!(it, Section::Access(of, _) if *of == kind);
        self.sections.iter().find(|it| of(it)).map_or(&[], |it| if let Section::Access(_, it) = it { it } else { &[] })
    }

    /// Settings that differ.
    pub fn settings(&self) -> &[Setting] {
        let settings = self.sections.iter().find_map(|it| if let Section::Settings(it) = it { Some(it) } else { None });
        settings.map_or(&[], Vec::as_slice)
    }
}

impl Section {
    /// How many changes are in it.
    pub fn len(&self) -> usize {
        match self {
            Self::Settings(it) => it.len(),
            Self::Access(_, it) => it.len(),
            Self::Groups(it) => it.len(),
            Self::Upcoming(it) => it.len(),
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

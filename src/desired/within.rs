//! Where a resource is: in which offering and which project. It tells resources of one name apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use uuid::Uuid;

use super::document::Reference;
use super::names::{Names, Unresolved, disagree};
use super::read::ReferenceKind;
use super::scalar::{bare, scalar};
use super::suggest::{all_nearest, did_you_mean};
use crate::binding::{OfferingId, ProjectId, ResourceId};
use crate::directory::{Project, Resource};

/// Ids by name, where several things may have one name.
pub(super) type Index<'a, Id> = BTreeMap<&'a str, BTreeSet<Id>>;

/// The offerings and the projects a reference to a resource speaks of; absent where it says nothing of them.
pub(super) struct Within {
    offerings: Option<BTreeSet<OfferingId>>,
    projects: Option<BTreeSet<ProjectId>>,
}

impl Within {
    /// Whether a resource is there.
    pub(super) fn holds(&self, resource: &Resource) -> bool {
        let Self { offerings, projects } = self;
        let project = resource.project.as_ref().map(|it| it.id);
        offerings.as_ref().is_none_or(|it| it.contains(&resource.offering))
            && projects.as_ref().is_none_or(|it| project.is_some_and(|id| it.contains(&id)))
    }

    /// Where a resource is instead.
    pub(super) fn elsewhere(&self, id: ResourceId, resource: &Resource) -> Option<String> {
        let Self { offerings, projects: _ } = self;
        if self.holds(resource) {
            return None;
        }
        let Resource { offering, offering_name, project, .. } = resource;
        let told = match project {
            _ if offerings.as_ref().is_some_and(|it| !it.contains(offering)) => format!("offering `{offering_name}`"),
            Some(Project { name, .. }) => format!("project `{name}`"),
            None => return Some(format!("the project of the resource `{id}` is not known")),
        };
        Some(format!("the resource `{id}` belongs to the {told}"))
    }
}

/// What a form of a reference says besides the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    offering: bool,
    project: bool,
}

/// From short to long.
const FORMS: [Form; 3] = [
    Form { offering: true, project: false },
    Form { offering: false, project: true },
    Form { offering: true, project: true },
];

impl Names<'_> {
    /// Where the resource of a reference must be.
    pub(super) fn within(&self, reference: &Reference) -> Result<Within, Unresolved<ResourceId>> {
        let Reference { offering, project, .. } = reference;
        let offerings = offering.as_deref().map(|it| self.offering(it)).transpose();
        let projects = project.as_deref().map(|it| self.project(it)).transpose();
        Ok(Within {
            offerings: offerings.map_err(Unresolved::without_guess)?,
            projects: projects.map_err(Unresolved::without_guess)?,
        })
    }

    /// The offerings a reference means; a name may have several.
    pub(super) fn offering(&self, reference: &Reference) -> Result<BTreeSet<OfferingId>, Unresolved<OfferingId>> {
        meant(reference, &self.offerings, "offering")
    }

    /// The projects a reference means; a name may have several, of different organisations.
    fn project(&self, reference: &Reference) -> Result<BTreeSet<ProjectId>, Unresolved<ProjectId>> {
        meant(reference, &self.projects, "project")
    }

    /// What could be written for each of several resources that a reference may mean: the shortest form that tells them
    /// apart, and what else is known of where they are.
    pub(super) fn choices(&self, reference: &Reference, resources: &[ResourceId]) -> Vec<String> {
        let said = Form { offering: reference.offering.is_some(), project: reference.project.is_some() };
        let forms = FORMS.iter().filter(|it| it.offering >= said.offering && it.project >= said.project);
        let apart = |form: &&Form| {
            let written: Option<BTreeSet<_>> = resources.iter().map(|it| self.written(*it, **form)).collect();
            written.is_some_and(|it| it.len() == resources.len())
        };
        let form = forms.copied().find(|it| apart(&it));
        let by_id = |id: ResourceId| format!("{{uuid: {}}}", scalar(&id.to_string()));
        let written = |id: ResourceId| form.and_then(|it| self.written(id, it)).unwrap_or_else(|| by_id(id));
        let mut choices: Vec<_> = resources.iter().map(|id| (written(*id), id)).collect();
        choices.sort();
        let told = choices.into_iter().map(|(written, id)| {
            let project = self.directory.resources[id].project.as_ref();
            let shown = form.is_some_and(|it| it.project);
            let project = project.map_or(String::new(), |Project { id: _, name, organisation }| {
                if shown {
                    format!(" (of `{organisation}`)")
                } else {
                    format!(" (project `{name}` of `{organisation}`)")
                }
            });
            format!("`{written}`{project}")
        });
        told.collect()
    }

    /// A resource in a form; `None` if its project is not known.
    fn written(&self, id: ResourceId, form: Form) -> Option<String> {
        let Resource { name, offering_name, project, .. } = &self.directory.resources[&id];
        let mut written = format!("{{name: {}", scalar(name));
        if form.offering {
            let _ = write!(written, ", offering: {}", bare(offering_name, ReferenceKind::Offering));
        }
        if form.project {
            let _ = write!(written, ", project: {}", bare(&project.as_ref()?.name, ReferenceKind::Project));
        }
        Some(written + "}")
    }
}

/// What a reference means of what only resources tell of.
fn meant<Id: From<Uuid> + Copy + Ord + Display>(
    reference: &Reference,
    index: &Index<'_, Id>,
    noun: &str,
) -> Result<BTreeSet<Id>, Unresolved<Id>> {
    if let Some(id) = reference.id.map(Id::from) {
        let known = index.iter().find(|(_, ids)| ids.contains(&id));
        let (found, _) = known.ok_or_else(|| Unresolved::new(format!("no {noun} has the UUID `{id}`")))?;
        return disagree(&id, found, reference.name.as_deref()).map_or_else(|| Ok(BTreeSet::from([id])), Err);
    }
    let name = reference.name.as_deref().unwrap_or_default();
    index.get(name).cloned().ok_or_else(|| Unresolved {
        message: format!("no {noun} with a resource is called `{name}`"),
        help: did_you_mean(&all_nearest(name, index.keys().copied())),
        guesses: Vec::new(),
    })
}

//! How one thing is written: by its name where that means exactly it, else by its id.

use std::fmt::Display;
use std::sync::Arc;

use super::{Beside, Form};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::desired::document::Reference;
use crate::desired::names::Names;
use crate::desired::read::{ReferenceKind, is_clean};
use crate::desired::scalar::{bare, scalar};
use crate::desired::yaml::TextSpan;
use crate::diagnostic::Span;
use crate::directory::Resource;

/// A value as it is written, and what to say beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) value: String,
    pub(super) comment: Option<String>,
}

/// Writes references, and asks the names whether they mean what they should.
pub(super) struct Writer<'a> {
    names: Names<'a>,
    form: Form,
    beside: Beside,
    nowhere: Span,
}

impl Written {
    pub(super) fn plain(value: String) -> Self {
        Self { value, comment: None }
    }

    fn unseen(id: impl Display) -> Self {
        Self { value: scalar(&id.to_string()), comment: Some("cannot be looked up".to_owned()) }
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(names: Names<'a>, form: Form, beside: Beside) -> Self {
        Self { names, form, beside, nowhere: TextSpan::START.span(&Arc::from("export")) }
    }

    /// A resource. A terminated one is meant by its name only until another one gets that name, so its id is written.
    pub(super) fn resource(&self, id: ResourceId) -> Written {
        let Some(resource) = self.names.directory.resources.get(&id) else { return Written::unseen(id) };
        let Resource { name, offering: _, offering_name, project, terminated } = resource;
        let note = terminated.then(|| "terminated".to_owned());
        if self.form == Form::Pinned && is_clean(name) {
            return Written { value: pinned(id, name, ReferenceKind::Resource), comment: note };
        }
        if !terminated && is_clean(name) {
            let place = |name: &str| is_clean(name).then(|| Box::new(self.named(name)));
            let offering = place(offering_name);
            let project = project.as_ref().and_then(|it| place(&it.name));
            // From short to long.
            let places = [(None, None), (offering.clone(), None), (None, project.clone()), (offering, project)];
            let forms = places.map(|(offering, project)| Reference { offering, project, ..self.named(name) });
            if let Some(form) = forms.iter().find(|it| self.names.resource(it) == Ok(id)) {
                return Written::plain(again(form, ReferenceKind::Resource));
            }
        }
        let known = format!("{} ({})", scalar(name), scalar(offering_name));
        let comment = note.map_or(known.clone(), |note| format!("{known}, {note}"));
        Written { value: scalar(&id.to_string()), comment: Some(comment) }
    }

    /// A role on a resource.
    pub(super) fn role(&self, id: RoleId, on: ResourceId) -> Written {
        let Some(role) = self.names.directory.roles.get(&id) else { return Written::unseen(id) };
        let known = self.names.directory.resources.contains_key(&on);
        let means = || known && self.names.role(&self.named(&role.name), on) == Ok(id);
        self.by_name(id, &role.name, ReferenceKind::Role, means)
    }

    /// A user.
    pub(super) fn user(&self, id: UserId) -> Written {
        let Some(user) = self.names.directory.users.get(&id) else { return Written::unseen(id) };
        let means = || self.names.user(&self.named(&user.username)) == Ok(id);
        let written = self.by_name(id, &user.username, ReferenceKind::User, means);
        let full_name = Some(user.full_name.trim()).filter(|it| self.beside == Beside::FullNames && !it.is_empty());
        let comments: Vec<_> = written.comment.into_iter().chain(full_name.map(scalar)).collect();
        Written { comment: (!comments.is_empty()).then(|| comments.join(", ")), ..written }
    }

    /// A resource as a comment may call it.
    pub(super) fn called(&self, id: ResourceId) -> String {
        self.names.directory.resources.get(&id).map_or_else(|| id.to_string(), |it| scalar(&it.name))
    }

    fn by_name(&self, id: impl Display, name: &str, kind: ReferenceKind, means: impl Fn() -> bool) -> Written {
        if self.form == Form::Pinned && is_clean(name) {
            Written::plain(pinned(id, name, kind))
        } else if is_clean(name) && means() {
            Written::plain(bare(name, kind))
        } else {
            Written { value: scalar(&id.to_string()), comment: Some(scalar(name)) }
        }
    }

    fn named(&self, name: &str) -> Reference {
        Reference::by_name(self.nowhere.clone(), name)
    }
}

fn pinned(id: impl Display, name: &str, kind: ReferenceKind) -> String {
    format!("{{uuid: {}, {}: {}}}", scalar(&id.to_string()), kind.name(), scalar(name))
}

/// A reference as it was read: all parts of it, and no braces where one part says it.
pub(super) fn again(reference: &Reference, kind: ReferenceKind) -> String {
    let Reference { span: _, id, name, offering, project } = reference;
    let id = id.map(|it| scalar(&it.simple().to_string()));
    match (reference.only_name(), &id) {
        (Some(name), _) => return bare(name, kind),
        (None, Some(id)) if reference.only_id().is_some() => return id.clone(),
        _ => {}
    }
    let id = id.map(|it| format!("uuid: {it}"));
    let name = name.as_ref().map(|it| format!("{}: {}", kind.name(), scalar(it)));
    let offering = offering.as_ref().map(|it| format!("offering: {}", again(it, ReferenceKind::Offering)));
    let project = project.as_ref().map(|it| format!("project: {}", again(it, ReferenceKind::Project)));
    let parts: Vec<_> = [id, name, offering, project].into_iter().flatten().collect();
    format!("{{{}}}", parts.join(", "))
}

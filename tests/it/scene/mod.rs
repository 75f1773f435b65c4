//! Decisions built by hand, with everything that is told about them: what every format is tried on.

mod review;
pub(crate) mod stories;

use std::collections::BTreeMap;
use std::sync::Arc;

use grantsync::binding::{Binding, Link, LinkId, OfferingId, ResourceId, RoleId, UserId};
use grantsync::desired::{Life, Origin};
use grantsync::diagnostic::{Diagnostic, Source, Span};
use grantsync::directory::{Directory, Resource, Role, User};
use grantsync::plan::{Creation, End, Held, Hold, Keep, Kept, Plan, Removal, Skip, Skipped, Why};
use grantsync::policy::{Causes, Decision, PolicyInput, approve};
use grantsync::render::{Detail, Forge, Format, Naming, Shown, ShownPass, SnapshotAge, Verb, render};
use grantsync::report::{Report, Roles};
use grantsync::review::Review;
use grantsync::risk::Assessment;
use grantsync::snapshot::{Caller, IncompleteLink, Observation};
use uuid::Uuid;

/// Everything that one picture is made of.
pub(crate) struct Scene {
    pub(crate) directory: Directory,
    pub(crate) plan: Plan,
    pub(crate) roles: Roles,
    pub(crate) input: PolicyInput,
    pub(crate) observation: Observation,
    pub(crate) seen: Option<SnapshotAge>,
    pub(crate) report: Option<Report>,
    pub(crate) base: Option<Plan>,
    pub(crate) review: Review,
    pub(crate) assessment: Assessment,
    pub(crate) sources: Vec<Source>,
    pub(crate) forge: Option<Forge>,
    pub(crate) detail: Detail,
    ids: BTreeMap<String, Uuid>,
    links: u128,
}

impl Scene {
    /// Nothing to do, seen by staff.
    pub(crate) fn new() -> Self {
        let server = "https://waldur.example.org/api".to_owned();
        let caller = Caller {
            user: UserId::from(Uuid::from_u128(0xca11)),
            username: "grantsync".to_owned(),
            is_staff: true,
            is_support: false,
            token_lifetime: Some(3600),
        };
        Self {
            directory: Directory::default(),
            plan: Plan {
                server: server.clone(),
                now: "2027-01-15T09:30:00Z".parse().unwrap(),
                changing: false,
                creations: Vec::new(),
                removals: Vec::new(),
                held: Vec::new(),
                skipped: Vec::new(),
                kept: Vec::new(),
                in_sync: Vec::new(),
                outside: Vec::new(),
                incomplete: Vec::new(),
                unresolved: 0,
                problems: Vec::new(),
                warnings: Vec::new(),
                counted: None,
            },
            roles: Roles::default(),
            input: PolicyInput::default(),
            observation: Observation { pages: 1, ..Observation::new(server, caller) },
            seen: None,
            report: None,
            base: None,
            review: Review::default(),
            assessment: Assessment::default(),
            sources: Vec::new(),
            forge: None,
            detail: Detail::Changes,
            ids: BTreeMap::new(),
            links: 0,
        }
    }

    /// A scene with one file.
    pub(crate) fn with_file(name: &str, text: &str) -> Self {
        let sources = vec![Source { name: name.into(), text: text.to_owned() }];
        Self { sources, ..Self::new() }
    }

    /// The binding of `resource`, `role` and `user`; what does not exist yet is made. An offering may be named before
    /// the resource, as in `HPC/cluster-a`.
    pub(crate) fn binding(&mut self, [resource, role, user]: [&str; 3]) -> Binding {
        let (offering, name) = resource.split_once('/').unwrap_or(("HPC", resource));
        let offering_id = OfferingId::from(self.id(0x0f, offering));
        let binding = Binding {
            resource: ResourceId::from(self.id(0x5e, resource)),
            role: RoleId::from(self.id(0x01, &format!("{offering}/{role}"))),
            user: UserId::from(self.id(0xe5, user)),
        };
        let Directory { resources, roles, users, aliases: _ } = &mut self.directory;
        resources.entry(binding.resource).or_insert_with(|| Resource {
            name: name.to_owned(),
            offering: offering_id,
            offering_name: offering.to_owned(),
            project: None,
            terminated: false,
        });
        roles.entry(binding.role).or_insert_with(|| Role { name: role.to_owned(), offerings: [offering_id].into() });
        users.entry(binding.user).or_insert_with(|| User {
            username: user.to_owned(),
            full_name: String::new(),
            active: Some(true),
        });
        binding
    }

    fn id(&mut self, kind: u128, name: &str) -> Uuid {
        let next = Uuid::from_u128(kind << 120 | (self.ids.len() as u128 + 1));
        *self.ids.entry(format!("{kind} {name}")).or_insert(next)
    }

    /// A live link, which the plan does not know yet.
    pub(crate) fn link(&mut self, binding: [&str; 3]) -> Link {
        let binding = self.binding(binding);
        self.links += 1;
        Link::plain(LinkId::from(Uuid::from_u128(0x11 << 120 | self.links)), binding)
    }

    pub(crate) fn removal(&mut self, binding: [&str; 3], why: Why, origins: &[Origin]) -> Removal {
        Removal { link: self.link(binding), why, origins: origins.into() }
    }

    pub(crate) fn create(&mut self, binding: [&str; 3], origins: &[Origin]) {
        let binding = self.binding(binding);
        self.plan.creations.push(Creation { binding, origins: origins.into(), ends: End::Never, row: None });
    }

    pub(crate) fn remove(&mut self, binding: [&str; 3], why: Why, origins: &[Origin]) {
        let removal = self.removal(binding, why, origins);
        self.plan.removals.push(removal);
    }

    pub(crate) fn hold(&mut self, binding: [&str; 3], hold: Hold) {
        let removal = self.removal(binding, Why::NotDeclared, &[]);
        self.plan.held.push(Held { removal, hold });
    }

    pub(crate) fn skip(&mut self, binding: [&str; 3], why: Skip, origins: &[Origin]) {
        let binding = self.binding(binding);
        let creation = Creation { binding, origins: origins.into(), ends: End::Never, row: None };
        self.plan.skipped.push(Skipped { creation, why });
    }

    pub(crate) fn keep(&mut self, binding: [&str; 3], why: Keep) {
        let link = self.link(binding);
        self.plan.kept.push(Kept { link, why });
    }

    pub(crate) fn in_sync(&mut self, binding: [&str; 3]) {
        let link = self.link(binding);
        self.plan.in_sync.push(link);
    }

    pub(crate) fn outside(&mut self, binding: [&str; 3]) {
        let link = self.link(binding);
        self.plan.outside.push(link);
    }

    /// A row of which the server does not show the role.
    pub(crate) fn incomplete(&mut self, binding: [&str; 3]) {
        let Link { id, binding: Binding { resource, role: _, user }, .. } = self.link(binding);
        self.plan.incomplete.push(IncompleteLink { id, resource: Some(resource), role: None, user: Some(user) });
    }

    /// A reference that could not be resolved, at the place where it stands.
    pub(crate) fn unresolved(&mut self, written: &str, message: &str, help: &str) -> Span {
        let span = self.at(written);
        self.plan.unresolved += 1;
        self.plan.problems.push(Diagnostic::error("unresolved", span.clone(), message).help(help));
        span
    }

    /// Where something stands in the files, for the first time.
    pub(crate) fn at(&self, written: &str) -> Span {
        let found = self.sources.iter().find_map(|it| it.text.find(written).map(|at| (it, at)));
        let (Source { name, text }, start) = found.unwrap_or_else(|| panic!("`{written}` is in no file"));
        let line_start = text[..start].rfind('\n').map_or(0, |it| it + 1);
        Span {
            file: Arc::clone(name),
            start: u32::try_from(start).unwrap(),
            end: u32::try_from(start + written.len()).unwrap(),
            line: u32::try_from(text[..start].matches('\n').count() + 1).unwrap(),
            column: u32::try_from(text[line_start..start].chars().count() + 1).unwrap(),
        }
    }

    /// The line that says something.
    pub(crate) fn line(&self, written: &str) -> Origin {
        Origin { span: self.at(written), groups: Vec::new(), life: Life::default(), reason: None }
    }

    /// The same, with some empty lines on top of the file.
    pub(crate) fn shift(&mut self, lines: u32) {
        let shift = |span: &mut Span| {
            span.line += lines;
            span.start += lines;
            span.end += lines;
        };
        let shifted = |origins: &[Origin]| -> Arc<[Origin]> {
            let mut origins = origins.to_vec();
            for it in &mut origins {
                shift(&mut it.span);
            }
            origins.into()
        };
        let Plan { creations, removals, held, skipped, problems, warnings, .. } = &mut self.plan;
        for it in creations.iter_mut().chain(skipped.iter_mut().map(|it| &mut it.creation)) {
            it.origins = shifted(&it.origins);
        }
        for it in removals.iter_mut().chain(held.iter_mut().map(|it| &mut it.removal)) {
            it.origins = shifted(&it.origins);
        }
        for it in held {
            if let Hold::Doubt(span) | Hold::Settings(span) = &mut it.hold {
                shift(span);
            }
        }
        for it in problems.iter_mut().chain(warnings) {
            shift(&mut it.primary.span);
            for label in &mut it.related {
                shift(&mut label.span);
            }
        }
        let Assessment { risks, accepted } = &mut self.assessment;
        risks.iter_mut().filter_map(|it| it.span.as_mut()).for_each(shift);
        for it in accepted {
            shift(&mut it.span);
        }
        for it in &mut self.sources {
            it.text.insert_str(0, &"\n".repeat(lines as usize));
        }
    }

    pub(crate) fn decide(&self) -> Decision {
        let mut plan = self.plan.clone();
        plan.creations.sort_by_key(|it| it.binding);
        plan.removals.sort_by_key(|it| it.link);
        approve(plan, &self.input).unwrap()
    }

    /// The whole of it in a format.
    pub(crate) fn render(&self, format: Format) -> String {
        self.show(|shown| render(format, shown))
    }

    pub(crate) fn show<T>(&self, show: impl FnOnce(&Shown<'_>) -> T) -> T {
        let naming = Naming::new(&self.directory);
        let base = self
            .base
            .as_ref()
            .map(|it| approve(it.clone(), &PolicyInput { approval: None, ..self.input.clone() }).unwrap());
        let causes = base.map(|it| Causes::new(Some(&it), &self.decide()));
        show(&Shown::Pass(ShownPass {
            verb: if self.report.is_some() { Verb::Apply } else { Verb::Plan },
            roles: &self.roles,
            decision: &self.decide(),
            report: self.report.as_ref(),
            observation: &self.observation,
            seen: self.seen,
            naming: &naming,
            causes: causes.as_ref(),
            review: &self.review,
            assessment: &self.assessment,
            sources: &self.sources,
            forge: self.forge.as_ref(),
            detail: self.detail,
        }))
    }
}

/// The life of a line, from one instant to another; either may be empty.
pub(crate) fn life(from: &str, until: &str) -> Life {
    let instant = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    Life { from: instant(from), until: instant(until) }
}

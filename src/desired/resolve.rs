//! Document and directory → Desired: every line expanded to bindings of ids, and what could not be resolved kept as doubt.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::document::{Document, Entry, Life, Limits, Member, Mode, Phase, Reference, Replace};
use super::names::{Names, Unresolved};
use super::resolved_scope::{ResolvedScope, ResolvedSettings};
use crate::binding::{Binding, ResourceId, RoleId, UserId};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::Directory;

/// What the files want, in ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// What may be written.
    pub mode: Mode,
    /// How much may be taken away.
    pub limits: Limits,
    /// How a role is changed where the server allows one.
    pub replace: Replace,
    /// What is ours to touch; `None` where the files have no `scope`.
    pub scope: Option<ResolvedScope>,
    /// Users whose links are never removed.
    pub protected: BTreeSet<UserId>,
    /// An unresolved reference in `protect` or `exclude`: while it stands, nothing may be removed.
    pub blocking: Option<Span>,
    /// Resources that some line names, even for nobody.
    pub named: BTreeSet<ResourceId>,
    /// Every binding some line asks for, in order, each once.
    pub bindings: Vec<Wanted>,
    /// Lines that could not be resolved in full, in order.
    pub doubts: Vec<Doubt>,
    /// References in the settings that could not be resolved.
    pub unresolved_settings: Vec<Diagnostic>,
    /// Worth saying.
    pub warnings: Vec<Diagnostic>,
}

/// A binding and all the lines that ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is asked for.
    pub binding: Binding,
    /// By whom; never empty, in the order of the files.
    pub origins: Arc<[Origin]>,
}

/// One line that asks for a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The user in the entry, or the entry where the user came through a group.
    pub span: Span,
    /// The groups the user came through, outermost first; empty for an explicit user.
    pub groups: Vec<Box<str>>,
    /// When the line holds.
    pub life: Life,
    /// Why, in the author's words.
    pub reason: Option<Box<str>>,
}

/// A line of which some part could not be resolved, and so might mean anything there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The parts that are known; one at least is not.
    pub pattern: Pattern,
    /// Whom it may mean and where, as far as that is known: what could be suggested for a name, each of several candidates,
    /// a UUID and what has the name beside it. Their access there counts as waiting for this line. Where too many names
    /// are unknown to suggest any, it may be anybody or anywhere.
    pub guesses: Vec<(Option<ResourceId>, Option<UserId>)>,
    /// When the line holds.
    pub life: Life,
    /// What is wrong with it.
    pub diagnostics: Vec<Arc<Diagnostic>>,
}

/// A binding with holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    /// The resource, if known.
    pub resource: Option<ResourceId>,
    /// The role, if known.
    pub role: Option<RoleId>,
    /// The user, if known.
    pub user: Option<UserId>,
}

impl Wanted {
    /// Where in its life the binding is: alive while any line is; else ended once all are over.
    pub fn phase(&self, now: jiff::Timestamp) -> Phase {
        let phases = || self.origins.iter().map(|it| it.life.phase(now));
        if phases().any(|it| it == Phase::Alive) {
            Phase::Alive
        } else if phases().all(|it| it == Phase::Ended) {
            Phase::Ended
        } else {
            Phase::NotBegun
        }
    }

    /// Whether any of its lines has a beginning or an end.
    pub fn dated(&self) -> bool {
        self.origins.iter().any(|it| it.life.dated())
    }
}

impl Desired {
    /// Whether the files ask for this binding at any time.
    pub fn get(&self, binding: &Binding) -> Option<&Wanted> {
        self.bindings.binary_search_by_key(binding, |it| it.binding).ok().map(|at| &self.bindings[at])
    }
}

/// Resolves every reference of a document.
pub fn resolve(document: &Document, directory: &Directory) -> Desired {
    let Document { mode, scope, limits, protect, replace, entries, warnings, .. } = document;
    let mut names = Names::new(directory);
    names.expect(document);
    let settings = ResolvedSettings::resolve(scope.as_ref(), protect, &names);
    let mut lines = Lines { names: &names, answers: Answers::default(), desired: Vec::new(), doubts: Vec::new() };
    let mut named = BTreeSet::new();
    for entry in entries {
        named.extend(lines.add(entry));
    }
    let Lines { desired, mut doubts, .. } = lines;
    doubts.sort_by(|a, b| (&a.pattern, a.life).cmp(&(&b.pattern, b.life)));
    Desired {
        mode: mode.unwrap_or_default(),
        limits: *limits,
        replace: replace.unwrap_or_default(),
        scope: settings.scope,
        protected: settings.protected,
        blocking: settings.blocking,
        named,
        bindings: gather(desired),
        doubts,
        unresolved_settings: settings.unresolved,
        warnings: warnings.iter().cloned().chain(settings.warnings).collect(),
    }
}

/// Brings the lines that ask for the same binding together.
fn gather(mut lines: Vec<(Binding, Origin)>) -> Vec<Wanted> {
    lines.sort_by(|(a, x), (b, y)| (a, &x.span, &x.groups).cmp(&(b, &y.span, &y.groups)));
    let mut gathered: Vec<Wanted> = Vec::new();
    let mut rest = lines.into_iter().peekable();
    while let Some((binding, first)) = rest.next() {
        let mut origins = vec![first];
        while let Some((_, next)) = rest.next_if(|(next, _)| *next == binding) {
            origins.push(next);
        }
        gathered.push(Wanted { binding, origins: origins.into() });
    }
    gathered
}

type Lookup<Id> = Result<Id, (Arc<Diagnostic>, Vec<Id>)>;

/// The lines so far.
struct Lines<'n, 'd> {
    names: &'n Names<'d>,
    answers: Answers,
    desired: Vec<(Binding, Origin)>,
    doubts: Vec<Doubt>,
}

/// A reference that cannot be resolved is told once for each place it is written at, however many lines it is in.
#[derive(Default)]
struct Answers {
    told: HashMap<(Span, String), Arc<Diagnostic>>,
}

impl Answers {
    fn keep<Id>(&mut self, answer: Result<Id, Unresolved<Id>>, at: &Span) -> Lookup<Id> {
        answer.map_err(|problem| {
            let Unresolved { message, help, guesses } = problem;
            let problem = Unresolved::<Id> { message, help, guesses: Vec::new() };
            let key = (at.clone(), problem.message.clone());
            let told = self.told.entry(key).or_insert_with(|| Arc::new(problem.at(at.clone())));
            (Arc::clone(told), guesses)
        })
    }
}

impl Lines<'_, '_> {
    /// Expands an entry, and returns the resources it names.
    fn add(&mut self, entry: &Entry) -> BTreeSet<ResourceId> {
        let Self { names, answers, .. } = self;
        let names = *names;
        let users: Vec<_> =
            entry.users.iter().map(|it| (it, answers.keep(names.user(&it.user), &it.user.span))).collect();
        let mut named = BTreeSet::new();
        for reference in &entry.resources {
            let resource = self.answers.keep(names.resource(reference), &reference.span);
            named.extend(resource.as_ref().ok());
            for role in &entry.roles {
                let role = self.role(role, &resource);
                for (member, user) in &users {
                    self.line(entry, member, Parts { resource: &resource, role: role.as_ref(), user });
                }
            }
        }
        named
    }

    /// A role name under an unresolved resource is unresolved, without a word of its own.
    fn role(&mut self, reference: &Reference, resource: &Lookup<ResourceId>) -> Option<Lookup<RoleId>> {
        let names = self.names;
        let answer = match (resource, reference.id.map(RoleId::from)) {
            (Ok(resource), _) => names.role(reference, *resource),
            (Err(_), Some(id)) => names.role_by_id(reference, id).map(|_| id),
            (Err(_), None) => return None,
        };
        Some(self.answers.keep(answer, &reference.span))
    }

    fn line(&mut self, entry: &Entry, member: &Member, Parts { resource, role, user }: Parts<'_>) {
        if let (Ok(resource), Some(Ok(role)), Ok(user)) = (resource, role, user) {
            let binding = Binding { resource: *resource, role: *role, user: *user };
            self.desired.push((binding, Origin::new(entry, member)));
            return;
        }
        let pattern = Pattern {
            resource: resource.as_ref().ok().copied(),
            role: role.and_then(|it| it.as_ref().ok()).copied(),
            user: user.as_ref().ok().copied(),
        };
        let Names { near_resources, near_users, .. } = self.names;
        let (on, who) = (meant(resource, near_resources.silent()), meant(user, near_users.silent()));
        let guesses = on.iter().flat_map(|on| who.iter().map(|who| (*on, *who))).collect();
        let told = [problem(resource), role.and_then(problem), problem(user)];
        self.doubts.push(Doubt {
            pattern,
            guesses,
            life: entry.life,
            diagnostics: told.into_iter().flatten().collect(),
        });
    }
}

/// The three parts of a line; a role that could not even be looked for is absent.
struct Parts<'a> {
    resource: &'a Lookup<ResourceId>,
    role: Option<&'a Lookup<RoleId>>,
    user: &'a Lookup<UserId>,
}

fn problem<Id>(answer: &Lookup<Id>) -> Option<Arc<Diagnostic>> {
    answer.as_ref().err().map(|(diagnostic, _)| Arc::clone(diagnostic))
}

/// What an answer may mean; anything, if nothing is known and `silent` says that nothing could be suggested.
fn meant<Id: Copy>(answer: &Lookup<Id>, silent: bool) -> Vec<Option<Id>> {
    match answer {
        Ok(id) => vec![Some(*id)],
        Err((_, guesses)) if guesses.is_empty() && silent => vec![None],
        Err((_, guesses)) => guesses.iter().copied().map(Some).collect(),
    }
}

impl Origin {
    fn new(entry: &Entry, member: &Member) -> Self {
        let Entry { span, life, reason, .. } = entry;
        let Member { user, groups } = member;
        let span = if groups.is_empty() { &user.span } else { span };
        Self { span: span.clone(), groups: groups.clone(), life: *life, reason: reason.clone() }
    }
}

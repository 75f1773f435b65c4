//! What stories about a pass share: a sandbox with a world in words, a client of its staff user, and what a pass did, in
//! words again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::Duration;

use grantsync::api::Client;
use grantsync::binding::Binding;
use grantsync::desired::{Document, Mode, PassFilter};
use grantsync::plan::Why;
use grantsync::policy::{Earlier, Unsettled};
use grantsync::reconcile::{
    Confirmation, Error, Overrides, Pass, PassRequest, Prepared, WriteOptions, prepare, reconcile,
};
use grantsync::report::{After, Outcome, Step, Stop};
use grantsync::sandbox::{Act, Fault, RequestLine, Sandbox, Waldur, World, tokens};
use tokio::sync::watch;
use uuid::Uuid;

use crate::api_support::client;
use crate::world::{NOW, instant};

/// The roles of every offering.
const ROLES: [&str; 3] = ["admin", "member", "viewer"];
/// Where links live.
pub(crate) const LINKS: &str = "/api/marketplace-resource-users/";

/// A sandbox, and a client of its staff user.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

impl Stage {
    /// Sets the stage with a world in words, see [`in_words`].
    pub(crate) async fn new(world: &str) -> Self {
        Self::of(in_words(world)).await
    }

    pub(crate) async fn of(world: World) -> Self {
        let sandbox = Sandbox::start(world).await.unwrap();
        let client = client(&sandbox.url(), tokens::STAFF);
        Self { sandbox, client }
    }

    /// The same stage with another caller.
    pub(crate) fn with_caller(self, token: &str) -> Self {
        Self { client: client(&self.sandbox.url(), token), ..self }
    }

    /// Adds trouble to the script.
    pub(crate) fn trouble(&self, method: &'static str, target: &str, nth: usize, act: Act) {
        self.sandbox.world().faults.push(Fault::on(method, target, act).nth(nth));
    }

    /// The same trouble for every such request.
    pub(crate) fn always(&self, method: &'static str, target: &str, act: Act) {
        self.sandbox.world().faults.push(Fault::on(method, target, act));
    }

    /// No more trouble, and a clean record of requests.
    pub(crate) fn calm(&self) {
        let mut world = self.sandbox.world();
        world.faults.clear();
        world.requests.clear();
    }

    /// One pass to its end; whoever is asked says yes.
    pub(crate) async fn pass(&self, yaml: &str) -> String {
        let document = document(yaml);
        told(&self.run(&request(&document)).await.unwrap())
    }

    /// One pass that ends before anything is written; why.
    pub(crate) async fn refused(&self, yaml: &str) -> Error {
        let document = document(yaml);
        let error = match self.run(&request(&document)).await {
            Ok(pass) => panic!("went through: {}", told(&pass)),
            Err(error) => error,
        };
        assert_eq!(self.writes(), Vec::<String>::new());
        error
    }

    pub(crate) async fn run(&self, request: &PassRequest<'_>) -> Result<Pass, Error> {
        run(&self.client, request).await
    }

    /// What would be done now.
    pub(crate) async fn prepare(&self, yaml: &str) -> Prepared {
        let document = document(yaml);
        prepare(&self.client, &request(&document)).await.unwrap()
    }

    /// The live triples by name, sorted, each row one.
    pub(crate) fn live(&self) -> Vec<String> {
        self.sandbox.world().triples()
    }

    /// The writes that arrived: method and status, in order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let world = self.sandbox.world();
        let writes = world.requests.iter().filter(|it| ["POST", "DELETE"].contains(&&*it.method));
        writes.map(|RequestLine { method, target: _, status, took: _ }| format!("{method} {status}")).collect()
    }

    /// The requests that arrived whose target contains a text.
    pub(crate) fn asked(&self, method: &str, part: &str) -> usize {
        let world = self.sandbox.world();
        world.requests.iter().filter(|it| it.method == method && it.target.contains(part)).count()
    }
}

/// One pass to its end.
pub(crate) async fn run(client: &Client, request: &PassRequest<'_>) -> Result<Pass, Error> {
    let (_ask, stop) = watch::channel(false);
    run_until(client, request, PACE, stop).await
}

/// One pass that may be interrupted.
pub(crate) async fn run_until(
    client: &Client,
    request: &PassRequest<'_>,
    write_options: WriteOptions,
    stop: watch::Receiver<bool>,
) -> Result<Pass, Error> {
    reconcile(client, request, write_options, async |_| Confirmation::Apply, |_| {}, &|_, _, _| {}, stop).await
}

/// Writes one after the other, so that stories have an order; no waiting for what will not come.
pub(crate) const PACE: WriteOptions =
    WriteOptions { parallelism: 1, settle: Duration::from_millis(5), patience: Duration::from_millis(40) };

/// A pass over everything, with the limits and the mode of the files.
pub(crate) fn request(document: &Document) -> PassRequest<'_> {
    static EVERYTHING: LazyLock<PassFilter> = LazyLock::new(PassFilter::default);
    PassRequest {
        document,
        commit: None,
        now: instant(NOW),
        limits: Overrides::default(),
        mode: Mode::Enforce,
        only: &EVERYTHING,
        approval: None,
        partial_view: false,
        removed_lately: 0,
        earlier: Earlier::default(),
        ended_lately: 0,
        last_seen: Arc::default(),
        deferred: BTreeSet::new(),
        unsettled: Unsettled::default(),
        known: None,
        recording: None,
    }
}

/// A file without limits, which would be in the way of little worlds. `bindings` are lines like `cluster-a admin alice`.
pub(crate) fn wanting(bindings: &[&str]) -> String {
    let mut yaml = "scope: all\nlimits: {removals: 1000, removal_percent: 100}\nbindings:\n".to_owned();
    for binding in bindings {
        let [resource, role, user] = words(binding);
        writeln!(yaml, "  - {{resource: {resource}, role: {role}, user: {user}}}").unwrap();
    }
    if bindings.is_empty() {
        yaml.push_str("  []\n");
    }
    yaml
}

pub(crate) use crate::world::document;

/// What a pass did: a line a step, why it stopped if it did, and what a look back found.
pub(crate) fn told(pass: &Pass) -> String {
    let Some(report) = &pass.report else { return "nothing to do\n".to_owned() };
    let name = |it: Binding| {
        let directory = &pass.prepared.view.directory;
        let resource = directory.resources.get(&it.resource).map_or("?", |it| &it.name);
        let role = directory.roles.get(&it.role).map_or("?", |it| &it.name);
        let user = directory.users.get(&it.user).map_or("?", |it| &it.username);
        format!("{resource} {role} {user}")
    };
    let mut lines = Vec::new();
    for (step, outcome) in &report.steps {
        let step = match step {
            Step::Create(it) => format!("+ {}", name(it.binding)),
            Step::Lengthen(_) | Step::Shorten(_) => format!("~ {}", name(step.binding())),
            Step::Remove(it) if it.why == Why::NotDeclared => format!("- {}", name(it.link.binding)),
            Step::Remove(it) => format!("- {} ({})", name(it.link.binding), it.why),
        };
        let outcome = match outcome {
            Outcome::Created(_) => "created".to_owned(),
            Outcome::Adopted(_) => "adopted".to_owned(),
            Outcome::Removed => "removed".to_owned(),
            Outcome::AlreadyGone => "gone already".to_owned(),
            Outcome::EndSet => "end changed".to_owned(),
            Outcome::Held(hold) => format!("held: {hold}"),
            Outcome::Failed(_) => "failed".to_owned(),
            Outcome::Unknown(_) => "unknown".to_owned(),
            Outcome::Unsent => "not sent".to_owned(),
        };
        lines.push(format!("{step}: {outcome}\n"));
    }
    // Steps are in the order of ids. For people who read stories: creations first, by name.
    lines.sort();
    let mut out = lines.concat();
    match &report.stopped {
        Some(Stop::Interrupted) => out.push_str("interrupted\n"),
        Some(Stop::Unauthorized(_)) => out.push_str("stopped: unauthorized\n"),
        Some(Stop::Blind(_)) => out.push_str("stopped: blind\n"),
        Some(Stop::Down(_)) => out.push_str("stopped: down\n"),
        Some(Stop::StaleList(_)) => out.push_str("stopped: stale list\n"),
        None => {}
    }
    out.push_str(match &report.after {
        _ if report.converged() => "converged\n",
        After::Untouched => "nothing touched\n",
        After::Unread(_) => "not read again\n",
        After::Decision(_) => "not converged\n",
    });
    out
}

/// A world in words: lines like `HPC cluster-a: admin alice, member bob`, a resource of an offering and its links;
/// `(terminated)` may stand before the colon. A line `users: yan, (inactive) zoe` adds users without links.
pub(crate) fn in_words(text: &str) -> World {
    let mut world = World::new();
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (head, tail) = line.split_once(':').unwrap();
        let items = tail.split(',').map(str::trim).filter(|it| !it.is_empty());
        if head == "users" {
            for item in items {
                let name = item.trim_start_matches("(inactive) ");
                let id = user(&mut world, name);
                world.users.get_mut(id).unwrap().is_active = name == item;
            }
            continue;
        }
        let terminated = head.ends_with(" (terminated)");
        let (offering, name) = head.trim_end_matches(" (terminated)").split_once(' ').unwrap();
        let offering = offering_of(&mut world, offering);
        let resource = world.resource(offering, name);
        if terminated {
            world.terminate(resource);
        }
        for item in items {
            let (role, username) = item.split_once(' ').unwrap();
            let (role, user) = (role_of(&world, offering, role), user(&mut world, username));
            world.link(resource, role, user);
        }
    }
    world
}

fn offering_of(world: &mut World, name: &str) -> Uuid {
    if let Some(known) = world.offerings.iter().find(|it| it.name == name) {
        return known.id;
    }
    let id = world.offering(name);
    for role in ROLES {
        world.role(id, role);
    }
    id
}

fn role_of(world: &World, offering: Uuid, name: &str) -> Uuid {
    world.roles.iter().find(|it| it.offering == offering && it.name == name).unwrap().id
}

fn user(world: &mut World, name: &str) -> Uuid {
    let known = world.users.iter().find(|it| it.username == name).map(|it| it.id);
    known.unwrap_or_else(|| world.user(name))
}

/// Resource, role and user of a triple like `cluster-a admin alice`.
pub(crate) fn triple(world: &World, text: &str) -> [Uuid; 3] {
    let [resource, role, user] = words(text);
    let resource = world.resources.iter().find(|it| it.name == resource).unwrap();
    let user = world.users.iter().find(|it| it.username == user).unwrap();
    [resource.id, role_of(world, resource.offering, role), user.id]
}

/// Somebody else makes a link, past the application.
pub(crate) fn link(world: &mut World, text: &str) -> Uuid {
    let [resource, role, user] = triple(world, text);
    world.link(resource, role, user)
}

/// Somebody else takes all links of a triple away, past the application.
pub(crate) fn unlink(world: &mut World, text: &str) {
    for row in rows(world, text) {
        world.unlink(row);
    }
}

/// All live rows of a world, of whichever version, with what they stand for.
pub(crate) fn all_rows(world: &World) -> impl Iterator<Item = (Uuid, [Uuid; 3])> {
    let links = world.links.iter().map(|it| (it.id, [it.resource, it.role, it.user]));
    links.chain(world.active_links().map(|(resource, it)| (it.id, [resource, it.role, it.user])))
}

/// What a client asks for, told from all else it asks, on each version: method and a part of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Makes a link.
    Create,
    /// Removes one.
    Remove,
    /// Reads links, all or some.
    List,
    /// Reads the links of a resource.
    Resource,
    /// Reads the links of a role and a user.
    Binding,
    /// Reads the end of a list.
    LastPage,
    /// Anything.
    Anything,
}

impl Asked {
    pub(crate) fn on(self, waldur: Waldur) -> (&'static str, &'static str) {
        match (self, waldur) {
            (Self::Create, Waldur::V7_0) => ("POST", LINKS),
            (Self::Create, _) => ("POST", "/add_user/"),
            (Self::Remove, Waldur::V7_0) => ("DELETE", LINKS),
            (Self::Remove, Waldur::V8_0) => ("POST", "/delete_user/"),
            (Self::Remove, Waldur::V8_1) => ("POST", "/revoke/"),
            (Self::List, Waldur::V7_0) => ("GET", "/marketplace-resource-users/?"),
            (Self::List, _) => ("GET", "/user-permissions/?"),
            (Self::Resource, Waldur::V7_0) => ("GET", "resource_uuid="),
            (Self::Resource, _) => ("GET", "scope_uuid="),
            (Self::Binding, _) => ("GET", "role_uuid="),
            (Self::LastPage, _) => ("GET", "page=last"),
            (Self::Anything, _) => ("", "/"),
        }
    }
}

/// The rows of a triple, the smallest id first.
pub(crate) fn rows(world: &World, text: &str) -> Vec<Uuid> {
    let wanted = triple(world, text);
    let mut rows: Vec<_> = all_rows(world).filter(|(_, triple)| *triple == wanted).map(|(id, _)| id).collect();
    rows.sort_unstable();
    rows
}

fn words(text: &str) -> [&str; 3] {
    let words: Vec<_> = text.split(' ').collect();
    words.try_into().unwrap()
}

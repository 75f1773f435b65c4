//! What the server remembers: plain state, and the words to build it with. No HTTP here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::faults::Fault;
use super::load::Load;
use super::second::{Grant, Scope, Second, Traits};
use super::state::{Event, Link, Offering, Organisation, Project, Resource, Role, State, Token, User};
use super::table::Table;
use super::tokens;
use super::view::Ask;
use super::waldur::Waldur;

/// A whole marketplace. Tests build it, reach into it while the server runs, and look at what is left.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct World {
    /// Organisations: those that provide offerings and those that own projects.
    pub organisations: Table<Organisation>,
    /// Projects.
    pub projects: Table<Project>,
    /// Offerings.
    pub offerings: Table<Offering>,
    /// Roles of offerings.
    pub roles: Table<Role>,
    /// Resources.
    pub resources: Table<Resource>,
    /// Users.
    pub users: Table<User>,
    /// Links, in the order they were made.
    pub links: Table<Link>,
    /// Tokens by their text.
    pub tokens: BTreeMap<String, Token>,
    /// What happened to links, oldest first.
    pub events: Vec<Event>,
    /// Every request that arrived, oldest first, unless [`World::forgets_requests`].
    #[serde(skip)]
    pub requests: Vec<RequestLine>,
    /// Whether requests leave no record: a sandbox that runs for weeks has no use for one.
    #[serde(skip)]
    pub forgets_requests: bool,
    /// How many queries the server has sent to its database so far, for all requests.
    #[serde(skip)]
    pub queries: u64,
    /// What goes wrong.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// Requests that wait to be handled; see [`World::handle_postponed`].
    #[serde(skip)]
    pub(super) postponed: Vec<Ask>,
    /// How far the server's clock is ahead of ours. Moving it ahead lets time pass, tokens expire with it.
    #[serde(skip)]
    pub clock_ahead: SignedDuration,
    /// How long the server takes for everything; without it, it is as fast as it can. Workers are hired at the start.
    #[serde(skip)]
    pub load: Option<Load>,
    /// The file that holds the world after every change; see [`World::kept_in`].
    #[serde(skip)]
    pub(super) kept_in: Option<PathBuf>,
    /// Which version of the API it speaks.
    #[serde(default)]
    pub waldur: Waldur,
    /// What only the second generation has.
    #[serde(default)]
    pub second: Second,
    /// What `/api/version/` says.
    pub version: String,
    /// The organisation that new offerings belong to.
    pub provider: Uuid,
    /// The project that new resources belong to.
    pub project: Uuid,
    made: u64,
    moments: i64,
    link_serial: u64,
}

/// A request that arrived, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path with its query, as sent.
    pub target: String,
    /// The status of the answer; 0 while there is none, and for ever when the connection was dropped.
    pub status: u16,
    /// How long the server worked on it, by [`World::load`]; waiting for its turn is not work.
    pub took: Duration,
}

impl RequestLine {
    pub(super) fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), status: 0, took: Duration::ZERO }
    }
}

impl World {
    /// A marketplace with the eight callers of [`tokens`], a provider, a consumer with one project, and nothing else.
    pub fn new() -> Self {
        let mut world = Self { version: Waldur::V7_0.release().to_owned(), ..Self::default() };
        world.provider = world.organisation("Provider");
        let consumer = world.organisation("Consumer");
        world.project = world.add_project(consumer, "Project");
        for (username, token) in tokens::ALL {
            let id = world.user(username);
            world.token(id, token);
            if let Some(user) = world.users.get_mut(id) {
                user.token_lifetime = None;
            }
        }
        world.change_user("staff", |user| user.is_staff = true);
        world.change_user("support", |user| user.is_support = true);
        let (provider, project) = (world.provider, world.project);
        world.change_user("provider-owner", |user| user.owns.push(provider));
        world.change_user("consumer-owner", |user| user.owns.push(consumer));
        world.change_user("project-admin", |user| user.administers.push(project));
        world.change_user("expired", |user| {
            user.is_staff = true;
            user.token_lifetime = Some(60);
        });
        world.change_user("inactive", |user| {
            user.is_staff = true;
            user.is_active = false;
        });
        if let Some(token) = world.tokens.get_mut(tokens::EXPIRED) {
            token.last_used = Timestamp::UNIX_EPOCH;
        }
        world
    }

    /// Adds an organisation.
    pub fn organisation(&mut self, name: &str) -> Uuid {
        let id = self.fresh_id();
        self.organisations.insert(Organisation { id, name: name.to_owned() })
    }

    /// Adds a project of an organisation.
    pub fn add_project(&mut self, organisation: Uuid, name: &str) -> Uuid {
        let id = self.fresh_id();
        self.projects.insert(Project { id, name: name.to_owned(), organisation })
    }

    /// Adds an offering of [`World::provider`].
    pub fn offering(&mut self, name: &str) -> Uuid {
        let id = self.fresh_id();
        self.offerings.insert(Offering { id, name: name.to_owned(), organisation: self.provider })
    }

    /// Adds a role to an offering. Names may repeat, as on the server.
    pub fn role(&mut self, offering: Uuid, name: &str) -> Uuid {
        let id = self.fresh_id();
        if self.waldur.scopes_roles() {
            self.make_available(id, offering);
        }
        self.roles.insert(Role { id, name: name.to_owned(), offering, traits: Traits::default() })
    }

    /// Adds a resource of an offering to [`World::project`], in state OK. Names may repeat, as on the server.
    pub fn resource(&mut self, offering: Uuid, name: &str) -> Uuid {
        let (id, created) = (self.fresh_id(), self.next_moment());
        self.resources.insert(Resource {
            id,
            name: name.to_owned(),
            backend_id: String::new(),
            offering,
            project: self.project,
            state: State::Ok,
            created,
        })
    }

    /// Adds an active user with no rights. The caller keeps usernames unique.
    pub fn user(&mut self, username: &str) -> Uuid {
        let (id, created) = (self.fresh_id(), self.next_moment());
        self.users.insert(User {
            id,
            username: username.to_owned(),
            first_name: capitalised(username),
            last_name: "Example".to_owned(),
            email: format!("{username}@example.org"),
            is_active: true,
            is_staff: false,
            is_support: false,
            token_lifetime: Some(3600),
            owns: Vec::new(),
            administers: Vec::new(),
            created,
        })
    }

    /// Gives a user a token.
    pub fn token(&mut self, user: Uuid, text: &str) {
        let last_used = self.now();
        self.tokens.insert(text.to_owned(), Token { user, last_used });
    }

    /// Adds a row as if written into the database past the application: nothing is checked, no event is left.
    pub fn link(&mut self, resource: Uuid, role: Uuid, user: Uuid) -> Uuid {
        let created = self.next_moment();
        self.link_at(created, resource, role, user)
    }

    /// Adds such a row with an id that is known already.
    pub fn link_with_id(&mut self, id: Uuid, resource: Uuid, role: Uuid, user: Uuid) -> Uuid {
        let created = self.next_moment();
        self.put_link(id, created, resource, role, user)
    }

    /// Adds rows in one statement: they share their `created`, by which alone the server orders them.
    pub fn import(&mut self, rows: impl IntoIterator<Item = [Uuid; 3]>) {
        let created = self.next_moment();
        for [resource, role, user] in rows {
            self.link_at(created, resource, role, user);
        }
    }

    /// Takes a row out as if deleted in the database: no event is left. Says whether it was there.
    pub fn unlink(&mut self, link: Uuid) -> bool {
        self.links.remove(link).is_some() || self.second.grants.remove(link).is_some()
    }

    /// Adds a row with a moment of its own.
    pub(super) fn link_at(&mut self, created: Timestamp, resource: Uuid, role: Uuid, user: Uuid) -> Uuid {
        let id = self.fresh_id();
        self.put_link(id, created, resource, role, user)
    }

    fn put_link(&mut self, id: Uuid, created: Timestamp, resource: Uuid, role: Uuid, user: Uuid) -> Uuid {
        if self.waldur.scopes_roles() {
            return self.put_grant(id, created, Scope::Resource(resource), role, user, |_| {});
        }
        let serial = self.next_serial();
        self.links.insert(Link { id, serial, resource, role, user, created })
    }

    pub(super) fn next_serial(&mut self) -> u64 {
        self.link_serial += 1;
        self.link_serial
    }

    /// Changes the user of this name, if there is one.
    pub fn change_user(&mut self, username: &str, change: impl FnOnce(&mut User)) {
        let id = self.users.iter().find(|user| user.username == username).map(|user| user.id);
        if let Some(user) = id.and_then(|id| self.users.get_mut(id)) {
            change(user);
        }
    }

    /// The live triples by name, sorted: `cluster-a admin alice`. In the second generation `until` and the end follow for
    /// grants that have one; of a deleted resource the name is `?`.
    pub fn triples(&self) -> Vec<String> {
        let named = |resource: Uuid, role: Uuid, user: Uuid| {
            let resource = self.resources.get(resource).map_or("?", |it| &it.name);
            let role = self.roles.get(role).map_or("?", |it| &it.name);
            let user = self.users.get(user).map_or("?", |it| &it.username);
            format!("{resource} {role} {user}")
        };
        let until = |grant: &Grant| grant.end.map_or_else(String::new, |end| format!(" until {end}"));
        let links = self.links.iter().map(|link| named(link.resource, link.role, link.user));
        let grants = self.active_links();
        let grants = grants.map(|(resource, grant)| named(resource, grant.role, grant.user) + &until(grant));
        let mut triples: Vec<_> = links.chain(grants).collect();
        triples.sort();
        triples
    }

    /// What the server's clock shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.clock_ahead).unwrap_or(Timestamp::MAX)
    }

    /// An id that looks random and is the same in every run: runs can be compared.
    pub(super) fn fresh_id(&mut self) -> Uuid {
        self.made += 1;
        let half = |lane: u64| u128::from(mixed(self.made.wrapping_mul(2).wrapping_add(lane)));
        uuid::Builder::from_random_bytes((half(0) << 64 | half(1)).to_be_bytes()).into_uuid()
    }

    /// Moments of built rows lie in the past, a second apart, and don't depend on the clock.
    pub(super) fn next_moment(&mut self) -> Timestamp {
        self.moments += 1;
        Timestamp::from_second(1_700_000_000 + self.moments).unwrap_or(Timestamp::MAX)
    }
}

/// The finaliser of the splitmix64 generator: neighbours in, no resemblance out.
fn mixed(number: u64) -> u64 {
    let mut it = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

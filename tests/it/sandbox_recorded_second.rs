//! The world behind the recordings of the second generation: what they show of it before they change it.

use std::collections::{BTreeMap, BTreeSet};

use grantsync::sandbox::second::{Availability, Grant, Revocation, Scope, ScopeKind, SubProject, Traits};
use grantsync::sandbox::{Offering, Organisation, Project, Resource, Role, State, Waldur, World, tokens};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// Resources of which no row is shown, by their number; the requests of the recordings name their ids.
const UNSHOWN: [(u32, &str); 4] = [
    (20, "88954633594143f68fb997d2ba5ad3c1"),
    (21, "7484f71c660d48c880ce4fd2d2e645cb"),
    (22, "f3a3c2c2bbdd4cd7910b5d7ace3d6368"),
    (23, "f21fffa46376485b8fc7577bf7f357a5"),
];
/// Who calls, as they are called here and there.
const CALLERS: [[&str; 2]; 6] = [
    ["staff", "staff"],
    ["support", "support"],
    ["provider-owner", "prov-owner"],
    ["consumer-owner", "cons-owner"],
    ["project-admin", "proj-admin"],
    ["nobody", "plain"],
];
/// Somebody whom a recording deletes and no body shows.
const DELETED: &str = "f0a6ddc95d6447438249653e2916529d";
/// Callers that only these recordings have; their tokens are their names.
const OTHERS: [[&str; 2]; 4] =
    [["agent", "agent"], ["offering-manager", "off-manager"], ["holder", "holder"], ["delegate", "delegate"]];
/// How many roles the server has, system roles of scopes that the sandbox has nothing of among them.
const ROLES: usize = 23;
const PROVIDER: &str = "Provider Org";

/// What all recorded bodies together show.
#[derive(Default)]
pub(crate) struct Shown {
    rows: Vec<Value>,
    roles: BTreeMap<Uuid, Value>,
    availabilities: Vec<Value>,
    /// Usernames and full names by id.
    users: BTreeMap<Uuid, [String; 2]>,
    organisations: BTreeMap<String, Uuid>,
    projects: BTreeMap<Uuid, Uuid>,
    project_names: BTreeMap<Uuid, String>,
}

impl Shown {
    pub(crate) fn look(&mut self, body: &Value) {
        match body {
            Value::Array(rows) => rows.iter().for_each(|row| self.look(row)),
            Value::Object(fields) => {
                for prefix in ["user", "affected_user"] {
                    if let Some(name) = body[format!("{prefix}_username")].as_str() {
                        let full = body[format!("{prefix}_full_name")].as_str().or(body["user_name"].as_str());
                        let names = [name.to_owned(), full.unwrap_or("A B").to_owned()];
                        self.users.insert(id(&body[format!("{prefix}_uuid")]), names);
                    }
                }
                if body["customer_uuid"].is_string() && body["customer_name"].is_string() {
                    self.organisations.insert(text(&body["customer_name"]), id(&body["customer_uuid"]));
                    if body["project_uuid"].is_string() {
                        self.projects.insert(id(&body["project_uuid"]), id(&body["customer_uuid"]));
                    }
                }
                if let Some(name) = body["project_name"].as_str() {
                    self.project_names.insert(id(&body["project_uuid"]), name.to_owned());
                }
                if body["scope_type"] == "project" {
                    self.projects.insert(id(&body["scope_uuid"]), id(&body["customer_uuid"]));
                }
                if body["role_uuid"].is_string() && body["user_uuid"].is_string() && body["uuid"].is_string() {
                    if body.get("customer_uuid").is_some() {
                        self.rows.push(body.clone());
                    }
                } else if body["content_type"].is_string() {
                    self.roles.entry(id(&body["uuid"])).or_insert_with(|| body.clone());
                } else if body["role_content_type"].is_string() {
                    self.availabilities.push(body.clone());
                }
                fields.values().for_each(|value| self.look(value));
            }
            _ => {}
        }
    }

    /// The rows that were there before a moment.
    pub(crate) fn rows_before(&self, moment: Timestamp) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let mut rows: Vec<_> =
            self.rows.iter().filter(|row| time(&row["created"]).unwrap() < moment).cloned().collect();
        rows.retain(|row| seen.insert(id(&row["uuid"])));
        rows.sort_by_key(|row| time(&row["created"]));
        rows
    }

    /// The world as it was at the start.
    pub(crate) fn world(&self, start: Timestamp) -> World {
        let mut world = World::new();
        self.marketplace(&mut world);
        self.people(&mut world);
        let mut world = world.on(Waldur::V8_1);
        world.second.grants = std::iter::empty().collect();
        world.roles = std::iter::empty().collect();
        self.roles(&mut world);
        for (number, resource) in UNSHOWN {
            self.resource(&mut world, Uuid::try_parse(resource).unwrap(), &format!("resource-{number:03}"));
        }
        for row in self.rows_before(start) {
            self.put(&mut world, &row, start);
        }
        self.unshown_grants(&mut world);
        world
    }

    fn people(&self, world: &mut World) {
        let mut deleted = world.users.iter().next().unwrap().clone();
        deleted.id = Uuid::try_parse(DELETED).unwrap();
        "deleted".clone_into(&mut deleted.username);
        world.users.insert(deleted);
        for (id, [username, full_name]) in &self.users {
            let ours = CALLERS.iter().find(|it| it[1] == username).map_or(username.as_str(), |it| it[0]);
            let known = world.users.iter().find(|it| it.username == ours).map(|it| it.id);
            let known = known.unwrap_or_else(|| world.user(username));
            let mut user = world.users.remove(known).unwrap();
            world.tokens.values_mut().filter(|it| it.user == known).for_each(|it| it.user = *id);
            user.id = *id;
            username.clone_into(&mut user.username);
            user.email = format!("{username}@example.org");
            let (first, last) = full_name.split_once(' ').unwrap();
            (user.first_name, user.last_name) = (first.to_owned(), last.to_owned());
            user.is_active = !["user0058", "user0059"].contains(&username.as_str());
            user.token_lifetime = Some(3600);
            let organisation = match username.as_str() {
                "prov-owner" => vec![self.organisations[PROVIDER]],
                "cons-owner" => vec![self.organisations["Consumer Org"]],
                _ => Vec::new(),
            };
            user.owns = organisation;
            user.administers = Vec::new();
            if username == "proj-admin" {
                let named = self.project_names.iter().find(|it| it.1 == "Project One").map(|it| *it.0);
                user.administers = named.into_iter().collect();
            }
            world.users.insert(user);
        }
        for [token, username] in OTHERS {
            let user = world.users.iter().find(|it| it.username == username).map(|it| it.id);
            let user = user.unwrap_or_else(|| world.user(username));
            world.change_user(username, |user| {
                user.is_staff = username == "agent";
                user.token_lifetime = Some(3600);
            });
            world.token(user, token);
        }
        assert!(world.tokens.contains_key(tokens::STAFF));
    }

    fn marketplace(&self, world: &mut World) {
        for (name, id) in &self.organisations {
            world.organisations.insert(Organisation { id: *id, name: name.clone() });
        }
        for (id, organisation) in &self.projects {
            let name = self.project_names.get(id).cloned().unwrap_or_else(|| "Project One".to_owned());
            world.projects.insert(Project { id: *id, name, organisation: *organisation });
        }
        let blocked = world.organisation("Blocked Org");
        world.second.blocked.insert(blocked);
        world.add_project(blocked, "Project of a blocked organisation");
        let provider = self.organisations[PROVIDER];
        let mut offerings: BTreeMap<String, Uuid> = BTreeMap::new();
        for role in self.roles.values().filter(|it| it["offering_uuid"].is_string()) {
            offerings.insert(text(&role["offering_name"]), id(&role["offering_uuid"]));
        }
        for (name, id) in offerings {
            if name == "Offering Unavailable" {
                world.second.unavailable.insert(id);
            }
            world.offerings.insert(Offering { id, name, organisation: provider });
        }
    }

    fn roles(&self, world: &mut World) {
        // Made or renamed while recording.
        let later = ["operator", "operator-new", "auditor", "trainee"];
        let mut all: Vec<_> = self.roles.values().collect();
        let system: Vec<_> = self.rows.iter().filter(|it| text(&it["role_name"]).contains('.')).collect();
        all.sort_by_key(|it| text(&it["offering_name"]));
        for row in all.iter().filter(|it| !later.contains(&text(&it["name"]).as_str())) {
            let offering = if row["offering_uuid"].is_string() { id(&row["offering_uuid"]) } else { Uuid::nil() };
            let kind = kind(row["content_type"].as_str().unwrap());
            let permissions = row["permissions"].as_array().into_iter().flatten().map(text).collect();
            let disabled = row["is_active"] == false;
            let system = row["is_system_role"] == true;
            // The narrowed list shows no more than names.
            let description = row["description"].as_str().unwrap_or("Everywhere of the service").to_owned();
            let traits = Traits { description, kind, disabled, permissions, system };
            let role = world.roles.insert(Role { id: id(&row["uuid"]), name: text(&row["name"]), offering, traits });
            if !offering.is_nil() {
                self.bind(world, role, offering);
            }
        }
        for row in system.iter().filter(|it| world.roles.get(id(&it["role_uuid"])).is_none()).collect::<Vec<_>>() {
            let traits = Traits {
                description: text(&row["role_description"]),
                kind: kind(row["scope_type"].as_str().unwrap()),
                system: true,
                ..Traits::default()
            };
            let (id, name) = (id(&row["role_uuid"]), text(&row["role_name"]));
            world.roles.insert(Role { id, name, offering: Uuid::nil(), traits });
        }
        // One that a request names, and one that somebody has; no body shows them.
        for (id, name, kind) in [
            ("4118f592270e41359d60e79e6d075f3e", "PROJECT.MANAGER", ScopeKind::Project),
            ("00000000000000000000000000000002", "OFFERING.MANAGER", ScopeKind::Offering),
        ] {
            let (id, name) = (Uuid::try_parse(id).unwrap(), name.to_owned());
            let traits = Traits { kind, system: true, ..Traits::default() };
            world.roles.insert(Role { id, name, offering: Uuid::nil(), traits });
        }
        for number in world.roles.len()..ROLES {
            let role = world.role_for(ScopeKind::Call, &format!("PROPOSAL.{number}"));
            world.roles.get_mut(role).unwrap().traits.system = true;
        }
        for row in &self.availabilities {
            self.bind(world, id(&row["role_uuid"]), id(&row["scope_uuid"]));
        }
    }

    /// Binds a role to an offering, under the recorded id if that is shown.
    fn bind(&self, world: &mut World, role: Uuid, offering: Uuid) {
        let is_it = |row: &&Value| id(&row["role_uuid"]) == role && id(&row["scope_uuid"]) == offering;
        match self.availabilities.iter().find(is_it) {
            Some(row) => _ = world.second.availabilities.insert(Availability { id: id(&row["uuid"]), role, offering }),
            None => _ = world.make_available(role, offering),
        }
    }

    fn resource(&self, world: &mut World, id: Uuid, name: &str) {
        let number: u32 = name.trim_start_matches("resource-").parse().unwrap();
        let offering = match number {
            22 => "Offering Unavailable",
            it if it >= 20 || it % 2 == 0 => "Offering Alpha",
            _ => "Offering Beta",
        };
        let offering = world.offerings.iter().find(|it| it.name == offering).unwrap().id;
        let shown = self.rows.iter().find(|row| row["scope_name"] == name && row["project_uuid"].is_string());
        let project = shown.map(|row| self::id(&row["project_uuid"]));
        let blocked = || world.projects.iter().find(|it| it.name.ends_with("blocked organisation")).unwrap().id;
        let any = || *self.projects.keys().next().unwrap();
        let project = project.unwrap_or_else(|| if number == 23 { blocked() } else { any() });
        let state = match number {
            20 => State::Terminated,
            21 => State::Erred,
            _ => State::Ok,
        };
        let created = "2026-11-28T16:48:51.317973Z".parse().unwrap();
        let (name, backend_id) = (name.to_owned(), String::new());
        world.resources.insert(Resource { id, name, backend_id, offering, project, state, created });
    }

    /// Puts a row into the world, with all that it speaks of.
    pub(crate) fn put(&self, world: &mut World, row: &Value, at: Timestamp) {
        let scope_id = || id(&row["scope_uuid"]);
        let scope = match row["scope_type"].as_str() {
            Some("resource") => {
                if world.resources.get(scope_id()).is_none() {
                    self.resource(world, scope_id(), &text(&row["scope_name"]));
                }
                Scope::Resource(scope_id())
            }
            Some("resource_project") => {
                let (name, resource) = (text(&row["scope_name"]), id(&row["resource_uuid"]));
                world.second.sub_projects.insert(SubProject { id: scope_id(), name, resource });
                Scope::SubProject(scope_id())
            }
            Some("project") => Scope::Project(scope_id()),
            Some("customer") => Scope::Organisation(scope_id()),
            Some("offering") => Scope::Offering(scope_id()),
            _ => Scope::Resource(Uuid::from_u128(1)),
        };
        let by = |name: &Value| world.users.iter().find(|it| *name == it.username.as_str()).map(|it| it.id);
        let (created_by, revoked_by) = (by(&row["created_by_username"]), by(&row["revoked_by_username"]));
        let created = time(&row["created"]).unwrap();
        // What was revoked later is still active.
        let active = row["is_active"] != false || time(&row["expiration_time"]) >= Some(at);
        let end = time(&row["expiration_time"]).filter(|_| row["is_active"] != false || !active);
        let revoked = (!active).then(|| Revocation { by: revoked_by, reason: text(&row["revoke_reason"]) });
        let serial = world.second.grants.len() as u64 + 1;
        world.second.grants.insert(Grant {
            id: id(&row["uuid"]),
            serial,
            scope,
            role: id(&row["role_uuid"]),
            user: id(&row["user_uuid"]),
            created,
            modified: created,
            end,
            created_by,
            source: text(&row["source"]),
            revoked,
        });
    }

    /// Grants that are counted and not shown: the manager of an organisation, and the one of an offering.
    fn unshown_grants(&self, world: &mut World) {
        let role = |name: &str| world.roles.iter().find(|it| it.name == name).map(|it| it.id);
        let manager = role("CUSTOMER.MANAGER").unwrap();
        let offering_manager = role("OFFERING.MANAGER").unwrap();
        let user = |name: &str| world.users.iter().find(|it| it.username == name).unwrap().id;
        let (holder, manager_of_offering) = (user("support"), user("off-manager"));
        let other = self.organisations["Other Org"];
        let alpha = world.offerings.iter().find(|it| it.name == "Offering Alpha").unwrap().id;
        let system = |grant: &mut Grant| {
            grant.created = "2026-11-28T16:48:49Z".parse().unwrap();
            grant.created_by = None;
        };
        world.link_on(Scope::Organisation(other), manager, holder, system);
        world.link_on(Scope::Offering(alpha), offering_manager, manager_of_offering, system);
    }
}

fn kind(name: &str) -> ScopeKind {
    use ScopeKind::{Call, Offering, Organisation, Project, Resource, SubProject};
    let all = [Resource, SubProject, Project, Organisation, Offering, Call];
    all.into_iter().find(|it| it.name() == name).unwrap_or(Call)
}

fn id(value: &Value) -> Uuid {
    Uuid::try_parse(value.as_str().unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

//! The world behind the recordings: what they show of it, and as much beside that as they count.

use std::collections::{BTreeMap, BTreeSet};

use grantsync::sandbox::second::Traits;
use grantsync::sandbox::{Offering, Organisation, Project, Resource, Role, State, World, tokens};
use serde_json::Value;
use uuid::Uuid;

const ROLES: [&str; 5] = ["admin", "auditor", "member", "operator", "viewer"];
const LINKS: usize = 10_000;

/// What all recorded bodies together show.
#[derive(Default)]
pub(crate) struct Shown {
    organisations: BTreeMap<String, Uuid>,
    projects: BTreeMap<String, Uuid>,
    resources: BTreeMap<String, Uuid>,
    offerings: BTreeMap<String, Uuid>,
    roles: BTreeMap<(String, String), Uuid>,
    users: BTreeMap<String, (Uuid, String)>,
    /// Links in the order they were first seen, without those made while recording.
    links: Vec<(Uuid, [Uuid; 3])>,
}

impl Shown {
    /// Takes in a body. Rows of links of other answers than lists come last.
    pub(crate) fn look(&mut self, body: &Value, made: &BTreeSet<Uuid>) {
        match body {
            Value::Array(rows) => rows.iter().for_each(|row| self.look(row, made)),
            Value::Object(row) if row.contains_key("user_username") && row.contains_key("role_uuid") => {
                self.link(body, made);
            }
            Value::Object(_) => self.row(body),
            _ => {}
        }
    }

    fn link(&mut self, row: &Value, made: &BTreeSet<Uuid>) {
        let [id, resource, role, user] = ["uuid", "resource_uuid", "role_uuid", "user_uuid"].map(|it| uuid(&row[it]));
        let name = text(&row["resource_name"]);
        self.roles.entry((offering_of(&name), text(&row["role_name"]))).or_insert(role);
        self.resources.insert(name, resource);
        self.users.insert(text(&row["user_username"]), (user, text(&row["user_full_name"])));
        if !made.contains(&id) && self.links.iter().all(|(it, _)| *it != id) {
            self.links.push((id, [resource, role, user]));
        }
    }

    fn row(&mut self, row: &Value) {
        let name = text(&row["name"]);
        for kind in ["offering", "provider", "customer", "project"] {
            let found = match kind {
                "offering" => &mut self.offerings,
                "project" => &mut self.projects,
                _ => &mut self.organisations,
            };
            if let Some(name) = row[format!("{kind}_name")].as_str() {
                found.insert(name.to_owned(), uuid(&row[format!("{kind}_uuid")]));
            }
        }
        if row["username"].is_string() && row["uuid"].is_string() {
            let full_name = row["full_name"].as_str().unwrap_or("Somebody Else").to_owned();
            let user = self.users.entry(text(&row["username"])).or_insert((uuid(&row["uuid"]), full_name.clone()));
            if row["full_name"].is_string() {
                user.1 = full_name;
            }
        } else if name.starts_with("resource-") && row["uuid"].is_string() {
            let number = offering_of(&name);
            self.resources.insert(name, uuid(&row["uuid"]));
            if row["offering_uuid"].is_string() {
                self.offerings.insert(number, uuid(&row["offering_uuid"]));
            }
        } else if ROLES.contains(&name.as_str()) {
            self.roles.entry((text(&row["offering_name"]), name)).or_insert(uuid(&row["uuid"]));
        }
    }

    /// The world as it was before anything was made or changed.
    pub(crate) fn world(&self) -> World {
        let mut world = World::new();
        "unknown".clone_into(&mut world.version);
        self.people(&mut world);
        self.marketplace(&mut world);
        self.fill(&mut world);
        world
    }

    fn people(&self, world: &mut World) {
        for (number, [ours, theirs]) in [
            ["staff", "staff"],
            ["support", "support"],
            ["provider-owner", "provider-owner"],
            ["consumer-owner", "consumer-owner"],
            ["project-admin", "project-admin"],
            ["nobody", "plain-user"],
            ["expired", "expired-user"],
            ["inactive", "inactive-staff"],
        ]
        .into_iter()
        .enumerate()
        {
            // The same person under the recorded name and id.
            let mut user = world.users.iter().find(|it| it.username == ours).unwrap().clone();
            world.users.remove(user.id);
            let (id, full_name) =
                self.users.get(theirs).cloned().unwrap_or((Uuid::from_u128(number as u128), "A B".into()));
            let old = std::mem::replace(&mut user.id, id);
            world.tokens.values_mut().filter(|it| it.user == old).for_each(|it| it.user = id);
            theirs.clone_into(&mut user.username);
            user.email = format!("{theirs}@example.org");
            (user.first_name, user.last_name) = halves(&full_name);
            user.token_lifetime = user.token_lifetime.filter(|_| ours == "expired");
            world.users.insert(user);
        }
        for number in 0..2000 {
            let name = format!("user{number:04}");
            let mut user = {
                let id = world.user(&name);
                world.users.remove(id).unwrap()
            };
            if let Some((id, full_name)) = self.users.get(&name) {
                user.id = *id;
                (user.first_name, user.last_name) = halves(full_name);
            } else if number == 1990 {
                // Shown only in a request.
                user.id = Uuid::try_parse("d5084bc564c2437ab1f26fa30a37966f").unwrap();
            }
            user.is_active = number < 1990;
            world.users.insert(user);
        }
        for name in ["x-1", "x-2", "x-3"] {
            world.user(name);
        }
        assert!(world.tokens.contains_key(tokens::STAFF));
    }

    fn marketplace(&self, world: &mut World) {
        let [provider, consumer] = ["Provider Org", "Consumer Org"].map(|name| {
            world.organisations.insert(Organisation { id: self.organisations[name], name: name.to_owned() })
        });
        world.provider = provider;
        let projects: Vec<_> = (0..10)
            .map(|number| {
                let name = format!("Project {number:02}");
                let id = self.projects.get(&name).copied().unwrap_or_else(|| Uuid::from_u128(200 + number));
                world.projects.insert(Project { id, name, organisation: consumer })
            })
            .collect();
        world.change_user("provider-owner", |user| user.owns = vec![provider]);
        world.change_user("consumer-owner", |user| user.owns = vec![consumer]);
        world.change_user("project-admin", |user| user.administers = vec![projects[0]]);
        for number in 0..20 {
            let name = format!("Offering {number:02}");
            let id = self.offerings.get(&name).copied().unwrap_or_else(|| Uuid::from_u128(100 + number));
            world.offerings.insert(Offering { id, name, organisation: world.provider });
        }
        let offerings: Vec<_> = world.offerings.iter().cloned().collect();
        for role in ROLES {
            for offering in &offerings {
                let known = self.roles.get(&(offering.name.clone(), role.to_owned())).copied();
                let id = known.unwrap_or_else(|| Uuid::from_u128(offering.id.as_u128() ^ 7));
                world.roles.insert(Role {
                    id,
                    name: role.to_owned(),
                    offering: offering.id,
                    traits: Traits::default(),
                });
            }
        }
        for number in 0..200 {
            let name = if number < 198 { format!("resource-{number:03}") } else { "duplicate-name".to_owned() };
            world.project = projects[number % 10];
            let id = world.resource(offerings[number % 20].id, &name);
            let state = match number {
                190..=194 => State::Terminated,
                195 => State::Erred,
                196 => State::Updating,
                197 => State::Creating,
                _ => State::Ok,
            };
            let fresh = world.resources.remove(id).unwrap();
            let id = self.resources.get(&name).copied().unwrap_or(fresh.id);
            world.resources.insert(Resource { id, state, backend_id: format!("backend-{number:03}"), ..fresh });
        }
    }

    /// All links: those shown where they were shown, and others until every count is met.
    fn fill(&self, world: &mut World) {
        let named = |name: &str| world.resources.iter().find(|it| it.name == name).unwrap().clone();
        let role_of = |resource: &Resource, name: &str| {
            world.roles.iter().find(|it| it.offering == resource.offering && it.name == name).unwrap().id
        };
        let [one, eight, ten, forty_eight] =
            ["resource-001", "resource-008", "resource-010", "resource-048"].map(named);
        let viewer = role_of(&forty_eight, "viewer");
        let in_first_project = |it: Uuid| world.resources.get(it).unwrap().project == ten.project;
        let shown = |test: &dyn Fn(&[Uuid; 3]) -> bool| self.links.iter().filter(|(_, row)| test(row)).count();
        let on_48 = 47 - shown(&|row| row[0] == forty_eight.id);
        let viewers = 105 - shown(&|row| row[1] == viewer) - on_48;
        let in_project = 1033 - shown(&|row| in_first_project(row[0]));
        let rest = LINKS - self.links.len() - on_48 - viewers - in_project;
        let people: Vec<_> = world.users.iter().filter(|it| it.username != "user0962").map(|it| it.id).collect();
        let mut fillers = [
            (rest, one.id, role_of(&one, "auditor")),
            (viewers, eight.id, viewer),
            (in_project, ten.id, role_of(&ten, "auditor")),
            (on_48, forty_eight.id, viewer),
        ]
        .into_iter()
        .flat_map(|(count, resource, role)| std::iter::repeat_n((resource, role), count))
        .zip(people.into_iter().cycle());
        // Three pages were recorded whole: the first 300, those from 400 on, and the last hundred.
        let (first, others) = self.links.split_at(300);
        let (middle, others) = others.split_at(100);
        let (last, others) = others.split_at(100);
        for part in [first, others, middle, last] {
            if part == last || part == middle {
                let missing = if part == middle { 400 - world.links.len() } else { LINKS };
                for ((resource, role), user) in fillers.by_ref().take(missing) {
                    world.link(resource, role, user);
                }
            }
            for (id, [resource, role, user]) in part {
                world.link_with_id(*id, *resource, *role, *user);
            }
        }
        assert_eq!(world.links.len(), LINKS);
    }
}

/// Resource 048 is of offering 08.
fn offering_of(resource: &str) -> String {
    let number: usize = resource.rsplit('-').next().and_then(|it| it.parse().ok()).unwrap_or_default();
    format!("Offering {:02}", number % 20)
}

fn halves(full_name: &str) -> (String, String) {
    let (first, last) = full_name.split_once(' ').unwrap();
    (first.to_owned(), last.to_owned())
}

fn uuid(value: &Value) -> Uuid {
    Uuid::try_parse(value.as_str().unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

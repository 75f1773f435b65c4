//! What `/api/user-permissions/` is filtered by. Empty values and unknown names are ignored: everything comes then.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::entry;
use super::state::{Grant, Scope, ScopeKind};
use crate::sandbox::lists::List;
use crate::sandbox::query::uuid;
use crate::sandbox::state::User;
use crate::sandbox::view::{Answer, Ask};
use crate::sandbox::waldur::Waldur;
use crate::sandbox::world::World;

/// The filters of one request.
pub(super) struct Wanted<'a> {
    texts: Texts<'a>,
    scope_id: Option<Uuid>,
    role_id: Option<Uuid>,
    user: Option<Uuid>,
    customer_id: Option<Uuid>,
    end: Option<Timestamp>,
    created: [Option<Timestamp>; 2],
    modified: [Option<Timestamp>; 2],
    active: Option<bool>,
    inactive_too: bool,
}

struct Texts<'a> {
    scope_type: Option<&'a str>,
    scope_name: Option<String>,
    role_name: Option<String>,
    username: Option<&'a str>,
    user_slug: Option<String>,
    full_name: Option<String>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(ask: &'a Ask, caller: &User) -> Result<Self, Answer> {
        let newest = ask.waldur == Waldur::V8_1;
        let mut problems = Map::new();
        let mut id = |name: &str| parsed(ask, name, uuid, "Enter a valid UUID.", &mut problems);
        let [scope_id, role_id, user] = ["scope_uuid", "role_uuid", "user"].map(&mut id);
        let customer_id = newest.then(|| id("customer_uuid")).flatten();
        let mut moment = |name: &str| parsed(ask, name, entry::moment, "Enter a valid date/time.", &mut problems);
        let end = moment("expiration_time");
        let created = ["created", "created_before"].map(&mut moment);
        let modified = ["modified", "modified_before"].map(&mut moment);
        if !problems.is_empty() {
            return Err(Answer::json(400, &Value::Object(problems)));
        }
        let lower = |name: &str| ask.query.get(name).map(str::to_lowercase);
        Ok(Self {
            texts: Texts {
                scope_type: ask.query.get("scope_type"),
                scope_name: lower("scope_name"),
                role_name: lower("role_name"),
                username: ask.query.get("username"),
                user_slug: lower("user_slug"),
                full_name: lower("full_name"),
            },
            scope_id,
            role_id,
            user,
            customer_id,
            end,
            created,
            modified,
            active: match lower("is_active").as_deref() {
                Some("true") if newest => Some(true),
                Some("false") if newest => Some(false),
                _ => None,
            },
            inactive_too: newest && caller.sees_everything() && ask.query.get("show_inactive") == Some("true"),
        })
    }

    /// A list that all of these grants are on, if there is one.
    pub(super) fn list(&self) -> Option<List> {
        let kind = || self.texts.kind().filter(|_| !self.inactive_too).map(ScopeKind::list);
        self.scope_id.map(List::Of).or_else(kind)
    }

    /// Whether they are all of it.
    pub(super) fn is_whole_list(&self) -> bool {
        let Self { texts, scope_id, role_id, user, customer_id, end, created, modified, active, inactive_too } = self;
        let bounds = created.iter().chain(modified).chain([end]);
        texts.kind().is_some()
            && texts.are_only_kind()
            && [scope_id, role_id, user, customer_id].into_iter().all(Option::is_none)
            && bounds.into_iter().all(Option::is_none)
            && *active != Some(false)
            && !inactive_too
    }

    pub(super) fn admits(&self, world: &World, grant: &Grant) -> bool {
        let Self { texts, scope_id, role_id, user, customer_id, end, created, modified, active, inactive_too } = self;
        let within = |[from, to]: &[Option<Timestamp>; 2], it: Timestamp| {
            from.is_none_or(|from| it >= from) && to.is_none_or(|to| it <= to)
        };
        (*inactive_too || grant.is_active())
            && active.is_none_or(|it| it == grant.is_active())
            && scope_id.is_none_or(|it| is_at(world, grant.scope, it))
            && role_id.is_none_or(|it| it == grant.role)
            && user.is_none_or(|it| it == grant.user)
            && customer_id.is_none_or(|it| belongs_to(world, grant.scope, it))
            && end.is_none_or(|it| Some(it) == grant.end)
            && within(created, grant.created)
            && within(modified, grant.modified)
            && texts.admit(world, grant)
    }
}

impl Texts<'_> {
    fn kind(&self) -> Option<ScopeKind> {
        ScopeKind::ALL.into_iter().find(|it| Some(it.filter()) == self.scope_type)
    }

    fn are_only_kind(&self) -> bool {
        let Self { scope_type: _, scope_name, role_name, username, user_slug, full_name } = self;
        username.is_none() && [scope_name, role_name, user_slug, full_name].into_iter().all(Option::is_none)
    }

    fn admit(&self, world: &World, grant: &Grant) -> bool {
        let Self { scope_type, scope_name, role_name, username, user_slug, full_name } = self;
        let contains = |wanted: &Option<String>, text: Option<&str>| {
            wanted.as_ref().is_none_or(|it| text.is_some_and(|text| text.to_lowercase().contains(it)))
        };
        let user = world.users.get(grant.user);
        // What is gone counts with its kind: only its name is lost.
        scope_type.is_none_or(|it| it == grant.scope.kind().filter())
            && contains(scope_name, world.scope_name(grant.scope))
            && contains(role_name, world.roles.get(grant.role).map(|it| it.name.as_str()))
            && username.is_none_or(|it| user.is_some_and(|user| user.username == it))
            && contains(user_slug, user.map(|it| it.username.as_str()))
            && contains(full_name, user.map(User::full_name).as_deref())
    }
}

/// Whether a scope has this id, among those that the server searches: what is gone is not found.
fn is_at(world: &World, scope: Scope, id: Uuid) -> bool {
    let searched = !(world.second.switches.unsearched && matches!(scope, Scope::Resource(_)));
    searched && scope.id() == id && world.scope_name(scope).is_some()
}

/// Grants on an organisation and on its projects; those on resources are not found by it.
fn belongs_to(world: &World, scope: Scope, organisation: Uuid) -> bool {
    match scope {
        Scope::Organisation(id) => id == organisation,
        Scope::Project(id) => world.projects.get(id).is_some_and(|it| it.organisation == organisation),
        _ => false,
    }
}

/// A parameter, or a note of what is wrong with it.
pub(super) fn parsed<T>(
    ask: &Ask,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
    problem: &str,
    problems: &mut Map<String, Value>,
) -> Option<T> {
    let text = ask.query.get(name)?;
    let value = parse(text);
    if value.is_none() {
        problems.insert(name.to_owned(), json!([problem]));
    }
    value
}

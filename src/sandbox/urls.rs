//! Which path means what. Requests are routed with it, and hyperlinks in requests are read with it, as the server does.

use super::waldur::Waldur;

/// The collections of the first generation, one a line.
const ENDPOINTS: &str = include_str!("endpoints.txt");

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// `/api/`.
    Root,
    /// `/api/configuration/`.
    Configuration,
    /// `/api/version/`.
    Version,
    /// `/api/users/me/`.
    Me,
    /// A list: its name.
    Collection(&'a str),
    /// One of a list: the list's name, the id as written.
    Item(&'a str, &'a str),
    /// Something to do with one of a list: the list's name, the id as written, the verb.
    Action(&'a str, &'a str, &'a str),
}

/// Those that the second generation no longer has.
const GONE: [&str; 2] = ["marketplace-offering-user-roles", "marketplace-resource-users"];
/// Those that only it has.
const NEW: [&str; 2] = ["marketplace-offering-roles", "role-availabilities"];

/// Names of all collections.
pub(super) fn endpoints(waldur: Waldur) -> impl Iterator<Item = &'static str> {
    let second = waldur.scopes_roles();
    let new = NEW.into_iter().filter(move |_| second);
    ENDPOINTS.lines().filter(move |it| !(second && GONE.contains(it))).chain(new)
}

/// What a path leads to, if anything. The final slash is part of it.
pub(super) fn resolve(path: &str, waldur: Waldur) -> Option<Target<'_>> {
    let rest = path.strip_prefix("/api/")?;
    if rest.is_empty() {
        return Some(Target::Root);
    }
    let parts: Vec<_> = rest.strip_suffix('/')?.split('/').collect();
    match *parts {
        ["configuration"] => Some(Target::Configuration),
        ["version"] => Some(Target::Version),
        ["users", "me"] => Some(Target::Me),
        [name] if known(name, waldur) => Some(Target::Collection(name)),
        [name, id] if known(name, waldur) && is_id(id) => Some(Target::Item(name, id)),
        [name, id, verb] if is_id(id) && has_action(name, verb, waldur) => Some(Target::Action(name, id, verb)),
        _ => None,
    }
}

/// What a hyperlink leads to: only its path counts. A text that is no link leads nowhere.
pub(super) fn follow(hyperlink: &str, waldur: Waldur) -> Option<Target<'_>> {
    resolve(path_of(hyperlink), waldur)
}

/// The path of an `http` or `https` URL; anything else is taken for a path.
pub(super) fn path_of(hyperlink: &str) -> &str {
    let rest = ["http://", "https://"].iter().find_map(|it| hyperlink.strip_prefix(it));
    let path = rest.map_or(hyperlink, |rest| rest.find('/').map_or("", |at| &rest[at..]));
    path.split(['?', '#']).next().unwrap_or_default()
}

/// What can be done with one of a collection.
fn has_action(collection: &str, verb: &str, waldur: Waldur) -> bool {
    match (collection, verb) {
        ("marketplace-resources", "terminate" | "unlink") => true,
        (
            "marketplace-resources" | "marketplace-provider-resources",
            "add_user" | "update_user" | "delete_user" | "list_users",
        )
        | ("roles", "enable" | "disable") => waldur.scopes_roles(),
        ("user-permissions", "revoke" | "restore") => waldur == Waldur::V8_1,
        _ => false,
    }
}

fn known(name: &str, waldur: Waldur) -> bool {
    endpoints(waldur).any(|it| it == name)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && !text.contains('.')
}

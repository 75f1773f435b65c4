//! Which path means what. Requests are routed with it, and hyperlinks in requests are read with it, as the server does.

/// The collections of the API, one a line.
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

/// Names of all collections.
pub(super) fn endpoints() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.lines()
}

/// What a path leads to, if anything. The final slash is part of it.
pub(super) fn resolve(path: &str) -> Option<Target<'_>> {
    let rest = path.strip_prefix("/api/")?;
    if rest.is_empty() {
        return Some(Target::Root);
    }
    let parts: Vec<_> = rest.strip_suffix('/')?.split('/').collect();
    match *parts {
        ["configuration"] => Some(Target::Configuration),
        ["version"] => Some(Target::Version),
        ["users", "me"] => Some(Target::Me),
        [name] if known(name) => Some(Target::Collection(name)),
        [name, id] if known(name) && is_id(id) => Some(Target::Item(name, id)),
        ["marketplace-resources", id, verb @ ("terminate" | "unlink")] if is_id(id) => {
            Some(Target::Action("marketplace-resources", id, verb))
        }
        _ => None,
    }
}

/// What a hyperlink leads to: only its path counts. A text that is no link leads nowhere.
pub(super) fn follow(hyperlink: &str) -> Option<Target<'_>> {
    resolve(path_of(hyperlink))
}

/// The path of an `http` or `https` URL; anything else is taken for a path.
pub(super) fn path_of(hyperlink: &str) -> &str {
    let rest = ["http://", "https://"].iter().find_map(|it| hyperlink.strip_prefix(it));
    let path = rest.map_or(hyperlink, |rest| rest.find('/').map_or("", |at| &rest[at..]));
    path.split(['?', '#']).next().unwrap_or_default()
}

fn known(name: &str) -> bool {
    endpoints().any(|it| it == name)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && !text.contains('.')
}

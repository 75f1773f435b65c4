//! What the server does with a request, in its own order: the request line, the path, the language, the caller, the view.

use axum::http::{Method, header};

use super::urls::{Target, endpoints, resolve};
use super::view::{Answer, Ask, Caller};
use super::world::World;
use super::{events, links, metadata, resources, roles, second, site, users};

/// gunicorn's limit on `GET /… HTTP/1.1`.
const LONGEST_REQUEST_LINE: usize = 4094;

/// Answers a request. Nothing of HTTP happens after this but the sending.
pub(super) fn answer(ask: &Ask, world: &mut World) -> Answer {
    let length = format!("{} {} HTTP/1.1", ask.method, ask.target).len();
    if length > LONGEST_REQUEST_LINE {
        return too_long(length);
    }
    if ask.method == Method::OPTIONS && ask.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return Answer::html(200, "text/html; charset=utf-8", "");
    }
    let Some(target) = resolve(&ask.path, ask.waldur) else { return astray(ask) };
    let Some(allow) = allowed(ask, target) else { return not_found(ask) };
    let answer = viewed(ask, target, world).unwrap_or_else(|refusal| refusal);
    let answer = answer.in_language_of(&ask.headers);
    if answer.is_crash() { answer } else { answer.header("allow", allow) }
}

fn too_long(length: usize) -> Answer {
    let line = format!("Request Line is too large ({length} &gt; {LONGEST_REQUEST_LINE})");
    let title = "URI Too Long";
    let page = format!(
        "<html>\n  <head>\n    <title>{title}</title>\n  </head>\n  <body>\n    <h1><p>{title}</p></h1>\n    {line}\n  </body>\n</html>\n"
    );
    Answer::html(414, "text/html", &page)
}

/// A path that leads nowhere; with a final slash it may lead somewhere, and then the client is sent there, whatever
/// the method.
fn astray(ask: &Ask) -> Answer {
    let path = format!("{}/", ask.path);
    if ask.path.ends_with('/') || resolve(&path, ask.waldur).is_none() {
        return not_found(ask);
    }
    let query = ask.target.find('?').map_or("", |at| &ask.target[at..]);
    Answer::html(301, "text/html; charset=utf-8", "")
        .header("location", &format!("{path}{query}"))
        .in_language_of(&ask.headers)
}

fn not_found(ask: &Ask) -> Answer {
    let text = "The requested resource was not found on this server.";
    let page = format!(
        "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n  <h1>Not Found</h1><p>{text}</p>\n</body>\n</html>\n"
    );
    Answer::html(404, "text/html; charset=utf-8", &page).in_language_of(&ask.headers)
}

/// The `Allow` header of a view, or nothing for collections that the sandbox does not have.
fn allowed(ask: &Ask, target: Target<'_>) -> Option<&'static str> {
    let of_second = second::allowed(target).filter(|_| ask.waldur.scopes_roles());
    of_second.or_else(|| allowed_in_both(target))
}

fn allowed_in_both(target: Target<'_>) -> Option<&'static str> {
    match target {
        Target::Root | Target::Me | Target::Collection("events") | Target::Item("events", _) => {
            Some("GET, HEAD, OPTIONS")
        }
        Target::Configuration | Target::Version => Some("OPTIONS, GET"),
        Target::Collection(
            links::COLLECTION | roles::COLLECTION | resources::CONSUMED | resources::PROVIDED | users::COLLECTION,
        ) => Some("GET, POST, HEAD, OPTIONS"),
        Target::Item(
            links::COLLECTION | roles::COLLECTION | resources::CONSUMED | resources::PROVIDED | users::COLLECTION,
            _,
        ) => Some("GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        Target::Action(..) => Some("POST, OPTIONS"),
        Target::Collection(_) | Target::Item(..) => None,
    }
}

/// Negotiation, then authentication, then the view.
fn viewed(ask: &Ask, target: Target<'_>, world: &mut World) -> Result<Answer, Answer> {
    negotiate(ask)?;
    if target == Target::Configuration {
        return site::configuration(ask);
    }
    let caller = authenticate(ask, world)?;
    if ask.method == Method::OPTIONS {
        return Ok(metadata::metadata(target));
    }
    if ask.waldur.scopes_roles()
        && let Some(answer) = second::viewed(ask, &caller, target, world)
    {
        return answer;
    }
    match target {
        Target::Root => site::root(ask, endpoints(ask.waldur)),
        Target::Configuration => site::configuration(ask),
        Target::Version => site::version(ask, &caller, world),
        Target::Me => users::me(ask, &caller, world),
        Target::Collection(links::COLLECTION) => links::collection(ask, &caller, world),
        Target::Item(links::COLLECTION, id) => links::item(ask, &caller, world, id),
        Target::Collection(roles::COLLECTION) => roles::collection(ask, &caller, world),
        Target::Item(roles::COLLECTION, id) => roles::item(ask, &caller, world, id),
        Target::Collection(users::COLLECTION) => users::collection(ask, &caller, world),
        Target::Item(users::COLLECTION, id) => users::item(ask, &caller, world, id),
        Target::Collection("events") => events::collection(ask, &caller, world),
        Target::Item("events", id) => events::item(ask, &caller, world, id),
        Target::Collection(name) => resources::collection(ask, &caller, world, name),
        Target::Item(name, id) => resources::item(ask, &caller, world, name, id),
        Target::Action(_, id, verb) => resources::action(ask, &caller, world, id, verb),
    }
}

/// The server speaks JSON and nothing else.
fn negotiate(ask: &Ask) -> Result<(), Answer> {
    if ask.query.get("format").is_some_and(|it| it != "json") {
        return Err(Answer::detail(404, "Not found."));
    }
    let accepted = ask.header("accept");
    let json = |it: &str| {
        matches!(it.split(';').next().unwrap_or_default().trim(), "*/*" | "application/*" | "application/json")
    };
    if accepted.is_empty() || accepted.split(',').any(json) {
        return Ok(());
    }
    Err(Answer::detail(406, "Could not satisfy the request Accept header."))
}

/// Who asks, by `Authorization: Token …`. Any other scheme counts as none.
fn authenticate(ask: &Ask, world: &mut World) -> Result<Caller, Answer> {
    let words: Vec<_> = ask.header("authorization").split_whitespace().collect();
    let token = match *words {
        [scheme, ..] if !scheme.eq_ignore_ascii_case("token") => Err("Authentication credentials were not provided."),
        [] => Err("Authentication credentials were not provided."),
        [_] => Err("Invalid token. No credentials provided."),
        [_, token] => Ok(token),
        [..] => Err("Invalid token. Token string should not contain spaces."),
    };
    let user = token.and_then(|token| world.authenticate(token));
    let user = user.map_err(|reason| Answer::detail(401, reason).header("www-authenticate", "Token"))?;
    world.users.get(user).cloned().map(Caller).ok_or_else(|| Answer::detail(401, "Invalid token."))
}

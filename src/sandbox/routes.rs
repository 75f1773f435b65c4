//! HTTP in, world calls out: the way of a request through the server, in the server's own order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, header};

use super::query::Query;
use super::urls::{Target, endpoints, resolve};
use super::view::{Answer, Ask, Caller};
use super::world::{RequestLine, World};
use super::{events, links, resources, roles, site, users};

/// gunicorn's limit on `GET /… HTTP/1.1`.
const LONGEST_REQUEST_LINE: usize = 4094;
const LARGEST_BODY: usize = 2_621_440;

pub(super) fn router(world: Arc<Mutex<World>>) -> Router {
    Router::new().fallback(serve).with_state(world)
}

pub(super) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(State(world): State<Arc<Mutex<World>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map(|it| it.to_vec()).unwrap_or_default();
    let ask = Ask {
        method: parts.method,
        target: parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned(),
        path: parts.uri.path().to_owned(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body,
    };
    let mut world = lock(&world);
    let line = format!("{} {} HTTP/1.1", ask.method, ask.target).len();
    let answer = if line > LONGEST_REQUEST_LINE { too_long(line) } else { answer(&ask, &mut world) };
    let mut response = answer.into_response(&ask.method);
    let status = response.status().as_u16();
    world.requests.push(RequestLine { method: ask.method.to_string(), target: ask.target, status });
    response.headers_mut().extend(date(&world).map(|date| (header::DATE, date)));
    response
}

fn date(world: &World) -> Option<HeaderValue> {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    HeaderValue::from_str(&printer.timestamp_to_rfc9110_string(&world.now()).ok()?).ok()
}

fn too_long(length: usize) -> Answer {
    let line = format!("Request Line is too large ({length} &gt; {LONGEST_REQUEST_LINE})");
    let title = "URI Too Long";
    let page = format!(
        "<html>\n  <head>\n    <title>{title}</title>\n  </head>\n  <body>\n    <h1><p>{title}</p></h1>\n    {line}\n  </body>\n</html>\n"
    );
    Answer::html(414, "text/html", &page)
}

/// Everything that happens before a view runs.
fn answer(ask: &Ask, world: &mut World) -> Answer {
    if ask.method == Method::OPTIONS && ask.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return Answer::html(200, "text/html; charset=utf-8", "");
    }
    let Some(target) = resolve(&ask.path) else { return astray(ask) };
    let Some(allow) = allowed(target) else { return not_found(ask) };
    let answer = viewed(ask, target, world).unwrap_or_else(|refusal| refusal);
    answer.in_language_of(&ask.headers).header("allow", allow)
}

/// A path that leads nowhere; with a final slash it may lead somewhere, and then the client is sent there, whatever
/// the method.
fn astray(ask: &Ask) -> Answer {
    let path = format!("{}/", ask.path);
    if ask.path.ends_with('/') || resolve(&path).is_none() {
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
fn allowed(target: Target<'_>) -> Option<&'static str> {
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
        return Ok(site::metadata(target));
    }
    match target {
        Target::Root => site::root(ask, endpoints()),
        Target::Configuration => site::configuration(ask),
        Target::Version => site::version(ask, &caller),
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

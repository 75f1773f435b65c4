//! The way of a request in and of its answer out: onto the record, through the faults, and over the wire.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use tokio::time::sleep;

use super::faults::{Act, Hook, Reply};
use super::query::Query;
use super::routes;
use super::view::Ask;
use super::wire::{Line, Manner};
use super::world::{RequestLine, World};

/// Django's limit on a body that is no file.
const LARGEST_BODY: usize = 2_621_440;

pub(super) type Shared = Arc<Mutex<World>>;

pub(super) fn router(world: Shared) -> Router {
    Router::new().fallback(serve).with_state(world)
}

pub(super) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request is handled to its end even when the client goes away meanwhile, as a worker of the real server does.
async fn serve(State(world): State<Shared>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response<Body> {
    let handling = tokio::spawn(handle(world, line, read(request).await));
    handling.await.unwrap_or_else(|_| reply_with(Reply::html(500)))
}

async fn handle(world: Shared, line: Line, ask: Ask) -> Response<Body> {
    let request = RequestLine { method: ask.method.to_string(), target: ask.target.clone(), status: 0 };
    let (place, trouble) = arrive(&mut lock(&world), &request);
    pause(trouble.delay).await;
    line.set(trouble.manner);
    let delay = trouble.delay_answer;
    let (response, status) = perform(&mut lock(&world), &ask, &request, trouble);
    if let Some(request) = lock(&world).requests.get_mut(place) {
        request.status = status;
    }
    pause(delay).await;
    response
}

/// Puts a request on record and looks what the script has for it.
fn arrive(world: &mut World, request: &RequestLine) -> (usize, Trouble) {
    world.requests.push(request.clone());
    let place = world.requests.len() - 1;
    let trouble = Trouble::of(world.faults.iter_mut().filter_map(|fault| fault.meet(request)));
    for hook in &trouble.before {
        hook.run(world, request);
    }
    (place, trouble)
}

/// Handles a request, unless the script says otherwise, and does to its answer what the script says. The status is 0 when
/// nobody will see it.
fn perform(world: &mut World, ask: &Ask, request: &RequestLine, trouble: Trouble) -> (Response<Body>, u16) {
    let Trouble { before: _, delay: _, instead, after, replaced, headers, manner, delay_answer: _ } = trouble;
    let handled = match instead {
        Some(reply) => reply_with(reply),
        None => routes::answer(ask, world).into_response(&ask.method),
    };
    for hook in after {
        hook.run(world, request);
    }
    let mut response = replaced.map_or(handled, reply_with);
    response.headers_mut().extend(date(world).map(|date| (header::DATE, date)));
    for (name, value) in headers {
        response.headers_mut().remove(name);
        response.headers_mut().extend(value.and_then(|value| header_of(name, &value)));
    }
    let status = if matches!(manner, Manner::Lost) { 0 } else { response.status().as_u16() };
    (response, status)
}

/// Waits, but not even for a moment when there is nothing to wait for: a sleep of zero lasts a millisecond.
async fn pause(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

async fn read(request: Request) -> Ask {
    let (parts, body) = request.into_parts();
    Ask {
        method: parts.method,
        target: parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned(),
        path: parts.uri.path().to_owned(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body: to_bytes(body, LARGEST_BODY).await.map(|it| it.to_vec()).unwrap_or_default(),
    }
}

/// All that happens to one request.
#[derive(Default)]
struct Trouble {
    before: Vec<Hook>,
    delay: Duration,
    delay_answer: Duration,
    instead: Option<Reply>,
    after: Vec<Hook>,
    replaced: Option<Reply>,
    headers: Vec<(&'static str, Option<String>)>,
    manner: Manner,
}

impl Trouble {
    fn of(acts: impl Iterator<Item = Act>) -> Self {
        let mut all = Self::default();
        for act in acts {
            match act {
                Act::HangUp => {
                    // Whatever is answered gets lost; what matters is that nothing is handled.
                    all.instead = Some(Reply::html(502));
                    all.manner = Manner::Lost;
                }
                Act::LoseAnswer => all.manner = Manner::Lost,
                Act::Answer(reply) => all.instead = Some(reply),
                Act::AnswerAfter(reply) => all.replaced = Some(reply),
                Act::WithoutHeader(name) => all.headers.push((name, None)),
                Act::WithHeader(name, value) => all.headers.push((name, Some(value))),
                Act::CutBody(bytes) => all.manner = Manner::Cut(bytes),
                Act::Drip(bytes, pause) => all.manner = Manner::Drip(bytes, pause),
                Act::Delay(delay) => all.delay += delay,
                Act::DelayAnswer(delay) => all.delay_answer += delay,
                Act::Before(hook) => all.before.push(hook),
                Act::After(hook) => all.after.push(hook),
            }
        }
        all
    }
}

fn reply_with(reply: Reply) -> Response<Body> {
    let Reply { status, headers, body } = reply;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().extend(headers.into_iter().filter_map(|(name, value)| header_of(name, &value)));
    response
}

fn header_of(name: &'static str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    HeaderValue::from_str(value).ok().map(|value| (HeaderName::from_static(name), value))
}

fn date(world: &World) -> Option<HeaderValue> {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    HeaderValue::from_str(&printer.timestamp_to_rfc9110_string(&world.now()).ok()?).ok()
}

//! The way of a request in and of its answer out: onto the record, past the faults, through the queues, over the wire.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Response, header};
use tokio::time::sleep;

use super::cost;
use super::query::Query;
use super::queues::Queues;
use super::reply::Reply;
use super::routes;
use super::trouble::Trouble;
use super::view::Ask;
use super::waldur::Waldur;
use super::wire::Line;
use super::world::{RequestLine, World};

/// Django's limit on a body that is no file.
const LARGEST_BODY: usize = 2_621_440;

/// What all requests share.
#[derive(Clone)]
struct Server {
    world: Arc<Mutex<World>>,
    queues: Arc<Queues>,
}

pub(super) fn router(world: Arc<Mutex<World>>) -> Router {
    let queues = Arc::new(Queues::new(lock(&world).load));
    Router::new().fallback(serve).with_state(Server { world, queues })
}

pub(super) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request is handled to its end even when the client goes away meanwhile, as a worker of the real server does.
async fn serve(State(server): State<Server>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response<Body> {
    let handling = tokio::spawn(handle(server, line, read(request).await));
    handling.await.unwrap_or_else(|_| Reply::html(500).into_response())
}

async fn handle(Server { world, queues }: Server, line: Line, mut ask: Ask) -> Response<Body> {
    let request = RequestLine::new(ask.method.as_str(), &ask.target);
    let (place, trouble, load) = {
        let mut world = lock(&world);
        let place = (!world.forgets_requests).then_some(world.requests.len());
        if place.is_some() {
            world.requests.push(request.clone());
        }
        (place, Trouble::of(&mut world, &request), world.load)
    };
    pause(trouble.delay).await;
    let turn = match load {
        Some(load) => Some(queues.turn(load, ask.header("authorization")).await),
        None => None,
    };
    // A reading sees the world as it was when its turn came; a change is there when its time is over.
    let reads = ask.reads();
    let before = load.filter(|_| !reads).map_or(Duration::ZERO, |load| load.work(&ask, 0));
    pause(before).await;
    line.set(trouble.manner);
    let Done { response, rows, status } = {
        let mut world = lock(&world);
        ask.waldur = world.waldur;
        world.sweep_when_due();
        perform(&mut world, &ask, &request, &trouble)
    };
    let after = load.filter(|_| reads).map_or(Duration::ZERO, |load| load.work(&ask, rows));
    pause(after).await;
    drop(turn);
    if let Some(place) = place
        && let Some(request) = lock(&world).requests.get_mut(place)
    {
        request.status = status;
        request.took = load.map_or(Duration::ZERO, |load| load.overhead + before + after);
    }
    pause(trouble.delay_answer).await;
    response
}

/// A request that was handled.
struct Done {
    response: Response<Body>,
    rows: u32,
    /// 0 when nobody will see it.
    status: u16,
}

/// Handles a request, unless the script says otherwise, and does to its answer what the script says.
fn perform(world: &mut World, ask: &Ask, request: &RequestLine, trouble: &Trouble) -> Done {
    let (handled, rows) = match &trouble.instead {
        Some(reply) => (reply.clone().into_response(), 0),
        None if trouble.postponed => {
            world.postponed.push(ask.clone());
            (Response::default(), 0)
        }
        None => answer(world, ask, request, trouble),
    };
    for hook in &trouble.after {
        hook.run(world, request);
    }
    let mut response = trouble.replaced.clone().map_or(handled, Reply::into_response);
    response.headers_mut().extend(date(world).map(|date| (header::DATE, date)));
    trouble.change_headers(&mut response);
    let status = if trouble.loses_answer() { 0 } else { response.status().as_u16() };
    Done { response, rows, status }
}

/// The server's answer, and how many rows it has. A change is on disk before it is answered.
fn answer(world: &mut World, ask: &Ask, request: &RequestLine, trouble: &Trouble) -> (Response<Body>, u32) {
    let answer = routes::answer(ask, world);
    world.queries += cost::queries(ask, answer.rows);
    let answer = trouble.edit(answer, world, request);
    let rows = answer.rows;
    let response = answer.into_response(&ask.method);
    if !ask.reads()
        && response.status().is_success()
        && let Err(error) = world.keep()
    {
        tracing::error!(%error, "the sandbox could not keep a change");
        return (Reply::html(500).into_response(), 0);
    }
    (response, rows)
}

impl World {
    /// Handles the requests that [`Act::Postpone`](super::Act::Postpone) kept, in the order they arrived.
    pub fn handle_postponed(&mut self) {
        for ask in std::mem::take(&mut self.postponed) {
            routes::answer(&ask, self);
        }
    }
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
        waldur: Waldur::default(),
        target: parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned(),
        path: parts.uri.path().to_owned(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body: to_bytes(body, LARGEST_BODY).await.map(|it| it.to_vec()).unwrap_or_default(),
    }
}

fn date(world: &World) -> Option<HeaderValue> {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    HeaderValue::from_str(&printer.timestamp_to_rfc9110_string(&world.now()).ok()?).ok()
}

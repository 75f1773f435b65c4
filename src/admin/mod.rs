//! What operators look at: probes, metrics, the status as JSON and as a page; and the one thing that may be asked for.
//!
//! It reads the daemon's status and changes nothing but by asking for a pass.

mod connections;
mod host;
mod json_v1;
mod metrics;
mod page;
mod sync_token;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::daemon::{Asker, By, CurrentWait, Status, Stop, Trigger};
pub use json_v1::json_v1;
pub use metrics::{MetricsFormat, metrics};
pub use page::page;
pub use sync_token::SyncToken;

/// What the admin port shows and whom it asks.
#[derive(Debug, Clone)]
pub struct Admin {
    /// What the daemon is doing.
    pub status: watch::Receiver<Status>,
    /// Where to ask for a pass.
    pub asker: Asker,
    /// Who may; nobody, if absent.
    pub sync_token: Option<SyncToken>,
    /// Names with a dot by which it may be asked.
    pub names: Vec<String>,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// Serves the admin port until the process ends.
///
/// # Errors
/// When for a minute no connection could be accepted. A connection that fails concerns nobody but itself.
pub async fn serve(listener: TcpListener, admin: Admin) -> io::Result<()> {
    connections::serve(listener, router(admin)).await
}

/// Waits for a served admin port to end, which it should not, and then says so and asks the daemon to leave: what
/// nobody can look at or probe is not to run on.
pub async fn leave_with(served: JoinHandle<io::Result<()>>, stop: watch::Sender<Stop>) {
    let why = match served.await {
        Ok(Ok(())) => "it ended".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!("the admin server has stopped, and so the agent stops: {why}");
    stop.send_modify(|it| {
        if *it == Stop::No {
            *it = Stop::Soon(By::Terminate);
        }
    });
}

fn router(admin: Admin) -> Router {
    let admin = Arc::new(admin);
    Router::new()
        .route("/", get(show_page))
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/metrics", get(show_metrics))
        .route("/status", get(show_status))
        .route("/sync", post(sync))
        .layer(from_fn_with_state(Arc::clone(&admin), host::ours))
        .layer(map_response(harden))
        .with_state(admin)
}

/// Nothing is to be kept, guessed, framed or told to others.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
        .entry("content-security-policy")
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

async fn show_page(State(admin): State<Arc<Admin>>) -> Response {
    let html = page(&admin.status.borrow(), (admin.clock)());
    let headers = [(CONTENT_TYPE.as_str(), "text/html; charset=utf-8"), ("content-security-policy", page::policy())];
    (headers, html).into_response()
}

/// That it answers is all there is to say.
async fn live() -> &'static str {
    "alive\n"
}

async fn ready(State(admin): State<Arc<Admin>>) -> Response {
    let (status, now) = (admin.status.borrow(), (admin.clock)());
    let waits = status.waits().map(|CurrentWait { since, why }| {
        let seconds = SignedDuration::from_secs(now.duration_since(*since).as_secs());
        format!("waiting for {seconds:#}: {why}\n")
    });
    let waits = waits.unwrap_or_default();
    match status.ready(now) {
        Ok(()) => format!("ready\n{waits}").into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n{waits}")).into_response(),
    }
}

async fn show_metrics(State(admin): State<Arc<Admin>>, headers: HeaderMap) -> Response {
    let format = MetricsFormat::accepted(headers.get(ACCEPT).and_then(|it| it.to_str().ok()));
    let text = metrics(&admin.status.borrow(), (admin.clock)(), format);
    ([(CONTENT_TYPE, format.content_type())], text).into_response()
}

async fn show_status(State(admin): State<Arc<Admin>>) -> Response {
    let json = json_v1(&admin.status.borrow(), (admin.clock)());
    ([(CONTENT_TYPE, "application/json")], json).into_response()
}

/// Without a token nobody may ask, and there is nothing here.
async fn sync(State(admin): State<Arc<Admin>>, headers: HeaderMap) -> Response {
    let Some(token) = admin.sync_token.clone() else {
        return (StatusCode::NOT_FOUND, "to ask for passes here, start the daemon with a sync token\n").into_response();
    };
    let shown = bearer(&headers).map(str::to_owned);
    let right = tokio::task::spawn_blocking(move || shown.is_some_and(|it| token.is(&it)));
    if !right.await.unwrap_or(false) {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], "show the sync token\n").into_response();
    }
    admin.asker.ask(Trigger::Request);
    (StatusCode::ACCEPTED, "a pass will begin\n").into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

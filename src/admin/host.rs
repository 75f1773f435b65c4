//! By which name we were asked.
//!
//! A web page in somebody's browser may lead a name of its own to us (DNS rebinding), and would then read what only that
//! browser can reach. Nobody can lead an address anywhere, nor `localhost`, nor a name without a dot, by which services
//! in a container network ask for each other. Any other name has to be known to be ours.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Admin;

/// Turns away who asks for a name that may be anybody's.
pub(super) async fn ours(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).map(|it| it.to_str().unwrap_or_default());
    // Only what is no browser names nobody.
    if host.is_none_or(|it| is_ours(it, &admin.names)) {
        return next.run(request).await;
    }
    let said = "not asked by a name that is known to be ours: ask for an address, or start the agent with \
                `--allowed-host NAME`\n";
    (StatusCode::MISDIRECTED_REQUEST, said).into_response()
}

/// Whether a host, with a port or without, can be nobody else's.
fn is_ours(host: &str, names: &[String]) -> bool {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let is_word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    is_word(&name)
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || names.iter().any(|it| it.eq_ignore_ascii_case(&name))
}

//! By which name we were asked.
//!
//! A web page in somebody's browser may lead a name of its own to this machine (DNS rebinding), and would then read what
//! only this machine may. An address, and `localhost`, nobody can lead anywhere. A port that is open to a network has no
//! such secret, and is asked by names that we don't know: those of services and of proxies.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Turns away who asks for a name that may be led here by anybody.
pub(super) async fn ours(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).map(|it| it.to_str().unwrap_or_default());
    // Only what is no browser names nobody.
    if host.is_none_or(is_ours) {
        return next.run(request).await;
    }
    let said = "ask for an address, or for `localhost`: any other name may be led here by anybody\n";
    (StatusCode::MISDIRECTED_REQUEST, said).into_response()
}

/// Whether a host, with a port or without, can be nobody else's.
fn is_ours(host: &str) -> bool {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let localhost = name.trim_end_matches('.').to_ascii_lowercase();
    localhost == "localhost" || localhost.ends_with(".localhost") || name.parse::<IpAddr>().is_ok()
}

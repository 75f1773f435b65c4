//! Who we are.

use jiff::SignedDuration;

use super::wire::Me;
use crate::api::http::{Error, Http, Method};
use crate::snapshot::Caller;

/// Asks whose token it is. With it comes the server's clock less ours: this is the quickest request of all.
///
/// Without naming fields, the answer would contain the token.
pub(in crate::api) async fn caller(http: &Http) -> Result<(Caller, Option<SignedDuration>), Error> {
    let fields = ["uuid", "username", "is_staff", "is_support", "token_lifetime"];
    let request = http.request(Method::Get, "users/me/");
    let answer = http.call(&fields.iter().fold(request, |request, field| request.with("field", field))).await?;
    let Me { uuid, username, is_staff, is_support, token_lifetime } = answer.json()?;
    Ok((Caller { user: uuid.0.into(), username, is_staff, is_support, token_lifetime }, answer.clock_offset()))
}

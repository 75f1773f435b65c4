//! The pages about the server itself.

use axum::http::Method;
use serde_json::{Value, json};

use super::view::{Answer, Ask, Caller};
use super::world::World;

/// `/api/`: the address of every collection.
pub(super) fn root(ask: &Ask, endpoints: impl Iterator<Item = &'static str>) -> Result<Answer, Answer> {
    reads(ask)?;
    let origin = ask.origin();
    let addresses = endpoints.map(|name| (name.to_owned(), Value::from(format!("{origin}/api/{name}/"))));
    Ok(Answer::json(200, &Value::Object(addresses.collect())))
}

/// `/api/configuration/`: public. The sandbox shows what a client may want to know, not every switch of the server.
pub(super) fn configuration(ask: &Ask) -> Result<Answer, Answer> {
    reads(ask)?;
    let body = json!({
        "FEATURES": {},
        "LANGUAGE_CODE": "en",
        "WALDUR_CORE": {
            "AUTHENTICATION_METHODS": ["LOCAL_SIGNIN"],
            "HOMEPORT_URL": "https://example.com/",
            "MASTERMIND_URL": "",
            "SITE_NAME": "Waldur",
        },
    });
    Ok(Answer::json(200, &body))
}

/// `/api/version/`: for staff and support.
pub(super) fn version(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    if !caller.sees_everything() {
        return Err(Answer::forbidden());
    }
    reads(ask)?;
    Ok(Answer::json(200, &json!({ "version": world.version })))
}

/// 405 for all that does not read.
pub(super) fn reads(ask: &Ask) -> Result<(), Answer> {
    if ask.method == Method::GET || ask.method == Method::HEAD { Ok(()) } else { Err(ask.not_allowed()) }
}

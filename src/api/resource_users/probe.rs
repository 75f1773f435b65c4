//! What the server tells about itself, and how much of everything it shows.

use std::error::Error as _;

use serde::Deserialize;
use serde_json::Value;

use super::directory::{RESOURCES, ROLES};
use super::events;
use super::pages::List;
use super::rows::{Filter, NEXT_GENERATION, PATH};
use super::users;
use super::wire::{Bare, Item};
use crate::api::Method;
use crate::api::error::{Error, Kind};
use crate::api::http::Http;
use crate::binding::ResourceId;
use crate::site::{Counts, Generations, Site};

/// Open to everybody.
const CONFIGURATION: &str = "configuration/";
/// Resources as their provider sees them.
const PROVIDED: &str = "marketplace-provider-resources/";

#[derive(Debug, Deserialize)]
struct Version {
    version: String,
}

/// Asks who is there, without a token.
pub(in crate::api) async fn site(http: &Http) -> Result<Site, Error> {
    let answer = match http.call(&http.request(Method::Get, CONFIGURATION).anonymous()).await {
        Ok(answer) => answer,
        Err(error) => match error.kind {
            Kind::NotFound => return Ok(Site::Missing { said: error.to_string() }),
            Kind::Unauthorized | Kind::Forbidden => return Ok(Site::Unclear { said: error.to_string() }),
            Kind::Lost => {
                let cause = error.source().map(|it| format!(": {it}")).unwrap_or_default();
                return Ok(Site::Silent { said: format!("{}{cause}", error.detail) });
            }
            _ => return Err(error),
        },
    };
    if let Ok(configuration @ Value::Object(_)) = answer.json::<Value>()
        && let Some(core) = configuration.get("WALDUR_CORE")
    {
        let name = core.get("SITE_NAME").and_then(Value::as_str).unwrap_or_default().to_owned();
        return Ok(Site::Waldur { name });
    }
    let said = answer.excerpt();
    if answer.body.trim_ascii_start().starts_with(b"<") {
        return Ok(Site::Page { title: said });
    }
    let said = if said.is_empty() { "nothing" } else { &said };
    let said = answer.unreadable(&format!("answered {} with {said}", answer.status)).to_string();
    Ok(Site::Unclear { said })
}

/// Asks which generations there are, without a token.
pub(in crate::api) async fn generations(http: &Http) -> Result<Generations, Error> {
    Ok(Generations { first: exists(http, PATH).await?, next: exists(http, NEXT_GENERATION).await? })
}

/// Whether there is something, behind a closed door or not.
async fn exists(http: &Http, path: &str) -> Result<bool, Error> {
    match http.call(&http.request(Method::Head, path).with("page_size", "1").anonymous()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.kind {
            Kind::NotFound => Ok(false),
            Kind::Unauthorized | Kind::Forbidden => Ok(true),
            _ => Err(error),
        },
    }
}

/// Counts what the token is shown.
pub(in crate::api) async fn counts(http: &Http) -> Result<Counts, Error> {
    Ok(Counts {
        links: Filter::default().count(http).await?,
        resources: List::new(RESOURCES).count(http).await?,
        provided: List::new(PROVIDED).count(http).await?,
        roles: List::new(ROLES).count(http).await?,
        users: users::list().count(http).await?,
        events: events::list().count(http).await?,
    })
}

/// The first resource of all.
pub(in crate::api) async fn any_resource(http: &Http) -> Result<Option<ResourceId>, Error> {
    let request = http.request(Method::Get, RESOURCES).with("page_size", "1").with("field", "uuid");
    let first: Vec<Bare> = http.call(&request).await?.json()?;
    Ok(first.first().map(|it| it.id().into()))
}

/// The version, in the server's words.
pub(in crate::api) async fn version(http: &Http) -> Result<String, Error> {
    let Version { version } = http.call(&http.request(Method::Get, "version/")).await?.json()?;
    Ok(version)
}

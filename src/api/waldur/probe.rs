//! What the server tells about itself.

use std::error::Error as _;

use serde::Deserialize;
use serde_json::Value;

use crate::api::http::{Error, ErrorKind, Http, Method};
use crate::site::ServerProbe;

/// Open to everybody.
const CONFIGURATION: &str = "configuration/";

#[derive(Debug, Deserialize)]
struct Version {
    version: String,
}

/// Asks who is there, without a token.
pub(in crate::api) async fn site(http: &Http) -> Result<ServerProbe, Error> {
    let answer = match http.call(&http.request(Method::Get, CONFIGURATION).anonymous()).await {
        Ok(answer) => answer,
        Err(error) => match error.kind {
            ErrorKind::NotFound => return Ok(ServerProbe::Missing { said: error.to_string() }),
            ErrorKind::Unauthorized | ErrorKind::Forbidden => {
                return Ok(ServerProbe::Unclear { said: error.to_string() });
            }
            ErrorKind::Lost => {
                let cause = error.source().map(|it| format!(": {it}")).unwrap_or_default();
                return Ok(ServerProbe::Silent { said: format!("{}{cause}", error.detail) });
            }
            _ => return Err(error),
        },
    };
    if let Ok(configuration @ Value::Object(_)) = answer.json::<Value>()
        && let Some(core) = configuration.get("WALDUR_CORE")
    {
        let name = core.get("SITE_NAME").and_then(Value::as_str).unwrap_or_default().to_owned();
        return Ok(ServerProbe::Waldur { name });
    }
    let said = answer.excerpt();
    if answer.body.trim_ascii_start().starts_with(b"<") {
        return Ok(ServerProbe::Page { title: said });
    }
    let said = if said.is_empty() { "nothing" } else { &said };
    let said = answer.unreadable(&format!("answered {} with {said}", answer.status)).to_string();
    Ok(ServerProbe::Unclear { said })
}

/// Whether there is something at a path, behind a closed door or not. The token is not shown.
pub(in crate::api) async fn exists(http: &Http, path: &str) -> Result<bool, Error> {
    match http.call(&http.request(Method::Head, path).with("page_size", "1").anonymous()).await {
        Ok(_) => Ok(true),
        Err(error) => match error.kind {
            ErrorKind::NotFound => Ok(false),
            ErrorKind::Unauthorized | ErrorKind::Forbidden => Ok(true),
            _ => Err(error),
        },
    }
}

/// The version, in the server's words.
pub(in crate::api) async fn version(http: &Http) -> Result<String, Error> {
    let Version { version } = http.call(&http.request(Method::Get, "version/")).await?.json()?;
    Ok(version)
}

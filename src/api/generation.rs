//! Which way of keeping links a server has, and how that is found out.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::http::{Error, ErrorKind, Http, Method};
use super::user_permissions::{self, Searched};
use super::{resource_users, waldur};
use crate::site::Generations;

/// A generation of the API. What all of them have is in `waldur`.
#[derive(Debug, Clone)]
pub(super) enum Generation {
    /// Links are rows of `/api/marketplace-resource-users/`: Waldur up to 8.0.7.
    ResourceUsers,
    /// Links are grants of roles, rows of `/api/user-permissions/`: Waldur from 8.0.8 on.
    UserPermissions(Arc<Searched>),
}

/// The generation of a server, once it is known.
#[derive(Debug, Default)]
pub(super) struct Detected(Mutex<Option<Generation>>);

impl Detected {
    /// The generation of the server; it is asked the first time.
    pub(super) async fn get(&self, http: &Http) -> Result<Generation, Error> {
        let mut known = self.0.lock().await;
        if let Some(generation) = &*known {
            return Ok(generation.clone());
        }
        let found = detect(http).await?;
        Ok(known.insert(found).clone())
    }

    /// Takes the news that the list of links is not there: is the server another one than before?
    ///
    /// One missing path proves nothing, it may be a wrong address or a proxy: so the other generation's is asked for. From
    /// the next call on it is the one that is found.
    pub(super) async fn missing(&self, http: &Http, error: Error) -> Error {
        let mut known = self.0.lock().await;
        let Some(before) = known.take() else { return error };
        let now = match detect(http).await {
            Ok(now) if !now.is(&before) => now,
            _ => {
                *known = Some(before);
                return error;
            }
        };
        let detail = format!("this Waldur spoke {} a moment ago, and speaks {} now", before.name(), now.name());
        *known = Some(now);
        Error::new(error.request, ErrorKind::OtherApi, detail)
            .help("it was upgraded, or the address leads elsewhere: run `grantsync doctor`")
    }
}

impl Generation {
    fn is(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::ResourceUsers => "the older API (up to 8.0.7)",
            Self::UserPermissions(_) => "the newer API (from 8.0.8 on)",
        }
    }
}

/// Asks for the lists that only one generation has. A hybrid of both is nobody we know.
async fn detect(http: &Http) -> Result<Generation, Error> {
    let (first, second) =
        tokio::join!(probe(http, resource_users::PATH), probe(http, user_permissions::OFFERING_ROLES));
    match (first?, second?) {
        (None, Some(_)) => Ok(Generation::ResourceUsers),
        (Some(_), None) => Ok(Generation::UserPermissions(Arc::default())),
        (Some(error), Some(_)) => Err(error),
        (None, None) => Err(Error::new(
            format!("HEAD /api/{}", user_permissions::OFFERING_ROLES),
            ErrorKind::Unreadable,
            "it exists, and so does the list of links that Waldur had before: no Waldur has both",
        )
        .help("a proxy may answer for paths that are not there: ask who runs it")),
    }
}

/// Asks whether there is something at a path. If not, that is the error inside.
async fn probe(http: &Http, path: &str) -> Result<Option<Error>, Error> {
    match http.call(&http.request(Method::Head, path).with("page_size", "1")).await {
        Ok(_) => Ok(None),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// Asks which generations there are, without a token: to whoever has none, a path that exists is closed, and one that does
/// not is missing.
pub(super) async fn generations(http: &Http) -> Result<Generations, Error> {
    Ok(Generations {
        first: waldur::exists(http, resource_users::PATH).await?,
        next: waldur::exists(http, user_permissions::OFFERING_ROLES).await?,
    })
}

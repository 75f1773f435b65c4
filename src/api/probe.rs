//! Finding out what is wrong: who answers at an address, and what the token is shown there. Reads only.

use hyper_util::client::proxy::matcher::Matcher;
use jiff::SignedDuration;

use super::generation::{self, Generation};
use super::waldur::{self, resources};
use super::{Address, Client, Error, resource_users, user_permissions};
use crate::binding::ResourceId;
use crate::site::{Generations, ServerProbe, VisibleCounts};
use crate::snapshot::Caller;

impl Client {
    /// The proxy that requests go through, if they do: scheme, host and port. A password of its own is left out.
    pub fn proxy(&self) -> Option<String> {
        if self.http.address.is_loopback() {
            return None;
        }
        // The HTTP client below asks the same for every request.
        let proxy = Matcher::from_system().intercept(&self.http.address.join("").as_str().parse().ok()?)?;
        let uri = proxy.uri();
        let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{}{port}", uri.scheme_str()?, uri.host()?))
    }

    /// Where it asks.
    pub fn address(&self) -> &Address {
        &self.http.address
    }

    /// Asks who is there. The token is not shown.
    pub async fn site(&self) -> Result<ServerProbe, Error> {
        waldur::site(&self.http).await
    }

    /// Asks which generations of the API there are. The token is not shown: to whoever has none, a path that exists is
    /// closed, and one that does not is missing.
    pub async fn generations(&self) -> Result<Generations, Error> {
        generation::generations(&self.http).await
    }

    /// Asks whose token it is, and reads the server's clock less ours, where it tells.
    pub async fn greet(&self) -> Result<(Caller, Option<SignedDuration>), Error> {
        waldur::caller(&self.http).await
    }

    /// Counts what the token is shown.
    pub async fn counts(&self) -> Result<VisibleCounts, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::counts(&self.http).await,
            Generation::UserPermissions(_) => user_permissions::counts(&self.http).await,
        }
    }

    /// Reads which resource comes first, if there is any.
    pub async fn any_resource(&self) -> Result<Option<ResourceId>, Error> {
        resources::any(&self.http).await
    }

    /// Asks for the version. Only staff and support may.
    pub async fn version(&self) -> Result<String, Error> {
        waldur::version(&self.http).await
    }
}

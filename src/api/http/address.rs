//! Where a Waldur is.

use std::fmt;

use url::{Host, Url};

use super::error::{Error, ErrorKind};

/// The root of an API, e.g. `https://waldur.example.org/api`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Ends in `/api/`.
    root: Url,
}

impl Address {
    /// Reads an address as people write it: with or without `/api`, a final slash, or a path before it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let mut root = Url::parse(text)
            .ok()
            .filter(Url::has_host)
            .ok_or_else(|| bad(text, "not a URL", "write it as `https://waldur.example.org`"))?;
        if !root.username().is_empty() || root.password().is_some() {
            // What stands before the `@` may be a secret: it is not shown again.
            return Err(bad(
                root.host_str().unwrap_or_default(),
                "contains a user name or password",
                "remove what stands before the `@`; the token is the only credential",
            ));
        }
        if !matches!(root.scheme(), "http" | "https") {
            return Err(bad(text, "neither `http` nor `https`", "write it as `https://waldur.example.org`"));
        }
        if root.query().is_some() || root.fragment().is_some() {
            return Err(bad(text, "contains a `?` or `#`", "write only scheme, host and path"));
        }
        let path = root.path().trim_end_matches('/');
        let path = if path == "/api" || path.ends_with("/api") { format!("{path}/") } else { format!("{path}/api/") };
        root.set_path(&path);
        Ok(Self { root })
    }

    /// Whether what is sent there, the token included, can be read by nobody on the way: it is encrypted, or does not
    /// leave this machine.
    pub fn is_private(&self) -> bool {
        self.is_loopback() || self.is_encrypted()
    }

    /// Whether it is on this machine. Then it is asked directly: a proxy would read the token, and reach another machine.
    pub fn is_loopback(&self) -> bool {
        match self.root.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether what is sent there is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.root.scheme() == "https"
    }

    /// Host and port, for people.
    pub(in crate::api) fn host(&self) -> String {
        let host = self.root.host_str().unwrap_or_default();
        self.root.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The URL of something below the root; `path` ends in a slash, as every path of the server does.
    pub(in crate::api) fn join(&self, path: &str) -> Url {
        let mut url = self.root.clone();
        url.set_path(&format!("{}{path}", self.root.path()));
        url
    }

    /// The name that the server itself has for an object: the reference that it takes in the body of a POST.
    ///
    /// The server looks only at the path, and knows nothing of a path that a proxy puts before `/api/`.
    pub(in crate::api) fn reference(&self, collection: &str, id: impl fmt::Display) -> String {
        let mut url = self.root.clone();
        url.set_path(&format!("/api/{collection}/{id}/"));
        url.into()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root.as_str().trim_end_matches('/'))
    }
}

fn bad(shown: &str, detail: &str, help: &str) -> Error {
    let request = if shown.is_empty() { "address".to_owned() } else { format!("address `{shown}`") };
    Error::new(request, ErrorKind::Settings, detail).help(help)
}

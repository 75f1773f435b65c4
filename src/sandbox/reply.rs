//! Answers as tests write them.

/// An answer that does not come from the server, or not unchanged.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A status with a page of HTML, as proxies answer; with 200 a login page that answers to everything.
    pub fn html(status: u16) -> Self {
        let body = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\r\n");
        Self { status, headers: vec![("content-type", "text/html".to_owned())], body: body.into() }
    }

    /// A status with a body of JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Self { status, headers: vec![("content-type", "application/json".to_owned())], body: body.into() }
    }

    /// A redirection.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::html(status).header("location", location)
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

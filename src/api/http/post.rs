//! Requests with a body.

use serde::Serialize;

use super::answer::Answer;
use super::connection::Http;
use super::error::{Error, ErrorKind};
use super::method::Method;

impl Http {
    /// Sends `body` as JSON to something below the root of the API; `path` ends in a slash.
    pub(in crate::api) async fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, Error> {
        let request = self.request(Method::Post, path);
        let json = serde_json::to_string(body).map_err(|error| {
            Error::new(request.name(), ErrorKind::Settings, "cannot be written as JSON").because(error.to_string())
        })?;
        self.call(&request.body(json)).await
    }
}

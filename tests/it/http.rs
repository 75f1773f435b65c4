//! HTTP as a test speaks it. The provider of TLS is installed first: without one, reqwest makes no client.

use reqwest::{Client, ClientBuilder, Response, Result};

pub(crate) fn builder() -> ClientBuilder {
    // An error only says that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

pub(crate) fn client() -> Client {
    builder().build().unwrap()
}

pub(crate) async fn get(url: impl AsRef<str>) -> Result<Response> {
    client().get(url.as_ref()).send().await
}

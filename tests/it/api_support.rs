//! What the tests of the client share: clients, and a server that answers byte by byte as told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantsync::api::retry::RetryPolicy;
use grantsync::api::{Address, Client, ConnectionSettings, TokenSource};
use grantsync::binding::{ResourceId, RoleId, UserId};
use grantsync::sandbox::{Sandbox, World, tokens};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A token that nothing else looks like.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";

/// Settings that do not keep a test waiting: as many tries as usual, a moment apart.
pub(crate) fn settings(url: &str, token: &str) -> ConnectionSettings {
    let mut settings = ConnectionSettings::new(Address::parse(url).unwrap(), TokenSource::Text(token.into()));
    settings.patience = RetryPolicy { first_wait: Duration::from_millis(1), ..RetryPolicy::default() };
    settings
}

pub(crate) fn client(url: &str, token: &str) -> Client {
    Client::new(settings(url, token)).unwrap()
}

/// The id that the sandbox has for a user, a resource or a role of this name.
macro_rules! id_of {
    ($name:ident, $table:ident, $field:ident, $id:ty) => {
        pub(crate) fn $name(world: &World, name: &str) -> $id {
            world.$table.iter().find(|it| it.$field == name).unwrap().id.into()
        }
    };
}

id_of!(resource, resources, name, ResourceId);
id_of!(role, roles, name, RoleId);
id_of!(user, users, username, UserId);

/// A sandbox, and a client of its staff user.
pub(crate) async fn sandbox(world: World) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(world).await.unwrap();
    let client = client(&sandbox.url(), tokens::STAFF);
    (sandbox, client)
}

/// What a raw server does with a request.
pub(crate) enum Reply {
    /// Sends this and closes the connection.
    Bytes(Vec<u8>),
    /// Sends this and then nothing, with the connection open.
    Stall(Vec<u8>),
    /// Sends this again and again.
    Drip(&'static str),
}

/// What was asked for, without the nonce that keeps caches out of it.
pub(crate) fn without_nonce(target: &str) -> &str {
    target.split_once("nonce=").map_or(target, |(asked, _)| asked.trim_end_matches(['?', '&']))
}

/// A server that answers as told.
pub(crate) struct Raw {
    pub(crate) url: String,
    /// All requests, in the order they came.
    requests: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Raw {
    /// `answer` gets a request and how many came before it. What a client asks first, which API it speaks to, is answered
    /// as a Waldur up to 8.0.7 does and does not count.
    pub(crate) async fn start(mut answer: impl FnMut(&str, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let mut probes = vec![
            ("/api/marketplace-resource-users/?page_size=1&nonce", self::answer("200 OK", &["X-Result-Count: 0"], "")),
            ("/api/marketplace-offering-roles/?page_size=1&nonce", self::answer("404 Not Found", &[], "")),
        ];
        let server = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = read(&mut stream).await else { continue };
                if let Some(reply) = probes
                    .iter()
                    .position(|it| request.starts_with("HEAD ") && request.contains(it.0))
                    .map(|at| probes.remove(at).1)
                {
                    tokio::spawn(send(stream, Reply::Bytes(reply)));
                    continue;
                }
                let before = seen.lock().unwrap().len();
                let reply = answer(&request, before);
                seen.lock().unwrap().push(request);
                tokio::spawn(send(stream, reply));
            }
        });
        Self { url, requests, server }
    }

    /// Answers every request with the same.
    pub(crate) async fn always(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, _| Reply::Bytes(bytes.clone())).await
    }

    /// The request lines that came, without their version and without their nonce.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .map(|it| without_nonce(it.lines().next().unwrap().trim_end_matches(" HTTP/1.1")).to_owned())
            .collect()
    }

    /// The first request: what stands before its body.
    pub(crate) fn head(&self) -> String {
        self.requests.lock().unwrap()[0].split_once("\r\n\r\n").unwrap().0.to_lowercase()
    }

    /// All requests: what stands before their bodies.
    pub(crate) fn heads(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|it| it.split_once("\r\n\r\n").map_or(&**it, |(head, _)| head).to_owned()).collect()
    }

    /// The first request: its body.
    pub(crate) fn body(&self) -> String {
        self.requests.lock().unwrap()[0].split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads one request.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        if !text.starts_with(|it: char| it.is_ascii_uppercase()) {
            return Some("no HTTP".to_owned());
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|it| it.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
    }
}

/// A client that hangs up early is none of our business.
async fn send(mut stream: TcpStream, reply: Reply) {
    match reply {
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Stall(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Reply::Drip(drop) => {
            let drops = drop.repeat(4096);
            while stream.write_all(drops.as_bytes()).await.is_ok() {}
        }
    }
}

/// A complete answer.
pub(crate) fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let mut head =
        vec![format!("HTTP/1.1 {status}"), "Connection: close".into(), format!("Content-Length: {}", body.len())];
    head.extend(headers.iter().map(ToString::to_string));
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}

/// A complete answer of JSON.
pub(crate) fn json(status: &str, body: &str) -> Vec<u8> {
    answer(status, &["Content-Type: application/json"], body)
}

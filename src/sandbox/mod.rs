//! A Waldur to try things on, inside this process.
//!
//! It imitates the first generation of the API, as Waldur served it up to 8.0.7, from recordings of a real server and
//! not from our client: were it written from the client, mistakes of one would hide those of the other. [`World`] holds
//! what the server remembers and its own rules; the other files put it behind HTTP. Nothing here uses another room.

mod events;
mod example;
mod form;
mod language;
mod links;
mod paging;
mod query;
mod resources;
mod roles;
mod routes;
mod rules;
mod site;
mod state;
mod table;
pub mod tokens;
mod urls;
mod users;
mod view;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use state::{Event, EventKind, Link, Offering, Organisation, Project, Resource, Role, State, Token, User};
pub use table::{Row, Table};
pub use world::{RequestLine, World};

/// A running sandbox. It stops when dropped.
#[derive(Debug)]
pub struct Sandbox {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it holds. Tests look and reach in here, not through HTTP.
    pub world: Arc<Mutex<World>>,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Starts on a free loopback port.
    pub async fn start(world: World) -> io::Result<Self> {
        Self::listen((Ipv4Addr::LOCALHOST, 0).into(), world).await
    }

    /// Starts on an address; port 0 is a free one.
    pub async fn listen(address: SocketAddr, world: World) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let world = Arc::new(Mutex::new(world));
        let router = routes::router(Arc::clone(&world));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "sandbox stopped");
            }
        });
        Ok(Self { address, world, server })
    }

    /// The base URL to give a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The world, to look at or to reach into. Requests wait meanwhile: do not hold it across an `await`.
    pub fn world(&self) -> MutexGuard<'_, World> {
        routes::lock(&self.world)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

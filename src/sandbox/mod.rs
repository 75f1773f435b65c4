//! A Waldur to try things on, inside this process.
//!
//! It imitates both generations of the API, as Waldur served them up to 8.0.7 and from 8.0.8 on ([`second`]), from
//! recordings of real servers and not from our client: were it written from the client, mistakes of one would hide those
//! of the other. [`World`] holds what the server remembers and its own rules; the other files put it behind HTTP.
//! [`Waldur`] says which version it speaks. Nothing here uses another room.

mod cost;
mod events;
mod example;
mod faults;
mod form;
mod keep;
mod language;
mod links;
mod lists;
mod load;
mod metadata;
mod paging;
mod parameters;
mod query;
mod queues;
mod reply;
mod resources;
mod roles;
mod routes;
mod rules;
pub mod second;
mod server;
mod site;
mod state;
mod table;
pub mod tokens;
mod trouble;
mod urls;
mod users;
mod view;
mod waldur;
mod wire;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use faults::{Act, Edit, Fault, Hook};
pub use lists::List;
pub use load::Load;
pub use reply::Reply;
pub use state::{Event, EventKind, Link, Offering, Organisation, Project, Resource, Role, State, Token, User};
pub use table::{Row, Table};
pub use waldur::Waldur;
pub use world::{RequestLine, World};

/// A running sandbox. It stops when dropped, and its connections end.
#[derive(Debug)]
pub struct Sandbox {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it holds. Tests look and reach in here, not through HTTP.
    pub world: Arc<Mutex<World>>,
    server: JoinHandle<()>,
    end: watch::Sender<()>,
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
        let router = server::router(Arc::clone(&world)).into_make_service_with_connect_info::<wire::Line>();
        let (end, ended) = watch::channel(());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(wire::Wire { listener, ended }, router).await {
                tracing::error!(%error, "sandbox stopped");
            }
        });
        Ok(Self { address, world, server, end })
    }

    /// The base URL to give a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The world, to look at or to reach into. Requests wait meanwhile: do not hold it across an `await`, nor ask for it
    /// twice in one expression.
    pub fn world(&self) -> MutexGuard<'_, World> {
        server::lock(&self.world)
    }

    /// Stops, so that connections to its address are refused, and hands out the world. [`Sandbox::listen`] on the same
    /// address with that world is the server coming back.
    pub async fn stop(mut self) -> World {
        self.server.abort();
        self.end.send_replace(());
        // The listener is closed when its task is gone.
        (&mut self.server).await.unwrap_or_default();
        std::mem::take(&mut *self.world())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
        self.end.send_replace(());
    }
}

//! How long the server takes, and who waits for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::second::grants;
use super::urls::{Target, resolve};
use super::view::Ask;
use super::{links, resources, users};

/// The server's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Requests that are worked on at once.
    pub workers: usize,
    /// Whether requests of one token wait for one another: the server writes the token's row in each, and holds it to the
    /// end.
    pub token_lock: bool,
    /// For every request, before its token is looked at.
    pub overhead: Duration,
    /// For every read, beside its rows.
    pub read: Duration,
    /// For a link in a list.
    pub link: Duration,
    /// For a resource in a list, with all fields and with `field=`.
    pub resource: [Duration; 2],
    /// For a user in a list, with all fields and with `field=`.
    pub user: [Duration; 2],
    /// For a row of any other list.
    pub row: Duration,
    /// For a creation.
    pub create: Duration,
    /// For a deletion, or a change.
    pub delete: Duration,
}

impl Load {
    /// Waldur 7.0.7 on two cores with four workers, measured from outside. 10 links take 70 ms, 300 take 1.4 s, all
    /// 10,000 in 34 pages 46 s; one token creates 18 a second alone and 28 at best, and deletes 21 and 36. What the real
    /// server loses when more requests wait than it has cores is not in it.
    pub const WALDUR: Self = Self {
        workers: 4,
        token_lock: true,
        overhead: Duration::from_millis(20),
        read: Duration::from_millis(5),
        link: Duration::from_micros(4500),
        resource: [Duration::from_millis(22), Duration::from_millis(3)],
        user: [Duration::from_micros(3300), Duration::from_micros(600)],
        row: Duration::from_micros(100),
        create: Duration::from_millis(35),
        delete: Duration::from_millis(28),
    };

    /// The same server, so many times as fast.
    #[must_use]
    pub fn faster(self, times: u32) -> Self {
        let Self { workers, token_lock, overhead, read, link, resource, user, row, create, delete } = self;
        Self {
            workers,
            token_lock,
            overhead: overhead / times,
            read: read / times,
            link: link / times,
            resource: resource.map(|it| it / times),
            user: user.map(|it| it / times),
            row: row / times,
            create: create / times,
            delete: delete / times,
        }
    }

    /// For a request whose answer has so many rows, without the overhead.
    pub(super) fn work(&self, ask: &Ask, rows: u32) -> Duration {
        if ask.method == Method::POST {
            return self.create;
        }
        if ask.method != Method::GET && ask.method != Method::HEAD {
            return self.delete;
        }
        let narrow = usize::from(!ask.query.all("field").is_empty());
        let row = match resolve(&ask.path, ask.waldur) {
            Some(Target::Collection(links::COLLECTION | grants::COLLECTION)) => self.link,
            Some(Target::Collection(resources::CONSUMED | resources::PROVIDED)) => self.resource[narrow],
            Some(Target::Collection(users::COLLECTION)) => self.user[narrow],
            _ => self.row,
        };
        self.read + row * rows
    }
}

/// Where requests wait.
pub(super) struct Queues {
    workers: Arc<Semaphore>,
    tokens: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Queues {
    pub(super) fn new(load: Option<Load>) -> Self {
        let workers = load.map_or(Semaphore::MAX_PERMITS, |load| load.workers);
        Self { workers: Arc::new(Semaphore::new(workers)), tokens: Mutex::default() }
    }

    /// Waits for a worker, has the overhead done, and waits until no other request of this token is worked on. What is
    /// returned is the turn: it lasts until dropped.
    pub(super) async fn turn(&self, load: Load, token: &str) -> impl Sized + use<> {
        // Nobody closes the semaphore, so that a worker always comes in the end.
        let worker = Arc::clone(&self.workers).acquire_owned().await.ok();
        sleep(load.overhead).await;
        let lock = if load.token_lock { Some(self.lock_of(token).lock_owned().await) } else { None };
        (worker, lock)
    }

    fn lock_of(&self, token: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tokens.entry(token.to_owned()).or_default())
    }
}

//! How long a request takes, and who waits for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Method;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::load::Load;
use super::second::grants;
use super::urls::{Target, resolve};
use super::view::Ask;
use super::{links, resources, users};

impl Load {
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

//! What was sent, counted for whoever operates us.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::method::Method;

/// Requests of one client since it was made.
#[derive(Debug, Default)]
pub struct Counters {
    requests: Mutex<BTreeMap<(Method, Option<u16>), u64>>,
    retries: AtomicU64,
}

impl Counters {
    /// How many requests went out, by method and status; `None`: no answer came.
    pub fn requests(&self) -> BTreeMap<(Method, Option<u16>), u64> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many of them repeated an earlier one.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Counts the nth try of a request.
    pub(in crate::api) fn request(&self, method: Method, status: Option<u16>, nth: u32) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner).entry((method, status)).or_default() += 1;
        if nth > 1 {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
    }
}

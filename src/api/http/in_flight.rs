//! Calls that have no result yet, for whoever wants to know what takes so long.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// A call that has no result yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlightCall {
    /// What is asked, e.g. `GET /api/users/me/`.
    pub request: String,
    /// When it was asked first.
    pub since: Timestamp,
    /// For how long it has been under way, all tries together.
    pub so_far: Duration,
    /// Tries that failed.
    pub failed: u32,
    /// Why the last of them did.
    pub why: Option<String>,
}

/// The calls of one client that are under way, in the order in which they began.
#[derive(Debug, Default)]
pub(in crate::api) struct InFlight(Mutex<(u64, BTreeMap<u64, Call>)>);

#[derive(Debug)]
struct Call {
    request: String,
    since: Timestamp,
    begun: Instant,
    failed: u32,
    why: Option<String>,
}

/// Takes a call out when it is over, however it ends.
#[derive(Debug)]
pub(in crate::api) struct CallGuard<'a> {
    in_flight: &'a InFlight,
    call: u64,
}

impl InFlight {
    /// A call begins.
    pub(in crate::api) fn begin(&self, request: String) -> CallGuard<'_> {
        let call = Call { request, since: Timestamp::now(), begun: Instant::now(), failed: 0, why: None };
        let number = self.with(|(next, calls)| {
            *next += 1;
            calls.insert(*next, call);
            *next
        });
        CallGuard { in_flight: self, call: number }
    }

    /// The one that has been under way for longest.
    pub(in crate::api) fn longest(&self) -> Option<InFlightCall> {
        self.with(|(_, calls)| {
            let (_, Call { request, since, begun, failed, why }) = calls.first_key_value()?;
            let (request, since, failed, why) = (request.clone(), *since, *failed, why.clone());
            Some(InFlightCall { request, since, so_far: begun.elapsed(), failed, why })
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut (u64, BTreeMap<u64, Call>)) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CallGuard<'_> {
    /// A try of it failed, and there will be another.
    pub(in crate::api) fn failed(&self, why: &str) {
        self.in_flight.with(|(_, calls)| {
            if let Some(call) = calls.get_mut(&self.call) {
                call.failed += 1;
                call.why = Some(why.to_owned());
            }
        });
    }
}

impl Drop for CallGuard<'_> {
    fn drop(&mut self) {
        self.in_flight.with(|(_, calls)| calls.remove(&self.call));
    }
}

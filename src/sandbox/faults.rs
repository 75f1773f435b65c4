//! What may go wrong between a client and the server, as a script that a test writes.
//!
//! A [`Fault`] names requests and one [`Act`]. All faults that a request meets act together, in the order of the script:
//! hooks and delays first, then the request is handled or not, then its answer is spoiled.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::reply::Reply;
use super::world::{RequestLine, World};

/// Trouble for some requests.
#[derive(Debug, Clone)]
pub struct Fault {
    method: &'static str,
    target: String,
    first: usize,
    last: usize,
    met: usize,
    act: Act,
}

impl Fault {
    /// Trouble for every request with this method (`""` is any) whose path and query contain a text.
    pub fn on(method: &'static str, target: &str, act: Act) -> Self {
        Self { method, target: target.to_owned(), first: 1, last: usize::MAX, met: 0, act }
    }

    /// Only for the nth of these requests; the first is 1.
    #[must_use]
    pub fn nth(mut self, nth: usize) -> Self {
        (self.first, self.last) = (nth, nth);
        self
    }

    /// Only for the first few of them; said after [`Fault::from`], the first few from there on.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.last = self.first + times - 1;
        self
    }

    /// Only from the nth of them on.
    #[must_use]
    pub fn from(mut self, nth: usize) -> Self {
        self.first = nth;
        self
    }

    /// What this does to a request that arrives now, if anything.
    pub(super) fn meet(&mut self, request: &RequestLine) -> Option<Act> {
        let Self { method, target, first, last, met, act } = self;
        if !(method.is_empty() || *method == request.method) || !request.target.contains(target.as_str()) {
            return None;
        }
        *met += 1;
        (*first..=*last).contains(met).then(|| act.clone())
    }
}

/// One kind of trouble.
#[derive(Debug, Clone)]
pub enum Act {
    /// The connection ends before the request is handled.
    HangUp,
    /// The request is handled, then the connection ends without an answer.
    LoseAnswer,
    /// This answer instead of handling the request.
    Answer(Reply),
    /// The request is handled, and answered with this instead of the true answer.
    AnswerAfter(Reply),
    /// The true answer lacks a header.
    WithoutHeader(&'static str),
    /// The true answer has this header, in place of its own if it had one.
    WithHeader(&'static str, String),
    /// The connection ends after so many bytes of the body.
    CutBody(usize),
    /// The body comes so many bytes at a time, with a pause before each.
    Drip(usize, Duration),
    /// The request waits before it is handled.
    Delay(Duration),
    /// The request is handled, and its answer waits.
    DelayAnswer(Duration),
    /// Something happens to the world before the request is handled.
    Before(Hook),
    /// Something happens to the world after the request was handled, before it is answered.
    After(Hook),
    /// The true answer is changed.
    Edit(Edit),
    /// The connection ends without an answer, and the request is handled only by [`World::handle_postponed`].
    Postpone,
}

impl Act {
    /// Runs something on the world before a request is handled.
    pub fn before(hook: impl FnMut(&mut World, &RequestLine) + Send + 'static) -> Self {
        Self::Before(Hook(Arc::new(Mutex::new(hook))))
    }

    /// Runs something on the world after a request was handled.
    pub fn after(hook: impl FnMut(&mut World, &RequestLine) + Send + 'static) -> Self {
        Self::After(Hook(Arc::new(Mutex::new(hook))))
    }

    /// Changes the true answer to a request. Its length follows.
    pub fn edit(edit: impl FnMut(&World, &RequestLine, &mut Reply) + Send + 'static) -> Self {
        Self::Edit(Edit(Arc::new(Mutex::new(edit))))
    }
}

type WorldChange = dyn FnMut(&mut World, &RequestLine) + Send;

/// Something that happens to the world.
#[derive(Clone)]
pub struct Hook(Arc<Mutex<WorldChange>>);

impl Hook {
    pub(super) fn run(&self, world: &mut World, request: &RequestLine) {
        let mut hook = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (*hook)(world, request);
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hook")
    }
}

type Rewrite = dyn FnMut(&World, &RequestLine, &mut Reply) + Send;

/// Something that happens to an answer.
#[derive(Clone)]
pub struct Edit(Arc<Mutex<Rewrite>>);

impl Edit {
    pub(super) fn run(&self, world: &World, request: &RequestLine, reply: &mut Reply) {
        let mut edit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (*edit)(world, request, reply);
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Edit")
    }
}

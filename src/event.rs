//! What the server remembers of links that came and went.

use jiff::Timestamp;

/// One entry of the server's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it happened, by the server's clock.
    pub at: Timestamp,
    /// What happened.
    pub what: EventKind,
    /// Which link it happened to. A log of names in sentences can be read in several ways: then it is one of these.
    pub about: Vec<LinkNames>,
    /// The username of who did it; `None`: the server itself.
    pub by: Option<String>,
    /// The IP address it was done from.
    pub address: Option<String>,
    /// Why, where the log keeps that.
    pub reason: Option<String>,
}

/// What the parts of a link were called then. Resources of several offerings may have the same name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkNames {
    /// The username.
    pub user: String,
    /// The name of the role.
    pub role: String,
    /// The name of the resource.
    pub resource: String,
}

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A link was created.
    LinkCreated,
    /// A link was removed, by itself or with what it was about.
    LinkRemoved,
}

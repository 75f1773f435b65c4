//! What the server remembers of links that came and went.

use jiff::Timestamp;

/// One entry of the server's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it happened, by the server's clock.
    pub at: Timestamp,
    /// What happened.
    pub what: Happening,
    /// The server's own words: `User alice has been assigned role viewer in resource cluster-a.` It has no ids of the
    /// link nor of its parts.
    pub message: String,
    /// The username of who did it; `None`: the server itself.
    pub by: Option<String>,
    /// The IP address it was done from.
    pub address: Option<String>,
}

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Happening {
    /// A link was made.
    Made,
    /// A link was removed, by itself or with the role it was about.
    Removed,
}

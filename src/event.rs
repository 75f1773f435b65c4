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
    /// A link was removed, by itself or with what it was about.
    Removed,
}

impl Event {
    /// Whether it is about what had these names then: a username, the name of a role, the name of a resource.
    ///
    /// The sentence is compared as a whole. It can't be taken apart, since names may have anything in them; and resources
    /// of other offerings may have the same, so that it can be about a namesake.
    pub fn is_about(&self, user: &str, role: &str, resource: &str) -> bool {
        let done = match self.what {
            Happening::Made => "assigned",
            Happening::Removed => "unassigned",
        };
        self.message == format!("User {user} has been {done} role {role} in resource {resource}.")
    }
}

//! What stands at an address, and what a token is shown there: facts for whoever looks into what is wrong.

/// Who answers at an address, as far as the first answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerProbe {
    /// A Waldur, that calls itself so.
    Waldur {
        /// May be empty.
        name: String,
    },
    /// A web page, whatever was asked for.
    Page {
        /// What it says.
        title: String,
    },
    /// Somebody who knows nothing of what every Waldur has.
    Missing {
        /// The answer.
        said: String,
    },
    /// Somebody who takes a connection and gives no answer.
    Silent {
        /// What came instead.
        said: String,
    },
    /// Somebody who may be a Waldur or not.
    Unclear {
        /// The answer.
        said: String,
    },
}

/// Which generations of the API there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generations {
    /// Links as rows of their own: Waldur up to 8.0.7.
    pub first: bool,
    /// Roles scoped to a resource: Waldur from 8.0.8 on.
    pub next: bool,
}

/// How much of everything a token is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VisibleCounts {
    /// Links.
    pub links: u64,
    /// Resources, seen as their consumer.
    pub resources: u64,
    /// Resources, seen as their provider.
    pub provided: u64,
    /// Roles of offerings.
    pub roles: u64,
    /// User accounts.
    pub users: u64,
    /// Entries of the log about links that were made or removed.
    pub events: u64,
}

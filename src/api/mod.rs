//! Waldur, as this program speaks to it. The only room that knows HTTP.
//!
//! Waldur keeps links in one of two ways, by its age, and each has a room of its own in here: `resource_users` is for
//! those up to 8.0.7. Nothing outside knows which one is spoken.

mod address;
mod answer;
mod browse;
mod counters;
mod each;
mod error;
mod excerpt;
mod failure;
mod http;
mod probe;
mod resource_users;
pub mod retry;
mod settings;
mod throttle;
mod token;
mod waits;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

pub use address::Address;
pub use browse::{Listing, Narrowed, RoleIs};
pub use counters::Counters;
pub use error::{Error, Kind};
pub use settings::Settings;
pub use token::TokenSource;
pub use waits::Wait;

use crate::binding::{Binding, Link, LinkId, ResourceId, UserId};
use crate::directory::{Directory, Lookups, User};
use crate::event::Event;
use crate::snapshot::{Caller, IncompleteLink, Snapshot};
use http::Http;
use resource_users::Filter;

/// A connection to one Waldur. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: Arc<Http>,
}

/// Links as well as they could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// In order.
    pub links: Vec<Link>,
    /// Rows that are no link, since a part of them is missing each time.
    pub incomplete: Vec<IncompleteLink>,
    /// Nothing that was there all the time is missing.
    pub all: bool,
}

/// What a DELETE came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The link was there and is not any more.
    Done,
    /// There is no such link, or none that the caller may see.
    NotFound,
}

impl Client {
    /// Fails with [`Kind::Settings`] when token or certificates cannot be used. Sends nothing.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self { http: Arc::new(Http::new(settings)?) })
    }

    /// Asks whose token it is.
    pub async fn caller(&self) -> Result<Caller, Error> {
        Ok(resource_users::caller(&self.http).await?.0)
    }

    /// Reads every link that the caller can see.
    ///
    /// Links that were there all the time are in it, unless `observation.changing` says otherwise. An answer that may
    /// be the work of a proxy, or a list that is shorter than it says, is an error and no snapshot.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        resource_users::snapshot(&self.http).await
    }

    /// Reads the names that a set of files and the links of `snapshot` are about.
    ///
    /// It holds all resources and roles that the caller can see, the users of the links, and those of the `lookups`
    /// that exist. `active` is known for those users only that hold no link; [`Client::users`] tells the others.
    pub async fn directory(&self, lookups: &Lookups, snapshot: &Snapshot) -> Result<Directory, Error> {
        resource_users::directory(&self.http, lookups, snapshot).await
    }

    /// Looks users up, with `active`. Those that do not exist or are not visible are not in the answer.
    pub async fn users(&self, ids: BTreeSet<UserId>) -> Result<BTreeMap<UserId, User>, Error> {
        resource_users::users(&self.http, ids, BTreeSet::new()).await
    }

    /// Asks who has exactly this username, if they exist and are visible: one direct question.
    pub async fn user_called(&self, username: &str) -> Result<Option<(UserId, User)>, Error> {
        let found = resource_users::users(&self.http, BTreeSet::new(), [username.to_owned()].into()).await?;
        Ok(found.into_iter().next())
    }

    /// Lists all users that the caller can see, with `active`.
    pub async fn everybody(&self) -> Result<BTreeMap<UserId, User>, Error> {
        resource_users::everybody(&self.http).await
    }

    /// Reads the links of one resource, sorted.
    pub async fn links_of_resource(&self, resource: ResourceId) -> Result<Vec<Link>, Error> {
        Filter::resource(resource).links(&self.http).await
    }

    /// Reads the links of one resource as well as they can be read, sorted, and says whether these are all: of a list that
    /// keeps moving, or of many rows that were made in the same instant, pages can lose some.
    pub async fn links_seen_on(&self, resource: ResourceId) -> Result<Seen, Error> {
        Filter::resource(resource).seen(&self.http).await
    }

    /// Reads the links of one binding, sorted: none, one, or duplicates.
    pub async fn links_of(&self, binding: &Binding) -> Result<Vec<Link>, Error> {
        Filter::from(binding).links(&self.http).await
    }

    /// Reads one link: `None` when there is none, or none that the caller may see.
    pub async fn link(&self, id: LinkId) -> Result<Option<Link>, Error> {
        resource_users::link(&self.http, id).await
    }

    /// Makes a link. The server takes the same binding twice and makes two.
    ///
    /// Of the errors, [`Kind::Lost`] and [`Kind::Repeatable`] leave open whether it was made; after all others it was
    /// not. Where the server limits requests, it waits for its turn.
    pub async fn create(&self, binding: &Binding) -> Result<Link, Error> {
        resource_users::create(&self.http, binding).await
    }

    /// Removes a link.
    ///
    /// Of the errors, [`Kind::Lost`] leaves open whether it was removed; after all others it was not.
    pub async fn delete(&self, id: LinkId) -> Result<Deleted, Error> {
        resource_users::delete(&self.http, id).await
    }

    /// Reads the server's log of links made and removed since then, oldest first. Only staff and support may read it:
    /// others get nothing, without being told.
    pub async fn events(&self, since: Timestamp) -> Result<Vec<Event>, Error> {
        resource_users::events(&self.http, since).await
    }

    /// What was sent since this client was made.
    pub fn counters(&self) -> &Counters {
        &self.http.counters
    }

    /// Why the last token stays in use, if the file that is to hold it holds none that can be used.
    pub fn token_problem(&self) -> Option<String> {
        self.http.token_problem()
    }

    /// The call that has been without a result for longest, if one is under way.
    pub fn waits_for(&self) -> Option<Wait> {
        self.http.waits.longest()
    }
}

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Counts.
    Head,
    /// Creates.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// Whether it changes something.
    fn writes(self) -> bool {
        match self {
            Self::Get | Self::Head => false,
            Self::Post | Self::Delete => true,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        })
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Post => Self::POST,
            Method::Delete => Self::DELETE,
        }
    }
}

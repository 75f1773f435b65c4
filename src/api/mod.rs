//! Waldur, as this program speaks to it. The only room that knows HTTP.
//!
//! It has three floors, each of which knows only those below it:
//!
//! - `http`: requests and their answers, whatever is in them;
//! - `waldur`: what every Waldur has, whichever its age: lists, users, resources, who we are;
//! - one room for each way in which a Waldur keeps links: `resource_users` is for those up to 8.0.7, and
//!   `user_permissions` for those from 8.0.8 on.
//!
//! [`Client`] picks the way. Nothing outside knows which one it is: what differs is told as facts on values.

mod answers;
mod browse;
mod change_mark;
mod generation;
mod http;
mod probe;
mod resource_users;
mod roles;
mod user_permissions;
mod waldur;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

pub use answers::{Created, Deleted, DirectoryAnswer, LinkQuery, LinksAnswer, Listing, ReadCost, RoleIs};
pub use change_mark::ChangeMark;
pub use http::retry;
pub use http::{Address, ConnectionSettings, Counters, Error, ErrorKind, InFlightCall, Method, TokenSource};

use crate::binding::{Binding, Link, ResourceId, UserId};
use crate::directory::{Directory, Lookups, User};
use crate::event::Event;
use crate::snapshot::{Caller, Snapshot};
use generation::{Detected, Generation};
use http::Http;
use resource_users::Filter;

/// A connection to one Waldur. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: Arc<Http>,
    generation: Arc<Detected>,
}

impl Client {
    /// Fails with [`ErrorKind::Settings`] when token or certificates cannot be used. Sends nothing.
    pub fn new(settings: ConnectionSettings) -> Result<Self, Error> {
        Ok(Self { http: Arc::new(Http::new(settings)?), generation: Arc::default() })
    }

    /// Which way the server keeps links; it is asked once.
    async fn generation(&self) -> Result<Generation, Error> {
        self.generation.get(&self.http).await
    }

    /// The base URL of the server, as observations have it.
    pub fn server(&self) -> String {
        self.http.address.to_string()
    }

    /// Asks whose token it is.
    pub async fn caller(&self) -> Result<Caller, Error> {
        Ok(waldur::caller(&self.http).await?.0)
    }

    /// Reads every link that the caller can see.
    ///
    /// Links that were there all the time are in it, unless `observation.changing` says otherwise. An answer that may
    /// be the work of a proxy, or a list that is shorter than it says, is an error and no snapshot.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let snapshot = match self.generation().await? {
            Generation::ResourceUsers => resource_users::snapshot(&self.http).await,
            Generation::UserPermissions(searched) => user_permissions::snapshot(&self.http, &searched).await,
        };
        match snapshot {
            Err(error) if error.kind == ErrorKind::NotFound => Err(self.generation.missing(&self.http, error).await),
            snapshot => snapshot,
        }
    }

    /// Reads the names that a set of files and the links of `snapshot` are about. That some may be missing is an error.
    ///
    /// It holds all resources and roles that the caller can see, the users of the links, and those of the `lookups`
    /// that exist. `active` is known for those users only that hold no link; [`Client::users`] tells the others.
    pub async fn directory(&self, lookups: &Lookups, snapshot: &Snapshot) -> Result<Directory, Error> {
        let DirectoryAnswer { directory, hidden } = self.names_seen(lookups, snapshot).await?;
        hidden.map_or(Ok(directory), Err)
    }

    /// The same as well as it can be read, and whether resources may be missing.
    pub async fn names_seen(&self, lookups: &Lookups, snapshot: &Snapshot) -> Result<DirectoryAnswer, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::directory(&self.http, lookups, snapshot).await,
            Generation::UserPermissions(_) => user_permissions::directory(&self.http, lookups, snapshot).await,
        }
    }

    /// Looks users up, with `active`. Those that do not exist or are not visible are not in the answer.
    pub async fn users(&self, ids: BTreeSet<UserId>) -> Result<BTreeMap<UserId, User>, Error> {
        waldur::users(&self.http, ids, BTreeSet::new()).await
    }

    /// Asks who has exactly this username, if they exist and are visible: one direct question.
    pub async fn user_called(&self, username: &str) -> Result<Option<(UserId, User)>, Error> {
        let found = waldur::users(&self.http, BTreeSet::new(), [username.to_owned()].into()).await?;
        Ok(found.into_iter().next())
    }

    /// The same for many. Those that nobody has, or that are not visible, are not in the answer.
    pub async fn users_called(&self, usernames: BTreeSet<String>) -> Result<BTreeMap<UserId, User>, Error> {
        waldur::users(&self.http, BTreeSet::new(), usernames).await
    }

    /// Lists all users that the caller can see, with `active`.
    pub async fn everybody(&self) -> Result<BTreeMap<UserId, User>, Error> {
        waldur::everybody(&self.http).await
    }

    /// Reads the links of one resource, sorted.
    pub async fn links_of_resource(&self, resource: ResourceId) -> Result<Vec<Link>, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => Filter::resource(resource).links(&self.http).await,
            Generation::UserPermissions(searched) => user_permissions::links_on(&self.http, &searched, resource).await,
        }
    }

    /// Reads the links of one resource as well as they can be read, sorted, and says whether these are all: of a list that
    /// keeps moving, or of many rows that were made in the same instant, pages can lose some.
    pub async fn links_seen_on(&self, resource: ResourceId) -> Result<LinksAnswer, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => Filter::resource(resource).seen(&self.http).await,
            Generation::UserPermissions(searched) => user_permissions::seen_on(&self.http, &searched, resource).await,
        }
    }

    /// Reads the links of one user on one resource, as [`links_seen_on`](Self::links_seen_on) does for a resource.
    pub async fn links_of_user_on(&self, resource: ResourceId, user: UserId) -> Result<LinksAnswer, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => Filter::pair(resource, user).seen(&self.http).await,
            Generation::UserPermissions(_) => user_permissions::seen_of_user(&self.http, resource, user).await,
        }
    }

    /// What reads of links cost this server.
    pub async fn read_cost(&self) -> Result<ReadCost, Error> {
        Ok(match self.generation().await? {
            Generation::ResourceUsers => resource_users::READ_COST,
            Generation::UserPermissions(_) => user_permissions::READ_COST,
        })
    }

    /// Reads the links of one binding, sorted: none, one, or duplicates. If some of them could not be read, it is an
    /// error.
    pub async fn links_of(&self, binding: &Binding) -> Result<LinksAnswer, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => Filter::from(binding).all(&self.http).await,
            Generation::UserPermissions(_) => user_permissions::seen_of(&self.http, binding).await,
        }
    }

    /// Reads one link again: `None` when there is none, or none that the caller may see. A row without a part is still
    /// this link, unless the other parts say something else.
    pub async fn link(&self, link: &Link) -> Result<Option<Link>, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::link(&self.http, link).await,
            Generation::UserPermissions(_) => user_permissions::link(&self.http, link).await,
        }
    }

    /// Makes a link that ends by itself at an instant, where the server keeps ends; `None`: never. A server of the first
    /// generation takes the same binding twice and makes two.
    ///
    /// Of the errors, [`ErrorKind::Lost`] and [`ErrorKind::Repeatable`] leave open whether it was made; after all others it was
    /// not. Where the server limits requests, it waits for its turn.
    pub async fn create(&self, binding: &Binding, ends: Option<Timestamp>) -> Result<Created, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::create(&self.http, binding, ends).await,
            Generation::UserPermissions(_) => user_permissions::create(&self.http, binding, ends).await,
        }
    }

    /// Gives a link another end, or none, where the server keeps ends.
    ///
    /// Of the errors, [`ErrorKind::Lost`] leaves open whether it was changed; after all others it was not.
    pub async fn set_end(&self, link: &Link, ends: Option<Timestamp>) -> Result<(), Error> {
        match self.generation().await? {
            Generation::ResourceUsers => Err(resource_users::keeps_no_ends(&link.binding)),
            Generation::UserPermissions(_) => user_permissions::set_end(&self.http, link, ends).await,
        }
    }

    /// Removes a link. Where the server keeps a reason with it, it is this one.
    ///
    /// Of the errors, [`ErrorKind::Lost`] leaves open whether it was removed; after all others it was not.
    pub async fn delete(&self, link: &Link, reason: &str) -> Result<Deleted, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::delete(&self.http, link).await,
            Generation::UserPermissions(_) => user_permissions::delete(&self.http, link, reason).await,
        }
    }

    /// Reads the server's log of links made and removed since then, oldest first. Only staff and support may read it:
    /// others get nothing, without being told.
    pub async fn events(&self, since: Timestamp) -> Result<Vec<Event>, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::events(&self.http, since).await,
            Generation::UserPermissions(_) => user_permissions::events(&self.http, since).await,
        }
    }

    /// Marks what the server's record of changes to links shows now; `None` if it keeps none that can be relied on, or
    /// shows it to nobody like the caller. Only what is read after that can rest on it.
    pub async fn change_mark(&self) -> Result<Option<ChangeMark>, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::change_mark(&self.http).await,
            Generation::UserPermissions(_) => user_permissions::change_mark(&self.http).await,
        }
    }

    /// Whether the record shows no change since the mark. More than a page of it counts as a change.
    pub async fn is_unchanged(&self, mark: &ChangeMark) -> Result<bool, Error> {
        let now = match self.generation().await? {
            Generation::ResourceUsers => resource_users::changes(&self.http, mark.since).await?,
            Generation::UserPermissions(_) => user_permissions::changes(&self.http, mark.since).await?,
        };
        Ok(now.is_some_and(|now| mark.holds(&now)))
    }

    /// How many rows of links the server counts, those of deleted resources included.
    pub async fn count_of_links(&self) -> Result<u64, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::count(&self.http).await,
            Generation::UserPermissions(_) => user_permissions::count(&self.http).await,
        }
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
    pub fn longest_call(&self) -> Option<InFlightCall> {
        self.http.in_flight.longest()
    }
}

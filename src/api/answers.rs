//! What the operations of a client are asked with and answer with, beside the words of everybody.

use std::sync::Arc;

use super::http::Error;
use crate::binding::{Link, ResourceId, RoleId, UserId};
use crate::directory::Directory;
use crate::snapshot::{IncompleteLink, NamedLink};

/// Which links are asked for; parts that are `None` may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkQuery {
    /// On this resource.
    pub resource: Option<ResourceId>,
    /// With this role.
    pub role: Option<RoleIs>,
    /// Of this user.
    pub user: Option<UserId>,
}

/// A role that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleIs {
    /// This one.
    Id(RoleId),
    /// Any of this name, whichever its offering.
    Called(Arc<str>),
}

/// Links as they were listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Each row once, sorted by link.
    pub links: Vec<NamedLink>,
    /// Pages read.
    pub pages: u32,
    /// Links came and went while they were read: something may be missing.
    pub changing: bool,
}

/// Links as well as they could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinksAnswer {
    /// In order.
    pub links: Vec<Link>,
    /// Rows that are no link, since a part of them is missing each time.
    pub incomplete: Vec<IncompleteLink>,
    /// Nothing that was there all the time is missing.
    pub all: bool,
}

/// What a read of links costs the server, in queries to its database: each request, and each row that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadCost {
    /// For a request.
    pub request: usize,
    /// For a row.
    pub row: usize,
    /// A read of one user on one resource shows the rows of that user on all resources.
    pub shows_all_of_user: bool,
}

/// Names as well as they could be read.
#[derive(Debug, Clone)]
pub struct DirectoryAnswer {
    /// What could be read of them.
    pub directory: Directory,
    /// Why resources may be missing from it, if so. [`Client::resources_called`](super::Client::resources_called) shows
    /// those of a name all the same.
    pub hidden: Option<Error>,
}

/// What a creation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// This link was made.
    New(Link),
    /// The server says that there is one already, and made none.
    Exists,
    /// The server lets a user have one role on a resource, this one has another, and it made none.
    OneRole,
}

/// What a DELETE came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The link was there and is not any more.
    Done,
    /// There is no such link, or none that the caller may see.
    NotFound,
}

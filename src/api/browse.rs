//! Looking around: links with their names, and the few things that somebody asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{LinkQuery, Listing};
use super::generation::Generation;
use super::waldur::{self, resources};
use super::{Client, Error, resource_users, user_permissions};
use crate::binding::{LinkId, OfferingId, ResourceId, RoleId, UserId};
use crate::directory::{Directory, Lookups, Resource, Role, User};
use crate::snapshot::NamedLink;

impl Client {
    /// Reads the links that the caller can see and that fit any of these, with the names that their rows show.
    ///
    /// Each is one question to the server, which filters itself: a few links of many are read quickly. An answer that
    /// has something else in it is an error.
    pub async fn listing(&self, wanted: &[LinkQuery]) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let mut links = BTreeMap::new();
        for narrowed in wanted {
            let part = match self.generation().await? {
                Generation::ResourceUsers => resource_users::named(&self.http, narrowed).await?,
                Generation::UserPermissions(searched) => {
                    user_permissions::named(&self.http, &searched, narrowed).await?
                }
            };
            listing.pages += part.pages;
            listing.changing |= part.changing;
            links.extend(part.links.into_iter().map(|it| (it.link, it)));
        }
        listing.links = links.into_values().collect();
        Ok(listing)
    }

    /// Reads one link with its names: `None` when there is none, or none that the caller may see.
    pub async fn named_link(&self, id: LinkId) -> Result<Option<NamedLink>, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::named_link(&self.http, id).await,
            Generation::UserPermissions(_) => user_permissions::named_link(&self.http, id).await,
        }
    }

    /// Looks up these and nothing else, each by itself; and resources of these names, all of them.
    ///
    /// What does not exist, or is not visible to the caller, is not in the answer.
    pub async fn look_up(&self, lookups: &Lookups, resources: &BTreeSet<String>) -> Result<Directory, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::look_up(&self.http, lookups, resources).await,
            Generation::UserPermissions(_) => user_permissions::look_up(&self.http, lookups, resources).await,
        }
    }

    /// Asks which resources have exactly this name. An answer that may lack one is an error.
    pub async fn resources_called(&self, name: &str) -> Result<BTreeMap<ResourceId, Resource>, Error> {
        resources::called(&self.http, name).await
    }

    /// Asks which roles an offering has. An answer that may lack one is an error.
    pub async fn roles_of(&self, offering: OfferingId) -> Result<BTreeMap<RoleId, Role>, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::roles_of(&self.http, offering).await,
            Generation::UserPermissions(_) => user_permissions::roles_of(&self.http, offering).await,
        }
    }

    /// Looks resources up: each by itself, or all of them where that is quicker.
    pub async fn resources(&self, ids: BTreeSet<ResourceId>) -> Result<BTreeMap<ResourceId, Resource>, Error> {
        resources::resources(&self.http, ids).await
    }

    /// Reads the names of all users that the caller can see, or of nobody where they are too many to be worth it.
    pub async fn usernames(&self, most: u64) -> Result<BTreeMap<UserId, User>, Error> {
        waldur::usernames(&self.http, most).await
    }
}

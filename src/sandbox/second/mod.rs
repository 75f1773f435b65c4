//! The second generation of the API, 8.0.8 and later: roles are scoped to a resource.
//!
//! It is the same [`World`] with another [`Waldur`](super::Waldur): people, resources, tokens, pages and faults are shared, and what
//! only this generation has is in [`Second`]. Tests seed it with the words of the first and a few of its own:
//!
//! ```
//! use grantsync::sandbox::{Waldur, World};
//!
//! let mut world = World::example().on(Waldur::V8_1); // the same links, as permanent grants
//! let link = world.active_links().next().map(|(resource, grant)| [resource, grant.role, grant.user]).unwrap();
//! world.link_as(link, |grant| grant.end = Some(jiff::Timestamp::MAX)); // a second row of the triple
//! world.link_as(link, |grant| grant.source = "rule:1".to_owned()); // one of another automation
//! world.delete_resource(None, link[0]); // all of them are rows of a deleted resource now
//! world.second.switches.one_role = true;
//! world.sweep(); // what the server does once in 24 hours
//! ```
//!
//! `World::upgrade` is what happens to a running server of the first generation: all links and roles are gone.

mod build;
mod entry;
mod filters;
pub(super) mod grants;
mod record;
pub(super) mod roles;
pub(super) mod rows;
mod rules;
mod state;
mod team;

pub use state::{Availability, Grant, Revocation, Scope, ScopeKind, Second, SubProject, Switches, Traits};

use super::urls::Target;
use super::view::{Answer, Ask, Caller};
use super::world::World;

/// The `Allow` header of a view that only this generation has.
pub(super) fn allowed(target: Target<'_>) -> Option<&'static str> {
    match target {
        Target::Collection(grants::COLLECTION)
        | Target::Item(grants::COLLECTION, _)
        | Target::Action(_, _, "list_users") => Some("GET, HEAD, OPTIONS"),
        Target::Collection(roles::OFFERING_ROLES | roles::ROLES | roles::AVAILABILITIES) => {
            Some("GET, POST, HEAD, OPTIONS")
        }
        Target::Item(roles::OFFERING_ROLES | roles::ROLES | roles::AVAILABILITIES, _) => {
            Some("GET, PUT, PATCH, DELETE, HEAD, OPTIONS")
        }
        _ => None,
    }
}

/// The answer of such a view, or nothing for a view of both generations.
pub(super) fn viewed(
    ask: &Ask,
    caller: &Caller,
    target: Target<'_>,
    world: &mut World,
) -> Option<Result<Answer, Answer>> {
    Some(match target {
        Target::Collection(grants::COLLECTION) => grants::collection(ask, caller, world),
        Target::Item(grants::COLLECTION, id) => grants::item(ask, caller, world, id),
        Target::Action(grants::COLLECTION, id, verb) => grants::action(ask, caller, world, id, verb),
        Target::Collection(roles::OFFERING_ROLES) => roles::of_offerings(ask, caller, world),
        Target::Item(roles::OFFERING_ROLES, id) => roles::one_of_offerings(ask, caller, world, id),
        Target::Collection(roles::ROLES) => roles::all(ask, caller, world),
        Target::Item(roles::ROLES, id) => roles::one(ask, caller, world, id),
        Target::Action(roles::ROLES, id, verb) => roles::switch(ask, caller, world, id, verb),
        Target::Collection(roles::AVAILABILITIES) => roles::availabilities(ask, caller, world),
        Target::Item(roles::AVAILABILITIES, id) => roles::one_availability(ask, caller, world, id),
        Target::Action(collection, id, verb @ ("add_user" | "update_user" | "delete_user" | "list_users")) => {
            team::action(ask, caller, world, (collection, id), verb)
        }
        _ => return None,
    })
}

//! How many queries the server sends to its database for a request, as they were counted on real ones.

use super::second::grants;
use super::urls::{Target, resolve};
use super::view::Ask;
use super::{links, resources};

/// For a request whose answer has so many rows.
pub(super) fn queries(ask: &Ask, rows: u32) -> u64 {
    let rows = u64::from(rows);
    let (request, row) = if ask.waldur.scopes_roles() { (5, 6) } else { (7, 3) };
    match resolve(&ask.path, ask.waldur) {
        Some(Target::Collection(links::COLLECTION | grants::COLLECTION)) => request + row * rows,
        Some(Target::Action(resources::CONSUMED | resources::PROVIDED, _, verb)) => match verb {
            "list_users" => 8,
            "add_user" => 40,
            // Only `delete_user` was counted; the others write one row, too.
            _ => 24,
        },
        Some(Target::Action(grants::COLLECTION, ..)) => 24,
        _ => request,
    }
}

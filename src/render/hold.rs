//! What holds a removal, and how it is released.

use super::Naming;
use crate::plan::Hold;
use crate::policy::{Digest, Exceeded};

/// What holds it, without the place.
pub(super) fn cause(hold: &Hold) -> &'static str {
    match hold {
        Hold::Settings(_) => "a setting that is unresolved might mean it",
        Hold::NotNamed => "there is no scope, and no line names its resource",
        Hold::Unseen => "its resource can't be looked up",
        Hold::Doubt(_) => "a line that is unresolved might mean it",
        Hold::Clock => "a line for it has a date, and the server's clock differs from ours",
        Hold::Replacement => "what is to take its place is not there",
        Hold::Keeper => "it is a duplicate, and the row to keep is gone",
        Hold::Limit => "too much would go at once",
    }
}

/// What to do about a hold; the digest is that of what limits hold.
pub(super) fn release(hold: &Hold, digest: Option<&Digest>) -> String {
    match hold {
        Hold::Settings(_) | Hold::Doubt(_) => "mend that reference".to_owned(),
        Hold::NotNamed => "list the resource under `bindings`, or write `scope: all`".to_owned(),
        Hold::Unseen => "use a token that can see the resource".to_owned(),
        Hold::Clock => "set the clock that is wrong".to_owned(),
        Hold::Replacement => "it goes once its replacement is there".to_owned(),
        Hold::Keeper => "the next pass decides again".to_owned(),
        Hold::Limit => match digest {
            Some(digest) => format!("if these are meant, release exactly them with `--approve {digest}`"),
            None => "the next plan says how to release it".to_owned(),
        },
    }
}

/// The limit that is exceeded, with the resource by its name.
pub fn exceeded(exceeded: &Exceeded, naming: &Naming<'_>) -> String {
    match exceeded {
        Exceeded::ResourceEmptied { resource, users } => {
            let resource = naming.resource_in_line(*resource);
            format!("{users} people would go from `{resource}`, and no link would be left there")
        }
        other => other.to_string(),
    }
}

//! Plans and views as files, for another time or another place.
//!
//! A [`SavedView`] is what was seen of a server: with it, a plan can be made where no token is. A [`SavedPlan`] holds such
//! a view, the files, and what was asked for: a plan follows from these alone, so that it can be looked at again at any
//! time, and compared with the one that would be made now.
//!
//! Each file carries a checksum. It tells a file that was damaged or edited by accident; whoever means to forge one can
//! compute a checksum, too. What is applied is therefore never taken from the file: it is decided again, and has to come
//! out the same.

mod envelope;
mod hash;
mod links;
mod plan;
mod plan_twin;
mod view;

pub use envelope::{FileKind, SavedError};
pub use plan::{Base, ChangeInfo, Commit, PlanOptions, SavedFile, SavedPlan};
pub use view::{Fingerprint, SavedView};

//! What the files want.

mod document;
mod names;
mod only;
mod pattern;
mod resolve;
mod territory;

pub use document::{Document, Entry, Kinds, Life, Limits, Member, Mode, Phase, Reference, Scope, Selector};
pub use only::{Narrow, Only};
pub use pattern::fits;
pub use resolve::{Desired, Doubt, Origin, Pattern, Wanted, resolve};
pub use territory::Territory;

//! What the files want.
//!
//! Text becomes a [`Document`]: what is written, and where. With a directory, a document becomes [`Desired`]: the same in
//! ids, and in doubt where a name could not be resolved.

mod calendar;
mod checks;
pub mod codes;
mod decode;
mod document;
mod draft;
mod groups;
mod names;
mod only;
mod parse;
mod pattern;
mod problems;
mod quote;
mod read;
mod resolve;
mod suggest;
mod territory;
mod yaml;

pub use decode::{Undecodable, decode};
pub use document::{
    Accept, Approval, Document, Entry, Kinds, Life, Limits, Member, Mode, Phase, Reference, Scope, Selector,
};
pub use only::{Narrow, Only};
pub use parse::{diagnose, parse};
pub use resolve::{Desired, Doubt, Origin, Pattern, Wanted, resolve};
pub use territory::Territory;

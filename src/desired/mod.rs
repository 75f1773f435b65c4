//! What the files want.

mod calendar;
mod checks;
pub mod codes;
mod decode;
mod document;
mod draft;
mod groups;
mod parse;
mod pattern;
mod problems;
mod quote;
mod read;
mod suggest;
mod yaml;

pub use decode::{Undecodable, decode};
pub use document::{Approval, Document, Entry, Kinds, Life, Limits, Member, Mode, Phase, Reference, Scope, Selector};
pub use parse::{diagnose, parse};

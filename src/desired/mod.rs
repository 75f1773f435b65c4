//! What the files want.

mod document;

pub use document::{Document, Entry, Kinds, Life, Limits, Member, Mode, Phase, Reference, Scope, Selector};

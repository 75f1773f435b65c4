//! grantsync keeps the access grants of a Waldur marketplace equal to YAML files.

pub mod binding;
pub mod diagnostic;
pub mod directory;
pub mod snapshot;

pub mod desired;
pub mod reconcile;
pub mod render;

//! grantsync keeps the access grants of a Waldur marketplace equal to YAML files.

pub mod binding;
pub mod diagnostic;
pub mod directory;
pub mod snapshot;

pub mod desired;
pub mod plan;
pub mod policy;
pub mod report;

pub mod api;
pub mod reconcile;

pub mod daemon;

pub mod admin;

pub mod render;

pub mod cli;

pub mod sandbox;

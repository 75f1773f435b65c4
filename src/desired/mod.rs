//! What the files want.
//!
//! Text becomes a [`Document`]: what is written, and where. With a directory, a document becomes [`Desired`]: the same in
//! ids, and in doubt where a name could not be resolved.
//!
//! # The way
//! Bytes become text ([`decode()`]), text a small tree that knows its places (`yaml`), the trees of all files one draft
//! (`read`), and the draft, once days have their instants (`calendar`) and groups their users (`groups`), a
//! [`Document`]. `checks` is the table of what must hold across the files. Every step tells all the problems it finds
//! and goes on.
//!
//! # The files
//! A set of files is read as one. Names of groups hold for all of them. `version`, `mode`, `scope`, `limits`,
//! `protect`, `replace`, `timezone`, `files` and `approvals` are settings: they stand in one file only.
//! ```yaml
//! version: 1
//! mode: enforce                        # or add-only, observe
//! scope: {offerings: [HPC], exclude: {resources: [archive-*]}}   # or all
//! limits: {removals: 25, removal_percent: 25}   # and creations: N
//! protect: [break-glass]               # users, by reference or pattern
//! replace: remove-first                # or create-first; only where the server allows one role for each user
//! timezone: Europe/Berlin              # of every day in the set; UTC if absent
//! files: [teams/gpu.yaml]              # must be in the set; relative to this file
//! approvals:
//!   - {held: held-mfrggzdfmztwq2lknnwg23tpoa, until: 2027-01-31, reason: the move}
//! groups:
//!   gpu: [alice, {uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708192}]
//!   all: [carol, {group: gpu}]         # a name is a user; a group within is marked as such
//! bindings:
//!   - {resource: cluster-a, role: admin, user: alice}
//!   - resources: [cluster-b, {name: cluster-c, offering: HPC}, {name: cluster-d, project: Chemistry}]
//!     roles: [member, viewer]          # every combination
//!     users: [dave]
//!     groups: [all]                    # or group: all
//!     from: 2027-01-01                 # a day, or an instant with its offset
//!     until: 2027-03-31                # a day is included, an instant is not
//!     reason: OPS-12
//! ```
//! `users:` and `groups:` may be empty: the entry then names its resource and wants nobody.

mod calendar;
mod checks;
pub mod codes;
mod decode;
mod document;
mod ending;
pub mod export;
mod former;
mod groups;
mod link_filter;
mod missing;
mod names;
mod narrower;
mod parse;
mod pass_filter;
mod pattern;
mod problems;
mod quote;
mod raw;
mod read;
mod resolve;
mod resolved_scope;
pub mod risks;
mod runs;
mod scalar;
mod schema;
mod suggest;
mod unknown_user;
mod within;
mod yaml;

pub use decode::{Undecodable, decode};
pub use document::{
    Accept, Approval, Document, Entry, Kinds, Life, Limits, Member, Mode, Phase, Reference, Replace, Scope, Selector,
};
pub use former::name_former_roles;
pub use link_filter::{LinkFilter, Named, Picked, Visibility};
pub use missing::{MissingRole, missing_roles};
pub use narrower::{Narrower, ScopeKind, ScopePart};
pub use parse::{diagnose, parse};
pub use pass_filter::{PassFilter, ResolvedPassFilter};
pub use resolve::{Desired, Doubt, Origin, Pattern, Wanted, resolve};
pub use schema::schema;

pub use resolved_scope::ResolvedScope;

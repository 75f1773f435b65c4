//! The names a server knows: what references in a file are resolved against.
//!
//! A directory is a value: `api` fills it, `desired` reads it. It holds every resource and role the token can see, but
//! only those users that somebody asked for or that hold a link.

use std::collections::{BTreeMap, BTreeSet};

use crate::binding::{OfferingId, ProjectId, ResourceId, RoleId, UserId};

/// What the server told about resources, roles and users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// By id; names are not unique.
    pub resources: BTreeMap<ResourceId, Resource>,
    /// By id; names repeat across offerings and may repeat within one.
    pub roles: BTreeMap<RoleId, Role>,
    /// By id; usernames are unique.
    pub users: BTreeMap<UserId, User>,
    /// What was asked for as a username and is none, but somebody's e-mail address or full name, and whose.
    pub aliases: BTreeMap<String, BTreeSet<UserId>>,
}

/// A resource: something of an offering that users get roles on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What people call it.
    pub name: String,
    /// What it is an instance of.
    pub offering: OfferingId,
    /// What people call that.
    pub offering_name: String,
    /// The project that uses it, where the server shows it.
    pub project: Option<Project>,
    /// `Terminated` or `Terminating`: links there stay as they are, new ones are not made.
    pub terminated: bool,
}

/// A project: what an organisation uses resources for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Names of projects are not unique, either.
    pub id: ProjectId,
    /// What people call it.
    pub name: String,
    /// What the organisation is called.
    pub organisation: String,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// What people call it.
    pub name: String,
    /// The offerings it belongs to. One that belongs to none fits the resources of all.
    pub offerings: BTreeSet<OfferingId>,
}

impl Role {
    /// Whether it can be given on resources of an offering.
    pub fn fits(&self, offering: OfferingId) -> bool {
        self.offerings.is_empty() || self.offerings.contains(&offering)
    }
}

/// A user account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Exact and unique.
    pub username: String,
    /// What the person is called; may be empty, and is not unique.
    pub full_name: String,
    /// Whether the account is active. `None` until somebody asked: rows of links don't show it.
    pub active: Option<bool>,
}

/// What a set of files wants to have looked up beyond all resources and roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookups {
    /// Resources named by UUID.
    pub resources: BTreeSet<ResourceId>,
    /// Roles named by UUID.
    pub roles: BTreeSet<RoleId>,
    /// Users named by UUID.
    pub users: BTreeSet<UserId>,
    /// Users named by username.
    pub usernames: BTreeSet<String>,
}

impl Lookups {
    /// Adds others.
    pub fn extend(&mut self, other: Self) {
        let Self { resources, roles, users, usernames } = other;
        self.resources.extend(resources);
        self.roles.extend(roles);
        self.users.extend(users);
        self.usernames.extend(usernames);
    }
}

//! What a reference is to.

/// What a reference is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desired) enum ReferenceKind {
    Offering,
    Project,
    Resource,
    Role,
    User,
}

impl ReferenceKind {
    /// For messages.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Offering => "an offering",
            Self::Project => "a project",
            Self::Resource => "a resource",
            Self::Role => "a role",
            Self::User => "a user",
        }
    }

    /// The key that holds a name for sure.
    pub(in crate::desired) fn name(self) -> &'static str {
        match self {
            Self::User => "username",
            Self::Offering | Self::Project | Self::Resource | Self::Role => "name",
        }
    }
}

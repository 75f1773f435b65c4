//! Which way of keeping links a server has.

/// A generation of the API. What all of them have is in `waldur`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Links are rows of `/api/marketplace-resource-users/`: Waldur up to 8.0.7.
    ResourceUsers,
}

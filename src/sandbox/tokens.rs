//! A token for each kind of caller. They open nothing but a sandbox.

/// May see and do everything.
pub const STAFF: &str = "sandbox-staff-0000000000000000000000000a";
/// Sees everything, may create, may not delete.
pub const SUPPORT: &str = "sandbox-support-00000000000000000000000b";
/// Owns the organisation that provides the offerings; sees no link.
pub const OWNER: &str = "sandbox-owner-0000000000000000000000000c";
/// Owns the organisation that has the projects; may create, may not delete.
pub const CONSUMER: &str = "sandbox-consumer-0000000000000000000000d";
/// Administers one project; may create there, may not delete.
pub const ADMIN: &str = "sandbox-admin-0000000000000000000000000e";
/// Has no role at all.
pub const NOBODY: &str = "sandbox-nobody-000000000000000000000000f";
/// A staff token that was not used for too long.
pub const EXPIRED: &str = "sandbox-expired-00000000000000000000000a";
/// The token of a deactivated staff user.
pub const INACTIVE: &str = "sandbox-inactive-0000000000000000000000b";

/// Usernames of the callers, and their tokens.
pub(super) const ALL: [(&str, &str); 8] = [
    ("staff", STAFF),
    ("support", SUPPORT),
    ("provider-owner", OWNER),
    ("consumer-owner", CONSUMER),
    ("project-admin", ADMIN),
    ("nobody", NOBODY),
    ("expired", EXPIRED),
    ("inactive", INACTIVE),
];

//! The versions of the API that the sandbox speaks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of Waldur, as far as its API differs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waldur {
    /// Up to 8.0.7: links are rows of `/api/marketplace-resource-users/`.
    #[default]
    V7_0,
    /// 8.0.8 to 8.0.10: roles are scoped to a resource. Rows of `/api/user-permissions/` have no id, and nothing revokes
    /// one; rows of one moment have no order.
    V8_0,
    /// 8.1.3: rows have ids, and can be revoked and restored.
    V8_1,
}

impl Waldur {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::V7_0, Self::V8_0, Self::V8_1];

    /// Whether roles are scoped to a resource: the second generation of the API.
    pub fn scopes_roles(self) -> bool {
        self != Self::V7_0
    }

    /// As people write it: `8.1`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V7_0 => "7.0",
            Self::V8_0 => "8.0",
            Self::V8_1 => "8.1",
        }
    }

    /// The release that is imitated, as `/api/version/` says it.
    pub fn release(self) -> &'static str {
        match self {
            Self::V7_0 => "7.0.7",
            Self::V8_0 => "8.0.8",
            Self::V8_1 => "8.1.3",
        }
    }
}

impl fmt::Display for Waldur {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Waldur {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|it| it.name() == text);
        found.ok_or_else(|| "expected `7.0`, `8.0` or `8.1`".to_owned())
    }
}

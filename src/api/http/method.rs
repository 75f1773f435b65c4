//! What requests want.

use std::fmt;

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Counts.
    Head,
    /// Creates.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// Whether it changes something.
    pub(in crate::api) fn writes(self) -> bool {
        match self {
            Self::Get | Self::Head => false,
            Self::Post | Self::Delete => true,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        })
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Post => Self::POST,
            Method::Delete => Self::DELETE,
        }
    }
}

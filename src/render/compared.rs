//! What a decision is compared with.

use crate::policy::Causes;
use crate::review::Review;

/// What a decision is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// What each step comes from.
    pub causes: &'a Causes,
    /// What else the change does.
    pub review: &'a Review,
}

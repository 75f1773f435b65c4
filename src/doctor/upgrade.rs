//! Whether a server was upgraded, and nobody has been given their access back.

use super::{Check, CheckResult};
use crate::site::{Generations, VisibleCounts};

/// What is missing on a server that was upgraded to Waldur 8: that drops all grants and all roles of offerings.
pub fn upgraded(generations: Generations, counts: &VisibleCounts) -> Option<CheckResult> {
    let VisibleCounts { links, resources, roles, .. } = *counts;
    let empty = generations.next && links == 0 && roles == 0 && resources > 0;
    empty.then(|| {
        CheckResult::warning(
            Check::Roles,
            "no offering has a role, and nobody has a link: the upgrade to Waldur 8 drops both",
            "`grantsync plan --create-roles -f FILE` shows the roles and links that your files ask for, and `grantsync apply \
             --create-roles -f FILE` creates them; without files, begin with `grantsync export --live VIEW` and a view that \
             was saved before the upgrade",
        )
    })
}

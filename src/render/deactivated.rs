//! Links of deactivated accounts that lines keep, as findings: so that every format tells them.

use std::collections::BTreeMap;

use super::{Naming, counted};
use crate::binding::{Link, UserId};
use crate::desired::Desired;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// A warning for each account that is known to be deactivated and whose live links lines ask for, at the first of them.
pub fn deactivated(plan: &Plan, desired: &Desired, naming: &Naming<'_>) -> Vec<Diagnostic> {
    let users = &naming.directory().users;
    let mut links: BTreeMap<UserId, Vec<&Link>> = BTreeMap::new();
    for link in &plan.in_sync {
        if users.get(&link.binding.user).is_some_and(|it| it.active == Some(false)) {
            links.entry(link.binding.user).or_default().push(link);
        }
    }
    let told = links.into_iter().filter_map(|(user, links)| {
        let lines = links.iter().filter_map(|it| desired.get(&it.binding)).flat_map(|it| it.origins.iter());
        let span = lines.map(|it| &it.span).min()?.clone();
        let count = counted(links.len(), ["live link", "live links"]);
        let message = format!("the account `{}` is deactivated, and the files keep {count} of it", naming.user(user));
        Some(Diagnostic::warning("deactivated", span, message).help("remove its lines if the account does not return"))
    });
    told.collect()
}

//! Grants that end soon, as findings: so that every format tells them.

use std::time::Duration;

use jiff::{Timestamp, Unit};

use super::Naming;
use super::dates::end;
use crate::desired::Desired;
use crate::diagnostic::Diagnostic;

/// A warning for each grant that ends within `within` of `now`, at the line that ends last, soonest first.
pub fn ending(desired: &Desired, naming: &Naming<'_>, now: Timestamp, within: Duration) -> Vec<Diagnostic> {
    let by = now.saturating_add(within).unwrap_or(Timestamp::MAX);
    let ending = desired.ending(now, by).into_iter();
    let told = ending.filter_map(|(at, wanted)| {
        let last = wanted.origins.iter().find(|it| it.life.until == Some(at))?;
        let binding = wanted.binding;
        let days = (at - now).total(Unit::Hour).map_or(0.0, |hours| hours / 24.0).floor();
        let when = match days {
            0.0 => "within a day".to_owned(),
            1.0 => "in 1 day".to_owned(),
            days => format!("in {days} days"),
        };
        let message = format!(
            "`{}` is `{}` on `{}` until {}: it ends {when}",
            naming.user(binding.user),
            naming.role(binding.role),
            naming.resource_in_line(binding.resource),
            end(at)
        );
        Some(Diagnostic::warning("ends-soon", last.span.clone(), message))
    });
    told.collect()
}

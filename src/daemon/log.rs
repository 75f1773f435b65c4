//! What the log says about a pass: only what is new.
//!
//! A daemon that runs for years says nothing while nothing happens, and says a thing once.

use std::collections::BTreeSet;
use std::time::Duration;

use super::pass::{HeldSet, PassStep, StepResult};
use super::status::{Listed, Past, Status};
use super::stop::Stop;
use super::vanished::Vanished;
use super::verdict::Verdict;
use crate::report::Failure;

/// A pass was dropped, since the daemon is wanted to stop so urgently, or has had its time.
pub(super) fn cut_off(wanted: Stop, timeout: Duration) {
    let why = match wanted {
        Stop::Now(_) => "at once".to_owned(),
        Stop::Soon(_) | Stop::No => format!("after the {timeout:?} of `--shutdown-timeout`"),
    };
    tracing::warn!(
        "leaving {why}, in mid-pass: whether what was in flight has arrived is not known; the next start looks"
    );
}

/// What the last pass changed, by the names of those concerned; what it sent is in the log already, by ids.
fn changes(status: &Status) {
    let Some((_, Listed { first, count })) = status.changes.front() else { return };
    for PassStep { action, became, what, why } in first {
        let (action, result) = (action.label(), became.label());
        match became {
            StepResult::Done | StepResult::Held | StepResult::Unsent => {
                tracing::info!(%action, %result, "{what} ({why})");
            }
            StepResult::Failed | StepResult::Unknown => tracing::warn!(%action, %result, "{what} ({why})"),
        }
    }
    if *count > first.len() {
        tracing::info!("and {} more", count - first.len());
    }
}

/// What was so when the log last spoke.
#[derive(Debug)]
pub(super) struct Said {
    verdict: Option<Verdict>,
    digest: Option<String>,
    broken: Listed<String>,
    failure: Option<Failure>,
    approvals: BTreeSet<String>,
    uncounted: Option<String>,
    unresolved: BTreeSet<String>,
    flaps: BTreeSet<String>,
    vanished: Option<Vanished>,
    token_too_short: bool,
}

impl Said {
    /// What is so now.
    pub(super) fn of(status: &Status) -> Self {
        Self {
            verdict: status.last().map(|it| it.verdict),
            digest: status.limited().map(|(limited, _)| limited.digest.clone()),
            broken: status.broken.clone(),
            failure: status.failure.clone(),
            approvals: status.view.iter().flat_map(|it| &it.approvals.first).map(|it| it.text.clone()).collect(),
            uncounted: uncounted(status).cloned(),
            unresolved: status.view.iter().flat_map(|it| &it.unresolved.first).cloned().collect(),
            flaps: status.flaps.first.iter().map(|it| it.what.plain.clone()).collect(),
            vanished: status.vanished.clone(),
            token_too_short: status.token_too_short(),
        }
    }

    /// Says what has changed since; `steps` is what the pass tried.
    pub(super) fn and_now(&self, status: &Status, steps: usize) {
        let Some(Past { verdict, asked, took, began: _ }) = status.last() else { return };
        let asked = asked.iter().map(|it| it.label()).collect::<Vec<_>>().join(",");
        if self.verdict != Some(*verdict) || steps > 0 {
            tracing::info!(%verdict, %asked, ?took, steps, "pass finished");
        } else {
            tracing::debug!(%verdict, %asked, ?took, "pass finished");
        }
        if steps > 0 {
            changes(status);
        }
        self.failures(status);
        self.unresolved(status);
        self.held(status);
        let notes = status.view.iter().flat_map(|it| &it.approvals.first).map(|it| &it.text);
        for note in notes.filter(|it| !self.approvals.contains(*it)) {
            tracing::warn!("{note}");
        }
        if let Some(why) = uncounted(status).filter(|it| self.uncounted.as_ref() != Some(it)) {
            tracing::warn!("the count of removals of the last 24 hours starts at zero: {why}");
        }
        if status.token_too_short() && !self.token_too_short {
            tracing::warn!(
                schedule = %status.about.schedule,
                "the token ends when it is not used for as long as passes are apart: give it a longer life, or run more often"
            );
        }
    }

    fn failures(&self, status: &Status) {
        if status.broken != self.broken {
            let Listed { first, count } = &status.broken;
            for finding in first {
                tracing::error!("the files are broken: {finding}");
            }
            if *count > first.len() {
                tracing::error!(findings = count, "the files are broken: there are more findings");
            }
        }
        if let Some(Failure { message, help }) = &status.failure
            && status.failure != self.failure
        {
            tracing::error!(help = help.as_deref(), "{message}");
        }
    }

    /// Each line once, for as long as it stays so.
    fn unresolved(&self, status: &Status) {
        let Some(Listed { first, count }) = status.view.as_ref().map(|it| &it.unresolved) else { return };
        let news: Vec<_> = first.iter().filter(|it| !self.unresolved.contains(*it)).collect();
        for line in &news {
            tracing::warn!("unresolved: {line}");
        }
        if !news.is_empty() && *count > first.len() {
            tracing::warn!(lines = count, "unresolved: there are more");
        }
    }

    fn held(&self, status: &Status) {
        if let Some((limited, _)) = status.limited()
            && self.digest.as_ref() != Some(&limited.digest)
        {
            let why = limited.exceeded.join("; ");
            let HeldSet { digest, links, release, .. } = limited;
            tracing::warn!(%digest, links, %release, "removals held: {why}");
        }
        if let Some(vanished) = &status.vanished
            && status.vanished != self.vanished
        {
            let files = vanished.files.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let at_once = status.view.as_ref().and_then(|it| it.at_once.as_deref());
            tracing::warn!(until = %vanished.until, at_once, "removals held, because files have vanished: {files}");
        }
        for flap in status.flaps.first.iter().filter(|it| !self.flaps.contains(&it.what.plain)) {
            tracing::warn!(tries = flap.tries, not_before = %flap.not_before, "comes back again and again: {}", flap.what);
        }
    }
}

fn uncounted(status: &Status) -> Option<&String> {
    status.view.as_ref().and_then(|it| it.uncounted.as_ref())
}

//! Exit codes: what a script may rely on.

use std::process::ExitCode;

use crate::plan::{Hold, Skip};
use crate::policy::Decision;
use crate::report::{After, Outcome, Report, Stop};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// As it should be.
    Done = 0,
    /// The server or the token could not be used, or somebody declined the prompt.
    Refused = 1,
    /// Changes are pending (`plan --detailed-exitcode`).
    Pending = 2,
    /// Removals or creations are held.
    Held = 3,
    /// Steps failed or are unknown, something in the files is unresolved or outside its own scope, a risk was found
    /// that
    /// must not be there, or the server shows a link without all of its parts.
    Incomplete = 4,
    /// The plan or the digest is not current.
    Stale = 5,
    /// The files are invalid, missing or empty; no request was sent.
    Invalid = 6,
    /// Invalid arguments.
    Usage = 64,
    /// Interrupted by SIGINT.
    Interrupted = 130,
    /// Interrupted by SIGTERM.
    Terminated = 143,
}

/// The exit codes as `--help` tells them.
pub(super) const HELP: &str = "\
Exit codes, the first that applies:
  130, 143  interrupted by SIGINT or SIGTERM
  64        invalid arguments
  6         the files, or a saved plan or view, are invalid, missing or empty; no request was sent
  1         the server or the token could not be used, or you declined the prompt
  5         the plan or the approval is not current, or for another server; nothing was written
  4         steps failed or their outcome is unknown, a name in the files is unresolved,
            `--fail-on` found a risk, or the server shows a link without all of its parts
  3         removals or creations are held (`plan`: only with --detailed-exitcode)
  2         changes are pending (`plan --detailed-exitcode`)
  0         all is well";

impl Exit {
    /// How `plan` ends. A typo in a pull request is red; the rest only where the caller asks for details.
    pub(super) fn of_plan(decision: &Decision, detailed: bool) -> Self {
        if decision.plan.has_problems() {
            Self::Incomplete
        } else if detailed && holds(decision) {
            Self::Held
        } else if detailed && !(decision.approved.is_empty() && decision.withheld.is_empty()) {
            Self::Pending
        } else {
            Self::Done
        }
    }

    /// How `apply` ends.
    pub(super) fn of_apply(decision: &Decision, report: Option<&Report>) -> Self {
        let stopped = report.and_then(|it| it.stopped.as_ref());
        match stopped {
            Some(Stop::Interrupted) => return Self::Interrupted,
            Some(Stop::Unauthorized(_)) => return Self::Refused,
            Some(Stop::Blind(_) | Stop::Down(_) | Stop::StaleList(_)) => return Self::Incomplete,
            None => {}
        }
        let after = match report.map(|it| &it.after) {
            Some(After::Decision(after)) => after,
            Some(After::Unread(_)) => return Self::Incomplete,
            Some(After::Untouched) | None => decision,
        };
        let failed = report.is_some_and(|it| it.count(|_, outcome| outcome.is_failure()) > 0);
        let held = report.is_some_and(|it| it.count(|_, outcome| matches!(outcome, Outcome::Held(_))) > 0);
        let left = report.is_some_and(|it| it.count(|_, outcome| !outcome.is_done()) > 0) || !after.approved.is_empty();
        if failed || decision.plan.has_problems() || after.plan.has_problems() {
            Self::Incomplete
        } else if held || holds(after) {
            Self::Held
        } else if left {
            Self::Incomplete
        } else {
            Self::Done
        }
    }
}

/// Whether something waits for somebody: a held removal, or a creation that a limit or the clocks hold.
fn holds(Decision { plan, .. }: &Decision) -> bool {
    plan.held.iter().any(|it| it.hold != Hold::Keeper)
        || plan.skipped.iter().any(|it| matches!(it.why, Skip::Clock | Skip::Limit))
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

//! Everything as text for a terminal.

use std::fmt::Write as _;

use super::prose::prose;
use super::style::{QUIET, REMOVE, styled};
use super::{
    Detail, Failed, Shown, ShownPass, Stale, banner, diagnostics, differences, plan, report, review, risks, roles,
    seen, step, visible,
};
use crate::diagnostic::{Diagnostic, Source};

/// What has to be known first, the findings, and the plan or what was done.
pub(super) fn render(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    match shown {
        Shown::Pass(pass) => write(&mut out, pass),
        Shown::Invalid { diagnostics, sources, .. } => findings(&mut out, sources, diagnostics),
        Shown::Failed(Failed { failure, stale, .. }) => {
            if let Some(Stale { differences: all, naming }) = stale {
                out.push_str(&differences(all, naming));
            }
            let told = format!("{} {}", styled(REMOVE, "error:"), visible(&failure.message));
            let _ = writeln!(out, "{}", prose(told));
            help(&mut out, failure.help.as_deref());
        }
    }
    out
}

fn write(out: &mut String, pass: &ShownPass<'_>) {
    let ShownPass { decision, report: done, observation, naming, assessment, sources, .. } = pass;
    if let Some(it) = pass.seen {
        out.push_str(&seen(it, ""));
    }
    out.push_str(&banner(observation));
    findings(out, sources, &decision.plan.problems);
    findings(out, sources, &decision.plan.warnings);
    match done {
        None => out.push_str(&super::decision(pass)),
        Some(done) => {
            out.push_str(&roles(pass.roles));
            out.push_str(&risks(assessment, naming, pass.detail));
            for (it, outcome) in &done.steps {
                let _ = writeln!(out, "{}", step(it, outcome, naming));
            }
            out.push_str(&report(done, naming));
        }
    }
}

/// What was decided: roles that are created first, what its reviewers should not miss, then all of it, by cause where causes are known.
pub fn decision(pass: &ShownPass<'_>) -> String {
    let ShownPass { decision, naming, assessment, detail, .. } = *pass;
    let review = if detail == Detail::Summary { String::new() } else { review(pass.review, naming) };
    let plan = plan(decision, pass.compared(), naming, detail);
    roles(pass.roles) + &risks(assessment, naming, detail) + &review + &plan
}

/// Findings with the lines they are about.
fn findings(out: &mut String, sources: &[Source], found: &[Diagnostic]) {
    /// More than this are counted.
    const SHOWN: usize = 50;
    if !found.is_empty() {
        let _ = writeln!(out, "{}\n", diagnostics(sources, found, true, SHOWN));
    }
}

fn help(out: &mut String, help: Option<&str>) {
    if let Some(help) = help {
        let _ = writeln!(out, "{}", prose(format!("  {} {}", styled(QUIET, "help:"), visible(help))));
    }
}

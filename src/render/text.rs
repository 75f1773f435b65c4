//! Everything as text for a terminal.

use std::fmt::Write as _;

use super::style::{HOLD, QUIET, REMOVE, STRONG, styled};
use super::{Pass, Shown, banner, plan, report, step, visible};
use crate::diagnostic::{Diagnostic, Severity};

/// What has to be known first, the findings, and the plan or what was done.
pub(super) fn render(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    match shown {
        Shown::Pass(pass) => write(&mut out, pass),
        Shown::Invalid { diagnostics, sources: _ } => findings(&mut out, diagnostics),
        Shown::Failed(failure) => {
            let _ = writeln!(out, "{} {}", styled(REMOVE, "error:"), visible(&failure.message));
            help(&mut out, failure.help.as_deref());
        }
    }
    out
}

fn write(out: &mut String, pass: &Pass<'_>) {
    let Pass { decision, report: done, observation, naming, risks, sources: _, detail } = pass;
    out.push_str(&banner(observation));
    findings(out, &decision.plan.problems);
    findings(out, &decision.plan.warnings);
    for risk in *risks {
        let place = risk.span.as_ref().map_or(String::new(), |it| format!("{}: ", visible(&it.to_string())));
        let _ = writeln!(out, "{place}{} {}\n", styled(HOLD, format!("risk[{}]:", risk.rule)), visible(&risk.message));
    }
    match done {
        None => out.push_str(&plan(decision, naming, *detail)),
        Some(done) => {
            for (it, outcome) in &done.steps {
                let _ = writeln!(out, "{}", step(it, outcome, naming));
            }
            out.push_str(&report(done));
        }
    }
}

/// One finding a paragraph, its place first, as editors and people find it.
fn findings(out: &mut String, diagnostics: &[Diagnostic]) {
    for Diagnostic { code, severity, message, primary, related, help: remedy } in diagnostics {
        let (style, word) = match severity {
            Severity::Error => (REMOVE, "error"),
            Severity::Warning => (HOLD, "warning"),
        };
        let place = format!("{}:{}", visible(&primary.span.file), primary.span.line);
        let place = styled(STRONG, format!("{place}:{}:", primary.span.column));
        let _ = writeln!(out, "{place} {} {}", styled(style, format!("{word}[{code}]:")), visible(message));
        for label in related {
            let _ = writeln!(
                out,
                "  {} {}",
                styled(QUIET, format!("{}:", visible(&label.span.to_string()))),
                visible(&label.text)
            );
        }
        help(out, remedy.as_deref());
        out.push('\n');
    }
}

fn help(out: &mut String, help: Option<&str>) {
    if let Some(help) = help {
        let _ = writeln!(out, "  {} {}", styled(QUIET, "help:"), visible(help));
    }
}

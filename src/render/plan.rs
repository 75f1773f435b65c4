//! A decision as text for a terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::prose::prose;
use super::quiet::{Quiet, quiet};
use super::rows::{Change, Row, rows};
use super::style::{CHANGE, CREATE, HOLD, PLAIN, QUIET, REMOVE, STRONG, styled};
use super::tally::Tally;
use super::words::{TEXT, Words, capitalized, without};
use super::{Compared, Counts, Detail, Naming, counted, grouped, hold, incomplete, table};
use crate::binding::ResourceId;
use crate::plan::{Hold, Plan};
use crate::policy::{Cause, Causes, Decision, Digest, Fixed, Limited};
use crate::snapshot::{CHANGING, Observation};

/// The whole decision: by cause where causes are known, by resource, then what limits hold, then the summary.
pub fn plan(decision: &Decision, compared: Option<Compared<'_>>, naming: &Naming<'_>, detail: Detail) -> String {
    let everything = detail == Detail::Everything;
    let mut all = rows(decision, compared, Words { naming, markup: TEXT }, detail);
    all.retain(|it| detail != Detail::Summary && (everything || !(it.is_unchanged() || it.is_unnamed())));
    let mut out = String::new();
    match compared {
        None => resources(&mut out, &all, naming, detail),
        Some(it) => by_cause(&mut out, &all, it.causes, naming, detail),
    }
    foot(&mut out, decision, naming, detail);
    if let Some(compared) = compared {
        let parts = Tally::of(decision, compared.causes).parts(compared, naming);
        let _ = writeln!(out, "{}", prose(capitalized(&parts.join(" · "))));
    }
    out
}

fn by_cause(out: &mut String, all: &[Row<'_>], causes: &Causes, naming: &Naming<'_>, detail: Detail) {
    let part = |cause| all.iter().filter(|it| it.cause == cause).cloned().collect::<Vec<_>>();
    for cause in [Cause::Change, Cause::Drift] {
        let rows = part(Some(cause));
        if !rows.is_empty() {
            title(out, &cause.to_string());
            resources(out, &rows, naming, detail);
        }
    }
    if !causes.fixed.is_empty() && detail != Detail::Summary {
        title(out, "fixed by this change");
        let lines: Vec<_> = causes.fixed.iter().map(|it| fixed(it, naming)).collect();
        table::write(out, "  ", &lines);
        out.push('\n');
    }
    let unchanged = part(None);
    if !unchanged.is_empty() {
        title(out, "unchanged");
        resources(out, &unchanged, naming, detail);
    }
}

fn title(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}\n", styled(STRONG, format!("── {text} ──")));
}

/// Each resource with its rows; first those on which something changes.
fn resources(out: &mut String, rows: &[Row<'_>], naming: &Naming<'_>, detail: Detail) {
    let mut resources: Vec<_> = rows.chunk_by(|a, b| a.resource == b.resource).collect();
    resources.sort_by_key(|rows| !rows.iter().any(Row::is_sent));
    for rows in resources {
        heading(out, rows[0].resource, naming);
        let Quiet { shown, counted } = quiet(rows, detail);
        table::write(out, "  ", &shown.into_iter().map(|it| line(it, naming)).collect::<Vec<_>>());
        for (sign, words) in counted {
            let _ = writeln!(out, "  {}  {}", styled(HOLD, format!("{sign:<3}")), styled(QUIET, words));
        }
        out.push('\n');
    }
}

/// A resource, as its rows are headed.
pub(super) fn heading(out: &mut String, resource: ResourceId, naming: &Naming<'_>) {
    let offering = naming.offering(resource);
    let offering = if offering.is_empty() { String::new() } else { format!("  {offering}") };
    let _ = writeln!(out, "{}{}", styled(STRONG, naming.resource(resource)), styled(QUIET, offering));
}

fn line(row: &Row<'_>, naming: &Naming<'_>) -> table::Line<4> {
    let end = row.change.is_end();
    let (style, sign, what) = match row.change {
        Change::Remove(_) => (REMOVE, "-", ""),
        Change::Replace(..) => (CHANGE, "-/+", ""),
        Change::Create(_) => (CREATE, "+", ""),
        Change::Lengthen(_) | Change::Shorten(_) => (CHANGE, "~", ""),
        Change::Hold(_) => (HOLD, "!", "held: "),
        Change::Skip(_) if end => (HOLD, "!", "end not changed: "),
        Change::Skip(_) => (HOLD, "!", "not created: "),
        Change::WithholdRemoval(_) | Change::WithholdCreation(_) if end => (QUIET, "(~)", "withheld · "),
        Change::WithholdRemoval(_) => (QUIET, "(-)", "withheld · "),
        Change::WithholdCreation(_) => (QUIET, "(+)", "withheld · "),
        Change::InSync => (PLAIN, "=", ""),
        Change::Keep(_) => (PLAIN, "=", "kept: "),
        Change::Outside => (QUIET, "·", ""),
    };
    let link = row.link.and_then(|id| naming.link(id)).map_or(String::new(), |it| format!(" · {it}"));
    let note = format!("{what}{}{link}{}", row.note, row.before);
    [(style, format!("{sign:<3}")), (style, row.roles.clone()), (PLAIN, naming.user(row.user)), (QUIET, note)]
}

fn fixed(Fixed { binding, link, intent }: &Fixed, naming: &Naming<'_>) -> table::Line<4> {
    let link = link.and_then(|id| naming.link(id)).map_or(String::new(), |it| format!(" · {it}"));
    let [resource, user, role] = Words { naming, markup: TEXT }.cells(*binding);
    let note = format!("{} without it{link}", without(*intent));
    [(PLAIN, resource), (PLAIN, role), (PLAIN, user), (QUIET, note)]
}

/// What is said of the whole: what nobody names, what limits hold, and the summary.
fn foot(out: &mut String, decision: &Decision, naming: &Naming<'_>, detail: Detail) {
    unnamed(out, &decision.plan, detail);
    not_in_full(out, &decision.plan, naming);
    lines(out, &decision.plan);
    for limited in &decision.limited {
        limit(out, limited, decision.plan.now, naming);
    }
    let _ = writeln!(out, "{}", prose(summary(decision)));
}

/// Rows that the server does not show in full.
fn not_in_full(out: &mut String, plan: &Plan, naming: &Naming<'_>) {
    let rows = incomplete::rows(&plan.incomplete, Words { naming, markup: TEXT });
    if rows.is_empty() {
        return;
    }
    for row in rows {
        let _ = writeln!(out, "{}", prose(format!("{} {row}", styled(HOLD, "Incomplete:"))));
    }
    let _ = writeln!(out, "{}\n", prose(format!("  help: {}", incomplete::HELP)));
}

/// Without a scope there may be thousands of links that the files are not about: they are counted, not listed.
fn unnamed(out: &mut String, plan: &Plan, detail: Detail) {
    let unnamed = plan.held.iter().filter(|it| it.hold == Hold::NotNamed).map(|it| it.removal.link.binding.resource);
    let resources = unnamed.clone().collect::<BTreeSet<_>>().len();
    let links = unnamed.count();
    if links == 0 {
        return;
    }
    let (links, resources) = (counted(links, ["link", "links"]), counted(resources, ["resource", "resources"]));
    let _ = writeln!(out, "{} {links} on {resources} that the files do not name", styled(HOLD, "Held:"));
    let more = if detail < Detail::Everything { "; -v lists them" } else { "" };
    let help = "  help: list the resources, say with `scope` what the files are about, or write `scope: all`";
    let _ = writeln!(out, "{}\n", prose(format!("{help}{more}")));
}

/// How much each unresolved line or setting holds: that is also a way to keep access.
fn lines(out: &mut String, plan: &Plan) {
    /// More than this are counted.
    const SHOWN: usize = 5;
    let shares = hold::shares(plan);
    for share in shares.iter().take(SHOWN) {
        let _ = writeln!(out, "{} {}", styled(HOLD, "Held:"), share.words(TEXT));
    }
    if shares.len() > SHOWN {
        let _ = writeln!(out, "… and {} more lines hold removals", grouped(shares.len() - SHOWN));
    }
    if !shares.is_empty() {
        let help = "  help: fix what is unresolved there; until then no link it could refer to is removed";
        let _ = writeln!(out, "{}\n", prose(help));
    }
}

fn limit(out: &mut String, limited: &Limited, now: Timestamp, naming: &Naming<'_>) {
    let Limited { set, digest, exceeded: _, links } = limited;
    let held = format!("Held by limits: {}", hold::what(*set, *links));
    let _ = writeln!(out, "{}", styled(HOLD, held));
    for reason in hold::reasons(limited, naming) {
        let _ = writeln!(out, "{}", prose(format!("  {reason}")));
    }
    let _ = writeln!(out, "{}", prose(format!("  help: {}, or in the file with", hold::approve(digest))));
    for line in approval(digest, now).lines() {
        let _ = writeln!(out, "    {line}");
    }
    out.push('\n');
}

/// The two lines that release what is held, for the file: a week is enough to merge them, and then they are forgotten.
pub fn approval(digest: &Digest, now: Timestamp) -> String {
    let until = (now + SignedDuration::from_hours(7 * 24)).strftime("%Y-%m-%d");
    format!("approvals:\n  - {{held: {digest}, until: {until}, reason: \"…\"}}")
}

/// The summary line.
pub fn summary(decision: &Decision) -> String {
    let counts = Counts::of(decision);
    let changing = if decision.plan.changing { " · observed while changing" } else { "" };
    format!("Plan: {} · {}{changing}", counts.due_always().join(", "), counts.unchanged())
}

/// What has to be known before a plan is read: that its reader saw only a part, or the world moved meanwhile. Empty
/// where there is nothing to say.
pub fn banner(observation: &Observation) -> String {
    let mut out = String::new();
    if let Some(lacks) = super::words::QUOTED.not_staff(observation) {
        let _ = writeln!(out, "{}\n", prose(format!("{} {lacks}.", styled(HOLD, "Not a staff token:"))));
    }
    if let Some(left) = observation.left_alone() {
        let _ = writeln!(out, "{}\n", prose(format!("{left}.")));
    }
    if observation.changing {
        let _ = writeln!(out, "{}\n", prose(styled(HOLD, format!("{}: look again.", capitalized(CHANGING)))));
    }
    out
}

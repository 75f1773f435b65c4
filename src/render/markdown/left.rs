//! What is not done, and what is to be mended, each with what to do about it.

use std::fmt::Write as _;

use super::escape::{code, prose};
use super::section::{Row, Section};
use super::words::{by_resource, lines, row, why};
use super::{FEW, item, problems, warnings};
use crate::binding::Binding;
use crate::plan::{Creation, Held, Hold, Keep, Plan, Skip, Skipped, Why};
use crate::policy::{Cause, Decision, Limited};
use crate::render::causes::STOPPED;
use crate::render::{Naming, Pass, approval, grouped, hold};
use crate::risk::{Accepted, Assessment};

/// What somebody has to do something about, or wait for.
pub(super) fn open_ends(pass: &Pass<'_>) -> [Section; 3] {
    let Pass { decision, naming, .. } = pass;
    [to_mend(&decision.plan, naming), held(pass), withheld(pass)]
}

/// What is as it may be.
pub(super) fn by_the_way(pass: &Pass<'_>) -> [Section; 4] {
    let Pass { decision: Decision { plan, .. }, naming, assessment, .. } = pass;
    [skipped(pass), kept(plan, naming), accepted(assessment), warnings(plan.warnings.iter().map(item).collect())]
}

/// What is wrong with the files: what could not be resolved, and what lies outside of their own scope.
fn to_mend(plan: &Plan, naming: &Naming<'_>) -> Section {
    let outside = plan.skipped.iter().filter(|it| it.why == Skip::OutsideScope);
    let outside = outside.map(|Skipped { creation: Creation { binding, origins }, why }| {
        let Binding { resource, role, user } = *binding;
        let [place, role, user] = [naming.resource_in_line(resource), naming.role(role), naming.user(user)];
        let what = format!("{} as {} of {}", code(&user), code(&role), code(&place));
        let at = origins.first().map_or(String::new(), |it| code(&it.span.to_string()) + " ");
        Row::item(&format!("{at}asks for {what}: {why}"))
    });
    problems(plan.problems.iter().map(item).chain(outside).collect())
}

fn held(Pass { decision: Decision { plan, limited, .. }, naming, causes, .. }: &Pass<'_>) -> Section {
    let because = |hold: &Hold| match hold {
        Hold::Settings(span) | Hold::Doubt(span) => {
            format!("{} is unresolved and might mean it", code(&span.to_string()))
        }
        other => hold::cause(other).to_owned(),
    };
    let row = |held: &Held| {
        let Held { removal, hold } = held;
        let because = match removal.why {
            Why::NotDeclared => because(hold),
            _ => format!("{} · {}", because(hold), why(removal)),
        };
        row(
            removal.link.binding,
            because + before(causes.map(|it| (it.of_held(held), it.stop_removal(removal)))),
            naming,
        )
    };
    let rows = by_resource(plan.held.iter().map(|it| (it.removal.link.binding, row(it))), naming);
    Section {
        what: ["removal held", "removals held"],
        intro: holds(plan, limited.as_ref(), naming),
        columns: &["Resource", "Who", "Role", "Held because"],
        rows,
        open: FEW,
        ..Section::default()
    }
}

/// Everything that holds, once, and what to do about it.
fn holds(plan: &Plan, limited: Option<&Limited>, naming: &Naming<'_>) -> String {
    let mut holds: Vec<_> = plan.held.iter().map(|it| &it.hold).filter(|it| **it != Hold::Limit).collect();
    holds.sort_unstable();
    let alike = holds.chunk_by(|a, b| hold::cause(a) == hold::cause(b));
    let mut causes: Vec<_> = limited.map(|it| (it.links, over_limit(it, naming))).into_iter().collect();
    causes.extend(alike.map(|holds| {
        let release = prose(&hold::release(holds[0], None));
        (holds.len(), format!("{} → {release}", hold::cause(holds[0])))
    }));
    let mut out = match causes.as_slice() {
        // The heading has counted them.
        [(_, only)] => format!("Because {only}."),
        several => {
            let items = several.iter().map(|(count, cause)| format!("- {}, because {cause}", grouped(*count)));
            items.collect::<Vec<_>>().join("\n")
        }
    };
    if let Some(Limited { digest, .. }) = limited {
        let _ = write!(
            out,
            "\n\nIf what a limit holds is meant, release exactly that in the file:\n\n```yaml\n{}\n```\n\n\
             Or by hand: `grantsync apply` with the same files and options, and with `--approve {digest}`.",
            approval(digest, plan.now)
        );
    }
    out
}

/// Too much would go, and how much too much.
fn over_limit(Limited { exceeded, .. }: &Limited, naming: &Naming<'_>) -> String {
    /// More reasons than this nobody reads.
    const REASONS: usize = 5;
    let mut reasons: Vec<_> = exceeded.iter().take(REASONS).map(|it| prose(&hold::exceeded(it, naming))).collect();
    let more = exceeded.len().saturating_sub(REASONS);
    reasons.extend((more > 0).then(|| format!("and the same of {more} more")));
    format!("{}: {}", hold::cause(&Hold::Limit), reasons.join("; "))
}

/// What is wanted and can't be, through no fault of the files.
fn skipped(Pass { decision, naming, causes, .. }: &Pass<'_>) -> Section {
    let skipped = decision.plan.skipped.iter().filter(|it| it.why != Skip::OutsideScope);
    let rows = skipped.map(|skipped| {
        let Skipped { creation: Creation { binding, origins }, why } = skipped;
        let before = before(causes.map(|it| (it.of_skipped(skipped), false)));
        (*binding, row(*binding, format!("{why} · {}{before}", lines(origins.iter())), naming))
    });
    Section {
        what: ["grant not made", "grants not made"],
        columns: &["Resource", "Who", "Role", "Why not"],
        rows: by_resource(rows, naming),
        open: FEW,
        ..Section::default()
    }
}

fn withheld(Pass { decision: Decision { withheld, .. }, naming, causes, .. }: &Pass<'_>) -> Section {
    let removals = withheld.removals.iter().map(|removal| {
        let text = format!(
            "removal · {}{}",
            why(removal),
            before(causes.map(|it| (it.of_removal(removal), it.stop_removal(removal))))
        );
        (removal.link.binding, row(removal.link.binding, text, naming))
    });
    let creations = withheld.creations.iter().map(|creation| {
        let before = before(causes.map(|it| (it.of_creation(creation), it.stop_creation(creation))));
        let text = format!("addition · {}{before}", lines(creation.origins.iter()));
        (creation.binding, row(creation.binding, text, naming))
    });
    Section {
        what: ["step withheld", "steps withheld"],
        intro: "They are due, and not sent: the call was narrowed, or its mode allows less.".to_owned(),
        columns: &["Resource", "Who", "Role", "Step"],
        rows: by_resource(removals.chain(creations), naming),
        open: FEW,
        ..Section::default()
    }
}

/// What is said of something that the files before a change would bring about, too: whether it is only the change that
/// keeps it from being sent.
fn before(cause: Option<(Cause, bool)>) -> &'static str {
    match cause {
        Some((_, true)) => STOPPED,
        Some((Cause::Drift, false)) => " · since before this change",
        Some((Cause::Change, false)) | None => "",
    }
}

fn kept(plan: &Plan, naming: &Naming<'_>) -> Section {
    let why = |why: Keep| match why {
        Keep::Protected => "the user is protected",
        Keep::Terminated => "the resource is terminated",
    };
    let rows = plan.kept.iter().map(|it| (it.link.binding, row(it.link.binding, why(it.why).to_owned(), naming)));
    Section {
        what: ["grant stays that nobody asks for", "grants stay that nobody asks for"],
        columns: &["Resource", "Who", "Role", "Why"],
        rows: by_resource(rows, naming),
        open: 0,
        ..Section::default()
    }
}

/// What somebody has thought about.
fn accepted(Assessment { risks: _, accepted }: &Assessment) -> Section {
    let row = |Accepted { rule, found, reason, span }: &Accepted| {
        Row::item(&format!("{} ({found} found): {} · {}", code(rule), prose(reason), code(&span.to_string())))
    };
    let rows = accepted.iter().map(row).collect();
    Section { what: ["risk accepted", "risks accepted"], rows, open: FEW, ..Section::default() }
}

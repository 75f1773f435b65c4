//! Roles that are created before anything else.

use super::escape::{code, prose};
use super::section::{Section, SectionRow, titles};
use super::{OPEN, Page};
use crate::plan::NewRole;
use crate::render::ShownPass;
use crate::render::roles::{lines, outcome};
use crate::report::RoleOutcome;

/// A page with the roles before everything that is on it.
pub(super) fn before(page: Page, pass: &ShownPass<'_>) -> Page {
    let sections = sections(pass);
    let roles = titles(&sections).join(", ");
    if roles.is_empty() {
        return page;
    }
    let Page { title, notes, sections: rest, foot } = page;
    let title = match title.split_once(": ") {
        Some((verb, "no changes" | "nothing to do")) => format!("{verb}: {roles}"),
        Some((verb, rest)) => format!("{verb}: {roles} · {rest}"),
        None => format!("{roles} · {title}"),
    };
    Page { title, notes, sections: sections.into_iter().chain(rest).collect(), foot }
}

/// What went wrong first.
fn sections(pass: &ShownPass<'_>) -> [Section; 3] {
    let [mut failed, mut planned, mut created] = [const { Vec::new() }; 3];
    for (role, became) in pass.roles.steps() {
        match became {
            None => planned.push(row(role, &code(&lines(role)))),
            Some(became) if became.is_done() => created.push(row(role, &told(became))),
            Some(became) => failed.push(row(role, &told(became))),
        }
    }
    let section = |what, columns, rows| Section { what, columns, rows, open: OPEN, ..Section::default() };
    [
        section(["role not created", "roles not created"], &["Offering", "Role", "What happened"], failed),
        section(["role to create first", "roles to create first"], &["Offering", "Role", "Named by"], planned),
        section(["role created", "roles created"], &["Offering", "Role", "What happened"], created),
    ]
}

fn row(NewRole { offering_name, name, .. }: &NewRole, note: &str) -> SectionRow {
    SectionRow::line([code(offering_name), code(name), note.to_owned()])
}

fn told(became: &RoleOutcome) -> String {
    prose(&outcome(became))
}

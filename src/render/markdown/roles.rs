//! Roles that are created before anything else.

use super::Page;
use super::escape::{code, prose};
use super::section::{Fold, Line, Section};
use crate::plan::NewRole;
use crate::render::roles::{lines, outcome};
use crate::render::{ShownPass, counted};

/// A page with the roles before everything else that is on it.
pub(super) fn before(page: Page, pass: &ShownPass<'_>) -> Page {
    let sections = sections(pass);
    let roles: Vec<_> = sections.iter().filter(|it| !it.lines.is_empty()).map(|it| it.title.clone()).collect();
    let roles = roles.join(", ");
    if roles.is_empty() {
        return page;
    }
    let title = match page.title.split_once(": ") {
        Some((verb, "no changes" | "nothing to do")) => format!("{verb}: {roles}"),
        Some((verb, rest)) => format!("{verb}: {roles} · {rest}"),
        None => format!("{roles} · {}", page.title),
    };
    let all = sections.into_iter().chain(page.sections).collect();
    Page { title, sections: all, ..page }
}

/// What went wrong first.
fn sections(pass: &ShownPass<'_>) -> [Section; 3] {
    let [mut failed, mut planned, mut created] = [const { Vec::new() }; 3];
    for (role, became) in pass.roles.steps() {
        match became {
            None => planned.push(line(role, &format!("named by {}", code(&lines(role))))),
            Some(became) if became.is_done() => created.push(line(role, &prose(&outcome(became)))),
            Some(became) => failed.push(line(role, &prose(&outcome(became)))),
        }
    }
    let section = |what, lines: Vec<Line>| Section {
        title: counted(lines.len(), what),
        lines,
        fold: Fold::CHANGES,
        ..Section::default()
    };
    [
        section(["role not created", "roles not created"], failed),
        section(["role to create first", "roles to create first"], planned),
        section(["role created", "roles created"], created),
    ]
}

fn line(NewRole { offering_name, name, .. }: &NewRole, note: &str) -> Line {
    Line::item(&format!("**{}** · {} · {note}", code(name), code(offering_name)))
}

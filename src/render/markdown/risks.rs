//! Risks: the grave ones in red, the others in yellow, and all of those that are only counted there in a list.

use super::alerts::Alerts;
use super::escape::{code, prose};
use super::section::{Fold, Line, Section};
use super::words;
use crate::render::risk_groups::{RiskLine, Weight, many, risk_lines};
use crate::render::risks::{excuse, message};
use crate::render::{Forge, Naming, ShownPass, counted};
use crate::risk::{Accepted, Assessment, Finding, Risk};

/// Puts risks of a weight into their box; the list holds what is only counted there.
pub(super) fn risks(alerts: &mut Alerts, pass: &ShownPass<'_>, weight: Weight) -> Section {
    let ShownPass { naming, forge, assessment: Assessment { risks, accepted: _ }, .. } = *pass;
    let alert = if weight == Weight::Grave { &mut alerts.caution } else { &mut alerts.warning };
    let mut listed = Vec::new();
    // What a limit holds is told there.
    let held: Vec<_> = pass.decision.limited.iter().flat_map(|it| &it.exceeded).collect();
    let told = |it: &RiskLine<'_>| matches!(&it.first().finding, Finding::Share(it) if held.contains(&it));
    for it in risk_lines(risks, naming).into_iter().filter(|it| it.weight() == weight && !told(it)) {
        let text = match &it {
            RiskLine::One(risk) => one(risk, naming, forge),
            RiskLine::Many(all) => {
                listed.extend(all.iter().map(|risk| Line::item(&one(risk, naming, forge))));
                let text = many(all, naming, &|name| code(&name));
                format!("**{}:** {text}", it.first().rule)
            }
        };
        alert.push(text);
    }
    let title = format!("{} one by one", counted(listed.len(), ["risk", "risks"]));
    Section { title, lines: listed, fold: Fold::HIDDEN, ..Section::default() }
}

fn one(risk: &Risk, naming: &Naming<'_>, forge: Option<&Forge>) -> String {
    let place = risk.span.as_ref().map_or(String::new(), |it| format!(" · {}", words(naming, forge).markup.at(it)));
    let excuse = excuse(risk, &prose);
    format!("**{}:** {}{place}{excuse}", risk.rule, message(risk, naming, &|name| code(&name)))
}

/// What somebody has thought about.
pub(super) fn accepted(pass: &ShownPass<'_>) -> Section {
    let markup = words(pass.naming, pass.forge).markup;
    let line = |Accepted { rule, found, reason, span }: &Accepted| {
        Line::item(&format!("{} ({found} found): {} · {}", code(rule), prose(reason), markup.at(span)))
    };
    let lines: Vec<_> = pass.assessment.accepted.iter().map(line).collect();
    let title = counted(lines.len(), ["risk accepted", "risks accepted"]);
    Section { title, lines, fold: Fold::OTHER, ..Section::default() }
}

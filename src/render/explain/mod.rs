//! Why somebody has, gets, loses or lacks a role, as text for a terminal.

mod remembered;

use std::fmt::Write as _;

use anstyle::Style;

use self::remembered::{authored, happened, tell_logged};
use super::dates::{self, end, end_change, instant};
use super::plan::heading;
use super::style::{CREATE, HOLD, PLAIN, QUIET, REMOVE, STRONG, styled};
use super::words::dated;
use super::{Naming, hold, table, visible};
use crate::binding::ResourceId;
use crate::desired::{Origin, Phase};
use crate::diagnostic::Diagnostic;
use crate::directory::Directory;
use crate::explain::{
    Absent, Account, Declaration, EndFate, Ending, ExplainedLink, Explanation, Fact, FileLine, History, LinkStatus,
    Question, Uncertain,
};
use crate::plan::{EndChange, Why};
use crate::policy::{self, Limited};

/// What to show besides the explanation.
#[derive(Debug, Clone, Copy)]
pub struct ExplainContext<'a> {
    /// What others remember.
    pub history: &'a History,
    /// What things are called on the server.
    pub directory: &'a Directory,
    /// What limits hold.
    pub limited: &'a [Limited],
}

/// The whole answer: by resource every role with what becomes of it, the lines and links behind it and who made them;
/// then the lines that might mean something of it.
pub fn explain(explanation: &Explanation, beside: ExplainContext<'_>, naming: &Naming<'_>) -> String {
    let Explanation { question, facts, accounts, others, doubts, logged } = explanation;
    let mut out = String::new();
    if let Question { user: Some(user), resource: None, .. } = question {
        let _ = writeln!(out, "{}", styled(STRONG, naming.user(*user)));
        tell_facts(&mut out, facts, naming);
        out.push('\n');
    }
    for (resource, accounts) in by_resource(question, accounts, naming) {
        heading(&mut out, resource, naming);
        if question.resource.is_some() {
            tell_facts(&mut out, facts, naming);
        }
        tell_accounts(&mut out, &accounts, beside, naming);
        if !others.is_empty() {
            let mut others: Vec<_> = others.iter().map(|it| naming.role(*it)).collect();
            others.sort();
            let _ = writeln!(out, "  {}", styled(QUIET, format!("lacks {}: no line asks for it", others.join(", "))));
        }
        out.push('\n');
    }
    tell_logged(&mut out, logged, beside.history);
    if accounts.is_empty() {
        out.push_str("Nothing of it is live, and no line that can be resolved asks for it.\n\n");
    }
    tell_doubts(&mut out, doubts);
    let log = match beside.history.since {
        Some(since) => format!("The server's log was read back to {}.", since.strftime("%Y-%m-%d")),
        None => "The server's log could not be read.".to_owned(),
    };
    let _ = writeln!(out, "{}", styled(QUIET, log));
    out
}

/// The accounts by resource, in the order of names. What was asked about is there even if there is no account of it.
fn by_resource<'e>(
    question: &Question,
    accounts: &'e [Account],
    naming: &Naming<'_>,
) -> Vec<(ResourceId, Vec<&'e Account>)> {
    let mut groups: Vec<(ResourceId, Vec<&Account>)> = Vec::new();
    for account in accounts {
        match groups.last_mut() {
            Some((resource, group)) if *resource == account.binding.resource => group.push(account),
            _ => groups.push((account.binding.resource, vec![account])),
        }
    }
    if groups.is_empty() {
        groups.extend(question.resource.map(|it| (it, Vec::new())));
    }
    for (_, group) in &mut groups {
        group.sort_by_cached_key(|it| (naming.user(it.binding.user), naming.role(it.binding.role)));
    }
    groups.sort_by_cached_key(|(it, _)| (naming.offering(*it), naming.resource(*it), *it));
    groups
}

fn tell_facts(out: &mut String, facts: &[Fact], naming: &Naming<'_>) {
    for fact in facts {
        let fact = match fact {
            Fact::Protected(user) => format!("{} is protected: no link of this user is removed", naming.user(*user)),
            Fact::Inactive(user) => format!("{} is not active: nothing can be created", naming.user(*user)),
            Fact::Terminated(_) => "it is terminated: nothing is created or removed here".to_owned(),
            Fact::NotNamed(_) => "there is no scope, and no line names it: nothing is removed here".to_owned(),
        };
        let _ = writeln!(out, "  {}", styled(HOLD, fact));
    }
}

/// Each account in one aligned line, with what stands behind it below.
fn tell_accounts(out: &mut String, accounts: &[&Account], beside: ExplainContext<'_>, naming: &Naming<'_>) {
    let lines: Vec<_> = accounts.iter().map(|it| line(it, naming)).collect();
    let mut table = String::new();
    table::write(&mut table, "  ", &lines);
    for (account, line) in accounts.iter().zip(table.lines()) {
        let _ = writeln!(out, "{line}");
        for (depth, detail) in details(account, beside) {
            let _ = writeln!(out, "       {:depth$}{}", "", styled(QUIET, detail));
        }
    }
}

fn line(account: &Account, naming: &Naming<'_>) -> table::Line<4> {
    let (style, sign, sentence) = sentence(account);
    let binding = &account.binding;
    [
        (style, format!("{sign:<3}")),
        (style, naming.role(binding.role)),
        (PLAIN, naming.user(binding.user)),
        (style, visible(&sentence).into_owned()),
    ]
}

/// What it comes to, in one sentence.
fn sentence(account: &Account) -> (Style, &'static str, String) {
    let Account { binding: _, rows, absent, lines } = account;
    let Some(ExplainedLink { fate, .. }) = rows.first() else {
        return match absent {
            Some(Absent::Comes) => (CREATE, "+", "gets it".to_owned()),
            Some(Absent::Withheld) => (QUIET, "(+)", "lacks it: its creation is withheld".to_owned()),
            Some(Absent::Skipped(why)) => (HOLD, "!", format!("lacks it: {why}")),
            Some(Absent::NotBegun) => (QUIET, "·", format!("lacks it: {}", why(Why::NotBegun, lines))),
            Some(Absent::Ended) => (QUIET, "·", format!("lacks it: {}", why(Why::Ended, lines))),
            None => (QUIET, "·", "lacks it: no line asks for it".to_owned()),
        };
    };
    match fate {
        LinkStatus::InSync => (PLAIN, "=", "has it, and keeps it".to_owned()),
        LinkStatus::Goes(it) => (REMOVE, "-", format!("has it, and loses it: {}", why(*it, lines))),
        LinkStatus::Withheld(it) => (QUIET, "(-)", format!("has it; its removal is withheld: {}", why(*it, lines))),
        LinkStatus::Held(Why::NotDeclared, hold) => (HOLD, "!", format!("has it, and keeps it for now: {hold}")),
        LinkStatus::Held(it, hold) => {
            (HOLD, "!", format!("has it, and keeps it for now: {hold} ({})", why(*it, lines)))
        }
        LinkStatus::Kept(it) => (PLAIN, "=", format!("has it, and keeps it: {it}")),
        LinkStatus::Outside => match absent {
            Some(Absent::Skipped(why)) => (HOLD, "!", format!("has it, and it is left alone: {why}")),
            _ => (QUIET, "·", "has it, outside the scope: it is left alone".to_owned()),
        },
    }
}

fn why(why: Why, lines: &[Declaration]) -> String {
    dated(why, lines.iter().map(|it| it.origin.life))
}

/// What stands behind it: lines and who wrote them, links and who made them; each with how far it is indented.
fn details(
    account: &Account,
    ExplainContext { history, directory, limited }: ExplainContext<'_>,
) -> Vec<(usize, String)> {
    let Account { binding: _, rows, absent: _, lines } = account;
    let mut details = Vec::new();
    for it in lines {
        details.push((0, asked(it)));
        let places = [Some(&it.origin.span), it.member.as_ref()];
        for place in places.into_iter().flatten().map(FileLine::of) {
            // Of one line nobody has to be told which one it is.
            let named = it.member.is_some().then_some(&place);
            details.extend(history.authors.get(&place).map(|author| (2, authored(named, author))));
        }
    }
    for row in rows {
        let fate = match &row.fate {
            _ if rows.len() == 1 => "",
            LinkStatus::Goes(_) => ": goes",
            _ => ": stays",
        };
        details.push((0, format!("link {}{fate}", row.link.id)));
        details.extend(ending(row, limited).into_iter().map(|it| (2, it)));
        if let LinkStatus::Held(_, held) = &row.fate {
            let digest = policy::digest_of(limited, held);
            details.push((2, format!("help: {}", hold::release(held, digest))));
        }
    }
    details.extend(happened(account, history, directory).into_iter().map(|it| (0, it)));
    details
}

/// When the server ends a link by itself, and what becomes of that.
fn ending(ExplainedLink { link, fate: _, end }: &ExplainedLink, limited: &[Limited]) -> Vec<String> {
    let Some(Ending { to, fate }) = end else {
        let ends = link.ends.map(|at| format!("the server will end it after {}", dates::end(at)));
        return ends.into_iter().collect();
    };
    let change = end_change(EndChange { link: *link, ends: *to, origins: &[] });
    match fate {
        EndFate::Changes => vec![format!("its end changes: {change}")],
        EndFate::Withheld => vec![format!("its end should change: {change}; that is withheld")],
        EndFate::Skipped(why) => vec![format!("its end should change: {change}; not changed: {why}")],
        EndFate::Held(held) => {
            let help = hold::release(held, policy::digest_of(limited, held));
            vec![format!("its end should change: {change}; held: {held}"), format!("help: {help}")]
        }
    }
}

/// The line, as the files say it.
fn asked(Declaration { origin, phase, member }: &Declaration) -> String {
    let Origin { span, groups, life, reason } = origin;
    let mut text = span.to_string();
    if !groups.is_empty() {
        let _ = write!(text, " via {}", groups.join(" › "));
    }
    if let Some(member) = member {
        let _ = write!(text, " ({member})");
    }
    let from = life.from.map(|it| format!("from {}", instant(it)));
    let until = life.until.map(|it| format!("until {}", end(it)));
    let phase = match phase {
        Phase::NotBegun => Some("not begun".to_owned()),
        Phase::Alive => None,
        Phase::Ended => Some("ended".to_owned()),
    };
    for part in [reason.as_deref().map(str::to_owned), from, until, phase].into_iter().flatten() {
        let _ = write!(text, " · {part}");
    }
    visible(&text).into_owned()
}

fn tell_doubts(out: &mut String, doubts: &[Uncertain]) {
    if doubts.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", styled(HOLD, "Unresolved, and might mean something of this:"));
    for Uncertain { diagnostic, phase, probably } in doubts {
        let Diagnostic { message, primary, help, .. } = &**diagnostic;
        let phase = match phase {
            Phase::NotBegun => " (not begun)",
            Phase::Alive => "",
            Phase::Ended => " (ended)",
        };
        let probably = if *probably { ", and probably does" } else { "" };
        let text = format!("{}{phase}: {message}{probably}", primary.span);
        let _ = writeln!(out, "  {}", visible(&text));
        if let Some(help) = help {
            let _ = writeln!(out, "    {}", styled(QUIET, format!("help: {}", visible(help))));
        }
    }
    out.push('\n');
}

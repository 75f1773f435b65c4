//! Sentences that several formats share, each in one place. A format says only how it marks names.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::dates::{end, end_change, instant};
use super::{Forge, Naming, forge, seen, visible};
use crate::binding::{Binding, RoleId};
use crate::desired::{Life, Origin};
use crate::diagnostic::Span;
use crate::plan::{Creation, EndChange, Hold, Removal, Why};
use crate::policy::Intent;
use crate::snapshot::Observation;

/// How a format marks what others wrote.
#[derive(Debug, Clone, Copy)]
pub(super) struct Markup<'a> {
    /// A name or a place.
    pub(super) name: fn(&str) -> String,
    /// A sentence that may quote names in backticks.
    pub(super) prose: fn(&str) -> String,
    /// How a place leads to its line, if it does: the place as it is marked, and its address.
    pub(super) link: fn(&str, &str) -> String,
    /// Where the files can be seen.
    pub(super) forge: Option<&'a Forge>,
}

/// For a terminal: names are told from words by where they are.
pub(super) const TEXT: Markup<'static> = Markup { name: plain, prose: plain, link: unlinked, forge: None };

/// For one-line messages: names are in backticks.
pub(super) const QUOTED: Markup<'static> =
    Markup { name: |it| format!("`{}`", visible(it)), prose: plain, link: unlinked, forge: None };

fn plain(text: &str) -> String {
    visible(text).into_owned()
}

fn unlinked(place: &str, _address: &str) -> String {
    place.to_owned()
}

/// Names, as a format marks them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) naming: &'a Naming<'a>,
    pub(super) markup: Markup<'a>,
}

impl Words<'_> {
    /// A binding as cells: resource, user, role.
    pub(super) fn cells(self, Binding { resource, role, user }: Binding) -> [String; 3] {
        [self.naming.resource_in_line(resource), self.naming.user(user), self.naming.role(role)]
            .map(|it| (self.markup.name)(&it))
    }

    /// Roles, each once, in the order of names.
    pub(super) fn roles(self, roles: impl Iterator<Item = RoleId>) -> String {
        let names: BTreeSet<_> = roles.map(|it| self.naming.role(it)).collect();
        let names: Vec<_> = names.iter().map(|it| (self.markup.name)(it)).collect();
        names.join(", ")
    }

    /// `carol as viewer of cluster-a`.
    pub(super) fn binding(self, binding: Binding) -> String {
        let [resource, user, role] = self.cells(binding);
        format!("{user} as {role} of {resource}")
    }
}

impl Markup<'_> {
    /// A place: where the forge is known, it leads there.
    pub(super) fn at(self, span: &Span) -> String {
        self.linked(span, self.forge.map(|it| &*it.files))
    }

    /// A line that a change has deleted: it is seen where the files before the change are.
    pub(super) fn deleted(self, line: &Origin) -> String {
        format!("deleted from {}", self.origin(line, self.forge.and_then(|it| it.before.as_deref())))
    }

    fn linked(self, span: &Span, files: Option<&str>) -> String {
        let place = (self.name)(&span.to_string());
        let address = files.filter(|_| !span.is_option()).and_then(|files| forge::address(files, span));
        address.map_or_else(|| place.clone(), |it| (self.link)(&place, &it))
    }

    /// The lines that ask for something: the first in full, then how many more.
    pub(super) fn lines<'a>(self, mut lines: impl Iterator<Item = &'a Origin>) -> String {
        let Some(first) = lines.next() else { return String::new() };
        let until = first.life.until.map_or(String::new(), |it| format!(" · until {}", end(it)));
        format!("{}{until}{}", self.place(first), more(lines.count()))
    }

    /// The lines that ask for a link to be created, and when the server will end it by itself.
    pub(super) fn created(self, Creation { binding: _, origins, ends, row: _ }: &Creation) -> String {
        let lines = self.lines(origins.iter());
        let Some(at) = ends.at() else { return lines };
        let told = origins.first().is_some_and(|it| it.life.until == Some(at));
        let on = if told { String::new() } else { format!(" after {}", end(at)) };
        format!("{lines} · the server will end it{on}")
    }

    /// The end a link has and the one it gets, with the line that asks for it.
    pub(super) fn end_change(self, change: EndChange<'_>) -> String {
        let lines = match change.origins {
            [] => "the user is protected".to_owned(),
            [first, rest @ ..] => format!("{}{}", self.place(first), more(rest.len())),
        };
        format!("{} · {lines}", end_change(change))
    }

    /// Why a link is removed, with the line that once asked for it or will; or how its end changes.
    pub(super) fn why(self, removal: &Removal) -> String {
        if let Some(change) = removal.end_change() {
            return self.end_change(change);
        }
        let Removal { link: _, why, origins } = removal;
        let why = dated(*why, origins.iter().map(|it| it.life));
        match &origins[..] {
            [] => why,
            [first, rest @ ..] => format!("{why} · {}{}", self.place(first), more(rest.len())),
        }
    }

    /// What holds a removal, with the line or setting if it is one.
    pub(super) fn hold(self, hold: &Hold) -> String {
        match hold.place() {
            Some(span) => format!("{} · {}", hold.cause(), self.at(span)),
            None => hold.cause().to_owned(),
        }
    }

    /// What a token that is not a staff token does not show or allow; `None` for a staff token.
    pub(super) fn not_staff(self, observation: &Observation) -> Option<String> {
        let (of, name) = seen::holder(&observation.caller);
        observation.lacks().map(|lacks| format!("the token {of} {} {lacks}", (self.name)(name)))
    }

    /// Where a line is, by which groups it means somebody, and why it is there.
    pub(super) fn place(self, line: &Origin) -> String {
        self.origin(line, self.forge.map(|it| &*it.files))
    }

    fn origin(self, Origin { span, groups, life: _, reason }: &Origin, files: Option<&str>) -> String {
        let mut out = self.linked(span, files);
        if !groups.is_empty() {
            let groups: Vec<_> = groups.iter().map(|it| (self.name)(it)).collect();
            let _ = write!(out, " via {}", groups.join(" › "));
        }
        if let Some(reason) = reason {
            let _ = write!(out, " · {}", (self.prose)(reason));
        }
        out
    }
}

/// Why a link is removed, with the date if it is one.
pub(super) fn dated(why: Why, lives: impl Iterator<Item = Life> + Clone) -> String {
    let ended = lives.clone().filter_map(|it| it.until).max();
    let begins = lives.filter_map(|it| it.from).min();
    match (why, ended, begins) {
        (Why::Ended, Some(at), _) => format!("{why}, was until {}", end(at)),
        (Why::NotBegun, _, Some(at)) => format!("{why}, begins {}", instant(at)),
        _ => why.to_string(),
    }
}

/// What would be done without the change.
pub(super) fn without(intent: Intent) -> &'static str {
    match intent {
        Intent::Create => "would be created",
        Intent::Skip => "could not be created",
        Intent::Remove => "would be removed",
        Intent::SetEnd => "would end at another time",
        Intent::Hold | Intent::Limit => "would be held",
        Intent::Withhold => "would be withheld",
    }
}

fn more(lines: usize) -> String {
    if lines == 0 { String::new() } else { format!(" · and {}", super::counted(lines, ["more line", "more lines"])) }
}

/// The lines that ask for something, for a terminal: the first in full, then how many more.
pub fn origins<'a>(lines: impl Iterator<Item = &'a Origin>) -> String {
    TEXT.lines(lines)
}

/// The lines that ask for a link to be created, for a terminal, and when the server will end it by itself.
pub fn created(creation: &Creation) -> String {
    TEXT.created(creation)
}

/// How the end of a link changes, for a terminal, with the line that asks for it.
pub fn end_changed(change: EndChange<'_>) -> String {
    TEXT.end_change(change)
}

/// Why a link is removed, for a terminal, with the line that once asked for it or will; or how its end changes.
pub fn why(removal: &Removal) -> String {
    TEXT.why(removal)
}

/// The first letter as a sentence begins.
pub(super) fn capitalized(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or(String::new(), |it| it.to_uppercase().chain(chars).collect())
}

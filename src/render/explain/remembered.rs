//! What git and the server's log remember, as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::directory::Directory;
use crate::event::{Event, EventKind, LinkNames};
use crate::explain::{Account, Authored, FileLine, History};
use crate::render::dates::instant;
use crate::render::style::{PLAIN, QUIET, STRONG, styled};
use crate::render::{table, visible};

/// Who wrote a line.
pub(super) fn authored(place: Option<&FileLine>, author: &Authored) -> String {
    let place = place.map(|FileLine { file, line }| format!("{file}:{line} ")).unwrap_or_default();
    let text = match author {
        Authored::Commit { id, author, at, summary } => {
            let day = at.strftime("%Y-%m-%d");
            let id = id.get(..12).unwrap_or(id);
            format!("{place}last changed {day} by {author} in {id}: {summary}")
        }
        Authored::Uncommitted => format!("{place}not committed yet"),
    };
    visible(&text).into_owned()
}

/// What happened to links of it: first what made it, if it is live; then the newest.
pub(super) fn happened(account: &Account, history: &History, directory: &Directory) -> Vec<String> {
    let events = history.events_about(account, directory);
    // Only the first one is why things are as they are.
    let outside = events.first().is_some_and(|it| history.is_outside_of_git(it, account));
    let mut told = told(&events);
    if let Some(first) = told.first_mut().filter(|_| outside) {
        first.push_str(", outside of git");
    }
    told
}

/// Events, as many as anybody reads.
fn told(events: &[&Event]) -> Vec<String> {
    /// More is for the log itself.
    const SHOWN: usize = 3;
    let mut told: Vec<_> = events.iter().take(SHOWN).map(|it| event(it)).collect();
    let more = events.len().saturating_sub(SHOWN);
    if more > 0 {
        told.push(format!("and {more} more in the server's log"));
    }
    told
}

fn event(Event { at, what, by, .. }: &Event) -> String {
    let what = match what {
        EventKind::LinkCreated => "made",
        EventKind::LinkRemoved => "removed",
    };
    let by = by.as_deref().unwrap_or("the server itself");
    visible(&format!("{what} {} by {by}", instant(*at))).into_owned()
}

/// What only the log knows, by the names of resources.
pub(super) fn tell_logged(out: &mut String, logged: &[LinkNames], history: &History) {
    let mut resources: BTreeMap<&str, Vec<&LinkNames>> = BTreeMap::new();
    for names in logged {
        resources.entry(&names.resource).or_default().push(names);
    }
    for (resource, links) in resources {
        let only = styled(QUIET, "only in the server's log: deleted or renamed since, or its name is not unique");
        let _ = writeln!(out, "{}  {only}", styled(STRONG, visible(resource)));
        let cells = |it: &&LinkNames| {
            let [role, user] = [&it.role, &it.user].map(|it| visible(it).into_owned());
            [(QUIET, "·  ".to_owned()), (QUIET, role), (PLAIN, user)]
        };
        let lines: Vec<_> = links.iter().map(cells).collect();
        let mut rows = String::new();
        table::write(&mut rows, "  ", &lines);
        for (names, row) in links.iter().zip(rows.lines()) {
            let _ = writeln!(out, "{row}");
            let events: Vec<_> = history.events_of(names).collect();
            for it in told(&events) {
                let _ = writeln!(out, "       {}", styled(QUIET, it));
            }
        }
        out.push('\n');
    }
}

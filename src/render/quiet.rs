//! What is counted where it is much: removals that are not sent, and additions that are withheld.

use super::counted;
use super::rows::{Change, Detail, Row};

/// The rows of one resource: those that are shown, and the others as signs and words.
pub(super) struct Quiet<'r, 'a> {
    pub(super) shown: Vec<&'r Row<'a>>,
    pub(super) counted: Vec<(&'static str, String)>,
}

/// More rows that wait for the same than this are counted, unless everything is asked for.
const SHOWN: usize = 3;

/// Says which rows are shown.
pub(super) fn quiet<'r, 'a>(rows: &'r [Row<'a>], detail: Detail) -> Quiet<'r, 'a> {
    let mut quiet = Quiet { shown: Vec::new(), counted: Vec::new() };
    let mut alike: Vec<((&'static str, String), Vec<&'r Row<'a>>)> = Vec::new();
    for row in rows {
        match waits(row).filter(|_| detail < Detail::Everything) {
            None => quiet.shown.push(row),
            Some(why) => match alike.iter_mut().find(|(it, _)| *it == why) {
                Some((_, rows)) => rows.push(row),
                None => alike.push((why, vec![row])),
            },
        }
    }
    for ((sign, why), rows) in alike {
        if rows.len() <= SHOWN {
            quiet.shown.extend(rows);
        } else {
            let what = if sign == "(+)" { ["addition", "additions"] } else { ["removal", "removals"] };
            quiet.counted.push((sign, format!("{} {why}; -v lists them", counted(rows.len(), what))));
        }
    }
    quiet
}

/// What a row waits for, with its sign; nothing, if it is sent or stays.
fn waits(row: &Row<'_>) -> Option<(&'static str, String)> {
    match &row.change {
        Change::Hold(held) => Some(("!", format!("held: {}", held.hold.cause()))),
        Change::WithholdRemoval(_) => Some(("(-)", "withheld".to_owned())),
        Change::WithholdCreation(_) => Some(("(+)", "withheld".to_owned())),
        _ => None,
    }
}

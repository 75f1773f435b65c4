//! Which row stays where several stand for one binding.

use jiff::Timestamp;

use crate::binding::Link;

/// Of the rows of one binding the one that stays, whoever looks: the oldest, then the smallest id, of those that no other
/// automation keeps and whose end has not passed; of all, if there is none. Where the server does not say how old they
/// are, it is the smallest id.
pub fn keeper(rows: &[Link], now: Timestamp) -> Option<Link> {
    let past = |it: &Link| it.ends.is_some_and(|end| end <= now);
    rows.iter().copied().min_by_key(|it| (it.managed || past(it), it.created, it.id))
}

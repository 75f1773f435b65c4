//! What was seen of a server, kept in a file: how old it is, and whether that will do.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::error::{Error, Result};
use super::{Exit, saved};
use crate::render::{self, SnapshotAge, visible};
use crate::saved::SavedView;

/// Reads what was seen, unless that is too long ago.
pub(super) fn view(path: &Path, max_age: Duration) -> Result<SavedView> {
    let view = SavedView::read(&saved::text(path)?)?;
    let SnapshotAge { age, .. } = SnapshotAge::new(view.seen, Timestamp::now(), view.everybody);
    if age > max_age {
        let (age, most) = (render::span(age), render::span(max_age));
        let message = format!("the snapshot is {age} old (limit {most})");
        let help = "run the job that makes it (in the recipes: the workflow `grants apply` on GitHub, the job \
                    `grants:live` on GitLab), or `grantsync snapshot`; `--max-age` allows an older one";
        return Err(Error::new(Exit::Stale, message).help(help));
    }
    Ok(view)
}

/// How a plan begins that rests on it.
pub(super) fn heading(view: &SavedView, seen: SnapshotAge) -> String {
    let server = &view.snapshot.observation.server;
    render::seen(seen, &visible(&format!(" · {server}")))
}

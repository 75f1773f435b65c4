//! What was seen of a server, kept in a file: how old it is, and whether that will do.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use super::saved::NotCurrent;
use crate::render::visible;
use crate::saved::SavedView;

/// Reads what was seen, unless that is too long ago.
pub(super) fn view(path: &Path, max_age: Duration) -> Result<SavedView> {
    let text = fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
    let view = SavedView::read(&text)?;
    let age = age(&view);
    if age > max_age {
        return Err(NotCurrent::TooOld { age: in_words(age), most: in_words(max_age) }.into());
    }
    Ok(view)
}

/// How a plan begins that rests on it: how old it is, and what it can't know.
pub(super) fn heading(view: &SavedView) -> String {
    let SavedView { seen, fingerprint, directory: _, snapshot } = view;
    let (at, server) = (seen.strftime("%Y-%m-%d %H:%M UTC"), &snapshot.observation.server);
    let text = format!("As seen at {at}, {} ago · {server} · token {fingerprint}", in_words(age(view)));
    format!("{}\nUsers who are not in the file are unresolved here, even if they exist.\n\n", visible(&text))
}

/// Nothing is younger than now, whatever the clocks say.
fn age(view: &SavedView) -> Duration {
    Duration::try_from(Timestamp::now().duration_since(view.seen)).unwrap_or_default()
}

/// To the second below a minute, to the minute below a day, else to the hour.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if minutes == 0 {
        format!("{seconds}s")
    } else if hours == 0 {
        format!("{minutes}m")
    } else if hours < 24 {
        format!("{hours}h {}m", minutes % 60)
    } else {
        format!("{}d {}h", hours / 24, hours % 24)
    }
}

//! Who wrote a line of the files, read by the `git` binary.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::{FilesError, repository};
use crate::explain::{Authored, FileLine};

/// Who wrote each of these lines last: as they are in the work tree, or in a commit.
///
/// What git does not know is left out: a file that is in no work tree or not in the commit, a line whose history was cut
/// off when the repository was cloned, and everything where there is no git.
pub fn authors(places: &BTreeSet<FileLine>, rev: Option<&str>) -> BTreeMap<FileLine, Authored> {
    let mut files: BTreeMap<&Arc<str>, (u32, u32)> = BTreeMap::new();
    for FileLine { file, line } in places {
        let (first, last) = files.entry(file).or_insert((*line, *line));
        (*first, *last) = ((*first).min(*line), (*last).max(*line));
    }
    let mut authors = BTreeMap::new();
    for (file, lines) in files {
        match blame(file, lines, rev) {
            Ok(found) => authors.extend(found.into_iter().filter(|(place, _)| places.contains(place))),
            Err(error) => tracing::debug!(%file, %error, "git does not know who wrote it"),
        }
    }
    authors
}

fn blame(
    file: &Arc<str>,
    (first, last): (u32, u32),
    rev: Option<&str>,
) -> Result<Vec<(FileLine, Authored)>, FilesError> {
    let tree = repository::GitPath::of(Path::new(&**file))?;
    let commit = rev.map(|it| tree.commit(it)).transpose()?;
    let range = format!("{first},{last}");
    let options = ["blame", "--line-porcelain", "--encoding=UTF-8", "--no-textconv", "-L", &range];
    let options = options.into_iter().chain(commit.as_deref()).chain(["--"]).map(OsStr::new);
    let told = tree.git(options.chain([tree.below.as_os_str()]))?;
    let cut = tree.git(["rev-parse", "--is-shallow-repository"])?.starts_with(b"true");
    let place = |line| FileLine { file: Arc::clone(file), line };
    let known = lines(&String::from_utf8_lossy(&told)).into_iter().filter(|it| !(cut && it.oldest));
    Ok(known.map(|it| (place(it.number), it.author)).collect())
}

/// A line, as git tells of it.
struct Line {
    number: u32,
    author: Authored,
    /// Whether it was there already in the oldest commit that is known.
    oldest: bool,
}

/// Reads what `git blame --line-porcelain` prints: for each line a head `COMMIT LINE LINE`, keys with values, and the
/// line itself after a tab.
fn lines(told: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = told.lines();
    while let Some(head) = rest.next() {
        let keys: BTreeMap<&str, &str> = rest
            .by_ref()
            .take_while(|it| !it.starts_with('\t'))
            .map(|it| it.split_once(' ').unwrap_or((it, "")))
            .collect();
        lines.extend(line(head, &keys));
    }
    lines
}

fn line(head: &str, keys: &BTreeMap<&str, &str>) -> Option<Line> {
    let mut head = head.split(' ');
    let (id, number) = (head.next()?, head.nth(1)?.parse().ok()?);
    let text = |key: &str| keys.get(key).map(|it| (*it).to_owned());
    let author = if id.bytes().all(|it| it == b'0') {
        Authored::Uncommitted
    } else {
        Authored::Commit {
            id: id.to_owned(),
            author: text("author")?,
            at: Timestamp::from_second(keys.get("author-time")?.parse().ok()?).ok()?,
            summary: text("summary")?,
        }
    };
    Some(Line { number, author, oldest: keys.contains_key("boundary") })
}

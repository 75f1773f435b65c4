//! The forge that runs a job, as its environment describes it: there, lines of the files can be seen.

use std::env;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::revision::Revision;
use crate::reconcile::files;
use crate::render::Forge;

/// Where the files can be seen, and those of `base`; nothing outside of GitHub Actions and GitLab CI.
pub(super) fn forge(paths: &[PathBuf], revision: &Revision, base: Option<&str>) -> Option<Forge> {
    let job = Job::here()?;
    let of = |rev: &str| files::commit(paths, rev).map(|it| job.address(&it.id));
    let shown = revision.git.as_deref().map_or_else(|| Some(job.address(&job.commit)), of)?;
    Some(Forge { files: shown, before: base.and_then(of) })
}

/// Where the files can be seen that are checked out.
pub(super) fn checked_out() -> Option<Forge> {
    let job = Job::here()?;
    Some(Forge { files: job.address(&job.commit), before: None })
}

/// What the environment says about a job.
struct Job {
    /// The address of all commits.
    commits: String,
    /// The commit that is checked out, by which people find it.
    commit: String,
    /// Where this process is, below the root of the repository: empty, or with a `/` at the end.
    below: String,
}

impl Job {
    fn here() -> Option<Self> {
        let (commits, commit, root) = github().or_else(gitlab)?;
        let here = env::current_dir().ok()?.canonicalize().ok()?;
        let below = here.strip_prefix(Path::new(&root).canonicalize().ok()?).ok()?.to_str()?.to_owned();
        let below = if below.is_empty() { below } else { format!("{below}/") };
        Some(Self { commits, commit, below })
    }

    fn address(&self, commit: &str) -> Box<str> {
        let Self { commits, below, .. } = self;
        format!("{commits}/{commit}/{below}").into()
    }
}

/// GitHub merges a pull request to test it, and nobody can see the commit that it makes: its own head can be seen.
fn github() -> Option<(String, String, String)> {
    let [server, repository, root] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_WORKSPACE"].map(set);
    let head = set("GITHUB_EVENT_PATH").and_then(|it| std::fs::read(it).ok()).and_then(|event| {
        let event: Value = serde_json::from_slice(&event).ok()?;
        event.pointer("/pull_request/head/sha")?.as_str().map(str::to_owned)
    });
    let commit = head.or_else(|| set("GITHUB_SHA"))?;
    Some((format!("{}/{}/blob", server?, repository?), commit, root?))
}

fn gitlab() -> Option<(String, String, String)> {
    let [project, commit, root] = ["CI_PROJECT_URL", "CI_COMMIT_SHA", "CI_PROJECT_DIR"].map(set);
    Some((format!("{}/-/blob", project?), commit?, root?))
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|it| !it.is_empty())
}

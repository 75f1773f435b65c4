//! Passes that only ask whether anything has changed since the last full one.
//!
//! The server shows all links at the price of seconds or minutes, and answers three small questions at once. So between full
//! passes the agent asks whose token it is, how many links there are, and what its record of changes shows.

use jiff::{SignedDuration, Timestamp};

use crate::api::{ChangeMark, Client, Error};
use crate::binding::UserId;
use crate::daemon::{ContentId, End, Memory, Verdict};
use crate::snapshot::Snapshot;

/// What a full pass that found all in sync leaves to later ones.
#[derive(Debug)]
pub(super) struct Baseline {
    /// When the pass began.
    at: Timestamp,
    /// When a line begins or ends next.
    next_instant: Option<Timestamp>,
    files: ContentId,
    caller: UserId,
    links: u64,
    mark: ChangeMark,
}

impl Baseline {
    /// Of a pass that began at `at`, when the server showed `mark`; `None` if something was not in sync.
    pub(super) fn of(
        at: Timestamp,
        files: ContentId,
        mark: Option<ChangeMark>,
        end: &End,
        Snapshot { links, incomplete, observation, users: _ }: &Snapshot,
    ) -> Option<Self> {
        let End::Finished(finished) = end else { return None };
        let is_whole = incomplete.is_empty() && !observation.changing && observation.caller.is_staff;
        (is_whole && Verdict::of(end) == Verdict::InSync && finished.quiet_at.is_none()).then_some(())?;
        Some(Self {
            at,
            next_instant: finished.next_instant.filter(|it| *it > at),
            files,
            caller: observation.caller.user,
            links: links.len() as u64 + observation.of_deleted_resources,
            mark: mark?,
        })
    }

    /// Whether a pass may rest on it, before the server is asked: only the schedule asked for the pass, the files are the
    /// same, nothing begins or ends meanwhile, and the last full pass is recent enough.
    pub(super) fn fits(&self, memory: &Memory, files: ContentId, full_listing: SignedDuration) -> bool {
        let (now, age) = (memory.now(), memory.now().duration_since(self.at));
        memory.is_scheduled()
            && self.files == files
            && self.next_instant.is_none_or(|it| now < it)
            && !age.is_negative()
            && age < full_listing
    }

    /// Whether the server shows that nothing has changed.
    pub(super) async fn holds(&self, client: &Client) -> Result<bool, Error> {
        let caller = client.caller().await?;
        Ok(caller.is_staff
            && caller.user == self.caller
            && client.count_of_links().await? == self.links
            && client.is_unchanged(&self.mark).await?)
    }
}

//! Whose token it is, and what it is good for.
//!
//! Who may do what is no setting that could be read. It is how Waldur answers each kind of caller.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Check, CheckResult, Level, count};
use crate::report::Failure;
use crate::site::VisibleCounts;
use crate::snapshot::{Caller, Snapshot};

/// The kinds of callers that Waldur tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallerType {
    Staff,
    Support,
    /// Owns the consuming organisation, or administers a project of it.
    Consumer,
    /// Owns or manages what is offered.
    Provider,
    Nobody,
}

impl CallerType {
    fn of(caller: &Caller, counts: &VisibleCounts) -> Self {
        let Caller { is_staff, is_support, .. } = caller;
        let VisibleCounts { links, resources, provided, roles, users: _, events: _ } = counts;
        match (is_staff, is_support) {
            (true, _) => Self::Staff,
            (false, true) => Self::Support,
            _ if *resources > 0 || *links > 0 => Self::Consumer,
            _ if *provided > 0 || *roles > 0 => Self::Provider,
            _ => Self::Nobody,
        }
    }
}

/// Whose token it is.
pub fn token(caller: &Caller) -> CheckResult {
    CheckResult::ok(Check::Token, format!("valid, and belongs to `{}`", caller.username))
}

/// The token opens nothing. The server's words choose what is said, and decide nothing.
pub fn turned_away(Failure { message, help }: Failure) -> CheckResult {
    let has = |word: &str| message.to_lowercase().contains(word);
    let help = if has("expired") {
        Some(
            "a token that is not used for its lifetime expires: get a new one from Waldur, and for what runs on a schedule \
             have its lifetime made longer than the schedule"
                .to_owned(),
        )
    } else if has("inactive") {
        Some("the account is deactivated: ask a staff user of Waldur, or use the token of another account".to_owned())
    } else if has("invalid token") {
        Some(
            "Waldur does not know it: was it copied whole, for this server, and not replaced by a newer one since?"
                .to_owned(),
        )
    } else {
        help
    };
    CheckResult::failed(Check::Token, Failure { message: format!("rejected: {message}"), help })
}

/// Whether the token is still good when grantsync runs the next time.
pub fn lifetime(caller: &Caller, interval: Option<Duration>) -> CheckResult {
    let Some(lifetime) = caller.token_lifetime else {
        return CheckResult::ok(Check::Lifetime, "the token does not expire");
    };
    let seconds = |it: u64| SignedDuration::from_secs(i64::try_from(it).unwrap_or(i64::MAX));
    let shown = seconds(lifetime);
    match interval {
        None => CheckResult::ok(
            Check::Lifetime,
            format!(
                "the token expires when it is not used for {shown:#}: a schedule has to be shorter (`--interval 24h` \
                 checks one)"
            ),
        ),
        Some(interval) if interval.as_secs() < lifetime => {
            let interval = seconds(interval.as_secs());
            CheckResult::ok(
                Check::Lifetime,
                format!("the token expires when it is not used for {shown:#}, and is to be used every {interval:#}"),
            )
        }
        Some(interval) => {
            let interval = seconds(interval.as_secs());
            CheckResult::warning(
                Check::Lifetime,
                format!(
                    "the token expires when it is not used for {shown:#}, and is to be used every {interval:#}: each run \
                     after the first would be rejected"
                ),
                format!(
                    "run more often than every {shown:#}, or have the lifetime of this account's tokens made longer"
                ),
            )
        }
    }
}

/// How much the token is shown.
pub fn visibility(counts: Result<&VisibleCounts, Failure>) -> CheckResult {
    let VisibleCounts { links, resources, provided, roles, users, events } = match counts {
        Ok(counts) => *counts,
        Err(failure) => return CheckResult::failed(Check::Visibility, failure),
    };
    let as_provider = if provided > resources { format!(" ({provided} as their provider)") } else { String::new() };
    let [links, resources, roles] =
        [(links, "link"), (resources, "resource"), (roles, "role")].map(|(n, it)| count(n, it));
    let [users, events] = [(users, "user"), (events, "event")].map(|(n, it)| count(n, it));
    CheckResult::ok(
        Check::Visibility,
        format!("it is shown {links}, {resources}{as_provider}, {roles}, {users}, and {events} in the log"),
    )
}

/// What the owner of the token may do.
pub fn rights(caller: &Caller, counts: &VisibleCounts) -> CheckResult {
    let name = &caller.username;
    match CallerType::of(caller, counts) {
        CallerType::Staff => CheckResult::ok(
            Check::Rights,
            format!("`{name}` is staff: sees everything, may create links and remove them, as `apply` needs"),
        ),
        CallerType::Support => CheckResult::warning(
            Check::Rights,
            format!("`{name}` is support: sees everything, may create links, and may never remove one"),
            "good for `plan` and `links`; `apply` needs the token of a staff user",
        ),
        CallerType::Consumer => CheckResult::warning(
            Check::Rights,
            format!(
                "`{name}` is not staff: it is shown only some of the links, with no hint that there are more; it can create \
                 links there, but not remove them"
            ),
            "good for `links`; `plan` and `apply` need the token of a staff user",
        ),
        CallerType::Provider => CheckResult::problem(
            Check::Rights,
            format!("`{name}` owns what is offered, and is shown no link on it: every link would seem to be missing"),
            "use the token of a staff user: Waldur shows links to who consumes a resource, not to who provides it",
        ),
        CallerType::Nobody => CheckResult::problem(
            Check::Rights,
            format!("`{name}` has no role in Waldur that would show a link or a resource"),
            "use the token of a staff user",
        ),
    }
}

/// The same where links are roles on resources: there only staff may change who has access, and only staff and support
/// see
/// more than their own.
pub fn rights_on_newer(caller: &Caller) -> CheckResult {
    let Caller { username: name, is_staff, is_support, .. } = caller;
    match (is_staff, is_support) {
        (true, _) => CheckResult::ok(
            Check::Rights,
            format!("`{name}` is staff: sees everything, may create, change and remove links, as `apply` needs"),
        ),
        (false, true) => CheckResult::warning(
            Check::Rights,
            format!("`{name}` is support: is shown everything, but cannot change anything"),
            "good for `plan` and `links`; `apply` needs the token of a staff user",
        ),
        (false, false) => CheckResult::problem(
            Check::Rights,
            format!("`{name}` is neither staff nor support: it is shown its own links only, without being told so"),
            "use the token of a staff user; with this one every link of somebody else would seem to be missing",
        ),
    }
}

/// Whether it could read back what it creates, and what it would create it from. `read`: how many links a resource has
/// when it is read by itself; `None` where no resource is shown.
pub fn listing(caller: &Caller, counts: &VisibleCounts, read: Result<Option<usize>, Failure>) -> CheckResult {
    let resources = counts.resources;
    let links = match read {
        Err(failure) => return CheckResult::failed(Check::Listing, failure),
        Ok(None) if matches!(CallerType::of(caller, counts), CallerType::Staff | CallerType::Support) => {
            return CheckResult::ok(Check::Listing, "there is no resource yet on which a link could be created");
        }
        Ok(None) => {
            return CheckResult::problem(
                Check::Listing,
                "it is shown no resource on which it could create a link",
                "use the token of a staff user",
            );
        }
        Ok(Some(links)) => links as u64,
    };
    if counts.roles == 0 {
        let (level, help) = match CallerType::of(caller, counts) {
            CallerType::Staff | CallerType::Support => {
                (Level::Warning, "no offering has roles: make some in Waldur first")
            }
            CallerType::Consumer | CallerType::Provider | CallerType::Nobody => {
                (Level::Problem, "roles are shown to who provides them, to support and to staff: use a staff token")
            }
        };
        return CheckResult {
            check: Check::Listing,
            level,
            message: format!(
                "on {} it could read back what it creates, but it is shown no role, so that no line of a file means \
                 anything to it",
                count(resources, "resource")
            ),
            help: Some(help.to_owned()),
        };
    }
    CheckResult::ok(
        Check::Listing,
        format!("a resource read by itself shows its {}: what is created can be read back", count(links, "link")),
    )
}

/// What the links show when all of them are read: nothing to say, links of deleted resources, or why they can't be
/// read.
pub fn links(snapshot: Result<&Snapshot, Failure>) -> Option<CheckResult> {
    match snapshot {
        Ok(snapshot) => snapshot.observation.left_alone().map(|it| CheckResult::ok(Check::Listing, it)),
        Err(failure) => Some(CheckResult::failed(Check::Listing, failure)),
    }
}

//! The page for people, as text.

use std::collections::{BTreeSet, VecDeque};

use grantsync::admin::page;
use grantsync::daemon::{About, Activity, CurrentWait, Listed, SoFar, Status, TokenState, Trigger, Verdict};
use jiff::SignedDuration;

use super::admin_kit::{ALL, HOSTILE, hostile, now, status};
use super::daemon_kit::{minutes, noon};

/// What stands between two pieces of markup, for the first time.
fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = html.split_once(before).unwrap_or_else(|| panic!("no {before} in {html}"));
    rest.split_once(after).unwrap().0
}

/// The words of a piece of markup.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => out.push(letter),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(start_paused = true)]
async fn one_glance_tells() {
    let mut told = Vec::new();
    for name in ALL {
        let status = status(name).await;
        let html = page(&status, now(&status));
        let banner = between(&html, "<section class=\"banner ", "</section>");
        let (tone, banner) = banner.split_once("\">").unwrap();
        told.push(format!("{name}: {tone} {}", words(banner)));
        assert!(html.contains(&format!("<title>{} · grantsync</title>", between(banner, "<h1>", "</h1>"))));
    }
    let expected = expect_test::expect![[r#"
        first: quiet … First check The first pass is under way.
        in_sync: good ✓ In sync Access is as declared. 1,204 bindings found, and nothing to do.
        changed: changed ↻ Changed, now in sync The last pass made 4 changes. Access is as declared.
        held: waits ! Held 31 removals are held. Everything else is as declared.
        unresolved: waits ! Unresolved 2 problems to fix, and 1 removal is held. The rest is as declared.
        incomplete: bad ✕ Incomplete Some steps failed or got no answer, or links changed meanwhile. It is tried again. The last good pass ended 73 seconds ago.
        broken: bad ✕ Files broken Nothing is changed until the files are fixed. The last good pass ended 73 seconds ago.
        unreachable: bad ✕ Server unreachable Cannot read the server. Nothing was changed; retrying. The last good pass ended 73 seconds ago.
        unauthorized: bad ✕ Token rejected Nothing can be read or changed until the token is replaced. The last good pass ended 73 seconds ago."#]];
    expected.assert_eq(&told.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_is_not_shown_as_if_it_were_of_now() {
    let status = status("in_sync").await;
    let html = page(&status, now(&status) + minutes(20));
    assert_eq!(between(&html, "<h1>", "</h1>"), "Out of date");
    let stopping = Status { activity: Activity::Stopping, ..status.clone() };
    assert_eq!(between(&page(&stopping, now(&status)), "<h1>", "</h1>"), "Stopping");
}

#[tokio::test(start_paused = true)]
async fn it_says_what_is_held_and_how_to_release_it() {
    let status = status("held").await;
    let html = page(&status, now(&status));
    let section = words(between(&html, "<h2>What is held, and how to release it</h2>", "<details>"));
    assert_eq!(
        section,
        "31 removals held by a limit, since 1 Jan 2027, 15:22 UTC: 31 bindings would go, more than the 25 that \
         limits.removals allows To let exactly these go, and nothing else (digest held-aaaaaaaaaaaaaaaaaaaaaaaaaa), write into one of the \
         files, or below approvals: if it is there, reviewed like every change: approvals: - {held: \
         &quot;held-aaaaaaaaaaaaaaaaaaaaaaaaaa&quot;} Or by hand: grantsync apply -f /etc/grantsync/access --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa"
            .replace("15:22", between(&section, "2027, ", " UTC"))
    );
    // Two blocks: one click selects what is pasted into one place.
    let blocks: Vec<_> = html.split("<pre class=\"release\">").skip(1).map(|it| it.split("</pre>").next()).collect();
    let lines = "approvals:\n  - {held: &quot;held-aaaaaaaaaaaaaaaaaaaaaaaaaa&quot;}";
    assert_eq!(
        blocks,
        [lines, "grantsync apply -f /etc/grantsync/access --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa"].map(Some)
    );
    assert!(html.contains("31 held removals") && html.contains("user0001: member on cluster-c"));
}

#[tokio::test(start_paused = true)]
async fn what_only_the_count_of_a_day_holds_is_told_what_a_command_does_and_when_there_is_room() {
    let mut status = status("held").await;
    let at = now(&status) + minutes(300);
    let view = status.view.as_mut().unwrap();
    view.limited.as_mut().unwrap().0.release.exactly = false;
    view.room = Some(at);
    let html = page(&status, now(&status));
    let words = words(between(&html, "Or by hand", "<details>"));
    let expected = ". That knows nothing of the last 24 hours: it shows all that is due, and does it, under its own limits, \
                    when somebody says yes: grantsync apply -f /etc/grantsync/access --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa Or wait: \
                    if nothing else is removed meanwhile, the first pass after";
    assert!(words.starts_with(expected), "{words}");
    assert!(words.ends_with("(in 5 hours) has room for them."), "{words}");
}

#[tokio::test(start_paused = true)]
async fn what_failed_later_is_shown_beside_what_was_known() {
    let mut held = status("held").await;
    let failed = status("unreachable").await;
    let mut last = failed.last().unwrap().clone();
    last.began = held.view.as_ref().unwrap().at + minutes(5);
    held.history.push_back(last);
    held.failure = failed.failure;
    let words = words(&page(&held, now(&held)));
    assert!(words.contains("What went wrong GET /api/marketplace-resource-users/: connection refused"), "{words}");
    assert!(words.contains("→") || words.contains("is the server up? grantsync doctor looks at everything"), "{words}");
    assert!(words.contains("when a pass last went all the way"), "{words}");
}

#[tokio::test(start_paused = true)]
async fn a_pass_under_way_is_shown() {
    let status = status("in_sync").await;
    let since = now(&status) - SignedDuration::from_secs(12);
    let asked = BTreeSet::from([Trigger::FileChange, Trigger::Signal]);
    let mut status =
        Status { activity: Activity::Running { asked, since, waits: None, so_far: SoFar::default() }, ..status };
    let shown = words(&page(&status, since + SignedDuration::from_secs(12)));
    assert!(shown.contains("Next pass running nowbegan 12 seconds ago, asked by file change, SIGHUP"), "{shown}");

    let first =
        Status { history: VecDeque::new(), changes: VecDeque::new(), token: TokenState::Untried, ..status.clone() };
    let mut first = Status { view: None, last_good: None, revision: None, ..first };
    first.note(None, SoFar { files_read: true, answered: true, steps: 37 });
    let shown = words(&page(&first, since + SignedDuration::from_secs(12)));
    assert!(shown.contains("First check The first pass is under way: 37 steps so far."), "{shown}");
    assert!(shown.contains("Files valid") && shown.contains("Token accepted"), "{shown}");
    assert!(shown.contains("The pass under way tells what it does when it is over: 37 steps so far."), "{shown}");
    first.leaving = true;
    let shown = words(&page(&first, since + SignedDuration::from_secs(12)));
    assert!(shown.contains("Stopping What is in flight is finished first. Everything else stays as it is."), "{shown}");

    let why = "GET /api/users/me/: could not connect to `waldur.example.org`: refused, tried 3 times".to_owned();
    status.note(Some(CurrentWait { since, why }), SoFar::default());
    let html = page(&status, since + SignedDuration::from_secs(12));
    assert_eq!(between(&html, "<h1>", "</h1>"), "In sync", "it may be a hiccup");
    let shown = words(&html);
    assert!(
        shown.contains("What the pass waits for GET /api/users/me/: could not connect to waldur.example.org: refused"),
        "{shown}"
    );
    let html = page(&status, since + SignedDuration::from_secs(41));
    let banner = words(between(&html, "<section class=\"banner bad\">", "</section>"));
    assert_eq!(
        banner,
        "✕ No answer The pass under way has waited for the server for 41 seconds, and goes on. The last good pass ended \
         101 seconds ago."
    );
}

#[tokio::test(start_paused = true)]
async fn many_changes_are_folded_and_those_not_kept_are_counted() {
    let mut status = status("changed").await;
    let (at, some) = status.changes.pop_front().unwrap();
    let first: Vec<_> = some.first.iter().cycle().take(100).cloned().collect();
    status.changes.push_front((at, Listed { first, count: 300 }));
    let html = page(&status, now(&status));
    let section = words(between(&html, "<h2>What changed lately</h2>", "</section>"));
    let (open, folded) = section.split_once("92 more").unwrap();
    assert_eq!((open.matches(" on ").count(), folded.split("UTC").next().unwrap().matches(" on ").count()), (8, 92));
    assert!(folded.contains("and 200 changes that only the log tells, by ids"), "{folded}");
    assert!(words(&html).contains("The last pass made 300 changes. Access is as declared."));
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_in_the_first_sentence() {
    let mut status = status("held").await;
    let lead = |status: &Status| {
        let html = page(status, now(status));
        between(&html, "</h1>", "</div>")
            .replace("<bdi>", "")
            .replace("</bdi>", "")
            .replace("<p>", "")
            .replace("</p>", "")
    };
    let view = status.view.as_mut().unwrap();
    view.withheld = ["2 steps are withheld by `mode` or the command line".to_owned()].into_iter().collect();
    assert_eq!(
        lead(&status).trim(),
        "31 removals are held, 2 steps are withheld by <code>mode</code> or \
         the command line. Everything else is as declared."
    );
    status.history.back_mut().unwrap().verdict = Verdict::Unresolved;
    let view = status.view.as_mut().unwrap();
    (view.withheld, view.unresolved) = (Listed::default(), ["no user `bop`".to_owned()].into_iter().collect());
    assert_eq!(lead(&status).trim(), "1 problem to fix, and 31 removals are held. The rest is as declared.");
}

#[tokio::test(start_paused = true)]
async fn it_says_what_begins_and_ends_soon() {
    let status = status("in_sync").await;
    let html = page(&status, now(&status));
    let begins = words(between(&html, "<h2>What begins soon</h2>", "</section>"));
    assert!(begins.contains("erin: member on cluster-b (access/hpc.yaml:61)"), "{begins}");
    assert!(begins.contains("begins in 44 hours, at 3 Jan 2027, 12:00 UTC"), "{begins}");
    let ends = words(between(&html, "<h2>What ends soon</h2>", "</section>"));
    assert!(ends.contains("guest-turing: viewer on cluster-a") && ends.contains("4 Jan 2027, 12:00 UTC"), "{ends}");
}

#[tokio::test(start_paused = true)]
async fn a_long_list_says_what_it_leaves_out() {
    let mut status = status("broken").await;
    status.broken = (0..1500).map(|it| format!("finding {it}")).collect();
    let html = page(&status, now(&status));
    assert!(html.contains("<li>and 1,300 more</li>"));
}

#[test]
fn times_are_said_as_people_say_them() {
    let ago = |seconds: i64| {
        let status = Status::new(About::default(), noon() - SignedDuration::from_secs(seconds));
        let html = page(&status, noon());
        words(between(&html, "started ", " · "))
    };
    let cases = [
        (0, "just now"),
        (5, "5 seconds ago"),
        (119, "119 seconds ago"),
        (120, "2 minutes ago"),
        (7_199, "119 minutes ago"),
        (7_200, "2 hours ago"),
        (172_800, "2 days ago"),
        (-40, "in 40 seconds"),
        (-400_000, "in 4 days"),
    ];
    for (seconds, said) in cases {
        assert_eq!(ago(seconds), said, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_is_never_markup() {
    let status = hostile().await;
    let html = page(&status, now(&status));
    let escaped = "&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;\\u{202e}txt.exe\\u{0}&lt;/bdi&gt;&lt;/script&gt;";
    assert!(!html.contains("<img") && !html.contains("</script") && !html.contains(HOSTILE));
    let times = html.matches(escaped).count();
    assert!(times >= 16, "a name is missing or was not escaped in full: {times}");
    let opened = html.matches("<bdi>").count();
    assert_eq!(opened, html.matches("</bdi>").count());
}

#[tokio::test(start_paused = true)]
async fn it_asks_for_nothing_and_runs_nothing() {
    for name in ALL {
        let status = status(name).await;
        let html = page(&status, now(&status));
        for forbidden in ["<script", "javascript:", " style=", " on", "@import", "url(", "src="] {
            let markup = html.split('<').map(|tag| tag.split('>').next().unwrap()).collect::<Vec<_>>().join("\n");
            assert!(!markup.contains(forbidden), "{name}: {forbidden}");
        }
        let links: BTreeSet<_> = html.split("href=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
        for link in links {
            assert!(["status", "metrics"].contains(&link) || link.starts_with("data:image/svg+xml,"), "{link}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_class_has_a_style_and_every_tag_is_closed() {
    for name in ALL {
        let status = status(name).await;
        let html = page(&status, now(&status));
        let style = between(&html, "<style>", "</style>");
        for class in html.split("class=\"").skip(1).flat_map(|it| it.split('"').next().unwrap().split(' ')) {
            assert!(style.contains(&format!(".{class}")), "{name}: {class}");
        }
        let mut open = Vec::new();
        let (before, after) = html.split_once("<style>").unwrap();
        let body = format!("{before}{}", after.split_once("</style>").unwrap().1);
        for tag in body.split('<').skip(1).map(|it| it.split(['>', ' ']).next().unwrap()) {
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}"),
                None if ["!doctype", "meta", "link", "wbr"].contains(&tag) => {}
                None => open.push(tag),
            }
        }
        assert_eq!(open, Vec::<&str>::new(), "{name}");
    }
}

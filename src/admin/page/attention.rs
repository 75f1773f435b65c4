//! What waits for a person: broken files, failures, what is held, unresolved, or comes back.

use jiff::Timestamp;

use super::html::Html;
use super::when::{Absolute, Length};
use super::{Count, listed, section};
use crate::daemon::{CurrentWait, HeldSet, Observed, Release, Status};
use crate::report::Failure;

pub(super) fn attention(html: &mut Html, status: &Status, now: Timestamp) {
    if let Some(CurrentWait { since, why }) = status.waits() {
        section(html, "What the pass waits for", |html| {
            html.raw("<p>")
                .prose(why)
                .raw("<small>for ")
                .text(Length(now.duration_since(*since)))
                .raw("</small></p>\n");
        });
    }
    if status.broken.count > 0 {
        section(html, "What is wrong with the files", |html| {
            listed(html, &status.broken, |html, finding| {
                html.raw("<pre>").text(finding).raw("</pre>");
            });
        });
    }
    if let Some(Failure { message, help }) = &status.failure {
        section(html, "What went wrong", |html| {
            html.raw("<p class=\"failure\">").prose(message).raw("</p>\n");
            if let Some(help) = help {
                html.raw("<p class=\"help\">").prose(help).raw("</p>\n");
            }
        });
    }
    if let Some(problem) = status.journal.problem() {
        section(html, "The journal cannot be written", |html| {
            html.raw("<p class=\"failure\">").prose(problem).raw("</p>\n");
            html.raw("<p class=\"help\">Nothing that gives access is sent until it can be. Removals go on.</p>\n");
        });
    }
    if let Some(vanished) = &status.vanished {
        section(html, "Files have vanished", |html| {
            html.raw("<p>No removal goes before ").text(Absolute(vanished.until)).raw(" (").ago(vanished.until, now);
            html.raw("), and then only if they are still missing and nothing else has changed.</p>\n<ul>");
            for file in &vanished.files {
                html.raw("<li>").name(file).raw("</li>\n");
            }
            html.raw("</ul>\n<p>If they are not to be gone, put them back. If they are, wait");
            match status.view.as_ref().and_then(|it| it.at_once.as_deref()) {
                Some(command) => html
                    .raw("; or, by hand, which shows all that is due, and does it when somebody says yes:</p>\n")
                    .raw("<pre class=\"release\">")
                    .text(command)
                    .raw("</pre>\n"),
                None => html.raw(".</p>\n"),
            };
        });
    }
    if let Some(lacks) = status.view.as_ref().and_then(|it| it.token_lacks) {
        section(html, "The token is not a staff token", |html| {
            html.raw("<p>It ").text(lacks).raw(".</p>\n");
        });
    }
    if let Some(view) = &status.view {
        held(html, status, view, now);
        if view.unresolved.count > 0 {
            section(html, "What could not be resolved", |html| {
                html.raw("<p>What these might refer to is not removed.</p>\n");
                as_of(html, status, view);
                listed(html, &view.unresolved, |html, line| {
                    html.prose(line);
                });
            });
        }
    }
    if status.flaps.count > 0 {
        section(html, "What comes back again and again", |html| {
            html.raw(
                "<p>Somebody undoes it, or it cannot be done. It is tried less and less often; new files, SIGHUP or ",
            );
            html.raw("<code>POST /sync</code> make it be tried at once.</p>\n");
            listed(html, &status.flaps, |html, flap| {
                html.name(&flap.what.named).raw("<small>tried ").text(Count(flap.tries as usize, "time", "times"));
                html.raw(" since ").text(Absolute(flap.since));
                if flap.not_before > now {
                    html.raw("; next try ").ago(flap.not_before, now);
                }
                html.raw("</small>");
            });
        });
    }
}

/// What a pass saw is still the best that is known when a later one failed, but it is not of now.
fn as_of(html: &mut Html, status: &Status, view: &Observed) {
    if status.last().is_some_and(|it| it.began > view.at) {
        html.raw("<p class=\"note\">As of ").text(Absolute(view.at)).raw(", when a pass last went all the way.</p>\n");
    }
}

/// Each way by itself, so that one click selects what is pasted into one place.
fn how(html: &mut Html, digest: &str, release: &Release, room: Option<Timestamp>, now: Timestamp) {
    let Release { lines, command, exactly } = release;
    html.raw("<p>To let exactly these go, and nothing else (digest <code>").name(digest);
    html.raw(
        "</code>), write into one of the files, or below <code>approvals:</code> if it is there, reviewed like every ",
    );
    html.raw("change:</p>\n<pre class=\"release\">").text(lines).raw("</pre>\n<p>Or by hand");
    if !exactly {
        html.raw(
            ". That knows nothing of the last 24 hours: it shows all that is due, and does it, under its own limits, ",
        );
        html.raw("when somebody says yes");
    }
    html.raw(":</p>\n<pre class=\"release\">").text(command).raw("</pre>\n");
    if let Some(room) = room {
        html.raw("<p>Or wait: if nothing else is removed meanwhile, the first pass after ")
            .text(Absolute(room))
            .raw(" (");
        html.ago(room, now).raw(") has room for them.</p>\n");
    }
}

fn held(html: &mut Html, status: &Status, view: &Observed, now: Timestamp) {
    let title = if view.limited.is_some() {
        "What is held, and how to release it"
    } else if view.held.count > 0 {
        "What is held"
    } else if view.withheld.count > 0 {
        "What waits"
    } else if view.approvals.count > 0 {
        "Approvals that release nothing"
    } else {
        return;
    };
    section(html, title, |html| {
        as_of(html, status, view);
        if let Some((limited, since)) = &view.limited {
            let HeldSet { digest, exceeded, links, release, room_for: _ } = limited;
            html.raw("<p><strong>").text(Count(usize::try_from(*links).unwrap_or(usize::MAX), "removal", "removals"));
            html.raw("</strong> held by a limit, since ").text(Absolute(*since)).raw(":</p>\n<ul>");
            for why in exceeded {
                html.raw("<li>").prose(why).raw("</li>\n");
            }
            html.raw("</ul>\n");
            how(html, digest, release, view.room, now);
        }
        if view.held.count > 0 {
            html.raw("<details").raw(if view.held.count <= 8 { " open" } else { "" }).raw("><summary>");
            html.text(Count(view.held.count, "held removal", "held removals")).raw("</summary>\n");
            listed(html, &view.held, |html, held| {
                html.name(&held.what.named).raw("<small>").prose(&held.why).raw("</small>");
            });
            html.raw("</details>\n");
        }
        listed(html, &view.withheld, |html, withheld| {
            html.prose(withheld);
        });
        listed(html, &view.approvals, |html, note| {
            html.prose(&note.text);
        });
    });
}

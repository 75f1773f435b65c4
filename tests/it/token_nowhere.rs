//! The token is in nothing that a run leaves behind, whether it succeeds or fails: nor is a half of it.

use std::fs;
use std::path::Path;

use grantsync::sandbox::{Act, Fault, Reply, tokens};

use crate::cli_support::Desk;
use crate::reconcile_support::{LINKS, in_words, wanting};

/// Everything that was said and written, but for the token file itself.
fn left_behind(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let files = files.filter(|it| it.is_file() && !it.ends_with("token"));
    files.map(|it| String::from_utf8_lossy(&fs::read(&it).unwrap()).into_owned()).collect()
}

#[track_caller]
fn is_clean(text: &str, whose: &str) {
    let token = tokens::STAFF;
    // The sandbox makes a full name of a username, which then differs from the token in its first letter.
    let full_name = format!("S{} Example", &token[1..]);
    let text = text.replace(&full_name, "");
    // The halves that are secret: the beginning says whose it is.
    for part in [token, &token[token.len() / 2..], &token[..token.len() / 2]] {
        assert!(!text.contains(part), "{whose}: {text}");
    }
}

const FORMATS: [&str; 6] = ["text", "json", "markdown", "github", "gitlab", "sarif"];

#[tokio::test]
async fn nothing_that_a_run_says_or_writes_holds_the_token_or_a_half_of_it() {
    let echo = || Reply::json(400, &format!(r#"{{"detail": "{} is not welcome"}}"#, tokens::STAFF));
    let faults = || {
        [
            None,
            Some(Fault::on("POST", LINKS, Act::Answer(echo()))),
            Some(Fault::on("DELETE", LINKS, Act::Answer(echo()))),
            Some(Fault::on("GET", "/api/users/me/", Act::Answer(echo()))),
            Some(Fault::on("POST", LINKS, Act::HangUp)),
        ]
    };
    for (format, fault) in FORMATS.iter().flat_map(|it| faults().into_iter().map(move |fault| (it, fault))) {
        let world = in_words(&format!("HPC cluster-a: member bob, viewer {}\nusers: carol", tokens::STAFF));
        let desk = Desk::of(world, &wanting(&["cluster-a admin carol"])).await;
        desk.write("token", tokens::STAFF);
        desk.sandbox.world().faults.extend(fault);
        let apply = format!("apply -f grants.yaml --auto-approve --journal journal --report {format}=report -vvv");
        for call in [apply.as_str(), "plan -f grants.yaml -o saved", "history --journal journal --format csv", "links"]
        {
            let call = desk.call(call).without_env("WALDUR_ACCESS_TOKEN").env("WALDUR_ACCESS_TOKEN_FILE", "token");
            let ran = call.env("GRANTSYNC_LOG", "trace").env("RUST_BACKTRACE", "1").run().await;
            is_clean(&(ran.stdout + &ran.stderr), format);
        }
        is_clean(&left_behind(desk.folder.path()), format);
    }
}

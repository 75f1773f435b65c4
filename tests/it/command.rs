//! The command as a person looks around with it: what it said, and that it changed nothing.

use std::fmt;

use grantsync::sandbox::{RequestLine, Sandbox, tokens};

use crate::cli_support::{Call, Ran};

/// Runs the command in the repository, in an environment that holds nothing but these.
pub(crate) async fn grantsync(arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let call = Call::new(&arguments.join(" ")).at(env!("CARGO_MANIFEST_DIR"));
    environment.iter().fold(call, |call, (name, value)| call.env(name, value)).run().await
}

/// Runs the command against a sandbox, with this token.
pub(crate) async fn against(sandbox: &Sandbox, token: &str, arguments: &[&str]) -> Ran {
    grantsync(arguments, &[("WALDUR_API_URL", &sandbox.url()), ("WALDUR_ACCESS_TOKEN", token)]).await
}

/// Runs the command against a sandbox, as staff.
pub(crate) async fn as_staff(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    against(sandbox, tokens::STAFF, arguments).await
}

/// The requests that a sandbox got, without the fields that were asked for, in order; each has changed nothing.
pub(crate) fn reads(sandbox: &Sandbox) -> Vec<String> {
    let reads = sandbox.world().requests.clone().into_iter().map(|RequestLine { method, target, .. }| {
        assert!(method == "GET" || method == "HEAD", "{method} {target}");
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let of_interest = |it: &&str| !it.is_empty() && !it.starts_with("field=") && !it.starts_with("nonce=");
        let query: Vec<_> = query.split('&').filter(of_interest).collect();
        format!("{method} {} {}", path.trim_start_matches("/api/"), query.join(" ")).trim_end().to_owned()
    });
    reads.collect()
}

/// Its data as it is, then what it said beside it behind a mark, then how it ended if not well.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr } = self;
        write!(f, "{stdout}")?;
        for line in stderr.lines() {
            writeln!(f, "! {line}")?;
        }
        match code {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "[exit {code}]"),
            None => writeln!(f, "[killed]"),
        }
    }
}

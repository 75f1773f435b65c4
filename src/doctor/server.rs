//! Who answers, and what is spoken there.

use jiff::SignedDuration;

use super::{Check, CheckResult, Level, Transport};
use crate::plan::CLOCKS_AGREE;
use crate::report::Failure;
use crate::site::{Generations, ServerProbe};

/// Who answers at the address, and over which way they were asked.
pub fn site(
    site: Result<&ServerProbe, Failure>,
    address: &str,
    transport: Transport,
    proxy: Option<&str>,
) -> CheckResult {
    let finding = answering(site, address, transport);
    match proxy {
        Some(proxy) if finding.level != Level::Ok => {
            let through = format!("the way is through the proxy `{proxy}`: is it up, and does it know the host?");
            let help = finding.help.into_iter().chain([through]).collect::<Vec<_>>().join("; ");
            CheckResult { help: Some(help), ..finding }
        }
        _ => finding,
    }
}

fn answering(site: Result<&ServerProbe, Failure>, address: &str, transport: Transport) -> CheckResult {
    /// Whoever runs Waldur behind other paths or names knows its address by this.
    const RIGHT: &str = "opened in a browser, `…/api/configuration/` at the right address shows JSON";
    match site {
        Ok(ServerProbe::Waldur { name }) => CheckResult::ok(Check::Server, format!("a Waldur answers, `{name}`")),
        Ok(ServerProbe::Unclear { said }) => CheckResult::warning(
            Check::Server,
            format!("somebody answers, and does not say whether they are a Waldur: {said}"),
            format!("if what follows looks wrong, check the address ({RIGHT}), and ask who runs the proxy before it"),
        ),
        Ok(ServerProbe::Page { title }) => CheckResult::problem(
            Check::Server,
            format!("a web page answers, `{}`, and no API", cut(title)),
            format!(
                "this may be Waldur's own web interface, whose API has another address, or a login page before it: {RIGHT}"
            ),
        ),
        Ok(ServerProbe::Missing { said }) => CheckResult::problem(
            Check::Server,
            format!("nothing of Waldur is at `{address}`: {said}"),
            format!("check the host, and what comes before `/api` in the address: {RIGHT}"),
        ),
        Ok(ServerProbe::Silent { said }) => {
            let tls = match transport {
                Transport::Tls => "",
                Transport::Loopback | Transport::Open => "if this port speaks TLS, write the address with `https://`; ",
            };
            let help =
                format!("{tls}is the port right? if it is, the server hangs or has too much to do: ask who runs it");
            CheckResult::problem(Check::Server, format!("somebody takes the connection, and then: {said}"), help)
        }
        Err(failure) => CheckResult::failed(Check::Server, failure),
    }
}

/// The beginning of a title is enough to know a page by.
fn cut(title: &str) -> String {
    const ENOUGH: usize = 60;
    match title.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}…", &title[..end]),
        None => title.to_owned(),
    }
}

/// What is spoken there.
pub fn generations(generations: Result<Generations, Failure>) -> CheckResult {
    match generations {
        Ok(Generations { first: true, next: false }) => {
            CheckResult::ok(Check::Api, "links are at `/api/marketplace-resource-users/`, as in Waldur up to 8.0.7")
        }
        // No Waldur has both. The token is not shown to whoever this is.
        Ok(Generations { first: true, next: true }) => CheckResult::problem(
            Check::Api,
            "whatever is asked for is answered alike, as no Waldur does",
            "check the address, and ask who runs the proxy before it; the token was not sent there",
        ),
        Ok(Generations { first: false, next: true }) => CheckResult::ok(
            Check::Api,
            "links are roles on resources, at `/api/user-permissions/`, as in Waldur from 8.0.8 on",
        ),
        Ok(Generations { first: false, next: false }) => CheckResult::problem(
            Check::Api,
            "there is no `/api/marketplace-resource-users/`, nor what took its place in Waldur 8.0.8",
            "check what comes before `/api` in the address; a proxy that lets only some paths pass looks like this, too",
        ),
        Err(failure) => CheckResult::failed(Check::Api, failure),
    }
}

/// Whether the clocks agree: the server's less ours.
pub fn clock(offset: Option<SignedDuration>) -> CheckResult {
    let Some(offset) = offset else {
        return CheckResult::warning(
            Check::Clock,
            "the server does not tell its time, so nobody knows whether this machine's clock is right",
            "a proxy takes the header `Date` away: ask who runs it",
        );
    };
    let apart = offset.abs();
    let side = if offset.is_negative() { "behind" } else { "ahead of" };
    if apart > CLOCKS_AGREE {
        CheckResult::warning(
            Check::Clock,
            format!(
                "the server's clock is {apart:#} {side} this machine's: what has `from` or `until` is neither created \
                 nor removed"
            ),
            "set the clock that is wrong; best, let both machines ask a time server",
        )
    } else if apart > SignedDuration::from_secs(5) {
        CheckResult::ok(
            Check::Clock,
            format!("the server's is {apart:#} {side} this machine's; up to {CLOCKS_AGREE:#} does no harm"),
        )
    } else {
        CheckResult::ok(Check::Clock, "the server's and this machine's agree")
    }
}

/// What the server calls itself.
pub fn version(version: Result<&str, Failure>) -> CheckResult {
    match version {
        Ok("unknown" | "") => CheckResult::ok(Check::Version, "the server does not say which it is"),
        Ok(version) => CheckResult::ok(Check::Version, format!("Waldur {version}")),
        Err(Failure { message, help }) => CheckResult {
            check: Check::Version,
            level: Level::Warning,
            message: format!("could not be asked for: {message}"),
            help,
        },
    }
}

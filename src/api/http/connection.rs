//! A connection to one server: sends requests, waits, sends again.

use std::error::Error as StdError;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
};
use reqwest::{Certificate, Response, redirect};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use super::address::Address;
use super::answer::{Answer, clean};
use super::counters::Counters;
use super::error::{Error, ErrorKind};
use super::failure::Failure;
use super::in_flight::InFlight;
use super::method::Method;
use super::retry::{self, AttemptResult, Next, RetryPolicy, Tried};
use super::settings::ConnectionSettings;
use super::throttle::Throttle;
use super::token::{Secret, Token};

/// A name that cannot be resolved or a host that drops packets is given up after this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects that one read follows, at its own origin only.
const REDIRECTS: usize = 3;
/// A parameter that the server does not know, and so ignores, with another value in each request: whoever keeps answers
/// by their address has none for this one.
const NONCE: &str = "nonce";
/// No answer that is asked for comes near to this: 300 rows are some 200 kB.
const LARGEST_BODY: usize = 16 << 20;

/// A connection to one server.
#[derive(Debug)]
pub(in crate::api) struct Http {
    pub(in crate::api) address: Address,
    pub(in crate::api) parallelism: NonZeroUsize,
    pub(in crate::api) counters: Counters,
    pub(in crate::api) in_flight: InFlight,
    client: reqwest::Client,
    token: Token,
    attempt_timeout: Duration,
    patience: RetryPolicy,
    /// Reads in flight, whoever asked for them.
    reads: Semaphore,
    throttle: Throttle,
    /// Whether anything was ever answered there.
    answered: AtomicBool,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(in crate::api) struct Request {
    method: Method,
    url: Url,
    body: Option<String>,
    /// Without the token.
    anonymous: bool,
}

impl Http {
    pub(in crate::api) fn new(settings: ConnectionSettings) -> Result<Self, Error> {
        let ConnectionSettings { address, token, parallelism, attempt_timeout, patience, ca_file, user_agent } =
            settings;
        let token = Token::new(token, patience.budget)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // Waldur translates its messages; people shall read ours and its in one language.
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        // What a proxy has kept is not what is live. Those that don't listen have no answer to the nonce below.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        // An error only says that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent)
            .default_headers(headers)
            // Following a redirect would turn a POST into a GET; reads follow theirs below.
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            // Half of the time at most, so that who is not there is told from who does not answer.
            .connect_timeout(CONNECT_TIMEOUT.min(attempt_timeout / 2));
        if let Some(path) = ca_file {
            builder = builder.tls_certs_merge(certificates(&path)?);
        }
        if address.is_loopback() {
            builder = builder.no_proxy();
            if !address.is_encrypted() {
                // Nothing is ever asked over TLS, and reading the system's certificates takes longer than all the rest.
                builder = builder.tls_certs_only([]);
            }
        }
        let client = builder.build().map_err(|error| {
            Error::new("HTTP client", ErrorKind::Settings, "cannot be made")
                .because(root(&error))
                .help("are the system's certificates (`ca-certificates`) installed?")
        })?;
        let reads = Semaphore::new(parallelism.get().min(Semaphore::MAX_PERMITS));
        let (counters, in_flight) = (Counters::default(), InFlight::default());
        let throttle = Throttle::new(&patience);
        let answered = AtomicBool::new(false);
        Ok(Self {
            address,
            parallelism,
            counters,
            in_flight,
            client,
            token,
            attempt_timeout,
            patience,
            reads,
            throttle,
            answered,
        })
    }

    pub(in crate::api) fn token_problem(&self) -> Option<String> {
        self.token.problem()
    }

    /// A request for something below the root of the API; `path` ends in a slash.
    pub(in crate::api) fn request(&self, method: Method, path: &str) -> Request {
        Request { method, url: self.address.join(path), body: None, anonymous: false }
    }

    /// Sends a request, again where that is safe, until it succeeds or there is nothing more to hope for.
    pub(in crate::api) async fn call(&self, request: &Request) -> Result<Answer, Error> {
        let method = request.method;
        // Kept while waiting, too: a server that asks for patience is not asked other things meanwhile.
        let _permit = if method.writes() { None } else { self.reads.acquire().await.ok() };
        let call = self.in_flight.begin(request.name());
        if method.writes() {
            // A sleep of zero lasts a millisecond.
            if let Some(turn) = Some(self.throttle.turn()).filter(|it| !it.is_zero()) {
                tokio::time::sleep(turn).await;
            }
        }
        let begun = Instant::now();
        let mut token = self.token.current().await;
        let mut tries = 0;
        loop {
            tries += 1;
            let time = self.attempt_timeout.min(self.patience.budget.saturating_sub(begun.elapsed()));
            let tried = self.attempt(request, &token, time).await;
            let (outcome, retry_after) = match &tried {
                Ok(answer) => (AttemptResult::Answered(answer.status.as_u16()), answer.retry_after()),
                Err(failure) => (failure.outcome, None),
            };
            let status = if let AttemptResult::Answered(status) = outcome { Some(status) } else { None };
            self.counters.request(method, status, tries);
            if method.writes() {
                self.throttle.learn(status);
            }
            let so_far = Tried { method, outcome, tries, elapsed: begun.elapsed(), retry_after };
            tracing::debug!(request = %request.name(), status, tries, "took {} ms", so_far.elapsed.as_millis());
            if outcome == AttemptResult::Answered(401) && tries < self.patience.tries {
                // Refused before it was looked at. When the file was replaced just now, the new token gets its chance.
                let fresh = self.token.current().await;
                if fresh != token {
                    token = fresh;
                    continue;
                }
            }
            match self.next(&so_far) {
                Next::Wait(wait) => {
                    let why = in_short(&tried);
                    tracing::warn!(request = %request.name(), "{why}; trying again in {} ms", wait.as_millis());
                    call.failed(&why);
                    tokio::time::sleep(wait).await;
                }
                Next::GiveUp => {
                    return conclude(request, tried, &so_far).map_err(|error| self.with_refusals(error));
                }
            }
        }
    }

    /// Whether it is sent again, and when: a write also waits for its turn.
    fn next(&self, so_far: &Tried) -> Next {
        let next = retry::decide(so_far, &self.patience, fastrand::f64());
        let Next::Wait(wait) = next else { return next };
        if !so_far.method.writes() {
            return next;
        }
        if self.throttle.exhausted().is_some() {
            return Next::GiveUp;
        }
        let wait = wait.max(self.throttle.turn());
        if self.patience.allows(so_far, wait) { Next::Wait(wait) } else { Next::GiveUp }
    }

    /// Says so where several writes in a row were refused.
    fn with_refusals(&self, mut error: Error) -> Error {
        if let (Some(429 | 503), Some(refused)) = (error.status, self.throttle.exhausted()) {
            error.detail = format!("{}; {refused} writes in a row were refused", error.detail);
            error.refused_in_a_row = Some(refused);
        }
        error
    }

    async fn attempt(&self, request: &Request, token: &Secret, time: Duration) -> Result<Answer, Failure> {
        let sent = Timestamp::now();
        let begun = Instant::now();
        let exchange = async {
            let response = self.follow(request, token).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = body(response).await.or_else(|failure| {
                // The status is the answer; a failure is described as well as its body arrived.
                if status.is_success() { Err(failure) } else { Ok(Vec::new()) }
            })?;
            let (request, method, token) = (request.name(), request.method, token.clone());
            Ok(Answer { request, method, status, headers, body, token, sent, took: begun.elapsed() })
        };
        tokio::time::timeout(time, exchange).await.unwrap_or_else(|_| {
            let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
            Err(Failure::lost(format!("no complete answer within {time:#}")))
        })
    }

    /// Sends it, and follows where a read is sent to another path of the same origin.
    async fn follow(&self, request: &Request, token: &Secret) -> Result<Response, Failure> {
        let mut url = request.url.clone();
        if !request.method.writes() && !request.anonymous {
            url.query_pairs_mut().append_pair(NONCE, &format!("{:016x}", fastrand::u64(..)));
        }
        for _ in 0..REDIRECTS {
            let response = self.send(request, &url, token).await?;
            match target(&response, &url) {
                Some(next) if !request.method.writes() && next.origin() == url.origin() => url = next,
                _ => return Ok(response),
            }
        }
        self.send(request, &url, token).await
    }

    async fn send(&self, request: &Request, url: &Url, token: &Secret) -> Result<Response, Failure> {
        let mut builder = self.client.request(request.method.into(), url.clone());
        if !request.anonymous {
            builder = builder.header(AUTHORIZATION, token.header());
        }
        if let Some(body) = &request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let sent = builder.send().await;
        self.answered.fetch_or(sent.is_ok(), Ordering::Relaxed);
        sent.map_err(|error| {
            let failure = Failure::sending(&error, &root(&error), &self.address);
            if self.answered.load(Ordering::Relaxed) { failure } else { failure.perhaps_tls(&self.address) }
        })
    }
}

impl Request {
    /// Adds a parameter to the query.
    #[must_use]
    pub(in crate::api) fn with(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Adds a body of JSON.
    #[must_use]
    pub(in crate::api) fn body(mut self, json: String) -> Self {
        self.body = Some(json);
        self
    }

    /// Leaves the token out: whoever answers may not be whom we mean.
    #[must_use]
    pub(in crate::api) fn anonymous(self) -> Self {
        Self { anonymous: true, ..self }
    }

    /// What is asked, for people: `GET /api/users/?username=alice`. Which fields of it we read is left out.
    pub(in crate::api) fn name(&self) -> String {
        let Self { method, url, body: _, anonymous: _ } = self;
        let query: Vec<_> = url.query().into_iter().flat_map(|it| it.split('&')).collect();
        let query: Vec<_> = query.into_iter().filter(|it| !it.starts_with("field=")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{method} {}{mark}{}", url.path(), query.join("&"))
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let bad = |detail: &str, cause: String| {
        Error::new(format!("certificate file `{}`", path.display()), ErrorKind::Settings, detail).because(cause)
    };
    let pem = std::fs::read(path).map_err(|error| bad("cannot be read", error.to_string()))?;
    let certificates =
        Certificate::from_pem_bundle(&pem).map_err(|error| bad("not certificates in PEM form", root(&error)))?;
    if certificates.is_empty() {
        return Err(bad("no certificate in it", "no `BEGIN CERTIFICATE` line".to_owned()));
    }
    Ok(certificates)
}

/// Turns the last try into the result of the request.
fn conclude(request: &Request, tried: Result<Answer, Failure>, so_far: &Tried) -> Result<Answer, Error> {
    let mut error = match tried {
        Ok(answer) if answer.status.is_success() => return Ok(answer),
        Ok(answer) => match target_text(&answer.headers) {
            Some(target) if answer.status.is_redirection() => redirected(&answer, &target),
            _ => Error::status(request.name(), request.method, answer.status, &answer.excerpt()),
        },
        Err(failure) => failure.into_error(request.name(), request.method),
    };
    if so_far.tries > 1 {
        error.detail = format!("{} ({} tries)", error.detail, so_far.tries);
    }
    if let (ErrorKind::Busy | ErrorKind::Lost | ErrorKind::Repeatable, Some(wait)) = (error.kind, so_far.retry_after) {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        error = error.help(format!("the server asks to wait {wait:#}: try again then"));
    }
    Err(error)
}

/// What became of a try that is not the last.
fn in_short(tried: &Result<Answer, Failure>) -> String {
    match tried {
        Ok(answer) => format!("answered {}", answer.status),
        Err(failure) => failure.to_string(),
    }
}

fn redirected(answer: &Answer, target: &str) -> Error {
    let target = clean(target, &answer.token);
    let mut error = Error::status(answer.request.clone(), answer.method, answer.status, "");
    error.detail = format!("{}, sent to `{target}`", error.detail);
    error.help("if that is where Waldur is, write its address in full; else ask who runs the proxy before it")
}

async fn body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                return Err(Failure::unreadable("answered with more than 16 MiB", ""));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) if is_garbage(&error) => {
                return Err(Failure::unreadable("answered with a body that cannot be unpacked", &root(&error)));
            }
            Err(error) => return Err(Failure::lost("the answer broke off").because(&root(&error))),
        }
    }
}

/// Whether a body arrived and cannot be unpacked. Every error of a body calls itself one of decoding; those of the
/// decoder are errors of IO, those of the connection are not.
fn is_garbage(error: &reqwest::Error) -> bool {
    let of_decoder = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    of_decoder.is_some_and(|it| it.kind() != io::ErrorKind::UnexpectedEof)
}

/// Where a response sends us, if it does.
fn target(response: &Response, url: &Url) -> Option<Url> {
    if !response.status().is_redirection() {
        return None;
    }
    url.join(&target_text(response.headers())?).ok()
}

fn target_text(headers: &HeaderMap) -> Option<String> {
    Some(String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned())
}

/// The innermost of a chain of errors: the layers around it say only that they are layers.
fn root(error: &reqwest::Error) -> String {
    let mut innermost: &dyn StdError = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

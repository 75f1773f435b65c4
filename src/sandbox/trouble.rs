//! What the script of faults does to one request.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};

use super::faults::{Act, Edit, Hook};
use super::reply::Reply;
use super::view::Answer;
use super::wire::Delivery;
use super::world::{RequestLine, World};

/// All that happens to one request.
#[derive(Default)]
pub(super) struct Trouble {
    /// Waiting before the request is handled.
    pub(super) delay: Duration,
    /// Waiting before it is answered.
    pub(super) delay_answer: Duration,
    /// Answered instead of handling it.
    pub(super) instead: Option<Reply>,
    /// Run after it was handled.
    pub(super) after: Vec<Hook>,
    /// Answered after handling it.
    pub(super) replaced: Option<Reply>,
    /// Handled later, and not answered.
    pub(super) postponed: bool,
    /// How the answer goes over the wire.
    pub(super) manner: Delivery,
    edits: Vec<Edit>,
    headers: Vec<(&'static str, Option<String>)>,
}

impl Trouble {
    /// What the script has for a request. What happens to the world before it is handled has happened after this.
    pub(super) fn of(world: &mut World, request: &RequestLine) -> Self {
        let acts: Vec<_> = world.faults.iter_mut().filter_map(|fault| fault.meet(request)).collect();
        let mut all = Self::default();
        for act in acts {
            match act {
                Act::HangUp => {
                    // Whatever is answered gets lost; what matters is that nothing is handled.
                    all.instead = Some(Reply::html(502));
                    all.manner = Delivery::Lost;
                }
                Act::LoseAnswer => all.manner = Delivery::Lost,
                Act::Answer(reply) => all.instead = Some(reply),
                Act::AnswerAfter(reply) => all.replaced = Some(reply),
                Act::WithoutHeader(name) => all.headers.push((name, None)),
                Act::WithHeader(name, value) => all.headers.push((name, Some(value))),
                Act::CutBody(bytes) => all.manner = Delivery::Cut(bytes),
                Act::Drip(bytes, pause) => all.manner = Delivery::Drip(bytes, pause),
                Act::Delay(delay) => all.delay += delay,
                Act::DelayAnswer(delay) => all.delay_answer += delay,
                Act::Before(hook) => hook.run(world, request),
                Act::After(hook) => all.after.push(hook),
                Act::Edit(edit) => all.edits.push(edit),
                Act::Postpone => {
                    all.postponed = true;
                    all.manner = Delivery::Lost;
                }
            }
        }
        all
    }

    /// Whether nobody will see the answer.
    pub(super) fn loses_answer(&self) -> bool {
        matches!(self.manner, Delivery::Lost)
    }

    /// Changes the true answer.
    pub(super) fn edit(&self, answer: Answer, world: &World, request: &RequestLine) -> Answer {
        self.edits.iter().fold(answer, |answer, edit| answer.edited(|reply| edit.run(world, request, reply)))
    }

    /// Removes, replaces and adds headers.
    pub(super) fn change_headers(&self, response: &mut Response<Body>) {
        for (name, value) in &self.headers {
            response.headers_mut().remove(*name);
            response.headers_mut().extend(value.as_ref().and_then(|value| header(name, value)));
        }
    }
}

impl Reply {
    /// The answer as it goes out.
    pub(super) fn into_response(self) -> Response<Body> {
        let Self { status, headers, body } = self;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().extend(headers.iter().filter_map(|(name, value)| header(name, value)));
        response
    }
}

fn header(name: &'static str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    HeaderValue::from_str(value).ok().map(|value| (HeaderName::from_static(name), value))
}

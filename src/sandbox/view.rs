//! What a view is asked and what it answers.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use futures_util::stream;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::language;
use super::query::Query;
use super::reply::Reply;
use super::state::User;
use super::waldur::Waldur;

/// A request, as far as views care.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// The version of the API that is asked.
    pub(super) waldur: Waldur,
    /// Path and query, as sent.
    pub(super) target: String,
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Ask {
    /// Scheme and host that absolute URLs in answers begin with: those of the request, whoever sent it.
    pub(super) fn origin(&self) -> String {
        let scheme = if self.header("x-forwarded-proto") == "https" { "https" } else { "http" };
        format!("{scheme}://{}", self.header("host"))
    }

    /// The absolute URL of a path with an id.
    pub(super) fn url(&self, collection: &str, id: Uuid) -> String {
        format!("{}/api/{collection}/{}/", self.origin(), id.simple())
    }

    /// A header, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        [Method::GET, Method::HEAD, Method::OPTIONS].contains(&self.method)
    }

    /// 405, in the server's words.
    pub(super) fn not_allowed(&self) -> Answer {
        Answer::detail(405, &format!("Method \"{}\" not allowed.", self.method))
    }
}

/// Who asks: a user whose token was good.
#[derive(Clone)]
pub(super) struct Caller(pub(super) User);

/// An answer in the making.
#[derive(Debug)]
pub(super) struct Answer {
    /// How many rows of a list are in it.
    pub(super) rows: u32,
    status: u16,
    content_type: Option<&'static str>,
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { rows: 0, status, content_type: Some("application/json"), body, headers: Vec::new() }
    }

    /// An answer that says one thing, such as an error.
    pub(super) fn detail(status: u16, text: &str) -> Self {
        Self::json(status, &json!({ "detail": text }))
    }

    /// 404 for one that is not there, or not to be seen.
    pub(super) fn no_match(model: &str) -> Self {
        Self::detail(404, &format!("No {model} matches the given query."))
    }

    pub(super) fn forbidden() -> Self {
        Self::detail(403, "You do not have permission to perform this action.")
    }

    /// 400 about one field.
    pub(super) fn invalid(field: &str, text: &str) -> Self {
        Self::json(400, &json!({ field: [text] }))
    }

    /// 400 about a parameter that is none of those it may be.
    pub(super) fn no_choice(field: &str, value: &str) -> Self {
        Self::invalid(field, &format!("Select a valid choice. {value} is not one of the available choices."))
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { rows: 0, status, content_type: None, body: Vec::new(), headers: Vec::new() }
    }

    pub(super) fn html(status: u16, content_type: &'static str, body: &str) -> Self {
        Self { rows: 0, status, content_type: Some(content_type), body: body.into(), headers: Vec::new() }
    }

    /// A page of HTML that says nothing: the server made a mistake.
    pub(super) fn crash() -> Self {
        let title = "Server Error (500)";
        let page = format!(
            "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  <h1>{title}</h1><p></p>\n</body>\n</html>\n"
        );
        Self::html(500, "text/html; charset=utf-8", &page)
    }

    /// Whether it comes from a mistake of the server, and so from no view.
    pub(super) fn is_crash(&self) -> bool {
        self.status == 500
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Says how many rows of a list are in it.
    pub(super) fn with_rows(self, rows: usize) -> Self {
        Self { rows: u32::try_from(rows).unwrap_or(u32::MAX), ..self }
    }

    /// The same after a change to its status, its headers or its body.
    pub(super) fn edited(self, edit: impl FnOnce(&mut Reply)) -> Self {
        let Self { rows, status, content_type, body, headers } = self;
        let mut reply = Reply { status, headers, body };
        edit(&mut reply);
        let Reply { status, headers, body } = reply;
        Self { rows, status, content_type, body, headers }
    }

    /// Puts an error into the language of the request.
    pub(super) fn in_language_of(mut self, headers: &HeaderMap) -> Self {
        let language = language::of(headers);
        if self.status >= 400
            && let Ok(mut body) = serde_json::from_slice::<Value>(&self.body)
        {
            language::translate(&mut body, language);
            self.body = serde_json::to_vec(&body).unwrap_or_default();
        }
        self.header("content-language", language).header("vary", "Accept-Language, Cookie")
    }

    /// The answer as it goes out; to HEAD without its body.
    pub(super) fn into_response(self, method: &Method) -> Response<Body> {
        let Self { rows: _, status, content_type, body, headers } = self;
        let length = body.len();
        let body = match status {
            _ if method == Method::HEAD => Body::empty(),
            // It is sent without a length, in chunks of which there is none.
            301 => Body::from_stream(stream::empty::<Result<Vec<u8>, Infallible>>()),
            _ => Body::from(body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut put = |name: HeaderName, value: &str| {
            response.headers_mut().extend(HeaderValue::from_str(value).map(|value| (name, value)));
        };
        put(header::SERVER, "gunicorn");
        // A redirection to the path with a slash is made before anything adds these.
        if status != 301 {
            put(header::X_FRAME_OPTIONS, "DENY");
        }
        if let Some(content_type) = content_type {
            put(header::CONTENT_TYPE, content_type);
        }
        if status != 204 && status != 301 {
            put(header::CONTENT_LENGTH, &length.to_string());
        }
        for (name, value) in headers {
            put(HeaderName::from_static(name), &value);
        }
        response
    }
}

/// Keeps only the fields named by `field=`; unknown names are ignored, and when none is known everything stays.
pub(super) fn narrowed(row: Value, query: &Query) -> Value {
    let wanted = query.all("field");
    match row {
        Value::Object(fields) if fields.keys().any(|name| wanted.contains(name)) => {
            Value::Object(fields.into_iter().filter(|(name, _)| wanted.contains(name)).collect::<Map<_, _>>())
        }
        whole => whole,
    }
}

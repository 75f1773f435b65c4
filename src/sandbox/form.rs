//! Bodies of requests: JSON and forms.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::view::{Answer, Ask};

/// The fields of a body.
pub(super) type Form = Map<String, Value>;

/// Reads the body, or says what is wrong with it in the server's words.
pub(super) fn read(ask: &Ask) -> Result<Form, Answer> {
    let content_type = ask.header("content-type");
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        _ if ask.body.is_empty() => Ok(Form::new()),
        "application/json" => json(&ask.body),
        "application/x-www-form-urlencoded" => Ok(form_urlencoded::parse(&ask.body)
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect()),
        "multipart/form-data" => Ok(multipart(content_type, &String::from_utf8_lossy(&ask.body))),
        _ => Err(Answer::detail(415, &format!("Unsupported media type \"{content_type}\" in request."))),
    }
}

fn json(body: &[u8]) -> Result<Form, Answer> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let byte = body.get(at).copied().unwrap_or_default();
        let reason = if error.error_len().is_none() { "unexpected end of data" } else { "invalid start byte" };
        let text = format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: {reason}");
        Answer::detail(400, &format!("JSON parse error - {text}"))
    })?;
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Null) => Err(Answer::invalid("non_field_errors", "No data provided")),
        Ok(other) => {
            let text = format!("Invalid data. Expected a dictionary, but got {}.", type_name(&other));
            Err(Answer::invalid("non_field_errors", &text))
        }
        Err(error) => {
            let place = format!("line {} column {}", error.line(), error.column());
            Err(Answer::detail(400, &format!("JSON parse error - Expecting value: {place}")))
        }
    }
}

/// What Python calls the type of a JSON value.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// The plain fields of a multipart form; files are not looked for.
fn multipart(content_type: &str, body: &str) -> Form {
    let boundary = content_type.split_once("boundary=").map_or("", |(_, it)| it.trim_matches('"'));
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
        let (_, name) = head.split_once("name=\"")?;
        let (name, _) = name.split_once('"')?;
        Some((name.to_owned(), Value::from(value.trim_end_matches(['\r', '\n']))))
    };
    body.split(&format!("--{boundary}")).filter_map(field).collect()
}

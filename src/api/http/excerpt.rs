//! What a person can make sense of in an answer's body.

use serde_json::Value;

use crate::redact;
use crate::visible::visible;

/// Characters that a line has at most.
const LONGEST: usize = 200;

/// What a body says: the messages of JSON, the title of a web page, or all of anything else.
pub(in crate::api) fn message(body: &str) -> String {
    let said = match serde_json::from_str::<Value>(body) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => messages(&value),
        Ok(_) | Err(_) if body.trim_start().starts_with('<') => page(body),
        Ok(_) | Err(_) => String::new(),
    };
    if said.is_empty() { body.to_owned() } else { said }
}

/// One line of plain text: nothing hidden, nothing that is obeyed or has the form of a token, not too long.
pub(in crate::api) fn cut(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = redact::tokens(&text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", visible(&text[..end])),
        None => visible(&text).into_owned(),
    }
}

/// `{"detail": "Not found."}` says `Not found.`; `{"role": ["No."], "user": ["Nor."]}` says `role: No.; user: Nor.`.
fn messages(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(messages).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match key.as_str() {
                "detail" | "non_field_errors" => messages(value),
                key => format!("{key}: {}", messages(value)),
            })
            .collect::<Vec<_>>()
            .join("; "),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// The title of a web page, or else its text.
fn page(html: &str) -> String {
    let text = |html: &str| {
        let mut text = String::new();
        let mut rest = html;
        while let Some((before, tag)) = rest.split_once('<') {
            text.push_str(before);
            text.push(' ');
            let inside = ["script", "style"].into_iter().find(|it| starts_with(tag, it));
            let end = inside.and_then(|it| tag.find(&format!("</{it}"))).unwrap_or_default();
            rest = tag[end..].split_once('>').map_or("", |(_, after)| after);
        }
        text.push_str(rest);
        let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        plain.replace("&nbsp;", " ").replace("&amp;", "&").trim().to_owned()
    };
    let title = html
        .match_indices('<')
        .find(|(at, _)| starts_with(&html[at + 1..], "title"))
        .and_then(|(at, _)| html[at..].split_once('>'))
        .and_then(|(_, after)| after.split_once('<'))
        .map(|(title, _)| text(title))
        .filter(|title| !title.is_empty());
    title.unwrap_or_else(|| text(html))
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
}

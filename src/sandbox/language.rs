//! The server translates its messages. A few of them in two languages, so that nobody reads them to decide.

use axum::http::{HeaderMap, header};
use serde_json::Value;

const SPOKEN: &[&str] = &["en", "et", "lt", "lv", "ru", "it", "de", "da", "sv", "es", "fr", "nb", "ar", "cs"];

/// English, German, Estonian. Empty where no translation is known; the server, too, falls back to English.
const MESSAGES: &[[&str; 3]] = &[
    ["Invalid page.", "Ungültige Seite.", "Sobimatu lehekülg."],
    ["Authentication credentials were not provided.", "Anmeldedaten fehlen.", ""],
    ["This field is required.", "Dieses Feld ist erforderlich.", ""],
];

/// The language that a request prefers among those the server speaks.
pub(super) fn of(headers: &HeaderMap) -> &'static str {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or("en");
    let mut wishes: Vec<_> = accepted
        .split(',')
        .map(|wish| {
            let (name, quality) = wish.split_once(";q=").unwrap_or((wish, "1"));
            (name.trim(), quality.trim().parse::<f32>().unwrap_or(0.0))
        })
        .filter(|(_, quality)| *quality > 0.0)
        .collect();
    wishes.sort_by(|a, b| b.1.total_cmp(&a.1));
    wishes.iter().find_map(|(wish, _)| SPOKEN.iter().find(|it| wish.split('-').next() == Some(it))).unwrap_or(&"en")
}

/// Translates every message in an answer.
pub(super) fn translate(value: &mut Value, language: &str) {
    let column = match language {
        "de" => 1,
        "et" => 2,
        _ => return,
    };
    match value {
        Value::String(text) => {
            let translated = MESSAGES.iter().find(|it| it[0] == text).map_or("", |it| it[column]);
            if !translated.is_empty() {
                translated.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|it| translate(it, language)),
        Value::Object(fields) => fields.values_mut().for_each(|it| translate(it, language)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

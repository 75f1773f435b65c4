//! Query strings as Django reads and writes them.

use std::collections::BTreeMap;

use url::form_urlencoded;
use uuid::Uuid;

/// The parameters of a request, by name, values in the order given.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(BTreeMap<String, Vec<String>>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let mut parameters = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            parameters.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(parameters)
    }

    /// The last value of a parameter without spaces around it; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).last().map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// All values of a parameter.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The same parameters with another page, sorted by name, ready to stand in a link; without a page for the first.
    pub(super) fn with_page(&self, page: usize) -> String {
        let mut parameters = self.0.clone();
        parameters.remove("page");
        if page > 1 {
            parameters.insert("page".to_owned(), vec![page.to_string()]);
        }
        let pairs: Vec<_> = parameters
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| format!("{}={}", quoted(name), quoted(value))))
            .collect();
        pairs.join("&")
    }
}

/// Percent-encoding of Python's `quote_plus`.
fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    let mut quoted = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => quoted.push(byte.into()),
            b' ' => quoted.push('+'),
            _ => write!(quoted, "%{byte:02X}").unwrap_or_default(),
        }
    }
    quoted
}

/// A UUID as generously as Python reads one: dashes, braces and case don't matter.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    let text = text.replace("urn:", "").replace("uuid:", "");
    let digits = text.trim_matches(['{', '}']).replace('-', "");
    (digits.len() == 32).then(|| Uuid::try_parse(&digits).ok()).flatten()
}

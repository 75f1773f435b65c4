//! HTML in which nothing but our own words can be markup.

use std::fmt::{self, Display, Write as _};

use crate::visible::unhidden;

/// HTML as it grows.
///
/// Markup has to be a literal of this program; whatever comes from outside can only be put in as text.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Adds markup.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, escaped, fit for content and for attributes in double quotes.
    pub(super) fn text(&mut self, text: impl Display) -> &mut Self {
        let _ = write!(Escape(&mut self.0), "{text}");
        self
    }

    /// Adds text that came from people. It is set apart, so that letters which run from right to left don't carry its
    /// neighbours with them.
    pub(super) fn name(&mut self, text: impl Display) -> &mut Self {
        self.raw("<bdi>").text(text).raw("</bdi>")
    }

    /// Adds a path that came from people, which is broken after a slash where it does not fit.
    pub(super) fn path(&mut self, path: &str) -> &mut Self {
        self.raw("<bdi>");
        for part in path.split_inclusive('/') {
            self.text(part).raw("<wbr>");
        }
        self.raw("</bdi>")
    }

    /// Adds a message of ours, in which literals stand in backticks.
    pub(super) fn prose(&mut self, message: &str) -> &mut Self {
        let parts: Vec<_> = message.split('`').collect();
        // A lone backtick is none of ours: then there is nothing to set apart.
        if parts.len().is_multiple_of(2) {
            return self.name(message);
        }
        for (at, part) in parts.into_iter().enumerate() {
            if at % 2 == 0 {
                self.name(part);
            } else {
                self.raw("<code>").name(part).raw("</code>");
            }
        }
        self
    }

    /// Adds what something else writes.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Self)) -> &mut Self {
        write(self);
        self
    }

    /// All of it.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

struct Escape<'a>(&'a mut String);

impl fmt::Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in unhidden(text, &['\n', '\t']).chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter => self.0.push(letter),
            }
        }
        Ok(())
    }
}

//! The few styles there are.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

pub(super) const CREATE: Style = AnsiColor::Green.on_default();
pub(super) const REMOVE: Style = AnsiColor::Red.on_default();
pub(super) const CHANGE: Style = AnsiColor::Yellow.on_default();
pub(super) const HOLD: Style = AnsiColor::Magenta.on_default();
pub(super) const QUIET: Style = Style::new().dimmed();
pub(super) const STRONG: Style = Style::new().bold();
pub(super) const PLAIN: Style = Style::new();

/// Text in a style.
pub(super) fn styled(style: Style, text: impl Display) -> impl Display {
    struct Styled<T>(Style, T);
    impl<T: Display> Display for Styled<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let Self(style, text) = self;
            if style.is_plain() { write!(f, "{text}") } else { write!(f, "{style}{text}{style:#}") }
        }
    }
    Styled(style, text)
}

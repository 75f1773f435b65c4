//! Which links `links` and `review` show.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::desired::LinkFilter;
use crate::diagnostic::Diagnostic;

/// Which links.
#[derive(Debug, Args)]
pub(super) struct WhichLinks {
    /// Only on this resource: a name, a pattern with `*`, a UUID, `{name: …, project: …}`, or `name:…` for a name that
    /// looks like something else; can be repeated.
    #[arg(long, value_name = "RESOURCE", value_parser = NonEmptyStringValueParser::new())]
    resource: Vec<String>,
    /// Only with this role, by name or UUID; a name means that name in every offering; can be repeated.
    #[arg(long, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new())]
    role: Vec<String>,
    /// Only of this user, by username or UUID; `name:…` for a username that looks like something else; can be
    /// repeated.
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    user: Vec<String>,
}

impl WhichLinks {
    /// The same as a filter, or what is wrong with it.
    pub(super) fn filter(&self) -> Result<LinkFilter, Vec<Diagnostic>> {
        LinkFilter::new(&self.resource, &self.role, &self.user)
    }
}

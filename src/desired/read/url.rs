//! URLs of the API, as the server shows them and people paste them.

use url::Url;
use uuid::Uuid;

use super::FileReader;
use super::kind::ReferenceKind;
use crate::binding::parse_uuid;
use crate::desired::codes;
use crate::desired::quote::Quoted;
use crate::desired::yaml::Node;

/// The views of the API that show what can be referred to; of a kind, the first is the one to write.
const VIEWS: &[(&str, ReferenceKind)] = &[
    ("marketplace-resources", ReferenceKind::Resource),
    ("marketplace-provider-resources", ReferenceKind::Resource),
    ("marketplace-offering-user-roles", ReferenceKind::Role),
    ("users", ReferenceKind::User),
    ("marketplace-public-offerings", ReferenceKind::Offering),
    ("marketplace-provider-offerings", ReferenceKind::Offering),
    ("projects", ReferenceKind::Project),
];

/// Whether the text is meant as a URL: `http(s)://…` or `/api/…`.
pub(super) fn is_url(text: &str) -> bool {
    let scheme = |it: &str| text.get(..it.len()).is_some_and(|start| start.eq_ignore_ascii_case(it));
    scheme("http://") || scheme("https://") || text.starts_with("/api/")
}

/// The UUID of what a URL is of. Of the URL only the path counts, as for the server.
pub(super) fn url(cx: &mut FileReader<'_>, node: &Node<'_>, text: &str, kind: ReferenceKind) -> Option<Uuid> {
    let (code, message) = match parts(text) {
        Some((view, id)) => match VIEWS.iter().find(|(it, _)| *it == view) {
            Some((_, it)) if *it == kind => return Some(id),
            Some((_, it)) => (codes::WRONG_URL, format!("this is the URL of {}, not of {}", it.noun(), kind.noun())),
            None => (codes::WRONG_URL, format!("this is not the URL of {}: {}", kind.noun(), Quoted(text))),
        },
        None => (codes::MALFORMED_URL, format!("this URL names no object of the API: {}", Quoted(text))),
    };
    let view = VIEWS.iter().find(|(_, it)| *it == kind).map_or("", |(view, _)| view);
    cx.push(cx.error(code, node.place, message).help(format!("write the UUID alone, or `https://…/api/{view}/UUID/`")));
    None
}

/// The view and the UUID, from `…/api/VIEW/UUID/`.
fn parts(text: &str) -> Option<(String, Uuid)> {
    // Only the path is of interest, so any base does for a URL without a host.
    let base = Url::parse("http://localhost").ok()?;
    let url = base.join(text).ok()?;
    if url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let path = url.path().strip_suffix('/').unwrap_or(url.path());
    let mut parts = path.rsplit('/');
    let (id, view, api) = (parts.next()?, parts.next()?, parts.next()?);
    (api == "api").then_some((view.to_owned(), parse_uuid(id)?))
}

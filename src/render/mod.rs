//! What people and scripts read. Values in, text out: who prints it, and where, is decided elsewhere.
//!
//! Text carries ANSI styles; whoever prints it strips them where they are not wanted. Style never carries meaning alone.
//! What others wrote, in files or on the server, is shown in every format so that it does nothing but stand there.

mod counts;
mod dates;
mod deactivated;
mod diagnostics;
mod diff;
mod difference;
pub mod doctor;
mod ending;
mod excerpt;
mod explain;
mod findings;
mod format;
mod github;
mod gitlab;
mod hold;
mod incomplete;
mod json;
mod json_v1;
pub mod links;
mod markdown;
mod naming;
mod plan;
mod report;
mod review;
mod risks;
mod roles;
mod rows;
mod sarif;
mod seen;
mod shown;
mod style;
mod table;
mod tally;
mod text;
mod words;

pub use crate::visible::visible;
use counts::grouped;
pub use counts::{Counts, counted};
pub use dates::span;
pub use deactivated::deactivated;
pub use diagnostics::diagnostics;
pub use diff::diff;
pub use difference::differences;
pub use ending::ending;
pub use explain::{Beside, explain};
pub use format::{Format, UnknownFormat, render};
pub use hold::exceeded;
pub use incomplete::incomplete;
pub use json_v1::json_schema;
pub use markdown::job_summary;
pub use naming::Naming;
pub use plan::{approval, banner, plan, summary, verdict};
pub use report::{report, step};
pub use review::review;
pub use risks::risks;
pub use roles::roles;
pub use rows::Detail;
pub use seen::{Seen, seen};
pub use shown::{Failed, Pass, Shown, Stale, Verb};
pub use text::decision;
pub use words::{created, end_changed, origins, why};

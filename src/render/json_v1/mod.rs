//! JSON, version 1: what programs read. A stable contract, with its schema in `schemas/`.
//!
//! Every type here is a twin of one of ours, written out on purpose: ours may change, these may only grow. Names are as
//! the server has them, not as they are shown to people.

mod causes;
mod differences;
mod explain;
mod limits;
mod plan;
mod report;
mod review;
mod risks;
mod roles;
mod steps;
mod words;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use self::differences::{Difference, differences};
pub use self::explain::{explain, explain_schema};
use self::plan::Plan;
use self::report::Report;
use self::words::{Finding, Version};
use super::json::write;
use super::{self as render, Shown};
use crate::report::Failure;

/// What a pass came to: what `plan` and `apply` print as JSON.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[schemars(title = "grantsync pass, version 1")]
enum Document<'a> {
    /// Something was decided.
    Plan(Box<Plan<'a>>),
    /// Something was decided and, where there was something to do, done.
    Report(Box<Report<'a>>),
    /// The files can't be used: nothing was asked of a server, and nothing was changed.
    Invalid(Invalid<'a>),
    /// It did not come to a decision, and nothing was changed.
    Failed(Failed<'a>),
}

/// The files can't be used.
#[derive(Debug, Serialize, JsonSchema)]
struct Invalid<'a> {
    version: Version,
    /// What is wrong, and what else is worth saying, in the order of the files.
    findings: Vec<Finding<'a>>,
}

/// It did not come to a decision.
#[derive(Debug, Serialize, JsonSchema)]
struct Failed<'a> {
    version: Version,
    failure: &'a Failure,
    /// What differs between a saved plan and what would be done now; null unless that is why it failed.
    differences: Option<Vec<Difference<'a>>>,
}

/// A document, indented, with a line break at the end.
pub(super) fn render(shown: &Shown<'_>) -> String {
    write(&match shown {
        Shown::Pass(pass) => match pass.report {
            Some(report) => Document::Report(Box::new(Report::new(report, pass))),
            None => Document::Plan(Box::new(pass.into())),
        },
        Shown::Invalid { diagnostics, .. } => {
            let findings = diagnostics.iter().map(Finding::from).collect();
            Document::Invalid(Invalid { version: Version, findings })
        }
        Shown::Failed(render::Failed { verb: _, failure, stale }) => {
            let differences = stale.as_ref().map(differences);
            Document::Failed(Failed { version: Version, failure, differences })
        }
    })
}

/// The published schema of it, `schemas/pass.v1.json`.
pub fn json_schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    write(&settings.into_generator().into_root_schema_for::<Document<'_>>())
}

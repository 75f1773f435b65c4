//! What is to be said about approvals in the files.

use crate::daemon::Note;
use crate::plan::Plan;
use crate::policy;
use crate::render::visible;

/// What the plan says about approvals.
pub(super) fn notes(plan: &Plan) -> Vec<Note> {
    let about = plan.warnings.iter().filter(|it| matches!(it.code, policy::ENDED | policy::WITHOUT_MATCH));
    let note = about.map(|it| {
        let help = it.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let text = format!("{}: {}{help}", it.primary.span, it.message);
        Note { code: it.code, text: visible(&text).into_owned() }
    });
    note.collect()
}

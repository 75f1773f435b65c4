//! What people and scripts read. Values in, text out: who prints it, and where, is decided elsewhere.
//!
//! Text carries ANSI styles; whoever prints it strips them where they are not wanted. Style never carries meaning alone.

mod causes;
mod changes;
mod diagnostics;
mod diff;
mod difference;
mod excerpt;
mod naming;
mod plan;
mod report;
mod risks;
mod style;
mod table;

pub use causes::by_cause;
pub use changes::{Change, Group, changes};
pub use diagnostics::diagnostics;
pub use diff::diff;
pub use difference::differences;
pub use naming::{Naming, visible};
pub use plan::{Detail, banner, plan, plural, summary};
pub use report::{report, step};
pub use risks::{risk, risks};

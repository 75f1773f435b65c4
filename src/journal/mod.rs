//! The journal: a line for each write that is about to be sent, for its outcome, and for each pass.
//!
//! It is a file of JSON lines that is only appended to. Each line carries the hash of the line before it, so that damage,
//! edits and a missing middle show. This room turns entries into lines and lines into entries; the only writer is
//! [`journal_file`](crate::journal_file).
//!
//! The journal is advice: losing it changes no plan.

mod entry;
mod line;
mod memory;
mod steps;
mod text;

pub use entry::{
    Action, Counted, Entry, HeldLink, Intent, LinkRecord, PassContext, PassRecord, Request, ResultKind, StepOutcome,
};
pub use line::{Line, LineHash, NotALine, VERSION};
pub use memory::{Recalled, recall};
pub use steps::{RecordedStep, steps};
pub use text::{Fault, FaultKind, Journal, Newer, Tail};

//! What people and scripts read. Values in, text out.

mod diagnostics;
mod excerpt;

pub use diagnostics::diagnostics;

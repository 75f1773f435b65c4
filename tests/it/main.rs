//! Tests through the crate's public door, in one binary.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod desired_invalid;
mod render_diagnostics;
mod tidy;

//! Tests through the crate's public door, in one binary.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod desired_decode;
mod desired_invalid;
mod desired_properties;
mod desired_valid;
mod files;
mod render_diagnostics;
mod tidy;

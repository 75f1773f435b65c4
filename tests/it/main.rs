//! Tests through the crate's public door, in one binary.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod render_findings;
mod render_golden;
mod render_json;
mod render_markdown;
mod scene;
mod tidy;

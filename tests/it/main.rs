//! Tests through the crate's public door, in one binary.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod official_client;
mod sandbox;
mod sandbox_faults;
mod sandbox_keep;
mod sandbox_load;
mod sandbox_recorded_world;
mod sandbox_recordings;
mod tidy;

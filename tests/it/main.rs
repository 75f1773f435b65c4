//! Tests through the crate's public door, in one binary.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod daemon_agenda;
mod daemon_day;
mod daemon_files;
mod daemon_kit;
mod daemon_log;
mod daemon_loop;
mod daemon_memory;
mod daemon_signals;
mod daemon_status;
mod tidy;

//! Tests through the crate's public door, in one binary.
#![expect(
    clippy::needless_pass_by_value,
    clippy::needless_raw_string_hashes,
    clippy::unwrap_used,
    reason = "a test may panic, and a tool writes what is expected"
)]

mod api_directory;
mod api_listing;
mod api_moving;
mod api_retry;
mod api_settings;
mod api_support;
mod api_tls;
mod api_wire;
mod api_writes;
mod causes;
mod desired_decode;
mod desired_invalid;
mod desired_properties;
mod desired_valid;
mod files;
mod official_client;
mod plan;
mod plan_dates;
mod plan_scope;
mod policy;
mod properties;
mod recipes;
mod render_diagnostics;
mod resolve;
mod risk;
mod sandbox;
mod sandbox_faults;
mod sandbox_keep;
mod sandbox_load;
mod sandbox_recorded_world;
mod sandbox_recordings;
mod saved;
mod tidy;
mod verbs;
mod verbs_git;
mod verbs_live;
mod verbs_saved_plan;
mod world;

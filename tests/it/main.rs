//! Tests through the crate's public door, in one binary.
#![expect(
    clippy::needless_pass_by_value,
    clippy::needless_raw_string_hashes,
    clippy::unwrap_used,
    reason = "a test may panic, and a tool writes what is expected"
)]

mod admin_browser;
mod admin_http;
mod admin_kit;
mod admin_metrics;
mod admin_page;
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
mod cli_exit;
mod cli_help;
mod cli_output;
mod cli_signals;
mod cli_support;
mod daemon_agenda;
mod daemon_day;
mod daemon_files;
mod daemon_kit;
mod daemon_log;
mod daemon_loop;
mod daemon_memory;
mod daemon_signals;
mod daemon_status;
mod deploy;
mod desired_decode;
mod desired_invalid;
mod desired_properties;
mod desired_valid;
mod explain;
mod explain_history;
mod export;
mod export_extent;
mod export_names;
mod files;
mod official_client;
mod plan;
mod plan_dates;
mod plan_scope;
mod policy;
mod properties;
mod reconcile_asked;
mod reconcile_callers;
mod reconcile_lost;
mod reconcile_midway;
mod reconcile_moving;
mod reconcile_properties;
mod reconcile_replace;
mod reconcile_stop;
mod reconcile_support;
mod reconcile_together;
mod render_diagnostics;
mod render_findings;
mod render_golden;
mod render_json;
mod render_markdown;
mod resolve;
mod sandbox;
mod sandbox_faults;
mod sandbox_keep;
mod sandbox_load;
mod sandbox_recorded_world;
mod sandbox_recordings;
mod saved;
mod scene;
mod schema;
mod schema_files;
mod tidy;
mod verbs;
mod verbs_export;
mod verbs_git;
mod verbs_live;
mod verbs_saved_plan;
mod world;

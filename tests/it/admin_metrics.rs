//! What a scraper reads.

use std::io::Write as _;
use std::process::{Output, Stdio};

use expect_test::expect;
use grantsync::admin::{MetricsFormat, metrics};
use grantsync::daemon::{About, Status};

use super::admin_kit::{ALL, HOSTILE, hostile, now, status};
use super::daemon_kit::noon;
use super::programs::program;

#[tokio::test(start_paused = true)]
async fn every_number_of_the_status_is_there() {
    let status = status("held").await;
    let text = metrics(&status, now(&status), MetricsFormat::OpenMetrics);
    let samples: Vec<_> = text.lines().filter(|it| !it.starts_with('#')).filter(|it| !it.ends_with(" 0")).collect();
    let fixed: Vec<_> = samples.iter().filter(|it| !it.contains("timestamp")).copied().collect();
    expect![[r#"
        grantsync_build_info{version="0.1.0"} 1
        grantsync_revision_info{revision="9f1c2e7ab04d5e6f7a8b9c0d1e2f3a4b5c6d7e8f"} 1
        grantsync_start_time_seconds 1798804800.0
        grantsync_ready 1
        grantsync_passes_total{result="in_sync"} 37
        grantsync_passes_total{result="changed"} 1
        grantsync_passes_total{result="held"} 1
        grantsync_passes_total{result="unreachable"} 2
        grantsync_last_pass{result="held"} 1
        grantsync_pass_duration_seconds_sum 50.84
        grantsync_pass_duration_seconds_count 41
        grantsync_pass_duration_seconds_bucket{le="2.5"} 41
        grantsync_pass_duration_seconds_bucket{le="5.0"} 41
        grantsync_pass_duration_seconds_bucket{le="10.0"} 41
        grantsync_pass_duration_seconds_bucket{le="30.0"} 41
        grantsync_pass_duration_seconds_bucket{le="60.0"} 41
        grantsync_pass_duration_seconds_bucket{le="120.0"} 41
        grantsync_pass_duration_seconds_bucket{le="300.0"} 41
        grantsync_pass_duration_seconds_bucket{le="900.0"} 41
        grantsync_pass_duration_seconds_bucket{le="+Inf"} 41
        grantsync_success_good_for_seconds 990.0
        grantsync_drift{action="remove"} 31
        grantsync_in_sync 1204
        grantsync_held 31
        grantsync_held_by_limits 31
        grantsync_expiring 2
        grantsync_applied_total{action="create",result="done"} 3
        grantsync_applied_total{action="remove",result="done"} 2
        grantsync_http_requests_total{method="GET",code="200"} 1482
        grantsync_http_retries_total 39"#]]
    .assert_eq(&fixed.join("\n"));
    let success = text.lines().find(|it| it.starts_with("grantsync_last_success_timestamp_seconds ")).unwrap();
    let seconds: f64 = success.split(' ').next_back().unwrap().parse().unwrap();
    let good = status.last_good.unwrap().as_second();
    assert!((seconds.trunc() - f64::from(u32::try_from(good).unwrap())).abs() < 0.5);
}

#[tokio::test(start_paused = true)]
async fn what_never_happened_is_there_as_nothing() {
    let text = metrics(&Status::new(About::default(), noon()), noon(), MetricsFormat::Prometheus);
    for line in [
        "grantsync_passes_total{result=\"unauthorized\"} 0",
        "grantsync_applied_total{action=\"remove\",result=\"unknown\"} 0",
        "grantsync_http_retries_total 0",
        "grantsync_ready 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
    }
    assert!(!text.contains("grantsync_last_success"), "no time is better than a wrong one");
}

#[tokio::test(start_paused = true)]
async fn no_label_names_a_user_a_role_or_a_resource() {
    for name in ALL {
        let status = status(name).await;
        let text = metrics(&status, now(&status), MetricsFormat::OpenMetrics);
        for who in ["alice", "bob", "carol", "cluster", "tenant", "admin", "member", "access/"] {
            let labels = text.lines().filter(|it| !it.starts_with('#'));
            assert!(!labels.clone().any(|it| it.contains(who)), "{name}: {who}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn promtool_is_content() {
    let mut statuses = vec![hostile().await, Status::new(About::default(), noon())];
    for name in ALL {
        statuses.push(status(name).await);
    }
    for status in statuses {
        let text = metrics(&status, now(&status), MetricsFormat::Prometheus);
        let Some(Output { status, stdout, stderr }) = promtool(&["check", "metrics"], &text) else { return };
        let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success() && said.is_empty(), "{said}\n{text}");
    }
    assert!(!HOSTILE.is_empty());
}

#[test]
fn the_alerts_are_sound_and_fire_when_they_should() {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/prometheus/grantsync.rules.yaml");
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/prometheus/grantsync.test.yaml");
    for arguments in [["check", "rules", rules], ["test", "rules", tests]] {
        let Some(Output { status, stdout, stderr }) = promtool(&arguments, "") else { return };
        assert!(status.success(), "{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    }
}

/// Runs promtool, which comes with Prometheus.
fn promtool(arguments: &[&str], input: &str) -> Option<Output> {
    let mut command = program("promtool")?;
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(child.wait_with_output().unwrap())
}

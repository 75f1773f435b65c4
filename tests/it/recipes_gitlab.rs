//! The pipeline of GitLab, job by job.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header::LOCATION};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;

use crate::programs::program;
use crate::recipes_kit::{FILE, GITLAB, Machine, recipe};
use crate::verbs::Grant as _;

/// What the token of a job reads is stored elsewhere, under a signed address.
async fn gitlab(State(live): State<String>, uri: Uri, headers: HeaderMap) -> Response {
    let path = "/api/v4/projects/7/jobs/artifacts/main/raw/live.json?job=grants:live";
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let token = (header("job-token"), header("private-token"));
    match uri.to_string() {
        it if it == path => match token {
            (Some("of-the-job"), None) => (StatusCode::FOUND, [(LOCATION, "/signed")]).into_response(),
            (None, Some("of-a-reporter")) => live.into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        },
        it if it == "/signed" && token == (None, None) => live.into_response(),
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_request_has_its_plan_without_a_token_of_waldur() {
    let Some(_) = program("curl") else { return };
    let machine = Machine::new().await;
    let looked = machine.protected_job("grants:live").await;
    assert_eq!(looked.code, Some(0), "{looked:?}");
    let live = machine.bench.text("work/live.json");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v4", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, Router::new().fallback(gitlab).with_state(live)).into_future());

    let base = machine.git("rev-parse HEAD").await;
    machine.change("dave", "grace").await;
    let requests = machine.requests();
    let project = [
        ("CI_API_V4_URL", &*url),
        ("CI_MERGE_REQUEST_PROJECT_ID", "7"),
        ("CI_DEFAULT_BRANCH", "main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
    ];
    let with = async |more: &[(&'static str, &str)]| machine.job("grants:plan", &[&project, more].concat()).await;
    for more in [
        &[("CI_JOB_TOKEN", "of-the-job")][..],
        &[("CI_JOB_TOKEN", "of-no-use"), ("GRANTS_READ_TOKEN", "of-a-reporter")],
        &[("CI_JOB_TOKEN", "of-the-job"), ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &base)],
    ] {
        let planned = with(more).await;
        assert_eq!(planned.code, Some(0), "{planned:?}");
        assert!(planned.out.contains("in this change") && planned.out.contains("grace"), "{planned:?}");
        assert!(machine.bench.text("work/plan.md").contains("`grace`"));
        let quality = machine.bench.text("work/gl-code-quality-report.json");
        assert!(serde_json::from_str::<Vec<serde_json::Value>>(&quality).is_ok(), "{quality}");
        machine.remove(&["live.json", "plan.md", "gl-code-quality-report.json"]);
    }
    // Places lead to their lines.
    let root = machine.bench.path("work").display().to_string();
    let job = [("CI_PROJECT_URL", "https://gitlab.com/team/access"), ("CI_COMMIT_SHA", "feed1234")];
    let token = ("CI_JOB_TOKEN", "of-the-job");
    assert_eq!(with(&[&job[..], &[token, ("CI_PROJECT_DIR", &root)]].concat()).await.code, Some(0));
    let place = "[`access/grants.yaml:6`](https://gitlab.com/team/access/-/blob/feed1234/access/grants.yaml#L6)";
    assert!(machine.bench.text("work/plan.md").contains(&format!("`grace` · {place}")));
    // Removals that are held are a warning, by this code.
    machine.declare(&FILE.replace("alice, bob", "bob").replace("removal_percent: 100", "removals: 0")).await;
    assert_eq!(with(&[("CI_JOB_TOKEN", "of-the-job")]).await.code, Some(3));
    assert_eq!(recipe(GITLAB)["grants:plan"]["allow_failure"]["exit_codes"], 3);
    let refused = with(&[("CI_JOB_TOKEN", "of-no-use")]).await;
    assert_eq!(refused.code, Some(22), "{refused:?}");
    machine.change("dave", "davy").await;
    assert_eq!(with(&[("CI_JOB_TOKEN", "of-the-job")]).await.code, Some(4));
    assert_eq!(machine.requests(), requests, "nothing is asked of the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_merged_is_applied_and_drift_is_reverted() {
    let machine = Machine::new().await;
    assert_eq!(machine.protected_job("grants:apply").await.code, Some(0));
    machine.bench.change(|world| world.grant("cluster-b", "admin", "bob"));
    let at_night = machine.protected_job("grants:apply").await;
    assert!(at_night.code == Some(0) && at_night.out.contains("- bob admin on cluster-b"), "{at_night:?}");
    machine.declare(&FILE.replace("alice, bob", "bob").replace("removal_percent: 100", "removals: 0")).await;
    let held = machine.protected_job("grants:apply").await;
    assert_eq!(held.code, Some(3), "{held:?}");
    assert!(held.out.contains("- {held: "), "{held:?}");
}

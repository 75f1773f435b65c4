//! `review`: who has access, since when, why and until when.

use serde_json::Value;

use crate::cli_support::Desk;
use crate::reconcile_support::in_words;

const FILE: &str = "scope: all\nlimits: {removals: 0}\nprotect: [alice]\ngroups:\n  team: [carol]\nbindings:\n  \
                    - {resource: cluster-a, role: admin, user: alice, reason: OPS-1}\n  \
                    - {resource: cluster-a, roles: [member], groups: [team], until: 2099-01-31}\n";
const WORLD: &str = "HPC cluster-a: admin alice, member bob\nHPC cluster-b: viewer dave\nusers: carol";
const APPLY: &str = "apply -f grants.yaml --auto-approve --journal journal";

/// A desk where carol got a role, on record; bob and dave have one that no line asks for.
async fn desk() -> Desk {
    let desk = Desk::new(WORLD, FILE).await;
    let ran = desk.run(APPLY).await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    desk
}

async fn rows(desk: &Desk, arguments: &str) -> Vec<Value> {
    let ran = desk.run(&format!("review -f grants.yaml --journal journal --format json {arguments}")).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&document["format"], &document["version"]), (&"grantsync-review".into(), &1.into()));
    document["rows"].as_array().unwrap().clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|it| it["username"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_person_and_role_is_one_row_with_all_that_is_known() {
    let desk = desk().await;
    let all = rows(&desk, "").await;
    assert_eq!(names(&all), ["alice", "bob", "carol", "dave"]);
    let [alice, bob, carol, _] = &all[..] else { panic!("{all:#?}") };
    assert_eq!(
        (&alice["reason"], &alice["protected"], &alice["declared_at"]),
        (&"OPS-1".into(), &true.into(), &"grants.yaml:7".into())
    );
    assert_eq!((&bob["declared_at"], &bob["protected"]), (&"".into(), &false.into()));
    assert_eq!((&carol["groups"], &carol["by"]), (&"team".into(), &"staff".into()));
    assert_eq!((&carol["offering"], &carol["until"]), (&"HPC".into(), &"2099-02-01T00:00:00Z".into()));
    assert!(carol["since"].is_string(), "{carol:#?}");
}

#[tokio::test]
async fn it_is_narrowed_like_links_and_by_ends_and_lines() {
    let desk = desk().await;
    for (arguments, expected) in [
        ("--undeclared", &["bob", "dave"][..]),
        ("--without-end", &["alice", "bob", "dave"]),
        ("--ends-within 40000d", &["carol"]),
        ("--ends-within 1d", &[]),
        ("--user bob", &["bob"]),
        ("--resource cluster-b", &["dave"]),
        ("--role member --undeclared", &["bob"]),
    ] {
        assert_eq!(names(&rows(&desk, arguments).await), expected, "{arguments}");
    }
    let ran = desk.run("review -f grants.yaml --without-end --ends-within 1d").await;
    assert_eq!(ran.code, Some(64), "{ran:?}");
}

#[tokio::test]
async fn names_do_nothing_in_a_spreadsheet_or_in_markdown() {
    let world = in_words("HPC cluster-a: admin alice, member =cmd(), viewer a|b\nusers: carol");
    let desk = Desk::of(world, FILE).await;
    let csv = desk.run("review -f grants.yaml --format csv").await;
    assert!(csv.stdout.contains("\r\n'=cmd(),") && csv.stdout.starts_with("username,full_name,resource,"), "{csv:?}");
    let markdown = desk.run("review -f grants.yaml --format markdown").await;
    assert!(markdown.stdout.contains("| `a\\|b` |") && markdown.stdout.contains("| `=cmd()` |"), "{markdown:?}");
    let text = desk.run("review -f grants.yaml").await;
    assert!(text.stdout.contains("not declared") && text.stderr.contains("3 links"), "{text:?}");
}

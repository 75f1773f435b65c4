//! Exports of worlds with names that nobody would choose, and somebody has.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::{expect, expect_file};
use grantsync::binding::{Binding, Link, OfferingId, ResourceId, RoleId, UserId};
use grantsync::desired::export::{Beside, Export, ExportFilter, Form, Given, Split, export};
use grantsync::directory::{Directory, Project, Resource, Role, User};
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases::config;
use crate::export::is_in_sync;
use crate::schema::accepts;
use crate::world::{World, link};

/// What a reader of YAML, of the format, or of a file system may take for something else.
const ODD: &[&str] = &[
    "“typographic”",
    "plain",
    "Plain",
    "two words",
    "o'brien",
    "say \"hi\"",
    "'",
    "\"",
    "\\",
    "back\\slash",
    "it's \"both\"",
    "a: b",
    "a:b",
    ":",
    "a #b",
    "#",
    "007",
    "42",
    "-1",
    "+1",
    "0x1f",
    "0o17",
    "1e5",
    "1_000",
    "3.14",
    ".5",
    ".inf",
    ".nan",
    "12:30:45",
    "2027-01-01",
    "2027-1-1",
    "2027-01-01T00:00:00Z",
    "yes",
    "No",
    "on",
    "true",
    "null",
    "~",
    "~a",
    "=",
    "<<",
    "y",
    "-",
    "- a",
    "--- a",
    "---",
    "...",
    "?",
    "? a",
    "|",
    ">",
    "%a",
    "@a",
    "`a`",
    "!a",
    "&a",
    "*",
    "a*",
    "*a",
    "{a: b}",
    "{",
    "}",
    "[a]",
    "]",
    ",",
    "a, b",
    "a=b",
    "a|b",
    "(a)",
    "a@example.org",
    "DOMAIN\\user",
    "a/b",
    "../up",
    "/etc/passwd",
    ".",
    "..",
    ".hidden",
    "con",
    "NUL",
    "com1",
    "settings",
    "unseen",
    "offering",
    "resource",
    "0123456789abcdef0123456789abcdef",
    "01234567-89ab-cdef-0123-456789abcdef",
    "http://example.org/x",
    "HTTPS://x",
    "/api/users/0123456789abcdef0123456789abcdef/",
    "urn:uuid:0",
    "",
    " ",
    " leading",
    "trailing ",
    "\ttab",
    "ta\tb",
    "new\nline",
    "\nbindings: []",
    "carriage\rreturn",
    "nul\0",
    "bell\u{7}",
    "del\u{7f}",
    "nel\u{85}",
    "line\u{2028}separator",
    "paragraph\u{2029}separator",
    "bom\u{feff}",
    "zero\u{200b}width",
    "soft\u{ad}hyphen",
    "no\u{a0}break",
    "\u{3000}wide",
    "non\u{ffff}character",
    "\u{202e}desrever",
    "\u{2066}isolated",
    "tag\u{e0041}",
    "🦀",
    "👩\u{200d}🚀",
    "❤️",
    "naïve",
    "e\u{301}",
    "Владимир",
    "أحمد",
    "עברית",
    "名前",
    "नाम",
    "ﬀ",
    "ß",
    "İ",
    "x\u{10ffff}",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        // Names that several things have.
        4 => prop::sample::select(vec!["twin".to_owned(), "Twin".to_owned(), "*".to_owned()]),
        4 => prop::sample::select(ODD).prop_map(str::to_owned),
        1 => prop::sample::select(ODD).prop_map(|it| it.repeat(300).chars().take(300).collect()),
        1 => (prop::sample::select(ODD), prop::sample::select(ODD)).prop_map(|(a, b)| format!("{a}{b}")),
        2 => any::<String>(),
    ]
}

/// Offerings with their roles, resources and users, and links as indices into them.
fn worlds() -> impl Strategy<Value = World> {
    let offerings = prop::collection::vec((name(), prop::collection::vec(name(), 1..4)), 1..4);
    let project = || prop::option::weighted(0.8, (0..3_u128, name()));
    let resources =
        prop::collection::vec((any::<prop::sample::Index>(), name(), project(), prop::bool::weighted(0.2)), 1..8);
    let users = prop::collection::btree_set(name(), 1..8);
    let index = any::<prop::sample::Index>;
    let links = prop::collection::vec((index(), index(), index()), 0..24);
    (offerings, resources, users, links).prop_map(|(offerings, resources, users, links)| {
        let mut world = World::read("");
        let users: Vec<UserId> = users.into_iter().map(|name| user(&mut world.directory, &name)).collect();
        let offerings: Vec<(OfferingId, String, Vec<RoleId>)> = offerings
            .into_iter()
            .map(|(name, roles)| {
                let offering = next(&world.directory).into();
                (offering, name, roles.iter().map(|it| role(&mut world.directory, offering, it)).collect())
            })
            .collect();
        let resources: Vec<(ResourceId, &[RoleId])> = resources
            .into_iter()
            .map(|(at, name, project, terminated)| {
                // Projects of one name may be several, and one has one name.
                let project = project.map(|(n, name)| Project {
                    id: Uuid::from_u128(0xabc0 + n).into(),
                    name: if n == 0 { "twin".to_owned() } else { name },
                    organisation: "University".to_owned(),
                });
                let (offering, offering_name, roles) = at.get(&offerings);
                let id = next(&world.directory).into();
                let resource =
                    Resource { name, offering: *offering, offering_name: offering_name.clone(), project, terminated };
                world.directory.resources.insert(id, resource);
                (id, roles.as_slice())
            })
            .collect();
        let bindings = links.iter().map(|(resource, role, user)| {
            let (resource, roles) = *resource.get(&resources);
            Binding { resource, role: *role.get(roles), user: *user.get(&users) }
        });
        world.snapshot.links = bindings.zip(1..).map(|(binding, n)| Link::plain(link(n), binding)).collect();
        world
    })
}

/// An id of its own for each thing, spread over all bits so that some are all digits.
fn next(Directory { resources, roles, users, aliases: _ }: &Directory) -> Uuid {
    let n = (1 + resources.len() + 100 * roles.len() + 10_000 * users.len()) as u128;
    Uuid::from_u128(n.wrapping_mul(0x1001_0010_0100_1001_0010_0100_1001_0011))
}

fn user(directory: &mut Directory, name: &str) -> UserId {
    let id = next(directory).into();
    // People choose what they are called.
    let full_name = format!("{name} # : - \n\u{202e}\"'{{");
    directory.users.insert(id, User { username: name.into(), full_name, active: None });
    id
}

fn role(directory: &mut Directory, offering: OfferingId, name: &str) -> RoleId {
    let id = next(directory).into();
    directory.roles.insert(id, Role { name: name.into(), offerings: [offering].into() });
    id
}

fn extents() -> impl Strategy<Value = fn(&World) -> ExportFilter> {
    prop::sample::select(vec![
        everything as fn(&World) -> ExportFilter,
        one_user,
        one_offering,
        one_by_name,
        all_by_pattern,
    ])
}

fn everything(_: &World) -> ExportFilter {
    ExportFilter::default()
}

fn one_user(world: &World) -> ExportFilter {
    let users: Vec<_> = world.directory.users.keys().take(1).map(ToString::to_string).collect();
    ExportFilter::read(Given { users: &users, ..Given::default() }).unwrap()
}

fn one_offering(world: &World) -> ExportFilter {
    let offerings: Vec<_> = world.directory.resources.values().take(1).map(|it| it.offering.to_string()).collect();
    ExportFilter::read(Given { offerings: &offerings, ..Given::default() }).unwrap()
}

/// By names, which can't always be told apart, or written.
fn one_by_name(world: &World) -> ExportFilter {
    let quoted = |it: &str| serde_json::to_string(it).unwrap();
    let user = world.directory.users.values().next().map(|it| format!("{{username: {}}}", quoted(&it.username)));
    let resource = world.directory.resources.values().next();
    let resource =
        resource.map(|it| format!("{{name: {}, offering: {{name: {}}}}}", quoted(&it.name), quoted(&it.offering_name)));
    let (users, resources): (Vec<_>, Vec<_>) = (user.into_iter().collect(), resource.into_iter().collect());
    ExportFilter::read(Given { users: &users, resources: &resources, ..Given::default() }).unwrap_or_default()
}

fn all_by_pattern(_: &World) -> ExportFilter {
    let every = ["*".to_owned()];
    ExportFilter::read(Given { offerings: &every, resources: &every, roles: &every, users: &every }).unwrap()
}

fn asked() -> impl Strategy<Value = (fn(&World) -> ExportFilter, Split, Form, Beside)> {
    let split = prop::sample::select(vec![Split::Nothing, Split::Offering, Split::Resource]);
    let form = prop::sample::select(vec![Form::Name, Form::Pinned]);
    (extents(), split, form, prop::sample::select(vec![Beside::Nothing, Beside::FullNames]))
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn whatever_things_are_called_an_export_is_in_sync(world in worlds(), (extent, split, form, beside) in asked()) {
        let asked = Export { extent: extent(&world), split, form, beside };
        let Ok(files) = export(&world.snapshot, &world.directory, &asked) else {
            prop_assert!(asked.extent.to_string().contains("name"), "only names can mean too much");
            return Ok(());
        };
        is_in_sync(&world, &files);
        for file in &files {
            prop_assert!(accepts(&file.text), "another reader takes something for no text: {}", file.text);
        }
        let mut shuffled = world.snapshot.clone();
        shuffled.links.reverse();
        prop_assert_eq!(export(&shuffled, &world.directory, &asked).unwrap(), files);
    }

    #[test]
    fn names_of_files_are_good_everywhere_and_different(world in worlds(), split in
        prop::sample::select(vec![Split::Offering, Split::Resource]))
    {
        let asked = Export { split, ..Export::default() };
        let files = export(&world.snapshot, &world.directory, &asked).unwrap();
        let names: BTreeSet<_> = files.iter().map(|it| it.name.as_str()).collect();
        prop_assert_eq!(names.len(), files.len());
        for name in names {
            let parts = name.strip_suffix(".yaml").unwrap().split('/');
            for part in parts {
                let fine = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-".contains(it);
                prop_assert!(!part.is_empty() && part.len() <= 100 && part.chars().all(fine), "{}", name);
                prop_assert!(!["con", "nul", "com1"].contains(&part), "{}", name);
            }
        }
    }
}

#[test]
fn odd_names_at_a_glance() {
    let mut directory = World::read("HPC cluster-a:").directory;
    let (resource, offering) = directory.resources.iter().map(|(id, it)| (*id, it.offering)).next().unwrap();
    let member = role(&mut directory, offering, "member");
    let users: BTreeMap<_, _> = ODD.iter().map(|name| (*name, user(&mut directory, name))).collect();
    let bindings = users.values().map(|user| Binding { resource, role: member, user: *user });
    let mut world = World::read("");
    world.snapshot.links = bindings.zip(1..).map(|(binding, n)| Link::plain(link(n), binding)).collect();
    world.directory = directory;
    let files = export(&world.snapshot, &world.directory, &Export::default()).unwrap();
    is_in_sync(&world, &files);
    expect_file!["../data/export/odd-names.yaml"].assert_eq(&files[0].text);
}

#[test]
fn things_that_would_share_a_file_name_carry_their_id() {
    let world = World::read(
        "
HPC lab: admin alice
HPC lab (terminated): admin alice
HPC LAB: admin alice
HPC settings: admin alice
HPC über-lab: admin alice
HPC 名前: admin alice
hpc lab: admin alice
Settings lab: admin alice
",
    );
    let asked = Export { split: Split::Resource, ..Export::default() };
    let files = export(&world.snapshot, &world.directory, &asked).unwrap();
    is_in_sync(&world, &files);
    expect![[r#"
        settings.yaml
        hpc-4a254accfb318c4e682ecf05cd9d4646/ber-lab.yaml
        hpc-4a254accfb318c4e682ecf05cd9d4646/lab-5d4598f6254c999946c8834ec085c9fc.yaml
        hpc-4a254accfb318c4e682ecf05cd9d4646/lab-afbf221af85e837f934a5f1c2b0720d9.yaml
        hpc-4a254accfb318c4e682ecf05cd9d4646/lab-bf2b7819e54bcdfa3c82e12e0bdb7bdc.yaml
        hpc-4a254accfb318c4e682ecf05cd9d4646/resource-7d68c1ae6ed218797c7523a98ad1249a.yaml
        hpc-4a254accfb318c4e682ecf05cd9d4646/settings-0337ca56ae054c12d0861b040c72ace2.yaml
        hpc-4a25dd11fb318c4e682ecf0609cb8326/lab.yaml
        settings-abe40fbf244de8c012814573416012cc/lab.yaml
    "#]]
    .assert_eq(&files.into_iter().map(|it| it.name + "\n").collect::<String>());
}

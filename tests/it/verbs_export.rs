//! What is live as files, and what they look like: the commands.

use grantsync::desired;
use grantsync::render;
use grantsync::sandbox::{World, tokens};

use crate::verbs::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_in_sync() {
    let bench = Bench::new(World::example()).await;
    let exported = bench.run("export").await;
    assert_eq!((exported.code, exported.err.as_str()), (Some(0), ""), "{exported:?}");
    bench.write("grants.yaml", &exported.out);
    let planned = bench.run("plan -f grants.yaml --detailed-exitcode").await;
    assert_eq!(
        (planned.code, planned.out.as_str()),
        (Some(0), "Plan: 0 to create, 0 to remove · 10 in sync\n"),
        "{planned:?}"
    );

    bench.change(|world| *world = World::example().with_duplicate());
    let planned = bench.run("plan -f grants.yaml --detailed-exitcode").await;
    assert!(planned.out.ends_with("Plan: 0 to create, 1 to remove · 1 duplicate row, 10 in sync\n"), "{planned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_files_is_in_sync_and_is_not_overwritten_unasked() {
    let bench = Bench::new(World::example()).await;
    let exported = bench.run("export --split-by resource -o access").await;
    assert_eq!((exported.code, exported.out.as_str()), (Some(0), ""), "{exported:?}");
    assert_eq!(exported.err, "wrote 5 files to `access`; see what they mean with `grantsync plan -f access`\n");
    let planned = bench.run("plan -f access --detailed-exitcode").await;
    assert_eq!(planned.out, "Plan: 0 to create, 0 to remove · 10 in sync\n", "{planned:?}");

    let (settings, file) = (bench.text("access/settings.yaml"), bench.text("access/hpc/cluster-a.yaml"));
    bench.write("access/hpc/cluster-a.yaml", "bindings: []");
    let again = bench.run("export --split-by resource -o access").await;
    assert_eq!(again.code, Some(64), "{again:?}");
    assert!(again.err.contains("is there already") && again.err.contains("--force"), "{again:?}");
    assert_eq!(bench.text("access/hpc/cluster-a.yaml"), "bindings: []");

    let again = bench.run("export --split-by resource -o access --force").await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!((bench.text("access/settings.yaml"), bench.text("access/hpc/cluster-a.yaml")), (settings, file));

    let by_offering = bench.run("export --split-by offering -o access").await;
    assert_eq!(by_offering.code, Some(64), "{by_offering:?}");
    assert!(by_offering.err.contains("would belong to the set"), "{by_offering:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_export_wrote_is_removed_if_asked_and_never_left_to_be_read() {
    let bench = Bench::new(World::example()).await;
    assert_eq!(bench.run("export --split-by resource -o access").await.code, Some(0));
    bench.write("access/own.yaml", "bindings: []\n");
    bench.write("access/cloud/own.yaml", "bindings: []\n");
    let settings = bench.text("access/settings.yaml");
    let stale = ["access/hpc/archive-2019.yaml", "access/hpc/cluster-a.yaml", "access/hpc/cluster-b.yaml"];

    let again = bench.run("export --split-by offering -o access --force").await;
    assert_eq!(again.code, Some(64), "{again:?}");
    for path in stale {
        assert!(again.err.contains(&format!("`{path}`")), "{path}: {again:?}");
    }
    assert!(again.err.contains("`--prune`") && !again.err.contains("own.yaml"), "{again:?}");
    assert_eq!(bench.text("access/settings.yaml"), settings, "nothing was written");

    let again = bench.run("export --split-by offering -o access --force --prune").await;
    assert_eq!(again.code, Some(0), "{again:?}");
    for path in stale {
        assert!(again.err.contains(&format!("removed `{path}`")) && !bench.path(path).exists(), "{path}: {again:?}");
    }
    assert!(!bench.path("access/hpc").exists(), "a folder of which nothing is left");
    // What people wrote is theirs.
    for path in ["access/own.yaml", "access/cloud/own.yaml"] {
        assert!(again.err.contains(&format!("note: `{path}` is no part of it")), "{path}: {again:?}");
        std::fs::remove_file(bench.path(path)).unwrap();
    }
    let planned = bench.run("plan -f access --detailed-exitcode").await;
    assert_eq!(planned.out, "Plan: 0 to create, 0 to remove · 10 in sync\n", "{planned:?}");

    // Settings that no export wrote name no file of an export, and nothing outside of the directory is one.
    bench.write("precious.yaml", "bindings: []\n");
    for head in ["", "# Written by `grantsync export`.\n"] {
        bench.write("access/settings.yaml", &format!("{head}files: [../precious.yaml, own.yaml]\nbindings: []\n"));
        bench.write("access/own.yaml", "bindings: []\n");
        let again = bench.run("export --split-by offering -o access --force --prune").await;
        assert_eq!(again.code, Some(0), "{again:?}");
        assert_eq!(bench.path("access/own.yaml").exists(), head.is_empty(), "{again:?}");
        assert!(bench.path("precious.yaml").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_exported_with_its_scope_into_a_file() {
    let bench = Bench::new(World::example()).await;
    let exported = bench.run("export --offering Cloud --pin -o cloud.yaml").await;
    assert_eq!((exported.code, exported.out.as_str()), (Some(0), ""), "{exported:?}");
    assert!(bench.text("cloud.yaml").contains("scope:\n  offerings: [Cloud]\n"), "{}", bench.text("cloud.yaml"));
    let planned = bench.run("plan -f cloud.yaml --detailed-exitcode").await;
    assert_eq!(planned.out, "Plan: 0 to create, 0 to remove · 1 in sync, 9 outside scope\n", "{planned:?}");
    let again = bench.run("export -o cloud.yaml").await;
    assert_eq!((again.code, again.out.as_str()), (Some(64), ""), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_means_nothing_exports_nothing() {
    let bench = Bench::new(World::example()).await;
    let ended = bench.run("export --offering HCP --user alcie -o all.yaml").await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.err.contains("--offering: no offering with a resource is called `HCP` (did you mean `HPC`?)"));
    assert!(ended.err.contains("--user: no user has the username `alcie` (did you mean `alice`?)"), "{ended:?}");
    assert!(!bench.path("all.yaml").exists());
    for arguments in ["export --role /api/users/x/", "export --split-by offering", "export --force"] {
        let ended = bench.run(arguments).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(64), ""), "{arguments}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_a_part_is_told_so_on_both_sides() {
    let bench = Bench::new(World::example()).await;
    let server = [("WALDUR_API_URL", bench.sandbox.url()), ("WALDUR_ACCESS_TOKEN", tokens::CONSUMER.to_owned())];
    let ended = bench.run_in(&server, "export").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("Not a staff token:"), "{ended:?}");
    assert!(ended.out.contains("# Seen with the token of "), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_printed_as_they_are_published() {
    let bench = Bench::new(World::new()).await;
    assert_eq!(bench.run_offline("schema").await.out, desired::schema());
    assert_eq!(bench.run_offline("schema pass").await.out, render::json_schema());
    assert_eq!(bench.run_offline("schema nothing").await.code, Some(64));
}

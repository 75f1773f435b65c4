//! What is under `deploy/`: that it can be read, and what holds for every container in it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::programs::program;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

/// All files below with this ending.
fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    found
}

/// Every object of the JSON that has this key, with what is under it.
fn under<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(key));
            fields.values().for_each(|it| under(it, key, found));
        }
        Value::Array(items) => items.iter().for_each(|it| under(it, key, found)),
        _ => {}
    }
}

/// All containers of the manifests, each with its file.
fn containers() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for path in files(&deploy().join("kubernetes"), "yaml") {
        let value: Value = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut found = Vec::new();
        under(&value, "containers", &mut found);
        under(&value, "initContainers", &mut found);
        let items = found.into_iter().flat_map(|it| it.as_array().unwrap());
        all.extend(items.map(|it| (format!("{}: {}", path.display(), it["name"]), it.clone())));
    }
    all
}

#[test]
fn every_file_is_yaml() {
    let paths = files(&deploy(), "yaml");
    assert!(paths.len() >= 10);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let parsed: Result<Value, _> = serde_yaml::from_str(&text);
        assert!(parsed.is_ok_and(|it| it.is_object()), "{}", path.display());
    }
}

#[test]
fn every_container_is_locked_down() {
    let containers = containers();
    assert_eq!(containers.len(), 5);
    for (name, container) in containers {
        let context = &container["securityContext"];
        assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(context["capabilities"]["drop"][0], "ALL", "{name}");
        assert!(context["runAsUser"].as_u64().unwrap() > 0, "{name}");
        assert!(container["resources"]["limits"]["memory"].is_string(), "{name}");
        let image = container["image"].as_str().unwrap();
        assert!(image.rsplit_once(':').is_some_and(|(_, tag)| tag != "latest"), "{name}: {image}");
    }
}

#[test]
fn the_token_is_always_a_file() {
    for (name, container) in containers() {
        let environment = container["env"].as_array().cloned().unwrap_or_default();
        for variable in &environment {
            assert_ne!(variable["name"], "WALDUR_ACCESS_TOKEN", "{name}");
        }
        let ours = container["image"].as_str().unwrap().starts_with("grantsync:");
        let file = environment.iter().any(|it| it["name"] == "WALDUR_ACCESS_TOKEN_FILE");
        assert_eq!(ours, file, "{name}");
    }
}

#[test]
fn every_setting_is_one_that_we_have() {
    let known = concat!(
        include_str!("../data/help/run.txt"),
        include_str!("../data/help/apply.txt"),
        include_str!("../data/help/plan.txt")
    );
    let word = |text: &str| text.chars().take_while(|it| it.is_ascii_uppercase() || *it == '_').collect::<String>();
    for path in ["yaml", "yml", "service", "md"].iter().flat_map(|it| files(&deploy(), it)) {
        let text = fs::read_to_string(&path).unwrap();
        for prefix in ["GRANTSYNC_", "WALDUR_"] {
            for rest in text.split(prefix).skip(1) {
                let name = format!("{prefix}{}", word(rest));
                let is_known = known.contains(&format!("{name}=")) || known.contains(&format!("`{name}`"));
                assert!(is_known, "{}: {name}", path.display());
            }
        }
    }
    let service = fs::read_to_string(deploy().join("systemd/grantsync.service")).unwrap();
    let flags = service.lines().filter(|it| it.starts_with("ExecStart=")).flat_map(|it| it.split(' '));
    for flag in flags.filter(|it| it.starts_with('-')) {
        assert!(known.contains(flag), "{flag}");
    }
}

#[test]
fn the_version_is_ours() {
    let version = env!("CARGO_PKG_VERSION");
    for path in files(&deploy(), "yaml") {
        let text = fs::read_to_string(&path).unwrap();
        for image in text.split("image: grantsync:").skip(1) {
            assert!(image.starts_with(version), "{}", path.display());
        }
    }
}

#[test]
fn kustomize_builds_both_ways() {
    for (way, kind) in [("daemon", "Deployment"), ("cronjob", "CronJob")] {
        let Some(mut kubectl) = program("kubectl") else { return };
        let built = kubectl.arg("kustomize").arg(deploy().join("kubernetes").join(way)).output().unwrap();
        let (out, said) = (String::from_utf8_lossy(&built.stdout), String::from_utf8_lossy(&built.stderr));
        assert!(built.status.success() && out.contains(&format!("kind: {kind}\n")), "{said}");
        assert!(!said.contains("deprecated"), "{said}");
    }
}

#[test]
fn systemd_understands_the_unit() {
    let dir = tempfile::tempdir().unwrap();
    let unit = dir.path().join("grantsync.service");
    // The program is not installed where it will be.
    let text = fs::read_to_string(deploy().join("systemd/grantsync.service")).unwrap();
    fs::write(&unit, text.replace("/usr/local/bin/grantsync", "/bin/true")).unwrap();
    let Some(mut analyze) = program("systemd-analyze") else { return };
    let verified = analyze.arg("verify").arg(&unit).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !said.contains("grantsync.service:"), "{said}");
}

//! What packagers and shells are given: completions and manual pages, made from the real command line.

use std::process::Command;

fn grantsync(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grantsync"));
    // A secret in the environment is no default to be shown.
    let output = command.args(arguments).env("WALDUR_ACCESS_TOKEN", "s3cr3t-token-of-a-test").output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn completions_name_every_verb_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script) = grantsync(&["completions", shell]);
        assert_eq!(code, Some(0), "{shell}");
        for verb in ["validate", "plan", "apply", "run", "links", "doctor", "explain", "export", "sandbox"] {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
        assert!(!script.contains("s3cr3t"), "{shell}");
    }
    assert_eq!(grantsync(&["completions", "tcsh"]).0, Some(64));
}

#[test]
fn bash_accepts_its_completions() {
    let (_, script) = grantsync(&["completions", "bash"]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("completions"), script).unwrap();
    let ask = "source ./completions && COMP_WORDS=(grantsync pl) COMP_CWORD=1 && _grantsync grantsync pl grantsync && echo \"${COMPREPLY[@]}\"";
    let told = Command::new("bash").args(["-euc", ask]).current_dir(dir.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), "plan", "{told:?}");
}

#[test]
fn each_command_has_a_manual_page() {
    let dir = tempfile::tempdir().unwrap();
    let pages = dir.path().join("man1");
    assert_eq!(grantsync(&["man", pages.to_str().unwrap()]).0, Some(0));
    let (_, help) = grantsync(&["--help"]);
    let verbs = help.lines().skip_while(|it| *it != "Commands:").skip(1).take_while(|it| !it.is_empty());
    let verbs: Vec<_> = verbs.filter(|it| it.starts_with("  ") && !it.starts_with("   ")).collect();
    assert!(verbs.len() > 10, "{help}");
    for verb in verbs.iter().filter_map(|it| it.split_whitespace().next()).filter(|it| *it != "help") {
        let page = std::fs::read_to_string(pages.join(format!("grantsync-{verb}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && !page.contains("s3cr3t"), "{verb}: {page}");
    }
    assert!(std::fs::read_to_string(pages.join("grantsync.1")).unwrap().contains("equal to YAML files"));
}

//! What is YAML and easily written by mistake: it is told, and read as it is written.

use grantsync::diagnostic::Severity;

use crate::world::document;

#[test]
fn are_warnings_and_change_nothing() {
    for (users, code, name) in [
        ("[\u{201c}alice\u{201d}]", "typographic-quote", "\u{201c}alice\u{201d}"),
        ("\n      - bob\n        carol", "continued-line", "bob carol"),
    ] {
        let read = document(&format!("bindings:\n  - resource: cluster-a\n    role: admin\n    users: {users}\n"));
        let [warning] = &*read.warnings else { panic!("{:?}", read.warnings) };
        assert_eq!((warning.code, warning.severity), (code, Severity::Warning));
        assert_eq!(read.entries[0].users[0].user.only_name(), Some(name));
    }
    // Where quotes say that it is meant, nothing is said.
    for users in ["[\"\u{201c}alice\u{201d}\", O\u{2019}Brien, \"bob carol\"]", "\n      - \"bob\n        carol\""] {
        let read = document(&format!("bindings:\n  - resource: cluster-a\n    role: admin\n    users: {users}\n"));
        assert_eq!(read.warnings, []);
    }
    let read = document("groups: {team: []}\nbindings: [{resource: a, role: admin, group: team}]\n");
    let codes: Vec<_> = read.warnings.iter().map(|it| (it.code, it.severity)).collect();
    assert_eq!(codes, [("empty-group", Severity::Warning)]);
}

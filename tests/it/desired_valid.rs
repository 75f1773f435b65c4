//! What valid files mean.
#![expect(clippy::needless_raw_string_hashes, reason = "they are as expect-test writes them")]

use expect_test::{Expect, expect};
use grantsync::desired::{self, Document, Entry, Kinds, Life, Limits, Member, Mode, Reference, Scope, Selector};
use grantsync::diagnostic::Source;
use grantsync::render;

fn source(name: &str, text: &str) -> Source {
    Source { name: name.into(), text: text.to_owned() }
}

/// The document, with what is wrong printed should there be anything.
#[track_caller]
fn parse(sources: &[Source]) -> Document {
    match desired::parse(sources) {
        Ok(document) => document,
        Err(problems) => panic!("{}", render::diagnostics(sources, &problems, false, 10)),
    }
}

#[track_caller]
fn parse_one(text: &str) -> Document {
    parse(&[source("grants.yaml", text)])
}

/// One line for each thing of the document, in short.
fn short(document: &Document) -> String {
    let Document { mode, scope, limits, protect, replace, timezone, approvals, accept, entries, warnings } = document;
    let mut lines = Vec::new();
    lines.extend(mode.map(|it| format!("mode {it:?}")));
    lines.extend(replace.map(|it| format!("replace {it:?}")));
    lines.extend(timezone.iter().map(|it| format!("timezone {it}")));
    if *limits != Limits::default() {
        lines.push(format!("limits {} {}%", limits.removals, limits.removal_percent));
    }
    if let Some(Scope { span, include, exclude }) = scope {
        lines.push(format!("scope {span} in {} out {}", kinds(include), kinds(exclude)));
    }
    lines.extend(protect.iter().map(|it| format!("protect {}", selector(it))));
    for it in approvals {
        lines.push(format!("approval {} until {:?} {:?}", it.held, it.until.to_string(), it.reason));
    }
    lines.extend(accept.iter().map(|it| format!("accept {} {:?}", it.risk, it.reason)));
    lines.extend(entries.iter().map(entry));
    lines.extend(warnings.iter().map(|it| format!("warning {} {}", it.primary.span, it.message)));
    lines.join("\n")
}

fn entry(entry: &Entry) -> String {
    let Entry { span, resources, roles, users, life: Life { from, until }, reason } = entry;
    let list = |it: &[Reference]| it.iter().map(reference).collect::<Vec<_>>().join(", ");
    let member = |Member { user, groups }: &Member| match groups.as_slice() {
        [] => reference(user),
        groups => format!("{} by {}", reference(user), groups.join("/")),
    };
    let users: Vec<_> = users.iter().map(member).collect();
    let mut text = format!("{span} {} | {} | {}", list(resources), list(roles), users.join(", "));
    text.extend(from.map(|it| format!(" from {it}")));
    text.extend(until.map(|it| format!(" until {it}")));
    text.extend(reason.iter().map(|it| format!(" because {it:?}")));
    text
}

fn reference(Reference { span, id, name, offering, project }: &Reference) -> String {
    let id = id.map(|it| format!("#{}", it.simple()));
    let name = name.as_deref().map(str::to_owned);
    let offering = offering.as_deref().map(|it| format!("of {}", reference(it)));
    let project = project.as_deref().map(|it| format!("in {}", reference(it)));
    let parts: Vec<_> = [name, id, offering, project].into_iter().flatten().collect();
    format!("{}@{}:{}", parts.join(" "), span.line, span.column)
}

fn selector(it: &Selector) -> String {
    match it {
        Selector::One(it) => reference(it),
        Selector::Pattern { span, pattern } => format!("~{pattern}@{}:{}", span.line, span.column),
    }
}

fn kinds(kinds: &Kinds) -> String {
    let Kinds { offerings, resources, roles, users } = kinds;
    let list = |it: &Option<Vec<Selector>>| match it {
        None => "-".to_owned(),
        Some(it) => it.iter().map(selector).collect::<Vec<_>>().join("+"),
    };
    format!("[{} {} {} {}]", list(offerings), list(resources), list(roles), list(users))
}

#[track_caller]
fn check(text: &str, expect: &Expect) {
    expect.assert_eq(&short(&parse_one(text)));
}

#[test]
fn the_whole_format() {
    check(
        r"
version: 1
mode: add-only
replace: remove-first
timezone: Europe/Berlin
scope:
  offerings: [HPC, {uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708192}]
  users: ['*@example.org', alice, carol, root]
  exclude: {resources: [archive-*], roles: [owner]}
limits: {removals: 5, removal_percent: 10}
protect: [root, 'svc-*']
files: [grants.yaml]
approvals:
  - {held: held-mfrggzdfmztwq2lknnwg23tpoa, until: 2027-01-31, reason: the move}
  - held: HELD-ABCDEFGHIJKLMNOPQRST234567
    until: 2027-02-01T12:00:00Z
groups:
  ops: [{username: carol}]
bindings:
  - {resource: cluster-a, role: admin, user: alice}
  - resource: {name: cluster-b, offering: HPC}
    roles: [member, viewer]
    users: [alice, 'root']
    groups: [ops]
    from: 2027-01-01
    until: 2027-03-31
    reason: |
      OPS-12:
      the spring campaign
",
        &expect![[r#"
            mode AddOnly
            replace RemoveFirst
            timezone Europe/Berlin
            limits 5 10%
            scope grants.yaml:6 in [HPC@7:15+#7fb2a5c0e1d94c6fb1a43d5e6f708192@7:20 - - ~*@example.org@8:11+alice@8:28+carol@8:35+root@8:42] out [- ~archive-*@9:25 owner@9:45 -]
            protect root@11:11
            protect ~svc-*@11:17
            approval held-mfrggzdfmztwq2lknnwg23tpoa until "2027-01-31T23:00:00Z" Some("the move")
            approval held-abcdefghijklmnopqrst234567 until "2027-02-01T12:00:00Z" None
            grants.yaml:20 cluster-a@20:16 | admin@20:33 | alice@20:46
            grants.yaml:21 cluster-b of HPC@21:43@21:15 | member@22:13, viewer@22:21 | alice@23:13, root@23:20, carol@18:9 by ops from 2026-12-31T23:00:00Z until 2027-03-31T22:00:00Z because "OPS-12:\nthe spring campaign"
            warning grants.yaml:23 `root` is protected, so a date takes nothing away"#]],
    );
}

#[test]
fn absent_settings_are_absent() {
    check("bindings: []", &expect![[""]]);
    check(
        "scope: all\nlimits: {}\nprotect: []\nbindings: []\n",
        &expect!["scope grants.yaml:1 in [- - - -] out [- - - -]"],
    );
}

#[test]
fn every_form_of_a_reference() {
    check(
        r#"
bindings:
  - resources:
      - cluster-a
      - "4711"
      - 7fb2a5c0e1d94c6fb1a43d5e6f708192
      - 7FB2A5C0-E1D9-4C6F-B1A4-3D5E6F708193
      - https://waldur.example.org/api/marketplace-resources/7fb2a5c0e1d94c6fb1a43d5e6f708194/
      - HTTP://host:8080/sub/api/marketplace-provider-resources/7fb2a5c0-e1d9-4c6f-b1a4-3d5e6f708195
      - /api/marketplace-resources/7fb2a5c0e1d94c6fb1a43d5e6f708196/
      - {uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708197}
      - {name: 7fb2a5c0e1d94c6fb1a43d5e6f708198}
      - {name: "cluster-*"}
      - {name: cluster-b, offering: HPC}
      - {name: cluster-b, offering: {name: Cloud}}
      - {name: cluster-c, uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708199}
      - {name: cluster-d, offering: /api/marketplace-public-offerings/7fb2a5c0e1d94c6fb1a43d5e6f708190/}
      - {name: cluster-e, project: Chemistry}
      - {name: cluster-e, offering: HPC, project: {name: Chemistry}}
      - {name: cluster-f, project: /api/projects/7fb2a5c0e1d94c6fb1a43d5e6f708190/}
    roles:
      - admin
      - /api/marketplace-offering-user-roles/7fb2a5c0e1d94c6fb1a43d5e6f708192/
      - {name: "https://odd.example.org"}
    users:
      - alice@example.org
      - /api/users/7fb2a5c0e1d94c6fb1a43d5e6f708192/
      - {username: "yes"}
      - {uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708193, username: bob}
"#,
        &expect![
            "grants.yaml:3 cluster-a@4:9, 4711@5:9, #7fb2a5c0e1d94c6fb1a43d5e6f708192@6:9, #7fb2a5c0e1d94c6fb1a43d5e6f708193@7:9, #7fb2a5c0e1d94c6fb1a43d5e6f708194@8:9, #7fb2a5c0e1d94c6fb1a43d5e6f708195@9:9, #7fb2a5c0e1d94c6fb1a43d5e6f708196@10:9, #7fb2a5c0e1d94c6fb1a43d5e6f708197@11:9, 7fb2a5c0e1d94c6fb1a43d5e6f708198@12:9, cluster-*@13:9, cluster-b of HPC@14:37@14:9, cluster-b of Cloud@15:37@15:9, cluster-c #7fb2a5c0e1d94c6fb1a43d5e6f708199@16:9, cluster-d of #7fb2a5c0e1d94c6fb1a43d5e6f708190@17:37@17:9, cluster-e in Chemistry@18:36@18:9, cluster-e of HPC@19:37 in Chemistry@19:51@19:9, cluster-f in #7fb2a5c0e1d94c6fb1a43d5e6f708190@20:36@20:9 | admin@22:9, #7fb2a5c0e1d94c6fb1a43d5e6f708192@23:9, https://odd.example.org@24:9 | alice@example.org@26:9, #7fb2a5c0e1d94c6fb1a43d5e6f708192@27:9, yes@28:9, bob #7fb2a5c0e1d94c6fb1a43d5e6f708193@29:9"
        ],
    );
}

#[test]
fn days_are_those_of_the_time_zone_and_instants_are_exact() {
    check(
        r"
timezone: Europe/Berlin
bindings:
  # A day in winter, a day in summer, one of 23 hours and one of 25.
  - {resource: a, role: r, user: u, from: 2027-01-10, until: 2027-01-10}
  - {resource: b, role: r, user: u, from: 2027-07-10, until: '2027-07-10'}
  - {resource: c, role: r, user: u, from: 2027-03-28, until: 2027-03-28}
  - {resource: d, role: r, user: u, from: 2027-10-31, until: 2027-10-31}
  - {resource: e, role: r, user: u, from: '2027-01-01T12:00:00+02:00', until: 2027-01-01T10:30:00.25Z}
  - {resource: f, role: r, user: u, from: 2028-02-29}
  - {resource: g, role: r, user: u, until: 2028-02-29t12:00:00-05:30}
",
        &expect![[r#"
            timezone Europe/Berlin
            grants.yaml:5 a@5:16 | r@5:25 | u@5:34 from 2027-01-09T23:00:00Z until 2027-01-10T23:00:00Z
            grants.yaml:6 b@6:16 | r@6:25 | u@6:34 from 2027-07-09T22:00:00Z until 2027-07-10T22:00:00Z
            grants.yaml:7 c@7:16 | r@7:25 | u@7:34 from 2027-03-27T23:00:00Z until 2027-03-28T22:00:00Z
            grants.yaml:8 d@8:16 | r@8:25 | u@8:34 from 2027-10-30T22:00:00Z until 2027-10-31T23:00:00Z
            grants.yaml:9 e@9:16 | r@9:25 | u@9:34 from 2027-01-01T10:00:00Z until 2027-01-01T10:30:00.25Z
            grants.yaml:10 f@10:16 | r@10:25 | u@10:34 from 2028-02-28T23:00:00Z
            grants.yaml:11 g@11:16 | r@11:25 | u@11:34 until 2028-02-29T17:30:00Z"#]],
    );
    // Where the clocks skip midnight, the day begins after the gap.
    check(
        "timezone: America/Santiago\nbindings:\n  - {resource: a, role: r, user: u, from: 2026-09-06}\n",
        &expect![[r#"
            timezone America/Santiago
            grants.yaml:3 a@3:16 | r@3:25 | u@3:34 from 2026-09-06T04:00:00Z"#]],
    );
    check(
        "bindings: [{resource: a, role: r, user: u, until: 2027-01-10}]",
        &expect!["grants.yaml:1 a@1:23 | r@1:32 | u@1:41 until 2027-01-11T00:00:00Z"],
    );
}

#[test]
fn groups_bring_their_users_each_with_its_way() {
    let files = [
        source("a.yaml", "groups:\n  all: [alice, {group: gpu}, {group: cpu}]\n  gpu: [bob, {group: leads}]\n"),
        source(
            "b.yaml",
            "groups:\n  cpu: [{uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708192}, {group: leads}]\n  leads: [carol]\n  none: []\n",
        ),
        source(
            "c.yaml",
            "bindings:\n  - {resource: a, role: r, user: bob, groups: [all, leads]}\n  - {resource: b, role: r, group: none}\n",
        ),
    ];
    expect![[r#"
        c.yaml:2 a@2:16 | r@2:25 | bob@2:34, alice@2:9 by all, bob@3:9 by all/gpu, carol@3:11 by all/gpu/leads, #7fb2a5c0e1d94c6fb1a43d5e6f708192@2:9 by all/cpu, carol@3:11 by all/cpu/leads, carol@3:11 by leads
        c.yaml:3 b@3:16 | r@3:25 | 
        warning b.yaml:4 the group `none` has no members"#]].assert_eq(&short(&parse(&files)));
}

#[test]
fn an_entry_may_want_nobody() {
    check(
        "groups: {none: []}\nbindings:\n  - {resource: a, role: r, users: []}\n  - {resource: b, role: r, groups: []}\n  - {resource: c, role: r, users: }\n  - {resource: d, role: r, groups: [none]}\n",
        &expect![[r#"
            grants.yaml:3 a@3:16 | r@3:25 | 
            grants.yaml:4 b@4:16 | r@4:25 | 
            grants.yaml:5 c@5:16 | r@5:25 | 
            grants.yaml:6 d@6:16 | r@6:25 | 
            warning grants.yaml:1 the group `none` has no members
            warning grants.yaml:5 `users` is blank, and names nobody"#]],
    );
}

#[test]
fn the_same_binding_may_be_said_again() {
    // One after the other, through a group, or in forms that cannot be compared without the server.
    check(
        r"
groups: {ops: [alice, bob], gpu: [alice]}
bindings:
  - {resource: a, role: r, user: alice, until: 2027-01-31}
  - {resource: a, role: r, user: alice, from: 2027-02-01}
  - {resource: b, role: r, users: [alice, bob], groups: [ops, gpu]}
  - {resource: c, role: r, user: alice}
  - {resource: {name: c, offering: HPC}, role: r, user: alice}
  - {resource: c, role: 7fb2a5c0e1d94c6fb1a43d5e6f708192, user: alice}
",
        &expect![[r#"
            grants.yaml:4 a@4:16 | r@4:25 | alice@4:34 until 2027-02-01T00:00:00Z
            grants.yaml:5 a@5:16 | r@5:25 | alice@5:34 from 2027-02-01T00:00:00Z
            grants.yaml:6 b@6:16 | r@6:25 | alice@6:36, bob@6:43, alice@2:16 by ops, bob@2:23 by ops, alice@2:35 by gpu
            grants.yaml:7 c@7:16 | r@7:25 | alice@7:34
            grants.yaml:8 c of HPC@8:36@8:16 | r@8:48 | alice@8:57
            grants.yaml:9 c@9:16 | #7fb2a5c0e1d94c6fb1a43d5e6f708192@9:25 | alice@9:65"#]],
    );
}

#[test]
fn a_scope_is_held_against_names_only_as_far_as_they_can_tell() {
    check(
        r"
scope:
  offerings: [HPC]
  resources: [7fb2a5c0e1d94c6fb1a43d5e6f708192, {name: b, offering: HPC}]
  exclude: {users: [{uuid: 7fb2a5c0e1d94c6fb1a43d5e6f708193}], resources: [{name: b, offering: Cloud}]}
bindings:
  - {resource: a, role: r, user: alice}
  - {resource: b, role: r, user: alice}
  - {resource: {name: b, offering: HPC}, role: s, user: alice}
",
        &expect![[r#"
            scope grants.yaml:2 in [HPC@3:15 #7fb2a5c0e1d94c6fb1a43d5e6f708192@4:15+b of HPC@4:69@4:49 - -] out [- b of Cloud@5:96@5:76 - #7fb2a5c0e1d94c6fb1a43d5e6f708193@5:21]
            grants.yaml:7 a@7:16 | r@7:25 | alice@7:34
            grants.yaml:8 b@8:16 | r@8:25 | alice@8:34
            grants.yaml:9 b of HPC@9:36@9:16 | s@9:48 | alice@9:57"#]],
    );
}

#[test]
fn json_is_accepted() {
    check(
        "{\n\t\"version\": 1,\n\t\"bindings\": [\n\t\t{\"resource\": \"cl\\u00e9-\\/a\", \"role\": \"admin\",\n\t\t \"users\": [\"alice\", \"\\ud83c\\udf89\"]}\n\t]\n}\n",
        &expect!["grants.yaml:4 clé-/a@4:16 | admin@4:40 | alice@5:14, 🎉@5:23"],
    );
    check(
        "{\"bindings\":[{\"resource\":\"a\",\"role\":\"r\",\"user\":\"u\"}]}",
        &expect!["grants.yaml:1 a@1:26 | r@1:37 | u@1:48"],
    );
}

#[test]
fn marks_and_line_ends_of_windows_change_nothing() {
    let text = "# Grüße\nbindings:\n  - resource: a\n    role: r\n    users:\n      - alice\n      - bob\n";
    let plain = parse_one(text);
    assert_eq!(parse_one(&format!("---\n{text}...\n")).entries.len(), 1);
    assert_eq!(short(&parse_one(&text.replace('\n', "\r\n"))), short(&plain));
    assert_eq!(short(&parse_one(&format!("\u{feff}{text}"))), short(&plain));
    let bytes = format!("\u{feff}{text}").replace('\n', "\r\n").into_bytes();
    let decoded = desired::decode("grants.yaml".into(), bytes).unwrap();
    assert_eq!(short(&parse(&[decoded])), short(&plain));
}

#[test]
fn odd_names_in_quotes_are_names() {
    for name in [
        "yes", "~", "null", "007", "1e3", "a: b", "it's", "\"", "\\", "#1", "- a", "🎉", "מנהל", "[a]", "%", "@a",
        "!x", "&a",
    ] {
        let text = format!("bindings: [{{resource: a, role: r, user: {}}}]", serde_json::to_string(name).unwrap());
        assert_eq!(parse_one(&text).entries[0].users[0].user.name.as_deref(), Some(name));
    }
    let long = "x".repeat(300);
    let text = format!("bindings: [{{resource: {long}, role: r, user: u}}]");
    assert_eq!(parse_one(&text).entries[0].resources[0].name.as_deref(), Some(&*long));
}

#[test]
fn modes_are_ordered_from_loose_to_strict() {
    for (word, mode) in [("enforce", Mode::Enforce), ("add-only", Mode::AddOnly), ("observe", Mode::Observe)] {
        assert_eq!(parse_one(&format!("mode: {word}\nbindings: []")).mode, Some(mode));
    }
}

#[test]
fn files_name_others_relative_to_themselves() {
    let grants = "files: [teams/gpu.yaml, ../shared.yaml, ./grants.yaml]\nbindings: []\n";
    let rest = |name| source(name, "bindings: []");
    parse(&[source("conf/grants.yaml", grants), rest("conf/teams/gpu.yaml"), rest("shared.yaml")]);
    parse(&[source("./conf/grants.yaml", grants), rest("./conf/teams/gpu.yaml"), rest("./shared.yaml")]);
    parse(&[source("/srv/conf/grants.yaml", grants), rest("/srv/conf/teams/gpu.yaml"), rest("/srv/shared.yaml")]);
    let alone = desired::parse(&[source("conf/grants.yaml", grants)]).unwrap_err();
    assert_eq!(alone.iter().map(|it| it.code).collect::<Vec<_>>(), ["missing-file", "missing-file"]);
}

#[test]
fn the_example_of_the_documentation_is_valid() {
    let lines = include_str!("../../src/desired/mod.rs").lines().filter_map(|it| it.strip_prefix("//! "));
    let example: Vec<_> = lines.skip_while(|it| *it != "```yaml").skip(1).take_while(|it| *it != "```").collect();
    let grants = source("grants.yaml", &example.join("\n"));
    let document = parse(&[grants, source("teams/gpu.yaml", "bindings: []")]);
    assert_eq!((document.entries.len(), document.entries[1].users.len()), (2, 4));
    assert_eq!(document.warnings, []);
}

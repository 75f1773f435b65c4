//! Bytes that are text, and bytes that are not.
#![expect(clippy::needless_raw_string_hashes, reason = "they are as expect-test writes them")]

use expect_test::{Expect, expect};
use grantsync::desired;
use grantsync::render;

#[track_caller]
fn check(bytes: &[u8], expect: &Expect) {
    let bad = desired::decode("grants.yaml".into(), bytes.to_vec()).unwrap_err();
    expect.assert_eq(&render::diagnostics(&[bad.shown], &[bad.problem], false, 10));
}

#[test]
fn text_loses_its_mark_and_nothing_else() {
    let source = desired::decode("grants.yaml".into(), b"\xef\xbb\xbfa: \xc3\xa9\r\n\xef\xbb\xbf".to_vec()).unwrap();
    assert_eq!((&*source.name, &*source.text), ("grants.yaml", "a: é\r\n\u{feff}"));
    assert_eq!(desired::decode("x".into(), Vec::new()).unwrap().text, "");
}

#[test]
fn the_first_byte_that_is_no_text_is_told() {
    check(
        b"bindings:\n  - {resource: caf\xe9, role: admin, user: alice}\n",
        &expect![[r#"
        error[not-utf8]: the file is not UTF-8: byte 0xe9 at offset 28
         --> grants.yaml:2:19
          |
        2 |   - {resource: caf�, role: admin, user: alice}
          |                   ^
          |
          = help: save it as UTF-8; it may have been written as Latin-1 or Windows-1252"#]],
    );
    check(
        b"\xef\xbb\xbfa: \xc3\xa9\xc3",
        &expect![[r#"
        error[not-utf8]: the file is not UTF-8: byte 0xc3 at offset 8
         --> grants.yaml:1:5
          |
        1 | a: é�
          |     ^
          |
          = help: save it as UTF-8; it may have been written as Latin-1 or Windows-1252"#]],
    );
    check(
        b"\xff",
        &expect![[r#"
        error[not-utf8]: the file is not UTF-8: byte 0xff at offset 0
         --> grants.yaml:1:1
          |
        1 | �
          | ^
          |
          = help: save it as UTF-8; it may have been written as Latin-1 or Windows-1252"#]],
    );
}

#[test]
fn text_of_sixteen_and_thirty_two_bits_is_recognised() {
    let bits16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    check(
        &bits16("\u{feff}bindings: []\n"),
        &expect![[r#"
        error[not-utf8]: the file is UTF-16, not UTF-8
         --> grants.yaml:1:1
          |
        1 |
          | ^
          |
          = help: save it as UTF-8"#]],
    );
    check(
        &bits16("bindings: []\n"),
        &expect![[r#"
        error[not-utf8]: the file is UTF-16, not UTF-8
         --> grants.yaml:1:1
          |
        1 |
          | ^
          |
          = help: save it as UTF-8"#]],
    );
    let bits16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    check(
        &bits16("\u{feff}é: []\n"),
        &expect![[r#"
        error[not-utf8]: the file is UTF-16, not UTF-8
         --> grants.yaml:1:1
          |
        1 |
          | ^
          |
          = help: save it as UTF-8"#]],
    );
    let bits32 = |text: &str| text.chars().flat_map(|it| u32::from(it).to_le_bytes()).collect::<Vec<_>>();
    check(
        &bits32("\u{feff}bindings: []\n"),
        &expect![[r#"
        error[not-utf8]: the file is UTF-32, not UTF-8
         --> grants.yaml:1:1
          |
        1 |
          | ^
          |
          = help: save it as UTF-8"#]],
    );
}

#[test]
fn the_problems_of_the_other_files_are_told_as_well() {
    let files = [
        ("grants.yaml", &b"files: [teams/gpu.yaml, teams/cpu.yaml]\nmode: odd\n"[..]),
        ("teams/gpu.yaml", &b"groups: {gpu: [\xe9]}\n"[..]),
        ("teams/hpc.yaml", &b"bindings: [{resource: a, role: r, group: gpu, user: 1}]\n"[..]),
    ];
    let decoded = files.map(|(name, bytes)| desired::decode(name.into(), bytes.to_vec()));
    let (sources, problems) = desired::diagnose(decoded.into());
    expect![[r#"
        error[missing-file]: the file `teams/cpu.yaml` is not in the set
         --> grants.yaml:1:25
          |
        1 | files: [teams/gpu.yaml, teams/cpu.yaml]
          |                         ^^^^^^^^^^^^^^
          |
          = help: did you mean `teams/hpc.yaml`?

        error[unknown-value]: unknown mode: `odd`
         --> grants.yaml:2:7
          |
        2 | mode: odd
          |       ^^^
          |
          = help: write `enforce`, `add-only` or `observe`

        error[not-utf8]: the file is not UTF-8: byte 0xe9 at offset 15
         --> teams/gpu.yaml:1:16
          |
        1 | groups: {gpu: [�]}
          |                ^
          |
          = help: save it as UTF-8; it may have been written as Latin-1 or Windows-1252

        error[quote-it]: `user` must be text, and `1` is a number
         --> teams/hpc.yaml:1:53
          |
        1 | bindings: [{resource: a, role: r, group: gpu, user: 1}]
          |                                                     ^
          |
          = help: quote it: `"1"`"#]]
    .assert_eq(&render::diagnostics(&sources, &problems, false, 10));
}

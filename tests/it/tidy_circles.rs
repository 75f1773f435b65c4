//! Files that import each other in a circle can only be understood together: two at most do.
//!
//! A file may use the door of its own room, `mod.rs`, which holds what the files of the room have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module, or an item in one, by its path in the crate.
type Names = Vec<String>;

#[test]
fn no_import_circle_has_more_than_two_files() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    read(&source, &Vec::new(), &mut texts);
    let circles = circles(&texts);
    assert!(circles.iter().any(|it| it.len() == 2), "the test finds no circle at all any more");
    let large: Vec<_> = circles.iter().filter(|it| it.len() > 2).collect();
    assert!(large.is_empty(), "files that import each other: {large:#?}");
}

#[test]
fn circles_are_found_through_doors_groups_and_paths() {
    let texts = [
        ("", "pub mod room;"),
        ("room", "mod a; mod b; mod c; mod d; pub use a::{A, more::{self as other}};"),
        ("room/a", "use super::b::B; // super::d::D"),
        ("room/b", "pub(super) struct B(crate::room::c::C);"),
        ("room/c", "use crate::{room::{A}, x};"),
        ("room/d", "use super::b; use super::Door;"),
    ];
    let names = |it: &str| it.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect::<Names>();
    let texts = texts.into_iter().map(|(module, text)| (names(module), text.to_owned())).collect();
    assert_eq!(circles(&texts), BTreeSet::from([["room/a", "room/b", "room/c"].map(names).into()]));
}

/// All files by the module that they are.
fn read(folder: &Path, module: &Names, texts: &mut BTreeMap<Names, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut module = module.clone();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if !["mod", "lib"].contains(&name) {
            module.push(name.to_owned());
        }
        if path.is_dir() {
            read(&path, &module, texts);
        } else {
            texts.insert(module, fs::read_to_string(path).unwrap());
        }
    }
}

/// Files that reach each other by their imports.
fn circles(texts: &BTreeMap<Names, String>) -> BTreeSet<BTreeSet<Names>> {
    let uses: BTreeMap<_, _> = texts.iter().map(|(module, text)| (module.clone(), Uses::of(text))).collect();
    let imports = |module: &Names| {
        let used = uses[module].paths.iter().filter_map(|path| resolve(&uses, module, path, 0));
        used.filter(|it| !module.starts_with(it)).collect::<BTreeSet<_>>()
    };
    let imports: BTreeMap<_, _> = uses.keys().map(|it| (it.clone(), imports(it))).collect();
    let reached: BTreeMap<_, _> = imports.keys().map(|it| (it, reached(&imports, it))).collect();
    let circle = |module: &Names| reached[module].iter().filter(|it| reached[it].contains(module)).cloned().collect();
    imports.keys().map(circle).filter(|it: &BTreeSet<_>| it.len() > 1).collect()
}

fn reached(imports: &BTreeMap<Names, BTreeSet<Names>>, from: &Names) -> BTreeSet<Names> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        open.extend(imports[module].iter().filter(|it| reached.insert((*it).clone())));
    }
    reached
}

/// The file in which a path ends: doors that export it again are passed through.
fn resolve(uses: &BTreeMap<Names, Uses>, module: &Names, path: &[String], depth: usize) -> Option<Names> {
    let (mut at, mut rest) = (module.clone(), path);
    match path.first()?.as_str() {
        "crate" => at.clear(),
        "self" | "super" => {}
        child => drop(uses.get(&[at.as_slice(), &[child.to_owned()]].concat())?),
    }
    while let [first, others @ ..] = rest {
        let child = [at.as_slice(), std::slice::from_ref(first)].concat();
        match first.as_str() {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            _ if uses.contains_key(&child) => at = child,
            _ => {
                let exported = uses[&at].exported.get(first).filter(|_| depth < 9);
                return exported.and_then(|it| resolve(uses, &at, it, depth + 1)).or(Some(at));
            }
        }
        rest = others;
    }
    Some(at)
}

/// The paths that a file names, and those of them that it exports again.
#[derive(Default)]
struct Uses {
    paths: Vec<Names>,
    exported: BTreeMap<String, Names>,
}

impl Uses {
    fn of(text: &str) -> Self {
        let code: String = text.lines().map(|it| it.split("//").next().unwrap_or_default().to_owned() + "\n").collect();
        let tokens = tokens(&code);
        let (mut uses, mut at) = (Self::default(), 0);
        while at < tokens.len() {
            let (begin, exports) = (at, at > 0 && ["pub", ")"].contains(&tokens[at - 1]));
            if tokens[at] == "use" {
                let known = uses.paths.len();
                at = uses.tree(&tokens, at + 1, &Vec::new());
                for path in uses.paths[known..].iter().filter(|_| exports) {
                    uses.exported.extend(path.last().map(|name| (name.clone(), path.clone())));
                }
            } else if tokens.get(at + 1) == Some(&"::") && tokens.get(at.wrapping_sub(2)) != Some(&"pub") {
                at = uses.tree(&tokens, at, &Vec::new());
            }
            at = at.max(begin + 1);
        }
        uses
    }

    /// Reads one path or a group of them, and says where it ends.
    fn tree(&mut self, tokens: &[&str], mut at: usize, before: &Names) -> usize {
        let mut path = before.clone();
        while let Some(token) = tokens.get(at) {
            match *token {
                "::" => {}
                "{" => {
                    while tokens.get(at).is_some_and(|it| *it != "}" && *it != ";") {
                        at = self.tree(tokens, at + 1, &path).max(at + 1);
                    }
                    return at + 1;
                }
                "self" if !path.is_empty() => {}
                word if is_word(word) && (path.len() == before.len() || tokens[at - 1] == "::") => {
                    path.push(word.to_owned());
                }
                "as" => at += 1,
                _ => break,
            }
            at += 1;
        }
        if path.len() > before.len() || !before.is_empty() {
            self.paths.push(path);
        }
        at
    }
}

fn is_word(token: &str) -> bool {
    token.chars().all(|it| it.is_alphanumeric() || it == '_')
}

fn tokens(code: &str) -> Vec<&str> {
    let (mut tokens, mut rest) = (Vec::new(), code.trim_start());
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
        let length = if rest.starts_with("::") { 2 } else { word.max(first.len_utf8()) };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

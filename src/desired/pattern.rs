//! Patterns over names: `*` stands for any characters, none included; everything else for itself.

/// Whether a name fits a pattern.
pub fn fits(pattern: &str, name: &str) -> bool {
    let Some((prefix, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(prefix) else { return false };
    let (middle, suffix) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The earliest place for a part leaves most for those after it, so no other place needs to be tried.
    for part in middle.split('*') {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(suffix)
}

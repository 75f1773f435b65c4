//! "Did you mean": the nearest of the words that would have been right.

/// Longer words are not compared: it would take long, and nobody mistypes them.
const LONGEST: usize = 64;

/// The candidate most like `word`, unless none is like it. Of equally near ones, the first in the order of words.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let most = (lower.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|it| it.len() <= LONGEST && *it != word)
        .map(|it| (strsim::osa_distance(&lower, &it.to_lowercase()), it))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, it)| it)
}

/// `a`, `b` or `c`, each in backticks and with that word before the last.
pub(super) fn list(words: &[&str], word: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|it| format!("`{it}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} {word} {last}", init.join(", ")),
    }
}

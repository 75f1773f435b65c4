//! "Did you mean": the nearest of the words that would have been right.

use std::cell::RefCell;
use std::collections::HashMap;

/// Longer words are not compared: it would take long, and nobody mistypes them.
const LONGEST: usize = 64;

/// So many suggestions are read.
const MOST: usize = 3;

/// The candidate most like `word`, unless none is like it. Of equally near ones, the first in the order of words.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    all_nearest(word, candidates).into_iter().next()
}

/// The candidates most like `word`, in the order of words: those that are equally near, and no more than three.
pub(super) fn all_nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    if word.len() > LONGEST {
        return Vec::new();
    }
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let most = (length / 3).max(1);
    let near = candidates
        .into_iter()
        .filter(|it| it.len() <= LONGEST && *it != word)
        // Words differ at least by what one is longer.
        .filter(|it| it.chars().count().abs_diff(length) <= most)
        .map(|it| (strsim::osa_distance(&lower, &it.to_lowercase()), it))
        .filter(|(distance, _)| *distance <= most);
    let mut near: Vec<_> = near.collect();
    near.sort_unstable();
    near.dedup();
    let best = near.first().map(|(distance, _)| *distance);
    near.into_iter().take_while(|(distance, _)| Some(*distance) == best).map(|(_, it)| it).take(MOST).collect()
}

/// `did you mean `a`, `b` or `c`?`
pub(super) fn did_you_mean(near: &[&str]) -> Option<String> {
    (!near.is_empty()).then(|| format!("did you mean {}?", list(near, "or")))
}

/// So many words may be held against so many candidates, as a product; a pair takes a fraction of a microsecond.
const BEARABLE: usize = 2_000_000;

/// Suggestions for many words out of the same candidates. Each word is thought about once; where too many words are
/// unknown for that, they are no typos, and none gets a suggestion: all or none, so that the order does not matter.
pub(super) struct Suggestions<'c> {
    candidates: Vec<&'c str>,
    made: RefCell<HashMap<Box<str>, Vec<&'c str>>>,
    silent: bool,
}

impl<'c> Suggestions<'c> {
    pub(super) fn out_of(candidates: impl Iterator<Item = &'c str>) -> Self {
        Self { candidates: candidates.collect(), made: RefCell::default(), silent: false }
    }

    /// Says how many different unknown words there will be.
    pub(super) fn expect(&mut self, unknown: usize) {
        self.silent = unknown.saturating_mul(self.candidates.len()) > BEARABLE;
    }

    /// Whether there are none, since they would take too long.
    pub(super) const fn silent(&self) -> bool {
        self.silent
    }

    /// As [`all_nearest`].
    pub(super) fn nearest(&self, word: &str) -> Vec<&'c str> {
        if self.silent {
            return Vec::new();
        }
        let mut made = self.made.borrow_mut();
        if let Some(made) = made.get(word) {
            return made.clone();
        }
        let found = all_nearest(word, self.candidates.iter().copied());
        made.insert(word.into(), found.clone());
        found
    }
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

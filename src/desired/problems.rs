//! Where problems are gathered while the files are read.

use std::collections::HashMap;

use super::codes;
use super::suggest::nearest;
use crate::diagnostic::{Diagnostic, Severity, Source};

/// Nobody reads more, and a huge broken file must not fill the memory.
const MOST: usize = 10_000;
/// How many words may be compared for suggestions, in all: a file of nothing but misspelt words is told quickly, too.
const COMPARISONS: usize = 200_000;

/// All that was found so far.
#[derive(Debug)]
pub(super) struct Problems {
    found: Vec<Diagnostic>,
    left_out: usize,
    comparisons: usize,
}

impl Default for Problems {
    fn default() -> Self {
        Self { found: Vec::new(), left_out: 0, comparisons: COMPARISONS }
    }
}

impl Problems {
    /// Adds one.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.found.len() < MOST {
            self.found.push(diagnostic);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds all of them.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for it in diagnostics {
            self.push(it);
        }
    }

    /// The candidate that may have been meant by `word`.
    pub(super) fn suggest<'c, I>(&mut self, word: &str, candidates: I) -> Option<&'c str>
    where
        I: IntoIterator<Item = &'c str, IntoIter: ExactSizeIterator>,
    {
        let candidates = candidates.into_iter();
        self.comparisons = self.comparisons.checked_sub(candidates.len())?;
        nearest(word, candidates)
    }

    /// Whether anything stops the pass.
    pub(super) fn any_error(&self) -> bool {
        self.left_out > 0 || self.found.iter().any(|it| it.severity == Severity::Error)
    }

    /// All of them in the order of the sources, and by place within one.
    pub(super) fn sorted(self, sources: &[Source]) -> Vec<Diagnostic> {
        let Self { mut found, left_out, comparisons: _ } = self;
        let order: HashMap<_, _> = sources.iter().enumerate().map(|(n, it)| (&*it.name, n)).collect();
        found.sort_by_cached_key(|it| {
            let span = &it.primary.span;
            (order.get(&*span.file).copied(), span.start, it.severity, it.code, it.message.clone())
        });
        if left_out > 0
            && let Some(last) = found.last()
        {
            let message = format!("{left_out} more problems are not shown");
            found.push(Diagnostic::error(codes::TOO_MANY_PROBLEMS, last.primary.span.clone(), message));
        }
        found
    }
}

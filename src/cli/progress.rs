//! What people see while steps are sent: a line for each, and on a terminal a bar below.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::formats::Formats;
use crate::policy::Approved;
use crate::reconcile::View;
use crate::render;
use crate::report::{Outcome, Step};

/// The bar; there is none until steps are sent, nor where nobody could see it.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    formats: &'a Formats,
    bar: Mutex<Option<ProgressBar>>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(formats: &'a Formats) -> Self {
        Self { formats, bar: Mutex::new(None) }
    }

    /// So many steps lie ahead.
    pub(super) fn begin(&self, approved: &Approved) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let steps = approved.len();
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} · {per_sec}, {eta} left");
        let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
        *self.locked() = Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
    }

    /// One step is answered.
    pub(super) fn tell(&self, view: &View, step: &Step, outcome: &Outcome) {
        let line = render::step(step, outcome, &self.formats.naming_for_people(&view.directory)) + "\n";
        match &*self.locked() {
            Some(bar) => {
                // While a line is written, the bar is out of its way.
                bar.suspend(|| self.formats.progress(&line));
                bar.inc(1);
            }
            None => self.formats.progress(&line),
        }
    }

    /// No more steps are to come.
    pub(super) fn end(&self) {
        if let Some(bar) = self.locked().take() {
            bar.finish_and_clear();
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

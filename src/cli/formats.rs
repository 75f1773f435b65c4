//! In which formats a pass is told, and where.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use clap::{ArgMatches, Args};

use super::change::PlannedChange;
use super::error::{Details, Error, Result};
use super::forge;
use super::read::{self, Read};
use super::target::{Target, is_stdout};
use super::values::switch;
use super::{Exit, output};
use crate::directory::Directory;
use crate::reconcile::Prepared;
use crate::render::{self, Detail, Failed, Format, Naming, People, Shown, ShownPass, Stale, Verb, job_summary, render};
use crate::report::{Failure, Report, Roles};

/// In which formats everything is told.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Formats {
    /// The format of standard output: `text`, `json`, `markdown`, `github`, `gitlab` or `sarif`.
    #[arg(long, env = "GRANTSYNC_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub(super) format: Format,
    /// Also writes another format to a file, e.g. `markdown=plan.md`, or to standard output (`-`); can be repeated.
    #[arg(long, env = "GRANTSYNC_REPORT", value_name = "FORMAT=FILE")]
    pub(super) report: Vec<ReportTo>,
    /// Shows people's full names beside their usernames everywhere, and not only in text at a terminal: comments,
    /// annotations and logs of jobs can be public.
    #[arg(long, env = "GRANTSYNC_NAMES", value_parser = switch())]
    pub(super) names: bool,
    /// Whether `-o -` asks for standard output.
    #[arg(skip)]
    pub(super) saved_to_stdout: bool,
}

/// One `--report`: a format, and the file it goes to.
#[derive(Debug, Clone)]
pub(super) struct ReportTo {
    format: Format,
    path: PathBuf,
    /// Where that is, once it is known that it can be written.
    target: Arc<OnceLock<Target>>,
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').ok_or("write `FORMAT=FILE`, e.g. `markdown=plan.md`")?;
        let format = format.parse::<Format>().map_err(|error| error.to_string())?;
        if path.is_empty() {
            return Err("the file has no name".to_owned());
        }
        Ok(Self { format, path: path.into(), target: Arc::default() })
    }
}

impl ReportTo {
    /// Finds out whether it can be written, once.
    fn open(&self) -> Result<&Target> {
        if let Some(target) = self.target.get() {
            return Ok(target);
        }
        let target = Target::open(&self.path)?;
        Ok(self.target.get_or_init(|| target))
    }
}

/// Whether two outputs, of the format, reports and what `-o` saves, would go to one place: the last one would be all
/// there
/// is, or they would be mixed.
pub(super) fn written_twice(verb: &ArgMatches) -> Option<String> {
    let reports = verb.try_get_many::<ReportTo>("report").ok().flatten().into_iter().flatten().map(|it| &it.path);
    let saved = verb.try_get_one::<PathBuf>("output").ok().flatten();
    let mut paths = BTreeSet::new();
    // Text makes room for whatever asks for standard output.
    let format = verb.try_get_one::<Format>("format").ok().flatten();
    let data = format.filter(|it| **it != Format::Text).map(|_| PathBuf::from("-"));
    let same = |path: &PathBuf| path.components().filter(|it| *it != Component::CurDir).collect::<PathBuf>();
    // What is no file, like `/dev/stderr`, takes one after the other.
    let files = data.iter().chain(saved).chain(reports).filter(|it| !it.starts_with("/dev")).map(same);
    let path = files.into_iter().find(|it| !paths.insert(it.clone()))?;
    let place = if is_stdout(&path) { "standard output".to_owned() } else { format!("`{}`", path.display()) };
    Some(format!("{place} would be written twice: name a file for each"))
}

/// How much is shown.
pub(super) fn detail(verbose: u8, summary: bool) -> Detail {
    match (verbose, summary) {
        (_, true) => Detail::Summary,
        (0, false) => Detail::Changes,
        (_, false) => Detail::Everything,
    }
}

/// Tells what came of a call for which the files were read.
#[derive(Clone, Copy)]
pub(super) struct Reporter<'a> {
    pub(super) verb: Verb,
    pub(super) formats: &'a Formats,
    pub(super) detail: Detail,
    pub(super) diff: bool,
    pub(super) read: &'a Read,
    pub(super) change: &'a PlannedChange,
    pub(super) roles: &'a Roles,
}

impl Reporter<'_> {
    /// Shows what was decided to whoever is asked about it.
    pub(super) fn ask(self, prepared: &Prepared) -> Result<()> {
        self.show(prepared)?;
        if !self.formats.for_people() {
            let naming = self.formats.naming_for_people(&prepared.view.directory);
            output::say(&self.pass(prepared, None, naming, |pass| render::decision(&pass)));
        }
        Ok(())
    }

    /// Shows people what was decided: findings and banner as remarks, the plan as data.
    pub(super) fn show(self, prepared: &Prepared) -> Result<()> {
        let Prepared { view, decision } = prepared;
        read::tell(&self.read.sources, &decision.plan.problems);
        read::tell(&self.read.sources, &decision.plan.warnings);
        output::say(&render::banner(&view.snapshot.observation));
        self.pass(prepared, None, self.formats.naming_for_people(&view.directory), |pass| {
            if self.diff {
                self.formats.line(&render::diff(decision, pass.naming))?;
            }
            self.formats.line(&render::decision(&pass))
        })
    }

    /// Tells everything in the formats that are asked for, once it is over.
    pub(super) fn tell(self, prepared: &Prepared, report: Option<&Report>) -> Result<()> {
        let naming = self.formats.naming(&prepared.view.directory);
        self.pass(prepared, report, naming, |pass| self.formats.tell(&Shown::Pass(pass)))
    }

    /// Everything that formats are made from.
    fn pass<T>(
        self,
        prepared: &Prepared,
        report: Option<&Report>,
        naming: Naming<'_>,
        show: impl FnOnce(ShownPass<'_>) -> T,
    ) -> T {
        let Self { read, change, roles, .. } = self;
        let Prepared { view, decision } = prepared;
        let detail = self.detail;
        let naming = if detail == Detail::Everything { naming.with_ids() } else { naming };
        show(ShownPass {
            verb: self.verb,
            roles,
            decision,
            report,
            observation: &view.snapshot.observation,
            seen: change.seen,
            naming: &naming,
            causes: change.causes.as_ref(),
            review: &change.review,
            assessment: &change.assess(read, prepared),
            sources: &read.sources,
            forge: change.forge.as_ref(),
            detail,
        })
    }
}

impl Formats {
    /// Names as reports have them: anybody may read those.
    fn naming<'a>(&self, directory: &'a Directory) -> Naming<'a> {
        Naming::new(directory).with(if self.names { People::FullNames } else { People::Usernames })
    }

    /// Names as text has them. What is not printed at a terminal may be the log of a CI job, or be posted.
    pub(super) fn naming_for_people<'a>(&self, directory: &'a Directory) -> Naming<'a> {
        let terminal = if self.for_people() { stdout().is_terminal() } else { stderr().is_terminal() };
        if terminal { Naming::new(directory).with(People::FullNames) } else { self.naming(directory) }
    }

    /// A piece of what people read: data, and nothing where standard output is for a program.
    pub(super) fn line(&self, text: &str) -> Result<()> {
        if self.for_people() {
            output::data(text)?;
        }
        Ok(())
    }

    /// What is done while people watch: data, or a remark where standard output is for a program.
    pub(super) fn progress(&self, text: &str) {
        if self.for_people() {
            let _ = output::data(text);
        } else {
            output::say(text);
        }
    }

    /// Whether standard output is for people, who get it piece by piece.
    pub(super) fn for_people(&self) -> bool {
        self.format == Format::Text && !self.saved_to_stdout && !self.report.iter().any(|it| is_stdout(&it.path))
    }

    /// Where reports are to be written.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.report.iter().map(|it| it.path.as_path())
    }

    /// Finds out whether all that is asked for can be written, before anything is sent.
    pub(super) fn open(&self) -> Result<()> {
        for report in &self.report {
            report.open()?;
        }
        if self.summarizes() {
            append_summary("")?;
        }
        Ok(())
    }

    /// Whether GitHub Actions gets a summary of the job, too.
    fn summarizes(&self) -> bool {
        self.format == Format::Github || self.report.iter().any(|it| it.format == Format::Github)
    }

    /// Passes on how a command ended. If it did not come to a decision, that is told in every format: whoever reads a
    /// report must not be left with the last one.
    pub(super) fn end(&self, verb: Verb, ended: Result<Exit>) -> Result<Exit> {
        if let Err(error) = &ended
            && let Err(untold) = self.tell_failure(verb, error)
            && untold.line() != error.line()
        {
            // How it ended matters more.
            output::say(&format!("error: {untold}\n"));
        }
        ended
    }

    /// Tells everything in every format that is asked for; text on standard output has been told already. That one
    /// place
    /// can't be written to keeps it from no other.
    fn tell(&self, shown: &Shown<'_>) -> Result<()> {
        let Self { format, report, names: _, saved_to_stdout: _ } = self;
        let mut told = Ok(());
        if *format != Format::Text {
            let data = output::data(&render(*format, shown));
            told = told.and(data.map_err(|it| Error::from(it).unwritten("to standard output")));
        }
        for report in report {
            let text = anstream::adapter::strip_str(&render(report.format, shown)).to_string();
            let written = report.open().and_then(|it| it.write(&text));
            told = told.and(written.map_err(|it| it.unwritten(&format!("the report {}", report.path.display()))));
        }
        if self.summarizes() {
            told = told.and(append_summary(&job_summary(shown)));
        }
        told
    }

    fn tell_failure(&self, verb: Verb, error: &Error) -> Result<()> {
        let failure = &Failure { message: error.line(), help: error.hints.first().cloned() };
        match error.shown.as_deref() {
            Some(Details::Invalid { sources, diagnostics }) => {
                let forge = forge::checked_out();
                self.tell(&Shown::Invalid { verb, diagnostics, sources, forge: forge.as_ref() })
            }
            Some(Details::Stale { differences, names }) => {
                let stale = Some(Stale { differences, naming: &self.naming(names) });
                self.tell(&Shown::Failed(Failed { verb, failure, stale }))
            }
            Some(Details::Unwritten) => Ok(()),
            None => self.tell(&Shown::Failed(Failed { verb, failure, stale: None })),
        }
    }
}

/// GitHub Actions shows what is appended to this file on the page of the run.
fn append_summary(text: &str) -> Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|it| !it.is_empty()) else { return Ok(()) };
    let file = OpenOptions::new().append(true).create(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|it| Error::from(it).unwritten(&format!("the job summary {}", path.display())))
}

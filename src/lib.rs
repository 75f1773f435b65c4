//! grantsync keeps the access grants of a Waldur marketplace equal to YAML files.
//!
//! # Bird's eye
//!
//! Teams write who has which role on which resource: **bindings**. The server holds rows of the same three: **links**. One
//! pass reads both, decides, and writes the difference:
//!
//! ```text
//!  files ──parse──▶ Document ──resolve──▶ Desired ─┐
//!                                                  ├─plan─▶ Plan ─approve─▶ Approved ─apply─▶ Report
//!  Waldur ────────────snapshot──────────▶ Snapshot ┘             (rest: held)
//! ```
//!
//! *Deciding rooms* take values and return values: no async, no clock, no files, no network. They return all the problems
//! they find, each at its place. *Speaking rooms* hold one connection each and decide nothing. [`reconcile::reconcile`] strings them
//! together; the command line, the daemon and the tests all call it. There is no `dry_run` anywhere: `plan` is the verb
//! that does not apply.
//!
//! # Where is what
//!
//! | room | what it knows | what it never does |
//! |---|---|---|
//! | [`binding`], [`digest`], [`directory`], [`snapshot`], [`event`], [`site`], [`diagnostic`] | the words the others speak in | anything |
//! | [`mod@access`] | who has access now, since when, why and until when | ask a server |
//! | [`mod@history`] | what happened to access: one list of facts from the journal and the server's log | ask either |
//! | [`mod@journal`] | what was written to a server, by whom and why: entries as lines, and back | read or write a file |
//! | [`journal_file`] | how entries get to the end of a file, and on disk | know what they mean |
//! | [`outfile`] | how a file is written without harm to what is there | replace anything but a regular file |
//! | [`mod@visible`], [`redact`] | what text from outside may do on a line, and what looks like a token | know whose text it is |
//! | [`desired`] | files as text → [`Document`](desired::Document) → [`Desired`](desired::Desired), and a snapshot as files | read or write a file, ask a server |
//! | [`plan`] | what to create, remove, leave, and why | forget a link: each one is in exactly one list |
//! | [`policy`] | limits, mode, approval; the only maker of [`Approved`](policy::Approved) | look at names |
//! | [`report`] | what became of each step | send one |
//! | [`mod@explain`] | why somebody has, gets, loses or lacks a role | decide anything: it brings together what is known |
//! | [`mod@review`] | what a change to the files does, at any time: to access, to what is managed, to settings | look at steps |
//! | [`risk`] | what reviewers should not miss, a table of rules | hold anything |
//! | [`saved`] | plans and views as files: what is in them, and whether they are whole | read or write a file |
//! | [`api`] | HTTP, retries, pages, JSON | decide what a row or its absence means |
//! | [`mod@reconcile`] | one pass, start to end | decide: what it sends is approved, what holds a step is asked of `report` |
//! | [`daemon`] | when passes are due, what they came to, and what earlier ones mean for the next | see more of other rooms than values: a pass is a closure |
//! | [`admin`] | the daemon's status as a page, as JSON, as metrics and for probes | change anything; it may ask for a pass |
//! | [`doctor`] | what is wrong with a setup, and what to do about it | look for itself |
//! | [`render`] | what people and scripts read | print it |
//! | [`sandbox`] | a Waldur to try things on | use another room: bugs would cancel out |
//! | [`cli`] | one file a verb, exit codes | be used by another room |
//!
//! The rules between rooms are kept by a test, `tests/it/tidy.rs`.

pub mod binding;
pub mod diagnostic;
pub mod digest;
pub mod directory;
pub mod event;
pub mod history;
pub mod journal;
pub mod journal_file;
pub mod outfile;
pub mod site;
pub mod snapshot;

pub mod redact;
pub mod visible;

pub mod access;
pub mod desired;
pub mod explain;
pub mod plan;
pub mod policy;
pub mod report;
pub mod review;
pub mod risk;
pub mod saved;

pub mod doctor;

pub mod api;
pub mod reconcile;

pub mod daemon;

pub mod admin;

pub mod render;

pub mod sandbox;

pub mod cli;

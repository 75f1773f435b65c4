//! What is known of the change that a plan is made for.

use jiff::Timestamp;

use super::error::Result;
use super::narrowing::overrides;
use super::read::Read;
use crate::api::Client;
use crate::desired::{self, Accept, Desired, Document};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::Causes;
use crate::reconcile::{Overrides, PassRequest, Prepared, View, decided_by};
use crate::render::{self, Forge, Naming, SnapshotAge};
use crate::review::{self, Review};
use crate::risk::{Assessment, Before, Facts, assess};
use crate::saved::{Base, ChangeInfo, PlanOptions};

/// What is known of the change that a plan is made for.
#[derive(Debug, Default)]
pub(super) struct PlannedChange {
    /// The limits that are asked for.
    limits: Overrides,
    /// Who wrote it.
    author: Option<String>,
    /// When the links were seen, if that was not for it.
    pub(super) seen: Option<SnapshotAge>,
    /// What each step comes from.
    pub(super) causes: Option<Causes>,
    /// What it does at any time.
    pub(super) review: Review,
    /// Where the files can be seen.
    pub(super) forge: Option<Forge>,
    /// What the files wanted before it.
    before: Option<Desired>,
    /// Risks that they accepted.
    accepted: Vec<Accept>,
}

impl PlannedChange {
    /// Nothing but what is asked for.
    pub(super) fn new(asked: &PlanOptions, forge: Option<Forge>) -> Self {
        Self { limits: overrides(asked), forge, ..Self::default() }
    }

    /// What was told of a change, for the plan that was made for it: that plan warns of what ends soon, and knows the
    /// names that only the files before the change use. They are looked up with the client, if there is one.
    pub(super) async fn of(
        request: &PassRequest<'_>,
        ChangeInfo { author, expiring_within, base }: &ChangeInfo,
        seen: Option<SnapshotAge>,
        prepared: &mut Prepared,
        client: Option<&Client>,
    ) -> Result<Self> {
        let mut change = Self { limits: request.limits, author: author.clone(), seen, ..Self::default() };
        if let Some(base) = base {
            change.compare(base, prepared, request, client).await?;
        }
        if let Some(author) = author {
            look_for(author, seen, prepared, client).await?;
        }
        let Prepared { view, decision } = prepared;
        if base.is_none() {
            let by = view.plan.now.saturating_add(*expiring_within).unwrap_or(Timestamp::MAX);
            change.review = review::upcoming(&view.desired, &view.snapshot, view.plan.now, by);
        }
        let naming = Naming::new(&view.directory);
        let ending = render::ending(&view.desired, &naming, view.plan.now, *expiring_within);
        decision.plan.warnings.extend(ending);
        let deactivated = render::deactivated(&decision.plan, &view.desired, &naming);
        decision.plan.warnings.extend(deactivated);
        Ok(change)
    }

    async fn compare(
        &mut self,
        base: &Base,
        prepared: &mut Prepared,
        request: &PassRequest<'_>,
        client: Option<&Client>,
    ) -> Result<()> {
        let Ok(document) = desired::parse(&base.sources()) else {
            let rev = &base.revision;
            let told = format!("nothing could be done with the files of `{rev}`: they are invalid or not there");
            let help = "until there is something to compare with, all of this counts as part of the change";
            let warning = Diagnostic::warning("base-unusable", Span::option("--base"), told);
            prepared.decision.plan.warnings.push(warning.help(help));
            self.causes = Some(Causes::new(None, &prepared.decision));
            self.review(&Document::default(), &Desired::default(), request.document, &prepared.view);
            return Ok(());
        };
        let Prepared { view, decision } = decided_by(&document, prepared, request, client).await?;
        self.causes = Some(Causes::new(Some(&decision), &prepared.decision));
        prepared.view.directory = view.directory;
        self.review(&document, &view.desired, request.document, &prepared.view);
        self.before = Some(view.desired);
        self.accepted = document.accept;
        Ok(())
    }

    /// Compares the files before it with those after it.
    fn review(&mut self, document: &Document, before: &Desired, head: &Document, view: &View) {
        let View { directory, snapshot, desired, plan, .. } = view;
        let world = review::World { directory, snapshot, now: plan.now };
        let files = |document, desired| review::FileSet { document, desired };
        self.review = review::review(files(document, before), files(head, desired), world);
    }

    /// Whether one of these rules has found something that nobody accepted before.
    pub(super) fn has_risk(&self, rules: &[&'static str], read: &Read, prepared: &Prepared) -> bool {
        !rules.is_empty() && self.assess(read, prepared).risks.iter().any(|it| rules.contains(&it.rule))
    }

    /// What its reviewers should not miss.
    pub(super) fn assess(&self, read: &Read, Prepared { view, decision }: &Prepared) -> Assessment {
        let Self { limits, author, seen: _, causes, review, forge: _, before, accepted } = self;
        let facts = Facts {
            plan: &view.plan,
            withheld: &decision.withheld,
            document: &read.document,
            desired: &view.desired,
            review,
            directory: &view.directory,
            keeps_ends: view.snapshot.observation.keeps_ends,
            limits: limits.over(view.desired.limits),
            author: author.as_deref(),
            before: causes.as_ref().map(|causes| Before { causes, desired: before.as_ref(), accept: accepted }),
        };
        assess(&facts, &read.document.accept)
    }
}

/// Warns if the author is nobody: then no risk is told of what they give themself, and who reads that takes it for good.
async fn look_for(
    author: &str,
    seen: Option<SnapshotAge>,
    Prepared { view, decision }: &mut Prepared,
    client: Option<&Client>,
) -> Result<()> {
    let known = |view: &View| view.directory.users.values().any(|it| it.username == author);
    if !known(view)
        && let Some(client) = client
    {
        view.directory.users.extend(client.user_called(author).await?);
    }
    if known(view) {
        return Ok(());
    }
    let (told, help) = match seen {
        Some(SnapshotAge { everybody: false, .. }) => (
            format!("nobody in that view is called `{author}`: it can't be told what the author gets by this change"),
            "take the view with `grantsync snapshot --all-users`",
        ),
        _ => (
            format!("no user is called `{author}`: it can't be told what the author gets by this change"),
            "name the author as the server does",
        ),
    };
    decision.plan.warnings.push(Diagnostic::warning("unknown-author", Span::option("--author"), told).help(help));
    Ok(())
}

//! Settings that a change affects, old against new.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::FileSet;
use crate::desired::{
    Accept, Approval, Kinds, Limits, Mode, Narrower, Reference, Replace, Scope, ScopeKind, ScopePart, Selector,
};
use crate::diagnostic::Span;
use crate::directory::Directory;

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What it is called in files, e.g. `limits.removals`.
    pub name: &'static str,
    /// How it differs.
    pub change: SettingChange,
    /// What that means.
    pub effect: Effect,
    /// Where what is new is written, if that is known.
    pub at: Option<Span>,
}

/// How a setting differs, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChange {
    /// One value in place of another.
    Value {
        /// The old one.
        before: String,
        /// The new one.
        after: String,
    },
    /// More or other items of a list.
    Items {
        /// Those that are gone.
        removed: Vec<String>,
        /// Those that are new.
        added: Vec<String>,
    },
}

/// What another setting means for those who rely on it. The order is that of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Less is enforced or held, or fewer people are asked.
    Weakens,
    /// Neither is so.
    Other,
}

/// Every setting that differs; those that weaken enforcement first.
pub(super) fn compare(before: FileSet<'_>, after: FileSet<'_>, directory: &Directory) -> Vec<Setting> {
    let mut settings = Vec::new();
    let modes = [before, after].map(|it| it.desired.mode);
    settings.extend(value("mode", modes.map(mode), modes[0] < modes[1]));
    let orders = [before, after].map(|it| it.desired.replace);
    settings.extend(value("replace", orders.map(order), orders[0] < orders[1]));
    settings.extend(scope(before, after, directory));
    settings.extend(protect(before, after));
    settings.extend(limits(before.desired.limits, after.desired.limits));
    let zones = [before, after].map(|it| it.document.timezone.as_deref().unwrap_or("UTC"));
    settings.extend(value("timezone", zones.map(str::to_owned), false));
    settings.extend(approvals(before, after));
    settings.extend(accepted(before, after));
    settings.sort_by_key(|it| it.effect);
    settings
}

fn effect(weakens: bool) -> Effect {
    if weakens { Effect::Weakens } else { Effect::Other }
}

fn value(name: &'static str, [before, after]: [String; 2], weakens: bool) -> Option<Setting> {
    let differs = before != after;
    differs.then(|| Setting { name, change: SettingChange::Value { before, after }, effect: effect(weakens), at: None })
}

fn mode(mode: Mode) -> String {
    let word = match mode {
        Mode::Enforce => "enforce",
        Mode::AddOnly => "add-only",
        Mode::Observe => "observe",
    };
    word.to_owned()
}

fn order(replace: Replace) -> String {
    let word = match replace {
        Replace::CreateFirst => "create-first",
        Replace::RemoveFirst => "remove-first",
    };
    word.to_owned()
}

/// A limit that is raised holds less, and one of 0 holds every removal.
fn limits(before: Limits, after: Limits) -> impl Iterator<Item = Setting> {
    let both = |of: fn(Limits) -> u32| [of(before), of(after)];
    let removals =
        [("limits.removals", both(|it| it.removals)), ("limits.removal_percent", both(|it| it.removal_percent))];
    let removals =
        removals.map(|(name, [then, now])| value(name, [then.to_string(), now.to_string()], now > then || now == 0));
    let creations = [before, after].map(|it| it.creations.map_or_else(|| "any number".to_owned(), |it| it.to_string()));
    let raised = after.creations.is_none_or(|now| before.creations.is_some_and(|then| now > then));
    removals.into_iter().flatten().chain(value("limits.creations", creations, raised))
}

fn scope(before: FileSet<'_>, after: FileSet<'_>, directory: &Directory) -> Vec<Setting> {
    let (old, new) = (before.document.scope.as_ref(), after.document.scope.as_ref());
    let unresolved = [before, after].iter().any(|it| !it.desired.unresolved_settings.is_empty());
    let (Some((old, then)), Some((new, now))) =
        (old.zip(before.desired.scope.as_ref()), new.zip(after.desired.scope.as_ref()))
    else {
        let narrower = match &after.desired.scope {
            None => true,
            Some(now) => !now.covers(&before.desired.named, directory),
        };
        let at = new.map(|it| it.span.clone());
        let whole = |it: Option<&Scope>| it.map_or_else(|| "none (only named resources)".to_owned(), whole);
        return value("scope", [whole(old), whole(new)], narrower).map(|it| Setting { at, ..it }).into_iter().collect();
    };
    let parts = [ScopePart::Include, ScopePart::Exclude].into_iter();
    let parts = parts.flat_map(|part| ScopeKind::ALL.map(|kind| (part, kind)));
    let changed = parts.filter_map(|(part, kind)| {
        let [old, new] = [old, new].map(|it| selectors(it, part, kind));
        let narrower = match then.changed(now, part, kind) {
            Some(narrower) => narrower,
            // What could not be resolved is in no set of ids.
            None if unresolved && texts(old) != texts(new) => Narrower::Yes,
            None => return None,
        };
        Some(listed(name(part, kind), [old, new], effect(narrower == Narrower::Yes)))
    });
    changed.collect()
}

/// A list in place of another; an absent one is everything.
fn listed(name: &'static str, [old, new]: [Option<&[Selector]>; 2], effect: Effect) -> Setting {
    let exclude = name.starts_with("scope.exclude");
    let at = new.into_iter().flatten().find(|it| !texts(old).contains(&text(it))).map(|it| place(it).clone());
    let change = match (old, new) {
        (None, _) | (_, None) if !exclude => {
            let all = |it: Option<&[Selector]>| it.map_or_else(|| "all".to_owned(), list);
            SettingChange::Value { before: all(old), after: all(new) }
        }
        _ => items(&texts(old), &texts(new)),
    };
    Setting { name, change, effect, at }
}

fn protect(before: FileSet<'_>, after: FileSet<'_>) -> Option<Setting> {
    let (old, new) = (&before.document.protect[..], &after.document.protect[..]);
    let (then, now) = (&before.desired.protected, &after.desired.protected);
    let (were, are) = (texts(Some(old)), texts(Some(new)));
    let unresolved = before.desired.blocking.is_some() || after.desired.blocking.is_some();
    if then == now && !(unresolved && were != are) {
        return None;
    }
    let weakens = !now.is_subset(then) || (then == now && !are.is_subset(&were));
    let at = new.iter().find(|it| !were.contains(&text(it))).map(|it| place(it).clone());
    Some(Setting { name: "protect", change: items(&were, &are), effect: effect(weakens), at })
}

fn approvals(before: FileSet<'_>, after: FileSet<'_>) -> Option<Setting> {
    let digests = |it: &[Approval]| it.iter().map(|it| it.held.to_string()).collect::<BTreeSet<_>>();
    let (were, are) = (digests(&before.document.approvals), digests(&after.document.approvals));
    let new = after.document.approvals.iter().find(|it| !were.contains(&it.held.to_string()));
    let at = new.map(|it| it.span.clone());
    (were != are).then(|| Setting { name: "approvals", change: items(&were, &are), effect: effect(new.is_some()), at })
}

fn accepted(before: FileSet<'_>, after: FileSet<'_>) -> Option<Setting> {
    let risks = |it: &[Accept]| it.iter().map(|it| it.risk.to_string()).collect::<BTreeSet<_>>();
    let (were, are) = (risks(&before.document.accept), risks(&after.document.accept));
    let new = after.document.accept.iter().find(|it| !were.contains(&*it.risk));
    let at = new.map(|it| it.span.clone());
    (were != are).then(|| Setting { name: "accept", change: items(&were, &are), effect: effect(new.is_some()), at })
}

fn items(before: &BTreeSet<String>, after: &BTreeSet<String>) -> SettingChange {
    let less = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
    SettingChange::Items { removed: less(before, after), added: less(after, before) }
}

fn selectors(Scope { include, exclude, .. }: &Scope, part: ScopePart, kind: ScopeKind) -> Option<&[Selector]> {
    let Kinds { offerings, resources, roles, users } = if part == ScopePart::Include { include } else { exclude };
    let of_kind = match kind {
        ScopeKind::Offerings => offerings,
        ScopeKind::Resources => resources,
        ScopeKind::Roles => roles,
        ScopeKind::Users => users,
    };
    of_kind.as_deref()
}

fn name(part: ScopePart, kind: ScopeKind) -> &'static str {
    match (part, kind) {
        (ScopePart::Include, ScopeKind::Offerings) => "scope.offerings",
        (ScopePart::Include, ScopeKind::Resources) => "scope.resources",
        (ScopePart::Include, ScopeKind::Roles) => "scope.roles",
        (ScopePart::Include, ScopeKind::Users) => "scope.users",
        (ScopePart::Exclude, ScopeKind::Offerings) => "scope.exclude.offerings",
        (ScopePart::Exclude, ScopeKind::Resources) => "scope.exclude.resources",
        (ScopePart::Exclude, ScopeKind::Roles) => "scope.exclude.roles",
        (ScopePart::Exclude, ScopeKind::Users) => "scope.exclude.users",
    }
}

/// A whole scope in one line.
fn whole(scope: &Scope) -> String {
    let mut out = String::new();
    for part in [ScopePart::Include, ScopePart::Exclude] {
        for kind in ScopeKind::ALL {
            if let Some(selectors) = selectors(scope, part, kind) {
                let name = name(part, kind).trim_start_matches("scope.").replace('.', " ");
                let _ = write!(out, "{}{name}: {}", if out.is_empty() { "" } else { "; " }, list(selectors));
            }
        }
    }
    if out.is_empty() { "all".to_owned() } else { out }
}

fn list(selectors: &[Selector]) -> String {
    let texts: Vec<_> = selectors.iter().map(text).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

fn texts(selectors: Option<&[Selector]>) -> BTreeSet<String> {
    selectors.into_iter().flatten().map(text).collect()
}

/// A selector as it is written.
fn text(selector: &Selector) -> String {
    match selector {
        Selector::Pattern { pattern, .. } => pattern.to_string(),
        Selector::One(Reference { id: Some(id), .. }) => id.simple().to_string(),
        Selector::One(Reference { name, offering, project, .. }) => {
            let within: Vec<_> =
                [offering, project].into_iter().flatten().filter_map(|it| it.name.as_deref()).collect();
            let within = if within.is_empty() { String::new() } else { format!(" ({})", within.join(", ")) };
            format!("{}{within}", name.as_deref().unwrap_or_default())
        }
    }
}

fn place(selector: &Selector) -> &Span {
    match selector {
        Selector::Pattern { span, .. } | Selector::One(Reference { span, .. }) => span,
    }
}

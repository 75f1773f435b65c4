//! A review of every kind, built by hand.

use std::sync::Arc;

use grantsync::desired::{Life, Origin};
use grantsync::review::{
    Access, AccessChange, Effect, GroupChange, Membership, Section, Setting, SettingChange, Stay, Upcoming,
};

use super::{Scene, life};

impl Scene {
    /// A grant that changes, with the line that asks for it; one that asks no more is told as such.
    fn changes(&mut self, binding: [&str; 3], periods: [&[Life]; 2], [was, lines]: [&[Origin]; 2]) -> Access {
        let [before, after] = periods.map(<[_]>::to_vec);
        let binding = self.binding(binding);
        Access { binding, before, after, was: Arc::from(was), lines: Arc::from(lines), stays: None }
    }

    fn stays(&mut self, binding: [&str; 3], was: &[Life], why: Stay, line: &Origin) -> Access {
        let access = self.changes(binding, [was, &[life("", "")]], [std::slice::from_ref(line), &[]]);
        Access { stays: Some(why), ..access }
    }

    fn joins(&mut self, [group, user]: [&str; 2], grants: &[[&str; 2]], written: &str) -> GroupChange {
        let mut change = GroupChange {
            group: group.into(),
            user: self.binding(["cluster-a", "member", user]).user,
            membership: Membership::Joins,
            grants: std::collections::BTreeMap::new(),
            at: Some(self.at(written)),
        };
        for [resource, role] in grants {
            let binding = self.binding([resource, role, user]);
            change.grants.entry(binding.role).or_default().insert(binding.resource);
        }
        change
    }

    /// One of every kind; `text` stands for what people wrote.
    pub(crate) fn review(&mut self, text: &str, place: &str) {
        let now = life("", "");
        let line = Origin { reason: Some(text.into()), ..self.line(place) };
        let line = std::slice::from_ref(&line);
        let settings = vec![
            Setting {
                name: "mode",
                change: SettingChange::Value { before: "enforce".into(), after: "observe".into() },
                effect: Effect::Weakens,
                at: None,
            },
            Setting {
                name: "protect",
                change: SettingChange::Items { removed: vec![], added: vec![text.into()] },
                effect: Effect::Weakens,
                at: Some(self.at(place)),
            },
            Setting {
                name: "scope.exclude.users",
                change: SettingChange::Items { removed: vec![text.into()], added: vec![] },
                effect: Effect::Other,
                at: None,
            },
        ];
        let left = vec![
            self.stays(["cluster-a", "viewer", text], &[now], Stay::Protected, &line[0]),
            self.stays(["cluster-d", "viewer", "trent"], &[], Stay::OutsideScope, &line[0]),
        ];
        let newly = vec![self.changes(["cluster-d", "admin", text], [&[now], &[]], [&[], &[]])];
        let (soon, late) = (life("", "2027-04-01T00:00:00Z"), life("", "2037-04-01T00:00:00Z"));
        let ends = vec![
            self.changes(["cluster-c", "admin", "peggy"], [&[soon], &[late]], [line, line]),
            self.changes(["cluster-d", "viewer", "trent"], [&[soon], &[now]], [line, line]),
        ];
        let later = [life("2027-06-01T00:00:00Z", ""), life("2028-01-01T00:00:00Z", "2028-02-01T12:00:00Z")];
        let scheduled = vec![
            self.changes(["cluster-a", "admin", text], [&[], &later], [&[], line]),
            self.changes(["cluster-a", "admin", "peggy"], [&later[..1], &[]], [line, &[]]),
        ];
        let grants = [["cluster-a", "member"], ["cluster-b", "member"], ["cluster-b", "viewer"]];
        let groups = vec![self.joins([text, text], &grants, place)];
        let binding = self.binding(["cluster-b", "admin", text]);
        let upcoming = vec![Upcoming { at: self.plan.now, binding, line: line[0].clone() }];
        self.review.sections = vec![
            Section::Settings(settings),
            Section::Access(AccessChange::NoLongerManaged, left),
            Section::Access(AccessChange::NewlyManaged, newly),
            Section::Access(AccessChange::EndChanged, ends),
            Section::Access(AccessChange::Scheduled, scheduled),
            Section::Groups(groups),
            Section::Upcoming(upcoming),
        ];
    }
}

//! Worlds to begin with.

use jiff::Timestamp;
use uuid::Uuid;

use super::waldur::Waldur;
use super::world::World;

impl World {
    /// A small marketplace that `examples/desired-state.yaml` speaks of: some links agree with the file, some don't.
    pub fn example() -> Self {
        let mut world = Self::new();
        let hpc = world.offering("HPC");
        let [admin, member, viewer] = ["admin", "member", "viewer"].map(|name| world.role(hpc, name));
        let [a, b, archive] = ["cluster-a", "cluster-b", "archive-2019"].map(|name| world.resource(hpc, name));
        let consumer = world.projects.get(world.project).map(|it| it.organisation).unwrap_or_default();
        world.project = world.add_project(consumer, "Chemistry");
        let cloud = world.offering("Cloud");
        let cloud_admin = world.role(cloud, "admin");
        world.role(cloud, "viewer");
        let lab = world.resource(cloud, "vm-lab");
        let [alice, bob, carol, dave, eve, frank, _, break_glass] =
            ["alice", "bob", "carol", "dave", "eve", "frank", "grace", "break-glass"].map(|name| world.user(name));
        for (resource, role, user) in [
            (a, admin, alice),
            (a, member, bob),
            (a, member, carol),
            (a, viewer, eve),
            (a, admin, break_glass),
            (b, admin, alice),
            (b, member, carol),
            (b, member, dave),
            (archive, viewer, eve),
            (lab, cloud_admin, frank),
        ] {
            world.link(resource, role, user);
        }
        world
    }

    /// The same with a second row for alice's admin role on cluster-a, as an answer lost on the way leaves behind.
    #[must_use]
    pub fn with_duplicate(mut self) -> Self {
        let first = self.links.iter().next().map(|it| [it.resource, it.role, it.user]);
        if let Some([resource, role, user]) = first {
            self.link(resource, role, user);
        }
        self
    }

    /// The example as a sandbox for trying things: with a second row where the version can take it away again, and, where
    /// links have ends, with a few.
    pub fn example_of(waldur: Waldur) -> Self {
        let world = if waldur == Waldur::V8_0 { Self::example() } else { Self::example().with_duplicate() };
        if waldur.scopes_roles() { world.on(waldur).with_ends() } else { world }
    }

    /// Gives two links an end, about ninety days from now. Only in the second generation.
    #[must_use]
    pub fn with_ends(mut self) -> Self {
        let day = 24 * 3600;
        let end = (self.now().as_second() / day + 90) * day;
        let named = |names: [&str; 2]| {
            let user = self.users.iter().find(|it| it.username == names[1])?.id;
            let resource = self.resources.iter().find(|it| it.name == names[0])?.id;
            self.active_links().find(|(it, grant)| *it == resource && grant.user == user).map(|(_, grant)| grant.id)
        };
        let ids = [["cluster-a", "bob"], ["cluster-b", "dave"]].map(named);
        for id in ids.into_iter().flatten() {
            if let Some(grant) = self.second.grants.get_mut(id) {
                grant.end = Timestamp::from_second(end).ok();
            }
        }
        self
    }

    /// A large marketplace: resources `resource-0000`… on offerings of ten, each with five roles; users `user-0000`…;
    /// and links spread evenly over all of them, each triple once as long as there are enough.
    pub fn generated(resources: usize, users: usize, links: usize) -> Self {
        let mut world = Self::new();
        let mut places: Vec<(Uuid, [Uuid; 5])> = Vec::with_capacity(resources);
        let mut offering = (Uuid::nil(), [Uuid::nil(); 5]);
        for number in 0..resources {
            if number % 10 == 0 {
                let id = world.offering(&format!("offering-{:03}", number / 10));
                let names = ["admin", "auditor", "member", "operator", "viewer"];
                offering = (id, names.map(|name| world.role(id, name)));
            }
            places.push((world.resource(offering.0, &format!("resource-{number:04}")), offering.1));
        }
        let people: Vec<_> = (0..users).map(|number| world.user(&format!("user-{number:04}"))).collect();
        for number in 0..links.min(resources * users * 5) {
            // Resources take turns; each goes through its users, and comes back to a user only with another role.
            let (resource, roles) = places[number % resources];
            let turn = number / resources;
            let user = people[(turn + number % resources * 7) % users];
            world.link(resource, roles[(turn / users + turn % users) % 5], user);
        }
        world
    }
}

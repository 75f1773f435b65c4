//! How long the server takes.

use std::time::Duration;

/// The server's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Requests that are worked on at once.
    pub workers: usize,
    /// Whether requests of one token wait for one another: the server writes the token's row in each, and holds it to the
    /// end.
    pub token_lock: bool,
    /// For every request, before its token is looked at.
    pub overhead: Duration,
    /// For every read, beside its rows.
    pub read: Duration,
    /// For a link in a list.
    pub link: Duration,
    /// For a resource in a list, with all fields and with `field=`.
    pub resource: [Duration; 2],
    /// For a user in a list, with all fields and with `field=`.
    pub user: [Duration; 2],
    /// For a row of any other list.
    pub row: Duration,
    /// For a creation.
    pub create: Duration,
    /// For a deletion, or a change.
    pub delete: Duration,
}

impl Load {
    /// Waldur 7.0.7 on two cores with four workers, measured from outside. 10 links take 70 ms, 300 take 1.4 s, all
    /// 10,000 in 34 pages 46 s; one token creates 18 a second alone and 28 at best, and deletes 21 and 36. What the real
    /// server loses when more requests wait than it has cores is not in it.
    pub const WALDUR: Self = Self {
        workers: 4,
        token_lock: true,
        overhead: Duration::from_millis(20),
        read: Duration::from_millis(5),
        link: Duration::from_micros(4500),
        resource: [Duration::from_millis(22), Duration::from_millis(3)],
        user: [Duration::from_micros(3300), Duration::from_micros(600)],
        row: Duration::from_micros(100),
        create: Duration::from_millis(35),
        delete: Duration::from_millis(28),
    };

    /// The same server, so many times as fast.
    #[must_use]
    pub fn faster(self, times: u32) -> Self {
        let Self { workers, token_lock, overhead, read, link, resource, user, row, create, delete } = self;
        Self {
            workers,
            token_lock,
            overhead: overhead / times,
            read: read / times,
            link: link / times,
            resource: resource.map(|it| it / times),
            user: user.map(|it| it / times),
            row: row / times,
            create: create / times,
            delete: delete / times,
        }
    }
}

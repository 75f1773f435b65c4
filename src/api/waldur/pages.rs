//! Reads a list that moves while it is read, and says whether anything can be missing.
//!
//! The server keeps its lists in the order of creation and cuts them into pages by position. An object that is deleted
//! moves all later ones forward, across the edges of pages; new ones come at the end. Pages are read from the last to
//! the first: while a page is read, whatever belongs to its predecessor or moves there is still to come, so an older
//! object can be seen twice, but not be missed.
//!
//! That holds for one request after the other. Several at once each take a *lane*: pages in a row, read from its last
//! to its first. What can be missed now is what crossed a *seam*: it left the upper lane before that got there, for a
//! page that the lower lane had read already. In the order of the list such objects come after all that the lower lane
//! saw on its first page. So when the upper lane is done, one object is asked for, the last one before the seam. If it
//! was on that first page, nothing had crossed. If not, the reading is unsettled.
//!
//! The count that the server tells is checked as well: it must not move, and must be the number of ids. It is a
//! necessary check and no proof: one deletion and one creation leave it as it was.
//!
//! Objects that were made in the same instant, as by an import, have no order among them, and each page may have its own:
//! some are on two pages and some on none, the same ones in every reading. The number of ids tells.
//!
//! A page that has fewer objects than the count promises, one that is gone, and one on which there is nothing new end the
//! reading: whatever it is that answers, by its count there may be millions of pages to come.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use uuid::Uuid;

use super::wire::Item;
use crate::api::http::{Error, ErrorKind, Http, Method, Request, bounded_map};

/// The most objects that the server puts on a page.
pub(in crate::api) const SIZE: u64 = 300;

/// A list of the server, or a part of one.
#[derive(Debug, Clone)]
pub(in crate::api) struct List {
    path: Cow<'static, str>,
    query: Vec<(&'static str, String)>,
}

/// A list as it was read.
#[derive(Debug)]
pub(in crate::api) struct Reading<T> {
    /// By id.
    pub(in crate::api) items: HashMap<Uuid, T>,
    /// Pages read.
    pub(in crate::api) pages: u32,
    /// Nothing that was there all the time is missing.
    pub(in crate::api) settled: bool,
}

/// One page of it.
#[derive(Debug)]
struct Page<T> {
    items: Vec<T>,
    /// How many objects the whole list has; `None`: so few that this page is gone.
    count: Option<u64>,
    short: Option<Error>,
}

/// Pages in a row, all read from the last to the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lane {
    first: u64,
    last: u64,
}

/// What was read in a lane.
#[derive(Debug)]
struct Track<T> {
    items: HashMap<Uuid, T>,
    pages: u32,
    /// What was on its last page, which is read first.
    first: HashSet<Uuid>,
    /// The last object before the lane, asked for after it was read.
    before: Option<Uuid>,
    /// Each of its pages has what the count of the whole says.
    holds: bool,
    short: Option<Error>,
}

impl List {
    pub(in crate::api) fn new(path: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), query: Vec::new() }
    }

    /// Narrows it, or names a field to be shown.
    #[must_use]
    pub(in crate::api) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The request for a part of it.
    pub(in crate::api) fn request(&self, http: &Http, method: Method) -> Request {
        let request = http.request(method, &self.path);
        self.query.iter().fold(request, |request, (name, value)| request.with(name, value))
    }

    /// How many objects it has.
    pub(in crate::api) async fn count(&self, http: &Http) -> Result<u64, Error> {
        http.call(&self.request(http, Method::Head).with("page_size", "1")).await?.count()
    }

    /// Its first page, if all of it fits there.
    pub(in crate::api) async fn only_page<T: Item>(&self, http: &Http) -> Result<Option<Vec<T>>, Error> {
        let (items, all) = self.first_page(http).await?;
        Ok(all.then_some(items))
    }

    /// Its first page, and whether that is all.
    pub(in crate::api) async fn first_page<T: Item>(&self, http: &Http) -> Result<(Vec<T>, bool), Error> {
        let Page { items, count, short } = self.page::<T>(http, Some(1), SIZE).await?;
        let all = count == Some(items.len() as u64);
        short.map_or(Ok((items, all)), Err)
    }

    /// It was read twice and remained unsettled.
    pub(in crate::api) fn moving(&self, http: &Http) -> Error {
        let request = self.request(http, Method::Get).name();
        let help = "something else is changing it: try again when that is done";
        Error::new(request, ErrorKind::Unreadable, "read twice, and not everything in it was seen").help(help)
    }

    /// It was narrowed, and shows `other` nevertheless: the server answers a filter that it does not know, or did not
    /// get, with everything it has.
    pub(in crate::api) fn filter_ignored(&self, http: &Http, other: &str) -> Error {
        let request = self.request(http, Method::Get).name();
        let help =
            "a filter was ignored, so no answer of this server can be relied on: ask who runs the proxy before it";
        Error::new(request, ErrorKind::Unreadable, format!("answered with {other}")).help(help)
    }

    /// Reads it, and once more if something moved meanwhile.
    pub(in crate::api) async fn read<T: Item>(&self, http: &Arc<Http>) -> Result<Reading<T>, Error> {
        let (first, short) = self.read_once(http).await?;
        if first.settled {
            return Ok(first);
        }
        let (second, short_again) = self.read_once(http).await?;
        match (short, short_again) {
            // Once, the end of the list may have gone between the count and the rows. Twice, it is something else.
            (Some(_), Some(error)) => Err(error),
            _ => Ok(Reading { pages: first.pages + second.pages, ..second }),
        }
    }

    /// Reads it, and says what a page lacked by its own count, if one did.
    async fn read_once<T: Item>(&self, http: &Arc<Http>) -> Result<(Reading<T>, Option<Error>), Error> {
        let Page { items, count, short } = self.page::<T>(http, None, SIZE).await?;
        let count = count.unwrap_or_default();
        let items = items.into_iter().map(|item| (item.id(), item)).collect();
        let mut reading = Reading { items, pages: 1, settled: short.is_none() };
        if short.is_some() {
            return Ok((reading, short));
        }
        let lanes = lanes(count.div_ceil(SIZE).saturating_sub(1), http.parallelism.get() as u64);
        let broken = Arc::new(AtomicBool::new(false));
        let work = |lane| {
            let (list, http, broken) = (self.clone(), Arc::clone(http), Arc::clone(&broken));
            async move { list.lane::<T>(&http, lane, count, &broken).await }
        };
        let tracks = bounded_map(http.parallelism, lanes, work).await?;
        reading.settled = tracks.iter().all(|it| it.holds)
            && tracks.windows(2).all(|pair| match pair {
                [upper, lower] => upper.before.is_some_and(|it| lower.first.contains(&it)),
                _ => true,
            });
        let mut short = None;
        for track in tracks {
            reading.pages += track.pages;
            reading.items.extend(track.items);
            short = short.or(track.short);
        }
        reading.settled &= reading.items.len() as u64 == count;
        Ok((reading, short))
    }

    /// Reads the pages of a lane, until one in any lane is such that the reading is worth nothing.
    async fn lane<T: Item>(&self, http: &Http, lane: Lane, count: u64, broken: &AtomicBool) -> Result<Track<T>, Error> {
        let mut track =
            Track { items: HashMap::new(), pages: 0, first: HashSet::new(), before: None, holds: true, short: None };
        for number in (lane.first..=lane.last).rev() {
            if broken.load(Ordering::Relaxed) {
                track.holds = false;
                return Ok(track);
            }
            let page = self.page::<T>(http, Some(number), SIZE).await?;
            track.pages += 1;
            track.holds &= page.count == Some(count);
            if number == lane.last {
                track.first = page.items.iter().map(Item::id).collect();
            }
            let known = track.items.len();
            track.items.extend(page.items.into_iter().map(|item| (item.id(), item)));
            if page.count.is_none() || page.short.is_some() || track.items.len() == known {
                (track.holds, track.short) = (false, page.short);
                broken.store(true, Ordering::Relaxed);
                return Ok(track);
            }
        }
        if lane.first > 1 {
            let position = (lane.first - 1) * SIZE;
            let before = self.page::<T>(http, Some(position), 1).await?;
            track.before = before.items.first().map(Item::id);
        }
        Ok(track)
    }

    /// Reads one page; `None` is the last one, whichever that is.
    async fn page<T: Item>(&self, http: &Http, number: Option<u64>, size: u64) -> Result<Page<T>, Error> {
        let page = number.map_or_else(|| "last".to_owned(), |number| number.to_string());
        let request = self.request(http, Method::Get).with("page", &page).with("page_size", &size.to_string());
        let answer = match http.call(&request).await {
            // The list has become so short. If it is not even there, asking for its last page will tell.
            Err(error) if error.kind == ErrorKind::NotFound && number.is_some() => {
                return Ok(Page { items: Vec::new(), count: None, short: None });
            }
            answer => answer?,
        };
        let count = answer.count()?;
        let items: Vec<T> = answer.json()?;
        let number = number.unwrap_or_else(|| count.div_ceil(size).max(1));
        let expected = count.saturating_sub((number - 1) * size).min(size);
        let shown = items.len() as u64;
        if shown > size {
            return Err(answer.unreadable(&format!("answered with {shown} objects on a page of {size}")));
        }
        let short = (shown != expected).then(|| {
            answer.unreadable(&format!(
                "answered with {shown} objects on page {number}, which by `X-Result-Count: {count}` has {expected}"
            ))
        });
        Ok(Page { items, count: Some(count), short })
    }
}

/// Shares the pages up to `pages` among at most `most` lanes, the uppermost first.
fn lanes(pages: u64, most: u64) -> Vec<Lane> {
    let number = most.min(pages);
    let edge = |lane: u64| pages.saturating_mul(number - lane) / number;
    (0..number).map(|lane| Lane { first: edge(lane + 1) + 1, last: edge(lane) }).collect()
}

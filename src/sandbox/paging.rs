//! Order and pages.

use super::query::Query;
use super::table::{Listed, Row};
use super::view::Answer;

/// Rows of a list that were asked for, and where they stand in it.
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    number: usize,
    last: usize,
    count: usize,
}

/// The page that a query asks for out of rows that are in order, or 404.
pub(super) fn page<T>(rows: Vec<T>, query: &Query) -> Result<Page<T>, Answer> {
    let Asked { number, last, from, until } = Asked::of(rows.len(), query)?;
    let count = rows.len();
    let rows = rows.into_iter().skip(from).take(until - from).collect();
    Ok(Page { rows, number, last, count })
}

/// The page that a query asks for out of rows ordered by a key that may repeat, as the database finds it.
///
/// To find the first `until` of many rows the database keeps them in a heap of that size, and sorts all rows only when
/// they are fewer than twice as many. The heap leaves rows of equal keys in an order that depends on its size, so that
/// pages don't fit together: rows are lost, others come twice, the same ones in every reading.
pub(super) fn page_by<T: Copy, K: Ord>(rows: Vec<T>, query: &Query, key: impl Fn(T) -> K) -> Result<Page<T>, Answer> {
    let Asked { number, last, from, until } = Asked::of(rows.len(), query)?;
    let count = rows.len();
    let mut sorted = rows;
    if count > until * 2 && !sorted.is_sorted_by(|a, b| key(*a) < key(*b)) {
        sorted = first_by_heap(sorted, until, &key);
    } else {
        sorted.sort_by_key(|row| key(*row));
    }
    Ok(Page { rows: sorted.into_iter().skip(from).take(until - from).collect(), number, last, count })
}

/// The page that a query asks for out of a list, as the database finds it. Unless rows share a moment, it costs as much as
/// the page.
pub(super) fn page_of<'a, T: Row>(list: &Listed<'a, T>, query: &Query) -> Result<Page<&'a T>, Answer> {
    if !list.in_order() {
        return page_by(list.iter().collect(), query, T::moment);
    }
    let count = list.len();
    let Asked { number, last, from, until } = Asked::of(count, query)?;
    Ok(Page { rows: list.range(from..until).collect(), number, last, count })
}

struct Asked {
    number: usize,
    last: usize,
    from: usize,
    until: usize,
}

impl Asked {
    fn of(count: usize, query: &Query) -> Result<Self, Answer> {
        let size = query.get("page_size").and_then(number).filter(|size| *size > 0).unwrap_or(10).min(300);
        let last = count.div_ceil(size).max(1);
        let number = match query.get("page") {
            None => Some(1),
            Some("last") => Some(last),
            Some(text) => number(text).filter(|number| (1..=last).contains(number)),
        };
        let number = number.ok_or_else(|| Answer::detail(404, "Invalid page."))?;
        let from = (number - 1) * size;
        Ok(Self { number, last, from, until: (from + size).min(count) })
    }
}

/// A whole number as Python reads it.
fn number(text: &str) -> Option<usize> {
    text.parse().ok()
}

impl<T> Page<T> {
    /// Puts the count and the links to other pages on an answer.
    pub(super) fn sign(&self, url: &str, query: &Query, answer: Answer) -> Answer {
        let link = |page: usize, name: &str| {
            let query = query.with_page(page);
            let mark = if query.is_empty() { "" } else { "?" };
            format!("<{url}{mark}{query}>; rel=\"{name}\"")
        };
        let mut links = vec![link(1, "first")];
        if self.number > 1 {
            links.push(link(self.number - 1, "prev"));
        }
        if self.number < self.last {
            links.push(link(self.number + 1, "next"));
        }
        links.push(link(self.last, "last"));
        answer
            .with_rows(self.rows.len())
            .header("x-result-count", &self.count.to_string())
            .header("link", &links.join(", "))
    }
}

/// The first rows by key. Ties come out as the heap leaves them.
fn first_by_heap<T: Copy, K: Ord>(rows: Vec<T>, bound: usize, key: &impl Fn(T) -> K) -> Vec<T> {
    let mut heap: Vec<T> = Vec::with_capacity(bound);
    for row in rows {
        if heap.len() < bound {
            heap.push(row);
            let mut place = heap.len() - 1;
            while place > 0 && key(heap[place]) > key(heap[(place - 1) / 2]) {
                heap.swap(place, (place - 1) / 2);
                place = (place - 1) / 2;
            }
        } else if key(row) < key(heap[0]) {
            heap[0] = row;
            sift_down(&mut heap, key);
        }
    }
    let mut sorted = Vec::with_capacity(heap.len());
    while let Some(last) = heap.pop() {
        if heap.is_empty() {
            sorted.push(last);
        } else {
            sorted.push(std::mem::replace(&mut heap[0], last));
            sift_down(&mut heap, key);
        }
    }
    sorted.reverse();
    sorted
}

/// Moves the first row down until no child has a greater key.
fn sift_down<T: Copy, K: Ord>(heap: &mut [T], key: &impl Fn(T) -> K) {
    let mut place = 0;
    loop {
        let (left, right) = (2 * place + 1, 2 * place + 2);
        if left >= heap.len() {
            return;
        }
        let greater = if right < heap.len() && key(heap[right]) > key(heap[left]) { right } else { left };
        if key(heap[place]) >= key(heap[greater]) {
            return;
        }
        heap.swap(place, greater);
        place = greater;
    }
}

//! Rows with ids, in the order they came.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::lists::{List, Places};

/// Something with an id of its own.
pub trait Row {
    /// The id.
    fn id(&self) -> Uuid;

    /// The lists that it is on.
    fn lists(&self) -> [Option<List>; 2] {
        [None; 2]
    }

    /// When it was made, by which those lists are ordered.
    fn moment(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Rows in the order they were put in, found by id. Removing one moves no other.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: BTreeMap<u64, T>,
    places: HashMap<Uuid, u64>,
    lists: HashMap<List, Places>,
    next: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), places: HashMap::new(), lists: HashMap::new(), next: 0 }
    }
}

impl<T: Row> Table<T> {
    /// Puts a row at the end, or replaces the one with its id where that stands. Returns the id.
    pub fn insert(&mut self, row: T) -> Uuid {
        let id = row.id();
        let place = *self.places.entry(id).or_insert(self.next);
        self.next = self.next.max(place + 1);
        self.take_off_lists(place);
        self.rows.insert(place, row);
        self.put_on_lists(place);
        id
    }

    /// The row with this id.
    pub fn get(&self, id: Uuid) -> Option<&T> {
        self.rows.get(self.places.get(&id)?)
    }

    /// The row with this id, to change anything but its id and what its lists depend on; for that there is
    /// [`Table::change`].
    pub fn get_mut(&mut self, id: Uuid) -> Option<&mut T> {
        self.rows.get_mut(self.places.get(&id)?)
    }

    /// Changes anything but the id of a row.
    pub fn change(&mut self, id: Uuid, change: impl FnOnce(&mut T)) {
        let Some(place) = self.places.get(&id).copied() else { return };
        self.take_off_lists(place);
        if let Some(row) = self.rows.get_mut(&place) {
            change(row);
        }
        self.put_on_lists(place);
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: Uuid) -> Option<T> {
        let place = self.places.remove(&id)?;
        self.take_off_lists(place);
        self.rows.remove(&place)
    }

    fn put_on_lists(&mut self, place: u64) {
        let Some(row) = self.rows.get(&place) else { return };
        for list in row.lists().into_iter().flatten() {
            self.lists.entry(list).or_default().insert(place, row.moment());
        }
    }

    fn take_off_lists(&mut self, place: u64) {
        let Some(row) = self.rows.get(&place) else { return };
        for list in row.lists().into_iter().flatten() {
            self.lists.entry(list).or_default().remove(place);
        }
    }

    /// The rows that are on a list.
    pub(super) fn list(&self, list: List) -> Listed<'_, T> {
        Listed { table: self, places: self.lists.get(&list) }
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Rows that are on one list, in the order of the table.
pub(super) struct Listed<'a, T> {
    table: &'a Table<T>,
    places: Option<&'a Places>,
}

impl<'a, T> Listed<'a, T> {
    /// Whether that is the order of their moments, and no two share one.
    pub(super) fn in_order(&self) -> bool {
        self.places.is_none_or(Places::in_order)
    }

    pub(super) fn len(&self) -> usize {
        self.places.map_or(0, Places::len)
    }

    /// Some of them, by their number from zero.
    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let Self { table, places } = *self;
        places.into_iter().flat_map(move |it| it.range(range.clone())).filter_map(|place| table.rows.get(&place))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.range(0..self.len())
    }
}

impl<T: Row> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut table = Self::default();
        for row in rows {
            table.insert(row);
        }
        table
    }
}

impl<T: Row + Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Row + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from_iter)
    }
}

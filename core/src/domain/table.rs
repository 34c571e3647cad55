//! States by stream, with an undo journal so that a refused list of commands leaves no trace.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::record::Revision;

/// A stream's state and the revision of its last event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<T> {
    /// Revision of the last event of the stream.
    pub revision: Revision,
    /// Root stream of the matter it belongs to; `None` if it is its own.
    pub trail: Option<Box<str>>,
    /// The folded state.
    pub state: T,
}

/// Rows as they were before a change: `None` where there was none.
type Before<T> = FxHashMap<Box<str>, Option<Entry<T>>>;

/// The states of one category by the id in their stream's name.
#[derive(Clone, Debug)]
pub struct Table<T> {
    rows: FxHashMap<Box<str>, Entry<T>>,
    /// Rows as they were before the first change since `begin`.
    journal: Option<Before<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { rows: FxHashMap::default(), journal: None }
    }
}

impl<T: Clone + Default> Table<T> {
    /// The state of a stream.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(|entry| &entry.state)
    }

    /// The state of a stream with its revision and trail.
    pub fn entry(&self, id: &str) -> Option<&Entry<T>> {
        self.rows.get(id)
    }

    /// An id as the table holds it, for an answer that must outlive the question.
    pub fn key(&self, id: &str) -> Option<&str> {
        self.rows.get_key_value(id).map(|(id, _)| &**id)
    }

    /// All states, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.rows.iter().map(|(id, entry)| (&**id, &entry.state))
    }

    /// All states in the order of their ids.
    pub fn sorted(&self) -> Vec<(&str, &Entry<T>)> {
        let mut rows: Vec<_> = self.rows.iter().map(|(id, entry)| (&**id, entry)).collect();
        rows.sort_unstable_by_key(|(id, _)| *id);
        rows
    }

    /// How many streams there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Folds one event into the state of `id`.
    pub fn apply(&mut self, id: &str, revision: Revision, trail: &str, own: bool, fold: impl FnOnce(&mut T)) {
        if let Some(journal) = &mut self.journal
            && !journal.contains_key(id)
        {
            journal.insert(id.into(), self.rows.get(id).cloned());
        }
        if let Some(entry) = self.rows.get_mut(id) {
            entry.revision = revision;
            fold(&mut entry.state);
        } else {
            let mut entry = Entry { revision, trail: (!own).then(|| trail.into()), state: T::default() };
            fold(&mut entry.state);
            self.rows.insert(id.into(), entry);
        }
    }

    /// From now on, what changes can be undone.
    pub fn begin(&mut self) {
        self.journal = Some(Before::default());
    }

    /// Keeps what changed since [`Table::begin`].
    pub fn keep(&mut self) {
        self.journal = None;
    }

    /// Undoes what changed since [`Table::begin`].
    pub fn undo(&mut self) {
        for (id, before) in self.journal.take().unwrap_or_default() {
            match before {
                Some(entry) => self.rows.insert(id, entry),
                None => self.rows.remove(&id),
            };
        }
    }
}

/// What belongs to a stream, such as the clauses of an agreement: lists that only ever grow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Children {
    lists: BTreeMap<Box<str>, Vec<String>>,
    /// The lists that grew since `begin`, in order. An undone growth costs as much as the growth did.
    #[serde(skip)]
    journal: Option<Vec<Box<str>>>,
}

impl Children {
    /// The ids of what belongs to `parent`.
    pub fn of(&self, parent: &str) -> &[String] {
        self.lists.get(parent).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds an id.
    pub fn add(&mut self, parent: &str, child: &str) {
        if let Some(journal) = &mut self.journal {
            journal.push(parent.into());
        }
        match self.lists.get_mut(parent) {
            Some(list) => list.push(child.to_owned()),
            None => drop(self.lists.insert(parent.into(), vec![child.to_owned()])),
        }
    }

    /// From now on, what changes can be undone.
    pub fn begin(&mut self) {
        self.journal = Some(Vec::new());
    }

    /// Keeps what changed since [`Children::begin`].
    pub fn keep(&mut self) {
        self.journal = None;
    }

    /// Undoes what changed since [`Children::begin`].
    pub fn undo(&mut self) {
        for parent in self.journal.take().unwrap_or_default().iter().rev() {
            if let Some(list) = self.lists.get_mut(parent) {
                list.pop();
                if list.is_empty() {
                    self.lists.remove(parent);
                }
            }
        }
    }
}

/// A snapshot holds the rows in the order of their ids, so that equal tables give equal bytes.
impl<T: Serialize + Clone + Default> Serialize for Table<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.sorted())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Table<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows<T>(std::marker::PhantomData<T>);
        impl<'de, T: DeserializeOwned> serde::de::Visitor<'de> for Rows<T> {
            type Value = FxHashMap<Box<str>, Entry<T>>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("rows of a table")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut rows = FxHashMap::default();
                rows.reserve(seq.size_hint().unwrap_or(0).min(1 << 22));
                while let Some((id, entry)) = seq.next_element()? {
                    rows.insert(id, entry);
                }
                Ok(rows)
            }
        }
        let rows = deserializer.deserialize_seq(Rows(std::marker::PhantomData))?;
        Ok(Table { rows, journal: None })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_a_refused_list_did_is_undone() {
        let mut table: Table<u32> = Table::default();
        table.apply("a", 0, "a", true, |state| *state = 1);
        table.begin();
        table.apply("a", 1, "a", true, |state| *state = 2);
        table.apply("b", 0, "a", false, |state| *state = 3);
        table.undo();
        assert_eq!(table.get("a"), Some(&1));
        assert_eq!(table.entry("a").unwrap().revision, 0);
        assert_eq!(table.get("b"), None);
        table.begin();
        table.apply("b", 0, "x/a", false, |state| *state = 3);
        table.keep();
        assert_eq!(table.entry("b").unwrap().trail.as_deref(), Some("x/a"));
        let bytes = crate::codec::encode_snapshot(&table).unwrap();
        let back: Table<u32> = crate::codec::decode_snapshot(&bytes).unwrap();
        assert_eq!(back.sorted(), table.sorted());
    }
}

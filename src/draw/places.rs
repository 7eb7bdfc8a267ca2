//! Which places come, one after the other, and who has had enough.

use super::hash::Hash;
use super::stream::Stream;
use alloc::vec::Vec;

/// Places of a list without repetition: a shuffle of which only the beginning is made, so only what was moved is kept.
#[derive(Debug, Clone)]
pub(super) struct Places {
    stream: Stream,
    count: u32,
    next: u32,
    /// Place and what stands there now, by place.
    moved: Vec<(u32, u32)>,
}

impl Places {
    pub(super) fn new(key: Hash, count: u32) -> Places {
        Places { stream: Stream::new(key), count, next: 0, moved: Vec::new() }
    }

    fn find(&self, place: u32) -> Result<usize, usize> {
        self.moved.binary_search_by(|(p, _)| p.cmp(&place))
    }

    fn at(&self, place: u32) -> u32 {
        self.find(place).ok().and_then(|i| self.moved.get(i)).map_or(place, |(_, now)| *now)
    }

    /// The next one; `None` when all have come.
    pub(super) fn next(&mut self) -> Option<u32> {
        let left = self.count.checked_sub(self.next).filter(|left| *left > 0)?;
        let other = self.next + self.stream.below(left);
        let (mine, drawn) = (self.at(self.next), self.at(other));
        match self.find(other) {
            Ok(i) => self.moved[i].1 = mine,
            Err(i) => self.moved.insert(i, (other, mine)),
        }
        self.next += 1;
        Some(drawn)
    }
}

/// How often each person has won.
#[derive(Debug, Clone)]
pub(super) struct Wins {
    /// At most; 0: no limit.
    limit: u32,
    list: Vec<(Hash, u32)>,
}

impl Wins {
    pub(super) fn new(limit: u32) -> Wins {
        Wins { limit, list: Vec::new() }
    }

    /// Whether a person may win once more; then it has.
    pub(super) fn take(&mut self, person: &Hash) -> bool {
        match self.list.binary_search_by(|(p, _)| p.cmp(person)) {
            Ok(i) => {
                let (_, won) = &mut self.list[i];
                let may = self.limit == 0 || *won < self.limit;
                *won += u32::from(may);
                may
            }
            Err(i) => {
                self.list.insert(i, (*person, 1));
                true
            }
        }
    }
}

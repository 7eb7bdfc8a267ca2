//! The trail: the latest steps in time order, and the visit that is their end.

use crate::event::EventKind;
use crate::id::Key;
use crate::time::Millis;
use alloc::vec::Vec;

/// Marks kept.
pub(super) const MARKS: usize = 64;

/// A step on the trail, or the mark of a visit's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// When.
    pub at: Millis,
    /// Number of arrival: breaks ties in time.
    pub order: u64,
    /// What happened; [`EventKind::SessionStart`] marks a visit's start.
    pub kind: EventKind,
    /// The product; meaningless for a start.
    pub key: Key,
}

/// The latest marks, sorted by time and arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trail {
    pub(super) marks: Vec<Mark>,
}

/// The visit that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit<'a> {
    /// Its first mark's time; `None` before any.
    pub start: Option<Millis>,
    /// Its steps, oldest first.
    pub steps: &'a [Mark],
}

/// The latest `room` of a list.
pub(super) fn latest<T>(list: &[T], room: usize) -> &[T] {
    list.split_at_checked(list.len().wrapping_sub(room)).map_or(list, |(_, latest)| latest)
}

/// Lets go of all but the [`latest`] `room`.
#[inline(never)]
pub(super) fn keep_latest<T: Copy>(list: &mut Vec<T>, room: usize) {
    if let Some(older @ 1..) = list.len().checked_sub(room) {
        list.copy_within(older.., 0);
        list.truncate(room);
    }
}

impl Trail {
    pub(super) fn add(&mut self, mark: Mark) {
        let place = |m: &Mark| (m.at, m.order, m.key);
        let mut i = self.marks.len();
        if self.marks.last().is_some_and(|m| place(m) > place(&mark)) {
            i = self.marks.partition_point(|m| place(m) <= place(&mark));
        }
        self.marks.insert(i, mark);
        keep_latest(&mut self.marks, MARKS);
    }

    /// The marks after the last pause longer than `gap`, or after the last start.
    pub(super) fn visit(&self, gap: i64) -> Visit<'_> {
        let marks = &self.marks;
        let is_start = |i: usize| marks[i].kind == EventKind::SessionStart;
        let begins = |i: usize| i == 0 || is_start(i) || marks[i].at.since(marks[i - 1].at) > gap;
        let first = (0..marks.len()).rev().find(|i| begins(*i)).unwrap_or(0);
        let steps = if first < marks.len() && is_start(first) { first + 1 } else { first };
        Visit { start: marks.get(first).map(|m| m.at), steps: &marks[steps..] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn mark(at: i64, order: u64, kind: EventKind) -> Mark {
        Mark { at: Millis(at), order, kind, key: Key(order) }
    }

    #[test]
    fn a_visit_ends_at_a_pause_or_a_start_and_late_steps_fall_into_place() {
        let mut t = Trail::default();
        assert_eq!(t.visit(10), Visit { start: None, steps: &[] });
        for (at, order) in [(100, 3), (0, 1), (105, 4), (5, 2)] {
            t.add(mark(at, order, EventKind::ViewItem));
        }
        let keys = |v: Visit<'_>| v.steps.iter().map(|m| m.key.0).collect::<Vec<_>>();
        assert_eq!(keys(t.visit(10)), [3, 4]);
        assert_eq!(keys(t.visit(1000)), [1, 2, 3, 4]);
        t.add(mark(105, 5, EventKind::SessionStart));
        assert_eq!(keys(t.visit(1000)), [0; 0]);
        t.add(mark(106, 6, EventKind::AddToCart));
        assert_eq!(keys(t.visit(1000)), [6]);
        assert_eq!(t.visit(1000).start, Some(Millis(105)));
    }

    #[test]
    fn the_trail_is_bounded() {
        let mut t = Trail::default();
        for i in 0..1000 {
            t.add(mark(i, i as u64, EventKind::ViewItem));
        }
        assert_eq!(t.marks.len(), MARKS);
        assert_eq!(t.marks[0].at, Millis(1000 - MARKS as i64));
    }

    #[test]
    fn letting_go_of_many_at_a_time_leaves_the_same_latest_in_any_order() {
        let (mut list, mut all) = (Vec::new(), Vec::new());
        for i in 0..100_u64 {
            let x = i * 37 % 101;
            list.insert(list.partition_point(|y| *y <= x), x);
            if list.len() >= 8 {
                keep_latest(&mut list, 4);
            }
            all.push(x);
            all.sort_unstable();
            assert_eq!(latest(&list, 4), latest(&all, 4), "{i}");
        }
    }
}

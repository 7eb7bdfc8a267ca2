//! What was concluded of the shopper at a time and holds for a while: rule tags, the stage that was told last, what was granted and declined, and how often
//! offers were shown in the latest days.

use super::portrait::Portrait;
use super::week;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::time::{DAY, Millis};

/// Conclusions remembered.
pub(super) const NOTES: usize = 128;

/// Days of which showings are counted.
const WEEK: i64 = 7;

/// Stages there may be.
const STAGES: u64 = 8;

/// Showings at which what shoppers answered is halved.
pub const MOST_ANSWERS: u32 = 250;

/// How long answers are remembered.
const ANSWERS_LAST: i64 = 180 * DAY;

/// How often something was shown, and how often it was chosen of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Showings.
    pub shown: u32,
    /// Of them, chosen.
    pub chosen: u32,
}

/// Both counts in a note; no more chosen than shown, whatever stands there.
fn tally(n: &Note) -> Tally {
    let shown = (n.since.0 as u32 & 0xFFFF).min(MOST_ANSWERS);
    Tally { shown, chosen: ((n.since.0 >> 16) as u32 & 0xFFFF).min(shown) }
}

/// A conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Note {
    /// What it is called.
    pub key: Key,
    /// When it was drawn first, without a break.
    pub since: Millis,
    /// Until when it holds.
    pub until: Millis,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn plus(self, more: Tally) -> Tally {
        Tally { shown: self.shown + more.shown, chosen: self.chosen + more.chosen }
    }

    /// The share that was chosen, in 1/65,536.
    pub fn rate(self) -> u32 {
        (self.chosen << 16).checked_div(self.shown).unwrap_or(0)
    }
}

impl Portrait {
    /// The place of a note; where there is none, that of a new one, for which one goes that runs out first where there are 128.
    #[inline(never)]
    pub(super) fn note_of(&mut self, new: Note) -> Option<&mut Note> {
        let found = self.notes.iter().position(|n| n.key == new.key);
        if found.is_none() {
            super::history::evict(&mut self.notes, NOTES - 1, |n| (n.until, n.key));
        }
        let i = found.unwrap_or_else(|| {
            let i = self.notes.partition_point(|n| n.key < new.key);
            self.notes.insert(i, new);
            i
        });
        self.notes.get_mut(i)
    }

    /// Notes that a conclusion holds until a time. One that still holds keeps its beginning; one that has run out begins anew. At most 128 are kept; those that
    /// run out first go first.
    pub fn note(&mut self, _: &Personalize, key: Key, now: Millis, until: Millis) {
        if let Some(n) = self.note_of(Note { key, since: now, until }) {
            if n.until < now {
                n.since = now;
            }
            n.until = until;
        }
    }

    /// What another page of the same shopper concluded too: of each the one that holds longer, of equals the one that counts more. The stage that was told is
    /// one for all, and what a week held follows from its events.
    pub(super) fn join_notes(&mut self, other: &Portrait) {
        for theirs in other.notes.iter().filter(|n| n.key.0 >= week::END) {
            if let Some(mine) = self.note_of(*theirs) {
                *mine = Note { since: later(mine, theirs), until: theirs.until.max(mine.until), key: mine.key };
            }
        }
    }

    /// A conclusion no longer holds.
    pub fn unnote(&mut self, _: &Personalize, key: Key) {
        self.notes.retain(|n| n.key != key);
    }

    /// The conclusion with this key, where it holds.
    pub fn noted(&self, _: &Personalize, key: Key, now: Millis) -> Option<Note> {
        let i = self.notes.binary_search_by_key(&key, |n| n.key).ok()?;
        self.notes.get(i).copied().filter(|n| n.until >= now)
    }

    /// The stage that was told last, by its number, and when: a note under that number, which no name's key is.
    pub fn told(&self, _: &Personalize) -> Option<(Millis, u8)> {
        self.notes.first().filter(|n| n.key.0 < STAGES).map(|n| (n.since, n.key.0 as u8))
    }

    /// A stage is told, in place of the one before.
    pub fn tell(&mut self, allowed: &Personalize, at: Millis, stage: u8) {
        if self.told(allowed).is_some() {
            self.notes.remove(0);
        }
        self.note(allowed, Key(u64::from(stage) % STAGES), at, Millis(i64::MAX));
    }

    /// An offer was shown on a local day, or `chosen`, which needs that it was shown. Seven days are counted, a byte each, the latest one lowest: they stand
    /// where a conclusion has its beginning, and the day after the seventh is its end. What comes late counts on the latest day.
    pub fn show(&mut self, _: &Personalize, key: Key, day: i64, chosen: bool) {
        let until = end(day);
        let Some(n) = self.note_of(Note { key, since: Millis(0), until }) else { return };
        let ahead = days(until, n.until);
        if ahead > 0 {
            *n = Note { key, since: Millis(shifted(n.since, ahead)), until };
        }
        let most = if chosen { 1 } else { 255 };
        n.since.0 += i64::from(n.since.0 & 255 < most);
    }

    /// What was shown under an arm was `chosen`, or it was shown. Both counts are halved where the showings are [`MOST_ANSWERS`], so that what is old
    /// weighs less; they stand where a conclusion has its beginning, and half a year without an answer is their end.
    pub fn answer(&mut self, _: &Personalize, arm: Key, at: Millis, chosen: bool) {
        let until = at.plus(ANSWERS_LAST);
        let Some(n) = self.note_of(Note { key: arm, since: Millis(0), until }) else { return };
        let mut seen = if n.until < at { Tally::default() } else { tally(n) };
        // What is chosen was shown.
        if chosen && seen.chosen < MOST_ANSWERS {
            seen.chosen += 1;
        }
        if !chosen || seen.shown < seen.chosen {
            seen.shown += 1;
        }
        if seen.shown >= MOST_ANSWERS {
            seen = Tally { shown: seen.shown / 2, chosen: seen.chosen / 2 };
        }
        n.since = Millis(i64::from(seen.chosen << 16 | seen.shown));
        n.until = n.until.max(until);
    }

    /// How often what stands under an arm was shown, and how often it was chosen.
    pub fn answers(&self, allowed: &Personalize, arm: Key, now: Millis) -> Tally {
        self.noted(allowed, arm, now).as_ref().map(tally).unwrap_or_default()
    }

    /// How often an offer was shown on a local day, and in the seven days that end with it.
    pub fn shown(&self, allowed: &Personalize, key: Key, day: i64) -> [u32; 2] {
        [self.shown_within(allowed, key, day, 1), self.shown_within(allowed, key, day, WEEK)]
    }

    /// How often it was in so many days, seven at most, that end with a local day.
    pub fn shown_within(&self, _: &Personalize, key: Key, day: i64, days_back: i64) -> u32 {
        let Ok(i) = self.notes.binary_search_by_key(&key, |n| n.key) else { return 0 };
        let ahead = days(end(day), self.notes[i].until);
        let mut counts = if ahead < 0 { 0 } else { shifted(self.notes[i].since, ahead) };
        let mut shown = 0;
        for _ in 0..days_back {
            shown += (counts & 255) as u32;
            counts >>= 8;
        }
        shown
    }
}

/// The beginning of the one of two notes that holds longer; of equals the later one, which of counts is no smaller.
fn later(a: &Note, b: &Note) -> Millis {
    let of = |n: &Note| (n.until, n.since);
    of(a).max(of(b)).1
}

/// Counts of seven days, so many days later.
fn shifted(counts: Millis, days: i64) -> i64 {
    counts.0 << (8 * days.min(WEEK)) & ((1 << 56) - 1)
}

/// When the showings of a day no longer count.
fn end(day: i64) -> Millis {
    Millis(day.saturating_add(WEEK).saturating_mul(DAY))
}

/// Days from `earlier` to `at`.
fn days(at: Millis, earlier: Millis) -> i64 {
    at.since(earlier) / DAY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::consent::Consent;
    use crate::profile::ProfileConfig;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn showings_are_counted_by_day_and_leave_after_seven() {
        let allowed = Consent::all().may_personalize().expect("granted");
        let mut p = Portrait::new(ProfileConfig::default());
        let key = Key(99);
        for day in [20_000, 20_000, 20_003, 20_003, 20_001] {
            p.show(&allowed, key, day, false);
        }
        p.show(&allowed, key, 20_003, true);
        p.show(&allowed, key, 20_004, true);
        p.show(&allowed, key, 20_004, true);
        let mut p = Portrait::restore(ProfileConfig::default(), &p.snapshot()).expect("a snapshot");
        let of = |p: &Portrait, day| p.shown(&allowed, key, day);
        // What came late counts on the latest day, and one that was chosen was shown.
        assert_eq!([of(&p, 20_003), of(&p, 20_004), of(&p, 20_006)], [[0, 0], [1, 6], [0, 6]]);
        assert_eq!([of(&p, 20_007), of(&p, 20_009), of(&p, 20_010), of(&p, 20_011)], [[0, 4], [0, 4], [0, 1], [0, 0]]);
        assert_eq!([p.shown(&allowed, Key(98), 20_004), of(&p, i64::MAX), of(&p, i64::MIN)], [[0, 0]; 3]);
        (0..1_000).for_each(|_| p.show(&allowed, key, 20_004, false));
        assert_eq!(p.shown(&allowed, key, 20_004), [255, 255 + 5], "a byte is full");
        (0..500).for_each(|i| p.show(&allowed, Key(1_000 + i), 20_005, false));
        assert_eq!(p.shown(&allowed, Key(1_499), 20_005), [1, 1]);
        assert_eq!(p.shown(&allowed, key, 20_005), [0, 0], "there is room for 128, the latest days' stay");
        p.show(&allowed, Key(7_777), i64::MAX, false);
        p.show(&allowed, Key(7_777), i64::MIN, false);
        p.show(&allowed, Key(7_778), i64::MIN, false);
        p.show(&allowed, Key(7_778), i64::MAX, false);
        assert_eq!(p.notes.len(), NOTES);
    }
    #[test]
    fn answers_are_counted_halved_and_forgotten_after_half_a_year() {
        let allowed = Consent::all().may_personalize().expect("granted");
        let mut p = Portrait::new(ProfileConfig::default());
        let (arm, at) = (Key(99), Millis(20_000 * DAY));
        assert_eq!(p.answers(&allowed, arm, at), Tally::default());
        for chosen in [false, true, false, true, true] {
            p.answer(&allowed, arm, at, chosen);
        }
        let mut p = Portrait::restore(ProfileConfig::default(), &p.snapshot()).expect("a snapshot");
        assert_eq!(p.answers(&allowed, arm, at), Tally { shown: 3, chosen: 3 }, "what is chosen was shown");
        (0..246).for_each(|_| p.answer(&allowed, arm, at, false));
        assert_eq!(p.answers(&allowed, arm, at), Tally { shown: 249, chosen: 3 });
        p.answer(&allowed, arm, at, false);
        assert_eq!(p.answers(&allowed, arm, at), Tally { shown: 125, chosen: 1 });
        (0..600).for_each(|_| p.answer(&allowed, Key(98), at, true));
        assert_eq!(p.answers(&allowed, Key(98), at).rate(), 1 << 16);
        let late = at.plus(ANSWERS_LAST);
        assert_eq!(p.answers(&allowed, arm, late).shown, 125);
        assert_eq!(p.answers(&allowed, arm, late.plus(1)), Tally::default());
        p.answer(&allowed, arm, late.plus(1), false);
        assert_eq!(p.answers(&allowed, arm, late.plus(1)), Tally { shown: 1, chosen: 0 });
    }
    #[test]
    fn of_two_pages_the_longer_conclusion_counts_and_one_stage_is_told() {
        let allowed = Consent::all().may_personalize().expect("granted");
        let at = Millis(20_000 * DAY);
        let page = |stage: u8, mine: u64, until: i64, shown: u32| {
            let mut p = Portrait::new(ProfileConfig::default());
            p.tell(&allowed, at, stage);
            p.note(&allowed, Key(mine), at, at.plus(DAY));
            p.note(&allowed, Key(900), at, at.plus(until * DAY));
            (0..shown).for_each(|_| p.answer(&allowed, Key(901), at, false));
            p
        };
        for (a, b) in [((2, 800, 3, 4), (1, 801, 9, 7)), ((1, 801, 9, 7), (2, 800, 3, 4))] {
            let of = |(stage, mine, until, shown)| page(stage, mine, until, shown);
            let (mut joined, other) = (of(a), of(b));
            joined.join(&allowed, &other, at);
            assert_eq!(joined.told(&allowed), Some((at, a.0)), "its own");
            assert_eq!(joined.notes.iter().filter(|n| n.key.0 < week::END).count(), 1);
            assert!([800, 801].iter().all(|key| joined.noted(&allowed, Key(*key), at).is_some()));
            assert_eq!(joined.noted(&allowed, Key(900), at).map(|n| n.until), Some(at.plus(9 * DAY)));
            assert_eq!(joined.answers(&allowed, Key(901), at).shown, 7);
            assert!(joined.notes.is_sorted_by_key(|n| n.key));
        }
    }
}

//! A portrait as bytes and back: what the host keeps between visits, and what brings a shelf back after a trap.

use super::attribute::Source;
use super::declared::{DECLARED, DECLARED_ONCE, once};
use super::dimension::Dimension;
use super::hidden::HIDDEN;
use super::history::{CATEGORIES, Count, DAYS, Days, History, OPINIONS, PRODUCTS};
use super::notes::NOTES;
use super::orders::{ORDERS, REFUNDS, Sums};
use super::portrait::{Affinities, BOUGHT, DISLIKED, IDS, LANDINGS, LEDGER, PENDING, Pending, Portrait, ROOM};
use super::tape::Tape;
use super::unplaced::UNPLACED;
use super::visit::{MARKS, keep_latest};
use super::visits::{CART, CHANNELS, OpenVisit, PATH, Stage, Visits};
use super::{Affinity, ProfileConfig, snapshot_v1};
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::event::{CONTENT_KINDS, Detail, EventKind, clean::MAX_ITEMS};
use crate::id::{Key, hash};
use crate::money::Minor;
use crate::time::Millis;
use alloc::vec::Vec;

/// The snapshot format this build writes and the newest it reads.
const SNAPSHOT: u16 = 6;
/// Before events were remembered of whose products nothing was known: the same description without them.
const BEFORE_UNPLACED: u16 = 5;
/// Before there was a record of landings: the same description without it.
const BEFORE_LANDINGS: u16 = 4;
/// Before there was a ledger of membership: the same description without it.
const BEFORE_LEDGER: u16 = 3;
/// Before there were attributes and counts of the satisfied: the same description without them.
const BEFORE_ATTRIBUTES: u16 = 2;
/// The oldest it reads.
const OLDEST: u16 = 1;

pub(super) const NEVER: i64 = i64::MIN;

impl Portrait {
    /// The portrait as bytes: a version, the state, and an XXH64 over both.
    pub fn snapshot(&mut self) -> Vec<u8> {
        let mut bytes = SNAPSHOT.to_le_bytes().to_vec();
        bytes.extend_from_slice(&Tape::written(|t| state(t, self, SNAPSHOT)));
        let sum = hash(0, &bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The portrait in `bytes`, under the pack's settings. A half-life that changed restarts that affinity's decay from
    /// its present values.
    ///
    /// # Errors
    ///
    /// `bad_snapshot` when the bytes are cut, changed, or of a newer version.
    pub fn restore(config: ProfileConfig, bytes: &[u8]) -> Result<Portrait> {
        let bad = |what: &'static str| Error::new(Code::BadSnapshot, what);
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or_else(|| bad("it is too short."))?;
        if u64::from_le_bytes(*sum) != hash(0, body) {
            return Err(bad("it was cut or changed."));
        }
        let mut r = Reader::new(body);
        let read = match r.u16() {
            OLDEST => snapshot_v1::read(config, &mut r),
            version @ BEFORE_ATTRIBUTES..=SNAPSHOT => read(config, &mut r, version),
            _ => return Err(bad("it is of another version.")),
        };
        read.map_err(|_| bad("it ends early or holds what no portrait holds."))
    }
}

fn read(config: ProfileConfig, r: &mut Reader<'_>, version: u16) -> core::result::Result<Portrait, Malformed> {
    let mut p = Portrait::new(config);
    Tape::read(r, |t| state(t, &mut p, version))?;
    r.end()?;
    p.sift_all();
    keeps_order(&p).then_some(p).ok_or(Malformed)
}

/// True when what is walked through in order is in order. What is only searched by halves finds nothing where it is not.
pub(super) fn keeps_order(p: &Portrait) -> bool {
    p.pending.is_sorted_by_key(|x| (x.at, x.order, x.id))
        && p.ids.is_sorted()
        && p.disliked.is_sorted()
        && p.bought.is_sorted()
        && p.unplaced.is_sorted()
        && p.settled.iter().all(|a| a.traits.is_sorted_by_key(|t| t.key))
}

/// Another half-life than the kept one: the same point in time, told in the new unit, with the values as they stand.
pub(super) fn rebase(a: &mut Affinity, half_life: i64, landmark: i64, r: &mut Reader<'_>) {
    let same_time = i128::from(landmark) * i128::from(half_life.max(1)) / i128::from(a.half_life);
    a.landmark = if half_life == a.half_life { landmark } else { r.some(i64::try_from(same_time).ok()) };
}

// One description of what is kept, run to write and to read.

fn state(t: &mut Tape<'_, '_>, p: &mut Portrait, version: u16) {
    keep_latest(&mut p.ids, IDS);
    let mut newest = p.newest.map_or(NEVER, |t| t.0);
    t.signed(&mut newest);
    p.newest = Some(newest).filter(|n| *n != NEVER).map(Millis);
    t.base = p.newest.unwrap_or_default();
    t.num(&mut p.order);
    t.small(&mut p.events);
    t.small(&mut p.sessions);
    affinities(t, &mut p.settled, version);
    t.list(&mut p.pending, PENDING, pending);
    t.list(&mut p.trail.marks, MARKS, |t, m| {
        t.time(&mut m.at);
        t.num(&mut m.order);
        kind(t, &mut m.kind);
        t.key(&mut m.key);
    });
    for (list, room) in [(&mut p.ids, IDS), (&mut p.disliked, DISLIKED), (&mut p.bought, BOUGHT)] {
        dated(t, list, room);
    }
    if version == BEFORE_ATTRIBUTES {
        let mut answers = Vec::new();
        dated(t, &mut answers, DECLARED_ONCE);
        p.declared = once(&answers);
    }
    history(t, &mut p.history);
    t.list(&mut p.hidden, HIDDEN, |t, h| {
        // Those that may come again have numbers of their own.
        let mut n = h.dimension as u8 + if h.allowed { Dimension::COUNT as u8 } else { 0 };
        t.byte(&mut n, 2 * Dimension::COUNT);
        h.dimension = Dimension::ALL[usize::from(n) % Dimension::COUNT];
        h.allowed = usize::from(n) >= Dimension::COUNT;
        t.key(&mut h.key);
        t.time(&mut h.until);
        t.flag(&mut h.blocked);
    });
    t.list(&mut p.notes, NOTES, |t, n| {
        t.key(&mut n.key);
        t.span(&mut n.since, &mut n.until);
    });
    if version == BEFORE_ATTRIBUTES {
        return;
    }
    t.list(&mut p.declared, DECLARED, |t, d| {
        t.key(&mut d.attribute);
        let mut value = Key(d.value);
        t.key(&mut value);
        d.value = value.0;
        t.span(&mut d.at, &mut d.until);
        let mut source = d.source as u8;
        t.byte(&mut source, Source::COUNT);
        d.source = Source::ALL[usize::from(source)];
        t.byte(&mut d.confidence, 101);
        t.flag(&mut d.sensitive);
    });
    t.small(&mut p.history.rated);
    t.small(&mut p.history.satisfied);
    if version > BEFORE_LEDGER {
        t.blob(&mut p.ledger, LEDGER);
    }
    if version > BEFORE_LANDINGS {
        t.blob(&mut p.landings, LANDINGS);
    }
    if version > BEFORE_UNPLACED {
        t.list(&mut p.unplaced, UNPLACED, |t, u| {
            t.time(&mut u.at);
            t.key(&mut u.product);
            kind(t, &mut u.kind);
            t.flag(&mut u.priced);
        });
    }
}

fn affinities(t: &mut Tape<'_, '_>, all: &mut Affinities, version: u16) {
    for (a, room) in all.iter_mut().zip(ROOM) {
        let (mut half_life, mut landmark) = (a.half_life, a.landmark);
        t.signed(&mut half_life);
        t.signed(&mut landmark);
        t.list(&mut a.traits, room, |t, x| {
            t.key(&mut x.key);
            t.wide(&mut x.value);
            t.small(&mut x.events);
            t.span(&mut x.first, &mut x.last);
            if version != BEFORE_ATTRIBUTES {
                t.num(&mut x.kinds);
            }
        });
        if let Some(r) = t.reader() {
            rebase(a, half_life, landmark, r);
        }
    }
}

fn pending(t: &mut Tape<'_, '_>, p: &mut Pending) {
    t.time(&mut p.at);
    t.num(&mut p.order);
    t.key(&mut p.id);
    kind(t, &mut p.kind);
    t.flag(&mut p.elsewhere);
    t.list(&mut p.facts, MAX_ITEMS, |t, f| {
        t.key(&mut f.product);
        [&mut f.category, &mut f.brand, &mut f.band].into_iter().for_each(|k| t.option(k, Tape::key));
        f.tags.iter_mut().for_each(|k| t.option(k, Tape::key));
    });
    let plain = p.detail == Detail { zone: p.detail.zone, ..Detail::default() };
    let mut zone = i64::from(p.detail.zone);
    t.signed(&mut zone);
    p.detail.zone = zone as i16;
    let mut told = !plain;
    t.flag(&mut told);
    if told {
        detail(t, &mut p.detail);
    }
}

fn detail(t: &mut Tape<'_, '_>, d: &mut Detail) {
    for amount in [&mut d.value, &mut d.discount] {
        t.option(amount, |t, m: &mut Minor| t.signed(&mut m.0));
    }
    t.small(&mut d.units);
    t.option(&mut d.score, |t, s: &mut i8| t.tiny(s));
    t.small(&mut d.seconds);
    t.option(&mut d.channel, Tape::key);
    t.option(&mut d.content, |t, c: &mut u8| t.byte(c, CONTENT_KINDS.len()));
    t.option(&mut d.order, Tape::key);
    t.flag(&mut d.resolved);
}

fn kind(t: &mut Tape<'_, '_>, kind: &mut EventKind) {
    let mut n = *kind as u8;
    t.byte(&mut n, EventKind::COUNT);
    *kind = EventKind::ALL[usize::from(n)];
}

fn dated(t: &mut Tape<'_, '_>, list: &mut Vec<(Millis, Key)>, room: usize) {
    t.list(list, room, |t, (at, key)| {
        t.time(at);
        t.key(key);
    });
}

fn count(t: &mut Tape<'_, '_>, c: &mut Count) {
    t.small(&mut c.n);
    if c.n > 0 {
        t.span(&mut c.first, &mut c.last);
    }
}

fn history(t: &mut Tape<'_, '_>, h: &mut History) {
    // Kinds that came later are appended: a reader of before does not know this version.
    h.kinds.iter_mut().for_each(|c| count(t, c));
    t.list(&mut h.orders.recent, ORDERS, |t, o| {
        t.time(&mut o.at);
        t.key(&mut o.id);
        t.signed(&mut o.day);
        t.option(&mut o.value, Tape::signed);
        t.option(&mut o.discount, Tape::signed);
        t.small(&mut o.units);
    });
    sums(t, &mut h.orders.older);
    t.list(&mut h.orders.refunds, REFUNDS, |t, r| {
        t.time(&mut r.at);
        t.key(&mut r.id);
        t.option(&mut r.order, Tape::key);
        t.option(&mut r.value, Tape::signed);
    });
    for (list, room) in [(&mut h.categories, CATEGORIES), (&mut h.products, PRODUCTS), (&mut h.pairs, PRODUCTS)] {
        t.list(list, room, |t, r| {
            t.key(&mut r.key);
            count(t, &mut r.orders);
        });
    }
    t.list(&mut h.opinions, OPINIONS, |t, o| {
        t.key(&mut o.category);
        t.signed(&mut o.sum);
        count(t, &mut o.count);
    });
    t.option(&mut h.nps, |t, (at, score)| {
        t.time(at);
        t.tiny(score);
    });
    t.option(&mut h.appeased, Tape::time);
    t.num(&mut h.seconds);
    days(t, &mut h.days);
    visits(t, &mut h.visits);
}

fn sums(t: &mut Tape<'_, '_>, s: &mut Sums) {
    [&mut s.orders, &mut s.days, &mut s.discounted, &mut s.valued].into_iter().for_each(|n| t.small(n));
    [&mut s.first_day, &mut s.last_day, &mut s.value, &mut s.first_day_value, &mut s.discount]
        .into_iter()
        .for_each(|n| t.signed(n));
    t.span(&mut s.first, &mut s.last);
    t.num(&mut s.units);
}

fn days(t: &mut Tape<'_, '_>, d: &mut Days) {
    t.signed(&mut d.newest);
    t.list(&mut d.counts, DAYS, |t, day| {
        for n in day {
            let mut wide = u64::from(*n);
            t.num(&mut wide);
            *n = wide as u16;
        }
    });
}

fn visits(t: &mut Tape<'_, '_>, v: &mut Visits) {
    v.ended.iter_mut().for_each(|n| t.small(n));
    t.num(&mut v.millis);
    t.num(&mut v.steps);
    t.small(&mut v.single);
    t.time(&mut v.first);
    t.option(&mut v.open, |t, o: &mut OpenVisit| {
        t.span(&mut o.start, &mut o.last);
        t.small(&mut o.steps);
        t.small(&mut o.events);
        let mut stage = o.stage as u8;
        t.byte(&mut stage, Stage::ALL.len());
        o.stage = Stage::ALL[usize::from(stage)];
        t.option(&mut o.channel, Tape::key);
    });
    t.list(&mut v.channels, CHANNELS, |t, c| {
        t.key(&mut c.key);
        t.time(&mut c.last);
        [&mut c.visits, &mut c.first_touch, &mut c.last_touch].into_iter().for_each(|n| t.small(n));
        t.num(&mut c.linear);
        t.signed(&mut c.linear_value);
    });
    dated(t, &mut v.path, PATH);
    dated(t, &mut v.cart, CART);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::consent::Consent;
    use crate::profile::{Dimension, Facts, Step, TAGS};
    use crate::time::DAY;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn lived() -> Portrait {
        let ok = Consent::all().may_personalize().expect("granted");
        let mut p = Portrait::new(ProfileConfig::default());
        for i in 0..40_u64 {
            let facts = Facts {
                product: Key(i % 11),
                category: Some(Key(i % 3)),
                brand: None,
                band: Some(Key(i % 2)),
                tags: [None; TAGS],
                known: false,
            };
            let kind = if i % 13 == 0 { EventKind::SessionStart } else { EventKind::ViewItem };
            let facts = if kind == EventKind::SessionStart { vec![] } else { vec![facts] };
            p.take(
                &ok,
                Step { kind, at: Millis(i as i64 * DAY / 20), id: Some(Key(i)), facts, detail: Detail::default() },
            );
        }
        p
    }

    #[test]
    fn a_portrait_survives_its_snapshot_byte_for_byte() {
        let mut p = lived();
        let bytes = p.snapshot();
        let mut back = Portrait::restore(ProfileConfig::default(), &bytes).expect("a snapshot");
        assert_eq!(back.snapshot(), bytes);
        assert_eq!((back.settled, back.pending, back.trail), (p.settled, p.pending, p.trail));
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let bytes = lived().snapshot();
        for cut in (0..bytes.len()).step_by(7) {
            assert_eq!(
                Portrait::restore(ProfileConfig::default(), &bytes[..cut]).expect_err("cut").code(),
                "bad_snapshot"
            );
        }
        for bit in (0..bytes.len() * 8).step_by(11) {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Portrait::restore(ProfileConfig::default(), &bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_snapshot_with_a_sound_sum_and_senseless_content_is_refused_not_trusted() {
        for byte in 0..255_u8 {
            let mut body = vec![byte; 200];
            body[..2].copy_from_slice(&SNAPSHOT.to_le_bytes());
            let sum = hash(0, &body);
            body.extend_from_slice(&sum.to_le_bytes());
            // All zeros past the version is 200 bytes of an empty portrait and a tail, so nothing may be accepted.
            assert!(Portrait::restore(ProfileConfig::default(), &body).is_err(), "{byte}");
        }
    }

    #[test]
    fn another_half_life_keeps_the_order_of_tastes() {
        let ok = Consent::all().may_personalize().expect("granted");
        let mut config = ProfileConfig::default();
        let mut p = lived();
        let before = p.view(&ok).affinity(Dimension::Item).strongest(1)[0].key;
        config.half_life = [60 * DAY; Dimension::COUNT];
        let mut back = Portrait::restore(config, &p.snapshot()).expect("a snapshot");
        assert_eq!(back.settled[0].strongest(1)[0].key, p.settled[0].strongest(1)[0].key);
        assert!(back.view(&ok).affinity(Dimension::Item).get(before).is_some());
    }
}

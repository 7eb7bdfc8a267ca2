//! Snapshots of version 1: what was kept before there were orders, visits and opinions. Read only.

use super::declared::{DECLARED_ONCE, once};
use super::portrait::{BOUGHT, DISLIKED, Facts, IDS, Pending, Portrait, ROOM, TAGS};
use super::snapshot::{NEVER, keeps_order, rebase};
use super::visit::{Mark, Trail};
use super::{Affinity, ProfileConfig, Trait};
use crate::codec::{Malformed, Reader};
use crate::event::{Detail, EventKind};
use crate::id::Key;
use crate::time::Millis;
use alloc::vec::Vec;

/// Items, categories, brands, price bands.
const DIMENSIONS: usize = 4;

pub(super) fn read(config: ProfileConfig, r: &mut Reader<'_>) -> core::result::Result<Portrait, Malformed> {
    let mut p = Portrait::new(config);
    p.order = r.u64();
    p.newest = Some(r.i64()).filter(|t| *t != NEVER).map(Millis);
    p.events = r.u32();
    p.sessions = r.u32();
    for (a, room) in p.settled.iter_mut().zip(ROOM).take(DIMENSIONS) {
        read_affinity(a, room, r);
    }
    for _ in 0..r.count(29) {
        let (at, order, id) = (Millis(r.i64()), r.u64(), Key(r.u64()));
        let kind = read_kind(r);
        let mut facts = Vec::new();
        for _ in 0..r.count(9) {
            let product = Key(r.u64());
            let present = r.u8();
            let mut other = |bit: u8| (present & (1 << bit) != 0).then(|| Key(r.u64()));
            facts.push(Facts {
                product,
                category: other(0),
                brand: other(1),
                band: other(2),
                tags: [None; TAGS],
                known: false,
            });
        }
        p.pending.push(Pending { at, order, id, kind, facts, detail: Detail::default(), elsewhere: false });
    }
    let mut trail = Trail::default();
    for _ in 0..r.count(25) {
        let (at, order) = (Millis(r.i64()), r.u64());
        let kind = read_kind(r);
        trail.add(Mark { at, order, kind, key: Key(r.u64()) });
    }
    p.trail = trail;
    let mut declared = Vec::new();
    let lists =
        [(&mut p.ids, IDS), (&mut p.disliked, DISLIKED), (&mut p.bought, BOUGHT), (&mut declared, DECLARED_ONCE)];
    for (i, (list, room)) in lists.into_iter().enumerate() {
        if i > 1 && r.left() == 0 {
            break;
        }
        for _ in 0..count(r, 16, room) {
            list.push((Millis(r.i64()), Key(r.u64())));
        }
    }
    r.end()?;
    p.declared = once(&declared);
    p.sift_all();
    keeps_order(&p).then_some(p).ok_or(Malformed)
}

/// A list's length, of at most `room` elements of `least` bytes.
fn count(r: &mut Reader<'_>, least: usize, room: usize) -> usize {
    let n = r.count(least);
    r.some(Some(n).filter(|n| *n <= room))
}

fn read_kind(r: &mut Reader<'_>) -> EventKind {
    EventKind::ALL.get(usize::from(r.u8())).copied().unwrap_or_else(|| {
        r.fail();
        EventKind::SessionStart
    })
}

fn read_affinity(a: &mut Affinity, room: usize, r: &mut Reader<'_>) {
    let (half_life, landmark) = (r.i64(), r.i64());
    if half_life < 1 {
        r.fail();
    }
    for _ in 0..count(r, 44, room) {
        let key = Key(r.u64());
        let value = u128::from(r.u64()) | u128::from(r.u64()) << 64;
        let (events, first, last) = (r.u32(), Millis(r.i64()), Millis(r.i64()));
        a.traits.push(Trait { key, value, events, first, last, kinds: 0 });
    }
    rebase(a, half_life, landmark, r);
}

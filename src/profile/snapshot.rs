//! A portrait as bytes and back: what the host keeps between visits, and what brings a shelf back after a trap.

use super::portrait::{BOUGHT, DECLARED, DISLIKED, Facts, IDS, Pending, Portrait, ROOM};
use super::visit::{Mark, Trail};
use super::{Affinity, ProfileConfig, Trait};
use crate::codec::{Malformed, Reader, Writer};
use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use crate::id::{Key, hash};
use crate::time::Millis;
use alloc::vec::Vec;

/// The snapshot format this build writes and the newest it reads.
const SNAPSHOT: u16 = 1;

const NEVER: i64 = i64::MIN;

impl Portrait {
    /// The portrait as bytes: a version, the state, and an XXH64 over both.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u16(SNAPSHOT);
        w.u64(self.order);
        w.i64(self.newest.map_or(NEVER, |t| t.0));
        w.u32(self.events);
        w.u32(self.sessions);
        for a in &self.settled {
            w.i64(a.half_life);
            w.i64(a.landmark);
            w.count(a.traits.len());
            for t in &a.traits {
                w.u64(t.key.0);
                w.u64(t.value as u64);
                w.u64((t.value >> 64) as u64);
                w.u32(t.events);
                w.i64(t.first.0);
                w.i64(t.last.0);
            }
        }
        w.count(self.pending.len());
        for p in &self.pending {
            w.i64(p.at.0);
            w.u64(p.order);
            w.u64(p.id.0);
            w.u8(p.kind as u8);
            w.count(p.facts.len());
            for f in &p.facts {
                w.u64(f.product.0);
                let others = [f.category, f.brand, f.band];
                let present = others.iter().enumerate().map(|(i, o)| u8::from(o.is_some()) << i).sum::<u8>();
                w.u8(present);
                others.into_iter().flatten().for_each(|k| w.u64(k.0));
            }
        }
        w.count(self.trail.marks.len());
        for m in &self.trail.marks {
            w.i64(m.at.0);
            w.u64(m.order);
            w.u8(m.kind as u8);
            w.u64(m.key.0);
        }
        // What nothing was bought or declared in ends here, as all did before that was remembered.
        let lists = [&self.ids, &self.disliked, &self.bought, &self.declared];
        let used = if !self.declared.is_empty() { 4 } else { 2 + usize::from(!self.bought.is_empty()) };
        for list in &lists[..used] {
            w.count(list.len());
            for (at, key) in *list {
                w.i64(at.0);
                w.u64(key.0);
            }
        }
        let mut bytes = w.finish();
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
        if r.u16() != SNAPSHOT {
            return Err(bad("it is of another version."));
        }
        read(config, &mut r).map_err(|_| bad("it ends early or holds what no portrait holds."))
    }
}

fn read(config: ProfileConfig, r: &mut Reader<'_>) -> core::result::Result<Portrait, Malformed> {
    let mut p = Portrait::new(config);
    p.order = r.u64();
    p.newest = Some(r.i64()).filter(|t| *t != NEVER).map(Millis);
    p.events = r.u32();
    p.sessions = r.u32();
    for (a, room) in p.settled.iter_mut().zip(ROOM) {
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
            facts.push(Facts { product, category: other(0), brand: other(1), band: other(2) });
        }
        p.pending.push(Pending { at, order, id, kind, facts });
    }
    let mut trail = Trail::default();
    for _ in 0..r.count(25) {
        let (at, order) = (Millis(r.i64()), r.u64());
        let kind = read_kind(r);
        trail.add(Mark { at, order, kind, key: Key(r.u64()) });
    }
    p.trail = trail;
    let lists = [(&mut p.ids, IDS), (&mut p.disliked, DISLIKED), (&mut p.bought, BOUGHT), (&mut p.declared, DECLARED)];
    for (i, (list, room)) in lists.into_iter().enumerate() {
        if i > 1 && r.left() == 0 {
            break;
        }
        for _ in 0..count(r, 16, room) {
            list.push((Millis(r.i64()), Key(r.u64())));
        }
    }
    r.end()?;
    let sorted = p.pending.is_sorted_by_key(|x| (x.at, x.order, x.id))
        && p.ids.is_sorted()
        && p.disliked.is_sorted()
        && p.bought.is_sorted()
        && p.settled.iter().all(|a| a.traits.is_sorted_by_key(|t| t.key));
    if sorted { Ok(p) } else { Err(Malformed) }
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
        a.traits.push(Trait { key, value, events, first, last });
    }
    // Another half-life: the same point in time, told in the new unit, with the values as they stand.
    let same_time = i128::from(landmark) * i128::from(half_life) / i128::from(a.half_life);
    a.landmark = if half_life == a.half_life { landmark } else { r.some(i64::try_from(same_time).ok()) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::consent::Consent;
    use crate::profile::{Dimension, Step};
    use crate::time::DAY;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn lived() -> Portrait {
        let ok = Consent::all().may_personalize().expect("granted");
        let mut p = Portrait::new(ProfileConfig::default());
        for i in 0..40_u64 {
            let facts = Facts { product: Key(i % 11), category: Some(Key(i % 3)), brand: None, band: Some(Key(i % 2)) };
            let kind = if i % 13 == 0 { EventKind::SessionStart } else { EventKind::ViewItem };
            let facts = if kind == EventKind::SessionStart { vec![] } else { vec![facts] };
            p.take(&ok, Step { kind, at: Millis(i as i64 * DAY / 20), id: Some(Key(i)), facts });
        }
        p
    }

    #[test]
    fn a_portrait_survives_its_snapshot_byte_for_byte() {
        let p = lived();
        let bytes = p.snapshot();
        let back = Portrait::restore(ProfileConfig::default(), &bytes).expect("a snapshot");
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
        config.half_life = [60 * DAY; 4];
        let mut back = Portrait::restore(config, &p.snapshot()).expect("a snapshot");
        assert_eq!(back.settled[0].strongest(1)[0].key, p.settled[0].strongest(1)[0].key);
        assert!(back.view(&ok).affinity(Dimension::Item).get(before).is_some());
    }
}

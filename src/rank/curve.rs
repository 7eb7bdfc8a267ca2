//! How much evidence is worth: a rising line of straight pieces for each component, by the depth of the visit.
//!
//! An additive model of piecewise-linear functions (Hastie, Tibshirani, "Generalized Additive Models", 1990, with linear splines):
//! it bends where a weight cannot, and a score is still a sum of what each component says, so that its reasons add up exactly.

use super::component::{COMPONENTS, Component};
use crate::codec::{Malformed, Reader, Writer};
use alloc::vec;
use alloc::vec::Vec;

/// Depths of a visit: 0 or 1 step, 2, 3 or 4, 5 to 8, more.
pub const DEPTHS: usize = 5;
/// Ways to look at a component: against the largest among the candidates, and by itself.
pub const VIEWS: usize = 2;
/// Points of a curve after the one at 0, which is worth nothing.
pub const KNOTS: usize = 7;
/// Curves have this many points in all.
pub const POINTS: usize = DEPTHS * COMPONENTS * VIEWS * KNOTS;
/// The largest worth of a point: 16, in 1/65536.
pub const LARGEST: i32 = 1 << 20;

/// Where evidence stands on a curve: the knot before it (0: none), and how far it is to the next, in 1/65536.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The knot before.
    pub knot: usize,
    /// 0–65535; 65536 at the last knot.
    pub part: u32,
}

impl Place {
    /// The place of a share (0–65536) in a view. Knots stand at a half, a quarter … of 65536 in the first view, at a quarter, a
    /// sixteenth … in the second: shares by themselves are often small.
    #[inline(always)]
    pub fn of(share: u32, view: usize) -> Place {
        // Knot k stands at two to the power of `first + step * k`.
        let (step, knots) = (view as u32 + 1, KNOTS as u32);
        let first = 16 - step * knots;
        let share = share.min(65_536);
        let knot = ((share | 1).ilog2().saturating_sub(first) / step).min(knots - 1);
        // A piece is as long as a power of two, or three times as long where the knots are two powers apart. No division by what
        // is not known beforehand: this runs a thousand times and more for a shelf.
        let (low, length) =
            if knot == 0 { (0, first + step) } else { (1 << (first + step * knot), first + step * knot) };
        let part = (share - low) << (16 - length);
        Place { knot: knot as usize, part: if knot > 0 && view > 0 { part / 3 } else { part } }
    }
}

/// The depth of a visit with this many steps.
pub fn depth(steps: usize) -> usize {
    match steps {
        0 | 1 => 0,
        2 => 1,
        3 | 4 => 2,
        5..=8 => 3,
        _ => 4,
    }
}

/// A component's raw score by itself, as a share of what counts as all of it: 0–65536.
pub fn alone(component: Component, raw: u64) -> u32 {
    let shift = match component {
        // A table's weight with 8 more bits; a chance or a cosine is at most one.
        Component::Next | Component::NextVisit | Component::Together | Component::TogetherVisit => 8,
        Component::HistoryTogether | Component::Return | Component::Similar | Component::Linear => 8,
        // Four fresh looks are all that counts.
        Component::Again => 2,
        // A cosine of 2^24 for one.
        Component::Embedding => 8,
        Component::History
        | Component::Category
        | Component::Brand
        | Component::Popular
        | Component::Recent
        | Component::Price
        | Component::Scene
        | Component::Given
        | Component::Disliked => 0,
    };
    (raw >> shift).min(65_536) as u32
}

/// The curves of a blend, in 1/65536; none for a blend of plain weights.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Curves {
    points: Vec<i32>,
}

impl Curves {
    /// Curves from points, in the order depth, component, view, knot.
    pub fn new(points: Vec<i32>) -> Option<Curves> {
        (points.len() == POINTS).then_some(Curves { points })
    }

    /// True where plain weights rule.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Where a curve's points begin.
    pub fn start(depth: usize, component: Component, view: usize) -> usize {
        ((depth * COMPONENTS + component as usize) * VIEWS + view) * KNOTS
    }

    /// What evidence at a place is worth.
    #[inline(always)]
    pub fn worth(&self, depth: usize, component: Component, view: usize, place: Place) -> i64 {
        // The first knot's point is 0 and is not kept: each of the others stands one place before its number.
        let at = Curves::start(depth, component, view) + place.knot;
        let high = self.points.get(at).map_or(0, |y| i64::from(*y));
        let low = if place.knot == 0 { 0 } else { self.points.get(at - 1).map_or(0, |y| i64::from(*y)) };
        low + (((high - low) * i64::from(place.part)) >> 16)
    }

    /// Into the pack's record: for each curve the rises from point to point.
    pub fn write(&self, w: &mut Writer) {
        w.count(self.points.len());
        for curve in self.points.chunks(KNOTS) {
            let mut last = 0;
            for y in curve {
                w.i32(y - last);
                last = *y;
            }
        }
    }

    /// From the pack's record. Components the record does not know are worth nothing; those it alone knows are skipped.
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Curves, Malformed> {
        let n = r.count(4);
        if n == 0 {
            r.check()?;
            return Ok(Curves::default());
        }
        let components = n / (DEPTHS * VIEWS * KNOTS);
        if components == 0 || !n.is_multiple_of(DEPTHS * VIEWS * KNOTS) {
            return Err(Malformed);
        }
        let mut points = vec![0; POINTS];
        for curve in 0..n / KNOTS {
            let (place, view) = (curve / VIEWS, curve % VIEWS);
            let (depth, component) = (place / components, place % components);
            let mut last = 0_i32;
            for knot in 0..KNOTS {
                last = last.saturating_add(r.i32()).clamp(-LARGEST, LARGEST);
                if component < COMPONENTS {
                    points[((depth * COMPONENTS + component) * VIEWS + view) * KNOTS + knot] = last;
                }
            }
        }
        r.check()?;
        Ok(Curves { points })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_place_lies_between_two_knots() {
        assert_eq!(Place::of(0, 0), Place { knot: 0, part: 0 });
        assert_eq!(Place::of(512, 0), Place { knot: 0, part: 32_768 });
        assert_eq!(Place::of(1_024, 0), Place { knot: 1, part: 0 });
        assert_eq!(Place::of(49_152, 0), Place { knot: 6, part: 32_768 });
        assert_eq!(Place::of(65_536, 0), Place { knot: 6, part: 65_536 });
        assert_eq!(Place::of(u32::MAX, 1), Place { knot: 6, part: 65_536 });
        assert_eq!(Place::of(16, 1), Place { knot: 1, part: 0 });
    }

    #[test]
    fn a_place_is_how_far_a_share_is_from_one_knot_to_the_next() {
        for view in 0..VIEWS {
            let knot_at = |k: usize| if k == 0 { 0 } else { 65_536_u64 >> ((view + 1) * (KNOTS - k)) };
            for share in 0..=65_536 {
                let knot = (1..KNOTS).rev().find(|k| knot_at(*k) <= share).unwrap_or(0);
                let part = (share - knot_at(knot)) * 65_536 / (knot_at(knot + 1) - knot_at(knot));
                assert_eq!(Place::of(share as u32, view), Place { knot, part: part as u32 }, "{share} {view}");
            }
        }
    }

    #[test]
    fn curves_rise_where_their_points_do_and_survive_their_record() {
        let points: Vec<i32> = (0..POINTS as i32).map(|i| (i % KNOTS as i32) * 1_000 - 500).collect();
        let curves = Curves::new(points).expect("the right number");
        let worth = |share: u32| curves.worth(3, Component::Again, 1, Place::of(share, 1));
        assert_eq!((worth(0), worth(16), worth(65_536)), (0, -500, 5_500));
        assert!((17..=65_536).all(|s| worth(s) >= worth(s - 1)));
        let mut w = Writer::new();
        curves.write(&mut w);
        let bytes = w.finish();
        assert_eq!(Curves::read(&mut Reader::new(&bytes)), Ok(curves));
        assert_eq!(Curves::read(&mut Reader::new(&bytes[..bytes.len() - 1])), Err(Malformed));
        assert_eq!(Curves::read(&mut Reader::new(&[7, 0, 0, 0])), Err(Malformed));
    }

    #[test]
    fn packs_with_fewer_or_more_components_are_read() {
        for components in [1, COMPONENTS - 1, COMPONENTS, COMPONENTS + 3] {
            let mut w = Writer::new();
            w.count(DEPTHS * components * VIEWS * KNOTS);
            for curve in 0..DEPTHS * components * VIEWS {
                let first = curve as i32 + 1;
                w.i32(first);
                (1..KNOTS).for_each(|_| w.i32(0));
            }
            let curves = Curves::read(&mut Reader::new(&w.finish())).expect("another number of components");
            let full = Place { knot: KNOTS - 1, part: 65_536 };
            for (depth, component, view) in (0..DEPTHS)
                .flat_map(|d| Component::ALL.into_iter().flat_map(move |c| (0..VIEWS).map(move |v| (d, c, v))))
            {
                let c = component as usize;
                let written = ((depth * components + c) * VIEWS + view + 1) as i64;
                let expected = if c < components { written } else { 0 };
                assert_eq!(curves.worth(depth, component, view, full), expected, "{components}: {depth} {c} {view}");
            }
        }
        assert_eq!(Curves::new(vec![0; 3]), None);
    }
}

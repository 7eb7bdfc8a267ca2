//! A granting campaign: which coupon a device grants under a price of money, from a response table by segment
//! ([`manual/promotions.md`](crate::manual::promotions)).

use super::allocate::{Choice, choose};
use crate::codec::{Malformed, Reader, Writer};
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// Campaigns, segments and options of a record that are read.
const MOST: usize = 1000;

/// What a segment's shoppers may get, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// Who belongs to it, a condition as JSON; empty for everybody. The host asks it.
    pub when: String,
    /// The coupon of each option by its offer's id; empty for none.
    pub coupons: Vec<String>,
    /// What is expected of each.
    pub choices: Vec<Choice>,
}

/// A campaign that grants coupons.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// Its name.
    pub id: String,
    /// First instant, and the first one after it: what was granted is granted until then.
    pub window: [Millis; 2],
    /// The multiplier, in millionths of gain for each unit of cost.
    pub lambda_ppm: u64,
    /// The first instant at which the multiplier no longer holds: nothing more is granted.
    pub lambda_until: Millis,
    /// Devices begin one after the other over so many minutes from the first instant on.
    pub spread_minutes: u32,
    /// The first whose condition holds is a shopper's.
    pub segments: Vec<Segment>,
}

impl Grant {
    /// The coupon that a shopper of this segment gets, as the command line's allocation would choose; "" for none.
    ///
    /// # Example: dear money buys less
    ///
    /// ```
    /// use nearshelf::offer::allocate::Choice;
    /// use nearshelf::offer::grant::{Grant, Segment};
    /// let segment = Segment {
    ///     when: String::new(),
    ///     coupons: vec![String::new(), "c-20".into()],
    ///     choices: vec![Choice { gain: 0, cost: 0 }, Choice { gain: 50, cost: 20 }],
    /// };
    /// let mut grant = Grant { lambda_ppm: 2_000_000, segments: vec![segment], ..Grant::default() };
    /// assert_eq!((grant.chosen(0), grant.chosen(1)), ("c-20", ""));
    /// grant.lambda_ppm = 3_000_000;
    /// assert_eq!(grant.chosen(0), "");
    /// ```
    pub fn chosen(&self, segment: usize) -> &str {
        let Some(s) = self.segments.get(segment) else { return "" };
        s.coupons.get(choose(&s.choices, self.lambda_ppm)).map_or("", String::as_str)
    }

    /// When this device begins, which drew `draw` of 2^32.
    pub fn opens(&self, draw: u32) -> Millis {
        let spread = i64::from(self.spread_minutes) * crate::time::MINUTE;
        // At most 2^48 milliseconds, so the product fits in 128 bits and the quotient in 64.
        self.window[0].plus(((i128::from(spread) * i128::from(draw)) >> 32) as i64)
    }
}

/// Campaigns as the pack's section `GRNT`.
pub fn write(grants: &[Grant]) -> Vec<u8> {
    let mut w = Writer::new();
    w.count(grants.len());
    for g in grants {
        w.str(&g.id);
        w.f64(g.window[0].to_f64());
        w.f64(g.window[1].to_f64());
        w.f64(g.lambda_ppm as f64);
        w.f64(g.lambda_until.to_f64());
        w.u32(g.spread_minutes);
        w.count(g.segments.len());
        for s in &g.segments {
            w.str(&s.when);
            w.count(s.choices.len());
            for (coupon, choice) in s.coupons.iter().zip(&s.choices) {
                w.str(coupon);
                w.f64(choice.gain as f64);
                w.f64(choice.cost as f64);
            }
        }
    }
    w.finish()
}

/// Campaigns from the pack's section.
///
/// # Errors
///
/// When it ends early.
pub fn read(bytes: &[u8]) -> Result<Vec<Grant>, Malformed> {
    let mut r = Reader::new(bytes);
    let mut grants = Vec::new();
    // What is no number is 0, and what does not fit the nearest that does.
    let whole = |r: &mut Reader<'_>| r.f64() as i64;
    for _ in 0..r.count(44).min(MOST) {
        let mut g = Grant {
            id: String::from(r.str()),
            window: [Millis(whole(&mut r)), Millis(whole(&mut r))],
            lambda_ppm: whole(&mut r).max(0) as u64,
            lambda_until: Millis(whole(&mut r)),
            spread_minutes: r.u32(),
            segments: Vec::new(),
        };
        for _ in 0..r.count(8) {
            let mut s = Segment { when: String::from(r.str()), ..Segment::default() };
            for _ in 0..r.count(20) {
                s.coupons.push(String::from(r.str()));
                s.choices.push(Choice { gain: whole(&mut r), cost: whole(&mut r) });
            }
            g.segments.push(s);
        }
        grants.push(g);
    }
    r.check()?;
    Ok(grants)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;
    use alloc::vec;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_section_is_read_as_written_and_no_cut_of_it() {
        let segment = |when: &str, gain| Segment {
            when: when.into(),
            coupons: vec![String::new(), "c".into()],
            choices: vec![Choice { gain: 0, cost: 0 }, Choice { gain, cost: 7 }],
        };
        let grant = Grant {
            id: "spring".into(),
            window: [Millis(5), Millis(9)],
            lambda_ppm: 1 << 52,
            lambda_until: Millis(8),
            spread_minutes: 3,
            segments: vec![segment("{\"a\":1}", -5), segment("", 1 << 53)],
        };
        let bytes = write(&[grant.clone(), Grant::default()]);
        assert_eq!(read(&bytes), Ok(vec![grant, Grant::default()]));
        assert!((0..bytes.len()).all(|n| read(&bytes[..n]).is_err()));
    }

    #[test]
    fn devices_begin_over_the_whole_spread_and_numbers_of_any_size_are_harmless() {
        let mut grant = Grant { window: [Millis(1_000), Millis(9)], spread_minutes: 10, ..Grant::default() };
        let [first, half, last] = [0, 1 << 31, u32::MAX].map(|draw| grant.opens(draw).0 - 1_000);
        assert_eq!((first, half), (0, 5 * MINUTE));
        assert!(last < 10 * MINUTE && last > 10 * MINUTE - 1_000);
        grant.window[0] = Millis(i64::MAX);
        grant.spread_minutes = u32::MAX;
        assert_eq!(grant.opens(u32::MAX), Millis(i64::MAX));
        let extreme = |gain, cost| Choice { gain, cost };
        grant.lambda_ppm = u64::MAX >> 1;
        grant.segments = vec![Segment {
            coupons: vec!["a".into(), "b".into()],
            choices: vec![extreme(i64::MIN, i64::MIN), extreme(i64::MAX, i64::MAX)],
            ..Segment::default()
        }];
        assert_eq!(grant.chosen(0), "a");
    }
}

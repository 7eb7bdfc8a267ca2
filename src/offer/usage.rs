//! How likely a shopper is to use a coupon: signals, weights, score and reason, the same on a shopper's device and in
//! `nearshelf coupons` ([`manual/coupons.md`](crate::manual::coupons)). Integers throughout.

use crate::codec::{Malformed, Reader, Writer};
use crate::list::Gather;
use crate::time::DAY;
use alloc::vec::Vec;

/// Signals of a coupon.
pub const SIGNALS: usize = 18;
/// One, of signals, weights and scores.
pub const ONE: i64 = 1 << 16;
/// The natural logarithm of 2 in [`ONE`]s.
const LN2: u64 = 45_426;
/// After this time a basket counts half.
const HALF: i64 = 90 * DAY;
/// Coupons of a record that are read.
const MOST: usize = 1 << 16;
/// The largest weight, either way, and the largest logarithm.
pub const MOST_WEIGHT: i32 = 100 * ONE as i32;

/// Names of the signals in settings, in the order of their places.
pub const NAMES: [&str; SIGNALS] = [
    "own",
    "own_faded",
    "own_products",
    "own_paid",
    "own_any",
    "type",
    "type_any",
    "maker",
    "maker_any",
    "category",
    "category_any",
    "households",
    "products",
    "types",
    "taste",
    "brand",
    "price",
    "due",
];

/// What a signal is a reason of, by its place in [`REASONS`].
const REASON: [u8; SIGNALS] = [0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 2, 7, 8];

/// The reasons.
pub const REASONS: [&str; 9] = ["bought", "type", "brand", "category", "popular", "broad", "taste", "price", "due"];

/// A coupon's signals, in [`ONE`]s.
pub type Row = [i64; SIGNALS];

/// What each signal is worth, in [`ONE`]s.
pub type Weights = [i32; SIGNALS];

/// What ranks where nothing was learned: two for own baskets, .7 for baskets of the type, .4 for households; and, on a device, what the shopper looks at.
pub const RULE: Weights = {
    let mut rule = [0; SIGNALS];
    (rule[0], rule[5], rule[11]) = (131_072, 45_875, 26_214);
    (rule[14], rule[15], rule[16], rule[17]) = (65_536, 32_768, 16_384, 32_768);
    rule
};

/// What is counted of a coupon for a shopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Baskets with one of its products.
    pub own: u64,
    /// The same, [faded], in [`ONE`]s.
    pub own_faded: u64,
    /// Different ones of its products that were bought.
    pub own_products: u64,
    /// What was paid for them, in hundredths; 0 where that is not known.
    pub own_paid: u64,
    /// Baskets with a product of their types.
    pub of_type: u64,
    /// Baskets with a product of their types and makers.
    pub of_maker: u64,
    /// Baskets with a product of their categories.
    pub of_category: u64,
    /// What is the same for everybody.
    pub about: About,
    /// Shares of the shopper's tastes for products or categories, brands and price bands that are the coupon's, and whether something of it is due: 0 to [`ONE`].
    pub tastes: [u32; 4],
}

/// What is the same of a coupon for everybody, as logarithms in [`ONE`]s: of the households that buy its products in a month, of its products, of the types among them.
pub type About = [i32; 3];

impl Counts {
    /// The signals.
    pub fn row(&self) -> Row {
        let ln = |n: u64| log1p(n.saturating_mul(ONE as u64));
        let any = |n: u64| if n > 0 { ONE } else { 0 };
        let [households, products, types] = self.about.map(i64::from);
        let [taste, brand, price, due] = self.tastes.map(i64::from);
        let paid = log1p(self.own_paid.saturating_mul(ONE as u64) / 100);
        let (of_type, of_maker, of_category) = (self.of_type, self.of_maker, self.of_category);
        [
            ln(self.own),
            log1p(self.own_faded),
            ln(self.own_products),
            paid,
            any(self.own),
            ln(of_type),
            any(of_type),
            ln(of_maker),
            any(of_maker),
            ln(of_category),
            any(of_category),
            households,
            products,
            types,
            taste,
            brand,
            price,
            due,
        ]
    }
}

/// ln(1 + x), both in [`ONE`]s, by squaring: a bit of the binary logarithm each time. At most 3 of them too small.
///
/// ```
/// use nearshelf::offer::usage::{ONE, log1p};
/// assert_eq!(log1p(0), 0);
/// assert!((log1p(9 * ONE as u64) - (10_f64.ln() * 65_536.0) as i64).abs() <= 3);
/// ```
pub fn log1p(x: u64) -> i64 {
    let y = x.saturating_add(ONE as u64);
    let whole = 63 - y.leading_zeros();
    let mut mantissa = y << (63 - whole) >> 32;
    let mut log = u64::from(whole - 16);
    for _ in 0..16 {
        mantissa = (mantissa * mantissa) >> 31;
        let bit = mantissa >> 32;
        mantissa >>= bit;
        log = log << 1 | bit;
    }
    ((log * LN2) >> 16) as i64
}

/// What a basket of this age in milliseconds counts, in [`ONE`]s: half after each 90 days, in a straight line between.
pub fn faded(age: i64) -> u64 {
    let age = age.max(0);
    let (halvings, rest) = (age / HALF, age % HALF);
    let line = 2 * HALF - rest;
    ((ONE * line / (2 * HALF)) as u64).checked_shr(halvings.min(63) as u32).unwrap_or(0)
}

/// The score in [`ONE`]s, and the reason that says most for it; "" where nothing does.
///
/// # Example: what was bought goes before what others buy
///
/// ```
/// use nearshelf::offer::usage::{Counts, ONE, RULE, score};
/// let bought = Counts { own: 3, ..Counts::default() };
/// let popular = Counts { about: [5 * ONE as i32, 0, 0], ..Counts::default() };
/// assert_eq!(score(&RULE, &bought.row()).1, "bought");
/// // .4 of five, the weight rounded to 26,214 / 65,536.
/// assert_eq!(score(&RULE, &popular.row()), (131_070, "popular"));
/// assert_eq!(score(&RULE, &Counts::default().row()), (0, ""));
/// ```
pub fn score(weights: &Weights, row: &Row) -> (i64, &'static str) {
    let (mut sum, mut most, mut because) = (0, 0, "");
    for (i, x) in row.iter().enumerate() {
        let says = i64::from(weights[i]) * x;
        sum += says;
        if says > most {
            (most, because) = (says, REASONS[usize::from(REASON[i])]);
        }
    }
    // Rounded half up.
    ((sum + ONE / 2) >> 16, because)
}

/// What a pack says of one coupon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CouponFacts {
    /// What is the same for everybody.
    pub about: About,
    /// Its [`Mark`]s.
    pub marks: Vec<u32>,
}

/// What products of a coupon have, with its number among those of the whole catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A category, which is their type.
    Type = 0,
    /// A category right above such a one; at the top itself.
    Above = 1,
    /// A brand.
    Brand = 2,
    /// A price band.
    Band = 3,
}

impl CouponFacts {
    /// The mark as the record has it.
    pub fn mark(mark: Mark, number: u32) -> u32 {
        (mark as u32) << 24 | number
    }

    /// Whether its products have this.
    pub fn has(&self, mark: Mark, number: u32) -> bool {
        self.marks.contains(&CouponFacts::mark(mark, number))
    }
}

/// How a market's coupons are ranked: the pack's section `COUP`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// A coupon ends soon within so many minutes of its end.
    pub soon_minutes: u32,
    /// Shares of an interval between purchases from which on, and until which, something is due, in [`ONE`]s.
    pub due: [u32; 2],
    /// What signals are worth.
    pub weights: Weights,
    /// Of each offer of the market; nothing of one that does not wait in a wallet.
    pub coupons: Vec<CouponFacts>,
}

impl Default for Usage {
    /// Of a pack without the section: the rule, and nothing ends soon.
    fn default() -> Usage {
        Usage { soon_minutes: 0, due: [0; 2], weights: RULE, coupons: Vec::new() }
    }
}

impl Usage {
    /// As the pack's section.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u32(self.soon_minutes);
        self.due.iter().for_each(|d| w.u32(*d));
        w.count(SIGNALS);
        self.weights.iter().for_each(|x| w.i32(*x));
        w.count(self.coupons.len());
        for c in &self.coupons {
            c.about.iter().for_each(|x| w.i32(*x));
            w.count(c.marks.len());
            c.marks.iter().for_each(|x| w.u32(*x));
        }
        w.finish()
    }

    /// From the pack's section. Signals that it does not know are worth nothing; those that this reader does not know are left out.
    ///
    /// # Errors
    ///
    /// When it ends early.
    pub fn read(bytes: &[u8]) -> Result<Usage, Malformed> {
        let mut r = Reader::new(bytes);
        let mut usage =
            Usage { soon_minutes: r.u32(), due: [r.u32(), r.u32()], weights: [0; SIGNALS], coupons: Vec::new() };
        for i in 0..r.count(4) {
            let weight = r.i32();
            if let Some(mine) = usage.weights.get_mut(i) {
                *mine = weight.clamp(-MOST_WEIGHT, MOST_WEIGHT);
            }
        }
        for _ in 0..r.count(16).min(MOST) {
            let about = [r.i32(), r.i32(), r.i32()].map(|x| x.clamp(0, MOST_WEIGHT));
            let marks = (0..r.count(4)).map(|_| r.u32()).gather();
            usage.coupons.push(CouponFacts { about, marks });
        }
        r.check()?;
        Ok(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_logarithm_is_one() {
        let mut x = 1_u64;
        while x < u64::MAX / 3 {
            for y in [x - 1, x, x + x / 3] {
                let exact = libm::log1p(y as f64 / ONE as f64) * ONE as f64;
                assert!((log1p(y) as f64 - exact).abs() <= 4.0 + exact / 1e5, "{y}: {} {exact}", log1p(y));
            }
            x *= 2;
        }
        assert!((0..100_000).all(|x| log1p(x) <= log1p(x + 1)));
        assert!(log1p(u64::MAX) > 30 * ONE);
    }

    #[test]
    fn a_basket_fades_by_half_every_ninety_days() {
        assert_eq!([0, 90, 180, 270].map(|d| faded(d * DAY)), [65_536, 32_768, 16_384, 8_192]);
        assert_eq!((faded(45 * DAY), faded(-DAY), faded(i64::MAX)), (49_152, 65_536, 0));
        assert!((0..800).all(|d| faded(d * DAY) >= faded((d + 1) * DAY)));
    }

    #[test]
    fn the_section_is_read_as_written_and_no_cut_of_it() {
        let marks = vec![CouponFacts::mark(Mark::Type, 7), CouponFacts::mark(Mark::Band, 65_533)];
        let facts = CouponFacts { about: [7, 8, 9], marks };
        assert!(facts.has(Mark::Band, 65_533) && facts.has(Mark::Type, 7) && !facts.has(Mark::Above, 7));
        let usage = Usage {
            soon_minutes: 4_320,
            due: [9, 8],
            coupons: vec![facts, CouponFacts::default()],
            ..Usage::default()
        };
        let bytes = usage.write();
        assert_eq!(Usage::read(&bytes), Ok(usage));
        assert!((0..bytes.len()).all(|n| Usage::read(&bytes[..n]).is_err()));
    }

    #[test]
    fn every_signal_has_a_name_and_a_reason_and_the_largest_numbers_do_not_overflow() {
        assert!(REASON.iter().all(|r| usize::from(*r) < REASONS.len()));
        for (i, name) in NAMES.iter().enumerate() {
            assert_eq!(NAMES.iter().position(|n| n == name), Some(i));
        }
        let counts = Counts {
            own: u64::MAX,
            own_faded: u64::MAX,
            own_products: u64::MAX,
            own_paid: u64::MAX,
            of_type: u64::MAX,
            of_maker: u64::MAX,
            of_category: u64::MAX,
            about: [MOST_WEIGHT; 3],
            tastes: [u32::MAX; 4],
        };
        assert!(score(&[MOST_WEIGHT; SIGNALS], &counts.row()).0 > 0);
        assert!(score(&[-MOST_WEIGHT; SIGNALS], &counts.row()).0 < 0);
    }
}

//! BG/NBD: how often a customer buys, and whether they have left. Fader, Hardie, Lee, "Counting your customers the easy way",
//! Marketing Science 24 (2005).

use super::{Purchases, usable};
use libm::{exp, expm1, fabs, lgamma, log, log1p};

/// Terms of the series before a horizon counts as too long.
const TERMS: u32 = 1_000_000;

/// The four parameters of a shop's customers: rates of purchase are Gamma(r, alpha), chances to leave after a purchase are
/// Beta(a, b). `alpha` is in the unit of time of [`Purchases`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl BgNbd {
    /// Parameters; `None` unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Option<BgNbd> {
        usable(&[r, alpha, a, b]).then_some(BgNbd { r, alpha, a, b })
    }

    /// r, alpha, a, b.
    pub fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    /// The probability that the customer has not left, from 0 to 1; 1 for one who never came back, whom the model cannot lose.
    /// Fader, Hardie, Lee, "Computing P(alive) using the BG/NBD model" (2008), equation 7.
    pub fn p_alive(&self, c: &Purchases) -> f64 {
        if c.x == 0.0 {
            return 1.0;
        }
        let silence = log1p((c.t - c.t_x) / (self.alpha + c.t_x));
        1.0 / (1.0 + self.a / (self.b + c.x - 1.0) * exp((self.r + c.x) * silence))
    }

    /// Purchases to expect in the `horizon` to come (days with one, as `x` counts them), at least 0: equation 10 of the paper, and 9 for
    /// [`Purchases::NEW`], in the form of `manual/customers.md`. `None` for a horizon that is negative, no number, or some
    /// 40,000 times as long as alpha + T.
    ///
    /// # Example: the paper's section 5
    ///
    /// ```
    /// use nearshelf::forecast::{BgNbd, Purchases};
    ///
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    /// let customer = Purchases::new(2.0, 30.43, 38.86).unwrap();
    /// assert!((cdnow.purchases(&customer, 39.0).unwrap() - 1.226).abs() < 0.0005);
    /// assert!((cdnow.p_alive(&customer) - 0.7266).abs() < 0.00005);
    /// ```
    pub fn purchases(&self, c: &Purchases, horizon: f64) -> Option<f64> {
        if !(horizon.is_finite() && horizon >= 0.0) {
            return None;
        }
        let past = self.alpha + c.t;
        let z = horizon / (past + horizon);
        let log_rest = -log1p(horizon / past);
        let u = (self.a - 1.0) * log_rest;
        let growth = if u == 0.0 { 1.0 } else { expm1(u) / u };
        let size = self.a + self.b + c.x - 1.0;
        let sum = self.series(size, z)?;
        // Both are near size · z for a short horizon; what is left of rounding may be a little below nothing.
        let alive = -size * log_rest * growth - exp(u) * sum;
        Some(alive.max(0.0) * self.p_alive(c))
    }

    /// The sum over n from 1 of (a + b - 1 - r)ₙ (a)ₙ₋₁ / ((size + 1)ₙ₋₁ n!) · zⁿ.
    fn series(&self, size: f64, z: f64) -> Option<f64> {
        let first = self.a + self.b - 1.0 - self.r;
        let mut term = first * z;
        let (mut sum, mut lost) = (0.0, 0.0);
        for n in 1..=TERMS {
            // Kahan's sum: the terms are many where z is near 1.
            let y = term - lost;
            let next = sum + y;
            lost = (next - sum) - y;
            sum = next;
            let m = f64::from(n);
            let ratio = (first + m) * (self.a + m - 1.0) / ((size + m) * (m + 1.0)) * z;
            // Past here the ratios stay below the larger of z and this one, so the rest is at most a geometric series.
            if first + m > 0.0 || term == 0.0 {
                let bound = fabs(ratio).max(z);
                if fabs(term) <= (1.0 - bound) * fabs(sum) * 1e-17 {
                    return Some(sum);
                }
            }
            term *= ratio;
        }
        None
    }

    /// The probability of at least one purchase within `horizon`.
    pub fn purchase_within(&self, c: &Purchases, horizon: f64) -> f64 {
        if horizon.is_nan() || horizon <= 0.0 {
            return 0.0;
        }
        -expm1(-(self.r + c.x) * log1p(horizon / (self.alpha + c.t))) * self.p_alive(c)
    }

    /// The time within which a purchase comes with probability `chance`; `None` where it never does, as for one who has probably left.
    ///
    /// # Example: it is the inverse
    ///
    /// ```
    /// use nearshelf::forecast::{BgNbd, Purchases};
    ///
    /// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    /// let customer = Purchases::new(7.0, 29.43, 38.86).unwrap();
    /// let weeks = model.next_purchase(&customer, 0.5).unwrap();
    /// assert!((model.purchase_within(&customer, weeks) - 0.5).abs() < 1e-12);
    /// assert_eq!(model.next_purchase(&customer, 0.7), None); // P(alive) is .64
    /// ```
    pub fn next_purchase(&self, c: &Purchases, chance: f64) -> Option<f64> {
        let alive = self.p_alive(c);
        if !(chance >= 0.0 && chance < alive) {
            return None;
        }
        let time = (self.alpha + c.t) * expm1(-log1p(-chance / alive) / (self.r + c.x));
        time.is_finite().then_some(time)
    }

    /// The logarithm of a customer's likelihood: equation 6.
    pub fn log_likelihood(&self, c: &Purchases) -> f64 {
        let BgNbd { r, alpha, a, b } = *self;
        let rate = lgamma(r + c.x) - lgamma(r) + r * log(alpha);
        let stay = lgamma(a + b) + lgamma(b + c.x) - lgamma(b) - lgamma(a + b + c.x);
        let alive = -(r + c.x) * log(alpha + c.t);
        if c.x == 0.0 {
            return rate + stay + alive;
        }
        let left = log(a) - log(b + c.x - 1.0) - (r + c.x) * log(alpha + c.t_x);
        let (more, less) = if alive > left { (alive, left) } else { (left, alive) };
        rate + stay + more + log1p(exp(less - more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CDNOW: BgNbd = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

    /// The formula as the paper has it, with 2F1 by its own series.
    fn as_it_stands(m: &BgNbd, c: &Purchases, t: f64) -> f64 {
        let (size, z) = (m.a + m.b + c.x - 1.0, t / (m.alpha + c.t + t));
        let (mut term, mut sum) = (1.0, 1.0);
        for n in 0..200_000 {
            let n = f64::from(n);
            term *= (m.r + c.x + n) * (m.b + c.x + n) / ((size + n) * (n + 1.0)) * z;
            sum += term;
        }
        size / (m.a - 1.0) * (1.0 - libm::pow(1.0 - z, m.r + c.x) * sum) * m.p_alive(c)
    }

    fn close(a: f64, b: f64, relative: f64) -> bool {
        fabs(a - b) <= relative * fabs(b).max(1.0)
    }

    #[test]
    fn the_transformed_sum_is_the_formula() {
        for (x, t_x, t) in
            [(0.0, 0.0, 38.86), (1.0, 1.71, 38.86), (2.0, 30.43, 38.86), (7.0, 29.43, 38.86), (26.0, 30.86, 31.0)]
        {
            let c = Purchases::new(x, t_x, t).unwrap();
            for m in [CDNOW, BgNbd { a: 2.3, ..CDNOW }, BgNbd { a: 0.1, b: 0.4, ..CDNOW }, BgNbd { r: 5.0, ..CDNOW }] {
                for horizon in [0.01, 1.0, 39.0, 200.0] {
                    let (new, old) = (m.purchases(&c, horizon).unwrap(), as_it_stands(&m, &c, horizon));
                    assert!(close(new, old, 1e-10), "{m:?} {c:?} {horizon}: {new} {old}");
                }
            }
        }
    }

    #[test]
    fn an_a_at_and_around_one_is_as_smooth_as_any() {
        let c = Purchases::new(3.0, 20.0, 30.0).unwrap();
        let at = |a: f64| BgNbd { a, ..CDNOW }.purchases(&c, 39.0).unwrap();
        let one = at(1.0);
        for step in [1e-3, 1e-6, 1e-9, 1e-12, 1e-15] {
            // To first order the mean of both sides is the middle.
            assert!(close((at(1.0 - step) + at(1.0 + step)) / 2.0, one, step * step + 1e-13), "{step}");
            assert!(at(1.0 - step) > at(1.0 + step) || step < 1e-14, "who leaves sooner buys less");
        }
    }

    #[test]
    fn the_pole_of_a_newcomer_is_none() {
        // a + b = 1 makes the formula's third parameter 0 for x = 0.
        let near = |b: f64| BgNbd { a: 0.4, b, ..CDNOW }.purchases(&Purchases::NEW, 39.0).unwrap();
        assert!(close(near(0.6), (near(0.6 - 1e-6) + near(0.6 + 1e-6)) / 2.0, 1e-9));
        assert!(near(0.6) > 0.0);
    }

    #[test]
    fn many_purchases_neither_overflow_nor_vanish() {
        for x in [1e2, 1e3, 1e4, 1e5, 1e6] {
            let c = Purchases::new(x, 99.9, 100.0).unwrap();
            let (p, n) = (CDNOW.p_alive(&c), CDNOW.purchases(&c, 10.0).unwrap());
            assert!((0.0..=1.0).contains(&p) && n.is_finite() && n >= 0.0, "{x}: {p} {n}");
            // Long silence of one who bought without end: gone.
            let gone = Purchases::new(x, 1.0, 1000.0).unwrap();
            assert!(CDNOW.p_alive(&gone) < 1e-9 && CDNOW.purchases(&gone, 10.0).unwrap() < 1e-3);
        }
        // Who hardly ever leaves goes on at the same rate.
        let c = Purchases::new(1e4, 99.99, 100.0).unwrap();
        let faithful = BgNbd { a: 1e-9, b: 10.0, ..CDNOW };
        assert!(close(faithful.purchases(&c, 10.0).unwrap(), 10.0 * 10_000.243 / 104.414, 1e-6));
    }

    #[test]
    fn longer_is_more_and_too_long_is_refused() {
        let c = Purchases::new(2.0, 30.43, 38.86).unwrap();
        let mut before = 0.0;
        for t in [0.0, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5] {
            let n = CDNOW.purchases(&c, t).unwrap();
            assert!(n >= before, "{t}: {n} after {before}");
            before = n;
        }
        assert_eq!(CDNOW.purchases(&c, 0.0), Some(0.0));
        assert_eq!(CDNOW.purchases(&c, f64::INFINITY), None);
        assert_eq!(CDNOW.purchases(&c, -1.0), None);
        // Terms fall by 1 in 10⁹ a step here: no answer is better than a wrong one.
        assert_eq!(BgNbd { a: 5.0, ..CDNOW }.purchases(&Purchases::NEW, 1e10), None);
    }

    #[test]
    fn a_likelihood_of_one_purchase_more_or_less_adds_up() {
        // Of a customer observed for no time nothing can be said: the likelihood of x = 0 is 1.
        assert!(fabs(CDNOW.log_likelihood(&Purchases::NEW)) < 1e-12);
        // x = 0 after t: only the rate speaks, (alpha / (alpha + t))^r.
        let silent = Purchases::new(0.0, 0.0, 10.0).unwrap();
        assert!(close(CDNOW.log_likelihood(&silent), 0.243 * log(4.414 / 14.414), 1e-12));
        assert!(CDNOW.log_likelihood(&Purchases::new(1e6, 99.0, 100.0).unwrap()).is_finite());
    }

    #[test]
    fn parameters_are_positive_numbers() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(BgNbd::new(bad, 1.0, 1.0, 1.0), None);
            assert_eq!(BgNbd::new(1.0, 1.0, 1.0, bad), None);
        }
    }
}

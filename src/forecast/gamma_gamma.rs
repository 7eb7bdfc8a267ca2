//! Gamma-Gamma: how much a customer spends at a time. Fader, Hardie, "The Gamma-Gamma model of monetary value" (2013).

use super::usable;
use libm::{lgamma, log};

/// The three parameters of a shop's customers; `gamma` is in the unit of their values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    gamma: f64,
}

impl GammaGamma {
    /// Parameters; `None` unless all are positive and finite.
    pub fn new(p: f64, q: f64, gamma: f64) -> Option<GammaGamma> {
        usable(&[p, q, gamma]).then_some(GammaGamma { p, q, gamma })
    }

    /// p, q, gamma.
    pub fn parameters(&self) -> [f64; 3] {
        [self.p, self.q, self.gamma]
    }

    /// The mean value to expect of a purchase, from `x` of them with the mean `zbar` (equation 5); `None` for what is no such pair, and where
    /// the model has no mean (p x + q at most 1).
    ///
    /// # Example: little is known of one who bought once more
    ///
    /// ```
    /// use nearshelf::forecast::GammaGamma;
    ///
    /// let cdnow = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    /// let value = |x, zbar| cdnow.value(x, zbar).unwrap();
    /// assert!((value(0.0, 0.0) - 35.219).abs() < 0.0005); // everybody's mean
    /// assert!((value(1.0, 11.77) - 18.917).abs() < 0.0005); // drawn towards it
    /// assert!((value(10.0, 50.0) - 49.379).abs() < 0.0005); // hardly drawn
    /// ```
    pub fn value(&self, x: f64, zbar: f64) -> Option<f64> {
        let number = |v: f64| v.is_finite() && v >= 0.0;
        let weight = self.p * x + self.q - 1.0;
        (number(x) && number(zbar) && weight > 0.0).then(|| self.p * (self.gamma + x * zbar) / weight)
    }

    /// The logarithm of the likelihood of a mean of `zbar` over `x` purchases, both above 0 (equation 1a).
    pub fn log_likelihood(&self, x: f64, zbar: f64) -> f64 {
        let GammaGamma { p, q, gamma } = *self;
        let shape = p * x;
        lgamma(shape + q) - lgamma(shape) - lgamma(q) + q * log(gamma) + (shape - 1.0) * log(zbar) + shape * log(x)
            - (shape + q) * log(gamma + x * zbar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_adds_up_to_one() {
        let m = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
        for x in [1.0, 4.0] {
            let step = 0.01;
            let total: f64 =
                (0..200_000).map(|i| libm::exp(m.log_likelihood(x, (f64::from(i) + 0.5) * step)) * step).sum();
            assert!((total - 1.0).abs() < 1e-4, "{x}: {total}");
        }
    }

    #[test]
    fn without_a_mean_there_is_no_value() {
        let wide = GammaGamma::new(6.0, 0.9, 15.0).unwrap();
        assert_eq!(wide.value(0.0, 0.0), None);
        assert!(wide.value(1.0, 20.0).is_some());
        assert_eq!(wide.value(-1.0, 20.0), None);
        assert_eq!(wide.value(1.0, f64::NAN), None);
        assert_eq!(GammaGamma::new(1.0, -1.0, 1.0), None);
    }
}

//! What is to be expected of a customer, from three numbers of theirs and a few of the shop's: `manual/customers.md`.

mod bgnbd;
mod gamma_gamma;
mod rfm;

pub use bgnbd::BgNbd;
pub use gamma_gamma::GammaGamma;
pub use rfm::{cuts, score, scores};

/// A customer's purchases so far, as BG/NBD sees them; lengths of time are in whatever unit the parameters are in, weeks by custom.
///
/// # Example: what cannot be is refused
///
/// ```
/// use nearshelf::forecast::{Misfit, Purchases};
///
/// assert!(Purchases::new(2.0, 30.43, 38.86).is_ok());
/// assert_eq!(Purchases::new(2.0, 38.87, 38.86), Err(Misfit::LastAfterEnd));
/// assert_eq!(Purchases::new(0.0, 3.0, 38.86), Err(Misfit::LastWithoutRepeat));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Purchases {
    x: f64,
    t_x: f64,
    t: f64,
}

impl Purchases {
    /// `x`: repeat purchases, a whole number; `t_x`: time from the first to the last one; `t`: from the first one to now.
    ///
    /// # Errors
    ///
    /// The first of the [`Misfit`]s that holds.
    pub fn new(x: f64, t_x: f64, t: f64) -> Result<Purchases, Misfit> {
        let number = |v: f64| v.is_finite() && v >= 0.0;
        if !number(x) || !number(t_x) || !number(t) {
            return Err(Misfit::NoNumber);
        }
        if libm::floor(x) != x {
            return Err(Misfit::BrokenCount);
        }
        if t_x > t {
            return Err(Misfit::LastAfterEnd);
        }
        if x == 0.0 && t_x > 0.0 {
            return Err(Misfit::LastWithoutRepeat);
        }
        Ok(Purchases { x, t_x, t })
    }

    /// Somebody who has just bought for the first time.
    pub const NEW: Purchases = Purchases { x: 0.0, t_x: 0.0, t: 0.0 };

    /// Repeat purchases.
    pub fn x(&self) -> f64 {
        self.x
    }

    /// Time from the first purchase to the last.
    pub fn t_x(&self) -> f64 {
        self.t_x
    }

    /// Time from the first purchase to now.
    pub fn t(&self) -> f64 {
        self.t
    }
}

/// Why numbers are no customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// Negative, infinite, or no number.
    NoNumber,
    /// The count of repeat purchases is no whole number.
    BrokenCount,
    /// The last purchase comes after the end of observation.
    LastAfterEnd,
    /// There is a last repeat purchase, but no repeat purchases.
    LastWithoutRepeat,
}

impl Misfit {
    /// What is wrong, in words.
    pub fn reason(self) -> &'static str {
        match self {
            Misfit::NoNumber => "x, t_x and T have to be numbers of at least 0",
            Misfit::BrokenCount => "x has to be a whole number",
            Misfit::LastAfterEnd => "t_x is larger than T: the last purchase comes after the end of observation",
            Misfit::LastWithoutRepeat => "x is 0 and t_x is not: there is no repeat purchase to have a time",
        }
    }
}

/// Whether a parameter may be one: positive and finite.
fn usable(parameters: &[f64]) -> bool {
    parameters.iter().all(|p| p.is_finite() && *p > 0.0)
}

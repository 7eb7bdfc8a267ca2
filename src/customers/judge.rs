//! What a forecast foretold, held against what came.

use super::Customer;
use crate::forecast::BgNbd;

/// Customers with so many repeat purchases or more are one group.
const MANY: u32 = 7;

/// Foretold and seen, over all customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Weeks foretold.
    pub weeks: f64,
    /// Customers.
    pub customers: u64,
    /// Purchases seen.
    pub seen: f64,
    /// The model's measures.
    pub model: Measures,
    /// Those of the plain rate, x · t / T.
    pub rate: Measures,
    /// By the number of repeat purchases before, 0 to 6 and 7 or more.
    pub groups: Vec<Group>,
}

/// How near a forecast came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Purchases foretold.
    pub total: f64,
    /// Mean absolute error of a customer.
    pub mae: f64,
    /// Root of the mean squared error of a customer.
    pub rmse: f64,
    /// Pearson's correlation with what was seen; `None` where one of the two is the same for all.
    pub correlation: Option<f64>,
}

/// Customers with the same number of repeat purchases before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// That number; the last group's is the smallest of it.
    pub x: u32,
    /// How many.
    pub customers: u64,
    /// Purchases seen, on average.
    pub seen: f64,
    /// Purchases foretold, on average.
    pub foretold: f64,
}

/// Judges a model by what its customers did in the `weeks` after their summaries; `None` without customers, or for weeks that are too many for
/// the model.
pub fn judge(model: &BgNbd, customers: &[Customer], weeks: f64) -> Option<Judgement> {
    let seen: Vec<f64> = customers.iter().map(|c| f64::from(c.later)).collect();
    let foretold: Vec<f64> = customers.iter().map(|c| model.purchases(&c.purchases, weeks)).collect::<Option<_>>()?;
    let rate = |c: &Customer| if c.purchases.t() > 0.0 { c.purchases.x() * weeks / c.purchases.t() } else { 0.0 };
    let rates: Vec<f64> = customers.iter().map(rate).collect();
    let mut groups: Vec<Group> = (0..=MANY).map(|x| Group { x, customers: 0, seen: 0.0, foretold: 0.0 }).collect();
    for ((c, seen), foretold) in customers.iter().zip(&seen).zip(&foretold) {
        let group = &mut groups[(c.purchases.x() as usize).min(MANY as usize)];
        group.customers += 1;
        group.seen += seen;
        group.foretold += foretold;
    }
    groups.retain(|g| g.customers > 0);
    for g in &mut groups {
        g.seen /= g.customers as f64;
        g.foretold /= g.customers as f64;
    }
    (!customers.is_empty()).then(|| Judgement {
        weeks,
        customers: customers.len() as u64,
        seen: seen.iter().sum(),
        model: measures(&foretold, &seen),
        rate: measures(&rates, &seen),
        groups,
    })
}

fn measures(foretold: &[f64], seen: &[f64]) -> Measures {
    let n = seen.len() as f64;
    let errors = || foretold.iter().zip(seen).map(|(f, s)| f - s);
    Measures {
        total: foretold.iter().sum(),
        mae: errors().map(f64::abs).sum::<f64>() / n,
        rmse: (errors().map(|e| e * e).sum::<f64>() / n).sqrt(),
        correlation: correlation(foretold, seen),
    }
}

/// Pearson's correlation of the repeat purchases and their mean value, over customers who have both: Gamma-Gamma supposes that there is none.
pub fn correlation_of_value(customers: &[Customer]) -> Option<f64> {
    let both = customers.iter().map(|c| (c.purchases.x(), c.zbar)).filter(|(x, z)| *x > 0.0 && *z > 0.0);
    let (x, zbar): (Vec<f64>, Vec<f64>) = both.unzip();
    correlation(&x, &zbar)
}

/// Pearson's correlation; `None` where one of the two is the same for all.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - mean_a, y - mean_b)).sum::<f64>();
    let (both, of_a, of_b) = (sum(&|x, y| x * y), sum(&|x, _| x * x), sum(&|_, y| y * y));
    (of_a > 0.0 && of_b > 0.0).then(|| both / (of_a * of_b).sqrt())
}

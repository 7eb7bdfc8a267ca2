//! Maximum likelihood: Nelder and Mead's simplex over the logarithms of the parameters, which keeps them positive.

use super::Customer;
use crate::error::{Code, Error, Result};
use crate::forecast::{BgNbd, GammaGamma};
use crate::shop::Progress;
use argmin::core::{CostFunction, Executor, State};
use argmin::solver::neldermead::NelderMead;
use std::collections::BTreeMap;

/// Fewest customers with a repeat purchase that a model is fitted to.
const FEWEST: usize = 10;
/// Steps of one descent.
const STEPS: u64 = 4_000;
/// Descents, each beginning where the last ended, until one gains less than `GAIN`.
const DESCENTS: usize = 20;
const GAIN: f64 = 1e-9;
/// A parameter beyond this, or below its inverse, has run off.
const EDGE: f64 = 1e6;
/// Beginnings, as multiples of a guess from the data.
const STARTS: [f64; 3] = [1.0, 0.2, 5.0];

/// A model and how it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted<M> {
    /// The model at the top of the likelihood.
    pub model: M,
    /// The logarithm of the likelihood there.
    pub log_likelihood: f64,
    /// Standard error of each parameter, from the curvature; `None` where it cannot be told.
    pub errors: Vec<Option<f64>>,
    /// Customers it was fitted to.
    pub customers: u64,
    /// Names of the parameters that ran off to the edge: the data do not fix them.
    pub loose: Vec<&'static str>,
}

/// Fits BG/NBD; `alpha` comes out in weeks.
///
/// # Errors
///
/// `empty_log` with fewer than ten customers who came back.
pub fn fit_bgnbd(customers: &[Customer], progress: &dyn Progress) -> Result<Fitted<BgNbd>> {
    enough(customers.iter().filter(|c| c.purchases.x() > 0.0).count(), "came back")?;
    // Many customers share their numbers: each such group is looked at once.
    let mut groups: BTreeMap<[u64; 3], (usize, f64)> = BTreeMap::new();
    for (i, c) in customers.iter().enumerate() {
        let p = &c.purchases;
        groups.entry([p.x().to_bits(), p.t_x().to_bits(), p.t().to_bits()]).or_insert((i, 0.0)).1 += 1.0;
    }
    let groups: Vec<_> = groups.into_values().map(|(i, n)| (customers[i].purchases, n)).collect();
    let likelihood = |p: &[f64]| {
        let model = BgNbd::new(p[0], p[1], p[2], p[3])?;
        Some(groups.iter().map(|(c, n)| n * model.log_likelihood(c)).sum())
    };
    let weeks = customers.iter().map(|c| c.purchases.t()).sum::<f64>() / customers.len() as f64;
    let guess = [0.5, weeks.max(1.0) / 4.0, 1.0, 3.0];
    let top = climb(&guess, &likelihood, "fitting BG/NBD", progress);
    let model = BgNbd::new(top.at[0], top.at[1], top.at[2], top.at[3]).ok_or_else(nowhere)?;
    Ok(top.fitted(model, &["r", "alpha", "a", "b"], customers.len()))
}

/// Fits Gamma-Gamma to the customers with a repeat purchase that cost something.
///
/// # Errors
///
/// `empty_log` with fewer than ten of them.
pub fn fit_gamma_gamma(customers: &[Customer], progress: &dyn Progress) -> Result<Fitted<GammaGamma>> {
    let buyers: Vec<(f64, f64)> =
        customers.iter().map(|c| (c.purchases.x(), c.zbar)).filter(|(x, z)| *x > 0.0 && *z > 0.0).collect();
    enough(buyers.len(), "paid for a repeat purchase")?;
    let likelihood = |p: &[f64]| {
        let model = GammaGamma::new(p[0], p[1], p[2])?;
        Some(buyers.iter().map(|(x, z)| model.log_likelihood(*x, *z)).sum())
    };
    let mean = buyers.iter().map(|(_, z)| z).sum::<f64>() / buyers.len() as f64;
    let top = climb(&[3.0, 3.0, mean], &likelihood, "fitting Gamma-Gamma", progress);
    let model = GammaGamma::new(top.at[0], top.at[1], top.at[2]).ok_or_else(nowhere)?;
    Ok(top.fitted(model, &["p", "q", "gamma"], buyers.len()))
}

fn enough(n: usize, what: &str) -> Result<()> {
    if n >= FEWEST {
        return Ok(());
    }
    let detail = format!("{n} customers {what} until that day, which is too few for a model: it takes {FEWEST}.");
    Err(Error::new(Code::EmptyLog, detail))
}

fn nowhere() -> Error {
    Error::new(Code::EmptyLog, "The likelihood of these customers has no top: no parameters fit them.".to_string())
}

/// The highest place found.
struct Top {
    at: Vec<f64>,
    log_likelihood: f64,
    errors: Vec<Option<f64>>,
}

impl Top {
    fn fitted<M>(self, model: M, names: &[&'static str], customers: usize) -> Fitted<M> {
        let off = |p: &f64| !(1.0 / EDGE..=EDGE).contains(p);
        let loose = names.iter().zip(&self.at).filter(|(_, p)| off(p)).map(|(n, _)| *n).collect();
        let Top { log_likelihood, errors, .. } = self;
        Fitted { model, log_likelihood, errors, customers: customers as u64, loose }
    }
}

/// A likelihood: `None` where there is none.
type Likelihood<'a> = &'a dyn Fn(&[f64]) -> Option<f64>;

/// What the simplex goes down on.
struct Valley<'a>(Likelihood<'a>);

impl CostFunction for Valley<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, logs: &Vec<f64>) -> std::result::Result<f64, argmin::core::Error> {
        let at = from_logs(logs);
        // Not infinite: the simplex takes differences.
        Ok((self.0)(&at).filter(|l| l.is_finite()).map_or(1e300, |l| -l))
    }
}

fn from_logs(logs: &[f64]) -> Vec<f64> {
    logs.iter().map(|l| libm::exp(*l)).collect()
}

fn climb(guess: &[f64], likelihood: Likelihood<'_>, stage: &str, progress: &dyn Progress) -> Top {
    progress.stage(stage, STARTS.len() as u64);
    let mut best: Option<(Vec<f64>, f64)> = None;
    for factor in STARTS {
        let mut logs: Vec<f64> = guess.iter().map(|g| libm::log(g * factor)).collect();
        let mut cost = f64::INFINITY;
        for _ in 0..DESCENTS {
            let Some((next, reached)) = descend(&logs, likelihood) else { break };
            let gained = cost - reached;
            (logs, cost) = (next, reached);
            if gained < GAIN {
                break;
            }
        }
        if best.as_ref().is_none_or(|(_, c)| cost < *c) {
            best = Some((logs, cost));
        }
        progress.advance(1);
    }
    let (logs, cost) = best.unwrap_or_default();
    let at = from_logs(&logs);
    let errors = standard_errors(&logs, likelihood).iter().zip(&at).map(|(e, p)| e.map(|e| e * p)).collect();
    Top { at, log_likelihood: -cost, errors }
}

/// One descent of the simplex, from corners around `logs`.
fn descend(logs: &[f64], likelihood: Likelihood<'_>) -> Option<(Vec<f64>, f64)> {
    let corner =
        |i: Option<usize>| logs.iter().enumerate().map(|(j, l)| l + if i == Some(j) { 0.5 } else { 0.0 }).collect();
    let corners = std::iter::once(None).chain((0..logs.len()).map(Some)).map(corner).collect();
    let solver = NelderMead::new(corners).with_sd_tolerance(1e-12).ok()?;
    let result = Executor::new(Valley(likelihood), solver).configure(|s| s.max_iters(STEPS)).run().ok()?;
    let state = result.state();
    Some((state.get_best_param()?.clone(), state.get_best_cost()))
}

/// Standard errors of the logarithms of the parameters: the inverse of the likelihood's second derivatives, by differences.
fn standard_errors(logs: &[f64], likelihood: Likelihood<'_>) -> Vec<Option<f64>> {
    const STEP: f64 = 1e-3;
    let n = logs.len();
    let at = |moves: &[(usize, f64)]| {
        let mut moved = logs.to_vec();
        for (i, d) in moves {
            moved[*i] += d;
        }
        likelihood(&from_logs(&moved)).unwrap_or(f64::NAN)
    };
    let middle = at(&[]);
    let mut curvature = vec![vec![0.0; n]; n];
    for i in 0..n {
        curvature[i][i] = -(at(&[(i, STEP)]) - 2.0 * middle + at(&[(i, -STEP)])) / (STEP * STEP);
        for j in 0..i {
            let mixed = at(&[(i, STEP), (j, STEP)]) - at(&[(i, STEP), (j, -STEP)]) - at(&[(i, -STEP), (j, STEP)])
                + at(&[(i, -STEP), (j, -STEP)]);
            curvature[i][j] = -mixed / (4.0 * STEP * STEP);
            curvature[j][i] = curvature[i][j];
        }
    }
    match inverse(curvature) {
        Some(inverse) => (0..n).map(|i| Some(inverse[i][i]).filter(|v| *v > 0.0).map(f64::sqrt)).collect(),
        None => vec![None; n],
    }
}

/// The inverse of a positive definite matrix by Gauss and Jordan's elimination; `None` for any other.
fn inverse(mut m: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let n = m.len();
    let mut out: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for i in 0..n {
        let pivot = m[i][i];
        // Positive pivots are what makes a symmetric matrix positive definite.
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        for j in 0..n {
            m[i][j] /= pivot;
            out[i][j] /= pivot;
        }
        for k in (0..n).filter(|k| *k != i) {
            let factor = m[k][i];
            for j in 0..n {
                m[k][j] -= factor * m[i][j];
                out[k][j] -= factor * out[i][j];
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Purchases;
    use crate::random::Random;
    use crate::shop::Silent;

    /// Customers who live by the model: a coin after each purchase, purchases at a rate of their own.
    fn made_up(model: [f64; 4], spend: [f64; 3], n: usize) -> Vec<Customer> {
        let random = std::cell::RefCell::new(Random::new(7));
        let mut uniform = || random.borrow_mut().unit() + 1e-17;
        // Sums of exponentials and products of powers: shapes here are whole numbers.
        let gamma = |shape: f64, u: &mut dyn FnMut() -> f64| (0..shape as u32).map(|_| -libm::log(u())).sum::<f64>();
        (0..n)
            .map(|i| {
                let rate = gamma(model[0], &mut uniform) / model[1];
                let (a, b) = (gamma(model[2], &mut uniform), gamma(model[3], &mut uniform));
                let leaves = a / (a + b);
                let nu = gamma(spend[1], &mut uniform) / spend[2];
                let (mut now, mut x, mut t_x, mut paid) = (0.0, 0.0, 0.0, 0.0);
                loop {
                    now += -libm::log(uniform()) / rate;
                    if now > 40.0 {
                        break;
                    }
                    (x, t_x) = (x + 1.0, now);
                    paid += gamma(spend[0], &mut uniform) / nu;
                    if uniform() < leaves {
                        break;
                    }
                }
                let zbar = if x > 0.0 { paid / x } else { 0.0 };
                let purchases = Purchases::new(x, t_x, 40.0).unwrap();
                Customer { customer: i as u32, purchases, zbar, recency_days: 0, frequency: 0, cents: 0, later: 0 }
            })
            .collect()
    }

    #[test]
    fn parameters_that_made_the_customers_are_found_again() {
        let (truth, spend) = ([2.0, 10.0, 1.0, 4.0], [4.0, 5.0, 30.0]);
        let customers = made_up(truth, spend, 8_000);
        let b = fit_bgnbd(&customers, &Silent).unwrap();
        let g = fit_gamma_gamma(&customers, &Silent).unwrap();
        assert!(b.loose.is_empty() && g.loose.is_empty());
        let found = b.model.parameters().into_iter().chain(g.model.parameters());
        let errors = b.errors.iter().chain(&g.errors);
        for ((found, truth), error) in found.zip(truth.into_iter().chain(spend)).zip(errors) {
            let error = error.unwrap();
            assert!(error < truth * 0.3, "{truth} ± {error}");
            assert!((found - truth).abs() < 3.5 * error, "{found} for {truth} ± {error}");
        }
    }

    #[test]
    fn too_few_customers_are_refused() {
        let customers = made_up([2.0, 10.0, 1.0, 4.0], [4.0, 5.0, 30.0], 9);
        assert_eq!(fit_bgnbd(&customers, &Silent).unwrap_err().code(), "empty_log");
        assert_eq!(fit_gamma_gamma(&[], &Silent).unwrap_err().code(), "empty_log");
    }

    #[test]
    fn what_the_data_do_not_fix_is_named() {
        // Nobody ever leaves, and all buy alike: a / b and the spread of rates go to nothing.
        let purchases = Purchases::new(20.0, 39.9, 40.0).unwrap();
        let one = Customer { customer: 0, purchases, zbar: 5.0, recency_days: 0, frequency: 21, cents: 1, later: 0 };
        let b = fit_bgnbd(&vec![one; 50], &Silent).unwrap();
        assert!(!b.loose.is_empty(), "{b:?}");
    }

    #[test]
    fn an_inverse_is_one() {
        let m = vec![vec![4.0, 1.0], vec![1.0, 3.0]];
        let i = inverse(m).unwrap();
        assert!((i[0][0] - 3.0 / 11.0).abs() < 1e-12 && (i[0][1] + 1.0 / 11.0).abs() < 1e-12);
        assert_eq!(inverse(vec![vec![1.0, 2.0], vec![2.0, 1.0]]), None);
    }
}

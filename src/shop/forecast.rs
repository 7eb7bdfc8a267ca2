//! The parameters of a forecast, as `customers fit --out` writes them.

use super::read_file;
use crate::error::{Code, Error, Result};
use crate::forecast::{BgNbd, GammaGamma, Purchases};
use serde::Deserialize;
use std::path::Path;

/// What a forecast is made with.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastSettings {
    /// How often.
    pub bgnbd: BgNbd,
    /// For how much, where the file has it.
    pub gamma_gamma: Option<GammaGamma>,
    /// Weeks to come.
    pub horizon: f64,
}

#[derive(Deserialize)]
struct File {
    bgnbd: Rates,
    gamma_gamma: Option<Values>,
    horizon: f64,
}

#[derive(Deserialize)]
struct Rates {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

#[derive(Deserialize)]
struct Values {
    p: f64,
    q: f64,
    gamma: f64,
}

impl ForecastSettings {
    /// Reads `{"bgnbd":{"r","alpha","a","b"},"gamma_gamma":{"p","q","gamma"},"horizon":39}`; `gamma_gamma` may be left out.
    ///
    /// # Errors
    ///
    /// `io`; `bad_config`, naming what is missing or is no parameter.
    pub fn read(path: &Path) -> Result<ForecastSettings> {
        let bad = |what: String| Error::new(Code::BadConfig, format!("{}: {what}.", path.display()));
        let file: File = serde_json::from_slice(&read_file(path)?).map_err(|e| bad(e.to_string()))?;
        let Rates { r, alpha, a, b } = file.bgnbd;
        let positive = |of: &str| bad(format!("the parameters of {of} have to be positive numbers"));
        let gamma_gamma = match file.gamma_gamma {
            Some(v) => Some(GammaGamma::new(v.p, v.q, v.gamma).ok_or_else(|| positive("gamma_gamma"))?),
            None => None,
        };
        if !(file.horizon.is_finite() && file.horizon >= 0.0) {
            return Err(bad(format!("horizon = {} is no number of weeks", file.horizon)));
        }
        let bgnbd = BgNbd::new(r, alpha, a, b).ok_or_else(|| positive("bgnbd"))?;
        Ok(ForecastSettings { bgnbd, gamma_gamma, horizon: file.horizon })
    }

    /// Purchases of a customer within the horizon.
    ///
    /// # Errors
    ///
    /// `bad_config` where the horizon is too long for the model.
    pub fn purchases(&self, customer: &Purchases) -> Result<f64> {
        self.bgnbd.purchases(customer, self.horizon).ok_or_else(|| {
            let detail =
                format!("horizon = {} weeks is too long for alpha = {}.", self.horizon, self.bgnbd.parameters()[1]);
            Error::new(Code::BadConfig, detail)
        })
    }
}

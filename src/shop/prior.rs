//! `prior.json` and `[prior]`: where a shopper without history probably starts, by what they declare.

use super::text_of;
use crate::error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

const SCHEMA: &str = "prior/v1";
/// Fields, answers of a field, and bytes of a name.
const MOST: usize = 32;
const LONGEST: usize = 64;
/// Largest base of a category, and largest lift in per cent.
const WHOLE: u32 = 10_000;

/// The prior as the shop wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorDraft {
    /// For people.
    #[serde(default)]
    pub about: serde_json::Value,
    /// `prior/v1`.
    pub schema: String,
    /// Everyone's interest by category path, in basis points.
    pub base_bp: BTreeMap<String, u32>,
    /// What can be declared.
    pub fields: Vec<FieldDraft>,
}

/// A field that can be declared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDraft {
    /// Its name to the host.
    pub field: String,
    /// Shown names; not in the pack.
    #[serde(default)]
    pub name: String,
    /// The same in Chinese.
    #[serde(default)]
    pub name_zh: String,
    /// The answers there are.
    pub answers: Vec<AnswerDraft>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerDraft {
    /// Its name to the host.
    pub value: String,
    /// How common it is; for those who make up logs, not in the pack.
    #[serde(default)]
    pub share_bp: u32,
    /// Age bands it is kept to; likewise.
    #[serde(default)]
    pub ages: Vec<String>,
    /// By how many per cent it lifts an interest, by category path; 100 leaves it.
    #[serde(default)]
    pub lift_pct: BTreeMap<String, u32>,
}

/// `[prior]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PriorSection {
    weight: Option<f64>,
}

impl PriorSection {
    /// How many looks the prior is worth, in 1/256.
    pub(super) fn or(&self, shipped: &PriorSection) -> Result<u32> {
        let v = self.weight.or(shipped.weight).unwrap_or(f64::NAN);
        if (0.0..=1000.0).contains(&v) {
            return Ok(libm::round(v * 256.0) as u32);
        }
        Err(Error::new(Code::BadConfig, format!("prior: weight = {v} is not between 0 and 1000.")))
    }
}

/// Reads `prior.json`.
///
/// # Errors
///
/// `io`; `bad_prior` for what is no prior, with the mistake.
pub(super) fn read(path: &Path) -> Result<PriorDraft> {
    parse(&text_of(path)?).map_err(|what| Error::new(Code::BadPrior, format!("{}: {what}", path.display())))
}

fn parse(text: &str) -> std::result::Result<PriorDraft, String> {
    let prior: PriorDraft = serde_json::from_str(text).map_err(|e| format!("{e}."))?;
    if prior.schema != SCHEMA {
        return Err(format!("its schema is \"{}\", not \"{SCHEMA}\".", prior.schema));
    }
    if prior.base_bp.values().any(|b| *b > WHOLE) || prior.base_bp.values().all(|b| *b == 0) {
        return Err(format!("base_bp is not of numbers up to {WHOLE}, one of them above 0."));
    }
    let mut seen = Vec::new();
    for f in &prior.fields {
        for a in &f.answers {
            let name = format!("{}={}", f.field, a.value);
            let sound = |s: &str| !s.is_empty() && s.len() <= LONGEST && !s.contains('=');
            if !sound(&f.field) || !sound(&a.value) {
                return Err(format!("\"{name}\" is no field and answer of 1 to {LONGEST} bytes without \"=\"."));
            }
            if seen.contains(&name) {
                return Err(format!("{name} is there twice."));
            }
            if let Some((path, _)) = a.lift_pct.iter().find(|(_, l)| **l > WHOLE) {
                return Err(format!("{name} lifts {path} by more than {WHOLE} per cent."));
            }
            seen.push(name);
        }
    }
    if prior.fields.len() > MOST || prior.fields.iter().any(|f| f.answers.len() > MOST) {
        return Err(format!("it has more than {MOST} fields, or answers to one."));
    }
    Ok(prior)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_prior_and_mistakes_are_named() {
        let sample = include_str!("../../www-demo/shop/prior.json");
        let prior = parse(sample).expect("the sample");
        assert_eq!((prior.base_bp.values().sum::<u32>(), prior.fields.len()), (10_000, 5));
        let wrong = |from: &str, to: &str| parse(&sample.replacen(from, to, 1)).expect_err(to);
        assert!(wrong("prior/v1", "prior/v9").contains("prior/v9"));
        assert!(wrong("\"lift_pct\"", "\"lift\"").contains("lift"));
        assert!(wrong("1900", "19000").contains("10000"));
        assert!(wrong("\"male\"", "\"female\"").contains("twice"));
        assert!(wrong("\"value\": \"other\"", "\"value\": \"\"").contains("1 to 64"));
    }
}

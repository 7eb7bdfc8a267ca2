//! Splits of a data set into what may be learnt from and what is to be predicted.

use super::replay::{Clock, Shopper, Visit};
use crate::error::{Code, Error, Result};
use crate::shop::{Log, Preset, Session, Shop};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `split.json` of a data set.
#[derive(Debug, Clone, Deserialize)]
pub struct Split {
    protocol: Protocol,
    valid_from: Option<i64>,
    test_from: Option<i64>,
    /// Free text; "ordinal" says that timestamps count and do not tell time.
    #[serde(default)]
    timestamps: String,
    max_targets_per_session: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Protocol {
    Sessions,
    LeaveOneOut,
    /// As `sessions`, by the time of a visit's first step instead of its id: `valid_from` and `test_from` are milliseconds since 1970.
    Time,
}

/// Which part is to be predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// For tuning, and for choices between ways.
    #[value(name = "validation")]
    Valid,
    /// For the result.
    Test,
}

impl Split {
    /// The split of a data folder.
    ///
    /// # Errors
    ///
    /// `bad_split`.
    pub fn read(dir: &Path) -> Result<Split> {
        let path = dir.join("split.json");
        let bad = |what: String| Error::new(Code::BadSplit, format!("{}: {what}.", path.display()));
        let text = match Preset::of(dir).filter(|_| !path.exists()) {
            Some(preset) => preset.split().to_string(),
            None => std::fs::read_to_string(&path).map_err(|e| bad(e.to_string()))?,
        };
        let split: Split = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
        if split.protocol != Protocol::LeaveOneOut {
            let (Some(valid), Some(test)) = (split.valid_from, split.test_from) else {
                return Err(bad("protocols \"sessions\" and \"time\" need valid_from and test_from".into()));
            };
            if valid > test {
                let what = format!(
                    "valid_from = {valid} lies behind test_from = {test}, so weights would be tuned on what is to be predicted; the validation part comes before the test part"
                );
                return Err(bad(what));
            }
        }
        Ok(split)
    }

    /// How the data tell time.
    pub fn clock(&self) -> Clock {
        if self.timestamps.starts_with("ordinal") { Clock::Ordinal } else { Clock::Real }
    }

    /// Where a visit stands among the others: what limits are compared with.
    fn place(&self, s: &Session) -> Result<i64> {
        if self.protocol == Protocol::Time { Ok(s.start()) } else { number(s) }
    }

    fn limits(&self, part: Part) -> (i64, i64) {
        let (valid, test) = (self.valid_from.unwrap_or(0), self.test_from.unwrap_or(0));
        if part == Part::Valid { (valid, test) } else { (test, i64::MAX) }
    }

    /// A part without which there is nothing to measure: `what` is missing, by what of the split, and where the log lies.
    pub(super) fn lacks(&self, log: &Log, part: Part, what: &str) -> Error {
        let steps = if part == Part::Valid { "three" } else { "two" };
        if self.protocol == Protocol::LeaveOneOut {
            let detail = format!(
                "there is nothing to {what}: no visit has {steps} steps, of which the one to be predicted is on a product that was learnt."
            );
            return Error::new(Code::BadSplit, detail);
        }
        let (from, to) = self.limits(part);
        let places = || log.sessions.iter().filter_map(|s| self.place(s).ok());
        let limits = match part {
            Part::Valid => format!("valid_from = {from} and test_from = {to} leave"),
            Part::Test => format!("test_from = {from} leaves"),
        };
        let unit = if self.protocol == Protocol::Time { "milliseconds since 1970" } else { "session ids" };
        let span = match (places().min(), places().max()) {
            (Some(first), Some(last)) => format!("the log's visits are from {first} to {last} ({unit})"),
            _ => "the log has no visit".to_string(),
        };
        let detail = format!(
            "{limits} nothing to {what}: {span}. Visits before it are learnt from, of those from it on the steps behind the first are predicted, on products that were learnt."
        );
        Error::new(Code::BadSplit, detail)
    }

    /// The visits a system may learn from, for this part.
    ///
    /// # Errors
    ///
    /// `bad_split` when session ids are not integers.
    pub fn training(&self, log: &Log, part: Part) -> Result<Vec<Session>> {
        let (from, _) = self.limits(part);
        let last = if part == Part::Valid { 2 } else { 1 };
        let mut out = Vec::new();
        for s in &log.sessions {
            match self.protocol {
                Protocol::LeaveOneOut => {
                    let keep = s.steps.len().saturating_sub(last);
                    out.push(Session { steps: s.steps[..keep].to_vec(), ..s.clone() });
                }
                _ if self.place(s)? < from => out.push(s.clone()),
                _ => {}
            }
        }
        Ok(out)
    }

    /// The shoppers to replay for this part, with the steps to be predicted. `known` are the products of the training part:
    /// steps on others are taken out first.
    ///
    /// # Errors
    ///
    /// `bad_split` when session ids are not integers.
    pub fn shoppers<'a>(&self, shop: &'a Shop, part: Part, known: &BTreeSet<u32>) -> Result<Vec<Shopper<'a>>> {
        let (from, to) = self.limits(part);
        let most = self.max_targets_per_session.unwrap_or(usize::MAX);
        let mut by_shopper: BTreeMap<u32, Vec<(i64, Visit<'a>)>> = BTreeMap::new();
        for s in &shop.log.sessions {
            let id = self.place(s)?;
            let of_known: Vec<_> = s.steps.iter().filter(|x| known.contains(&x.product)).collect();
            let all: Vec<_> = s.steps.iter().collect();
            let (steps, predict) = match self.protocol {
                Protocol::Sessions | Protocol::Time if id >= to => continue,
                Protocol::Sessions | Protocol::Time => {
                    let end = of_known.len().min(most.saturating_add(1));
                    let predict = if id >= from && end > 1 { 1..end } else { 0..0 };
                    (of_known, predict)
                }
                Protocol::LeaveOneOut => {
                    let target = all.len().wrapping_sub(if part == Part::Valid { 2 } else { 1 });
                    let counts = target >= 1 && all.get(target).is_some_and(|x| known.contains(&x.product));
                    let predict = if counts { target..target + 1 } else { 0..0 };
                    (all.into_iter().take(target.saturating_add(1)).collect(), predict)
                }
            };
            let id_of = |p: u32| shop.products[p as usize].id.as_str();
            let steps = steps.into_iter().map(|x| (id_of(x.product), x.kind.name(), x.at)).collect();
            // Without users each visit is a shopper of its own.
            by_shopper.entry(s.shopper).or_default().push((id, Visit { id: &s.id, steps, predict }));
        }
        let mut out = Vec::new();
        for mut visits in by_shopper.into_values() {
            visits.sort_by_key(|(id, _)| *id);
            let last = visits.iter().rposition(|(_, v)| !v.predict.is_empty());
            if let Some(last) = last {
                out.push(visits.into_iter().take(last + 1).map(|(_, v)| v).collect());
            }
        }
        Ok(out)
    }
}

fn number(s: &Session) -> Result<i64> {
    let bad = || Error::new(Code::BadSplit, format!("session id \"{}\" is not an integer.", s.id));
    s.id.parse().map_err(|_| bad())
}

/// Products that occur in some visits.
pub fn products_of(sessions: &[Session]) -> BTreeSet<u32> {
    sessions.iter().flat_map(|s| s.steps.iter().map(|x| x.product)).collect()
}

//! Files of the schema coupon-allocation/v1: shoppers with what each coupon is expected to gain and to cost.

use super::read_file;
use crate::error::{Code, Error, Result};
use crate::offer::allocate::{Choice, LARGEST};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// The schema that is read.
const SCHEMA: &str = "coupon-allocation/v1";

/// A file, checked.
#[derive(Debug, Clone, Deserialize)]
pub struct AllocationFile {
    schema: String,
    users: Vec<User>,
    #[serde(default)]
    budget: Option<i64>,
    #[serde(default)]
    expect: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct User {
    options: Vec<Offered>,
}

/// An option; its other fields are for people.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Offered {
    coupon: i64,
    gain: i64,
    cost: i64,
}

impl AllocationFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// `io`; `bad_table` where it is no such file, or a number is out of range.
    pub fn read(path: &Path) -> Result<AllocationFile> {
        let bad = |what: String| Error::new(Code::BadTable, format!("{}: {what}.", path.display()));
        let file: AllocationFile = serde_json::from_slice(&read_file(path)?).map_err(|e| bad(e.to_string()))?;
        if file.schema != SCHEMA {
            return Err(bad(format!("expected schema {SCHEMA}, found {}", file.schema)));
        }
        for (i, user) in file.users.iter().enumerate() {
            if user.options.is_empty() {
                return Err(bad(format!("users[{i}] has no option; no coupon is one, with gain 0 and cost 0")));
            }
            if user.options.iter().any(|o| o.gain.abs() > LARGEST || !(0..=LARGEST).contains(&o.cost)) {
                return Err(bad(format!("users[{i}] has a cost below 0, or a number beyond {LARGEST}")));
            }
        }
        Ok(file)
    }

    /// Everybody's options.
    pub fn choices(&self) -> Vec<Vec<Choice>> {
        let of = |u: &User| u.options.iter().map(|o| Choice { gain: o.gain, cost: o.cost }).collect();
        self.users.iter().map(of).collect()
    }

    /// The coupons of choices.
    pub fn coupons(&self, choice: &[usize]) -> Vec<i64> {
        self.users.iter().zip(choice).filter_map(|(u, i)| u.options.get(*i)).map(|o| o.coupon).collect()
    }

    /// The coupons, where everybody has the same ones in the same order.
    pub fn common_coupons(&self) -> Option<Vec<i64>> {
        let coupons = |u: &User| u.options.iter().map(|o| o.coupon).collect::<Vec<_>>();
        let first = coupons(self.users.first()?);
        self.users.iter().all(|u| coupons(u) == first).then_some(first)
    }

    /// The budgets that are asked for, or else the file's.
    ///
    /// # Errors
    ///
    /// `bad_config` where there is none.
    pub fn budgets(&self, asked: &[i64]) -> Result<Vec<i64>> {
        let own = self.budget.into_iter().chain(self.expect.iter().filter_map(|e| e["budget"].as_i64()));
        let all: Vec<i64> = if asked.is_empty() { own.collect() } else { asked.to_vec() };
        if all.is_empty() {
            let detail = "There is no budget: give one with --budget, or as \"budget\" in the file.";
            return Err(Error::new(Code::BadConfig, detail.to_string()));
        }
        Ok(all)
    }

    /// What the file expects of a budget.
    pub fn expected(&self, budget: i64) -> Option<&Value> {
        self.expect.iter().find(|e| e["budget"].as_i64() == Some(budget))
    }
}

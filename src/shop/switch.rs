//! The shop's switch as a file: read from what the shop wrote, checked, numbered and dated. `manual/switch.md` has the fields.

use crate::error::{Code, Error, Result};
use crate::time::Millis;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The format.
const FORMAT: u32 = 1;
/// Seconds for which one holds that does not say.
const MAX_AGE: f64 = 900.0;
/// The highest sequence number.
const LAST: u64 = 1 << 53;

/// The switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// 1.
    #[serde(default)]
    pub switch: u32,
    /// The shop's id, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shop: String,
    /// Its number; 0 for one that is not numbered yet.
    #[serde(default)]
    pub sequence: u64,
    /// Milliseconds since 1970 UTC; 0 for one that is not dated yet.
    #[serde(default)]
    pub issued: i64,
    /// Seconds for which it holds; 0 for the default.
    #[serde(default)]
    pub max_age: f64,
    /// Ids of offers; with `*` at the end, all that begin so.
    #[serde(default)]
    pub stopped: Vec<String>,
    /// Nothing is personal.
    #[serde(default)]
    pub neutral: bool,
    /// Longest window of a flash offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash_hours: Option<f64>,
}

impl Switch {
    /// Reads a switch; `place` is for messages.
    ///
    /// # Errors
    ///
    /// `bad_switch`, with the field.
    pub fn read(place: &Path, bytes: &[u8]) -> Result<Switch> {
        let bad = |what: String| Error::new(Code::BadSwitch, format!("{}: {what}.", place.display()));
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(bad("it is no JSON object".into()));
        }
        let mut switch: Switch = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
        if switch.switch > FORMAT {
            return Err(bad(format!("switch = {} is a later format", switch.switch)));
        }
        switch.switch = FORMAT;
        if switch.max_age == 0.0 {
            switch.max_age = MAX_AGE;
        }
        if !(1.0..=31_536_000.0).contains(&switch.max_age) {
            return Err(bad(format!("max_age = {} is not from a second to a year", switch.max_age)));
        }
        if switch.sequence > LAST {
            return Err(bad(format!("sequence = {} is above 2^53", switch.sequence)));
        }
        if switch.flash_hours.is_some_and(|h| !(0.0..=8760.0).contains(&h)) {
            return Err(bad("flash_hours is not from 0 to a year".into()));
        }
        if let Some(id) = switch.stopped.iter().find(|id| id.is_empty() || id.trim_end_matches('*').contains('*')) {
            return Err(bad(format!("stopped: {id:?} is no id, and no beginning of ids with * at its end")));
        }
        Ok(switch)
    }

    /// The switch, where it has a number and a date, as `nearshelf switch` gives them.
    ///
    /// # Errors
    ///
    /// `bad_switch`.
    pub fn finished(self, place: &Path) -> Result<Switch> {
        if self.issued > 0 && self.sequence > 0 {
            return Ok(self);
        }
        let what = format!("{}: it has no number or date; write it with `nearshelf switch` first.", place.display());
        Err(Error::new(Code::BadSwitch, what))
    }

    /// The file, with a number and a date where it has none.
    pub fn write(mut self, now: Millis) -> Vec<u8> {
        if self.issued == 0 {
            self.issued = now.0;
        }
        if self.sequence == 0 {
            self.sequence = now.0.unsigned_abs().max(1);
        }
        serde_json::to_vec(&self).unwrap_or_default()
    }

    /// What it stops of these ids.
    pub fn stops(&self, id: &str) -> bool {
        self.stopped.iter().any(|s| s.strip_suffix('*').map_or(s == id, |begin| id.starts_with(begin)))
    }

    /// Entries of `stopped` that stop none of these.
    pub fn idle<'a>(&'a self, ids: &[String]) -> Vec<&'a str> {
        let alone = |s: &String| Switch { stopped: vec![s.clone()], ..self.clone() };
        self.stopped.iter().filter(|s| !ids.iter().any(|id| alone(s).stops(id))).map(String::as_str).collect()
    }
}

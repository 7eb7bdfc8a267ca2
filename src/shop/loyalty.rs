//! `loyalty.json`: how membership works. Read once, for the pack, the cards of its tasks, and the linter of offers.

use super::CardDraft;
use super::content::name;
use super::text_of;
use crate::error::{Code, Error, Result};
use crate::member::json::section;
use serde_json::Value;
use std::path::Path;

/// A shop's membership.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loyalty {
    /// The section `LOYL`.
    pub section: Vec<u8>,
    /// Ids of the levels, the first one first.
    pub levels: Vec<String>,
    /// The tasks that members are rewarded for, as cards.
    pub tasks: Vec<CardDraft>,
}

/// Reads a `loyalty.json`; days are those of the shop's zone.
///
/// # Errors
///
/// `io`; `bad_loyalty` with the place of what is wrong.
pub fn read(path: &Path, languages: &[String], zone_minutes: i32) -> Result<Loyalty> {
    let bad = |what: String| bad(path, &what);
    let file = json_of(path)?;
    let section = section(&file, zone_minutes, languages).map_err(bad)?;
    let all = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let id = |v: &Value| v["id"].as_str().unwrap_or("").to_string();
    let task = |v: &Value| {
        let titles: Vec<String> = languages.iter().enumerate().map(|(i, l)| name(v, "name", i, l)).collect();
        if titles.iter().all(String::is_empty) {
            return Err(bad(format!("the task {} has no name.", v["id"])));
        }
        Ok(CardDraft { id: id(v), kind: "task".into(), titles, ..CardDraft::default() })
    };
    Ok(Loyalty {
        section,
        levels: all(&file["levels"]).iter().map(id).collect(),
        tasks: all(&file["growth"]["tasks"]).iter().map(task).collect::<Result<_>>()?,
    })
}

/// A `loyalty.json` as it is.
///
/// # Errors
///
/// `io`, `bad_loyalty`.
pub fn json_of(path: &Path) -> Result<Value> {
    serde_json::from_str(&text_of(path)?).map_err(|e| bad(path, &format!("{e}.")))
}

/// What is wrong with a `loyalty.json`.
pub fn bad(path: &Path, what: &str) -> Error {
    Error::new(Code::BadLoyalty, format!("{}: {what}", path.display()))
}

/// What is wrong with the entries of a member.
pub fn bad_membership(path: &Path, what: &str) -> Error {
    Error::new(Code::BadMembership, format!("{}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_read_and_what_is_wrong_has_its_place() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop/loyalty.json");
        let languages = ["en".to_string(), "zh-CN".to_string()];
        let read_file = read(&sample, &languages, 480).expect("the sample");
        assert_eq!(read_file.levels, ["normal", "silver", "gold", "platinum"]);
        assert_eq!((read_file.tasks.len(), read_file.tasks[0].titles[1].as_str()), (5, "晒图评价"));
        let file: Value = serde_json::from_str(&text_of(&sample).expect("text")).expect("JSON");
        let wrong = |change: &dyn Fn(&mut Value)| {
            let mut file = file.clone();
            change(&mut file);
            section(&file, 480, &languages).expect_err("refused")
        };
        for (change, told) in [
            (
                &(|f: &mut Value| f["levels"][2]["growth"] = 100.into()) as &dyn Fn(&mut Value),
                "levels[2].growth has to be a whole number from 801",
            ),
            (
                &|f| f["growth"]["tasks"][1]["limit"]["per"] = "week".into(),
                "growth.tasks[1].limit.per has to be \"day\" or",
            ),
            (&|f| f["redeem"][5]["level"] = "bronze".into(), "redeem[5].level names no level of this file"),
            (&|f| f["redeem"][1]["id"] = "mug".into(), "redeem[3].id: \"mug\" is there twice"),
            (&|f| f["points"]["expires"] = 3.into(), "points has no \"expires\"; it has earn,"),
            (
                &|f| f["growth"]["spend"]["when"] = "paid".into(),
                "growth.spend.when has to be \"delivered\", not \"paid\"",
            ),
            (&|f| f["rates"]["USD"] = 0.into(), "rates.USD has to be a number above 0"),
            (&|f| f["period_months"] = 25.into(), "period_months has to be a whole number from 1 to 24, not 25"),
            (&|f| f["levels"] = Value::Null, "levels has to be a list of levels"),
        ] {
            let what = wrong(change);
            assert!(what.starts_with(told), "{what}");
        }
    }
}

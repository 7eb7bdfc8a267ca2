//! `[tags.NAME]`: what a shop calls shoppers whom a condition is about.

use super::condition::condition;
use crate::error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most rule tags of a shop.
const MOST: usize = 100;
/// Longest name, in bytes.
const LONGEST: usize = 64;

/// `[tags.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TagSection {
    /// The condition, as JSON.
    when: String,
    /// It holds for so long after it was last true; 0: only while it is.
    days: f64,
    /// What it is called.
    label: String,
    /// The same in Chinese.
    label_zh: String,
}

/// A rule tag.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTag {
    /// Its name.
    pub name: String,
    /// What it is called in English and in Chinese; empty where the shop does not say.
    pub labels: [String; 2],
    /// The condition, as JSON.
    pub when: String,
    /// Days that it holds after it was last true.
    pub days: f64,
}

/// The rule tags of a shop, by name.
///
/// # Errors
///
/// `bad_config`, naming the tag, and the place in its condition.
pub(super) fn rule_tags(sections: &BTreeMap<String, TagSection>) -> Result<Vec<RuleTag>> {
    let bad = |name: &str, what: String| Error::new(Code::BadConfig, format!("tags.{name}: {what}"));
    if sections.len() > MOST {
        return Err(Error::new(Code::BadConfig, format!("[tags] has {} tags, {MOST} at most.", sections.len())));
    }
    let rule = |(name, tag): (&String, &TagSection)| {
        if name.is_empty() || name.len() > LONGEST {
            return Err(bad(name, format!("a name has 1 to {LONGEST} bytes.")));
        }
        if !(0.0..=3_660.0).contains(&tag.days) {
            return Err(bad(name, format!("days = {} is not between 0 and 3660.", tag.days)));
        }
        let condition = condition(&tag.when).map_err(|what| bad(name, what))?;
        let labels = [tag.label.clone(), tag.label_zh.clone()];
        Ok(RuleTag { name: name.clone(), labels, when: condition.to_string(), days: tag.days })
    };
    sections.iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<RuleTag>> {
        let sections: BTreeMap<String, TagSection> = toml::from_str(text).expect("TOML");
        rule_tags(&sections)
    }

    #[test]
    fn a_tag_is_its_condition_and_how_long_it_holds() {
        let tags = read("[regular]\nwhen = '{ \"shopper.orders\": { \"$gte\": 5 } }'\ndays = 90\nlabel = \"Regular\"\nlabel_zh = \"常客\"").expect("tags");
        assert_eq!(tags[0].when, "{\"shopper.orders\":{\"$gte\":5}}");
        assert_eq!(
            (tags[0].name.as_str(), tags[0].days, &tags[0].labels),
            ("regular", 90.0, &["Regular".into(), "常客".into()])
        );
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_place() {
        let wrong = |text: &str| read(text).expect_err("refused").to_string();
        assert!(wrong("[a]\nwhen = '{'").contains("tags.a: when is no JSON"));
        assert!(wrong("[a]\nwhen = '{\"shopper.orders\":{\"$gtt\":5}}'").contains("$.shopper.orders.$gtt"));
        assert!(wrong("[a]\nwhen = '{\"x\":1}'\ndays = -1").contains("days = -1"));
        assert!(wrong("[a]\nwhen = '7'").contains("tags.a: $"));
    }
}

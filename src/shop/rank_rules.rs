//! `[rules.NAME]`: what a shop wants of its lists, for whom, where and when.

use super::condition::condition;
use super::log::time;
use super::scenes::{SaidSection, lifts};
use crate::error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most rules of a shop.
const MOST: usize = 200;
/// Longest name, in bytes.
const LONGEST: usize = 64;
/// Largest priority.
const FIRST: i32 = 1000;
/// Places of the longest shelf.
const PLACES: u32 = 200;

/// `[rules.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RankRuleSection {
    /// The condition, as JSON.
    when: Option<String>,
    /// What the host has to say of time and place.
    scene: SaidSection,
    /// Only on lists of these slots.
    slots: Vec<String>,
    /// From then on.
    start: Option<String>,
    /// Until then.
    end: Option<String>,
    /// Of two pins that do not go together that of the rule with the larger one stands.
    priority: i32,
    categories: BTreeMap<String, f64>,
    brands: BTreeMap<String, f64>,
    tags: BTreeMap<String, f64>,
    products: BTreeMap<String, f64>,
    /// Products at places, counted from 0.
    pin: BTreeMap<String, u32>,
    hide: HideSection,
}

/// `[rules.NAME.hide]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HideSection {
    categories: Vec<String>,
    brands: Vec<String>,
    tags: Vec<String>,
    products: Vec<String>,
}

/// A rule: when it holds, and what it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RankRule {
    /// Its name.
    pub name: String,
    /// Each holds when the host said one of its texts, such as `hour=20`.
    pub said: Vec<Vec<String>>,
    /// The condition, as JSON; empty for none.
    pub when: String,
    /// Slots it is for; none: for all.
    pub slots: Vec<String>,
    /// From then on, in milliseconds of UTC.
    pub start: Option<i64>,
    /// Until then.
    pub end: Option<i64>,
    /// Lifts of categories, brands, tags and products by path, name and id, in 1/65536.
    pub lifts: [Vec<(String, i32)>; 4],
    /// Products at places, counted from 0.
    pub pins: Vec<(String, u32)>,
    /// Tags, brands, categories and products that it hides: in the order of their numbers in a pin from [`HIDE`](crate::rank::HIDE) on.
    pub hide: [Vec<String>; 4],
}

/// The rules of a shop, the highest priority first, then by name.
///
/// # Errors
///
/// `bad_config`, naming the rule, and the place in its condition.
pub(super) fn rank_rules(sections: &BTreeMap<String, RankRuleSection>, zone_minutes: i32) -> Result<Vec<RankRule>> {
    if sections.len() > MOST {
        return Err(Error::new(Code::BadConfig, format!("[rules] has {} rules, {MOST} at most.", sections.len())));
    }
    let mut all: Vec<(i32, RankRule)> = Vec::with_capacity(sections.len());
    for (name, section) in sections {
        let rule = section
            .rule(name, zone_minutes)
            .map_err(|what| Error::new(Code::BadConfig, format!("rules.{name}: {what}")))?;
        all.push((section.priority, rule));
    }
    all.sort_by_key(|(priority, _)| std::cmp::Reverse(*priority));
    Ok(all.into_iter().map(|(_, rule)| rule).collect())
}

impl RankRuleSection {
    fn rule(&self, name: &str, zone_minutes: i32) -> std::result::Result<RankRule, String> {
        if name.is_empty() || name.len() > LONGEST {
            return Err(format!("a name has 1 to {LONGEST} bytes."));
        }
        if self.priority.abs() > FIRST {
            return Err(format!("priority = {} is not between -{FIRST} and {FIRST}.", self.priority));
        }
        let at = |key: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => match time::parse(text, zone_minutes) {
                Some(time) => Ok(Some(time.at)),
                None => Err(format!("{key} = \"{text}\" is no time.")),
            },
        };
        let (start, end) = (at("start", &self.start)?, at("end", &self.end)?);
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            return Err("its end is not behind its start.".into());
        }
        if let Some((id, place)) = self.pin.iter().find(|(_, place)| **place >= PLACES) {
            return Err(format!("the place of \"{id}\", {place}, is not one of 0 to {}.", PLACES - 1));
        }
        let HideSection { categories, brands, tags, products } = self.hide.clone();
        let rule = RankRule {
            name: name.into(),
            said: self.scene.conditions()?,
            when: self.when.as_deref().map(condition).transpose()?.map_or(String::new(), |c| c.to_string()),
            slots: self.slots.clone(),
            start,
            end,
            lifts: [lifts(&self.categories)?, lifts(&self.brands)?, lifts(&self.tags)?, lifts(&self.products)?],
            pins: self.pin.iter().map(|(id, place)| (id.clone(), *place)).collect(),
            hide: [tags, brands, categories, products],
        };
        if rule.lifts.iter().all(Vec::is_empty) && rule.pins.is_empty() && rule.hide.iter().all(Vec::is_empty) {
            return Err("it does nothing.".into());
        }
        Ok(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Vec<RankRule>, String> {
        let sections: BTreeMap<String, RankRuleSection> = toml::from_str(text).map_err(|e| e.to_string())?;
        rank_rules(&sections, 480).map_err(|e| e.to_string())
    }

    #[test]
    fn a_rule_is_when_it_holds_and_what_it_does() {
        let text = r#"
            [late]
            priority = -1
            brands = { "B" = -4 }
            [tea]
            when = '{ "shopper.stage": "new" }'
            scene = { hour = [22, 23] }
            slots = ["home"]
            start = "2026-09-01"
            end = "2026-09-02T00:00:00Z"
            categories = { "Food > Tea" = 0.5 }
            pin = { "p" = 3 }
            [tea.hide]
            tags = ["x"]
            products = ["q"]
        "#;
        let rules = read(text).expect("rules");
        assert_eq!([&rules[0].name, &rules[1].name], ["tea", "late"]);
        let tea = &rules[0];
        assert_eq!(tea.when, "{\"shopper.stage\":\"new\"}");
        assert_eq!(tea.said, [["hour=22".to_string(), "hour=23".into()]]);
        // A day begins by the shop's clock.
        assert_eq!((tea.start, tea.end), (Some(1_788_192_000_000), Some(1_788_307_200_000)));
        assert_eq!(tea.lifts, [vec![("Food > Tea".into(), 32_768)], vec![], vec![], vec![]]);
        assert_eq!((&tea.pins, &tea.slots), (&vec![("p".into(), 3)], &vec!["home".into()]));
        assert_eq!(tea.hide, [vec!["x".to_string()], vec![], vec![], vec!["q".into()]]);
        assert_eq!(rules[1].lifts[1], [("B".to_string(), -262_144)]);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = |text: &str| read(text).expect_err(text);
        assert!(wrong("[a]\nslots = [\"home\"]").contains("rules.a: it does nothing"));
        assert!(wrong("[a]\nbrand = { x = 1 }").contains("brand"));
        assert!(wrong("[a]\nbrands = { x = 5 }").contains("\"x\", 5"));
        assert!(wrong("[a]\npin = { x = 200 }").contains("\"x\", 200"));
        assert!(wrong("[a]\npin = { x = -1 }").contains("-1"));
        assert!(wrong("[a]\nstart = \"soon\"\npin = { x = 1 }").contains("soon"));
        assert!(wrong("[a]\nstart = \"2026-09-02\"\nend = \"2026-09-02\"\npin = { x = 1 }").contains("end"));
        assert!(wrong("[a]\npriority = 1001\npin = { x = 1 }").contains("1001"));
        assert!(wrong("[a]\nwhen = '{'\npin = { x = 1 }").contains("no JSON"));
        assert!(wrong("[a]\nwhen = '{\"x\":{\"$gtt\":1}}'\npin = { x = 1 }").contains("$.x.$gtt"));
        assert!(wrong("[a]\nscene = { wether = [\"rain\"] }\npin = { x = 1 }").contains("wether"));
        assert!(wrong("[a]\nscene = { hour = [3, 24] }\npin = { x = 1 }").contains("24"));
        assert!(wrong("[a.hide]\nproduct = [\"x\"]").contains("product"));
    }
}

//! Reading the offers: promotions of `promotion-case/v1`, with names, markets and wallets.

use super::Result;
use super::condition::{asks_for_shopper, condition, sound};
use crate::catalog::Market;
use crate::error::{Code, Error};
use crate::offer::Offers;
use crate::offer::calendar::Calendar;
use crate::offer::json::read_offers;
use serde_json::Value;
use std::path::Path;

/// One market's offers.
#[derive(Debug, Clone, Default)]
pub struct MarketOffers {
    /// In the order of the file.
    pub offers: Offers,
    /// One name a language, for each offer; may be empty.
    pub names: Vec<Vec<String>>,
    /// Which of them wait in a wallet.
    pub coupons: Vec<bool>,
    /// What each may be shown with; mostly nothing.
    pub creatives: Vec<Vec<String>>,
    /// Those that have conditions.
    pub conditions: Vec<OfferConditions>,
    /// Granting campaigns that are switched on.
    pub grants: Vec<crate::offer::grant::Grant>,
}

/// The conditions of an offer, or of one of its creatives, as JSON; empty for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferConditions {
    /// The offer's id; of a creative a line with its name behind it.
    pub id: String,
    /// Who may use it: never asks for the shopper.
    pub when: String,
    /// To whom it is put forward.
    pub audience: String,
}

/// The shop's days: those that move from year to year, and its zone in minutes east of UTC.
#[derive(Debug, Clone, Default)]
pub(super) struct Days {
    pub(super) calendar: Calendar,
    pub(super) zone: i32,
}

impl Days {
    /// Of a shop folder.
    pub(super) fn read(files: &super::ShopFiles, zone: i32) -> Result<Days> {
        let calendar = files.calendar.as_deref().map_or(Ok(Calendar::default()), calendar)?;
        Ok(Days { calendar, zone })
    }
}

/// Reads a `calendar.json`.
///
/// # Errors
///
/// `io`, `bad_offers`.
pub fn calendar(path: &Path) -> Result<Calendar> {
    let bad = |what: String| Error::new(Code::BadOffers, format!("{}: {what}.", path.display()));
    let file: Value = serde_json::from_str(&super::text_of(path)?).map_err(|e| bad(e.to_string()))?;
    Calendar::read(&file).map_err(bad)
}

/// Reads `offers.json`: `{"promotions": [...]}`, where a promotion may also have `market`, `name`, `name_<language>`,
/// `coupon`, `creatives`, and the conditions `when` and `audience`.
/// Campaigns whose id is among `grants` are read too.
pub(super) fn read(
    path: &Path,
    markets: &[Market],
    languages: &[String],
    grants: &[String],
    days: &Days,
) -> Result<Vec<MarketOffers>> {
    let bad = |what: String| Error::new(Code::BadOffers, format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| Error::new(Code::Io, format!("{}: {e}.", path.display())))?;
    let file: Value = serde_json::from_str(&text).map_err(|e| bad(format!("{e}.")))?;
    let mut all = file["promotions"].as_array().cloned().ok_or_else(|| bad("it has no list \"promotions\".".into()))?;
    for p in all.iter_mut().filter(|p| p.is_object()) {
        days.calendar.resolve(p, days.zone).map_err(|e| {
            let field = if e.field.is_empty() { String::new() } else { format!(".{}", e.field) };
            bad(format!("promotion {}, window{field}: {}.", p["id"], e.what))
        })?;
    }
    let all = &all;
    for p in all {
        if let Some(m) = p["market"].as_str().filter(|m| markets.iter().all(|x| x.code != *m)) {
            return Err(bad(format!("promotion {} is for market \"{m}\", which the shop does not have.", p["id"])));
        }
    }
    let mut out = Vec::with_capacity(markets.len());
    for market in markets {
        let here: Vec<Value> =
            all.iter().filter(|p| p["market"].as_str().is_none_or(|m| m == market.code)).cloned().collect();
        let names = here.iter().map(|p| languages.iter().enumerate().map(|(i, l)| name(p, i, l)).collect()).collect();
        let coupons = here.iter().map(|p| p["coupon"] == true).collect();
        let (creatives, audiences) = creatives(&here).map_err(&bad)?;
        let conditions: std::result::Result<Vec<_>, String> =
            here.iter().filter_map(|p| conditions(p).transpose()).collect();
        let mut conditions = conditions.map_err(&bad)?;
        conditions.extend(audiences);
        let offers = read_offers(&Value::Array(here))
            .map_err(|e| bad(format!("{} at {} (counted among market {}).", e.code.code(), e.path, market.code)))?;
        out.push(MarketOffers { offers, names, coupons, creatives, conditions, grants: Vec::new() });
    }
    let codes: Vec<String> = markets.iter().map(|m| m.code.clone()).collect();
    super::grants::read(&file, grants, &codes, &mut out)?;
    Ok(out)
}

/// Creatives of one offer, and different ones of a market, at most.
const MOST_CREATIVES: [usize; 2] = [8, 32];
/// Bytes of a creative's name at most.
const LONGEST_CREATIVE: usize = 100;
/// What stands between an offer's id and the name of one of its creatives.
const OF: char = '\n';

/// Names promotion by promotion, and the conditions of those that are not for everyone.
type Creatives = (Vec<Vec<String>>, Vec<OfferConditions>);

/// What each promotion may be shown with, and for whom where that is said. `Err`: what is wrong with them.
fn creatives(promotions: &[Value]) -> std::result::Result<Creatives, String> {
    let [of_one, of_all] = MOST_CREATIVES;
    let mut all = std::collections::BTreeSet::new();
    let (mut out, mut audiences) = (Vec::with_capacity(promotions.len()), Vec::new());
    for p in promotions {
        let wrong = |what: &str| format!("promotion {}, creatives: {what}", p["id"]);
        let list = match &p["creatives"] {
            Value::Null => &Vec::new(),
            given => {
                given.as_array().ok_or_else(|| wrong("they are a list of names, or of {\"name\", \"audience\"}."))?
            }
        };
        let mut names: Vec<String> = Vec::with_capacity(list.len());
        for creative in list {
            let object = creative.as_object();
            if let Some(other) = object.and_then(|o| o.keys().find(|k| *k != "name" && *k != "audience")) {
                return Err(wrong(&format!("{other:?} is unknown: one is a name, or has \"name\" and \"audience\".")));
            }
            let name = object.map_or(creative, |o| o.get("name").unwrap_or(&Value::Null));
            let name = name.as_str().filter(|n| !n.is_empty() && n.len() <= LONGEST_CREATIVE && !n.contains(OF));
            let name = name.ok_or_else(|| wrong(&format!("a name has 1 to {LONGEST_CREATIVE} bytes, in one line.")))?;
            let audience =
                text(creative, "audience").map_err(|what| wrong(&format!("\"{name}\", audience: {what}")))?;
            if !audience.is_empty() {
                if names.is_empty() {
                    return Err(wrong("the first is for everyone: it is shown where nobody is looked at."));
                }
                let id = format!("{}{OF}{name}", p["id"].as_str().unwrap_or(""));
                audiences.push(OfferConditions { id, when: String::new(), audience });
            }
            if names.iter().any(|n| n == name) {
                return Err(wrong(&format!("\"{name}\" is named twice.")));
            }
            names.push(name.into());
        }
        if names.len() == 1 || names.len() > of_one {
            return Err(wrong(&format!("they are 2 to {of_one}: between fewer there is nothing to learn.")));
        }
        all.extend(names.iter().cloned());
        if all.len() > of_all {
            return Err(wrong(&format!(
                "a market has {of_all} different ones at most, since each shopper teaches few."
            )));
        }
        out.push(names);
    }
    Ok((out, audiences))
}

/// The condition that stands under a key, as JSON; empty where none does. `Err`: what is wrong with it.
fn text(of: &Value, key: &str) -> std::result::Result<String, String> {
    match &of[key] {
        Value::Null => Ok(String::new()),
        // As an object, or as its JSON in a text, as the settings have it.
        Value::String(text) => condition(text).map(|c| c.to_string()),
        object => sound(object).map(|()| object.to_string()),
    }
}

/// The conditions of a promotion. `Err`: what is wrong with them.
fn conditions(p: &Value) -> std::result::Result<Option<OfferConditions>, String> {
    let named = |key: &str| text(p, key).map_err(|what| format!("promotion {}, {key}: {what}", p["id"]));
    let (when, audience) = (named("when")?, named("audience")?);
    if asks_for_shopper(&when) {
        let what = "asks for the shopper. Who may use an offer, and at what price, depends on no portrait: put it forward to an `audience`.";
        return Err(format!("promotion {}, when: {what}", p["id"]));
    }
    if when.is_empty() && audience.is_empty() {
        return Ok(None);
    }
    Ok(Some(OfferConditions { id: p["id"].as_str().unwrap_or("").into(), when, audience }))
}

/// `name_zh` for `zh-CN`; the first language also takes `name`.
fn name(p: &Value, place: usize, language: &str) -> String {
    let primary = language.split('-').next().unwrap_or(language);
    let own = p[format!("name_{primary}")].as_str();
    let plain = if place == 0 || primary == "en" { p["name"].as_str() } else { None };
    own.or(plain).unwrap_or("").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_are_objects_or_their_json() {
        let of = |p: Value| conditions(&p);
        assert_eq!(of(json!({ "id": "a", "percent_bp": 1 })), Ok(None));
        let both = of(json!({ "id": "a", "when": { "tier": "gold" }, "audience": "{ \"shopper.stage\": \"new\" }" }));
        let expected = OfferConditions {
            id: "a".into(),
            when: "{\"tier\":\"gold\"}".into(),
            audience: "{\"shopper.stage\":\"new\"}".into(),
        };
        assert_eq!(both, Ok(Some(expected)));
    }

    #[test]
    fn creatives_are_names_for_everyone_but_the_first_may_be_for_some() {
        let of = |list: Value| creatives(&[json!({ "id": "a" }), json!({ "id": "b", "creatives": list })]);
        let women = json!({ "shopper.declared.gender": "female" });
        let (names, audiences) =
            of(json!(["plain", { "name": "warm", "audience": women }, { "name": "bold" }])).expect("sound");
        assert_eq!(names, [vec![], vec!["plain".to_string(), "warm".into(), "bold".into()]]);
        let audience = women.to_string();
        assert_eq!(audiences, [OfferConditions { id: "b\nwarm".into(), when: String::new(), audience }]);
        for (list, says) in [
            (json!("plain"), "a list of names"),
            (json!(["plain"]), "2 to 8"),
            (json!(["plain", 7]), "1 to 100 bytes"),
            (json!(["plain", { "audience": {} }]), "1 to 100 bytes"),
            (json!(["plain", "a\nb"]), "in one line"),
            (json!(["plain", { "name": "plain" }]), "named twice"),
            (json!([{ "name": "warm", "audience": women }, "plain"]), "the first is for everyone"),
            (json!(["plain", { "name": "warm", "when": women }]), "\"when\" is unknown"),
            (json!(["plain", { "name": "warm", "audience": { "x": { "$gtt": 1 } } }]), "\"warm\", audience: "),
        ] {
            let said = of(list.clone()).expect_err(says);
            assert!(said.contains("promotion \"b\", creatives: ") && said.contains(says), "{list}: {said}");
        }
    }

    #[test]
    fn who_may_use_an_offer_never_depends_on_the_shopper() {
        let wrong = |p: Value| conditions(&p).expect_err("refused");
        for when in [json!({ "shopper.stage": "new" }), json!({ "$not": { "shopper": { "orders": 1 } } })] {
            let what = wrong(json!({ "id": "a", "when": when }));
            assert!(what.contains("\"a\", when: asks for the shopper") && what.contains("audience"), "{what}");
        }
        // A page may well have an attribute of such a name.
        assert!(conditions(&json!({ "id": "a", "when": { "shoppers": 3 } })).is_ok());
        assert!(wrong(json!({ "id": "a", "when": { "x": { "$gtt": 1 } } })).contains("$.x.$gtt"));
        assert!(wrong(json!({ "id": "a", "audience": 7 })).contains("audience"));
        assert!(wrong(json!({ "id": "a", "audience": "{" })).contains("no JSON"));
    }
}

//! `[promotions]`: which offers are put forward to whom, and which granting campaigns of `offers.json` are switched on.

use super::ground::products_of;
use super::{MarketOffers, OfferConditions};
use crate::catalog::Market;
use crate::catalog::build::ProductDraft;
use crate::error::{Code, Error, Result};
use crate::insight::learn::{MOST_PRIOR, PRIORS, Tally};
use crate::insight::promote::{KINDS, MOST_WEIGHT, NEVER, Promoting, SPEAKERS, place};
use crate::offer::Promotion;
use crate::offer::lint::{Product, trial::leads_below};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Largest weight in a table, either way.
const LARGEST: f64 = 100.0;
/// Weights are kept in thousandths.
const ONE: f64 = 1000.0;
/// What is thought of a kind where a shop says nothing: one of twenty showings is chosen.
const PRIOR: Tally = Tally { shown: 20, chosen: 1 };

/// `[promotions]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PromotionSection {
    /// Weight below which an offer is not put forward.
    least_weight: Option<f64>,
    /// Share of a list price below which no offer that is put forward may lead.
    least_price: Option<f64>,
    /// Kinds that are discounts.
    discounts: Option<Vec<String>>,
    /// Granting campaigns that are switched on, by id.
    grants: Option<Vec<String>>,
    caps: Caps,
    hold_back: HoldBack,
    /// By kind of offer: what speaks for it, and how much.
    response: BTreeMap<String, BTreeMap<String, f64>>,
    learning: Option<LearningSection>,
}

/// `[promotions.learning]`: what is thought of an offer before its showings were answered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LearningSection {
    /// Of every kind that is not named, and of creatives.
    prior: Option<Prior>,
    creatives: Option<Prior>,
    kinds: BTreeMap<String, Prior>,
}

/// So many showings, of which so many were answered.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prior {
    shown: u32,
    chosen: u32,
}

/// `[promotions.caps]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Caps {
    offer_day: Option<u32>,
    offer_week: Option<u32>,
    day: Option<u32>,
    week: Option<u32>,
}

/// `[promotions.hold_back]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HoldBack {
    about_to_buy: Option<f64>,
    alive: Option<f64>,
    recent_days: Option<u32>,
    price_sensitive: Option<f64>,
}

/// How offers are put forward, as the pack takes it, and what only the builder asks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PromotionSettings {
    /// What devices go by.
    pub promoting: Promoting,
    /// Share of a list price below which no offer that is put forward may lead; 0: none.
    pub least_price: f64,
    /// Granting campaigns that are switched on, by id.
    pub grants: Vec<String>,
    /// Where devices learn: what is thought of each kind before, in the order of the kinds, and of creatives.
    pub priors: Option<[Tally; PRIORS]>,
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, format!("promotions: {what}"))
}

impl PromotionSection {
    /// These settings, and the shipped ones where they are silent.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming what is unknown or out of range.
    pub(super) fn or(&self, shipped: &PromotionSection) -> Result<PromotionSettings> {
        let share = |name: &str, own: Option<f64>, usual: Option<f64>| match own.or(usual) {
            Some(v) if !(0.0..=1.0).contains(&v) => Err(bad(format!("{name} = {v} is not between 0 and 1."))),
            v => Ok(v),
        };
        let thousandths = |v: Option<f64>| v.map_or(NEVER, |v| libm::round(v * ONE) as u32);
        let cap = |name: &str, own: Option<u32>, usual: Option<u32>| match own.or(usual).unwrap_or(0) {
            n if n > 255 => Err(bad(format!("caps.{name} = {n} is not between 0 and 255."))),
            n => Ok(n),
        };
        let (hold, usual) = (&self.hold_back, &shipped.hold_back);
        let mut p = Promoting {
            intent: thousandths(share("hold_back.about_to_buy", hold.about_to_buy, usual.about_to_buy)?),
            alive: thousandths(share("hold_back.alive", hold.alive, usual.alive)?),
            sensitive: thousandths(share("hold_back.price_sensitive", hold.price_sensitive, usual.price_sensitive)?),
            recent_days: hold.recent_days.or(usual.recent_days).unwrap_or(0),
            ..Promoting::default()
        };
        let (own, usual) = (&self.caps, &shipped.caps);
        p.caps = [
            cap("offer_day", own.offer_day, usual.offer_day)?,
            // A byte a day.
            own.offer_week.or(usual.offer_week).unwrap_or(0),
            cap("day", own.day, usual.day)?,
            own.week.or(usual.week).unwrap_or(0),
        ];
        if let Some(least) = self.least_weight.or(shipped.least_weight) {
            p.least = weight("least_weight", least)?;
        }
        for kind in self.discounts.as_ref().or(shipped.discounts.as_ref()).into_iter().flatten() {
            p.discounts |= 1 << kind_of(kind)?;
        }
        for section in [shipped, self] {
            for (kind, table) in &section.response {
                let number = kind_of(kind)?;
                for (speaker, value) in table {
                    let what = format!("response.{kind}: {speaker}");
                    let of = place(SPEAKERS, speaker)
                        .ok_or_else(|| bad(format!("{what} is none of {}.", SPEAKERS.replace(' ', ", "))))?;
                    let value = weight(&what, *value)?;
                    p.response.retain(|row| (row.0, row.1) != (number, of));
                    if value != 0 {
                        p.response.push((number, of, value));
                    }
                }
            }
        }
        Ok(PromotionSettings {
            promoting: p,
            least_price: share("least_price", self.least_price, shipped.least_price)?.unwrap_or(0.0),
            grants: self.grants.clone().or(shipped.grants.clone()).unwrap_or_default(),
            priors: self.learning.as_ref().or(shipped.learning.as_ref()).map(LearningSection::priors).transpose()?,
        })
    }
}

impl LearningSection {
    fn priors(&self) -> Result<[Tally; PRIORS]> {
        let of = |what: &str, prior: Prior| {
            let Prior { shown, chosen } = prior;
            if !(2..=MOST_PRIOR).contains(&shown) || !(1..shown).contains(&chosen) {
                let range =
                    format!("showings are 2 to {MOST_PRIOR}, and at least one of them is chosen and one is not");
                return Err(bad(format!("learning.{what} = {{ shown = {shown}, chosen = {chosen} }}: {range}.")));
            }
            Ok(Tally { shown, chosen })
        };
        let usual = self.prior.map_or(Ok(PRIOR), |p| of("prior", p))?;
        let mut priors = [usual; PRIORS];
        if let Some(prior) = self.creatives {
            priors[PRIORS - 1] = of("creatives", prior)?;
        }
        for (kind, prior) in &self.kinds {
            priors[usize::from(kind_of(kind)?)] = of(&format!("kinds.{kind}"), *prior)?;
        }
        Ok(priors)
    }
}

/// An offer that is put forward to nobody, since it would sell something too cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooCheap {
    /// The market.
    pub market: String,
    /// The offer.
    pub offer: String,
    /// The first product that it would sell below the least price.
    pub sku: String,
}

/// What nobody meets.
const NOBODY: &str = "{\"$not\":{}}";

/// Closes the audience of offers that would sell something below a share of its list price: they can be used, and are put forward to nobody.
pub(super) fn hold_cheap(
    offers: &mut [MarketOffers],
    products: &[ProductDraft],
    markets: &[Market],
    least: f64,
) -> Vec<TooCheap> {
    let least_bp = libm::round(least * 10_000.0) as i64;
    let mut out = Vec::new();
    if least_bp == 0 {
        return out;
    }
    let all = products_of(products, markets);
    for (market, offers) in markets.iter().zip(offers) {
        let here: Vec<&Product> = all.iter().filter(|p| p.market == market.code).collect();
        let list: Vec<Promotion> = offers.offers.list().to_vec();
        for p in &list {
            let Some(found) = leads_below(p, &here, least_bp) else { continue };
            out.push(TooCheap { market: market.code.clone(), offer: p.id.clone(), sku: found.line.sku.clone() });
            match offers.conditions.iter_mut().find(|c| c.id == p.id) {
                Some(c) => c.audience = NOBODY.into(),
                None => offers.conditions.push(OfferConditions {
                    id: p.id.clone(),
                    audience: NOBODY.into(),
                    ..OfferConditions::default()
                }),
            }
        }
    }
    out
}

fn kind_of(kind: &str) -> Result<u8> {
    place(KINDS, kind)
        .ok_or_else(|| bad(format!("\"{kind}\" is no kind of offer; these are {}.", KINDS.replace(' ', ", "))))
}

fn weight(what: &str, value: f64) -> Result<i32> {
    if !(-LARGEST..=LARGEST).contains(&value) {
        return Err(bad(format!("{what} = {value} is not between -{LARGEST} and {LARGEST}.")));
    }
    Ok((libm::round(value * ONE) as i32).clamp(-MOST_WEIGHT, MOST_WEIGHT))
}

#[cfg(test)]
mod tests {
    use super::super::config::ShopConfig;
    use super::*;

    fn settings(text: &str) -> Result<PromotionSettings> {
        ShopConfig::parse(text)?.promotions()
    }

    #[test]
    fn as_shipped_everything_is_put_forward_in_the_shop_s_order() {
        assert_eq!(settings("").expect("shipped"), PromotionSettings::default());
    }

    #[test]
    fn a_shop_says_what_speaks_for_an_offer_how_often_and_who_buys_anyway() {
        let text = "[promotions]\nleast_weight = 0.5\nleast_price = 0.6\ndiscounts = [\"percent\", \"fixed\"]\ngrants = [\"spring\"]\n\
            [promotions.caps]\noffer_day = 2\nweek = 20\n[promotions.hold_back]\nabout_to_buy = 0.6\nalive = 0.9\nrecent_days = 30\n\
            [promotions.response]\npercent = { always = 1, price_sensitive = 2.5 }\ngift = { interest = -1, points = 0 }";
        let s = settings(text).expect(text);
        let p = &s.promoting;
        assert_eq!((p.least, p.caps, p.discounts), (500, [2, 0, 0, 20], 0b11));
        assert_eq!((p.intent, p.alive, p.recent_days, p.sensitive), (600, 900, 30, NEVER));
        let of = |word: &str| place(SPEAKERS, word).expect(word);
        assert_eq!(p.response.len(), 3);
        assert!(
            p.response.contains(&(0, of("price_sensitive"), 2_500))
                && p.response.contains(&(8, of("interest"), -1_000))
        );
        assert_eq!((s.least_price, s.grants), (0.6, vec!["spring".to_string()]));
    }

    #[test]
    fn a_shop_that_learns_says_what_is_thought_before() {
        let of = |text: &str| settings(text).expect(text).priors;
        assert_eq!(of("[promotions]"), None);
        assert_eq!(of("[promotions.learning]"), Some([PRIOR; PRIORS]));
        let text = "[promotions.learning]\nprior = { shown = 30, chosen = 3 }\ncreatives = { shown = 10, chosen = 1 }\n\
            [promotions.learning.kinds]\ngift = { shown = 40, chosen = 8 }";
        let priors = of(text).expect("it learns");
        let tally = |shown, chosen| Tally { shown, chosen };
        assert_eq!([priors[0], priors[8], priors[11]], [tally(30, 3), tally(40, 8), tally(10, 1)]);
    }

    #[test]
    fn an_offer_that_would_sell_something_too_cheap_is_put_forward_to_nobody() {
        use crate::catalog::Availability;
        use crate::catalog::build::{VariantDraft, VariantOffer};
        use crate::money::Minor;
        use crate::offer::{Kind, Offers};
        let product = |id: &str, list, sale| ProductDraft {
            id: id.into(),
            variants: vec![VariantDraft {
                id: id.into(),
                titles: vec![],
                offers: vec![VariantOffer { list: Some(list), sale, availability: Availability::InStock }],
            }],
            ..ProductDraft::default()
        };
        let market = Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 };
        let mut off = Promotion::new("40-off-150", Kind::Fixed { amount: Minor(4_000) });
        off.threshold = Some(Minor(15_000));
        let mut cup = Promotion::new("cups", Kind::Percent { bp: 2_000 });
        cup.scope.skus = Some(vec!["cup".into()]);
        let list = vec![
            Promotion::new("fifth", Kind::Percent { bp: 2_000 }),
            off,
            cup,
            Promotion::new("ship", Kind::Shipping { amount: None }),
        ];
        let offers =
            || vec![MarketOffers { offers: Offers::new(list.clone()).expect("sound"), ..MarketOffers::default() }];
        // The pot is at 70 % already: a fifth off leaves 56 %, and 40 of 150 leave 56 % of it too (3 for 210, less 40: 170 of 300).
        let products = [product("cup", 5_000, None), product("pot", 10_000, Some(7_000))];
        let closed = |least| {
            let mut offers = offers();
            let told = hold_cheap(&mut offers, &products, std::slice::from_ref(&market), least);
            let closed: Vec<String> =
                offers[0].conditions.iter().filter(|c| c.audience == NOBODY).map(|c| c.id.clone()).collect();
            assert_eq!(told.iter().map(|t| t.offer.clone()).collect::<Vec<_>>(), closed);
            assert!(told.iter().all(|t| t.market == "cn" && (least > 0.7 || t.sku == "pot")));
            closed
        };
        assert_eq!(closed(0.0), Vec::<String>::new());
        assert_eq!(closed(0.55), Vec::<String>::new());
        assert_eq!(closed(0.6), ["fifth", "40-off-150"]);
        assert_eq!(closed(0.9), ["fifth", "40-off-150", "cups"]);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, says) in [
            ("least_price = 2", "least_price = 2"),
            ("least_weight = 101", "least_weight = 101"),
            ("discounts = [\"rebate\"]", "\"rebate\" is no kind"),
            ("caps = { offer_day = 256 }", "caps.offer_day = 256"),
            ("caps = { hour = 1 }", "hour"),
            ("hold_back = { alive = 1.5 }", "hold_back.alive = 1.5"),
            ("response = { percent = { love = 1 } }", "response.percent: love"),
            ("response = { rebate = { always = 1 } }", "rebate"),
            ("response = { gift = { always = -200 } }", "always = -200"),
            ("learning = { prior = { shown = 1, chosen = 1 } }", "learning.prior = { shown = 1, chosen = 1 }"),
            ("learning = { creatives = { shown = 9, chosen = 9 } }", "learning.creatives"),
            ("learning = { kinds = { gift = { shown = 251, chosen = 9 } } }", "2 to 250"),
            ("learning = { kinds = { rebate = { shown = 20, chosen = 9 } } }", "\"rebate\" is no kind"),
            ("learning = { rate = 1 }", "rate"),
        ] {
            let said = settings(&format!("[promotions]\n{text}")).expect_err(text).detail().to_string();
            assert!(said.contains(says), "{text}: {said}");
        }
    }
}

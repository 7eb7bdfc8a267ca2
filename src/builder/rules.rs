//! The rank rules, in the words of requests: what each lifts, pins and hides.

use super::cards::{lifted, unknown};
use crate::catalog::Catalog;
use crate::codec::Writer;
use crate::error::Result;
use crate::rank::{HIDE, LIFT};
use crate::shop::{MarketOffers, RankRule};

/// Kinds of what is hidden, in the order of their numbers in a pin from [`HIDE`] on.
const KINDS: [&str; 4] = ["tag", "brand", "category", "product"];

/// The section.
///
/// # Errors
///
/// `bad_config` when a rule names what the catalogue does not have.
pub(super) fn write(catalog: &Catalog, rules: &[RankRule]) -> Result<Vec<u8>> {
    let mut w = Writer::new();
    w.count(rules.len());
    for rule in rules {
        w.str(&rule.name);
        w.count(rule.said.len());
        for any in &rule.said {
            w.count(any.len());
            any.iter().for_each(|text| w.str(text));
        }
        let pins = pins(catalog, rule)?;
        w.count(pins.len());
        for (what, index) in pins {
            w.str(&what);
            w.u32(index);
        }
        w.str(&rule.when);
        w.count(rule.slots.len());
        rule.slots.iter().for_each(|slot| w.str(slot));
        [rule.start, rule.end].into_iter().for_each(|at| w.f64(at.map_or(f64::NAN, |ms| ms as f64)));
    }
    Ok(w.finish())
}

/// Conditions of all markets' offers, and how many there are.
pub(super) fn offers(markets: &[MarketOffers]) -> (usize, Vec<u8>) {
    let mut w = Writer::new();
    let n = markets.iter().map(|m| m.conditions.len()).sum();
    w.count(n);
    for (market, offers) in (0..).zip(markets) {
        for c in &offers.conditions {
            w.u32(market);
            [&c.id, &c.when, &c.audience].into_iter().for_each(|text| w.str(text));
        }
    }
    (n, w.finish())
}

/// What a rule does, as pins of a request: places first, then lifts, then what is hidden.
fn pins(catalog: &Catalog, rule: &RankRule) -> Result<Vec<(String, u32)>> {
    let name = format!("rules.{}", rule.name);
    let product = |id: &String| -> Result<String> {
        let found = catalog.find(id).ok_or_else(|| unknown(&name, id, "product"))?;
        Ok(catalog.id(found.row).to_string())
    };
    let mut pins = Vec::new();
    for (id, place) in &rule.pins {
        pins.push((product(id)?, *place));
    }
    let [categories, brands, tags, products] = &rule.lifts;
    let lists = [("category", categories), ("brand", brands), ("tag", tags), ("product", products)];
    pins.extend(lifted(catalog, &name, &lists)?.into_iter().map(|(id, by)| (id, by as u32 | LIFT)));
    for ((kind, place), list) in
        (0..).zip(KINDS).zip(&rule.hide).map(|((i, kind), list)| ((kind, HIDE | i << 16), list))
    {
        for key in list {
            let number = match kind {
                "tag" => catalog.tag_named(key),
                "brand" => catalog.brand_named(key),
                "category" => catalog.category_named(key),
                _ => {
                    pins.push((product(key)?, place));
                    continue;
                }
            };
            pins.push((String::new(), place | number.ok_or_else(|| unknown(&name, key, kind))?));
        }
    }
    Ok(pins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::assemble::assemble;
    use crate::builder::counts::Recipe;
    use crate::codec::Reader;
    use crate::pack::{Pack, Tag};
    use crate::rank::Blend;
    use crate::shop::{Shop, ShopFiles, Silent};

    #[test]
    fn a_rule_is_in_the_pack_in_the_words_of_requests() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop");
        let mut shop = Shop::read(&ShopFiles::in_folder(&folder).expect("the sample"), &Silent).expect("the sample");
        let some = |key: &str| vec![(key.to_string(), 65_536)];
        shop.rank_rules = vec![RankRule {
            name: "tea".into(),
            when: "{\"member\":true}".into(),
            slots: vec!["home".into()],
            start: Some(1000),
            lifts: [some("Food > Tea & coffee"), vec![], vec![], vec![("40001".into(), -65_536), ("40003".into(), 1)]],
            pins: vec![("40003-250".into(), 2)],
            hide: [vec![], vec![], vec!["Food > Snacks".into()], vec!["40009".into()]],
            ..RankRule::default()
        }];
        let pack = |shop: &Shop| {
            let sessions = &shop.log.sessions;
            let recipe = Recipe::of(sessions, shop, 5);
            Pack::open(assemble(shop, sessions, recipe, &Blend::default(), &Silent)?)
        };
        let p = pack(&shop).expect("a pack");
        let mut r = Reader::new(p.section(Tag::RULE, 0).expect("rules"));
        assert_eq!((r.count(4), r.str(), r.count(4)), (1, "tea", 0));
        let snacks =
            Catalog::open(p.clone()).expect("a catalogue").category_named("Food > Snacks").expect("a category");
        let pins: Vec<(String, u32)> = (0..r.count(8)).map(|_| (r.str().to_string(), r.u32())).collect();
        assert_eq!(pins[0], ("40003".into(), 2), "a variant stands for its product");
        assert_eq!(
            pins[pins.len() - 2..],
            [(String::new(), HIDE | 2 << 16 | snacks), ("40009".into(), HIDE | 3 << 16)]
        );
        let lift = |id: &str| pins.iter().find(|(pin, by)| pin == id && *by >= LIFT).map(|(_, by)| by - LIFT);
        assert_eq!((lift("40001"), lift("40002"), lift("40003")), (None, Some(65_536), Some(65_537)), "they add up");
        assert_eq!((r.str(), r.count(4), r.str(), r.f64()), ("{\"member\":true}", 1, "home", 1000.0));
        assert!(r.f64().is_nan() && r.end().is_ok());
        for kind in 0..4 {
            let mut wrong = shop.clone();
            wrong.rank_rules[0].lifts[kind] = some("no-such");
            assert!(pack(&wrong).expect_err("unknown").to_string().contains("rules.tea: \"no-such\" is no"), "{kind}");
            let mut wrong = shop.clone();
            wrong.rank_rules[0].hide[kind] = vec!["no-such".into()];
            assert!(pack(&wrong).expect_err("unknown").to_string().contains("rules.tea: \"no-such\" is no"), "{kind}");
        }
        shop.rank_rules[0].pins = vec![("no-such".into(), 1)];
        assert_eq!(pack(&shop).expect_err("unknown").code(), "bad_config");
    }
}

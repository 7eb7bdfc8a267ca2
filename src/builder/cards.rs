//! Content, activities, the prior and the scenes, in the numbers of the finished catalogue.

use super::rules;
use crate::catalog::{Catalog, PATH_SEPARATOR};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::offer::{Kind, Promotion, Scope};
use crate::pack::{PackWriter, Tag};
use crate::rank::LIFT;
use crate::shop::{CardDraft, MarketOffers, PriorDraft, RuleTag, SceneDraft, Shop};
use std::collections::BTreeMap;

/// Products that stand for a scope which is no list of products or categories.
const LEADING: usize = 24;
/// Products that a category or a tag of a scene lifts, the most popular.
const LIFTED: usize = 500;

/// Adds the sections.
///
/// # Errors
///
/// `bad_config` when a scene, `bad_prior` when the prior names what the catalogue does not have.
pub(super) fn add(shop: &Shop, catalog: &Catalog, more_tags: &[RuleTag], out: &mut PackWriter) -> Result<()> {
    section(catalog, 0, &shop.content, out);
    for (market, offers) in (1..).zip(&shop.offers) {
        section(catalog, market, &activities(shop, catalog, offers), out);
    }
    if let Some((draft, weight)) = &shop.prior {
        let (n, bytes) = prior(catalog, draft, *weight)?;
        out.add(Tag::PRIOR, 0, n, bytes);
    }
    if !shop.scenes.is_empty() {
        out.add(Tag::SCENE, 0, shop.scenes.len(), scenes(catalog, &shop.scenes)?);
    }
    let tags = [&*shop.tags, more_tags].concat();
    if !tags.is_empty() {
        out.add(Tag::RULE_TAG, 0, tags.len(), rule_tags(catalog, &tags));
    }
    if !shop.attributes.list.is_empty() {
        let n = shop.attributes.list.len();
        out.add(Tag::ATTRIBUTE, 0, n, super::attributes::section(catalog.languages(), &shop.attributes));
    }
    if let Some(loyalty) = &shop.loyalty {
        out.add(Tag::LOYALTY, 0, loyalty.levels.len(), loyalty.section.clone());
    }
    if let Some(invites) = &shop.invites {
        out.add(Tag::INVITES, 0, invites.programmes.len(), invites.section.clone());
    }
    if !shop.rank_rules.is_empty() {
        out.add(Tag::RULE, 0, shop.rank_rules.len(), rules::write(catalog, &shop.rank_rules)?);
    }
    Ok(())
}

/// Rule tags with a label for each language, that of the shop's name for it where there is none.
fn rule_tags(catalog: &Catalog, tags: &[RuleTag]) -> Vec<u8> {
    let mut w = Writer::new();
    w.count(tags.len());
    for tag in tags {
        w.str(&tag.name);
        w.count(catalog.languages().len());
        for language in catalog.languages() {
            let [english, chinese] = &tag.labels;
            let own = if language.starts_with("zh") { [chinese, english] } else { [english, chinese] };
            w.str(own.into_iter().find(|label| !label.is_empty()).unwrap_or(&tag.name));
        }
        w.str(&tag.when);
        w.f64(tag.days);
    }
    w.finish()
}

fn section(catalog: &Catalog, key: u32, cards: &[CardDraft], out: &mut PackWriter) {
    if cards.is_empty() {
        return;
    }
    let time = |at: Option<i64>| at.map_or(f64::NAN, |ms| ms as f64);
    let mut w = Writer::new();
    w.count(cards.len());
    for card in cards {
        w.f64(time(card.shown));
        [&card.id, &card.kind, &card.style].into_iter().for_each(|s| w.str(s));
        // The first language has one: another's, or the id.
        let first = card.titles.iter().find(|t| !t.is_empty()).unwrap_or(&card.id);
        w.count(card.titles.len().max(1));
        w.str(card.titles.first().filter(|t| !t.is_empty()).unwrap_or(first));
        card.titles.iter().skip(1).for_each(|t| w.str(t));
        [card.start, card.end].into_iter().for_each(|t| w.f64(time(t)));
        let topics: Vec<u32> = card.topics.iter().filter_map(|t| catalog.category_named(t)).collect();
        let brands = |name: &String| (0..catalog.brand_count() as u32).find(|b| catalog.brand_name(*b) == name);
        let brands: Vec<u32> = card.brands.iter().filter_map(brands).collect();
        for numbers in [topics, brands] {
            w.count(numbers.len());
            numbers.iter().for_each(|n| w.u32(*n));
        }
        let products: Vec<&String> = card.products.iter().filter(|id| catalog.find(id).is_some()).collect();
        w.count(products.len());
        products.iter().for_each(|id| w.str(id));
    }
    out.add(Tag::CARD, key, cards.len(), w.finish());
}

/// A market's promotions and the tasks, by their end, those without an end last.
fn activities(shop: &Shop, catalog: &Catalog, market: &MarketOffers) -> Vec<CardDraft> {
    let promotion = |(i, p): (usize, &Promotion)| {
        let mut card = CardDraft {
            id: p.id.clone(),
            kind: p.kind.code().into(),
            titles: market.names.get(i).cloned().unwrap_or_default(),
            start: p.when.start.map(|t| t.0),
            end: p.when.end.map(|t| t.0),
            shown: p.when.start.map(|t| t.0 - shop.cards.soon),
            ..CardDraft::default()
        };
        card.products = match &p.kind {
            Kind::Bundle { items, .. } => items.iter().map(|(sku, _)| sku.clone()).collect(),
            Kind::UnitPrice { prices, .. } => prices.iter().map(|u| u.sku.clone()).collect(),
            _ => Vec::new(),
        };
        if card.products.is_empty() {
            about(catalog, &p.scope, &mut card);
        }
        card
    };
    let mut all: Vec<CardDraft> = market.offers.list().iter().enumerate().map(promotion).collect();
    for task in shop.loyalty.iter().flat_map(|l| &l.tasks) {
        if all.iter().all(|card| card.id != task.id) {
            all.push(task.clone());
        }
    }
    all.sort_by_key(|card| card.end.unwrap_or(i64::MAX));
    all
}

/// What a scope is about: its products, its categories, or the most popular products that it holds for.
fn about(catalog: &Catalog, scope: &Scope, card: &mut CardDraft) {
    let path = |p: &String| p.replace('/', PATH_SEPARATOR);
    let plain = Scope { skus: None, categories: None, ..scope.clone() } == Scope::default();
    match (&scope.skus, &scope.categories) {
        (Some(skus), None) if plain => card.products.clone_from(skus),
        (None, Some(paths)) if plain => card.topics = paths.iter().map(path).collect(),
        _ if *scope == Scope::default() => {}
        _ => {
            let holds = |row: &Row| {
                let tags: Vec<&str> = catalog.tags(*row).collect();
                let tagged = |list: &[String]| list.iter().any(|t| tags.contains(&t.as_str()));
                let of = |skus: &[String]| skus.iter().any(|s| catalog.find(s).is_some_and(|f| f.row == *row));
                let within = |paths: &[String]| {
                    paths.iter().filter_map(|p| catalog.category_named(&path(p))).any(|c| catalog.is_in(*row, c))
                };
                scope.skus.as_deref().is_none_or(of)
                    && scope.categories.as_deref().is_none_or(within)
                    && scope.tags.as_deref().is_none_or(tagged)
                    && !of(&scope.exclude_skus)
                    && !tagged(&scope.exclude_tags)
            };
            card.products = leading(catalog, LEADING, holds);
        }
    }
}

/// Ids of the most popular products that pass.
fn leading(catalog: &Catalog, most: usize, passes: impl Fn(&Row) -> bool) -> Vec<String> {
    let rows = (0..catalog.len() as u32).map(Row).filter(passes).take(most);
    rows.map(|row| catalog.id(row).to_string()).collect()
}

fn prior(catalog: &Catalog, draft: &PriorDraft, weight: u32) -> Result<(usize, Vec<u8>)> {
    let number = |path: &String| {
        let unknown = || format!("prior.json has \"{path}\", which is no category.");
        catalog.category_named(path).ok_or_else(|| Error::new(Code::BadPrior, unknown()))
    };
    let pairs = |w: &mut Writer, of: &BTreeMap<String, u32>| {
        w.count(of.len());
        for (path, value) in of {
            w.u32(number(path)?);
            w.u32(*value);
        }
        Ok::<(), Error>(())
    };
    let mut w = Writer::new();
    w.u32(weight);
    pairs(&mut w, &draft.base_bp)?;
    let answers: Vec<_> = draft.fields.iter().flat_map(|f| f.answers.iter().map(move |a| (&f.field, a))).collect();
    w.count(answers.len());
    for (field, answer) in &answers {
        w.str(&format!("{field}={}", answer.value));
        pairs(&mut w, &answer.lift_pct)?;
    }
    Ok((answers.len(), w.finish()))
}

fn scenes(catalog: &Catalog, drafts: &[SceneDraft]) -> Result<Vec<u8>> {
    let mut w = Writer::new();
    w.count(drafts.len());
    for scene in drafts {
        w.str(&scene.name);
        w.count(scene.conditions.len());
        for any in &scene.conditions {
            w.count(any.len());
            any.iter().for_each(|text| w.str(text));
        }
        let [categories, tags, products] = &scene.lifts;
        let lifts = [("category", categories), ("tag", tags), ("product", products)];
        let lifts = lifted(catalog, &format!("scenes.{}", scene.name), &lifts)?;
        w.count(lifts.len());
        for (id, by) in lifts {
            w.str(&id);
            w.u32(by as u32 | LIFT);
        }
    }
    Ok(w.finish())
}

/// What lifts of categories, brands, tags and products lift products by: of each kind the most popular, all that lift one added up. What adds up to nothing
/// is left out.
pub(super) fn lifted(
    catalog: &Catalog,
    name: &str,
    lists: &[(&str, &Vec<(String, i32)>)],
) -> Result<BTreeMap<String, i32>> {
    let mut lifts: BTreeMap<String, i32> = BTreeMap::new();
    for (kind, list) in lists {
        for (key, by) in *list {
            let found = match *kind {
                "category" => {
                    let within = |c| leading(catalog, LIFTED, |row| catalog.is_in(*row, c));
                    catalog.category_named(key).map(within).unwrap_or_default()
                }
                "brand" => {
                    let of = |b| leading(catalog, LIFTED, |row| catalog.brand(*row) == Some(b));
                    catalog.brand_named(key).map(of).unwrap_or_default()
                }
                "tag" => leading(catalog, LIFTED, |row| catalog.tags(*row).any(|t| t == key)),
                _ => catalog.find(key).map(|f| catalog.id(f.row).to_string()).into_iter().collect(),
            };
            if found.is_empty() {
                return Err(unknown(name, key, kind));
            }
            for id in found {
                *lifts.entry(id).or_default() += by;
            }
        }
    }
    lifts.retain(|_, by| *by != 0);
    Ok(lifts)
}

/// A name that the catalogue does not have.
pub(super) fn unknown(name: &str, key: &str, kind: &str) -> Error {
    Error::new(Code::BadConfig, format!("{name}: \"{key}\" is no {kind} of a product."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::assemble::assemble;
    use crate::builder::counts::Recipe;
    use crate::codec::Reader;
    use crate::pack::Pack;
    use crate::rank::Blend;
    use crate::shop::{ShopFiles, Silent};

    fn sample() -> Shop {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop");
        Shop::read(&ShopFiles::in_folder(&folder).expect("the sample"), &Silent).expect("the sample")
    }

    fn pack(shop: &Shop) -> Result<Pack> {
        let sessions = &shop.log.sessions;
        let recipe = Recipe::of(sessions, shop, 5);
        Pack::open(assemble(shop, sessions, recipe, &Blend::default(), &Silent)?)
    }

    fn texts(r: &mut Reader<'_>) -> Vec<String> {
        (0..r.count(4)).map(|_| r.str().to_string()).collect()
    }

    #[test]
    fn the_samples_content_offers_prior_and_scenes_are_in_its_pack() {
        let mut shop = sample();
        let scene = |key: &str| SceneDraft {
            name: "tea".into(),
            conditions: vec![vec!["hour=20".into()]],
            lifts: [vec![("Food > Tea & coffee".into(), 32_768)], vec![], vec![(key.into(), -65_536)]],
        };
        shop.scenes = vec![scene("40001")];
        let p = pack(&shop).expect("a pack");
        let entries = |tag, key| p.find(tag, key).map_or(0, |s| s.entries);
        assert_eq!((entries(Tag::CARD, 0), entries(Tag::PRIOR, 0), entries(Tag::SCENE, 0)), (50, 23, 1));
        for key in 0..=2 {
            let mut r = Reader::new(p.section(Tag::CARD, key).expect("cards"));
            let (mut latest, mut ids) = (f64::NAN, Vec::new());
            for _ in 0..r.count(48) {
                let shown = r.f64();
                ids.push(r.str().to_string());
                let (kind, _style, titles) = (r.str(), r.str(), texts(&mut r));
                let (start, end) = (r.f64(), r.f64());
                assert!(titles.len() == 2 && titles.iter().all(|t| !t.is_empty()), "{}", titles[0]);
                let times = if key == 0 { -start } else { if end.is_nan() { f64::INFINITY } else { end } };
                assert!(latest.is_nan() || latest <= times, "newest first, or by the end");
                latest = times;
                assert!(
                    key > 0 || (kind != "live" && shown == if kind == "live_stream" { start - 6.048e8 } else { start })
                );
                (0..r.count(4)).for_each(|_| _ = r.u32());
                (0..r.count(4)).for_each(|_| _ = r.u32());
                texts(&mut r);
            }
            r.end().expect("nothing is left over");
            assert!(key != 1 || (ids.contains(&"cn-set-newborn".into()) && ids.contains(&"invite-a-friend".into())));
        }
        let mut r = Reader::new(p.section(Tag::SCENE, 0).expect("scenes"));
        assert_eq!((r.count(12), r.str(), r.count(4), texts(&mut r)), (1, "tea", 1, vec!["hour=20".to_string()]));
        let lifts: Vec<(String, i32)> =
            (0..r.count(8)).map(|_| (r.str().to_string(), (r.u32() << 1) as i32 >> 1)).collect();
        let of = |id: &str| lifts.iter().find(|l| l.0 == id).map(|l| l.1);
        assert_eq!((of("40001"), of("40003")), (Some(32_768 - 65_536), Some(32_768)), "lifts of a product add up");
        shop.tags = vec![
            RuleTag { name: "a".into(), labels: ["A".into(), "甲".into()], when: "{}".into(), days: 7.5 },
            RuleTag { name: "b".into(), labels: [String::new(), String::new()], when: "{\"x\":1}".into(), days: 0.0 },
        ];
        let p = pack(&shop).expect("a pack");
        let mut r = Reader::new(p.section(Tag::RULE_TAG, 0).expect("rule tags"));
        let zh = shop.languages.iter().position(|l| l.starts_with("zh")).expect("Chinese");
        assert_eq!((r.count(4), r.str()), (2, "a"));
        let labels = texts(&mut r);
        assert_eq!((labels[zh].as_str(), labels[1 - zh].as_str()), ("甲", "A"));
        assert_eq!((r.str(), r.f64(), r.str()), ("{}", 7.5, "b"));
        assert_eq!((texts(&mut r), r.str(), r.f64(), r.end()), (vec!["b".to_string(); 2], "{\"x\":1}", 0.0, Ok(())));
        shop.scenes = vec![scene("no-such")];
        assert!(pack(&shop).expect_err("unknown").detail().contains("no-such"));
        shop.scenes.clear();
        shop.prior.as_mut().expect("a prior").0.base_bp.insert("Nowhere".into(), 1);
        let e = pack(&shop).expect_err("unknown");
        assert!(e.code() == "bad_prior" && e.fix().contains("prior.json") && !e.fix().contains("shop.toml"));
    }
}

//! Content, activities, the prior and the scenes, in the numbers of the finished catalogue.

use crate::catalog::{Catalog, PATH_SEPARATOR};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::offer::{Kind, Promotion, Scope};
use crate::pack::{PackWriter, Tag};
use crate::shop::{CardDraft, MarketOffers, PriorDraft, SceneDraft, Shop};

/// Products that stand for a scope which is no list of products or categories, and those that a scene brings up of a category or tag.
const LEADING: usize = 24;

/// Adds the sections.
///
/// # Errors
///
/// `bad_config` when a scene or the prior names what the catalogue does not have.
pub(super) fn add(shop: &Shop, catalog: &Catalog, out: &mut PackWriter) -> Result<()> {
    section(shop, catalog, 0, &shop.content, out);
    for (market, offers) in (1..).zip(&shop.offers) {
        section(shop, catalog, market, &activities(shop, catalog, offers), out);
    }
    if let Some((draft, weight)) = &shop.prior {
        let (n, bytes) = prior(catalog, draft, *weight)?;
        out.add(Tag::PRIOR, 0, n, bytes);
    }
    if !shop.scenes.is_empty() {
        out.add(Tag::SCENE, 0, shop.scenes.len(), scenes(catalog, &shop.scenes)?);
    }
    Ok(())
}

fn section(shop: &Shop, catalog: &Catalog, key: u32, cards: &[CardDraft], out: &mut PackWriter) {
    if cards.is_empty() {
        return;
    }
    let score = |v: f64| libm::round(v * 65_536.0) as u32;
    let time = |at: Option<i64>| at.map_or(f64::NAN, |ms| ms as f64);
    let mut w = Writer::new();
    w.count(cards.len());
    for card in cards {
        [&card.id, &card.kind, &card.style].into_iter().for_each(|s| w.str(s));
        w.count(card.titles.len());
        card.titles.iter().for_each(|t| w.str(t));
        [card.start, card.end, card.shown].into_iter().for_each(|t| w.f64(time(t)));
        w.u32(score(card.plain));
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
    // An activity does not grow old: it ends.
    w.u32(if key == 0 { score(shop.cards.recent) } else { 0 });
    w.u32(shop.cards.half_life_hours);
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
        if card.products.is_empty() && card.topics.is_empty() {
            card.plain = shop.cards.everyone;
        }
        card
    };
    let mut all: Vec<CardDraft> = market.offers.list().iter().enumerate().map(promotion).collect();
    for task in &shop.tasks {
        if all.iter().all(|card| card.id != task.id) {
            all.push(CardDraft { plain: shop.cards.everyone, ..task.clone() });
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
            card.products = leading(catalog, holds);
        }
    }
}

/// Ids of the most popular products that pass.
fn leading(catalog: &Catalog, passes: impl Fn(&Row) -> bool) -> Vec<String> {
    let rows = (0..catalog.len() as u32).map(Row).filter(passes).take(LEADING);
    rows.map(|row| catalog.id(row).to_string()).collect()
}

fn prior(catalog: &Catalog, draft: &PriorDraft, weight: u32) -> Result<(usize, Vec<u8>)> {
    let number = |path: &String| {
        let unknown = || format!("prior.json has \"{path}\", which is no category.");
        catalog.category_named(path).ok_or_else(|| Error::new(Code::BadConfig, unknown()))
    };
    let pairs = |w: &mut Writer, of: &std::collections::BTreeMap<String, u32>| {
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
        w.str(field);
        w.str(&answer.value);
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
        let mut lifts: Vec<(u8, String, i32)> = Vec::new();
        let mut brought: Vec<String> = Vec::new();
        for (what, list) in (0..).zip(&scene.lifts) {
            for (key, by) in list {
                let found = match what {
                    0 => catalog.category_named(key).map(|c| leading(catalog, |row| catalog.is_in(*row, c))),
                    1 => Some(leading(catalog, |row| catalog.tags(*row).any(|t| t == key))).filter(|l| !l.is_empty()),
                    _ => catalog.find(key).map(|_| Vec::new()),
                };
                let kind = ["category", "tag", "product"][usize::from(what)];
                let unknown = || format!("scenes.{}: \"{key}\" is no {kind} of the catalogue.", scene.name);
                let found = found.ok_or_else(|| Error::new(Code::BadConfig, unknown()))?;
                brought.extend(found.into_iter().filter(|_| *by > 0));
                lifts.push((what, key.clone(), *by));
            }
        }
        brought.sort();
        brought.dedup();
        lifts.extend(brought.into_iter().map(|id| (2, id, 0)));
        w.count(lifts.len());
        for (what, key, by) in lifts {
            w.u8(what);
            w.str(&key);
            w.i32(by);
        }
    }
    Ok(w.finish())
}

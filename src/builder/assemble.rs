//! Visits to a pack, under weights that are given: published order, tables, sections.

use super::arrivals;
use super::associate;
use super::cards;
use super::cluster;
use super::counts::{self, Recipe};
use super::fit::fit;
use super::promotions;
use super::reports;
use super::rules;
use super::season;
use super::selling;
use super::tables;
use super::usage;
use crate::catalog::build::{Draft, ProductDraft, write};
use crate::catalog::{Catalog, PATH_SEPARATOR};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::pack::column::write_strings;
use crate::pack::{Pack, PackWriter, Tag};
use crate::privacy::ledger::Lifetime;
use crate::rank::embedding::BY_PAIRS;
use crate::rank::{Blend, Explorations};
use crate::shop::privacy::PORTRAIT_DAYS;
use crate::shop::{Progress, Session, ShelfSettings, Shop};
use crate::time::DAY;

/// Share of the visits, the latest, that what is popular of late comes from.
const LATE: usize = 16;

/// The pack of a shop with tables from `sessions`, under a blend that is given.
///
/// # Errors
///
/// `too_large`, `bad_config` when `[reports]` leaves out, or `[shelf]` names, what is no category.
pub fn assemble(
    shop: &Shop,
    sessions: &[Session],
    recipe: Recipe,
    blend: &Blend,
    progress: &dyn Progress,
) -> Result<Vec<u8>> {
    let Recipe { k, half_life, discount, room } = recipe;
    progress.stage("building the tables", 0);
    let popularity = counts::popularity(sessions, shop.products.len(), k);
    // The published order: by popularity, ties by id (the shop's products are sorted by id).
    let mut order: Vec<u32> = (0..shop.products.len() as u32).collect();
    order.sort_by_key(|p| std::cmp::Reverse(popularity[*p as usize]));
    let mut row_of = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(p, row)| row_of[*p as usize] = row);

    let by_row: Vec<u64> = order.iter().map(|p| popularity[*p as usize]).collect();
    let products: Vec<&ProductDraft> = order.iter().map(|p| &shop.products[*p as usize]).collect();
    let log =
        tables::Counted { visits: &counts::visits(sessions, &row_of, half_life), popularity: &by_row, k, discount };
    let mut out = PackWriter::new();
    let (tables, vectors) = tables::build(&log, &products, shop.tables);
    out.add(Tag::BLEND, 0, 1, blend.write());
    out.add(Tag::CONFIG, 0, 1, shop.profile.write());
    out.add(
        Tag::TAG_LIFE,
        0,
        shop.tag_lives.len(),
        shop.tag_lives.iter().flat_map(|life| life.to_le_bytes()).collect(),
    );
    if shop.privacy.portrait_days != PORTRAIT_DAYS {
        out.add(Tag::KEEP, 0, 1, shop.privacy.portrait_days.to_le_bytes().to_vec());
    }
    if shop.reports.lifetime != Lifetime::SHIPPED {
        out.add(Tag::LIFETIME, 0, 1, shop.reports.lifetime.millionths().to_le_bytes().to_vec());
    }
    out.add(Tag::OVERLAY, 0, 1, shop.overlay.write());
    out.add(Tag::LIMITS, 0, 1, shop.rules.write());
    out.add(Tag::INSIGHT, 0, 1, shop.insight.write());
    if let Some((first, last)) = span(sessions) {
        out.add(Tag::SPAN, 0, 1, [first.to_le_bytes(), last.to_le_bytes()].concat());
    }

    for (market, m) in (0..).zip(&shop.offers) {
        let n = m.offers.list().len();
        out.add(Tag::OFFERS, market, n, m.offers.write());
        out.add(Tag::COUPON, market, n, m.coupons.iter().map(|c| u8::from(*c)).collect());
        for (language, _) in (0..).zip(&shop.languages) {
            let name = |names: &Vec<String>| names.get(language as usize).cloned().unwrap_or_default();
            let names: Vec<String> = m.names.iter().map(name).collect();
            out.add(Tag::OFFER_NAME, market << 16 | language, n, write_strings(names.iter().map(String::as_str)));
        }
    }

    promotions::add(shop, &mut out);
    selling::add(shop, &mut out);
    let (conditions, bytes) = rules::offers(&shop.offers);
    if conditions > 0 {
        out.add(Tag::OFFER_CONDITION, 0, conditions, bytes);
    }

    let late = &sessions[sessions.len() - sessions.len() / LATE..];
    let recent = counts::popularity(late, shop.products.len(), k);
    let most_recent = recent.iter().copied().max().unwrap_or(0);
    let most = by_row.first().copied().unwrap_or(0);
    let since = arrivals::since(shop, sessions, k);
    let products = order.iter().zip(&by_row).map(|(p, count)| ProductDraft {
        popularity: log_scale(*count, most),
        recent: log_scale(recent[*p as usize], most_recent),
        since: since[*p as usize],
        ..shop.products[*p as usize].clone()
    });
    let draft = Draft {
        shop: shop.id.clone(),
        support: k,
        zone_minutes: shop.zone_minutes,
        markets: shop.markets.clone(),
        languages: shop.languages.clone(),
        products: products.collect(),
    };
    write(&draft, &mut out)?;
    // What depends on how many products a category holds needs the finished catalogue.
    let catalog = Catalog::open(Pack::open(out.clone().finish()?)?)?;
    let sensitive = sensitive(&catalog, &shop.privacy.sensitive);
    if !sensitive.is_empty() {
        let mut w = Writer::new();
        w.count(sensitive.len());
        sensitive.iter().for_each(|key| w.u64(key.0));
        out.add(Tag::SENSITIVE, 0, sensitive.len(), w.finish());
    }
    if shop.explorations.iter().any(|(_, e)| e.share > 0) {
        out.add(Tag::EXPLORE, 0, shop.explorations.len(), Explorations::new(&shop.explorations).bytes().to_vec());
    }
    if let Some(categories) = repeat(&catalog, &shop.shelf)? {
        let mut w = Writer::new();
        w.count(categories.len());
        categories.iter().for_each(|c| w.u32(*c));
        out.add(Tag::SHELF, 0, categories.len(), w.finish());
    }
    if let Some(bytes) = vectors {
        out.add(Tag::EMBEDDING, BY_PAIRS, order.len(), bytes);
    }
    let clusters = cluster::add(shop, &catalog, sessions, k, &mut out);
    let tags = if shop.clusters.tags { cluster::tags(&clusters, &catalog)? } else { Vec::new() };
    cards::add(shop, &catalog, &tags, &mut out)?;
    season::add(shop, &catalog, sessions, (k, most), &mut out)?;
    if let Some(schema) = reports::schema(&Catalog::open(Pack::open(out.clone().finish()?)?)?, shop)? {
        out.add(Tag::REPORT, 0, schema.metrics().len(), schema.encode());
    }
    for (key, slots) in (0..).zip(names_of_slots(shop)) {
        out.add(Tag::SLOT, key, shop.slots.len(), slots);
    }
    usage::add(shop, catalog, sessions, &row_of, &mut out)?;
    let associations = associate::build(sessions, &row_of, k, shop.together);
    let (tables, associations) = fit(&tables, &associations, &out.clone().finish()?, room)?;
    for (kind, bytes) in tables {
        out.add(Tag::TABLE, kind as u32, order.len(), bytes);
    }
    out.add(Tag::ASSOCIATION, 0, order.len(), associations);
    out.finish()
}

/// First and last day of the visits, in UTC days since 1970. Days and no more: the pack is public.
fn span(sessions: &[Session]) -> Option<(i32, i32)> {
    let day = |at: i64| at.div_euclid(DAY).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    let times = || sessions.iter().flat_map(|s| &s.steps).map(|x| x.at);
    Some((day(times().min()?), day(times().max()?)))
}

/// The names of the shop's slots, one record for each of its languages.
fn names_of_slots(shop: &Shop) -> Vec<Vec<u8>> {
    let record = |language: &String| {
        let mut w = Writer::new();
        w.count(shop.slots.len());
        for slot in &shop.slots {
            w.str(&slot.slot);
            w.str(slot.name_in(language));
        }
        w.finish()
    };
    shop.languages.iter().map(record).collect()
}

/// Keys of the categories at or below these paths, sorted. That each path is one, `reports` sees to, which leaves them out.
fn sensitive(catalog: &Catalog, paths: &[String]) -> Vec<Key> {
    let below = |path: &str| {
        paths.iter().any(|top| {
            path.strip_prefix(top.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(PATH_SEPARATOR))
        })
    };
    let all = 0..catalog.category_count() as u32;
    let mut keys: Vec<Key> =
        all.filter(|c| below(catalog.category_path(*c))).map(|c| catalog.category_key(c)).collect();
    keys.sort_unstable();
    keys
}

/// The categories whose products are bought again; `None` for all.
fn repeat(catalog: &Catalog, settings: &ShelfSettings) -> Result<Option<Vec<u32>>> {
    let number = |path: &String| {
        let unknown = || format!("shelf: repeat_purchase has \"{path}\", which is no category.");
        catalog.category_named(path).ok_or_else(|| Error::new(Code::BadConfig, unknown()))
    };
    settings.repeat_purchase.as_ref().map(|paths| paths.iter().map(number).collect()).transpose()
}

/// A count on a log scale: 0 for none, 65535 for the most.
fn log_scale(count: u64, most: u64) -> u16 {
    if count == 0 {
        return 0;
    }
    let share = libm::log1p(count as f64) / libm::log1p(most as f64);
    libm::round(share * 65_535.0).clamp(1.0, 65_535.0) as u16
}

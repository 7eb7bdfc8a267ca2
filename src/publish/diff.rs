//! What changed between two packs.

use super::market::{MarketDiff, market_diffs};
use super::side::{Side, common};
use super::table::{TableDiff, WorthDiff, table_diffs, worth_diffs};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::id::Row;
use crate::pack::Tag;
use std::collections::BTreeSet;

/// Examples that are named of each kind of change.
pub(super) const NAMED: usize = 10;

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// 16 hex digits.
    pub version: String,
    /// The shop's id.
    pub shop: String,
    /// Support threshold K.
    pub support: u32,
    /// First and last day of the log it learnt from, in UTC days since 1970; `None` without a log, or in packs from before this was kept.
    pub days: Option<(i32, i32)>,
    /// Market codes.
    pub markets: Vec<String>,
    /// Language tags.
    pub languages: Vec<String>,
    /// Length of the file.
    pub bytes: usize,
}

impl Facts {
    /// What a catalogue's pack says.
    pub fn of(c: &Catalog) -> Facts {
        Facts {
            version: c.pack().version(),
            shop: c.shop().to_string(),
            support: c.support(),
            days: days(c),
            markets: c.markets().iter().map(|m| m.code.clone()).collect(),
            languages: c.languages().to_vec(),
            bytes: c.pack().bytes().len(),
        }
    }
}

fn days(c: &Catalog) -> Option<(i32, i32)> {
    let mut r = crate::codec::Reader::new(c.pack().section(Tag::SPAN, 0)?);
    let days = (r.i32(), r.i32());
    r.check().ok().map(|()| days)
}

/// A product or variant by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title, or its id.
    pub title: String,
}

/// Things that came and went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// How many the old pack has.
    pub old: usize,
    /// How many the new pack has.
    pub new: usize,
    /// Only in the new pack.
    pub added: usize,
    /// Only in the old pack.
    pub removed: usize,
    /// The first ten added, the most popular first.
    pub added_examples: Vec<Named>,
    /// The first ten removed, the most popular first.
    pub removed_examples: Vec<Named>,
}

/// What changed from an old pack to a new one.
#[derive(Debug, Clone, PartialEq)]
pub struct PackDiff {
    /// The old pack.
    pub old: Facts,
    /// The new pack.
    pub new: Facts,
    /// Products.
    pub products: Changes,
    /// Removed products whose id the new pack still knows, as a variant or an alias of another.
    pub still_known: usize,
    /// Variants.
    pub variants: Changes,
    /// Of the products that both have: what is told of them, and of how many it changed.
    pub details: Vec<(String, usize)>,
    /// Market by market.
    pub markets: Vec<MarketDiff>,
    /// Table by table.
    pub tables: Vec<TableDiff>,
    /// Components whose evidence is worth something else.
    pub worth: Vec<WorthDiff>,
    /// Settings that changed, by name, with the old and the new value.
    pub settings: Vec<(&'static str, String, String)>,
}

/// Compares two packs.
///
/// # Errors
///
/// As [`Engine::open`](crate::engine::Engine::open), for either.
pub fn compare(old: &[u8], new: &[u8]) -> Result<PackDiff> {
    let (mut old, mut new) = (Side::open(old)?, Side::open(new)?);
    let both = common(&old, &new);
    let (facts, products) = ((Facts::of(old.catalog()), Facts::of(new.catalog())), products(&old, &new));
    let gone = |row: &Row| new.row_of(old.catalog().id(*row)).is_none();
    let still_known =
        old.rows().filter(gone).filter(|row| new.catalog().find(old.catalog().id(*row)).is_some()).count();
    let mut diff = PackDiff {
        old: facts.0,
        new: facts.1,
        products,
        still_known,
        variants: variants(&old, &new),
        details: details(&old, &new, &both),
        markets: Vec::new(),
        tables: table_diffs(&old, &new, &both),
        worth: worth_diffs(old.blend(), new.blend()),
        settings: settings(&old, &new),
    };
    diff.details.extend(titles(&mut old, &mut new, &both)?);
    diff.markets = market_diffs(&mut old, &mut new)?;
    Ok(diff)
}

fn named(c: &Catalog, row: Row) -> Named {
    Named { id: c.id(row).to_string(), title: c.title(row).to_string() }
}

fn products(old: &Side, new: &Side) -> Changes {
    let only = |here: &Side, there: &Side| -> Vec<Row> {
        here.rows().filter(|row| there.row_of(here.catalog().id(*row)).is_none()).collect()
    };
    let (added, removed) = (only(new, old), only(old, new));
    let examples = |side: &Side, rows: &[Row]| rows.iter().take(NAMED).map(|r| named(side.catalog(), *r)).collect();
    Changes {
        old: old.catalog().len(),
        new: new.catalog().len(),
        added: added.len(),
        removed: removed.len(),
        added_examples: examples(new, &added),
        removed_examples: examples(old, &removed),
    }
}

fn variants(old: &Side, new: &Side) -> Changes {
    let ids = |side: &Side| -> BTreeSet<String> { side.variants().into_keys().map(String::from).collect() };
    let (before, after) = (ids(old), ids(new));
    let only = |side: &Side, there: &BTreeSet<String>| -> (usize, Vec<Named>) {
        let c = side.catalog();
        let all = side.rows().flat_map(|row| c.variants_of(row).map(move |v| (row, v)));
        let only: Vec<_> = all.filter(|(_, v)| !there.contains(c.variant_id(*v))).collect();
        let name = |(row, v): &(Row, u32)| {
            let what = c.variant_title(*v);
            let title = if what.is_empty() { c.title(*row).to_string() } else { format!("{}, {what}", c.title(*row)) };
            Named { id: c.variant_id(*v).to_string(), title }
        };
        (only.len(), only.iter().take(NAMED).map(name).collect())
    };
    let ((added, added_examples), (removed, removed_examples)) = (only(new, &before), only(old, &after));
    Changes {
        old: old.catalog().variant_count(),
        new: new.catalog().variant_count(),
        added,
        removed,
        added_examples,
        removed_examples,
    }
}

fn details(old: &Side, new: &Side, both: &[(Row, Row)]) -> Vec<(String, usize)> {
    let (a, b) = (old.catalog(), new.catalog());
    let category = |c: &Catalog, row| c.category(row).map(|x| c.category_path(x).to_string());
    let brand = |c: &Catalog, row| c.brand(row).map(|x| c.brand_name(x).to_string());
    let tags = |c: &Catalog, row| c.tags(row).map(String::from).collect::<BTreeSet<_>>();
    let count = |differs: &dyn Fn(Row, Row) -> bool| both.iter().filter(|(x, y)| differs(*x, *y)).count();
    [
        ("category", count(&|x, y| category(a, x) != category(b, y))),
        ("brand", count(&|x, y| brand(a, x) != brand(b, y))),
        ("link", count(&|x, y| a.url(x) != b.url(y))),
        ("image", count(&|x, y| a.image(x) != b.image(y))),
        ("tags", count(&|x, y| tags(a, x) != tags(b, y))),
    ]
    .map(|(name, n)| (name.to_string(), n))
    .to_vec()
}

/// Titles, in each language that both packs have.
fn titles(old: &mut Side, new: &mut Side, both: &[(Row, Row)]) -> Result<Vec<(String, usize)>> {
    let (first, second) = (old.catalog().language().to_string(), new.catalog().language().to_string());
    let there = new.catalog().languages().to_vec();
    let languages: Vec<String> = old.catalog().languages().iter().filter(|l| there.contains(l)).cloned().collect();
    let mut out = Vec::new();
    for language in languages {
        old.look_at("", &language)?;
        new.look_at("", &language)?;
        let (a, b) = (old.catalog(), new.catalog());
        out.push((format!("title {language}"), both.iter().filter(|(x, y)| a.title(*x) != b.title(*y)).count()));
    }
    old.look_at("", &first)?;
    new.look_at("", &second)?;
    Ok(out)
}

fn settings(old: &Side, new: &Side) -> Vec<(&'static str, String, String)> {
    let (a, b) = (old.catalog().pack(), new.catalog().pack());
    let decay = |v: u32| format!("{:.3}", f64::from(v) / 65_536.0);
    let both = |f: &dyn Fn(&Side) -> String| (f(old), f(new));
    let mut out = vec![
        ("shop", both(&|s| s.catalog().shop().to_string())),
        ("support threshold", both(&|s| s.catalog().support().to_string())),
        ("next_decay", both(&|s| decay(s.blend().next_decay))),
        ("together_decay", both(&|s| decay(s.blend().together_decay))),
        ("together_visit_decay", both(&|s| decay(s.blend().together_visit_decay))),
        ("again_decay", both(&|s| decay(s.blend().again_decay))),
        ("what a visit has seen is left out", both(&|s| s.blend().hide_seen.to_string())),
    ];
    for (name, tag) in [("portrait settings", Tag::CONFIG), ("private reports", Tag::REPORT)] {
        let there = |has: bool| if has { "there" } else { "missing" };
        let (x, y) = (a.section(tag, 0), b.section(tag, 0));
        if x.is_some() && y.is_some() && x != y {
            out.push((name, ("as they were".into(), "changed".into())));
        } else {
            out.push((name, (there(x.is_some()).into(), there(y.is_some()).into())));
        }
    }
    out.into_iter().filter(|(_, (x, y))| x != y).map(|(name, (x, y))| (name, x, y)).collect()
}

//! The setting that would match what does not match: rules are read off ids of the log that contain ids of the catalogue
//! (or the other way round), and each is then judged by the reader's own matcher.

use super::super::Progress;
use super::super::catalog::KeyColumn;
use super::super::log::id::{IdRule, Mapping, Matcher, keys_of, keys_of_column};
use super::super::log::sink::Raw;
use super::super::log::visits;
use crate::catalog::build::ProductDraft;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a mapping matches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// Lines of `shop.toml` that apply it, in place of the sections there.
    pub settings: String,
    /// Steps it matches.
    pub steps: u64,
    /// Share of all steps, 0 to 1.
    pub rate: f64,
    /// At most ten: an id that did not match, the product it then is, and that product's title.
    pub examples: Vec<(String, String, String)>,
    #[serde(skip)]
    size: usize,
    #[serde(skip)]
    is_doubtful: bool,
    /// The product of each item.
    #[serde(skip)]
    products: Vec<Option<u32>>,
}

/// Ids of the log a rule is read off.
const SAMPLE: usize = 200;
/// Candidates that are judged on the whole log.
const JUDGED: usize = 24;
/// Longest id whose every piece is looked up, in bytes.
const LONGEST: usize = 48;
/// Ids of the log on one product, at most, in the mean: beyond it the rule matches something else.
const PER_PRODUCT: usize = 50;
/// Rows of a catalogue from which columns are only compared as they stand.
const LARGE: usize = 200_000;

const SEPARATORS: [&str; 12] = ["_", "-", ":", "/", ".", "|", "#", "~", " - ", " ", ",", "="];
const PARTS: [i32; 8] = [1, 2, 3, 4, 5, -1, -2, -3];

/// What is compared.
pub(super) struct Sides<'a> {
    pub(super) raw: &'a Raw,
    pub(super) products: &'a [ProductDraft],
    /// Every column of the catalogue.
    pub(super) columns: &'a [KeyColumn],
    /// Steps of each item.
    pub(super) weights: &'a [u64],
}

impl Sides<'_> {
    /// Products of the items under a mapping.
    pub(super) fn matched(&self, mapping: &Mapping) -> Vec<Option<u32>> {
        let matcher = Matcher::new(self.products, self.columns, mapping);
        visits::matched(self.raw, &matcher, &mapping.id.field)
    }

    /// Steps whose item has a product.
    pub(super) fn steps(&self, matched: &[Option<u32>]) -> u64 {
        matched.iter().zip(self.weights).filter(|(m, _)| m.is_some()).map(|(_, w)| w).sum()
    }

    fn total(&self) -> u64 {
        self.weights.iter().sum()
    }
}

/// The mappings that would match more than the present one, the best first. Empty when none matches one step in a hundred
/// more.
pub(super) fn proposals(sides: &Sides<'_>, present: &Mapping, progress: &dyn Progress) -> Vec<Proposal> {
    let now = sides.matched(present);
    let (matched, total) = (sides.steps(&now), sides.total());
    if total == 0 || matched * 200 >= total * 199 {
        return Vec::new();
    }
    let sample = sample(sides, &now);
    let mut found: BTreeMap<(u64, usize, String), Mapping> = BTreeMap::new();
    let keyed = catalog_sides(sides);
    progress.stage("looking for a mapping", keyed.len() as u64 + JUDGED as u64);
    for (catalog, keys) in &keyed {
        for (field, ids) in &sample {
            for (id, hits) in rules(ids, keys) {
                let field = field.clone();
                let id = IdRule { field, lowercase: true, trim_zeros: true, ..id };
                let mapping = Mapping { id, catalog: catalog.clone() };
                let size = mapping.id.size() + mapping.catalog.size();
                let worth = if is_doubtful(&mapping) { hits * DOUBTFUL_WORTH / 10 } else { hits };
                found.insert((u64::MAX - worth, size, mapping.toml()), mapping);
            }
        }
        progress.advance(1);
    }
    let mut out: Vec<Proposal> = Vec::new();
    for mapping in found.into_values().take(JUDGED) {
        progress.advance(1);
        out.extend(judged(sides, mapping, &now, matched));
    }
    // A rule that matches a few more and needs more belief comes second: the rate counts in thousandths.
    let worth = |p: &Proposal| (p.rate * 1000.0) as u64 * if p.is_doubtful { DOUBTFUL_WORTH } else { 10 };
    out.sort_by(|a, b| (worth(b), a.size, &a.settings).cmp(&(worth(a), b.size, &b.settings)));
    // Of rules that say the same of every item the simplest stands for all.
    let mut distinct: Vec<Proposal> = Vec::new();
    for proposal in out {
        if !distinct.iter().any(|d| d.products == proposal.products) {
            distinct.push(proposal);
        }
    }
    distinct
}

/// What a doubtful match counts, in tenths of a plain one.
const DOUBTFUL_WORTH: u64 = 8;
/// Fields that name a product without being its id: names change, and the page knows products by their ids.
const NAMES: [&str; 6] = ["name", "title", "description", "link", "url", "image"];
/// Columns that count something and match by chance.
const COUNTS: [&str; 10] =
    ["position", "stock", "quantity", "qty", "inventory", "sort", "rank", "index", "price", "weight"];

fn is_doubtful(mapping: &Mapping) -> bool {
    let sides = [&mapping.id.field, &mapping.catalog.column].map(|s| s.to_lowercase());
    let has = |words: &[&str]| words.iter().any(|w| sides.iter().any(|s| s.contains(w)));
    has(&NAMES) || has(&COUNTS)
}

/// A candidate with only the settings it needs and what it matches; nothing when that is not worth a setting.
fn judged(sides: &Sides<'_>, mut mapping: Mapping, now: &[Option<u32>], matched: u64) -> Option<Proposal> {
    let (total, mut best) = (sides.total(), sides.matched(&mapping));
    let mut steps = sides.steps(&best);
    if steps < matched + total.div_ceil(100) {
        return None;
    }
    for drop in [|m: &mut Mapping| m.id.lowercase = false, |m: &mut Mapping| m.id.trim_zeros = false] {
        let mut simpler = mapping.clone();
        drop(&mut simpler);
        let by_simpler = sides.matched(&simpler);
        let of_simpler = sides.steps(&by_simpler);
        // One step in a thousand is not worth believing in another rule.
        if of_simpler + total / 1000 >= steps {
            (mapping, best, steps) = (simpler, by_simpler, of_simpler);
        }
    }
    let news = best.iter().zip(now).enumerate().filter(|(_, (new, old))| new.is_some() && old.is_none());
    let news: Vec<(usize, u32)> = news.filter_map(|(item, (new, _))| Some((item, (*new)?))).collect();
    let products: BTreeSet<u32> = news.iter().map(|(_, p)| *p).collect();
    let is_doubtful = is_doubtful(&mapping);
    if products.len() * PER_PRODUCT < news.len() || is_doubtful && steps * DOUBTFUL_WORTH / 10 < matched {
        return None;
    }
    let fields = sides.raw.fields_of(&mapping.id.field);
    let mut shown = news;
    shown.sort_by_key(|(item, _)| (std::cmp::Reverse(sides.weights[*item]), *item));
    let example = |(item, product): &(usize, u32)| {
        let p = &sides.products[*product as usize];
        let id = sides.raw.ids(*item as u32, &fields).next().unwrap_or_default();
        (id.to_string(), p.id.clone(), p.titles.iter().find(|t| !t.is_empty()).cloned().unwrap_or_default())
    };
    Some(Proposal {
        settings: mapping.toml(),
        steps,
        rate: steps as f64 / total as f64,
        examples: shown.iter().take(10).map(example).collect(),
        size: mapping.id.size() + mapping.catalog.size(),
        is_doubtful,
        products: best,
    })
}

/// An id with its steps.
type Weighed = (String, u64);

/// The most frequent ids that do not match, by the field they stand in: the fields that count by default, then each alone.
fn sample(sides: &Sides<'_>, now: &[Option<u32>]) -> Vec<(String, Vec<Weighed>)> {
    let raw = sides.raw;
    let mut ways = vec![(String::new(), raw.defaults.clone())];
    if raw.fields.len() > 1 {
        ways.extend(raw.fields.iter().enumerate().map(|(n, f)| (f.clone(), vec![n])));
        ways.retain(|(field, fields)| field.is_empty() || *fields != raw.defaults);
    }
    let mut out = Vec::new();
    for (field, fields) in ways {
        let mut ids: BTreeMap<&str, u64> = BTreeMap::new();
        let missed = now.iter().zip(sides.weights).enumerate().filter(|(_, (m, w))| m.is_none() && **w > 0);
        for (item, (_, weight)) in missed {
            if let Some(id) = raw.ids(item as u32, &fields).next() {
                *ids.entry(id).or_default() += weight;
            }
        }
        let mut ids: Vec<Weighed> = ids.into_iter().map(|(id, w)| (id.to_string(), w)).collect();
        ids.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        ids.truncate(SAMPLE);
        if !ids.is_empty() {
            out.push((field, ids));
        }
    }
    out
}

/// Folded forms of the catalogue's ids → whether they name one product.
type Keys = HashMap<String, bool>;

/// Every way to read the catalogue's ids: its ids or any one column, as they stand or a part of them.
fn catalog_sides(sides: &Sides<'_>) -> Vec<(IdRule, Keys)> {
    let fold = Mapping { id: IdRule { lowercase: true, trim_zeros: true, ..IdRule::default() }, ..Mapping::default() };
    let mut ways = vec![(String::new(), keys_of(sides.products))];
    ways.extend(sides.columns.iter().map(|c| (c.name.clone(), keys_of_column(sides.products, c))));
    let mut out = Vec::new();
    for (column, pairs) in ways {
        let texts: Vec<&str> = pairs.iter().map(|(text, _)| *text).collect();
        let parts = if texts.len() > LARGE { Vec::new() } else { parts_in(&texts) };
        for rule in std::iter::once(IdRule::default()).chain(parts) {
            let mut products: HashMap<String, u32> = HashMap::new();
            let mut keys = Keys::new();
            for (text, product) in &pairs {
                let form = fold.folded(rule.apply(text)).into_owned();
                let first = *products.entry(form.clone()).or_insert(*product);
                keys.entry(form).and_modify(|one| *one &= first == *product).or_insert(true);
            }
            keys.retain(|_, one| *one);
            // A column that repeats itself (brand, colour) names no product.
            if keys.len() * 2 > products.len() && keys.len() > 1 {
                out.push((IdRule { column: column.clone(), ..rule }, keys));
            }
        }
    }
    out
}

/// Separators and parts that at least half of some texts have.
fn parts_in(texts: &[&str]) -> Vec<IdRule> {
    let mut out = Vec::new();
    for separator in SEPARATORS {
        let with: Vec<usize> =
            texts.iter().map(|t| t.split(separator).count()).filter(|parts| (2..=8).contains(parts)).collect();
        if with.len() * 2 < texts.len() || with.is_empty() {
            continue;
        }
        let most = with.iter().copied().max().unwrap_or(0);
        for part in PARTS.into_iter().filter(|p| p.unsigned_abs() as usize <= most) {
            out.push(IdRule { separator: separator.into(), part: Some(part), ..IdRule::default() });
        }
    }
    out
}

/// Rules under which ids of the log are among the keys, with the steps they match in the sample.
fn rules(ids: &[Weighed], keys: &Keys) -> Vec<(IdRule, u64)> {
    let fold = Mapping { id: IdRule { lowercase: true, trim_zeros: true, ..IdRule::default() }, ..Mapping::default() };
    let known = |text: &str| !text.is_empty() && keys.contains_key(fold.folded(text).as_ref());
    let mut cuts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut parts: BTreeMap<(usize, i32), u64> = BTreeMap::new();
    for (id, weight) in ids {
        if known(id) {
            *cuts.entry(("", "")).or_default() += weight;
        }
        for (s, separator) in SEPARATORS.iter().enumerate().filter(|(_, separator)| id.contains(**separator)) {
            for part in PARTS {
                let rule = IdRule { separator: (*separator).into(), part: Some(part), ..IdRule::default() };
                let piece = rule.apply(id);
                if piece != id && known(piece) {
                    *parts.entry((s, part)).or_default() += weight;
                }
            }
        }
        if id.len() > LONGEST {
            continue;
        }
        let ends: Vec<usize> = id.char_indices().map(|(at, _)| at).chain([id.len()]).collect();
        for (n, from) in ends.iter().enumerate() {
            for to in ends[n + 1..].iter().filter(|to| (*from, **to) != (0, id.len())) {
                if known(&id[*from..*to]) {
                    *cuts.entry((&id[..*from], &id[*to..])).or_default() += weight;
                }
            }
        }
    }
    let cut = |((prefix, suffix), hits): ((&str, &str), u64)| {
        (IdRule { strip_prefix: prefix.into(), strip_suffix: suffix.into(), ..IdRule::default() }, hits)
    };
    let part = |((s, part), hits): ((usize, i32), u64)| {
        (IdRule { separator: SEPARATORS[s].into(), part: Some(part), ..IdRule::default() }, hits)
    };
    best(cuts.into_iter().map(cut)).into_iter().chain(best(parts.into_iter().map(part))).collect()
}

/// The rules that match most.
fn best(rules: impl Iterator<Item = (IdRule, u64)>) -> Vec<(IdRule, u64)> {
    let mut all: Vec<(IdRule, u64)> = rules.collect();
    let length = |r: &IdRule| r.strip_prefix.len() + r.strip_suffix.len();
    all.sort_by_key(|(r, hits)| (std::cmp::Reverse(*hits), length(r)));
    all.truncate(4);
    all
}

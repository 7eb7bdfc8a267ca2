//! The setting that would match what does not match: rules are read off ids of the log that contain ids of the catalogue
//! (or the other way round), and each is then judged by the reader's own matcher.

use super::super::Progress;
use super::super::catalog::KeyColumn;
use super::super::log::id::{IdRule, Mapping, Matcher, keys_of, keys_of_column};
use super::super::log::sink::Raw;
use super::super::log::visits;
use crate::catalog::build::ProductDraft;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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
}

/// Ids of the log a rule is read off.
const SAMPLE: usize = 200;
/// Candidates that are judged on the whole log.
const JUDGED: usize = 12;
/// Proposals made.
const PROPOSED: usize = 4;
/// Longest id whose every piece is looked up, in bytes.
const LONGEST: usize = 48;
/// Ids of the log on one product, at most, in the mean: beyond it the rule matches something else.
const PER_PRODUCT: usize = 50;
/// Values of a column that are looked at for separators.
const LOOKED_AT: usize = 2000;

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
    let pieces = pieces(&sample);
    let mut ways = vec![(String::new(), keys_of(sides.products))];
    ways.extend(sides.columns.iter().map(|c| (c.name.clone(), keys_of_column(sides.products, c))));
    progress.stage("looking for a mapping", (ways.len() + JUDGED) as u64);
    // By what the sample promises, the best first.
    let mut found: BTreeMap<(u64, usize, String), Mapping> = BTreeMap::new();
    for (column, pairs) in &ways {
        for catalog in std::iter::once(IdRule::default()).chain(parts_in(pairs)) {
            let keys = keys(pairs, &catalog, &pieces);
            let catalog = IdRule { column: column.clone(), ..catalog };
            for (field, ids) in sample.iter().filter(|_| keys.len() > 1) {
                let all: u64 = ids.iter().map(|(_, weight)| weight).sum();
                for (id, hits) in rules(ids, &keys) {
                    let id = IdRule { field: field.clone(), lowercase: true, trim_zeros: true, ..id };
                    let mapping = Mapping { id, catalog: catalog.clone() };
                    let size = mapping.id.size() + mapping.catalog.size();
                    let worth = hits * 100 / all.max(1) * if is_doubtful(&mapping) { DOUBTFUL_WORTH } else { 10 };
                    found.insert((u64::MAX - worth, size, mapping.toml()), mapping);
                }
            }
        }
        progress.advance(1);
    }
    let most = found.keys().next().map_or(0, |(worth, ..)| u64::MAX - worth);
    let mut judged: Vec<Candidate> = Vec::new();
    for ((worth, ..), mapping) in found.into_iter().take(JUDGED) {
        progress.advance(1);
        if (u64::MAX - worth) * 4 < most {
            continue;
        }
        let candidate = Candidate::of(sides, mapping);
        // Of rules that say the same of every item the first, which is the simplest, stands for all.
        let is_new = judged.iter().all(|j| j.products != candidate.products);
        if is_new && candidate.is_worth_it(sides, &now, matched) {
            judged.push(candidate);
        }
    }
    judged.sort_by_key(|c| std::cmp::Reverse(c.worth(total)));
    judged.truncate(PROPOSED);
    let mut out: Vec<Candidate> = judged.into_iter().map(|c| c.simplified(sides)).collect();
    // A rule that matches a few more and needs more belief comes second: the rate counts in thousandths.
    out.sort_by_cached_key(|c| (std::cmp::Reverse(c.worth(total)), c.size(), c.mapping.toml()));
    out.into_iter().map(|c| c.proposal(sides, &now)).collect()
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

/// A mapping and what the reader's matcher makes of it.
struct Candidate {
    mapping: Mapping,
    /// The product of each item.
    products: Vec<Option<u32>>,
    steps: u64,
}

impl Candidate {
    fn of(sides: &Sides<'_>, mapping: Mapping) -> Candidate {
        let products = sides.matched(&mapping);
        Candidate { steps: sides.steps(&products), mapping, products }
    }

    fn size(&self) -> usize {
        self.mapping.id.size() + self.mapping.catalog.size()
    }

    /// The rate in thousandths, and less where it may be chance.
    fn worth(&self, total: u64) -> u64 {
        self.steps * 1000 / total.max(1) * if is_doubtful(&self.mapping) { DOUBTFUL_WORTH } else { 10 }
    }

    /// Items that only this mapping matches, with their products.
    fn news(&self, now: &[Option<u32>]) -> Vec<(usize, u32)> {
        let both = self.products.iter().zip(now).enumerate();
        both.filter(|(_, (_, old))| old.is_none()).filter_map(|(item, (new, _))| Some((item, (*new)?))).collect()
    }

    fn is_worth_it(&self, sides: &Sides<'_>, now: &[Option<u32>], matched: u64) -> bool {
        let news = self.news(now);
        let products: BTreeSet<u32> = news.iter().map(|(_, p)| *p).collect();
        let is_chance = is_doubtful(&self.mapping) && self.steps * DOUBTFUL_WORTH / 10 < matched;
        let is_gain = self.steps >= matched + sides.total().div_ceil(100);
        is_gain && !is_chance && products.len() * PER_PRODUCT >= news.len()
    }

    /// With only the settings that matter: one step in a thousand is not worth believing in another.
    fn simplified(mut self, sides: &Sides<'_>) -> Candidate {
        for drop in [|m: &mut Mapping| m.id.lowercase = false, |m: &mut Mapping| m.id.trim_zeros = false] {
            let mut simpler = self.mapping.clone();
            drop(&mut simpler);
            let simpler = Candidate::of(sides, simpler);
            if simpler.steps + sides.total() / 1000 >= self.steps {
                self = simpler;
            }
        }
        self
    }

    fn proposal(&self, sides: &Sides<'_>, now: &[Option<u32>]) -> Proposal {
        let fields = sides.raw.fields_of(&self.mapping.id.field);
        let mut shown = self.news(now);
        shown.sort_by_key(|(item, _)| (std::cmp::Reverse(sides.weights[*item]), *item));
        let example = |(item, product): &(usize, u32)| {
            let p = &sides.products[*product as usize];
            let id = sides.raw.ids(*item as u32, &fields).next().unwrap_or_default();
            (id.to_string(), p.id.clone(), p.titles.iter().find(|t| !t.is_empty()).cloned().unwrap_or_default())
        };
        Proposal {
            settings: self.mapping.toml(),
            steps: self.steps,
            rate: self.steps as f64 / sides.total().max(1) as f64,
            examples: shown.iter().take(10).map(example).collect(),
        }
    }
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

/// Case and zeros do not count while rules are looked for.
fn fold() -> Mapping {
    Mapping { id: IdRule { lowercase: true, trim_zeros: true, ..IdRule::default() }, ..Mapping::default() }
}

/// Calls `f` with every piece of an id that a rule could leave: what is cut off in front and behind, and what is left.
fn for_each_cut<'i>(id: &'i str, mut f: impl FnMut(&'i str, &'i str, &'i str)) {
    f("", id, "");
    if id.len() > LONGEST {
        return;
    }
    let ends: Vec<usize> = id.char_indices().map(|(at, _)| at).chain([id.len()]).collect();
    for (n, from) in ends.iter().enumerate() {
        for to in ends[n + 1..].iter().filter(|to| (*from, **to) != (0, id.len())) {
            f(&id[..*from], &id[*from..*to], &id[*to..]);
        }
    }
}

/// The same for parts between separators: number of the separator, part, and what is left.
fn for_each_part<'i>(id: &'i str, mut f: impl FnMut(usize, i32, &'i str)) {
    for (s, separator) in SEPARATORS.iter().enumerate().filter(|(_, separator)| id.contains(**separator)) {
        for part in PARTS {
            let rule = IdRule { separator: (*separator).into(), part: Some(part), ..IdRule::default() };
            let piece = rule.apply(id);
            if piece != id {
                f(s, part, piece);
            }
        }
    }
}

/// Folded forms of all pieces: no other key of the catalogue can matter.
fn pieces(sample: &[(String, Vec<Weighed>)]) -> HashSet<String> {
    let (fold, mut out) = (fold(), HashSet::new());
    let mut add = |piece: &str| {
        let form = fold.folded(piece);
        if !form.is_empty() && !out.contains(form.as_ref()) {
            out.insert(form.into_owned());
        }
    };
    for (id, _) in sample.iter().flat_map(|(_, ids)| ids) {
        for_each_cut(id, |_, piece, _| add(piece));
        for_each_part(id, |_, _, piece| add(piece));
    }
    out
}

/// Folded forms of the catalogue's ids that name one product, as far as they matter. None where most of them name several:
/// a column that repeats itself (brand, colour) names no product.
fn keys(pairs: &[(&str, u32)], rule: &IdRule, pieces: &HashSet<String>) -> HashSet<String> {
    let fold = fold();
    let mut products: HashMap<String, Option<u32>> = HashMap::new();
    for (text, product) in pairs {
        let form = fold.folded(rule.apply(text));
        if !pieces.contains(form.as_ref()) {
            continue;
        }
        match products.get_mut(form.as_ref()) {
            Some(known) => *known = known.filter(|k| k == product),
            None => _ = products.insert(form.into_owned(), Some(*product)),
        }
    }
    let all = products.len();
    let keys: HashSet<String> = products.into_iter().filter(|(_, p)| p.is_some()).map(|(form, _)| form).collect();
    if keys.len() * 2 > all { keys } else { HashSet::new() }
}

/// Separators and parts that at least half of some texts have.
fn parts_in(pairs: &[(&str, u32)]) -> Vec<IdRule> {
    let step = pairs.len().div_ceil(LOOKED_AT).max(1);
    let texts: Vec<&str> = pairs.iter().step_by(step).map(|(text, _)| *text).collect();
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
fn rules(ids: &[Weighed], keys: &HashSet<String>) -> Vec<(IdRule, u64)> {
    let fold = fold();
    let known = |text: &str| !text.is_empty() && keys.contains(fold.folded(text).as_ref());
    let mut cuts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut parts: BTreeMap<(usize, i32), u64> = BTreeMap::new();
    for (id, weight) in ids {
        for_each_cut(id, |before, piece, after| {
            if known(piece) {
                *cuts.entry((before, after)).or_default() += weight;
            }
        });
        for_each_part(id, |s, part, piece| {
            if known(piece) {
                *parts.entry((s, part)).or_default() += weight;
            }
        });
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

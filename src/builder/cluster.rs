//! Kinds of shoppers: spherical k-means over what categories they turn to (Dhillon, Modha, "Concept decompositions for large sparse text data using
//! clustering", Machine Learning 42, 2001), seeded as k-means++ is (Arthur, Vassilvitskii, SODA 2007).

use crate::catalog::Catalog;
use crate::codec::Writer;
use crate::error::Result;
use crate::pack::{PackWriter, Tag};
use crate::random::Random;
use crate::rank::cluster::LENGTH_BITS;
use crate::shop::{RuleTag, Session, Shop};
use std::collections::BTreeMap;

/// Most shoppers that are learnt from: of more, every n-th.
const PEOPLE: usize = 20_000;
/// One of so many is held out.
const HELD_OUT: usize = 5;
/// Numbers of clusters that are tried.
const TRIED: [usize; 10] = [2, 3, 4, 6, 8, 12, 16, 24, 32, 64];
/// Rounds of assignment.
const ROUNDS: usize = 25;
/// Looks of a held-out shopper after which the next category is foretold.
const LOOKS: usize = 5;
/// Share of any category at all in everyone's interest: nothing is impossible.
const ANY: f64 = 0.01;

/// A kind of shoppers.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Path of the category by which it differs most from everyone.
    pub name: String,
    /// Share of the shoppers.
    pub share: f64,
    /// Categories with their shares of its interest, in 1/65535.
    pub centroid: Vec<(u32, u16)>,
}

/// What was learnt, and what it is worth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fitted {
    /// Shoppers learnt from.
    pub people: usize,
    /// Mean log-likelihood of a held-out shopper's next category when everyone's interest is the prior…
    pub everyone: f64,
    /// …and when so many clusters are.
    pub tried: Vec<(usize, f64)>,
    /// The number that foretold best; none where everyone's interest did.
    pub clusters: Vec<Cluster>,
}

/// Adds the section where clusters are wanted and foretell better than everyone's interest does; answers with those that are there.
pub(super) fn add(shop: &Shop, catalog: &Catalog, sessions: &[Session], k: u32, out: &mut PackWriter) -> Vec<Cluster> {
    let clusters = if shop.clusters.learn { fit(shop, catalog, sessions, k).clusters } else { Vec::new() };
    if clusters.is_empty() {
        return clusters;
    }
    let mut w = Writer::new();
    w.u32(shop.clusters.weight);
    w.count(clusters.len());
    for c in &clusters {
        w.str(&c.name);
        w.u32(libm::round(c.share * 10_000.0) as u32);
        let length = libm::sqrt(c.centroid.iter().map(|(_, v)| f64::from(*v) * f64::from(*v)).sum());
        w.u32((libm::exp2(f64::from(LENGTH_BITS)) / length.max(256.0)) as u32);
        w.count(c.centroid.len());
        for (category, part) in &c.centroid {
            w.u16(*category as u16);
            w.u16(*part);
        }
    }
    out.add(Tag::CLUSTER, 0, clusters.len(), w.finish());
    clusters
}

/// A tag for each of these: that of the shopper who is nearest to it, for as long as that is so. It is called as the category is that the cluster is named after, in English and in Chinese.
///
/// # Errors
///
/// None that a whole catalogue could have.
pub(super) fn tags(clusters: &[Cluster], catalog: &Catalog) -> Result<Vec<RuleTag>> {
    let mut view = catalog.clone();
    let mut label = |language: &str, path: &str| -> Result<String> {
        let Some(place) = catalog.languages().iter().position(|l| l.starts_with(language)) else {
            return Ok(path.to_string());
        };
        view.set_view(0, place)?;
        Ok(view.category_named(path).map_or(path.to_string(), |c| view.category_label(c).to_string()))
    };
    let mut tags = Vec::with_capacity(clusters.len());
    for Cluster { name, .. } in clusters {
        tags.push(RuleTag {
            name: format!("cluster:{name}"),
            labels: [label("en", name)?, label("zh", name)?],
            when: serde_json::json!({ "shopper.cluster": name }).to_string(),
            days: 0.0,
        });
    }
    Ok(tags)
}

/// The clusters of a log's shoppers (its visits, where it names none), by how well they foretell held-out shoppers' next categories.
pub fn fit(shop: &Shop, catalog: &Catalog, sessions: &[Session], k: u32) -> Fitted {
    let settings = shop.clusters;
    let number: BTreeMap<&str, u32> =
        (0..catalog.category_count() as u32).map(|c| (catalog.category_path(c), c)).collect();
    let of = |p: u32| shop.products[p as usize].categories.first().and_then(|path| number.get(path.as_str())).copied();
    let mut by_shopper: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for s in sessions {
        by_shopper.entry(s.shopper).or_default().extend(s.steps.iter().filter_map(|x| of(x.product)));
    }
    let mut people: Vec<Vec<u32>> = by_shopper.into_values().filter(|p| p.len() >= settings.fewest_looks).collect();
    // Not by the shoppers' numbers, so that the order of the log's visits changes nothing.
    people.sort_unstable();
    let every = people.len().div_ceil(PEOPLE).max(1);
    let people: Vec<Vec<u32>> = people.into_iter().step_by(every).collect();
    let fewest = settings.fewest_shoppers.max(k as usize);
    let categories = catalog.category_count();
    let (mut known, mut held) = (Vec::new(), Vec::new());
    for (i, p) in people.iter().enumerate() {
        if i % HELD_OUT == HELD_OUT - 1 { held.push(p) } else { known.push(Person::of(p)) }
    }
    let mut out = Fitted { people: people.len(), ..Fitted::default() };
    let everyone = shares(known.iter(), categories, fewest);
    let total = everyone.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let everyone: Vec<f64> =
        everyone.iter().map(|s| s / total * (1.0 - ANY) + ANY / categories.max(1) as f64).collect();
    let alpha = f64::from(settings.weight) / 256.0;
    out.everyone = foretold(&held, &[], &everyone, alpha);
    let possible = |n: &usize| *n <= settings.most && n * fewest <= known.len();
    for n in TRIED.into_iter().filter(possible) {
        let centroids = centroids(&known, n, categories, fewest);
        out.tried.push((n, foretold(&held, &centroids, &everyone, alpha)));
    }
    // Of two that are level the smaller.
    let best = out.tried.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a });
    if let Some((n, _)) = best.filter(|(_, worth)| *worth > out.everyone) {
        let all: Vec<Person> = people.iter().map(|p| Person::of(p)).collect();
        out.clusters = named(catalog, centroids(&all, n, categories, fewest), &everyone, all.len());
    }
    out
}

/// A shopper's interest: shares of categories, by ascending number.
struct Person {
    shares: Vec<(u32, f64)>,
    length: f64,
}

impl Person {
    fn of(looks: &[u32]) -> Person {
        let mut sorted = looks.to_vec();
        sorted.sort_unstable();
        let share = |c: &[u32]| (c[0], c.len() as f64 / looks.len() as f64);
        let shares: Vec<(u32, f64)> = sorted.chunk_by(|a, b| a == b).map(share).collect();
        Person { length: libm::sqrt(shares.iter().map(|(_, s)| s * s).sum()), shares }
    }

    /// Its cosine with a vector of length one.
    fn cosine(&self, of: &[f64]) -> f64 {
        self.shares.iter().map(|(c, s)| s * of[*c as usize]).sum::<f64>() / self.length
    }
}

/// Some shoppers' mean interest; of categories that fewer than `fewest` of them turned to nothing is told, so that it sums to 1 or less.
fn shares<'a>(of: impl Iterator<Item = &'a Person>, categories: usize, fewest: usize) -> Vec<f64> {
    let (mut sum, mut behind) = (vec![0.0; categories], vec![0; categories]);
    for (c, s) in of.flat_map(|p| &p.shares) {
        sum[*c as usize] += s;
        behind[*c as usize] += 1;
    }
    let total = sum.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    for (s, n) in sum.iter_mut().zip(behind) {
        *s = if n < fewest { 0.0 } else { *s / total };
    }
    sum
}

/// A cluster's interest, with everyone's in the categories of which it tells nothing.
fn whole(told: &[f64], everyone: &[f64]) -> Vec<f64> {
    let left = 1.0 - told.iter().sum::<f64>();
    let of_others: f64 = told.iter().zip(everyone).filter(|(t, _)| **t == 0.0).map(|(_, e)| e).sum();
    let scale = left.max(0.0) / of_others.max(f64::MIN_POSITIVE);
    told.iter().zip(everyone).map(|(t, e)| if *t == 0.0 { e * scale } else { *t }).collect()
}

fn length_of(v: &[f64]) -> f64 {
    libm::sqrt(v.iter().map(|x| x * x).sum())
}

/// The mean interest of each of at most `n` clusters with the number of its shoppers; those of fewer than `fewest` are given up, and their shoppers with them.
fn centroids(people: &[Person], n: usize, categories: usize, fewest: usize) -> Vec<(Vec<f64>, usize)> {
    let mut centres = seeds(people, n, categories);
    let mut of = vec![usize::MAX; people.len()];
    for _ in 0..ROUNDS {
        let mut moved = false;
        for (person, of) in people.iter().zip(&mut of) {
            let near = nearest(&centres, |c| person.cosine(c));
            moved |= near != *of;
            *of = near;
        }
        if !moved {
            break;
        }
        for (i, centre) in centres.iter_mut().enumerate() {
            let mut sum = vec![0.0; categories];
            for (person, _) in people.iter().zip(&of).filter(|(_, of)| **of == i) {
                person.shares.iter().for_each(|(c, s)| sum[*c as usize] += s / person.length);
            }
            let length = length_of(&sum);
            // An empty one stays where it was.
            if length > 0.0 {
                *centre = sum.into_iter().map(|x| x / length).collect();
            }
        }
    }
    let mut out = Vec::new();
    for i in 0..centres.len() {
        let members = || people.iter().zip(&of).filter(|(_, of)| **of == i).map(|(p, _)| p);
        let mean = shares(members(), categories, fewest);
        if members().count() >= fewest && mean.iter().any(|s| *s > 0.0) {
            out.push((mean, members().count()));
        }
    }
    out
}

/// The first of those that are largest.
fn nearest(centres: &[Vec<f64>], near: impl Fn(&[f64]) -> f64) -> usize {
    let mut best = (0, f64::MIN);
    for (i, c) in centres.iter().enumerate() {
        let near = near(c);
        if near > best.1 {
            best = (i, near);
        }
    }
    best.0
}

/// k-means++: each next centre is a shopper drawn by how far it is from those before.
fn seeds(people: &[Person], n: usize, categories: usize) -> Vec<Vec<f64>> {
    let mut random = Random::new(n as u64);
    let dense = |p: &Person| {
        let mut v = vec![0.0; categories];
        p.shares.iter().for_each(|(c, s)| v[*c as usize] = s / p.length);
        v
    };
    let mut centres: Vec<Vec<f64>> = Vec::new();
    let mut far = vec![1.0; people.len()];
    while centres.len() < n && !people.is_empty() {
        let mut at = random.unit() * far.iter().sum::<f64>();
        let drawn = far.iter().position(|f| {
            at -= f;
            at < 0.0
        });
        let centre = dense(&people[drawn.unwrap_or(0)]);
        for (p, f) in people.iter().zip(&mut far) {
            *f = f64::min(*f, (1.0 - p.cosine(&centre)).max(0.0));
        }
        centres.push(centre);
    }
    centres
}

/// Mean log-likelihood of the next category after each of the first looks, under the Dirichlet prior whose mean is the nearest centroid, or everyone's
/// interest without centroids.
fn foretold(held: &[&Vec<u32>], centroids: &[(Vec<f64>, usize)], everyone: &[f64], alpha: f64) -> f64 {
    let units: Vec<Vec<f64>> = centroids.iter().map(|(c, _)| c.iter().map(|x| x / length_of(c)).collect()).collect();
    let means: Vec<Vec<f64>> = centroids.iter().map(|(c, _)| whole(c, everyone)).collect();
    let (mut sum, mut n) = (0.0, 0.0);
    for looks in held {
        for i in 1..looks.len().min(LOOKS + 1) {
            let person = Person::of(&looks[..i]);
            let mean = match means.get(nearest(&units, |c| person.cosine(c))) {
                Some(mean) => mean,
                None => everyone,
            };
            let next = looks[i];
            let own = looks[..i].iter().filter(|c| **c == next).count() as f64;
            sum += libm::log((own + alpha * mean[next as usize]) / (i as f64 + alpha));
            n += 1.0;
        }
    }
    if n > 0.0 { sum / n } else { f64::NEG_INFINITY }
}

/// The clusters in the pack's numbers, the largest first, each with a name of its own.
fn named(catalog: &Catalog, mut found: Vec<(Vec<f64>, usize)>, everyone: &[f64], people: usize) -> Vec<Cluster> {
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| length_of(&b.0).total_cmp(&length_of(&a.0))));
    let mut taken = Vec::new();
    let mut out = Vec::new();
    for (mean, members) in found {
        let mut by_excess: Vec<u32> = (0..mean.len() as u32).filter(|c| !taken.contains(c)).collect();
        let excess = |c: u32| mean[c as usize] - everyone[c as usize];
        by_excess.sort_by(|a, b| excess(*b).total_cmp(&excess(*a)).then(a.cmp(b)));
        let Some(first) = by_excess.first().copied() else { break };
        taken.push(first);
        let total = mean.iter().sum::<f64>();
        let part = |(c, share): (u32, &f64)| (c, libm::round(share / total * 65_535.0) as u16);
        out.push(Cluster {
            name: catalog.category_path(first).to_string(),
            share: members as f64 / people as f64,
            centroid: (0..).zip(&mean).map(part).filter(|(_, part)| *part > 0).collect(),
        });
    }
    out
}

//! What is bought together, and vectors, in parts of a pack: nothing is lost, every number is that of the whole, whatever is open.

use super::{attach, freeze, open};
use nearshelf::builder::shards::{Limits, Split, join, read_whole, split};
use nearshelf::engine::Engine;
use nearshelf::id::Row;
use nearshelf::pack::{Pack, Tag};
use nearshelf::publish::Pairs;
use nearshelf::random::Random;
use nearshelf::rank::embedding::{BY_PAIRS, Embedding, Top};
use nearshelf::rank::planes::lay;
use nearshelf::rank::{Association, Associations};
use nearshelf::shop::Silent;
use std::collections::BTreeMap;

/// Numbers of a vector.
const DIMS: usize = 48;

/// The frozen pack with counts of baskets, and with vectors that point anywhere.
fn whole() -> Vec<u8> {
    let mut random = Random::new(3);
    let numbers: Vec<i8> = (0..64 * DIMS).map(|_| random.below(120) as i8 - 60).collect();
    let head = [32, DIMS as u16 - 32, 415, 0].map(u16::to_le_bytes).concat();
    let vectors = [head, lay(&numbers, DIMS)].concat();
    let mut all = crate::compat::LIMITS.to_vec();
    all.push((Tag::ASSOCIATION, 64, crate::compat::ASSOCIATIONS));
    let pack = Pack::open(crate::compat::with_sections(&all)).expect("a pack");
    let mut out = nearshelf::pack::PackWriter::new();
    for s in pack.sections() {
        out.add(s.tag, s.key, s.entries as usize, pack.section(s.tag, s.key).expect("listed").to_vec());
    }
    out.add(Tag::EMBEDDING, BY_PAIRS, 64, vectors);
    out.finish().expect("small")
}

fn parts(whole: &[u8]) -> Split {
    split(whole, Limits { core: 9_000, shard: 5_500 }, &Silent).expect("room").expect("too large for one file")
}

/// All pairs of what is open, by ids.
fn pairs(shelf: &Engine) -> BTreeMap<(String, String), Association> {
    let c = shelf.catalog();
    let all = Associations::open(c.pack(), c.len()).expect("counts");
    assert!(all.are_of_purchases(c.pack()));
    let mut out = BTreeMap::new();
    for row in (0..c.len() as u32).map(Row) {
        all.each(c.pack(), row, &mut |other, a| {
            out.insert((c.id(row).to_string(), c.id(other).to_string()), a);
        });
    }
    all.each(c.pack(), Row(c.len() as u32), &mut |_, _| panic!("a row behind the last has no pairs"));
    out
}

/// The nearest six to each open product, by ids.
fn nearest(shelf: &Engine) -> BTreeMap<String, Vec<(String, u64)>> {
    let (c, mut top) = (shelf.catalog(), Top::default());
    let vectors = Embedding::open(c.pack(), c.len()).expect("vectors");
    let of = |row| {
        let near = vectors.nearest(c.pack(), &vectors.aim(c.pack(), &[(row, 1)]), 6, &mut top);
        (c.id(row).to_string(), near.into_iter().map(|(r, cosine)| (c.id(r).to_string(), cosine)).collect())
    };
    (0..c.len() as u32).map(Row).map(of).collect()
}

#[test]
fn pairs_and_vectors_come_back_byte_for_byte_in_any_order() {
    let whole = whole();
    let parts = parts(&whole);
    assert!(parts.core.products > 5 && parts.shards.len() >= 3, "{} and {}", parts.core.products, parts.shards.len());
    let mut random = Random::new(11);
    let mut all: Vec<Vec<u8>> = parts.shards.iter().map(|s| s.bytes.clone()).collect();
    let mut merged = None;
    for _ in 0..6 {
        for i in (1..all.len()).rev() {
            all.swap(i, random.below(i as u64 + 1) as usize);
        }
        assert!(join(parts.core.bytes.clone(), all.clone()).expect("all") == whole);
        let mut shelf = open(&parts);
        all.iter().for_each(|s| shelf.attach(s.clone()).expect("a shard of this core"));
        let bytes = shelf.catalog().pack().bytes().to_vec();
        assert!(merged.get_or_insert_with(|| bytes.clone()) == &bytes);
    }
}

#[test]
fn no_core_is_larger_than_its_bar() {
    let whole = whole();
    for core in (7_500..9_500).step_by(50) {
        let parts =
            split(&whole, Limits { core, shard: 5_500 }, &Silent).expect("room").expect("too large for one file");
        assert!(parts.core.wire <= core, "{} for {core}", parts.core.wire);
    }
}

#[test]
fn whatever_is_open_pairs_and_cosines_are_those_of_the_whole() {
    let whole = whole();
    let parts = parts(&whole);
    let full = Engine::open(whole).expect("a shelf");
    let (all, near) = (pairs(&full), nearest(&full));
    // The whole as each file tells of it: whole lists are in shards, and the core's own ones name only the core.
    let told = |bytes: &[u8]| Pairs::of(&Pack::open(bytes.to_vec()).expect("a pack")).expect("pairs");
    let of_shards: usize = parts.shards.iter().map(|s| told(&s.bytes).pairs).sum();
    let expected = Pairs { are_of_purchases: true, baskets: 1_000, products: 64, pairs: 256 };
    assert_eq!((told(full.catalog().pack().bytes()), told(&parts.core.bytes).baskets), (expected, 1_000));
    assert!(of_shards <= 256 && of_shards + told(&parts.core.bytes).pairs >= 256, "{of_shards}");
    assert!(all.len() > 200 && near.len() == 64);
    let mut random = Random::new(5);
    let (mut closed, mut lacking) = (0, 0);
    for _ in 0..12 {
        let mut shelf = open(&parts);
        let chosen: Vec<_> = parts.shards.iter().filter(|_| random.below(2) == 0).collect();
        attach(&mut shelf, &chosen);
        let is_open = |id: &String| shelf.catalog().find(id).is_some();
        let expected: BTreeMap<_, _> =
            all.iter().filter(|((a, b), _)| is_open(a) && is_open(b)).map(|(k, a)| (k.clone(), *a)).collect();
        closed += all.len() - expected.len();
        let here = pairs(&shelf);
        // The core's own lists name only the core until the shard comes that brings them whole.
        assert!(here.iter().all(|(k, a)| expected.get(k) == Some(a)), "each number is that of the whole");
        let core = open(&parts);
        for ((a, b), _) in expected.iter().filter(|(k, _)| !here.contains_key(k)) {
            assert!(core.catalog().find(a).is_some() && core.catalog().find(b).is_none(), "{a} with {b} is lost");
            lacking += 1;
        }
        for (id, list) in nearest(&shelf) {
            let known: Vec<_> = near[&id].iter().filter(|(other, _)| is_open(other)).collect();
            assert!(
                !list.is_empty() && list.iter().zip(known).all(|(a, b)| a == b),
                "the nearest to {id} that are open"
            );
        }
    }
    assert!(
        closed > 0 && lacking > 0,
        "not all was open: {closed} pairs closed, {lacking} in a list that had not come"
    );
    let mut shelf = open(&parts);
    attach(&mut shelf, &parts.shards.iter().collect::<Vec<_>>());
    assert_eq!((pairs(&shelf), nearest(&shelf)), (all, near));
}

/// A core and shards with pairs and vectors, as they were when these were split first; written anew only on request.
#[test]
fn the_first_parts_with_pairs_and_vectors_are_read() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/shards-v2"));
    let whole = whole();
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        freeze(folder, &parts(&whole));
    }
    assert!(read_whole(&folder.join("core.pack")).expect("core and shards") == whole);
    let core = Engine::open(std::fs::read(folder.join("core.pack")).expect("a file")).expect("a core");
    assert!(!pairs(&core).is_empty() && !nearest(&core).is_empty());
}

#[test]
fn a_pack_that_lies_about_its_pairs_or_vectors_is_refused() {
    let good = Pack::open(whole()).expect("a pack");
    for (tag, key, cut) in [(Tag::ASSOCIATION, 0, 200), (Tag::EMBEDDING, BY_PAIRS, 300)] {
        let mut out = nearshelf::pack::PackWriter::new();
        for s in good.sections() {
            let bytes = good.section(s.tag, s.key).expect("listed");
            let bytes = if (s.tag, s.key) == (tag, key) { &bytes[..cut] } else { bytes };
            out.add(s.tag, s.key, s.entries as usize, bytes.to_vec());
        }
        let bad = out.finish().expect("small");
        assert!(split(&bad, Limits { core: 9_000, shard: 5_500 }, &Silent).expect_err("cut short").is_bad_data());
    }
    // A part with other counts than products opens as a shelf without a panic: hosts are told when they read the pairs.
    let core = Pack::open(parts(&whole()).core.bytes).expect("a pack");
    for len in 0..40 {
        let mut out = nearshelf::pack::PackWriter::new();
        for s in core.sections() {
            let bytes = core.section(s.tag, s.key).expect("listed");
            let is_pairs = [Tag::ASSOCIATION_COUNTS, Tag::ASSOCIATION_PART].contains(&s.tag);
            let bytes = if is_pairs { &bytes[..len.min(bytes.len())] } else { bytes };
            out.add(s.tag, s.key, s.entries as usize, bytes.to_vec());
        }
        let shelf = Engine::open(out.finish().expect("small")).expect("a shelf does not read them");
        let c = shelf.catalog();
        assert!(Associations::open(c.pack(), c.len()).expect_err("too short").is_bad_data());
    }
}

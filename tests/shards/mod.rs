//! A pack split into a core and shards: nothing is lost, nothing depends on the order, and what does not belong is refused.

pub(crate) mod evidence;
mod overlay;
mod pieces;

use crate::api::{NOW, PACK, event};
use nearshelf::builder::shards::{File, Limits, Split, join, read_whole, split, split_above};
use nearshelf::catalog::{Catalog, shards};
use nearshelf::engine::{Engine, Request, Wish};
use nearshelf::id::Row;
use nearshelf::pack::{Pack, Tag};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::rank::Tables;
use nearshelf::rank::table::TableKind;
use nearshelf::shop::Silent;
use std::collections::BTreeSet;

/// The frozen pack in a core of some products and several shards.
fn parts() -> Split {
    split(PACK, Limits { core: 6_500, shard: 3_500 }, &Silent).expect("room").expect("too large for one file")
}

fn open(split: &Split) -> Engine {
    let mut shelf = Engine::open(split.core.bytes.clone()).expect("a core is a pack");
    shelf.set_consent(Consent::all());
    shelf
}

fn attach(shelf: &mut Engine, shards: &[&File]) {
    shards.iter().for_each(|s| shelf.attach(s.bytes.clone()).expect("a shard of this core"));
}

#[test]
fn the_core_with_all_shards_is_the_pack_byte_for_byte() {
    let parts = parts();
    assert!(parts.core.products >= 10 && parts.shards.len() >= 4, "{} and {}", parts.core.products, parts.shards.len());
    assert!(parts.core.wire <= 6_500 && parts.shards.iter().all(|s| s.wire <= 3_500));
    let shards = || parts.shards.iter().map(|s| s.bytes.clone());
    assert!(join(parts.core.bytes.clone(), shards()).expect("all") == PACK);
    assert!(join(parts.core.bytes.clone(), shards().rev()).expect("all") == PACK);
    let e = join(parts.core.bytes.clone(), shards().skip(1)).expect_err("one is missing");
    assert_eq!(e.code(), "shard_mismatch");
    let mut shelf = open(&parts);
    attach(&mut shelf, &parts.shards.iter().collect::<Vec<_>>());
    assert!(shelf.catalog().len() == 64 && !shelf.is_partial(None));
    assert!(shelf.wanted(Wish::All).is_empty());
    // What the page names the pack by does not change on the way.
    assert_eq!(shelf.catalog().pack().version(), Pack::open(parts.core.bytes).expect("sound").version());
}

#[test]
fn shards_carry_stores_and_days() {
    let whole = crate::compat::with_sections(&crate::compat::LIMITS);
    let parts =
        split(&whole, Limits { core: 9_000, shard: 5_000 }, &Silent).expect("room").expect("too large for one file");
    assert!(parts.shards.len() >= 2, "{}", parts.shards.len());
    let shards = || parts.shards.iter().map(|s| s.bytes.clone());
    assert!(join(parts.core.bytes.clone(), shards()).expect("all") == whole);
    let (mut shelf, full) = (open(&parts), Engine::open(whole.clone()).expect("a shelf"));
    let facts = |shelf: &Engine| -> BTreeSet<(String, String, u32)> {
        let c = shelf.catalog();
        let store = |row| c.store(row).map_or(String::new(), |s| c.store_name(s).to_string());
        (0..c.len() as u32).map(Row).map(|row| (c.id(row).to_string(), store(row), c.since(row))).collect()
    };
    assert!(facts(&shelf).is_subset(&facts(&full)) && facts(&shelf).len() < 64);
    attach(&mut shelf, &parts.shards.iter().collect::<Vec<_>>());
    assert_eq!(facts(&shelf), facts(&full));
}

#[test]
fn a_pack_above_a_bar_is_split_below_it_and_another_is_not() {
    assert!(split_above(PACK, 100_000, &Silent).expect("room").is_none());
    let parts = split_above(PACK, 6_500, &Silent).expect("room").expect("larger than that");
    assert!(!parts.shards.is_empty());
    assert!(parts.shards.iter().chain([&parts.core]).all(|f| f.wire <= 6_500));
    let products: usize = parts.shards.iter().chain([&parts.core]).map(|f| f.products).sum();
    assert_eq!(products, 64);
}

#[test]
fn splitting_is_a_function_of_the_pack_and_every_product_is_in_one_part() {
    let (a, b) = (parts(), parts());
    assert!(a.core.bytes == b.core.bytes);
    assert!(a.shards.iter().zip(&b.shards).all(|(a, b)| a.bytes == b.bytes && a.name == b.name));
    let rows = |f: &File| -> Vec<u32> {
        let pack = Pack::open(f.bytes.clone()).expect("sound");
        pack.section(Tag::ROWS, 0)
            .expect("rows")
            .chunks(4)
            .map(|b| u32::from_le_bytes(b.try_into().expect("4")))
            .collect()
    };
    let mut all: Vec<u32> = a.shards.iter().chain([&a.core]).flat_map(rows).collect();
    all.sort_unstable();
    assert_eq!(all, (0..64).collect::<Vec<u32>>());
    assert!(split(PACK, Limits::of(None), &Silent).expect("room").is_none(), "a small pack fits as it is");
    assert_eq!(split(PACK, Limits { core: 500, shard: 500 }, &Silent).expect_err("no room").code(), "too_large");
}

#[test]
fn the_head_has_the_most_popular_and_something_of_every_top_category() {
    let parts = parts();
    let whole = Catalog::open(Pack::open(PACK.to_vec()).expect("sound")).expect("a catalogue");
    let core = open(&parts);
    let ids: BTreeSet<&str> = (0..core.catalog().len() as u32).map(|i| core.catalog().id(Row(i))).collect();
    assert!((0..4).all(|i| ids.contains(whole.id(Row(i)))), "the most popular: {ids:?}");
    let tops = |c: &Catalog| -> BTreeSet<String> {
        let top =
            |i| c.category(Row(i)).and_then(|x| c.category_chain(x).last()).map(|x| c.category_path(x).to_string());
        (0..c.len() as u32).filter_map(top).collect()
    };
    assert_eq!(tops(core.catalog()), tops(&whole));
}

#[test]
fn the_order_of_opening_does_not_matter_and_twice_is_once() {
    let parts = parts();
    let chosen: Vec<&File> = parts.shards.iter().step_by(2).collect();
    let (mut a, mut b) = (open(&parts), open(&parts));
    attach(&mut a, &chosen);
    attach(&mut b, &chosen.iter().rev().copied().collect::<Vec<_>>());
    assert!(a.catalog().pack().bytes() == b.catalog().pack().bytes());
    assert!(a.is_partial(None));
    let before = a.catalog().pack().bytes().to_vec();
    attach(&mut a, &chosen);
    assert!(a.catalog().pack().bytes() == before);
}

/// What a list says, in ids: rows are numbered anew when a shard opens.
fn shown(shelf: &mut Engine, request: &Request<'_>) -> Vec<(String, f64, u8)> {
    let list = shelf.recommend(NOW, request);
    list.items
        .iter()
        .map(|i| (shelf.catalog().id(i.row.expect("of the pack")).to_string(), i.score, i.because as u8))
        .collect()
}

#[test]
fn an_opened_shelf_ranks_as_the_pack_that_was_split() {
    let parts = parts();
    let mut whole = crate::api::shelf();
    let mut split = open(&parts);
    let request = Request { limit: 20, ..Request::default() };
    let ids: Vec<String> = (0..64).map(|row| crate::api::id(&whole, row)).collect();
    // Shards come one by one between events: what was tracked before a product was known counts once it is.
    for (i, at) in (0..64).map(|i| (i * 23) % 64).enumerate() {
        let now = NOW.plus(i as i64 * 1_000);
        whole.track(now, &[event("view_item", &ids[at])]);
        split.track(now, &[event("view_item", &ids[at])]);
        if i % 8 == 7
            && let Some(shard) = parts.shards.get(i / 8)
        {
            attach(&mut split, &[shard]);
        }
    }
    attach(&mut split, &parts.shards.iter().collect::<Vec<_>>());
    assert_eq!(shown(&mut whole, &request), shown(&mut split, &request));
    assert_eq!(whole.portrait(NOW), split.portrait(NOW), "what was closed when it was seen counts as the rest");
    for (i, at) in (0..64).map(|i| (i * 29) % 64).enumerate() {
        let now = NOW.plus((100 + i as i64) * 1_000);
        for shelf in [&mut whole, &mut split] {
            assert_eq!(shelf.track(now, &[event("view_item", &ids[at])]).accepted, 1);
        }
        assert_eq!(shown(&mut whole, &request), shown(&mut split, &request), "after {} steps", i + 1);
    }
}

/// The global rows that a part lists in a section.
fn global_rows(part: &File, tag: Tag) -> BTreeSet<u32> {
    let pack = Pack::open(part.bytes.clone()).expect("sound");
    let rows = pack.section(tag, 0).unwrap_or(&[]).chunks_exact(4);
    rows.map(|b| u32::from_le_bytes(b.try_into().expect("4"))).collect()
}

/// All neighbours in a pack's tables: kind, product, neighbour, weight, by ids.
fn neighbours(pack: Pack) -> BTreeSet<(u32, String, String, u16)> {
    let c = Catalog::open(pack).expect("a catalogue");
    let tables = Tables::open(c.pack(), c.len()).expect("tables");
    let mut out = BTreeSet::new();
    for kind in [TableKind::Next, TableKind::Together, TableKind::Similar, TableKind::Linear] {
        for row in (0..c.len() as u32).map(Row).filter(|_| !tables.of(kind).is_empty()) {
            tables.of(kind).for_each(c.pack(), row, |other, weight| {
                out.insert((kind as u32, c.id(row).to_string(), c.id(other).to_string(), weight));
            });
        }
    }
    out
}

#[test]
fn neighbours_count_as_soon_as_both_ends_are_open() {
    let similar = crate::compat::with_sections(&crate::compat::LIMITS);
    for (whole, core, shard) in [(PACK.to_vec(), 6_500, 3_500), (similar, 8_000, 3_500)] {
        let parts = split(&whole, Limits { core, shard }, &Silent).expect("room").expect("too large for one file");
        let whole = Pack::open(whole).expect("sound");
        let catalog = Catalog::open(whole.clone()).expect("a catalogue");
        let id = |row: &u32| catalog.id(Row(*row)).to_string();
        let ids = |rows: &BTreeSet<u32>| rows.iter().map(id).collect::<BTreeSet<String>>();
        let all = neighbours(whole);
        let head = ids(&global_rows(&parts.core, Tag::ROWS));
        // Products of the head whose neighbours a shard brings: before it comes they have those that are in the head.
        let brought: Vec<BTreeSet<String>> = parts
            .shards
            .iter()
            .map(|s| ids(&global_rows(s, Tag::TABLE_ROWS)).intersection(&head).cloned().collect())
            .collect();
        assert!(brought.iter().any(|b| !b.is_empty()), "some are brought");
        let n = parts.shards.len();
        assert!((3..12).contains(&n), "{n} shards");
        let mut last = 0;
        // Every set of shards; of those with one more each time, the numbers of pairs grow.
        for set in 0..1_u32 << n {
            let is_open = |i: &usize| set >> i & 1 != 0;
            let mut shelf = open(&parts);
            let chosen: Vec<usize> = (0..n).filter(is_open).collect();
            attach(&mut shelf, &chosen.iter().map(|i| &parts.shards[*i]).collect::<Vec<_>>());
            let c = shelf.catalog();
            let open: BTreeSet<String> = (0..c.len() as u32).map(|row| c.id(Row(row)).to_string()).collect();
            let waits = |a: &String| (0..n).any(|i| !is_open(&i) && brought[i].contains(a));
            let expected: BTreeSet<_> = all
                .iter()
                .filter(|(_, a, b, _)| open.contains(a) && open.contains(b) && (!waits(a) || head.contains(b)))
                .cloned()
                .collect();
            let found = neighbours(c.pack().clone());
            assert_eq!(found, expected, "with shards {chosen:?}");
            assert!(!found.is_empty());
            if (set + 1).is_power_of_two() {
                assert!(found.len() > last, "{} after {last} with shards {chosen:?}", found.len());
                last = found.len();
            }
        }
        assert_eq!(last, all.len(), "with all shards they are those of the whole");
    }
}

#[test]
fn where_nothing_is_said_a_core_has_a_quarter_of_a_megabyte_on_the_wire() {
    assert_eq!(Limits::of(None), Limits { core: 250_000, shard: 500_000 });
    assert_eq!(Limits::of(Some(80_000)), Limits { core: 80_000, shard: 80_000 });
    assert_eq!(
        Limits::of(Some(2_000_000)),
        Limits { core: 250_000, shard: 2_000_000 },
        "a core stays below its own bar"
    );
}

#[test]
fn an_evaluation_by_parts_counts_the_files_and_with_all_of_them_is_that_of_the_pack() {
    use nearshelf::builder::evaluate::{Options, by_parts, evaluate};
    use nearshelf::builder::split::{self, Part};
    let (dir, shop) = crate::builder::proofs::synthetic(600, 3_000, 500);
    let protocol = r#"{"protocol":"sessions","valid_from":2200,"test_from":2700}"#;
    std::fs::write(dir.path().join("split.json"), protocol).expect("written");
    let protocol = split::Split::read(dir.path()).expect("a split");
    let options = Options { part: Part::Test, k: 1, histories: &[], diversity: 0, exploration: None };
    let plain = evaluate(&shop, &protocol, options, &Silent).expect("an evaluation");
    let wire = nearshelf::publish::brotli(&plain.pack);
    let limits = Limits { core: wire / 2, shard: wire / 4 };
    let parts = split(&plain.pack, limits, &Silent).expect("room").expect("too large for one file");
    let rows = by_parts(&shop, &protocol, options, &plain.pack, limits, &Silent).expect("rows");
    let [core, on_demand, all] = &rows[..] else { panic!("three rows: {rows:?}") };
    assert_eq!([core.name, on_demand.name, all.name], ["core", "on demand", "all"]);
    assert_eq!((core.wire, core.files), (parts.core.wire, 1.0));
    let shards: usize = parts.shards.iter().map(|s| s.wire).sum();
    assert_eq!((all.wire, all.files), (parts.core.wire + shards, 1.0 + parts.shards.len() as f64));
    assert!(core.wire <= limits.core && parts.shards.iter().all(|s| s.wire <= limits.shard) && parts.shards.len() > 2);
    assert!(on_demand.wire > core.wire && on_demand.wire < all.wire, "{rows:?}");
    assert!(on_demand.files > 1.0 && on_demand.files < all.files, "{rows:?}");
    let hit = |o: &nearshelf::builder::evaluate::Opened| o.metrics.get("HR@20").expect("measured");
    assert!(hit(core) < hit(on_demand) && hit(on_demand) <= hit(all), "{rows:?}");
    // A plain evaluation tells of variety, too.
    assert_eq!(all.metrics.events, plain.metrics.events);
    assert_eq!(all.metrics.values, plain.metrics.values[..all.metrics.values.len()]);
    let fits = by_parts(&shop, &protocol, options, &plain.pack, Limits::of(None), &Silent).expect("none");
    assert!(fits.is_empty(), "a pack that fits into a core has no parts");
}

#[test]
fn what_was_served_before_keeps_its_reasons() {
    let parts = parts();
    let mut shelf = open(&parts);
    let first = crate::api::id(&shelf, 3);
    shelf.track(NOW, &[event("view_item", &first)]);
    let list = shelf.recommend(NOW, &Request { limit: 8, ..Request::default() });
    let ids: Vec<String> = list.items.iter().map(|i| crate::api::id(&shelf, i.row.expect("a row").0)).collect();
    let told = |shelf: &Engine| -> Vec<String> {
        let node = |id: &String| format!("{:?}", named(shelf, &shelf.why(list.id, id).expect("served")));
        ids.iter().map(node).collect()
    };
    let before = told(&shelf);
    attach(&mut shelf, &parts.shards.iter().collect::<Vec<_>>());
    assert_eq!(told(&shelf), before);
}

/// A reason with ids in place of rows.
fn named(shelf: &Engine, node: &nearshelf::rank::Node) -> Vec<String> {
    let subject = match node.subject {
        nearshelf::rank::Subject::Product(row) => crate::api::id(shelf, row),
        other => format!("{other:?}"),
    };
    let own = format!("{} {subject} {}", node.code, node.value);
    std::iter::once(own).chain(node.children.iter().flat_map(|n| named(shelf, n))).collect()
}

#[test]
fn what_does_not_belong_or_is_damaged_is_refused_and_nothing_is_lost() {
    let parts = parts();
    let mut shelf = open(&parts);
    let before = shelf.catalog().pack().bytes().to_vec();
    let other = split(PACK, Limits { core: 5_500, shard: 3_500 }, &Silent).expect("room").expect("split");
    let foreign = other.shards.iter().find(|s| parts.shards.iter().all(|t| t.name != s.name)).expect("another cut");
    for (bytes, code) in [
        (foreign.bytes.clone(), "shard_mismatch"),
        (PACK.to_vec(), "shard_mismatch"),
        (parts.core.bytes.clone(), "shard_mismatch"),
        (Vec::new(), "not_a_pack"),
        (parts.shards[0].bytes[..100].to_vec(), "pack_malformed"),
    ] {
        let e = shelf.attach(bytes).expect_err(code);
        assert!(e.code() == code || e.code() == "pack_truncated", "{} for {code}", e.code());
        assert!(!e.fix().is_empty());
    }
    for at in (0..parts.shards[0].bytes.len()).step_by(97) {
        let mut bad = parts.shards[0].bytes.clone();
        bad[at] ^= 1;
        assert!(shelf.attach(bad).expect_err("damaged").is_bad_data());
    }
    assert!(shelf.catalog().pack().bytes() == before);
    attach(&mut shelf, &[&parts.shards[0]]);
    // A pack that was not split has no shards at all.
    assert_eq!(
        crate::api::shelf().attach(parts.shards[0].bytes.clone()).expect_err("not split").code(),
        "shard_mismatch"
    );
}

#[test]
fn a_product_in_a_closed_shard_is_no_unknown_one() {
    let parts = parts();
    let (mut shelf, whole) = (open(&parts), crate::api::shelf());
    let ids: Vec<String> = (0..64).map(|row| whole.catalog().id(Row(row)).to_string()).collect();
    let closed: Vec<&String> = ids.iter().filter(|id| shelf.catalog().find(id).is_none()).collect();
    assert!(closed.len() > 10);
    let stages = |shelf: &mut Engine| -> BTreeSet<&str> {
        closed.iter().map(|id| shelf.why_not(NOW, &Request::default(), id).code()).collect()
    };
    assert_eq!(stages(&mut shelf), BTreeSet::from(["shard_closed"]));
    attach(&mut shelf, &parts.shards.iter().collect::<Vec<_>>());
    assert!(!stages(&mut shelf).contains("shard_closed"));
    for n in 0..200 {
        let stranger = format!("stranger {n}");
        assert_eq!(shelf.why_not(NOW, &Request::default(), &stranger).code(), "unknown_item", "all is open");
    }
}

fn names(shelf: &mut Engine, wish: Wish) -> Vec<String> {
    let wanted = shelf.wanted(wish);
    wanted.iter().map(|i| shards::name(shelf.catalog().pack(), *i)).collect()
}

#[test]
fn a_page_asks_for_what_it_names_and_the_portrait_only_with_consent() {
    let parts = parts();
    let mut shelf = open(&parts);
    let whole = crate::api::shelf();
    assert!(names(&mut shelf, Wish::Page).is_empty() && names(&mut shelf, Wish::Personal).is_empty());
    assert_eq!(names(&mut shelf, Wish::All), parts.shards.iter().map(|s| s.name.clone()).collect::<Vec<_>>());

    // An id that is not open: the hint knows its shard.
    let closed: Vec<String> =
        (0..64).map(|r| crate::api::id(&whole, r)).filter(|id| shelf.catalog().find(id).is_none()).collect();
    let mut right = 0;
    for id in &closed {
        let mut shelf = open(&parts);
        shelf.rank(NOW, true, &[id], &[]);
        let wanted = names(&mut shelf, Wish::Page);
        let mut said = open(&parts);
        said.selling_points(NOW, (0, true), id, &[], &mut |points| assert!(points.is_empty())).expect("no section");
        assert_eq!(names(&mut said, Wish::Page), wanted, "what is said of a product asks for its shard too");
        right +=
            usize::from(wanted.len() == 1 && parts.shards.iter().any(|s| wanted[0] == s.name && holds(&s.bytes, id)));
    }
    assert_eq!(right, closed.len(), "each names the shard it is in, and no other");
    for id in closed.iter().flat_map(|id| variants(&whole, id)) {
        let mut shelf = open(&parts);
        shelf.find(&id);
        let wanted = shelf.wanted(Wish::Page);
        attach(&mut shelf, &wanted.iter().map(|i| &parts.shards[*i]).collect::<Vec<_>>());
        assert!(wanted.len() == 1 && shelf.catalog().find(&id).is_some(), "variant {id}");
    }
    // One that the shop does not have mostly asks for nothing.
    let foreign = |i: &u32| {
        let mut shelf = open(&parts);
        shelf.find(&format!("of another shop {i}"));
        !names(&mut shelf, Wish::Page).is_empty()
    };
    let asking = (0..400).filter(foreign).count();
    assert!((20..90).contains(&asking), "{asking} of 400; an eighth are not told from its own");

    // A category: at most two shards, and partial only where one of its own is closed.
    let c = shelf.catalog();
    let path = c.category_path(c.category(Row(0)).expect("a category")).to_string();
    let request = Request { limit: 4, category: &path, ..Request::default() };
    let list = shelf.recommend(NOW, &request);
    let wanted = names(&mut shelf, Wish::Page);
    assert_eq!(list.partial, !wanted.is_empty());
    assert!(wanted.len() <= 2);

    // What the shopper likes: only when asked for it, only with consent.
    let mut shelf = open(&parts);
    let liked = crate::api::id(&shelf, 0);
    shelf.track(NOW, &[event("view_item", &liked)]);
    assert!(names(&mut shelf, Wish::Page).is_empty(), "a product that is open asks for nothing");
    let personal = names(&mut shelf, Wish::Personal);
    shelf.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert!(names(&mut shelf, Wish::Personal).is_empty());
    assert_eq!(personal.is_empty(), wanted.is_empty(), "its category has shards");
}

#[test]
fn a_neutral_list_is_the_same_for_any_portrait_whatever_is_open() {
    let parts = parts();
    let (mut a, mut b) = (open(&parts), open(&parts));
    attach(&mut a, &[&parts.shards[0]]);
    attach(&mut b, &[&parts.shards[0]]);
    let item = crate::api::id(&a, 5);
    a.track(NOW, &[event("purchase", &item)]);
    let request = Request { limit: 30, neutral: true, ..Request::default() };
    assert_eq!(shown(&mut a, &request), shown(&mut b, &request));
}

/// True for the file of a part that has a product.
fn holds(part: &[u8], id: &str) -> bool {
    let pack = Pack::open(part.to_vec()).expect("sound");
    pack.section(Tag::PRODUCT_ID, 0).expect("ids").windows(id.len()).any(|w| w == id.as_bytes())
}

/// The ids of a product's variants.
fn variants(whole: &Engine, id: &str) -> Vec<String> {
    let c = whole.catalog();
    c.variants_of(c.find(id).expect("of the shop").row).map(|v| c.variant_id(v).to_string()).collect()
}

fn freeze(folder: &std::path::Path, parts: &Split) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("core.pack"), &parts.core.bytes).expect("written");
    for s in &parts.shards {
        std::fs::write(folder.join(&s.name), &s.bytes).expect("written");
    }
}

/// A core and shards of the first format, as the frozen pack was split when it was new; written anew only on request.
#[test]
fn the_first_parts_are_read() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/shards-v1"));
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        let parts = parts();
        freeze(folder, &parts);
    }
    // How a pack is cut may change; what is together must not.
    assert!(read_whole(&folder.join("core.pack")).expect("core and shards") == PACK);
}

/// A core that hints at every id, and its shards; written anew only on request.
#[test]
fn the_first_parts_with_a_hint_for_every_id_are_read() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/shards-v3"));
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        freeze(folder, &parts());
    }
    assert!(read_whole(&folder.join("core.pack")).expect("core and shards") == PACK);
    let whole = crate::api::shelf();
    // What an earlier core hints at, by cells, is read as well.
    for (version, least) in [("v1", 70), ("v3", 100)] {
        let file = folder.with_file_name(format!("shards-{version}")).join("core.pack");
        let mut core = Engine::open(std::fs::read(&file).expect("a file")).expect("a core");
        let (mut closed, mut right) = (0, 0);
        for id in (0..64)
            .map(|row| crate::api::id(&whole, row))
            .filter(|id| core.catalog().find(id).is_none())
            .collect::<Vec<_>>()
        {
            core.forget();
            core.find(&id);
            closed += 1;
            let wanted = core.wanted(Wish::Page).first().map(|i| shards::name(core.catalog().pack(), *i));
            right += usize::from(
                wanted.is_some_and(|name| holds(&std::fs::read(file.with_file_name(name)).expect("a file"), &id)),
            );
        }
        assert!(right * 100 >= closed * least, "{version}: {right} of {closed}");
    }
}

/// A made-up catalogue in a tree of 12 · 10 categories, with neighbours that are mostly of the same category.
fn large(products: u32) -> Vec<u8> {
    use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer, write};
    use nearshelf::catalog::{Availability, Market};
    use nearshelf::pack::PackWriter;
    use nearshelf::rank::table::{Neighbours, write_table};
    let mut random = nearshelf::random::Random::new(7);
    let mut word = |n: u64| format!("w{}", random.below(n));
    let product = |i: u32| {
        let (top, leaf) = (i % 12, i / 12 % 10);
        let offer =
            VariantOffer { list: Some(1_000 + i * 7 % 90_000), sale: None, availability: Availability::InStock };
        ProductDraft {
            id: format!("{}{i}", word(1 << 20)),
            titles: vec![format!("{} {} {}", word(500), word(5_000), word(500))],
            categories: vec![format!("Top {top} > Leaf {leaf}")],
            brand: word(3_000),
            url: format!("/p/{i}"),
            popularity: (65_535 / (1 + i / 100)) as u16,
            variants: vec![VariantDraft { id: format!("v{i}"), titles: vec![], offers: vec![offer] }],
            ..ProductDraft::default()
        }
    };
    let draft = Draft {
        shop: "large".into(),
        support: 5,
        markets: vec![Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 }],
        languages: vec!["en".into()],
        products: (0..products).map(product).collect(),
        ..Draft::default()
    };
    let mut out = PackWriter::new();
    write(&draft, &mut out).expect("written");
    let row = |i: u32| -> Neighbours {
        let near = |n: u32| Row((i + 120 * (n * n + 1) + n % 3) % products);
        (1..12).map(|n| (near(n), 1.0 / f64::from(n + 1))).collect()
    };
    out.add(Tag::TABLE, 0, products as usize, write_table(&(0..products).map(row).collect::<Vec<_>>()));
    out.finish().expect("small enough")
}

#[test]
fn a_core_stays_within_its_bytes_whatever_the_size_of_the_catalogue() {
    let mut heads = Vec::new();
    for products in [8_000, 24_000] {
        let whole = large(products);
        let parts = split(&whole, Limits { core: 120_000, shard: 60_000 }, &Silent).expect("room").expect("split");
        let wire = parts.core.wire;
        assert!(wire <= 120_000 && wire > 115_000, "{wire} bytes: as many products as fit");
        assert!(parts.shards.iter().all(|s| s.wire <= 60_000));
        heads.push(parts.core.products);
        let shards = parts.shards.iter().map(|s| s.bytes.clone());
        assert!(join(parts.core.bytes.clone(), shards).expect("all") == whole);
        let core = open(&parts);
        let sizes = core.catalog().category_sizes();
        assert!(sizes.iter().all(|n| *n > 0), "something of each of {} categories", sizes.len());
    }
    assert!(heads[1] * 2 > heads[0], "three times the products leave most of the head: {heads:?}");
}

#[test]
fn of_thirty_thousand_products_every_closed_id_names_its_shard() {
    let whole = large(30_000);
    let parts = split(&whole, Limits { core: 250_000, shard: 150_000 }, &Silent).expect("room").expect("split");
    assert!(parts.core.wire <= 250_000);
    let all = Engine::open(whole).expect("a pack");
    let mut core = open(&parts);
    let pack = Pack::open(parts.core.bytes.clone()).expect("sound");
    let hint = nearshelf::publish::brotli(pack.section(Tag::WHERE, 0).expect("a hint"));
    let (mut closed, mut opened) = (0, 0);
    let of = |f: &File| -> BTreeSet<u32> {
        let pack = Pack::open(f.bytes.clone()).expect("sound");
        let rows = pack.section(Tag::ROWS, 0).expect("rows").chunks_exact(4);
        rows.map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    };
    let rows: Vec<BTreeSet<u32>> = parts.shards.iter().map(of).collect();
    for row in 0..30_000 {
        let id = all.catalog().id(Row(row));
        if core.catalog().find(id).is_none() {
            closed += 1;
            core.forget();
            core.find(id);
            opened += usize::from(core.wanted(Wish::Page).iter().any(|i| rows[*i].contains(&row)));
        }
    }
    assert_eq!(opened, closed, "all of them, by {hint} bytes");
    println!(
        "{} products in the core, {closed} closed in {} shards, {hint} bytes of hint",
        parts.core.products,
        rows.len()
    );
    core.forget();
    core.find("nobody-sells-this");
    assert!(hint < 25_000 && closed > 20_000 && core.wanted(Wish::Page).len() <= 1);
}

#[test]
fn what_the_builder_writes_today_is_split_and_joined() {
    use nearshelf::builder::pack::{Options, build};
    let dir = crate::publish::Made::default().write();
    let whole = build(&crate::builder::read(dir.path()), &Options::default(), &Silent).expect("a pack");
    // A column of products that the split does not know would stand whole in the core, which would not open then.
    let wire = nearshelf::publish::brotli(&whole);
    let limits = Limits { core: wire * 4 / 5, shard: wire };
    let parts = split(&whole, limits, &Silent).expect("room").expect("split");
    let mut core = open(&parts);
    assert!(core.catalog().len() < 50);
    attach(&mut core, &parts.shards.iter().collect::<Vec<_>>());
    assert!(join(parts.core.bytes.clone(), parts.shards.iter().map(|s| s.bytes.clone())).expect("all") == whole);
}

#[test]
fn seasons_and_kinds_of_shoppers_stay_in_the_core_and_hold_for_what_is_opened() {
    use crate::compat::{CLUSTERS, SEASONS, with_sections};
    let pack = with_sections(&[(Tag::SEASON, 4, SEASONS), (Tag::CLUSTER, 3, CLUSTERS)]);
    let parts =
        split(&pack, Limits { core: 6_500, shard: 3_500 }, &Silent).expect("room").expect("too large for one file");
    let section = |f: &File, tag| Pack::open(f.bytes.clone()).expect("a part").section(tag, 0).map(<[u8]>::to_vec);
    for (tag, bytes) in [(Tag::SEASON, SEASONS), (Tag::CLUSTER, CLUSTERS)] {
        assert_eq!(section(&parts.core, tag).as_deref(), Some(bytes));
        assert!(parts.shards.iter().all(|s| section(s, tag).is_none()));
    }
    assert!(join(parts.core.bytes.clone(), parts.shards.iter().map(|s| s.bytes.clone())).expect("all") == pack);
    let (mut split, mut whole) = (open(&parts), Engine::open(pack).expect("a pack"));
    whole.set_consent(Consent::all());
    attach(&mut split, &parts.shards.iter().collect::<Vec<_>>());
    for s in [&mut split, &mut whole] {
        s.track(NOW, &[event("view_item", "80001")]);
    }
    let request = Request { limit: 64, ..Request::default() };
    assert_eq!(shown(&mut split, &request), shown(&mut whole, &request));
    assert!(split.portrait(NOW).cluster.is_some() && split.portrait(NOW) == whole.portrait(NOW));
}

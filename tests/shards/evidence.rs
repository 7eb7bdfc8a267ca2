//! What events tell of products whose shard is closed: it counts once the shard is open, as if it had been open all along.

use super::{attach, open, parts};
use crate::api::{NOW, PACK, event};
use nearshelf::builder::pack::{Options, build};
use nearshelf::builder::shards::{Limits, Split, split};
use nearshelf::catalog::Catalog;
use nearshelf::engine::{Engine, Request, TagWish};
use nearshelf::event::clean::{RawDetails, RawEvent, RawPrice};
use nearshelf::id::{Key, Row};
use nearshelf::pack::{Pack, Tag};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::Dimension;
use nearshelf::rank::Stage;
use nearshelf::shop::Silent;
use nearshelf::time::{DAY, MINUTE, Millis};
use std::collections::BTreeSet;

/// What a product of the shop is known by: its id, those of its variants.
fn ids(whole: &Catalog, row: u32) -> Vec<String> {
    let variants = whole.variants_of(Row(row)).map(|v| whole.variant_id(v).to_string());
    std::iter::once(whole.id(Row(row)).to_string()).chain(variants).collect()
}

/// All ids that the core alone does not know.
fn closed(parts: &Split) -> Vec<String> {
    let whole = Catalog::open(Pack::open(PACK.to_vec()).expect("sound")).expect("a catalogue");
    let core = open(parts);
    let all = (0..whole.len() as u32).flat_map(|row| ids(&whole, row));
    let mut all: Vec<String> = all.filter(|id| core.catalog().find(id).is_none()).collect();
    let mut seen = BTreeSet::new();
    all.retain(|id| seen.insert(id.clone()));
    all
}

fn attach_all(shelf: &mut Engine, parts: &Split) {
    attach(shelf, &parts.shards.iter().collect::<Vec<_>>());
}

/// A visit to each of these, with some orders, likes and dislikes, a second apart.
fn visit(shelf: &mut Engine, start: Millis, ids: &[String], orders: bool) {
    for (i, id) in ids.iter().enumerate() {
        let now = start.plus(i as i64 * 1_000);
        let name = match i % 7 {
            3 if orders => "purchase",
            4 => "like",
            5 => "add_to_cart",
            6 => "not_interested",
            _ => "view_item",
        };
        let number = format!("{} {i}", start.0);
        let mut told = RawEvent { event_id: &number, ..event(name, id) };
        let order = format!("T{i}");
        told.details = RawDetails { order: if name == "purchase" { &order } else { "" }, ..RawDetails::default() };
        if i % 3 == 1 {
            told.items[0].price = RawPrice::Text("129.00");
        }
        assert_eq!(shelf.track(now, &[told]).accepted, 1, "{name} {id}");
    }
}

/// The sealed portrait of a page that had the core alone: two products whose shard is closed, then another visit.
pub(crate) fn settled(key: &[u8; 32], nonce: &[u8; 24], scope: &str) -> Vec<u8> {
    let parts = parts();
    let mut page = open(&parts);
    let known = crate::api::id(&page, 0);
    for (i, id) in closed(&parts)[..2].iter().chain([&known, &known]).enumerate() {
        page.track(NOW.plus(i as i64 * DAY), &[event("view_item", id)]);
    }
    page.seal(key, nonce, scope).expect("consented")
}

#[test]
fn what_is_told_before_a_shard_opens_is_the_portrait_of_what_is_told_after() {
    let parts = parts();
    let ids = closed(&parts);
    assert!(ids.len() > 40, "{}", ids.len());
    let (mut before, mut after) = (open(&parts), open(&parts));
    visit(&mut before, NOW, &ids, true);
    let bare = before.portrait(NOW);
    assert!(bare.traits[Dimension::Category as usize].is_empty(), "nobody knows yet what these are");
    attach_all(&mut before, &parts);
    attach_all(&mut after, &parts);
    visit(&mut after, NOW, &ids, true);
    assert!(!after.portrait(NOW).traits[Dimension::Brand as usize].is_empty());
    assert!(before.snapshot().expect("allowed") == after.snapshot().expect("allowed"), "to the byte");
    // Twice is once.
    attach_all(&mut before, &parts);
    let kept = before.snapshot().expect("allowed");
    before.restore(&kept).expect("its own");
    assert!(before.snapshot().expect("allowed") == kept);
}

#[test]
fn a_page_that_was_closed_in_between_keeps_what_it_was_told() {
    let parts = parts();
    let ids = closed(&parts);
    for (orders, later) in [(false, 0), (false, 3 * DAY), (true, 3 * DAY)] {
        let mut after = open(&parts);
        attach_all(&mut after, &parts);
        visit(&mut after, NOW, &ids, orders);
        let mut page = open(&parts);
        visit(&mut page, NOW, &ids, orders);
        if later > 0 {
            // Another visit, by which what came before it has settled.
            let known = crate::api::id(&page, 0);
            for shelf in [&mut page, &mut after] {
                (0..3).for_each(|i| _ = shelf.track(NOW.plus(later + i * MINUTE), &[event("view_item", &known)]));
            }
        }
        let kept = page.snapshot().expect("allowed");
        let mut next = open(&parts);
        next.restore(&kept).expect("a snapshot");
        assert!(next.snapshot().expect("allowed") == kept);
        attach_all(&mut next, &parts);
        let (mine, whole) = (next.portrait(NOW.plus(later)), after.portrait(NOW.plus(later)));
        // The same where the shards were open before the portrait came back.
        let mut ready = open(&parts);
        attach_all(&mut ready, &parts);
        ready.restore(&kept).expect("a snapshot");
        assert!(ready.snapshot().expect("allowed") == next.snapshot().expect("allowed"));
        for d in [Dimension::Category, Dimension::Brand, Dimension::PriceBand, Dimension::Tag, Dimension::Topic] {
            assert_eq!(mine.traits[d as usize], whole.traits[d as usize], "{d:?}, {later}");
        }
        assert_eq!((mine.visit, mine.events), (whole.visit, whole.events));
    }
}

#[test]
fn only_the_latest_that_have_settled_wait_for_their_shard() {
    let parts = parts();
    let ids = closed(&parts);
    let (mut page, mut after) = (open(&parts), open(&parts));
    attach_all(&mut after, &parts);
    for shelf in [&mut page, &mut after] {
        (0..6).for_each(|day| visit(shelf, NOW.plus(day * DAY), &ids, false));
    }
    attach_all(&mut page, &parts);
    let events = |shelf: &mut Engine| -> u32 {
        let told = shelf.portrait(NOW.plus(6 * DAY));
        told.traits[Dimension::Category as usize].iter().map(|t| t.events).sum()
    };
    let (mine, all) = (events(&mut page), events(&mut after));
    // The last visit has not settled; a like and a dislike weigh nothing in this shop.
    let last = (0..ids.len()).filter(|i| ![4, 6].contains(&(i % 7))).count();
    assert_eq!((mine as usize, all as usize > mine as usize), (128 + last, true), "of {all}");
}

#[test]
fn what_was_taken_back_does_not_come_with_a_shard() {
    let parts = parts();
    let ids = closed(&parts);
    let name = {
        let mut whole = open(&parts);
        attach_all(&mut whole, &parts);
        visit(&mut whole, NOW, &ids, false);
        whole.portrait(NOW).traits[Dimension::Category as usize][0].key.clone()
    };
    for later in [1_000, 3 * DAY] {
        let mut page = open(&parts);
        visit(&mut page, NOW, &ids, false);
        let known = crate::api::id(&page, 0);
        page.track(NOW.plus(later), &[event("view_item", &known)]);
        let now = NOW.plus(later + 1_000_000);
        assert!(page.wish_tag(now, Dimension::Category, &name, TagWish::Delete).expect("a category"));
        page.track(now.plus(1), &[event("view_item", &known)]);
        attach_all(&mut page, &parts);
        let told = page.portrait(now);
        assert!(told.traits[Dimension::Category as usize].iter().all(|t| t.key != name), "{name}");
        assert!(told.traits[Dimension::Category as usize].len() > 2);
    }
}

#[test]
fn a_sensitive_product_goes_when_its_shard_tells_what_it_is() {
    let plain = parts();
    let whole = Catalog::open(Pack::open(PACK.to_vec()).expect("sound")).expect("a catalogue");
    let item = closed(&plain).pop().expect("some are closed");
    let row = whole.find(&item).expect("of the shop").row;
    let key = whole.category_key(whole.category(row).expect("a category"));
    let pack = crate::compat::with_sections(&[(
        Tag::SENSITIVE,
        1,
        &[1_u32.to_le_bytes().as_slice(), &key.0.to_le_bytes()].concat(),
    )]);
    let parts = split(&pack, Limits { core: 6_500, shard: 3_500 }, &Silent).expect("room").expect("too large");
    for later in [0, 3 * DAY] {
        let mut page = open(&parts);
        assert!(page.catalog().find(&item).is_none());
        page.set_consent(Consent { sensitive: Tri::No, ..Consent::all() });
        let known = crate::api::id(&page, 0);
        page.track(NOW, &[event("view_item", &item)]);
        page.track(NOW.plus(later), &[event("view_item", &known)]);
        attach_all(&mut page, &parts);
        let bytes = page.snapshot().expect("allowed");
        let keys = [whole.key(row), Key::product(&item), key].map(|k| k.0.to_le_bytes());
        assert!(keys.iter().all(|k| !bytes.windows(8).any(|w| w == k)), "{later}");
        assert_eq!(page.portrait(NOW).traits[Dimension::Item as usize].len(), 1);
    }
}

#[test]
fn an_id_that_no_shard_has_waits_and_changes_nothing() {
    let parts = parts();
    let mut page = open(&parts);
    let nobody = RawEvent { event_id: "e1", ..event("view_item", "nobody-sells-this") };
    page.track(NOW, &[nobody]);
    let before = page.snapshot().expect("allowed");
    attach_all(&mut page, &parts);
    assert!(page.snapshot().expect("allowed") == before);
}

#[test]
fn a_dislike_told_by_a_variant_becomes_the_products_though_nothing_else_waits() {
    let parts = parts();
    let whole = Catalog::open(Pack::open(PACK.to_vec()).expect("sound")).expect("a catalogue");
    let core = open(&parts);
    let sizes = (0..whole.len() as u32).map(Row).filter(|r| core.catalog().find(whole.id(*r)).is_none());
    let row = sizes.into_iter().find(|r| whole.variants_of(*r).len() > 1).expect("a closed one with sizes");
    let size = whole.variant_id(whole.variants_of(row).start).to_string();
    let mut page = open(&parts);
    page.track(NOW, &[event("not_interested", &size)]);
    let known = crate::api::id(&page, 0);
    page.track(NOW.plus(DAY), &[event("view_item", &known)]);
    page.track(NOW.plus(2 * DAY), &[event("view_item", &known)]);
    attach_all(&mut page, &parts);
    let asked = Request { limit: 12, ..Request::default() };
    assert_eq!(page.why_not(NOW.plus(2 * DAY), &asked, whole.id(row)), Stage::Disliked);
}

#[test]
fn products_that_the_pack_tells_nothing_of_wait_for_nothing() {
    // A shop without categories, brands, tags and prices: its products are known all the same.
    let dir = tempfile::tempdir().expect("a folder");
    let log: String = (0..80).map(|i| format!("{},p{},{}\n", i / 2, i % 10, 1_700_000_000 + i)).collect();
    std::fs::write(dir.path().join("interactions.csv"), format!("session_id,item_id,timestamp\n{log}"))
        .expect("written");
    let bare = build(&crate::builder::read(dir.path()), &Options::default(), &Silent).expect("a pack");
    let grown = |known: bool| {
        let mut shelf = Engine::open(bare.clone()).expect("sound");
        shelf.set_consent(Consent::all());
        let mut sizes = Vec::new();
        for day in 0..60 {
            let id = if known { crate::api::id(&shelf, day % 10) } else { format!("nobody-sells-{}", day % 10) };
            shelf.track(NOW.plus(i64::from(day) * DAY), &[event("view_item", &id)]);
            sizes.push(shelf.snapshot().expect("allowed").len());
        }
        sizes[59] - sizes[29]
    };
    let (known, unknown) = (grown(true), grown(false));
    // A time, a product and a kind for each of thirty views that settled.
    assert!(unknown - known >= 30 * 15, "{known} bytes for known products, {unknown} for others");
}

//! Benches of what exists: opening a pack, taking events in, making a shelf, overlays, vectors.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a bench fails by panicking")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use nearshelf::engine::{Engine, Request};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Row;
use nearshelf::privacy::consent::Consent;
use nearshelf::time::Millis;
use std::hint::black_box;

const PACK: &[u8] = include_bytes!("../compat/pack-v1.pack");
const NOW: Millis = Millis(1_790_000_000_000);

fn shelf() -> Engine {
    let mut shelf = Engine::open(PACK.to_vec()).unwrap();
    shelf.set_consent(Consent::all());
    shelf
}

fn events(ids: &[String]) -> Vec<RawEvent<'_>> {
    let at = |i: usize| (NOW.0 - 50_000 + i as i64 * 50) as f64;
    let item = |id| RawItem { id, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
    let event = |(i, id)| RawEvent {
        name: "view_item",
        event_id: "",
        at: at(i),
        items: vec![item(id)],
        details: RawDetails::default(),
    };
    ids.iter().map(String::as_str).enumerate().map(event).collect()
}

fn benches(c: &mut Criterion) {
    c.bench_function("open the sample pack", |b| {
        b.iter_batched(|| PACK.to_vec(), |bytes| Engine::open(bytes).unwrap(), BatchSize::SmallInput);
    });
    let rows = shelf().catalog().len();
    let ids: Vec<String> = (0..1000).map(|i| shelf().catalog().id(Row((i * 7 % rows) as u32)).to_string()).collect();
    let batch = events(&ids);
    let mut group = c.benchmark_group("track");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1000 events at once", |b| {
        b.iter_batched(shelf, |mut s| s.track(NOW, black_box(&batch)), BatchSize::SmallInput);
    });
    group.finish();
    let mut known = shelf();
    known.track(NOW, &batch[..50]);
    let twenty = Request { limit: 20, ..Request::default() };
    c.bench_function("recommend 20 of the sample pack", |b| b.iter(|| known.recommend(NOW, black_box(&twenty))));
}

/// An overlay of 10,000 rows over a pack of 10,000 products: its numbers go up, so that each is applied.
#[cfg(feature = "cli")]
fn overlays(c: &mut Criterion) {
    use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer, write};
    use nearshelf::catalog::overlay::Head;
    use nearshelf::catalog::overlay_file::{self, Item};
    use nearshelf::catalog::{Availability, Market};
    let offer = VariantOffer { list: Some(1000), sale: None, availability: Availability::InStock };
    let product = |i: u32| ProductDraft {
        id: format!("sku-{i}"),
        variants: vec![VariantDraft { id: format!("sku-{i}"), titles: vec![], offers: vec![offer] }],
        ..ProductDraft::default()
    };
    let draft = Draft {
        shop: "bench".into(),
        markets: vec![Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 }],
        languages: vec!["en".into()],
        products: (0..10_000).map(product).collect(),
        ..Draft::default()
    };
    let mut out = nearshelf::pack::PackWriter::new();
    write(&draft, &mut out).unwrap();
    let mut shelf = Engine::open(out.finish().unwrap()).unwrap();
    let item = |i: u32| Item {
        id: format!("sku-{i}"),
        price: Some(Some(900 + i % 80)),
        sale: Some((i.is_multiple_of(3)).then_some(500)),
        availability: Some(if i.is_multiple_of(10) { Availability::OutOfStock } else { Availability::InStock }),
        hidden: None,
        about: None,
    };
    let items: Vec<Item> = (0..10_000).map(item).collect();
    let base = shelf.catalog().pack().version();
    let mut group = c.benchmark_group("overlay of 10,000 rows");
    group.throughput(Throughput::Elements(10_000));
    for (name, base, full) in
        [("by number, full", &*base, true), ("by number, delta", &*base, false), ("by id, full", "", true)]
    {
        // Number 0 is the next one, whatever that is.
        let head = Head { base, full, issued: Some(NOW), max_age: 60, ..Head::default() };
        let (file, _) = overlay_file::write(&head, &items, shelf.catalog());
        group.bench_function(name, |b| {
            b.iter(|| assert!(shelf.overlay(NOW, black_box(&file), true).unwrap().outcome > 0));
        });
    }
    group.finish();
}

/// The products nearest to one of 10,000, in 64 numbers of which the first are the largest, as the builder makes them.
#[cfg(feature = "cli")]
fn vectors(c: &mut Criterion) {
    use nearshelf::pack::{Pack, PackWriter, Tag};
    use nearshelf::rank::embedding::{Embedding, Top};
    const ROWS: usize = 10_000;
    let mut x = 88_172_645_463_325_252_u64;
    let mut number = |place: usize| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        let reach = 100 / (1 + place / 8) as i64;
        ((x >> 16) as i64 % (2 * reach + 1) - reach) as i8 as u8
    };
    let head = [32_u16, 32, 127, 0].into_iter().flat_map(u16::to_le_bytes);
    let section = head.chain((0..ROWS * 64).map(|i| number(i % 64))).collect();
    let mut w = PackWriter::new();
    w.add(Tag::EMBEDDING_PART, 64, ROWS, section);
    let pack = Pack::open(w.finish().unwrap()).unwrap();
    let vectors = Embedding::open(&pack, ROWS).unwrap();
    let mut top = Top::default();
    let mut row = 0;
    c.bench_function("nearest 20 of 10,000 x 64", |b| {
        b.iter(|| {
            row = (row + 617) % ROWS as u32;
            vectors.nearest(&pack, &vectors.aim(&pack, &[(Row(row), 1)]), 20, &mut top)
        });
    });
}

#[cfg(not(feature = "cli"))]
fn overlays(_: &mut Criterion) {}

#[cfg(not(feature = "cli"))]
fn vectors(_: &mut Criterion) {}

criterion_group!(all, benches, overlays, vectors);
criterion_main!(all);

//! Benches of what exists: opening a pack, taking events in, making a shelf.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a bench fails by panicking")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use nearshelf::engine::{Engine, Request};
use nearshelf::event::clean::{RawEvent, RawItem, RawPrice};
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
    let item = |id| RawItem { id, price: RawPrice::None, quantity: f64::NAN };
    let event = |(i, id)| RawEvent { name: "view_item", event_id: "", at: at(i), items: vec![item(id)] };
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

criterion_group!(all, benches);
criterion_main!(all);

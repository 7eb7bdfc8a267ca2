//! What a call asks of memory once calls of its kind have been made.

use super::{SAMPLE, pack_of};
use crate::api::event;
use nearshelf::engine::{Engine, Request};
use nearshelf::event::clean::RawEvent;
use nearshelf::id::Row;
use nearshelf::money::Minor;
use nearshelf::order::{Arrange, Scratch};
use nearshelf::privacy::consent::Consent;
use nearshelf::time::{DAY, Millis};
use std::path::Path;

const NOW: Millis = Millis(1_790_000_000_000);

/// A shopper with a month of history in more categories than one, and a visit of 30 steps.
fn known() -> Engine {
    let mut shelf = Engine::open(pack_of(Path::new(SAMPLE))).expect("the sample");
    shelf.set_consent(Consent::all());
    for (i, days) in [30, 20, 3, 0, 0].into_iter().enumerate() {
        for step in 0..15 {
            let id = shelf.catalog().id(Row((step * 31 + i as u32 * 97) % 490)).to_string();
            let name = if step % 4 == 0 { "add_to_cart" } else { "view_item" };
            shelf.track(NOW, &[RawEvent { at: (NOW.0 - days * DAY) as f64, ..event(name, &id) }]);
        }
    }
    shelf
}

#[test]
fn a_shelf_asks_for_the_memory_of_its_answer_and_for_no_other() {
    let mut shelf = known();
    let id = shelf.catalog().id(Row(50)).to_string();
    let home = Request { limit: 20, ..Request::default() };
    let band = [Some(Minor(1_000)), Some(Minor(90_000))];
    // What a request names becomes rows of the pack: a list for the context, one for what the page shows.
    let requests = [
        ("home", 0, home.clone()),
        ("neutral", 0, Request { neutral: true, ..home.clone() }),
        ("page", 2, Request { context: vec![&id], ..home.clone() }),
        ("quotas", 0, Request { per_category: 3, per_brand: 2, ..home.clone() }),
        ("band", 0, Request { price: band, ..home.clone() }),
        ("diverse", 0, Request { diversity: 30_000, ..home.clone() }),
        ("long", 0, Request { limit: 200, ..home }),
    ];
    for (name, named, request) in &requests {
        // The first calls of a kind fill the memory that stays, and the list of shelves that are remembered.
        for _ in 0..300 {
            shelf.recommend(NOW, request);
        }
        let mut items = 0;
        let asked = allocation_counter::measure(|| items = shelf.recommend(NOW, request).items.len()).count_total;
        // The list that `why` reads, the reasons of each item in it, and the list that is handed out.
        assert_eq!(asked, 2 + items as u64 + named, "{name}");
    }
}

#[test]
fn a_long_list_is_sorted_in_the_memory_of_the_one_before() {
    let mut memory = Scratch::default();
    for (i, n) in [1_000_u32, 1_000, 999, 70].into_iter().enumerate() {
        let mut list: Vec<u32> = (0..n).map(|x| x.wrapping_mul(0x9E37_79B9)).collect();
        let asked = allocation_counter::measure(|| list.arrange_in(&mut memory, u32::cmp)).count_total;
        assert!(list.is_sorted());
        assert_eq!(asked > 0, i == 0, "{asked} for list {i}");
    }
}

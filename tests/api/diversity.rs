//! Properties of diversity, on random portraits: 0 leaves the order alone, nothing stands twice, and each place goes to what maximal
//! marginal relevance, worked out again in floats over all pairs, would put there.

use super::{NOW, event, id, shelf};
use nearshelf::engine::{Engine, Request};
use nearshelf::id::Row;
use nearshelf::money::price_band;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

struct Walk(u64);

impl Walk {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % n
    }
}

/// A shelf that has seen a few random products.
fn visited(walk: &mut Walk) -> Engine {
    let mut shelf = shelf();
    for _ in 0..1 + walk.below(8) {
        let item = id(&shelf, walk.below(shelf.catalog().len() as u32));
        shelf.track(NOW, &[event(["view_item", "add_to_cart"][walk.below(2) as usize], &item)]);
    }
    shelf
}

fn list(shelf: &mut Engine, limit: usize, diversity: u32) -> Vec<(Row, f64)> {
    let request = Request { limit, diversity, ..Request::default() };
    let items = shelf.recommend(NOW, &request).items;
    items.iter().map(|i| (i.row.expect("a product"), i.score)).collect()
}

/// How alike two products are, 0 to 1, from the catalogue itself.
fn alike(shelf: &Engine, a: Row, b: Row) -> f64 {
    let c = shelf.catalog();
    let above = |row| c.category(row).map(|x| c.category_chain(x).nth(1).unwrap_or(x));
    let same = |a: Option<u32>, b: Option<u32>| a.is_some() && a == b;
    let category = if same(c.category(a), c.category(b)) {
        0.5
    } else if same(above(a), above(b)) {
        0.25
    } else {
        0.0
    };
    let band = |row| c.price(row).now.map(price_band);
    let quarter = |same: bool| if same { 0.25 } else { 0.0 };
    category + quarter(same(c.brand(a), c.brand(b))) + quarter(same(band(a), band(b)))
}

/// Mean of how unlike the pairs of a list are.
fn distance(shelf: &Engine, rows: &[(Row, f64)]) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for (i, a) in rows.iter().enumerate() {
        for b in &rows[..i] {
            sum += 1.0 - alike(shelf, a.0, b.0);
            n += 1.0;
        }
    }
    sum / f64::max(n, 1.0)
}

#[test]
fn diversity_0_leaves_the_order_and_no_list_has_a_product_twice() {
    let mut walk = Walk(0x9E37_79B9_7F4A_7C15);
    for _ in 0..40 {
        let mut shelf = visited(&mut walk);
        let limit = 1 + walk.below(60) as usize;
        let plain = list(&mut shelf, limit, 0);
        let all = list(&mut shelf, 200, 0);
        assert!(plain.is_sorted_by(|a, b| a.1 >= b.1), "best first");
        for diversity in [1, 20_000, 65_536] {
            let shown = list(&mut shelf, limit, diversity);
            assert_eq!(shown.len(), plain.len());
            let mut rows: Vec<Row> = shown.iter().map(|x| x.0).collect();
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), shown.len(), "nothing twice");
            assert!(shown.iter().all(|x| all.iter().any(|y| x.0 == y.0)), "nothing that is no candidate");
            assert_eq!(shown[0].0, plain[0].0, "the best stays the best: nothing stands before it");
        }
    }
}

#[test]
fn each_place_is_the_one_that_maximal_marginal_relevance_gives_it() {
    let mut walk = Walk(0x2545_F491_4F6C_DD1D);
    let mut moved = 0;
    for _ in 0..40 {
        let mut shelf = visited(&mut walk);
        // From 16 on a shelf of the frozen pack chooses among all of its products.
        let limit = 16 + walk.below(20) as usize;
        let diversity = walk.below(65_537);
        let weight = f64::from(diversity) / 65_536.0;
        let all = list(&mut shelf, 200, 0);
        let shown = list(&mut shelf, limit, diversity);
        let (most, least) = (all[0].1, all.last().expect("a list").1);
        let relevance = |score: f64| (score - least) / (most - least).max(f64::MIN_POSITIVE);
        let worth = |shelf: &Engine, before: &[(Row, f64)], (row, score): (Row, f64)| {
            let nearest = before.iter().map(|b| alike(shelf, row, b.0)).fold(0.0, f64::max);
            (1.0 - weight) * relevance(score) - weight * nearest
        };
        for (place, item) in shown.iter().enumerate() {
            let before = &shown[..place];
            let left = all.iter().filter(|x| before.iter().all(|b| b.0 != x.0));
            let best = left.map(|x| worth(&shelf, before, *x)).fold(f64::NEG_INFINITY, f64::max);
            let own = worth(&shelf, before, *item);
            // Relevance is rounded to 2^-20.
            assert!(own >= best - 4e-6, "place {place}: {own} of {best}, diversity {diversity}");
            moved += u32::from(all[place].0 != item.0);
        }
    }
    assert!(moved > 100, "{moved} places differ from the plain order");
}

#[test]
fn lists_become_more_diverse_on_average_as_the_knob_is_turned() {
    let mut walk = Walk(0xD1B5_4A32_D192_ED03);
    let knob = [0, 13_107, 26_214, 39_322, 52_429, 65_536];
    let mut means = [0.0; 6];
    for _ in 0..40 {
        let mut shelf = visited(&mut walk);
        for (mean, diversity) in means.iter_mut().zip(knob) {
            let shown = list(&mut shelf, 12, diversity);
            *mean += distance(&shelf, &shown) / 40.0;
        }
    }
    assert!(means.is_sorted_by(|a, b| a <= b), "{means:?}");
    assert!(means[5] > means[0] + 0.05, "{means:?}");
}

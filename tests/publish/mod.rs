//! A new pack against the one that is out: what changed, and what is refused.

mod command;
mod overlay;

use nearshelf::builder::pack::{Options, build};
use nearshelf::publish::{Basis, Check, Refusal, check, compare};
use nearshelf::random::Random;
use nearshelf::shop::{Shop, Silent};
use std::fs;
use tempfile::TempDir;

/// Products of the made-up shop.
const PRODUCTS: usize = 50;
/// Days its log covers, and visits a day.
const DAYS: usize = 60;
const VISITS: usize = 20;
/// A day in seconds, and the first of them.
const DAY: usize = 86_400;
const FIRST: usize = 20_000;

/// A shop whose visits go from a product to the one `step` further, mostly.
#[derive(Clone)]
pub(super) struct Made {
    products: std::ops::Range<usize>,
    price: fn(usize) -> f64,
    currency: &'static str,
    sold_in_us: bool,
    in_stock: fn(usize) -> bool,
    days: std::ops::Range<usize>,
    /// How far the next product is on a day; 0: any.
    step: fn(usize) -> usize,
    settings: &'static str,
    offers: &'static str,
}

impl Default for Made {
    fn default() -> Made {
        Made {
            products: 0..PRODUCTS,
            price: |i| 10.0 + i as f64,
            currency: "CNY",
            sold_in_us: true,
            in_stock: |_| true,
            days: 0..DAYS,
            step: |_| 1,
            settings: "",
            offers: r#"{"promotions":[]}"#,
        }
    }
}

impl Made {
    pub(super) fn write(&self) -> TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        let mut catalog = String::from("id,item_group_id,title,price,price_us,availability,product_type\n");
        for i in self.products.clone() {
            let (price, currency) = ((self.price)(i), self.currency);
            let us = if self.sold_in_us { format!("{price:.2} USD") } else { String::new() };
            let stock = if (self.in_stock)(i) { "in_stock" } else { "out_of_stock" };
            for v in 0..1 + i % 2 {
                catalog += &format!("p{i}-{v},p{i},Product {i},{price:.2} {currency},{us},{stock},Shelf > {}\n", i % 5);
            }
        }
        let settings = format!(
            "[shop]\nid = \"made\"\n[[market]]\ncode = \"cn\"\ncurrency = \"{}\"\nprice = \"price\"\navailability = \"availability\"\n\
             [[market]]\ncode = \"us\"\ncurrency = \"USD\"\nprice = \"price_us\"\n{}",
            self.currency, self.settings
        );
        let mut log = String::from("session_id,item_id,timestamp,event\n");
        for day in self.days.clone() {
            // A day's visits are the same in every export that has the day.
            let mut r = Random::new(day as u64);
            for v in 0..VISITS {
                let mut at = r.below(PRODUCTS as u64) as usize;
                for n in 0..4 {
                    let time = (FIRST + day) * DAY + v * 600 + n * 20;
                    if self.products.contains(&at) {
                        log += &format!("d{day}v{v},p{at}-0,{time},view_item\n");
                    }
                    let step = (self.step)(day);
                    let any = step == 0 || r.below(10) == 0;
                    at = if any { r.below(PRODUCTS as u64) as usize } else { (at + step) % PRODUCTS };
                }
            }
        }
        for (name, text) in [
            ("catalog.csv", catalog.as_str()),
            ("shop.toml", &settings),
            ("interactions.csv", &log),
            ("offers.json", self.offers),
        ] {
            fs::write(dir.path().join(name), text).expect("written");
        }
        dir
    }

    fn shop(&self) -> Shop {
        crate::builder::read(self.write().path())
    }

    fn pack(&self) -> Vec<u8> {
        build(&self.shop(), &Options::default(), &Silent).expect("a pack")
    }

    /// This shop's new pack, held against an old one.
    fn against(&self, old: &[u8]) -> Check {
        self.with(old, &Options::default())
    }

    fn with(&self, old: &[u8], options: &Options) -> Check {
        let shop = self.shop();
        let new = build(&shop, options, &Silent).expect("a pack");
        check(&shop, old, &new, options, &shop.baseline, &Silent).expect("a comparison")
    }
}

fn codes(c: &Check) -> Vec<&'static str> {
    c.refusals.iter().map(Refusal::code).collect()
}

#[test]
fn the_same_shop_again_changes_nothing_and_is_published() {
    let made = Made::default();
    let c = made.against(&made.pack());
    assert_eq!(codes(&c), [""; 0]);
    assert!(c.refuse().is_ok());
    let d = &c.diff;
    assert_eq!((d.products.added, d.products.removed, d.variants.added, d.variants.removed), (0, 0, 0, 0));
    assert_eq!((d.products.old, d.variants.old), (50, 75));
    assert_eq!(d.old.days, Some((FIRST as i32, (FIRST + DAYS - 1) as i32)));
    assert!(d.worth.is_empty() && d.settings.is_empty() && d.details.iter().all(|(_, n)| *n == 0));
    assert!(d.tables.iter().all(|t| t.overlap == Some(1.0) && t.pairs.0 > 0 && t.pairs.0 == t.pairs.1 && t.lost == 0));
    let q = c.quality.expect("enough steps");
    assert_eq!((q.basis, q.hr.old, q.mrr.old), (Basis::Seen, q.hr.new, q.mrr.new));
    assert!(q.hr.old > 0.5 && q.steps >= 200, "{q:?}");
}

#[test]
fn a_longer_log_is_measured_on_what_neither_has_seen() {
    let old = Made { days: 0..50, ..Made::default() }.pack();
    let c = Made::default().against(&old);
    let q = c.quality.expect("enough steps");
    assert_eq!((q.basis, codes(&c)), (Basis::Unseen, vec![]));
    // A tenth of the visits, three steps each.
    assert_eq!(q.steps, DAYS * VISITS / 10 * 3);
    assert!((q.hr.old - q.hr.new).abs() < 0.05 && q.hr.new > 0.5, "{q:?}");
}

#[test]
fn the_new_pack_gains_nothing_from_the_steps_it_is_measured_on() {
    // The last days follow another rule, which no earlier visit tells: who has seen them knows it, and who has not does not.
    let step = |day: usize| if day < 54 { 1 } else { 23 };
    // Prices would tell of both rules: what follows costs nearly the same.
    let made = Made { step, price: |_| 10.0, ..Made::default() };
    let c = made.against(&Made { days: 0..50, ..made.clone() }.pack());
    let fair = c.quality.expect("enough steps");
    // Neither knows the rule, and the surer of the earlier one ranks lower by that: this may count as lost quality, and as nothing else.
    assert_eq!(fair.basis, Basis::Unseen);
    assert!(codes(&c).iter().all(|code| *code == "lost_quality"), "{:?}", codes(&c));
    let again = made.against(&made.pack()).quality.expect("enough steps");
    assert_eq!(again.basis, Basis::Seen);
    assert!(again.mrr.new > 3.0 * fair.mrr.new, "seen {:?}, not seen {:?}", again.mrr, fair.mrr);
    assert!((fair.mrr.new - fair.mrr.old).abs() < 0.05, "{:?}", fair.mrr);
}

#[test]
fn a_pack_that_lost_a_fifth_of_its_items_is_refused() {
    let old = Made::default().pack();
    let c = Made { products: 0..40, ..Made::default() }.against(&old);
    assert_eq!(c.refusals[0], Refusal::Items { market: None, lost: 10, of: 50 });
    assert_eq!((c.diff.products.removed, c.diff.products.removed_examples.len()), (10, 10));
    let e = c.refuse().expect_err("a fifth");
    assert!(e.is_refusal() && e.code() == "baseline_refused");
    assert!(e.detail().contains("10 of 50 products (20.0 %) are gone") && e.fix().contains("--accept-changes"), "{e}");
    assert!(!codes(&Made { products: 0..41, ..Made::default() }.against(&old)).contains(&"lost_items"));
    let few = Made { products: 0..15, ..Made::default() }.pack();
    let c = Made { products: 0..12, ..Made::default() }.against(&few);
    assert_eq!(c.refusals[0], Refusal::Items { market: None, lost: 3, of: 15 }, "whatever rounding does to a fifth");
    // A column that went missing: the products are there, and nobody can buy them.
    let c = Made { sold_in_us: false, ..Made::default() }.against(&old);
    assert_eq!(c.refusals, [Refusal::Items { market: Some("us".into()), lost: 50, of: 50 }]);
    // Sold out is not lost.
    let c = Made { in_stock: |i| i % 4 != 0, ..Made::default() }.against(&old);
    assert!(!codes(&c).contains(&"lost_items"));
    let a = c.diff.markets[0].availability.as_ref().expect("in both");
    assert_eq!((a.buyable.removed, a.buyable.old, a.buyable.new, a.no_longer_sold), (13, 50, 37, 0));
    // The limit is the shop's.
    let settings = "[baseline]\nlost_items = 0.5\nlost_quality = 1.0\n";
    assert_eq!(codes(&Made { products: 0..40, settings, ..Made::default() }.against(&old)), [""; 0]);
}

#[test]
fn a_pack_that_lost_its_quality_is_refused() {
    // The days before were mangled on the way: any product follows any.
    let old = Made { days: 0..50, ..Made::default() }.pack();
    let mangled = Made { step: |day| usize::from(day >= 54), ..Made::default() };
    let c = mangled.against(&old);
    let q = c.quality.expect("enough steps");
    assert_eq!((q.basis, codes(&c)), (Basis::Unseen, vec!["lost_quality", "lost_quality"]), "{q:?}");
    assert!(c.refuse().expect_err("worse").detail().contains("HR@20 fell from"));
    // Nothing new, and a threshold that no pair reaches.
    let made = Made::default();
    let c = made.with(&made.pack(), &Options { min_support: Some(400), ..Options::default() });
    assert_eq!(c.quality.expect("enough steps").basis, Basis::Seen);
    assert!(codes(&c).contains(&"lost_quality"), "{:?} {:?}", c.quality, c.refusals);
    assert!(codes(&c).contains(&"lost_neighbours"), "beside quality: {:?}", c.refusals);
    assert!(c.diff.settings.contains(&("support threshold", "2".into(), "400".into())));
    // Too little to measure, and nobody goes with anybody any more.
    let short = Made { days: 0..3, ..Made::default() };
    let c = short.with(&made.pack(), &Options { min_support: Some(400), ..Options::default() });
    assert_eq!((c.quality, codes(&c)), (None, vec!["lost_neighbours"; 3]));
}

#[test]
fn an_export_whose_items_were_mixed_up_is_refused_though_it_foretells_itself() {
    // Four visits of every product alone with the next: pairs that four shoppers are behind. Mixed up, each pair is one visit's.
    let made = |mixed: bool| {
        let dir = Made { days: 0..0, settings: "[baseline]\nfewest_steps = 20\n", ..Made::default() }.write();
        let mut log = String::from("session_id,item_id,timestamp,event\n");
        for v in 0..4 * PRODUCTS {
            let first = v % PRODUCTS;
            let next = if mixed { first + 1 + v / PRODUCTS * 7 } else { first + 1 } % PRODUCTS;
            for (n, product) in [first, next, first].into_iter().enumerate() {
                log += &format!("v{v},p{product}-0,{},view_item\n", FIRST * DAY + v * 600 + n * 20);
            }
        }
        fs::write(dir.path().join("interactions.csv"), log).expect("written");
        crate::builder::read(dir.path())
    };
    let (old, mixed) = (made(false), made(true));
    let pack = |shop: &Shop| build(shop, &Options::default(), &Silent).expect("a pack");
    let c = check(&mixed, &pack(&old), &pack(&mixed), &Options::default(), &mixed.baseline, &Silent).expect("compared");
    assert!(c.quality.is_some(), "it is measured");
    assert!(codes(&c).contains(&"lost_neighbours"), "{:?} {:?}", c.refusals, c.quality);
    assert!(c.refuse().expect_err("refused").detail().contains("column of items"));
    let same = check(&old, &pack(&old), &pack(&old), &Options::default(), &old.baseline, &Silent).expect("compared");
    assert_eq!(codes(&same), Vec::<&str>::new());
}

#[test]
fn a_pack_whose_prices_jumped_is_refused() {
    let old = Made::default().pack();
    let priced = |price: fn(usize) -> f64| Made { price, ..Made::default() }.against(&old);
    // Minor units taken for major ones.
    let c = priced(|i| 100.0 * (10.0 + i as f64));
    assert_eq!(codes(&c), ["median_price", "changed_prices", "median_price", "changed_prices"], "in both markets");
    let p = c.diff.markets[0].prices.as_ref().expect("in both");
    assert_eq!((p.compared, p.up, p.down, p.median, p.median_change), (75, 75, 0, Some(100.0), Some(100.0)));
    assert!(c.refuse().expect_err("a jump").detail().contains("market cn is 100.00 times"));
    assert_eq!(codes(&priced(|i| (10.0 + i as f64) / 100.0)), ["median_price", "changed_prices"].repeat(2));
    // A quarter of them doubled: the median stays.
    let quarter = priced(|i| (10.0 + i as f64) * if i % 4 == 0 { 2.0 } else { 1.0 });
    assert_eq!(codes(&quarter), [""; 0], "13 of 75 variants");
    let quarter = priced(|i| (10.0 + i as f64) * if i % 4 == 1 { 2.0 } else { 1.0 });
    assert_eq!(codes(&quarter), ["changed_prices"; 2], "26 of 75 variants");
    let change = &quarter.diff.markets[0].prices.as_ref().expect("in both").largest[0];
    assert_eq!((change.variant.id.as_str(), change.variant.title.as_str()), ("p1-0", "Product 1"));
    assert_eq!((change.old, change.new), (1100, 2200));
    // A sale of three tenths is no mistake.
    assert_eq!(codes(&priced(|i| 0.7 * (10.0 + i as f64))), [""; 0]);
    let c = Made { currency: "JPY", ..Made::default() }.against(&old);
    assert!(codes(&c).contains(&"currency") && c.diff.markets[0].prices.is_none());
}

#[test]
fn another_shop_is_refused() {
    let old = Made::default();
    let dir = old.write();
    let text = fs::read_to_string(dir.path().join("shop.toml")).expect("settings");
    fs::write(dir.path().join("shop.toml"), text.replace("\"made\"", "\"other\"")).expect("written");
    let shop = crate::builder::read(dir.path());
    let new = build(&shop, &Options::default(), &Silent).expect("a pack");
    let c = check(&shop, &old.pack(), &new, &Options::default(), &shop.baseline, &Silent).expect("a comparison");
    assert_eq!(c.refusals, [Refusal::Shop { old: "made".into(), new: "other".into() }]);
}

#[test]
fn what_changed_is_counted_and_named() {
    let offer = |percent: u32, id: &str| {
        format!(r#"{{"id":"{id}","kind":"percent","percent_bp":{percent},"name":"{id} sale"}}"#)
    };
    let offers = |list: &[String]| -> &'static str {
        Box::leak(format!("{{\"promotions\":[{}]}}", list.join(",")).into_boxed_str())
    };
    let before = Made {
        products: 2..PRODUCTS,
        offers: offers(&[offer(1000, "spring"), offer(500, "always"), offer(100, "gone")]),
        ..Made::default()
    };
    let after = Made {
        products: 0..PRODUCTS - 1,
        in_stock: |i| i != 7,
        price: |i| if i == 9 { 15.0 } else { 10.0 + i as f64 },
        offers: offers(&[offer(2000, "spring"), offer(500, "always"), offer(100, "fresh")]),
        settings: "[portrait]\nsession_gap_minutes = 20\n",
        ..Made::default()
    };
    let d = compare(&before.pack(), &after.pack()).expect("a comparison");
    assert_eq!((d.products.old, d.products.new, d.products.added, d.products.removed), (48, 49, 2, 1));
    let ids = |list: &[nearshelf::publish::Named]| list.iter().map(|n| n.id.clone()).collect::<Vec<_>>();
    let mut added = ids(&d.products.added_examples);
    added.sort_unstable();
    assert_eq!((added, ids(&d.products.removed_examples)), (vec!["p0".into(), "p1".into()], vec!["p49".to_string()]));
    assert_eq!((d.variants.added, d.variants.removed, d.still_known), (3, 2, 0));
    let cn = &d.markets[0];
    let p = cn.prices.as_ref().expect("in both");
    assert_eq!((p.compared, p.up, p.down, p.largest.len()), (70, 0, 2, 2));
    assert_eq!((p.largest[0].old, p.largest[0].new), (1900, 1500));
    let a = cn.availability.as_ref().expect("in both");
    assert_eq!((a.buyable.removed, ids(&a.buyable.removed_examples)), (1, vec!["p7".into()]));
    assert_eq!(a.moves.values().sum::<usize>(), 2, "both variants");
    assert_eq!((cn.offers.added, cn.offers.removed, cn.offers_changed.clone()), (1, 1, vec!["spring".into()]));
    assert_eq!(
        (ids(&cn.offers.added_examples), cn.offers.added_examples[0].title.as_str()),
        (vec!["fresh".into()], "fresh sale")
    );
    assert!(d.tables.iter().all(|t| t.overlap.is_some_and(|o| o > 0.5 && o < 1.0)), "{:?}", d.tables);
    assert!(!d.worth.is_empty(), "other visits, other curves");
    // Another offer is another campaign that reports can name.
    let changed = |what| (what, "as they were".into(), "changed".into());
    assert_eq!(d.settings, [changed("portrait settings"), changed("private reports")]);
    let json = d.json();
    assert_eq!((&json["products"]["added"], &json["markets"][0]["offers_changed"][0]), (&2.into(), &"spring".into()));
    assert_eq!(json["markets"][0]["availability"]["moves"][0]["to"], "out_of_stock");
}

#[test]
fn packs_from_before_and_bytes_that_are_none() {
    let frozen = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/pack-v1.pack")).expect("a frozen pack");
    let new = Made::default().pack();
    let d = compare(&frozen, &new).expect("the first format");
    assert_eq!((d.old.days, d.products.removed), (None, d.products.old));
    assert!(d.tables.iter().all(|t| t.overlap.is_none()));
    assert_eq!(compare(&frozen, b"<html>").expect_err("no pack").code(), "not_a_pack");
    assert_eq!(compare(&new[..new.len() - 8], &new).expect_err("cut").code(), "pack_truncated");
    // Neither has products in common, and no one is asked for a ratio of nothing.
    assert!(serde_json::to_string(&d.json()).is_ok());
}

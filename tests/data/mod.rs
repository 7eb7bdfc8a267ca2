//! Real data: found through `NEARSHELF_DATA`. Set and missing is a failure; unset, the test says that it was skipped.

mod insight;

use crate::builder::proofs::{hit_rates, no_pair_lacks_support};
use crate::builder::read;
use nearshelf::builder::evaluate::{self, evaluate};
use nearshelf::builder::pack::{Options, build};
use nearshelf::builder::split::{Part, Split};
use nearshelf::engine::Engine;
use nearshelf::shop::Silent;
use std::io::Write;
use std::path::PathBuf;

/// The folder of a data set, or `None` after saying why the test is skipped.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let set = std::env::var_os("NEARSHELF_DATA").filter(|v| !v.is_empty());
    let root = set.clone().map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").into(), PathBuf::from);
    let dir = root.join(name);
    if dir.is_dir() {
        return Some(dir);
    }
    assert!(set.is_none(), "NEARSHELF_DATA is set and {} is missing", dir.display());
    // Not println!, which a passing test swallows.
    let message =
        format!("skipped: {} is missing; set NEARSHELF_DATA to the folder with the data sets\n", dir.display());
    std::io::stderr().write_all(message.as_bytes()).expect("a standard error");
    None
}

#[test]
fn online_retail_packs_as_it_stands() {
    let Some(dir) = folder("online-retail") else { return };
    let shop = read(&dir);
    assert!(shop.rejects.rows().is_empty());
    assert_eq!((shop.products.len(), shop.log.shoppers, shop.log.sessions.len()), (3181, 4232, 17_079));
    let shelf = Engine::open(build(&shop, &Options::default(), &Silent).expect("a pack")).expect("a shelf");
    let c = shelf.catalog();
    assert_eq!((c.len(), c.support(), c.market().currency.as_str()), (3181, 5, "GBP"));
    let cactus = c.find("10080").expect("by its stock code").row;
    assert_eq!((c.title(cactus), c.price(cactus).now.map(|m| m.0)), ("GROOVY CACTUS INFLATABLE", Some(39)));
    assert!(shelf.blend().hide_seen, "a basket holds each product once");
}

#[test]
fn online_retail_is_ranked_at_least_as_well_as_asked() {
    let Some(dir) = folder("online-retail") else { return };
    let split = Split::read(&dir).expect("a split");
    let result = evaluate(
        &read(&dir),
        &split,
        evaluate::Options { part: Part::Test, k: 1, histories: &[], diversity: 0, exploration: None },
        &Silent,
    )
    .expect("an evaluation");
    assert_eq!(result.metrics.events, 22_717);
    let (hr, mrr) = (result.metrics.get("HR@20"), result.metrics.get("MRR@20"));
    assert!(hr >= Some(0.406) && mrr >= Some(0.196), "{hr:?} {mrr:?}");
    let [real, popular] = hit_rates(&result.predictions);
    assert!((real - hr.expect("measured")).abs() < 1e-3, "{real} {hr:?}");
    assert!(real > 2.0 * popular, "{real} {popular}");
}

#[test]
fn no_pair_of_online_retail_lacks_support() {
    let Some(dir) = folder("online-retail") else { return };
    assert!(no_pair_lacks_support(&read(&dir), 5) > 10_000);
}

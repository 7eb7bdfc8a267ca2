//! Shop folders as they come: each mistake costs its row, says why, and nothing else.

use nearshelf::builder::pack::{Options, build};
use nearshelf::engine::Engine;
use nearshelf::shop::{Shop, ShopFiles, Silent};
use std::fs;
use std::io::Write;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

fn read(dir: &TempDir) -> nearshelf::error::Result<Shop> {
    Shop::read(&ShopFiles::in_folder(dir.path())?, &Silent)
}

fn reasons(shop: &Shop) -> Vec<(&'static str, u64)> {
    shop.rejects.rows().iter().map(|r| (r.reason, r.line)).collect()
}

const LOG: &str = "session_id,item_id,timestamp\n1,a,100\n1,b,101\n2,b,200\n";

#[test]
fn rows_that_cannot_be_used_are_rejected_one_by_one() {
    let catalog = "id,title,price,availability\n\
        a,Apple,1.50 EUR,in_stock\n\
        ,No id,1.00 EUR,\n\
        b,\"Bread, dark\",abc,\n\
        b,\"Bread, dark\",\"2,000.5\",sold out\n\
        b,Bread again,3,\n\
        c,Cheese,4 USD,\n\
        d,Dates,5,perhaps\n\
        e,Eggs,6,in_stock,extra,fields\n\
        f,Figs\n";
    let dir = folder(&[("catalog.csv", catalog), ("interactions.csv", LOG)]);
    let shop = read(&dir).expect("a shop");
    let expected = [
        ("no id", 3),
        ("a price that is no number", 4),
        ("a second row with this id", 6),
        ("a price in another currency than its market's", 7),
        ("an unknown availability", 8),
        ("more fields than columns", 9),
    ];
    assert_eq!(reasons(&shop), expected);
    assert_eq!(shop.products.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["a", "b", "f"]);
    assert_eq!(shop.products[1].variants[0].offers[0].list, Some(200_050));
    assert_eq!(shop.markets[0].currency, "EUR", "read from the first price");
    assert_eq!(shop.duplicates, 1);
    assert_eq!(shop.rejects.check(0.1).expect_err("6 of 9").code(), "too_many_rejects");
    let file = dir.path().join("out.rejects.csv");
    shop.rejects.write(&file).expect("written");
    assert_eq!(fs::read_to_string(&file).expect("text").lines().count(), 7);
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let catalog = "id,title,price\na,Apple,1\nb,\"Bread,2\nc,Cheese,3\nd,\"Dates\nin a box\",4\ne,Eggs,5\n";
    let dir = folder(&[("catalog.csv", catalog)]);
    let shop = read(&dir).expect("a shop");
    assert_eq!(reasons(&shop), [("a quote is not closed", 3)]);
    assert_eq!(shop.products.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["a", "c", "d", "e"]);
    assert_eq!(shop.products[2].titles[0], "Dates\nin a box");
}

#[test]
fn bytes_that_are_no_text_cost_one_row() {
    let dir = folder(&[]);
    let mut file = fs::File::create(dir.path().join("catalog.csv")).expect("a file");
    file.write_all(b"id,title\na,\xC3\xE8\nb,Bread\n").expect("written");
    let shop = read(&dir).expect("a shop");
    assert_eq!(reasons(&shop), [("not UTF-8", 2)]);
    assert_eq!(shop.products.len(), 1);
}

#[test]
fn log_rows_are_judged_one_by_one_and_unknown_ids_are_told() {
    let log = "user_id,item_id,timestamp,event\n\
        u1,a,2020-06-01T12:00:00Z,view_item\n\
        u1,a-alias,2020-06-01 20:10:00,add_to_cart\n\
        u1,b,2020-06-01T13:00:00Z,purchase\n\
        u1,gone,1591012800,view_item\n\
        u1,gone,1591012801000,view_item\n\
        ,a,1591012802,view_item\n\
        u1,,1591012802,view_item\n\
        u1,a,yesterday,view_item\n\
        u1,a,1591012802,teleport\n\
        u1,a,1591012802,search\n";
    let catalog = "id,title,mpn\na,Apple,a-alias\nb,Bread,\n";
    let toml = "[shop]\nzone = \"+08:00\"\n";
    let dir = folder(&[("catalog.csv", catalog), ("interactions.csv", log), ("shop.toml", toml)]);
    let shop = read(&dir).expect("a shop");
    let expected = [
        ("neither a session nor a user", 7),
        ("no item id", 8),
        ("a timestamp that is no time", 9),
        ("an unknown event", 10),
    ];
    assert_eq!(reasons(&shop), expected);
    assert_eq!(shop.unmatched, [("gone".to_string(), 2)]);
    // 12:00 UTC and 20:10 in the shop's zone are ten minutes apart: one visit. 13:00 is another.
    let visits: Vec<usize> = shop.log.sessions.iter().map(|s| s.steps.len()).collect();
    assert_eq!(visits, [2, 1]);
    assert_eq!((shop.log.shoppers, shop.log.has_users), (1, true));
}

#[test]
fn json_lines_and_gzip_are_read_alike() {
    let plain = "{\"id\":\"a\",\"title\":\"苹果\",\"price\":\"1.5\",\"tags\":[\"new\",\"red\"]}\nnot json\n\n{\"id\":7,\"title\":\"Seven\",\"price\":2}\n";
    let dir = folder(&[("catalog.jsonl", plain)]);
    let shop = read(&dir).expect("a shop");
    assert_eq!(reasons(&shop), [("not a JSON object", 2)]);
    assert_eq!(shop.products.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["7", "a"]);
    assert_eq!(shop.products[1].tags, ["new", "red"]);
    let zipped = folder(&[]);
    let file = fs::File::create(zipped.path().join("catalog.jsonl.gz")).expect("a file");
    let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gz.write_all(plain.as_bytes()).and_then(|()| gz.finish()).expect("written");
    assert_eq!(read(&zipped).expect("a shop").products, shop.products);
}

#[test]
fn what_cannot_be_a_shop_says_what_is_missing() {
    let code = |files: &[(&str, &str)]| read(&folder(files)).expect_err("no shop").code();
    assert_eq!(code(&[]), "empty_shop");
    assert_eq!(code(&[("catalog.csv", "")]), "bad_table");
    assert_eq!(code(&[("catalog.csv", "title,price\nApple,1\n")]), "bad_table");
    assert_eq!(code(&[("interactions.csv", "item_id,timestamp\na,1\n")]), "bad_table");
    assert_eq!(code(&[("interactions.csv", "session_id,item_id,timestamp\n")]), "empty_log");
    assert_eq!(code(&[("catalog.csv", "id\na\n"), ("shop.toml", "[shop]\nname = 3")]), "bad_config");
    let toml = "[columns]\nid = \"no such column\"";
    assert_eq!(code(&[("catalog.csv", "id\na\n"), ("shop.toml", toml)]), "bad_config");
    assert_eq!(ShopFiles::in_folder(std::path::Path::new("/no/such/folder")).expect_err("no folder").code(), "io");
}

#[test]
fn a_catalogue_alone_and_a_log_alone_make_packs_that_work() {
    for files in [&[("catalog.csv", "id,title\nb,Bread\na,Apple\n")][..], &[("interactions.csv", LOG)]] {
        let shop = read(&folder(files)).expect("a shop");
        let shelf = Engine::open(build(&shop, &Options::default(), &Silent).expect("a pack")).expect("a shelf");
        assert_eq!(shelf.catalog().len(), 2);
    }
}

//! Logs as shops have them: each format gives the visits it holds, whatever the order of its rows and files, and says what
//! it left out.

mod doctor;
mod fixtures;
mod fuzz;

use fixtures::{ga4, gzip, permuted, request, segment, shopify_csv, shopify_json};
use nearshelf::error::Result;
use nearshelf::shop::{Format, Log, Shop, ShopFiles, Silent, Tally};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

pub(crate) const CATALOG: &str = "id,item_group_id,title,price,link,sku\n\
    10-S,10,Dress,20.00 EUR,https://shop.example/dress?v=S,DR-S\n\
    10-M,10,Dress,20.00 EUR,https://shop.example/dress?v=M,DR-M\n\
    11,,Scarf,9.00 EUR,https://shop.example/scarf,SC\n\
    12,,Hat,12.00 EUR,https://shop.example/hat,HA\n";

pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    dir
}

pub(crate) fn read(dir: &Path) -> Result<Shop> {
    Shop::read(&ShopFiles::in_folder(dir)?, &Silent)
}

fn shop(files: &[(&str, &[u8])]) -> Shop {
    let mut all = vec![("catalog.csv", CATALOG.as_bytes())];
    all.extend(files);
    read(folder(&all).path()).expect("a shop")
}

/// Visits as (id, steps), a step as event and product.
fn visits(shop: &Shop) -> Vec<(String, Vec<String>)> {
    let step = |s: &nearshelf::shop::LogStep| format!("{} {}", s.kind.name(), shop.products[s.product as usize].id);
    shop.log.sessions.iter().map(|s| (s.id.clone(), s.steps.iter().map(step).collect())).collect()
}

fn tally(shop: &Shop) -> &Tally {
    shop.rejects.tallies().iter().find(|t| t.part == nearshelf::shop::Part::Log).expect("a log")
}

fn reasons(of: &std::collections::BTreeMap<&'static str, nearshelf::shop::Reason>) -> Vec<(&'static str, u64)> {
    of.iter().map(|(reason, r)| (*reason, r.rows)).collect()
}

fn texts(list: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    list.iter().map(|(id, steps)| ((*id).to_string(), steps.iter().map(|s| (*s).to_string()).collect())).collect()
}

#[test]
fn an_export_of_ga4_gives_a_step_for_each_item() {
    let rows = [
        ga4("view_item", 100, "a", "1", "", &["10-S"]),
        ga4("page_view", 101, "a", "1", "", &[]),
        ga4("view_item_list", 102, "a", "1", "", &["10-S", "11", "12"]),
        ga4("add_to_cart", 103, "a", "1", "anna", &["10-S"]),
        ga4("purchase", 104, "a", "1", "anna", &["10-S", "11"]),
        // A later visit of the same browser, signed out: still the same shopper.
        ga4("view_item", 9000, "a", "2", "", &["12"]),
        ga4("view_item", 105, "b", "1", "", &["11", "(not set)"]),
        ga4("view_item", 106, "b", "1", "", &["(not set)"]),
        ga4("view_item", 107, "b", "1", "", &["gone"]),
        ga4("view_item", 108, "", "", "", &["11"]),
        "{\"event_name\":\"view_item\",\"event_timestamp\":\"never\",\"user_pseudo_id\":\"b\",\"items\":[{\"item_id\":\"11\"}]}"
            .into(),
        "{\"event_name\":\"view_item\",".into(),
        "[]".into(),
    ];
    let shop = shop(&[("events_20261101.jsonl", rows.join("\n").as_bytes())]);
    let expected = texts(&[
        ("a.1", &["view_item 10", "add_to_cart 10", "purchase 10", "purchase 11"]),
        ("b.1", &["view_item 11"]),
        ("a.2", &["view_item 12"]),
    ]);
    assert_eq!(visits(&shop), expected);
    assert_eq!((shop.log.shoppers, shop.log.has_users), (2, true), "signing in makes no second shopper");
    assert_eq!(shop.unmatched, [("gone".to_string(), 1)]);
    let t = tally(&shop);
    let ignored = [("an event that is no step", 2), ("no shopper: consent to analytics was not given", 1)];
    assert_eq!(reasons(&t.ignored), ignored);
    let rejected = [
        ("a record of another shape", 1),
        ("a timestamp that is no time", 1),
        ("no item id", 1),
        ("not a JSON object", 1),
    ];
    assert_eq!(reasons(&t.rejected), rejected);
    assert_eq!(t.read(), rows.len() as u64);
}

#[test]
fn ga4_rows_in_any_order_and_in_any_files_are_one_log() {
    let mut rows = Vec::new();
    for v in 0..40_i64 {
        let (user, visit) = (format!("u{}", v % 7), format!("{}", v / 7));
        for n in 0..5 {
            // Three events share their time; only the export's own numbers say which came first.
            let at = 1000 * v + i64::from(n > 2);
            let item = ["10-S", "10-M", "11", "12"][(v + n) as usize % 4];
            let row = ga4(if n == 4 { "purchase" } else { "view_item" }, at, &user, &visit, "", &[item]);
            rows.push(row.replacen(
                '{',
                &format!("{{\"batch_page_id\":\"1700\",\"batch_event_index\":\"{}\",", 5 - n),
                1,
            ));
        }
    }
    let whole = shop(&[("events_20261101.json", rows.join("\n").as_bytes())]);
    assert_eq!(whole.log.sessions.len(), 40);
    assert_eq!(visits(&whole)[0].1[0], "view_item 11", "the last written has the lowest number");
    let shuffled = permuted(&rows);
    let again = shop(&[("interactions.jsonl", shuffled.join("\r\n").as_bytes())]);
    assert_eq!(whole.log, again.log);
    let (first, second) = shuffled.split_at(77);
    let files = [gzip(first.join("\n").as_bytes()), second.join("\n").into_bytes()];
    let sharded = shop(&[
        ("interactions/events_20261101.jsonl.gz", &files[0]),
        ("interactions/events_20261102.jsonl", &files[1]),
        ("interactions/_SUCCESS", b""),
    ]);
    assert_eq!(whole.log, sharded.log);
    assert_eq!(tally(&sharded).files.len(), 2);
    // What was streamed of a day is a part of its table, and a file that was exported twice changes nothing.
    let all = rows.join("\n").into_bytes();
    let twice = shop(&[("events_20261101.json", &all), ("events_intraday_20261101.json", &files[1])]);
    assert_eq!((&whole.log, twice.copies), (&twice.log, 0));
    let copied = shop(&[("events_20261101.json", &all), ("events_20261101 (1).json", &all)]);
    assert_eq!((&whole.log, copied.copies), (&copied.log, 200));
}

#[test]
fn segment_calls_are_told_apart_by_their_message() {
    let rows = [
        segment("Product Viewed", "2026-11-01T10:00:00.000Z", "anon1", "", "m1", r#""product_id":"10","sku":"DR-S""#),
        segment("Product Viewed", "2026-11-01T10:00:00.000Z", "anon1", "", "m1", r#""product_id":"10","sku":"DR-S""#),
        segment("product_added", "2026-11-01T10:05:00Z", "anon1", "anna", "m2", r#""sku":"SC""#),
        segment("Products Searched", "2026-11-01T10:06:00Z", "anon1", "anna", "m3", r#""query":"hat""#),
        // Browser and server both report the order.
        segment(
            "Order Completed",
            "2026-11-01T10:20:00Z",
            "anon1",
            "anna",
            "m4",
            r#""order_id":"o1","products":[{"product_id":"10"},{"sku":"SC"}]"#,
        ),
        segment(
            "Order Completed",
            "2026-11-01T10:20:04Z",
            "",
            "anna",
            "m5",
            r#""order_id":"o1","products":[{"product_id":"10"},{"sku":"SC"}]"#,
        ),
        segment("Viewed Product", "2026-11-01T11:00:00Z", "anon1", "", "m6", r#""product_id":12.0"#),
        segment("Product Viewed", "2026-11-01T11:00:00Z", "", "", "m7", r#""product_id":"12""#),
        r#"{"type":"identify","userId":"anna","messageId":"m8","traits":{"email":"anna@shop.example"}}"#.into(),
        r#"{"type":"track","userId":"anna","messageId":"m9","properties":null}"#.into(),
    ];
    let expected = texts(&[
        ("anna/0", &["view_item 10", "add_to_cart 11", "purchase 10", "purchase 11"]),
        ("anna/1", &["view_item 12"]),
    ]);
    for text in [rows.join("\n"), permuted(&rows).join("\n")] {
        let shop = shop(&[("calls.json", text.as_bytes())]);
        assert_eq!(visits(&shop), expected);
        assert_eq!((shop.log.shoppers, shop.copies), (1, 3));
        let t = tally(&shop);
        assert_eq!(reasons(&t.ignored), [("an event that is no step", 1), ("not a track call", 1)]);
        assert_eq!(reasons(&t.rejected), [("neither anonymousId nor userId", 1), ("no event name", 1)]);
    }
}

#[test]
fn segment_s_own_sessions_split_visits_and_other_times_stand_in_for_one_that_is_missing() {
    let call = |time: &str, who: &str, session: &str, item: &str| {
        let context = if session.is_empty() { "{}".into() } else { format!("{{\"sessionId\":\"{session}\"}}") };
        format!(
            "{{\"type\":\"track\",\"event\":\"Product Viewed\",{time},\"anonymousId\":\"{who}\",\"context\":{context},\"properties\":{{\"product_id\":\"{item}\"}}}}"
        )
    };
    let timed = |time: &str| format!("\"timestamp\":\"2026-11-01T{time}Z\"");
    let rows = [
        // Two minutes apart and two visits; an hour apart and one.
        call(&timed("10:00:00"), "a", "s1", "10"),
        call(&timed("10:02:00"), "a", "s2", "11"),
        call(&timed("11:02:00"), "a", "s2", "12"),
        // The same number of another browser is another visit; without any, pauses split.
        call(&timed("10:01:00"), "b", "s1", "12"),
        call(&timed("12:00:00"), "c", "", "10"),
        call(&timed("12:40:00"), "c", "", "11"),
    ];
    let expected = texts(&[
        ("a.s1", &["view_item 10"]),
        ("b.s1", &["view_item 12"]),
        ("a.s2", &["view_item 11", "view_item 12"]),
        ("c/0", &["view_item 10"]),
        ("c/1", &["view_item 11"]),
    ]);
    for text in [rows.join("\n"), permuted(&rows).join("\n")] {
        let shop = shop(&[("calls.json", text.as_bytes())]);
        assert_eq!(visits(&shop), expected);
        assert_eq!(shop.log.shoppers, 3);
    }
    let at = |time: &str| format!("2026-11-01T{time}Z");
    let [first, second, third] = ["10:00:00", "10:00:05", "10:00:09"].map(at);
    let all = format!("\"timestamp\":\"{first}\",\"originalTimestamp\":\"{second}\",\"receivedAt\":\"{third}\"");
    let two = format!("\"originalTimestamp\":\"{second}\",\"receivedAt\":\"{third}\"");
    let empty = format!("\"timestamp\":null,\"original_timestamp\":\"\",\"received_at\":\"{third}\"");
    let rows = [
        call(&all, "a", "", "10"),
        call(&two, "b", "", "11"),
        call(&empty, "c", "", "12"),
        call("\"sentAt\":\"x\"", "d", "", "12"),
    ];
    let shop = shop(&[("calls.json", rows.join("\n").as_bytes())]);
    let starts: Vec<i64> = shop.log.sessions.iter().map(|s| s.start() - 1_793_527_200_000).collect();
    assert_eq!(starts, [0, 5_000, 9_000]);
    assert_eq!(reasons(&tally(&shop).rejected), [("a timestamp that is no time", 1)]);
}

#[test]
fn visits_without_a_user_are_shoppers_of_their_own_beside_those_with_one() {
    use nearshelf::builder::pack::{Options, build};
    use nearshelf::catalog::Catalog;
    use nearshelf::pack::Pack;
    use nearshelf::rank::Tables;
    use nearshelf::rank::table::TableKind;
    // Of eight visits half have a user, who is the same one in three of them: a shopper, another one, and four visits.
    let users = ["anna", "", "anna", "", "anna", "", "bert", ""];
    let row =
        |v: usize, n: usize, item: &str| format!("{v},{item},{},{}\n", 1_793_527_200 + v * 5_000 + n * 60, users[v]);
    let log: String = (0..users.len()).map(|v| row(v, 0, "10-S") + &row(v, 1, "11")).collect();
    let log = format!("session_id,item_id,timestamp,user_id\n{log}");
    let shop = shop(&[("interactions.csv", log.as_bytes())]);
    assert_eq!((shop.log.sessions.len(), shop.log.shoppers, shop.log.has_users), (8, 6, true));
    let published = |k: u32| {
        let options = Options { min_support: Some(k), ..Options::default() };
        let c = Catalog::open(Pack::open(build(&shop, &options, &Silent).expect("a pack")).expect("sound"))
            .expect("a catalogue");
        let tables = Tables::open(c.pack(), c.len()).expect("tables");
        let [a, b] = ["10", "11"].map(|id| c.find(id).expect(id).row);
        [TableKind::Next, TableKind::Together].map(|kind| {
            let mut found = false;
            tables.of(kind).for_each(c.pack(), a, |other, _| found |= other == b);
            found
        })
    };
    assert_eq!(published(6), [true; 2], "six shoppers are behind the pair");
    assert_eq!(published(7), [false; 2], "and not one for each of its eight visits");
}

#[test]
fn orders_of_shopify_are_the_same_from_every_export() {
    let expected = texts(&[("#1001", &["purchase 10", "purchase 11"]), ("#1004", &["purchase 12"])]);
    let csv = shopify_csv();
    let (header, rows) = csv.split_once('\n').expect("a header");
    let rows: Vec<String> = rows.lines().map(String::from).collect();
    for rows in [rows.clone(), permuted(&rows)] {
        let shop = shop(&[("orders_export.csv", format!("{header}\n{}\n", rows.join("\n")).as_bytes())]);
        assert_eq!(visits(&shop), expected);
        assert_eq!((shop.log.shoppers, shop.log.has_users), (1, true), "one e-mail address in two spellings");
        let t = tally(&shop);
        let ignored = [("a cancelled order", 2), ("a copy of another row", 1), ("a refunded order", 1)];
        assert_eq!(reasons(&t.ignored), ignored);
        assert_eq!(reasons(&t.rejected), [("a timestamp that is no time", 1)]);
        assert_eq!(t.read(), 8);
    }
    // The first file does not know yet that 1002 was cancelled.
    let early = rows
        .iter()
        .filter(|r| r.starts_with("#1002"))
        .map(|r| r.replace(",2026-11-03 08:00:00 +0100", ","))
        .collect::<Vec<_>>();
    let both = shop(&[
        ("orders_1.csv", format!("{header}\n{}\n", early.join("\n")).as_bytes()),
        ("orders_2.csv", csv.as_bytes()),
    ]);
    assert_eq!(visits(&both), expected);
    let by_id = texts(&[("1", &["purchase 10", "purchase 11"]), ("4", &["purchase 12"])]);
    for (name, text) in shopify_json() {
        let shop = shop(&[(name, text.as_bytes())]);
        assert_eq!(visits(&shop), by_id, "{name}");
        assert_eq!(shop.log.shoppers, 1, "{name}");
        let lines = shop.log.sessions.iter().map(|s| s.start()).collect::<Vec<_>>();
        assert_eq!(lines, both.log.sessions.iter().map(|s| s.start()).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn an_access_log_gives_the_pages_that_people_saw() {
    let requests = [
        request("203.0.113.1", "01/Nov/2026:10:00:00 +0000", "GET /dress?v=M&utm=x", 200, "Firefox"),
        request("203.0.113.1", "01/Nov/2026:10:10:00 +0000", "GET /scarf/", 304, "Firefox"),
        request("203.0.113.1", "01/Nov/2026:10:10:00 +0000", "GET /scarf/", 304, "Firefox"),
        request("203.0.113.1", "01/Nov/2026:11:00:00 +0000", "GET /de/p/12.html", 200, "Firefox"),
        request("203.0.113.1", "01/Nov/2026:10:00:01 +0000", "GET /hat", 200, "Safari"),
        request("203.0.113.1", "01/Nov/2026:10:00:02 +0000", "GET /p/none", 200, "Safari"),
        request(
            "203.0.113.2",
            "01/Nov/2026:10:00:00 +0000",
            "GET /hat",
            200,
            "Googlebot/2.1 (+http://www.google.com/bot.html)",
        ),
        request("203.0.113.2", "01/Nov/2026:10:00:00 +0000", "GET /hat", 404, "Firefox"),
        request("203.0.113.2", "01/Nov/2026:10:00:00 +0000", "POST /p/12", 200, "Firefox"),
        request("203.0.113.2", "01/Nov/2026:10:00:00 +0000", "GET /p/12.js", 200, "Firefox"),
        request("203.0.113.2", "01/Nov/2026:10:00:00 +0000", "GET /about", 200, "Firefox"),
        request("203.0.113.2", "01/Nov/2026:10:00:00 +0000", "GET /hat", 200, "-"),
    ];
    let garbage = "203.0.113.9 could not be resolved: ann@shop.example".to_string();
    let steps = [vec!["view_item 12"], vec!["view_item 10", "view_item 11"], vec!["view_item 12"]];
    let mut logs = Vec::new();
    for format in [fixtures::combined, fixtures::nginx, fixtures::caddy] {
        let mut lines: Vec<String> = requests.iter().map(format).collect();
        lines.push(garbage.clone());
        let shop = shop(&[("access.log", permuted(&lines).join("\n").as_bytes())]);
        let found: Vec<Vec<String>> = visits(&shop).into_iter().map(|(_, steps)| steps).collect();
        let mut expected = steps.to_vec();
        expected.sort();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, expected);
        assert_eq!((shop.log.shoppers, shop.copies), (2, 1), "one address, two browsers");
        assert_eq!(shop.unmatched, [("none".to_string(), 1)]);
        let t = tally(&shop);
        let ignored = [
            ("a bot", 1),
            ("a part of a page", 1),
            ("an answer other than 200 and 304", 1),
            ("no user agent, as programs have none", 1),
            ("not a GET", 1),
            ("not the page of a product", 1),
        ];
        assert_eq!(reasons(&t.ignored), ignored);
        assert_eq!(reasons(&t.rejected), [("not a request", 1)]);
        let row = &shop.rejects.rows()[0].row;
        assert!(!row.contains("203.0") && !row.contains("ann@"), "{row}");
        logs.push(shop.log);
    }
    assert_eq!(logs[0], logs[1]);
    assert_eq!(logs[0], logs[2]);
}

#[test]
fn a_page_of_shopify_s_graphql_gives_the_orders_of_its_edges() {
    let order = |id: u32, more: &str, lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("{{\"node\":{{{line}}}}}")).collect();
        format!(
            "{{\"cursor\":\"x\",\"node\":{{\"id\":\"gid://shopify/Order/{id}\",\"name\":\"A{id}\",\"createdAt\":\"2026-11-0{id}T10:00:00Z\",{more}\
             \"lineItems\":{{\"edges\":[{}],\"pageInfo\":{{\"hasNextPage\":false}}}}}}}}",
            lines.join(",")
        )
    };
    let dress =
        "\"id\":\"gid://shopify/LineItem/501\",\"quantity\":1,\"product\":{\"id\":\"gid://shopify/Product/10\"}";
    let scarf = "\"variant\":{\"id\":\"gid://shopify/ProductVariant/9\",\"sku\":\"SC\"},\"currentQuantity\":2";
    let (hat, back) = ("\"sku\":\"HA\"", "\"sku\":\"SC\",\"currentQuantity\":0");
    let ann = "\"customer\":{\"id\":\"gid://shopify/Customer/77\"},";
    let orders = [
        order(1, ann, &[dress, scarf]),
        order(2, "\"cancelledAt\":\"2026-11-03T07:00:00Z\",", &[hat]),
        order(3, ann, &[hat, back]),
        "{\"node\":null}".to_string(),
    ];
    let line = format!(
        "{{\"data\":{{\"orders\":{{\"edges\":[{}],\"pageInfo\":{{\"endCursor\":\"x\"}}}}}}}}",
        orders.join(",")
    );
    let pretty = line.replacen("{\"data\":", "{\n  \"data\":\n", 1) + "\n";
    let two = |a: &[String], b: &[String]| {
        let page = |orders: &[String]| format!("{{\"data\":{{\"orders\":{{\"edges\":[{}]}}}}}}", orders.join(","));
        page(a) + "\n" + &page(b)
    };
    for text in [line, pretty, two(&orders[..1], &orders[1..])] {
        let shop = shop(&[("answer.json", text.as_bytes())]);
        assert_eq!(visits(&shop), texts(&[("1", &["purchase 10", "purchase 11"]), ("3", &["purchase 12"])]), "{text}");
        assert_eq!((shop.log.shoppers, shop.log.has_users), (1, true));
        let ignored = [("a cancelled order", 1), ("a returned line", 0)];
        assert_eq!(reasons(&tally(&shop).ignored), ignored[..1]);
    }
}

#[test]
fn an_access_log_may_be_short_have_hosts_before_it_or_name_sessions_and_visitors() {
    let found = |lines: &[String]| {
        let shop = shop(&[("access.log", permuted(lines).join("\n").as_bytes())]);
        assert!(reasons(&tally(&shop).rejected).is_empty());
        let steps: Vec<Vec<String>> = visits(&shop).into_iter().map(|(_, steps)| steps).collect();
        (steps, shop.log.shoppers)
    };
    let steps = |list: &[&[&str]]| {
        list.iter().map(|v| v.iter().map(|s| (*s).to_string()).collect()).collect::<Vec<Vec<String>>>()
    };
    let line = |client: &str, minute: u32, path: &str| {
        format!("{client} - ann [01/Nov/2026:10:{minute:02}:00 +0000] \"GET {path} HTTP/1.1\" 200 512")
    };
    // The common format has no agent: an address is all that is known of a shopper.
    let common = [
        line("203.0.113.1", 0, "/dress?v=M"),
        line("203.0.113.2", 1, "/scarf"),
        line("203.0.113.1", 2, "/hat"),
        line("203.0.113.1", 50, "/scarf"),
    ];
    let expected = steps(&[&["view_item 10", "view_item 12"], &["view_item 11"], &["view_item 11"]]);
    assert_eq!(found(&common), (expected.clone(), 2));
    // With the virtual host in front, the address is the second word; combined lines too.
    let hosts = common.clone().map(|l| format!("shop.example:443 {l}"));
    assert_eq!(found(&hosts), (expected.clone(), 2));
    let combined = hosts.map(|l| format!("{l} \"https://shop.example/\" \"Firefox\""));
    assert_eq!(found(&combined), (expected, 2));
    // A session splits visits of one address, a visitor is one shopper at two.
    let json = |client: &str, minute: u32, path: &str, session: &str, visitor: &str| {
        format!(
            "{{\"time_iso8601\":\"2026-11-01T10:{minute:02}:00+00:00\",\"remote_addr\":\"{client}\",\"request\":\"GET {path} HTTP/1.1\",\"status\":200,\
             \"http_user_agent\":\"Firefox\",\"session_id\":\"{session}\",\"visitor_id\":\"{visitor}\"}}"
        )
    };
    let named = [
        json("203.0.113.1", 0, "/dress", "s1", "v1"),
        json("203.0.113.1", 1, "/scarf", "s2", "v1"),
        json("203.0.113.9", 59, "/hat", "s2", "v1"),
        json("203.0.113.1", 2, "/hat", "s3", "v2"),
        json("203.0.113.1", 3, "/scarf", "s4", "-"),
    ];
    let expected = steps(&[&["view_item 10"], &["view_item 11", "view_item 12"], &["view_item 12"], &["view_item 11"]]);
    assert_eq!(found(&named), (expected, 3), "two visitors, and an address without one");
}

#[test]
fn parquet_that_is_compressed_with_zstd_is_refused_and_says_what_is_read() {
    use parquet::basic::Compression;
    use parquet::column::writer::ColumnWriter;
    use parquet::data_type::ByteArray;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use std::sync::Arc;
    let columns = ["session_id", "item_id", "timestamp"];
    let fields: String = columns.iter().map(|name| format!("required binary {name} (UTF8); ")).collect();
    let schema = parquet::schema::parser::parse_message_type(&format!("message log {{ {fields} }}")).expect("a schema");
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    for values in [["1", "1"], ["11", "12"], ["1793527200", "1793527260"]] {
        let mut column = group.next_column().expect("open").expect("one more column");
        let ColumnWriter::ByteArrayColumnWriter(out) = column.untyped() else { panic!("texts") };
        out.write_batch(&values.map(ByteArray::from), None, None).expect("written");
        column.close().expect("closed");
    }
    group.close().expect("closed");
    let snappy = writer.into_inner().expect("a file");
    let log =
        |bytes: &[u8]| read(folder(&[("catalog.csv", CATALOG.as_bytes()), ("interactions.parquet", bytes)]).path());
    assert_eq!(visits(&log(&snappy).expect("a log")), texts(&[("1", &["view_item 11", "view_item 12"])]));
    // A column's codec follows the path of its name in the footer (Thrift's compact protocol): 1 is Snappy, 6 is ZSTD, doubled as it is written.
    let mut zstd = snappy.clone();
    let mut changed = 0;
    for name in columns {
        let mark = [name.as_bytes(), &[0x15, 2]].concat();
        for at in 0..zstd.len() - mark.len() {
            if zstd[at..].starts_with(&mark) {
                zstd[at + mark.len() - 1] = 12;
                changed += 1;
            }
        }
    }
    assert_eq!(changed, 3, "each column names its codec once");
    let refused = log(&zstd).expect_err("not read");
    assert_eq!(refused.code(), "bad_table");
    let told = "it is compressed with zstd; write it uncompressed, with Snappy or with GZIP";
    assert!(refused.detail().contains(told), "{}", refused.detail());
}

#[test]
fn patterns_of_the_settings_replace_the_usual_ones() {
    let lines = [
        request("203.0.113.1", "01/Nov/2026:10:00:00 +0000", "GET /shop/view.php?lang=de&article=11", 200, "Firefox"),
        request("203.0.113.1", "01/Nov/2026:10:01:00 +0000", "GET /p/12", 200, "Firefox"),
    ];
    let log: Vec<String> = lines.iter().map(fixtures::combined).collect();
    let toml = "[log]\nformat = \"access-log\"\nfiles = \"server/today.txt\"\nproduct_paths = [\"/**/view.php?article={id}\"]\n";
    let shop = shop(&[("server/today.txt", log.join("\n").as_bytes()), ("shop.toml", toml.as_bytes())]);
    assert_eq!(visits(&shop)[0].1, ["view_item 11"]);
}

#[test]
fn nothing_personal_is_kept_of_a_row() {
    let csv = shopify_csv() + "broken \"quote,ann@shop.example\n,,,,\n";
    let segment = r#"{"type":"track","event":"Product Viewed","context":{"ip":"198.51.100.7","traits":{"email":"ann@shop.example"}}}"#;
    for (name, text, format) in [("orders.csv", csv.as_str(), "shopify"), ("calls.json", segment, "segment")] {
        let toml = format!("[log]\nformat = \"{format}\"\nfiles = [\"{name}\"]\n");
        let dir =
            folder(&[("catalog.csv", CATALOG.as_bytes()), (name, text.as_bytes()), ("shop.toml", toml.as_bytes())]);
        let files = ShopFiles::in_folder(dir.path()).expect("files");
        let now = nearshelf::time::Millis(1_800_000_000_000);
        let seen = serde_json::to_string(&nearshelf::shop::doctor::examine(&files, now, 0.1, &Silent)).expect("JSON");
        let mut kept = seen;
        if let Ok(shop) = Shop::read(&files, &Silent) {
            let out = dir.path().join("out.csv");
            shop.rejects.write(&out).expect("written");
            kept += &fs::read_to_string(out).unwrap_or_default();
        }
        for personal in ["ann@", "@shop.example", "Main Street", "198.51"] {
            assert!(!kept.contains(personal), "{format}: {personal} in {kept}");
        }
    }
}

#[test]
fn a_format_is_found_or_forced_and_two_are_refused() {
    let ga4_rows = ga4("view_item", 100, "a", "1", "", &["11"]);
    let calls = segment("Product Viewed", "2026-11-01T10:00:00Z", "x", "", "m1", r#""product_id":"11""#);
    let flat = "user_pseudo_id,ga_session_id,event_name,event_timestamp,item_id\na,1,view_item,1793527200000000,11\nb,1,view_item,1793527200000000,12\n";
    let log = |name: &str, text: &str, toml: &str| {
        let files = [("catalog.csv", CATALOG.as_bytes()), (name, text.as_bytes()), ("shop.toml", toml.as_bytes())];
        read(folder(&files).path())
    };
    assert_eq!(log("anything.txt", &ga4_rows, "").map(|s| s.log.sessions.len()), Ok(1));
    assert_eq!(log("anything.txt", &format!("[{calls}]"), "").map(|s| s.log.sessions.len()), Ok(1));
    // A table could be anything, so it is only taken by its name; GA4's visits are numbered within the user.
    assert_eq!(log("anything.csv", flat, "").map(|s| s.log.sessions.len()), Ok(0));
    let table = log("interactions.txt", flat, "").expect("a table");
    assert_eq!(table.log.sessions.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["a.1", "b.1"]);
    assert_eq!(table.log.sessions[0].start(), 1_793_527_200_000);
    let code = |result: Result<Shop>| result.expect_err("refused").code();
    assert_eq!(code(log("interactions.csv", flat, "[log]\nformat = \"ga4\"\n")), "bad_table");
    assert_eq!(code(log("a.json", &ga4_rows, "[log]\nfiles = \"b.json\"\n")), "bad_config");
    assert_eq!(code(log("a.json", &ga4_rows, "[log.id]\nfield = \"sku\"\n")), "bad_config");
    assert_eq!(code(log("a.json", &ga4_rows, "[log.catalog]\ncolumn = \"nothing\"\n")), "bad_config");
    let mixed = [("catalog.csv", CATALOG.as_bytes()), ("a.json", ga4_rows.as_bytes()), ("b.json", calls.as_bytes())];
    assert_eq!(code(read(folder(&mixed).path())), "bad_config");
    let dir = folder(&mixed);
    let mut files = ShopFiles::in_folder(dir.path()).expect("files");
    files.interactions = vec![dir.path().join("b.json")];
    assert_eq!(Shop::read(&files, &Silent).map(|s| s.log.sessions.len()), Ok(1), "one of them was named");
}

#[test]
fn shards_of_a_table_are_one_table() {
    let row = |v: u32, n: u32| {
        format!("{v},{},{},u{}\n", ["10-S", "11", "12"][(v + n) as usize % 3], 1_793_527_200 + v * 100, v % 5)
    };
    let rows: Vec<String> = (0..30).flat_map(|v| (0..4).map(move |n| row(v, n))).collect();
    let header = "session_id,item_id,timestamp,user_id\n";
    let whole = shop(&[("interactions.csv", format!("{header}{}", rows.concat()).as_bytes())]);
    let (a, b) = rows.split_at(50);
    let sharded = shop(&[
        ("interactions/2026-11-01.csv", format!("{header}{}", a.concat()).as_bytes()),
        ("interactions/2026-11-02.csv.gz", &gzip(format!("{header}{}", b.concat()).as_bytes())),
    ]);
    assert_eq!(whole.log, sharded.log);
    assert_eq!(whole.log.sessions.len(), 30);
    // A share of bad rows is counted over all files: one small file with a mistake is no reason to refuse a year.
    let bad = shop(&[
        ("interactions/2026-11-01.csv", format!("{header}{}", rows.concat()).as_bytes()),
        ("interactions/2026-11-02.csv", format!("{header}1,,2,3\n").as_bytes()),
    ]);
    assert_eq!(bad.rejects.check(0.1), Ok(()));
    let quiet = shop(&[
        ("interactions/2026-11-01.csv", format!("{header}{}", rows.concat()).as_bytes()),
        ("interactions/2026-11-02.csv", b""),
    ]);
    assert_eq!(whole.log, quiet.log);
    assert_eq!(bad.rejects.check(0.0).expect_err("one row").code(), "too_many_rejects");
}

#[test]
fn any_column_of_a_table_can_name_the_item() {
    let log = "session_id,item_id,timestamp,our_code\n1,x1,100,11\n1,x2,101,12\n";
    let toml = "[log.id]\nfield = \"Our_Code\"\n";
    let shop = shop(&[("interactions.csv", log.as_bytes()), ("shop.toml", toml.as_bytes())]);
    assert_eq!(visits(&shop), texts(&[("1", &["view_item 11", "view_item 12"])]));
}

#[test]
fn events_of_the_shop_s_own_are_named_in_the_settings() {
    let rows = [ga4("produkt_gesehen", 100, "a", "1", "", &["11"]), ga4("view_item", 101, "a", "1", "", &["12"])];
    let toml = "[log.events]\nPRODUKT_gesehen = \"view_item\"\nview_item = \"ignore\"\n";
    let shop = shop(&[("events.json", rows.join("\n").as_bytes()), ("shop.toml", toml.as_bytes())]);
    assert_eq!(visits(&shop), texts(&[("a.1", &["view_item 11"])]));
}

#[test]
fn a_log_without_a_catalogue_names_its_products_itself() {
    let rows = [ga4("view_item", 100, "a", "1", "", &["x", "w"]), ga4("view_item", 200, "b", "1", "", &["x"])];
    let dir = folder(&[("events.json", rows.join("\n").as_bytes())]);
    let shop = read(dir.path()).expect("a shop");
    assert_eq!(shop.products.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["w", "x"]);
    assert_eq!(visits(&shop), texts(&[("a.1", &["view_item x", "view_item w"]), ("b.1", &["view_item x"])]));
    let empty: &Log = &Log::default();
    assert_ne!(&shop.log, empty);
    let _: Format = Format::Ga4;
}

//! Bytes that nobody meant: every reader answers with a shop or an error, and never panics.

use super::fixtures::{self, Random, ga4, gzip, request, segment, shopify_csv, shopify_json};
use super::{CATALOG, folder};
use nearshelf::shop::doctor::examine;
use nearshelf::shop::{Shop, ShopFiles, Silent};
use nearshelf::time::Millis;

/// Text with what the formats are made of, more often than chance would have it.
fn noise(random: &mut Random, length: usize) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\n",
        "\\",
        " - - [",
        "] \"GET /p/",
        "\" 200 1 \"-\" \"",
        "null",
        "1e999",
        "-0",
        "\u{1F}",
        "\u{FEFF}",
        "%C3%28",
        "gid://",
        "\"items\":",
        "\"event_name\":",
        "\"line_items\":",
        "\r",
        "PAR1",
    ];
    let mut out = Vec::new();
    while out.len() < length {
        match random.below(3) {
            0 => out.extend(PIECES[random.below(PIECES.len())].bytes()),
            1 => out.push(random.next() as u8),
            _ => out.push(b' ' + (random.next() % 95) as u8),
        }
    }
    out
}

fn mutated(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(8) {
        let (at, length) = (random.below(out.len()), random.below(20));
        let end = (at + length).min(out.len());
        match random.below(4) {
            0 => drop(out.drain(at..end)),
            1 => drop(out.splice(at..at, noise(random, length))),
            2 => out.splice(at..end, noise(random, length)).for_each(drop),
            _ => out.truncate(out.len().max(1) - length.min(out.len().max(1) - 1)),
        }
        if out.is_empty() {
            out.push(b'{');
        }
    }
    out
}

#[test]
fn no_bytes_make_a_reader_panic() {
    let pages = [
        request("203.0.113.1", "01/Nov/2026:10:00:00 +0000", "GET /p/11", 200, "Firefox"),
        request("203.0.113.1", "01/Nov/2026:10:01:00 +0000", "GET /hat", 304, "Firefox"),
    ];
    let lines = |format: fn(&fixtures::Request) -> String| pages.iter().map(format).collect::<Vec<_>>().join("\n");
    let mut seeds = vec![
        [ga4("view_item", 1, "a", "1", "", &["11"]), ga4("purchase", 2, "a", "1", "u", &["11", "12"])].join("\n"),
        segment(
            "Order Completed",
            "2026-11-01T10:00:00Z",
            "a",
            "u",
            "m",
            r#""order_id":"o","products":[{"sku":"SC"}]"#,
        ),
        shopify_csv(),
        lines(fixtures::combined),
        lines(fixtures::nginx),
        lines(fixtures::caddy),
        "session_id,item_id,timestamp,event\n1,11,100,view\n1,\"12\",101,buy\n".into(),
    ];
    seeds.extend(shopify_json().into_iter().map(|(_, text)| text));
    let mut random = Random(42);
    let (mut read, mut refused) = (0, 0);
    for round in 0..440 {
        let seed = &seeds[round % seeds.len()];
        let bytes = match random.below(4) {
            0 => noise(&mut random, 300),
            _ => mutated(&mut random, seed.as_bytes()),
        };
        let bytes = if random.below(8) == 0 { gzip(&bytes) } else { bytes };
        let format = ["ga4", "segment", "shopify", "access-log", "table", "", "", "", "", ""][random.below(10)];
        let toml = if format.is_empty() { String::new() } else { format!("[log]\nformat = \"{format}\"\n") };
        let dir =
            folder(&[("catalog.csv", CATALOG.as_bytes()), ("interactions.x", &bytes), ("shop.toml", toml.as_bytes())]);
        let files = ShopFiles::in_folder(dir.path()).expect("a folder");
        match Shop::read(&files, &Silent) {
            Ok(_) => read += 1,
            Err(e) => {
                refused += 1;
                assert!(matches!(e.code(), "bad_table" | "empty_log" | "io"), "{e}");
            }
        }
        examine(&files, Millis(1_800_000_000_000), 0.1, &Silent);
    }
    assert!(read > 40 && refused > 40, "{read} read, {refused} refused: the noise is too weak or too strong");
}

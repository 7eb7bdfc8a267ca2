//! The seed of the fuzz targets: a few products of the sample shop with everything that a shop can set, so that changes reach every reader.

use super::harness::PARTS;
use nearshelf::pack::{Pack, Tag};
use std::collections::BTreeSet;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: &[u8] = include_bytes!("../fuzz/seed.pack");

/// Sections that only parts of a pack have.
const OF_PARTS: [Tag; 13] = [
    Tag::ROWS,
    Tag::PART,
    Tag::SHARDS,
    Tag::SHARD_CATEGORY,
    Tag::SHARD_SIZE,
    Tag::HINT,
    Tag::WHERE,
    Tag::TABLE_PART,
    Tag::TABLE_ROWS,
    Tag::ALIAS_NUMBER,
    Tag::ASSOCIATION_COUNTS,
    Tag::ASSOCIATION_PART,
    Tag::EMBEDDING_PART,
];

/// All tags of the format, as its source names them.
fn all() -> BTreeSet<String> {
    let source = include_str!("../../src/pack/format.rs");
    let names = source.lines().filter_map(|line| line.split_once(" b\"")?.1.split_once("\" \""));
    names.map(|(name, _)| name.to_string()).collect()
}

/// The sections of a pack that are not empty.
fn tags(pack: &[u8]) -> BTreeSet<String> {
    let pack = Pack::open(pack.to_vec()).expect("a good pack");
    pack.sections().iter().filter(|s| !s.range.is_empty()).map(|s| s.tag.name()).collect()
}

#[test]
fn the_seeds_have_every_section_that_a_pack_or_a_part_can_have() {
    let of_parts: BTreeSet<String> = OF_PARTS.iter().map(|t| t.name()).collect();
    assert!(all().len() > 60 && of_parts.is_subset(&all()));
    assert_eq!(all().difference(&of_parts).cloned().collect::<BTreeSet<_>>(), tags(SEED));
    let parts: BTreeSet<String> = PARTS.iter().flatten().flat_map(|part| tags(part)).collect();
    assert!(of_parts.is_subset(&parts), "{:?}", of_parts.difference(&parts));
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod made {
    use nearshelf::builder::pack::{Options, build};
    use nearshelf::shop::{Shop, ShopFiles, Silent};
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www-demo/shop");
    /// What the sample shop leaves as it is shipped.
    const SETTINGS: &str = "
[tables]
linear = true
embedding = true
[exploration]
share = 0.1
pool = 10
[shelf]
repeat_purchase = [\"Food\"]
[clusters]
learn = true
fewest_shoppers = 10
tags = true
[season.categories.Food]
jan = 150
jul = 80
[scenes.evening]
hour = [18, 23]
tags = { new = 0.5 }
categories = { Food = 0.25 }
";
    /// A campaign that grants a coupon of the sample shop.
    const GRANTS: &str = r#""grants": [{ "id": "win-back", "market": "cn", "start": "2026-09-01T00:00:00+08:00", "end": "2026-12-01T00:00:00+08:00",
        "lambda_ppm": 500000, "lambda_until": "2026-11-01T00:00:00+08:00", "spread_hours": 24,
        "segments": [{ "when": { "shopper.orders": 0 }, "options": [{ "coupon": "cn-coupon-20", "gain": 900, "cost": 2000 }] }] }], "promotions""#;

    /// The pack of some sixty products of the sample shop; looks at the others are looks at one of their category.
    fn pack() -> Vec<u8> {
        let dir = tempfile::tempdir().expect("a folder");
        let sample = |name: &str| fs::read_to_string(Path::new(SAMPLE).join(name)).expect(name);
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("written");
        for name in [
            "calendar.json",
            "content.jsonl",
            "invites.json",
            "loyalty.json",
            "params.json",
            "prior.json",
            "rfm.json",
            "seasons.json",
            "selling-points.jsonl",
        ] {
            write(name, &sample(name));
        }
        let audience = "\"cn-welcome\", \"audience\": { \"shopper.orders\": 0 },";
        let offers = sample("offers.json").replacen("\"promotions\"", GRANTS, 1);
        write("offers.json", &offers.replacen("\"cn-welcome\",", audience, 1));

        let catalog = sample("catalog.csv");
        let mut table = csv::Reader::from_reader(catalog.as_bytes());
        let mut header = table.headers().expect("a header").clone();
        let column = |name: &str| header.iter().position(|h| h == name).expect(name);
        let (group, category) = (column("item_group_id"), column("product_type"));
        header.extend(["external_seller_id", "availability_date"]);
        let rows: Vec<csv::StringRecord> = table.records().map(|r| r.expect("a row")).collect();
        let name =
            |row: &csv::StringRecord| if row[group].is_empty() { row[0].to_string() } else { row[group].to_string() };
        let mut products: Vec<String> = rows.iter().map(name).collect();
        products.dedup();
        let kept: Vec<&String> = products.iter().step_by(products.len() / 60).collect();
        // The kept row of each category, and of each row the one that stands for it.
        let mut of: BTreeMap<&str, &str> = BTreeMap::new();
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(&header).expect("in memory");
        for (i, row) in rows.iter().filter(|row| kept.contains(&&name(row))).enumerate() {
            of.insert(&row[category], &row[0]);
            let mut row = row.clone();
            row.push_field(["kiln", "harbour", ""][i % 3]);
            row.push_field(&format!("2026-0{}-11", 1 + i % 9));
            out.write_record(&row).expect("in memory");
        }
        write("catalog.csv", &String::from_utf8(out.into_inner().expect("in memory")).expect("text"));
        let stands: BTreeMap<&str, &str> = rows
            .iter()
            .filter_map(|row| {
                Some((&row[0], if kept.contains(&&name(row)) { &row[0] } else { of.get(&row[category])? }))
            })
            .collect();
        let log = sample("interactions.csv");
        let shown = |line: &str| -> Option<String> {
            let mut cells: Vec<&str> = line.split(',').collect();
            if cells[1] != "item_id" {
                cells[1] = stands.get(cells[1])?;
            }
            Some(cells.join(","))
        };
        write("interactions.csv", &log.lines().filter_map(shown).collect::<Vec<_>>().join("\n"));
        let settings = sample("shop.toml")
            .replacen("[promotions]\n", "[promotions]\ngrants = [\"win-back\"]\n", 1)
            .replacen("portrait_days = 396", "portrait_days = 400\nsensitive = [\"Health\"]", 1)
            .replacen("lifetime = 104.0", "lifetime = 52.0", 1);
        write("shop.toml", &(settings + SETTINGS));
        let shop = Shop::read(&ShopFiles::in_folder(dir.path()).expect("a folder"), &Silent).expect("a shop");
        build(&shop, &Options { min_support: Some(2), ..Options::default() }, &Silent).expect("a pack")
    }

    /// Written anew only on request: what is found is told by its bytes.
    #[test]
    fn the_seed_is_made_of_the_sample_shop() {
        if std::env::var_os("NEARSHELF_FREEZE").is_some() {
            fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/seed.pack"), pack()).expect("written");
        }
    }
}

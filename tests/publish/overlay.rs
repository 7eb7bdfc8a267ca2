//! `nearshelf overlay` and `nearshelf inspect` of its file.

use nearshelf::engine::Engine;
use nearshelf::time::Millis;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/pack-v1.pack");
const ISSUED: i64 = 1_790_000_000_000;

fn nearshelf(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf")).args(args).output().expect("the command runs")
}

/// Writes `text` to a file and runs `nearshelf overlay` on it: what it printed, what went wrong, and the file.
fn overlay(folder: &Path, name: &str, text: &str, more: &[&str]) -> (String, String, Option<PathBuf>) {
    let (file, out) = (folder.join(name), folder.join(format!("{name}.overlay")));
    fs::write(&file, text).expect("written");
    let (file, place) = (file.to_str().expect("a path"), out.to_str().expect("a path"));
    let issued = ISSUED.to_string();
    let given = ["overlay", file, "--pack", PACK, "--out", place, "--issued", &issued];
    let done = nearshelf(&[&given[..], more].concat());
    let text = |b: &[u8]| String::from_utf8(b.to_vec()).expect("UTF-8");
    let out = Some(out).filter(|out| out.exists());
    assert_eq!(done.status.success(), out.is_some(), "{}", text(&done.stderr));
    (text(&done.stdout), text(&done.stderr), out)
}

fn prices(file: &Path, ids: [&str; 2]) -> [Option<i64>; 2] {
    let mut shelf = Engine::open(fs::read(PACK).expect("the pack")).expect("a shelf");
    shelf.overlay(Millis(ISSUED), &fs::read(file).expect("written"), true).expect("sound");
    let c = shelf.catalog();
    ids.map(|id| {
        let v = (0..c.variant_count() as u32).find(|v| c.variant_id(*v) == id).expect(id);
        c.price_of(v).now.map(|m| m.0)
    })
}

#[test]
fn a_table_becomes_an_overlay_whatever_its_order_and_rows_that_cannot_be_used_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = ["20001,85.00 CNY,,", "10001-S,249.00,199.50,", "nowhere,1,,", "80007,,,no", "20002,5 EUR,,"];
    let table = |rows: &[&str]| format!("id,price,sale_price,hidden\n{}\n", rows.join("\n"));
    let (said, _, one) = overlay(folder.path(), "a.csv", &table(&rows), &["--max-reject", "0.2"]);
    assert!(said.contains("1 of 5 rows left out: a price in another currency than its market's"), "{said}");
    assert!(said.contains("1 ids are not in the pack and were left out: nowhere"), "{said}");
    assert!(said.contains("full, for pack 4bdddd37e7017388, issued 1790000000000, holds 3600 s"), "{said}");
    let one = one.expect("written");
    assert_eq!(prices(&one, ["20001", "10001-S"]), [Some(8_500), Some(19_950)]);
    let mut turned = rows;
    turned.reverse();
    let (_, _, other) = overlay(folder.path(), "b.csv", &table(&turned), &["--max-reject", "0.2"]);
    assert_eq!(fs::read(one).expect("one"), fs::read(other.expect("written")).expect("other"));

    let (_, refused, none) = overlay(folder.path(), "c.csv", &table(&rows), &[]);
    assert!(none.is_none() && refused.contains("error[too_many_rejects]"), "{refused}");
}

#[test]
fn rows_of_the_catalogue_that_the_pack_does_not_have_are_new_items() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = "id,item_group_id,title,title_zh,product_type,brand,price,availability\n\
                 20001,,ignored,,,,85.00,\n\
                 90001,,Cat tunnel,猫隧道,Pets > Cats,Whiskado,129.00,\n\
                 90002,,Rake,,Garden,Newcomer,20.00,preorder\n\
                 10001-XXL,10001,A size more,,,,199.00,\n\
                 90003,,,,,,1.00,\n";
    let (said, _, out) = overlay(folder.path(), "catalog.csv", table, &[]);
    assert!(said.contains("for pack 4bdddd37e7017388 and its parts"), "new items stand behind the places: {said}");
    assert!(said.contains("3 items") && said.contains("0 hidden, 2 new"), "{said}");
    assert!(said.contains("1 fields cannot be used"), "the pack has no category Garden: {said}");
    assert!(said.contains("2 ids are not in the pack and were left out: 10001-XXL, 90003"), "{said}");
    // Of what the pack does not have alone, any pack takes it.
    let new = table.lines().filter(|line| !line.starts_with("20001")).collect::<Vec<_>>().join("\n");
    let (said, _, _) = overlay(folder.path(), "new.csv", &new, &[]);
    assert!(said.contains("for any pack") && said.contains("2 new"), "{said}");
    assert!(said.contains("2 ids are not in the pack and were kept by their name: 10001-XXL, 90003"), "{said}");
    let mut shelf = Engine::open(fs::read(PACK).expect("the pack")).expect("a shelf");
    shelf.set_view("", "zh-CN").expect("a language");
    shelf.overlay(Millis(ISSUED), &fs::read(out.expect("written")).expect("written"), true).expect("sound");
    let c = shelf.catalog();
    let row = |id: &str| c.find(id).expect(id).row;
    assert_eq!((c.len(), c.title(row("90001")), c.title(row("90002"))), (66, "猫隧道", "Rake"));
    assert_eq!(c.price(row("90001")).now.map(|m| m.0), Some(12_900));
    assert!(c.find("10001-XXL").is_none() && c.find("90003").is_none());
}

#[test]
fn the_json_form_says_what_it_is_and_inspect_reads_it_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = r#"{ "sequence": 12, "since": 11, "market": "us", "max_age": 60,
                    "items": [ { "id": "20001", "price": 9.99, "sale_price": null }, { "id": "new-one", "hidden": true } ] }"#;
    let (said, _, out) = overlay(folder.path(), "d.json", json, &["--any-pack"]);
    assert!(said.contains("were kept by their name: new-one"), "{said}");
    let out = out.expect("written");
    let told = nearshelf(&["inspect", "--json", out.to_str().expect("a path")]);
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let field = |name: &str| told[name].to_string();
    assert_eq!(
        ["sequence", "since", "market", "base", "max_age", "full", "items", "prices", "sale_prices", "hidden"]
            .map(field),
        ["12", "11", "\"us\"", "\"\"", "60", "false", "2", "1", "1", "1"]
    );
    let mut bytes = fs::read(&out).expect("written");
    bytes[20] ^= 1;
    fs::write(&out, bytes).expect("written");
    let broken = nearshelf(&["inspect", out.to_str().expect("a path")]);
    assert!(String::from_utf8_lossy(&broken.stderr).contains("error[bad_overlay]"));
}

#[test]
fn a_name_that_ends_in_json_gives_json_that_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = "id,title,price,sale_price,availability,hidden\n\
                 20001,,85.00,,,\n10001-S,,249.00,199.50,in_stock,\n10001-M,,249.00,,in_stock,\n80007,,,,,yes\n\
                 90001,Cat tunnel,129.00,,,\nnowhere,,1.00,,,\n";
    let file = folder.path().join("prices.csv");
    fs::write(&file, table).expect("written");
    let run = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let of = |path: &Path| path.to_str().expect("a path").to_string();
        let issued = ISSUED.to_string();
        let given = [&of(&file), "--pack", PACK, "--out", &of(&out), "--issued", &issued];
        let done = nearshelf(&[&["overlay"], &given[..], more].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let told = nearshelf(&["inspect", "--json", &of(&out)]);
        let mut told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        told["bytes"].take();
        let plain = nearshelf(&["inspect", &of(&out)]);
        let lines = String::from_utf8(plain.stdout).expect("UTF-8").lines().skip(1).collect::<Vec<_>>().join("\n");
        (told, lines, fs::read(out).expect("written"))
    };
    for more in [&[][..], &["--any-pack"], &["--delta", "--since", "3"]] {
        let (binary, lines, _) = run("a.overlay", more);
        let (told, said, json) = run("a.overlay.json", more);
        assert_eq!((&told, &said), (&binary, &lines));
        let json: Value = serde_json::from_slice(&json).expect("JSON");
        let by_id = more.contains(&"--any-pack");
        assert_eq!((json["rows"].is_array(), json["base"].is_string()), (!by_id, !by_id));
        assert_eq!(json["items"].as_array().map(Vec::len), Some(if by_id { 6 } else { 1 }));
    }
    // What the shop's table is, an overlay that was made of it is not.
    let (_, _, json) = run("b.json", &[]);
    let json = String::from_utf8(json).expect("UTF-8");
    for sale in ["null", "[19950]"] {
        let row = format!(r#""price_minor":[24900],"sale_price_minor":{sale},"availability":"in_stock""#);
        assert!(json.contains(&row), "{json}");
    }
    assert!(json.contains(r#""id":"90001","price":"129.00","sale_price":null,"availability":"in_stock","hidden":false,"title":"Cat tunnel""#), "{json}");
    let (_, why, none) = overlay(folder.path(), "again.json", &json, &[]);
    assert!(none.is_none() && why.contains("it is an overlay already"), "{why}");
}

#[test]
fn what_is_not_for_this_pack_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, why, none) = overlay(folder.path(), "e.json", r#"{ "shop": "another", "items": [] }"#, &[]);
    assert!(none.is_none() && why.contains("error[overlay_misfit]"), "{why}");
    let (_, why, none) = overlay(folder.path(), "f.json", r#"{ "market": "moon", "items": [] }"#, &[]);
    assert!(none.is_none() && why.contains("error[unknown_market]"), "{why}");
    let (_, why, none) = overlay(folder.path(), "g.csv", "id,colour\n20001,red\n", &[]);
    assert!(none.is_none() && why.contains("error[bad_table]") && why.contains("it has id, colour"), "{why}");
}

#[test]
fn multipliers_of_campaigns_are_written_from_a_file_and_only_of_campaigns_that_the_pack_has() {
    use nearshelf::engine::GrantState;
    use nearshelf::pack::Tag;
    use nearshelf::privacy::consent::Consent;
    let folder = tempfile::tempdir().expect("a folder");
    let pack = crate::compat::with_sections(&[(Tag::GRANT, 2, crate::golden::choosing::GRANTS)]);
    let place = folder.path().join("shop.pack");
    fs::write(&place, &pack).expect("written");
    let run = |grants: &str, out: &str| {
        let (file, out) = (folder.path().join("grants.json"), folder.path().join(out));
        fs::write(&file, format!("{{ \"market\": \"cn\", \"max_age\": 86400, \"grants\": [{grants}] }}"))
            .expect("written");
        let of = |path: &Path| path.to_str().expect("a path").to_string();
        let at = (ISSUED + 86_400_000).to_string();
        let done = nearshelf(&["overlay", &of(&file), "--pack", &of(&place), "--out", &of(&out), "--issued", &at]);
        let text = |b: &[u8]| String::from_utf8(b.to_vec()).expect("UTF-8");
        (text(&done.stdout), text(&done.stderr), out)
    };
    let (said, _, out) = run(
        "{ \"id\": \"spring\", \"lambda_ppm\": 400000, \"lambda_until\": \"2026-09-25T00:00:00+08:00\" }",
        "a.overlay",
    );
    assert!(said.contains("for any pack") && said.contains("0 items") && said.contains("1 multipliers"), "{said}");
    let told = nearshelf(&["inspect", out.to_str().expect("a path"), "--json"]);
    let facts: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!((&facts["multipliers"], &facts["items"]), (&1.into(), &0.into()));
    let mut shelf = Engine::open(pack.clone()).expect("a shelf");
    shelf.set_consent(Consent::all());
    let now = Millis(ISSUED + 86_400_000);
    let state = |shelf: &mut Engine| shelf.grants(now, Some(7.0), &[("spring", 1)]).expect("consent").0[0].state;
    assert_eq!(state(&mut shelf), GrantState::Nothing);
    shelf.overlay(now, &fs::read(out).expect("written"), true).expect("sound");
    assert_eq!(state(&mut shelf), GrantState::Granted);
    for (grant, says) in [
        ("{ \"id\": \"summer\", \"lambda_ppm\": 1, \"lambda_until\": 1890000000000 }", "no such campaign"),
        ("{ \"id\": \"spring\", \"lambda_ppm\": -1, \"lambda_until\": 1890000000000 }", "lambda_ppm has to be"),
        ("{ \"id\": \"spring\", \"lambda_ppm\": 1, \"lambda_until\": \"soon\" }", "lambda_until has to be"),
    ] {
        let (_, refused, out) = run(grant, "b.overlay");
        assert!(!out.exists() && refused.contains(says) && refused.contains("bad_table"), "{refused}");
    }
}

#[test]
fn an_overlay_of_a_split_pack_tells_places_where_its_shards_are_there_and_names_ids_where_not() {
    use nearshelf::builder::shards::{Limits, split};
    let folder = tempfile::tempdir().expect("a folder");
    let whole = fs::read(PACK).expect("the pack");
    let parts =
        split(&whole, Limits { core: 6_500, shard: 3_500 }, &nearshelf::shop::Silent).expect("room").expect("parts");
    let core = folder.path().join("shop.pack");
    fs::write(&core, &parts.core.bytes).expect("written");
    for shard in &parts.shards {
        fs::write(folder.path().join(&shard.name), &shard.bytes).expect("written");
    }
    // A product of the core and one that is not in it, with the title that the shop's catalogue has: it is not new.
    let held = |bytes: &[u8]| -> Vec<String> {
        let shelf = Engine::open(bytes.to_vec()).expect("a shelf");
        let c = shelf.catalog();
        (0..c.variant_count() as u32).map(|v| c.variant_id(v).to_string()).collect()
    };
    let open = held(&parts.core.bytes);
    let closed = held(&whole).into_iter().find(|id| !open.contains(id)).expect("one more");
    let table = format!("id,title,price\n{},A,1.50\n{closed},B,2.50\n", open[0]);
    let file = folder.path().join("prices.csv");
    fs::write(&file, table).expect("written");
    let run = |more: &[&str]| {
        let out = folder.path().join("shop.overlay");
        let of = |path: &Path| path.to_str().expect("a path").to_string();
        let issued = ISSUED.to_string();
        let given = [&of(&file), "--pack", &of(&core), "--out", &of(&out), "--issued", &issued];
        let done = nearshelf(&[&["overlay"], &given[..], more].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let told = nearshelf(&["inspect", "--json", &of(&out)]);
        let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        (String::from_utf8(done.stdout).expect("UTF-8"), told, fs::read(out).expect("written"))
    };
    let price = |shelf: &Engine, id: &str| {
        let c = shelf.catalog();
        (0..c.variant_count() as u32).find(|v| c.variant_id(*v) == id).map(|v| c.price_of(v).now.map(|m| m.0))
    };
    let (said, told, bytes) = run(&[]);
    assert!(said.contains("for pack 4bdddd37e7017388 and its parts"), "{said}");
    assert_eq!((&told["base"], &told["placed"], &told["new"]), (&"4bdddd37e7017388".into(), &true.into(), &0.into()));
    let mut shelf = Engine::open(parts.core.bytes.clone()).expect("a core");
    let lay = |shelf: &mut Engine, bytes: &[u8]| shelf.overlay(Millis(ISSUED), bytes, true).expect("sound").unknown;
    assert_eq!(lay(&mut shelf, &bytes), 0);
    assert_eq!((price(&shelf, &open[0]), price(&shelf, &closed)), (Some(Some(150)), None));
    parts.shards.iter().for_each(|shard| shelf.attach(shard.bytes.clone()).expect("a shard"));
    lay(&mut shelf, &bytes);
    assert_eq!((price(&shelf, &open[0]), price(&shelf, &closed)), (Some(Some(150)), Some(Some(250))));
    let (said, told, _) = run(&["--any-pack"]);
    assert!(said.contains("for any pack") && told["new"] == 0, "{said}");
    fs::remove_file(folder.path().join(&parts.shards[0].name)).expect("removed");
    let (said, told, _) = run(&[]);
    assert!(said.contains(&parts.shards[0].name) && said.contains("so the overlay names ids"), "{said}");
    assert_eq!((&told["base"], &told["placed"]), (&"".into(), &false.into()));
}

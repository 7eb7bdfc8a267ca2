//! Packs are functions of their input: not of the order of rows, and predictions are not of what comes later.

mod hot_path;
pub(crate) mod proofs;
mod seasons;

use nearshelf::builder::evaluate::{self, evaluate};
use nearshelf::builder::pack::{Options, build};
use nearshelf::builder::split::{Part, Split};
use nearshelf::catalog::Catalog;
use nearshelf::engine::{Engine, Request};
use nearshelf::id::Key;
use nearshelf::pack::{Pack, Tag};
use nearshelf::rank::Blend;
use nearshelf::rank::table::{TableKind, Tables};
use nearshelf::report::collect::NamedSchema;
use nearshelf::shop::{Shop, ShopFiles, Silent};
use nearshelf::time::Millis;
use std::fs;
use std::path::Path;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www-demo/shop");

pub(crate) fn read(dir: &Path) -> Shop {
    Shop::read(&ShopFiles::in_folder(dir).expect("a folder"), &Silent).expect("a shop")
}

fn pack_of(dir: &Path) -> Vec<u8> {
    build(&read(dir), &Options::default(), &Silent).expect("a pack")
}

/// A generator of order, not of noise: the same shuffle at every run.
fn shuffle<T>(list: &mut [T]) {
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    for i in (1..list.len()).rev() {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        list.swap(i, x as usize % (i + 1));
    }
}

#[test]
fn the_pack_is_byte_equal_under_any_order_of_visits_and_catalogue_rows() {
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["catalog.csv", "interactions.csv", "shop.toml", "offers.json", "loyalty.json", "calendar.json"] {
        fs::copy(Path::new(SAMPLE).join(name), dir.path().join(name)).expect("a copy");
    }
    let straight = pack_of(dir.path());
    assert_eq!(straight, pack_of(dir.path()));

    let catalog = fs::read_to_string(dir.path().join("catalog.csv")).expect("text");
    let mut lines: Vec<&str> = catalog.lines().collect();
    shuffle(&mut lines[1..]);
    fs::write(dir.path().join("catalog.csv"), lines.join("\r\n")).expect("written");

    let log = fs::read_to_string(dir.path().join("interactions.csv")).expect("text");
    let (header, rows) = log.split_once('\n').expect("a header");
    let mut visits: Vec<Vec<&str>> = Vec::new();
    let session = |row: &str| row.split(',').next().map(String::from);
    for row in rows.lines() {
        match visits.last_mut() {
            Some(v) if session(v[0]) == session(row) => v.push(row),
            _ => visits.push(vec![row]),
        }
    }
    assert!(visits.len() > 1000);
    shuffle(&mut visits);
    let shuffled: Vec<&str> = visits.into_iter().flatten().collect();
    fs::write(dir.path().join("interactions.csv"), format!("\u{FEFF}{header}\n{}\n", shuffled.join("\n")))
        .expect("written");
    assert_eq!(straight, pack_of(dir.path()));
}

#[test]
fn what_is_popular_of_late_needs_k_shoppers_of_late() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut log = String::from("session_id,item_id,timestamp,user_id\n");
    // Of 320 visits the latest 20 are of late: five shoppers turn to `new`, one to `own`, all others ever to `old`.
    for v in 0..320 {
        let item = match v {
            0..300 => "old",
            300..305 => "new",
            _ => "own",
        };
        let shopper = if v < 305 { v } else { 999 };
        log += &format!("{v},{item},{},u{shopper}\n", v * 1000);
    }
    fs::write(dir.path().join("interactions.csv"), log).expect("written");
    let bytes = build(&read(dir.path()), &Options::default(), &Silent).expect("a pack");
    let shelf = Engine::open(bytes).expect("a shelf");
    let recent = |id: &str| shelf.catalog().recent(shelf.catalog().find(id).expect(id).row);
    assert_eq!((recent("new"), recent("old"), recent("own")), (65_535, 0, 0));
    let old = Engine::open(include_bytes!("../compat/pack-v1.pack").to_vec()).expect("a pack from before");
    assert_eq!(old.catalog().recent(nearshelf::id::Row(0)), 0);
}

#[test]
fn a_pair_with_fewer_shoppers_than_k_leaves_no_trace() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut log = String::from("session_id,item_id,timestamp,user_id\n");
    // a and b: 5 shoppers. c and d: one shopper, many times.
    for v in 0..5 {
        log += &format!("{v},a,{v}000,u{v}\n{v},b,{v}001,u{v}\n");
    }
    for v in 10..40 {
        log += &format!("{v},c,{v}000,u0\n{v},d,{v}001,u0\n");
    }
    fs::write(dir.path().join("interactions.csv"), log).expect("written");
    let shop = read(dir.path());
    let bytes = build(&shop, &Options::default(), &Silent).expect("a pack");
    let mut shelf = Engine::open(bytes).expect("a shelf");
    assert_eq!(shelf.catalog().support(), 5, "the default with user ids");
    let popularity = |shelf: &Engine, id: &str| shelf.catalog().popularity(shelf.catalog().find(id).expect(id).row);
    assert!(popularity(&shelf, "a") > 0);
    assert_eq!(popularity(&shelf, "c"), 0, "one shopper's favourite is not public");
    shelf.set_consent(nearshelf::privacy::consent::Consent::all());
    let now = Millis(1_790_000_000_000);
    shelf.track(now, &[crate::api::event("view_item", "c")]);
    let list = shelf.recommend(now, &Request { limit: 4, ..Request::default() });
    let d = list.items.iter().find(|i| i.row.map(|r| shelf.catalog().id(r)) == Some("d")).expect("catalogue only");
    assert_eq!(d.score, 0.0, "nothing points from c to d");
    let loose = build(&shop, &Options { min_support: Some(1), ..Options::default() }, &Silent).expect("a pack");
    assert!(popularity(&Engine::open(loose).expect("a shelf"), "c") > 0);
}

#[test]
fn a_list_is_the_same_whatever_comes_at_its_step_and_behind_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let length = |v: usize| 3 + v % 5;
    // Steps of the test visits from `turned` on are others; each product is one that was learnt.
    let write = |turned: usize| {
        let mut log = String::from("session_id,item_id,timestamp,event,user_id\n");
        for v in 0..600_usize {
            for n in 0..length(v) {
                let other = if v >= 500 && n >= turned { 1 + (v + n) % 19 } else { 0 };
                let item = (v * v % 17 + n * 3 + other) % 20;
                log += &format!("{v},{item},{},view_item,{}\n", 1_600_000_000 + v * 900 + n * 20, v % 40);
            }
        }
        fs::write(dir.path().join("interactions.csv"), log).expect("written");
    };
    let split = r#"{"protocol":"sessions","valid_from":400,"test_from":500,"max_targets_per_session":6}"#;
    fs::write(dir.path().join("split.json"), split).expect("written");
    let split = Split::read(dir.path()).expect("a split");
    let options = evaluate::Options { part: Part::Test, k: 1, histories: &[], diversity: 0, exploration: None };
    let run = || evaluate(&read(dir.path()), &split, options, &Silent).expect("an evaluation").predictions;
    write(99);
    let plain = run();
    // A user's later visits see other history when earlier ones turn, so compare each user's first test visit.
    let is_first = |(v, _): &(usize, usize)| *v < 540;
    for turned in 1..=6 {
        write(turned);
        let other = run();
        assert_eq!(plain.len(), other.len());
        let (mut same, mut changed) = (0, 0);
        for (p, q) in plain.iter().zip(&other) {
            let (v, n) = p.event.split_once(':').expect("a visit and a number");
            let place = (v.parse().expect("a visit"), n.parse().expect("a number"));
            assert_eq!(p.event, q.event);
            if !is_first(&place) {
                continue;
            }
            if place.1 <= turned {
                assert_eq!(p.list, q.list, "{}: step {turned} and later ones turned", p.event);
                same += usize::from(place.1 == turned && p.target != q.target);
            } else {
                changed += usize::from(p.list != q.list);
            }
        }
        let steps: usize = (500..540).filter(|v| length(*v) > turned).count();
        assert_eq!(same, steps, "each list was asked for another answer");
        assert!(changed > 0 || turned == 6, "what is known of a step does change the list behind it");
    }
}

#[test]
fn a_replay_knows_the_visits_that_its_history_reaches_and_no_other() {
    use nearshelf::builder::replay::{Clock, History, Visit, replay};
    use nearshelf::profile::Dimension;
    use nearshelf::time::DAY;
    let mut shelf = Engine::open(crate::api::PACK.to_vec()).expect("a pack");
    let published = {
        let list = shelf.recommend(Millis(0), &Request { limit: 20, neutral: true, ..Request::default() });
        list.items.into_iter().map(|i| i.row).collect::<Vec<_>>()
    };
    let ids: Vec<String> = (0..6).map(|row| crate::api::id(&shelf, row)).collect();
    let start = 1_700_000_000_000;
    let visit = |id: &'static str, day: i64, items: [usize; 2]| Visit {
        id,
        steps: items
            .iter()
            .zip(0..)
            .map(|(i, n)| (ids[*i].as_str(), "view_item", start + day * DAY + n * 20_000))
            .collect(),
        predict: 1..2,
    };
    let shopper = vec![visit("a", 0, [0, 1]), visit("b", 5, [2, 3]), visit("c", 20, [4, 5])];
    // Before the second step of each visit: the products that the portrait knows, and whether the list is the published one.
    let mut known = |history| {
        let mut out = Vec::new();
        replay(&mut shelf, std::slice::from_ref(&shopper), Clock::Real, history, |shelf, now, visit, n| {
            assert_eq!((n, now.0), (1, visit.steps[0].2));
            let mut rows: Vec<usize> = shelf.portrait(now).traits[Dimension::Item as usize]
                .iter()
                .map(|t| ids.iter().position(|id| *id == t.key).expect("of the log"))
                .collect();
            rows.sort_unstable();
            let list = shelf.recommend(now, &Request { limit: 20, ..Request::default() });
            let shown: Vec<_> = list.items.iter().map(|i| i.row).collect();
            assert_eq!(list.personal, !rows.is_empty());
            assert_eq!(shown == published, rows.is_empty(), "{history:?}");
            out.push(rows);
        });
        out
    };
    let nothing: Vec<usize> = Vec::new();
    assert_eq!(known(History::None), [nothing.clone(), nothing.clone(), nothing]);
    assert_eq!(known(History::Visit), [vec![0], vec![2], vec![4]]);
    assert_eq!(known(History::Days(4)), [vec![0], vec![2], vec![4]]);
    assert_eq!(known(History::Days(5)), [vec![0], vec![0, 1, 2], vec![4]], "a visit of just so many days ago is known");
    assert_eq!(known(History::Days(7)), [vec![0], vec![0, 1, 2], vec![4]]);
    assert_eq!(known(History::Days(15)), [vec![0], vec![0, 1, 2], vec![2, 3, 4]]);
    for history in [History::Days(20), History::All] {
        assert_eq!(known(history), [vec![0], vec![0, 1, 2], vec![0, 1, 2, 3, 4]]);
    }
}

#[test]
fn the_sample_s_prior_is_of_the_shoppers_that_it_is_meant_for() {
    let (prior, _) = read(Path::new(SAMPLE)).prior.expect("the sample has one");
    let share = |field: &str, values: &[&str]| -> u32 {
        let answers = &prior.fields.iter().find(|f| f.field == field).expect(field).answers;
        let of = |value: &&str| answers.iter().find(|a| a.value == **value).expect(value).share_bp;
        values.iter().map(of).sum()
    };
    for f in &prior.fields {
        assert_eq!(f.answers.iter().map(|a| a.share_bp).sum::<u32>(), 10_000, "{}", f.field);
    }
    assert_eq!(share("age_band", &["20-24", "25-35", "36-45"]), 7_000);
    let ages = &prior.fields.iter().find(|f| f.field == "age_band").expect("ages").answers;
    assert_eq!(ages.iter().max_by_key(|a| a.share_bp).map(|a| a.value.as_str()), Some("25-35"));
    assert_eq!(share("gender", &["female"]), 5_500);
    assert_eq!(share("city_tier", &["tier-1", "tier-2"]), 7_500);
    assert_eq!(share("income_band", &["5000-10000", "10000-15000"]), 6_000);
}

#[test]
fn exploration_beyond_its_bounds_is_refused_and_named() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("interactions.csv"), "session_id,item_id,timestamp\n1,a,1\n").expect("written");
    let shop = |settings: &str| {
        fs::write(dir.path().join("shop.toml"), settings).expect("written");
        Shop::read(&ShopFiles::in_folder(dir.path()).expect("a folder"), &Silent)
    };
    for good in ["share = 0.2\npool = 2", "share = 0.0\npool = 100", "share = 0.000002\npool = 2"] {
        for section in ["exploration", "exploration.slots.home"] {
            assert!(shop(&format!("[{section}]\n{good}")).is_ok(), "{good}");
        }
    }
    for (wrong, what) in [
        ("share = 0.3", "share = 0.3 is not between 0 and 0.2"),
        ("share = -0.1", "share = -0.1"),
        ("share = nan", "share = NaN"),
        ("pool = 1", "pool = 1 is not between 2 and"),
        ("pool = 0", "pool = 0"),
        ("share = 0.000001\npool = 2", "less than a millionth for each of 2"),
    ] {
        for section in ["exploration", "exploration.slots.home"] {
            let e = shop(&format!("[{section}]\n{wrong}")).expect_err(wrong);
            assert_eq!(e.code(), "bad_config");
            assert!(e.detail().contains(&format!("{section}: ")) && e.detail().contains(what), "{}", e.detail());
        }
    }
}

/// Keeps what it is told: each stage with its length, and how far it came.
#[derive(Debug, Default)]
struct Recorded(std::cell::RefCell<Vec<(String, u64, u64)>>);

impl nearshelf::shop::Progress for Recorded {
    fn stage(&self, name: &str, total: u64) {
        self.0.borrow_mut().push((name.to_string(), total, 0));
    }

    fn advance(&self, n: u64) {
        let mut stages = self.0.borrow_mut();
        stages.last_mut().expect("a stage has begun").2 += n;
    }
}

impl Recorded {
    /// Holds each stage of a known length against how far it came; answers with their names.
    fn names(self) -> std::collections::BTreeSet<String> {
        let stages = self.0.into_inner();
        let wrong: Vec<_> = stages.iter().filter(|(_, total, done)| *total > 0 && done != total).collect();
        assert!(wrong.is_empty(), "name, length, how far: {wrong:?}");
        stages.into_iter().filter(|(_, total, _)| *total > 0).map(|(name, _, _)| name).collect()
    }
}

#[test]
fn every_stage_of_a_known_length_advances_to_its_end_and_not_beyond() {
    use nearshelf::builder::evaluate::by_parts;
    use nearshelf::builder::replay::History;
    use nearshelf::builder::shards::{self, Limits};
    let (dir, _) = proofs::synthetic(300, 1_500, 300);
    let split = r#"{"protocol":"sessions","valid_from":1000,"test_from":1300}"#;
    fs::write(dir.path().join("split.json"), split).expect("written");
    let split = Split::read(dir.path()).expect("a split");

    let told = Recorded::default();
    let shop = Shop::read(&ShopFiles::in_folder(dir.path()).expect("a folder"), &told).expect("a shop");
    let stages = told.names();
    assert!(stages.len() >= 2 && stages.iter().all(|s| s.starts_with("reading ")), "{stages:?}");

    let told = Recorded::default();
    let pack = build(&shop, &Options::default(), &told).expect("a pack");
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_string()).collect();
    assert_eq!(told.names(), names(&["tuning: learning", "tuning: replaying"]));

    let told = Recorded::default();
    let wire = nearshelf::publish::brotli(&pack);
    let limits = Limits { core: wire / 2, shard: wire / 4 };
    shards::split(&pack, limits, &told).expect("room").expect("too large for one file");
    assert_eq!(told.names(), names(&["choosing the head", "writing shards"]));

    let told = Recorded::default();
    let options =
        evaluate::Options { part: Part::Test, k: 1, histories: &[History::Visit], diversity: 0, exploration: None };
    let result = evaluate(&shop, &split, options, &told).expect("an evaluation");
    assert_eq!(told.names(), names(&["replaying", "tuning: learning", "tuning: replaying"]));
    let told = Recorded::default();
    by_parts(&shop, &split, options, &result.pack, limits, &told).expect("rows");
    let expected = ["choosing the head", "replaying", "replaying by devices", "writing shards"];
    assert_eq!(told.names(), names(&expected));
}

#[test]
fn a_split_that_leaves_nothing_to_learn_from_or_to_predict_is_refused_and_says_where_the_log_lies() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut log = String::from("session_id,item_id,timestamp\n");
    for v in 0..60 {
        (0..3).for_each(|n| log += &format!("{v},{},{}\n", (v + n) % 7, 1_600_000_000 + v * 900 + n));
    }
    fs::write(dir.path().join("interactions.csv"), log).expect("written");
    let shop = read(dir.path());
    let options = |part| evaluate::Options { part, k: 1, histories: &[], diversity: 0, exploration: None };
    let run = |split: &str, part| {
        fs::write(dir.path().join("split.json"), split).expect("written");
        Split::read(dir.path()).and_then(|split| evaluate(&shop, &split, options(part), &Silent)).map(|_| ())
    };
    let sessions = |valid, test| format!(r#"{{"protocol":"sessions","valid_from":{valid},"test_from":{test}}}"#);
    assert_eq!(run(&sessions(30, 45), Part::Test), Ok(()));
    let time = |valid, test| format!(r#"{{"protocol":"time","valid_from":{valid},"test_from":{test}}}"#);
    let cases = [
        (sessions(30, 60), Part::Test, "test_from = 60 leaves nothing to predict: the log's visits are from 0 to 59"),
        (sessions(-5, 0), Part::Test, "test_from = 0 leaves nothing to learn from"),
        (sessions(0, 30), Part::Valid, "valid_from = 0 and test_from = 30 leave nothing to learn from"),
        (sessions(30, 30), Part::Valid, "valid_from = 30 and test_from = 30 leave nothing to predict"),
        (sessions(40, 30), Part::Test, "valid_from = 40 lies behind test_from = 30"),
        (time(1_600_000_000, 1_600_000_900), Part::Test, "from 1600000000000 to 1600053100000 (milliseconds"),
    ];
    for (split, part, says) in cases {
        let e = run(&split, part).expect_err(&split);
        assert!(e.code() == "bad_split" && e.detail().contains(says), "{split}: {}", e.detail());
    }
    let e = run(r#"{"protocol":"leave_one_out"}"#, Part::Test).map(|()| "sound");
    assert_eq!(e, Ok("sound"));
}

#[test]
fn what_reports_may_name_follows_the_settings() {
    let dir = tempfile::tempdir().expect("a folder");
    let row = |i: u32, category: &str| format!("p{i},P,1.00 CNY,{category}\n");
    let catalog =
        [row(1, "Food > Tea"), row(2, "Food > Fruit"), row(3, "Health > Sleep"), row(4, "Health > Tests")].concat();
    fs::write(dir.path().join("catalog.csv"), format!("id,title,price,product_type\n{catalog}")).expect("written");
    let labels = |settings: &str| -> Result<Vec<String>, nearshelf::error::Error> {
        fs::write(dir.path().join("shop.toml"), settings).expect("written");
        let pack = build(&read(dir.path()), &Options::default(), &Silent)?;
        let json = NamedSchema::read(&pack)?.json();
        let domain = json["metrics"][0]["domain"].as_array().expect("a domain").clone();
        let mut labels: Vec<String> = domain.iter().map(|d| d["label"].as_str().expect("a label").into()).collect();
        labels.sort_unstable();
        Ok(labels)
    };
    assert_eq!(labels("").expect("defaults"), ["Food > Fruit", "Food > Tea", "Health > Sleep", "Health > Tests"]);
    assert_eq!(labels("[reports]\ncategories = 2").expect("the level above"), ["Food", "Health"]);
    assert_eq!(labels("[reports]\nleave_out = [\"Health\"]").expect("fewer"), ["Food > Fruit", "Food > Tea"]);
    let one = labels("[reports]\nleave_out = [\"Health > Sleep\"]").expect("one fewer");
    assert_eq!(
        one,
        ["Food > Fruit", "Food > Tea", "Health", "Health > Tests"],
        "what is left out counts for the one above"
    );
    let wrong = labels("[reports]\nleave_out = [\"Heath\"]").expect_err("misspelt");
    assert_eq!(wrong.code(), "bad_config");
    assert!(wrong.detail().contains("Heath"));
    let rest = labels("[reports]\nleave_out = [\"Food\", \"Health\"]").expect("what names no category");
    assert!(rest.contains(&"ordered".to_string()), "{rest:?}");
    let only = "[reports.weights]\nfunnel_stage = 0\nrecommendation_click = 0\nactive_days = 0\nrepeat_purchase = 0\nnps_band = 0\n\
                satisfaction_band = 0\nconversion_channel = 0\norder_value = 0\n";
    let nothing =
        labels(&format!("[reports]\nleave_out = [\"Food\", \"Health\"]\n{only}")).expect_err("nothing is asked");
    assert!(nothing.detail().contains("no private reports"));
    let wrong = labels("[reports]\ncampaigns = [\"spring\"]").expect_err("no offer");
    assert!(wrong.detail().contains("spring"));
}

#[test]
fn a_pack_carries_what_shoppers_are_promised() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = "p1,P,1.00 CNY,Food > Tea\np2,P,1.00 CNY,Health > Sleep\np3,P,1.00 CNY,Health Food\n";
    fs::write(dir.path().join("catalog.csv"), format!("id,title,price,product_type\n{rows}")).expect("written");
    let sections = |settings: &str| -> Result<[Option<Vec<u8>>; 2], nearshelf::error::Error> {
        fs::write(dir.path().join("shop.toml"), settings).expect("written");
        let pack = Pack::open(build(&read(dir.path()), &Options::default(), &Silent)?)?;
        Ok([Tag::KEEP, Tag::SENSITIVE].map(|tag| pack.section(tag, 0).map(<[u8]>::to_vec)))
    };
    assert_eq!(sections("").expect("as shipped"), [None, None]);
    assert_eq!(sections("[privacy]\nportrait_days = 396").expect("the same"), [None, None]);
    let [keep, sensitive] = sections("[privacy]\nportrait_days = 30\nsensitive = [\"Health\"]").expect("its own");
    assert_eq!(keep, Some(30_u32.to_le_bytes().to_vec()));
    let mut keys = ["Health", "Health > Sleep"].map(Key::category);
    keys.sort_unstable();
    let bytes: Vec<u8> = keys.iter().flat_map(|k| k.0.to_le_bytes()).collect();
    assert_eq!(sensitive, Some([2_u32.to_le_bytes().to_vec(), bytes].concat()), "what lies below, and no other name");
    let wrong = sections("[privacy]\nsensitive = [\"Heath\"]").expect_err("misspelt");
    assert!(wrong.detail().contains("Heath"), "{}", wrong.detail());
}

#[test]
fn a_pack_carries_a_lifetime_and_what_is_said_of_products_by_their_own_ids() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = "p1-s,p1,P,1.00 CNY,Food > Tea,Leafy\np1-m,p1,P,1.00 CNY,Food > Tea,Leafy\np2,p2,P,1.00 CNY,Food,\n";
    let catalog = format!("id,item_group_id,title,price,product_type,brand\n{rows}");
    fs::write(dir.path().join("catalog.csv"), catalog).expect("written");
    let lines = [
        r#"{"id": "a", "text": "A", "products": ["p1-m", "p1"], "for": ["price"]}"#,
        r#"{"id": "b", "text": "B", "categories": ["Food"], "brands": ["Leafy", "Nobody"]}"#,
        r#"{"id": "c", "text": "C", "products": ["p9"]}"#,
        r#"{"id": "a", "text": "again", "products": ["p2"]}"#,
        "no JSON",
    ];
    fs::write(dir.path().join("selling-points.jsonl"), lines.join("\n")).expect("written");
    let built = |settings: &str| {
        fs::write(dir.path().join("shop.toml"), settings).expect("written");
        let shop = read(dir.path());
        let tally = shop.rejects.tallies().iter().find(|t| t.files[0].file == "selling-points.jsonl").cloned();
        (build(&shop, &Options::default(), &Silent), tally.expect("it was read"))
    };
    let (pack, tally) = built("[reports]\nlifetime = 12.5\n[selling_points]\nscene = 700\n");
    assert_eq!((tally.read(), tally.rejected_rows(), tally.ignored_rows()), (5, 2, 2));
    let pack = Pack::open(pack.expect("a pack")).expect("a pack");
    assert_eq!(pack.section(Tag::LIFETIME, 0), Some(&12_500_000_u32.to_le_bytes()[..]));
    let mut shelf = Engine::open(pack.bytes().to_vec()).expect("a shelf");
    let mut said = |product: &str| {
        let mut ids = Vec::new();
        let mut look =
            |points: &[nearshelf::insight::selling::Point<'_>]| ids.extend(points.iter().map(|p| p.id.to_string()));
        shelf.selling_points(Millis(0), (0, false), product, &[], &mut look).expect("a section");
        ids
    };
    assert_eq!([said("p1"), said("p1-s"), said("p2"), said("p9")], [vec!["a", "b"], vec!["a", "b"], vec!["b"], vec![]]);
    assert_eq!(shelf.lifetime().map(|l| l.millionths()), Ok(12_500_000));
    let (shipped, _) = built("[reports]\nlifetime = 104");
    assert_eq!(Pack::open(shipped.expect("a pack")).expect("a pack").section(Tag::LIFETIME, 0), None, "as shipped");
    for (wrong, what) in [("lifetime = 1", "lifetime = 1"), ("lifetime = 1001", "1000"), ("lifetime = nan", "NaN")] {
        fs::write(dir.path().join("shop.toml"), format!("[reports]\n{wrong}")).expect("written");
        let files = ShopFiles::in_folder(dir.path()).expect("a folder");
        let error = Shop::read(&files, &Silent).expect_err(wrong);
        assert!(error.code() == "bad_config" && error.detail().contains(what), "{}", error.detail());
    }
}

#[test]
fn a_pack_goes_without_similar_products_and_without_fading_where_the_shop_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    // What follows `a` turns: first it is `b`, then `c`. So it pays to forget.
    let visit = |v: u32| {
        let next = if v < 500 { "b" } else { "c" };
        format!("{v},a,{},{v}\n{v},{next},{},{v}\n", 1_700_000_000 + v * 3_600, 1_700_000_060 + v * 3_600)
    };
    let log: String = (0..1_000).map(visit).collect();
    fs::write(dir.path().join("interactions.csv"), format!("session_id,item_id,timestamp,user_id\n{log}"))
        .expect("written");
    // Whether there are similar products, and how the rules from `a` weigh: to `b`, to `c`.
    let made = |settings: &str| {
        fs::write(dir.path().join("shop.toml"), settings).expect("written");
        let pack = Pack::open(pack_of(dir.path())).expect("a pack");
        let catalog = Catalog::open(pack).expect("a catalogue");
        let tables = Tables::open(catalog.pack(), catalog.len()).expect("tables");
        let row = |id: &str| catalog.row_of(Key::product(id)).expect(id);
        let rule = |to: &str| {
            let mut found = 0;
            tables.of(TableKind::Next).for_each(catalog.pack(), row("a"), |b, weight| {
                if b == row(to) {
                    found = weight;
                }
            });
            found
        };
        (!tables.of(TableKind::Similar).is_empty(), rule("b"), rule("c"))
    };
    let (similar, b, c) = made("");
    assert!(similar && c > b, "as shipped older visits fade: {b}, {c}");
    assert_eq!(made("[tables]\nsimilar = true\nfading = true"), (similar, b, c));
    assert_eq!(made("[tables]\nsimilar = false"), (false, b, c));
    let (similar, b, c) = made("[tables]\nfading = false");
    assert!(similar && b == c, "as many of either: {b}, {c}");
}

#[test]
fn a_small_shop_learns_curves_from_half_of_its_visits_and_a_tiny_one_has_none() {
    let dir = tempfile::tempdir().expect("a folder");
    // Of `visits` visits of two products each: a tenth of 300 has 30 steps to learn from, a half 150, and a half of 60 has 30.
    let learnt = |visits: u32| {
        let step = |v: u32, n: u32| format!("{v},p{},{}\n", (v + n * 7) % 20, 1_700_000_000 + v * 3_600 + n);
        let log: String = (0..visits).map(|v| step(v, 0) + &step(v, 1)).collect();
        fs::write(dir.path().join("interactions.csv"), format!("session_id,item_id,timestamp\n{log}"))
            .expect("written");
        let pack = Pack::open(pack_of(dir.path())).expect("a pack");
        let blend = Blend::read(pack.section(Tag::BLEND, 0).expect("a blend")).expect("a blend");
        !blend.curves.is_empty()
    };
    assert_eq!([300, 60, 39].map(&learnt), [true, true, false]);
    fs::write(dir.path().join("shop.toml"), "[tables]\ncurves = false").expect("written");
    assert!(!learnt(300), "nor has one that wants none");
}

#[test]
fn a_pack_says_what_is_bought_again_only_where_the_shop_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let catalog = "id,title,price,product_type\n1,Tea,1.00 CNY,Food > Tea\n2,Lamp,9.00 CNY,Home\n";
    fs::write(dir.path().join("catalog.csv"), catalog).expect("written");
    let section = |settings: &str| -> Result<Option<Vec<u8>>, nearshelf::error::Error> {
        fs::write(dir.path().join("shop.toml"), settings).expect("written");
        let pack = Pack::open(build(&read(dir.path()), &Options::default(), &Silent)?)?;
        Ok(pack.section(Tag::SHELF, 0).map(<[u8]>::to_vec))
    };
    assert_eq!(section("").expect("defaults"), None);
    // Categories are sorted: Food, Food > Tea, Home.
    let tea = section("[shelf]\nrepeat_purchase = [\"Food > Tea\"]").expect("one").expect("a section");
    assert_eq!(tea, [1, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(section("[shelf]\nrepeat_purchase = []").expect("none"), Some(vec![0; 4]));
    let wrong = section("[shelf]\nrepeat_purchase = [\"Foot\"]").expect_err("misspelt");
    assert!(wrong.code() == "bad_config" && wrong.detail().contains("Foot"));
}

#[test]
fn stores_and_days_come_from_the_catalogue_and_where_a_shop_wants_it_from_the_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("written");
    let rows = "1,a,Tea,kiln,2026-03-02\n2,a,Tea,,2026-03-01T23:00:00-05:00\n3,,Lamp,,\n4,,Cup,harbour,\n5,,Pot,,\n";
    write("catalog.csv", &format!("id,item_group_id,title,external_seller_id,availability_date\n{rows}"));
    // Day 20000 is the log's first; two shoppers each, `4` by the same one twice, and `5` again at the end.
    let step = |item: u32, user: u32, day: u64| format!("{item},{},u{user},view_item\n", day * 86_400 + 50);
    let steps = [
        (1, 1, 20_000),
        (3, 1, 20_001),
        (3, 2, 20_040),
        (4, 1, 20_050),
        (4, 1, 20_060),
        (5, 1, 20_002),
        (5, 2, 20_003),
    ];
    let log: String = steps.iter().map(|(item, user, day)| step(*item, *user, *day)).collect();
    write("interactions.csv", &format!("item_id,timestamp,user_id,event\n{log}"));
    let facts = |settings: &str| {
        write("shop.toml", settings);
        let options = Options { min_support: Some(2), ..Options::default() };
        let shelf = Engine::open(build(&read(dir.path()), &options, &Silent).expect("a pack")).expect("a shelf");
        let c = shelf.catalog();
        ["a", "3", "4", "5"].map(|id| {
            let row = c.find(id).expect(id).row;
            (c.store(row).map_or(String::new(), |s| c.store_name(s).to_string()), c.since(row))
        })
    };
    // 2 March 2026 is day 20514; of two variants the earlier counts, in UTC.
    let of = |days: [u32; 4]| ["kiln", "", "harbour", ""].map(String::from).into_iter().zip(days).collect::<Vec<_>>();
    assert_eq!(facts("").to_vec(), of([20_514, 0, 0, 0]));
    let told = facts("[arrivals]\nfrom_log = true\n");
    assert_eq!(told.to_vec(), of([20_514, 20_040, 0, 0]), "by the second shopper, and not in the log's first 30 days");
    let early = facts("[arrivals]\nfrom_log = true\ndays = 3\n");
    assert_eq!(early.to_vec(), of([20_514, 20_040, 0, 20_003]));
    // A column of another name, and one date that is none: its row is told of, and the others stay.
    let other = "1,2026-03-02,kiln\n2,soon,kiln\n";
    write("catalog.csv", &format!("id,here_since,partner\n{other}"));
    write("shop.toml", "[columns]\nstore = \"partner\"\navailability_date = \"here_since\"\n");
    let shop = read(dir.path());
    assert_eq!(shop.rejects.rows().iter().filter(|r| format!("{r:?}").contains("a date that is none")).count(), 1);
    let one = shop.products.iter().find(|p| p.id == "1").expect("the good row");
    assert_eq!((one.store.as_str(), one.since), ("kiln", 20_514));
}

#[test]
fn what_a_pack_says_is_bought_together_is_what_the_log_holds_and_has_k_shoppers() {
    let shop = read(Path::new(SAMPLE));
    // The sample's orders support no pair with five shoppers, so that visits are counted; with one they do.
    for (min_support, purchases) in [(None, false), (Some(1), true)] {
        let bytes = build(&shop, &Options { min_support, ..Options::default() }, &Silent).expect("a pack");
        let shelf = Engine::open(bytes).expect("a shelf");
        let pack = shelf.catalog().pack();
        let found = recount(&shop, &shelf, purchases);
        assert!(found > 5, "{found} pairs");
        for (key, name) in [(0, "Recommended for you"), (1, "为你推荐")] {
            let names = pack.section(Tag::SLOT, key).expect("names of slots");
            assert!(names.windows(name.len()).any(|w| w == name.as_bytes()), "{name}");
        }
    }
}

/// Holds a pack's counts against the log, counted anew in the plainest way. How many pairs there are.
fn recount(shop: &Shop, shelf: &Engine, purchases: bool) -> usize {
    use nearshelf::event::EventKind;
    use nearshelf::id::Row;
    use nearshelf::rank::Associations;
    use std::collections::{BTreeMap, BTreeSet};
    let c = shelf.catalog();
    let all = Associations::open(c.pack(), c.len()).expect("a section");
    assert_eq!(all.are_of_purchases(c.pack()), purchases);
    let mut baskets = 0;
    let mut pairs: BTreeMap<(Row, Row), (u32, BTreeSet<u32>)> = BTreeMap::new();
    let mut of: BTreeMap<Row, u32> = BTreeMap::new();
    for s in &shop.log.sessions {
        let steps = s.steps.iter().filter(|x| !purchases || x.kind == EventKind::Purchase);
        let rows: BTreeSet<Row> =
            steps.map(|x| c.find(&shop.products[x.product as usize].id).expect("a product").row).collect();
        baskets += usize::from(!rows.is_empty());
        for a in &rows {
            *of.entry(*a).or_default() += 1;
            for b in rows.iter().filter(|b| *b != a) {
                let pair = pairs.entry((*a, *b)).or_default();
                pair.0 += 1;
                pair.1.insert(s.shopper);
            }
        }
    }
    let mut found = 0;
    for row in (0..c.len() as u32).map(Row) {
        all.each(c.pack(), row, &mut |other, a| {
            found += 1;
            let (count, shoppers) = &pairs[&(row, other)];
            assert_eq!((a.count, a.of, a.with, a.baskets as usize), (*count, of[&row], of[&other], baskets));
            assert!(shoppers.len() >= c.support() as usize && a.count >= shop.together.min_count && a.lift() > 1.0);
        });
    }
    found
}

//! A frozen programme and a frozen ledger.

use nearshelf::codec::Reader;
use nearshelf::member::{self, Ledger, Program, state};
use nearshelf::time::Millis;

/// The section of the sample shop as it was then.
const SECTION: &[u8] = include_bytes!("loyalty-v1.section");
/// A member with an entry of every kind, open and closed.
const LEDGER: &[u8] = include_bytes!("ledger-v1.ledger");

fn programme() -> Program {
    Program::read(Reader::new(SECTION).bytes()).expect("programme 1")
}

#[test]
fn loyalty_1_is_read() {
    let p = programme();
    assert_eq!((p.zone, p.period, p.keep, p.down), (480, 12, 70, 1));
    assert_eq!(p.levels.iter().map(|l| l.growth).collect::<Vec<_>>(), [0, 800, 3_000, 9_000]);
    assert_eq!((p.tasks.len(), p.redeem.len(), p.benefits.len(), p.birthday), (5, 6, 12, (100, 30)));
    assert_eq!((p.pending, p.expire, p.month_end, p.smallest), (7, 12, true, 700));
    assert_eq!(p.write(), Reader::new(SECTION).bytes(), "read and written alike");
}

#[test]
fn ledger_1_is_read() {
    #[cfg(feature = "cli")]
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        freeze();
        return;
    }
    let ledger = Ledger::read(LEDGER).expect("ledger 1");
    assert_eq!(ledger.write(), LEDGER, "read and written alike");
    let s = state(&programme(), &ledger, Millis(1_774_000_000_000));
    assert_eq!((s.level, s.growth, s.growth_claim, s.points, s.points_claim), (2, 3_497, 0, 27_550, 0));
    assert_eq!((s.open, s.birth, ledger.base.known.len(), ledger.stated > 0), (11, 520, 4, true));
    let kinds: std::collections::BTreeSet<member::Kind> = ledger.facts.iter().map(|f| f.what.kind()).collect();
    assert_eq!(kinds.len(), 9, "all that are facts: {kinds:?}");
}

#[cfg(feature = "cli")]
fn freeze() {
    use nearshelf::member::{apply, json as edge, reconcile};
    use serde_json::json;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/");
    let shop = serde_json::from_str(include_str!("../../www-demo/shop/loyalty.json")).expect("JSON");
    let languages = ["en".to_string(), "zh-CN".to_string()];
    let section = edge::section(&shop, 480, &languages).expect("the sample");
    std::fs::write(format!("{folder}loyalty-v1.section"), &section).expect("written");
    let p = Program::read(Reader::new(&section).bytes()).expect("programme 1");
    let day = |d: i64| Millis(1_770_000_000_000 + d * 86_400_000);
    let mut ledger = Ledger::default();
    let old = json!([
        { "type": "delivered", "order": "A", "paid": 310_000 },
        { "type": "task", "task": "invite-a-friend", "subject": "f", "id": "i" }, { "type": "task", "task": "complete-profile", "id": "p" },
        { "type": "active", "event": "purchase" },
    ]);
    apply(&p, &mut ledger, day(0), &edge::entries(&old).expect("entries"));
    ledger.close(&p, state(&p, &ledger, day(0)).day);
    let sums = json!({ "at": day(9).0, "sums": { "points": 31_500 } });
    reconcile(&p, &mut ledger, day(9), &edge::statement(&sums).expect("a statement"));
    let new = json!([
        { "type": "delivered", "order": "B", "paid": 20_000 }, { "type": "paid", "order": "C", "paid": 5_000 },
        { "type": "returned", "order": "B", "id": "r", "amount": 2_500 },
        { "type": "task", "task": "answer-survey", "subject": "s", "id": "t" },
        { "type": "active", "event": "purchase" }, { "type": "birthday", "birthday": "05-20" },
        { "type": "redeem", "redeem": "free-delivery", "id": "u" }, { "type": "redeem", "redeem": "growth-to-points", "id": "v" },
        { "type": "spend", "points": 700, "id": "w" }, { "type": "undo", "of": "v" },
    ]);
    let outcomes = apply(&p, &mut ledger, day(10), &edge::entries(&new).expect("entries"));
    assert!(outcomes.iter().all(|o| o.status != member::Status::Refused), "{outcomes:?}");
    // The birthday is not then, so a fact of one is told by a statement that knows it.
    ledger.base.birthday = member::from_civil(2025, 2, 1);
    let had = json!([{ "type": "birthday", "birthday": "02-12" }, { "type": "birthday", "birthday": "05-20" }]);
    apply(&p, &mut ledger, day(10), &edge::entries(&had).expect("entries"));
    std::fs::write(format!("{folder}ledger-v1.ledger"), ledger.write()).expect("written");
}

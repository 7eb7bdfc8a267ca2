//! Private reports: a schema and a ledger that were changed, the ledger with a right checksum, and reports of any bytes. What is read promises what it
//! keeps, and comes back as it was; what is answered is read again; and a lifetime holds.

use super::Choices;
use nearshelf::id::Key;
use nearshelf::privacy::consent::Consent;
use nearshelf::privacy::ledger::{Ledger, Lifetime, Turn};
use nearshelf::privacy::noise::Epsilon;
use nearshelf::report::{NoisedReport, ReportSchema, of_epoch};
use nearshelf::time::{DAY, Millis};
use twox_hash::XxHash64;

const SCHEMAS: [&[u8]; 2] =
    [include_bytes!("../compat/report-schema-v1.record"), include_bytes!("../compat/report-schema-v2.record")];
const LEDGERS: [&[u8]; 4] = [
    include_bytes!("../compat/spending-v1.record"),
    include_bytes!("../compat/spending-v2.record"),
    include_bytes!("../compat/spending-v1.mark"),
    include_bytes!("../compat/spending-v2.mark"),
];
/// The week of the frozen ledgers.
const WEEK: i64 = 2959;

/// Bytes with some of them changed.
fn changed(seed: &[u8], c: &mut Choices<'_>) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..c.number(1) % 6 {
        let at = c.number(2) as usize % bytes.len().max(1);
        match c.number(1) % 5 {
            0 if at < bytes.len() => bytes[at] = c.number(1) as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << (c.number(1) % 8),
            2 => bytes.insert(at, c.number(1) as u8),
            3 => bytes.truncate(at),
            _ => drop((at < bytes.len()).then(|| bytes.remove(at))),
        }
    }
    bytes
}

/// A schema, a ledger and a report, and what comes of them.
pub(crate) fn reports(data: &[u8]) {
    let mut c = Choices(data);
    let schema = changed(SCHEMAS[c.number(1) as usize % SCHEMAS.len()], &mut c);
    let schema = ReportSchema::decode(&schema).ok();
    if let Some(schema) = &schema {
        assert_eq!(ReportSchema::decode(&schema.encode()).as_ref(), Ok(schema), "a schema comes back as it was");
        assert!(schema.epsilon() <= Epsilon::MOST);
        assert!(schema.metrics().iter().all(|m| m.noise().loss_within(schema.epsilon())), "it keeps its promise");
    }

    let mut ledger = changed(LEDGERS[c.number(1) as usize % LEDGERS.len()], &mut c);
    if c.number(1) % 8 > 0 && ledger.len() >= 8 {
        let body = ledger.len() - 8;
        let sum = XxHash64::oneshot(0, &ledger[..body]);
        ledger[body..].copy_from_slice(&sum.to_le_bytes());
    }
    let now = Millis((WEEK + i64::from(c.number(1) % 4) - 1) * 7 * DAY);
    let mut ledger = Ledger::restore(&ledger).unwrap_or_else(|_| Ledger::unreadable(now, &ledger));
    let listed: u64 = ledger.spent().iter().map(|s| u64::from(s.epsilon.millionths())).sum();
    assert!(listed <= u64::from(ledger.total()), "no more is listed than was spent");
    assert_eq!(Ledger::restore(&ledger.snapshot()).as_ref(), Ok(&ledger), "a ledger comes back as it was");

    let ok = Consent::all().may_report().expect("granted");
    let lifetime = Lifetime::from_millionths(c.number(4)).unwrap_or_default();
    if let Some(schema) = &schema {
        let seed = c.number(4);
        let mut host = |bytes: &mut [u8]| {
            let mut x = u64::from(seed) | 1 << 40;
            bytes.iter_mut().for_each(|b| {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                *b = (x >> 24) as u8;
            });
            Ok(())
        };
        let (before, truth) = (ledger.total(), Key(u64::from(c.number(2))));
        let first = of_epoch(&ok, &mut ledger, (schema, lifetime), now, &mut host, |_| Some(truth));
        if ledger.total() > before {
            assert!(ledger.total() <= lifetime.millionths(), "a lifetime holds");
        }
        if let Ok(report) = first {
            assert_eq!(NoisedReport::read(&report.bytes()).as_ref(), Ok(&report));
            let again = of_epoch(&ok, &mut ledger, (schema, lifetime), now, &mut host, |_| None);
            assert_eq!(again, Ok(report), "the same answer until the week ends");
        }
    }
    let total = ledger.total();
    ledger.withdraw(now);
    assert!(ledger.spent().is_empty() && ledger.total() == total && ledger.snapshot().len() <= 18);
    assert!(!matches!(ledger.turn(&ok, now, Epsilon::LEAST, lifetime), Ok(Turn::Remembered(_))), "no answer is left");
    ledger.forget(now);
    assert!(ledger.snapshot().len() <= 16);

    if let Ok(report) = NoisedReport::read(c.0) {
        assert_eq!(NoisedReport::read(&report.bytes()).as_ref(), Ok(&report));
        // The first layout was as long as its answer.
        assert!(c.0[0] == 1 || report.bytes() == c.0, "a report has one form");
    }
}

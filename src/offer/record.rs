//! Promotions as the pack carries them: a compact record, read without trust.

use super::invalid::Invalid;
use super::promotion::{
    Basis, Conditions, Daily, Gift, Kind, Off, Offers, Points, Promotion, Reach, Scope, Stacking, Stage, Step,
    UnitPrice,
};
use crate::codec::{Malformed, Reader, Writer};
use crate::list::Gather;
use crate::money::Minor;
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// The record's version.
const RECORD: u8 = 1;

type Read<T> = Result<T, Malformed>;

impl Offers {
    /// The promotions as a record.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(RECORD);
        w.count(self.list().len());
        self.list().iter().for_each(|p| write_promotion(&mut w, p));
        w.finish()
    }

    /// The promotions of a record.
    ///
    /// # Errors
    ///
    /// When the record is cut, of another version, has bytes left over, or holds a promotion that [`Offers::new`] refuses.
    pub fn read(bytes: &[u8]) -> Read<Offers> {
        let mut r = Reader::new(bytes);
        if r.u8() != RECORD {
            return Err(Malformed);
        }
        let mut offers = Offers::default();
        for _ in 0..r.count(12) {
            let p = read_promotion(&mut r);
            offers.push(p).map_err(|_: Invalid| Malformed)?;
        }
        r.end()?;
        Ok(offers)
    }
}

/// Says of each optional field whether it is there, by a bit, in the order of writing.
struct Flags(u32, u32);

impl Flags {
    fn next(&mut self) -> bool {
        let here = self.0 & self.1 != 0;
        self.1 <<= 1;
        here
    }
}

fn flags(bits: &[bool]) -> u32 {
    bits.iter().enumerate().map(|(i, b)| u32::from(*b) << i).sum()
}

fn write_promotion(w: &mut Writer, p: &Promotion) {
    let (c, s) = (&p.when, &p.stacking);
    text(w, &p.id);
    let optional = [
        p.exclude_discounted,
        s.exclusive,
        c.new_customer,
        p.priority != 0,
        p.min_qty != 0,
        p.threshold.is_some(),
        p.cap.is_some(),
        p.budget_left.is_some(),
        c.start.is_some(),
        c.end.is_some(),
        c.daily.is_some(),
        c.tiers_allowed.is_some(),
        c.birthday.is_some(),
        c.code.is_some(),
        c.limit_per_customer.is_some(),
        c.limit_total.is_some(),
        c.group_size.is_some(),
        s.group.is_some(),
        !s.excludes.is_empty(),
        p.scope != Scope::default(),
    ];
    w.u32(flags(&optional));
    w.u8(p.stage as u8 | (p.basis as u8) << 4);
    if p.priority != 0 {
        number(w, p.priority);
    }
    if p.min_qty != 0 {
        number(w, p.min_qty);
    }
    let amounts = [p.threshold, p.cap, p.budget_left].into_iter().flatten().map(|m| m.0);
    amounts.chain([c.start, c.end].into_iter().flatten().map(|t| t.0)).for_each(|v| number(w, v));
    if let Some(d) = c.daily {
        w.u16(d.from);
        w.u16(d.to);
        w.i32(d.utc_offset_min);
    }
    if let Some(tiers) = &c.tiers_allowed {
        texts(w, tiers);
    }
    if let Some(offset) = c.birthday {
        w.i32(offset);
    }
    if let Some(code) = &c.code {
        text(w, code);
    }
    let total = c.limit_total.map(|t| [t.0, t.1]).into_iter().flatten();
    c.limit_per_customer.into_iter().chain(total).chain(c.group_size).for_each(|v| number(w, v));
    if let Some(group) = &s.group {
        text(w, group);
    }
    if !s.excludes.is_empty() {
        texts(w, &s.excludes);
    }
    if p.scope != Scope::default() {
        write_scope(w, &p.scope);
    }
    write_kind(w, &p.kind);
}

fn read_promotion(r: &mut Reader<'_>) -> Promotion {
    let id = read_text(r);
    let bits = r.u32();
    if bits >> 20 != 0 {
        r.fail();
    }
    let mut has = Flags(bits, 1);
    let (exclude_discounted, exclusive, new_customer) = (has.next(), has.next(), has.next());
    let place = r.u8();
    let stage = r.some(Stage::ALL.get(usize::from(place & 15)).copied());
    let basis = r.some([Basis::Running, Basis::Item, Basis::List].get(usize::from(place >> 4)).copied());
    let priority = if has.next() { read_number(r) } else { 0 };
    let min_qty = if has.next() { read_number(r) } else { 0 };
    let mut optional = || has.next().then(|| read_number(r));
    let (threshold, cap, budget_left) = (optional(), optional(), optional());
    let (start, end) = (optional().map(Millis), optional().map(Millis));
    let daily = has.next().then(|| read_daily(r));
    let tiers_allowed = has.next().then(|| read_texts(r));
    let birthday = has.next().then(|| r.i32());
    let code = has.next().then(|| read_text(r));
    let limit_per_customer = has.next().then(|| read_number(r));
    let limit_total = has.next().then(|| (read_number(r), read_number(r)));
    let group_size = has.next().then(|| read_number(r));
    let group = has.next().then(|| read_text(r));
    let excludes = if has.next() { read_texts(r) } else { Vec::new() };
    let scope = if has.next() { read_scope(r) } else { Scope::default() };
    let when = Conditions {
        start,
        end,
        daily,
        tiers_allowed,
        new_customer,
        birthday,
        code,
        limit_per_customer,
        limit_total,
        group_size,
    };
    Promotion {
        id,
        kind: read_kind(r),
        stage,
        priority,
        scope,
        exclude_discounted,
        basis,
        threshold: threshold.map(Minor),
        min_qty,
        cap: cap.map(Minor),
        budget_left: budget_left.map(Minor),
        when,
        stacking: Stacking { exclusive, group, excludes },
    }
}

fn read_daily(r: &mut Reader<'_>) -> Daily {
    let d = Daily { from: r.u16(), to: r.u16(), utc_offset_min: r.i32() };
    if d.from >= 1_440 || d.to > 1_440 {
        r.fail();
    }
    d
}

fn write_scope(w: &mut Writer, s: &Scope) {
    let asked = [&s.skus, &s.stores, &s.categories, &s.tags];
    w.u8(asked.iter().enumerate().map(|(i, list)| u8::from(list.is_some()) << i).sum());
    asked.into_iter().flatten().for_each(|list| texts(w, list));
    texts(w, &s.exclude_skus);
    texts(w, &s.exclude_tags);
}

fn read_scope(r: &mut Reader<'_>) -> Scope {
    let asked = r.u8();
    if asked >> 4 != 0 {
        r.fail();
    }
    let mut list = |bit: u8| (asked >> bit & 1 == 1).then(|| read_texts(r));
    let (skus, stores, categories, tags) = (list(0), list(1), list(2), list(3));
    Scope { skus, stores, categories, tags, exclude_skus: read_texts(r), exclude_tags: read_texts(r) }
}

fn write_kind(w: &mut Writer, kind: &Kind) {
    match kind {
        Kind::Percent { bp } => numbers(w, 0, &[*bp]),
        Kind::Fixed { amount } => numbers(w, 1, &[amount.0]),
        Kind::Every { threshold, amount, max_times } => {
            numbers(w, 2, &[threshold.0, amount.0]);
            most(w, *max_times);
        }
        Kind::Tiers(steps) => {
            w.u8(3);
            w.count(steps.len());
            for step in steps {
                let (by_units, at) = match step.at {
                    Reach::Amount(t) => (0, t.0),
                    Reach::Units(n) => (1, n),
                };
                let (percent, off) = match step.off {
                    Off::Amount(a) => (0, a.0),
                    Off::Percent(bp) => (2, bp),
                };
                numbers(w, by_units | percent, &[at, off]);
            }
        }
        Kind::Nth { n, bp, max_times } => {
            numbers(w, 4, &[*n, *bp]);
            most(w, *max_times);
        }
        Kind::Bxgy { buy, get, get_scope, bp, max_times } => {
            numbers(w, 5, &[*buy, *get, *bp]);
            most(w, *max_times);
            w.u8(u8::from(get_scope.is_some()));
            if let Some(s) = get_scope {
                write_scope(w, s);
            }
        }
        Kind::Bundle { items, price, max_times } => {
            numbers(w, 6, &[price.0]);
            most(w, *max_times);
            pairs(w, items.iter().map(|(sku, qty)| (sku, *qty)));
        }
        Kind::UnitPrice { prices, max_units } => {
            w.u8(7);
            most(w, *max_units);
            pairs(w, prices.iter().map(|p| (&p.sku, p.price.0)));
        }
        Kind::Gift { gift, repeat, max_times } => {
            numbers(w, 8, &[gift.qty, gift.value.0]);
            w.u8(u8::from(*repeat));
            most(w, *max_times);
            text(w, &gift.sku);
        }
        Kind::Shipping { amount } => {
            w.u8(9);
            most(w, amount.map(|a| a.0));
        }
        Kind::Points(p) => numbers(w, 10, &[p.per_cent, p.max_bp]),
    }
}

fn read_kind(r: &mut Reader<'_>) -> Kind {
    match r.u8() {
        0 => Kind::Percent { bp: read_number(r) },
        1 => Kind::Fixed { amount: Minor(read_number(r)) },
        2 => {
            let (threshold, amount) = (Minor(read_number(r)), Minor(read_number(r)));
            Kind::Every { threshold, amount, max_times: read_most(r) }
        }
        3 => {
            let mut steps = Vec::new();
            for _ in 0..r.count(3) {
                steps.push(read_step(r));
            }
            Kind::Tiers(steps)
        }
        4 => Kind::Nth { n: read_number(r), bp: read_number(r), max_times: read_most(r) },
        5 => {
            let (buy, get, bp) = (read_number(r), read_number(r), read_number(r));
            let max_times = read_most(r);
            let get_scope = r.bool().then(|| read_scope(r));
            Kind::Bxgy { buy, get, get_scope, bp, max_times }
        }
        6 => {
            let (price, max_times) = (Minor(read_number(r)), read_most(r));
            Kind::Bundle { items: read_pairs(r), price, max_times }
        }
        7 => {
            let max_units = read_most(r);
            let price = |(sku, price)| UnitPrice { sku, price: Minor(price) };
            Kind::UnitPrice { prices: read_pairs(r).into_iter().map(price).gather(), max_units }
        }
        8 => {
            let (qty, value, repeat) = (read_number(r), Minor(read_number(r)), r.bool());
            let max_times = read_most(r);
            Kind::Gift { gift: Gift { sku: read_text(r), qty, value }, repeat, max_times }
        }
        9 => Kind::Shipping { amount: read_most(r).map(Minor) },
        10 => Kind::Points(Points { per_cent: read_number(r), max_bp: read_number(r) }),
        _ => {
            r.fail();
            Kind::Fixed { amount: Minor(0) }
        }
    }
}

fn read_step(r: &mut Reader<'_>) -> Step {
    let how = r.u8();
    let (at, off) = (read_number(r), read_number(r));
    Step {
        at: if how & 1 == 0 { Reach::Amount(Minor(at)) } else { Reach::Units(at) },
        off: if how & 2 == 0 { Off::Amount(Minor(off)) } else { Off::Percent(off) },
    }
}

/// A number: how many bytes it needs, then those, lowest first.
fn number(w: &mut Writer, v: i64) {
    let folded = ((v << 1) ^ (v >> 63)) as u64;
    let bytes = folded.to_le_bytes();
    let length = 8 - folded.leading_zeros() as usize / 8;
    w.u8(length as u8);
    bytes[..length].iter().for_each(|b| w.u8(*b));
}

fn read_number(r: &mut Reader<'_>) -> i64 {
    let length = r.u8();
    if length > 8 {
        r.fail();
    }
    let folded = r.number(usize::from(length));
    (folded >> 1) as i64 ^ -((folded & 1) as i64)
}

fn numbers(w: &mut Writer, head: u8, list: &[i64]) {
    w.u8(head);
    list.iter().for_each(|v| number(w, *v));
}

/// An optional number.
fn most(w: &mut Writer, v: Option<i64>) {
    w.u8(u8::from(v.is_some()));
    if let Some(v) = v {
        number(w, v);
    }
}

fn read_most(r: &mut Reader<'_>) -> Option<i64> {
    r.bool().then(|| read_number(r))
}

fn text(w: &mut Writer, s: &str) {
    w.str(s);
}

fn read_text(r: &mut Reader<'_>) -> String {
    r.str().into()
}

fn texts(w: &mut Writer, list: &[String]) {
    w.count(list.len());
    list.iter().for_each(|s| text(w, s));
}

fn read_texts(r: &mut Reader<'_>) -> Vec<String> {
    let mut list = Vec::new();
    for _ in 0..r.count(4) {
        list.push(read_text(r));
    }
    list
}

fn pairs<'a>(w: &mut Writer, list: impl ExactSizeIterator<Item = (&'a String, i64)>) {
    w.count(list.len());
    for (key, v) in list {
        text(w, key);
        number(w, v);
    }
}

fn read_pairs(r: &mut Reader<'_>) -> Vec<(String, i64)> {
    let mut list = Vec::new();
    for _ in 0..r.count(5) {
        list.push((read_text(r), read_number(r)));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn every_kind() -> Vec<Kind> {
        let m = Minor;
        let scope = Scope { tags: Some(vec!["new".into()]), exclude_skus: vec!["x".into()], ..Scope::default() };
        let step = |at, off| Step { at, off };
        let steps = vec![
            step(Reach::Amount(m(9_900)), Off::Amount(m(500))),
            step(Reach::Units(4), Off::Percent(2_500)),
            step(Reach::Amount(m(1 << 53)), Off::Percent(1)),
        ];
        vec![
            Kind::Percent { bp: 1_500 },
            Kind::Fixed { amount: m(0) },
            Kind::Every { threshold: m(300), amount: m(50), max_times: Some(3) },
            Kind::Tiers(steps),
            Kind::Nth { n: 2, bp: 5_000, max_times: None },
            Kind::Bxgy { buy: 2, get: 1, get_scope: Some(scope), bp: 10_000, max_times: Some(1) },
            Kind::Bxgy { buy: 2, get: 1, get_scope: None, bp: 10_000, max_times: None },
            Kind::Bundle { items: vec![("A".into(), 1), ("猫".into(), 2)], price: m(6_500), max_times: None },
            Kind::UnitPrice { prices: vec![UnitPrice { sku: "A".into(), price: m(8_800) }], max_units: Some(2) },
            Kind::Gift { gift: Gift { sku: "G".into(), qty: 1, value: m(2_900) }, repeat: true, max_times: Some(9) },
            Kind::Shipping { amount: Some(m(800)) },
            Kind::Points(Points { per_cent: 10, max_bp: 3_000 }),
        ]
    }

    fn all() -> Offers {
        let mut offers = Offers::default();
        for (i, kind) in every_kind().into_iter().enumerate() {
            offers.push(Promotion::new(&format!("plain {i}"), kind.clone())).expect("sound");
            let full = Promotion {
                stage: Stage::ALL[i % 5],
                priority: -3,
                scope: Scope { skus: Some(vec![]), categories: Some(vec!["a/b".into()]), ..Scope::default() },
                exclude_discounted: true,
                basis: [Basis::Running, Basis::Item, Basis::List][i % 3],
                threshold: Some(Minor(1)),
                min_qty: 2,
                cap: Some(Minor(300)),
                budget_left: Some(Minor(0)),
                when: Conditions {
                    start: Some(Millis(-5)),
                    end: Some(Millis(i64::MAX)),
                    daily: Some(Daily { from: 1_200, to: 1_440, utc_offset_min: -480 }),
                    tiers_allowed: Some(vec!["gold".into()]),
                    new_customer: true,
                    birthday: Some(480),
                    code: Some("CODE".into()),
                    limit_per_customer: Some(1),
                    limit_total: Some((100, 7)),
                    group_size: Some(3),
                },
                stacking: Stacking { exclusive: true, group: Some("g".into()), excludes: vec!["x".into()] },
                ..Promotion::new(&format!("full {i}"), kind)
            };
            offers.push(full).expect("sound");
        }
        offers
    }

    #[test]
    fn promotions_survive_the_record() {
        let offers = all();
        let bytes = offers.write();
        assert_eq!(Offers::read(&bytes), Ok(offers));
        assert_eq!(Offers::read(&Offers::default().write()), Ok(Offers::default()));
        assert!(bytes.len() < 24 * 120, "{} bytes for 24 promotions", bytes.len());
    }

    #[test]
    fn every_cut_is_refused_and_a_changed_byte_never_panics() {
        let bytes = all().write();
        for cut in 0..bytes.len() {
            assert_eq!(Offers::read(&bytes[..cut]), Err(Malformed), "cut at {cut}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(Offers::read(&longer), Err(Malformed));
        for at in 0..bytes.len() {
            for v in [0, 1, 0x7F, 0x80, 0xFF] {
                let mut bad = bytes.clone();
                bad[at] = v;
                // What is read must be sound enough to be written again.
                if let Ok(read) = Offers::read(&bad) {
                    assert_eq!(Offers::read(&read.write()), Ok(read));
                }
            }
        }
    }

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        for v in [0, 1, -1, 127, 128, 9_900, i64::MAX, i64::MIN] {
            let mut w = Writer::new();
            number(&mut w, v);
            let bytes = w.finish();
            let mut r = Reader::new(&bytes);
            assert_eq!((read_number(&mut r), r.end()), (v, Ok(())));
        }
        let mut r = Reader::new(&[9, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!((read_number(&mut r), r.check()), (0, Err(Malformed)));
    }
}

//! The one table of calls below both hosts: bytes in, bytes out. `manual/boundary.md` is its description.

use super::{catalogue, checkout, insight, invite, reporting, verify};
use crate::catalog::Price;
use crate::codec::{Malformed, Reader, Writer};
use crate::engine::{Arranged, ClusterView, Engine, RawDescription, RawOrder, Request, Shelf, TraitView};
use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use crate::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use crate::id::Row;
use crate::list::Gather;
use crate::money::Minor;
use crate::privacy::consent::{Consent, Tri};
use crate::rank::{Node, Stage, Subject};
use crate::text::{concat, decimal};
use crate::time::Millis;
use alloc::vec::Vec;

pub(super) const NO_ROW: u32 = u32::MAX;
/// The number of the call `nearest`, which only builds with vectors have.
const NEAREST: u32 = 29;
/// The number of the call `rehearse`.
const REHEARSE: u32 = 37;
/// The number of the call `verify`, which no shelf answers.
const VERIFY: u32 = 67;
/// The open shelves of one wasm instance, by handle.
#[derive(Debug, Default)]
pub struct Table {
    shelves: Vec<Option<Engine>>,
    insight: insight::Kept,
}

impl From<Malformed> for Error {
    #[cold]
    #[inline(never)]
    fn from(_: Malformed) -> Error {
        Error::new(Code::BadRequest, "the request's bytes do not fit the call.")
    }
}

impl Table {
    /// A table without shelves.
    pub const fn new() -> Table {
        Table { shelves: Vec::new(), insight: None }
    }

    /// One call. Whatever the bytes are, it answers.
    ///
    /// # Example: an unknown call is an answer, not a trap
    ///
    /// ```
    /// let mut table = nearshelf::wasm::dispatch::Table::default();
    /// let answer = table.call(999, &[1, 2, 3]);
    /// assert_eq!(answer[0], 1);
    /// assert_eq!(&answer[5..17], b"unknown_call");
    /// ```
    pub fn call(&mut self, op: u32, request: &[u8]) -> Vec<u8> {
        let mut out = Writer::new();
        out.u8(0);
        match self.run(op, &mut Reader::new(request), &mut out) {
            Ok(()) => out.finish(),
            Err(e) => {
                let mut out = Writer::new();
                out.u8(1);
                out.str(e.code());
                out.str(e.detail());
                out.str(e.fix());
                out.finish()
            }
        }
    }

    fn run(&mut self, op: u32, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
        if op == 1 {
            return self.open(r, out);
        }
        if op == VERIFY {
            return core::hint::black_box(verify::part as verify::Part)(true, r, out);
        }
        let there = matches!(op, 2..=33 | REHEARSE | 45..=51 | 56..=63 | 76 | 77 | 80..=82 | 90..=92)
            && (cfg!(feature = "vectors") || op != NEAREST);
        if !there {
            return Err(Error::told(Code::UnknownCall, || {
                concat(&["this core has no call ", &decimal(op.into()), "."])
            }));
        }
        let handle = r.u32() as usize;
        r.check()?;
        let slot = handle.checked_sub(1).and_then(|i| self.shelves.get_mut(i));
        let gone = || Error::new(Code::UnknownShelf, "no shelf has this handle.");
        let slot = slot.ok_or_else(gone)?;
        let shelf = slot.as_mut().ok_or_else(gone)?;
        match op {
            2 => {
                r.end()?;
                *slot = None;
                Ok(())
            }
            3 => track(shelf, r, out),
            4 => recommend(shelf, r, out),
            5 => rank(shelf, r, out),
            6 => why(shelf, r, out),
            7 => why_not(shelf, r, out),
            8 => catalogue::products(shelf, r, out),
            9 => portrait(shelf, r, out),
            10 => set_consent(shelf, r),
            11 => diagnostics(shelf, r, out),
            12 => snapshot(shelf, r, out),
            13 => restore(shelf, r),
            14 => forget(shelf, r),
            15 => set_view(shelf, r, out, handle as u32),
            16 => catalogue::find(shelf, r, out),
            17 => catalogue::page(shelf, r, out),
            18 => catalogue::categories(shelf, r, out),
            19 => seal(shelf, r, out),
            20 => unseal(shelf, r),
            21 => identify(shelf, r, out),
            22 => sign_out(shelf, r),
            23 => sync_orders(shelf, r, out),
            // Behind a pointer that no optimizer follows, so that the web build can load it later: manual/parts.md.
            24..=26 | 76 => core::hint::black_box(checkout::part as checkout::Part)(op, shelf, r, out),
            27 => core::hint::black_box(reporting::part as reporting::Part)(shelf, r, out),
            28 => reporting::withdraw(r, out),
            #[cfg(feature = "vectors")]
            NEAREST => catalogue::nearest(shelf, r, out),
            30 => catalogue::attach(shelf, r, out, handle as u32),
            31 => catalogue::wanted(shelf, r, out),
            45..=51 | 56..=58 | 61..=63 | 77 | 90..=92 => {
                core::hint::black_box(insight::part as insight::Part)(op, &mut self.insight, shelf, r, out)
            }
            80..=82 => core::hint::black_box(invite::part as invite::Part)(op, shelf, r, out),
            32 | 33 => checkout::overlay(shelf, r, out, op == 32),
            59 => {
                r.end()?;
                let (ledger, visitor, visit) = shelf.ledgers();
                out.bytes(ledger);
                out.bytes(visitor);
                out.f64(visit.to_f64());
                Ok(())
            }
            60 => {
                let ledger = r.bytes();
                r.end()?;
                shelf.keep_ledger(ledger)
            }
            _ => {
                let on = r.bool();
                r.end()?;
                shelf.rehearse(on);
                Ok(())
            }
        }
    }

    fn open(&mut self, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
        let _now = time(r);
        let (market, language) = (r.str(), r.str());
        let consent = consent(r);
        let pack = r.bytes();
        r.end()?;
        #[cfg(feature = "vectors")]
        crate::rank::kernel::warm();
        let mut shelf = Engine::open(pack.to_vec())?;
        // A page in a language the pack does not have still gets its shelf; another market's prices would be wrong.
        let known = shelf.catalog().language_named(language).is_ok();
        shelf.set_view(market, if known { language } else { "" })?;
        shelf.set_consent(consent);
        let free = self.shelves.iter().position(Option::is_none);
        let i = free.unwrap_or(self.shelves.len());
        opened(&shelf, i as u32 + 1, out);
        if i == self.shelves.len() {
            self.shelves.push(Some(shelf));
        } else {
            self.shelves[i] = Some(shelf);
        }
        #[cfg(feature = "vectors")]
        self.warm_up(i);
        Ok(())
    }

    /// Makes the first call for what is nearest, among as many products as make JavaScriptCore compile the loop over them, and forgets the answer: a page's
    /// first query then finds its functions compiled, from the table of calls on. For hosts that compile where they run.
    #[cfg(feature = "vectors")]
    fn warm_up(&mut self, i: usize) {
        let reach = |table: &mut Table, products: usize| {
            let shelf = table.shelves.get_mut(i)?.as_mut()?;
            shelf.set_reach(products);
            let known = !shelf.catalog().is_empty();
            known.then(|| alloc::string::String::from(shelf.catalog().id(Row(0))))
        };
        let Some(id) = reach(self, 2048) else { return };
        let mut w = Writer::new();
        w.u32(i as u32 + 1);
        w.count(1);
        w.str(&id);
        w.u32(20);
        self.call(NEAREST, &w.finish());
        reach(self, usize::MAX);
    }
}

pub(super) fn opened(shelf: &Engine, handle: u32, out: &mut Writer) {
    let c = shelf.catalog();
    out.u32(handle);
    out.str(&c.pack().version());
    out.str(c.shop());
    out.str(&c.market().code);
    out.str(&c.market().currency);
    out.u8(c.market().exponent);
    out.str(c.language());
    out.count(c.len());
    checkout::overlay_state(shelf, out);
}

pub(super) fn time(r: &mut Reader<'_>) -> Millis {
    let ms = r.f64();
    r.some(Millis::from_f64(ms))
}

fn consent(r: &mut Reader<'_>) -> Consent {
    let mut tri = || {
        let byte = r.u8();
        r.some(Tri::from_byte(byte))
    };
    Consent { store: tri(), personalize: tri(), report: tri(), sensitive: tri() }
}

pub(super) fn strings<'a>(r: &mut Reader<'a>) -> Vec<&'a str> {
    (0..r.count(4)).map(|_| r.str()).gather()
}

fn track(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    let zone = zone(r);
    let count = r.count(25);
    let mut events = Vec::with_capacity(count);
    for _ in 0..count {
        let (name, event_id, at, _term) = (r.str(), r.str(), r.f64(), r.str());
        events.push(RawEvent { name, event_id, at, items: items(r), details: details(r, zone) });
    }
    r.end()?;
    let tracked = shelf.track(now, &events);
    out.u32(tracked.accepted);
    out.u32(tracked.dropped);
    out.u8(u8::from(tracked.accepted > 0));
    Ok(())
}

fn items<'a>(r: &mut Reader<'a>) -> Vec<RawItem<'a>> {
    let count = r.count(14);
    let mut items = Vec::with_capacity(count);
    for _ in 0..count {
        items.push(RawItem { id: r.str(), price: price(r), quantity: r.f64(), discount: price(r) });
    }
    items
}

fn price<'a>(r: &mut Reader<'a>) -> RawPrice<'a> {
    match r.u8() {
        0 => RawPrice::None,
        1 => RawPrice::Number(r.f64()),
        2 => RawPrice::Text(r.str()),
        _ => {
            r.fail();
            RawPrice::None
        }
    }
}

/// What an event says beside its products: 0, or 1 and the details, or 2 and with them a coupon.
pub(super) fn details<'a>(r: &mut Reader<'a>, zone: i16) -> RawDetails<'a> {
    let told = r.u8();
    if told > 2 {
        r.fail();
    }
    if told == 0 {
        return RawDetails { zone, ..RawDetails::default() };
    }
    RawDetails {
        value: price(r),
        currency: r.str(),
        order: r.str(),
        rating: r.f64(),
        polarity: r.f64(),
        score: r.f64(),
        seconds: r.f64(),
        channel: r.str(),
        content: r.str(),
        resolved: r.bool(),
        coupon: if told == 2 { r.str() } else { "" },
        zone,
    }
}

/// Minutes by which the shopper's clock is ahead of UTC: what is no offset on earth counts as none.
pub(super) fn zone(r: &mut Reader<'_>) -> i16 {
    i16::try_from(r.i32()).ok().filter(|z| z.unsigned_abs() <= 18 * 60).unwrap_or(0)
}

/// A slot, and what is wanted for it.
fn request<'a>(r: &mut Reader<'a>) -> Request<'a> {
    let mut request = Request {
        slot: r.str(),
        limit: r.u32() as usize,
        neutral: r.bool(),
        exclude: strings(r),
        category: r.str(),
        pins: (0..r.count(8)).map(|_| (r.str(), r.u32())).gather(),
        per_brand: r.u32(),
        per_category: r.u32(),
        price: [amount(r), amount(r)],
        diversity: r.u32(),
        seed: Some(r.f64()).filter(|s| !s.is_nan()),
        context: strings(r),
        ..Request::default()
    };
    let flags = r.u8();
    if flags > 15 {
        r.fail();
    }
    (request.cart, request.unkept) = (flags & 1 != 0, flags & 4 != 0);
    if flags & 2 != 0 {
        request.only = Some(numbers(r));
    }
    if flags & 8 != 0 {
        (request.per_store, request.arrivals, request.arrival_days) = (r.u32(), r.u32(), r.u32());
    }
    request
}

pub(super) fn numbers(r: &mut Reader<'_>) -> Vec<u32> {
    (0..r.count(4)).map(|_| r.u32()).gather()
}

/// An amount of money; NaN for none.
fn amount(r: &mut Reader<'_>) -> Option<Minor> {
    let m = r.f64();
    (!m.is_nan()).then_some(Minor(m as i64))
}

fn recommend(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, request) = (time(r), request(r));
    r.end()?;
    let list = shelf.recommend(now, &request);
    write_shelf(shelf, &list, out);
    Ok(())
}

fn rank(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, _slot, how) = (time(r), r.str(), r.u8());
    let ids = strings(r);
    let mut described: Vec<_> = (0..r.count(12))
        .map(|_| RawDescription { place: r.u32(), category: r.str(), brand: r.str(), price: None })
        .gather();
    // A request from before there were prices ends here; a decision log may hold some.
    if r.left() > 0 {
        described.iter_mut().for_each(|d| d.price = amount(r));
    }
    // One from before lists were arranged ends here, and so does one that asks nothing of them.
    let mut wish = Arranged { unkept: how & 2 != 0, ..Arranged::default() };
    if r.left() > 0 {
        wish.exclude = strings(r);
        wish.quotas = [r.u32(), r.u32(), r.u32()];
        (wish.diversity, wish.limit) = (r.u32(), r.u32() as usize);
    }
    r.end()?;
    if how > 3 {
        return Err(Malformed.into());
    }
    let list = shelf.rank_arranged(now, how & 1 != 0, &ids, &described, &wish);
    write_shelf(shelf, &list, out);
    Ok(())
}

fn money(m: Option<Minor>) -> f64 {
    m.map_or(f64::NAN, |m| m.0 as f64)
}

pub(super) fn write_price(price: Price, out: &mut Writer) {
    out.f64(money(price.now));
    out.f64(money(price.list));
}

fn write_shelf(shelf: &Engine, list: &Shelf, out: &mut Writer) {
    out.u32(list.id);
    out.u8(u8::from(list.personal));
    out.u8(u8::from(list.partial));
    out.u8(list.relaxed);
    out.count(list.items.len());
    for item in &list.items {
        out.u32(item.row.map_or(NO_ROW, |r| r.0));
        out.u32(item.given);
        out.u32(item.variant);
        write_price(item.price, out);
        out.f64(item.score);
        out.u8(item.because as u8 | u8::from(item.arrival) << 7);
        out.str(subject(shelf, item.subject));
    }
    out.count(list.drawn.len());
    for (drawn, item) in list.drawn.iter().zip(&list.items) {
        out.u32(drawn.propensity);
        let explored = item.row != Some(drawn.best);
        out.str(if explored { shelf.catalog().id(drawn.best) } else { "" });
    }
    checkout::overlay_version(shelf, out);
}

fn subject(shelf: &Engine, s: Subject) -> &str {
    let c = shelf.catalog();
    match s {
        Subject::None => "",
        Subject::Product(row) => c.id(Row(row)),
        Subject::Category(x)
        | Subject::Declared(x)
        | Subject::Everyone(x)
        | Subject::Season(x)
        | Subject::Cluster(x) => c.category_path(x),
        Subject::Brand(x) => c.brand_name(x),
        Subject::Rule(x) => shelf.rule(x),
    }
}

fn why(shelf: &Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (served, id) = (r.u32(), r.str());
    r.end()?;
    write_node(shelf, &shelf.why(served, id)?, out);
    Ok(())
}

fn write_node(shelf: &Engine, node: &Node, out: &mut Writer) {
    out.str(node.code);
    out.str(subject(shelf, node.subject));
    out.f64(node.value);
    out.count(node.children.len());
    for n in &node.children {
        write_node(shelf, n, out);
    }
}

fn why_not(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, request, id) = (time(r), request(r), r.str());
    r.end()?;
    let stage = shelf.why_not(now, &request, id);
    out.u8(stage.number());
    match stage {
        Stage::Shown(at) | Stage::RankedBelow(at) | Stage::Explored(at) => out.str(&decimal(at as i64 + 1)),
        Stage::Rule(number) => out.str(shelf.rule(number)),
        _ => out.str(""),
    }
    Ok(())
}

fn portrait(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    r.end()?;
    let p = shelf.portrait(now);
    out.u32(p.events);
    out.f64(p.updated.map_or(f64::NAN, Millis::to_f64));
    out.u32(p.sessions);
    for traits in &p.traits {
        out.count(traits.len());
        for TraitView { key, label, share, events, first, last, kinds } in traits {
            out.str(key);
            out.str(label);
            out.f64(*share);
            out.u32(*events);
            out.f64(first.to_f64());
            out.f64(last.to_f64());
            out.count(kinds.count_ones() as usize);
            for kind in EventKind::ALL {
                if kinds >> kind as u8 & 1 != 0 {
                    out.str(kind.name());
                }
            }
        }
    }
    out.count(p.visit.len());
    for id in &p.visit {
        out.str(id);
    }
    // One kind of shoppers or none.
    out.count(p.cluster.iter().len());
    if let Some(ClusterView { id, share, confidence, last }) = p.cluster {
        out.str(&id);
        out.f64(share);
        out.f64(confidence);
        out.f64(last.to_f64());
    }
    Ok(())
}

fn set_consent(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let (_now, consent) = (time(r), consent(r));
    r.end()?;
    shelf.set_consent(consent);
    Ok(())
}

fn diagnostics(shelf: &Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    r.end()?;
    let all = shelf.diagnostics();
    out.count(all.len());
    for (code, n) in all {
        out.str(code);
        out.u32(n);
    }
    Ok(())
}

fn snapshot(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    r.end()?;
    out.bytes(&shelf.snapshot()?);
    Ok(())
}

fn restore(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let (_now, bytes) = (time(r), r.bytes());
    r.end()?;
    shelf.restore(bytes)
}

fn forget(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let _now = time(r);
    r.end()?;
    shelf.forget();
    Ok(())
}

fn set_view(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer, handle: u32) -> Result<()> {
    let (market, language) = (r.str(), r.str());
    r.end()?;
    shelf.set_view(market, language)?;
    opened(shelf, handle, out);
    Ok(())
}

/// A key or a nonce: exactly `N` bytes.
fn exactly<'a, const N: usize>(r: &mut Reader<'a>) -> &'a [u8; N] {
    r.bytes().try_into().unwrap_or_else(|_| {
        r.fail();
        &[0; N]
    })
}

fn seal(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (key, nonce, scope) = (exactly(r), exactly(r), r.str());
    r.end()?;
    out.bytes(&shelf.seal(key, nonce, scope)?);
    Ok(())
}

fn unseal(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let (_now, key, scope, sealed) = (time(r), exactly(r), r.str(), r.bytes());
    r.end()?;
    shelf.unseal(key, scope, sealed)
}

fn identify(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, key, scope, sealed, same) = (time(r), exactly(r), r.str(), r.bytes(), r.bool());
    r.end()?;
    out.u8(shelf.identify(now, key, scope, sealed, same)? as u8);
    Ok(())
}

fn sign_out(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let _now = time(r);
    r.end()?;
    shelf.sign_out();
    Ok(())
}

fn sync_orders(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    let mut orders = Vec::new();
    let zone = zone(r);
    for _ in 0..r.count(17) {
        orders.push(RawOrder { transaction_id: r.str(), at: r.f64(), items: items(r), details: details(r, zone) });
    }
    r.end()?;
    let synced = shelf.sync_orders(now, &orders);
    out.u32(synced.added);
    out.u32(synced.known);
    Ok(())
}

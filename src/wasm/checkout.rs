//! The calls about carts: quotes, coupons, the list of offers; and overlays, which change what a cart costs.

use super::dispatch::{strings, time};
use crate::codec::{Malformed, Reader, Writer};
use crate::engine::{Engine, MarketOffers, RawCart, RawLine};
use crate::error::Result;
use crate::list::Gather;
use crate::money::Minor;
use crate::offer::usage::ONE;
use crate::offer::{Customer, Gap, Proof, Quote, Stops};
use crate::time::Millis;
use alloc::string::ToString;
use alloc::vec::Vec;

fn cart<'a>(r: &mut Reader<'a>) -> RawCart<'a> {
    let mut lines = Vec::new();
    for _ in 0..r.count(36) {
        let (id, item, price, qty) = (r.str(), r.str(), r.f64(), r.f64());
        lines.push(RawLine { id, item, price, qty, store: r.str(), floor: r.f64() });
    }
    let shipping = r.f64();
    RawCart { lines, shipping, codes: strings(r), groups: counts(r), unmet: Vec::new(), stops: Stops::default() }
}

/// What stops offers; a request from before there was any ends before it.
fn stops(r: &mut Reader<'_>) -> Stops {
    if r.left() == 0 {
        return Stops::default();
    }
    let (flags, flash) = (r.u8(), r.f64());
    if flags > 7 {
        r.fail();
    }
    let ids = r.str().into();
    Stops { ids, stale: flags & 1 != 0, flash: (flags & 2 != 0).then_some(flash as i64), neutral: flags & 4 != 0 }
}

fn counts<'a>(r: &mut Reader<'a>) -> Vec<(&'a str, i64)> {
    (0..r.count(8)).map(|_| (r.str(), i64::from(r.u32()))).gather()
}

/// Offers whose condition does not hold; a request from before there were any ends before them.
fn unmet<'a>(r: &mut Reader<'a>) -> Vec<&'a str> {
    if r.left() > 0 { strings(r) } else { Vec::new() }
}

fn customer(r: &mut Reader<'_>) -> Customer {
    let tier = r.str().to_string();
    let new_customer = r.u8() != 0;
    let (month, day) = (r.u8(), r.u8());
    let points = r.u32();
    let redeemed = counts(r).into_iter().map(|(id, n)| (id.to_string(), n)).gather();
    let birthday = ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day));
    Customer { tier, new_customer, birthday, points: i64::from(points), redeemed }
}

fn money(out: &mut Writer, m: Minor) {
    out.f64(m.0 as f64);
}

fn gap(out: &mut Writer, gap: Option<Gap>) {
    match gap {
        None => out.u8(0),
        Some(Gap::Amount(m)) => {
            out.u8(1);
            money(out, m);
        }
        Some(Gap::Units(n)) => {
            out.u8(2);
            out.f64(n as f64);
        }
    }
}

/// The calls of a part.
pub(super) type Part = fn(u32, &mut Engine, &mut Reader<'_>, &mut Writer) -> Result<()>;

/// Calls 24 to 26 and 76. What only they need is a file of its own in the web build, which `pkg-template/build/part.mjs` cuts at this function.
pub(super) fn part(op: u32, shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    match op {
        24 => quote(shelf, r, out),
        25 => coupons(shelf, r, out),
        76 => addons(shelf, r, out),
        _ => offers(shelf, r, out),
    }
}

fn quote(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, mut cart, customer) = (time(r), cart(r), customer(r));
    cart.unmet = unmet(r);
    cart.stops = stops(r);
    r.end()?;
    let q = shelf.quote(now, &cart, &customer)?;
    write_quote(&*shelf.offers()?, &q, out);
    overlay_version(shelf, out);
    out.f64(shelf.quote_expires(now)?.map_or(f64::NAN, Millis::to_f64));
    Ok(())
}

/// The number of the overlay in force; NaN without one.
pub(super) fn overlay_version(shelf: &Engine, out: &mut Writer) {
    out.f64(shelf.overlay_version().map_or(f64::NAN, |v| v as f64));
}

/// The same, and when it is stale.
pub(super) fn overlay_state(shelf: &Engine, out: &mut Writer) {
    overlay_version(shelf, out);
    out.f64(shelf.catalog().overlay_version().map_or(f64::NAN, |(_, expires)| expires.to_f64()));
}

pub(super) fn overlay(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer, framed: bool) -> Result<()> {
    let (now, bytes) = (time(r), r.bytes());
    r.end()?;
    let told = shelf.overlay(now, bytes, framed)?;
    out.u8(told.outcome);
    overlay_state(shelf, out);
    Ok(())
}

fn write_quote(offers: &MarketOffers, q: &Quote, out: &mut Writer) {
    for m in [q.subtotal, q.shipping, q.discount, q.payable] {
        money(out, m);
    }
    out.count(q.lines.len());
    for line in &q.lines {
        out.str(&line.id);
        money(out, line.subtotal);
        money(out, line.payable);
        out.count(line.discounts.len());
        for (applied, amount) in &line.discounts {
            out.count(*applied);
            money(out, *amount);
        }
    }
    out.count(q.applied.len());
    for a in &q.applied {
        out.str(&a.id);
        out.str(offers.name(a.promotion));
        money(out, a.amount);
        out.f64(a.times as f64);
        gap(out, a.next);
    }
    out.count(q.gifts.len());
    for g in &q.gifts {
        out.str(&g.sku);
        out.f64(g.qty as f64);
    }
    out.count(q.refused.len());
    for x in &q.refused {
        out.str(&x.id);
        out.str(offers.name(x.promotion));
        out.str(x.reason.code());
        gap(out, x.gap);
    }
    match q.proof {
        Proof::Optimal => {
            out.u8(1);
            money(out, q.payable);
        }
        Proof::AtLeast(m) => {
            out.u8(0);
            money(out, m);
        }
    }
}

fn coupons(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, mut cart, customer, held) = (time(r), cart(r), customer(r), strings(r));
    cart.unmet = unmet(r);
    cart.stops = stops(r);
    let neutral = r.left() > 0 && r.bool();
    r.end()?;
    let coupons = shelf.coupons(now, &cart, &customer, &held, neutral)?;
    let offers = shelf.offers()?;
    out.count(coupons.len());
    for c in coupons {
        let p = offers.list().get(c.offer).ok_or(Malformed)?;
        out.str(&p.id);
        out.str(offers.name(c.offer));
        out.str(p.when.code.as_deref().unwrap_or(""));
        money(out, c.saving);
        out.u8(u8::from(c.in_best));
        out.str(c.reason);
        gap(out, c.gap);
        out.f64(c.expires.map_or(f64::NAN, Millis::to_f64));
        out.f64(f64::from(c.interest) / 1e6);
        out.f64(c.score as f64 / ONE as f64);
        out.str(c.because);
        out.u8(u8::from(c.ends_soon));
    }
    Ok(())
}

fn addons(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, mut cart, customer, candidates) = (time(r), cart(r), customer(r), strings(r));
    cart.unmet = unmet(r);
    cart.stops = stops(r);
    r.end()?;
    let (found, places) = shelf.addons(now, &cart, &customer, &candidates)?;
    money(out, found.payable);
    for list in [&found.singles, &found.pairs] {
        out.count(list.len());
        for a in list {
            for place in [Some(a.place), a.with] {
                out.u32(place.and_then(|p| places.get(p)).map_or(u32::MAX, |p| *p as u32));
            }
            [a.price, a.payable_after, a.delta].into_iter().for_each(|m| money(out, m));
        }
    }
    out.u8(u8::from(found.proven));
    Ok(())
}

fn offers(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    // A request from before offers had a state ends here, and asks of the beginning of all times.
    let now = if r.left() > 0 { time(r) } else { Millis::default() };
    let stops = stops(r);
    r.end()?;
    let offers = shelf.offers()?;
    out.count(offers.list().len());
    for (i, p) in offers.list().iter().enumerate() {
        out.str(&p.id);
        out.str(offers.name(i));
        out.str(p.kind.code());
        out.str(p.when.code.as_deref().unwrap_or(""));
        out.f64(p.when.start.map_or(f64::NAN, Millis::to_f64));
        out.f64(p.when.end.map_or(f64::NAN, Millis::to_f64));
        out.u8(u8::from(offers.is_coupon(i)));
        let (standing, next) = stops.standing(p, now);
        out.u8(standing as u8);
        out.f64(next.map_or(f64::NAN, Millis::to_f64));
        out.f64(p.when.limit_total.map_or(f64::NAN, |(most, used)| (most - used).max(0) as f64));
    }
    Ok(())
}

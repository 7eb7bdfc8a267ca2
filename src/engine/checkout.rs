//! The cart: quotes over the pack's offers, and which of the shopper's coupons matter.

use super::Engine;
use super::usage::share;
use crate::catalog::Catalog;
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::money::Minor;
use crate::offer::usage::{CouponFacts, Usage};
use crate::offer::{Cart, Customer, Gap, Limits, Line, Offers, Promotion, Quote, Scope, Stops, quote};
use crate::order::Arrange;
use crate::pack::Tag;
use crate::pack::column::Strings;
use crate::profile::Dimension;
use crate::text::{self, concat};
use crate::time::{MINUTE, Millis};
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// What separates the parts of a category path in the promotion language.
const SCOPE_SEPARATOR: &str = "/";

/// The offers of one market, with their names in one language.
#[derive(Debug, Clone, Default)]
pub struct MarketOffers {
    offers: Offers,
    names: Vec<String>,
    /// One byte an offer: 1 for those that wait in a wallet.
    coupons: Vec<u8>,
    usage: Usage,
}

impl MarketOffers {
    /// The offers of a pack's market; a pack without any has none.
    fn open(c: &Catalog) -> Result<MarketOffers> {
        let malformed = |_| Error::new(Code::PackMalformed, "section OFFR cannot be read.");
        let (pack, market, language) = (c.pack(), c.market_index() as u32, c.language_index() as u32);
        let Some(record) = pack.section(Tag::OFFERS, market) else { return Ok(MarketOffers::default()) };
        let offers = Offers::read(record).map_err(malformed)?;
        let n = offers.list().len();
        let names = Strings::open(pack, Tag::OFFER_NAME, market << 16 | language, n)?;
        let names = (0..n).map(|i| names.get(pack, i).to_string()).gather();
        let coupons = pack.section(Tag::COUPON, market).unwrap_or(&[]).to_vec();
        let malformed = |_| Error::new(Code::PackMalformed, "section COUP cannot be read.");
        let usage = pack.section(Tag::USAGE, market).map(Usage::read).transpose().map_err(malformed)?;
        Ok(MarketOffers { offers, names, coupons, usage: usage.unwrap_or_default() })
    }

    /// The offers, in the order of the shop's file.
    pub fn list(&self) -> &[Promotion] {
        self.offers.list()
    }

    /// The same as rules for a quote.
    pub(super) fn rules(&self) -> &Offers {
        &self.offers
    }

    /// An offer's name in the view's language; its id where it has none.
    pub fn name(&self, offer: usize) -> &str {
        let name = self.names.get(offer).map_or("", String::as_str);
        if name.is_empty() { self.list().get(offer).map_or("", |p| p.id.as_str()) } else { name }
    }

    /// True for an offer that waits in a wallet.
    pub fn is_coupon(&self, offer: usize) -> bool {
        self.coupons.get(offer) == Some(&1)
    }
}

/// A line as a host has it.
#[derive(Debug, Clone, Copy)]
pub struct RawLine<'a> {
    /// Names the line within its cart.
    pub id: &'a str,
    /// Product, variant or alias id.
    pub item: &'a str,
    /// Unit price in minor units; NaN: the pack's.
    pub price: f64,
    /// Units.
    pub qty: f64,
    /// The store that sells it, or empty.
    pub store: &'a str,
    /// Lowest unit price offers may lead to, in minor units; NaN: none.
    pub floor: f64,
}

/// A cart as a host has it.
#[derive(Debug, Clone, Default)]
pub struct RawCart<'a> {
    /// Its lines.
    pub lines: Vec<RawLine<'a>>,
    /// Shipping fee in minor units; NaN: none.
    pub shipping: f64,
    /// Codes the shopper entered.
    pub codes: Vec<&'a str>,
    /// People who joined a group purchase, by promotion id.
    pub groups: Vec<(&'a str, i64)>,
    /// Offers whose own condition does not hold for whom the host quotes, by id. The host asks the conditions, which are the pack's (section `OFCN`), since
    /// what evaluates them lies in another part.
    pub unmet: Vec<&'a str>,
    /// What stops offers.
    pub stops: Stops,
}

/// A coupon of the shopper's, and what it is worth now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// Place among the market's offers.
    pub offer: usize,
    /// What it would save on this cart beside the offers that need no code.
    pub saving: Minor,
    /// True when the cheapest set of all the shopper's coupons holds it.
    pub in_best: bool,
    /// `saves`, or why it does not.
    pub reason: &'static str,
    /// What is missing to it.
    pub gap: Option<Gap>,
    /// First instant at which it is gone.
    pub expires: Option<Millis>,
    /// Share of the portrait's tastes that lie in its scope, 0–1,000,000; all of them for an offer without a scope.
    pub interest: u32,
    /// How likely the shopper is to use it, in 1/65,536: `manual/coupons.md`.
    pub score: i64,
    /// What says most for it: `saves` on this cart, else one of [`REASONS`](crate::offer::usage::REASONS); empty where nothing does.
    pub because: &'static str,
    /// Its end is near, as the shop has it.
    pub ends_soon: bool,
}

impl Engine {
    /// The market's offers: read from the pack when they are first asked for.
    ///
    /// # Errors
    ///
    /// `pack_malformed`.
    pub fn offers(&mut self) -> Result<Rc<MarketOffers>> {
        if let Some(offers) = &self.offers {
            return Ok(Rc::clone(offers));
        }
        let c = &self.catalog;
        let offers = Rc::new(MarketOffers::open(c)?);
        self.offers = Some(Rc::clone(&offers));
        Ok(offers)
    }

    /// What a cart costs under the cheapest admissible set of the market's offers. It reads no portrait: the same cart costs
    /// everybody the same.
    ///
    /// # Errors
    ///
    /// `invalid_cart`, with the first mistake and its place.
    pub fn quote(&mut self, now: Millis, cart: &RawCart<'_>, customer: &Customer) -> Result<Quote> {
        let now = self.tick(now);
        let offers = self.offers()?;
        for line in &cart.lines {
            self.find(line.item);
        }
        let cart = read_cart(&self.catalog, cart)?;
        Ok(quote(&offers.offers, &cart, customer, now, Limits::default()))
    }

    /// The shopper's coupons, those that matter first: what the cheapest set of the cart uses, then what would save, then what is near, then what the
    /// shopper is likelier to use, then what ends first. With an empty cart nothing is near. `held` are codes or ids of the market's coupons. Of a `neutral`
    /// order the portrait has no part.
    ///
    /// # Errors
    ///
    /// `invalid_cart`.
    pub fn coupons(
        &mut self,
        now: Millis,
        cart: &RawCart<'_>,
        customer: &Customer,
        held: &[&str],
        neutral: bool,
    ) -> Result<Vec<Coupon>> {
        let now = self.tick(now);
        let market = self.offers()?;
        let offers = &market.offers;
        let code_of = |p: &Promotion| p.when.code.clone().unwrap_or_default();
        let is_held = |(i, p): &(usize, &Promotion)| {
            market.is_coupon(*i) && held.iter().any(|h| *h == p.id || Some(*h) == p.when.code.as_deref())
        };
        let mine: Vec<(usize, &Promotion)> = offers.list().iter().enumerate().filter(is_held).gather();

        let plain = read_cart(&self.catalog, cart)?;
        let with = |codes: Vec<String>| {
            let mut cart = plain.clone();
            cart.codes.extend(codes);
            quote(offers, &cart, customer, now, Limits::default())
        };
        let without = with(Vec::new()).payable;
        let best = with(mine.iter().map(|(_, p)| code_of(p)).gather());
        let mut out = Vec::with_capacity(mine.len());
        for (offer, p) in mine {
            let alone = with(vec![code_of(p)]);
            let refused = alone.refused.iter().find(|r| r.promotion == offer);
            out.push(Coupon {
                offer,
                saving: Minor(without.0 - alone.payable.0),
                in_best: best.applied.iter().any(|a| a.promotion == offer),
                reason: refused.map_or("saves", |r| r.reason.code()),
                gap: refused.and_then(|r| r.gap),
                expires: p.when.end,
                interest: 0,
                score: 0,
                because: "",
                ends_soon: p.when.end.is_some_and(|end| {
                    (0..i64::from(market.usage.soon_minutes) * MINUTE).contains(&(end.since(now) - 1))
                }),
            });
        }
        let neutral = neutral || cart.stops.neutral;
        let bought = if neutral { None } else { self.bought() };
        let nothing = CouponFacts::default();
        for coupon in &mut out {
            let Some(p) = offers.list().get(coupon.offer) else { continue };
            coupon.interest = if neutral { 0 } else { self.interest(&p.scope) };
            let facts = market.usage.coupons.get(coupon.offer).unwrap_or(&nothing);
            (coupon.score, coupon.because) = self.usage(now, &market.usage, facts, p, bought.as_ref());
            if coupon.saving.0 > 0 {
                coupon.because = "saves";
            }
        }
        let empty = cart.lines.is_empty();
        let near = |c: &Coupon| match c.gap {
            Some(Gap::Amount(m)) => m.0,
            Some(Gap::Units(n)) => n.saturating_mul(1000),
            None => i64::MAX,
        };
        let near = |c: &Coupon| if empty { 0 } else { near(c) };
        let usable = |c: &Coupon| {
            !matches!(
                c.reason,
                "expired" | "usage_limit" | "total_limit" | "tier" | "condition" | "stopped" | "switch_stale"
            )
        };
        out.arrange_by_key(|c| {
            let saved = core::cmp::Reverse((usable(c), c.in_best, c.saving));
            (saved, near(c), core::cmp::Reverse(c.score), c.expires.map_or(i64::MAX, |t| t.0), c.offer)
        });
        Ok(out)
    }

    /// The share of the portrait's tastes in a scope; nothing without consent.
    pub(super) fn interest(&mut self, scope: &Scope) -> u32 {
        let Some(allowed) = self.consent.may_personalize() else { return 0 };
        let c = &self.catalog;
        let view = self.portrait.view(&allowed);
        let in_categories = |scopes: &[String], key| {
            let path = c.category_of_key(key).map(|x| scope_path(c.category_path(x)));
            path.is_some_and(|p| scopes.iter().any(|s| covers(s, &p)))
        };
        let is_product = |skus: &[String], key| {
            let known = skus.iter().filter_map(|s| c.find(s));
            known.map(|f| c.key(f.row)).any(|k| k == key)
        };
        let dimension = if scope.skus.is_some() { Dimension::Item } else { Dimension::Category };
        let inside = |key: Key| match (&scope.skus, &scope.categories) {
            (Some(skus), _) => is_product(skus, key),
            (None, Some(paths)) => in_categories(paths, key),
            (None, None) => *scope == Scope::default(),
        };
        share(view.affinity(dimension), 1_000_000, &inside)
    }
}

/// A category path in the promotion language's words.
fn scope_path(path: &str) -> String {
    text::replace(path, crate::catalog::PATH_SEPARATOR, SCOPE_SEPARATOR)
}

/// True when `path` is `scope` or lies below it.
fn covers(scope: &str, path: &str) -> bool {
    path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with(SCOPE_SEPARATOR))
}

/// An amount of minor units; `None` for NaN, and what is no integer becomes −1, which the cart refuses.
fn minor(v: f64) -> Option<Minor> {
    if v.is_nan() {
        return None;
    }
    let whole = v.is_finite() && v == libm::trunc(v) && v.abs() <= 9_007_199_254_740_992.0;
    Some(Minor(if whole { v as i64 } else { -1 }))
}

/// What offers ask of a variant, as the pack knows it.
pub(crate) fn line_of(c: &Catalog, row: Row, variant: u32) -> Line {
    Line {
        sku: c.variant_id(variant).into(),
        store: c.store(row).map_or("", |s| c.store_name(s)).into(),
        category: c.category(row).map_or(String::new(), |x| scope_path(c.category_path(x))),
        tags: c.tags(row).map(String::from).gather(),
        ..Line::default()
    }
}

/// A host's line with what the pack knows about its product.
fn line(c: &Catalog, l: &RawLine<'_>) -> Line {
    let found = c.find(l.item);
    let variant = found.map(|f| f.variant.map_or(c.best_variant(f.row), |v| c.variants_of(f.row).start + v));
    let price = minor(l.price).or_else(|| variant.and_then(|v| c.price_of(v).now));
    // Offers name variants; a product's id stands for the variant a shelf would show.
    let known = match found.zip(variant) {
        Some((f, v)) => line_of(c, f.row, v),
        None => Line { sku: l.item.into(), ..Line::default() },
    };
    Line {
        id: l.id.into(),
        price: price.unwrap_or(Minor(-1)),
        qty: minor(l.qty).map_or(1, |q| q.0),
        // The pack knows who sells a product where the host does not say.
        store: if l.store.is_empty() { known.store } else { l.store.into() },
        floor: minor(l.floor).unwrap_or(Minor(0)),
        ..known
    }
}

/// A host's cart with what the pack knows about its products.
pub(super) fn read_cart(c: &Catalog, raw: &RawCart<'_>) -> Result<Cart> {
    let lines = raw.lines.iter().map(|l| line(c, l));
    let cart = Cart::new(lines.gather(), minor(raw.shipping).unwrap_or(Minor(0)));
    let mut cart =
        cart.map_err(|e| Error::with(Code::InvalidCart, concat(&[e.code.code(), " at ", &e.path, "."]).into()))?;
    cart.codes = raw.codes.iter().map(|s| s.to_string()).gather();
    cart.stops.clone_from(&raw.stops);
    cart.unmet = raw.unmet.iter().map(|s| s.to_string()).gather();
    cart.groups = raw.groups.iter().map(|(id, n)| (id.to_string(), *n)).gather();
    Ok(cart)
}

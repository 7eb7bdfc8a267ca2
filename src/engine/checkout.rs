//! The cart: quotes over the pack's offers, and which of the shopper's coupons matter.

use super::Engine;
use crate::catalog::Catalog;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::list::Gather;
use crate::money::Minor;
use crate::offer::{Cart, Customer, Gap, Limits, Line, Offers, Promotion, Quote, Scope, Stops, quote};
use crate::order::Arrange;
use crate::pack::column::Strings;
use crate::pack::{Pack, Tag};
use crate::profile::{Dimension, decay};
use crate::text::{self, concat};
use crate::time::Millis;
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
}

impl MarketOffers {
    /// The offers of a pack's market; a pack without any has none.
    fn open(pack: &Pack, market: usize, language: usize) -> Result<MarketOffers> {
        let malformed = |_| Error::new(Code::PackMalformed, "section OFFR cannot be read.");
        let (market, language) = (market as u32, language as u32);
        let Some(record) = pack.section(Tag::OFFERS, market) else { return Ok(MarketOffers::default()) };
        let offers = Offers::read(record).map_err(malformed)?;
        let n = offers.list().len();
        let names = Strings::open(pack, Tag::OFFER_NAME, market << 16 | language, n)?;
        let names = (0..n).map(|i| names.get(pack, i).to_string()).gather();
        let coupons = pack.section(Tag::COUPON, market).unwrap_or(&[]).to_vec();
        Ok(MarketOffers { offers, names, coupons })
    }

    /// The offers, in the order of the shop's file.
    pub fn list(&self) -> &[Promotion] {
        self.offers.list()
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
        let offers = Rc::new(MarketOffers::open(c.pack(), c.market_index(), c.language_index())?);
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

    /// The shopper's coupons, those that matter first: what the cheapest set uses, then what would save, then what is near,
    /// then what fits the shopper's tastes, then what ends first. `held` are codes or ids of the market's coupons.
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
            });
        }
        for coupon in out.iter_mut().filter(|_| !cart.stops.neutral) {
            coupon.interest = offers.list().get(coupon.offer).map_or(0, |p| self.interest(&p.scope));
        }
        let near = |c: &Coupon| match c.gap {
            Some(Gap::Amount(m)) => m.0,
            Some(Gap::Units(n)) => n.saturating_mul(1000),
            None => i64::MAX,
        };
        let usable = |c: &Coupon| {
            !matches!(
                c.reason,
                "expired" | "usage_limit" | "total_limit" | "tier" | "condition" | "stopped" | "switch_stale"
            )
        };
        out.arrange_by_key(|c| {
            let saved = core::cmp::Reverse((usable(c), c.in_best, c.saving));
            (saved, near(c), core::cmp::Reverse(c.interest), c.expires.map_or(i64::MAX, |t| t.0), c.offer)
        });
        Ok(out)
    }

    /// The share of the portrait's tastes in a scope; nothing without consent.
    fn interest(&mut self, scope: &Scope) -> u32 {
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
        let affinity = view.affinity(dimension);
        let inside: u128 = affinity.traits().iter().filter(|t| inside(t.key)).map(|t| t.value).sum();
        decay::share(inside, affinity.total(), 1_000_000) as u32
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

/// A host's cart with what the pack knows about its products.
fn read_cart(c: &Catalog, raw: &RawCart<'_>) -> Result<Cart> {
    let lines = raw.lines.iter().map(|l| {
        let found = c.find(l.item);
        let variant = found.map(|f| f.variant.map_or(c.best_variant(f.row), |v| c.variants_of(f.row).start + v));
        let price = minor(l.price).or_else(|| variant.and_then(|v| c.price_of(v).now));
        Line {
            id: l.id.into(),
            // Offers name variants; a product's id stands for the variant a shelf would show.
            sku: variant.map_or(l.item, |v| c.variant_id(v)).into(),
            price: price.unwrap_or(Minor(-1)),
            qty: minor(l.qty).map_or(1, |q| q.0),
            // The pack knows who sells a product where the host does not say.
            store: match (l.store, found.and_then(|f| c.store(f.row))) {
                ("", Some(store)) => c.store_name(store),
                (said, _) => said,
            }
            .into(),
            category: found.and_then(|f| c.category(f.row)).map_or(String::new(), |x| scope_path(c.category_path(x))),
            tags: found.map_or(Vec::new(), |f| c.tags(f.row).map(String::from).gather()),
            floor: minor(l.floor).unwrap_or(Minor(0)),
        }
    });
    let cart = Cart::new(lines.gather(), minor(raw.shipping).unwrap_or(Minor(0)));
    let mut cart =
        cart.map_err(|e| Error::with(Code::InvalidCart, concat(&[e.code.code(), " at ", &e.path, "."]).into()))?;
    cart.codes = raw.codes.iter().map(|s| s.to_string()).gather();
    cart.stops.clone_from(&raw.stops);
    cart.unmet = raw.unmet.iter().map(|s| s.to_string()).gather();
    cart.groups = raw.groups.iter().map(|(id, n)| (id.to_string(), *n)).gather();
    Ok(cart)
}

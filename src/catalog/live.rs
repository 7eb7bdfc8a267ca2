//! Prices and stock of a market as they are now: what the pack says of each variant, and what an overlay laid over it.

use super::overlay::Patch;
use super::{Availability, Catalog, Price};
use crate::error::Result;
use crate::id::Row;
use crate::list::Gather;
use crate::money::Minor;
use crate::pack::column::{Columns, Numbers};
use crate::pack::{Pack, Tag};
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// A price that is none; above every other.
pub(super) const NONE: u32 = 0xFFFF_FFFF;

/// What a variant costs, and whether it can be had.
#[derive(Debug, Clone, Copy)]
struct Offer {
    row: u32,
    price: u32,
    sale: u32,
    /// The pack's availability, 4 for what is not sold.
    stock: u8,
    hidden: bool,
    /// It is on the list of those an overlay speaks of.
    listed: bool,
    /// Its product has no other.
    alone: bool,
}

/// One market.
#[derive(Debug, Clone, Default)]
pub(super) struct Live {
    price: Numbers<4>,
    sale: Numbers<4>,
    stock: Numbers<1>,
    /// By variant.
    offers: Vec<Offer>,
    /// Best variant of each product, as an index into all variants.
    pub(super) best: Vec<u32>,
    /// Variants that an overlay speaks of.
    touched: Vec<u32>,
    /// No price is told.
    pub(super) priceless: bool,
    /// The highest number of an overlay.
    pub(super) sequence: u64,
    /// True while its values are laid over the pack's.
    pub(super) held: bool,
    /// When it is stale.
    pub(super) expires: Millis,
    /// True when that was acted upon.
    pub(super) stale: bool,
    /// What the latest overlay with any said of granting campaigns, as it stands there.
    pub(super) multipliers: String,
}

/// Columns of a market as the pack has them.
struct Packed<'a> {
    price: &'a [[u8; 4]],
    sale: &'a [[u8; 4]],
    stock: &'a [[u8; 1]],
}

impl Packed<'_> {
    /// A variant of a product that has others or not.
    #[inline]
    fn offer(&self, row: u32, v: u32, alone: bool) -> Offer {
        let v = v as usize;
        let (Some(price), Some(sale), Some([stock])) = (self.price.get(v), self.sale.get(v), self.stock.get(v)) else {
            // A new item's: the pack knows nothing of it.
            return Offer { row, price: NONE, sale: NONE, stock: 4, hidden: true, listed: false, alone };
        };
        let (price, sale) = (u32::from_le_bytes(*price), u32::from_le_bytes(*sale));
        Offer { row, price, sale, stock: (*stock).min(4), hidden: false, listed: false, alone }
    }
}

/// All markets, set aside for a while.
#[derive(Debug, Clone, Default)]
pub struct Lives(Vec<Live>);

/// What becomes of what overlays said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// It stays.
    Stays,
    /// It goes, but what is hidden stays so.
    Hides,
    /// It goes.
    Goes,
}

impl Offer {
    /// The smaller the better: what can be bought first, in stock before ordered, then the cheapest.
    fn rank(&self) -> u64 {
        let stock = if self.hidden { 4 } else { [2, 0, 1, 1].get(usize::from(self.stock)).copied().unwrap_or(3) };
        stock << 32 | u64::from(self.price.min(self.sale))
    }
}

impl Live {
    /// What the pack has of its variants.
    fn packed<'a>(&self, pack: &'a Pack) -> Packed<'a> {
        Packed { price: self.price.all(pack), sale: self.sale.all(pack), stock: self.stock.all(pack) }
    }

    /// What is known of a variant, for an overlay to change it.
    #[inline]
    fn list(&mut self, v: u32) -> &mut Offer {
        let offer = &mut self.offers.as_mut_slice()[v as usize];
        if !offer.listed {
            offer.listed = true;
            self.touched.push(v);
        }
        offer
    }

    /// Chooses which variant of a product to show: the best, of equal ones the first. `v` is any of them. Of an only one it was chosen when it came.
    #[inline]
    fn choose(&mut self, v: u32) {
        if !self.offers.as_slice()[v as usize].alone {
            self.choose_of_many(v);
        }
    }

    #[inline(never)]
    fn choose_of_many(&mut self, v: u32) {
        let offers = self.offers.as_slice();
        let row = offers[v as usize].row;
        let mut at = v as usize;
        while at > 0 && offers[at - 1].row == row {
            at -= 1;
        }
        let (mut best, mut least) = (at, u64::MAX);
        while let Some(offer) = offers.get(at).filter(|o| o.row == row) {
            if offer.rank() < least {
                (best, least) = (at, offer.rank());
            }
            at += 1;
        }
        self.best.as_mut_slice()[row as usize] = best as u32;
    }
}

impl Catalog {
    /// Reads a market's columns, unless that was done before.
    pub(super) fn unpack(&mut self, market: usize) -> Result<()> {
        if self.lives[market].best.len() >= self.products {
            return Ok(());
        }
        let (p, m, n) = (&self.pack, market as u32, self.variants);
        let mut columns = Columns::default();
        let mut live = Live {
            price: columns.numbers(p, Tag::PRICE, m, n),
            sale: columns.numbers(p, Tag::SALE_PRICE, m, n),
            stock: columns.numbers(p, Tag::AVAILABILITY, m, n),
            ..Live::default()
        };
        columns.check()?;
        let packed = live.packed(p);
        for row in 0..self.products as u32 {
            let variants = self.variants_of(Row(row));
            live.best.push(variants.start);
            let alone = variants.len() == 1;
            for v in variants {
                live.offers.push(packed.offer(row, v, alone));
            }
            live.choose(live.offers.len() as u32 - 1);
        }
        self.lives[market] = live;
        Ok(())
    }

    /// Takes what was set aside in `other` in place of prices and stock as they are now, which go there. What is empty stands for the pack's.
    pub fn swap_lives(&mut self, other: &mut Lives) {
        core::mem::swap(&mut self.lives, &mut other.0);
        if self.lives.is_empty() {
            self.lives = self.markets().iter().map(|_| Live::default()).gather();
        }
        // Cannot fail: a market is looked at once its columns were read.
        let read = self.unpack(self.market_index());
        debug_assert!(read.is_ok(), "the view's market was read before");
    }

    /// The market looked at.
    pub(super) fn live(&self) -> &Live {
        &self.lives[self.market_index()]
    }

    /// A variant's price in the view's market, as it is now.
    pub fn price_of(&self, v: u32) -> Price {
        let live = self.live();
        let Some(o) = live.offers.get(v as usize).filter(|_| !live.priceless) else { return Price::default() };
        let money = |m: u32| (m != NONE).then_some(Minor(i64::from(m)));
        Price { now: money(o.price.min(o.sale)), list: money(o.price).filter(|_| o.sale < o.price) }
    }

    /// A variant's availability in the view's market, as it is now.
    pub fn availability_of(&self, v: u32) -> Availability {
        match self.live().offers.get(v as usize) {
            Some(o) if o.hidden => Availability::Hidden,
            Some(o) => Availability::from_byte(o.stock),
            // A new item of which no overlay of this market has said anything.
            None => Availability::Hidden,
        }
    }

    /// Lays patches over a market, and chooses the best variant again of the products that are touched.
    pub(super) fn lay(&mut self, market: usize, before: Before, patches: &[Patch]) {
        let (pack, live) = (&self.pack, &mut self.lives[market]);
        let packed = live.packed(pack);
        live.priceless = false;
        // New items that came with this overlay or that of another market.
        while live.best.len() < self.product_key.len() {
            let v = live.offers.len() as u32;
            live.offers.push(packed.offer(live.best.len() as u32, v, true));
            live.best.push(v);
        }
        let mut last = Vec::new();
        if before != Before::Stays {
            last = core::mem::take(&mut live.touched);
            for v in &last {
                let Offer { row, hidden, alone, .. } = live.offers.as_slice()[*v as usize];
                live.offers.as_mut_slice()[*v as usize] = packed.offer(row, *v, alone);
                if hidden && before == Before::Hides {
                    live.list(*v).hidden = true;
                }
            }
        }
        for p in patches {
            for v in p.variants.clone() {
                live.list(v).lay(p);
            }
            if !p.variants.is_empty() {
                live.choose(p.variants.start);
            }
        }
        for v in last {
            // What is listed again by a patch has been chosen.
            if !live.offers.as_slice()[v as usize].listed || patches.is_empty() {
                live.choose(v);
            }
        }
    }

    /// Takes the overlays of all markets away.
    pub fn clear_overlay(&mut self) {
        for market in 0..self.lives.len() {
            // Of a market that nobody has looked at nothing is laid.
            if self.lives[market].best.is_empty() {
                continue;
            }
            self.lay(market, Before::Goes, &[]);
            let live = &mut self.lives[market];
            (live.sequence, live.held) = (0, false);
            live.multipliers.clear();
        }
    }
}

impl Offer {
    fn lay(&mut self, p: &Patch) {
        if p.what & 32 != 0 {
            self.price = p.price;
        }
        if p.what & 64 != 0 {
            self.sale = p.sale;
        }
        if p.what & 7 < 5 {
            self.stock = p.what & 7;
        }
        if p.what & 24 != 0 {
            self.hidden = p.what & 16 != 0;
        }
    }
}

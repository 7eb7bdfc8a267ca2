//! Visits and what they led to: how long, how far, by which channel, and what was left in the cart.

use super::ProfileConfig;
use super::portrait::{Pending, TAKEN_BACK};
use crate::event::EventKind;
use crate::id::Key;
use crate::time::Millis;
use alloc::vec::Vec;

/// Channels counted.
pub(super) const CHANNELS: usize = 24;
/// Channels on the way to an order.
pub(super) const PATH: usize = 16;
/// Products in the open cart.
pub(super) const CART: usize = 32;

/// How far a visit went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Stage {
    /// It began.
    #[default]
    Visit = 0,
    /// A product was looked at.
    View = 1,
    /// One went into the cart.
    Cart = 2,
    /// Checkout began.
    Checkout = 3,
    /// An order was placed.
    Purchase = 4,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 5] = [Stage::Visit, Stage::View, Stage::Cart, Stage::Checkout, Stage::Purchase];

    pub(super) fn of(kind: EventKind) -> Stage {
        use EventKind::{
            AddPaymentInfo, AddShippingInfo, AddToCart, AddToWishlist, BeginCheckout, Dwell, Purchase, SelectItem,
            ViewCart, ViewItem,
        };
        match kind {
            SelectItem | ViewItem | AddToWishlist | Dwell => Stage::View,
            AddToCart | ViewCart => Stage::Cart,
            BeginCheckout | AddShippingInfo | AddPaymentInfo => Stage::Checkout,
            Purchase => Stage::Purchase,
            _ => Stage::Visit,
        }
    }
}

/// A visit that may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenVisit {
    /// Its first event.
    pub start: Millis,
    /// Its latest.
    pub last: Millis,
    /// Steps in it.
    pub steps: u32,
    /// Events in it.
    pub events: u32,
    /// How far it went.
    pub stage: Stage,
    /// By which channel it came, where that is known.
    pub channel: Option<Key>,
}

/// A channel and the orders on whose way it lay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Channel {
    /// Key of its name.
    pub key: Key,
    /// Visits by it.
    pub visits: u32,
    /// The latest.
    pub last: Millis,
    /// Orders on whose way it was the first.
    pub first_touch: u32,
    /// Orders on whose way it was the last.
    pub last_touch: u32,
    /// Its equal share of the orders on whose way it lay, in millionths of an order.
    pub linear: u64,
    /// The same of their value, in minor units, rounded down.
    pub linear_value: i64,
}

/// Visits so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visits {
    /// Visits that have ended, by how far they went.
    pub ended: [u32; 5],
    /// Milliseconds they took.
    pub millis: u64,
    /// Steps in them.
    pub steps: u64,
    /// Those with a single event.
    pub single: u32,
    /// When the first visit began; meaningless before there is one.
    pub first: Millis,
    /// The latest visit.
    pub open: Option<OpenVisit>,
    /// Channels, sorted by key.
    pub channels: Vec<Channel>,
    /// Channels of the visits since the latest order, oldest first.
    pub path: Vec<(Millis, Key)>,
    /// What lies in the cart, oldest first: put in, not taken out, not bought.
    pub cart: Vec<(Millis, Key)>,
}

impl Visits {
    /// Follows the next event in time; one from before what was followed is passed over. True when a visit began with it.
    pub(super) fn follow(&mut self, config: &ProfileConfig, p: &Pending) -> bool {
        let pause = self.open.map(|v| p.at.since(v.last));
        if p.elsewhere || pause.is_some_and(|p| p < 0) {
            return false;
        }
        let begins = p.kind == EventKind::SessionStart || pause.is_none_or(|p| p > config.session_gap);
        if begins {
            self.end();
            if self.ended == [0; 5] {
                self.first = p.at;
            }
        }
        let fresh = OpenVisit { start: p.at, ..OpenVisit::default() };
        let visit = self.open.get_or_insert(fresh);
        visit.last = p.at;
        visit.events = visit.events.saturating_add(1);
        visit.steps = visit.steps.saturating_add(u32::from(p.kind.is_step()));
        visit.stage = visit.stage.max(Stage::of(p.kind));
        // A visit comes by the channel that is told first; a share's goes out, not in.
        if let Some(key) = p.detail.channel.filter(|_| !p.kind.is_social() && visit.channel.is_none()) {
            visit.channel = Some(key);
            self.arrive(key, p.at);
        }
        self.carry(p);
        if p.kind == EventKind::Purchase {
            self.attribute(config, p);
        }
        begins
    }

    fn end(&mut self) {
        let Some(v) = self.open.take() else { return };
        let n = &mut self.ended[v.stage as usize];
        *n = n.saturating_add(1);
        self.millis = self.millis.saturating_add(v.last.since(v.start).unsigned_abs());
        self.steps = self.steps.saturating_add(u64::from(v.steps));
        self.single = self.single.saturating_add(u32::from(v.events == 1));
    }

    fn arrive(&mut self, key: Key, at: Millis) {
        let channel = self.channel(key);
        channel.visits = channel.visits.saturating_add(1);
        channel.last = at;
        if self.path.last().is_none_or(|(_, last)| *last != key) {
            self.path.push((at, key));
        } else if let Some(last) = self.path.last_mut() {
            last.0 = at;
        }
        if self.path.len() > PATH {
            self.path.remove(0);
        }
    }

    fn channel(&mut self, key: Key) -> &mut Channel {
        let i = self.channels.partition_point(|c| c.key < key);
        if self.channels.get(i).is_none_or(|c| c.key != key) {
            self.channels.insert(i, Channel { key, ..Channel::default() });
        }
        &mut self.channels[i]
    }

    /// Gives the order to the channels on its way: first, last, and all in equal parts.
    fn attribute(&mut self, config: &ProfileConfig, p: &Pending) {
        let path: Vec<(Millis, Key)> = core::mem::take(&mut self.path);
        let since = path.partition_point(|(at, _)| p.at.since(*at) > config.attribution);
        let path = &path[since..];
        let (Some((_, first)), Some((_, last))) = (path.first(), path.last()) else { return };
        let n = path.len() as u64;
        let value = p.detail.value.map_or(0, |m| m.0) / n as i64;
        for (_, key) in path {
            let c = self.channel(*key);
            c.linear = c.linear.saturating_add(1_000_000 / n);
            c.linear_value = c.linear_value.saturating_add(value);
        }
        self.channel(*first).first_touch += 1;
        self.channel(*last).last_touch += 1;
    }

    fn carry(&mut self, p: &Pending) {
        let puts = p.kind == EventKind::AddToCart;
        if !puts && !matches!(p.kind, EventKind::RemoveFromCart | EventKind::Purchase) {
            return;
        }
        for f in p.facts.iter().filter(|f| f.product != TAKEN_BACK) {
            self.cart.retain(|(_, key)| *key != f.product);
            if puts {
                self.cart.push((p.at, f.product));
            }
        }
        let over = self.cart.len().saturating_sub(CART);
        self.cart.drain(..over);
    }

    pub(super) fn settle(&mut self) {
        super::history::evict(&mut self.channels, CHANNELS, |c| (c.last, c.key));
    }

    /// All visits by how far they went, the open one too.
    pub fn by_stage(&self) -> [u32; 5] {
        let mut all = self.ended;
        if let Some(v) = self.open {
            all[v.stage as usize] += 1;
        }
        all
    }
}

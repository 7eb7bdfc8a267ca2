//! Shards of a large catalogue: which are wanted, and opening them.

use super::Engine;
use crate::catalog::merge::merge;
use crate::catalog::shards::{Shard, Shards};
use crate::catalog::{Catalog, Found};
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::pack::Pack;
use crate::profile::Dimension;
use crate::rank::{Subject, Tables};
use alloc::vec::Vec;

/// Shards that are wanted of one category.
const OF_CATEGORY: usize = 2;
/// Categories that the portrait asks for.
const LIKED: usize = 3;
/// Bytes of open packs after which only `All` goes on.
const MOST_OPEN: usize = 16 << 20;

/// Which shards a host wants to know of. The numbers are the boundary's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// What the calls of this page asked for.
    Page = 0,
    /// Also what the portrait asks for.
    Personal = 1,
    /// All there are.
    All = 2,
}

/// The shards of the pack, and what became of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Closed {
    shards: Shards,
    /// One for each.
    open: Vec<bool>,
    /// What calls asked for, latest first.
    asked: Vec<usize>,
}

impl Closed {
    pub(super) fn of(catalog: &Catalog) -> Result<Closed> {
        let shards = Shards::open(catalog)?;
        Ok(Closed { open: shards.list.iter().map(|_| false).gather(), shards, asked: Vec::new() })
    }

    pub(super) fn forget(&mut self) {
        self.asked.clear();
    }

    fn ask(&mut self, shard: usize) {
        if !self.asked.contains(&shard) {
            self.asked.insert(0, shard);
        }
    }
}

impl Engine {
    /// True while a shard that could hold something for a query is not open: any, or any of its category.
    pub fn is_partial(&self, category: Option<u32>) -> bool {
        let closed = |i: &usize| !self.closed.open[*i];
        match category {
            None => (0..self.closed.open.len()).any(|i| closed(&i)),
            Some(c) => self.closed.shards.of_category(&self.catalog, c).iter().any(closed),
        }
    }

    /// What an id stands for. One that is not open is asked for.
    pub fn find(&mut self, id: &str) -> Option<Found> {
        let found = self.catalog.find(id);
        if found.is_none()
            && let Some(shard) = self.closed.shards.of_key(self.catalog.pack(), Key::product(id))
        {
            self.closed.ask(shard);
        }
        found
    }

    /// A category was asked for.
    pub(super) fn ask_category(&mut self, category: u32) {
        for shard in self.closed.shards.of_category(&self.catalog, category).into_iter().take(OF_CATEGORY) {
            self.closed.ask(shard);
        }
    }

    /// The shards that should be opened, the most urgent first.
    pub fn wanted(&mut self, wish: Wish) -> Vec<&Shard> {
        let Closed { shards, open, asked } = &self.closed;
        let mut wanted = asked.clone();
        if let Some(allowed) = self.consent.may_personalize().filter(|_| wish == Wish::Personal) {
            let view = self.portrait.view(&allowed);
            let c = &self.catalog;
            let steps = view.visit.steps.iter().rev().filter(|m| c.row_of(m.key).is_none());
            wanted.extend(steps.filter_map(|m| shards.of_key(c.pack(), m.key)));
            for t in view.affinity(Dimension::Category).strongest(LIKED) {
                let of_liked = c.category_of_key(t.key).map(|x| shards.of_category(c, x));
                wanted.extend(of_liked.unwrap_or_default().into_iter().take(OF_CATEGORY));
            }
        }
        if wish == Wish::All {
            wanted = (0..open.len()).gather();
        } else if self.catalog.pack().bytes().len() > MOST_OPEN {
            wanted.clear();
        }
        let mut list: Vec<usize> = Vec::new();
        for i in wanted {
            if !open[i] && !list.contains(&i) {
                list.push(i);
            }
        }
        list.iter().filter_map(|i| shards.list.get(*i)).gather()
    }

    /// Opens a shard: from now on its products are ranked with the others. One that is open already changes nothing.
    ///
    /// # Errors
    ///
    /// `shard_mismatch` for a shard of another build, and as [`Pack::open`]; the shelf stays as it was.
    pub fn attach(&mut self, bytes: Vec<u8>) -> Result<()> {
        let shard = Pack::open(bytes)?;
        let version = shard.version_number();
        let listed = self.closed.shards.list.iter().position(|s| s.version == version);
        let place = listed.ok_or_else(|| Error::new(Code::ShardMismatch, "the pack does not list this shard."))?;
        if self.closed.open[place] {
            return Ok(());
        }
        let merged = merge(self.catalog.pack(), &shard)?;
        core::mem::drop(shard);
        let mut catalog = Catalog::open(Pack::open(merged.bytes)?)?;
        catalog.set_view(self.catalog.market_index(), self.catalog.language_index())?;
        self.ranker.set_tables(Tables::open(catalog.pack(), catalog.len())?);
        self.catalog = catalog;
        self.offers = None;
        self.closed.open[place] = true;
        // Lists that were served keep their reasons.
        let place_of = |row: u32| merged.moved.get(row as usize).copied().unwrap_or(row);
        for item in self.served.iter_mut().flat_map(|(_, items)| items) {
            item.row = Row(place_of(item.row.0));
            for (subject, _) in item.parts.iter_mut().flat_map(|p| &mut p.from) {
                if let Subject::Product(row) = subject {
                    *row = place_of(*row);
                }
            }
        }
        Ok(())
    }

    /// The version of the pack that was opened first: what reports and quotes name it by.
    pub fn version(&self) -> &str {
        &self.version
    }
}

//! Shards of a large catalogue: which are wanted, and opening them.

use super::{Engine, Kept};
use crate::catalog::merge::merge;
use crate::catalog::{Catalog, Found, shards};
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::pack::Pack;
use crate::profile::Dimension;
use crate::rank::{Subject, Tables};
use alloc::vec::Vec;

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

impl Engine {
    /// True while a shard that could hold something for a query is not open: any, or any of its category.
    pub fn is_partial(&self, category: Option<u32>) -> bool {
        let could = |i: usize| category.is_none_or(|c| shards::holds(&self.catalog, i, c));
        (0..shards::count(self.catalog.pack())).any(|i| !self.opened.contains(&i) && could(i))
    }

    /// What an id stands for. One that is not open is asked for.
    pub fn find(&mut self, id: &str) -> Option<Found> {
        let found = self.catalog.find(id);
        if found.is_none() {
            let shard = shards::of_key(self.catalog.pack(), Key::product(id));
            self.ask(shard);
        }
        found
    }

    /// True for an id, not found, that may lie in a shard that is not open. The hint knows products and variants, aliases not.
    pub(super) fn is_closed(&self, id: &str) -> bool {
        shards::of_key(self.catalog.pack(), Key::product(id)).is_some() && self.is_partial(None)
    }

    /// A category was asked for: its first shards, those that are open among them.
    pub(super) fn ask_category(&mut self, category: u32) {
        for i in shards::of_category(&self.catalog, category) {
            self.ask(i);
        }
    }

    fn ask(&mut self, shard: Option<usize>) {
        if let Some(shard) = shard.filter(|i| !self.asked.contains(i)) {
            self.asked.push(shard);
        }
    }

    /// The shards that should be opened, by their places in the list, the most urgent first.
    pub fn wanted(&mut self, wish: Wish) -> Vec<usize> {
        let count = shards::count(self.catalog.pack());
        let mut wanted: Vec<usize> = Vec::new();
        if wish == Wish::All {
            for i in 0..count {
                wanted.push(i);
            }
        } else if self.catalog.pack().bytes().len() <= MOST_OPEN {
            // What was asked for last is what the page shows now.
            for i in self.asked.iter().rev() {
                wanted.push(*i);
            }
            if let Some(allowed) = self.consent.may_personalize().filter(|_| wish == Wish::Personal) {
                let view = self.portrait.view(&allowed);
                for step in view.visit.steps.iter().rev() {
                    if self.catalog.row_of(step.key).is_none() {
                        wanted.extend(shards::of_key(self.catalog.pack(), step.key));
                    }
                }
                for t in view.affinity(Dimension::Category).strongest(LIKED) {
                    if let Some(c) = self.catalog.category_of_key(t.key) {
                        wanted.extend(shards::of_category(&self.catalog, c).into_iter().flatten());
                    }
                }
            }
        }
        let mut list = Vec::new();
        for i in wanted {
            if i < count && !self.opened.contains(&i) && !list.contains(&i) {
                list.push(i);
            }
        }
        list
    }

    /// Opens a shard: from now on its products are ranked with the others. One that is open already changes nothing.
    ///
    /// # Errors
    ///
    /// `shard_mismatch` for a shard of another build, and as [`Pack::open`]; the shelf stays as it was.
    pub fn attach(&mut self, bytes: Vec<u8>) -> Result<()> {
        let shard = Pack::open(bytes)?;
        let (pack, version) = (self.catalog.pack(), shard.version_number());
        let listed = (0..shards::count(pack)).find(|i| shards::version(pack, *i) == version);
        let Some(place) = listed else {
            return Err(Error::new(Code::ShardMismatch, "the pack does not list this shard."));
        };
        if self.opened.contains(&place) {
            return Ok(());
        }
        // What waits for the end of a rehearsal is numbered in the rows of now.
        self.rehearse(false);
        let (pack, places) = merge(self.catalog.pack(), &shard);
        core::mem::drop(shard);
        let mut catalog = Catalog::open(pack)?;
        catalog.set_view(self.catalog.market_index(), self.catalog.language_index())?;
        self.ranker.set_tables(Tables::open(catalog.pack(), catalog.len())?);
        self.catalog = catalog;
        self.offers = None;
        self.opened.push(place);
        self.place_events();
        // Lists that were served keep their reasons.
        for Kept { items, others, .. } in &mut self.served {
            for (_, row) in others {
                row.0 = moved(&places, row.0);
            }
            for item in items {
                item.row = Row(moved(&places, item.row.0));
                for part in &mut item.parts {
                    if let Some(Subject::Product(row)) = &mut part.cause {
                        *row = moved(&places, *row);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where a row is now. Those behind the catalogue's, of items that it does not have, go where no product ever comes.
fn moved(places: &[u32], row: u32) -> u32 {
    const BEHIND: u32 = 1 << 31;
    places.get(row as usize).copied().unwrap_or(row | BEHIND)
}

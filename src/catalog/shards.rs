//! The list of a core's shards: which there are, what is in them, in which an id may be.

use super::Catalog;
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::list::Gather;
use crate::pack::{Pack, Tag, hex};
use crate::text::concat;
use alloc::string::String;
use alloc::vec::Vec;

/// One shard, as the core lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// The file's name; it lies beside the core.
    pub name: String,
    /// The file's version, as [`Pack::version`] has it.
    pub(crate) version: u64,
    /// Bytes of the file, raw.
    pub bytes: u32,
    /// Products in it.
    pub products: u32,
    /// Categories of its products.
    pub categories: Vec<u32>,
}

/// The shards of a core.
#[derive(Debug, Clone, Default)]
pub struct Shards {
    /// Those with the most popular products first.
    pub list: Vec<Shard>,
}

impl Shards {
    /// The shards of an open pack; none for one that was not split, or is whole again.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the list cannot be read.
    pub fn open(catalog: &Catalog) -> Result<Shards> {
        let Some(record) = catalog.pack().section(Tag::SHARDS, 0) else { return Ok(Shards::default()) };
        let malformed = |_: Malformed| Error::new(Code::PackMalformed, "section SHRD cannot be read.");
        let mut r = Reader::new(record);
        let (_total, _whole, shop) = (r.u32(), r.u64(), r.str());
        let mut list = Vec::new();
        for _ in 0..r.count(20) {
            let (version, bytes, products) = (r.u64(), r.u32(), r.u32());
            let categories: Vec<u32> = (0..r.count(4)).map(|_| r.u32()).gather();
            if categories.iter().any(|c| *c as usize >= catalog.category_count()) {
                r.fail();
            }
            let name = concat(&[shop, ".", &hex(version), ".shard"]);
            list.push(Shard { name, version, bytes, products, categories });
        }
        r.end().map_err(malformed)?;
        Ok(Shards { list })
    }

    /// The shards that hold products of a category or below it, most popular first.
    pub fn of_category(&self, catalog: &Catalog, category: u32) -> Vec<usize> {
        let below = |x: &u32| catalog.category_chain(*x).any(|c| c == category);
        let holds = |i: &usize| self.list.get(*i).is_some_and(|s| s.categories.iter().any(below));
        (0..self.list.len()).filter(holds).gather()
    }

    /// The shard that may hold a product, by the core's hint.
    pub fn of_key(&self, pack: &Pack, key: Key) -> Option<usize> {
        let cells = pack.section(Tag::HINT, 0)?;
        let cell = (key.0 % (cells.len() as u64 / 2).max(1)) as usize * 2;
        let shard = usize::from(u16::from_le_bytes([*cells.get(cell)?, *cells.get(cell + 1)?]));
        shard.checked_sub(1).filter(|i| *i < self.list.len())
    }
}

//! One of two packs that are compared.

use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::error::Result;
use crate::id::Row;
use crate::rank::{Blend, Tables};
use std::collections::BTreeMap;

/// An open pack.
pub(super) struct Side {
    engine: Engine,
    pub(super) tables: Tables,
}

impl Side {
    pub(super) fn open(bytes: &[u8]) -> Result<Side> {
        let engine = Engine::open(bytes.to_vec())?;
        let tables = Tables::open(engine.catalog().pack(), engine.catalog().len())?;
        Ok(Side { engine, tables })
    }

    pub(super) fn catalog(&self) -> &Catalog {
        self.engine.catalog()
    }

    pub(super) fn blend(&self) -> &Blend {
        self.engine.blend()
    }

    /// Looks at the pack in a market or a language; empty ones stay as they are.
    pub(super) fn look_at(&mut self, market: &str, language: &str) -> Result<()> {
        self.engine.set_view(market, language)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row> + use<> {
        (0..self.catalog().len() as u32).map(Row)
    }

    /// The row of a product with this very id; no variant and no alias.
    pub(super) fn row_of(&self, id: &str) -> Option<Row> {
        let c = self.catalog();
        c.row_of(crate::id::Key::product(id)).filter(|row| c.id(*row) == id)
    }

    /// Every variant by its id.
    pub(super) fn variants(&self) -> BTreeMap<&str, (Row, u32)> {
        let c = self.catalog();
        self.rows().flat_map(|row| c.variants_of(row).map(move |v| (c.variant_id(v), (row, v)))).collect()
    }
}

/// Rows of the products that both packs have, old and new, in the old pack's order.
pub(super) fn common(old: &Side, new: &Side) -> Vec<(Row, Row)> {
    old.rows().filter_map(|row| Some((row, new.row_of(old.catalog().id(row))?))).collect()
}

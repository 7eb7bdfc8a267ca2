//! The vectors of a build without the feature `vectors`: none, whatever the pack holds. The same names as in `embedding.rs`.

use crate::error::Result;
use crate::id::Row;
use crate::pack::Pack;
use alloc::vec::Vec;

/// No vectors.
#[derive(Debug, Clone, Default)]
pub struct Embedding(());

/// No direction.
#[derive(Debug, Clone, Default)]
pub struct Aim(());

/// Room for nothing.
#[derive(Debug, Clone, Default)]
pub struct Top(());

impl Embedding {
    pub(super) fn open(_: &Pack, _: usize) -> Result<Embedding> {
        Ok(Embedding(()))
    }

    pub(super) fn is_empty(&self) -> bool {
        true
    }

    pub(super) fn aim(&self, _: &Pack, _: &[(Row, u32)]) -> Aim {
        Aim(())
    }

    pub(super) fn cosine(&self, _: &Pack, _: &Aim, _: Row) -> u64 {
        0
    }

    pub(super) fn nearest(&self, _: &Pack, _: &Aim, _: usize, _: &mut Top) -> Vec<(Row, u64)> {
        Vec::new()
    }
}

//! What a page shows: products that count as steps of the visit, for as long as the call lasts.

use crate::id::Row;
use alloc::vec::Vec;

/// Products of a context that count: the last of them.
pub const MOST_SHOWN: usize = 20;

/// The page's word about itself; no part of the portrait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Products, each once, the one looked at last before the others; at most [`MOST_SHOWN`].
    pub rows: Vec<Row>,
    /// They lie in a cart: they count alike, and point to what goes with them. Else they are the latest steps.
    pub cart: bool,
}

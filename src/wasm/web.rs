//! The browser's host: a wasm-bindgen class over the dispatch table.

use super::dispatch::Table;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// The core of all shelves of a page.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Core {
    table: Table,
}

#[wasm_bindgen]
impl Core {
    /// A core without shelves.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Core {
        Core::default()
    }

    /// One call of the boundary: `manual/boundary.md`.
    pub fn call(&mut self, op: u32, request: &[u8]) -> Vec<u8> {
        self.table.call(op, request)
    }
}

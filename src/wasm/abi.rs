//! The mini-program's host: `alloc`, `free`, `call` over the dispatch table, without glue.
#![allow(unsafe_code, reason = "a C-ABI takes and gives raw memory; every block is sized by its length word")]

use super::block::{answer, give, take};
use super::dispatch::Table;
use alloc::vec;
use core::cell::RefCell;

/// The one table of the instance.
struct Single(RefCell<Table>);

// SAFETY: this build is compiled for hosts without threads, and `wasm32-unknown-unknown` has none to share it with.
unsafe impl Sync for Single {}

static TABLE: Single = Single(RefCell::new(Table::new()));

/// Version of this interface.
const ABI: u32 = 1;

/// The interface's version.
#[unsafe(no_mangle)]
extern "C" fn nearshelf_abi() -> u32 {
    ABI
}

/// A block of `len` zeroed bytes.
#[unsafe(no_mangle)]
extern "C" fn nearshelf_alloc(len: u32) -> *mut u8 {
    give(vec![0; len as usize])
}

/// Releases a block.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn nearshelf_free(ptr: *mut u8, len: u32) {
    // SAFETY: passed on to the caller.
    drop(unsafe { take(ptr, len as usize) });
}

/// One call: takes the request block over, answers with a block of a length word and the response.
///
/// # Safety
///
/// As [`take`], for the request.
#[unsafe(no_mangle)]
unsafe extern "C" fn nearshelf_call(op: u32, ptr: *mut u8, len: u32) -> *mut u8 {
    // SAFETY: passed on to the caller.
    let request = unsafe { take(ptr, len as usize) };
    let response = TABLE.0.borrow_mut().call(op, &request);
    answer(&response)
}

//! Draws' host, for `nearshelf/draws`: the calls of `crate::draw::wire`. A wasm of its own, without a shelf.
#![allow(unsafe_code, reason = "a C-ABI takes and gives raw memory; every block is sized by its length word")]

use super::block::{answer, give, take};
use crate::draw::wire;
use alloc::vec;

/// Version of this interface.
const ABI: u32 = 1;

/// The interface's version.
#[unsafe(no_mangle)]
extern "C" fn draw_abi() -> u32 {
    ABI
}

/// A block of `len` zeroed bytes.
#[unsafe(no_mangle)]
extern "C" fn draw_alloc(len: u32) -> *mut u8 {
    give(vec![0; len as usize])
}

/// Releases a block.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn draw_free(ptr: *mut u8, len: u32) {
    // SAFETY: passed on to the caller.
    drop(unsafe { take(ptr, len as usize) });
}

/// One call: takes the request block over, answers with a block of a length word and the response.
///
/// # Safety
///
/// As [`take`], for the request.
#[unsafe(no_mangle)]
unsafe extern "C" fn draw_call(op: u32, ptr: *mut u8, len: u32) -> *mut u8 {
    // SAFETY: passed on to the caller.
    let request = unsafe { take(ptr, len as usize) };
    let response = wire::call(op, &request);
    answer(&response)
}

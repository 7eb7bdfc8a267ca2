//! Blocks of memory that go to a host without glue and come back: what the hosts with a C-ABI share.
#![allow(unsafe_code, reason = "a C-ABI takes and gives raw memory; every block is sized by its length word")]

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Gives a block to the host, which has to hand it back with its length.
pub(super) fn give(bytes: Vec<u8>) -> *mut u8 {
    Box::into_raw(bytes.into_boxed_slice()).cast()
}

/// Takes a block back.
///
/// # Safety
///
/// `ptr` and `len` must be those of one block from [`give`] that was not taken back yet.
pub(super) unsafe fn take(ptr: *mut u8, len: usize) -> Vec<u8> {
    // SAFETY: the caller hands over exactly the boxed slice that `give` made.
    unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(ptr, len)) }.into_vec()
}

/// Gives a block of a length word and a response.
pub(super) fn answer(response: &[u8]) -> *mut u8 {
    let mut block = Vec::with_capacity(response.len() + 4);
    block.extend_from_slice(&(response.len() as u32).to_le_bytes());
    block.extend_from_slice(response);
    give(block)
}

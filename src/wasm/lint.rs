//! The linter's host, for `nearshelf/lint` in Node: a document goes in as JSON, findings come out as JSON. A wasm of its own, which also compiles a
//! `loyalty.json` for `nearshelf/membership` in Node.
#![allow(unsafe_code, reason = "a C-ABI takes and gives raw memory; every block is sized by its length word")]

use crate::member::json::section;
use crate::offer::lint::lint_document;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde_json::{Value, json};

fn give(bytes: Vec<u8>) -> *mut u8 {
    Box::into_raw(bytes.into_boxed_slice()).cast()
}

/// Takes a block back.
///
/// # Safety
///
/// `ptr` and `len` must be those of one block from [`give`] that was not taken back yet.
unsafe fn take(ptr: *mut u8, len: usize) -> Vec<u8> {
    // SAFETY: the caller hands over exactly the boxed slice that `give` made.
    unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(ptr, len)) }.into_vec()
}

/// A block of `len` zeroed bytes.
#[unsafe(no_mangle)]
extern "C" fn lint_alloc(len: u32) -> *mut u8 {
    give(vec![0; len as usize])
}

/// Releases a block.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn lint_free(ptr: *mut u8, len: u32) {
    // SAFETY: passed on to the caller.
    drop(unsafe { take(ptr, len as usize) });
}

/// Takes the block of a document over, answers with a block of a length word and `{ "findings": [...] }` or `{ "error": "..." }`.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn lint_call(ptr: *mut u8, len: u32) -> *mut u8 {
    // SAFETY: passed on to the caller.
    let document = unsafe { take(ptr, len as usize) };
    let answer = match serde_json::from_slice::<Value>(&document) {
        Err(e) => json!({ "error": format!("the document is no JSON: {e}.") }),
        Ok(document) => match lint_document(&document) {
            Ok(findings) => json!({ "findings": findings }),
            Err(what) => json!({ "error": what }),
        },
    };
    let response = answer.to_string();
    let mut block = Vec::with_capacity(response.len() + 4);
    block.extend_from_slice(&(response.len() as u32).to_le_bytes());
    block.extend_from_slice(response.as_bytes());
    give(block)
}

/// Takes the block of `{ "loyalty": …, "zone": minutes, "languages": […] }` over, answers with a block of a length word and, behind a byte, 0 and the
/// section `LOYL`, or 1 and what is wrong.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn lint_loyalty(ptr: *mut u8, len: u32) -> *mut u8 {
    // SAFETY: passed on to the caller.
    let document = unsafe { take(ptr, len as usize) };
    let (code, answer) = match compiled(&document) {
        Ok(section) => (0, section),
        Err(what) => (1, what.into_bytes()),
    };
    let mut block = Vec::with_capacity(answer.len() + 5);
    block.extend_from_slice(&(answer.len() as u32 + 1).to_le_bytes());
    block.push(code);
    block.extend_from_slice(&answer);
    give(block)
}

fn compiled(document: &[u8]) -> Result<Vec<u8>, String> {
    let v: Value = serde_json::from_slice(document).map_err(|e| format!("it is no JSON: {e}."))?;
    let zone = v["zone"].as_i64().and_then(|z| i32::try_from(z).ok()).unwrap_or(i32::MAX);
    let languages = v["languages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|l| l.as_str().map(String::from))
        .collect::<Vec<_>>();
    section(&v["loyalty"], zone, &languages)
}

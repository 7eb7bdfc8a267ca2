//! The linter's host, for `nearshelf/lint` in Node: a document goes in as JSON, findings come out as JSON. A wasm of its own, which also compiles a
//! `loyalty.json` for `nearshelf/membership`, announces and draws for `nearshelf/draws`, and issues and settles tokens for `nearshelf/invites`, in Node.
#![allow(unsafe_code, reason = "a C-ABI takes and gives raw memory; every block is sized by its length word")]

use super::block::{answer, give, take};
use crate::draw::sheet;
use crate::member::json::section;
use crate::offer::lint::lint_document;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde_json::{Value, json};

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
    let found = match serde_json::from_slice::<Value>(&document) {
        Err(e) => json!({ "error": format!("the document is no JSON: {e}.") }),
        Ok(document) => match lint_document(&document) {
            Ok(findings) => json!({ "findings": findings }),
            Err(what) => json!({ "error": what }),
        },
    };
    let response = found.to_string();
    answer(response.as_bytes())
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
    let (code, told) = match compiled(&document) {
        Ok(section) => (0, section),
        Err(what) => (1, what.into_bytes()),
    };
    let mut block = Vec::with_capacity(told.len() + 5);
    block.extend_from_slice(&(told.len() as u32 + 1).to_le_bytes());
    block.push(code);
    block.extend_from_slice(&told);
    give(block)
}

/// Takes the block of what a server asks of its invitations over ([`crate::invite::json::answer`]), answers with a block of a length word and JSON.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn lint_invites(ptr: *mut u8, len: u32) -> *mut u8 {
    // SAFETY: passed on to the caller.
    let document = unsafe { take(ptr, len as usize) };
    let told = match serde_json::from_slice::<Value>(&document) {
        Err(e) => json!({ "error": format!("it is no JSON: {e}.") }),
        Ok(asked) => crate::invite::json::answer(&asked),
    };
    answer(told.to_string().as_bytes())
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

/// Takes the block of `{ "op": …, … }` over, what the shop asks of a draw, answers with a block of a length word and JSON: what it asked for, or
/// `{ "error": "..." }`.
///
/// # Safety
///
/// As [`take`].
#[unsafe(no_mangle)]
unsafe extern "C" fn lint_draws(ptr: *mut u8, len: u32) -> *mut u8 {
    // SAFETY: passed on to the caller.
    let request = unsafe { take(ptr, len as usize) };
    let said = sheet::asked(&request).unwrap_or_else(|what| json!({ "error": what }));
    answer(said.to_string().as_bytes())
}

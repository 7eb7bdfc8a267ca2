//! Issuing, which is the shop's.

use super::programme::key;
use super::token::{About, DOMAIN, FREE, Handle, head};
use crate::signature::Keys;
use crate::time::Millis;
use std::format;
use std::string::String;
use std::vec::Vec;

/// What a token is to say.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// The programme's id.
    pub programme: &'a str,
    /// Who gives it.
    pub inviter: Handle,
    /// When it is issued; minutes count.
    pub issued: Millis,
    /// When it ends.
    pub expires: Millis,
    /// Random.
    pub nonce: u64,
    /// What it is about.
    pub about: About,
    /// The id of that.
    pub id: &'a str,
    /// By which channel it goes; may be empty.
    pub channel: &'a str,
    /// Beginnings of the handles of who invited the inviter, and so on; at most four.
    pub chain: Vec<u32>,
}

/// A token's text. The same draft gives the same text.
///
/// # Errors
///
/// What does not fit.
pub fn issue(keys: &Keys, shop: &str, draft: &Draft<'_>) -> Result<String, String> {
    let free = draft.id.len() + draft.channel.len() + 4 * draft.chain.len();
    if free > FREE {
        return Err(format!("what it is about, channel and chain have {free} bytes, and {FREE} is the most."));
    }
    if draft.chain.len() > 4 {
        return Err("a chain has at most 4 handles.".into());
    }
    if (draft.about == About::Nothing) != draft.id.is_empty() {
        return Err("what it is about needs an id.".into());
    }
    if draft.issued.0 < 0 || draft.expires <= draft.issued || draft.expires.0 / 60_000 > i64::from(u32::MAX) {
        return Err("it has to end after it is issued.".into());
    }
    let mut bytes = head(&keys.hint()[..4], draft, key(draft.programme));
    let signature = keys.sign_parts(&[DOMAIN, shop.as_bytes(), b"\0", &bytes]);
    bytes.extend_from_slice(&signature);
    Ok(encode(&bytes))
}

/// Bytes as base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let n = three.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for i in 0..=three.len() {
            text.push(char::from(DIGITS[(n >> (18 - 6 * i) & 63) as usize]));
        }
    }
    text
}

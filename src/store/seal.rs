//! Sealing: XChaCha20-Poly1305 with the format and the scope as associated data.
//!
//! A sealed snapshot is `NSNP`, `u16` seal version (1), 24 bytes of nonce, then ciphertext and tag. Key and nonce are the
//! host's: the core has no random source, and a nonce must never be used twice with a key.

use crate::error::{Code, Error, Result};
use alloc::vec::Vec;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};

/// Length of a key, in bytes.
pub const KEY: usize = 32;
/// Length of a nonce, in bytes.
pub const NONCE: usize = 24;

/// The seal version this build writes, and the only one it reads.
pub const SEAL: u16 = 1;
const MAGIC: [u8; 4] = *b"NSNP";
const HEAD: usize = 6;
const TAG: usize = 16;

/// Seals `plain` for `scope`, such as shop and account.
///
/// # Example: a seal opens with its key and in its scope only
///
/// ```
/// use nearshelf::store::seal::{open, seal};
/// let sealed = seal(&[7; 32], &[1; 24], "shop/anonymous", b"a portrait");
/// assert_eq!(open(&[7; 32], "shop/anonymous", &sealed)?, b"a portrait");
/// assert_eq!(open(&[8; 32], "shop/anonymous", &sealed).unwrap_err().code(), "bad_snapshot");
/// assert_eq!(open(&[7; 32], "shop/somebody", &sealed).unwrap_err().code(), "bad_snapshot");
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], scope: &str, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + NONCE + plain.len() + TAG);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&SEAL.to_le_bytes());
    out.extend_from_slice(nonce);
    out.extend_from_slice(plain);
    let data = associated(scope);
    let body = out.get_mut(HEAD + NONCE..).unwrap_or_default();
    let tag = cipher(key).encrypt_inout_detached(&XNonce::from(*nonce), &data, body.into());
    match tag {
        Ok(tag) => out.extend_from_slice(&tag),
        // Only a text beyond 256 GiB fails; better nothing than something unsealed.
        Err(_) => out.clear(),
    }
    out
}

/// Opens what [`seal`] made.
///
/// # Errors
///
/// `bad_snapshot` when it was cut or changed, or is of another key, scope or version.
pub fn open(key: &[u8; KEY], scope: &str, sealed: &[u8]) -> Result<Vec<u8>> {
    let bad = |what: &'static str| Error::new(Code::BadSnapshot, what);
    let (head, rest) = sealed.split_first_chunk::<HEAD>().ok_or_else(|| bad("it is too short."))?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or_else(|| bad("it is too short."))?;
    let (text, tag) = rest.split_last_chunk::<TAG>().ok_or_else(|| bad("it is too short."))?;
    if head[..4] != MAGIC || head[4..] != SEAL.to_le_bytes() {
        return Err(bad("it is no sealed snapshot of this version."));
    }
    let mut plain = text.to_vec();
    let data = associated(scope);
    cipher(key)
        .decrypt_inout_detached(&XNonce::from(*nonce), &data, plain.as_mut_slice().into(), &Tag::from(*tag))
        .map_err(|_| bad("it was changed, or sealed with another key or for another scope."))?;
    Ok(plain)
}

fn cipher(key: &[u8; KEY]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

/// What a seal is bound to: its own format and the scope.
fn associated(scope: &str) -> Vec<u8> {
    [&MAGIC[..], &SEAL.to_le_bytes(), scope.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let (key, nonce) = ([3; KEY], [9; NONCE]);
        let sealed = seal(&key, &nonce, "s", b"what the shopper likes");
        assert_eq!(open(&key, "s", &sealed).as_deref(), Ok(&b"what the shopper likes"[..]));
        assert!(!sealed.windows(7).any(|w| w == b"shopper"), "nothing stands in clear");
        for cut in 0..sealed.len() {
            assert!(open(&key, "s", &sealed[..cut]).is_err(), "cut at {cut}");
        }
        for bit in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&key, "s", &bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn the_cipher_is_the_published_one() {
        // draft-irtf-cfrg-xchacha-03, appendix A.3.1: key 80..9f, nonce 40..57, and the first bytes of its ciphertext. The
        // associated data only enter the tag, so the ciphertext is the draft's.
        let key: [u8; KEY] = core::array::from_fn(|i| 0x80 + i as u8);
        let nonce: [u8; NONCE] = core::array::from_fn(|i| 0x40 + i as u8);
        let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let sealed = seal(&key, &nonce, "", plain);
        let expected = [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b, 0x95, 0x76, 0x57, 0x94, 0x93, 0xc0, 0xe9, 0x39];
        assert_eq!(sealed[HEAD + NONCE..][..16], expected);
    }
}

//! Signed files: an envelope before a pack, an overlay or a switch. `manual/signatures.md` is its description.

mod envelope;
mod seen;
#[cfg(any(feature = "cli", feature = "lint"))]
mod sign;

pub use envelope::{Envelope, Kind, MAGIC, strip};
#[cfg(any(feature = "cli", feature = "lint"))]
pub use sign::{Keys, Terms, public_key, sign};

use crate::error::{Code, Error, Result};
use crate::time::Millis;
use alloc::vec::Vec;
use ed25519_compact::{PublicKey, Signature};
use seen::Seen;

/// What is signed begins with this, so that no signature made here means anything elsewhere.
const DOMAIN: &[u8] = b"nearshelf signature 1\0";

/// A file whose signature is good.
#[derive(Debug, Clone)]
pub struct Opened<'a> {
    /// What its envelope says.
    pub envelope: Envelope<'a>,
    /// What to remember from now on, in place of what was remembered.
    pub seen: Vec<u8>,
}

/// Checks a signed file: one of `keys` (64 hexadecimal digits each) signed it, as what is wanted, it has not ended, and nothing newer
/// was `seen` before. `seen` is what an earlier check answered, empty at first.
///
/// # Errors
///
/// `unsigned`, `bad_signature`, `expired`, `replayed`, in this order.
pub fn open<'a>(now: Millis, wanted: Option<Kind>, keys: &[&str], seen: &[u8], file: &'a [u8]) -> Result<Opened<'a>> {
    if !file.starts_with(&MAGIC) {
        return Err(Error::new(Code::Unsigned, "it has no envelope."));
    }
    let bad = || Error::new(Code::BadSignature, "no key given here signed it as what it is taken for.");
    let envelope = Envelope::read(file).ok_or_else(bad)?;
    let signed = signed_by_one(keys, &envelope.key, envelope.signature, &[DOMAIN, envelope.head, envelope.payload]);
    if !signed || wanted.is_some_and(|kind| kind != envelope.kind) {
        return Err(bad());
    }
    let mut seen = Seen::read(seen);
    // A device's clock that goes behind what was signed already is wrong.
    let now = now.max(seen.latest);
    if envelope.expires.is_some_and(|end| end <= now) {
        return Err(Error::new(Code::Expired, "its end has come."));
    }
    if !seen.take(&envelope) {
        return Err(Error::new(Code::Replayed, "a newer one was seen here."));
    }
    let seen = seen.write();
    Ok(Opened { envelope, seen })
}

/// True when the one of `keys` (64 hexadecimal digits each) that begins with `hint` signed these parts, one behind the other.
#[inline(never)]
pub(crate) fn signed_by_one(keys: &[&str], hint: &[u8], signature: &[u8; 64], message: &[&[u8]]) -> bool {
    let known = keys.iter().filter_map(|key| unhex(key)).find(|key| key.starts_with(hint));
    known.is_some_and(|key| verifies(key, signature, message))
}

/// The one place where the curve is asked.
fn verifies(key: [u8; 32], signature: &[u8; 64], message: &[&[u8]]) -> bool {
    let Ok(mut state) = PublicKey::new(key).verify_incremental(&Signature::new(*signature)) else { return false };
    for part in message {
        state.absorb(part);
    }
    state.verify().is_ok()
}

/// The bytes of 64 hexadecimal digits.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (i, d) in digits.iter().enumerate() {
        let value = match d {
            b'0'..=b'9' => d - b'0',
            b'a'..=b'f' => d - b'a' + 10,
            b'A'..=b'F' => d - b'A' + 10,
            _ => return None,
        };
        let byte = bytes.get_mut(i / 2)?;
        *byte = *byte << 4 | value;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hexadecimal"))
    }

    /// RFC 8032, section 7.1, tests 1 to 3 and "SHA(abc)": public key, message, signature.
    const VECTORS: [(&str, &str, &str); 4] = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ];

    #[test]
    fn the_vectors_of_rfc_8032_verify_and_a_changed_bit_does_not() {
        for (key, message, signature) in VECTORS {
            let message: Vec<u8> = (0..message.len() / 2).map(|i| bytes::<1>(&message[2 * i..])[0]).collect();
            let (key, signature) = (bytes::<32>(key), bytes::<64>(signature));
            assert!(verifies(key, &signature, &[&message]));
            for bit in 0..512 {
                let mut other = signature;
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!verifies(key, &other, &[&message]), "bit {bit}");
            }
            assert!(!verifies(key, &signature, &[&message, b"x"]));
        }
    }

    /// 2^252 + 27742317777372353535851937790883648493, lowest byte first.
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    #[test]
    fn a_signature_has_one_form_and_keys_of_small_order_sign_nothing() {
        let (key, message, signature) = VECTORS[1];
        let (key, mut signature) = (bytes::<32>(key), bytes::<64>(signature));
        let order = bytes::<32>(ORDER);
        let mut carry = 0;
        for (s, o) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*s) + u16::from(o) + carry;
            (*s, carry) = (sum as u8, sum >> 8);
        }
        assert!(!verifies(key, &signature, &[&bytes::<1>(message)]), "S + L is the same number and another form");
        // The neutral point as a key would sign everything.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        assert!(!verifies(neutral, &forged, &[b"anything"]));
        assert!(!verifies([0; 32], &[0; 64], &[b"anything"]));
    }

    #[test]
    fn keys_are_read_as_64_digits_and_nothing_else() {
        let text = VECTORS[0].0;
        assert_eq!(unhex(text), Some(bytes(text)));
        assert_eq!(unhex(&text.to_uppercase()), unhex(text));
        for bad in ["", &text[1..], &format!("{text}0"), &text.replace('7', "g"), &text.replace('d', "é")] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_seen_is_bounded_and_one_record_behind_another_counts_as_both() {
        let record = |list: &[(u8, f64, &str)], latest: i64| {
            let mut w = crate::codec::Writer::new();
            w.u8(1);
            w.f64(latest as f64);
            w.count(list.len());
            for (kind, n, subject) in list {
                w.u8(*kind);
                w.f64(*n);
                w.str(subject);
            }
            w.finish()
        };
        let two = [record(&[(1, 5.0, "a"), (2, 9.0, "a")], 7), record(&[(1, 4.0, "a"), (1, 2.0, "b")], 3)].concat();
        assert_eq!(Seen::read(&two).write(), record(&[(1, 5.0, "a"), (2, 9.0, "a"), (1, 2.0, "b")], 7));
        assert_eq!(Seen::read(&[&two[..], b"\x02broken"].concat()).write(), Seen::read(&two).write());
        for cut in 0..two.len() {
            assert!(Seen::read(&two[..cut]).write().len() <= two.len());
        }
        let names: Vec<String> = (0..100).map(|i| format!("s{i}")).collect();
        let many: Vec<(u8, f64, &str)> = names.iter().map(|n| (1, 1.0, n.as_str())).collect();
        assert_eq!(Seen::read(&record(&many, 0)).write(), record(&many[36..], 0));
    }
}

//! The token's bytes, and its text in base64url.

use crate::codec::Reader;
use crate::signature::signed_by_one;
use crate::time::{MINUTE, Millis};
use alloc::vec::Vec;

/// A pseudonym that only the shop can map: eight bytes, lowest first.
pub type Handle = u64;

/// Characters of the longest token.
pub const LONGEST: usize = 199;
/// Bytes of what it is about, channel and chain together.
pub const FREE: usize = 48;
/// Handles of a chain.
const CHAIN: usize = 4;
const VERSION: u8 = 1;
/// What is signed begins with this.
pub(super) const DOMAIN: &[u8] = b"nearshelf invite 1\0";

/// What kind of thing a token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum About {
    /// The shop.
    #[default]
    Nothing = 0,
    /// A product.
    Product = 1,
    /// An offer.
    Offer = 2,
    /// A group that is being put together.
    Group = 3,
}

impl About {
    /// All, by number.
    pub const ALL: [About; 4] = [About::Nothing, About::Product, About::Offer, About::Group];
}

/// A token that was read, and not checked yet.
#[derive(Debug, Clone)]
pub struct Token<'a> {
    /// The first bytes of the public key.
    pub hint: &'a [u8],
    /// [`key`](super::key) of the programme's id.
    pub programme: u32,
    /// Who gave it.
    pub inviter: Handle,
    /// Since when.
    pub issued: Millis,
    /// It cannot be landed with from then on.
    pub expires: Millis,
    /// Random.
    pub nonce: u64,
    /// What it is about.
    pub about: About,
    /// The id of that.
    pub id: &'a str,
    /// By which channel it goes, in the shop's word; may be empty.
    pub channel: &'a str,
    /// Beginnings of the handles of who invited the inviter, of who invited them, and so on: four bytes each.
    pub chain: &'a [u8],
    head: &'a [u8],
    signature: &'a [u8; 64],
}

impl<'a> Token<'a> {
    /// Reads a token; `None` for what is none of this version.
    pub fn read(bytes: &'a [u8]) -> Option<Token<'a>> {
        let (head, signature) = bytes.split_last_chunk::<64>()?;
        let mut r = Reader::new(head);
        let version = r.u8();
        let (hint, programme, inviter) = (r.take(4), r.u32(), r.u64());
        let [issued, expires] = [r.u32(), r.u32()].map(|m| Millis(i64::from(m) * MINUTE));
        let (nonce, about) = (r.u64(), *About::ALL.get(usize::from(r.u8()))?);
        let [id, channel, chain] = [part(&mut r), part(&mut r), part(&mut r)];
        r.end().ok()?;
        let free = id.len() + channel.len() + chain.len();
        let fits = free <= FREE && chain.len() <= 4 * CHAIN && chain.len() % 4 == 0;
        let told = (about == About::Nothing) == id.is_empty();
        let token = Token {
            hint,
            programme,
            inviter,
            issued,
            expires,
            nonce,
            about,
            id: core::str::from_utf8(id).ok()?,
            channel: core::str::from_utf8(channel).ok()?,
            chain,
            head,
            signature,
        };
        (version == VERSION && fits && told).then_some(token)
    }

    /// The handle is that of somebody by whom the inviter came.
    pub fn came_by(&self, handle: Handle) -> bool {
        self.chain.chunks_exact(4).any(|four| four == &handle.to_le_bytes()[..4])
    }

    /// Its signature, and behind it what that is of, in pieces.
    pub(crate) fn signed<'t>(&'t self, shop: &'t str) -> [&'t [u8]; 5] {
        [self.signature, DOMAIN, shop.as_bytes(), b"\0", self.head]
    }
}

/// One of `keys` (64 hexadecimal digits each) signed it for this shop.
pub fn is_signed(token: &Token<'_>, keys: &[&str], shop: &str) -> bool {
    let [_, text @ ..] = token.signed(shop);
    signed_by_one(keys, token.hint, token.signature, &text)
}

/// A length and so many bytes.
fn part<'a>(r: &mut Reader<'a>) -> &'a [u8] {
    let n = r.u8();
    r.take(usize::from(n))
}

/// The bytes of a text in base64url without padding; `None` where it is not the one text of its bytes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(LONGEST);
    let (mut held, mut bits) = (0_u32, 0);
    if text.len() > LONGEST {
        return None;
    }
    for c in text.bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 6 && held == 0).then_some(out)
}

/// The head of a token, which the signature goes behind.
#[cfg(any(feature = "cli", feature = "lint"))]
pub(super) fn head(hint: &[u8], draft: &super::Draft<'_>, programme: u32) -> Vec<u8> {
    let mut w = crate::codec::Writer::new();
    w.u8(VERSION);
    w.raw(hint);
    w.u32(programme);
    w.u64(draft.inviter);
    for at in [draft.issued, draft.expires] {
        w.u32((at.0 / MINUTE) as u32);
    }
    w.u64(draft.nonce);
    w.u8(draft.about as u8);
    for text in [draft.id, draft.channel] {
        w.u8(text.len() as u8);
        w.raw(text.as_bytes());
    }
    w.u8(4 * draft.chain.len() as u8);
    draft.chain.iter().for_each(|h| w.u32(*h));
    w.finish()
}

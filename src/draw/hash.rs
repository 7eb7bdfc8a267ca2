//! SHA-256, each use of it under a name of its own, so that no hash made for one means anything as another.

use sha2::{Digest, Sha256};

/// 32 bytes.
pub type Hash = [u8; 32];

/// SHA-256 of some parts, one behind the other.
///
/// # Example: the empty message (FIPS 180-4)
///
/// ```
/// use nearshelf::draw::hash;
/// assert_eq!(hash(&[])[..4], [0xe3, 0xb0, 0xc4, 0x42]);
/// assert_eq!(hash(&[b"a", b"bc"]), hash(&[b"abc"]));
/// ```
pub fn hash(parts: &[&[u8]]) -> Hash {
    let mut state = Sha256::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().into()
}

/// The commitment to a seed.
pub fn commitment_of(seed: &Hash) -> Hash {
    hash(&[b"nearshelf draw seed 1\0", seed])
}

/// What is published of a person: nothing that can be tried out without the salt.
pub fn person_of(salt: &Hash, id: &str) -> Hash {
    hash(&[b"nearshelf draw person 1\0", salt, id.as_bytes()])
}

/// What is published of a ticket.
pub fn ticket_of(text: &str) -> Hash {
    hash(&[b"nearshelf draw ticket 1\0", text.as_bytes()])
}

/// The commitment to the right option of a question. Ids have no zero byte.
pub fn answer_of(salt: &Hash, question: &str, option: &str) -> Hash {
    hash(&[b"nearshelf draw answer 1\0", salt, question.as_bytes(), b"\0", option.as_bytes()])
}

/// What the places of a draw are made of.
pub(super) fn key(announcement: &Hash, seed: &Hash, root: &Hash, count: u32, beacon: &str) -> Hash {
    let count = u64::from(count).to_le_bytes();
    hash(&[b"nearshelf draw key 1\0", announcement, seed, root, &count, beacon.as_bytes()])
}

/// What the outcome of one ticket is made of.
pub(super) fn instant_key(announcement: &Hash, seed: &Hash, ticket: &Hash) -> Hash {
    hash(&[b"nearshelf draw instant 1\0", announcement, seed, ticket])
}

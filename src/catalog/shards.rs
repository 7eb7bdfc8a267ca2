//! The shards of a core: which there are, what is in them, in which an id may be.

use super::Catalog;
use crate::codec::Reader;
use crate::id::{Key, hash};
use crate::pack::column::u32_at;
use crate::pack::{Pack, Tag, hex};
use crate::text::concat;
use alloc::string::String;

fn section(pack: &Pack, tag: Tag) -> &[u8] {
    pack.section(tag, 0).unwrap_or(&[])
}

/// How many shards a pack has; none where it was not split, or is whole again.
pub fn count(pack: &Pack) -> usize {
    section(pack, Tag::SHARDS).len() / 8
}

/// How many products the pack that was split has; of one that was not, none.
pub(super) fn products(pack: &Pack) -> usize {
    Reader::new(section(pack, Tag::PART)).u32() as usize
}

/// The version of the pack that was split; of one that was not, its own.
pub fn whole(pack: &Pack) -> u64 {
    let mut r = Reader::new(section(pack, Tag::PART));
    let (_total, whole) = (r.u32(), r.u64());
    if whole == 0 { pack.version_number() } else { whole }
}

/// The version of a shard's file, 0 where there is none.
pub(crate) fn version(pack: &Pack, shard: usize) -> u64 {
    let mut r = Reader::new(section(pack, Tag::SHARDS).get(shard * 8..).unwrap_or(&[]));
    r.u64()
}

/// The name of a shard's file, which lies beside the core.
pub fn name(pack: &Pack, shard: usize) -> String {
    let mut r = Reader::new(section(pack, Tag::PART));
    let (_total, _whole, first) = (r.u32(), r.u64(), r.str());
    concat(&[first, ".", &hex(version(pack, shard)), ".shard"])
}

/// The categories of a shard's products, two bytes each.
fn categories(pack: &Pack, shard: usize) -> &[u8] {
    let csr = section(pack, Tag::SHARD_CATEGORY);
    let end = |i: usize| u32_at(csr, i).unwrap_or(0) as usize;
    let from = if shard == 0 { 0 } else { end(shard - 1) };
    let entries = csr.get(count(pack) * 4..).unwrap_or(&[]);
    entries.get(from * 2..end(shard) * 2).unwrap_or(&[])
}

/// True when a shard holds products of a category or below it.
pub(crate) fn holds(catalog: &Catalog, shard: usize, category: u32) -> bool {
    for entry in categories(catalog.pack(), shard).chunks_exact(2) {
        let own = u32::from(u16::from_le_bytes([entry[0], entry[1]]));
        if catalog.category_chain(own).any(|c| c == category) {
            return true;
        }
    }
    false
}

/// The first shards of a category: more of one are not asked for at once.
pub(crate) fn of_category(catalog: &Catalog, category: u32) -> [Option<usize>; 2] {
    let mut first = [None; 2];
    let mut found = 0;
    for i in 0..count(catalog.pack()) {
        if found < first.len() && holds(catalog, i, category) {
            first[found] = Some(i);
            found += 1;
        }
    }
    first
}

/// The shard that an id is in, by the core's hint: of an id that the hint was not made for, any or none.
#[inline(never)]
pub(crate) fn of_key(pack: &Pack, key: Key) -> Option<usize> {
    let bytes = section(pack, Tag::WHERE);
    let mut r = Reader::new(bytes);
    let (seed, block, modulus) = (r.u32(), r.u32(), r.u32());
    if modulus == 0 {
        return of_cell(pack, key);
    }
    let mut sum = 0;
    for at in places(key, seed, block) {
        for plane in 0..planes(modulus) {
            let byte = bytes.get(HINT_HEAD + at + plane * 3 * block as usize)?;
            sum += u32::from(*byte) << (8 * plane);
        }
    }
    Some((sum % modulus) as usize).filter(|shard| *shard < count(pack))
}

/// Bytes before the numbers of the hint.
pub(crate) const HINT_HEAD: usize = 12;

/// Of how many bytes the numbers of a hint are.
pub(crate) fn planes(modulus: u32) -> usize {
    if modulus > 256 { 2 } else { 1 }
}

/// Whose numbers in a hint add up to a key's: one in each of three blocks.
pub(crate) fn places(key: Key, seed: u32, block: u32) -> [usize; 3] {
    let h = hash(u64::from(seed), &key.0.to_le_bytes());
    let place = |i: u64| i * u64::from(block) + (((h >> (21 * i) & 0x1F_FFFF) * u64::from(block)) >> 21);
    [0, 1, 2].map(|i| place(i) as usize)
}

/// The first hint: a cell for each key, in which the most popular product that falls there has its shard.
fn of_cell(pack: &Pack, key: Key) -> Option<usize> {
    let cells = section(pack, Tag::HINT);
    let n = (cells.len() as u64 / 2).max(1);
    let mut r = Reader::new(cells.get((key.0 % n) as usize * 2..)?);
    usize::from(r.u16()).checked_sub(1)
}

/// What a core lists of one of its shards.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// The file's name.
    pub name: String,
    /// Bytes of the file, raw.
    pub bytes: u32,
    /// Products in it.
    pub products: u32,
    /// Categories of its products.
    pub categories: Vec<u32>,
}

/// The shards of an open pack, those with the most popular products first.
///
/// # Errors
///
/// `pack_malformed` when the list cannot be read.
#[cfg(feature = "cli")]
pub fn list(pack: &Pack) -> crate::error::Result<Vec<Shard>> {
    let n = count(pack);
    let mut columns = crate::pack::column::Columns::default();
    let sizes = columns.numbers::<4>(pack, Tag::SHARD_SIZE, 0, if n == 0 { 0 } else { 2 * n });
    if n > 0 {
        columns.check()?;
    }
    let of = |i: usize| Shard {
        name: name(pack, i),
        bytes: sizes.get(pack, 2 * i),
        products: sizes.get(pack, 2 * i + 1),
        categories: categories(pack, i).chunks_exact(2).map(|b| u32::from(u16::from_le_bytes([b[0], b[1]]))).collect(),
    };
    Ok((0..n).map(of).collect())
}

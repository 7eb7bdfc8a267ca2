//! The hint of a core: in which shard the ids are that it does not have.
//!
//! A static function by hypergraph peeling: Majewski, Wormald, Havas, Czech, "A Family of Perfect Hashing Methods" (The Computer Journal 39, 1996),
//! section 3. Each key has a place in each of three blocks, and the numbers there add up to its shard.

use super::Listed;
use crate::catalog::Catalog;
use crate::catalog::shards::{places, planes};
use crate::id::{Key, Row, hash};
use std::collections::HashSet;

/// Places for 100 keys: with fewer than 122 most tries fail.
const ROOM: usize = 123;

/// Of eight ids that the shop does not have, seven are told from those it has, where there is room for it.
const REFUSING: [u32; 4] = [3, 2, 1, 0];
/// Numbers have two bytes.
const LARGEST: u32 = 1 << 16;

/// The hint for the most popular ids of these shards, as far as it takes about `most` bytes on the wire: products first, then their variants. What room is left
/// goes into a larger modulus, by which sums of other ids are mostly no shard.
pub(super) fn write(catalog: &Catalog, shards: &[Listed], most: usize) -> Vec<u8> {
    let mut rows: Vec<(u32, u32)> = Vec::new();
    for (s, number) in shards.iter().zip(0..) {
        rows.extend(s.rows.iter().map(|row| (*row, number)));
    }
    rows.sort_unstable();
    let room = |modulus: u32| ((most * 8 * 100 / ROOM) as f64 / libm::log2(f64::from(modulus.max(2)))) as usize;
    let products = rows.iter().map(|(row, shard)| (catalog.key(Row(*row)), *shard));
    let variants = rows
        .iter()
        .flat_map(|(row, shard)| catalog.variants_of(Row(*row)).map(|v| (Key::product(catalog.variant_id(v)), *shard)));
    let mut seen = HashSet::new();
    let keys: Vec<(Key, u32)> =
        products.chain(variants).filter(|(key, _)| seen.insert(*key)).take(room(shards.len() as u32)).collect();
    let moduli = REFUSING.map(|more| (shards.len() as u32) << more);
    let modulus = moduli.into_iter().find(|m| keys.len() <= room(*m) && *m <= LARGEST).unwrap_or(moduli[3]);
    // Were those that no key needs all 0, sums of other ids would mostly be shards; where every sum is one, 0 compresses best.
    let refuses = modulus > shards.len() as u32;
    let fill = |at: u64| if refuses { (hash(at, &[]) % u64::from(modulus)) as u32 } else { 0 };
    let mut block = (keys.len() * ROOM).div_ceil(300) as u32 + 8;
    for seed in 0.. {
        if let Some(numbers) = solve(&keys, (seed, block, modulus), fill) {
            let mut out: Vec<u8> = [seed, block, modulus].into_iter().flat_map(u32::to_le_bytes).collect();
            for plane in 0..planes(modulus) {
                out.extend(numbers.iter().map(|n| (n >> (8 * plane)) as u8));
            }
            return out;
        }
        block += block / 64 + 1;
    }
    Vec::new()
}

/// Numbers of which those at a key's places add up to its shard, and `fill` where no key needs any; `None` where the keys cannot be peeled off one by one.
fn solve(keys: &[(Key, u32)], (seed, block, modulus): (u32, u32, u32), fill: impl Fn(u64) -> u32) -> Option<Vec<u32>> {
    let places = |i: usize| places(keys[i].0, seed, block);
    // Of each place how many keys meet there, and their numbers by exclusive or: the number itself where it is one.
    let mut meeting = vec![(0_u32, 0_usize); 3 * block as usize];
    for i in 0..keys.len() {
        for at in places(i) {
            meeting[at] = (meeting[at].0 + 1, meeting[at].1 ^ i);
        }
    }
    let mut alone: Vec<usize> = (0..meeting.len()).filter(|at| meeting[*at].0 == 1).collect();
    let mut peeled: Vec<(usize, usize)> = Vec::with_capacity(keys.len());
    while let Some(at) = alone.pop() {
        let (1, i) = meeting[at] else { continue };
        peeled.push((at, i));
        for other in places(i) {
            meeting[other] = (meeting[other].0 - 1, meeting[other].1 ^ i);
            if meeting[other].0 == 1 {
                alone.push(other);
            }
        }
    }
    if peeled.len() < keys.len() {
        return None;
    }
    let mut numbers: Vec<u32> = (0..meeting.len() as u64).map(fill).collect();
    // The last to be peeled is free in a place that no earlier one needs.
    for (at, i) in peeled.into_iter().rev() {
        let sum: u32 = places(i).iter().filter(|p| **p != at).map(|p| numbers[*p]).sum();
        numbers[at] = (keys[i].1 + modulus - sum % modulus) % modulus;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_number() {
        for n in [0, 1, 2, 3, 50, 1_000, 20_000_u32] {
            for modulus in [1, 7, 300] {
                let keys: Vec<(Key, u32)> =
                    (0..n).map(|i| (Key::product(&i.to_string()), i.wrapping_mul(2_654_435_761) % modulus)).collect();
                let block = n * 123 / 300 + 8;
                let found = (0..20)
                    .find_map(|seed| Some((seed, solve(&keys, (seed, block, modulus), |at| at as u32 % modulus)?)));
                let (seed, numbers) = found.expect("most can be peeled");
                assert!(numbers.iter().all(|x| *x < modulus));
                for (key, shard) in &keys {
                    let sum: u32 = places(*key, seed, block).iter().map(|at| numbers[*at]).sum();
                    assert_eq!(sum % modulus, *shard);
                }
            }
        }
    }
}

//! The tree over the entries: RFC 6962, section 2.1; the check of a path is that of RFC 9162, section 2.1.3.2.

use super::Entry;
use super::hash::{Hash, hash};
use alloc::vec::Vec;

/// An entry's leaf.
pub(super) fn leaf(entry: &Entry) -> Hash {
    hash(&[&[0], &entry.person, &entry.ticket, &entry.choice.to_le_bytes()])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left, right])
}

/// The level above, in place: a last one without a neighbour goes up as it is, which is the RFC's split at the largest power of two.
fn climb(level: &mut Vec<Hash>) {
    let half = level.len().div_ceil(2);
    for i in 0..half {
        level[i] = match level.get(2 * i + 1) {
            Some(right) => node(&level[2 * i], right),
            None => level[2 * i],
        };
    }
    level.truncate(half);
}

/// The root over some leaves; of none it is the hash of nothing.
pub fn root(mut leaves: Vec<Hash>) -> Hash {
    while leaves.len() > 1 {
        climb(&mut leaves);
    }
    leaves.first().copied().unwrap_or_else(|| hash(&[]))
}

/// The audit paths of all entries, from one climb.
#[cfg(any(feature = "cli", feature = "lint"))]
pub(super) fn paths(list: &[Entry]) -> Vec<Vec<Hash>> {
    let mut level: Vec<Hash> = list.iter().map(leaf).collect();
    let mut paths = alloc::vec![Vec::new(); list.len()];
    let mut height = 0;
    while level.len() > 1 {
        for (at, path) in paths.iter_mut().enumerate() {
            path.extend(level.get((at >> height) ^ 1));
        }
        climb(&mut level);
        height += 1;
    }
    paths
}

/// Whether a path proves that a leaf stands at a place among so many.
pub fn proves(leaf: Hash, at: u32, count: u32, path: &[Hash], root: &Hash) -> bool {
    if at >= count {
        return false;
    }
    let (mut at, mut last, mut reached) = (at, count - 1, leaf);
    for other in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            reached = node(other, &reached);
            while at % 2 == 0 && at != 0 {
                at /= 2;
                last /= 2;
            }
        } else {
            reached = node(&reached, other);
        }
        at /= 2;
        last /= 2;
    }
    last == 0 && reached == *root
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn leaves(n: u32) -> Vec<Hash> {
        (0..n).map(|i| hash(&[&i.to_le_bytes()])).collect()
    }

    /// The RFC's own words: split at the largest power of two below n.
    fn by_the_book(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => hash(&[]),
            1 => leaves[0],
            n => {
                let k = 1 << (usize::BITS - 1 - (n - 1).leading_zeros());
                node(&by_the_book(&leaves[..k]), &by_the_book(&leaves[k..]))
            }
        }
    }

    /// Section 2.1.1 word for word.
    fn path(leaves: &[Hash], at: usize) -> Vec<Hash> {
        let n = leaves.len();
        if n < 2 {
            return Vec::new();
        }
        let k = 1 << (usize::BITS - 1 - (n - 1).leading_zeros());
        let (mut path, other) = match at < k {
            true => (path(&leaves[..k], at), &leaves[k..]),
            false => (path(&leaves[k..], at - k), &leaves[..k]),
        };
        path.push(by_the_book(other));
        path
    }

    #[test]
    #[cfg(any(feature = "cli", feature = "lint"))]
    fn paths_of_all_are_those_of_the_rfc() {
        for n in 0..40_u16 {
            let list: Vec<Entry> = (0..n).map(|choice| Entry { choice, ..Entry::default() }).collect();
            let leaves: Vec<Hash> = list.iter().map(leaf).collect();
            let all: Vec<Vec<Hash>> = (0..list.len()).map(|at| path(&leaves, at)).collect();
            assert_eq!(paths(&list), all);
        }
    }

    #[test]
    fn roots_are_those_of_the_rfc_and_each_path_proves_its_own_place_only() {
        for n in 0..40 {
            let all = leaves(n);
            let top = root(all.clone());
            assert_eq!(top, by_the_book(&all), "{n}");
            for at in 0..n {
                let proof = path(&all, at as usize);
                assert!(proves(all[at as usize], at, n, &proof, &top), "{at} of {n}");
                // A path does not tell how many there are, which the signed count does; but it tells its place.
                for other in (0..n).filter(|o| *o != at) {
                    assert!(!proves(all[at as usize], other, n, &proof, &top), "{at} as {other} of {n}");
                    assert!(!proves(all[other as usize], at, n, &proof, &top), "{other} at {at} of {n}");
                }
                assert!(!proves(all[at as usize], at + n, n, &proof, &top));
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(!proves(all[at as usize], at, n, shorter, &top));
                }
                assert!(!proves(all[at as usize], at, n, &[&proof[..], &[top]].concat(), &top));
            }
        }
        assert!(!proves(hash(&[]), 0, 0, &[], &hash(&[])));
    }
}

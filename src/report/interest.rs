//! The true answer: the category the shopper turned to most, and the domain it is looked for in.

use super::MetricSchema;
use crate::catalog::Catalog;
use crate::id::Key;
use crate::list::Gather;
use crate::profile::{Affinity, Dimension, PortraitView};
use alloc::vec;
use alloc::vec::Vec;

/// The domain's category that the portrait speaks for most; `None` when it speaks for none of them.
///
/// A category counts for itself or its nearest ancestor in the domain; one the pack no longer has counts when its own key
/// is in the domain.
pub fn category_interest(portrait: &PortraitView<'_>, catalog: &Catalog, about: &MetricSchema) -> Option<Key> {
    dominant(portrait.affinity(Dimension::Category), about.domain(), |key| {
        let known = catalog.category_of_key(key);
        let chain = known.into_iter().flat_map(|c| catalog.category_chain(c)).map(|c| catalog.category_key(c));
        core::iter::once(key).chain(chain)
    })
}

/// The key of a sorted `domain` with the largest sum of traits; ties go to the smaller key. `up` names a trait's key and
/// its ancestors, nearest first.
pub fn dominant<I>(affinity: &Affinity, domain: &[Key], up: impl Fn(Key) -> I) -> Option<Key>
where
    I: Iterator<Item = Key>,
{
    let mut sums = vec![0_u128; domain.len()];
    for t in affinity.traits() {
        if let Some(i) = up(t.key).find_map(|k| domain.binary_search(&k).ok()) {
            sums[i] = sums[i].saturating_add(t.value);
        }
    }
    let mut best: Option<(u128, Key)> = None;
    for (sum, key) in sums.into_iter().zip(domain) {
        if sum > best.map_or(0, |(most, _)| most) {
            best = Some((sum, *key));
        }
    }
    best.map(|(_, key)| key)
}

/// A domain of at most `most` categories (1 to 64): the deepest level of the tree that fits, with the categories above it
/// that hold products themselves, so that every product counts once. Where even the first level is too wide, its largest.
/// Categories `left_out` are not named: what lies in them counts for the category above, if that is in the domain.
pub fn category_domain(catalog: &Catalog, most: usize, left_out: impl Fn(u32) -> bool) -> Vec<Key> {
    let mut sizes = catalog.category_sizes();
    sizes.iter_mut().zip(0..).filter(|(_, c)| left_out(*c)).for_each(|(size, _)| *size = 0);
    let parents = (0..sizes.len() as u32).map(|c| catalog.parent_of(c)).collect::<Vec<_>>();
    let mut domain: Vec<Key> =
        level(&parents, &sizes, most.clamp(1, 64)).into_iter().map(|c| catalog.category_key(c)).gather();
    domain.sort_unstable();
    domain
}

fn level(parents: &[Option<u32>], sizes: &[u32], most: usize) -> Vec<u32> {
    let parent = |c: &u32| parents[*c as usize];
    let depth = |c: u32| core::iter::successors(Some(c), |c| parent(c)).take(parents.len()).count();
    let mut own = sizes.to_vec();
    for (c, size) in sizes.iter().enumerate() {
        if let Some(above) = parents[c] {
            own[above as usize] = own[above as usize].saturating_sub(*size);
        }
    }
    let all: Vec<(u32, usize)> = (0..sizes.len() as u32).map(|c| (c, depth(c))).gather();
    let at = |d: usize| -> Vec<u32> {
        let keeps = |&&(c, of): &&(u32, usize)| sizes[c as usize] > 0 && (of == d || (of < d && own[c as usize] > 0));
        all.iter().filter(keeps).map(|(c, _)| *c).gather()
    };
    let deepest = all.iter().map(|(_, d)| *d).max().unwrap_or(0);
    // A level's number of categories grows with its depth or stays, so the first that does not fit ends the search.
    let fitting = (1..=deepest).map(at).take_while(|l| l.len() <= most).last();
    fitting.unwrap_or_else(|| {
        let mut first = at(1);
        first.sort_by_key(|c| (core::cmp::Reverse(sizes[*c as usize]), *c));
        first.truncate(most);
        first
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY, Millis};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn affinity(of: &[(u64, u32)]) -> Affinity {
        let mut a = Affinity::new(30 * DAY, 100);
        of.iter().for_each(|(key, weight)| a.add(Key(*key), *weight, Millis(0)));
        a
    }

    /// Keys above 100 lie below their hundreds.
    fn up(key: Key) -> impl Iterator<Item = Key> {
        [key, Key(key.0 / 100)].into_iter()
    }

    #[test]
    fn the_sum_of_a_domain_key_and_all_below_it_decides() {
        let domain = [Key(1), Key(2), Key(204)];
        let a = affinity(&[(1, 256), (201, 200), (202, 200), (300, 9000)]);
        assert_eq!(dominant(&a, &domain, up), Some(Key(2)));
        let a = affinity(&[(204, 100), (201, 90), (2, 5)]);
        assert_eq!(dominant(&a, &domain, up), Some(Key(204)), "the nearest in the domain, not every ancestor");
    }

    #[test]
    fn nothing_known_is_none_and_ties_go_to_the_smaller_key() {
        assert_eq!(dominant(&affinity(&[]), &[Key(1)], up), None);
        assert_eq!(dominant(&affinity(&[(5, 256)]), &[Key(1)], up), None);
        assert_eq!(dominant(&affinity(&[(7, 256), (3, 256)]), &[Key(3), Key(7)], up), Some(Key(3)));
    }

    #[test]
    fn the_domain_is_the_deepest_level_that_fits() {
        // 0: food (5 itself, 3 below) > 3: wet, 4: dry; 1: toys > 5: balls; 2: nothing in it.
        let parents = [None, None, None, Some(0), Some(0), Some(1)];
        let sizes = [8, 4, 0, 2, 1, 4];
        assert_eq!(level(&parents, &sizes, 64), [0, 3, 4, 5]);
        assert_eq!(level(&parents, &sizes, 3), [0, 1]);
        assert_eq!(level(&parents, &sizes, 1), [0], "the largest of the first level");
        assert!(level(&[], &[], 64).is_empty());
    }
}

//! The layouts of vectors ever landed.

use nearshelf::id::Row;
use nearshelf::pack::{Pack, PackWriter, Tag};
use nearshelf::rank::embedding::{BY_PAIRS, Embedding, Top};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Products of the frozen sections: those of a made-up shop.
const PRODUCTS: usize = 41;

/// The nearest six to three products, with their cosines in 2^-24.
fn nearest(key: u32, section: &[u8]) -> Vec<Vec<(u32, u64)>> {
    let mut w = PackWriter::new();
    w.add(Tag::EMBEDDING, key, PRODUCTS, section.to_vec());
    let pack = Pack::open(w.finish().expect("small")).expect("a pack");
    let vectors = Embedding::open(&pack, PRODUCTS).expect("41 products");
    // Behind the rows of a pack there may be new items of an overlay, which have no vectors.
    assert!(!vectors.is_empty() && Embedding::open(&pack, PRODUCTS + 4).is_ok());
    assert!(Embedding::open(&pack, PRODUCTS - 4).is_err());
    let of = |row: u32| {
        let found = vectors.nearest(&pack, &vectors.aim(&pack, &[(Row(row), 1)]), 6, &mut Top::default());
        found.into_iter().map(|(row, cosine)| (row.0, cosine)).collect()
    };
    [0, 7, 40].map(of).to_vec()
}

#[test]
fn vectors_in_two_planes_are_read() {
    // Their long numbers were cut short: product 0 is not even nearest to itself.
    let section = include_bytes!("vectors-v1.section");
    let expected = [
        [(4, 12_602_977), (0, 11_943_410), (12, 11_652_138), (2, 11_645_019), (11, 11_342_097), (9, 11_332_388)],
        [(7, 16_174_569), (37, 11_777_009), (31, 10_286_777), (11, 9_816_627), (22, 9_681_756), (4, 9_666_085)],
        [(40, 16_777_216), (7, 8_168_334), (6, 7_854_307), (8, 7_804_700), (17, 6_833_948), (35, 6_559_061)],
    ];
    assert_eq!(nearest(0, section), expected);
}

#[test]
fn vectors_by_pairs_are_read() {
    let section = include_bytes!("vectors-v2.section");
    let expected = [
        [(0, 16_777_216), (1, 15_482_825), (4, 15_188_557), (3, 15_038_978), (2, 14_640_103), (9, 13_627_271)],
        [(7, 16_777_216), (1, 12_411_092), (4, 11_965_290), (37, 11_743_366), (11, 11_208_599), (0, 11_008_184)],
        [(40, 16_777_216), (6, 8_705_828), (7, 8_513_722), (8, 8_171_873), (38, 7_070_468), (17, 6_794_624)],
    ];
    assert_eq!(nearest(BY_PAIRS, section), expected);
}

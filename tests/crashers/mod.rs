//! What the fuzz targets found once, and a bounded run of the same changes: on every machine, natively and as wasm.
//!
//! A crasher is the file that `cargo fuzz` wrote, put into `tests/crashers/<target>/` and named in the list below.

#[path = "../fuzz/harness.rs"]
mod harness;
mod seed;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Inputs that the pack target once failed on.
const PACK: &[&[u8]] = &[];
/// Inputs that the calls target once failed on.
const CALLS: &[&[u8]] = &[];

/// The other targets, by name, with the inputs that each once failed on.
type Target = (&'static str, fn(&[u8]), &'static [&'static [u8]]);
const OTHERS: [Target; 8] = [
    ("events", harness::events, &[]),
    ("overlay", harness::overlay, &[]),
    ("shard", harness::shard, &[]),
    ("stored", harness::stored, &[]),
    ("offers", harness::offers, &[]),
    ("conditions", harness::conditions, &[]),
    ("signed", harness::signed, &[]),
    ("reports", harness::reports, &[include_bytes!("reports/crash-4ffbda6222f239603a6808f823fc8521f22cdbae")]),
];

/// A walk of xorshift: the same bytes at every run.
struct Walk(u64);

impl Walk {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let n = 1 + self.next() % most;
        (0..n).map(|_| (self.next() >> 24) as u8).collect()
    }
}

#[test]
fn what_crashed_once_does_not_crash_again() {
    PACK.iter().for_each(|data| harness::pack(data));
    CALLS.iter().for_each(|data| harness::calls(data));
    OTHERS.iter().for_each(|(_, target, found)| found.iter().for_each(|data| target(data)));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_crasher_is_listed() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crashers"));
    let mut found = 0;
    for target in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if !target.is_dir() {
            continue;
        }
        let name = target.file_name().and_then(|n| n.to_str()).expect("a name");
        let listed = match name {
            "pack" => PACK,
            "calls" => CALLS,
            _ => OTHERS.iter().find(|(target, _, _)| *target == name).map(|(_, _, found)| *found).expect("a target"),
        };
        for file in std::fs::read_dir(&target).expect("a folder").map(|e| e.expect("an entry").path()) {
            let bytes = std::fs::read(&file).expect("a file");
            assert!(listed.contains(&bytes.as_slice()), "{} is not listed", file.display());
            found += 1;
        }
    }
    assert_eq!(found, PACK.len() + CALLS.len() + OTHERS.iter().map(|(_, _, found)| found.len()).sum::<usize>());
}

#[test]
fn what_else_comes_from_outside_is_answered_too() {
    let mut walk = Walk(0xD1B5_4A32_D192_ED03);
    let rounds = if cfg!(target_arch = "wasm32") { 40 } else { 150 };
    for (_, target, _) in OTHERS {
        (0..rounds).for_each(|_| target(&walk.bytes(80)));
        (0..rounds / 10).for_each(|_| target(&walk.bytes(4_000)));
    }
}

#[cfg(feature = "cli")]
#[test]
fn memberships_of_wild_bytes_are_answered() {
    let mut walk = Walk(0xA076_1D64_78BD_642F);
    (0..4_000).for_each(|_| harness::member(&walk.bytes(600)));
    harness::member(&[]);
}

#[cfg(feature = "cli")]
#[test]
fn draws_of_wild_bytes_are_answered() {
    let mut walk = Walk(0x2545_F491_4F6C_DD1D);
    (0..4_000).for_each(|_| harness::draw(&walk.bytes(600)));
    harness::draw(&[]);
}

#[test]
fn good_packs_answer_all_that_is_asked() {
    harness::pack(&[0]);
    harness::pack(&[1]);
    (0..harness::PARTS.len() as u8).for_each(|n| harness::shard(&[n]));
    harness::offers(&[0]);
    assert!(harness::opened() >= 6);
}

#[test]
fn packs_with_wild_sections_open_or_are_refused_and_answer_every_call() {
    let mut walk = Walk(0x9E37_79B9_7F4A_7C15);
    let rounds = if cfg!(target_arch = "wasm32") { 400 } else { 1_500 };
    for _ in 0..rounds {
        // Few changes: most packs with many are refused at once.
        harness::pack(&walk.bytes(16));
    }
    assert!(harness::opened() > rounds / 4, "{} of {rounds} opened", harness::opened());
}

#[test]
fn calls_of_any_bytes_are_answered() {
    let mut walk = Walk(0x2545_F491_4F6C_DD1D);
    (0..300).for_each(|_| harness::calls(&walk.bytes(400)));
}

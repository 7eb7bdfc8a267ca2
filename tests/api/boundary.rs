//! The dispatch table: whatever the bytes, it answers; and what it answers is what the engine says.

use super::{NOW, PACK};
use nearshelf::codec::{Reader, Writer};
use nearshelf::wasm::dispatch::Table;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn open_request(consent: u8, pack: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.f64(NOW.to_f64());
    w.str("us");
    w.str("zh");
    for _ in 0..4 {
        w.u8(consent);
    }
    w.bytes(pack);
    w.finish()
}

fn open(table: &mut Table) -> u32 {
    let answer = table.call(1, &open_request(2, PACK));
    assert_eq!(answer[0], 0);
    let mut r = Reader::new(&answer[1..]);
    let handle = r.u32();
    assert_eq!(r.str().len(), 16);
    r.str();
    assert_eq!((r.str(), r.str(), r.u8(), r.str()), ("us", "USD", 2, "zh-CN"));
    assert_eq!(r.check(), Ok(()));
    handle
}

fn code(answer: &[u8]) -> &str {
    assert_eq!(answer[0], 1, "an error was expected");
    let mut r = Reader::new(&answer[1..]);
    let code = r.str();
    assert_eq!(r.check(), Ok(()));
    code
}

fn on(handle: u32, rest: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new();
    w.u32(handle);
    rest(&mut w);
    w.finish()
}

fn recommend(handle: u32) -> Vec<u8> {
    on(handle, |w| {
        w.f64(NOW.to_f64());
        w.str("home");
        w.u32(5);
        w.u8(0);
        w.count(0);
        w.str("");
        limits(w);
    })
}

/// No pins, no quotas, no price band, no diversity, no exploration; a context and a restriction.
fn limits(w: &mut Writer) {
    w.count(0);
    w.u32(0);
    w.u32(0);
    w.f64(f64::NAN);
    w.f64(f64::NAN);
    w.u32(0);
    w.f64(f64::NAN);
    // A context of one product, in a cart, and only two products.
    w.count(1);
    w.str("10001");
    w.u8(3);
    w.count(2);
    w.u32(4);
    w.u32(9);
}

#[test]
fn shelves_are_apart_and_a_closed_handle_is_unknown() {
    let mut table = Table::default();
    let (a, b) = (open(&mut table), open(&mut table));
    assert_ne!(a, b);
    assert_eq!(table.call(4, &recommend(a))[0], 0);
    assert_eq!(table.call(2, &on(a, |_| ())), [0]);
    assert_eq!(code(&table.call(4, &recommend(a))), "unknown_shelf");
    assert_eq!(table.call(4, &recommend(b))[0], 0);
    assert_eq!(open(&mut table), a, "a closed handle is used again");
    assert_eq!(code(&table.call(4, &recommend(77))), "unknown_shelf");
    assert_eq!(code(&table.call(4, &recommend(0))), "unknown_shelf");
}

#[test]
fn bad_packs_answer_with_their_code() {
    let mut table = Table::default();
    let mut newer = PACK.to_vec();
    newer[10] = 9;
    let mut flipped = PACK.to_vec();
    flipped[9000] ^= 4;
    for (pack, expected) in [
        (&b"<html>not found</html>"[..], "not_a_pack"),
        (&[], "not_a_pack"),
        (&PACK[..PACK.len() - 8], "pack_truncated"),
        (&newer, "pack_too_new"),
        (&flipped, "pack_checksum"),
    ] {
        assert_eq!(code(&table.call(1, &open_request(2, pack))), expected);
    }
}

#[test]
fn no_bytes_make_it_panic_and_bad_ones_change_nothing() {
    let mut table = Table::default();
    let handle = open(&mut table);
    let before = table.call(12, &on(handle, |_| ()));
    let requests: Vec<(u32, Vec<u8>)> = vec![
        (
            3,
            on(handle, |w| {
                w.f64(NOW.to_f64());
                w.count(1);
                w.str("view_item");
                w.str("");
                w.f64(f64::NAN);
                w.str("");
                w.count(1);
                w.str("10001");
                w.u8(2);
                w.str("12.90");
                w.f64(1.0);
            }),
        ),
        (4, recommend(handle)),
        (
            5,
            on(handle, |w| {
                w.f64(NOW.to_f64());
                w.str("list");
                w.u8(0);
                w.count(2);
                w.str("10001");
                w.str("x");
                w.count(1);
                w.u32(1);
                w.str("Pets > Cats > New");
                w.str("Lindoro");
            }),
        ),
        (
            6,
            on(handle, |w| {
                w.u32(1);
                w.str("10001");
            }),
        ),
        (
            7,
            on(handle, |w| {
                w.raw(&recommend(handle)[4..]);
                w.str("10001");
            }),
        ),
        (
            8,
            on(handle, |w| {
                w.count(1);
                w.u32(3);
            }),
        ),
        (9, on(handle, |w| w.f64(NOW.to_f64()))),
        (
            13,
            on(handle, |w| {
                w.f64(NOW.to_f64());
                w.bytes(&[1, 2, 3]);
            }),
        ),
        (
            15,
            on(handle, |w| {
                w.str("cn");
                w.str("en");
            }),
        ),
    ];
    for (op, request) in &requests {
        for cut in 4..request.len() {
            assert_eq!(code(&table.call(*op, &request[..cut])), "bad_request", "op {op} cut at {cut}");
        }
        let mut longer = request.clone();
        longer.push(0);
        assert_eq!(code(&table.call(*op, &longer)), "bad_request", "op {op} with a byte left over");
        // A xorshift walk over changed bytes: whatever comes, an answer comes.
        let mut x = 0x2545_F491_4F6C_DD1D_u64 ^ u64::from(*op);
        for _ in 0..2000 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            let mut bad = request.clone();
            let at = 4 + x as usize % (bad.len() - 4);
            bad[at] ^= (x >> 32) as u8;
            let mut scratch = Table::default();
            let _ = scratch.call(*op, &bad);
            assert!(table.call(*op, &bad).len() < 1 << 20);
        }
    }
    for op in 0..64 {
        assert!(!table.call(op, &[]).is_empty());
    }
    let snapshot = table.call(12, &on(handle, |_| ()));
    assert_eq!((before[0], snapshot[0]), (0, 0));
    assert_eq!(code(&table.call(13, &requests[7].1)), "bad_snapshot");
    assert_eq!(table.call(12, &on(handle, |_| ())), snapshot, "a refused snapshot leaves the portrait as it was");
}

#[test]
fn products_pages_and_categories_agree() {
    let mut table = Table::default();
    let handle = open(&mut table);
    let page = table.call(
        17,
        &on(handle, |w| {
            w.u32(0);
            w.u32(1000);
            w.str("");
        }),
    );
    let mut r = Reader::new(&page[1..]);
    let (total, n) = (r.u32(), r.count(4));
    assert_eq!(total as usize, n);
    let rows: Vec<u32> = (0..n).map(|_| r.u32()).collect();
    assert_eq!(r.end(), Ok(()));
    assert_eq!(rows, (0..total).collect::<Vec<_>>(), "published order is row order");
    let outside = table.call(
        8,
        &on(handle, |w| {
            w.count(1);
            w.u32(total);
        }),
    );
    assert_eq!(code(&outside), "bad_request");
    let categories = table.call(18, &on(handle, |_| ()));
    let mut r = Reader::new(&categories[1..]);
    let mut roots = 0;
    for _ in 0..r.count(16) {
        let (path, label) = (r.str(), r.str());
        let (parent, products) = (r.u32(), r.u32());
        assert_eq!(path.contains(" > "), parent != u32::MAX);
        assert!(!label.is_empty() && label != path, "the shelf looks in Chinese");
        roots += if parent == u32::MAX { products } else { 0 };
    }
    assert_eq!(r.end(), Ok(()));
    assert_eq!(roots, total, "every product of the sample lies in one root");
}

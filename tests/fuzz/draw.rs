//! Published draws: any bytes to the calls of their wasm, and a request whose seed is right, so that wild lists, lines and receipts are looked at.

use nearshelf::codec::Writer;
use nearshelf::draw::{commitment_of, wire};

/// Wild calls, and a wild check behind a right commitment.
pub(crate) fn draw(data: &[u8]) {
    for op in 0..7 {
        assert!(!wire::call(op, data).is_empty());
    }
    let at = |i: usize| data.get(i % data.len().max(1)).copied().unwrap_or(0);
    let seed = [at(0); 32];
    let hash = |w: &mut Writer, i: usize| w.raw(&[at(i) % 4; 32]);
    let mut w = Writer::new();
    hash(&mut w, 1);
    w.raw(&commitment_of(&seed));
    w.u8(0);
    w.count(usize::from(at(2) % 4));
    (0..at(2) % 4).for_each(|i| w.u32([0, 1, 3, u32::MAX][usize::from(at(3 + usize::from(i)) % 4)]));
    w.u32([0, 1, u32::MAX][usize::from(at(7) % 3)]);
    w.u32(u32::from(at(8) % 3));
    w.u16(u16::from(at(9) % 3));
    w.raw(&seed);
    w.str("");
    let count = usize::from(at(10) % 8);
    w.u32(if at(11) > 250 { u32::MAX } else { count as u32 });
    hash(&mut w, 12);
    w.count(usize::from(at(13) % 8));
    for i in 0..usize::from(at(13) % 8) {
        w.u32(u32::from(at(14 + i) % 9));
        hash(&mut w, 20 + i);
        hash(&mut w, 30 + i);
        w.u16(u16::from(at(40 + i) % 3));
        w.u8(at(50 + i) % 5);
    }
    w.count(usize::from(at(60) % 3));
    (0..at(60) % 3).for_each(|i| w.u32(u32::from(at(61 + usize::from(i)))));
    w.u8(at(63) % 2);
    w.count(count);
    for i in 0..count {
        hash(&mut w, 70 + i);
        hash(&mut w, 80 + i);
        w.u16(u16::from(at(90 + i) % 3));
    }
    w.u8(1);
    w.str("a ticket");
    w.u8(at(99) % 2);
    w.u32(u32::from(at(100) % 9));
    hash(&mut w, 101);
    w.u16(u16::from(at(102) % 3));
    w.count(usize::from(at(103) % 5));
    (0..usize::from(at(103) % 5)).for_each(|i| hash(&mut w, 104 + i));
    assert_eq!(wire::call(3, &w.finish()).len(), 3, "it is a request, whatever it says");
}

//! What the fuzz targets and the ordinary tests run: bytes in, no panic out.
//!
//! A pack's checksums hide everything behind them from random bytes. So the bytes here are a list of changes to the sections of a
//! good pack, and the checksums are set right before it is opened: what a wrong writer, or one with bad intent, could publish.

#[cfg(any(feature = "cli", feature = "draws"))]
mod draw;
mod events;
#[cfg(any(feature = "cli", feature = "member"))]
mod member;
mod reports;
mod wild;

#[cfg(any(feature = "cli", feature = "draws"))]
#[allow(unused_imports, reason = "a target runs one of them")]
pub(crate) use draw::draw;
#[allow(unused_imports, reason = "a target runs one of them")]
pub(crate) use events::events;
#[cfg(any(feature = "cli", feature = "member"))]
#[allow(unused_imports, reason = "a target runs one of them")]
pub(crate) use member::member;
#[allow(unused_imports, reason = "a target runs one of them")]
pub(crate) use reports::reports;
#[allow(unused_imports, reason = "a target runs one of them")]
pub(crate) use wild::{PARTS, conditions, offers, overlay, shard, signed, stored};

use nearshelf::codec::{Reader, Writer};
use nearshelf::engine::Engine;
use nearshelf::id::Row;
use nearshelf::wasm::dispatch::Table;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use twox_hash::XxHash64;

const NOW: f64 = 1_790_000_000_000.0;
/// The packs that are changed: of format 1 as it was frozen, and a small one with every kind of section.
const SEEDS: [&[u8]; 2] = [include_bytes!("../compat/pack-v1.pack"), include_bytes!("seed.pack")];
const HEADER: usize = 40;
const ENTRY: usize = 32;
/// Products that are looked at.
const LOOKED_AT: u32 = 70;

/// Packs that opened so far.
static OPENED: AtomicU32 = AtomicU32::new(0);

/// Packs that opened so far: a run in which none does looks behind no checksum.
pub(crate) fn opened() -> u32 {
    OPENED.load(Ordering::Relaxed)
}

/// Numbers from the fuzzer's bytes; zeros when they are used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn number(&mut self, bytes: usize) -> u32 {
        let (head, rest) = self.0.split_at(bytes.min(self.0.len()));
        self.0 = rest;
        head.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b))
    }
}

/// A section outside its pack.
struct Section {
    tag: [u8; 4],
    key: u32,
    entries: u32,
    body: Vec<u8>,
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The sections of a good pack.
fn split(pack: &[u8]) -> Vec<Section> {
    let section = |i: usize| {
        let e = HEADER + i * ENTRY;
        let (at, len) = (u32_at(pack, e + 8) as usize, u32_at(pack, e + 12) as usize);
        let tag = [pack[e], pack[e + 1], pack[e + 2], pack[e + 3]];
        Section { tag, key: u32_at(pack, e + 4), entries: u32_at(pack, e + 24), body: pack[at..at + len].to_vec() }
    };
    (0..u32_at(pack, 12) as usize).map(section).collect()
}

/// A pack of these sections with right checksums.
fn join(sections: &[Section]) -> Vec<u8> {
    let mut at = (HEADER + ENTRY * sections.len()).next_multiple_of(8);
    let mut directory = Vec::new();
    for s in sections {
        directory.extend_from_slice(&s.tag);
        for n in [s.key, at as u32, s.body.len() as u32] {
            directory.extend_from_slice(&n.to_le_bytes());
        }
        directory.extend_from_slice(&XxHash64::oneshot(0, &s.body).to_le_bytes());
        directory.extend_from_slice(&u64::from(s.entries).to_le_bytes());
        at = (at + s.body.len()).next_multiple_of(8);
    }
    let mut pack = SEEDS[0][..12].to_vec();
    pack.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    pack.extend_from_slice(&(at as u64).to_le_bytes());
    pack.extend_from_slice(&XxHash64::oneshot(0, &directory).to_le_bytes());
    pack.extend_from_slice(&XxHash64::oneshot(0, &pack).to_le_bytes());
    pack.extend_from_slice(&directory);
    for s in sections {
        pack.resize(pack.len().next_multiple_of(8), 0);
        pack.extend_from_slice(&s.body);
    }
    pack.resize(at, 0);
    pack
}

/// Numbers at which lengths and indices go wrong.
const EDGES: [u32; 12] =
    [0, 1, 2, 0xFF, 0xFFFE, 0xFFFF, 0x1_0000, 0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF];

/// One change.
fn change(sections: &mut Vec<Section>, c: &mut Choices<'_>) {
    let (what, which, place) = (c.number(1), c.number(1) as usize, c.number(2) as usize);
    if sections.is_empty() {
        return;
    }
    let which = which % sections.len();
    let section = &mut sections[which];
    let room = section.body.len().max(1);
    let mut set = |at: usize, bytes: &[u8]| {
        for (b, at) in bytes.iter().zip(at % room..) {
            if let Some(slot) = section.body.get_mut(at) {
                *slot = *b;
            }
        }
    };
    match what % 12 {
        0 => set(place, &[c.number(1) as u8]),
        1 => set(place, &(c.number(2) as u16).to_le_bytes()),
        2 => set(place * 4, &c.number(4).to_le_bytes()),
        3 => set(place * 4, &EDGES[c.number(1) as usize % EDGES.len()].to_le_bytes()),
        4 => set(place * 2, &(EDGES[c.number(1) as usize % EDGES.len()] as u16).to_le_bytes()),
        // One more or one less than it was.
        5 => {
            let at = place * 4 % room;
            if at + 4 <= section.body.len() {
                let was = u32_at(&section.body, at);
                let is = if c.number(1) & 1 == 0 { was.wrapping_add(1) } else { was.wrapping_sub(1) };
                section.body[at..at + 4].copy_from_slice(&is.to_le_bytes());
            }
        }
        6 => section.body.truncate(place % (room + 1)),
        7 => section.body.extend(std::iter::repeat_n(c.number(1) as u8, place % 64)),
        8 => section.entries = EDGES[c.number(1) as usize % EDGES.len()],
        9 => section.entries = section.entries.wrapping_add(c.number(1)).wrapping_sub(128),
        10 => {
            sections.remove(which);
        }
        _ => {
            section.key = c.number(1);
            sections.sort_by_key(|s| (s.tag, s.key));
            sections.dedup_by_key(|s| (s.tag, s.key));
        }
    }
}

/// A pack with wild sections, and everything that can be asked of one that opens.
pub(crate) fn pack(data: &[u8]) {
    let mut c = Choices(data);
    let first = c.number(1);
    if first == 255 {
        ask(data[1..].to_vec(), false);
        return;
    }
    let mut sections = split(SEEDS[first as usize % SEEDS.len()]);
    let is_good = c.0.is_empty();
    while !c.0.is_empty() {
        change(&mut sections, &mut c);
    }
    ask(join(&sections), is_good);
}

/// Any calls with any bytes, on a shelf over a good pack.
pub(crate) fn calls(data: &[u8]) {
    let mut c = Choices(data);
    let mut table = Table::default();
    let seed = SEEDS[c.number(1) as usize % SEEDS.len()].to_vec();
    table.call(1, &opening(&seed, 2));
    while !c.0.is_empty() {
        let (op, length) = (c.number(1), c.number(2) as usize);
        let (request, rest) = c.0.split_at(length.min(c.0.len()));
        c.0 = rest;
        // The handle that exists, mostly.
        let mut bytes = if op & 0x80 == 0 { 1_u32.to_le_bytes().to_vec() } else { Vec::new() };
        bytes.extend_from_slice(request);
        assert!(!table.call(op & 0x7F, &bytes).is_empty());
    }
}

fn opening(pack: &[u8], consent: u8) -> Vec<u8> {
    request(|w| {
        w.f64(NOW);
        w.str("");
        w.str("");
        (0..4).for_each(|_| w.u8(consent));
        w.bytes(pack);
    })
}

fn request(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new();
    write(&mut w);
    w.finish()
}

/// Opens a pack and asks everything of it, in every market and language. A good one answers all of it.
fn ask(pack: Vec<u8>, is_good: bool) {
    ask_over(pack, &[], is_good);
}

/// The same with shards over it.
fn ask_over(pack: Vec<u8>, shards: &[Vec<u8>], is_good: bool) {
    let mut table = Table::default();
    let opened = table.call(1, &opening(&pack, 2));
    let Ok(mut engine) = Engine::open(pack) else {
        assert_eq!((opened[0], is_good), (1, false));
        return;
    };
    assert_eq!(opened[0], 0);
    for shard in shards {
        let attached = table.call(
            30,
            &request(|w| {
                w.u32(1);
                w.bytes(shard);
            }),
        );
        let natively = engine.attach(shard.clone());
        assert_eq!(attached[0] == 0, natively.is_ok(), "both open it, or neither");
        assert!(natively.is_ok() || !is_good);
    }
    OPENED.fetch_add(1, Ordering::Relaxed);
    let c = engine.catalog();
    let n = (c.len() as u32).min(LOOKED_AT);
    let ids: Vec<String> = (0..n).map(|row| c.id(Row(row)).to_string()).collect();
    let mut call = |op: u32, write: &dyn Fn(&mut Writer)| {
        let request = request(|w| {
            w.u32(1);
            write(w);
        });
        let answer = table.call(op, &request);
        assert!(answer[0] == 0 || !is_good, "call {op}: {}", String::from_utf8_lossy(&answer));
        answer
    };
    for id in ids.iter().take(3).chain(ids.last()) {
        for name in
            ["view_item", "purchase", "share", "review", "complaint", "return", "refund", "live_watch", "session_start"]
        {
            call(3, &|w| track(w, name, id));
        }
    }
    for market in c.markets().iter().take(3) {
        for language in c.languages().iter().take(3) {
            call(15, &|w| {
                w.str(&market.code);
                w.str(language);
            });
            look(&mut call, &ids, n);
        }
    }
}

type Call<'a> = &'a mut dyn FnMut(u32, &dyn Fn(&mut Writer)) -> Vec<u8>;

/// Everything that a page asks in one view.
fn look(call: Call<'_>, ids: &[String], n: u32) {
    call(17, &|w| {
        w.u32(0);
        w.u32(60);
        w.str("");
    });
    call(18, &|_| ());
    call(8, &|w| {
        w.count(n as usize);
        (0..n).for_each(|row| w.u32(row));
    });
    call(16, &|w| strings(w, ids));
    for wish in 0..4 {
        let list = call(4, &|w| wanted(w, wish, ids));
        for (served, id) in first_served(&list, ids, 0..4) {
            call(6, &|w| {
                w.u32(served);
                w.str(&id);
            });
        }
        for id in ids.iter().take(6).chain(ids.last()) {
            call(7, &|w| {
                wanted(w, wish, ids);
                w.str(id);
            });
        }
    }
    let list = call(5, &|w| {
        w.f64(NOW);
        w.str("list");
        w.u8(0);
        strings(w, ids);
        w.count(0);
    });
    // An overlay of the host's: a price, nothing left, hidden.
    call(33, &|w| {
        let record = request(|w| {
            (0..3).for_each(|_| w.str(""));
            [0.0, 0.0, NOW].into_iter().for_each(|number| w.f64(number));
            w.u32(60);
            w.u8(0);
            w.count(ids.len().min(3));
            for (id, what) in ids.iter().zip([39, 0, 23]) {
                w.str(id);
                w.u8(what);
                w.str(if what == 39 { "12" } else { "" });
                w.str("");
            }
        });
        w.f64(NOW);
        w.bytes(&record);
    });
    for on in [1, 0] {
        call(37, &|w| w.u8(on));
        call(4, &|w| wanted(w, 0, ids));
    }
    for (served, id) in first_served(&list, ids, 0..2) {
        call(6, &|w| {
            w.u32(served);
            w.str(&id);
        });
    }
    call(9, &|w| w.f64(NOW));
    call(11, &|_| ());
    call(12, &|_| ());
    call(24, &|w| cart(w, ids));
    call(24, &|w| {
        cart(w, ids);
        strings(w, ids);
    });
    call(25, &|w| {
        cart(w, ids);
        w.count(1);
        w.str("c1");
        w.count(1);
        w.str("c1");
    });
    call(26, &|_| ());
    call(31, &|w| w.u8(2));
    call(27, &|w| {
        w.f64(NOW);
        w.bytes(&[]);
        w.bytes(&[7; 64]);
    });
    told(call, ids);
}

/// What is known of the shopper, and what the shop says to whom.
fn told(call: Call<'_>, ids: &[String]) {
    let at = |w: &mut Writer| {
        w.f64(NOW);
        w.i32(480);
    };
    call(48, &|w| {
        at(w);
        w.str("");
        w.f64(NOW - 40.0 * 86_400_000.0);
    });
    call(57, &at);
    call(58, &|w| w.f64(NOW));
    call(56, &|w| {
        w.f64(NOW);
        w.u8(0);
        w.f64(f64::NAN);
        w.u8(1);
        w.count(2);
        for (field, value) in [("gender", "female"), ("shoe_size", "38")] {
            w.str(field);
            w.u8(1);
            w.str(value);
        }
    });
    call(50, &|w| w.count(0));
    call(51, &|w| {
        w.f64(NOW);
        w.count(1);
        w.str("regular");
        w.u8(1);
        w.f64(90.0);
    });
    for seed in [f64::NAN, 7.0] {
        call(61, &|w| {
            at(w);
            w.f64(seed);
            w.str("home");
            w.u32(3);
            w.count(0);
            w.count(0);
        });
        call(62, &|w| {
            w.f64(NOW);
            w.f64(seed);
            w.count(0);
        });
    }
    for neutral in [0, 1] {
        call(77, &|w| {
            at(w);
            w.u8(neutral);
            w.str("home");
            w.str("gold");
            w.u32(0);
            w.f64(f64::NAN);
            w.count(0);
        });
        for id in ids.iter().take(8).chain(ids.last()) {
            call(92, &|w| {
                at(w);
                w.u8(neutral);
                w.str(id);
                strings(w, &["rain".into()]);
            });
        }
    }
    call(80, &|w| {
        w.f64(NOW);
        w.count(0);
        w.u8(0);
        w.str("");
    });
    call(90, &|w| w.bytes(&[]));
    #[cfg(feature = "vectors")]
    call(29, &|w| {
        strings(w, &ids[..ids.len().min(3)]);
        w.u32(10);
    });
}

fn strings(w: &mut Writer, list: &[String]) {
    w.count(list.len());
    list.iter().for_each(|s| w.str(s));
}

/// An event, half of them with all details, good and bad.
fn track(w: &mut Writer, name: &str, id: &str) {
    w.f64(NOW);
    w.i32(480);
    w.count(1);
    w.str(name);
    w.str("");
    w.f64(f64::NAN);
    w.str("");
    w.count(1);
    w.str(id);
    w.u8(0);
    w.f64(1.0);
    w.u8(1);
    w.f64(-0.5);
    let told = id.len() % 2 == 1;
    w.u8(u8::from(told));
    if told {
        w.u8(2);
        w.str("1,299.00");
        w.str("CNY");
        w.str(id);
        [9.0, f64::NAN, f64::INFINITY, 1e300].into_iter().for_each(|v| w.f64(v));
        w.str("wechat");
        w.str("short_video");
        w.u8(1);
    }
}

/// A shelf: plain, diverse, with limits, neutral.
fn wanted(w: &mut Writer, wish: u32, ids: &[String]) {
    w.f64(NOW);
    w.str("home");
    w.u32(if wish == 2 { 40 } else { 12 });
    w.u8(u8::from(wish == 3));
    strings(w, &ids[..ids.len().min(wish as usize)]);
    w.str("");
    let pins = &ids[..if wish == 2 { ids.len().min(2) } else { 0 }];
    // A rule that lifts, pins and hides; numbers that no catalogue has too.
    let rule = [
        ("rule:a", 1 << 31),
        ("", 0x4000_0000),
        ("", 0x4001_0001),
        ("", 0x4002_0002),
        ("", 0x7fff_ffff),
        ("", u32::MAX),
    ];
    let rule = &rule[..if wish == 1 { rule.len() } else { 0 }];
    let ruled = &ids[..if wish == 1 { ids.len().min(3) } else { 0 }];
    w.count(pins.len() + rule.len() + ruled.len());
    for pin in pins {
        w.str(pin);
        w.u32(1);
    }
    for (what, index) in rule {
        w.str(what);
        w.u32(*index);
    }
    for (id, index) in ruled.iter().zip([0x8001_0000, 0xffff_0000, 0x4003_0000]) {
        w.str(id);
        w.u32(index);
    }
    let quota = if wish == 2 { 2 } else { 0 };
    w.u32(quota);
    w.u32(quota);
    w.f64(if wish == 2 { 500.0 } else { f64::NAN });
    w.f64(if wish == 2 { 20_000.0 } else { f64::NAN });
    w.u32(if wish == 1 { 30_000 } else { 0 });
    // Draws of exploration, what the page shows, and only some products.
    w.f64(if wish == 1 { 7.0 } else { f64::NAN });
    strings(w, &ids[..if wish == 3 { ids.len().min(3) } else { 0 }]);
    w.u8([0, 0, 2, 1][wish as usize]);
    if wish == 2 {
        w.count(ids.len());
        (0..ids.len() as u32).for_each(|row| w.u32(row));
    }
}

/// A list's number, with ids of some of its items.
fn first_served(answer: &[u8], ids: &[String], which: Range<usize>) -> Vec<(u32, String)> {
    let mut r = Reader::new(&answer[1..]);
    let served = r.u32();
    let _flags = (r.u8(), r.u8(), r.u8());
    let mut out = Vec::new();
    for i in 0..r.count(1) {
        let row = r.u32() as usize;
        let _rest = (r.u32(), r.u32(), r.f64(), r.f64(), r.f64(), r.u8(), r.str());
        if which.contains(&i) {
            out.extend(ids.get(row).map(|id| (served, id.clone())));
        }
    }
    out
}

fn cart(w: &mut Writer, ids: &[String]) {
    w.f64(NOW);
    let lines = &ids[..ids.len().min(4)];
    w.count(lines.len());
    for (i, id) in lines.iter().enumerate() {
        w.str(["a", "b", "c", "d"][i % 4]);
        w.str(id);
        w.f64(1000.0);
        w.f64(2.0);
        w.str("");
        w.f64(f64::NAN);
    }
    w.f64(500.0);
    w.count(1);
    w.str("CODE");
    w.count(0);
    w.str("");
    w.u8(1);
    w.u8(2);
    w.u8(3);
    w.u32(100);
    w.count(0);
}

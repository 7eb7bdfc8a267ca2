//! What else comes from outside: overlays, shards of a core, what a device has stored, offers with a cart.

use super::{
    Call, Choices, EDGES, HEADER, NOW, SEEDS, Section, ask, ask_over, change, join, look, opening, request, split,
    track, wanted,
};
use nearshelf::codec::Writer;
use nearshelf::condition::Program;
use nearshelf::engine::Engine;
use nearshelf::id::Row;
use nearshelf::wasm::dispatch::Table;
use twox_hash::XxHash64;

/// Cores, each with one of its shards, frozen: with the first hint; with pairs and vectors; with a hint for every id.
pub(crate) const PARTS: [[&[u8]; 2]; 3] = [
    [
        include_bytes!("../compat/shards-v1/core.pack"),
        include_bytes!("../compat/shards-v1/harbour-lane.100a832f44662e2c.shard"),
    ],
    [
        include_bytes!("../compat/shards-v2/core.pack"),
        include_bytes!("../compat/shards-v2/harbour-lane.2788738f65d0f5c7.shard"),
    ],
    [
        include_bytes!("../compat/shards-v3/core.pack"),
        include_bytes!("../compat/shards-v3/harbour-lane.100a832f44662e2c.shard"),
    ],
];

/// Words that overlays and carts are made of.
const WORDS: [&str; 16] = [
    "",
    "new",
    "other",
    "Pets > Cats",
    "Garden",
    "Whiskado",
    "Newcomer",
    "en",
    "zh-CN",
    "cn",
    "us",
    "12.90",
    "12.90 CNY",
    "-1",
    "99999999999",
    "harbour-lane",
];

/// A condition, and a batch of contexts that it is asked of: first as they come, then as calls.
pub(crate) fn conditions(data: &[u8]) {
    let mut c = Choices(data);
    let length = c.number(2) as usize;
    let (document, batch) = c.0.split_at(length.min(c.0.len()));
    if let Ok(program) = Program::compile(document.to_vec()) {
        let mut asked = 0_u32;
        let read = program.each(batch, |_| asked += 1);
        let told = program.patterns().map(|(a, p, _)| a.len() + p.len()).sum::<usize>()
            + program.problems().map(|(_, name)| name.len()).sum::<usize>();
        assert!(told <= document.len() * (program.patterns().len() * 2 + program.problems().len()));
        assert!(read.is_err() || asked as usize <= batch.len());
    }
    let mut table = Table::default();
    table.call(1, &opening(SEEDS[0], 2));
    for (op, bytes) in [(45, document), (46, batch), (47, &[][..])] {
        let answer = table.call(
            op,
            &request(|w| {
                w.u32(1);
                if op != 45 {
                    w.u32(1);
                }
                w.raw(bytes);
            }),
        );
        assert!(!answer.is_empty());
    }
}

/// Overlays one after the other, by id and by number, as files and as records, between views and rehearsals.
pub(crate) fn overlay(data: &[u8]) {
    let mut c = Choices(data);
    let seed = SEEDS[c.number(1) as usize % SEEDS.len()];
    let Ok(engine) = Engine::open(seed.to_vec()) else { return };
    let catalog = engine.catalog();
    let (ids, version): (Vec<String>, _) =
        ((0..catalog.len().min(12) as u32).map(|row| catalog.id(Row(row)).into()).collect(), catalog.pack().version());
    let mut table = Table::default();
    table.call(1, &opening(seed, 2));
    let mut call = |op: u32, write: &dyn Fn(&mut Writer)| {
        table.call(
            op,
            &request(|w| {
                w.u32(1);
                write(w);
            }),
        )
    };
    for _ in 0..6 {
        if c.0.is_empty() {
            break;
        }
        match c.number(1) % 8 {
            0 => drop(call(37, &|w| w.u8(1))),
            1 => drop(call(37, &|w| w.u8(0))),
            2 => {
                let (market, language) = (word(&mut c, &ids), word(&mut c, &ids));
                call(15, &|w| {
                    w.str(&market);
                    w.str(&language);
                });
            }
            3 => {
                let id = word(&mut c, &ids);
                call(3, &|w| track(w, "view_item", &id));
            }
            kind => {
                let framed = kind < 6;
                let base = if matches!(kind, 4 | 7) { &version } else { "" };
                let mut record = record(&mut c, &ids, base, framed);
                // Bytes that no writer writes, behind a checksum that is right.
                for _ in 0..c.number(1) % 4 {
                    let (at, byte) = (c.number(2) as usize, c.number(1) as u8);
                    let at = at % record.len();
                    record[at] = byte;
                }
                if framed {
                    // The oldest format that reads it: from the third on numbers are places, with the fourth items by id stand behind them.
                    let oldest = 1 + c.number(1) as u8 % 4;
                    let mut file = [&b"NEAROVLY"[..], &[4, 0, oldest, 0], &record].concat();
                    file.extend(XxHash64::oneshot(0, &file).to_le_bytes());
                    record = file;
                }
                call(if framed { 32 } else { 33 }, &|w| {
                    w.f64(NOW);
                    w.bytes(&record);
                });
            }
        }
        // A shelf, a page, and all rows that there may be.
        call(4, &|w| wanted(w, 0, &ids));
        call(17, &|w| {
            w.u32(0);
            w.u32(200);
            w.str("");
        });
        for row in 0..3 {
            call(8, &|w| {
                w.count(1);
                w.u32(catalog.len() as u32 + row);
            });
        }
    }
    let mut all = ids.clone();
    all.extend(WORDS[1..3].iter().map(|w| String::from(*w)));
    look(&mut call, &all, catalog.len() as u32);
}

fn word(c: &mut Choices<'_>, ids: &[String]) -> String {
    let n = c.number(1) as usize;
    if n < 128 { WORDS[n % WORDS.len()].into() } else { ids[n % ids.len()].clone() }
}

/// An overlay's middle, of the right form: of a file, or a host's record.
fn record(c: &mut Choices<'_>, ids: &[String], base: &str, framed: bool) -> Vec<u8> {
    request(|w| {
        w.str("");
        w.str(["", "cn", "us"][c.number(1) as usize % 3]);
        w.str(base);
        w.f64(f64::from(c.number(1)));
        w.f64(f64::from(c.number(1) % 4));
        w.f64(NOW);
        w.u32(c.number(2));
        w.u8((c.number(1) & 1) as u8);
        if !base.is_empty() && !framed {
            let blocks = c.number(1) as usize % 3;
            w.count(blocks);
            for _ in 0..blocks {
                w.u8(c.number(1) as u8);
                let n = c.number(1) as usize % 5;
                for _ in 0..3 {
                    // Mostly of one length.
                    let n = [n, n, 0, n + 1][c.number(1) as usize % 4];
                    w.count(n);
                    for _ in 0..n {
                        let at = c.number(1);
                        w.u32(if at < 200 { (at % 100) << (8 * (at & 1)) } else { EDGES[at as usize % EDGES.len()] });
                    }
                }
            }
        } else if !base.is_empty() {
            let n = c.number(1) as usize % 6;
            w.count(n);
            for _ in 0..n {
                w.u32((c.number(1) % 100) << (8 * (c.number(1) & 1)));
                w.u32(EDGES[c.number(1) as usize % EDGES.len()]);
                w.u32(c.number(2));
                w.u8(c.number(1) as u8);
            }
            // As of formats that have no items behind them.
            if c.number(1) & 1 == 0 {
                return;
            }
        }
        let n = c.number(1) as usize % 6;
        w.count(n);
        for _ in 0..n {
            let what = c.number(1) as u8;
            w.str(&word(c, ids));
            w.u8(what);
            w.str(&word(c, ids));
            w.str(&word(c, ids));
            if what & 128 != 0 {
                (0..4).for_each(|_| w.str(&word(c, ids)));
                let titles = c.number(1) as usize % 3;
                w.count(titles);
                (0..2 * titles).for_each(|_| w.str(&word(c, ids)));
            }
        }
    })
}

/// A core and a shard of it with wild sections: the core lists the shard as it is.
pub(crate) fn shard(data: &[u8]) {
    let mut c = Choices(data);
    let [core, shard] = PARTS[c.number(1) as usize % PARTS.len()];
    let (mut core, mut part) = (split(core), split(shard));
    let is_good = c.0.is_empty();
    while !c.0.is_empty() {
        let which = if c.number(1) & 1 == 0 { &mut part } else { &mut core };
        change(which, &mut c);
    }
    let part = join(&part);
    let version = HEADER - 16..HEADER - 8;
    list(&mut core, &shard[version.clone()], &part[version]);
    ask_over(join(&core), &[part], is_good);
}

/// Puts a version in the place of the frozen shard's.
fn list(core: &mut [Section], was: &[u8], is: &[u8]) {
    let Some(versions) = core.iter_mut().find(|s| &s.tag == b"SHRD") else { return };
    for place in versions.body.chunks_exact_mut(8).filter(|v| *v == was) {
        place.copy_from_slice(is);
    }
}

/// A portrait and a ledger that were stored once, changed meanwhile.
pub(crate) fn stored(data: &[u8]) {
    let mut c = Choices(data);
    let mut table = Table::default();
    table.call(1, &opening(SEEDS[0], 2));
    let Ok(engine) = Engine::open(SEEDS[0].to_vec()) else { return };
    let ids: Vec<String> = (0..8).map(|row| engine.catalog().id(Row(row)).into()).collect();
    let mut call = |op: u32, write: &dyn Fn(&mut Writer)| {
        table.call(
            op,
            &request(|w| {
                w.u32(1);
                write(w);
            }),
        )
    };
    for id in &ids {
        call(3, &|w| track(w, "purchase", id));
    }
    let bytes = |answer: &[u8]| answer.get(5..).unwrap_or(&[]).to_vec();
    let mut snapshot = bytes(&call(12, &|_| ()));
    let report = |call: Call<'_>, ledger: &[u8]| {
        call(27, &|w| {
            w.f64(NOW);
            w.bytes(ledger);
            w.bytes(&[7; 296]);
        })
    };
    let mut ledger = report(&mut call, &[]).get(6..).unwrap_or(&[]).to_vec();
    ledger.truncate(c.number(1) as usize);
    for _ in 0..1 + c.number(1) % 6 {
        let (what, at) = (c.number(1), c.number(2) as usize);
        let target = if what & 1 == 0 { &mut snapshot } else { &mut ledger };
        let at = at % target.len().max(1);
        match what >> 1 & 3 {
            0 => target.truncate(at),
            1 => target.iter_mut().skip(at).zip(c.number(4).to_le_bytes()).for_each(|(b, is)| *b = is),
            2 => {
                let edge = EDGES[c.number(1) as usize % EDGES.len()].to_le_bytes();
                target.iter_mut().skip(at).zip(edge).for_each(|(b, is)| *b = is);
            }
            _ => target.iter_mut().skip(at).take(1).for_each(|b| *b = b.wrapping_add(1)),
        }
    }
    // Half of them behind a sum that is right, so that what follows is read.
    if c.number(1) & 1 == 0 && snapshot.len() > 8 {
        let body = snapshot.len() - 8;
        let sum = XxHash64::oneshot(0, &snapshot[..body]).to_le_bytes();
        snapshot[body..].copy_from_slice(&sum);
    }
    call(13, &|w| {
        w.f64(NOW);
        w.bytes(&snapshot);
    });
    report(&mut call, &ledger);
    call(28, &|w| {
        w.f64(NOW);
        w.bytes(&ledger);
        w.u8(u8::from(ledger.len() % 2 == 0));
    });
    look(&mut call, &ids, 8);
}

/// A pack whose promotions were changed, and everything that is asked of it, a cart and coupons among it.
pub(crate) fn offers(data: &[u8]) {
    let mut c = Choices(data);
    let mut sections = split(SEEDS[c.number(1) as usize % SEEDS.len()]);
    let is_good = c.0.is_empty();
    let (mut offers, mut rest): (Vec<Section>, Vec<Section>) =
        sections.drain(..).partition(|s| &s.tag == b"OFFR" || &s.tag == b"OFNA" || &s.tag == b"OFCO");
    while !c.0.is_empty() {
        change(&mut offers, &mut c);
    }
    rest.append(&mut offers);
    rest.sort_by_key(|s| (s.tag, s.key));
    rest.dedup_by_key(|s| (s.tag, s.key));
    ask(join(&rest), is_good);
}

/// A signed file, frozen.
const SIGNED: &[u8] = include_bytes!("../compat/signed-v1.overlay");
const KEY: &str = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";

/// A signed file: as it comes, changed, and a good one with whatever a device may have kept of others. Then tokens.
pub(crate) fn signed(data: &[u8]) {
    use nearshelf::signature::{MAGIC, open};
    use nearshelf::time::Millis;
    let now = Millis(NOW as i64);
    assert!(open(now, None, &[KEY], &[], data).is_err());
    assert!(open(now, None, &[KEY], &[], &[&MAGIC, data].concat()).is_err());
    let mut c = Choices(data);
    let mut file = SIGNED.to_vec();
    let (at, with) = (c.number(2) as usize % file.len(), c.number(1) as u8);
    file[at] ^= with;
    assert_eq!(open(now, None, &[KEY], &[], &file).is_ok(), with == 0);
    if let Ok(opened) = open(now, None, &[KEY], c.0, SIGNED) {
        let again = open(now, None, &[KEY], &opened.seen, SIGNED).expect("what was just seen is not old");
        assert!(opened.seen.len() <= c.0.len() + 41 && again.seen == opened.seen);
    }
    let mut table = Table::default();
    table.call(
        67,
        &request(|w| {
            w.u32(0);
            w.f64(NOW);
            w.u8(2);
            w.count(1);
            w.str(KEY);
            w.bytes(data);
            w.bytes(c.0);
            w.bytes(&file);
        }),
    );
    table.call(67, data);
    invited(data);
}

/// Programmes, a token and a record of landings, frozen.
const INVITES: &[u8] = include_bytes!("../compat/invites-v1.section");
const TOKEN: &str = include_str!("../compat/token-v1.token");
const LANDINGS: &[u8] = include_bytes!("../compat/landings-v1.record");

/// A token, a record of landings and rules, as they come and changed: what is asked is answered, and what is kept can be read again and is bounded.
fn invited(data: &[u8]) {
    use nearshelf::codec::Reader;
    use nearshelf::invite::{Asked, Event, Programme, Status, Token, decode, earn, is_signed, land, own};
    use nearshelf::time::Millis;
    let mut c = Choices(data);
    let rules = Reader::new(INVITES).bytes();
    let mut other = rules.to_vec();
    other[c.number(1) as usize % rules.len()] ^= c.number(1) as u8;
    let changed = Programme::all(&other);
    let _ = Programme::all(data);
    let programmes = changed.or_else(|_| Programme::all(rules)).expect("the frozen rules");
    let mut kept = LANDINGS.to_vec();
    for _ in 0..c.number(1) % 8 {
        let at = c.number(2) as usize % kept.len();
        kept[at] = c.number(1) as u8;
    }
    kept.extend_from_slice(c.0);
    let mut text = TOKEN.trim().as_bytes().to_vec();
    let (at, with) = (c.number(1) as usize % text.len(), c.number(1) as u8 & 0x7F);
    text[at] = with;
    let text = String::from_utf8(text).expect("ASCII");
    let keys = [KEY];
    let asked = Asked {
        now: Millis(NOW as i64),
        shop: "harbour-lane",
        keys: &keys,
        signed: is_signed,
        programmes: &programmes,
        customer: false,
        kept: &kept,
    };
    let (told, after) = land(&asked, &text);
    assert!(told.status == Status::Refused || text == TOKEN.trim(), "only what was signed lands");
    for record in
        [after, land(&asked, TOKEN.trim()).1, own(&asked, TOKEN.trim()).ok(), earn(&asked, Event::Order, &text).1]
    {
        let Some(record) = record else { continue };
        assert!(record.len() <= 4_096);
        let again = Asked { kept: &record, ..asked };
        assert!(earn(&again, Event::Landing, "").0.len() <= 16);
    }
    if let Some(bytes) = std::str::from_utf8(data).ok().and_then(decode) {
        let _ = Token::read(&bytes).map(|t| is_signed(&t, &keys, "harbour-lane"));
    }
    let _ = Token::read(data).map(|t| is_signed(&t, &keys, "harbour-lane"));
}

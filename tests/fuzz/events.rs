//! Events of every kind, good and bad, with all that else happens to a portrait between them.

use super::{Choices, NOW, SEEDS, opening, request};
use nearshelf::codec::Writer;
use nearshelf::engine::Engine;
use nearshelf::event::EventKind;
use nearshelf::id::Row;
use nearshelf::wasm::dispatch::Table;

const NUMBERS: [f64; 12] =
    [0.0, 1.0, -1.0, 4.5, 10.0, 11.0, 1e9, -1e300, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const TEXTS: [&str; 12] =
    ["", "12.90", "1,299", "CNY", "USD", "wechat", "fax", "T1", "T2", "article", "short_video", "\u{0}\u{10FFFF}"];

/// Events, snapshots that are taken back, tags that are, orders, accounts; the portrait is bounded and comes back to the same bytes.
pub(crate) fn events(data: &[u8]) {
    let mut c = Choices(data);
    let seed = SEEDS[c.number(1) as usize % SEEDS.len()];
    let Ok(engine) = Engine::open(seed.to_vec()) else { return };
    let catalog = engine.catalog();
    let ids: Vec<String> = (0..catalog.len().min(9) as u32).map(|row| catalog.id(Row(row)).into()).collect();
    let mut table = Table::default();
    table.call(1, &opening(seed, 2));
    let mut call = |op: u32, write: &mut dyn FnMut(&mut Writer)| {
        table.call(
            op,
            &request(|w| {
                w.u32(1);
                write(w);
            }),
        )
    };
    let mut now = NOW;
    for _ in 0..200 {
        if c.0.is_empty() {
            break;
        }
        now += [0.0, 700.0, 60_000.0, 4e6, 2e8, 4e10, -5e6, 1.0][c.number(1) as usize % 8];
        match c.number(1) % 16 {
            0 => {
                let answer = call(12, &mut |_| ());
                let bytes = answer.get(5..).unwrap_or(&[]).to_vec();
                assert!(bytes.len() <= 64 * 1024, "{} bytes", bytes.len());
                let taken = call(13, &mut |w| {
                    w.f64(now);
                    w.bytes(&bytes);
                });
                assert_eq!(taken.first(), Some(&0), "its own snapshot");
                assert_eq!(call(12, &mut |_| ()).get(5..), Some(&bytes[..]), "read and written alike");
            }
            1 => {
                let (dimension, wish, name) = (c.number(1), c.number(1), text(&mut c, &ids));
                call(49, &mut |w| {
                    w.f64(now);
                    w.u8(dimension as u8 % 12);
                    w.u8(wish as u8 % 4);
                    w.str(&name);
                });
                call(50, &mut |_| ());
            }
            2 => {
                call(23, &mut |w| {
                    w.f64(now);
                    w.i32(c.number(2) as i32);
                    w.count(1);
                    w.str(TEXTS[c.number(1) as usize % TEXTS.len()]);
                    w.f64(now - f64::from(c.number(3)) * 1e5);
                    items(w, &mut c, &ids);
                    details(w, &mut c);
                });
            }
            3 => {
                call(22, &mut |w| w.f64(now));
            }
            4 => {
                call(9, &mut |w| w.f64(now));
                call(58, &mut |w| w.f64(now));
                call(61, &mut |w| {
                    w.f64(now);
                    w.i32(480);
                    w.count(2);
                    for (offer, kind) in [("ten", "percent"), ("", "rebate")] {
                        w.str(offer);
                        w.str(kind);
                    }
                });
                for declined in [0, 1] {
                    call(62, &mut |w| {
                        w.f64(now);
                        w.f64(now);
                        w.count(1);
                        w.str("spring");
                        w.u32(u32::from(declined));
                    });
                    call(63, &mut |w| {
                        w.f64(now);
                        w.str("spring");
                        w.u8(declined);
                    });
                }
                call(57, &mut |w| {
                    w.f64(now);
                    w.i32(c.number(2) as i32 - 1_000);
                });
            }
            5 => {
                call(56, &mut |w| {
                    w.f64(now);
                    w.u8(c.number(1) as u8 % 5);
                    w.f64(NUMBERS[c.number(1) as usize % NUMBERS.len()]);
                    w.u8(c.number(1) as u8 % 2);
                    let many = c.number(1) as usize % 9;
                    w.count(many);
                    for _ in 0..many {
                        let (n, kind) = (c.number(1) as usize, c.number(1) as u8 % 4);
                        w.str(["gender", "age_band", "interests", "birthday", "shoe_size", "phone", ""][n % 7]);
                        w.u8(kind);
                        match kind {
                            0 => {}
                            1 => w.str(
                                ["male", "25-35", "tea", "02-29", "12 Main Street", "\u{10FFFF}", "9-"][n / 7 % 7],
                            ),
                            2 => {
                                w.f64(NUMBERS[n % NUMBERS.len()]);
                                w.str(TEXTS[n % TEXTS.len()]);
                            }
                            _ => w.u8(n as u8 % 3),
                        }
                    }
                });
            }
            _ => {
                call(3, &mut |w| {
                    w.f64(now);
                    w.i32(c.number(2) as i32 - 1_000);
                    let many = 1 + c.number(1) % 4;
                    w.count(many as usize);
                    for _ in 0..many {
                        let kind = c.number(1) as usize;
                        w.str(EventKind::ALL.get(kind % (EventKind::COUNT + 1)).map_or("page_view", |k| k.name()));
                        w.str(if kind > 200 { TEXTS[kind % TEXTS.len()] } else { "" });
                        w.f64(if kind > 127 { now - f64::from(c.number(2)) * 1e3 } else { f64::NAN });
                        w.str("");
                        items(w, &mut c, &ids);
                        details(w, &mut c);
                    }
                });
            }
        }
    }
    call(9, &mut |w| w.f64(now));
}

fn text(c: &mut Choices<'_>, ids: &[String]) -> String {
    let n = c.number(1) as usize;
    ids.get(n).map_or_else(|| TEXTS[n % TEXTS.len()].into(), Clone::clone)
}

fn price(w: &mut Writer, c: &mut Choices<'_>) {
    match c.number(1) % 4 {
        0 | 1 => w.u8(0),
        2 => {
            w.u8(1);
            w.f64(NUMBERS[c.number(1) as usize % NUMBERS.len()]);
        }
        _ => {
            w.u8(2);
            w.str(TEXTS[c.number(1) as usize % TEXTS.len()]);
        }
    }
}

fn items(w: &mut Writer, c: &mut Choices<'_>, ids: &[String]) {
    let many = c.number(1) as usize % 4;
    w.count(many);
    for _ in 0..many {
        w.str(&text(c, ids));
        price(w, c);
        w.f64(NUMBERS[c.number(1) as usize % NUMBERS.len()]);
        price(w, c);
    }
}

fn details(w: &mut Writer, c: &mut Choices<'_>) {
    let told = c.number(1) % 2;
    w.u8(told as u8);
    if told == 0 {
        return;
    }
    price(w, c);
    for _ in 0..2 {
        w.str(TEXTS[c.number(1) as usize % TEXTS.len()]);
    }
    for _ in 0..4 {
        w.f64(NUMBERS[c.number(1) as usize % NUMBERS.len()]);
    }
    for _ in 0..2 {
        w.str(TEXTS[c.number(1) as usize % TEXTS.len()]);
    }
    w.u8(c.number(1) as u8 % 2);
}

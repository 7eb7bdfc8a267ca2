//! `nearshelf inspect`

use crate::args::InspectArgs;
use crate::output::say;
use flate2::Compression;
use flate2::write::GzEncoder;
use nearshelf::catalog::Catalog;
use nearshelf::engine::Engine;
use nearshelf::error::Error;
use nearshelf::pack::Pack;
use nearshelf::shop::read_file;
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &InspectArgs) -> Result<(), Error> {
    let pack = open(&args.pack)?;
    let engine = Engine::open(pack.bytes().to_vec())?;
    facts(&args.pack, engine.catalog());
    weights(&engine);
    match &args.diff {
        Some(old) => diff(&pack, &open(old)?),
        None => sections(&pack),
    }
    Ok(())
}

fn open(path: &Path) -> Result<Pack, Error> {
    Pack::open(read_file(path)?)
}

fn facts(path: &Path, c: &Catalog) {
    let pack = c.pack();
    say!("{}: pack {}, format {}, checksums good", path.display(), pack.version(), pack.format());
    let k = c.support();
    let markets: Vec<_> =
        c.markets().iter().map(|m| format!("{} ({}, exponent {})", m.code, m.currency, m.exponent)).collect();
    say!("shop {}, support threshold {k}", c.shop());
    say!("markets {}; languages {}", markets.join(", "), c.languages().join(", "));
    say!("{} products, {} variants, {} categories", c.len(), c.variant_count(), c.category_count());
}

fn weights(engine: &Engine) {
    crate::eval::worths(engine.blend());
    if engine.blend().hide_seen {
        say!("what a visit has seen is left out");
    }
}

fn sections(pack: &Pack) {
    say!("\n{:<6} {:>4} {:>10} {:>12} {:>12} {:>12}", "", "key", "entries", "raw", "gzip", "brotli");
    for s in pack.sections() {
        let body = pack.section(s.tag, s.key).unwrap_or(&[]);
        let (gz, br) = (gzip(body), brotli(body));
        say!("{:<6} {:>4} {:>10} {:>12} {gz:>12} {br:>12}", s.tag.to_string(), s.key, s.entries, body.len());
    }
    let whole = pack.bytes();
    say!("{:<6} {:>4} {:>10} {:>12} {:>12} {:>12}", "whole", "", "", whole.len(), gzip(whole), brotli(whole));
}

fn diff(new: &Pack, old: &Pack) {
    say!("\n{:<6} {:>4} {:>12} {:>12}  against pack {}", "", "key", "old bytes", "new bytes", old.version());
    let mut all: Vec<_> = new.sections().iter().chain(old.sections()).map(|s| (s.tag, s.key)).collect();
    all.sort_unstable();
    all.dedup();
    for (tag, key) in all {
        let (a, b) = (old.section(tag, key), new.section(tag, key));
        let size = |x: Option<&[u8]>| x.map_or("-".to_string(), |b| b.len().to_string());
        let note = match (a, b) {
            (None, _) => "added",
            (_, None) => "removed",
            (Some(a), Some(b)) if a == b => "same",
            _ => "changed",
        };
        say!("{:<6} {key:>4} {:>12} {:>12}  {note}", tag.to_string(), size(a), size(b));
    }
}

fn gzip(bytes: &[u8]) -> usize {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail; a failure would show as 0.
    out.write_all(bytes).and_then(|()| out.finish()).map_or(0, |v| v.len())
}

fn brotli(bytes: &[u8]) -> usize {
    let mut out = Vec::new();
    {
        let mut w = brotli::CompressorWriter::new(&mut out, 1 << 16, 11, 22);
        if w.write_all(bytes).is_err() {
            return 0;
        }
    }
    out.len()
}

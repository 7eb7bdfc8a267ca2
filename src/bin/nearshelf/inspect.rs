//! `nearshelf inspect`

use crate::args::InspectArgs;
use crate::diff;
use crate::output::say;
use crate::progress::Bars;
use flate2::Compression;
use flate2::write::GzEncoder;
use nearshelf::catalog::Catalog;
use nearshelf::engine::Engine;
use nearshelf::error::Error;
use nearshelf::pack::{Pack, SectionInfo};
use nearshelf::publish::{Facts, PackDiff, SectionSize, brotli, compare, section_sizes};
use nearshelf::shop::read_file;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &InspectArgs) -> Result<(), Error> {
    if crate::overlay::inspect(&args.pack, args.json)? {
        return Ok(());
    }
    let bars = Bars::default();
    let pack = open(&args.pack)?;
    let engine = Engine::open(pack.bytes().to_vec())?;
    let old = args.diff.as_deref().map(open).transpose()?;
    let compared = match &old {
        Some(old) => Some((compare(old.bytes(), pack.bytes())?, section_sizes(old, &pack, &bars))),
        None => None,
    };
    bars.finish();
    if args.json {
        say!("{:#}", json(&engine, compared.as_ref()));
        return Ok(());
    }
    facts(&args.pack, engine.catalog());
    weights(&engine);
    match &compared {
        Some((changed, sizes)) => {
            diff::print(changed);
            diff::sections(sizes);
        }
        None => sections(&pack),
    }
    Ok(())
}

fn json(engine: &Engine, compared: Option<&(PackDiff, Vec<SectionSize>)>) -> Value {
    let c = engine.catalog();
    let mut out = Map::new();
    out.insert("pack".into(), Facts::of(c).json());
    out.insert(
        "counts".into(),
        json!({ "products": c.len(), "variants": c.variant_count(), "categories": c.category_count() }),
    );
    match compared {
        Some((changed, sizes)) => {
            out.insert("diff".into(), changed.json());
            out.insert("sections".into(), sizes.iter().map(SectionSize::json).collect());
        }
        None => {
            let sizes = |body: &[u8]| json!({ "raw": body.len(), "gzip": gzip(body), "brotli": brotli(body) });
            let section = |s: &SectionInfo| {
                let body = c.pack().section(s.tag, s.key).unwrap_or(&[]);
                json!({ "tag": s.tag.name(), "key": s.key, "entries": s.entries, "bytes": sizes(body) })
            };
            out.insert("sections".into(), c.pack().sections().iter().map(section).collect());
            out.insert("whole".into(), sizes(c.pack().bytes()));
        }
    }
    Value::Object(out)
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
    say!("shop {}, support threshold {k}, log {}", c.shop(), diff::days(&Facts::of(c)));
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

fn gzip(bytes: &[u8]) -> usize {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail; a failure would show as 0.
    out.write_all(bytes).and_then(|()| out.finish()).map_or(0, |v| v.len())
}

//! `nearshelf inspect`

use crate::args::InspectArgs;
use crate::diff;
use crate::output::say;
use crate::progress::Bars;
use crate::rules;
use flate2::Compression;
use flate2::write::GzEncoder;
use nearshelf::builder::shards::read_whole;
use nearshelf::catalog::Catalog;
use nearshelf::catalog::shards::{Shard, list};
use nearshelf::codec::Reader;
use nearshelf::engine::Engine;
use nearshelf::error::Error;
use nearshelf::pack::{Pack, SectionInfo, Tag};
use nearshelf::profile::attribute::Attributes;
use nearshelf::publish::{Facts, PackDiff, Pairs, SectionSize, brotli, compare, section_sizes};
use nearshelf::rank::season::{MONTHS, OCTAVE};
use nearshelf::shop::read_plain;
use nearshelf::shop::season::NAMES;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &InspectArgs) -> Result<(), Error> {
    if crate::overlay::inspect(&args.pack, args.json)? {
        return Ok(());
    }
    let bars = Bars::default();
    let file = Pack::open(read_plain(&args.pack)?)?;
    if let Some(core) = file.section(Tag::PART, 0).filter(|_| file.section(Tag::META, 0).is_none()) {
        shard(args, &file, core);
        bars.finish();
        return Ok(());
    }
    let old = args.diff.as_deref().map(whole).transpose()?;
    // Two catalogues are compared as wholes, whatever files they are in.
    let pack = if old.is_some() { whole(&args.pack)? } else { file };
    let engine = Engine::open(pack.bytes().to_vec())?;
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
    learnt(engine.catalog());
    together(&pack);
    rules::print(engine.catalog());
    match &compared {
        Some((changed, sizes)) => {
            diff::print(changed);
            diff::sections(sizes);
        }
        None => {
            shards(engine.catalog())?;
            sections(&pack);
        }
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
    if let Some(pairs) = Pairs::of(c.pack()) {
        out.insert("together".into(), pairs.json());
    }
    let rules: Vec<Value> = rules::read(c.pack()).iter().map(rules::Listed::json).collect();
    if !rules.is_empty() {
        out.insert("rules".into(), rules.into());
    }
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
            let shard = |s: &Shard| json!({ "name": s.name, "bytes": s.bytes, "products": s.products, "categories": s.categories.len() });
            out.insert("shards".into(), list(c.pack()).unwrap_or_default().iter().map(shard).collect());
            out.insert("whole".into(), sizes(c.pack().bytes()));
        }
    }
    Value::Object(out)
}

fn whole(path: &Path) -> Result<Pack, Error> {
    Pack::open(read_whole(path)?)
}

/// The shards that a core lists.
fn shards(c: &Catalog) -> Result<(), Error> {
    let list = list(c.pack())?;
    if list.is_empty() {
        return Ok(());
    }
    say!("\n{:<40} {:>9} {:>11}  categories", "shard", "products", "raw");
    for s in &list {
        let first = s.categories.first().map_or("", |x| c.category_path(*x));
        let more = s.categories.len().saturating_sub(1);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        say!("{:<40} {:>9} {:>11}  {first}{more}", s.name, s.products, s.bytes);
    }
    Ok(())
}

/// What a shard says of itself.
fn shard(args: &InspectArgs, pack: &Pack, record: &[u8]) {
    let mut r = Reader::new(record);
    let (_total, of) = (r.u32(), format!("{:016x}", r.u64()));
    let (_first, number) = (r.str(), r.u32());
    let products = pack.section(Tag::ROWS, 0).map_or(0, <[u8]>::len) / 4;
    if args.json {
        let facts = json!({ "version": pack.version(), "of": of, "number": number, "products": products });
        let whole = json!({ "raw": pack.bytes().len(), "brotli": brotli(pack.bytes()) });
        let together = Pairs::of(pack).map(|pairs| pairs.json());
        return say!("{:#}", json!({ "shard": facts, "together": together, "whole": whole }));
    }
    say!("{}: shard {}, format {}, checksums good", args.pack.display(), pack.version(), pack.format());
    say!("number {number} of what was pack {of}, {products} products");
    together(pack);
    sections(pack);
}

/// What is bought together, by this file.
fn together(pack: &Pack) {
    if let Some(pairs) = Pairs::of(pack) {
        say!("{}", pairs.text());
    }
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

/// What the pack says of the time of the year and of kinds of shoppers.
fn learnt(c: &Catalog) {
    if let Some(section) = c.pack().section(Tag::SEASON, 0) {
        let mut r = Reader::new(section);
        let (_zone, _doubling) = (r.i32(), r.u32());
        say!("\n{:<32} {}", "season, % of the year's average", NAMES.map(|n| format!("{n:>4}")).join(" "));
        for _ in 0..r.count(4 + MONTHS) {
            let (category, months) = (r.u32(), r.take(MONTHS));
            let percent = |m: &u8| format!("{:>4.0}", 100.0 * libm::exp2(f64::from(*m as i8) / OCTAVE as f64));
            let known = (category as usize) < c.category_count();
            let path = if known { c.category_path(category) } else { "?" };
            say!("{path:<32} {}", months.iter().map(percent).collect::<Vec<_>>().join(" "));
        }
    }
    let section = c.pack().section(Tag::ATTRIBUTE, 0);
    if let Some(Ok(all)) = section.map(|section| Attributes::read(section, c.language_index())) {
        say!("\n{:<24} {:<10} {:>6}  values", "can be declared", "type", "days");
        for a in &all.list {
            let values: Vec<&str> = a.values.iter().map(|(value, _)| *value).collect();
            let sensitive = if a.sensitive { " (sensitive)" } else { "" };
            say!("{:<24} {:<10} {:>6}  {}{sensitive}", a.name, a.kind.name(), a.days, values.join(", "));
        }
    }
    if let Some(section) = c.pack().section(Tag::CLUSTER, 0) {
        let mut r = Reader::new(section);
        say!("\nclusters, each worth {} looks", f64::from(r.u32()) / 256.0);
        for _ in 0..r.count(16) {
            let (name, share, _length) = (r.str(), r.u32(), r.u32());
            let mut parts: Vec<(u16, u16)> = (0..r.count(4)).map(|_| (r.u16(), r.u16())).map(|(c, p)| (p, c)).collect();
            parts.sort_by_key(|(part, c)| (std::cmp::Reverse(*part), *c));
            let told = |(part, x): &(u16, u16)| {
                let known = usize::from(*x) < c.category_count();
                let path = if known { c.category_path(u32::from(*x)) } else { "?" };
                format!("{path} {:.0} %", f64::from(*part) / 655.35)
            };
            let first: Vec<String> = parts.iter().take(4).map(told).collect();
            say!(
                "{name}: {:.1} % of shoppers; {} categories: {}",
                f64::from(share) / 100.0,
                parts.len(),
                first.join(", ")
            );
        }
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

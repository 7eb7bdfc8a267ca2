//! `nearshelf pack`

use crate::args::{PackArgs, ShopArgs};
use crate::diff;
use crate::output::say;
use crate::progress::Bars;
use nearshelf::builder::cluster;
use nearshelf::builder::pack::{Options, build};
use nearshelf::builder::season::Learnt;
use nearshelf::builder::shards::{File, Limits, Split, core_wire, read_whole, split, split_above};
use nearshelf::catalog::Catalog;
use nearshelf::engine::Engine;
use nearshelf::error::Error;
use nearshelf::pack::{Pack, Tag};
use nearshelf::publish::check;
use nearshelf::shop::{Progress, Shop, write_file};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &PackArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let old = args.baseline.as_deref().map(old_pack).transpose()?;
    let rejects = args.rejects.clone().unwrap_or_else(|| with_suffix(&args.out, ".rejects.csv"));
    let shop = read(&args.shop, &rejects, &bars)?;
    if !args.vectors {
        shop.tables.check_shipped()?;
    }
    let options = Options { min_support: args.shop.min_support, max_bytes: args.max_bytes.filter(|_| args.one_file) };
    let bytes = build(&shop, &options, &bars)?;
    let checked = match &old {
        Some(old) => Some(check(&shop, old, &bytes, &options, &shop.baseline, &bars)?),
        None => None,
    };
    let parts = match args.max_bytes {
        _ if args.shards => split(&bytes, Limits::of(args.max_bytes), &bars)?,
        Some(most) if !args.one_file => split_above(&bytes, most, &bars)?,
        _ => None,
    };
    bars.finish();
    report(&shop, Some(&rejects));
    if shop.log.sessions.is_empty() {
        eprintln!(
            "warning: there is no log, so the pack knows nothing of what goes with what or is popular; `nearshelf doctor` looks for one"
        );
    }
    if let Some(checked) = &checked {
        diff::print_check(checked);
        if !args.accept_changes {
            checked.refuse()?;
        }
    }
    let k = options.support(&shop);
    learnt(&shop, k, &Catalog::open(Pack::open(bytes.clone())?)?);
    match &parts {
        Some(parts) => write_parts(&args.out, parts, k)?,
        None => {
            write_file(&args.out, &bytes)?;
            say!("{}: {} bytes, support threshold {k}", args.out.display(), bytes.len());
            let core = Limits::of(args.max_bytes).core;
            // No pack compresses to a tenth, and to compress a large one takes its time.
            let is_above = || bytes.len() > 10 * core || core_wire(&bytes) > core;
            if args.shards {
                say!("it fits into a core as it is, so there are no shards");
            } else if !args.one_file && is_above() {
                say!(
                    "every page loads all of it; with --shards a core of at most {core} bytes on the wire, and the rest when it is asked for"
                );
            }
        }
    }
    say!("look inside with: nearshelf inspect {}", args.out.display());
    Ok(())
}

/// Whether seasons and kinds of shoppers were learnt, and why not.
fn learnt(shop: &Shop, k: u32, c: &Catalog) {
    let rows = c.pack().sections().iter().find(|s| s.tag == Tag::SEASON).map_or(0, |s| s.entries);
    let own = shop.season.table.len();
    let from = match Learnt::of(shop, &shop.log.sessions) {
        Learnt::Off => "not learnt: [season] learn = false".to_string(),
        Learnt::NoCategory => "not learnt: no product has a category".to_string(),
        Learnt::Short(days) => {
            format!("not learnt: the log spans {days} days, fewer than {}", shop.season.fewest_days)
        }
        Learnt::From(days) => format!("learnt from {days} days"),
    };
    say!("season: {from}; {own} categories set by the shop, {rows} in the pack");
    if !shop.clusters.learn {
        return say!("clusters: not learnt: [clusters] learn = false");
    }
    let found = cluster::fit(shop, c, &shop.log.sessions, k);
    say!(
        "clusters: {} from {} shoppers; mean log-likelihood of the next category:",
        found.clusters.len(),
        found.people
    );
    say!("  everyone's interest {:>9.4}", found.everyone);
    for (n, worth) in &found.tried {
        say!("  {n:>8} clusters    {worth:>9.4}");
    }
}

/// Writes the shards, then the core: who reads meanwhile never sees a core without its shards.
fn write_parts(out: &Path, parts: &Split, k: u32) -> Result<(), Error> {
    for shard in &parts.shards {
        write_file(&out.with_file_name(&shard.name), &shard.bytes)?;
    }
    write_file(out, &parts.core.bytes)?;
    say!("{:<40} {:>9} {:>11} {:>11}", "", "products", "raw", "on the wire");
    let line = |name: &str, f: &File| say!("{name:<40} {:>9} {:>11} {:>11}", f.products, f.bytes.len(), f.wire);
    line(&out.display().to_string(), &parts.core);
    for shard in &parts.shards {
        line(&shard.name, shard);
    }
    let raw = parts.shards.iter().map(|s| s.bytes.len()).sum::<usize>() + parts.core.bytes.len();
    let products = parts.shards.iter().map(|s| s.products).sum::<usize>() + parts.core.products;
    say!("{:<40} {products:>9} {raw:>11} {:>11}", "all", parts.wire());
    say!("a core and {} shards, support threshold {k}; serve them from one folder", parts.shards.len());
    Ok(())
}

/// The pack that is out, found good before an hour is spent on the new one.
fn old_pack(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = read_whole(path)?;
    Engine::open(bytes.clone())?;
    Ok(bytes)
}

/// The shop of the arguments. When too many rows are unusable they are written to `rejects` all the same.
fn read(args: &ShopArgs, rejects: &Path, progress: &dyn Progress) -> Result<Shop, Error> {
    let files = args.files.files()?;
    let shop = Shop::read(&files, progress)?;
    shop.rejects.write(rejects)?;
    shop.rejects.check(args.max_reject)?;
    Ok(shop)
}

/// What was read and what was not.
pub(crate) fn report(shop: &Shop, rejects: Option<&Path>) {
    let variants: usize = shop.products.iter().map(|p| p.variants.len()).sum();
    say!("{}: {} products, {variants} variants", shop.id, shop.products.len());
    let steps: usize = shop.log.sessions.iter().map(|s| s.steps.len()).sum();
    let users = if shop.log.has_users { "shoppers" } else { "visits as shoppers" };
    say!("log: {steps} steps, {} visits, {} {users}", shop.log.sessions.len(), shop.log.shoppers);
    let missed: u64 = shop.unmatched.iter().map(|(_, n)| n).sum();
    if missed > 0 {
        let rate = steps as f64 * 100.0 / (steps as u64 + missed) as f64;
        say!("ids of the log found in the catalogue: {rate:.1} %; {} ids were not:", shop.unmatched.len());
        for (id, n) in shop.unmatched.iter().take(10) {
            say!("  {id} ({n} times)");
        }
        say!("`nearshelf doctor` looks for the setting that matches them");
    }
    if shop.copies > 0 {
        say!("{} records of an event that was there already were left out", shop.copies);
    }
    for t in &shop.too_cheap {
        say!(
            "{}: offer {} would sell {} below [promotions] least_price: it is put forward to nobody",
            t.market,
            t.offer,
            t.sku
        );
    }
    for tally in shop.rejects.tallies() {
        let (name, read) = (tally.name(), tally.read());
        for (reason, r) in &tally.ignored {
            say!("{name}: {} of {read} rows ignored: {reason}", r.rows);
        }
        for (reason, r) in &tally.rejected {
            say!("{name}: {} of {read} rows left out: {reason}", r.rows);
        }
    }
    if let Some(path) = rejects.filter(|_| !shop.rejects.rows().is_empty()) {
        say!("left-out rows are in {}", path.display());
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    name.into()
}

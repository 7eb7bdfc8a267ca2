//! `nearshelf overlay`, and what `nearshelf inspect` says of its file.

use crate::args::OverlayArgs;
use crate::output::say;
use crate::progress::Bars;
use nearshelf::builder::shards::read_whole;
use nearshelf::catalog::overlay::{Head, MAGIC, MULTIPLIER};
use nearshelf::catalog::overlay_file::{Item, damaged, read, write};
use nearshelf::catalog::shards;
use nearshelf::engine::Engine;
use nearshelf::error::Error;
use nearshelf::pack::Pack;
use nearshelf::shop::overlay::ShopOverlay;
use nearshelf::shop::overlay_json::{read_json, write_json};
use nearshelf::shop::{read_plain, write_file};
use nearshelf::time::Millis;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn run(args: &OverlayArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let core = read_plain(&args.pack)?;
    let part = Pack::open(core.clone())?;
    let is_split = shards::count(&part) > 0;
    let (pack, placed) = match read_whole(&args.pack) {
        // What devices compare the base with is the version that the core names.
        Ok(whole) => {
            (whole.clone(), is_split && Pack::open(whole)?.version() == format!("{:016x}", shards::whole(&part)))
        }
        // What lies in shards that are not here has no place, and may be looked for by its id.
        Err(e) if is_split => {
            say!("{}: {e}: so the overlay names ids, which is larger and slower", args.pack.display());
            (core, false)
        }
        Err(e) => return Err(e),
    };
    let is_part = is_split && !placed;
    let mut engine = Engine::open(pack)?;
    let catalog = engine.catalog();
    let given = ShopOverlay::read(&args.file, catalog, &args.market, args.config.as_deref(), &bars)?;
    bars.finish();
    for tally in given.rejects.tallies() {
        for (reason, r) in &tally.rejected {
            say!("{}: {} of {} rows left out: {reason}", tally.name(), r.rows, tally.read());
        }
    }
    given.rejects.check(args.max_reject)?;

    let said = given.head();
    let issued = args.issued.map(Millis).or(said.issued).unwrap_or_else(now);
    let version = catalog.pack().version();
    let market = catalog.markets()[catalog.market_named(said.market)?].code.clone();
    let shop = catalog.shop().to_string();
    // What has no number in the pack: new items, and multipliers of granting campaigns.
    let is_known = |item: &Item| catalog.find(&item.id).is_some();
    let is_new = |item: &Item| item.id.starts_with(MULTIPLIER) || item.about.is_some() && !is_known(item);
    let has_new = given.items.iter().any(is_new);
    let as_json = args.out.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    // Where nothing has one, there is no need for this very pack.
    let any_pack = args.any_pack || is_part || has_new && !given.items.iter().any(is_known);
    let head = Head {
        shop: if said.shop.is_empty() { &shop } else { said.shop },
        market: &market,
        base: if any_pack { "" } else { &version },
        // Rows of a split pack move as its shards open, places do not; and beside these may stand what has neither.
        placed: placed || as_json || has_new,
        sequence: first([args.sequence.unwrap_or(0), said.sequence, issued.0.unsigned_abs()]),
        since: args.since.unwrap_or(said.since),
        issued: Some(issued),
        max_age: [args.max_age.unwrap_or(0), said.max_age]
            .into_iter()
            .find(|s| *s > 0)
            .unwrap_or(catalog.overlay_policy().max_age),
        full: !args.delta && said.since == 0 && given.full.unwrap_or(true),
    };
    let (file, unknown) = write(&head, &given.items, catalog);
    // What a device does with it is found out here, where what it builds upon is not there: another shop's is not written.
    let (alone, _) = write(&Head { since: 0, ..head }, &given.items, catalog);
    let json = as_json.then(|| write_json(&head, &given.items, catalog));
    let told = engine.overlay(issued, &alone, true)?;
    let written = json.as_ref().map_or(&file[..], |json| json.as_bytes());
    write_file(&args.out, written)?;
    say!("{}: {} bytes", args.out.display(), written.len());
    say!("{}", read(&file).map(|(head, said)| facts(&head, said)).unwrap_or_default());
    if told.bad > 0 {
        say!("{} fields cannot be used: a category or a language of new items that the pack does not have", told.bad);
    }
    if !unknown.is_empty() {
        let some: Vec<&str> = unknown.iter().take(10).map(String::as_str).collect();
        let fate = if any_pack { "kept by their name" } else { "left out" };
        say!("{} ids are not in the pack and were {fate}: {}", unknown.len(), some.join(", "));
    }
    Ok(())
}

fn first(numbers: [u64; 3]) -> u64 {
    numbers.into_iter().find(|n| *n > 0).unwrap_or(1)
}

#[allow(clippy::disallowed_methods, reason = "the command line is the edge that reads a clock")]
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// What an overlay says of itself, in two lines.
fn facts(head: &Head<'_>, [price, sale, stock, hidden, items, new, grants]: [usize; 7]) -> String {
    let kind = if head.full { "full".into() } else { format!("delta upon {}", head.since) };
    let base = match (head.base, head.placed) {
        ("", _) => "any pack".into(),
        (base, false) => format!("pack {base}"),
        (base, true) => format!("pack {base} and its parts"),
    };
    let issued = head.issued.map_or(0, |t| t.0);
    format!(
        "overlay {} of shop {}, market {}: {kind}, for {base}, issued {issued}, holds {} s\n\
         {items} items: {price} prices, {sale} sale prices, {stock} availabilities, {hidden} hidden, {new} new; {grants} multipliers of granting campaigns",
        head.sequence, head.shop, head.market, head.max_age
    )
}

/// Tells about an overlay, as a file or as JSON; false for what does not begin like one.
pub(crate) fn inspect(path: &Path, as_json: bool) -> Result<bool, Error> {
    let file = read_plain(path)?;
    let parsed = if file.starts_with(b"{") { serde_json::from_slice(&file).unwrap_or_default() } else { Value::Null };
    let (head, said) = match read_json(&parsed) {
        Some(told) => told,
        None if !file.starts_with(&MAGIC) => return Ok(false),
        None => read(&file).ok_or_else(|| damaged(path))?,
    };
    if as_json {
        let [price, sale, stock, hidden, items, new, grants] = said;
        let facts = json!({
            "shop": head.shop, "market": head.market, "base": head.base, "placed": head.placed, "sequence": head.sequence, "since": head.since,
            "issued": head.issued.map(|t| t.0), "max_age": head.max_age, "full": head.full, "bytes": file.len(),
            "items": items, "prices": price, "sale_prices": sale, "availabilities": stock, "hidden": hidden, "new": new, "multipliers": grants,
        });
        say!("{facts:#}");
    } else {
        let checked = if parsed.is_null() { "checksum good" } else { "JSON" };
        say!("{}: {} bytes, {checked}", path.display(), file.len());
        say!("{}", facts(&head, said));
    }
    Ok(true)
}

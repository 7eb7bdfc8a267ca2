//! `nearshelf switch`.

use crate::output::say;
use clap::Args;
use nearshelf::engine::Engine;
use nearshelf::error::Error;
use nearshelf::shop::{Switch, read_file, read_plain, write_file};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct SwitchArgs {
    /// What is stopped, as JSON (see `manual/switch.md`).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The pack, to check its shop and the offers that are named.
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// The switch to write.
    #[arg(long, value_name = "FILE", default_value = "shop.switch")]
    out: PathBuf,
}

pub(crate) fn run(args: &SwitchArgs) -> Result<(), Error> {
    let mut switch = Switch::read(&args.file, &read_file(&args.file)?)?;
    if let Some(pack) = &args.pack {
        let mut engine = Engine::open(read_plain(pack)?)?;
        let mut ids = Vec::new();
        let markets: Vec<String> = engine.catalog().markets().iter().map(|m| m.code.clone()).collect();
        for market in markets {
            engine.set_view(&market, "")?;
            ids.extend(engine.offers()?.list().iter().map(|p| p.id.clone()));
        }
        let shop = engine.catalog().shop();
        if switch.shop.is_empty() {
            switch.shop = shop.into();
        } else if switch.shop != shop {
            say!("note: it is for shop {}, the pack is of {shop}", switch.shop);
        }
        for idle in switch.idle(&ids) {
            say!("note: {idle} stops no offer of this pack");
        }
        let stopped: Vec<&String> = ids.iter().filter(|id| switch.stops(id)).collect();
        say!("{} of {} offers stopped: {stopped:?}", stopped.len(), ids.len());
    }
    let neutral = if switch.neutral { ", nothing personal" } else { "" };
    let (entries, age) = (switch.stopped.len(), switch.max_age);
    let file = switch.write(crate::overlay::now());
    write_file(&args.out, &file)?;
    say!("{}: {} bytes, {entries} entries{neutral}, holds {age} s", args.out.display(), file.len());
    Ok(())
}

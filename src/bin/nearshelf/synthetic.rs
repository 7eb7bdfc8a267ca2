//! `nearshelf synthetic`

use crate::args::SyntheticArgs;
use crate::output::say;
use crate::progress::Bars;
use nearshelf::error::Error;
use nearshelf::shop::synthetic::{Size, write};

pub(crate) fn run(args: &SyntheticArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let shoppers = args.shoppers.unwrap_or((args.visits / 4).max(1));
    let size = Size { products: args.products, visits: args.visits, shoppers, seed: args.seed };
    let written = write(size, &args.out, &bars)?;
    bars.finish();
    let (products, visits) = (args.products, args.visits);
    say!("{}: {products} products in {} categories", args.out.display(), written.shelves);
    say!("log: {} steps, {visits} visits, {shoppers} shoppers", written.steps);
    say!("build its pack with: nearshelf pack {}", args.out.display());
    Ok(())
}

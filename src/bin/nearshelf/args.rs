//! What can be asked for.

use clap::{Args, Parser, Subcommand};
use nearshelf::builder::split::Part;
use nearshelf::error::Error;
use nearshelf::shop::ShopFiles;
use std::path::PathBuf;

/// Builds and judges the packs that Nearshelf ranks with on the shopper's device.
#[derive(Debug, Parser)]
#[command(name = "nearshelf", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build a pack from a shop's catalogue and log; weights are tuned on the way.
    Pack(PackArgs),
    /// Look at a shop's files: what was read as what, which ids do not match and the setting that would match them.
    Doctor(DoctorArgs),
    /// Show what is inside a pack, or what an overlay says.
    Inspect(InspectArgs),
    /// Pack the training part of a data set, tune on the validation part, replay the test part, print the measures.
    Eval(EvalArgs),
    /// Check, lint and allocate promotions.
    Offers(OffersArgs),
    /// Serve the demo page for a shop.
    Demo(DemoArgs),
    /// Plan private reports, or read what came in.
    #[command(subcommand)]
    Reports(crate::reports::ReportsCommand),
    /// What is stored, why, how long, and what leaves.
    #[command(subcommand)]
    Privacy(crate::privacy::PrivacyCommand),
    /// Judge other policies from a log that explored.
    #[command(subcommand)]
    Policy(crate::policy::PolicyCommand),
    /// Make up a shop of any size, for load tests of a set-up: a catalogue in two languages and a log of realistic shape.
    Synthetic(SyntheticArgs),
    /// Write an overlay: prices, stock and hidden products that replace a pack's until the next one.
    Overlay(OverlayArgs),
    /// Decide once more what a shelf's decision log holds, and print whether it comes out to the same bytes.
    Replay(crate::replay::ReplayLogArgs),
    /// Who of the customers is still there, how often they will buy, and for how much.
    #[command(subcommand)]
    Customers(crate::customers::CustomersCommand),
    /// Which coupons of a campaign a household is likely to use.
    #[command(subcommand)]
    Coupons(crate::coupons::CouponsCommand),
    /// Whom an audience, a tag or a rule is for.
    #[command(subcommand)]
    Conditions(crate::conditions::ConditionsCommand),
    /// What a membership comes to: run entries and statements of a member through a shop's loyalty.json.
    #[command(subcommand)]
    Membership(crate::membership::MembershipCommand),
    /// Make keys that sign files for devices.
    #[command(subcommand)]
    Keys(crate::sign::KeysCommand),
    /// Sign a pack, an overlay, a switch or a file of a draw, so that pages with your public key take it and no other.
    Sign(crate::sign::SignArgs),
    /// Write a switch: which offers are stopped, and whether anything is personal.
    Switch(crate::switch::SwitchArgs),
    /// Invite and share tokens: sign them, check them, settle what devices claim.
    #[command(subcommand)]
    Tokens(crate::tokens::TokensCommand),
    /// Check who signed a file.
    Verify(crate::sign::VerifyArgs),
    /// Published draws: announce, close, draw, and check what was drawn.
    #[command(subcommand)]
    Draws(crate::draws::DrawsCommand),
}

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// Shop folder: catalog.csv|jsonl, the log (interactions.csv|jsonl, or an export of GA4, Segment, Shopify or a server;
    /// see `manual/logs.md`), shop.toml. Each may be gzipped.
    #[arg(value_name = "SHOP_DIR", required_unless_present_any = ["catalog", "interactions"])]
    pub(crate) shop: Option<PathBuf>,
    /// Catalogue file, instead of a folder's.
    #[arg(long, value_name = "FILE")]
    pub(crate) catalog: Option<PathBuf>,
    /// Log file, or a folder of its daily files, instead of a folder's; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) interactions: Vec<PathBuf>,
    /// Offers, instead of the folder's offers.json.
    #[arg(long, value_name = "FILE")]
    pub(crate) offers: Option<PathBuf>,
    /// Settings, instead of the folder's shop.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl FileArgs {
    /// The files that are meant.
    pub(crate) fn files(&self) -> Result<ShopFiles, Error> {
        let mut files = match &self.shop {
            Some(dir) => ShopFiles::in_folder(dir)?,
            None => ShopFiles { name: "shop".into(), ..ShopFiles::default() },
        };
        for (slot, given) in
            [(&mut files.catalog, &self.catalog), (&mut files.config, &self.config), (&mut files.offers, &self.offers)]
        {
            if given.is_some() {
                slot.clone_from(given);
            }
        }
        files.interactions.clone_from(&self.interactions);
        Ok(files)
    }
}

#[derive(Debug, Args)]
pub(crate) struct ShopArgs {
    #[command(flatten)]
    pub(crate) files: FileArgs,
    /// Fewest distinct shoppers behind a pair or a popularity. Default: 2 for a log without user ids, 5 with.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) min_support: Option<u32>,
    /// Largest share of the catalogue's rows, or of the log's, that may be unusable.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub(crate) max_reject: f64,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) files: FileArgs,
    /// Largest share of the catalogue's rows, or of the log's, that `pack` is to accept as unusable.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub(crate) max_reject: f64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    #[command(flatten)]
    pub(crate) shop: ShopArgs,
    /// The pack to write.
    #[arg(long, value_name = "FILE", default_value = "shop.pack")]
    pub(crate) out: PathBuf,
    /// Largest file on the wire, in bytes after brotli: a pack that would be larger is split into a core and shards, as with --shards, and no file
    /// passes this. Without it a pack is not split, and has room for 2 MB for each 10,000 products.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(usize))]
    pub(crate) max_bytes: Option<usize>,
    /// Write a core of at most 250,000 bytes on the wire, and beside it shards by category that devices open on demand: of at most --max-bytes,
    /// default 500,000.
    #[arg(long)]
    pub(crate) shards: bool,
    /// Keep to --max-bytes in one file, with the strongest neighbours that fit, rather than split.
    #[arg(long, requires = "max_bytes", conflicts_with = "shards")]
    pub(crate) one_file: bool,
    /// Write the vectors that `[tables] embedding = true` asks for, although shipped packages do not read them: for builds of one's own.
    #[arg(long)]
    pub(crate) vectors: bool,
    /// Where unusable rows go. Default: the pack's name with .rejects.csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// The pack that is out: the new one is not written when it lost too many items or too much quality, or its prices jumped.
    #[arg(long, value_name = "OLD.pack")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the pack although --baseline speaks against it.
    #[arg(long, requires = "baseline")]
    pub(crate) accept_changes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The pack, or an overlay.
    pub(crate) pack: PathBuf,
    /// Compare with an older pack: products, prices, availability, offers, tables, worth of evidence, bytes.
    #[arg(long, value_name = "OLD.pack")]
    pub(crate) diff: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Folder with interactions.csv[.gz] and split.json.
    pub(crate) data: PathBuf,
    /// Settings, instead of the folder's shop.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Write the predictions: a line each step, `<session>:<n>` TAB ids. Compressed when the name ends in .gz.
    #[arg(long, value_name = "OUT")]
    pub(crate) predictions: Option<PathBuf>,
    /// Another system's predictions, in the form that --predictions writes: also print what this one is better by, with 95 % intervals.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the pack that predicts.
    #[arg(long, value_name = "OUT")]
    pub(crate) pack: Option<PathBuf>,
    /// Fewest distinct shoppers behind a pair or a popularity. Default: 2 for a log without user ids, 5 with.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) min_support: Option<u32>,
    /// The part to replay. What is chosen by looking should be chosen on the validation part.
    #[arg(long, value_name = "PART", value_enum, default_value = "test")]
    pub(crate) on: Part,
    /// Also print quality for portraits that know nothing, this visit, 7 days (what Safari keeps), and everything.
    #[arg(long)]
    pub(crate) history: bool,
    /// Also print quality for support thresholds 1, 2, 3 and 5.
    #[arg(long)]
    pub(crate) support: bool,
    /// Split the pack, and also print quality and bytes of the core alone, of shards opened on demand, and of all.
    #[arg(long)]
    pub(crate) shards: bool,
    /// With --shards: largest shard on the wire, in bytes. Default: 500,000.
    #[arg(long, value_name = "N", requires = "shards")]
    pub(crate) max_bytes: Option<usize>,
    /// Diversity asked of every shelf, 0 to 1.
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = share)]
    pub(crate) diversity: f64,
    /// Share of showings in which each place draws from the pool of `[exploration]`, 0 to 0.2: what exploration costs.
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = explored)]
    pub(crate) explore: f64,
    /// Print the measures as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn explored(text: &str) -> Result<f64, String> {
    share(text).ok().filter(|x| *x <= 0.2).ok_or_else(|| "a number from 0 to 0.2 is wanted".into())
}

fn share(text: &str) -> Result<f64, String> {
    let inside = |x: &f64| (0.0..=1.0).contains(x);
    text.parse().ok().filter(inside).ok_or_else(|| "a number from 0 to 1 is wanted".into())
}

#[derive(Debug, Args)]
pub(crate) struct OffersArgs {
    #[command(subcommand)]
    pub(crate) command: OffersCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OffersCommand {
    /// Quote each case of promotion-case/v1 files and print where the answer differs from the expected one.
    Check {
        /// The files.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Spend a budget over shoppers' coupons: the multiplier that each device then goes by, and how good the answer is.
    Allocate(crate::allocate::AllocateArgs),
    /// Tell what a shop's offers cannot mean, with the place and the way out. Ends with 1 where there is an error.
    Lint(crate::lint::LintArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Shop folder, or a pack that was built already.
    #[arg(long, value_name = "SHOP_DIR|PACK", default_value = "www-demo/shop")]
    pub(crate) shop: PathBuf,
    /// Port on the loopback address; the next free one is taken when it is in use.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    pub(crate) port: u16,
    /// The demo page's folder.
    #[arg(long, value_name = "DIR", default_value = "www-demo")]
    pub(crate) page: PathBuf,
    /// The built npm package.
    #[arg(long, value_name = "DIR", default_value = "pkg")]
    pub(crate) package: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct SyntheticArgs {
    /// Products of the catalogue.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=9_999_999))]
    pub(crate) products: u32,
    /// Visits of the log; each has about five steps.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    pub(crate) visits: u64,
    /// Shoppers; 0 for a log without user ids. Default: one for every four visits.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    pub(crate) shoppers: Option<u64>,
    /// The same seed and sizes give the same bytes.
    #[arg(long, value_name = "X", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Shop folder to write; it must be empty or not exist.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct OverlayArgs {
    /// What has changed: a table with `id` and some of `price`, `sale_price`, `availability`, `hidden`, or the JSON form
    /// (see `manual/overlay.md`).
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The pack it is laid over.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: PathBuf,
    /// The overlay to write; with a name that ends in `.json`, in JSON.
    #[arg(long, value_name = "FILE", default_value = "shop.overlay")]
    pub(crate) out: PathBuf,
    /// Code of the market. Default: the file's, else the pack's first.
    #[arg(long, value_name = "CODE", default_value = "")]
    pub(crate) market: String,
    /// The shop's settings, for the names of the market's columns.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Leave what the file does not name as it is. Default: it returns to the pack's values.
    #[arg(long)]
    pub(crate) delta: bool,
    /// The overlay that a delta builds upon; a device without it waits for a full one. Default: any.
    #[arg(long, value_name = "N", requires = "delta")]
    pub(crate) since: Option<u64>,
    /// Its number, above the last one's. Default: the file's, else milliseconds since 1970.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 53))]
    pub(crate) sequence: Option<u64>,
    /// When it was made, in milliseconds since 1970. Default: the file's, else now.
    #[arg(long, value_name = "MS")]
    pub(crate) issued: Option<i64>,
    /// Seconds for which it holds. Default: the file's, else the pack's.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_age: Option<u32>,
    /// Name ids in place of numbers or places of variants: larger and slower, for devices that may have another pack of the shop.
    #[arg(long)]
    pub(crate) any_pack: bool,
    /// Largest share of the file's rows that may be unusable.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub(crate) max_reject: f64,
}

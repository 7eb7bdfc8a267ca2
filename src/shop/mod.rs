//! Reading a shop folder: catalogue, log and settings as the shop exports them, messy as they are.

mod allocation;
mod attributes;
mod care;
mod catalog;
mod condition;
mod config;
mod content;
pub mod doctor;
mod exploration;
mod files;
mod forecast;
mod grants;
mod ground;
mod insight;
pub mod invites;
mod limits;
mod log;
pub mod loyalty;
mod offers;
mod orders;
pub mod overlay;
pub mod overlay_json;
mod parquet;
mod portrait;
mod prior;
pub mod privacy;
mod promotions;
mod rank_rules;
mod rejects;
mod reports;
mod rules;
mod scenes;
pub mod season;
mod selling;
mod source;
mod statement;
mod statement_words;
mod strict;
mod summaries;
mod switch;
pub mod synthetic;
mod table;
mod tags;
mod usage;

pub use allocation::AllocationFile;
pub use attributes::{AttributeDraft, AttributeSettings};
pub use care::CareSettings;
use config::ShopConfig;
pub use config::{ShelfSettings, SlotName, TableSettings, TogetherSettings};
pub use content::{CardDraft, CardSettings};
use files::files_in;
pub use files::{Preset, ShopFiles};
pub use forecast::ForecastSettings;
pub use ground::{grants, ground_file, offers_file, offers_ground, promotions};
pub use invites::Invites;
pub use limits::{BaselineSettings, PolicySettings};
pub use log::{Format, Log, LogStep, Session, Unit};
pub use loyalty::Loyalty;
pub use offers::{MarketOffers, OfferConditions, calendar};
pub use orders::{Order, OrderColumns, Orders, date_of};
pub use prior::{AnswerDraft, FieldDraft, PriorDraft};
pub use privacy::PrivacySettings;
pub use promotions::{PromotionSettings, TooCheap};
pub use rank_rules::RankRule;
pub use rejects::{FileRead, Part, Reason, Reject, Rejects, Tally};
pub use reports::ReportSettings;
pub use rules::RuleSettings;
pub use scenes::SceneDraft;
pub use season::{ClusterSettings, SeasonSettings};
pub use selling::SellingDraft;
pub use statement::{Both, Part as StatementPart, Statement};
pub use strict::for_each_row;
pub use summaries::{CustomerSummary, Summaries};
pub use switch::Switch;
pub use tags::RuleTag;

use crate::catalog::Market;
use crate::catalog::build::ProductDraft;
use crate::catalog::overlay::Policy;
use crate::error::{Code, Error, Result};
use crate::profile::{Dimension, ProfileConfig};
use crate::rank::Exploration;
use std::path::Path;

/// The bytes of a file.
///
/// # Errors
///
/// `io`, naming the file.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::new(Code::Io, format!("{}: {e}.", path.display())))
}

/// The bytes of a file of the shop's, out of the envelope where it is signed. Whose it is is not asked: it lies on the shop's own disk.
///
/// # Errors
///
/// `io`, naming the file.
pub fn read_plain(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = read_file(path)?;
    let plain = crate::signature::strip(&bytes).len();
    Ok(bytes.split_off(bytes.len() - plain))
}

/// Writes a file that only its owner may read, and never over another one.
///
/// # Errors
///
/// `io`, naming the file.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|e| environment(path, &e.to_string()))
}

/// The error of a machine that could not do what a file needed.
pub fn environment(path: &Path, what: &str) -> Error {
    Error::new(Code::Io, format!("{}: {what}.", path.display()))
}

/// The error of a file of a draw.
pub fn draw_error(place: &Path, what: &str) -> Error {
    Error::new(Code::BadDraw, format!("{}: {what}.", place.display()))
}

/// What a file of a draw is signed for, the shop and the draw; `None` for what is none.
pub fn draw_of(file: &[u8]) -> Option<String> {
    let v: serde_json::Value = serde_json::from_slice(file).ok()?;
    ["draw", "closed", "result"].iter().find(|format| v[**format] == 1)?;
    Some(format!("{}/{}", v["shop"].as_str()?, v["id"].as_str()?))
}

/// The error of a key, or of what is to be signed with it.
pub fn key_error(what: String) -> Error {
    Error::new(Code::BadKey, what)
}

/// The text of a file.
fn text_of(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::new(Code::Io, format!("{}: {e}.", path.display())))
}

/// Writes a file whole: beside its place first, so that a reader never sees half of it.
///
/// # Errors
///
/// `io`, naming the file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let io = |e: std::io::Error| Error::new(Code::Io, format!("{}: {e}.", path.display()));
    let mut beside = path.as_os_str().to_os_string();
    beside.push(".part");
    std::fs::write(&beside, bytes).map_err(io)?;
    std::fs::rename(&beside, path).map_err(io)
}

/// The error of a shop of which nothing could be read.
fn empty_shop(files: &ShopFiles) -> Error {
    let place = files.folder.as_ref().map_or(files.name.clone(), |f| f.display().to_string());
    let detail =
        format!("{place} has neither a catalog.csv with products nor an interactions.csv or another log with steps.");
    Error::new(Code::EmptyShop, detail)
}

/// The error of a server that cannot run.
pub fn server_error(detail: String) -> Error {
    Error::new(Code::ServerFailed, detail)
}

/// Told what is being done, so that a person can see it.
pub trait Progress {
    /// A stage begins; `total` is 0 when its length is not known.
    fn stage(&self, name: &str, total: u64);
    /// That much of the stage is done.
    fn advance(&self, n: u64);
}

/// Progress nobody looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
}

/// A shop as it was read.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Key of everything kept on a device.
    pub id: String,
    /// Shown names, by language tag.
    pub names: Vec<(String, String)>,
    /// Minutes east of UTC.
    pub zone_minutes: i32,
    /// At least one.
    pub languages: Vec<String>,
    /// At least one.
    pub markets: Vec<Market>,
    /// Products, sorted by id; those only the log knows are among them when there is no catalogue.
    pub products: Vec<ProductDraft>,
    /// Visits; their steps point into `products`.
    pub log: Log,
    /// Offers, market by market; none without an offers file.
    pub offers: Vec<MarketOffers>,
    /// Settings of the portrait.
    pub profile: ProfileConfig,
    /// Milliseconds that a trait of each dimension is a tag for after the last event behind it.
    pub tag_lives: [i64; Dimension::COUNT],
    /// What private reports may ask.
    pub reports: ReportSettings,
    /// What is promised to shoppers.
    pub privacy: PrivacySettings,
    /// Which tables its packs get.
    pub tables: TableSettings,
    /// What holds for every shelf.
    pub shelf: ShelfSettings,
    /// How its shelves explore, slot by slot; "" for those not named.
    pub explorations: Vec<(String, Exploration)>,
    /// When a pack may not take the place of another.
    pub baseline: BaselineSettings,
    /// Which pairs count as bought together.
    pub together: TogetherSettings,
    /// Names of slots.
    pub slots: Vec<SlotName>,
    /// What is wanted of overlays.
    pub overlay: Policy,
    /// What is new, and what a dislike costs.
    pub rules: RuleSettings,
    /// Content, newest first.
    pub content: Vec<CardDraft>,
    /// What is said of products, in the order of the file.
    pub selling: Vec<SellingDraft>,
    /// Thousandths that a scene adds to a selling point.
    pub selling_scene: u32,
    /// How membership works: `loyalty.json`.
    pub loyalty: Option<Loyalty>,
    /// Programmes of invitations and shares: `invites.json`.
    pub invites: Option<Invites>,
    /// How long before they begin cards are listed.
    pub cards: CardSettings,
    /// Where a shopper without history starts, and how many looks that is worth, in 1/256.
    pub prior: Option<(PriorDraft, u32)>,
    /// What is lifted when and where.
    pub scenes: Vec<SceneDraft>,
    /// `[tags.NAME]`
    pub tags: Vec<RuleTag>,
    /// `[rules.NAME]`, the highest priority first.
    pub rank_rules: Vec<RankRule>,
    /// What is wanted of seasons.
    pub season: SeasonSettings,
    /// What is wanted of kinds of shoppers.
    pub clusters: ClusterSettings,
    /// What the analysis of a shopper goes by.
    pub insight: crate::insight::Settings,
    /// What shoppers may declare.
    pub attributes: AttributeSettings,
    /// How its offers are put forward.
    pub promotions: PromotionSettings,
    /// Offers that are put forward to nobody, since they would sell something below the least price.
    pub too_cheap: Vec<TooCheap>,
    /// What it says on which occasion, market by market.
    pub care: Vec<crate::insight::occasion::Caring>,
    /// How its coupons are ranked; of each offer nothing yet.
    pub usage: crate::offer::usage::Usage,
    /// Rows that could not be used.
    pub rejects: Rejects,
    /// Ids of the log that the catalogue does not have, with how often; most frequent first.
    pub unmatched: Vec<(String, u64)>,
    /// Steps of the log that were records of an event met already.
    pub copies: u64,
    /// Catalogue rows that repeat an id; the first is kept.
    pub duplicates: u64,
}

/// A catalogue, without what else a shop has.
struct CatalogOnly {
    products: Vec<ProductDraft>,
    languages: Vec<String>,
    markets: Vec<Market>,
}

impl Shop {
    /// Reads the catalogue alone.
    fn read_catalog(files: &ShopFiles, config: &ShopConfig, progress: &dyn Progress) -> Result<CatalogOnly> {
        let mut rejects = Rejects::default();
        let read = match &files.catalog {
            Some(path) => {
                catalog::read(path, config, catalog::Keep::Named(&config.log.catalog.column), &mut rejects, progress)?
            }
            None => catalog::CatalogRead::empty(config),
        };
        let catalog::CatalogRead { products, languages, markets, .. } = read;
        Ok(CatalogOnly { products, languages, markets })
    }

    /// Reads a shop's files.
    ///
    /// # Errors
    ///
    /// `io`, `bad_config`, `bad_table`, `bad_offers`, `empty_shop`, `empty_log`. Single bad rows are collected in `rejects`, which
    /// [`Rejects::check`] holds against a limit.
    pub fn read(files: &ShopFiles, progress: &dyn Progress) -> Result<Shop> {
        let config = ShopConfig::of(files)?;
        let mut rejects = Rejects::default();
        let read = match &files.catalog {
            Some(path) => {
                let keep = catalog::Keep::Named(&config.log.catalog.column);
                catalog::read(path, &config, keep, &mut rejects, progress)?
            }
            None => catalog::CatalogRead::empty(&config),
        };
        let catalog::CatalogRead { mut products, languages, markets, duplicates, columns, .. } = read;
        let (mut log, mut unmatched, mut copies) = (Log::default(), Vec::new(), 0);
        if let Some(logs) = files.log(&config)? {
            let has_catalog = files.catalog.is_some();
            let read = log::read(&logs, &config, products, &columns, has_catalog, &mut rejects, progress)?;
            (log, products, unmatched, copies) = (read.log, read.products, read.unmatched, read.copies);
        }
        if products.is_empty() && log.sessions.is_empty() {
            return Err(empty_shop(files));
        }
        let settings = config.promotions()?;
        let offers = match &files.offers {
            Some(path) => {
                let days = offers::Days::read(files, config.zone_minutes()?)?;
                offers::read(path, &markets, &languages, &settings.grants, &days)?
            }
            None => Vec::new(),
        };
        let mut offers = offers;
        let too_cheap = promotions::hold_cheap(&mut offers, &products, &markets, settings.least_price);
        let cards = config.cards()?;
        let content = match &files.content {
            Some(path) => {
                let known = content::Known::of(&products);
                content::read(path, &known, &languages, config.zone_minutes()?, cards.ahead, &mut rejects)?
            }
            None => Vec::new(),
        };
        let selling = match &files.selling {
            Some(path) => selling::read(path, &content::Known::of(&products), &languages, &mut rejects)?,
            None => Vec::new(),
        };
        let zone = config.zone_minutes()?;
        let loyalty = files.loyalty.as_deref().map(|path| loyalty::read(path, &languages, zone)).transpose()?;
        let invites = files.invites.as_deref().map(|path| invites::read(path, &languages, &loyalty, &offers));
        let invites = invites.transpose()?;
        let prior = files.prior.as_deref().map(prior::read).transpose()?;
        let attributes = config.attributes(prior.as_ref())?;
        let prior = prior.map(|p| config.prior().map(|weight| (p, weight))).transpose()?;
        let levels = loyalty.as_ref().map(|l| l.levels.as_slice());
        let care = config.care()?.bind(&markets, &languages, &offers, levels)?;
        let id = if config.shop.id.is_empty() { files.name.clone() } else { config.shop.id.clone() };
        let (mut reports, privacy) = (config.reports()?, config.privacy()?);
        // No report names what is sensitive, whoever consented to what.
        reports.leave_out.extend(privacy.sensitive.iter().cloned());
        Ok(Shop {
            id,
            names: config.names(),
            zone_minutes: config.zone_minutes()?,
            languages,
            markets,
            products,
            log,
            offers,
            profile: config.profile()?,
            tag_lives: config.tag_lives()?,
            reports,
            privacy,
            tables: config.tables()?,
            shelf: config.shelf()?,
            explorations: config.explorations()?,
            baseline: config.baseline()?,
            together: config.together()?,
            slots: config.slots()?,
            overlay: config.overlay()?,
            rules: config.rules()?,
            content,
            selling,
            selling_scene: config.selling_scene()?,
            loyalty,
            invites,
            cards,
            prior,
            scenes: config.scenes()?,
            tags: config.tags()?,
            rank_rules: config.rank_rules()?,
            season: config.season()?,
            clusters: config.clusters()?,
            insight: config.insight_in(files.beside())?,
            attributes,
            promotions: settings,
            too_cheap,
            care,
            usage: config.coupons_in(files.beside())?,
            rejects,
            unmatched,
            copies,
            duplicates,
        })
    }
}

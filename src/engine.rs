//! The engine: owns one shelf's state and orders the calls. It knows no host.

mod addon;
mod care;
mod checkout;
mod data;
mod declare;
mod forward;
mod grant;
mod identity;
mod insight;
mod landing;
mod lists;
mod overlay;
mod rehearse;
mod reporting;
mod request;
mod selling;
mod sensitive;
mod shards;
mod tags;
mod track;
mod usage;
mod view;

pub use care::{Care, CareAsked, Cared};
#[cfg(feature = "cli")]
pub(crate) use checkout::line_of;
pub use checkout::{Coupon, MarketOffers, RawCart, RawLine};
pub use declare::{DeclaredView, Declaring};
pub use forward::{Chances, Forwarded};
pub use grant::{GrantState, Granted, STOPPED, UNKNOWN};
pub use identity::{Identified, RawOrder, Synced};
pub use insight::{Asked, Names};
pub use lists::{Arranged, Because, RawDescription, Shelf, ShelfItem};
pub use reporting::{Reported, withdrawn};
pub use request::Request;
pub use shards::Wish;
pub use tags::{FOREVER, HiddenTag, RuleAsked, RuleState, TagWish};
pub use track::Tracked;
pub use view::{ClusterView, PathView, PortraitSummary, TraitView};

use crate::catalog::Catalog;
use crate::error::{Code, Error, Result};
use crate::event::clean::Drop;
use crate::id::Key;
use crate::list::Gather;
use crate::order::Arrange;
use crate::pack::{Pack, Tag};
use crate::privacy::consent::{Consent, Tri};
use crate::profile::{Portrait, ProfileConfig};
use crate::rank::{Blend, Explorations, Ranker, Tables};
use crate::time::Millis;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use lists::Kept;

/// One shop's shelf for one shopper.
///
/// # Example: from a pack to a shelf
///
/// ```
/// use nearshelf::engine::{Engine, Request};
/// use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
/// use nearshelf::{privacy::consent::Consent, time::Millis};
/// let pack = include_bytes!("../tests/compat/pack-v1.pack").to_vec();
/// let mut shelf = Engine::open(pack)?;
/// let now = Millis(1_760_000_000_000);
/// shelf.set_consent(Consent::all());
/// let first = shelf.catalog().id(nearshelf::id::Row(0)).to_string();
/// let item = RawItem { id: &first, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
/// let view = RawEvent { name: "view_item", event_id: "", at: f64::NAN, items: vec![item], details: RawDetails::default() };
/// assert_eq!(shelf.track(now, &[view]).accepted, 1);
/// let home = shelf.recommend(now, &Request { limit: 12, ..Request::default() });
/// assert!(home.personal && home.items.len() == 12);
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    catalog: Catalog,
    ranker: Ranker,
    config: ProfileConfig,
    consent: Consent,
    portrait: Portrait,
    served: VecDeque<Kept>,
    last_served: u32,
    /// Products that a search for what is nearest goes through.
    #[cfg(feature = "vectors")]
    reach: usize,
    dropped: [u32; Drop::COUNT],
    clock: Millis,
    offers: Option<Rc<MarketOffers>>,
    /// Shards that are open, and those that calls asked for, the latest last.
    opened: Vec<usize>,
    asked: Vec<usize>,
    explorations: Explorations,
    rehearsal: Option<Box<rehearse::Known>>,
    /// Keys of the categories that need consent to `sensitive`, sorted.
    sensitive: Vec<Key>,
    /// Names of scenes and rules that requests have told.
    rules: Vec<String>,
}

impl Engine {
    /// A shelf over a pack's bytes, with nothing consented to.
    ///
    /// # Errors
    ///
    /// As [`Pack::open`] and [`Catalog::open`].
    pub fn open(pack: Vec<u8>) -> Result<Engine> {
        let pack = Pack::open(pack)?;
        let malformed = |_| Error::new(Code::PackMalformed, "section BLND or CONF cannot be read.");
        let blend = pack.section(Tag::BLEND, 0).map(Blend::read).transpose().map_err(malformed)?.unwrap_or_default();
        let config =
            pack.section(Tag::CONFIG, 0).map(ProfileConfig::read).transpose().map_err(malformed)?.unwrap_or_default();
        let catalog = Catalog::open(pack)?;
        let tables = Tables::open(catalog.pack(), catalog.len())?;
        let repeat = request::repeat(&catalog)?;
        let sensitive = sensitive::read(catalog.pack().section(Tag::SENSITIVE, 0).unwrap_or_default())?;
        let explorations = Explorations::read(catalog.pack().section(Tag::EXPLORE, 0).unwrap_or_default());
        Ok(Engine {
            ranker: Ranker::new(tables, blend, repeat),
            portrait: Portrait::new(config.clone()),
            catalog,
            config,
            explorations,
            rehearsal: None,
            sensitive,
            rules: Vec::new(),
            consent: Consent::default(),
            served: VecDeque::new(),
            last_served: 0,
            #[cfg(feature = "vectors")]
            reach: usize::MAX,
            dropped: [0; Drop::COUNT],
            clock: Millis(i64::MIN),
            offers: None,
            opened: Vec::new(),
            asked: Vec::new(),
        })
    }

    /// The products, in the present market and language.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The weights in use.
    pub fn blend(&self) -> &Blend {
        self.ranker.blend()
    }

    /// Ranks with other weights from now on: for tuning.
    pub fn set_blend(&mut self, blend: Blend) {
        self.ranker.set_blend(blend);
    }

    /// How shelves explore.
    pub fn explorations(&self) -> &Explorations {
        &self.explorations
    }

    /// Explores otherwise than the pack says from now on: to measure what it costs.
    pub fn set_explorations(&mut self, explorations: Explorations) {
        self.explorations = explorations;
    }

    /// What the shopper decided.
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// Takes over what the shopper decided. Without `personalize` the portrait goes at once; where that is undecided, a ledger of
    /// membership and the record of landings stay as long as the shelf does.
    pub fn set_consent(&mut self, consent: Consent) {
        self.consent = consent;
        if consent.may_personalize().is_none() {
            self.rehearse(false);
            let undecided = consent.personalize == Tri::Undecided;
            let kept = |bytes: &[u8]| if undecided { bytes.to_vec() } else { Vec::new() };
            let (ledger, landings) = (kept(self.portrait.ledgers().0), kept(self.portrait.landings()));
            self.forget();
            self.portrait.keep_ledger(&ledger);
            self.portrait.keep_landings(&landings);
        }
        self.count_weeks();
        self.settle_sensitive();
    }

    /// Looks at the pack in another market and language; empty ones stay as they are.
    ///
    /// # Errors
    ///
    /// `unknown_market`, `unknown_language`; the view stays as it was.
    pub fn set_view(&mut self, market: &str, language: &str) -> Result<()> {
        let (market, language) = (self.catalog.market_named(market)?, self.catalog.language_named(language)?);
        self.offers = None;
        self.catalog.set_view(market, language)
    }

    /// What private reports ask of a week is counted with consent to report only, and where the pack asks.
    fn count_weeks(&mut self) {
        let counts = self.consent.may_report().is_some() && self.catalog.pack().section(Tag::REPORT, 0).is_some();
        self.config.weeks = counts;
        // Undecided is no, and may be yes in a moment: what was counted under an earlier yes waits for that.
        if counts || self.consent.report == Tri::No {
            self.portrait.count_weeks(counts);
        }
    }

    /// The host's clock, which never runs backwards here.
    fn tick(&mut self, now: Millis) -> Millis {
        self.clock = self.clock.max(now);
        self.catalog.settle(self.clock);
        self.settle_declared();
        self.clock
    }

    /// Of what was declared that goes which has run out, and what is sensitive without consent to that.
    fn settle_declared(&mut self) {
        self.portrait.settle_declared(self.clock, self.consent.may_be_sensitive());
    }

    /// What was dropped or noted since the start, by code.
    pub fn diagnostics(&self) -> Vec<(&'static str, u32)> {
        let mut all: Vec<_> = Drop::ALL.into_iter().map(|d| (d.code(), self.dropped[d as usize])).gather();
        all.retain(|(_, n)| *n > 0);
        all.arrange_by(Ord::cmp);
        all
    }

    /// The portrait as bytes, for the host to keep.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to personalize.
    pub fn snapshot(&mut self) -> Result<Vec<u8>> {
        self.consent.may_personalize().ok_or_else(no_consent)?;
        Ok(self.portrait.snapshot())
    }

    /// Takes a portrait back.
    ///
    /// # Errors
    ///
    /// `consent_required`, `bad_snapshot`; the portrait stays as it was.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        self.consent.may_personalize().ok_or_else(no_consent)?;
        self.portrait = Portrait::restore(self.config.clone(), bytes)?;
        self.count_weeks();
        self.place_events();
        self.settle_sensitive();
        Ok(())
    }

    /// The ledger of a membership, and one that belongs into it: [`Portrait::ledgers`].
    pub fn ledgers(&self) -> (&[u8], &[u8], Millis) {
        self.portrait.ledgers()
    }

    /// Keeps a ledger with the portrait, whoever's it is; sealed and stored under the same consent.
    ///
    /// # Errors
    ///
    /// `bad_request` for more than 16,384 bytes.
    pub fn keep_ledger(&mut self, bytes: &[u8]) -> Result<()> {
        if self.portrait.keep_ledger(bytes) {
            return Ok(());
        }
        Err(Error::new(Code::BadRequest, "a ledger has at most 16,384 bytes."))
    }

    /// Empties the portrait and the reasons that were drawn from it; even the latest time seen goes.
    pub fn forget(&mut self) {
        // What waits for the end of a rehearsal goes too; overlays, which are the shop's, come back.
        self.rehearse(false);
        self.clock = Millis(i64::MIN);
        self.portrait = Portrait::new(self.config.clone());
        self.forget_lists();
        self.asked.clear();
    }
}

fn no_consent() -> Error {
    Error::new(Code::ConsentRequired, "there is no portrait without consent to personalize.")
}

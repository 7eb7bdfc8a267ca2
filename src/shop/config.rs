//! `shop.toml`: parsed strictly, so that a misspelt key is an error and not a silent default.

use super::attributes::{AttributeSettings, AttributesSection};
use super::care::{CareSection, CareSettings};
use super::content::{self, ActivitySection, CardSettings, ContentSection};
use super::exploration::ExplorationSection;
use super::files::ShopFiles;
use super::ground::LintSection;
use super::insight::InsightSection;
use super::limits::{BaselineSection, BaselineSettings, PolicySection, PolicySettings};
use super::log::settings::{LogSection, LogSettings};
use super::overlay::OverlaySection;
use super::portrait::{self, ChannelSection, CleaningSection, FeedbackSection, PortraitSection};
use super::prior::{PriorDraft, PriorSection};
use super::privacy::{PrivacySection, PrivacySettings};
use super::promotions::{PromotionSection, PromotionSettings};
use super::rank_rules::{RankRule, RankRuleSection, rank_rules};
use super::reports::ReportSection;
use super::rules::{ArrivalSection, DislikedSection};
use super::scenes::{SceneDraft, SceneSection};
use super::season::{ClusterSection, ClusterSettings, SeasonSection, SeasonSettings};
use super::selling::SellingSection;
use super::tags::{RuleTag, TagSection, rule_tags};
use super::usage::CouponSection;
use crate::catalog::overlay::Policy;
use crate::error::{Code, Error, Result};
use crate::insight::Settings;
use crate::offer::usage::Usage;
use crate::profile::{Dimension, ProfileConfig};
use crate::rank::Exploration;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Most neighbours of a product in what was bought together.
const NEIGHBOURS: usize = 50;
const DEFAULTS: &str = include_str!("default.toml");

/// A shop's settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ShopConfig {
    /// `[shop]`
    pub shop: ShopSection,
    /// `[[language]]`, the first is the default.
    #[serde(rename = "language")]
    pub languages: Vec<LanguageSection>,
    /// `[[market]]`, the first is the default.
    #[serde(rename = "market")]
    pub markets: Vec<MarketSection>,
    /// `[columns]`: our name → the file's.
    pub columns: BTreeMap<String, String>,
    /// `[log]`
    pub log: LogSection,
    /// `[portrait]`
    pub portrait: PortraitSection,
    /// `[cleaning]`
    pub cleaning: CleaningSection,
    /// `[channels]`
    pub channels: ChannelSection,
    /// `[feedback]`
    pub feedback: FeedbackSection,
    /// `[reports]`
    pub reports: ReportSection,
    /// `[privacy]`
    pub privacy: PrivacySection,
    /// `[tables]`
    pub tables: TableSection,
    /// `[shelf]`
    pub shelf: ShelfSection,
    /// `[exploration]`
    pub exploration: ExplorationSection,
    /// `[policy]`
    pub policy: PolicySection,
    /// `[baseline]`
    pub baseline: BaselineSection,
    /// `[together]`
    pub together: TogetherSection,
    /// `[slots.NAME]`
    pub slots: BTreeMap<String, SlotSection>,
    /// `[overlay]`
    pub overlay: OverlaySection,
    /// `[arrivals]`
    pub arrivals: ArrivalSection,
    /// `[disliked]`
    pub disliked: DislikedSection,
    /// `[content]`
    pub content: ContentSection,
    /// `[activity]`
    pub activity: ActivitySection,
    /// `[selling_points]`
    pub selling_points: SellingSection,
    /// `[prior]`
    pub prior: PriorSection,
    /// `[scenes.NAME]`
    pub scenes: BTreeMap<String, SceneSection>,
    /// `[tags.NAME]`
    pub tags: BTreeMap<String, TagSection>,
    /// `[rules.NAME]`
    pub rules: BTreeMap<String, RankRuleSection>,
    /// `[season]`
    pub season: SeasonSection,
    /// `[clusters]`
    pub clusters: ClusterSection,
    /// `[insight]`
    pub insight: InsightSection,
    /// `[attributes]`
    pub attributes: AttributesSection,
    /// `[lint]`
    pub lint: LintSection,
    /// `[coupons]`
    pub coupons: CouponSection,
    /// `[promotions]`
    pub promotions: PromotionSection,
    /// `[care]`
    pub care: CareSection,
}

/// `[shop]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ShopSection {
    /// Key of everything kept on a device.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Shown name in Chinese.
    pub name_zh: String,
    /// Offset such as `+08:00`.
    pub zone: String,
}

/// `[[language]]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LanguageSection {
    /// BCP 47 tag.
    pub tag: String,
    /// Column of the title.
    pub title: String,
    /// Column of what distinguishes a variant.
    pub variant: String,
    /// Column of the category path.
    pub category: String,
}

/// `[[market]]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MarketSection {
    /// The shop's code for it.
    pub code: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Column of the price.
    pub price: String,
    /// Column of the sale price.
    pub sale_price: String,
    /// Column of the availability.
    pub availability: String,
}

/// `[tables]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TableSection {
    /// Whether the pack gets the table of similar products.
    pub similar: Option<bool>,
    /// Whether older visits may count less.
    pub fading: Option<bool>,
    /// Whether pairs that few shoppers are behind may count less.
    pub discount: Option<bool>,
    /// Whether curves are learnt.
    pub curves: Option<bool>,
    /// Whether the pack gets the linear table.
    pub linear: Option<bool>,
    /// Whether the pack gets the vectors.
    pub embedding: Option<bool>,
}

/// `[shelf]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ShelfSection {
    /// Category paths whose products are bought again; `*` for all.
    pub repeat_purchase: Option<Vec<String>>,
}

/// `[together]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TogetherSection {
    /// Fewest baskets with both products.
    pub min_count: Option<u32>,
    /// Most neighbours of a product.
    pub neighbours: Option<usize>,
}

/// `[slots.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SlotSection {
    /// Name of its lists in reports.
    pub name: Option<String>,
    /// The same in Chinese.
    pub name_zh: Option<String>,
}

/// Which pairs of products count as bought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TogetherSettings {
    /// Fewest baskets with both products; the support threshold holds beside it.
    pub min_count: u32,
    /// Most neighbours of a product, at most 50.
    pub neighbours: usize,
}

/// A slot's name in reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotName {
    /// The slot.
    pub slot: String,
    /// Its name.
    pub name: String,
    /// Its name in Chinese.
    pub name_zh: String,
}

impl SlotName {
    /// The name for a language: Chinese for the tags `zh` and `zh-…`; of two names the one there is, and the slot itself without any.
    pub fn name_in(&self, language: &str) -> &str {
        let chinese = language.split(['-', '_']).next().is_some_and(|l| l.eq_ignore_ascii_case("zh"));
        let names = if chinese { [&self.name_zh, &self.name] } else { [&self.name, &self.name_zh] };
        names.into_iter().find(|n| !n.is_empty()).unwrap_or(&self.slot)
    }
}

/// What holds for every shelf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShelfSettings {
    /// Category paths whose products, and those below them, are shown to a shopper who bought them; `None` for all.
    pub repeat_purchase: Option<Vec<String>>,
}

/// Which tables a pack gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSettings {
    /// The table of similar products.
    pub similar: bool,
    /// Older visits count less, where that tells the next product better.
    pub fading: bool,
    /// Pairs that few shoppers are behind count less, where that tells the next product better.
    pub discount: bool,
    /// Curves are learnt that say what evidence is worth.
    pub curves: bool,
    /// The linear table, on top of the others.
    pub linear: bool,
    /// The vectors of products.
    pub embedding: bool,
}

impl TableSettings {
    /// Refuses what a pack for shipped packages may not have: a device would rank otherwise than `nearshelf eval` said.
    ///
    /// # Errors
    ///
    /// `bad_config`.
    pub fn check_shipped(&self) -> Result<()> {
        if self.embedding {
            let detail = "[tables] embedding = true: vectors can be evaluated (`nearshelf eval`), but shipped packages do not read them yet.";
            return Err(Error::new(Code::BadConfig, detail));
        }
        Ok(())
    }
}

impl ShopConfig {
    /// The settings of a shop: its own, or those of a data set that is known.
    ///
    /// # Errors
    ///
    /// As [`read`](ShopConfig::read).
    pub(super) fn of(files: &ShopFiles) -> Result<ShopConfig> {
        match (&files.config, files.preset) {
            (None, Some(preset)) => ShopConfig::parse(preset.settings()),
            (path, _) => ShopConfig::read(path.as_deref()),
        }
    }

    /// The settings in `path`, or none.
    ///
    /// # Errors
    ///
    /// `io`, `bad_config` with the line that is wrong.
    pub(super) fn read(path: Option<&Path>) -> Result<ShopConfig> {
        let Some(path) = path else { return Ok(ShopConfig::default()) };
        let text =
            std::fs::read_to_string(path).map_err(|e| Error::new(Code::Io, format!("{}: {e}.", path.display())))?;
        let config = ShopConfig::parse(&text)
            .map_err(|e| Error::new(Code::BadConfig, format!("{}: {}", path.display(), e.detail())))?;
        Ok(config)
    }

    /// The settings in a text.
    ///
    /// # Errors
    ///
    /// `bad_config`.
    pub(super) fn parse(text: &str) -> Result<ShopConfig> {
        let bad = |what: String| Error::new(Code::BadConfig, what);
        let config: ShopConfig = toml::from_str(text).map_err(|e| bad(format!("{e}")))?;
        config.log()?;
        config.profile()?;
        config.reports()?;
        config.privacy()?;
        config.explorations()?;
        config.policy()?;
        config.baseline()?;
        config.together()?;
        config.overlay()?;
        config.rules()?;
        config.cards()?;
        config.prior()?;
        config.scenes()?;
        config.tags()?;
        config.rank_rules()?;
        config.season()?;
        config.clusters()?;
        config.insight()?;
        config.attributes(None)?;
        config.lint()?;
        config.coupons()?;
        config.promotions()?;
        config.care()?;
        for l in &config.languages {
            if l.tag.is_empty() || l.title.is_empty() {
                return Err(bad("each [[language]] needs a tag and the column of its title.".into()));
            }
        }
        for m in &config.markets {
            if m.code.is_empty() || m.currency.len() != 3 || m.price.is_empty() {
                let what = "each [[market]] needs a code, a currency of three letters and the column of its price.";
                return Err(bad(what.into()));
            }
        }
        Ok(config)
    }

    /// The zone, in minutes east of UTC.
    pub(super) fn zone_minutes(&self) -> Result<i32> {
        let zone = self.shop.zone.trim();
        if zone.is_empty() || zone == "Z" {
            return Ok(0);
        }
        let parse = || {
            let (sign, rest) = match zone.split_at_checked(1)? {
                ("+", rest) => (1, rest),
                ("-", rest) => (-1, rest),
                _ => return None,
            };
            let (h, m) = rest.split_once(':')?;
            let (h, m): (i32, i32) = (h.parse().ok()?, m.parse().ok()?);
            (h <= 14 && m < 60).then_some(sign * (h * 60 + m))
        };
        parse().ok_or_else(|| Error::new(Code::BadConfig, format!("zone \"{zone}\" is not like \"+08:00\".")))
    }

    /// How the log is to be read.
    pub(super) fn log(&self) -> Result<LogSettings> {
        self.log.settings(self.zone_minutes()?)
    }

    /// Shown names by language.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        let named = [("en", &self.shop.name), ("zh-CN", &self.shop.name_zh)];
        named.into_iter().filter(|(_, n)| !n.is_empty()).map(|(l, n)| (l.into(), n.clone())).collect()
    }

    pub(super) fn shipped() -> Result<ShopConfig> {
        toml::from_str(DEFAULTS).map_err(|e| Error::new(Code::BadConfig, format!("default.toml: {e}")))
    }

    /// What is promised to shoppers: as shipped, unless this shop says otherwise.
    pub(super) fn privacy(&self) -> Result<PrivacySettings> {
        self.privacy.or(&ShopConfig::shipped()?.privacy)
    }

    /// Which tables a pack gets: as shipped, unless this shop says otherwise.
    pub(super) fn tables(&self) -> Result<TableSettings> {
        let (own, shipped) = (&self.tables, ShopConfig::shipped()?.tables);
        Ok(TableSettings {
            similar: own.similar.or(shipped.similar).unwrap_or(true),
            fading: own.fading.or(shipped.fading).unwrap_or(true),
            discount: own.discount.or(shipped.discount).unwrap_or(true),
            curves: own.curves.or(shipped.curves).unwrap_or(true),
            linear: own.linear.or(shipped.linear).unwrap_or(false),
            embedding: own.embedding.or(shipped.embedding).unwrap_or(false),
        })
    }

    /// What holds for every shelf: as shipped, unless this shop says otherwise.
    pub(super) fn shelf(&self) -> Result<ShelfSettings> {
        let paths = self.shelf.repeat_purchase.clone().or(ShopConfig::shipped()?.shelf.repeat_purchase);
        Ok(ShelfSettings { repeat_purchase: paths.filter(|p| p.iter().all(|path| path != "*")) })
    }

    /// How shelves explore: as shipped, unless this shop says otherwise.
    pub(super) fn explorations(&self) -> Result<Vec<(String, Exploration)>> {
        self.exploration.or(&ShopConfig::shipped()?.exploration)
    }

    /// Which pairs count as bought together: as shipped, unless this shop says otherwise.
    pub(super) fn together(&self) -> Result<TogetherSettings> {
        let (own, shipped) = (&self.together, ShopConfig::shipped()?.together);
        let min_count = own.min_count.or(shipped.min_count).unwrap_or(1);
        let neighbours = own.neighbours.or(shipped.neighbours).unwrap_or(0);
        if min_count == 0 || neighbours > NEIGHBOURS {
            let what = format!(
                "together: min_count = {min_count} is not at least 1, or neighbours = {neighbours} not at most {NEIGHBOURS}."
            );
            return Err(Error::new(Code::BadConfig, what));
        }
        Ok(TogetherSettings { min_count, neighbours })
    }

    /// Names of slots: the shipped ones, replaced one by one and added to by this shop's own; sorted by slot.
    pub(super) fn slots(&self) -> Result<Vec<SlotName>> {
        let mut all = ShopConfig::shipped()?.slots;
        for (slot, own) in &self.slots {
            let known = all.entry(slot.clone()).or_default();
            known.name = own.name.clone().or(known.name.take());
            known.name_zh = own.name_zh.clone().or(known.name_zh.take());
        }
        let name = |(slot, s): (String, SlotSection)| SlotName {
            slot,
            name: s.name.unwrap_or_default(),
            name_zh: s.name_zh.unwrap_or_default(),
        };
        Ok(all.into_iter().map(name).collect())
    }

    /// When a pack may not take the place of another.
    pub(super) fn baseline(&self) -> Result<BaselineSettings> {
        self.baseline.or(&ShopConfig::shipped()?.baseline)
    }

    /// What the linter of offers finds too much.
    pub(super) fn lint(&self) -> Result<crate::offer::lint::Policy> {
        self.lint.or(&ShopConfig::shipped()?.lint)
    }

    /// What is wanted of overlays: as shipped, unless this shop says otherwise.
    pub(super) fn overlay(&self) -> Result<Policy> {
        self.overlay.or(&ShopConfig::shipped()?.overlay)
    }

    /// How long before they begin cards are listed: as shipped, unless this shop says otherwise.
    pub(super) fn cards(&self) -> Result<CardSettings> {
        let shipped = ShopConfig::shipped()?;
        content::settings((&self.content, &self.activity), (&shipped.content, &shipped.activity))
    }

    /// Thousandths that a scene adds to a selling point: as shipped, unless this shop says otherwise.
    pub(super) fn selling_scene(&self) -> Result<u32> {
        self.selling_points.or(&ShopConfig::shipped()?.selling_points)
    }

    /// How many looks the prior is worth, in 1/256: as shipped, unless this shop says otherwise.
    pub(super) fn prior(&self) -> Result<u32> {
        self.prior.or(&ShopConfig::shipped()?.prior)
    }

    /// What is lifted when and where, by name.
    pub(super) fn tags(&self) -> Result<Vec<RuleTag>> {
        rule_tags(&self.tags)
    }

    /// What is wanted of lists, the highest priority first.
    pub(super) fn rank_rules(&self) -> Result<Vec<RankRule>> {
        rank_rules(&self.rules, self.zone_minutes()?)
    }

    pub(super) fn scenes(&self) -> Result<Vec<SceneDraft>> {
        self.scenes.iter().map(|(name, scene)| scene.draft(name)).collect()
    }

    /// What is wanted of seasons: as shipped, unless this shop says otherwise.
    pub(super) fn season(&self) -> Result<SeasonSettings> {
        self.season.or(&ShopConfig::shipped()?.season)
    }

    /// What is wanted of kinds of shoppers: as shipped, unless this shop says otherwise.
    pub(super) fn clusters(&self) -> Result<ClusterSettings> {
        self.clusters.or(&ShopConfig::shipped()?.clusters, self.prior()?)
    }

    /// What the analysis of a shopper goes by, without the files that it names: as shipped, unless this shop says otherwise.
    pub(super) fn insight(&self) -> Result<Settings> {
        self.insight.or(&ShopConfig::shipped()?.insight)
    }

    /// The same with its files, which lie in a folder.
    pub(super) fn insight_in(&self, folder: &Path) -> Result<Settings> {
        self.insight.with_files(&ShopConfig::shipped()?.insight, folder)
    }

    /// How offers are put forward: as shipped, unless this shop says otherwise.
    pub(super) fn promotions(&self) -> Result<PromotionSettings> {
        self.promotions.or(&ShopConfig::shipped()?.promotions)
    }

    /// What is said on which occasion: as shipped, unless this shop says otherwise.
    pub(super) fn care(&self) -> Result<CareSettings> {
        self.care.or(&ShopConfig::shipped()?.care)
    }

    /// How a wallet is ranked, without the file of learned weights.
    pub(super) fn coupons(&self) -> Result<Usage> {
        self.coupons.or(&ShopConfig::shipped()?.coupons)
    }

    /// The same with the files beside `shop.toml`.
    pub(super) fn coupons_in(&self, folder: &Path) -> Result<Usage> {
        self.coupons.with(&ShopConfig::shipped()?.coupons, Some(folder), &self.insight()?)
    }

    /// What shoppers may declare: this shop's attributes, and the answers of its prior.
    pub(super) fn attributes(&self, prior: Option<&PriorDraft>) -> Result<AttributeSettings> {
        self.attributes.or(&ShopConfig::shipped()?.attributes, prior)
    }

    /// When an estimate is trusted.
    pub(super) fn policy(&self) -> Result<PolicySettings> {
        self.policy.or(&ShopConfig::shipped()?.policy)
    }

    /// The portrait's settings: the shipped ones, replaced by this shop's own.
    pub(super) fn profile(&self) -> Result<ProfileConfig> {
        let shipped = ShopConfig::shipped()?;
        portrait::settings([&shipped, self].map(|c| (&c.portrait, &c.cleaning, &c.channels, &c.feedback)))
    }

    /// How long traits are tags.
    pub(super) fn tag_lives(&self) -> Result<[i64; Dimension::COUNT]> {
        portrait::tag_lives([&ShopConfig::shipped()?.portrait, &self.portrait])
    }
}

#[cfg(test)]
mod tests;

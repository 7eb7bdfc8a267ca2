//! What a report can be about: one number each, which outlives packs.

/// What a report can be about.
///
/// ```
/// use nearshelf::privacy::ledger::Metric;
/// assert!(Metric::ALL.iter().all(|m| Metric::from_byte(*m as u8) == Some(*m) && Metric::named(m.code()) == Some(*m)));
/// assert_eq!(Metric::from_byte(128), None, "numbers from 128 on are kept for answers by two aggregators");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Metric {
    /// The category the shopper turned to most.
    CategoryInterest = 1,
    /// How far the shopper went in a week.
    FunnelStage = 2,
    /// What became of a family of coupons in a week.
    CouponOutcome = 3,
    /// At which place of a list of recommendations the shopper chose, in a week.
    RecommendationClick = 4,
    /// On how many days of the week before the shopper was here, or how long ago.
    ActiveDays = 5,
    /// How often the shopper has bought.
    RepeatPurchase = 6,
    /// Detractor, passive or promoter.
    NpsBand = 7,
    /// How satisfied the shopper is.
    SatisfactionBand = 8,
    /// By which channel the visit came that ended with an order, in a week.
    ConversionChannel = 9,
    /// Which campaign the shopper saw or took part in, in a week.
    Campaign = 10,
    /// What the orders of a week came to, and with which campaign.
    OrderValue = 11,
    /// Which kind of shoppers the shopper is of.
    Cluster = 12,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 12] = [
        Metric::CategoryInterest,
        Metric::FunnelStage,
        Metric::CouponOutcome,
        Metric::RecommendationClick,
        Metric::ActiveDays,
        Metric::RepeatPurchase,
        Metric::NpsBand,
        Metric::SatisfactionBand,
        Metric::ConversionChannel,
        Metric::Campaign,
        Metric::OrderValue,
        Metric::Cluster,
    ];

    /// From its byte.
    pub fn from_byte(b: u8) -> Option<Metric> {
        Metric::ALL.get(usize::from(b).checked_sub(1)?).copied()
    }

    /// From its word.
    pub fn named(code: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|m| m.code() == code)
    }

    /// Its word in a report's line.
    pub fn code(self) -> &'static str {
        match self {
            Metric::CategoryInterest => "category_interest",
            Metric::FunnelStage => "funnel_stage",
            Metric::CouponOutcome => "coupon_outcome",
            Metric::RecommendationClick => "recommendation_click",
            Metric::ActiveDays => "active_days",
            Metric::RepeatPurchase => "repeat_purchase",
            Metric::NpsBand => "nps_band",
            Metric::SatisfactionBand => "satisfaction_band",
            Metric::ConversionChannel => "conversion_channel",
            Metric::Campaign => "campaign",
            Metric::OrderValue => "order_value",
            Metric::Cluster => "cluster",
        }
    }
}

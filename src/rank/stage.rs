//! Why a product is not on a shelf: the stages of the pipeline by name.

/// Why a product is not on a shelf: the first stage that took it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is on the shelf, at this place.
    Shown(usize),
    /// Not in this pack.
    UnknownItem,
    /// Not sold in this market.
    NotSoldHere,
    /// Out of stock.
    OutOfStock,
    /// The call leaves it out.
    Excluded,
    /// Seen in this visit, and this shop's visits do not repeat.
    Seen,
    /// Bought in an earlier visit, and of a category that is not bought twice.
    Bought,
    /// Its price is outside the query's band.
    PriceBand,
    /// The shelf has as many of its category, brand or store as it may.
    Quota,
    /// Nothing points to it.
    NotCandidate,
    /// It came up, at this place below the shelf.
    RankedBelow(usize),
    /// The shop's overlay hides it.
    Hidden,
    /// It would be at this place, but the shelf explores.
    Explored(usize),
    /// The places that are left go to new products.
    Arrivals,
    /// A rule hides it: [`Engine::rule`](crate::engine::Engine::rule) has its name.
    Rule(u32),
    /// The page shows it: it is one of the context.
    ContextItem,
    /// It is of another category than the one that was asked for.
    OtherCategory,
    /// It is none of those that the words of a search, or what is bought together, restrict the shelf to.
    NoMatch,
    /// The shopper does not want to see it.
    Disliked,
    /// The shard that may hold it is not open.
    ShardClosed,
}

/// The codes, by number.
const CODES: [&str; 20] = [
    "shown",
    "unknown_item",
    "not_sold_here",
    "out_of_stock",
    "excluded",
    "seen",
    "bought",
    "price_band",
    "quota",
    "not_candidate",
    "ranked_below",
    "hidden",
    "explored",
    "arrivals",
    "rule",
    "context_item",
    "other_category",
    "no_match",
    "disliked",
    "shard_closed",
];

impl Stage {
    /// The code.
    pub fn code(self) -> &'static str {
        CODES[usize::from(self.number())]
    }

    /// The boundary's number.
    pub fn number(self) -> u8 {
        match self {
            Stage::Shown(_) => 0,
            Stage::UnknownItem => 1,
            Stage::NotSoldHere => 2,
            Stage::OutOfStock => 3,
            Stage::Excluded => 4,
            Stage::Seen => 5,
            Stage::Bought => 6,
            Stage::PriceBand => 7,
            Stage::Quota => 8,
            Stage::NotCandidate => 9,
            Stage::RankedBelow(_) => 10,
            Stage::Hidden => 11,
            Stage::Explored(_) => 12,
            Stage::Arrivals => 13,
            Stage::Rule(_) => 14,
            Stage::ContextItem => 15,
            Stage::OtherCategory => 16,
            Stage::NoMatch => 17,
            Stage::Disliked => 18,
            Stage::ShardClosed => 19,
        }
    }
}

//! The constants both reader and writer stand on.

use alloc::string::String;

/// The format this build writes, and the newest it reads.
pub const FORMAT: u16 = 1;
/// The oldest format this build reads.
pub const OLDEST_READABLE: u16 = 1;

/// What a pack begins with.
pub const MAGIC: [u8; 8] = *b"NEARSHLF";
pub(crate) const HEADER: usize = 40;
pub(crate) const ENTRY: usize = 32;

/// A section's name: four ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 4]);

macro_rules! tags {
    ($($name:ident $bytes:literal $doc:literal;)*) => {
        impl Tag {
            $(#[doc = $doc] pub const $name: Tag = Tag(*$bytes);)*
        }
    };
}

tags! {
    META b"META" "Shop, counts, support threshold, defaults.";
    MARKETS b"MRKT" "Markets.";
    LANGUAGES b"LANG" "Languages.";
    PRODUCT_ID b"PRID" "Product ids.";
    PRODUCT_CATEGORY b"PRCA" "Category of each product.";
    PRODUCT_BRAND b"PRBR" "Brand of each product.";
    PRODUCT_POPULARITY b"PRPO" "Popularity of each product.";
    PRODUCT_RECENT b"PRRE" "Popularity of each product of late.";
    PRODUCT_VARIANTS b"PRVA" "End of each product's variants.";
    PRODUCT_URL b"PRUR" "Links.";
    PRODUCT_IMAGE b"PRIM" "Image links.";
    PRODUCT_TAGS b"PRTG" "Tags of each product.";
    TITLE b"TITL" "Titles in a language.";
    VARIANT_ID b"VAID" "Variant ids.";
    VARIANT_TITLE b"VATI" "Variant titles in a language.";
    PRICE b"VAPR" "List prices in a market.";
    SALE_PRICE b"VASA" "Sale prices in a market.";
    AVAILABILITY b"VAAV" "Availability in a market.";
    CATEGORY b"CATG" "Category paths in a language.";
    CATEGORY_PARENT b"CAPA" "Parent of each category.";
    BRAND b"BRND" "Brands.";
    TAG b"TAGS" "Tags.";
    ALIAS b"ALIA" "Other ids of products.";
    ALIAS_ROW b"ALIR" "Product of each alias.";
    TABLE b"TABL" "An item-item table.";
    BLEND b"BLND" "What the ranking was tuned to.";
    CONFIG b"CONF" "The merchant's portrait settings.";
    OFFERS b"OFFR" "Promotions of a market.";
    OFFER_NAME b"OFNA" "Names of a market's promotions in a language.";
    COUPON b"OFCO" "Which of a market's promotions wait in a wallet.";
    REPORT b"REPT" "What private reports may ask.";
    SHELF b"SHLF" "Categories whose products are bought again.";
    SPAN b"SPAN" "First and last day of the log.";
    ASSOCIATION b"ASSO" "How often products are bought together.";
    SLOT b"SLOT" "Names of slots in a language.";
    OVERLAY b"OVLY" "What the shop wants of overlays.";
    ROWS b"ROWS" "Global row of each product, where a pack is a part of another.";
    PART b"PART" "Of which pack a file is a part.";
    SHARDS b"SHRD" "Versions of a core's shards.";
    SHARD_CATEGORY b"SHCA" "Categories of each shard.";
    SHARD_SIZE b"SHSZ" "Bytes and products of each shard.";
    HINT b"HINT" "In which shard an id may be, as cores said first.";
    WHERE b"WHER" "In which shard an id is.";
    TABLE_PART b"TABG" "An item-item table whose neighbours are global rows.";
    TABLE_ROWS b"TROW" "Global rows that a shard's tables are for.";
    ALIAS_NUMBER b"ALNO" "Place of each alias among those of all parts.";
    EXPLORE b"EXPL" "How shelves explore.";
    EMBEDDING b"EMBD" "A vector of each product.";
    STORE b"STOR" "Stores.";
    PRODUCT_STORE b"PRST" "Store of each product.";
    PRODUCT_SINCE b"PRSI" "Day since which each product is sold.";
    LIMITS b"LIMT" "What is new, and what a dislike costs what is near it.";
    CARD b"CARD" "Content, or a market's activities.";
    PRIOR b"PRIO" "Where a shopper without history starts.";
    SCENE b"SCEN" "What lifts products when and where.";
    SEASON b"SEAS" "How much more categories are turned to at a time of the year.";
    CLUSTER b"CLUS" "Kinds of shoppers by the categories they turn to.";
    ASSOCIATION_COUNTS b"ASSC" "How many baskets hold each product of a part.";
    ASSOCIATION_PART b"ASSG" "What a part's products are bought together with, as global rows.";
    EMBEDDING_PART b"EMBG" "A vector of each product of a part.";
    INSIGHT b"INSI" "The parameters of the analysis of a shopper.";
    RULE_TAG b"RTAG" "What the shop calls shoppers whom a condition is about.";
    ATTRIBUTE b"ATTR" "What shoppers may declare.";
    RULE b"RULE" "What the shop wants of its lists, for whom, where and when.";
    TAG_LIFE b"TAGL" "How long traits are tags.";
    OFFER_CONDITION b"OFCN" "Who may use which of a market's promotions, and to whom it is put forward.";
    LOYALTY b"LOYL" "The shop's membership.";
    PROMOTING b"PROM" "Which offers are put forward to whom.";
    GRANT b"GRNT" "Campaigns of a market that grant coupons.";
    USAGE b"COUP" "How a market's coupons are ranked.";
    CARE b"CARE" "A market's messages of care.";
    INVITES b"INVT" "The shop's programmes of invitations and shares.";
    LEARNING b"LERN" "How a market learns from what shoppers choose of its offers.";
    KEEP b"KEEP" "Days that a portrait is kept after the last visit.";
    LIFETIME b"LIFE" "What the reports of a device may spend in all.";
    SELLING b"SELL" "What is said of products, to whom and when it speaks.";
    SENSITIVE b"SENS" "Categories that enter the portrait with consent to that only.";
}

impl Tag {
    /// The tag's four letters, `?` for what is no letter.
    pub fn name(self) -> String {
        self.0.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '?' }).collect()
    }
}

impl core::fmt::Display for Tag {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.name())
    }
}

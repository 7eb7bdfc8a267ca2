//! What affinities are about.

/// What an affinity is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(usize)]
pub enum Dimension {
    /// Products.
    #[default]
    Item = 0,
    /// Categories, the product's own (not its ancestors).
    Category = 1,
    /// Brands.
    Brand = 2,
    /// Price bands of a currency.
    PriceBand = 3,
    /// Tags of products.
    Tag = 4,
    /// Hours of the shopper's day: keys 0 to 23.
    Hour = 5,
    /// Days of the shopper's week: keys 1 (Monday) to 7.
    Weekday = 6,
    /// Channels that visits came by.
    Channel = 7,
    /// Kinds of content: keys are numbers in [`CONTENT_KINDS`](crate::event::CONTENT_KINDS).
    Content = 8,
    /// Categories that were liked, commented on, shared, reviewed or bought in a group.
    Topic = 9,
    /// Channels that shares and invitations went by.
    ShareChannel = 10,
}

impl Dimension {
    /// Number of dimensions.
    pub const COUNT: usize = 11;

    /// Every dimension, in the order of its number.
    pub const ALL: [Dimension; Dimension::COUNT] = [
        Dimension::Item,
        Dimension::Category,
        Dimension::Brand,
        Dimension::PriceBand,
        Dimension::Tag,
        Dimension::Hour,
        Dimension::Weekday,
        Dimension::Channel,
        Dimension::Content,
        Dimension::Topic,
        Dimension::ShareChannel,
    ];
}

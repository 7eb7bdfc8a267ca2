//! The components of a score, by name and number.

/// A source of evidence. The number is its place in the pack's blend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Component {
    /// Follows the last product seen.
    Next = 0,
    /// Follows the products of this visit.
    NextVisit = 1,
    /// Goes with the latest products.
    Together = 2,
    /// Goes with the products of this visit.
    TogetherVisit = 3,
    /// Was seen in this visit.
    Again = 4,
    /// Was turned to in earlier visits.
    History = 5,
    /// Goes with products of earlier visits.
    HistoryTogether = 6,
    /// Lies in a category the shopper likes.
    Category = 7,
    /// Is of a brand the shopper likes.
    Brand = 8,
    /// Is popular.
    Popular = 9,
    /// Stood early in the list the host gave.
    Given = 10,
    /// Is usually turned to again, once it was seen.
    Return = 11,
    /// Is like the products of this visit.
    Similar = 12,
    /// Is what a linear model expects of a visit like this one.
    Linear = 13,
    /// Is popular of late.
    Recent = 14,
    /// Points the same way as the products of this visit.
    Embedding = 15,
    /// Is of a price that the shopper turns to.
    Price = 16,
    /// Is lifted by a scene that holds; no component of curves and weights.
    Scene = 254,
    /// Is near a product that the shopper does not want to see: it takes away from what the others sum up to, and is none that a
    /// pack weighs.
    Disliked = 255,
}

/// Number of components that curves and weights know.
pub const COMPONENTS: usize = 17;

impl Component {
    /// Every component that curves and weights know, in the order of its number.
    pub const ALL: [Component; COMPONENTS] = [
        Component::Next,
        Component::NextVisit,
        Component::Together,
        Component::TogetherVisit,
        Component::Again,
        Component::History,
        Component::HistoryTogether,
        Component::Category,
        Component::Brand,
        Component::Popular,
        Component::Given,
        Component::Return,
        Component::Similar,
        Component::Linear,
        Component::Recent,
        Component::Embedding,
        Component::Price,
    ];

    /// The code in reasons and reports.
    pub fn code(self) -> &'static str {
        match self {
            Component::Next => "next",
            Component::NextVisit => "next_visit",
            Component::Together => "together",
            Component::TogetherVisit => "together_visit",
            Component::Again => "again",
            Component::History => "history",
            Component::HistoryTogether => "history_together",
            Component::Category => "category",
            Component::Brand => "brand",
            Component::Popular => "popular",
            Component::Given => "given",
            Component::Return => "return",
            Component::Similar => "similar",
            Component::Linear => "linear",
            Component::Recent => "recent",
            Component::Embedding => "embedding",
            Component::Price => "price",
            Component::Scene => "scene",
            Component::Disliked => "disliked",
        }
    }
}

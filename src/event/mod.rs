//! The canonical event: GA4's names, one meaning each.

pub mod clean;

/// What happened. The names are GA4's e-commerce events, and `not_interested`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// A visit begins.
    SessionStart = 0,
    /// A list was shown.
    ViewItemList = 1,
    /// A product was chosen from a list.
    SelectItem = 2,
    /// A product's page was seen.
    ViewItem = 3,
    /// A product was favoured.
    AddToWishlist = 4,
    /// A product went into the cart.
    AddToCart = 5,
    /// A product left the cart.
    RemoveFromCart = 6,
    /// The cart was seen.
    ViewCart = 7,
    /// Checkout began.
    BeginCheckout = 8,
    /// Delivery was chosen.
    AddShippingInfo = 9,
    /// Payment was entered.
    AddPaymentInfo = 10,
    /// An order was placed.
    Purchase = 11,
    /// An order was refunded.
    Refund = 12,
    /// A search was made.
    Search = 13,
    /// A promotion was seen.
    ViewPromotion = 14,
    /// A promotion was chosen.
    SelectPromotion = 15,
    /// The shopper does not want to see a product.
    NotInterested = 16,
    /// A piece of content or an activity was chosen: its products are what it is about.
    SelectContent = 17,
}

impl EventKind {
    /// Every kind, in the order of its number.
    pub const ALL: [EventKind; 18] = [
        EventKind::SessionStart,
        EventKind::ViewItemList,
        EventKind::SelectItem,
        EventKind::ViewItem,
        EventKind::AddToWishlist,
        EventKind::AddToCart,
        EventKind::RemoveFromCart,
        EventKind::ViewCart,
        EventKind::BeginCheckout,
        EventKind::AddShippingInfo,
        EventKind::AddPaymentInfo,
        EventKind::Purchase,
        EventKind::Refund,
        EventKind::Search,
        EventKind::ViewPromotion,
        EventKind::SelectPromotion,
        EventKind::NotInterested,
        EventKind::SelectContent,
    ];

    /// The kind of an event's name.
    ///
    /// ```
    /// use nearshelf::event::EventKind;
    /// assert_eq!(EventKind::from_name("view_item"), Some(EventKind::ViewItem));
    /// assert_eq!(EventKind::from_name("page_view"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|k| k.name() == name)
    }

    /// The event's name.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::SessionStart => "session_start",
            EventKind::ViewItemList => "view_item_list",
            EventKind::SelectItem => "select_item",
            EventKind::ViewItem => "view_item",
            EventKind::AddToWishlist => "add_to_wishlist",
            EventKind::AddToCart => "add_to_cart",
            EventKind::RemoveFromCart => "remove_from_cart",
            EventKind::ViewCart => "view_cart",
            EventKind::BeginCheckout => "begin_checkout",
            EventKind::AddShippingInfo => "add_shipping_info",
            EventKind::AddPaymentInfo => "add_payment_info",
            EventKind::Purchase => "purchase",
            EventKind::Refund => "refund",
            EventKind::Search => "search",
            EventKind::ViewPromotion => "view_promotion",
            EventKind::SelectPromotion => "select_promotion",
            EventKind::NotInterested => "not_interested",
            EventKind::SelectContent => "select_content",
        }
    }

    /// True for kinds that put their products on the visit's trail: the shopper turned to that product.
    pub fn is_step(self) -> bool {
        use EventKind::{AddToCart, AddToWishlist, Purchase, SelectItem, ViewItem};
        matches!(self, SelectItem | ViewItem | AddToWishlist | AddToCart | Purchase)
    }
}

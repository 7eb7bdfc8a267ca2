//! The canonical event: GA4's names and those of social commerce, one meaning each (`manual/events.md`).

pub mod clean;

use crate::id::Key;
use crate::money::Minor;

/// What happened. The names are GA4's, and those that social commerce adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum EventKind {
    /// A visit begins.
    #[default]
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
    /// A product, or a piece of content, was liked.
    Like = 18,
    /// It was commented on.
    Comment = 19,
    /// It was passed on, by a channel.
    Share = 20,
    /// Somebody was invited to the shop.
    Invite = 21,
    /// A group purchase was opened.
    GroupBuyOpen = 22,
    /// A group purchase was joined.
    GroupBuyJoin = 23,
    /// A group purchase came about.
    GroupBuyComplete = 24,
    /// A product was reviewed: stars, and what the host makes of the text.
    Review = 25,
    /// A question about satisfaction was answered, 1 to 5.
    SurveyAnswer = 26,
    /// The question of the net promoter score was answered, 0 to 10.
    NpsAnswer = 27,
    /// The shopper complained, or a complaint was settled.
    Complaint = 28,
    /// A product was sent back.
    Return = 29,
    /// The shopper checked in for the day.
    CheckIn = 30,
    /// A live stream was watched.
    LiveWatch = 31,
    /// A piece of content was read or watched.
    ContentView = 32,
    /// A product was looked at for a while.
    Dwell = 33,
}

impl EventKind {
    /// Number of kinds.
    pub const COUNT: usize = 34;

    /// Every kind, in the order of its number.
    pub const ALL: [EventKind; EventKind::COUNT] = [
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
        EventKind::Like,
        EventKind::Comment,
        EventKind::Share,
        EventKind::Invite,
        EventKind::GroupBuyOpen,
        EventKind::GroupBuyJoin,
        EventKind::GroupBuyComplete,
        EventKind::Review,
        EventKind::SurveyAnswer,
        EventKind::NpsAnswer,
        EventKind::Complaint,
        EventKind::Return,
        EventKind::CheckIn,
        EventKind::LiveWatch,
        EventKind::ContentView,
        EventKind::Dwell,
    ];

    /// What a shopper does among other people.
    pub const SOCIAL: [EventKind; 8] = [
        EventKind::Like,
        EventKind::Comment,
        EventKind::Share,
        EventKind::Invite,
        EventKind::GroupBuyOpen,
        EventKind::GroupBuyJoin,
        EventKind::GroupBuyComplete,
        EventKind::Review,
    ];

    /// The kind of an event's name.
    ///
    /// ```
    /// use nearshelf::event::EventKind;
    /// assert_eq!(EventKind::from_name("view_item"), Some(EventKind::ViewItem));
    /// assert_eq!(EventKind::from_name("favourite"), Some(EventKind::AddToWishlist));
    /// assert_eq!(EventKind::from_name("page_view"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<EventKind> {
        if name == "favourite" {
            return Some(EventKind::AddToWishlist);
        }
        for kind in &EventKind::ALL {
            // Lengths first: comparing texts is a call.
            if kind.word().len() == name.len() && kind.word() == name {
                return Some(*kind);
            }
        }
        None
    }

    /// The event's name.
    pub fn name(self) -> &'static str {
        self.word()
    }

    #[inline(always)]
    fn word(self) -> &'static str {
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
            EventKind::Like => "like",
            EventKind::Comment => "comment",
            EventKind::Share => "share",
            EventKind::Invite => "invite",
            EventKind::GroupBuyOpen => "group_buy_open",
            EventKind::GroupBuyJoin => "group_buy_join",
            EventKind::GroupBuyComplete => "group_buy_complete",
            EventKind::Review => "review",
            EventKind::SurveyAnswer => "survey_answer",
            EventKind::NpsAnswer => "nps_answer",
            EventKind::Complaint => "complaint",
            EventKind::Return => "return",
            EventKind::CheckIn => "check_in",
            EventKind::LiveWatch => "live_watch",
            EventKind::ContentView => "content_view",
            EventKind::Dwell => "dwell",
        }
    }

    /// True for kinds that put their products on the visit's trail: the shopper turned to that product.
    pub fn is_step(self) -> bool {
        use EventKind::{AddToCart, AddToWishlist, Purchase, SelectItem, ViewItem};
        matches!(self, SelectItem | ViewItem | AddToWishlist | AddToCart | Purchase)
    }

    /// True for kinds that are nothing without a product.
    pub fn needs_product(self) -> bool {
        self.is_step() || matches!(self, EventKind::NotInterested | EventKind::Dwell)
    }

    /// True for what a shopper does among other people: the topics of the social portrait are what these are about.
    pub fn is_social(self) -> bool {
        EventKind::SOCIAL.contains(&self)
    }
}

/// What a piece of content is: the kinds that cards have, and one for all others.
pub const CONTENT_KINDS: [&str; 5] = ["article", "short_video", "live_stream", "review", "other"];

/// What an event says beside its products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Detail {
    /// Sum of an order or of a refund, in minor units of the market's currency.
    pub value: Option<Minor>,
    /// What discounts took off the order.
    pub discount: Option<Minor>,
    /// Pieces bought.
    pub units: u32,
    /// Opinion in 1/100 from −100 to 100, or the answer 0 to 10 of the net promoter score.
    pub score: Option<i8>,
    /// Seconds of attention.
    pub seconds: u32,
    /// By which channel a visit came, or a share went.
    pub channel: Option<Key>,
    /// Number of the kind of content, in [`CONTENT_KINDS`].
    pub content: Option<u8>,
    /// Key of the order that is refunded.
    pub order: Option<Key>,
    /// A complaint that was settled.
    pub resolved: bool,
    /// Minutes by which the shopper's clock is ahead of UTC.
    pub zone: i16,
}

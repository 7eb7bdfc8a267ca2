//! What happens to a membership: as a host tells it, and as the ledger keeps it.

use crate::id::hash;
use crate::time::Millis;

/// Kinds of entries, in the order in which those of one day count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Kind {
    /// An order was paid.
    #[default]
    Paid = 0,
    /// It was delivered.
    Delivered = 1,
    /// Something of it, or all, was given back.
    Returned = 2,
    /// A task was done.
    Task = 3,
    /// The shopper was around.
    Active = 4,
    /// A birthday is told, and had.
    Birthday = 5,
    /// The server's correction.
    Adjust = 6,
    /// Growth or points are given for something.
    Redeem = 7,
    /// Points are used at checkout.
    Spend = 8,
    /// A task, a redemption or a use did not come about.
    Undo = 9,
}

impl Kind {
    /// All, by number.
    pub const ALL: [Kind; 10] = [
        Kind::Paid,
        Kind::Delivered,
        Kind::Returned,
        Kind::Task,
        Kind::Active,
        Kind::Birthday,
        Kind::Adjust,
        Kind::Redeem,
        Kind::Spend,
        Kind::Undo,
    ];

    /// As it is written.
    pub fn word(self) -> &'static str {
        ["paid", "delivered", "returned", "task", "active", "birthday", "adjust", "redeem", "spend", "undo"]
            [self as usize]
    }
}

/// What an order came to, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    /// After discounts, with shipping and with what was paid with points.
    pub paid: u64,
    /// Of it, shipping.
    pub shipping: u64,
    /// Of it, what was paid with points.
    pub points: u64,
}

/// An entry as a host tells it. Texts that a kind does not need are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry<'a> {
    /// What happened.
    pub kind: Kind,
    /// Names it: a second one with this id is the same. Of orders the order's id.
    pub id: &'a str,
    /// The task, the redemption, the event, the order that is given back, the id that is undone, or the level of a correction.
    pub what: &'a str,
    /// What a task was done for: a friend, an order line.
    pub subject: &'a str,
    /// When; now where it is not told.
    pub at: Option<Millis>,
    /// Of orders; of a return what was given back, all where it is not told.
    pub amounts: Option<Amounts>,
    /// Of the amounts; empty: the shop's.
    pub currency: &'a str,
    /// Points of a use; of a correction it may be below 0.
    pub points: i64,
    /// Growth of a correction.
    pub growth: i64,
    /// Month and day of birth.
    pub birth: (u8, u8),
}

/// A key of an entry.
pub(super) fn key(kind: u64, id: &str) -> u64 {
    hash(kind, id.as_bytes())
}

/// A key made of two texts.
pub(super) fn key_of(kind: u64, a: &str, b: &str) -> u64 {
    hash(key(kind, a), b.as_bytes())
}

/// Seeds of the keys: what has an id of its own shares one.
pub(super) mod seed {
    pub(in super::super) const ORDER: u64 = 20;
    pub(in super::super) const RETURN: u64 = 21;
    pub(in super::super) const SUBJECT: u64 = 22;
    pub(in super::super) const BIRTHDAY: u64 = 23;
    pub(in super::super) const ID: u64 = 24;
    pub(in super::super) const UNDO: u64 = 25;
    pub(in super::super) const ADJUST: u64 = 26;
}

/// What the ledger keeps of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// An order: whether it was delivered, what of it counts for growth and for points, and what was given back.
    Order {
        /// It earns from then on.
        delivered: bool,
        /// Minor units of the shop's money that count for growth.
        growth: u64,
        /// That count for points.
        points: u64,
        /// That were given back.
        returned: u64,
    },
    /// A return.
    Return {
        /// The key of its order.
        order: u64,
        /// What was given back.
        amount: u64,
    },
    /// A task.
    Task {
        /// [`name`](super::name) of its id.
        task: u32,
        /// Key of what it was done for; 0: nothing.
        subject: u64,
        /// What it brought.
        growth: u64,
        /// It was taken back.
        undone: bool,
    },
    /// A birthday.
    Birthday {
        /// Its day.
        day: super::Day,
        /// What it brought.
        growth: u64,
    },
    /// A correction: growth, points, and [`name`](super::name) of the level, 0 for none.
    Adjust {
        /// More or less growth.
        growth: i64,
        /// More or fewer points.
        points: i64,
        /// The level from then on.
        level: u32,
    },
    /// A redemption or a use of points.
    Use {
        /// [`name`](super::name) of the redemption; 0: points at checkout.
        what: u32,
        /// Growth that it took.
        growth: u64,
        /// Points that it took.
        points: u64,
        /// Points that it gave.
        gain: u64,
        /// The level that it gave, 0: none.
        level: u32,
        /// It was taken back.
        undone: bool,
    },
    /// Something was taken back.
    Undo {
        /// The key of what.
        of: u64,
    },
}

impl What {
    /// The kind of entry that made it.
    pub fn kind(self) -> Kind {
        match self {
            What::Order { delivered: false, .. } => Kind::Paid,
            What::Order { .. } => Kind::Delivered,
            What::Return { .. } => Kind::Returned,
            What::Task { .. } => Kind::Task,
            What::Birthday { .. } => Kind::Birthday,
            What::Adjust { .. } => Kind::Adjust,
            What::Use { what: 0, .. } => Kind::Spend,
            What::Use { .. } => Kind::Redeem,
            What::Undo { .. } => Kind::Undo,
        }
    }

    /// The number that tells it from another of its kind: money, growth or points.
    pub fn amount(self) -> i64 {
        match self {
            What::Order { growth, points, .. } => growth.max(points) as i64,
            What::Return { amount, .. } => amount as i64,
            What::Task { growth, undone, .. } => {
                if undone {
                    0
                } else {
                    growth as i64
                }
            }
            What::Birthday { growth, .. } => growth as i64,
            What::Adjust { growth, points, .. } => {
                if points == 0 {
                    growth
                } else {
                    points
                }
            }
            What::Use { undone: true, .. } | What::Undo { .. } => 0,
            What::Use { growth, points, .. } => growth.max(points) as i64,
        }
    }
}

/// An entry in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// When, in minutes since 1970 UTC; of an order when it was delivered, once it is.
    pub at: u32,
    /// Names it.
    pub key: u64,
    /// What it is.
    pub what: What,
}

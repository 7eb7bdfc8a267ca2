//! Invite and share tokens: signed by the shop, landed with on a device, settled by the shop's server.
//!
//! [`manual/invites.md`](crate::manual::invites) has the rules and every byte.

#[cfg(any(feature = "cli", feature = "lint"))]
mod issue;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod json;
mod landing;
mod programme;
#[cfg(any(feature = "cli", feature = "lint"))]
mod settle;
mod token;

#[cfg(any(feature = "cli", feature = "lint"))]
pub use issue::{Draft, encode, issue};
pub use landing::{Asked, Landed, Signed, Status, Told, earn, land, own};
pub use programme::{Event, Kind, Programme, key};
#[cfg(any(feature = "cli", feature = "lint"))]
pub use settle::{Claim, Decision, Desk, Settled, Terms, settle};
pub use token::{About, FREE, Handle, LONGEST, Token, decode, is_signed};

/// Why a landing or a claim counts for nothing. The numbers cross the boundary and stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Why {
    /// It is no token of this version.
    BadToken = 1,
    /// No key given signed it for this shop.
    BadSignature = 2,
    /// The shop has no such programme.
    UnknownProgramme = 3,
    /// It is of a time that has not come.
    InFuture = 4,
    /// Its end has come.
    Expired = 5,
    /// The programme takes nobody any more.
    Closed = 6,
    /// Inviter and friend are one.
    SelfInvite = 7,
    /// The inviter came by the friend.
    Loop = 8,
    /// Only for who has not ordered before.
    NotNew = 9,
    /// Somebody else is the inviter.
    OtherInviter = 10,
    /// The window is over.
    TooLate = 11,
    /// Nobody says how many orders there were.
    Incomplete = 12,
    /// The inviter has earned as often as it may be.
    Limit = 13,
    /// What is given is no claim.
    BadClaim = 14,
}

impl Why {
    /// All, by number from 1.
    pub const ALL: [Why; 14] = [
        Why::BadToken,
        Why::BadSignature,
        Why::UnknownProgramme,
        Why::InFuture,
        Why::Expired,
        Why::Closed,
        Why::SelfInvite,
        Why::Loop,
        Why::NotNew,
        Why::OtherInviter,
        Why::TooLate,
        Why::Incomplete,
        Why::Limit,
        Why::BadClaim,
    ];

    /// The stable word.
    pub fn code(self) -> &'static str {
        match self {
            Why::BadToken => "bad_token",
            Why::BadSignature => "bad_signature",
            Why::UnknownProgramme => "unknown_programme",
            Why::InFuture => "in_future",
            Why::Expired => "expired",
            Why::Closed => "closed",
            Why::SelfInvite => "self_invite",
            Why::Loop => "loop",
            Why::NotNew => "not_new",
            Why::OtherInviter => "other_inviter",
            Why::TooLate => "too_late",
            Why::Incomplete => "incomplete",
            Why::Limit => "limit",
            Why::BadClaim => "bad_claim",
        }
    }
}

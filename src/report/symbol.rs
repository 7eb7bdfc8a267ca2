//! The keys of domains that are no hash of a name: bands by their lower bound, what became of offers by group, stages by number.

use crate::id::Key;
use crate::profile::week::Outcome;

/// Here in none of the days of the week before, but within four weeks.
pub const WEEKS_AGO: Key = Key(256);
/// Here before that.
pub const LONGER_AGO: Key = Key(257);
/// A list was shown, and nothing chosen from it.
pub const NOT_CHOSEN: Key = Key(0);
/// Where the campaign of an order stands; what it came to lies below.
const CAMPAIGN: u32 = 56;

/// What became of a group's offers: groups are families of coupons, or campaigns.
pub fn of_group(group: usize, outcome: Outcome) -> Key {
    Key((group as u64 + 1) << 8 | outcome as u64)
}

/// Orders of at least so much, in minor units below 2^53, of who took part in a campaign or in none.
pub fn of_order(campaign: Option<usize>, least: u64) -> Key {
    Key(campaign.map_or(0, |c| c as u64 + 1) << CAMPAIGN | least)
}

/// The group and outcome of a key that [`of_group`] made.
pub fn group_of(key: Key) -> Option<(usize, Outcome)> {
    let outcome = *Outcome::ALL.get(((key.0 & 255) as usize).checked_sub(1)?)?;
    Some((((key.0 >> 8) as usize).checked_sub(1)?, outcome))
}

/// The campaign and lower bound of a key that [`of_order`] made.
pub fn order_of(key: Key) -> (Option<usize>, u64) {
    (((key.0 >> CAMPAIGN) as usize).checked_sub(1), key.0 & ((1 << CAMPAIGN) - 1))
}

/// The band of a sorted domain that a number lies in: the largest key that is not above it, from `from` on.
pub(super) fn band(domain: &[Key], from: Key, at: Key) -> Option<Key> {
    domain.iter().rev().find(|k| **k <= at && **k >= from).copied()
}

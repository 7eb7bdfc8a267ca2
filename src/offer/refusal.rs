//! Why an offer was not applied, and what is missing to the next threshold.

use crate::money::Minor;

/// What is missing until an offer gives something, or gives more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// This much more in the offer's lines, in minor units, measured on the offer's own basis.
    Amount(Minor),
    /// This many more units in the offer's lines.
    Units(i64),
}

/// Why an offer was refused. The conditions come first, in the order in which they are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Its start lies ahead.
    NotStarted,
    /// Its end has passed.
    Expired,
    /// The time of day is outside its daily window.
    OutsideDailyWindow,
    /// The customer's tier is not among those allowed.
    Tier,
    /// It is for new customers.
    NotNewCustomer,
    /// It is for the birthday.
    NotBirthday,
    /// Its code was not entered.
    CodeMissing,
    /// The customer has used it as often as one may.
    UsageLimit,
    /// All customers together have used it as often as they may.
    TotalLimit,
    /// Too few people have joined the group.
    GroupIncomplete,
    /// No line of the cart is in its scope.
    NoMatchingItems,
    /// Too few units are in its scope.
    MinQty,
    /// The amount in its scope is below its threshold.
    BelowThreshold,
    /// It would save nothing.
    NoEffect,
    /// It would save more than is left of its budget.
    Budget,
    /// It works, and another set of offers is better.
    NotInBestCombination,
    /// The shop's own condition does not hold for whom the host quotes: checked last of the conditions.
    Condition,
    /// The shop has stopped it: checked before all else, as the next two are.
    Stopped,
    /// The shop's switch is stale, so it is not known whether it goes on.
    SwitchStale,
    /// It depends on the time, which cannot be trusted.
    TimeUncertain,
}

impl Refusal {
    /// The stable word, e.g. `below_threshold`.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotStarted => "not_started",
            Refusal::Expired => "expired",
            Refusal::OutsideDailyWindow => "outside_daily_window",
            Refusal::Tier => "tier",
            Refusal::NotNewCustomer => "not_new_customer",
            Refusal::NotBirthday => "not_birthday",
            Refusal::CodeMissing => "code_missing",
            Refusal::UsageLimit => "usage_limit",
            Refusal::TotalLimit => "total_limit",
            Refusal::GroupIncomplete => "group_incomplete",
            Refusal::NoMatchingItems => "no_matching_items",
            Refusal::MinQty => "min_qty",
            Refusal::BelowThreshold => "below_threshold",
            Refusal::NoEffect => "no_effect",
            Refusal::Budget => "budget",
            Refusal::NotInBestCombination => "not_in_best_combination",
            Refusal::Condition => "condition",
            Refusal::Stopped => "stopped",
            Refusal::SwitchStale => "switch_stale",
            Refusal::TimeUncertain => "time_uncertain",
        }
    }
}

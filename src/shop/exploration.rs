//! `[exploration]`: how much a shop's shelves explore.

use super::Shop;
use crate::error::{Code, Error, Result};
use crate::rank::{CERTAIN, Exploration, MOST_POOL, MOST_SHARE};
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[exploration]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ExplorationSection {
    share: Option<f64>,
    pool: Option<u32>,
    from: Option<u32>,
    /// A slot's own.
    slots: BTreeMap<String, SlotSection>,
}

/// `[exploration.slots.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SlotSection {
    share: Option<f64>,
    pool: Option<u32>,
    from: Option<u32>,
}

impl ExplorationSection {
    /// The settings, with `shipped` where there are none.
    pub(super) fn or(&self, shipped: &ExplorationSection) -> Result<Vec<(String, Exploration)>> {
        let own = SlotSection { share: self.share, pool: self.pool, from: self.from };
        let shipped = SlotSection { share: shipped.share, pool: shipped.pool, from: shipped.from };
        let all = own.or(&shipped);
        let mut list = vec![(String::new(), all.settings("exploration")?)];
        for (name, slot) in &self.slots {
            list.push((name.clone(), slot.or(&all).settings(&format!("exploration.slots.{name}"))?));
        }
        Ok(list)
    }
}

impl SlotSection {
    fn or(&self, other: &SlotSection) -> SlotSection {
        let (share, pool, from) = (self.share.or(other.share), self.pool.or(other.pool), self.from.or(other.from));
        SlotSection { share, pool, from }
    }

    fn settings(&self, name: &str) -> Result<Exploration> {
        let bad = |what: String| Err(Error::new(Code::BadConfig, format!("{name}: {what}")));
        let (share, pool) = (self.share.unwrap_or(0.0), self.pool.unwrap_or(0));
        let most = f64::from(MOST_SHARE) / f64::from(CERTAIN);
        if !(0.0..=most).contains(&share) {
            return bad(format!("share = {share} is not between 0 and {most}."));
        }
        if !(2..=MOST_POOL).contains(&pool) {
            return bad(format!("pool = {pool} is not between 2 and {MOST_POOL}."));
        }
        let share = libm::round(share * f64::from(CERTAIN)) as u32;
        if share > 0 && share < pool {
            return bad(format!("share is less than a millionth for each of {pool} candidates."));
        }
        Ok(Exploration { share, pool, from: self.from.unwrap_or(0) })
    }
}

impl Shop {
    /// How a slot explores, whether it does or not.
    pub fn exploration(&self, slot: &str) -> Exploration {
        let named = |name: &str| self.explorations.iter().find(|(s, _)| s == name).map(|(_, e)| *e);
        named(slot).or_else(|| named("")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::rank::{Exploration, Explorations};
    use crate::shop::config::ShopConfig;

    #[test]
    fn nothing_explores_as_shipped_and_a_slot_has_its_own() {
        let of = |text: &str| Explorations::new(&ShopConfig::parse(text).and_then(|c| c.explorations()).expect(text));
        assert_eq!(of("").of("home"), None);
        let some = of("[exploration]\npool = 4\n[exploration.slots.home]\nshare = 0.05\n");
        assert_eq!(some.of("home"), Some(Exploration { share: 50_000, pool: 4, from: 1 }));
        assert_eq!(some.of("cart"), None);
        let all = of("[exploration]\nshare = 0.2\nfrom = 3\n[exploration.slots.cart]\nshare = 0.0\n");
        assert_eq!(all.of("home"), Some(Exploration { share: 200_000, pool: 10, from: 3 }));
        assert_eq!(all.of("cart"), None);
    }
}

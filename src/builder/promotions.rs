//! What a pack says of how offers are put forward, of what campaigns grant, and of what is said on which occasion.

use crate::id::Key;
use crate::insight::learn::{Learning, PRIORS, Tally, creative_arm, kind_arm};
use crate::insight::promote::Promoting;
use crate::offer::grant;
use crate::pack::{PackWriter, Tag};
use crate::shop::{MarketOffers, Shop};

/// Adds the sections, where a shop wants anything but all offers in its order.
pub(super) fn add(shop: &Shop, out: &mut PackWriter) {
    let promoting = &shop.promotions.promoting;
    if *promoting != Promoting::default() {
        out.add(Tag::PROMOTING, 0, promoting.response.len(), promoting.write());
    }
    if let Some(priors) = shop.promotions.priors {
        for (market, offers) in (0..).zip(&shop.offers).filter(|(_, m)| !m.offers.list().is_empty()) {
            out.add(Tag::LEARNING, market, offers.offers.list().len(), learning(offers, priors).write());
        }
    }
    for (market, offers) in (0..).zip(&shop.offers).filter(|(_, m)| !m.grants.is_empty()) {
        out.add(Tag::GRANT, market, offers.grants.len(), grant::write(&offers.grants));
    }
    for (market, care) in (0..).zip(&shop.care).filter(|(_, c)| !c.messages.is_empty() || !c.levels.is_empty()) {
        out.add(Tag::CARE, market, care.messages.len(), care.write());
    }
}

/// What answers to each offer of a market teach, and what each may be shown with.
fn learning(market: &MarketOffers, priors: [Tally; PRIORS]) -> Learning {
    let list = market.offers.list();
    let key = |i: usize| Key::promotion(&list[i].id);
    let mut arms: Vec<(Key, Key)> = list.iter().enumerate().map(|(i, p)| (key(i), kind_arm(p.kind.code()))).collect();
    let all = market.creatives.iter().flatten().map(|name| creative_arm(name));
    arms.extend(all.map(|arm| (arm, arm)));
    arms.sort_unstable();
    arms.dedup();
    let creatives = market.creatives.iter().enumerate().filter(|(_, names)| !names.is_empty());
    Learning { arms, priors, creatives: creatives.map(|(i, names)| (key(i), names.clone())).collect() }
}

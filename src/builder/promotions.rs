//! What a pack says of how offers are put forward, of what campaigns grant, and of what is said on which occasion.

use crate::insight::promote::Promoting;
use crate::offer::grant;
use crate::pack::{PackWriter, Tag};
use crate::shop::Shop;

/// Adds the sections, where a shop wants anything but all offers in its order.
pub(super) fn add(shop: &Shop, out: &mut PackWriter) {
    let promoting = &shop.promotions.promoting;
    if *promoting != Promoting::default() {
        out.add(Tag::PROMOTING, 0, promoting.response.len(), promoting.write());
    }
    for (market, offers) in (0..).zip(&shop.offers).filter(|(_, m)| !m.grants.is_empty()) {
        out.add(Tag::GRANT, market, offers.grants.len(), grant::write(&offers.grants));
    }
    for (market, care) in (0..).zip(&shop.care).filter(|(_, c)| !c.messages.is_empty() || !c.levels.is_empty()) {
        out.add(Tag::CARE, market, care.messages.len(), care.write());
    }
}

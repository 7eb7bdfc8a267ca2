//! What is said of products, as a section of the pack.

use crate::codec::Writer;
use crate::pack::{PackWriter, Tag};
use crate::shop::Shop;

/// Adds the section, where the shop says anything.
pub(super) fn add(shop: &Shop, out: &mut PackWriter) {
    if shop.selling.is_empty() {
        return;
    }
    let mut w = Writer::new();
    let list = |w: &mut Writer, texts: &[String]| {
        w.count(texts.len());
        texts.iter().for_each(|t| w.str(t));
    };
    w.u32(shop.selling_scene);
    w.count(shop.selling.len());
    for point in &shop.selling {
        w.str(&point.id);
        w.u8(point.kind);
        w.bytes(&point.speakers);
        // A language without words of its own has those of the first that has any.
        let first = point.texts.iter().find(|t| !t.is_empty());
        let texts: Vec<String> =
            point.texts.iter().map(|t| if t.is_empty() { first.unwrap_or(t) } else { t }.clone()).collect();
        list(&mut w, &texts);
        w.count(point.conditions.len());
        point.conditions.iter().for_each(|any| list(&mut w, any));
        point.about.iter().for_each(|names| list(&mut w, names));
    }
    out.add(Tag::SELLING, 0, shop.selling.len(), w.finish());
}

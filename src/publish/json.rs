//! The comparison as JSON, for what runs after the command.

use super::baseline::{Check, Refusal};
use super::diff::{Changes, Facts, Named, PackDiff};
use super::market::{AvailabilityDiff, MarketDiff, PriceDiff};
use super::quality::{Basis, Measure, Quality};
use super::section::SectionSize;
use crate::catalog::Availability;
use serde_json::{Map, Value, json};

impl Facts {
    /// As JSON.
    pub fn json(&self) -> Value {
        json!({ "version": self.version, "shop": self.shop, "support": self.support, "days": self.days.map(|(a, b)| [a, b]),
                "markets": self.markets, "languages": self.languages, "bytes": self.bytes })
    }
}

impl Basis {
    /// A stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Basis::Unseen => "unseen",
            Basis::Unknown => "unknown",
            Basis::Seen => "seen",
        }
    }
}

impl SectionSize {
    /// As JSON.
    pub fn json(&self) -> Value {
        let (tag, key) = self.section.map_or(("whole".into(), Value::Null), |(tag, key)| (tag.name(), json!(key)));
        let size =
            |s: Option<(usize, usize)>| s.map_or(Value::Null, |(raw, brotli)| json!({ "raw": raw, "brotli": brotli }));
        json!({ "tag": tag, "key": key, "old": size(self.old), "new": size(self.new), "same": self.is_same })
    }
}

impl PackDiff {
    /// As JSON.
    pub fn json(&self) -> Value {
        let details: Map<String, Value> = self.details.iter().map(|(name, n)| (name.clone(), json!(n))).collect();
        let table = |t: &super::table::TableDiff| {
            json!({ "name": t.name, "pairs": pair(t.pairs), "products": pair(t.products), "lost_all_neighbours": t.lost,
                    "had_neighbours": t.had, "overlap": t.overlap })
        };
        let worth = |w: &super::table::WorthDiff| json!({ "component": w.component, "old": w.old, "new": w.new });
        let setting = |(name, old, new): &(&str, String, String)| json!({ "name": name, "old": old, "new": new });
        json!({
            "old": self.old.json(), "new": self.new.json(),
            "products": changes(&self.products), "still_known": self.still_known, "variants": changes(&self.variants),
            "details": details,
            "markets": self.markets.iter().map(market).collect::<Vec<_>>(),
            "tables": self.tables.iter().map(table).collect::<Vec<_>>(),
            "worth": self.worth.iter().map(worth).collect::<Vec<_>>(),
            "settings": self.settings.iter().map(setting).collect::<Vec<_>>(),
        })
    }
}

impl Check {
    /// As JSON.
    pub fn json(&self) -> Value {
        let refusal = |r: &Refusal| json!({ "code": r.code(), "text": r.text() });
        json!({ "diff": self.diff.json(), "quality": self.quality.as_ref().map(quality),
                "refusals": self.refusals.iter().map(refusal).collect::<Vec<_>>() })
    }
}

fn pair((old, new): (usize, usize)) -> Value {
    json!({ "old": old, "new": new })
}

fn named(list: &[Named]) -> Value {
    list.iter().map(|n| json!({ "id": n.id, "title": n.title })).collect()
}

fn changes(c: &Changes) -> Value {
    json!({ "old": c.old, "new": c.new, "added": c.added, "removed": c.removed,
            "added_examples": named(&c.added_examples), "removed_examples": named(&c.removed_examples) })
}

fn market(m: &MarketDiff) -> Value {
    let of = |m: &Option<crate::catalog::Market>| {
        m.as_ref().map(|m| json!({ "currency": m.currency, "exponent": m.exponent }))
    };
    json!({ "code": m.code, "old": of(&m.old), "new": of(&m.new), "prices": m.prices.as_ref().map(prices),
            "availability": m.availability.as_ref().map(availability), "offers": changes(&m.offers), "offers_changed": m.offers_changed })
}

fn prices(p: &PriceDiff) -> Value {
    let change = |c: &super::market::PriceChange| json!({ "id": c.variant.id, "title": c.variant.title, "old": c.old, "new": c.new });
    // A ratio over nothing has no number.
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
    json!({ "compared": p.compared, "up": p.up, "down": p.down, "gained": p.gained, "lost": p.lost,
            "median": finite(p.median), "median_change": finite(p.median_change),
            "largest": p.largest.iter().map(change).collect::<Vec<_>>() })
}

fn availability(a: &AvailabilityDiff) -> Value {
    let moved = |((from, to), n): (&(Availability, Availability), &usize)| json!({ "from": from.code(), "to": to.code(), "variants": n });
    json!({ "moves": a.moves.iter().map(moved).collect::<Vec<_>>(), "buyable": changes(&a.buyable),
            "sold": a.sold, "no_longer_sold": a.no_longer_sold })
}

fn quality(q: &Quality) -> Value {
    let measure =
        |m: &Measure| json!({ "old": m.old, "new": m.new, "difference": m.difference.map(|i| [i.low, i.high]) });
    json!({ "basis": q.basis.code(), "steps": q.steps, "shoppers": q.shoppers, "hr20": measure(&q.hr), "mrr20": measure(&q.mrr) })
}

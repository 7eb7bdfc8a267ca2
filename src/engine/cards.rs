//! Cards: content and activities, in the order of the tastes for what they are about. `manual/cards.md` tells the formula.

use super::{Engine, Shelf};
use crate::catalog::Described;
use crate::codec::Reader;
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::order::Arrange;
use crate::pack::Tag;
use crate::rank::{Component, ONE, Part, Ranking, Served, Subject, UNIT, unit};
use crate::time::{HOUR, Millis};
use alloc::vec;
use alloc::vec::Vec;

/// Largest list.
const MOST: usize = 200;
/// After so many half-lives nothing is left of being new.
const FADED: i64 = 16;

/// A card that is listed now.
struct Card {
    place: u32,
    key: Key,
    start: f64,
    plain: u32,
    /// Its products, and a described row for each of its topics and brands.
    rows: Vec<Row>,
}

impl Engine {
    /// Cards of the pack: content, or the activities of the present market. An item's `given` is the card's place in its section; neutral, and where
    /// nothing is known of the shopper, they stand in the pack's order. What has started stands before what is to come.
    ///
    /// # Errors
    ///
    /// `pack_malformed`.
    pub fn cards(&mut self, now: Millis, activities: bool, neutral: bool, limit: usize, exclude: &[&str]) -> Result<Shelf> {
        let now = self.tick(now).to_f64();
        let key = if activities { 1 + self.catalog.market_index() as u32 } else { 0 };
        let (mut cards, mut about, mut recent, mut half_life) = (Vec::new(), Vec::new(), 0, 1);
        if let Some(bytes) = self.catalog.pack().section(Tag::CARD, key) {
            let mut r = Reader::new(bytes);
            let len = self.catalog.len() as u32;
            let n = r.count(48) as u32;
            for place in 0..n {
                let id = r.str();
                let (_kind, _style) = (r.str(), r.str());
                for _ in 0..r.count(4) {
                    r.str();
                }
                let (start, end, shown, plain) = (r.f64(), r.f64(), r.f64(), r.u32());
                let mut rows = Vec::new();
                for brands in [false, true] {
                    for _ in 0..r.count(4) {
                        let number = Some(r.u32());
                        let row = Row(len + n + about.len() as u32);
                        let (category, brand) = if brands { (None, number) } else { (number, None) };
                        about.push(Described { row, category, brand });
                        rows.push(row);
                    }
                }
                for _ in 0..r.count(4) {
                    rows.extend(self.catalog.find(r.str()).map(|f| f.row));
                }
                // NaN is no limit.
                if !(shown > now || end <= now || exclude.contains(&id)) {
                    cards.push(Card { place, key: Key::product(id), start, plain, rows });
                }
            }
            (recent, half_life) = (r.u32(), i64::from(r.u32()).max(1));
            r.end().map_err(|_| Error::new(Code::PackMalformed, "section CARD cannot be read."))?;
            let known = |d: &Described| {
                d.category.is_none_or(|c| (c as usize) < self.catalog.category_count())
                    && d.brand.is_none_or(|b| (b as usize) < self.catalog.brand_count())
            };
            if !about.iter().all(known) {
                return Err(Error::new(Code::PackMalformed, "section CARD names what is not there."));
            }
        }
        self.catalog.describe(about);
        let mut rows: Vec<Row> = Vec::new();
        for row in cards.iter().flat_map(|c| &c.rows) {
            if !rows.contains(row) {
                rows.push(*row);
            }
        }
        let ranked = match self.consent.may_personalize().filter(|_| !neutral) {
            Some(allowed) => self.ranker.rank(&self.catalog, Some(&self.portrait.view(&allowed)), &rows),
            None => Ranking::default(),
        };
        let mut best = if ranked.personal { ranked.items } else { Vec::new() };
        // Where a product stands in a list of one's own making says nothing.
        for item in &mut best {
            item.parts.retain(|p| p.component != Component::Given);
        }
        let mut list: Vec<(bool, i64, u32, Served)> = Vec::new();
        for card in &cards {
            let rated = best.iter().filter(|s| card.rows.contains(&s.row)).rev().max_by_key(|s| sum(&s.parts));
            let mut parts = rated.map_or(Vec::new(), |s| s.parts.clone());
            let age = Millis((now - card.start) as i64);
            let new = u64::from(recent) * left(age.0 / HOUR, half_life);
            for (component, value) in [(Component::New, new >> 16), (Component::Popular, u64::from(card.plain))] {
                let value = (value as i64) * (UNIT / i64::from(ONE));
                if value > 0 {
                    parts.push(Part { component, value, from: vec![(Subject::None, value)] });
                }
            }
            let score = sum(&parts);
            let row = Row(self.catalog.len() as u32 + card.place);
            let order = if ranked.personal { -score } else { 0 };
            list.push((card.start > now, order, card.place, Served { row, score: unit(score), parts }));
        }
        list.arrange_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        list.truncate(limit.clamp(1, MOST));
        let others = list.iter().filter_map(|l| cards.iter().find(|c| c.place == l.2).map(|c| (c.key, l.3.row))).gather();
        let items = list.into_iter().map(|l| l.3).gather();
        Ok(self.keep(Ranking { items, personal: ranked.personal, ..Ranking::default() }, others, None))
    }
}

fn sum(parts: &[Part]) -> i64 {
    parts.iter().map(|p| p.value).sum()
}

/// What is left of one, in 1/65536, after a time: a half after each half-life, on straight lines between.
fn left(hours: i64, half_life: i64) -> u64 {
    let whole = hours.max(0) / half_life;
    if whole >= FADED {
        return 0;
    }
    let high = i64::from(ONE) >> whole;
    (high - high / 2 * (hours.max(0) % half_life) / half_life) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn being_new_halves_with_each_half_life_and_never_rises() {
        assert_eq!([-5, 0, 24, 36, 48, 24 * 16].map(|h| left(h, 24)), [65_536, 65_536, 32_768, 24_576, 16_384, 0]);
        assert!((1..800).all(|h| left(h, 24) <= left(h - 1, 24)));
        assert_eq!(left(i64::MAX, 1), 0);
    }
}

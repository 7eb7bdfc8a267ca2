//! Categories that the shop calls sensitive: nothing of them is known without consent to that.

use super::Engine;
use crate::codec::Reader;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use alloc::vec::Vec;

/// The keys in section `SENS`, sorted.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Key>> {
    let mut r = Reader::new(bytes);
    let mut keys = Vec::new();
    if !bytes.is_empty() {
        for _ in 0..r.count(8) {
            keys.push(Key(r.u64()));
        }
    }
    r.check().map_err(|_| Error::new(Code::PackMalformed, "section SENS cannot be read."))?;
    Ok(keys)
}

impl Engine {
    /// False for a category that is sensitive, where there is no consent to that.
    pub(super) fn may_know(&self, category: Key) -> bool {
        self.consent.may_be_sensitive() || self.sensitive.binary_search(&category).is_err()
    }

    /// What is sensitive goes without consent to that: what was declared, and what is known of categories and their products. A product is of the category that
    /// this pack has it in.
    pub(super) fn settle_sensitive(&mut self) {
        self.settle_declared();
        let Some(allowed) = self.consent.may_personalize() else { return };
        if self.sensitive.is_empty() || self.consent.may_be_sensitive() {
            return;
        }
        let (keys, catalog) = (&self.sensitive, &self.catalog);
        let category = |key| keys.binary_search(&key).is_ok();
        let product = |key| {
            let of = catalog.find_key(key).and_then(|found| catalog.category(found.row));
            of.is_some_and(|c| category(catalog.category_key(c)))
        };
        self.portrait.leave_out(&allowed, &category, &product);
        // Reasons of earlier lists may have been drawn from it.
        self.forget_lists();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Request;
    use crate::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
    use crate::pack::{Pack, PackWriter, Tag};
    use crate::privacy::consent::{Consent, Tri};
    use crate::profile::Dimension;
    use crate::time::Millis;
    use alloc::string::{String, ToString};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Millis = Millis(1_760_000_000_000);

    /// The first pack with the category of one of its products called sensitive.
    fn shelf(sensitive: &str) -> Engine {
        let bytes = include_bytes!("../../tests/compat/pack-v1.pack").to_vec();
        let pack = Pack::open(bytes.clone()).expect("a pack");
        let plain = Engine::open(bytes).expect("a shelf");
        let row = plain.catalog().find(sensitive).expect("a product").row;
        let key = plain.catalog().category_key(plain.catalog().category(row).expect("a category"));
        let mut out = PackWriter::new();
        for s in pack.sections() {
            out.add(s.tag, s.key, s.entries as usize, pack.section(s.tag, s.key).expect("there").to_vec());
        }
        out.add(Tag::SENSITIVE, 0, 1, [1_u32.to_le_bytes().as_slice(), &key.0.to_le_bytes()].concat());
        Engine::open(out.finish().expect("a pack")).expect("a shelf")
    }

    fn track(shelf: &mut Engine, name: &'static str, ids: &[&str]) -> (u32, u32) {
        let item = |id| RawItem { id, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
        let items = ids.iter().map(|id| item(*id)).collect();
        let details = RawDetails { order: if name == "purchase" { "T1" } else { "" }, ..RawDetails::default() };
        let done = shelf.track(NOW, &[RawEvent { name, event_id: "", at: f64::NAN, items, details }]);
        (done.accepted, done.dropped)
    }

    /// An id of another category than the dress.
    fn other(shelf: &Engine) -> String {
        let c = shelf.catalog();
        let dress = c.category(c.find("10001").expect("the dress").row);
        let row = (0..c.len() as u32).map(crate::id::Row).find(|r| c.category(*r) != dress).expect("another");
        c.id(row).to_string()
    }

    #[test]
    fn nothing_of_a_sensitive_category_is_taken_in_without_consent_to_that() {
        let mut shelf = shelf("10001");
        let other = other(&shelf);
        shelf.set_consent(Consent { sensitive: Tri::Undecided, ..Consent::all() });
        assert_eq!(track(&mut shelf, "view_item", &["10001"]), (0, 1));
        assert_eq!(track(&mut shelf, "purchase", &["10001", &other]), (1, 0), "the rest of an event counts");
        let portrait = shelf.portrait(NOW);
        assert_eq!(portrait.events, 1);
        assert!(portrait.traits[Dimension::Item as usize].iter().all(|t| t.key == other));
        assert_eq!(shelf.diagnostics().iter().find(|d| d.0 == "item_sensitive"), Some(&("item_sensitive", 2)));
        shelf.set_consent(Consent::all());
        assert_eq!(track(&mut shelf, "view_item", &["10001"]), (1, 0));
    }

    #[test]
    fn what_is_forgotten_is_in_no_memory_that_calls_work_in() {
        let fresh = alloc::format!("{:?}", shelf("10001").ranker);
        for forget in [Engine::forget, Engine::sign_out, Engine::settle_sensitive] {
            let mut shelf = shelf("10001");
            shelf.set_consent(Consent::all());
            track(&mut shelf, "view_item", &["10001"]);
            assert!(!shelf.recommend(NOW, &Request::default()).items.is_empty());
            assert_ne!(alloc::format!("{:?}", shelf.ranker), fresh);
            shelf.set_consent(Consent { sensitive: Tri::Undecided, ..Consent::all() });
            forget(&mut shelf);
            assert_eq!(alloc::format!("{:?}", shelf.ranker), fresh);
        }
    }

    #[test]
    fn a_withdrawal_takes_out_what_was_known_and_leaves_the_rest() {
        let (mut shelf, mut plain) = (shelf("10001"), shelf("10001"));
        let other = other(&shelf);
        for one in [&mut shelf, &mut plain] {
            one.set_consent(Consent::all());
        }
        for name in ["view_item", "add_to_cart", "purchase", "not_interested"] {
            track(&mut shelf, name, &["10001"]);
        }
        track(&mut shelf, "view_item", &[&other]);
        let kept = shelf.snapshot().expect("allowed");
        shelf.set_consent(Consent { sensitive: Tri::No, ..Consent::all() });
        let names = |shelf: &mut Engine| {
            let p = shelf.portrait(NOW);
            let mut all: Vec<String> = [Dimension::Item, Dimension::Category, Dimension::Topic]
                .iter()
                .flat_map(|d| p.traits[*d as usize].iter().map(|t| t.key.to_string()))
                .collect();
            all.extend(p.visit.iter().cloned());
            all
        };
        let dress = shelf.catalog().find("10001").expect("the dress").row;
        let path = shelf.catalog().category_path(shelf.catalog().category(dress).expect("a category")).to_string();
        let left = names(&mut shelf);
        assert!(left.contains(&other) && !left.contains(&"10001".to_string()) && !left.contains(&path), "{left:?}");
        // What was kept with the consent is not let in without it.
        plain.set_consent(Consent { sensitive: Tri::Undecided, ..Consent::all() });
        plain.restore(&kept).expect("its own");
        assert_eq!(names(&mut plain), left);
        let key = shelf.catalog().key(dress).0.to_le_bytes();
        let bytes = shelf.snapshot().expect("allowed");
        assert!(!bytes.windows(8).any(|w| w == key), "nor in what is kept");
    }
}

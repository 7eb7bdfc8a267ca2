//! Scenes: what a shop lifts when and where, by the host's word. `manual/scenes.md` tells what they are.

use super::component::Component;
use super::explain::{Part, Subject};
use super::score::UNIT;
use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::id::Row;
use crate::pack::Tag;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Bits of a lift in the pack after the point.
const LIFT_BITS: u32 = 16;

/// What a lift is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A category and what lies below it, by number.
    Category(u32),
    /// A tag.
    Tag(String),
    /// A product.
    Product(Row),
}

/// A lift of a scene that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lift {
    /// The scene, by its place in the pack.
    pub scene: u32,
    /// What is lifted.
    pub what: What,
    /// By how much, in 2^-20.
    pub by: i64,
}

/// The names of a pack's scenes, and what those lift that hold when a host said these texts. What the pack's own products do not have is left out.
pub fn scenes<'a>(catalog: &'a Catalog, said: &[&str]) -> (Vec<&'a str>, Vec<Lift>) {
    let mut r = Reader::new(catalog.pack().section(Tag::SCENE, 0).unwrap_or(&[]));
    let (mut names, mut lifts) = (Vec::new(), Vec::new());
    for scene in 0..r.count(12) as u32 {
        names.push(r.str());
        let mut holds = true;
        for _ in 0..r.count(4) {
            let mut one = false;
            for _ in 0..r.count(4) {
                one |= said.contains(&r.str());
            }
            holds &= one;
        }
        for _ in 0..r.count(9) {
            let (what, key, by) = (r.u8(), r.str(), i64::from(r.i32()));
            let what = match what {
                0 => catalog.category_named(key).map(What::Category),
                1 => Some(What::Tag(key.to_string())),
                _ => catalog.find(key).map(|f| What::Product(f.row)),
            };
            if let (true, Some(what)) = (holds, what) {
                lifts.push(Lift { scene, what, by: by * (UNIT >> LIFT_BITS) });
            }
        }
    }
    (names, lifts)
}

/// The products that lifts name.
pub(super) fn products(lifts: &[Lift]) -> impl Iterator<Item = Row> {
    lifts.iter().filter_map(|l| if let What::Product(row) = l.what { Some(row) } else { None })
}

/// What a product is lifted by, and by which scene.
pub(super) fn part(catalog: &Catalog, lifts: &[Lift], row: Row) -> Part {
    let (mut value, mut from) = (0, Vec::<(Subject, i64)>::new());
    for lift in lifts {
        let is_it = match &lift.what {
            What::Category(c) => catalog.is_in(row, *c),
            What::Tag(tag) => catalog.tags(row).any(|t| t == tag),
            What::Product(product) => *product == row,
        };
        if is_it && lift.by != 0 {
            value += lift.by;
            // Lifts of one scene stand together.
            let subject = Subject::Scene(lift.scene);
            match from.last_mut().filter(|(s, _)| *s == subject) {
                Some((_, sum)) => *sum += lift.by,
                None => from.push((subject, lift.by)),
            }
        }
    }
    Part { component: Component::Scene, value, from }
}

//! What is said of a product first: texts of the shop in the order in which they speak to this shopper, here and now
//! ([`manual/selling-points.md`](crate::manual::selling_points)). In thousandths.

use super::promote::Speaking;
use crate::codec::{Malformed, Reader};
use crate::order::Arrange;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Kinds of selling points, in the order of their numbers.
pub const KINDS: &str = "selling_point scene review";

/// The most that a scene may add, in thousandths.
pub const MOST_SCENE: u32 = 2_000;

/// A text about the product that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point<'a> {
    /// Names it.
    pub id: &'a str,
    /// The number of its kind.
    pub kind: u8,
    /// Its words in the language looked at.
    pub text: &'a str,
    /// The number of what speaks most for it; 0 where nothing of the shopper does.
    pub speaker: u8,
    /// How much that gives.
    pub said: i32,
    /// What the host said that met its last condition; empty where the scene does not hold, or there is none.
    pub scene: &'a str,
    /// How much that adds.
    pub lifted: i32,
}

/// Who asks, and about what.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The product's id, the paths of its category and of those above it, its brand.
    pub about: [&'a [&'a str]; 3],
    /// What is understood of the shopper; `None` where nobody is looked at.
    pub speaking: Option<&'a Speaking>,
    /// What the host says of the scene: `weather=rain`.
    pub scene: &'a [&'a str],
    /// Place of the language looked at.
    pub language: usize,
}

/// The points of a section that are about the product, the one that speaks most first; of equals what is said of the product, then of its nearest category,
/// then of its brand, then in the order of the file.
///
/// # Errors
///
/// When the section ends early.
pub fn points<'a>(section: &'a [u8], wanted: &Wanted<'a>) -> Result<Vec<Point<'a>>, Malformed> {
    let mut r = Reader::new(section);
    let scene = r.u32().min(MOST_SCENE) as i32;
    let mut found = Vec::new();
    for _ in 0..r.count(32) {
        let (id, kind, speakers) = (r.str(), r.u8(), r.bytes());
        let mut text = "";
        for i in 0..r.count(4) {
            let own = r.str();
            if i == 0 || i == wanted.language {
                text = own;
            }
        }
        let (mut met, mut held) = (r.count(4), "");
        let mut holds = met > 0;
        while met > 0 {
            met -= 1;
            let mut here = "";
            for _ in 0..r.count(4) {
                let said = r.str();
                if wanted.scene.contains(&said) {
                    here = said;
                }
            }
            holds &= !here.is_empty();
            held = here;
        }
        // How near what it is said of is to the product: itself, its categories upwards, its brand.
        let (mut nearest, mut steps) = (u32::MAX, 0);
        for names in wanted.about {
            for _ in 0..r.count(4) {
                let name = r.str();
                if let Some(at) = names.iter().position(|n| *n == name) {
                    nearest = nearest.min(steps + at as u32);
                }
            }
            steps += 1 << 16;
        }
        r.check()?;
        if nearest == u32::MAX {
            continue;
        }
        let mut point = Point { id, kind, text, speaker: 0, said: 0, scene: "", lifted: 0 };
        if holds && scene > 0 {
            (point.scene, point.lifted) = (held, scene);
        }
        for speaker in speakers {
            let said = wanted.speaking.map_or(0, |s| s.value(*speaker)).clamp(0, 1000);
            if said > point.said {
                (point.speaker, point.said) = (*speaker, said);
            }
        }
        found.push((nearest, point));
    }
    r.end()?;
    found.arrange_by_key(|(nearest, p)| (Reverse(p.said + p.lifted), *nearest));
    let mut points = Vec::with_capacity(found.len());
    found.iter().for_each(|(_, p)| points.push(*p));
    Ok(points)
}

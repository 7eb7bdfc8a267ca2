//! What is said of a product first.

use super::{Asked, Engine};
use crate::error::{Code, Error, Result};
use crate::insight::insights;
use crate::insight::promote::{Promoting, Speaking};
use crate::insight::selling::{Point, Wanted, points};
use crate::pack::Tag;
use crate::time::Millis;
use alloc::vec::Vec;

impl Engine {
    /// What the shop has to say of a product, what speaks most to this shopper first. `scene` is what the host says of time and place, as in `weather=rain`. With
    /// `neutral`, and without consent to personalize, nobody is looked at. Nothing for a product that the pack does not have.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the section cannot be read.
    pub fn selling_points<'s>(
        &'s mut self,
        now: Millis,
        (zone, neutral): (i16, bool),
        product: &str,
        scene: &'s [&'s str],
        look: &mut dyn FnMut(&[Point<'_>]),
    ) -> Result<()> {
        let mut speaking = None;
        if !neutral {
            self.questioned(now, Asked { zone, ..Asked::default() }, &mut |_, ask| {
                speaking = Some(Speaking::of(&insights(ask), &Promoting::default()));
            })?;
        }
        // What is not open is asked for.
        let Some(found) = self.find(product) else { return Ok(()) };
        let c = &self.catalog;
        let Some(section) = c.pack().section(Tag::SELLING, 0) else { return Ok(()) };
        let row = found.row;
        let mut paths = Vec::new();
        if let Some(category) = c.category(row) {
            c.category_chain(category).for_each(|category| paths.push(c.category_path(category)));
        }
        let brand = c.brand(row).map(|brand| c.brand_name(brand));
        let wanted = Wanted {
            about: [&[c.id(row)], &paths, brand.as_slice()],
            speaking: speaking.as_ref(),
            scene,
            language: c.language_index(),
        };
        let wrong = |_| Error::new(Code::PackMalformed, "section SELL cannot be read.");
        look(&points(section, &wanted).map_err(wrong)?);
        Ok(())
    }
}

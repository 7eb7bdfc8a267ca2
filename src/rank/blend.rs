//! What the builder tuned: a weight for each component, and how fast a visit's earlier steps fade.

use super::component::{COMPONENTS, Component};
use super::curve::Curves;
use crate::codec::{Malformed, Reader, Writer};
use alloc::vec::Vec;

/// One in the fixed point of weights and decays.
pub const ONE: u32 = 1 << 16;
/// The largest weight, 16.
const LARGEST: u32 = 16 * ONE;

/// Component weights and decays, in 1/65536.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blend {
    /// Weight of each component, by its number.
    pub weight: [u32; COMPONENTS],
    /// How much a step counts for `next_visit`, against the step after it.
    pub next_decay: u32,
    /// The same for `together`.
    pub together_decay: u32,
    /// The same for `together_visit`.
    pub together_visit_decay: u32,
    /// The same for `again`.
    pub again_decay: u32,
    /// What evidence is worth, where the builder learnt it; else the weights alone say it.
    pub curves: Curves,
    /// Leave out what this visit has seen already: for logs in which nothing repeats.
    pub hide_seen: bool,
}

impl Default for Blend {
    /// An even blend, for a pack that was not tuned.
    fn default() -> Blend {
        let mut weight = [ONE; COMPONENTS];
        for (component, w) in [
            (Component::Again, ONE / 4),
            (Component::History, ONE / 4),
            (Component::Category, ONE / 4),
            (Component::Brand, ONE / 8),
            (Component::Popular, ONE / 16),
            (Component::Given, ONE / 4),
            (Component::Return, ONE / 4),
            (Component::Similar, ONE / 4),
            (Component::Recent, 0),
            (Component::Embedding, ONE / 4),
            (Component::Price, ONE / 16),
        ] {
            weight[component as usize] = w;
        }
        Blend {
            weight,
            next_decay: ONE / 2,
            together_decay: ONE * 3 / 10,
            together_visit_decay: ONE * 9 / 10,
            again_decay: ONE * 8 / 10,
            hide_seen: false,
            curves: Curves::default(),
        }
    }
}

impl Blend {
    /// As the pack's record.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.count(COMPONENTS);
        self.weight.iter().for_each(|x| w.u32(*x));
        for d in [self.next_decay, self.together_decay, self.together_visit_decay, self.again_decay] {
            w.u32(d);
        }
        w.u8(u8::from(self.hide_seen));
        self.curves.write(&mut w);
        w.finish()
    }

    /// From the pack's record. Components the record does not know weigh nothing; those it alone knows are skipped.
    ///
    /// # Errors
    ///
    /// When the record ends early.
    pub fn read(bytes: &[u8]) -> Result<Blend, Malformed> {
        let mut r = Reader::new(bytes);
        let mut blend = Blend { weight: [0; COMPONENTS], ..Blend::default() };
        for i in 0..r.count(4) {
            let w = r.u32();
            if let Some(slot) = blend.weight.get_mut(i) {
                *slot = w.min(LARGEST);
            }
        }
        for slot in
            [&mut blend.next_decay, &mut blend.together_decay, &mut blend.together_visit_decay, &mut blend.again_decay]
        {
            *slot = r.u32().min(ONE);
        }
        blend.hide_seen = r.u8() != 0;
        // Packs from before there were curves end here.
        if r.left() > 0 {
            blend.curves = Curves::read(&mut r)?;
        }
        r.check()?;
        Ok(blend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_blend_survives_its_record_and_is_bounded() {
        let blend = Blend { hide_seen: true, next_decay: 7, ..Blend::default() };
        assert_eq!(Blend::read(&blend.write()), Ok(blend.clone()));
        let wild = Blend { weight: [u32::MAX; COMPONENTS], next_decay: u32::MAX, ..blend };
        let read = Blend::read(&wild.write()).expect("a record");
        assert_eq!((read.weight, read.next_decay), ([LARGEST; COMPONENTS], ONE));
        assert_eq!(Blend::read(&[]), Err(Malformed));
    }
}

//! Rehearsals: the same pack and view for a while without what is known of the shopper and of overlays, to decide once more what was
//! decided.

use super::{Engine, Kept};
use crate::catalog::Lives;
use crate::event::clean::Drop;
use crate::profile::Portrait;
use crate::time::Millis;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::mem::swap;

/// All that a shelf knows beyond its pack, its view and consent.
#[derive(Debug, Clone)]
pub(super) struct Known {
    portrait: Portrait,
    clock: Millis,
    served: VecDeque<Kept>,
    last_served: u32,
    dropped: [u32; Drop::COUNT],
    lives: Lives,
}

impl Engine {
    /// Begins a rehearsal, in which nothing is known, no overlay holds and whatever is learnt is forgotten, or ends it: then everything is as
    /// it was, but for the view. Withdrawal and [`forget`](Engine::forget) reach what waits for the end.
    pub fn rehearse(&mut self, on: bool) {
        if on == self.rehearsal.is_some() {
            return;
        }
        let mut known = self.rehearsal.take().unwrap_or_else(|| {
            Box::new(Known {
                portrait: Portrait::new(self.config.clone()),
                clock: Millis(i64::MIN),
                served: VecDeque::new(),
                last_served: 0,
                dropped: [0; Drop::COUNT],
                lives: Lives::default(),
            })
        });
        self.catalog.swap_lives(&mut known.lives);
        swap(&mut self.portrait, &mut known.portrait);
        swap(&mut self.clock, &mut known.clock);
        swap(&mut self.served, &mut known.served);
        swap(&mut self.last_served, &mut known.last_served);
        swap(&mut self.dropped, &mut known.dropped);
        if on {
            self.rehearsal = Some(known);
        }
    }
}

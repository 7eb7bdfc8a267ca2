//! Work on all cores whose result does not depend on how many there are: shares are fixed, and their results stand in order.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `of` each of the shares, on all cores; the results in the order of the shares.
pub(super) fn in_order<S: Sync, R: Send>(shares: &[S], of: impl Fn(&S) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(shares.len());
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.get(at) else { return done };
            done.push((at, of(share)));
        }
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for thread in others {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// 0 to `n` in at most `most` shares of one length.
pub(super) fn shares(n: usize, most: usize) -> Vec<Range<usize>> {
    let length = n.div_ceil(most).max(1);
    (0..n).step_by(length).map(|from| from..(from + length).min(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_shares() {
        for n in [0, 1, 15, 16, 17, 1_000] {
            let all: Vec<usize> = in_order(&shares(n, 16), |r| r.clone().collect::<Vec<_>>()).concat();
            assert_eq!(all, (0..n).collect::<Vec<_>>());
            assert!(shares(n, 16).len() <= 16);
        }
    }
}

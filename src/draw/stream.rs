//! Numbers out of a key: SHA-256 with a counter, and without bias.

use super::hash::{Hash, hash};

/// The stream of a key.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    key: Hash,
    block: Hash,
    counter: u64,
    at: usize,
}

impl Stream {
    pub(super) fn new(key: Hash) -> Stream {
        Stream { key, block: key, counter: 0, at: 4 }
    }

    fn next(&mut self) -> u64 {
        if self.at == 4 {
            self.block = hash(&[&self.key, &self.counter.to_le_bytes()]);
            self.counter += 1;
            self.at = 0;
        }
        let word = self.block.iter().skip(8 * self.at).take(8).rev().fold(0, |n, b| n << 8 | u64::from(*b));
        self.at += 1;
        word
    }

    /// A number from 0 to below `n`, each as likely as the others; 0 for `n` = 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        if n < 2 {
            return 0;
        }
        let n = u64::from(n);
        // 2^64 mod n: so many of the highest numbers would make the lowest likelier.
        let over = (u64::MAX % n + 1) % n;
        loop {
            let word = self.next();
            if word <= u64::MAX - over {
                return (word % n) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_stream_is_the_blocks_in_order() {
        let key = hash(&[b"a key"]);
        let mut stream = Stream::new(key);
        for counter in 0..3_u64 {
            let block = hash(&[&key, &counter.to_le_bytes()]);
            for word in block.chunks(8) {
                assert_eq!(stream.next(), u64::from_le_bytes(word.try_into().expect("eight bytes")));
            }
        }
        assert_eq!((stream.below(0), stream.below(1)), (0, 0));
    }

    #[test]
    fn numbers_below_n_are_equally_likely() {
        // Chi-square with n - 1 degrees of freedom; each bound is its 99.99 % quantile, and the key is fixed.
        for (n, most) in [(2, 15.14), (6, 25.75), (10, 33.72), (100, 160.06)] {
            let mut stream = Stream::new(hash(&[b"equally likely", &[n as u8]]));
            let mut seen = [0_u32; 100];
            let draws = 100_000_u32;
            (0..draws).for_each(|_| seen[stream.below(n) as usize] += 1);
            let expected = f64::from(draws) / f64::from(n);
            let square = |d: f64| d * d;
            let chi: f64 = seen[..n as usize].iter().map(|s| square(f64::from(*s) - expected) / expected).sum();
            assert!(chi < most, "{n}: {chi}");
        }
    }
}

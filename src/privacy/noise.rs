//! Local noise in integers: a 32-bit draw is compared with an integer threshold, and the privacy loss follows from those
//! integers alone.
//!
//! The mechanisms are k-ary randomised response and optimised unary encoding of Wang, Blocki, Li, Jha, "Locally
//! Differentially Private Protocols for Frequency Estimation" (USENIX Security 2017), sections 4.1 and 4.4. Floating-point
//! noise leaks through its low bits (Mironov, CCS 2012), so none is used here.

use core::fmt;

/// Most symbols a domain has: 64 categories and `none`.
pub const MOST_SYMBOLS: usize = 65;

/// Number of values a draw takes. Probabilities are whole numbers of these.
pub const DRAWS: u64 = 1 << 32;

/// Bytes of randomness that a report takes, whatever it answers.
pub const ENTROPY_BYTES: usize = NOISE + 4 * MOST_SYMBOLS;

/// Where the noise begins among them: after an id, a probe of the generator, and the metric's draw.
const NOISE: usize = 36;

/// Fraction bits of [`Epsilon::least_exp`].
const FRACTION: u32 = 60;

/// A privacy budget ε in whole millionths: 0.01 to 2.
///
/// # Example: never more than 2, and never rounded up
///
/// ```
/// use nearshelf::privacy::noise::Epsilon;
/// assert_eq!(Epsilon::default(), Epsilon::MOST);
/// assert_eq!(Epsilon::from_f64(1.25).map(Epsilon::millionths), Some(1_250_000));
/// assert_eq!(Epsilon::from_f64(2.000_001), None);
/// assert_eq!(Epsilon::from_f64(f64::NAN), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epsilon(u32);

impl Epsilon {
    /// The most an epoch may spend: 2.
    pub const MOST: Epsilon = Epsilon(2_000_000);
    /// The least that still leaves an answer: 0.01.
    pub const LEAST: Epsilon = Epsilon(10_000);

    /// From millionths; `None` outside 0.01 to 2.
    pub fn from_millionths(millionths: u32) -> Option<Epsilon> {
        (Epsilon::LEAST.0..=Epsilon::MOST.0).contains(&millionths).then_some(Epsilon(millionths))
    }

    /// From a configuration's number, rounded down to a millionth; `None` outside 0.01 to 2.
    pub fn from_f64(v: f64) -> Option<Epsilon> {
        // The bounds come first: 2.0000001 would round down to what is allowed. NaN lies outside every range.
        (0.01..=2.0).contains(&v).then(|| Epsilon((v * 1e6) as u32).max(Epsilon::LEAST))
    }

    /// In millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// As a number, for people.
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// At most e^ε, in 2^-60: the Taylor series, every term and their number rounded down.
    fn least_exp(self) -> u128 {
        let (mut term, mut sum) = (1_u128 << FRACTION, 0);
        for i in 1..=64 {
            sum += term;
            term = term * u128::from(self.0) / (1_000_000 * i);
        }
        sum
    }
}

impl Default for Epsilon {
    fn default() -> Epsilon {
        Epsilon::MOST
    }
}

/// The host could not give randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEntropy;

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host gave no randomness")
    }
}

impl core::error::Error for NoEntropy {}

/// Fills a slice from the host's cryptographic generator, or says that it cannot.
pub type Entropy<'a> = dyn FnMut(&mut [u8]) -> Result<(), NoEntropy> + 'a;

/// All the randomness of one report, taken at once and always in the same amount, before any data are read: whether the
/// host can give it says nothing about the shopper.
#[derive(Debug)]
pub(crate) struct Draws {
    pub(crate) id: [u8; 16],
    pub(crate) metric: u32,
    pub(crate) noise: [u32; MOST_SYMBOLS],
}

impl Draws {
    /// Asks the host once. A generator that is stuck (one value over and over, or nothing written) counts as none; the
    /// bytes it is recognised by are used for no noise, so the probabilities stay exact.
    pub(crate) fn take(entropy: &mut Entropy<'_>) -> Result<Draws, NoEntropy> {
        let mut bytes = [0_u8; ENTROPY_BYTES];
        entropy(&mut bytes)?;
        let (mut id, mut probe) = ([0; 16], [0; 16]);
        id.copy_from_slice(&bytes[..16]);
        probe.copy_from_slice(&bytes[16..32]);
        if id == probe || id[..8] == id[8..] {
            return Err(NoEntropy);
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Ok(Draws { id, metric: word(32), noise: core::array::from_fn(|i| word(NOISE + 4 * i)) })
    }
}

/// How an answer is noised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Mechanism {
    /// k-ary randomised response: one symbol, the true one more often than each other.
    KaryResponse = 0,
    /// Optimised unary encoding: a bit for each symbol, the true one's a fair coin, the others' rarely set.
    UnaryEncoding = 1,
}

impl Mechanism {
    /// From its byte.
    pub fn from_byte(b: u8) -> Option<Mechanism> {
        [Mechanism::KaryResponse, Mechanism::UnaryEncoding].get(usize::from(b)).copied()
    }

    /// Its word in a report's line.
    pub fn code(self) -> &'static str {
        match self {
            Mechanism::KaryResponse => "k_rr",
            Mechanism::UnaryEncoding => "oue",
        }
    }
}

/// A noised answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Of k-ary randomised response: the symbol's number.
    Symbol(u8),
    /// Of optimised unary encoding: bit `i` for symbol `i`.
    Bits(u128),
}

impl Answer {
    /// True when the answer speaks for `symbol`.
    pub fn supports(self, symbol: u8) -> bool {
        match self {
            Answer::Symbol(s) => s == symbol,
            Answer::Bits(bits) => bits.checked_shr(u32::from(symbol)).unwrap_or(0) & 1 == 1,
        }
    }
}

/// A mechanism with its threshold over a domain of 2 to 65 symbols.
///
/// With `S` = 2³² and the threshold `Q`, an answer supports each symbol that is not the true one with probability
/// q = Q/S, and the true one with p = 1 − (k − 1)·Q/S (k-ary response) or 1/2 (unary encoding).
///
/// # Example: the larger the domain, the better the bits
///
/// ```
/// use nearshelf::privacy::noise::{Epsilon, Mechanism, Noise};
/// let of = |symbols| Noise::least_variance(symbols, Epsilon::MOST).map(|n| n.mechanism());
/// assert_eq!(of(9), Some(Mechanism::KaryResponse));
/// assert_eq!(of(33), Some(Mechanism::UnaryEncoding));
/// assert_eq!(of(66), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
    mechanism: Mechanism,
    symbols: u8,
    other: u32,
}

impl Noise {
    /// The least noise of `mechanism` whose loss is at most `epsilon`; `None` outside 2 to 65 symbols.
    pub fn new(mechanism: Mechanism, symbols: usize, epsilon: Epsilon) -> Option<Noise> {
        // Both losses are at most e^ε exactly when Q·(e^ε + c) ≥ S, with c = k − 1 for the k-ary response (p/q) and 1
        // for unary encoding (p(1−q)/(q(1−p)) = (1−q)/q).
        let rivals = if mechanism == Mechanism::KaryResponse { symbols.checked_sub(1)? } else { 1 };
        let enough = epsilon.least_exp() + ((rivals as u128) << FRACTION);
        let other = (u128::from(DRAWS) << FRACTION).div_ceil(enough);
        Noise::from_parts(mechanism, symbols, u32::try_from(other).ok()?)
    }

    /// The mechanism whose estimates have the smaller variance.
    pub fn least_variance(symbols: usize, epsilon: Epsilon) -> Option<Noise> {
        let kary = Noise::new(Mechanism::KaryResponse, symbols, epsilon)?;
        let unary = Noise::new(Mechanism::UnaryEncoding, symbols, epsilon)?;
        Some(if kary.mean_variance() <= unary.mean_variance() { kary } else { unary })
    }

    /// The same for an ε of any size, to measure estimators by: no schema takes it.
    #[cfg(feature = "cli")]
    pub fn unbounded(mechanism: Mechanism, symbols: usize, epsilon: f64) -> Option<Noise> {
        let rivals = if mechanism == Mechanism::KaryResponse { symbols.checked_sub(1)? as f64 } else { 1.0 };
        let other = libm::ceil(DRAWS as f64 / (libm::exp(epsilon) + rivals));
        Noise::from_parts(mechanism, symbols, other as u32)
    }

    /// From a schema's integers; `None` outside 2 to 65 symbols, and where the answer would tell nothing (p ≤ q).
    pub fn from_parts(mechanism: Mechanism, symbols: usize, other: u32) -> Option<Noise> {
        if !(2..=MOST_SYMBOLS).contains(&symbols) || other == 0 {
            return None;
        }
        let noise = Noise { mechanism, symbols: symbols as u8, other };
        let others = u64::from(other) * (symbols as u64 - 1);
        let tells = match mechanism {
            Mechanism::KaryResponse => others < DRAWS && DRAWS - others > u64::from(other),
            Mechanism::UnaryEncoding => u64::from(other) < DRAWS / 2,
        };
        tells.then_some(noise)
    }

    /// The mechanism.
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// k, the number of symbols.
    pub fn symbols(&self) -> usize {
        usize::from(self.symbols)
    }

    /// Q: of 2³² draws, those that support a given symbol that is not the true one.
    pub fn other(&self) -> u32 {
        self.other
    }

    /// P: of 2³² draws, those that support the true symbol.
    pub fn truth(&self) -> u64 {
        match self.mechanism {
            Mechanism::KaryResponse => DRAWS - u64::from(self.other) * (u64::from(self.symbols) - 1),
            Mechanism::UnaryEncoding => DRAWS / 2,
        }
    }

    /// The largest ratio of the probabilities that two truths give to one answer, as an exact fraction: its logarithm is
    /// the privacy loss.
    pub fn odds(&self) -> (u64, u64) {
        let q = u64::from(self.other);
        match self.mechanism {
            Mechanism::KaryResponse => (self.truth(), q),
            Mechanism::UnaryEncoding => (DRAWS - q, q),
        }
    }

    /// True when the privacy loss is at most `epsilon`, decided in integers against a lower bound of e^ε.
    pub fn loss_within(&self, epsilon: Epsilon) -> bool {
        let (most, least) = self.odds();
        // Neither side reaches 2^96: the odds are at most 2^32, and e^2·2^60 < 2^63.
        u128::from(most) << FRACTION <= u128::from(least) * epsilon.least_exp()
    }

    /// p and q as numbers, for estimates.
    pub fn probabilities(&self) -> (f64, f64) {
        (self.truth() as f64 / DRAWS as f64, f64::from(self.other) / DRAWS as f64)
    }

    /// Variance of one symbol's estimated share from a single report, averaged over the domain; with n reports it is the
    /// n-th part.
    ///
    /// For a true share f it is q(1−q)/(p−q)² + f(1−p−q)/(p−q) (Wang et al. 2017, theorem 2, exact form); the shares add
    /// up to 1, so the average does not depend on them.
    pub fn mean_variance(&self) -> f64 {
        let ((p, q), k) = (self.probabilities(), f64::from(self.symbols));
        q * (1.0 - q) / ((p - q) * (p - q)) + (1.0 - p - q) / (p - q) / k
    }

    /// The answer for a true symbol (0 when it is not one of the domain) and a report's draws.
    pub(crate) fn answer(&self, truth: u8, draws: &[u32; MOST_SYMBOLS]) -> Answer {
        let truth = if truth < self.symbols { truth } else { 0 };
        match self.mechanism {
            Mechanism::KaryResponse => {
                // The draws below (k − 1)·Q, Q of them for each other symbol in turn. The quotient is below 65.
                let rival = draws[0] / self.other;
                let told = if rival < u32::from(self.symbols) - 1 {
                    rival as u8 + u8::from(rival as u8 >= truth)
                } else {
                    truth
                };
                Answer::Symbol(told)
            }
            Mechanism::UnaryEncoding => {
                let bit = |i: u8| {
                    let threshold = if i == truth { DRAWS / 2 } else { u64::from(self.other) };
                    u128::from(u64::from(draws[usize::from(i)]) < threshold) << i
                };
                Answer::Bits((0..self.symbols).map(bit).sum())
            }
        }
    }
}

/// The place of a draw among weights: place `i` with probability `weights[i]` / total, but for 2^-32 of rounding.
/// `None` when all are 0.
pub(crate) fn pick(weights: impl Iterator<Item = u16> + Clone, draw: u32) -> Option<usize> {
    let total: u64 = weights.clone().map(u64::from).sum();
    let mut left = (u64::from(draw) * total) >> 32;
    for (i, w) in weights.enumerate() {
        match left.checked_sub(u64::from(w)) {
            None => return Some(i),
            Some(rest) => left = rest,
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BOTH: [Mechanism; 2] = [Mechanism::KaryResponse, Mechanism::UnaryEncoding];
    const EPSILONS: [u32; 6] = [10_000, 100_000, 500_000, 1_000_000, 1_234_567, 2_000_000];

    fn every_noise() -> impl Iterator<Item = (Noise, Epsilon)> {
        let with =
            |m, e| (2..=MOST_SYMBOLS).map(move |k| (Noise::new(m, k, Epsilon(e)).expect("in range"), Epsilon(e)));
        BOTH.into_iter().flat_map(move |m| EPSILONS.into_iter().flat_map(move |e| with(m, e)))
    }

    /// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): good statistics from a seed.
    pub(crate) fn seeded(mut state: u64) -> impl FnMut(&mut [u8]) -> Result<(), NoEntropy> {
        move |bytes| {
            for chunk in bytes.chunks_mut(8) {
                state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
            }
            Ok(())
        }
    }

    /// a·b as (high, low) 128-bit halves.
    fn product(a: u128, b: u128) -> (u128, u128) {
        let low = |x: u128| x & u128::from(u64::MAX);
        let (ah, al, bh, bl) = (a >> 64, low(a), b >> 64, low(b));
        let middle = ((al * bl) >> 64) + low(al * bh) + low(ah * bl);
        (ah * bh + ((al * bh) >> 64) + ((ah * bl) >> 64) + (middle >> 64), a.wrapping_mul(b))
    }

    /// a ≤ e^ε · b in integers, for the lower bound of e^ε.
    fn within(a: u128, b: u128, bound: u128) -> bool {
        product(a, 1 << FRACTION) <= product(b, bound)
    }

    #[test]
    fn the_lower_bound_of_the_exponential_is_one_and_is_tight() {
        for (millionths, exact) in [
            // e^x to 20 places.
            (2_000_000, "7.38905609893065022723"),
            (1_000_000, "2.71828182845904523536"),
            (500_000, "1.64872127070012814684"),
            (10_000, "1.01005016708416805754"),
        ] {
            let digits: String = exact.chars().filter(char::is_ascii_digit).collect();
            // exact·10^20 · 2^60 against bound·10^20.
            let exact = product(digits.parse::<u128>().expect("digits"), 1 << FRACTION);
            let bound = Epsilon(millionths).least_exp();
            let scale = 100_000_000_000_000_000_000_u128;
            assert!(product(bound, scale) <= exact, "{millionths}: above");
            assert!(product(bound + 128, scale) > exact, "{millionths}: more than 2^-53 below");
        }
    }

    /// The exact table: for every domain size, the probability of every answer under every truth, in integers.
    #[test]
    fn the_exact_table_adds_up_and_no_two_truths_differ_by_more_than_epsilon() {
        for (noise, e) in every_noise() {
            let (p, q) = (u128::from(noise.truth()), u128::from(noise.other));
            let (k, s, bound) = (noise.symbols(), u128::from(DRAWS), e.least_exp());
            match noise.mechanism {
                Mechanism::KaryResponse => {
                    let chance = |truth: usize, told: usize| if truth == told { p } else { q };
                    for truth in 0..k {
                        assert_eq!((0..k).map(|told| chance(truth, told)).sum::<u128>(), s);
                        for (rival, told) in (0..k).flat_map(|r| (0..k).map(move |t| (r, t))) {
                            assert!(within(chance(truth, told), chance(rival, told), bound), "{noise:?}");
                        }
                    }
                }
                Mechanism::UnaryEncoding => {
                    // The bits are independent, and two truths give all but their own two bits the same chance, which
                    // cancels: the four values of those two bits are the whole table of ratios.
                    let chance = |mine: bool, set: bool| match (mine, set) {
                        (true, _) => s / 2,
                        (false, true) => q,
                        (false, false) => s - q,
                    };
                    for (a, b) in [(false, false), (false, true), (true, false), (true, true)] {
                        let (one, two) = (chance(true, a) * chance(false, b), chance(false, a) * chance(true, b));
                        assert!(within(one, two, bound) && within(two, one, bound), "{noise:?}");
                    }
                }
            }
            assert!(noise.loss_within(e));
        }
    }

    /// Without the shortcut of the test above: all 2^k answers, where their chances fit into 128 bits.
    #[test]
    fn every_whole_answer_of_small_unary_domains_keeps_to_epsilon() {
        for (k, millionths) in [2_usize, 3].into_iter().flat_map(|k| EPSILONS.map(|e| (k, e))) {
            let e = Epsilon(millionths);
            let noise = Noise::new(Mechanism::UnaryEncoding, k, e).expect("in range");
            let chance = |truth: usize, told: u32| -> u128 {
                let of = |i: usize| {
                    let threshold = if i == truth { noise.truth() } else { u64::from(noise.other) };
                    u128::from(if told >> i & 1 == 1 { threshold } else { DRAWS - threshold })
                };
                (0..k).map(of).product()
            };
            for truth in 0..k {
                assert_eq!((0..1 << k).map(|told| chance(truth, told)).sum::<u128>(), 1 << (32 * k));
                for (rival, told) in (0..k).flat_map(|r| (0..1 << k).map(move |t| (r, t))) {
                    assert!(within(chance(truth, told), chance(rival, told), e.least_exp()), "{k} {millionths}");
                }
            }
        }
    }

    #[test]
    fn the_threshold_is_the_smallest_allowed_so_one_less_is_refused() {
        for (noise, e) in every_noise() {
            let weaker = Noise { other: noise.other - 1, ..noise };
            assert!(!weaker.loss_within(e), "{weaker:?} at {e:?}");
            let stronger = Noise { other: noise.other + 1, ..noise };
            assert!(stronger.loss_within(e));
        }
    }

    #[test]
    fn integers_that_are_no_noise_are_refused() {
        for m in BOTH {
            assert_eq!(Noise::from_parts(m, 1, 1000), None);
            assert_eq!(Noise::from_parts(m, 66, 1000), None);
            assert_eq!(Noise::from_parts(m, 2, 0), None, "no noise at all");
            assert_eq!(Noise::from_parts(m, 2, 1 << 31), None, "a coin");
            assert_eq!(Noise::from_parts(m, 65, u32::MAX), None);
        }
        assert_eq!(Noise::from_parts(Mechanism::KaryResponse, 5, u32::MAX / 5 + 1), None, "the truth is rarer");
    }

    /// Holds the code against the table without a sample: the answer is constant between thresholds, so their two sides
    /// show every value it takes and how many draws give it.
    #[test]
    fn the_code_answers_as_the_table_says_at_both_sides_of_every_threshold() {
        for (noise, _) in every_noise().filter(|(n, _)| [2, 3, 9, 21, 64, 65].contains(&n.symbols())) {
            let (k, q) = (noise.symbols, noise.other);
            for truth in 0..k {
                let mut draws = [0; MOST_SYMBOLS];
                match noise.mechanism {
                    Mechanism::KaryResponse => {
                        let others: Vec<u8> = (0..k).filter(|s| *s != truth).collect();
                        for (i, other) in others.iter().enumerate() {
                            for draw in [i as u32 * q, (i as u32 + 1) * q - 1] {
                                draws[0] = draw;
                                assert_eq!(noise.answer(truth, &draws), Answer::Symbol(*other));
                            }
                        }
                        for draw in [(u32::from(k) - 1) * q, u32::MAX] {
                            draws[0] = draw;
                            assert_eq!(noise.answer(truth, &draws), Answer::Symbol(truth));
                        }
                    }
                    Mechanism::UnaryEncoding => {
                        for (below, other) in [(true, q - 1), (false, q)] {
                            draws = [other; MOST_SYMBOLS];
                            draws[usize::from(truth)] = if below { (1 << 31) - 1 } else { 1 << 31 };
                            let all = if below { (1_u128 << k) - 1 } else { 0 };
                            assert_eq!(noise.answer(truth, &draws), Answer::Bits(all));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_symbol_outside_the_domain_is_none() {
        for m in BOTH {
            let noise = Noise::new(m, 5, Epsilon::MOST).expect("in range");
            let mut more = seeded(3);
            for _ in 0..200 {
                let d = Draws::take(&mut more).expect("seeded");
                assert_eq!(noise.answer(200, &d.noise), noise.answer(0, &d.noise));
            }
        }
    }

    /// Pearson's χ² with 8 degrees of freedom is above 42.7 once in a million; the seed is fixed.
    #[test]
    fn a_million_symbols_fall_as_the_table_says() {
        let noise = Noise::new(Mechanism::KaryResponse, 9, Epsilon::MOST).expect("in range");
        let (mut more, mut seen) = (seeded(20_260_701), [0_u32; 9]);
        let n = 1_000_000_u32;
        let mut draws = [0; MOST_SYMBOLS];
        for _ in 0..n {
            let mut word = [0; 8];
            more(&mut word).expect("seeded");
            draws[0] = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            let Answer::Symbol(s) = noise.answer(4, &draws) else { panic!("not a symbol") };
            seen[usize::from(s)] += 1;
        }
        let (p, q) = noise.probabilities();
        let cell = |i: usize| f64::from(n) * if i == 4 { p } else { q };
        let chi2: f64 = (0..9).map(|i| (f64::from(seen[i]) - cell(i)) * (f64::from(seen[i]) - cell(i)) / cell(i)).sum();
        assert!(chi2 < 42.7, "χ² = {chi2}");
        assert!(chi2 > 0.5, "χ² = {chi2}: too even to be random");
    }

    /// 33 independent bits: the sum of their squared scores is χ² with 33 degrees of freedom, above 90.9 about once in a
    /// million; and pairs of neighbours must not move together.
    #[test]
    fn a_hundred_thousand_bit_vectors_fall_as_the_table_says() {
        let noise = Noise::new(Mechanism::UnaryEncoding, 33, Epsilon::MOST).expect("in range");
        let (mut more, n) = (seeded(7), 100_000_u32);
        let (mut set, mut pairs) = ([0_u32; 33], [0_u32; 32]);
        for _ in 0..n {
            let d = Draws::take(&mut more).expect("seeded");
            let Answer::Bits(bits) = noise.answer(5, &d.noise) else { panic!("not bits") };
            (0..33).for_each(|i| set[i] += u32::from(bits >> i & 1 == 1));
            (0..32).for_each(|i| pairs[i] += u32::from(bits >> i & 3 == 3));
        }
        let (p, q) = noise.probabilities();
        let of = |i: usize| if i == 5 { p } else { q };
        let score = |seen: u32, chance: f64| {
            let miss = f64::from(seen) - f64::from(n) * chance;
            miss * miss / (f64::from(n) * chance * (1.0 - chance))
        };
        let chi2: f64 = (0..33).map(|i| score(set[i], of(i))).sum();
        let together: f64 = (0..32).map(|i| score(pairs[i], of(i) * of(i + 1))).sum();
        assert!((5.0..90.9).contains(&chi2), "χ² = {chi2}");
        assert!((5.0..90.9).contains(&together), "χ² of pairs = {together}");
    }

    #[test]
    fn the_mechanism_changes_where_the_exact_variances_cross() {
        // ε = 2: the approximate rule k < 3e^ε + 2 = 24.2 forgets the share's own term; with it the crossing is at 20.
        for k in 2..=MOST_SYMBOLS {
            let best = Noise::least_variance(k, Epsilon::MOST).expect("in range").mechanism;
            assert_eq!(best, BOTH[usize::from(k > 20)], "k = {k}");
        }
    }

    #[test]
    fn the_variances_are_the_published_ones() {
        let e = 7.389_056_098_930_65_f64;
        for k in [2_usize, 8, 30, 65] {
            let kf = k as f64;
            let kary = (kf - 2.0 + e) / ((e - 1.0) * (e - 1.0)) + (kf - 2.0) / (e - 1.0) / kf;
            let unary = 4.0 * e / ((e - 1.0) * (e - 1.0)) + 1.0 / kf;
            for (m, published) in [(Mechanism::KaryResponse, kary), (Mechanism::UnaryEncoding, unary)] {
                let ours = Noise::new(m, k, Epsilon::MOST).expect("in range").mean_variance();
                assert!((ours / published - 1.0).abs() < 1e-6, "{m:?} {k}: {ours} against {published}");
            }
        }
    }

    #[test]
    fn a_host_without_randomness_or_with_a_stuck_one_gives_no_draws() {
        assert!(Draws::take(&mut |_| Err(NoEntropy)).is_err());
        assert!(Draws::take(&mut |_| Ok(())).is_err(), "nothing written");
        for (period, what) in [(1, "one byte"), (8, "eight bytes again and again"), (16, "16 bytes again and again")] {
            let mut stuck = |bytes: &mut [u8]| {
                bytes.iter_mut().enumerate().for_each(|(i, b)| *b = (i % period) as u8 + 1);
                Ok(())
            };
            assert!(Draws::take(&mut stuck).is_err(), "{what}");
        }
        assert!(Draws::take(&mut seeded(1)).is_ok());
    }

    #[test]
    fn a_draw_falls_among_the_weights_in_proportion() {
        let places = |draw| pick([1, 0, 3].into_iter(), draw);
        assert_eq!((places(0), places((1 << 30) - 1)), (Some(0), Some(0)));
        assert_eq!((places(1 << 30), places(u32::MAX)), (Some(2), Some(2)));
        assert_eq!(pick([0, 0].into_iter(), 5), None);
        assert_eq!(pick(core::iter::empty(), 5), None);
        assert_eq!(pick([1].into_iter(), u32::MAX), Some(0));
    }
}

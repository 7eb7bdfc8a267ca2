//! Seeded chance, for resampling and for bandits that are tried out on a log: the same seed gives the same draws on every machine.

/// A stream of draws: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17).
/// It is no source of secrets.
///
/// # Example: a seed is a stream
///
/// ```
/// use nearshelf::random::Random;
/// let dice = |seed| (0..5).map({ let mut r = Random::new(seed); move |_| 1 + r.below(6) }).collect::<Vec<_>>();
/// assert_eq!(dice(1), dice(1));
/// assert_ne!(dice(1), dice(2));
/// ```
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of 0 to `n` − 1, each as likely as the others (Lemire, "Fast random integer generation in an interval", 2019); 0 for
    /// `n` = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let unfair = n.wrapping_neg() % n;
        loop {
            let wide = u128::from(self.bits()) * u128::from(n);
            if wide as u64 >= unfair {
                return (wide >> 64) as u64;
            }
        }
    }

    /// A multiple of 2^-53 in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A draw of the Beta distribution; both parameters are at least 1. Gamma draws after Marsaglia and Tsang, "A simple method
    /// for generating gamma variables", 2000.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        if a == 1.0 && b == 1.0 {
            return self.unit();
        }
        let x = self.gamma(a);
        x / (x + self.gamma(b))
    }

    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape.max(1.0) - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v > 0.0 {
                let v = v * v * v;
                // 1 − unit() lies in (0, 1].
                if libm::log(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                    return d * v;
                }
            }
        }
    }

    /// A draw of the standard normal distribution, by the polar method (Marsaglia, Bray 1964).
    fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                return x * libm::sqrt(-2.0 * libm::log(s) / s);
            }
        }
    }

    /// Puts a list in a random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// How often each group is drawn when as many as there are are drawn with replacement: one bootstrap sample.
    pub fn resample(&mut self, times: &mut [u32]) {
        times.fill(0);
        for _ in 0..times.len() {
            let drawn = self.below(times.len() as u64) as usize;
            times[drawn] += 1;
        }
    }
}

/// A range that holds the truth in 95 of 100 cases, as far as its method's assumptions hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The middle 95 % of bootstrap estimates (percentile interval: Efron, Tibshirani, "An introduction to the bootstrap", 1993,
    /// chapter 13); `None` for fewer than 40, of which no 2.5 % can be cut off.
    pub fn of_resamples(mut estimates: Vec<f64>) -> Option<Interval> {
        if estimates.len() < 40 {
            return None;
        }
        estimates.sort_by(f64::total_cmp);
        let cut = estimates.len() / 40;
        Some(Interval { low: estimates[cut], high: estimates[estimates.len() - 1 - cut] })
    }

    /// Of a mean over steps that come in groups: each group is how many steps it has and what they add up to, and so many bootstrap samples of
    /// whole groups are drawn by `seed`. `None` without a step, and for a single group, of which all samples are alike.
    pub fn of_groups(groups: &[(f64, f64)], resamples: usize, seed: u64) -> Option<Interval> {
        if groups.len() < 2 {
            return None;
        }
        let (mut random, mut times) = (Random::new(seed), vec![0; groups.len()]);
        let mut means = Vec::with_capacity(resamples);
        for _ in 0..resamples {
            random.resample(&mut times);
            let (mut steps, mut sum) = (0.0, 0.0);
            for (t, group) in times.iter().zip(groups) {
                steps += f64::from(*t) * group.0;
                sum += f64::from(*t) * group.1;
            }
            if steps > 0.0 {
                means.push(sum / steps);
            }
        }
        Interval::of_resamples(means)
    }

    /// True when `value` lies in it.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Standard deviation of a sample; `None` for fewer than two.
pub fn deviation(sample: &[f64]) -> Option<f64> {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let squares: f64 = sample.iter().map(|x| (x - mean) * (x - mean)).sum();
    (sample.len() > 1).then(|| libm::sqrt(squares / (n - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_reference_implementation() {
        // Published test vector of SplitMix64 with seed 1234567.
        let mut r = Random::new(1_234_567);
        let first: Vec<u64> = (0..5).map(|_| r.bits()).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(first, expected);
    }

    #[test]
    fn draws_have_their_moments() {
        let mut r = Random::new(7);
        let n = 40_000;
        let mut moments = |draw: &mut dyn FnMut(&mut Random) -> f64| {
            let all: Vec<f64> = (0..n).map(|_| draw(&mut r)).collect();
            (all.iter().sum::<f64>() / n as f64, deviation(&all).expect("many"))
        };
        let near = |got: (f64, f64), mean: f64, sd: f64| {
            // Five standard errors of the mean, and about as much of the deviation.
            assert!((got.0 - mean).abs() < 5.0 * sd / 200.0, "mean {} for {mean}", got.0);
            assert!((got.1 / sd - 1.0).abs() < 0.05, "deviation {} for {sd}", got.1);
        };
        near(moments(&mut Random::unit), 0.5, libm::sqrt(1.0 / 12.0));
        near(moments(&mut Random::normal), 0.0, 1.0);
        near(moments(&mut |r| r.below(6) as f64), 2.5, libm::sqrt(35.0 / 12.0));
        for (a, b) in [(1.0, 1.0), (1.0, 9.0), (3.0, 2.0), (40.0, 400.0)] {
            let variance = a * b / ((a + b) * (a + b) * (a + b + 1.0));
            near(moments(&mut |r| r.beta(a, b)), a / (a + b), libm::sqrt(variance));
        }
    }

    #[test]
    fn resampling_draws_as_many_as_there_are_and_shuffling_keeps_all() {
        let mut r = Random::new(3);
        let mut times = vec![9; 1000];
        r.resample(&mut times);
        assert_eq!(times.iter().sum::<u32>(), 1000);
        // Each group stays out with probability 1/e.
        let out = times.iter().filter(|t| **t == 0).count();
        assert!((300..440).contains(&out), "{out}");
        let mut list: Vec<u32> = (0..100).collect();
        r.shuffle(&mut list);
        assert!(list.windows(2).any(|w| w[0] > w[1]));
        list.sort_unstable();
        assert!(list.into_iter().eq(0..100));
        assert_eq!(r.below(0), 0);
        r.resample(&mut []);
    }

    #[test]
    fn an_interval_leaves_a_fortieth_out_at_each_end() {
        let i = Interval::of_resamples((0..1000).rev().map(f64::from).collect()).expect("enough");
        assert_eq!(i, Interval { low: 25.0, high: 974.0 });
        assert!(i.holds(25.0) && !i.holds(975.0));
        assert_eq!(Interval::of_resamples(vec![1.0; 39]), None);
        assert_eq!(deviation(&[1.0]), None);
    }
}

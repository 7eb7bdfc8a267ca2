//! What a shop may ask: metrics with their weights, domains and noise, as a part of the pack and as values.

use crate::codec::{Malformed, Reader, Writer};
use crate::error::{Code, Error, Result};
use crate::id::{Key, hash};
use crate::list::Gather;
use crate::privacy::ledger::Metric;
use crate::privacy::noise::{Epsilon, MOST_SYMBOLS, Mechanism, Noise, pick};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// The encoding this build writes, and the newest it reads.
const FORMAT: u16 = 2;
/// The oldest it reads: without groups of offers.
const FIRST: u16 = 1;
/// Each device noises its own answer. 1 is kept for answers that two aggregators sum.
const LOCAL: u8 = 0;
/// Most groups of offers, and offers in them.
const GROUPS: usize = 64;
const MEMBERS: usize = 512;

/// One metric of a schema: a domain of 1 to 64 keys, and `none` before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSchema {
    metric: Metric,
    weight: u16,
    noise: Noise,
    /// Sorted; symbol `i + 1` is key `i`.
    domain: Vec<Key>,
}

impl MetricSchema {
    /// What it asks.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// How often it is drawn, against the other metrics' weights.
    pub fn weight(&self) -> u16 {
        self.weight
    }

    /// How its answers are noised.
    pub fn noise(&self) -> &Noise {
        &self.noise
    }

    /// The keys, sorted: symbols 1 and up. Symbol 0 is `none`.
    pub fn domain(&self) -> &[Key] {
        &self.domain
    }

    /// A key's symbol; 0, which is `none`, for a key outside the domain.
    pub fn symbol(&self, key: Key) -> u8 {
        // The domain has at most 64 keys.
        self.domain.binary_search(&key).map_or(0, |i| i as u8 + 1)
    }
}

/// What a shop may ask in private reports, and the noise that answers it.
///
/// Its version is a function of its content, so that reports made under different domains or noise are never summed.
///
/// # Example: what the builder writes is what the device reads, and it checks the loss itself
///
/// ```
/// use nearshelf::{id::Key, privacy::noise::Epsilon, report::ReportSchema};
/// let schema = ReportSchema::category_interest(&[Key(7), Key(3)], Epsilon::MOST)?;
/// let bytes = schema.encode();
/// assert_eq!(bytes.len(), 36);
/// assert_eq!(ReportSchema::decode(&bytes)?, schema);
/// assert_eq!(schema.metrics()[0].symbol(Key(3)), 1);
/// assert_eq!(schema.metrics()[0].symbol(Key(4)), 0);
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSchema {
    /// The encoding it came in.
    format: u16,
    epsilon: Epsilon,
    /// At least one, sorted by metric, each once; the weights do not add up to 0.
    metrics: Vec<MetricSchema>,
    grouping: Grouping,
    version: u32,
}

/// What a shop asks: a metric, its weight, and its domain in any order.
pub type Asked = (Metric, u16, Vec<Key>);

/// Which offers belong together, and what orders are told in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grouping {
    /// Currency of the bounds of order values, ISO 4217; orders in another count as `none`.
    pub currency: String,
    /// Digits after its point.
    pub exponent: u8,
    /// Names of the groups: at most 64, families of coupons first, then campaigns.
    pub groups: Vec<String>,
    /// How many of them are families.
    pub families: usize,
    /// Keys of offers and codes with the place of their group, sorted: at most 512.
    pub members: Vec<(Key, u8)>,
}

impl Grouping {
    /// The group of an offer.
    pub fn group(&self, offer: Key) -> Option<usize> {
        let i = self.members.binary_search_by_key(&offer, |m| m.0).ok()?;
        self.members.get(i).map(|m| usize::from(m.1))
    }

    fn is_sound(&self) -> bool {
        self.groups.len() <= GROUPS
            && self.families <= self.groups.len()
            && self.members.len() <= MEMBERS
            && self.members.windows(2).all(|w| w[0].0 < w[1].0)
            && self.members.iter().all(|m| usize::from(m.1) < self.groups.len())
    }
}

impl ReportSchema {
    /// A schema that asks for the category of interest among `categories` (1 to 64 keys, any order), with the mechanism
    /// and the threshold of least variance.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when there is no category, more than 64, or one twice.
    pub fn category_interest(categories: &[Key], epsilon: Epsilon) -> Result<ReportSchema> {
        let metrics = vec![asked((Metric::CategoryInterest, 1, categories.to_vec()), epsilon)?];
        ReportSchema::new(FIRST, epsilon, metrics, Grouping::default())
    }

    /// A schema that asks for several metrics, each with the mechanism and the threshold of least variance.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when a domain is empty, has more than 64 keys or one twice, when a metric is there twice, when all weights are 0,
    /// or when the grouping is larger than a schema's.
    pub fn of(epsilon: Epsilon, metrics: Vec<Asked>, grouping: Grouping) -> Result<ReportSchema> {
        let mut metrics = metrics.into_iter().map(|a| asked(a, epsilon)).collect::<Result<Vec<_>>>()?;
        metrics.sort_unstable_by_key(|m| m.metric);
        ReportSchema::new(FORMAT, epsilon, metrics, grouping)
    }

    fn new(format: u16, epsilon: Epsilon, metrics: Vec<MetricSchema>, grouping: Grouping) -> Result<ReportSchema> {
        let mut schema = ReportSchema { format, epsilon, metrics, grouping, version: 0 };
        schema.check()?;
        schema.version = version_of(&schema.body());
        Ok(schema)
    }

    fn check(&self) -> Result<()> {
        if !self.metrics.windows(2).all(|w| w[0].metric < w[1].metric) {
            return Err(malformed("the report schema asks for one metric twice."));
        }
        if self.metrics.iter().all(|m| m.weight == 0) {
            return Err(malformed("the report schema has no metric to draw."));
        }
        for m in &self.metrics {
            if !m.domain.windows(2).all(|w| w[0] < w[1]) || m.domain.len() + 1 != m.noise.symbols() {
                return Err(malformed("a report's domain has a key twice or out of order."));
            }
            if !m.noise.loss_within(self.epsilon) {
                return Err(malformed("the report schema's noise is weaker than its epsilon."));
            }
        }
        if !self.grouping.is_sound() {
            return Err(malformed("the report schema's groups of offers are too many or out of order."));
        }
        Ok(())
    }

    /// The budget that each report spends.
    pub fn epsilon(&self) -> Epsilon {
        self.epsilon
    }

    /// The metrics, sorted; at least one.
    pub fn metrics(&self) -> &[MetricSchema] {
        &self.metrics
    }

    /// Which offers belong together, and what orders are told in.
    pub fn grouping(&self) -> &Grouping {
        &self.grouping
    }

    /// The number of its encoding: 1 for those of before there were several metrics.
    pub fn format(&self) -> u16 {
        self.format
    }

    /// A number that changes with the domain, the noise, the weights or ε.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The metric for a draw, by weight and nothing else.
    pub(crate) fn draw(&self, draw: u32) -> &MetricSchema {
        // There is a metric with a weight, so a place is found; the first would be as independent of the data.
        let place = pick(self.metrics.iter().map(|m| m.weight), draw).unwrap_or(0);
        &self.metrics[place]
    }

    /// The schema as bytes: at most 532 with one metric.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.body();
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes
    }

    fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u16(self.format);
        if self.format > FIRST {
            w.u8(LOCAL);
        }
        w.u32(self.epsilon.millionths());
        // Metrics are few and domains have at most 64 keys.
        w.u8(self.metrics.len() as u8);
        for m in &self.metrics {
            w.u8(m.metric as u8);
            w.u16(m.weight);
            w.u8(m.noise.mechanism() as u8);
            w.u32(m.noise.other());
            w.u8(m.domain.len() as u8);
            m.domain.iter().for_each(|k| w.u64(k.0));
        }
        if self.format > FIRST {
            let of = &self.grouping;
            w.str(&of.currency);
            w.u8(of.exponent);
            w.count(of.groups.len());
            of.groups.iter().for_each(|g| w.str(g));
            w.u8(of.families as u8);
            w.count(of.members.len());
            for (key, group) in &of.members {
                w.u64(key.0);
                w.u8(*group);
            }
        }
        w.finish()
    }

    /// The schema in `bytes`, with its loss verified in integers.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the bytes are cut or changed, ask for a metric this build does not know, promise more than
    /// ε = 2, or carry noise that is weaker than the ε they promise.
    pub fn decode(bytes: &[u8]) -> Result<ReportSchema> {
        let short = || malformed("the report schema ends early or has bytes left over.");
        let (body, version) = bytes.split_last_chunk::<4>().ok_or_else(short)?;
        if u32::from_le_bytes(*version) != version_of(body) {
            return Err(malformed("the report schema was cut or changed."));
        }
        let mut r = Reader::new(body);
        let format = r.u16();
        // A schema of another mode asks for what this build cannot answer: Prio3 over DAP will be mode 1.
        if !(FIRST..=FORMAT).contains(&format) || (format > FIRST && r.u8() != LOCAL) {
            return Err(malformed("the report schema is of another version."));
        }
        let epsilon = r.u32();
        r.check().map_err(|_| short())?;
        let epsilon = Epsilon::from_millionths(epsilon)
            .ok_or_else(|| malformed("the report schema's epsilon is not between 0.01 and 2."))?;
        let count = r.u8();
        r.check().map_err(|_| short())?;
        let read = metrics(count, format, &mut r);
        let (metrics, grouping) = read.map_err(|_| malformed("the report schema holds what no schema holds."))?;
        ReportSchema::new(format, epsilon, metrics, grouping)
    }

    /// The schema with these parts, each as read from a file.
    #[cfg(feature = "cli")]
    pub(super) fn from_parts(
        format: u16,
        epsilon: Epsilon,
        parts: Vec<(Metric, u16, Mechanism, u32, Vec<Key>)>,
        grouping: Grouping,
    ) -> Result<ReportSchema> {
        let metric = |(metric, weight, mechanism, other, domain): (Metric, u16, Mechanism, u32, Vec<Key>)| {
            let noise = Noise::from_parts(mechanism, domain.len() + 1, other);
            let noise = noise.ok_or_else(|| malformed("a metric's threshold or domain is out of range."))?;
            Ok(MetricSchema { metric, weight, noise, domain })
        };
        ReportSchema::new(format, epsilon, parts.into_iter().map(metric).collect::<Result<_>>()?, grouping)
    }
}

type Parts = (Vec<MetricSchema>, Grouping);

fn metrics(count: u8, format: u16, r: &mut Reader<'_>) -> core::result::Result<Parts, Malformed> {
    let mut metrics = Vec::new();
    for _ in 0..count {
        metrics.push(metric(r)?);
    }
    let mut of = Grouping::default();
    if format > FIRST {
        of.currency = String::from(r.str());
        of.exponent = r.u8();
        of.groups = (0..r.count(4)).map(|_| String::from(r.str())).gather();
        of.families = usize::from(r.u8());
        of.members = (0..r.count(9)).map(|_| (Key(r.u64()), r.u8())).gather();
    }
    r.end()?;
    Ok((metrics, of))
}

/// A metric with the least noise.
fn asked((metric, weight, mut domain): Asked, epsilon: Epsilon) -> Result<MetricSchema> {
    domain.sort_unstable();
    let noise = Noise::least_variance(domain.len() + 1, epsilon).filter(|_| !domain.is_empty());
    let noise = noise.ok_or_else(|| malformed("a report's domain has 1 to 64 symbols beside none."))?;
    Ok(MetricSchema { metric, weight, noise, domain })
}

fn metric(r: &mut Reader<'_>) -> core::result::Result<MetricSchema, Malformed> {
    let metric = Metric::from_byte(r.u8()).ok_or(Malformed)?;
    let weight = r.u16();
    let mechanism = Mechanism::from_byte(r.u8()).ok_or(Malformed)?;
    let other = r.u32();
    let keys = usize::from(r.u8());
    if keys >= MOST_SYMBOLS {
        return Err(Malformed);
    }
    let domain = (0..keys).map(|_| Key(r.u64())).gather();
    let noise = Noise::from_parts(mechanism, keys + 1, other).ok_or(Malformed)?;
    Ok(MetricSchema { metric, weight, noise, domain })
}

/// The low half of the content's XXH64.
fn version_of(body: &[u8]) -> u32 {
    hash(0, body) as u32
}

fn malformed(what: &'static str) -> Error {
    Error::new(Code::PackMalformed, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn keys(n: u64) -> Vec<Key> {
        (0..n).map(|i| Key(i * 1_000_003)).collect()
    }

    /// The bytes with `edit` made and the version set right again: what a hostile or broken builder could write.
    fn forged(schema: &ReportSchema, edit: impl FnOnce(&mut Vec<u8>)) -> Result<ReportSchema> {
        let mut body = schema.body();
        edit(&mut body);
        let version = version_of(&body);
        body.extend_from_slice(&version.to_le_bytes());
        ReportSchema::decode(&body)
    }

    #[test]
    fn every_domain_size_survives_its_bytes() {
        for (n, e) in (1..=64).flat_map(|n| [10_000, 700_000, 2_000_000].map(|e| (n, e))) {
            let e = Epsilon::from_millionths(e).expect("in range");
            let s = ReportSchema::category_interest(&keys(n), e).expect("a schema");
            let bytes = s.encode();
            assert!(bytes.len() <= 532);
            assert_eq!(ReportSchema::decode(&bytes).expect("a schema"), s);
        }
        for n in [0, 65] {
            assert!(ReportSchema::category_interest(&keys(n), Epsilon::MOST).is_err(), "{n}");
        }
        assert!(ReportSchema::category_interest(&[Key(1), Key(1)], Epsilon::MOST).is_err());
    }

    #[test]
    fn the_version_follows_the_content_and_not_the_order_of_the_keys() {
        let of = |k: &[Key], e| ReportSchema::category_interest(k, e).expect("a schema").version();
        let (a, b) = (Key(5), Key(9));
        let half = Epsilon::from_millionths(500_000).expect("in range");
        assert_eq!(of(&[a, b], Epsilon::MOST), of(&[b, a], Epsilon::MOST));
        assert_ne!(of(&[a, b], Epsilon::MOST), of(&[a], Epsilon::MOST));
        assert_ne!(of(&[a, b], Epsilon::MOST), of(&[a, b], half));
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let bytes = ReportSchema::category_interest(&keys(5), Epsilon::MOST).expect("a schema").encode();
        for cut in 0..bytes.len() {
            assert!(ReportSchema::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(ReportSchema::decode(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn noise_that_is_too_weak_by_one_draw_in_four_billion_is_refused() {
        for n in [4, 40] {
            let s = ReportSchema::category_interest(&keys(n), Epsilon::MOST).expect("a schema");
            let other = s.metrics()[0].noise().other();
            let with = |other: u32| forged(&s, |b| b[11..15].copy_from_slice(&other.to_le_bytes()));
            assert!(with(other).is_ok());
            assert!(with(other - 1).expect_err("weak").detail().contains("weaker than its epsilon"));
            assert!(with(other + 1).is_ok(), "more noise is allowed");
            assert!(with(0).is_err() && with(u32::MAX).is_err());
            let with = |e: u32| forged(&s, |b| b[2..6].copy_from_slice(&e.to_le_bytes()));
            assert!(with(2_000_001).expect_err("more than 2").detail().contains("between 0.01 and 2"));
            assert!(with(1_999_999).expect_err("noise made for 2").detail().contains("weaker"));
        }
    }

    #[test]
    fn a_schema_that_asks_for_the_unknown_or_for_nothing_is_refused() {
        let s = ReportSchema::category_interest(&keys(3), Epsilon::MOST).expect("a schema");
        assert!(forged(&s, |b| b[7] = 99).is_err(), "metric");
        assert!(forged(&s, |b| b[8..10].fill(0)).is_err(), "weight");
        assert!(forged(&s, |b| b[10] = 2).is_err(), "mechanism");
        assert!(forged(&s, |b| b[15] = 65).is_err(), "size");
        assert!(forged(&s, |b| b[16..40].rotate_left(8)).is_err(), "order");
        assert!(forged(&s, |b| b.push(0)).is_err(), "left over");
        assert!(forged(&s, |b| b[0] = 2).is_err(), "format");
        let twice = |b: &mut Vec<u8>| {
            let again = b[7..].to_vec();
            b.extend_from_slice(&again);
            b[6] = 2;
        };
        assert!(forged(&s, twice).expect_err("twice").detail().contains("twice"));
    }

    #[test]
    fn any_bytes_with_a_sound_version_are_refused_or_keep_to_epsilon() {
        let mut state = 9_u64;
        let s = ReportSchema::category_interest(&keys(2), Epsilon::MOST).expect("a schema");
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (at, v) = ((state >> 40) as usize % 32, (state >> 33) as u8);
            if let Ok(s) = forged(&s, |b| b[at] = v) {
                assert!(s.metrics().iter().all(|m| m.noise().loss_within(s.epsilon())));
                assert!(s.epsilon() <= Epsilon::MOST);
            }
        }
    }
}

//! Seasons: how much more or less than over the whole year each category is turned to in each month of it.

use crate::catalog::Catalog;
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::pack::{PackWriter, Tag};
use crate::rank::season::{MONTHS, OCTAVE, time_of_year};
use crate::shop::{Session, Shop};
use crate::time::{DAY, Millis};
use std::collections::BTreeMap;

/// Indices of a category's months, log2 in 1/32.
type Months = [i8; MONTHS];

/// Whether seasons are learnt from a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// `[season] learn = false`.
    Off,
    /// No product has a category.
    NoCategory,
    /// It spans so many days, too few.
    Short(i64),
    /// It spans so many days.
    From(i64),
}

impl Learnt {
    /// What a shop's log allows.
    pub fn of(shop: &Shop, sessions: &[Session]) -> Learnt {
        let times = || sessions.iter().flat_map(|s| &s.steps).map(|x| x.at);
        let days = times().max().zip(times().min()).map_or(0, |(last, first)| (last - first) / DAY + 1);
        if !shop.season.learn {
            Learnt::Off
        } else if shop.products.iter().all(|p| p.categories.iter().all(String::is_empty)) {
            Learnt::NoCategory
        } else if (days as f64) < shop.season.fewest_days {
            Learnt::Short(days)
        } else {
            Learnt::From(days)
        }
    }
}

/// Adds the section, where there is anything to say. `most` is how many visits the most popular product has.
///
/// # Errors
///
/// `bad_config` when `[season]` names what is no category.
pub(super) fn add(
    shop: &Shop,
    catalog: &Catalog,
    sessions: &[Session],
    (k, most): (u32, u64),
    out: &mut PackWriter,
) -> Result<()> {
    let n = catalog.category_count();
    let learnt = match Learnt::of(shop, sessions) {
        Learnt::From(_) => learn(shop, catalog, sessions, k),
        _ => vec![[1.0; MONTHS]; n],
    };
    let mut said: BTreeMap<u32, &[Option<u32>; MONTHS]> = BTreeMap::new();
    for (path, months) in &shop.season.table {
        let unknown = || Error::new(Code::BadConfig, format!("season: \"{path}\" is no category."));
        said.insert(catalog.category_named(path).ok_or_else(unknown)?, months);
    }
    let mut told: Vec<Months> = Vec::with_capacity(n);
    let mut w = Writer::new();
    let mut rows = Vec::new();
    for (c, own) in (0..n as u32).zip(&learnt) {
        let parent = catalog.parent_of(c);
        let above = parent.map_or([0; MONTHS], |p| told[p as usize]);
        // Without a word of its own from the log, a category is as the one it lies in, which the shop may have set.
        let as_above = parent.map_or([1.0; MONTHS], |p| learnt[p as usize]) == *own;
        let mut months = if as_above { above } else { own.map(log) };
        for (m, percent) in months.iter_mut().zip(said.get(&c).copied().unwrap_or(&[None; MONTHS])) {
            *m = percent.map_or(*m, |p| log(f64::from(p) / 100.0));
        }
        told.push(months);
        if months != above {
            rows.push((c, months));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    w.i32(shop.zone_minutes);
    w.u32(libm::round(65_535.0 * core::f64::consts::LN_2 / libm::log1p(most.max(1) as f64)) as u32);
    w.count(rows.len());
    for (c, months) in &rows {
        w.u32(*c);
        months.iter().for_each(|m| w.u8(*m as u8));
    }
    out.add(Tag::SEASON, 0, rows.len(), w.finish());
    Ok(())
}

/// An index as a pack tells it.
fn log(index: f64) -> i8 {
    libm::round(libm::log2(index) * OCTAVE as f64).clamp(-127.0, 127.0) as i8
}

/// Index of each month of each category: its share of that month's visits over its mean share of the months, both with `shrink` visits at the rate
/// of the category above. What fewer than `k` shoppers turned to in a month counts as nothing.
fn learn(shop: &Shop, catalog: &Catalog, sessions: &[Session], k: u32) -> Vec<[f64; MONTHS]> {
    let n = catalog.category_count();
    let number: BTreeMap<&str, u32> = (0..n as u32).map(|c| (catalog.category_path(c), c)).collect();
    let of = |p: u32| shop.products[p as usize].categories.first().and_then(|path| number.get(path.as_str())).copied();
    let mut visits = [0.0; MONTHS];
    let mut turned: Vec<(u32, usize, u32)> = Vec::new();
    for s in sessions.iter().filter(|s| !s.steps.is_empty()) {
        let month = (time_of_year(Millis(s.start()), shop.zone_minutes) / 256) as usize;
        visits[month] += 1.0;
        let mut to: Vec<u32> =
            s.steps.iter().filter_map(|x| of(x.product)).flat_map(|c| catalog.category_chain(c)).collect();
        to.sort_unstable();
        to.dedup();
        turned.extend(to.into_iter().map(|c| (c, month, s.shopper)));
    }
    turned.sort_unstable();
    let mut counts = vec![[0.0; MONTHS]; n];
    for month in turned.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)) {
        if month.chunk_by(|x, y| x.2 == y.2).count() >= k as usize {
            counts[month[0].0 as usize][month[0].1] = month.len() as f64;
        }
    }
    let known = visits.iter().filter(|v| **v > 0.0).count().max(1) as f64;
    let shrink = shop.season.shrink;
    let mut out: Vec<[f64; MONTHS]> = Vec::with_capacity(n);
    for (c, counts) in (0..).zip(&counts) {
        let above = catalog.parent_of(c).map_or([1.0; MONTHS], |p| out[p as usize]);
        let share = |m: usize| if visits[m] > 0.0 { counts[m] / visits[m] } else { 0.0 };
        let mean = (0..MONTHS).map(share).sum::<f64>() / known;
        if mean == 0.0 {
            out.push(above);
            continue;
        }
        let index = |m: usize| (counts[m] + shrink * above[m]) / (visits[m] * mean + shrink);
        out.push(core::array::from_fn(index));
    }
    out
}

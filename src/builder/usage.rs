//! What a pack says of its coupons, so that a device can tell which of them a shopper will use.

use crate::catalog::Catalog;
use crate::engine::line_of;
use crate::event::EventKind;
use crate::id::Row;
use crate::money::price_band;
use crate::offer::usage::{CouponFacts, Mark, ONE, Usage, log1p};
use crate::offer::{Line, Promotion};
use crate::pack::{PackWriter, Tag};
use crate::shop::{Session, Shop};
use crate::time::DAY;
use std::collections::BTreeSet;

/// Days of a month.
const MONTH: f64 = 30.0;

/// Adds the section of each market that has coupons. `catalog` is the pack as it is so far, `row_of` where each of the shop's products stands in it.
pub(super) fn add(
    shop: &Shop,
    mut catalog: Catalog,
    sessions: &[Session],
    row_of: &[u32],
    out: &mut PackWriter,
) -> crate::error::Result<()> {
    let buyers = buyers(sessions, row_of, catalog.support());
    for (market, offers) in shop.offers.iter().enumerate().filter(|(_, m)| m.coupons.contains(&true)) {
        catalog.set_view(market, 0)?;
        let rows: Vec<(Row, Vec<Line>)> = (0..catalog.len() as u32)
            .map(Row)
            .map(|row| (row, catalog.variants_of(row).map(|v| line_of(&catalog, row, v)).collect()))
            .collect();
        let facts = |(p, is_coupon): (&Promotion, &bool)| match is_coupon {
            true => facts(&catalog, &rows, p, &buyers),
            false => CouponFacts::default(),
        };
        let coupons = offers.offers.list().iter().zip(&offers.coupons).map(facts).collect();
        let usage = Usage { coupons, ..shop.usage.clone() };
        out.add(Tag::USAGE, market as u32, offers.coupons.len(), usage.write());
    }
    Ok(())
}

fn facts(c: &Catalog, rows: &[(Row, Vec<Line>)], p: &Promotion, buyers: &[f64]) -> CouponFacts {
    let mine: Vec<Row> =
        rows.iter().filter(|(_, lines)| lines.iter().any(|l| p.is_about(l))).map(|(row, _)| *row).collect();
    let set = |of: &dyn Fn(Row) -> Option<u32>| -> Vec<u32> {
        mine.iter().filter_map(|row| of(*row)).collect::<BTreeSet<u32>>().into_iter().collect()
    };
    let types = set(&|row| c.category(row));
    let above = set(&|row| c.category(row).map(|x| c.parent_of(x).unwrap_or(x)));
    let ln = |n: f64| log1p((n * ONE as f64) as u64) as i32;
    let households: f64 = mine.iter().filter_map(|row| buyers.get(row.index())).sum();
    let about = [ln(households), ln(mine.len() as f64), ln(types.len() as f64)];
    let marks = [
        (Mark::Type, types),
        (Mark::Above, above),
        (Mark::Brand, set(&|row| c.brand(row))),
        (Mark::Band, set(&|row| c.price(row).now.map(price_band))),
    ];
    let marks =
        marks.into_iter().flat_map(|(mark, list)| list.into_iter().map(move |x| CouponFacts::mark(mark, x))).collect();
    CouponFacts { about, marks }
}

/// Visits a month that bought each product, by row; 0 where fewer than K shoppers are behind them.
fn buyers(sessions: &[Session], row_of: &[u32], k: u32) -> Vec<f64> {
    let mut bought: Vec<Session> = sessions.to_vec();
    bought.iter_mut().for_each(|s| s.steps.retain(|x| x.kind == EventKind::Purchase));
    let times = || sessions.iter().flat_map(|s| &s.steps).map(|x| x.at);
    let days = times().max().zip(times().min()).map_or(0, |(last, first)| (last - first) / DAY);
    let months = (days as f64 / MONTH).max(1.0);
    let mut out = vec![0.0; row_of.len()];
    for (row, n) in row_of.iter().zip(super::counts::popularity(&bought, row_of.len(), k)) {
        out[*row as usize] = n as f64 / months;
    }
    out
}

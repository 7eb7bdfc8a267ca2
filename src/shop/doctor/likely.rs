//! Tables of a folder that may be its log: told from their first rows, with the lines of `shop.toml` by which they are read.

use super::super::ShopFiles;
use super::super::catalog::CatalogRead;
use super::super::config::ShopConfig;
use super::super::log::moment;
use super::super::log::table::{EVENT, ITEM, SESSION, TIME, USER, event};
use super::super::table::{Sample, sample};
use std::collections::HashSet;

/// Rows that are looked at.
const ROWS: usize = 200;
/// 1973: smaller numbers are no seconds since 1970 but counts.
const LEAST_TIME: f64 = 1e8;
/// Columns of tables that other commands read.
const OTHERS: [&str; 2] = ["propensity", "pscore"];
/// Words in the names of columns that say which visit, and which shopper.
const OF_VISIT: [&str; 6] = ["session", "visit", "basket", "order", "cart", "receipt"];
const OF_SHOPPER: [&str; 8] = ["user", "customer", "visitor", "shopper", "member", "client", "household", "account"];

/// A table that looks like a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Likely {
    /// Its name.
    pub(super) file: String,
    /// Our names of columns and the table's, where the reader does not find them by itself.
    pub(super) columns: Vec<(&'static str, String)>,
    /// Its columns, where none of them looks like a visit or a shopper.
    pub(super) unsure: Option<String>,
}

impl Likely {
    /// What to write into `shop.toml`.
    pub(super) fn settings(&self) -> String {
        let mut out = format!("[log]\nfiles = [{:?}]", self.file);
        if !self.columns.is_empty() || self.unsure.is_some() {
            out.push_str("\n[columns]");
        }
        for (ours, theirs) in &self.columns {
            out.push_str(&format!("\n{ours} = {theirs:?}"));
        }
        if self.unsure.is_some() {
            out.push_str("\nsession_id = \"…\"   # or user_id");
        }
        out
    }
}

/// The folder's tables that look like logs, those first that need the fewest settings. What another command reads, or what nobody could read as a log, is none.
pub(super) fn likely(files: &ShopFiles, config: &ShopConfig, catalog: &CatalogRead) -> Vec<Likely> {
    let variants = catalog.products.iter().flat_map(|p| p.variants.iter().map(|v| v.id.as_str()));
    let ids: HashSet<&str> = catalog.products.iter().map(|p| p.id.as_str()).chain(variants).collect();
    let zone = config.zone_minutes().unwrap_or(0);
    let mut found: Vec<Likely> = Vec::new();
    for path in files.unread() {
        let Ok(rows) = sample(&path, ROWS) else { continue };
        let file = super::super::source::name(&path);
        found.extend(Look { config, ids: &ids, zone, rows: &rows }.as_log(file));
    }
    found.sort_by_key(|l| (l.unsure.is_some(), l.columns.len()));
    found
}

struct Look<'a> {
    config: &'a ShopConfig,
    ids: &'a HashSet<&'a str>,
    zone: i32,
    rows: &'a Sample,
}

impl Look<'_> {
    fn as_log(&self, file: String) -> Option<Likely> {
        if self.named(&OTHERS).is_some() {
            return None;
        }
        let item = self.column("item_id", ITEM, &|c| self.share(c, |id| self.ids.contains(id)) >= 0.5)?;
        let is_time = |text: &str| {
            let large = text.parse::<f64>().map_or(!text.is_empty(), |n| n >= LEAST_TIME);
            large && moment(text, self.zone).is_some()
        };
        let time = self.column("timestamp", TIME, &|c| c != item && self.share(c, is_time) > 0.9)?;
        let of_events = |c, step| self.share(c, |name| event(name).is_some_and(|kind| kind.is_step() == step)) > 0.5;
        let what = self.column("event", EVENT, &|c| c != item && c != time && of_events(c, true));
        // What was shared, or searched for, is no log of steps.
        if what.is_some_and(|c| of_events(c, false)) {
            return None;
        }
        let taken = [Some(item), Some(time), what];
        let hinted = |words: &'static [&str]| {
            move |c: usize| {
                let name = self.rows.columns[c].to_ascii_lowercase();
                !taken.contains(&Some(c)) && words.iter().any(|w| name.contains(w))
            }
        };
        let visit = self.column("session_id", SESSION, &hinted(&OF_VISIT));
        let who = self.column("user_id", USER, &hinted(&OF_SHOPPER));
        let roles = [
            ("session_id", SESSION, visit),
            ("user_id", USER, who),
            ("item_id", ITEM, Some(item)),
            ("timestamp", TIME, Some(time)),
            ("event", EVENT, what),
        ];
        let by_itself = |ours: &str, known: &[&str]| match self.config.columns.get(ours) {
            Some(name) => self.named(&[name]),
            None => self.named(known),
        };
        let differs = roles.into_iter().filter(|(ours, known, c)| c.is_some() && by_itself(ours, known) != *c);
        let columns = differs.filter_map(|(ours, _, c)| Some((ours, self.rows.columns[c?].clone()))).collect();
        let unsure = (visit.is_none() && who.is_none()).then(|| self.rows.columns.join(", "));
        Some(Likely { file, columns, unsure })
    }

    /// The column for one of our names: the one that the settings or its own name say, where it holds what it should, or else the first that does.
    fn column(&self, ours: &str, known: &[&str], holds: &dyn Fn(usize) -> bool) -> Option<usize> {
        let own = self.config.columns.get(ours).and_then(|name| self.named(&[name]));
        let named = own.or_else(|| self.named(known));
        let other = || (0..self.rows.columns.len()).find(|c| holds(*c));
        named.filter(|c| self.rows.rows.is_empty() || holds(*c)).or_else(other).or(named)
    }

    fn named(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.rows.columns.iter().position(|c| c.eq_ignore_ascii_case(n)))
    }

    /// The share of a column's filled fields for which something holds.
    fn share(&self, column: usize, holds: impl Fn(&str) -> bool) -> f64 {
        let filled = self.rows.rows.iter().filter_map(|r| r.get(column)).filter(|f| !f.is_empty());
        let (mut all, mut good) = (0, 0);
        for field in filled {
            all += 1;
            good += usize::from(holds(field));
        }
        if all == 0 { 0.0 } else { f64::from(good as u32) / f64::from(all) }
    }
}

//! Reading the log: rows become visits in a canonical order, whatever the order of the file.

use super::config::ShopConfig;
use super::rejects::Rejects;
use super::table::Table;
use super::{Progress, Result};
use crate::catalog::Availability;
use crate::catalog::build::{ProductDraft, VariantDraft, VariantOffer};
use crate::error::{Code, Error};
use crate::event::EventKind;
use crate::time::MINUTE;
use std::collections::HashMap;
use std::path::Path;

/// A shop's visits.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Sorted by (start, id).
    pub sessions: Vec<Session>,
    /// Distinct shoppers: users, or visits where there are none.
    pub shoppers: u32,
    /// True when the log has user ids.
    pub has_users: bool,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The log's id for it, or one made of the user and a number.
    pub id: String,
    /// Whose it is, by number.
    pub shopper: u32,
    /// In order of time; ties in the order of the file.
    pub steps: Vec<LogStep>,
}

impl Session {
    /// Time of the first step, in milliseconds.
    pub fn start(&self) -> i64 {
        self.steps.first().map_or(0, |s| s.at)
    }
}

/// One step of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogStep {
    /// Product, by number.
    pub product: u32,
    /// Milliseconds since 1970 UTC, or whatever the log counts.
    pub at: i64,
    /// What happened.
    pub kind: EventKind,
}

pub(super) struct LogRead {
    pub(super) log: Log,
    pub(super) products: Vec<ProductDraft>,
    pub(super) unmatched: Vec<(String, u64)>,
}

/// Pause that ends a visit in a log without visits.
const PAUSE: i64 = 30 * MINUTE;

struct Columns {
    session: Option<usize>,
    item: usize,
    time: usize,
    event: Option<usize>,
    user: Option<usize>,
}

/// Ids met in a file, numbered as they come.
#[derive(Default)]
struct Numbers {
    of: HashMap<String, u32>,
    names: Vec<String>,
}

impl Numbers {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(n) = self.of.get(name) {
            return *n;
        }
        let n = self.names.len() as u32;
        self.of.insert(name.to_string(), n);
        self.names.push(name.to_string());
        n
    }
}

struct LogRow {
    /// Visit, or user where there are no visits.
    owner: u32,
    user: u32,
    step: LogStep,
}

/// Reads a log. With a catalogue, ids it does not have are counted as unmatched and left out.
pub(super) fn read(
    path: &Path,
    config: &ShopConfig,
    products: Vec<ProductDraft>,
    has_catalog: bool,
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> Result<LogRead> {
    let table = Table::open(path, progress)?;
    let c = columns(&table, config)?;
    let catalog = ids_of(&products);
    let (mut owners, mut users, mut items) = (Numbers::default(), Numbers::default(), Numbers::default());
    let (mut unmatched, mut rows): (HashMap<String, u64>, Vec<LogRow>) = (HashMap::new(), Vec::new());
    let zone = config.zone_minutes()?;
    table.for_each(rejects, progress, |row| {
        let (item, owner) = (row.get(Some(c.item)), row.get(c.session.or(c.user)));
        if item.is_empty() {
            return Err("no item id");
        }
        if owner.is_empty() {
            return Err("neither a session nor a user");
        }
        let at = timestamp(row.get(Some(c.time)), zone).ok_or("a timestamp that is no time")?;
        let kind = match row.get(c.event) {
            "" => EventKind::ViewItem,
            name => match event(name) {
                Some(kind) => kind,
                None => return Err("an unknown event"),
            },
        };
        if !kind.is_step() {
            return Ok(());
        }
        let product = if has_catalog {
            let Some(p) = catalog.get(item) else {
                *unmatched.entry(item.to_string()).or_default() += 1;
                return Ok(());
            };
            *p
        } else {
            items.number(item)
        };
        let user = users.number(row.get(c.user));
        rows.push(LogRow { owner: owners.number(owner), user, step: LogStep { product, at, kind } });
        Ok(())
    })?;
    let (mut products, mut rows) = (products, rows);
    if !has_catalog {
        products = sort_log_products(items.names, &mut rows);
    }
    let log = sessions(rows, &owners.names, &users.names, c.session.is_some(), c.user.is_some());
    if log.sessions.is_empty() && unmatched.is_empty() {
        return Err(Error::new(Code::EmptyLog, format!("{} has no usable row.", path.display())));
    }
    let mut unmatched: Vec<(String, u64)> = unmatched.into_iter().collect();
    unmatched.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(LogRead { log, products, unmatched })
}

fn columns(t: &Table<'_>, config: &ShopConfig) -> Result<Columns> {
    let find = |ours: &str, known: &[&str]| match config.columns.get(ours) {
        Some(name) => t.named(name).map(Some),
        None => Ok(t.column(known)),
    };
    let missing = |what: &str| {
        Error::new(Code::BadTable, format!("{} has no column for {what}; it has {}.", t.file, t.columns().join(", ")))
    };
    let session = find("session_id", &["session_id", "session", "visit_id", "order_id", "basket_id"])?;
    let user = find("user_id", &["user_id", "user", "customer_id", "visitor_id"])?;
    if session.is_none() && user.is_none() {
        return Err(missing("the session or the user"));
    }
    Ok(Columns {
        session,
        user,
        item: find("item_id", &["item_id", "item", "product_id", "sku", "id"])?.ok_or_else(|| missing("the item"))?,
        time: find("timestamp", &["timestamp", "time", "ts", "event_time", "date"])?
            .ok_or_else(|| missing("the time"))?,
        event: find("event", &["event", "event_name", "event_type", "type"])?,
    })
}

/// Every id of a product → its number. An id of several products is the first's.
fn ids_of(products: &[ProductDraft]) -> HashMap<String, u32> {
    let mut ids = HashMap::new();
    let kinds: [fn(&ProductDraft) -> Vec<&String>; 3] =
        [|p| vec![&p.id], |p| p.variants.iter().map(|v| &v.id).collect(), |p| p.aliases.iter().collect()];
    for of in kinds {
        for (p, n) in products.iter().zip(0..) {
            for id in of(p) {
                ids.entry(id.clone()).or_insert(n);
            }
        }
    }
    ids
}

/// GA4's name, or a common word for it.
fn event(name: &str) -> Option<EventKind> {
    EventKind::from_name(name).or_else(|| {
        Some(match name.to_ascii_lowercase().as_str() {
            "view" | "click" | "pageview" | "detail" | "pv" => EventKind::ViewItem,
            "cart" | "addtocart" | "add" => EventKind::AddToCart,
            "fav" | "favorite" | "favourite" | "wishlist" => EventKind::AddToWishlist,
            "buy" | "order" | "transaction" => EventKind::Purchase,
            _ => return None,
        })
    })
}

/// Seconds or milliseconds since 1970, or a date with a time; without an offset in the shop's zone.
fn timestamp(text: &str, zone_minutes: i32) -> Option<i64> {
    if let Ok(v) = text.parse::<i64>() {
        // From 10^11 on it must be milliseconds: as seconds that is the year 5138.
        return if v.abs() >= 100_000_000_000 { Some(v) } else { v.checked_mul(1000) };
    }
    if let Ok(v) = text.parse::<f64>() {
        return (v.is_finite() && v.abs() < 1e11).then(|| libm::round(v * 1000.0) as i64);
    }
    if let Ok(t) = text.parse::<jiff::Timestamp>() {
        return Some(t.as_millisecond());
    }
    let offset = jiff::tz::Offset::from_seconds(zone_minutes * 60).ok()?;
    let local: jiff::civil::DateTime = text.parse().ok()?;
    offset.to_timestamp(local).ok().map(|t| t.as_millisecond())
}

/// Products of a log without a catalogue, sorted by id, so that their order does not depend on the file's.
fn sort_log_products(names: Vec<String>, rows: &mut [LogRow]) -> Vec<ProductDraft> {
    let mut order: Vec<u32> = (0..names.len() as u32).collect();
    order.sort_unstable_by(|a, b| names[*a as usize].cmp(&names[*b as usize]));
    let mut place = vec![0; names.len()];
    order.iter().zip(0..).for_each(|(old, new)| place[*old as usize] = new);
    rows.iter_mut().for_each(|r| r.step.product = place[r.step.product as usize]);
    let offer = VariantOffer { list: None, sale: None, availability: Availability::InStock };
    let product = |old: &u32| {
        let id = names[*old as usize].clone();
        let variant = VariantDraft { id: id.clone(), titles: Vec::new(), offers: vec![offer] };
        ProductDraft { id, variants: vec![variant], ..ProductDraft::default() }
    };
    order.iter().map(product).collect()
}

/// Rows to visits: sorted in time within a visit, ties in the file's order; visits by (start, id).
fn sessions(rows: Vec<LogRow>, owners: &[String], users: &[String], has_sessions: bool, has_users: bool) -> Log {
    let mut by_owner: Vec<Vec<LogRow>> = owners.iter().map(|_| Vec::new()).collect();
    for row in rows {
        by_owner[row.owner as usize].push(row);
    }
    let mut out: Vec<(String, String, Session)> = Vec::new();
    for (owner, mut rows) in owners.iter().zip(by_owner) {
        rows.sort_by_key(|r| r.step.at);
        let pause = |a: &LogRow, b: &LogRow| has_sessions || b.step.at - a.step.at <= PAUSE;
        for (n, visit) in rows.chunk_by(pause).enumerate() {
            let id = if has_sessions { owner.clone() } else { format!("{owner}/{n}") };
            // A visit's shopper is the first user it names, and the visit itself where it names none.
            let user = visit.iter().map(|r| users[r.user as usize].as_str()).find(|u| !u.is_empty());
            let shopper = match user {
                Some(user) if has_users => format!("u{user}"),
                _ => format!("s{id}"),
            };
            let steps = visit.iter().map(|r| r.step).collect();
            out.push((id.clone(), shopper, Session { id, shopper: 0, steps }));
        }
    }
    out.sort_by(|a, b| (a.2.start(), &a.0).cmp(&(b.2.start(), &b.0)));
    let mut shoppers = Numbers::default();
    let sessions = out.into_iter().map(|(_, shopper, s)| Session { shopper: shoppers.number(&shopper), ..s }).collect();
    Log { sessions, shoppers: shoppers.names.len() as u32, has_users }
}

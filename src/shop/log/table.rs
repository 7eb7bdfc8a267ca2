//! A row for each step: `session_id` or `user_id`, `item_id`, `timestamp`, `event`, under these or other names.

use super::super::config::ShopConfig;
use super::super::rejects::{Out, Part, Rejects};
use super::super::table::Table;
use super::super::{Progress, Result};
use super::sink::{Event, Sink};
use crate::error::{Code, Error};
use crate::event::EventKind;
use std::collections::BTreeSet;
use std::path::Path;

/// Columns of the visit.
pub(in crate::shop) const SESSION: &[&str] = &["session_id", "session", "visit_id", "order_id", "basket_id"];
/// Columns of the shopper.
pub(in crate::shop) const USER: &[&str] = &["user_id", "user", "customer_id", "visitor_id", "user_pseudo_id"];
/// Columns of the event's name.
pub(in crate::shop) const EVENT: &[&str] = &["event", "event_name", "event_type", "type"];
/// Columns of an item; the first that is there names it.
pub(in crate::shop) const ITEM: &[&str] = &["item_id", "item", "product_id", "sku", "id"];
/// Columns of the time.
pub(in crate::shop) const TIME: &[&str] = &["timestamp", "time", "ts", "event_time", "date", "event_timestamp"];
/// More columns in which an item's id may stand.
const MORE_IDS: &[&str] =
    &["variant_id", "item_variant", "gtin", "ean", "barcode", "mpn", "stock_code", "item_code", "handle", "item_name"];

struct Columns {
    session: Option<usize>,
    item: usize,
    time: usize,
    event: Option<usize>,
    user: Option<usize>,
    /// GA4's number of a visit, which is one only together with the user.
    visit: Option<usize>,
    /// Other columns that may hold the item's id.
    ids: Vec<usize>,
}

/// Reads a table. `rows` counts through all files of the log: rows of one time keep the files' order.
pub(super) fn read(
    path: &Path,
    config: &ShopConfig,
    rows: &mut u64,
    sink: &mut Sink<'_>,
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> Result<()> {
    let table = Table::open(path, progress)?;
    let c = columns(&table, config)?;
    let name = |column: usize| table.columns()[column].clone();
    let names: Vec<String> = std::iter::once(c.item).chain(c.ids.iter().copied()).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fields = sink.fields(&names, 1);
    let label = |column: Option<usize>| column.map(|c| table.columns()[c].clone());
    let labels = [label(c.session), label(c.user), label(Some(c.item)), label(Some(c.time)), label(c.event)];
    let places = [c.session, c.user, Some(c.item), Some(c.time), c.event];
    sink.raw.has_users |= c.user.is_some();
    table.for_each(Part::Log, rejects, progress, |row| {
        *rows += 1;
        for (label, place) in labels.iter().zip(places) {
            if let Some(label) = label {
                sink.note(label, !row.get(place).is_empty());
            }
        }
        let mut item = vec![(fields[0], row.get(Some(c.item)))];
        item.extend(c.ids.iter().zip(&fields[1..]).map(|(column, field)| (*field, row.get(Some(*column)))));
        if !sink.is_item(&item) {
            return Err("no item id".into());
        }
        let (session, user, visit) = (row.get(c.session), row.get(c.user), row.get(c.visit));
        let made = if user.is_empty() || visit.is_empty() { String::new() } else { format!("{user}.{visit}") };
        let session = if session.is_empty() { made.as_str() } else { session };
        if session.is_empty() && user.is_empty() {
            return Err("neither a session nor a user".into());
        }
        let time = sink.time(row.get(Some(c.time)))?;
        let kind = match row.get(c.event) {
            "" => sink.unnamed(),
            name => match sink.kind(name, event(name)) {
                Some(kind) => kind,
                None if sink.is_named(name) => return Err(Out::Ignored("an event that is no step")),
                None => return Err("an unknown event".into()),
            },
        };
        if !kind.is_step() {
            return Err(Out::Ignored("an event that is no step"));
        }
        let event = Event { session, account: user, device: "", order: *rows };
        sink.step(&event, time.at, kind, 0, 0, &item);
        Ok(())
    })
}

fn columns(t: &Table<'_>, config: &ShopConfig) -> Result<Columns> {
    let find = |ours: &str, known: &[&str]| match config.columns.get(ours) {
        Some(name) => t.named(name).map(Some),
        None => Ok(t.column(known)),
    };
    let missing =
        |what: &str| Error::new(Code::BadTable, format!("{} has no column for {what}; it has {}.", t.file, t.listed()));
    let (session, user) = (find("session_id", SESSION)?, find("user_id", USER)?);
    if session.is_none() && user.is_none() {
        return Err(missing("the session or the user"));
    }
    let item = find("item_id", ITEM)?.ok_or_else(|| missing("the item"))?;
    let taken = [session, user, Some(item)];
    // The column that a rule names is one of them, whatever its name.
    let own = config.log.id.field.as_str();
    let known =
        ITEM.iter().chain(MORE_IDS).copied().chain([own]).filter(|n| !n.is_empty()).filter_map(|n| t.column(&[n]));
    Ok(Columns {
        session,
        user,
        item,
        time: find("timestamp", TIME)?.ok_or_else(|| missing("the time"))?,
        event: find("event", EVENT)?,
        visit: t.column(&["ga_session_id"]),
        ids: known.filter(|c| !taken.contains(&Some(*c))).collect::<BTreeSet<_>>().into_iter().collect(),
    })
}

/// GA4's name, or a common word for it.
pub(in crate::shop) fn event(name: &str) -> Option<EventKind> {
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

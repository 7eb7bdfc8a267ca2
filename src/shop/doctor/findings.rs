//! What a data engineer should know, and what to do about it.

use super::super::log::Format;
use super::super::rejects::{Part, Reason};
use super::Diagnosis;
use super::likely::Likely;
use crate::error::Error;
use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// `nearshelf pack` refuses the shop.
    Error,
    /// The pack will be worse than it could be.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A stable word: for an error its code in `manual/errors.md`.
    pub code: &'static str,
    /// What was found.
    pub text: String,
    /// What to do.
    pub fix: String,
    /// At most ten examples.
    pub examples: Vec<String>,
}

/// An error that `pack` would end with.
pub(super) fn error(e: &Error) -> Finding {
    Finding {
        severity: Severity::Error,
        code: e.code(),
        text: e.detail().to_string(),
        fix: e.fix().to_string(),
        examples: Vec::new(),
    }
}

/// A shop without a log, which `pack` takes: its shelves show what is published, in that order.
pub(super) fn no_log(likely: &[Likely]) -> Finding {
    let what = match likely {
        [] => "no file of the folder is a log, or a table that looks like one".to_string(),
        [one] => {
            format!("no file of the folder is a log beyond doubt, and {} is a table that looks like one", one.file)
        }
        several => {
            format!("no file of the folder is a log beyond doubt, and {} tables look like one", several.len())
        }
    };
    let fix = match likely.first() {
        None => "Name the log interactions.csv (or .jsonl, .parquet, .gz), or name it in shop.toml: [log] files = [\"log.csv\"]. Exports of GA4, Segment, Shopify or a server are found by \
                 what is in them; see manual/logs.md."
            .to_string(),
        Some(first) => {
            let unsure = first.unsure.as_ref().map_or(String::new(), |columns| {
                format!(" Which column is the visit or the shopper its names do not say: it has {columns}.")
            });
            format!(
                "If it is the log, say so in shop.toml; several files of one log may stand in the list. See manual/logs.md.{unsure}\n{}",
                first.settings()
            )
        }
    };
    Finding {
        severity: Severity::Warning,
        code: "no_log",
        text: format!("There is no log, so a pack would know nothing of what goes with what or is popular: {what}."),
        fix,
        examples: likely.iter().take(10).map(|l| l.file.clone()).collect(),
    }
}

struct Notes {
    out: Vec<Finding>,
}

impl Notes {
    fn add(&mut self, severity: Severity, code: &'static str, text: String, fix: &str, examples: &[String]) {
        let examples = examples.iter().take(10).cloned().collect();
        self.out.push(Finding { severity, code, text, fix: fix.to_string(), examples });
    }

    fn warn(&mut self, code: &'static str, text: String, fix: &str, examples: &[String]) {
        self.add(Severity::Warning, code, text, fix, examples);
    }

    fn note(&mut self, code: &'static str, text: String, fix: &str, examples: &[String]) {
        self.add(Severity::Note, code, text, fix, examples);
    }
}

/// A share in percent. What is neither nothing nor all never reads as that.
pub fn percent(part: u64, of: u64) -> String {
    let share = if of == 0 { 0.0 } else { part as f64 * 100.0 / of as f64 };
    let rounded = match share {
        s if s > 0.0 && s < 0.1 => 0.1,
        s if s < 100.0 && s > 99.9 => 99.9,
        s => s,
    };
    format!("{rounded:.1} %")
}

/// 1234567 as 1,234,567.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// All findings but the errors.
pub(super) fn findings(d: &Diagnosis) -> Vec<Finding> {
    let mut notes = Notes { out: Vec::new() };
    rows(d, &mut notes);
    matching(d, &mut notes);
    fields(d, &mut notes);
    time(d, &mut notes);
    log(d, &mut notes);
    notes.out
}

fn rows(d: &Diagnosis, notes: &mut Notes) {
    for tally in &d.parts {
        for (reason, found) in &tally.rejected {
            let text = format!(
                "{} of {} rows of {} were rejected: {reason}",
                number(found.rows),
                number(tally.read()),
                tally.name()
            );
            notes.warn("rejected_rows", text, advice(reason, tally.part, d.format), &examples(found));
        }
    }
}

fn examples(reason: &Reason) -> Vec<String> {
    reason.examples.iter().map(|(file, line, row)| format!("{file}:{line} {row}").trim_end().to_string()).collect()
}

/// What to do about rows that were rejected for a reason.
fn advice(reason: &str, part: Part, format: Option<Format>) -> &'static str {
    match reason {
        "no id" => "Give every product an id, or name its column: [columns] id = \"…\".",
        "a second row with this id" => {
            "The first row counts. Give variants ids of their own and a common item_group_id."
        }
        "a price that is no number" => "Write prices as 59.00 or 59.00 CNY.",
        "a price in another currency than its market's" => "Add a [[market]] with that currency and its price column.",
        "an unknown availability" => "Use in_stock, out_of_stock, preorder, backorder or not_sold.",
        "a quote is not closed" => "Export again as CSV with doubled quotes inside quoted fields (RFC 4180).",
        "not UTF-8" => "Export again as UTF-8.",
        "more fields than columns" => "Quote fields that hold a comma.",
        "not a JSON object" => "Each line has to be one JSON object; a cut line comes from a broken download.",
        "not a request" => "Use the common or combined format, or JSON lines; leave error logs out.",
        "an unknown event" => "Say what it means: [log.events] NAME = \"view_item\", or \"ignore\".",
        "a timestamp that is no time" => "Write seconds or milliseconds since 1970, or 2026-11-01T10:00:00+08:00.",
        "neither a session nor a user" => {
            "Export session_id or user_id, or name the column: [columns] session_id = \"…\"."
        }
        "no item id" | "no product id" if format == Some(Format::Table) => {
            "Export the id of the item, or name its column: [columns] item_id = \"…\"."
        }
        "no item id" | "no product id" => {
            "Send the product's id with the event; another field may hold it: [log.id] field = \"…\"."
        }
        _ if part == Part::Catalog => "Correct these rows of the catalogue.",
        _ => "Look at these rows in the export.",
    }
}

fn matching(d: &Diagnosis, notes: &mut Notes) {
    let Some(m) = &d.matching else { return };
    let missed = m.steps - m.matched;
    if missed > 0 {
        let text = format!(
            "{} of {} steps ({}) are on ids that the catalogue does not have",
            number(missed),
            number(m.steps),
            percent(missed, m.steps)
        );
        let shown: Vec<String> = m.unmatched.iter().map(|(id, n)| format!("{id} ({} times)", number(*n))).collect();
        let fix = match (m.proposals.first(), missed * 20 > m.steps) {
            (Some(_), _) => {
                "Put the lines of the best mapping into shop.toml, in place of [log.id] and [log.catalog] there."
            }
            (None, true) => "No mapping was found: is the catalogue the one of the log's time, with all its variants?",
            (None, false) => "These may be products that are no longer sold.",
        };
        if missed * 100 > m.steps {
            notes.warn("unmatched_ids", text, fix, &shown);
        } else {
            notes.note("unmatched_ids", text, fix, &shown);
        }
    }
}

/// Fields whose absence costs something: name, what is lost, and how to get it.
const WANTED: [(&str, &str, &str); 12] = [
    (
        "title",
        "products without a title cannot be searched or shown",
        "Fill the column, or name another: [columns] title = \"…\".",
    ),
    (
        "price",
        "products without a price are ranked and never shown with one",
        "Fill the column, or name another: [columns] price = \"…\".",
    ),
    (
        "product_type",
        "without categories new products are not found",
        "Fill the column (A > B > C), or name another: [columns] product_type = \"…\".",
    ),
    (
        "brand",
        "brands are a taste that the portrait keeps",
        "Fill the column, or name another: [columns] brand = \"…\".",
    ),
    (
        "image_link",
        "the shelf has no picture to show",
        "Fill the column, or name another: [columns] image_link = \"…\".",
    ),
    ("link", "the shelf has nothing to link to", "Fill the column, or name another: [columns] link = \"…\"."),
    ("ga_session_id", "visits are cut at 30 minutes of silence instead", "Export event_params with ga_session_id."),
    ("messageId", "repeated calls are told by their content only", "Export messageId."),
    ("item_id", "items without an id are left out", "Send item_id with every item."),
    ("product_id", "the product is looked for by the other ids", "Send product_id with every product."),
    ("sku", "the product is looked for by the other ids", "Give every variant a SKU in the shop's admin."),
    ("customer", "orders without a customer are shoppers of their own", "Export orders with their customers."),
];

fn fields(d: &Diagnosis, notes: &mut Notes) {
    for f in d.fields.iter().filter(|f| f.rows > 0) {
        let wanted = WANTED.iter().find(|(name, ..)| *name == f.field);
        let missing = f.rows - f.filled;
        if let Some((name, lost, fix)) = wanted.filter(|_| missing * 10 > f.rows) {
            let of = if f.part == Part::Catalog { "products" } else { "steps" };
            let text = format!("{name} is missing in {} of the {of}: {lost}", percent(missing, f.rows));
            notes.note("missing_fields", text, fix, &[]);
        }
    }
    if d.duplicates > 0 {
        let text = format!("{} rows of the catalogue repeat an id; the first of each counts", number(d.duplicates));
        notes.warn("duplicate_products", text, "Export each variant once.", &[]);
    }
}

fn time(d: &Diagnosis, notes: &mut Notes) {
    let Some(t) = &d.time else { return };
    if t.is_ordinal {
        let text = "timestamps count and tell no time: days, gaps and seasons are unknown".to_string();
        return notes.note("ordinal_time", text, "Export real times if the shop has them.", &[]);
    }
    let empty = t.days.saturating_sub(t.days_with_steps);
    if empty > 0 {
        let shown: Vec<String> =
            t.gaps.iter().map(|(a, b, n)| if n == &1 { a.clone() } else { format!("{a} to {b} ({n} days)") }).collect();
        let text = format!("{empty} of {} days have no step", t.days);
        notes.warn("gaps", text, "Look for files that are missing or empty; export those days again.", &shown);
    }
    if t.future > 0 {
        let text = format!("{} steps lie in the future", number(t.future));
        notes.warn("future", text, "Check the unit and the zone of the timestamps ([shop] zone).", &t.future_examples);
    }
    if t.ancient > 0 {
        let text = format!("{} steps lie before the year 2000", number(t.ancient));
        notes.warn(
            "ancient",
            text,
            "A missing time was written as 0, or in another unit; export those rows again.",
            &t.ancient_examples,
        );
    }
    if t.units.len() > 1 {
        let units: Vec<String> = t.units.iter().map(|(u, n)| format!("{} in {u}", number(*n))).collect();
        let text = format!("timestamps are written in several ways: {}", units.join(", "));
        notes.note("mixed_units", text, "Each is told by its size and read rightly; two exporters are at work.", &[]);
    }
}

fn log(d: &Diagnosis, notes: &mut Notes) {
    let Some(l) = &d.log else { return };
    if l.copies > 0 {
        let text = format!("{} steps are copies of an event that was there already, and left out", number(l.copies));
        notes.note("copies", text, "Overlapping exports and pages loaded twice make them; nothing is to be done.", &[]);
    }
    if l.repeated > 0 {
        let text =
            format!("{} rows repeat another in visit, item, event and time, and count twice", number(l.repeated));
        notes.warn(
            "repeated_rows",
            text,
            "Export each event once; several items of one kind are one row.",
            &l.repeated_examples,
        );
    }
    if l.steps == 0 {
        return;
    }
    if l.one_step_visits * 5 > l.visits * 4 {
        let text = format!(
            "{} of the visits have one step only: little can be learnt of what goes with what",
            percent(l.one_step_visits, l.visits)
        );
        notes.warn(
            "short_visits",
            text,
            "Check that session_id is one visit and not one event; without it, export user_id.",
            &[],
        );
    }
    if !l.has_users {
        let text =
            "the log does not tell shoppers apart: each visit counts as one, and K = 2 is the default".to_string();
        notes.note("no_shoppers", text, "Export user_id or a pseudonym of it.", &[]);
    }
    let k = if l.has_users { 5 } else { 2 };
    let supported = l.support.iter().find(|(n, _)| *n == k).map_or(0, |(_, n)| *n);
    if supported * 2 < l.products {
        let text = format!(
            "{} of the products have the {k} shoppers that the default K asks for",
            percent(supported, l.products)
        );
        notes.note(
            "little_support",
            text,
            "Read a longer log; the others are ranked by what the catalogue says of them.",
            &[],
        );
    }
    let seen = l.support.first().map_or(0, |(_, n)| *n);
    if seen < l.products && d.has_catalog {
        let text =
            format!("{} of {} products are in the catalogue only", number(l.products - seen), number(l.products));
        notes.note(
            "unseen_products",
            text,
            "New ones are; many of them mean ids that do not match.",
            &l.unseen_examples,
        );
    }
    if l.kinds.iter().all(|(kind, _)| *kind == "view_item") {
        let text = "every step is a look: carts and purchases would say more".to_string();
        notes.note("looks_only", text, "Export add_to_cart and purchase too.", &[]);
    }
}

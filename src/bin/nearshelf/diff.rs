//! What changed between two packs, in words.

use crate::output::say;
use nearshelf::publish::{
    AvailabilityDiff, Basis, Changes, Check, Facts, MarketDiff, Measure, Named, PackDiff, PriceDiff, Quality,
    SectionSize,
};

/// Days of a log, as dates.
pub(crate) fn days(facts: &Facts) -> String {
    let date = |n: i32| {
        let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(n).ok()?).ok()?;
        Some(day.to_string())
    };
    let text = |n: i32| date(n).unwrap_or_else(|| format!("day {n}"));
    facts.days.map_or("none, or not told".into(), |(first, last)| format!("{} to {}", text(first), text(last)))
}

pub(crate) fn print(d: &PackDiff) {
    say!("\nagainst pack {}: log {}, support threshold {}", d.old.version, days(&d.old), d.old.support);
    changes("products", &d.products);
    if d.still_known > 0 {
        say!("  {} of the removed are still known, as a variant or an alias", d.still_known);
    }
    changes("variants", &d.variants);
    let details: Vec<String> =
        d.details.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name} {n}")).collect();
    say!(
        "details of products that both have: {}",
        if details.is_empty() { "as they were".into() } else { details.join(", ") }
    );
    d.markets.iter().for_each(market);
    say!("tables");
    for t in &d.tables {
        let overlap = t.overlap.map_or("-".into(), |o| format!("{:.1} %", 100.0 * o));
        say!("  {:<10} pairs {}, products {}; lists overlap {overlap}", t.name, arrow(t.pairs), arrow(t.products));
        if t.lost > 0 {
            say!("  {:<10} {} of {} products lost all neighbours", "", t.lost, t.had);
        }
    }
    if d.worth.is_empty() {
        say!("evidence is worth what it was");
    } else {
        say!("{:<18} {:>7} {:>7} {:>7} {:>7} {:>7}", "worth at step", "1", "2", "3-4", "5-8", "9-");
    }
    for w in &d.worth {
        let row = |values: &[f64]| values.iter().map(|v| format!("{v:>7.2}")).collect::<Vec<_>>().join(" ");
        say!("  {:<16} {}  old", w.component, row(&w.old));
        say!("  {:<16} {}  new", "", row(&w.new));
    }
    for (name, old, new) in &d.settings {
        say!("{name}: {old} → {new}");
    }
}

fn arrow((old, new): (usize, usize)) -> String {
    if old == new { format!("{old} as before") } else { format!("{old} → {new}") }
}

fn changes(what: &str, c: &Changes) {
    say!("{what}: {}; {} added, {} removed", arrow((c.old, c.new)), c.added, c.removed);
    examples('+', c.added, &c.added_examples);
    examples('-', c.removed, &c.removed_examples);
}

fn examples(sign: char, all: usize, list: &[Named]) {
    for n in list {
        say!("  {sign} {}  {}", n.id, n.title);
    }
    if all > list.len() {
        say!("  {sign} ... and {} more", all - list.len());
    }
}

fn market(m: &MarketDiff) {
    match (&m.old, &m.new) {
        (None, Some(new)) => return say!("market {}: added, in {}", m.code, new.currency),
        (Some(_), None) => return say!("market {}: removed", m.code),
        (Some(old), Some(new)) if old.currency != new.currency => {
            say!("market {}: {} → {}", m.code, old.currency, new.currency);
        }
        (_, Some(new)) => say!("market {}, in {}", m.code, new.currency),
        (None, None) => return,
    }
    if let (Some(p), Some(old), Some(new)) = (&m.prices, &m.old, &m.new) {
        prices(p, old.exponent, new.exponent);
    }
    if let Some(a) = &m.availability {
        availability(a);
    }
    let o = &m.offers;
    if o.old + o.new > 0 {
        say!(
            "  offers: {}; {} added, {} removed, {} changed",
            arrow((o.old, o.new)),
            o.added,
            o.removed,
            m.offers_changed.len()
        );
        examples('+', o.added, &o.added_examples);
        examples('-', o.removed, &o.removed_examples);
        m.offers_changed.iter().take(10).for_each(|id| say!("  ~ {id}"));
    }
}

fn prices(p: &PriceDiff, old: u8, new: u8) {
    let times = |v: Option<f64>| v.map_or("-".into(), |v| format!("× {v:.3}"));
    say!(
        "  prices: {} compared, {} up, {} down; median {}, of the changed {}",
        p.compared,
        p.up,
        p.down,
        times(p.median),
        times(p.median_change)
    );
    if p.gained + p.lost > 0 {
        say!("  prices: {} new, {} gone", p.gained, p.lost);
    }
    for c in &p.largest {
        let (before, after) = (amount(c.old, old), amount(c.new, new));
        say!("  ~ {}  {before} → {after}  {}", c.variant.id, c.variant.title);
    }
}

/// Minor units as one writes them.
fn amount(minor: i64, exponent: u8) -> String {
    let digits = usize::from(exponent);
    let text = format!("{minor:0>width$}", width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") }
}

fn availability(a: &AvailabilityDiff) {
    for ((from, to), n) in &a.moves {
        say!("  availability: {n} variants from {} to {}", from.code(), to.code());
    }
    let b = &a.buyable;
    say!(
        "  can be bought: {}; {} back, {} no longer, and {} no longer sold",
        arrow((b.old, b.new)),
        b.added,
        b.removed,
        a.no_longer_sold
    );
    examples('+', b.added, &b.added_examples);
    examples('-', b.removed, &b.removed_examples);
}

pub(crate) fn sections(all: &[SectionSize]) {
    say!("\n{:<6} {:>4} {:>11} {:>11} {:>11} {:>11}", "", "key", "raw old", "raw new", "brotli old", "brotli new");
    for s in all {
        let (tag, key) = s.section.map_or(("whole".into(), String::new()), |(tag, key)| (tag.name(), key.to_string()));
        let cell = |v: Option<usize>| v.map_or("-".into(), |v| v.to_string());
        let (old, new) = (s.old.unzip(), s.new.unzip());
        let note = match (s.old, s.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ if s.is_same => "same",
            _ => "changed",
        };
        let cells = [old.0, new.0, old.1, new.1].map(|v| format!("{:>11}", cell(v))).join(" ");
        say!("{tag:<6} {key:>4} {cells}  {note}");
    }
}

/// A new pack held against the one that is out.
pub(crate) fn print_check(c: &Check) {
    print(&c.diff);
    match &c.quality {
        Some(q) => quality(q),
        None => say!("quality: the log has too few steps to compare it"),
    }
    if !c.refusals.is_empty() {
        say!("\nSPEAKS AGAINST IT:");
    }
    c.refusals.iter().for_each(|r| say!("  {}", r.text()));
}

fn quality(q: &Quality) {
    let which = match q.basis {
        Basis::Unseen => "after the old pack's log; the new side learnt from the visits before them",
        Basis::Unknown => "which the old pack may have learnt from; the new side did not",
        Basis::Seen => "which both packs have learnt from: the old pack's log is as late as this one",
    };
    say!("quality on {} steps of {} shoppers, {which}", q.steps, q.shoppers);
    for (name, Measure { old, new, difference }) in [("HR@20", &q.hr), ("MRR@20", &q.mrr)] {
        let interval = difference.map_or(String::new(), |i| format!(", difference {:+.4} to {:+.4}", i.low, i.high));
        say!("  {name:<7} {old:.4} → {new:.4}{interval}");
    }
}

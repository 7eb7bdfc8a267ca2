//! What `nearshelf reports decode` prints.

use crate::output::say;
use nearshelf::report::collect::{Collected, Figure, NamedSchema};
use nearshelf::report::{Estimates, Series, words};

/// A standard error from a variance.
pub(crate) fn lost(variance: f64) -> f64 {
    variance.max(0.0).sqrt()
}

pub(crate) fn decoded(collected: &Collected, schema: &NamedSchema, language: &str) {
    let w = |en, zh| words::word(language, (en, zh));
    let c = &collected.counts;
    say!("{} {}, epsilon {}", w("schema", "方案"), schema.schema.version(), schema.schema.epsilon().to_f64());
    let parts = [
        (c.lines, w("lines", "行")),
        (c.counted, w("counted", "计入")),
        (c.copies, w("copies", "重复")),
        (c.other_schema, w("of another schema", "属于其他方案")),
        (c.unreadable, w("unreadable", "无法读取")),
        (c.impossible, w("impossible", "不可能的回答")),
    ];
    say!("{}", parts.map(|(n, what)| format!("{n} {what}")).join(", "));
    for (line, field) in &collected.bad {
        say!("  {} {line}: {} {field}", w("line", "行"), w("bad", "错误字段"));
    }
    let active = collected.active();
    if !active.is_empty() {
        say!("\n{}", w("shoppers who reported", "上报顾客数"));
        active.iter().for_each(|(epoch, n)| say!("{epoch:>12} {n:>9}"));
    }
    if !collected.figures.is_empty() {
        say!("\n{}", w("figures, with their interval of 95 %", "指标与 95 % 置信区间"));
        collected.figures.iter().for_each(|f| figure(f, schema, language));
    }
    for s in &collected.series {
        let name = words::word(language, words::metric(s.metric));
        for (epoch, e) in &s.epochs {
            table(&format!("{name} ({}), {epoch}", s.metric.code()), e, s, schema, language);
        }
        if s.epochs.len() > 1 {
            let weeks = format!("{} {}", s.epochs.len(), w("weeks together", "周合计"));
            table(&format!("{name} ({}), {weeks}", s.metric.code()), &s.all, s, schema, language);
        }
    }
}

fn figure(f: &Figure, schema: &NamedSchema, language: &str) {
    let w = |en, zh| words::word(language, (en, zh));
    let currency = &schema.schema.grouping().currency;
    let say_number = |v: f64| match f.name {
        "nps" => format!("{v:.1}"),
        "days_a_week" => format!("{v:.2}"),
        "order_value" => format!("{v:.2} {currency}"),
        _ => format!("{:.2} %", 100.0 * v),
    };
    let name = words::word(language, words::figure(f.name));
    let group = if f.group.is_empty() { String::new() } else { format!(" · {}", f.group) };
    let value = f.value.map_or_else(|| "—".to_string(), say_number);
    let note = match (f.value, f.interval) {
        (_, None) => format!("  ({})", w("too few reports", "上报太少")),
        (None, Some([_, high])) => format!("  ({} {})", w("within noise, below", "噪声范围内，低于"), say_number(high)),
        (Some(_), Some([low, high])) => format!("  {} … {}", say_number(low), say_number(high)),
    };
    say!("{value:>12}{note}  {name}{group}");
}

fn table(title: &str, e: &Estimates, series: &Series, schema: &NamedSchema, language: &str) {
    let w = |en, zh| words::word(language, (en, zh));
    say!("\n{title}: {} {}", e.reports, w("reports", "份上报"));
    say!("{:>9} {:>16} {:>9}", w("share", "占比"), w("standard error", "标准误"), w("answers", "回答数"));
    let mut order: Vec<usize> = (0..e.symbols.len()).collect();
    order.sort_by(|a, b| e.symbols[*b].share.total_cmp(&e.symbols[*a].share).then(a.cmp(b)));
    for symbol in order {
        let (one, (_, label)) = (&e.symbols[symbol], schema.names(series.metric, symbol));
        let error = 100.0 * one.standard_error;
        if one.is_clear() {
            say!("{:>7.2} % {error:>14.2} % {:>9}  {label}", 100.0 * one.share, one.answers);
        } else {
            // What may be noise is not told as a number: only what it is surely below.
            let high = 100.0 * one.interval()[1].max(0.0);
            say!(
                "{:>9} {error:>14.2} % {:>9}  {label}  ({})",
                format!("< {high:.2} %"),
                one.answers,
                w("within noise", "噪声范围内")
            );
        }
    }
}

//! What one promotion cannot mean.

use super::super::{Conditions, Kind, Off, Promotion, Reach, Scope};
use super::ground::{Ground, Product};
use super::trial::{carts, outcome};
use super::words::Rule;
use super::{Entry, Finding};
use crate::time::{DAY, MINUTE, Millis};

pub(super) fn check(e: &Entry<'_>, all: &[Entry<'_>], ground: &Ground, out: &mut Vec<Finding>) {
    let mut tell = |rule, field: &str, args: &[&str]| out.push(e.finding(rule, field, args));
    market(e, ground, &mut tell);
    labels(e, ground, &mut tell);
    window(&e.promotion.when, ground, &mut tell);
    never_usable(&e.promotion, ground, &mut tell);
    let mut products: Vec<&Product> = ground.in_market(e.market()).collect();
    products.sort_by_key(|p| p.line.price);
    scope(e, ground, &products, &mut tell);
    for (i, id) in e.promotion.stacking.excludes.iter().enumerate() {
        if *id == e.promotion.id || all.iter().all(|other| other.promotion.id != *id) {
            tell(Rule::ExcludesUnknown, &format!("excludes[{i}]"), &[id]);
        }
    }
    amounts(&e.promotion, &mut tell);
    prices(&e.promotion, ground, &products, &mut tell);
}

type Tell<'t> = dyn FnMut(Rule, &str, &[&str]) + 't;

fn market(e: &Entry<'_>, ground: &Ground, tell: &mut Tell<'_>) {
    if ground.markets.is_empty() {
        return;
    }
    let known: Vec<&str> = ground.markets.iter().map(|(code, _)| code.as_str()).collect();
    let own = e.market().map(|m| (m, ground.markets.iter().find(|(code, _)| code == m)));
    if let Some((m, None)) = own {
        return tell(Rule::UnknownMarket, "market", &[m, &known.join(", ")]);
    }
    let Some(currency) = e.raw["currency"].as_str() else { return };
    let here = match own.and_then(|(_, found)| found) {
        Some((_, c)) => vec![c.as_str()],
        None => ground.markets.iter().map(|(_, c)| c.as_str()).collect(),
    };
    if !here.contains(&currency) {
        tell(Rule::WrongCurrency, "currency", &[currency, &here.join(", ")]);
    }
}

/// A shopper of each language reads a name: `name_zh` for `zh-CN`; `name` for the first language and for English.
fn labels(e: &Entry<'_>, ground: &Ground, tell: &mut Tell<'_>) {
    let has = |key: &str| e.raw[key].as_str().is_some_and(|name| !name.trim().is_empty());
    if ground.languages.is_empty() && !has("name") {
        tell(Rule::MissingLabel, "name", &["en", "name"]);
    }
    for (i, language) in ground.languages.iter().enumerate() {
        let primary = language.split('-').next().unwrap_or(language);
        let own = format!("name_{primary}");
        let plain = i == 0 || primary == "en";
        let named = has(&own) || plain && has("name");
        if !named {
            let key = if plain { "name" } else { own.as_str() };
            tell(Rule::MissingLabel, key, &[language, key]);
        }
    }
}

fn window(when: &Conditions, ground: &Ground, tell: &mut Tell<'_>) {
    if let (Some(end), Some(now)) = (when.end, ground.now)
        && end <= now
    {
        tell(Rule::WindowOver, "end", &[&date(end, ground)]);
    }
    if let (Some(start), Some(end), Some(daily)) = (when.start, when.end, when.daily) {
        let (from, to) = (i64::from(daily.from), i64::from(daily.to));
        let local = start.0.saturating_add(i64::from(daily.utc_offset_min) * MINUTE);
        let minute_of_day = local.rem_euclid(DAY);
        let inside = |at: i64| {
            let (from, to) = (from * MINUTE, to * MINUTE);
            if from < to { from <= at && at < to } else { at >= from || at < to }
        };
        let until_open = (from * MINUTE - minute_of_day).rem_euclid(DAY);
        if !inside(minute_of_day) && start.0.saturating_add(until_open) >= end.0 {
            tell(Rule::WindowNeverOpens, "daily", &[]);
        }
    }
}

/// A day as the shop's clock has it.
pub(super) fn date(at: Millis, ground: &Ground) -> String {
    // Civil from days: Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let z = ground.day(at) + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    format!("{:04}-{month:02}-{day:02}", yoe + era * 400 + i64::from(month <= 2))
}

fn never_usable(p: &Promotion, ground: &Ground, tell: &mut Tell<'_>) {
    let when = &p.when;
    if let Some(levels) = &when.tiers_allowed {
        let unknown: Vec<&String> = levels.iter().filter(|l| !ground.levels.contains(l)).collect();
        if levels.is_empty() || !ground.levels.is_empty() && unknown.len() == levels.len() {
            tell(Rule::NeverUsable, "tiers_allowed", &[&format!("tiers_allowed {levels:?}"), "tiers_allowed"]);
        } else if !ground.levels.is_empty() {
            unknown.iter().for_each(|l| tell(Rule::UnknownName, "tiers_allowed", &[&format!("tiers_allowed {l:?}")]));
        }
    }
    if when.limit_per_customer.is_some_and(|n| n < 1) {
        tell(Rule::NeverUsable, "limit_per_customer", &["limit_per_customer 0", "limit_per_customer"]);
    }
    if let Some((most, used)) = when.limit_total.filter(|(most, used)| used >= most) {
        tell(Rule::NeverUsable, "limit_total", &[&format!("limit_total {most}, used_total {used}"), "limit_total"]);
    }
    if let Some(left) = p.budget_left.filter(|b| b.0 <= 0) {
        tell(Rule::NeverUsable, "budget_left", &[&format!("budget_left {}", left.0), "budget_left"]);
    }
}

fn scope(e: &Entry<'_>, ground: &Ground, products: &[&Product], tell: &mut Tell<'_>) {
    let p = &e.promotion;
    names(&p.scope, "scope", ground, products, tell);
    if let Kind::Bxgy { get_scope: Some(get), .. } = &p.kind {
        names(get, "get_scope", ground, products, tell);
        let both = products.iter().find(|x| p.scope.holds(&x.line) && get.holds(&x.line)).map(|x| &x.line.sku);
        // Without a catalogue what both name by their ids is all that can be told.
        let listed = p.scope.skus.iter().flatten().find(|sku| get.skus.iter().flatten().any(|other| other == *sku));
        if let Some(sku) = both.or(listed) {
            tell(Rule::GetScopeOverlaps, "get_scope", &[sku]);
        }
    }
    let known = |sku: &str| products.iter().any(|x| x.line.sku == sku);
    if products.is_empty() {
        return;
    }
    match &p.kind {
        Kind::Bundle { items, .. } => {
            for (i, (sku, _)) in items.iter().enumerate().filter(|(_, (sku, _))| !known(sku)) {
                tell(Rule::MatchesNothing, &format!("items[{i}].sku"), &[sku]);
            }
        }
        Kind::UnitPrice { prices, .. } => {
            let unknown: Vec<&str> = prices.iter().map(|u| u.sku.as_str()).filter(|sku| !known(sku)).collect();
            if unknown.len() == prices.len() {
                tell(Rule::MatchesNothing, "prices", &[]);
            } else {
                unknown.iter().for_each(|sku| tell(Rule::UnknownName, "prices", &[&format!("sku {sku:?}")]));
            }
        }
        Kind::Gift { gift, .. } if !known(&gift.sku) => {
            tell(Rule::UnknownName, "gift.sku", &[&format!("sku {:?}", gift.sku)]);
        }
        _ => {}
    }
}

/// What a scope names that is not there, and whether anything is left of it.
fn names(scope: &Scope, field: &str, ground: &Ground, products: &[&Product], tell: &mut Tell<'_>) {
    let lists = [&scope.skus, &scope.stores, &scope.categories, &scope.tags];
    let left_out = scope.skus.as_ref().is_some_and(|skus| skus.iter().all(|sku| scope.exclude_skus.contains(sku)))
        || scope.tags.as_ref().is_some_and(|tags| tags.iter().all(|tag| scope.exclude_tags.contains(tag)));
    let empty = lists.iter().any(|l| l.as_ref().is_some_and(Vec::is_empty));
    if empty || left_out || !products.is_empty() && products.iter().all(|x| !scope.holds(&x.line)) {
        return tell(Rule::MatchesNothing, field, &[]);
    }
    if ground.products.is_empty() {
        return;
    }
    let only = |key: &str, value: &String| Scope {
        skus: (key == "skus").then(|| vec![value.clone()]),
        stores: (key == "stores").then(|| vec![value.clone()]),
        categories: (key == "categories").then(|| vec![value.clone()]),
        tags: (key == "tags").then(|| vec![value.clone()]),
        ..Scope::default()
    };
    for (key, values) in ["skus", "stores", "categories", "tags"].into_iter().zip(lists) {
        for (i, value) in values.iter().flatten().enumerate() {
            let one = only(key, value);
            if products.iter().all(|x| !one.holds(&x.line)) {
                tell(Rule::UnknownName, &format!("{field}.{key}[{i}]"), &[&format!("{key} {value:?}")]);
            }
        }
    }
}

/// What amounts, thresholds and caps tell without a catalogue.
fn amounts(p: &Promotion, tell: &mut Tell<'_>) {
    let most = match &p.kind {
        Kind::Fixed { amount } => Some(amount.0),
        Kind::Tiers(steps) => steps.iter().try_fold(0, |most: i64, s| match s.off {
            Off::Amount(a) => Some(most.max(a.0)),
            Off::Percent(_) => None,
        }),
        Kind::Every { amount, max_times: Some(times), .. } => Some(amount.0.saturating_mul(*times)),
        _ => None,
    };
    if let (Some(cap), Some(most)) = (p.cap, most)
        && cap.0 >= most
        && most > 0
    {
        tell(Rule::CapWithoutUse, "cap", &[&cap.0.to_string(), &most.to_string()]);
    }
    if let Kind::Tiers(steps) = &p.kind {
        for (i, step) in steps.iter().enumerate() {
            // Only steps on one scale can be held against each other.
            let at = |r: Reach| match r {
                Reach::Amount(a) => (0, a.0),
                Reach::Units(n) => (1, n),
            };
            let (scale, reach) = at(step.at);
            let off = |o: Off| match (o, scale) {
                (Off::Amount(a), _) => Some(a.0),
                (Off::Percent(bp), 0) => Some((i128::from(reach) * i128::from(bp) / 10_000) as i64),
                (Off::Percent(_), _) => None,
            };
            let same = |o: Off, other: Off| match (o, other) {
                (Off::Percent(a), Off::Percent(b)) => Some((a, b)),
                _ => off(o).zip(off(other)),
            };
            let lower = steps.iter().enumerate().filter(|(j, s)| {
                let (other, least) = at(s.at);
                other == scale && (least < reach || least == reach && *j < i)
            });
            let better = lower.filter_map(|(_, s)| same(step.off, s.off)).filter(|(mine, theirs)| mine <= theirs);
            if let Some((mine, theirs)) = better.max_by_key(|(_, theirs)| *theirs) {
                tell(Rule::StepWithoutUse, &format!("tiers[{i}]"), &[&mine.to_string(), &theirs.to_string()]);
            }
        }
    }
    let bound = |amount: i64| p.cap.map_or(amount, |c| amount.min(c.0));
    // Each as what is asked for and what is taken off, with its place.
    let mut given: Vec<(i64, i64, String)> = Vec::new();
    match &p.kind {
        Kind::Percent { bp: 10_000 } if p.cap.is_none() => given.push((10_000, 10_000, "percent_bp".into())),
        Kind::Fixed { amount } => {
            if let Some(t) = p.threshold {
                given.push((t.0, bound(amount.0), "amount".into()));
            }
        }
        Kind::Every { threshold, amount, .. } => given.push((threshold.0, bound(amount.0), "amount".into())),
        Kind::Tiers(steps) => {
            for (i, s) in steps.iter().enumerate() {
                match (s.at, s.off) {
                    (Reach::Amount(t), Off::Amount(a)) => given.push((t.0, bound(a.0), format!("tiers[{i}].amount"))),
                    (_, Off::Percent(10_000)) if p.cap.is_none() => {
                        given.push((10_000, 10_000, format!("tiers[{i}].percent_bp")));
                    }
                    _ => {}
                }
            }
        }
        Kind::Bundle { price, .. } if price.0 == 0 => given.push((1, 1, "price".into())),
        Kind::UnitPrice { prices, .. } if prices.iter().any(|u| u.price.0 == 0) => given.push((1, 1, "prices".into())),
        _ => {}
    }
    for (asked, off, field) in given {
        if off >= asked && off > 0 {
            tell(Rule::GivesAway, &field, &[&off.to_string(), &asked.to_string()]);
        }
    }
}

/// What only prices tell.
fn prices(p: &Promotion, ground: &Ground, products: &[&Product], tell: &mut Tell<'_>) {
    let mine: Vec<&Product> = products.iter().copied().filter(|x| p.scope.holds(&x.line)).collect();
    let Some(least) = mine.first().map(|x| x.line.price.0) else { return };
    let asked = match &p.kind {
        Kind::Every { threshold, .. } => Some((threshold.0, "threshold")),
        _ => p.threshold.map(|t| (t.0, "threshold")),
    };
    if let Some((threshold, field)) = asked.filter(|(t, _)| *t <= least) {
        tell(Rule::ThresholdAlwaysMet, field, &[&threshold.to_string(), &least.to_string()]);
    }
    floors(p, products, tell);
    match &p.kind {
        Kind::UnitPrice { prices, .. } => {
            let held = |x: &&Product| Some((prices.iter().find(|u| u.sku == x.line.sku)?.price, x.line.price));
            let mut known = mine.iter().filter_map(held).peekable();
            if known.peek().is_some() && known.all(|(asked, today)| asked >= today) {
                return tell(Rule::NoEffect, "prices", &[]);
            }
        }
        Kind::Bundle { items, price, .. } => {
            let cost = |(sku, qty): &(String, i64)| {
                let found = products.iter().find(|x| x.line.sku == *sku)?;
                found.line.price.0.checked_mul(*qty)
            };
            let sum = items.iter().map(cost).try_fold(0_i64, |sum, c| sum.checked_add(c?));
            if sum.is_some_and(|sum| price.0 >= sum) {
                return tell(Rule::NoEffect, "price", &[]);
            }
        }
        _ => {}
    }
    let worst = carts(p, products).into_iter().filter_map(|lines| outcome(&[p], lines)).max_by_key(|o| o.off_bp());
    let Some(worst) = worst else { return };
    let (off, subtotal) = (worst.off.to_string(), worst.subtotal.to_string());
    let field = match &p.kind {
        Kind::Percent { .. } | Kind::Nth { .. } | Kind::Bxgy { .. } => "percent_bp",
        Kind::Tiers(_) => "tiers",
        Kind::Bundle { .. } => "price",
        Kind::UnitPrice { .. } => "prices",
        _ => "amount",
    };
    // A share of 10,000 basis points and the like were told by their numbers.
    let mut is_told = false;
    amounts(p, &mut |rule, _, _| is_told |= rule == Rule::GivesAway);
    if is_told {
        return;
    }
    if worst.is_free() {
        tell(Rule::GivesAway, field, &[&off, &subtotal]);
    } else if worst.off_bp() >= ground.policy.most_off_bp {
        tell(Rule::DeepCut, field, &[&off, &subtotal, &(worst.off_bp() / 100).to_string()]);
    }
}

/// The first product that would go below its floor.
fn floors(p: &Promotion, products: &[&Product], tell: &mut Tell<'_>) {
    let sold_at = |x: &Product| {
        let price = x.line.price.0;
        match &p.kind {
            Kind::Percent { bp } if p.cap.is_none() => {
                let off = (i128::from(price) * i128::from(*bp) * 2 + 10_000) / 20_000;
                Some(price - off as i64)
            }
            Kind::UnitPrice { prices, .. } => prices.iter().find(|u| u.sku == x.line.sku).map(|u| u.price.0),
            _ => None,
        }
    };
    let below = products.iter().filter(|x| p.scope.holds(&x.line)).find_map(|x| {
        let at = sold_at(x)?;
        (at < x.line.floor.0).then_some((x, at))
    });
    if let Some((x, at)) = below {
        let field = if matches!(p.kind, Kind::Percent { .. }) { "percent_bp" } else { "prices" };
        tell(Rule::BelowFloor, field, &[&x.line.sku, &at.to_string(), &x.line.floor.0.to_string()]);
    }
}

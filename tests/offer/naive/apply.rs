//! One offer applied to what the offers before it left.

use super::read::{Case, Offer, Scope, Step};

/// The cart while offers are applied.
#[derive(Clone)]
pub(crate) struct State {
    /// What is left of each line.
    pub(crate) running: Vec<i128>,
    /// The same after the item stage, once that is over.
    pub(crate) after_item: Option<Vec<i128>>,
    /// What is left of the fee.
    pub(crate) shipping: i128,
}

/// What an offer did.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    /// Its place among the case's offers.
    pub(crate) offer: usize,
    pub(crate) amount: i128,
    pub(crate) times: i128,
    /// By line of the cart.
    pub(crate) lines: Vec<i128>,
    /// What is missing until it gives more.
    pub(crate) next: Option<Gap>,
}

/// What is missing in the scope: so much on the offer's basis, or so many units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    Amount(i128),
    Units(i128),
}

/// Why an offer has no effect, and what is missing.
pub(crate) type Failure = (&'static str, Option<Gap>);

/// One unit of a line, at what is left of it.
#[derive(Clone, Copy)]
struct Unit {
    line: usize,
    amount: i128,
}

/// Applies an offer, or says why it has no effect here; then the state is as before.
pub(crate) fn apply(case: &Case, offer: &Offer, state: &mut State) -> Result<Applied, Failure> {
    let kind = offer.kind.as_str();
    let mut scope = matching(case, offer, &offer.scope, state);
    if kind == "unit_price" {
        // The text is silent; a published case (F0003) refuses such an offer with `no_matching_items`.
        scope.retain(|line| offer.price_of(&case.lines[*line].sku).is_some());
    }
    if scope.is_empty() {
        return Err(("no_matching_items", None));
    }

    let qty: i128 = scope.iter().map(|line| case.lines[*line].qty).sum();
    let too_few = |least: i128| Err(("min_qty", Some(Gap::Units(least - qty))));
    if let Some(least) = offer.min_qty
        && qty < least
    {
        return too_few(least);
    }
    let units = units(case, state, &scope);
    let most = offer.max_times.unwrap_or(i128::MAX);
    let groups = match kind {
        "nth" => qty / offer.n,
        "bxgy" if offer.get_scope.is_some() => qty / offer.buy,
        "bxgy" => qty / (offer.buy + offer.get),
        "bundle" => bundles(case, offer, &scope),
        _ => 1,
    };
    if groups == 0 {
        return match kind {
            "nth" => too_few(offer.n),
            "bxgy" if offer.get_scope.is_some() => too_few(offer.buy),
            "bxgy" => too_few(offer.buy + offer.get),
            _ => Err(("min_qty", None)),
        };
    }

    let measure: i128 = scope.iter().map(|line| measured(case, offer, state, *line)).sum();
    let by_units = offer.tiers.iter().all(|step| step.threshold.is_none());
    if kind == "tiers" && by_units && highest(&offer.tiers, measure, qty).is_none() {
        return Err(("min_qty", nearest(&offer.tiers, measure, qty)));
    }
    if let Some(threshold) = offer.threshold
        && measure < threshold
    {
        return Err(("below_threshold", Some(Gap::Amount(threshold - measure))));
    }
    let base: i128 = scope.iter().map(|line| state.running[*line]).sum();

    let mut lines = vec![0; case.lines.len()];
    let mut times = 1;
    let mut fee = 0;
    let mut next = None;
    let again = |step: i128, have: i128| (have / step + 1) * step - have;
    match kind {
        "percent" => {
            let saving = share(base, offer.percent_bp.unwrap_or(0));
            lines = spread(capped(offer, saving), &running(state, &scope), lines.len());
        }
        "fixed" => {
            lines = spread(capped(offer, offer.amount.unwrap_or(0)), &running(state, &scope), lines.len());
        }
        "every" => {
            times = (measure / offer.threshold.expect("a threshold")).min(most);
            if times < most {
                next = Some(Gap::Amount(again(offer.threshold.expect("a threshold"), measure)));
            }
            let saving = offer.amount.unwrap_or(0) * times;
            lines = spread(capped(offer, saving), &running(state, &scope), lines.len());
        }
        "tiers" => {
            let Some(step) = highest(&offer.tiers, measure, qty) else {
                return Err(("below_threshold", nearest(&offer.tiers, measure, qty)));
            };
            next = nearest(&offer.tiers, measure, qty);
            let saving = step.amount.unwrap_or_else(|| share(base, step.percent_bp.unwrap_or(0)));
            lines = spread(capped(offer, saving), &running(state, &scope), lines.len());
        }
        "points" => {
            let saving = (case.customer.points / offer.points_per_cent).min(base * offer.max_percent_bp / 10_000);
            lines = spread(capped(offer, saving), &running(state, &scope), lines.len());
        }
        "nth" => {
            times = groups.min(most);
            if times < most {
                next = Some(Gap::Units(again(offer.n, qty)));
            }
            let mut dearest = units;
            dearest.sort_by_key(|unit| -unit.amount);
            for group in 0..times {
                let unit = dearest[(group * offer.n + offer.n - 1) as usize];
                lines[unit.line] += share(unit.amount, offer.percent_bp.unwrap_or(0));
            }
        }
        "bxgy" => {
            times = groups.min(most);
            if times < most {
                let step = if offer.get_scope.is_some() { offer.buy } else { offer.buy + offer.get };
                next = Some(Gap::Units(again(step, qty)));
            }
            let mut cheapest = match &offer.get_scope {
                Some(get) => self::units(case, state, &matching(case, offer, get, state)),
                None => units,
            };
            cheapest.sort_by_key(|unit| unit.amount);
            let rights = (times * offer.get).min(cheapest.len() as i128);
            for unit in &cheapest[..rights as usize] {
                lines[unit.line] += share(unit.amount, offer.percent_bp.unwrap_or(10_000));
            }
        }
        "bundle" => {
            times = groups.min(most);
            let used = used(case, offer, &units, times);
            let worth: i128 = used.iter().map(|(_, amount)| amount).sum();
            lines = spread((worth - offer.price * times).max(0), &used, lines.len());
        }
        "unit_price" => {
            times = 0;
            for unit in units {
                let Some(price) = offer.price_of(&case.lines[unit.line].sku) else { continue };
                if unit.amount > price && offer.max_units.is_none_or(|most| times < most) {
                    lines[unit.line] += unit.amount - price;
                    times += 1;
                }
            }
        }
        "gift" => {
            if let (true, Some(threshold)) = (offer.repeat, offer.threshold) {
                times = (measure / threshold).min(most);
                if times < most {
                    next = Some(Gap::Amount(again(threshold, measure)));
                }
            }
        }
        "shipping" => fee = offer.amount.unwrap_or(state.shipping).min(state.shipping),
        other => panic!("no kind {other}"),
    }

    // No line may fall below its floor: what is clipped is lost.
    for (index, line) in case.lines.iter().enumerate() {
        let room = (state.running[index] - line.floor * line.qty).max(0);
        lines[index] = lines[index].min(room);
    }
    let amount = lines.iter().sum::<i128>() + fee;
    if amount == 0 && kind != "gift" {
        return Err(("no_effect", None));
    }
    if offer.budget_left.is_some_and(|left| amount > left) {
        return Err(("budget", None));
    }
    for (running, saving) in state.running.iter_mut().zip(&lines) {
        *running -= saving;
    }
    state.shipping -= fee;
    Ok(Applied { offer: 0, amount, times, lines, next })
}

fn matching(case: &Case, offer: &Offer, scope: &Scope, state: &State) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, line) in case.lines.iter().enumerate() {
        let reduced = state.running[index] < line.list();
        if scope.holds(line) && !(offer.exclude_discounted && reduced) {
            found.push(index);
        }
    }
    found
}

/// What a line counts towards the threshold.
fn measured(case: &Case, offer: &Offer, state: &State, line: usize) -> i128 {
    match (offer.basis.as_deref(), &state.after_item) {
        (Some("list"), _) => case.lines[line].list(),
        (Some("item"), Some(after)) if offer.stage > 0 => after[line],
        _ => state.running[line],
    }
}

/// The units of some lines in the order of the cart; a line's amount is cut as evenly as cents allow, the first units
/// one cent dearer.
fn units(case: &Case, state: &State, lines: &[usize]) -> Vec<Unit> {
    let mut units = Vec::new();
    for line in lines {
        let (amount, qty) = (state.running[*line], case.lines[*line].qty);
        for unit in 0..qty {
            let dearer = if unit < amount % qty { 1 } else { 0 };
            units.push(Unit { line: *line, amount: amount / qty + dearer });
        }
    }
    units
}

fn running(state: &State, lines: &[usize]) -> Vec<(usize, i128)> {
    lines.iter().map(|line| (*line, state.running[*line])).collect()
}

fn capped(offer: &Offer, saving: i128) -> i128 {
    offer.cap.map_or(saving, |cap| saving.min(cap))
}

/// half_up(amount x bp / 10000), with floor((2a + b) / 2b).
fn share(amount: i128, bp: i128) -> i128 {
    (2 * amount * bp + 10_000).div_euclid(20_000)
}

/// At most what there is, in proportion to the amounts: floors first, the left-over cents one each to the largest
/// fractions (ties: earlier line).
fn spread(saving: i128, over: &[(usize, i128)], lines: usize) -> Vec<i128> {
    let mut shares = vec![0; lines];
    let base: i128 = over.iter().map(|(_, amount)| amount).sum();
    let saving = saving.min(base);
    if saving <= 0 {
        return shares;
    }
    let mut left = saving;
    let mut fractions = Vec::new();
    for (line, amount) in over {
        shares[*line] = saving * amount / base;
        left -= shares[*line];
        fractions.push((saving * amount % base, *line));
    }
    // Stable, so equal fractions keep the order of the lines.
    fractions.sort_by_key(|(fraction, _)| -fraction);
    for (_, line) in fractions {
        if left == 0 {
            break;
        }
        shares[line] += 1;
        left -= 1;
    }
    shares
}

/// The highest step that is reached: by amount or by units; where one counts this and the other that, which the text
/// leaves open, the later in the list.
fn highest(steps: &[Step], measure: i128, qty: i128) -> Option<&Step> {
    let mut found: Option<&Step> = None;
    for step in steps {
        let reached =
            step.threshold.is_none_or(|least| measure >= least) && step.min_qty.is_none_or(|least| qty >= least);
        let lower =
            found.is_some_and(|before| match (before.threshold, step.threshold, before.min_qty, step.min_qty) {
                (Some(before), Some(this), _, _) => this < before,
                (None, None, Some(before), Some(this)) => this < before,
                _ => false,
            });
        if reached && !lower {
            found = Some(step);
        }
    }
    found
}

/// What is missing to the nearest step that is not reached; an amount is told before units.
fn nearest(steps: &[Step], measure: i128, qty: i128) -> Option<Gap> {
    let (mut amount, mut units): (Option<i128>, Option<i128>) = (None, None);
    for step in steps {
        match (step.threshold, step.min_qty) {
            (Some(threshold), _) if measure < threshold => {
                amount = Some(amount.unwrap_or(i128::MAX).min(threshold - measure));
            }
            (None, Some(least)) if qty < least => units = Some(units.unwrap_or(i128::MAX).min(least - qty)),
            _ => {}
        }
    }
    amount.map(Gap::Amount).or(units.map(Gap::Units))
}

/// How often the whole bundle is there.
fn bundles(case: &Case, offer: &Offer, scope: &[usize]) -> i128 {
    let mut times = i128::MAX;
    for (sku, qty) in &offer.items {
        let mut have = 0;
        for line in scope {
            if case.lines[*line].sku == *sku {
                have += case.lines[*line].qty;
            }
        }
        times = times.min(have / qty);
    }
    times
}

/// What a bundle takes of each line.
fn used(case: &Case, offer: &Offer, units: &[Unit], times: i128) -> Vec<(usize, i128)> {
    let mut wanted: Vec<(&str, i128)> = offer.items.iter().map(|(sku, qty)| (sku.as_str(), qty * times)).collect();
    let mut used: Vec<(usize, i128)> = Vec::new();
    for unit in units {
        let sku = case.lines[unit.line].sku.as_str();
        let Some((_, left)) = wanted.iter_mut().find(|(of, left)| *of == sku && *left > 0) else { continue };
        *left -= 1;
        match used.iter_mut().find(|(line, _)| *line == unit.line) {
            Some((_, amount)) => *amount += unit.amount,
            None => used.push((unit.line, unit.amount)),
        }
    }
    used
}

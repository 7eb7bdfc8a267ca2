//! A membership as one would do it without thinking of size or speed: every entry is kept for ever, and everything is done again from the first
//! day on, day by day, whenever somebody asks. It shares no code with the engine.

use jiff::civil::{Date, date};
use jiff::{SpanRelativeTo, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Per {
    Day,
    Month,
    Year,
    Lifetime,
}

#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) growth: u64,
    pub(crate) limit: Option<(u32, Per)>,
    pub(crate) once: bool,
    pub(crate) reversed: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Gives {
    Points(u64),
    Goods,
    Level(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Redemption {
    pub(crate) gives: Gives,
    pub(crate) growth: u64,
    pub(crate) points: u64,
    pub(crate) from: Vec<usize>,
    pub(crate) limit: Option<(u32, Per)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) zone: i64,
    pub(crate) period: i64,
    pub(crate) keep: u64,
    pub(crate) down: usize,
    pub(crate) levels: Vec<u64>,
    pub(crate) cents_per_growth: u64,
    pub(crate) rounding: &'static str,
    pub(crate) growth_per_order: u64,
    pub(crate) orders_a_day: usize,
    pub(crate) growth_per_day: u64,
    pub(crate) days_a_month: usize,
    pub(crate) tasks: Vec<Task>,
    pub(crate) birthday: u64,
    pub(crate) claim_days: i64,
    pub(crate) points_per_100: u64,
    pub(crate) points_rounding: &'static str,
    pub(crate) pending: i64,
    pub(crate) expire: i64,
    pub(crate) month_end: bool,
    pub(crate) smallest: u64,
    pub(crate) redeem: Vec<Redemption>,
}

#[derive(Clone, Debug)]
struct Order {
    at: i64,
    delivered: bool,
    amount: u64,
    returned: u64,
}

#[derive(Clone, Debug)]
struct Done {
    at: i64,
    id: String,
    task: usize,
    subject: String,
    undone: bool,
}

#[derive(Clone, Debug)]
struct Use {
    at: i64,
    /// Ties in time are broken by what the ledger knows an entry as.
    tie: u64,
    id: String,
    redeem: Option<usize>,
    growth: u64,
    points: u64,
    gain: u64,
    level: usize,
    undone: bool,
}

/// An entry, as the test draws it. Times are minutes.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Paid { order: String, at: i64, amount: u64 },
    Delivered { order: String, at: i64, amount: Option<u64> },
    Returned { order: String, id: String, at: i64, amount: Option<u64> },
    Task { id: String, task: usize, subject: String, at: i64 },
    Active { at: i64 },
    Birthday { at: i64, month: i8, day: i8 },
    Redeem { id: String, redeem: usize, at: i64, tie: u64 },
    Spend { id: String, points: u64, at: i64, tie: u64 },
    Undo { of: String, at: i64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) level: usize,
    pub(crate) since: Option<i64>,
    pub(crate) review: Option<i64>,
    pub(crate) growth: u64,
    pub(crate) growth_claim: u64,
    pub(crate) points: u64,
    pub(crate) points_claim: u64,
    pub(crate) pending: Vec<(i64, u64)>,
    pub(crate) ends: Vec<(i64, u64)>,
    pub(crate) to_keep: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    orders: BTreeMap<String, Order>,
    returns: BTreeSet<(String, String)>,
    tasks: Vec<Done>,
    active: BTreeSet<i64>,
    birthdays: Vec<(i64, i64)>,
    uses: Vec<Use>,
    undone: BTreeSet<String>,
}

const EPOCH: Date = date(1970, 1, 1);

fn to_date(day: i64) -> Date {
    EPOCH.checked_add(day.days()).expect("within the calendar")
}

fn to_day(d: Date) -> i64 {
    i64::from((d - EPOCH).to_duration(SpanRelativeTo::days_are_24_hours()).expect("days").as_hours() as i32 / 24)
}

fn months_later(day: i64, months: i64) -> i64 {
    to_day(to_date(day).checked_add(months.months()).expect("within the calendar"))
}

fn rounded(n: u64, of: u64, how: &str) -> u64 {
    match how {
        "down" => n / of,
        "up" => n.div_ceil(of),
        _ => n / of + u64::from(n % of * 2 >= of),
    }
}

impl Rules {
    fn day(&self, minute: i64) -> i64 {
        (minute + self.zone).div_euclid(1_440)
    }

    fn growth_until(&self, day: i64) -> i64 {
        months_later(day, self.period)
    }

    fn points_until(&self, day: i64) -> i64 {
        let end = months_later(day, self.expire);
        if self.month_end { to_day(to_date(end).last_of_month()) + 1 } else { end }
    }

    fn keeps(&self, level: usize, growth: u64) -> bool {
        growth * 100 >= self.levels[level] * self.keep
    }

    fn same_span(&self, per: Per, a: i64, b: i64) -> bool {
        let (x, y) = (to_date(a), to_date(b));
        match per {
            Per::Day => a == b,
            Per::Month => (x.year(), x.month()) == (y.year(), y.month()),
            Per::Year => x.year() == y.year(),
            Per::Lifetime => true,
        }
    }
}

/// Something with an end.
#[derive(Clone, Copy)]
struct Piece {
    until: i64,
    left: u64,
}

fn pay(pieces: &mut Vec<Piece>, claim: &mut u64, mut n: u64, until: i64) {
    while *claim > 0 && n > 0 {
        let part = n.min(*claim);
        (*claim, n) = (*claim - part, n - part);
    }
    pieces.push(Piece { until, left: n });
}

/// What is missing.
fn draw(pieces: &mut [Piece], claim: &mut u64, n: u64) -> u64 {
    pieces.sort_by_key(|p| p.until);
    let mut open = n;
    for p in pieces.iter_mut() {
        let part = p.left.min(open);
        (p.left, open) = (p.left - part, open - part);
    }
    *claim += open;
    open
}

impl Model {
    /// True when it counts. `closed` is the last day that the ledger has closed.
    pub(crate) fn enter(&mut self, r: &Rules, e: &Entry, closed: Option<i64>, now: i64) -> bool {
        let late = |at: i64| closed.is_some_and(|c| r.day(at) <= c);
        match e.clone() {
            Entry::Paid { order, at, amount } => {
                if self.open(r, &order, closed).is_some() || late(at) || self.is_closed(r, &order, closed) {
                    return false;
                }
                self.orders.insert(order, Order { at, delivered: false, amount, returned: 0 });
            }
            Entry::Delivered { order, at, amount } => {
                if late(at) || self.is_closed(r, &order, closed) {
                    return false;
                }
                if let Some(o) = self.open(r, &order, closed) {
                    let was = std::mem::replace(&mut o.delivered, true);
                    if !was {
                        o.at = at;
                    }
                    return !was;
                }
                let Some(amount) = amount else { return false };
                self.orders.insert(order, Order { at, delivered: true, amount, returned: 0 });
            }
            Entry::Returned { order, id, at, amount } => {
                if late(at) || self.returns.contains(&(order.clone(), id.clone())) {
                    return false;
                }
                let Some(o) = self.open(r, &order, closed) else { return false };
                let left = o.amount - o.returned;
                o.returned += amount.unwrap_or(left).min(left);
                self.returns.insert((order, id));
            }
            Entry::Task { id, task, subject, at } => {
                let rule = &r.tasks[task];
                let count = |t: &&Done| t.task == task && !t.undone;
                let often =
                    |per| self.tasks.iter().filter(count).filter(|t| r.same_span(per, r.day(t.at), r.day(at))).count();
                let again =
                    rule.once && !subject.is_empty() && self.tasks.iter().filter(count).any(|t| t.subject == subject);
                let has = self.tasks.iter().any(|t| t.id == id) || self.uses.iter().any(|u| u.id == id);
                if has || late(at) || again || rule.limit.is_some_and(|(n, per)| often(per) >= n as usize) {
                    return false;
                }
                self.tasks.push(Done { at, id, task, subject, undone: false });
            }
            Entry::Active { at } => {
                return !late(at) && self.active.insert(r.day(at));
            }
            Entry::Birthday { at, month, day } => {
                let today = r.day(at);
                // The latest one, searched for backwards.
                let is = |d: i64| {
                    let x = to_date(d);
                    let (m, n) = (x.month(), x.day());
                    (m, n) == (month, day) || (month == 2 && day == 29 && (m, n) == (2, 28) && !x.in_leap_year())
                };
                let on = (0..=r.claim_days).map(|n| today - n).find(|d| is(*d));
                let Some(on) = on else { return false };
                if late(at) || self.birthdays.iter().any(|(b, _)| (b - on).abs() < 365) {
                    return false;
                }
                self.birthdays.push((on, at));
            }
            Entry::Redeem { id, redeem, at, tie } => {
                let rule = r.redeem[redeem].clone();
                let has = self.tasks.iter().any(|t| t.id == id) || self.uses.iter().any(|u| u.id == id);
                let level = self.standing(r, now).0.level;
                let often = |per| {
                    let mine = self.uses.iter().filter(|u| u.redeem == Some(redeem) && !u.undone);
                    mine.filter(|u| r.same_span(per, r.day(u.at), r.day(at))).count()
                };
                let too_often = rule.limit.is_some_and(|(n, per)| often(per) >= n as usize);
                let target = if let Gives::Level(l) = rule.gives { l } else { usize::MAX };
                if has
                    || late(at)
                    || too_often
                    || level >= target
                    || !(rule.from.is_empty() || rule.from.contains(&level))
                {
                    return false;
                }
                let gain = if let Gives::Points(n) = rule.gives { n } else { 0 };
                let level = if let Gives::Level(l) = rule.gives { l } else { 0 };
                let (growth, points) = (rule.growth, rule.points);
                return self.cover(
                    r,
                    Use { at, tie, id, redeem: Some(redeem), growth, points, gain, level, undone: false },
                    now,
                );
            }
            Entry::Spend { id, points, at, tie } => {
                let has = self.tasks.iter().any(|t| t.id == id) || self.uses.iter().any(|u| u.id == id);
                if has || late(at) || points < r.smallest || points == 0 {
                    return false;
                }
                let u = Use { at, tie, id, redeem: None, growth: 0, points, gain: 0, level: 0, undone: false };
                return self.cover(r, u, now);
            }
            Entry::Undo { of, at } => {
                if late(at) || self.undone.contains(&of) {
                    return false;
                }
                let is_late = late;
                if let Some(t) = self.tasks.iter_mut().find(|t| t.id == of) {
                    if is_late(t.at) || !r.tasks[t.task].reversed {
                        return false;
                    }
                    t.undone = true;
                } else if let Some(u) = self.uses.iter_mut().find(|u| u.id == of) {
                    if is_late(u.at) {
                        return false;
                    }
                    u.undone = true;
                } else {
                    return false;
                }
                self.undone.insert(of);
            }
        }
        true
    }

    /// An order that something can still happen to.
    fn open(&mut self, r: &Rules, order: &str, closed: Option<i64>) -> Option<&mut Order> {
        self.orders.get_mut(order).filter(|o| closed.is_none_or(|c| r.day(o.at) > c))
    }

    /// An order that was delivered on a closed day. One that was only paid then is gone.
    fn is_closed(&self, r: &Rules, order: &str, closed: Option<i64>) -> bool {
        self.orders.get(order).is_some_and(|o| o.delivered && closed.is_some_and(|c| r.day(o.at) <= c))
    }

    fn cover(&mut self, r: &Rules, u: Use, now: i64) -> bool {
        let now = now.max(u.at);
        let before = self.standing(r, now).1;
        self.uses.push(u);
        let covered = self.standing(r, now).1 <= before;
        if !covered {
            self.uses.pop();
        }
        covered
    }

    fn last(&self) -> i64 {
        let orders = self.orders.values().map(|o| o.at);
        orders
            .chain(self.tasks.iter().map(|t| t.at))
            .chain(self.uses.iter().map(|u| u.at))
            .chain(self.birthdays.iter().map(|b| b.1))
            .max()
            .unwrap_or(i64::MIN)
    }

    /// Where it stands at the end of the day of a minute, and all that was ever taken without being there.
    pub(crate) fn standing(&self, r: &Rules, now: i64) -> (Standing, u64) {
        let today = r.day(now.max(self.last())).max(self.active.last().copied().unwrap_or(i64::MIN));
        let (mut growth, mut points) = (Vec::new(), Vec::new());
        let (mut growth_claim, mut points_claim, mut short) = (0, 0, 0);
        let (mut level, mut since, mut review) = (0, None, None);
        // What happens on which day.
        let mut gains: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        let mut ripens: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        let mut orders: BTreeMap<i64, usize> = BTreeMap::new();
        for o in self.orders.values().filter(|o| o.delivered) {
            let (day, left) = (r.day(o.at), o.amount - o.returned);
            gains.entry(day).or_default().push(rounded(left, r.cents_per_growth, r.rounding));
            ripens.entry(day + r.pending).or_default().push(rounded(left * r.points_per_100, 100, r.points_rounding));
            *orders.entry(day).or_default() += usize::from(left > 0);
        }
        for (day, n) in orders {
            gains.entry(day).or_default().push(n.min(r.orders_a_day) as u64 * r.growth_per_order);
        }
        for t in self.tasks.iter().filter(|t| !t.undone) {
            gains.entry(r.day(t.at)).or_default().push(r.tasks[t.task].growth);
        }
        for (_, at) in &self.birthdays {
            gains.entry(r.day(*at)).or_default().push(r.birthday);
        }
        for day in &self.active {
            let before = self.active.iter().filter(|d| **d < *day && r.same_span(Per::Month, **d, *day)).count();
            if before < r.days_a_month {
                gains.entry(*day).or_default().push(r.growth_per_day);
            }
        }
        let mut uses: Vec<&Use> = self.uses.iter().filter(|u| !u.undone).collect();
        uses.sort_by_key(|u| (r.day(u.at), u.at, u.tie));
        let first = gains.keys().chain(ripens.keys()).copied().chain(uses.iter().map(|u| r.day(u.at))).min();
        for day in first.unwrap_or(today)..=today {
            // A level whose time is over.
            if review == Some(day) {
                growth.retain(|p: &Piece| p.until > day);
                let sum = growth.iter().map(|p| p.left).sum();
                if r.keeps(level, sum) {
                    review = Some(months_later(day, r.period));
                } else {
                    let mut next = level.saturating_sub(r.down);
                    while next + 1 < level && r.levels[next + 1] <= sum {
                        next += 1;
                    }
                    level = next;
                    (since, review) =
                        if level > 0 { (Some(day), Some(months_later(day, r.period))) } else { (None, None) };
                }
            }
            growth.retain(|p| p.until > day);
            points.retain(|p: &Piece| p.until > day);
            for n in gains.get(&day).into_iter().flatten() {
                pay(&mut growth, &mut growth_claim, *n, r.growth_until(day));
            }
            if gains.contains_key(&day) {
                let sum: u64 = growth.iter().map(|p| p.left).sum();
                let best = (0..r.levels.len()).filter(|l| r.levels[*l] <= sum).max().unwrap_or(0);
                if best > level {
                    (level, since, review) = (best, Some(day), Some(months_later(day, r.period)));
                }
            }
            for n in ripens.get(&day).into_iter().flatten() {
                pay(&mut points, &mut points_claim, *n, r.points_until(day));
            }
            for u in uses.iter().filter(|u| r.day(u.at) == day) {
                short += draw(&mut growth, &mut growth_claim, u.growth);
                short += draw(&mut points, &mut points_claim, u.points);
                pay(&mut points, &mut points_claim, u.gain, r.points_until(day));
                if u.level > level {
                    (level, since, review) = (u.level, Some(day), Some(months_later(day, r.period)));
                }
            }
        }
        let sum = |all: &[Piece], after: i64| all.iter().filter(|p| p.until > after).map(|p| p.left).sum::<u64>();
        let mut ends: BTreeMap<i64, u64> = BTreeMap::new();
        for p in points.iter().filter(|p| p.left > 0) {
            *ends.entry(p.until).or_default() += p.left;
        }
        let pending = ripens.range(today + 1..).map(|(d, all)| (*d, all.iter().sum::<u64>())).filter(|(_, n)| *n > 0);
        let needed = (r.levels[level] * r.keep).div_ceil(100);
        let standing = Standing {
            level,
            since,
            review,
            growth: sum(&growth, i64::MIN),
            growth_claim,
            points: sum(&points, i64::MIN),
            points_claim,
            pending: pending.collect(),
            ends: ends.into_iter().collect(),
            to_keep: review.map_or(0, |at| needed.saturating_sub(sum(&growth, at))),
        };
        (standing, short)
    }
}

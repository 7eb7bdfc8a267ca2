//! The programme: what a shop's `loyalty.json` says, compiled.

use super::date::{Day, add_months, month_of, next_month, to_civil};
use crate::codec::{Malformed, Reader, Writer};
use crate::id::hash;
use crate::list::Gather;
use alloc::string::String;
use alloc::vec::Vec;

/// A name of a level, a task or a redemption as the ledger keeps it: the low half of XXH64.
pub fn name(id: &str) -> u32 {
    hash(30, id.as_bytes()) as u32
}

/// A level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Level {
    /// [`name`] of its id.
    pub name: u32,
    /// Growth of a period from which on it is reached.
    pub growth: u64,
}

/// The time that a limit counts in, by the shop's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Per {
    /// There is no limit.
    #[default]
    None = 0,
    /// A day.
    Day = 1,
    /// A month.
    Month = 2,
    /// A year.
    Year = 3,
    /// Ever.
    Lifetime = 4,
}

impl Per {
    /// All, by number.
    pub const ALL: [Per; 5] = [Per::None, Per::Day, Per::Month, Per::Year, Per::Lifetime];

    /// The number of the span that a day is in.
    pub(crate) fn span(self, day: Day) -> u32 {
        match self {
            Per::Day => day as u32,
            Per::Month => month_of(day),
            Per::Year => to_civil(day).0 as u32,
            Per::None | Per::Lifetime => 0,
        }
    }

    /// The first day of the next span; `None` where there is none.
    pub(super) fn next(self, day: Day) -> Option<Day> {
        match self {
            Per::Day => Some(day + 1),
            Per::Month => Some(next_month(day)),
            Per::Year => Some(super::date::from_civil(to_civil(day).0 + 1, 1, 1)),
            Per::None | Per::Lifetime => None,
        }
    }
}

/// How often something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limit {
    /// At most.
    pub count: u32,
    /// In that time.
    pub per: Per,
}

/// How a fraction becomes whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Rounding {
    /// Down.
    #[default]
    Down = 0,
    /// A half up.
    HalfUp = 1,
    /// Up.
    Up = 2,
}

impl Rounding {
    /// All, by number.
    pub const ALL: [Rounding; 3] = [Rounding::Down, Rounding::HalfUp, Rounding::Up];
}

/// What an order earns: `amount × per ÷ of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Earn {
    /// So much …
    pub per: u64,
    /// … for so many minor units; at least 1.
    pub of: u64,
    /// How the rest counts.
    pub rounding: Rounding,
    /// What of an order does not count: 1 shipping, 2 what was paid with points.
    pub excludes: u8,
}

impl Earn {
    /// What an amount earns.
    pub(super) fn of(self, amount: u64) -> u64 {
        let of = self.of.max(1);
        let more = match self.rounding {
            Rounding::Down => 0,
            Rounding::HalfUp => of / 2,
            Rounding::Up => of - 1,
        };
        // Both are bounded, so that this only ends where nobody earns.
        (amount.saturating_mul(self.per).saturating_add(more) / of).min(MOST)
    }
}

/// A task that is rewarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Task {
    /// [`name`] of its id.
    pub name: u32,
    /// What it is worth.
    pub growth: u64,
    /// How often.
    pub limit: Limit,
    /// Once for each subject, such as a friend or an order line.
    pub once: bool,
    /// It is taken back when what it stands on is.
    pub reversed: bool,
}

/// What a redemption gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Reward {
    /// Points, for growth.
    #[default]
    Points = 0,
    /// A coupon.
    Coupon = 1,
    /// Goods.
    Goods = 2,
    /// A level at once.
    Level = 3,
}

impl Reward {
    /// All, by number.
    pub const ALL: [Reward; 4] = [Reward::Points, Reward::Coupon, Reward::Goods, Reward::Level];
}

/// Something that growth or points are given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Redemption {
    /// [`name`] of its id.
    pub name: u32,
    /// What it gives.
    pub kind: Reward,
    /// Growth that it takes.
    pub growth: u64,
    /// Points that it takes.
    pub points: u64,
    /// Points that it gives.
    pub gain: u64,
    /// The level that it gives, by number.
    pub level: u8,
    /// Levels that may have it, a bit each; 0: all.
    pub from: u32,
    /// How often.
    pub limit: Limit,
}

/// A shop's membership.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// Minutes by which the shop's clock is ahead of UTC: days, months and birthdays are the shop's.
    pub zone: i32,
    /// Months in which growth counts, and for which a level is kept: 1–24.
    pub period: u32,
    /// Percent of a level's growth that keep it.
    pub keep: u32,
    /// Levels by which it goes down at most.
    pub down: u32,
    /// Ascending by growth, the first at 0; at least one.
    pub levels: Vec<Level>,
    /// Millionths of a minor unit of the shop's money that one of another currency counts; the first currency is the shop's.
    pub rates: Vec<(String, u64)>,
    /// Growth for what is spent.
    pub spend: Earn,
    /// Growth for an order, and orders a day.
    pub order: (u64, u32),
    /// Growth for an active day, and such days a month.
    pub active: (u64, u32),
    /// Events that make a day active; none: all.
    pub activities: Vec<String>,
    /// Tasks.
    pub tasks: Vec<Task>,
    /// Growth for a birthday, and days for which it can be had.
    pub birthday: (u64, u32),
    /// Points for what is spent.
    pub earn: Earn,
    /// Days from delivery to their use.
    pub pending: u32,
    /// Months from then to their end.
    pub expire: u32,
    /// They end with the month.
    pub month_end: bool,
    /// Fewest points of one use.
    pub smallest: u64,
    /// What may be redeemed.
    pub redeem: Vec<Redemption>,
    /// The level from which on each benefit is given, by number.
    pub benefits: Vec<u8>,
}

/// The largest amount of money, growth or points that one entry may bring.
pub(super) const MOST: u64 = 100_000_000_000;
/// Levels, tasks, redemptions and the like of a programme, each.
pub(super) const LISTED: usize = 64;

impl Program {
    /// The first day on which growth of `day` is gone.
    pub(super) fn growth_until(&self, day: Day) -> Day {
        add_months(day, self.period)
    }

    /// The first day on which points are gone that could be used from `day` on.
    pub(super) fn points_until(&self, day: Day) -> Day {
        let end = add_months(day, self.expire);
        if self.month_end { next_month(end) } else { end }
    }

    /// The highest level that this much growth reaches.
    pub(super) fn reached(&self, growth: u64) -> usize {
        self.levels.iter().rposition(|l| l.growth <= growth).unwrap_or(0)
    }

    /// Growth that keeps a level.
    pub(super) fn keeps(&self, level: usize) -> u64 {
        let growth = self.levels.get(level).map_or(0, |l| l.growth);
        growth.saturating_mul(self.keep.into()).div_ceil(100)
    }

    /// The number of a level; that of the first for one that is not there any more.
    pub(super) fn level_named(&self, name: u32) -> usize {
        self.levels.iter().position(|l| l.name == name).unwrap_or(0)
    }

    /// The name of a level by number.
    pub(super) fn level_name(&self, level: usize) -> u32 {
        self.levels.get(level).map_or(0, |l| l.name)
    }

    /// What `amount` of a currency is in the shop's money.
    pub(super) fn converted(&self, amount: u64, currency: &str) -> Option<u64> {
        let rate = match currency {
            "" => 1_000_000,
            _ => self.rates.iter().find(|(c, _)| c == currency)?.1,
        };
        amount.checked_mul(rate).map(|a| a / 1_000_000).filter(|a| *a <= MOST)
    }

    /// Reads what [`write`](Program::write) wrote.
    ///
    /// # Errors
    ///
    /// `Malformed` for what no programme is.
    pub fn read(bytes: &[u8]) -> Result<Program, Malformed> {
        let mut r = Reader::new(bytes);
        if r.u8() != VERSION {
            r.fail();
        }
        let mut p = Program { zone: r.i32(), period: r.u32(), keep: r.u32(), down: r.u32(), ..Program::default() };
        p.levels = list(&mut r, |r| Level { name: r.u32(), growth: amount(r) });
        p.rates = list(&mut r, |r| (String::from(r.str()), amount(r)));
        p.spend = earn(&mut r);
        p.order = (amount(&mut r), r.u32());
        p.active = (amount(&mut r), r.u32());
        p.activities = list(&mut r, |r| String::from(r.str()));
        p.tasks = list(&mut r, |r| Task {
            name: r.u32(),
            growth: amount(r),
            limit: limit(r),
            once: r.bool(),
            reversed: r.bool(),
        });
        p.birthday = (amount(&mut r), r.u32());
        p.earn = earn(&mut r);
        (p.pending, p.expire, p.month_end, p.smallest) = (r.u32(), r.u32(), r.bool(), amount(&mut r));
        p.redeem = list(&mut r, |r| Redemption {
            name: r.u32(),
            kind: one(r, &Reward::ALL),
            growth: amount(r),
            points: amount(r),
            gain: amount(r),
            level: r.u8(),
            from: r.u32(),
            limit: limit(r),
        });
        p.benefits = list(&mut r, Reader::u8);
        r.end()?;
        if p.is_sound() { Ok(p) } else { Err(Malformed) }
    }

    /// True for what can be reckoned with.
    pub(super) fn is_sound(&self) -> bool {
        let levels = self.levels.len();
        let known = |l: u8| usize::from(l) < levels;
        self.zone.abs() <= 18 * 60
            && (1..=24).contains(&self.period)
            && self.keep <= 100
            && self.down >= 1
            && (1..=16).contains(&levels)
            && self.levels[0].growth == 0
            && self.levels.windows(2).all(|w| w[0].growth < w[1].growth)
            && self.birthday.1 < 365
            && self.pending <= 366
            && (1..=if self.month_end { 60 } else { 24 }).contains(&self.expire)
            && self.redeem.iter().all(|r| known(r.level))
            && self.benefits.iter().all(|b| known(*b))
    }

    /// The programme as bytes: `manual/pack-format.md`, section `LOYL`.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.i32(self.zone);
        for n in [self.period, self.keep, self.down] {
            w.u32(n);
        }
        w.count(self.levels.len());
        for l in &self.levels {
            w.u32(l.name);
            w.wide(l.growth.into());
        }
        w.count(self.rates.len());
        for (currency, rate) in &self.rates {
            w.str(currency);
            w.wide((*rate).into());
        }
        let earn = |w: &mut Writer, e: Earn| {
            w.wide(e.per.into());
            w.wide(e.of.into());
            w.u8(e.rounding as u8);
            w.u8(e.excludes);
        };
        let limit = |w: &mut Writer, l: Limit| {
            w.u32(l.count);
            w.u8(l.per as u8);
        };
        earn(&mut w, self.spend);
        for (growth, most) in [self.order, self.active] {
            w.wide(growth.into());
            w.u32(most);
        }
        w.count(self.activities.len());
        for a in &self.activities {
            w.str(a);
        }
        w.count(self.tasks.len());
        for t in &self.tasks {
            w.u32(t.name);
            w.wide(t.growth.into());
            limit(&mut w, t.limit);
            w.u8(u8::from(t.once));
            w.u8(u8::from(t.reversed));
        }
        w.wide(self.birthday.0.into());
        w.u32(self.birthday.1);
        earn(&mut w, self.earn);
        w.u32(self.pending);
        w.u32(self.expire);
        w.u8(u8::from(self.month_end));
        w.wide(self.smallest.into());
        w.count(self.redeem.len());
        for r in &self.redeem {
            w.u32(r.name);
            w.u8(r.kind as u8);
            for n in [r.growth, r.points, r.gain] {
                w.wide(n.into());
            }
            w.u8(r.level);
            w.u32(r.from);
            limit(&mut w, r.limit);
        }
        w.count(self.benefits.len());
        self.benefits.iter().for_each(|b| w.u8(*b));
        w.finish()
    }
}

/// The version of a programme's bytes.
const VERSION: u8 = 1;

fn list<'a, T>(r: &mut Reader<'a>, read: impl Fn(&mut Reader<'a>) -> T) -> Vec<T> {
    let n = r.count(1);
    if n > LISTED {
        r.fail();
        return Vec::new();
    }
    (0..n).map(|_| read(r)).gather()
}

fn amount(r: &mut Reader<'_>) -> u64 {
    let n = r.wide();
    r.some(u64::try_from(n).ok().filter(|n| *n <= MOST))
}

fn one<T: Copy + Default>(r: &mut Reader<'_>, all: &[T]) -> T {
    let n = r.u8();
    r.some(all.get(usize::from(n)).copied())
}

fn limit(r: &mut Reader<'_>) -> Limit {
    Limit { count: r.u32(), per: one(r, &Per::ALL) }
}

fn earn(r: &mut Reader<'_>) -> Earn {
    Earn { per: amount(r), of: amount(r), rounding: one(r, &Rounding::ALL), excludes: r.u8() }
}

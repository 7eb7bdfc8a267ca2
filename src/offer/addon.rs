//! The add-on hint: what, put into the cart, gives the lowest payable: a product of a list, or two of those that do best.

use super::cart::{Cart, Customer, Line};
use super::condition::failed;
use super::invalid::Invalid;
use super::plan::Plan;
use super::promotion::Offers;
use super::search::{Ground, Limits, lowest};
use crate::list::Gather;
use crate::money::Minor;
use crate::order::Arrange;
use crate::time::Millis;
use alloc::vec;
use alloc::vec::Vec;

/// Singles that are told, and of which pairs are made.
const BEST: usize = 10;
/// Pairs that are told.
const PAIRS: usize = 3;
/// Tries, next to each other by price, that share one table of what later offers can save at most.
const ALIKE: usize = 16;

/// One unit each of one product, or of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addon {
    /// Its place in the list that was given.
    pub place: usize,
    /// That of the other product of a pair.
    pub with: Option<usize>,
    /// What it costs by itself.
    pub price: Minor,
    /// What the cart costs with it.
    pub payable_after: Minor,
    /// That, less what the cart costs without it; below zero when the larger cart is cheaper.
    pub delta: Minor,
}

/// What is worth adding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addons {
    /// What the cart costs as it is.
    pub payable: Minor,
    /// The ten products with which it costs least; of equals the cheaper, then the smaller sku.
    pub singles: Vec<Addon>,
    /// The three pairs of them with which it costs least.
    pub pairs: Vec<Addon>,
    /// Every amount is proven to be the lowest.
    pub proven: bool,
}

/// The products of `catalog` that, added once, give the lowest payable, and pairs of the ten best of them.
///
/// `limits` holds for all tries together, beside the cart as it is; what is not proven by then is the best that was found, and `proven` is false. Each line of the catalogue stands for one unit, and its id must be unlike those of the cart. What would take the cart
/// beyond the largest total is passed over: the cart itself is sound.
///
/// # Errors
///
/// As [`Cart::new`], when an item cannot be a line of any cart.
///
/// # Example: five more make it cheaper
///
/// ```
/// use nearshelf::money::Minor;
/// use nearshelf::offer::{Cart, Customer, Kind, Limits, Line, Offers, Promotion, addons};
/// use nearshelf::time::Millis;
///
/// let line = |id: &str, price| Line { id: id.into(), sku: id.into(), price: Minor(price), qty: 1, ..Line::default() };
/// let cart = Cart::new(vec![line("tea", 95_00)], Minor(0))?;
/// let every = Kind::Every { threshold: Minor(100_00), amount: Minor(20_00), max_times: None };
/// let offers = Offers::new(vec![Promotion::new("20-off-100", every)])?;
/// let list = [line("spoon", 3_00), line("lemon", 5_00), line("cup", 30_00)];
/// let found = addons(&offers, &cart, &list, &Customer::default(), Millis(0), Limits::default())?;
/// let best = found.singles[0];
/// assert_eq!((best.place, best.payable_after, best.delta), (1, Minor(80_00), Minor(-15_00)));
/// // A spoon and a lemon make 103: 83 to pay.
/// assert_eq!((found.pairs[0].place, found.pairs[0].with, found.pairs[0].payable_after), (1, Some(0), Minor(83_00)));
/// # Ok::<(), nearshelf::offer::Invalid>(())
/// ```
pub fn addons(
    offers: &Offers,
    cart: &Cart,
    catalog: &[Line],
    customer: &Customer,
    now: Millis,
    limits: Limits,
) -> Result<Addons, Invalid> {
    let mut out = Addons { proven: true, ..Addons::default() };
    let mut good = Vec::new();
    // What one try leaves of its share is the others'.
    let mut left = limits.nodes;
    let mut tries = (catalog.len() + BEST * (BEST - 1) / 2) as u32;
    // Conditions ask for no line, so that the same offers stand open for all tries, which differ by the lines at the end.
    let open = offers.list().iter().enumerate().filter(|(_, p)| failed(p, cart, customer, now).is_none());
    let mut plan = Plan::new(cart, customer, open.gather());
    let mut cost = |plan: &mut Plan<'_>, ground: &Ground, more: &[&Line], below: i64, may: Option<u32>| {
        more.iter().for_each(|line| plan.push(line));
        let nodes = may.unwrap_or(left / tries.max(1));
        let (payable, proven, nodes) = lowest(plan, ground, Limits { nodes }, below, &mut good);
        if may.is_none() {
            (tries, left) = (tries.saturating_sub(1), left.saturating_sub(nodes));
        }
        out.proven &= proven;
        more.iter().for_each(|_| plan.pop());
        payable
    };
    // As a quote of it would.
    let ground = Ground::of_all(&mut plan, &[Vec::new()]);
    let before = cost(&mut plan, &ground, &[], i64::MAX, Some(Limits::default().nodes));
    let mut best_of = |mut tries: Vec<Try<'_>>, most: usize| {
        let mut best = Vec::new();
        // The cheap first: they mostly do best, and what cannot be among the best any more is not followed to its end.
        tries.arrange_by_key(|t| (t.price(), t.place, t.with));
        for alike in tries.chunks(ALIKE) {
            let ground = Ground::of_all(&mut plan, &alike.iter().map(|t| t.lines.clone()).gather());
            for t in alike {
                // What costs as much as the last of the best may still come before it, by its price or name.
                let below = best.get(most - 1).map_or(i64::MAX, |last: &Addon| last.payable_after.0.saturating_add(1));
                let payable = cost(&mut plan, &ground, &t.lines, below, None);
                if payable < below {
                    let (price, delta) = (Minor(t.price()), Minor(payable - before));
                    let new = Addon { place: t.place, with: t.with, price, payable_after: Minor(payable), delta };
                    enter(&mut best, catalog, new, most);
                }
            }
        }
        best
    };
    let units: Vec<Line> = catalog.iter().map(|item| Line { qty: 1, ..item.clone() }).gather();
    let mut tries = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        let lines = vec![unit];
        if cart.admits(&lines)? {
            tries.push(Try { place, with: None, lines });
        }
    }
    let singles = best_of(tries, BEST);
    let mut tries = Vec::new();
    for (i, first) in singles.iter().enumerate() {
        for second in &singles[i + 1..] {
            let lines = vec![&units[first.place], &units[second.place]];
            if cart.admits(&lines)? {
                tries.push(Try { place: first.place, with: Some(second.place), lines });
            }
        }
    }
    let pairs = best_of(tries, PAIRS);
    Ok(Addons { payable: Minor(before), singles, pairs, ..out })
}

/// What is put into the cart, in one try.
struct Try<'l> {
    place: usize,
    with: Option<usize>,
    lines: Vec<&'l Line>,
}

impl Try<'_> {
    fn price(&self) -> i64 {
        self.lines.iter().map(|l| l.price.0).sum()
    }
}

/// Puts one in its place, and drops what there is no room for.
fn enter(best: &mut Vec<Addon>, catalog: &[Line], new: Addon, most: usize) {
    let sku = |place: usize| catalog.get(place).map_or("", |l| l.sku.as_str());
    let key = |a: &Addon| (a.payable_after, a.price, sku(a.place), a.with.map_or("", sku), a.place, a.with);
    let at = best.iter().position(|a| key(a) > key(&new)).unwrap_or(best.len());
    best.insert(at, new);
    best.truncate(most);
}

#[cfg(test)]
mod tests {
    use super::super::quote::quote;
    use super::super::sample::{Random, cart, competing, mixed};
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_best_are_those_that_quotes_find() {
        for seed in 0..60 {
            let mut random = Random(seed);
            let cart = cart(&mut random, 3);
            let promotions = if seed % 2 == 0 { mixed(&mut random, 6) } else { competing(&mut random, 6, &cart) };
            let offers = Offers::new(promotions).expect("sound");
            let item = |i: usize, random: &mut Random| Line {
                id: alloc::format!("C{i}"),
                sku: ["A", "B", "C", "X", "Y"][i % 5].into(),
                price: Minor(1 + random.below(9_000)),
                ..Line::default()
            };
            let list: Vec<Line> = (0..14).map(|i| item(i, &mut random)).collect();
            let (customer, now) = (Customer { points: 5_000, ..Customer::default() }, Millis(0));
            let found = addons(&offers, &cart, &list, &customer, now, Limits::default()).expect("sound lines");
            let pay = |cart: &Cart| quote(&offers, cart, &customer, now, Limits::default()).payable;
            let with = |more: &[usize]| {
                let units = more.iter().map(|i| Line { qty: 1, ..list[*i].clone() });
                let lines = cart.lines().iter().cloned().chain(units).collect();
                let mut larger = Cart::new(lines, cart.shipping()).expect("sound");
                larger.codes.clone_from(&cart.codes);
                pay(&larger)
            };
            assert_eq!((found.payable, found.proven), (pay(&cart), true));
            let mut all: Vec<_> = (0..14).map(|i| (with(&[i]), list[i].price, list[i].sku.as_str(), i)).collect();
            all.sort_unstable();
            let told: Vec<_> =
                found.singles.iter().map(|a| (a.payable_after, a.price, list[a.place].sku.as_str(), a.place)).collect();
            assert_eq!(told, all[..BEST], "seed {seed}");
            let mut pairs = Vec::new();
            for (i, a) in found.singles.iter().enumerate() {
                for b in &found.singles[i + 1..] {
                    pairs.push((with(&[a.place, b.place]), Minor(a.price.0 + b.price.0)));
                }
            }
            pairs.sort_unstable();
            let told: Vec<_> = found.pairs.iter().map(|a| (a.payable_after, a.price)).collect();
            assert_eq!(told, pairs[..PAIRS], "seed {seed}");
        }
    }

    #[test]
    fn with_little_work_allowed_amounts_are_not_too_low_and_are_not_said_to_be_proven() {
        let mut cut = 0;
        for seed in 0..6 {
            let mut random = Random(5_000 + seed);
            let cart = cart(&mut random, 20);
            let offers = Offers::new(competing(&mut random, 12, &cart)).expect("sound");
            let item = |i: usize| Line {
                id: alloc::format!("C{i}"),
                sku: "A".into(),
                price: Minor(700 * (1 + i as i64)),
                ..Line::default()
            };
            let list: Vec<Line> = (0..12).map(item).collect();
            let of = |nodes| {
                addons(&offers, &cart, &list, &Customer::default(), Millis(0), Limits { nodes }).expect("sound lines")
            };
            let (short, full) = (of(1), of(10_000_000));
            assert!(full.proven);
            assert_eq!(short.payable, full.payable, "the cart as it is has its own limit");
            for (a, b) in short.singles.iter().zip(&full.singles).chain(short.pairs.iter().zip(&full.pairs)) {
                assert!(a.payable_after >= b.payable_after, "seed {seed}");
            }
            cut += u32::from(!short.proven);
        }
        assert!(cut > 0, "no search was cut short");
    }
}

//! From steps in any order to visits in one: the same log for the same events, however they were written down.

use super::id::Matcher;
use super::sink::{Numbers, Raw, RawStep};
use super::{Log, LogRead, LogStep, Session, access};
use crate::catalog::Availability;
use crate::catalog::build::{ProductDraft, VariantDraft, VariantOffer};
use crate::time::MINUTE;
use std::collections::HashMap;

/// Pause that ends a visit in a log without visits.
const PAUSE: i64 = 30 * MINUTE;

/// Whose a step is. The account where it is known, for one who looks around before signing in is one shopper and not two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Person {
    Account(u32),
    Device(u32),
    Nobody,
}

/// Who each step is of.
struct People {
    /// Device → the only account it was ever signed in to.
    account: Vec<Option<u32>>,
}

impl People {
    fn of(raw: &Raw) -> People {
        const SEVERAL: u32 = u32::MAX;
        let mut account = vec![None; raw.devices.names.len()];
        for s in raw.steps.iter().filter(|s| s.device != 0 && s.account != 0) {
            let known = &mut account[s.device as usize];
            *known = Some(known.map_or(s.account, |k| if k == s.account { k } else { SEVERAL }));
        }
        // A device of several people is told apart by who is signed in, and otherwise is nobody's but its own.
        account.iter_mut().for_each(|a| *a = a.filter(|a| *a != SEVERAL));
        People { account }
    }

    fn person(&self, s: &RawStep) -> Person {
        let known = if s.account != 0 { Some(s.account) } else { self.account[s.device as usize] };
        match known {
            Some(account) => Person::Account(account),
            None if s.device != 0 => Person::Device(s.device),
            None => Person::Nobody,
        }
    }
}

/// Steps of each item, without copies.
pub(crate) fn weights(raw: &Raw) -> Vec<u64> {
    let (kept, _) = originals(raw, &People::of(raw));
    let mut weights = vec![0; raw.items.names.len()];
    raw.steps.iter().zip(kept).filter(|(_, kept)| *kept).for_each(|(s, _)| weights[s.item as usize] += 1);
    weights
}

/// For each step whether it is kept, and how many are not: of several records of one event the first in time is.
fn originals(raw: &Raw, people: &People) -> (Vec<bool>, u64) {
    let mut kept = vec![true; raw.steps.len()];
    let (mut first, mut copies) = (HashMap::new(), 0);
    let owner = |s: &RawStep| [&raw.sessions.names[s.session as usize], &raw.devices.names[s.device as usize]];
    for (n, s) in raw.steps.iter().enumerate().filter(|(_, s)| s.copy != 0) {
        let Some(other) = first.insert((people.person(s), s.copy), n) else { continue };
        copies += 1;
        let o: &RawStep = &raw.steps[other];
        let is_later = (s.at, s.order, s.place, owner(s)) >= (o.at, o.order, o.place, owner(o));
        kept[if is_later { n } else { other }] = false;
        if is_later {
            first.insert((people.person(s), s.copy), other);
        }
    }
    (kept, copies)
}

/// A step whose product is known.
struct Known<'r> {
    raw: &'r RawStep,
    person: Person,
    product: u32,
}

/// Puts the log in order. With a matcher, ids it does not know are counted as unmatched and left out; without, the
/// products are those of the log.
pub(in crate::shop) fn canonical(
    raw: &Raw,
    mut products: Vec<ProductDraft>,
    matched: Option<&[Option<u32>]>,
    field: &str,
) -> LogRead {
    let people = People::of(raw);
    let (kept, copies) = originals(raw, &people);
    let fields = raw.fields_of(field);
    let own;
    let of_item = match matched {
        Some(matched) => matched,
        None => {
            (products, own) = own_products(raw, &fields);
            &own
        }
    };
    let (mut known, mut missed) = (Vec::with_capacity(raw.steps.len()), vec![0_u64; raw.items.names.len()]);
    for (step, _) in raw.steps.iter().zip(&kept).filter(|(_, kept)| **kept) {
        match of_item[step.item as usize] {
            Some(product) => known.push(Known { raw: step, person: people.person(step), product }),
            None => missed[step.item as usize] += 1,
        }
    }
    let mut unmatched: HashMap<&str, u64> = HashMap::new();
    for (item, n) in (0..).zip(&missed).filter(|(_, n)| **n > 0) {
        let shown = raw.ids(item, &fields).next().or_else(|| raw.item(item).next().map(|(_, text)| text));
        *unmatched.entry(shown.unwrap_or("")).or_default() += n;
    }
    let mut unmatched: Vec<(String, u64)> = unmatched.into_iter().map(|(id, n)| (id.to_string(), n)).collect();
    unmatched.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    LogRead { log: visits(raw, known), products, unmatched, copies }
}

/// The product of each item under a matcher.
pub(crate) fn matched(raw: &Raw, matcher: &Matcher<'_>, field: &str) -> Vec<Option<u32>> {
    let fields = raw.fields_of(field);
    let link = raw.fields.iter().position(|f| f == access::LINK);
    let ids: Vec<usize> = fields.into_iter().filter(|f| Some(*f) != link).collect();
    let of_item = |item: u32| {
        let linked = link.and_then(|l| raw.item(item).find(|(n, _)| *n == l)).map(|(_, text)| text);
        access::product(matcher, linked).or_else(|| matcher.find(raw.ids(item, &ids)))
    };
    (0..raw.items.names.len() as u32).map(of_item).collect()
}

/// The products of a log without a catalogue, sorted by id, so that their order does not depend on the file's.
fn own_products(raw: &Raw, fields: &[usize]) -> (Vec<ProductDraft>, Vec<Option<u32>>) {
    let mut used = vec![false; raw.items.names.len()];
    raw.steps.iter().for_each(|s| used[s.item as usize] = true);
    let id = |item: usize| raw.ids(item as u32, fields).next().filter(|_| used[item]);
    let mut names: Vec<&str> = (0..used.len()).filter_map(id).collect();
    names.sort_unstable();
    names.dedup();
    let place = |item: usize| Some(names.binary_search(&id(item)?).ok()? as u32);
    let of_item = (0..used.len()).map(place).collect();
    let offer = VariantOffer { list: None, sale: None, availability: Availability::InStock };
    let product = |id: &&str| {
        let variant = VariantDraft { id: (*id).to_string(), titles: Vec::new(), offers: vec![offer] };
        ProductDraft { id: (*id).to_string(), variants: vec![variant], ..ProductDraft::default() }
    };
    (names.iter().map(product).collect(), of_item)
}

/// Steps to visits: sorted in time within a visit; visits by (start, id).
fn visits(raw: &Raw, known: Vec<Known<'_>>) -> Log {
    let name = |p: Person| match p {
        Person::Account(a) => raw.accounts.names[a as usize].as_str(),
        Person::Device(d) => raw.devices.names[d as usize].as_str(),
        Person::Nobody => "",
    };
    // A visit of the log's own, or else whatever one shopper does.
    let mut owners: HashMap<(u32, Person), usize> = HashMap::new();
    let mut by_owner: Vec<Vec<Known<'_>>> = Vec::new();
    for step in known {
        let session = step.raw.session;
        let owner = (session, if session == 0 { step.person } else { Person::Nobody });
        let place = *owners.entry(owner).or_insert_with(|| {
            by_owner.push(Vec::new());
            by_owner.len() - 1
        });
        by_owner[place].push(step);
    }
    let mut out: Vec<(String, Session)> = Vec::new();
    for mut steps in by_owner {
        let item = |k: &Known<'_>| raw.items.names[k.raw.item as usize].as_str();
        steps.sort_by(|a, b| {
            let key = |k: &Known<'_>| (k.raw.at, k.raw.order, k.raw.kind, k.raw.place);
            key(a).cmp(&key(b)).then_with(|| item(a).cmp(item(b)))
        });
        let closed = steps.first().is_some_and(|s| s.raw.session != 0);
        let pause = |a: &Known<'_>, b: &Known<'_>| closed || b.raw.at.saturating_sub(a.raw.at) <= PAUSE;
        for (n, visit) in steps.chunk_by(pause).enumerate() {
            let Some(first) = visit.first() else { continue };
            let session = raw.sessions.names[first.raw.session as usize].as_str();
            let id = if closed { session.to_string() } else { format!("{}/{n}", name(first.person)) };
            // A visit's shopper is the first it names, accounts before devices, and the visit itself where it names none.
            let signed_in = visit.iter().find(|k| matches!(k.person, Person::Account(_)));
            let person = signed_in.or_else(|| visit.iter().find(|k| k.person != Person::Nobody)).map(|k| k.person);
            let shopper = match person {
                Some(p @ Person::Account(_)) => format!("u{}", name(p)),
                Some(p) => format!("d{}", name(p)),
                None => format!("s{id}"),
            };
            let step = |k: &Known<'_>| LogStep { product: k.product, at: k.raw.at, kind: k.raw.kind };
            out.push((shopper, Session { id, shopper: 0, steps: visit.iter().map(step).collect() }));
        }
    }
    out.sort_by(|(_, a), (_, b)| (a.start(), &a.id).cmp(&(b.start(), &b.id)));
    let mut shoppers = Numbers::default();
    let sessions =
        out.into_iter().map(|(shopper, s)| Session { shopper: shoppers.number(&shopper) - 1, ..s }).collect();
    Log { sessions, shoppers: shoppers.names.len() as u32 - 1, has_users: raw.has_users }
}

//! The edge: carts, customers and promotions of `promotion-case/v1` out of JSON, in the language's order of mistakes.

use super::{
    Basis, Cart, Conditions, Customer, Daily, Gift, Invalid, InvalidCode, Kind, Line, Off, Offers, Points, Promotion,
    Reach, Scope, Stacking, Stage, Step, UnitPrice,
};
use super::{Millis, Minor};
use serde_json::{Map, Value};

/// One case: what to quote, and the catalogue for the add-on where there is one.
#[derive(Debug, Clone)]
pub struct Case {
    /// The cart.
    pub cart: Cart,
    /// Who buys.
    pub customer: Customer,
    /// The instant.
    pub now: Millis,
    /// The promotions.
    pub offers: Offers,
    /// Lines that may be added, one unit each.
    pub catalog: Option<Vec<Line>>,
}

/// Reads a case.
///
/// # Errors
///
/// The first mistake of the cart, then of the promotions, in the order of the language; then `malformed` for what the
/// language has no word for.
pub fn read_case(case: &Value) -> Result<Case, Invalid> {
    let cart = read_cart(case)?;
    let offers = read_offers(&case["promotions"])?;
    let customer = read_customer(&case["customer"])?;
    let now = instant(&case["now"]).ok_or_else(|| malformed("now"))?;
    let catalog = case["addon"]["catalog"].as_array();
    let one = |(i, v): (usize, &Value)| Line { id: format!("+{i}"), qty: 1, ..line(v) };
    let catalog = catalog.map(|list| list.iter().enumerate().map(one).collect());
    Ok(Case { cart, customer, now, offers, catalog })
}

/// Reads `cart` of a case, with `groups` in the cart or beside it.
///
/// # Errors
///
/// The first mistake, as [`Cart::new`]; `malformed` when there are no lines.
pub fn read_cart(case: &Value) -> Result<Cart, Invalid> {
    let v = &case["cart"];
    let lines = v["lines"].as_array().ok_or_else(|| malformed("cart.lines"))?;
    let shipping = if v["shipping"].is_null() { 0 } else { whole(&v["shipping"]) };
    let mut cart = Cart::new(lines.iter().map(line).collect(), Minor(shipping))?;
    cart.codes = texts(&v["codes"]).unwrap_or_default();
    let groups = if v["groups"].is_null() { &case["groups"] } else { &v["groups"] };
    cart.groups = counts(groups);
    Ok(cart)
}

pub(super) fn line(v: &Value) -> Line {
    Line {
        id: text(&v["id"]),
        sku: text(&v["sku"]),
        price: Minor(whole(&v["price"])),
        qty: whole(&v["qty"]),
        store: text(&v["store"]),
        category: text(&v["category"]),
        tags: texts(&v["tags"]).unwrap_or_default(),
        floor: Minor(if v["floor"].is_null() { 0 } else { whole(&v["floor"]).max(0) }),
    }
}

/// Reads `customer` of a case; what is missing is neutral.
///
/// # Errors
///
/// `malformed` when a birthday is no month and day.
pub fn read_customer(v: &Value) -> Result<Customer, Invalid> {
    let birthday = match v["birthday"].as_str() {
        Some(s) => Some(month_day(s).ok_or_else(|| malformed("customer.birthday"))?),
        None => None,
    };
    Ok(Customer {
        tier: text(&v["tier"]),
        new_customer: v["new_customer"].as_bool().unwrap_or(false),
        birthday,
        points: whole(&v["points"]).max(0),
        redeemed: counts(&v["redeemed"]),
    })
}

/// Reads a list of promotions.
///
/// # Errors
///
/// The first mistake: promotion by promotion, in the order of the language.
///
/// # Example: a kind that does not exist
///
/// ```
/// let list = serde_json::json!([{ "id": "x", "kind": "magic" }]);
/// let e = nearshelf::offer::json::read_offers(&list).unwrap_err();
/// assert_eq!((e.code.code(), e.path.as_str()), ("unknown_kind", "promotions[0].kind"));
/// ```
pub fn read_offers(v: &Value) -> Result<Offers, Invalid> {
    let mut offers = Offers::default();
    let empty = Vec::new();
    let list = if v.is_null() { &empty } else { v.as_array().ok_or_else(|| malformed("promotions"))? };
    // What the language has no word for waits until the mistakes it knows are told.
    let mut late = None;
    let mut ids = Vec::new();
    for (i, p) in list.iter().enumerate() {
        let id = text(&p["id"]);
        if ids.contains(&id) {
            return Err(Invalid::within(InvalidCode::DuplicatePromotionId, "promotions", i, "id"));
        }
        let Some(kind) = read_kind(p) else {
            return Err(Invalid::within(InvalidCode::UnknownKind, "promotions", i, "kind"));
        };
        let mut fault = None;
        let mut found = offers.push(read_promotion(p, &id, kind, &mut fault)).err();
        if let Some((code, field)) = named(p)
            && found.as_ref().is_none_or(|e| turn(code) <= turn(e.code))
        {
            found = Some(Invalid::within(code, "promotions", i, field));
        }
        match found {
            // The place told is that in the list, also behind one that was not taken.
            Some(e) if e.code == InvalidCode::Malformed => late = late.or(Some(moved(e, i))),
            Some(e) => return Err(moved(e, i)),
            None => {}
        }
        ids.push(id);
        late = late.or_else(|| fault.map(|field| Invalid::within(InvalidCode::Malformed, "promotions", i, field)));
    }
    late.map_or(Ok(offers), Err)
}

/// The first mistake among the shares and amounts that the language names, in its order and whatever the kind: a field
/// that the kind does not use is no reason to let a wrong number pass.
fn named(p: &Value) -> Option<(InvalidCode, &'static str)> {
    let (share, amount) = (InvalidCode::InvalidPercent, InvalidCode::InvalidAmount);
    let checks = [
        (share, "percent_bp", 0..=10_000),
        (share, "max_percent_bp", 0..=10_000),
        (amount, "amount", 0..=i64::MAX),
        (amount, "threshold", 1..=i64::MAX),
        (amount, "price", 0..=i64::MAX),
        (amount, "cap", 0..=i64::MAX),
    ];
    let wrong = |(_, field, sound): &(InvalidCode, &'static str, core::ops::RangeInclusive<i64>)| {
        !p[*field].is_null() && !sound.contains(&whole(&p[*field]))
    };
    checks.into_iter().find(wrong).map(|(code, field, _)| (code, field))
}

/// The order in which the mistakes of one promotion are told.
fn turn(code: InvalidCode) -> u8 {
    match code {
        InvalidCode::Malformed => 3,
        InvalidCode::InvalidAmount => 2,
        InvalidCode::InvalidPercent => 1,
        _ => 0,
    }
}

/// The mistake of a promotion, told at its place in the list.
fn moved(e: Invalid, i: usize) -> Invalid {
    let field = e.path.split_once("].").map_or("", |(_, field)| field);
    Invalid::within(e.code, "promotions", i, field)
}

/// A promotion; `fault` names the first field that does not parse.
fn read_promotion(p: &Value, id: &str, kind: Kind, fault: &mut Option<&'static str>) -> Promotion {
    let mut checked = |ok: bool, field: &'static str| {
        if !ok && fault.is_none() {
            *fault = Some(field);
        }
    };
    checked(!id.is_empty(), "id");
    let plain = Promotion::new(id, kind);
    let stage = match p["stage"].as_str() {
        Some("item") => Stage::Item,
        Some("store") => Stage::Store,
        Some("platform") => Stage::Platform,
        Some("wallet") => Stage::Wallet,
        Some("shipping") => Stage::Shipping,
        _ => {
            checked(p["stage"].is_null(), "stage");
            plain.stage
        }
    };
    let basis = match p["threshold_basis"].as_str() {
        Some("item") => Basis::Item,
        Some("list") => Basis::List,
        Some("running") => Basis::Running,
        _ => {
            checked(p["threshold_basis"].is_null(), "threshold_basis");
            Basis::Running
        }
    };
    for field in ["priority", "min_qty", "limit_per_customer", "limit_total", "used_total", "group_size", "budget_left"]
    {
        checked(p[field].is_null() || integer(&p[field]).is_some(), field);
    }
    for field in ["start", "end"] {
        checked(p[field].is_null() || instant(&p[field]).is_some(), field);
    }
    checked(p["daily"].is_null() || daily(&p["daily"]).is_some(), "daily");
    checked(p["scope"].is_null() || p["scope"].is_object(), "scope");
    let discounted = p["exclude_discounted"].as_bool().or(p["scope"]["exclude_discounted"].as_bool());
    // An every offer's threshold is part of its kind.
    let threshold = if matches!(plain.kind, Kind::Every { .. }) { None } else { amount(&p["threshold"]) };
    Promotion {
        stage,
        basis,
        threshold,
        priority: integer(&p["priority"]).unwrap_or(0),
        scope: scope(&p["scope"]),
        exclude_discounted: discounted.unwrap_or(false),
        min_qty: integer(&p["min_qty"]).unwrap_or(0),
        cap: amount(&p["cap"]),
        budget_left: integer(&p["budget_left"]).map(Minor),
        when: conditions(p),
        stacking: Stacking {
            exclusive: p["exclusive"].as_bool().unwrap_or(false),
            group: p["group"].as_str().map(Into::into),
            excludes: texts(&p["excludes"]).unwrap_or_default(),
        },
        ..plain
    }
}

/// The kind and its own fields. A number that is missing or no integer becomes −1, which the checks refuse by name.
fn read_kind(p: &Value) -> Option<Kind> {
    let number = |key: &str| whole(&p[key]);
    let share = |key: &str, default: i64| if p[key].is_null() { default } else { whole(&p[key]) };
    let most = |key: &str| if p[key].is_null() { None } else { Some(whole(&p[key])) };
    let max_times = most("max_times");
    Some(match p["kind"].as_str()? {
        "percent" => Kind::Percent { bp: number("percent_bp") },
        "fixed" => Kind::Fixed { amount: Minor(number("amount")) },
        "every" => Kind::Every { threshold: Minor(number("threshold")), amount: Minor(number("amount")), max_times },
        "tiers" => Kind::Tiers(p["tiers"].as_array().map(Vec::as_slice).unwrap_or_default().iter().map(step).collect()),
        "nth" => Kind::Nth { n: number("n"), bp: number("percent_bp"), max_times },
        "bxgy" => {
            let get_scope = p["get_scope"].as_object().map(|_| scope(&p["get_scope"]));
            let (buy, get, bp) = (number("buy"), number("get"), share("percent_bp", 10_000));
            Kind::Bxgy { buy, get, get_scope, bp, max_times }
        }
        "bundle" => Kind::Bundle { items: items(&p["items"]), price: Minor(number("price")), max_times },
        "unit_price" => {
            let none = Map::new();
            let prices = p["prices"].as_object().unwrap_or(&none).iter();
            let prices = prices.map(|(sku, v)| UnitPrice { sku: sku.clone(), price: Minor(whole(v)) }).collect();
            Kind::UnitPrice { prices, max_units: most("max_units") }
        }
        "gift" => {
            let g = &p["gift"];
            let (qty, value) = (share_of(&g["qty"], 1), share_of(&g["value"], 0));
            let gift = Gift { sku: text(&g["sku"]), qty, value: Minor(value) };
            Kind::Gift { gift, repeat: p["repeat"].as_bool().unwrap_or(false), max_times }
        }
        "shipping" => Kind::Shipping { amount: amount(&p["amount"]) },
        "points" => {
            Kind::Points(Points { per_cent: number("points_per_cent"), max_bp: share("max_percent_bp", 10_000) })
        }
        _ => return None,
    })
}

fn share_of(v: &Value, default: i64) -> i64 {
    if v.is_null() { default } else { whole(v) }
}

fn step(v: &Value) -> Step {
    let at = if v["threshold"].is_null() && !v["min_qty"].is_null() {
        Reach::Units(whole(&v["min_qty"]))
    } else {
        Reach::Amount(Minor(whole(&v["threshold"])))
    };
    let off = if v["amount"].is_null() && !v["percent_bp"].is_null() {
        Off::Percent(whole(&v["percent_bp"]))
    } else {
        Off::Amount(Minor(whole(&v["amount"])))
    };
    Step { at, off }
}

/// A bundle's items; a product that is named twice is joined.
fn items(v: &Value) -> Vec<(String, i64)> {
    let mut all: Vec<(String, i64)> = Vec::new();
    for item in v.as_array().map(Vec::as_slice).unwrap_or_default() {
        let (sku, qty) = (text(&item["sku"]), share_of(&item["qty"], 1));
        match all.iter_mut().find(|(known, _)| *known == sku) {
            Some((_, sum)) if qty > 0 && *sum > 0 => *sum = sum.saturating_add(qty),
            Some((_, sum)) => *sum = -1,
            None => all.push((sku, qty)),
        }
    }
    all
}

fn scope(v: &Value) -> Scope {
    Scope {
        skus: texts(&v["skus"]),
        stores: texts(&v["stores"]),
        categories: texts(&v["categories"]),
        tags: texts(&v["tags"]),
        exclude_skus: texts(&v["exclude_skus"]).unwrap_or_default(),
        exclude_tags: texts(&v["exclude_tags"]).unwrap_or_default(),
    }
}

fn conditions(p: &Value) -> Conditions {
    let limit_total = integer(&p["limit_total"]).map(|most| (most, integer(&p["used_total"]).unwrap_or(0)));
    let birthday = p["birthday"].as_object().map(|b| b.get("utc_offset_min").map_or(0, minutes));
    Conditions {
        start: instant(&p["start"]),
        end: instant(&p["end"]),
        daily: daily(&p["daily"]),
        tiers_allowed: texts(&p["tiers_allowed"]),
        new_customer: p["new_customer"].as_bool().unwrap_or(false),
        birthday,
        code: p["code"].as_str().map(Into::into),
        limit_per_customer: integer(&p["limit_per_customer"]),
        limit_total,
        group_size: integer(&p["group_size"]),
    }
}

fn daily(v: &Value) -> Option<Daily> {
    let (from, to) = (time_of_day(v["from"].as_str()?)?, time_of_day(v["to"].as_str()?)?);
    (from < 1_440).then_some(Daily { from, to, utc_offset_min: minutes(&v["utc_offset_min"]) })
}

fn minutes(v: &Value) -> i32 {
    integer(v).and_then(|m| i32::try_from(m).ok()).unwrap_or(0)
}

fn malformed(path: &str) -> Invalid {
    Invalid::at(InvalidCode::Malformed, path)
}

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().into()
}

/// A list of texts; `None` when there is none.
fn texts(v: &Value) -> Option<Vec<String>> {
    v.as_array().map(|list| list.iter().map(text).collect())
}

fn counts(v: &Value) -> Vec<(String, i64)> {
    let entry = |(key, n): (&String, &Value)| (key.clone(), integer(n).unwrap_or(0));
    v.as_object().map(|m| m.iter().map(entry).collect()).unwrap_or_default()
}

fn amount(v: &Value) -> Option<Minor> {
    if v.is_null() { None } else { Some(Minor(whole(v))) }
}

/// A number that must not be negative: −1 for anything but an integer.
fn whole(v: &Value) -> i64 {
    integer(v).unwrap_or(-1)
}

/// An integer, as JavaScript sees it: `10` and `10.0` alike. What 64 bits do not hold becomes the nearest they do.
fn integer(v: &Value) -> Option<i64> {
    let n = v.as_number()?;
    let float = || n.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64);
    n.as_i64().or_else(|| n.as_u64().map(|_| i64::MAX)).or_else(float)
}

fn digits(s: &str, length: usize) -> Option<i64> {
    let all = s.len() == length && s.bytes().all(|b| b.is_ascii_digit());
    if all { s.parse().ok() } else { None }
}

fn time_of_day(s: &str) -> Option<u16> {
    let (h, m) = s.split_once(':')?;
    let minutes = digits(h, 2)? * 60 + digits(m, 2).filter(|m| *m < 60)?;
    u16::try_from(minutes).ok().filter(|m| *m <= 1_440)
}

fn month_day(s: &str) -> Option<(u8, u8)> {
    let (month, day) = s.split_once('-')?;
    let (month, day) = (digits(month, 2)?, digits(day, 2)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month as u8, day as u8))
}

/// An instant in RFC 3339 on a clock so many minutes east of UTC, to the second; `None` outside of 1970 to 9999.
#[cfg(any(feature = "cli", feature = "lint"))]
pub(crate) fn text_of(at: Millis, zone: i32) -> Option<String> {
    let local = at.0.checked_add(i64::from(zone) * 60_000)?.div_euclid(1000);
    let (days, clock) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    let z = days + 719_468;
    let (era, of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let moved = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * moved + 2) / 5 + 1, if moved < 10 { moved + 3 } else { moved - 9 });
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (sign, zone) = if zone < 0 { ('-', -zone) } else { ('+', zone) };
    (1970..=9999).contains(&year).then(|| {
        let (h, m, s) = (clock / 3_600, clock / 60 % 60, clock % 60);
        format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}{sign}{:02}:{:02}", zone / 60, zone % 60)
    })
}

/// An instant of RFC 3339; what is finer than a millisecond is dropped.
pub(crate) fn instant(v: &Value) -> Option<Millis> {
    let s = v.as_str()?;
    let (date, rest) = (s.get(..10)?, s.get(11..)?);
    if !matches!(s.as_bytes()[10], b'T' | b't' | b' ') {
        return None;
    }
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let (month, day) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month - 1).ok().filter(|m| *m < 12)?;
    if parts.next().is_some() || !(1..=lengths[before]).contains(&day) {
        return None;
    }
    let clock = digits(rest.get(..2)?, 2).filter(|h| *h < 24)? * 3_600
        + digits(rest.get(3..5)?, 2).filter(|m| *m < 60)? * 60
        + digits(rest.get(6..8)?, 2).filter(|s| *s <= 60)?;
    if rest.as_bytes()[2] != b':' || rest.as_bytes()[5] != b':' {
        return None;
    }
    let rest = rest.get(8..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(r) => r.split_at(r.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("0", rest),
    };
    let milli = fraction.bytes().chain(*b"000").take(3).fold(0, |n, b| n * 10 + i64::from(b - b'0'));
    let offset = match zone.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let (h, m) = zone[1..].split_once(':')?;
            let minutes = digits(h, 2).filter(|h| *h < 24)? * 60 + digits(m, 2).filter(|m| *m < 60)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let years = year - 1;
    let leaps = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    let days = years * 365 + leaps - 719_162 + lengths[..before].iter().sum::<i64>() + day - 1;
    (!fraction.is_empty()).then_some(Millis(((days * 1_440 - offset) * 60 + clock) * 1_000 + milli))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn instants_are_read_as_rfc_3339_says() {
        let at = |s: &str| instant(&json!(s)).map(|t| t.0);
        assert_eq!(at("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(at("2024-02-29T12:00:00.5+08:00"), Some(1_709_179_200_500));
        assert_eq!(at("1969-12-31t23:59:59.9999z"), Some(-1));
        assert_eq!(at("2026-11-11T10:00:00-00:30"), Some(1_794_393_000_000));
        for bad in ["", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00"] {
            assert_eq!(at(bad), None, "{bad}");
        }
        for bad in ["2026-01-01T00:00:00.Z", "2026-01-01", "2026-01-01T00:00:00+8:00", "äöüäöüäöüäöü"] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_integer_is_what_javascript_takes_for_one() {
        assert_eq!(integer(&json!(10.0)), Some(10));
        assert_eq!(integer(&json!(10.5)), None);
        assert_eq!(integer(&json!("10")), None);
        assert_eq!(integer(&json!(1e30)), Some(i64::MAX));
    }

    #[test]
    fn mistakes_of_the_language_are_told_before_what_it_has_no_word_for() {
        let list =
            json!([{"id": "a", "kind": "nth", "percent_bp": 1}, {"id": "b", "kind": "percent", "percent_bp": -1}]);
        assert_eq!(read_offers(&list).expect_err("a share").path, "promotions[1].percent_bp");
        let list = json!([{"id": "a", "kind": "nth", "percent_bp": 1}, {"id": "a", "kind": "?"}]);
        let e = read_offers(&list).expect_err("a kind");
        assert_eq!(e.path, "promotions[1].id");
        assert_eq!(
            read_offers(&json!([{"kind": "percent", "percent_bp": 1}])).expect_err("id").path,
            "promotions[0].id"
        );
        let list = json!([{"id": "s", "kind": "fixed", "amount": 1, "stage": "shop"}]);
        assert_eq!(read_offers(&list).expect_err("stage").path, "promotions[0].stage");
    }
}

//! A merchant's table of days that move from year to year, and windows of offers that name them. Resolved before `promotion-case/v1` is read: what
//! is read, and what a device gets, are absolute times.

use super::json::{instant, text_of};
use super::lint::day_of;
use crate::time::{DAY, MINUTE, Millis};
use serde_json::Value;

/// The table: for each name the days, by year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    names: Vec<(String, Vec<(i64, i64)>)>,
}

/// What is wrong with a window: the field, and what to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadWindow {
    /// `from`, `until`, `year`, `zone`, or nothing for the window itself.
    pub field: &'static str,
    /// What is wrong.
    pub what: String,
}

fn bad<T>(field: &'static str, what: String) -> Result<T, BadWindow> {
    Err(BadWindow { field, what })
}

impl Calendar {
    /// Reads `{ "qixi": { "2026": "2026-08-19", … }, … }`; `about` and other texts beside the tables are comments, `null` is an empty calendar.
    ///
    /// # Errors
    ///
    /// What is wrong, with its place.
    pub fn read(v: &Value) -> Result<Calendar, String> {
        let mut calendar = Calendar::default();
        let fields = match v {
            Value::Null => return Ok(calendar),
            Value::Object(fields) => fields,
            _ => return Err("it is no JSON object".into()),
        };
        for (name, years) in fields.iter().filter(|(_, v)| !v.is_string()) {
            let years = years.as_object().ok_or_else(|| format!("{name} is no object of years"))?;
            let ends = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
            if !ends || !name.starts_with(|c: char| c.is_ascii_lowercase()) || offsets(name).0 != name {
                return Err(format!("{name:?} is no name: small letters, digits, _ and - that are no offset"));
            }
            let mut days = Vec::new();
            for (year, day) in years {
                let place = || format!("{name}.{year}");
                let number: i64 = year.parse().map_err(|_| format!("{}: {year:?} is no year", place()))?;
                let text = day.as_str().filter(|d| d.starts_with(&format!("{year}-")));
                let day = text
                    .and_then(day_of)
                    .ok_or_else(|| format!("{}: {day} is no day of that year, such as \"{year}-08-19\"", place()))?;
                days.push((number, day));
            }
            days.sort_unstable();
            calendar.names.push((name.clone(), days));
        }
        Ok(calendar)
    }

    fn days(&self, name: &str) -> Option<&[(i64, i64)]> {
        self.names.iter().find(|(n, _)| n == name).map(|(_, days)| days.as_slice())
    }

    /// The last day that the table has for a name, since 1970.
    pub fn last(&self, name: &str) -> Option<i64> {
        self.days(name)?.last().map(|(_, day)| *day)
    }

    /// Puts `start` and `end` in the place of `window`, where a promotion has one. `zone` is the shop's, in minutes east of UTC.
    ///
    /// # Errors
    ///
    /// What is wrong with the window.
    ///
    /// # Example: three days before a lunar day, and the day itself
    ///
    /// ```
    /// use nearshelf::offer::calendar::Calendar;
    /// use serde_json::json;
    /// let calendar = Calendar::read(&json!({ "qixi": { "2027": "2027-08-08" } })).unwrap();
    /// let mut p = json!({ "id": "p", "window": { "from": "qixi-3d", "until": "qixi+1d", "year": 2027 } });
    /// calendar.resolve(&mut p, 480).unwrap();
    /// assert_eq!((p["start"].as_str(), p["end"].as_str()), (Some("2027-08-05T00:00:00+08:00"), Some("2027-08-09T00:00:00+08:00")));
    /// ```
    pub fn resolve(&self, promotion: &mut Value, zone: i32) -> Result<(), BadWindow> {
        let window = match &promotion["window"] {
            Value::Null => return Ok(()),
            Value::Object(window) => window,
            _ => return bad("", "it is no object with from and until".into()),
        };
        if !promotion["start"].is_null() || !promotion["end"].is_null() {
            return bad("", "there is a start or an end beside it".into());
        }
        if let Some(other) = window.keys().find(|k| !["from", "until", "year", "zone"].contains(&k.as_str())) {
            return bad("", format!("{other:?} is none of from, until, year, zone"));
        }
        let zone = match &window.get("zone") {
            None => zone,
            Some(text) => match text.as_str().and_then(zone_of) {
                Some(zone) => zone,
                None => return bad("zone", format!("{text} is not like \"+08:00\"")),
            },
        };
        let year = match window.get("year") {
            None => None,
            Some(year) => match year.as_i64() {
                Some(year) => Some(year),
                None => return bad("year", format!("{year} is no year")),
            },
        };
        let end = |field| match window.get(field) {
            None => Ok(Value::Null),
            Some(Value::String(text)) => {
                self.moment(text, year, zone).map(Value::from).map_err(|what| BadWindow { field, what })
            }
            Some(other) => bad(field, format!("{other} is no text")),
        };
        let (start, until) = (end("from")?, end("until")?);
        if start.is_null() && until.is_null() {
            return bad("", "it has neither from nor until".into());
        }
        if let Some(fields) = promotion.as_object_mut() {
            for (name, value) in [("start", start), ("end", until)] {
                if !value.is_null() {
                    fields.insert(name.into(), value);
                }
            }
        }
        Ok(())
    }

    /// `qixi-3d+20h` in RFC 3339; a time of RFC 3339 is itself.
    fn moment(&self, text: &str, year: Option<i64>, zone: i32) -> Result<String, String> {
        if instant(&Value::from(text)).is_some() {
            return Ok(text.into());
        }
        let (name, minutes) = offsets(text);
        let days = self.days(name).ok_or_else(|| match self.names.is_empty() {
            true => format!("{name:?} is named, and there is no calendar.json with days"),
            false => format!("calendar.json has no {name:?}"),
        })?;
        let year = year.ok_or("it names a day, so the window has to say which year")?;
        let day = days.iter().find(|(y, _)| *y == year).map(|(_, day)| *day);
        let day =
            day.ok_or_else(|| format!("calendar.json has no {name:?} of {year}: add \"{year}\": \"{year}-MM-DD\""))?;
        let minutes = minutes.ok_or("its offset is too large")?;
        let at = Millis(day * DAY + (minutes - i64::from(zone)) * MINUTE);
        text_of(at, zone).ok_or_else(|| "it is no time of the years 1970 to 9999".into())
    }

    /// The names of days that a promotion's window is about.
    pub fn named(promotion: &Value) -> Vec<&str> {
        let window = &promotion["window"];
        let texts = ["from", "until"].into_iter().filter_map(|field| window[field].as_str());
        texts.filter(|text| instant(&Value::from(*text)).is_none()).map(|text| offsets(text).0).collect()
    }
}

/// A name, and the minutes of what follows it: any of `+1d`, `-3d`, `+20h`, `+30m`. `None`: too many.
fn offsets(text: &str) -> (&str, Option<i64>) {
    let (mut name, mut minutes) = (text, Some(0_i64));
    loop {
        let Some((before, sign, digits, unit)) = last_offset(name) else { return (name, minutes) };
        let one = digits.parse::<i64>().ok().filter(|n| *n <= 100_000).map(|n| n * unit * sign);
        minutes = minutes.zip(one).and_then(|(sum, one)| sum.checked_add(one));
        name = before;
    }
}

/// What stands before the last offset, its sign, digits and the minutes of its unit.
fn last_offset(text: &str) -> Option<(&str, i64, &str, i64)> {
    let unit = [("d", 1440), ("h", 60), ("m", 1)].into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let rest = text.strip_suffix(unit.0)?;
    let at = rest.rfind(['+', '-'])?;
    let (before, signed) = rest.split_at(at);
    let digits = signed.get(1..)?;
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let sign = if signed.starts_with('-') { -1 } else { 1 };
    (numeric && !before.is_empty()).then_some((before, sign, digits, unit.1))
}

/// Minutes east of UTC of `+08:00`.
fn zone_of(text: &str) -> Option<i32> {
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let two = |t: &str| t.parse::<i32>().ok().filter(|_| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()));
    let size = two(hours).filter(|h| *h < 24)? * 60 + two(minutes).filter(|m| *m < 60)?;
    match sign {
        "+" => Some(size),
        "-" => Some(-size),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn calendar() -> Calendar {
        Calendar::read(&json!({ "about": "days", "qixi": { "2026": "2026-08-19", "2027": "2027-08-08" }, "mid-autumn": { "2026": "2026-09-25" } })).expect("a calendar")
    }

    fn resolved(window: Value, zone: i32) -> (Value, Value) {
        let mut p = json!({ "id": "p", "window": window });
        calendar().resolve(&mut p, zone).expect("a window");
        (p["start"].clone(), p["end"].clone())
    }

    #[test]
    fn windows_are_absolute_times_in_the_zone_asked_for() {
        let of = |from: &str, until: &str| json!({ "from": from, "until": until, "year": 2026 });
        let two = |a: &str, b: &str| (Value::from(a), Value::from(b));
        assert_eq!(
            resolved(of("qixi-3d", "qixi+1d"), 480),
            two("2026-08-16T00:00:00+08:00", "2026-08-20T00:00:00+08:00")
        );
        assert_eq!(
            resolved(of("qixi-1d+20h", "mid-autumn+30m"), -330),
            two("2026-08-18T20:00:00-05:30", "2026-09-25T00:30:00-05:30")
        );
        assert_eq!(
            resolved(of("qixi", "2026-12-01T00:00:00Z"), 0),
            two("2026-08-19T00:00:00+00:00", "2026-12-01T00:00:00Z")
        );
        let zoned = json!({ "from": "qixi-30d", "year": 2027, "zone": "-05:00" });
        assert_eq!(resolved(zoned, 480), (Value::from("2027-07-09T00:00:00-05:00"), Value::Null));
    }

    #[test]
    fn what_cannot_be_resolved_is_told_with_its_field() {
        let wrong = |window: Value| {
            let e = calendar().resolve(&mut json!({ "id": "p", "window": window }), 480).expect_err("a mistake");
            format!("{}: {}", e.field, e.what)
        };
        assert_eq!(
            wrong(json!({ "from": "qixi", "year": 2028 })),
            "from: calendar.json has no \"qixi\" of 2028: add \"2028\": \"2028-MM-DD\""
        );
        assert_eq!(wrong(json!({ "until": "easter+1d", "year": 2026 })), "until: calendar.json has no \"easter\"");
        assert_eq!(wrong(json!({ "from": "qixi" })), "from: it names a day, so the window has to say which year");
        assert_eq!(wrong(json!({ "from": "qixi+999999d", "year": 2026 })), "from: its offset is too large");
        assert_eq!(wrong(json!({ "from": "qixi+3w", "year": 2026 })), "from: calendar.json has no \"qixi+3w\"");
        assert_eq!(wrong(json!({ "from": 7 })), "from: 7 is no text");
        assert_eq!(wrong(json!({ "year": 2026 })), ": it has neither from nor until");
        assert_eq!(wrong(json!({ "from": "qixi", "year": "2026" })), "year: \"2026\" is no year");
        assert_eq!(
            wrong(json!({ "from": "qixi", "year": 2026, "zone": "CST" })),
            "zone: \"CST\" is not like \"+08:00\""
        );
        assert_eq!(wrong(json!({ "form": "qixi" })), ": \"form\" is none of from, until, year, zone");
        assert_eq!(wrong(json!("qixi")), ": it is no object with from and until");
        let beside =
            Calendar::default().resolve(&mut json!({ "window": { "from": "qixi" }, "end": "2026-01-01T00:00:00Z" }), 0);
        assert_eq!(beside.expect_err("a mistake").what, "there is a start or an end beside it");
        let none = Calendar::default().resolve(&mut json!({ "window": { "from": "qixi", "year": 2026 } }), 0);
        assert!(none.expect_err("a mistake").what.contains("there is no calendar.json"));
    }

    #[test]
    fn a_calendar_s_mistakes_are_told_with_their_place() {
        let wrong = |v: Value| Calendar::read(&v).expect_err("a mistake");
        assert_eq!(wrong(json!([])), "it is no JSON object");
        assert_eq!(wrong(json!({ "qixi": ["2026-08-19"] })), "qixi is no object of years");
        assert!(wrong(json!({ "qixi": { "2026": "2026-02-30" } })).starts_with("qixi.2026: "));
        assert!(wrong(json!({ "qixi": { "2026": "2027-08-08" } })).contains("is no day of that year"));
        assert!(wrong(json!({ "qixi": { "next": "next-08-08" } })).contains("is no year"));
        for name in ["Qixi", "", "7", "qixi-3d", "a b"] {
            assert!(wrong(json!({ name: {} })).contains("is no name"), "{name}");
        }
        assert_eq!(Calendar::read(&Value::Null), Ok(Calendar::default()));
    }

    #[test]
    fn a_promotion_without_a_window_stays_as_it_is() {
        let mut p = json!({ "id": "p", "start": "2026-01-01T00:00:00Z" });
        let before = p.clone();
        calendar().resolve(&mut p, 0).expect("nothing to resolve");
        assert_eq!(p, before);
    }
}

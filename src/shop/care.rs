//! `[care]`: what a shop says on which occasion, and to whom.

use super::MarketOffers;
use crate::catalog::Market;
use crate::error::{Code, Error, Result};
use crate::insight::occasion::{Caring, Level, Message, NO_LIMIT, OCCASIONS, Occasion};
use crate::insight::promote::place;
use crate::offer::{Kind, Off, Promotion, Reach};
use crate::time::{DAY, Millis};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most messages, and most dates or offers of one.
const MOST: usize = 64;
/// Days around a date, either way.
const AROUND: f64 = 180.0;
/// Days after anything else, and gaps of a silence.
const LONGEST: f64 = 3650.0;
/// Longest text, in bytes.
const TEXT: usize = 500;
/// What a message's id begins with, so that it is no offer's.
const ID: &str = "care:";

/// `[care]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CareSection {
    pause_days: Option<u32>,
    caps: Caps,
    /// By occasion, where a message does not say.
    from: BTreeMap<String, f64>,
    until: BTreeMap<String, f64>,
    levels: BTreeMap<String, LevelSection>,
    messages: BTreeMap<String, MessageSection>,
}

/// `[care.caps]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Caps {
    message_day: Option<u32>,
    message_week: Option<u32>,
    day: Option<u32>,
    week: Option<u32>,
}

/// `[care.levels.LEVEL]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LevelSection {
    text: String,
    text_zh: String,
    limit: Option<f64>,
}

/// `[care.messages.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MessageSection {
    occasion: Option<String>,
    on: Option<bool>,
    from: Option<f64>,
    until: Option<f64>,
    dates: Option<Dates>,
    after: Option<String>,
    levels: Option<Vec<String>>,
    slots: Vec<String>,
    market: Option<String>,
    offers: Option<Ids>,
    card: String,
    text: String,
    text_zh: String,
    priority: i32,
}

/// Days for all markets, or for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Dates {
    All(Vec<String>),
    Each(BTreeMap<String, Vec<String>>),
}

/// One, or a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Ids {
    One(String),
    List(Vec<String>),
}

/// Care as `shop.toml` has it, before it is known what offers and levels there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CareSettings {
    caring: Caring,
    /// Of each level its words; of each message what is not the device's, in the same order.
    words: Vec<[String; 2]>,
    messages: Vec<Named>,
}

/// What is asked of a message when a pack is made.
#[derive(Debug, Clone, Default, PartialEq)]
struct Named {
    name: String,
    market: Option<String>,
    words: [String; 2],
    /// By market; "" for all.
    dates: Vec<(String, Vec<u32>)>,
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, format!("care.{what}"))
}

impl CareSection {
    /// These settings, and the shipped ones where they are silent.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming what is unknown, out of range, or never opens.
    pub(super) fn or(&self, shipped: &CareSection) -> Result<CareSettings> {
        let mut out = CareSettings::default();
        let cap = |name: &str, own: Option<u32>, usual: Option<u32>| match own.or(usual).unwrap_or(0) {
            n if n > 255 => Err(bad(format!("caps.{name} = {n} is not between 0 and 255."))),
            n => Ok(n),
        };
        let (own, usual) = (&self.caps, &shipped.caps);
        out.caring.caps = [
            cap("message_day", own.message_day, usual.message_day)?,
            cap("message_week", own.message_week, usual.message_week)?,
            cap("day", own.day, usual.day)?,
            cap("week", own.week, usual.week)?,
        ];
        out.caring.pause_days = match self.pause_days.or(shipped.pause_days).unwrap_or(0) {
            n if n > 7 => return Err(bad(format!("pause_days = {n} is not between 0 and 7."))),
            n => n,
        };
        for (what, table) in [("from", &self.from), ("until", &self.until)] {
            if let Some(word) = table.keys().find(|word| place(OCCASIONS, word).is_none()) {
                return Err(bad(format!("{what}: {}", unknown(word))));
            }
        }
        for (id, level) in &self.levels {
            let limit = level.limit.map_or(Ok(NO_LIMIT), |v| {
                let fits = (0.0..=1.0).contains(&v);
                let no = || bad(format!("levels.{id}: limit = {v} is not between 0 and 1."));
                fits.then(|| libm::round(v * 1000.0) as u32).ok_or_else(no)
            })?;
            out.caring.levels.push(Level { id: id.clone(), limit, texts: Vec::new() });
            out.words.push(words(&format!("levels.{id}"), &level.text, &level.text_zh)?);
        }
        if self.messages.len() > MOST {
            return Err(bad(format!("messages: there are {}, {MOST} at most.", self.messages.len())));
        }
        let mut all: Vec<_> = self.messages.iter().filter(|(_, m)| m.on != Some(false)).collect();
        // The names are in order already, and stay so within a priority.
        all.sort_by_key(|(_, m)| std::cmp::Reverse(m.priority));
        for (name, m) in all {
            let (message, named) =
                self.message(name, m, shipped).map_err(|what| bad(format!("messages.{name}: {what}")))?;
            out.caring.messages.push(message);
            out.messages.push(named);
        }
        Ok(out)
    }

    fn message(
        &self,
        name: &str,
        m: &MessageSection,
        shipped: &CareSection,
    ) -> std::result::Result<(Message, Named), String> {
        let word = m.occasion.as_deref().unwrap_or(name);
        let number = place(OCCASIONS, word).ok_or_else(|| unknown(word))?;
        let occasion = Occasion(number);
        let around = occasion.is_dated() || occasion == Occasion::BIRTHDAY;
        let day = |what: &str, own: Option<f64>, tables: [&BTreeMap<String, f64>; 2]| {
            let value = own.or_else(|| tables.iter().find_map(|t| t.get(word).copied())).unwrap_or(0.0);
            let [least, most] = if around { [-AROUND, AROUND] } else { [0.0, LONGEST] };
            if !(least..=most).contains(&value) {
                return Err(format!("{what} = {value} is not between {least} and {most}."));
            }
            if around && value.fract() != 0.0 {
                return Err(format!("{what} = {value} is no whole number of days."));
            }
            Ok(value)
        };
        let days =
            [day("from", m.from, [&self.from, &shipped.from])?, day("until", m.until, [&self.until, &shipped.until])?];
        if days[1] <= days[0] {
            return Err(format!("it never opens, since until = {} is not after from = {}.", days[1], days[0]));
        }
        if !(-1000..=1000).contains(&m.priority) {
            return Err(format!("priority = {} is not between -1000 and 1000.", m.priority));
        }
        let delivery = match m.after.as_deref() {
            None | Some("order") => false,
            Some("delivery") => true,
            Some(other) => return Err(format!("after = \"{other}\" is neither \"order\" nor \"delivery\".")),
        };
        if m.after.is_some() && occasion != Occasion::PURCHASE {
            return Err("after is for the occasion after_purchase alone.".into());
        }
        if m.levels.as_ref().is_some_and(Vec::is_empty) {
            return Err("it never opens, since its levels are none. Leave them out for everybody.".into());
        }
        let offers = match &m.offers {
            None => Vec::new(),
            Some(Ids::One(id)) => vec![id.clone()],
            Some(Ids::List(ids)) => ids.clone(),
        };
        if offers.len() > MOST {
            return Err(format!("it has {} offers, {MOST} at most.", offers.len()));
        }
        let dates = dates(m.dates.as_ref(), occasion)?;
        let words = words("", &m.text, &m.text_zh).map_err(|e| e.detail().to_string())?;
        let message = Message {
            id: format!("{ID}{name}"),
            occasion: number,
            delivery,
            days,
            levels: m.levels.clone().unwrap_or_default(),
            slots: m.slots.clone(),
            dates: Vec::new(),
            offers: offers.into_iter().map(|id| (id, 0)).collect(),
            card: m.card.clone(),
            texts: Vec::new(),
        };
        Ok((message, Named { name: name.into(), market: m.market.clone(), words, dates }))
    }
}

fn unknown(word: &str) -> String {
    format!("\"{word}\" is no occasion; these are {}.", OCCASIONS.replace(' ', ", "))
}

fn words(whose: &str, text: &str, text_zh: &str) -> Result<[String; 2]> {
    let both = [text.to_string(), text_zh.to_string()];
    match both.iter().find(|t| t.len() > TEXT) {
        Some(_) => Err(bad(format!("{whose}: a text has {TEXT} bytes at most."))),
        None => Ok(both),
    }
}

/// The dates of a message, by market.
fn dates(dates: Option<&Dates>, occasion: Occasion) -> std::result::Result<Vec<(String, Vec<u32>)>, String> {
    let lists: Vec<(String, &Vec<String>)> = match dates {
        None => Vec::new(),
        Some(Dates::All(list)) => vec![(String::new(), list)],
        Some(Dates::Each(by)) => by.iter().map(|(market, list)| (market.clone(), list)).collect(),
    };
    if !occasion.is_dated() {
        return if dates.is_some() {
            Err("dates are for holiday and member_day alone.".into())
        } else {
            Ok(Vec::new())
        };
    }
    if lists.iter().all(|(_, list)| list.is_empty()) {
        return Err("it never opens, since it has no dates.".into());
    }
    let mut out = Vec::new();
    for (market, list) in lists {
        if list.len() > MOST {
            return Err(format!("it has {} dates, {MOST} at most.", list.len()));
        }
        let read = |text: &String| {
            let what = "like \"2027-02-06\", \"12-25\" for every year, or \"18\" for every month (1 to 28)";
            date(text).ok_or_else(|| format!("dates: \"{text}\" is no day {what}."))
        };
        out.push((market, list.iter().map(read).collect::<std::result::Result<_, _>>()?));
    }
    Ok(out)
}

/// A day once, every year or every month, as a device has it.
fn date(text: &str) -> Option<u32> {
    let parts: Vec<&str> = text.split('-').collect();
    if !parts.iter().all(|p| matches!(p.len(), 2 | 4) && p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let n = |p: &str| p.parse::<u32>().ok();
    // February 29 is a day of every fourth year.
    let (year, month, day) = match parts[..] {
        [y, m, d] if y.len() == 4 => (n(y)?, n(m)?, n(d)?),
        [m, d] => (0, n(m)?, n(d)?),
        [d] => return n(d).filter(|d| (1..=28).contains(d)),
        _ => return None,
    };
    let in_year = if year == 0 { 2000 } else { i16::try_from(year).ok()? };
    jiff::civil::Date::new(in_year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(year * 10_000 + month * 100 + day)
}

impl CareSettings {
    /// What the pack of each market gets.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming the message and the level, offer or market that is not there, or why it never opens.
    pub(super) fn bind(
        &self,
        markets: &[Market],
        languages: &[String],
        offers: &[MarketOffers],
        levels: Option<&[String]>,
    ) -> Result<Vec<Caring>> {
        let no_level = |name: &str| levels.is_some_and(|all| !all.iter().any(|l| l == name));
        let known = || levels.unwrap_or_default().join(", ");
        if let Some(level) = self.caring.levels.iter().find(|l| no_level(&l.id)) {
            return Err(bad(format!("levels: \"{}\" is no level of loyalty.json; these are {}.", level.id, known())));
        }
        let texts = |[text, text_zh]: &[String; 2]| -> Vec<String> {
            let chinese = |tag: &String| tag.to_ascii_lowercase().starts_with("zh");
            let of = |tag| if chinese(tag) && !text_zh.is_empty() || text.is_empty() { text_zh } else { text };
            let all: Vec<String> = languages.iter().map(|tag| of(tag).clone()).collect();
            if all.iter().all(String::is_empty) { Vec::new() } else { all }
        };
        for (m, named) in self.caring.messages.iter().zip(&self.messages) {
            let wrong = |what: String| bad(format!("messages.{}: {what}", named.name));
            if let Some(level) = m.levels.iter().find(|l| no_level(l)) {
                return Err(wrong(format!("\"{level}\" is no level of loyalty.json; these are {}.", known())));
            }
            let codes = named.market.iter().chain(named.dates.iter().map(|d| &d.0).filter(|c| !c.is_empty()));
            for code in codes {
                if !markets.iter().any(|m| m.code == *code) {
                    return Err(wrong(format!("the shop has no market \"{code}\".")));
                }
            }
            for (id, _) in &m.offers {
                let mut places = markets.iter().zip(offers).filter(|(market, offers)| {
                    named.market.as_ref().is_none_or(|code| *code == market.code)
                        && offers.offers.list().iter().any(|p| p.id == *id)
                });
                if places.next().is_none() {
                    return Err(wrong(format!("offers.json has no offer \"{id}\" for its market.")));
                }
            }
        }
        let mut out = Vec::new();
        for (place, market) in markets.iter().enumerate() {
            let here = offers.get(place).map(|m| m.offers.list()).unwrap_or_default();
            let mut caring = Caring { messages: Vec::new(), ..self.caring.clone() };
            for (level, words) in caring.levels.iter_mut().zip(&self.words) {
                level.texts = texts(words);
            }
            for (m, named) in self.caring.messages.iter().zip(&self.messages) {
                let mut message = Message { texts: texts(&named.words), offers: Vec::new(), ..m.clone() };
                let of_market: Vec<&Promotion> =
                    m.offers.iter().filter_map(|(id, _)| here.iter().find(|p| p.id == *id)).collect();
                message.offers = of_market.iter().map(|p| (p.id.clone(), most_off(p))).collect();
                message.dates = named
                    .dates
                    .iter()
                    .filter(|d| d.0.is_empty() || d.0 == market.code)
                    .flat_map(|d| d.1.clone())
                    .collect();
                let elsewhere = named.market.as_ref().is_some_and(|code| *code != market.code);
                let undated = Occasion(m.occasion).is_dated() && message.dates.is_empty();
                let bare = !m.offers.is_empty() && message.offers.is_empty() && m.card.is_empty();
                if elsewhere || undated || bare {
                    continue;
                }
                check(&message, &of_market).map_err(|what| bad(format!("messages.{}: {what}", named.name)))?;
                caring.messages.push(message);
            }
            out.push(caring);
        }
        Ok(out)
    }
}

/// What a message and its offers cannot be together.
fn check(m: &Message, offers: &[&Promotion]) -> std::result::Result<(), String> {
    for p in offers {
        let Some(allowed) = &p.when.tiers_allowed else { continue };
        let whom = if m.levels.is_empty() { "everybody" } else { "more levels" };
        if m.levels.is_empty() || m.levels.iter().any(|l| !allowed.contains(l)) {
            return Err(format!(
                "it is for {whom}, but offer \"{}\" may be used by {} alone.",
                p.id,
                allowed.join(", ")
            ));
        }
    }
    // Days that come once are over one day; then an offer has to be there on one of them.
    let once = !m.dates.is_empty() && m.dates.iter().all(|d| *d >= 10_000);
    if once && !offers.is_empty() && m.card.is_empty() {
        let meets = |p: &&Promotion| {
            m.dates.iter().any(|date| {
                let begins = crate::insight::occasion::day(*date) * DAY;
                // Whatever the shopper's zone.
                let [from, until] =
                    [m.days[0] - 1.0, m.days[1] + 1.0].map(|d| Millis(begins + (d * DAY as f64) as i64));
                p.when.start.is_none_or(|s| s < until) && p.when.end.is_none_or(|e| e > from)
            })
        };
        if !offers.iter().any(meets) {
            return Err("it never opens with an offer, since none of its offers runs on one of its dates.".into());
        }
    }
    Ok(())
}

/// The most that an offer takes off an order that just reaches its threshold, in thousandths, rounded up; 0 where there is no telling.
fn most_off(p: &Promotion) -> u32 {
    let share = |off: i64, of: i64| if of > 0 { (off.max(0) * 1000 + of - 1) / of } else { 0 };
    let threshold = p.threshold.map_or(0, |t| t.0);
    let step = |off: Off, at: i64| match off {
        Off::Amount(amount) => share(amount.0, at),
        Off::Percent(bp) => share(bp, 10_000),
    };
    let most = match &p.kind {
        Kind::Percent { bp } => share(*bp, 10_000),
        Kind::Fixed { amount } => share(amount.0, threshold),
        Kind::Every { threshold, amount, .. } => share(amount.0, threshold.0),
        Kind::Tiers(steps) => {
            steps.iter().map(|s| step(s.off, if let Reach::Amount(at) = s.at { at.0 } else { 0 })).max().unwrap_or(0)
        }
        Kind::Nth { n, bp, .. } => share(*bp, 10_000 * n),
        Kind::Bxgy { buy, get, bp, .. } => share(bp * get, 10_000 * (buy + get)),
        // A gift takes nothing off; the others depend on what is in the cart.
        Kind::Gift { .. } | Kind::Bundle { .. } | Kind::UnitPrice { .. } | Kind::Shipping { .. } | Kind::Points(_) => 0,
    };
    most.clamp(0, 1000) as u32
}

#[cfg(test)]
mod tests {
    use super::super::config::ShopConfig;
    use super::*;
    use crate::money::Minor;
    use crate::offer::Offers;

    fn settings(text: &str) -> Result<CareSettings> {
        ShopConfig::parse(text)?.care()
    }

    fn market(code: &str) -> Market {
        Market { code: code.into(), currency: "CNY".into(), exponent: 2 }
    }

    fn bound(text: &str) -> Result<Vec<Caring>> {
        let mut gold = Promotion::new("gold", Kind::Percent { bp: 2_000 });
        gold.when.tiers_allowed = Some(vec!["gold".into(), "platinum".into()]);
        let mut over = Promotion::new("over", Kind::Fixed { amount: Minor(3_000) });
        over.threshold = Some(Minor(20_000));
        over.when.end = Some(Millis(20_000 * DAY));
        let cn = MarketOffers { offers: Offers::new(vec![gold, over]).expect("sound"), ..MarketOffers::default() };
        let us = Promotion::new("us", Kind::Shipping { amount: None });
        let us = MarketOffers { offers: Offers::new(vec![us]).expect("sound"), ..MarketOffers::default() };
        let levels = ["normal", "silver", "gold", "platinum"].map(String::from);
        let languages = ["en".to_string(), "zh-CN".to_string()];
        settings(text)?.bind(&[market("cn"), market("us")], &languages, &[cn, us], Some(&levels))
    }

    #[test]
    fn as_shipped_there_is_no_message() {
        let all = bound("").expect("shipped");
        assert!(all.len() == 2 && all.iter().all(|c| c.messages.is_empty() && c.levels.is_empty()));
    }

    #[test]
    fn messages_stand_by_priority_each_with_what_its_market_has() {
        let text = "[care]\npause_days = 2\ncaps = { day = 1 }\n[care.levels.gold]\nlimit = 0.15\ntext_zh = \"金\"\n\
            [care.messages.birthday]\ntext = \"Happy birthday\"\ntext_zh = \"生日快乐\"\n\
            [care.messages.golden]\noccasion = \"birthday\"\nlevels = [\"gold\"]\noffers = \"gold\"\npriority = 5\n\
            [care.messages.feast]\noccasion = \"holiday\"\ndates = { cn = [\"2027-02-06\", \"12-25\"], us = [\"04\"] }\n\
            [care.messages.off]\noccasion = \"silence\"\non = false";
        let [cn, us] = <[Caring; 2]>::try_from(bound(text).expect("sound")).expect("two markets");
        let ids = |c: &Caring| c.messages.iter().map(|m| m.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&cn), ["care:golden", "care:birthday", "care:feast"]);
        // An offer of another market is none here.
        assert_eq!(ids(&us), ["care:birthday", "care:feast"]);
        assert_eq!((cn.pause_days, cn.caps[2], cn.levels[0].limit), (2, 1, 150));
        assert_eq!(cn.levels[0].texts, ["金", "金"]);
        assert_eq!(cn.messages[0].offers, [("gold".to_string(), 200)]);
        assert_eq!(cn.messages[1].texts, ["Happy birthday", "生日快乐"]);
        assert_eq!((&cn.messages[2].dates, &us.messages[1].dates), (&vec![20_270_206, 1_225], &vec![4]));
        assert_eq!(Caring::read(&cn.write()), Ok(cn));
    }

    #[test]
    fn what_names_nothing_or_never_opens_is_refused_by_its_name() {
        for (text, says) in [
            ("[care.messages.love]", "messages.love: \"love\" is no occasion; these are birthday, "),
            ("[care.from]\nlove = 1", "from: \"love\" is no occasion"),
            ("[care]\npause_days = 8", "pause_days = 8"),
            ("[care]\ncaps = { day = 300 }", "caps.day = 300"),
            ("[care.levels.bronze]", "levels: \"bronze\" is no level of loyalty.json; these are normal, "),
            ("[care.levels.gold]\nlimit = 2", "levels.gold: limit = 2"),
            ("[care.messages.silence]\nlevels = [\"bronze\"]", "messages.silence: \"bronze\" is no level"),
            ("[care.messages.silence]\nlevels = []", "it never opens, since its levels are none"),
            ("[care.messages.silence]\noffers = \"gone\"", "no offer \"gone\" for its market"),
            ("[care.messages.silence]\nmarket = \"us\"\noffers = \"over\"", "no offer \"over\" for its market"),
            ("[care.messages.silence]\nmarket = \"fr\"", "no market \"fr\""),
            ("[care.messages.silence]\noffers = \"gold\"", "for everybody, but offer \"gold\" may be used by gold"),
            ("[care.messages.new]\nlevels = [\"gold\", \"silver\"]\noffers = \"gold\"", "for more levels, but offer"),
            ("[care.messages.new]\nfrom = 3\nuntil = 3", "it never opens, since until = 3"),
            ("[care.messages.new]\nfrom = -1", "from = -1 is not between 0"),
            ("[care.messages.birthday]\nfrom = -0.5", "no whole number of days"),
            ("[care.messages.birthday]\ndates = [\"01\"]", "dates are for holiday"),
            ("[care.messages.birthday]\nafter = \"delivery\"", "after is for the occasion"),
            ("[care.messages.after_purchase]\nafter = \"rain\"", "after = \"rain\""),
            ("[care.messages.holiday]", "it never opens, since it has no dates"),
            ("[care.messages.holiday]\ndates = [\"2027-02-30\"]", "\"2027-02-30\" is no day"),
            ("[care.messages.holiday]\ndates = [\"31\"]", "\"31\" is no day"),
            ("[care.messages.holiday]\ndates = { fr = [\"01-01\"] }", "no market \"fr\""),
            ("[care.messages.holiday]\ndates = [\"2027-02-06\"]\noffers = \"over\"", "none of its offers runs"),
            ("[care.messages.new]\npriority = 2000", "priority = 2000"),
            ("[care.messages.new]\nrain = 1", "rain"),
        ] {
            let said = bound(text).expect_err(text);
            assert!(said.code() == "bad_config" && said.detail().contains(says), "{text}: {}", said.detail());
        }
    }

    #[test]
    fn what_an_offer_takes_off_is_told_where_it_can_be() {
        let of = |kind, threshold: Option<i64>| {
            let mut p = Promotion::new("a", kind);
            p.threshold = threshold.map(Minor);
            most_off(&p)
        };
        assert_eq!(of(Kind::Percent { bp: 1_234 }, None), 124);
        assert_eq!(of(Kind::Fixed { amount: Minor(2_000) }, Some(9_900)), 203);
        assert_eq!(of(Kind::Fixed { amount: Minor(2_000) }, None), 0);
        assert_eq!(of(Kind::Nth { n: 2, bp: 5_000, max_times: None }, None), 250);
        assert_eq!(of(Kind::Shipping { amount: None }, Some(100)), 0);
    }
}

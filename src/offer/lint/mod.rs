//! The linter: what in a list of promotions cannot be meant, with its place and the way out ([`manual/lint.md`](crate::manual::lint)).

mod alone;
mod grants;
mod ground;
mod pairs;
mod prior;
pub(crate) mod trial;
mod words;

pub use grants::lint_grants;
pub use ground::{Ground, Policy, PriceOn, Product, day_of};
pub use words::{Rule, Severity};

use super::calendar::{BadWindow, Calendar};
use super::json::{read_offers, text_of};
use super::{InvalidCode, Promotion};
use crate::time::{DAY, Millis};
use serde_json::{Value, json};

/// Something that a promotion cannot mean, or hardly means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// Where: `promotions[3].threshold`, or `products[0].list`.
    pub place: String,
    /// Id of the promotion, or the product's.
    pub subject: String,
    /// What the rule's words are filled with.
    pub args: Vec<String>,
}

impl Finding {
    /// What is wrong, in `en` or `zh`.
    pub fn text(&self, language: &str) -> String {
        filled(self.rule.text(language), &self.args)
    }

    /// What to do about it.
    pub fn fix(&self, language: &str) -> String {
        filled(self.rule.fix(language), &self.args)
    }

    /// As the package gives it out.
    pub fn json(&self) -> Value {
        json!({
            "rule": self.rule.code(),
            "severity": self.rule.severity().code(),
            "place": self.place,
            "promotion": self.subject,
            "text": { "en": self.text("en"), "zh": self.text("zh") },
            "fix": { "en": self.fix("en"), "zh": self.fix("zh") },
        })
    }
}

/// Puts the arguments in the places `{0}`, `{1}` …
fn filled(text: &str, args: &[String]) -> String {
    args.iter().enumerate().fold(text.to_string(), |text, (i, arg)| text.replace(&format!("{{{i}}}"), arg))
}

/// A promotion that fits its language, with what a shop's file says beside it.
struct Entry<'a> {
    /// Its place in the file.
    index: usize,
    raw: &'a Value,
    promotion: Promotion,
}

impl Entry<'_> {
    /// The only market it is for.
    fn market(&self) -> Option<&str> {
        self.raw["market"].as_str()
    }

    fn finding(&self, rule: Rule, field: &str, args: &[&str]) -> Finding {
        Finding::new(rule, &place(self.index, field), &self.promotion.id, args)
    }
}

impl Finding {
    fn new(rule: Rule, place: &str, subject: &str, args: &[&str]) -> Finding {
        let args = args.iter().map(ToString::to_string).collect();
        Finding { rule, place: place.into(), subject: subject.into(), args }
    }
}

fn place(index: usize, field: &str) -> String {
    if field.is_empty() { format!("promotions[{index}]") } else { format!("promotions[{index}].{field}") }
}

/// Reads a list of promotions (of `promotion-case/v1`, with the names, markets, currencies and coupons of a shop's `offers.json`) and tells what they cannot mean
/// on this ground, in the order of the list and of [`Rule`].
///
/// # Example: more off than asked for
///
/// ```
/// use nearshelf::offer::lint::{Ground, lint};
/// let list = serde_json::json!([{ "id": "p", "name": "P", "kind": "fixed", "amount": 5000, "threshold": 5000 }]);
/// let found = lint(&list, &Ground::default());
/// assert_eq!((found[0].rule.code(), found[0].place.as_str()), ("gives_away", "promotions[0].amount"));
/// ```
pub fn lint(promotions: &Value, ground: &Ground) -> Vec<Finding> {
    let Some(list) = promotions.as_array() else {
        return vec![Finding::new(Rule::Invalid, "promotions", "", &[InvalidCode::Malformed.code()])];
    };
    let (mut found, mut entries) = (Vec::new(), Vec::<Entry<'_>>::new());
    let (list, untold) = resolved(list, ground);
    for (index, e) in &untold {
        let field = if e.field.is_empty() { "window".into() } else { format!("window.{}", e.field) };
        let id = list[*index]["id"].as_str().unwrap_or_default();
        found.push(Finding::new(Rule::BadWindow, &place(*index, &field), id, &[&e.what]));
    }
    for (index, raw) in list.iter().enumerate() {
        match read_offers(&Value::Array(vec![raw.clone()])) {
            Err(e) => {
                let field = e.path.split_once("].").map_or("", |(_, field)| field);
                let id = raw["id"].as_str().unwrap_or_default();
                found.push(Finding::new(Rule::Invalid, &place(index, field), id, &[e.code.code()]));
            }
            Ok(offers) => {
                let Some(promotion) = offers.list().first().cloned() else { continue };
                if entries.iter().any(|e| e.promotion.id == promotion.id) {
                    let code = InvalidCode::DuplicatePromotionId.code();
                    found.push(Finding::new(Rule::Invalid, &place(index, "id"), &promotion.id, &[code]));
                } else {
                    entries.push(Entry { index, raw, promotion });
                }
            }
        }
    }
    for entry in &entries {
        alone::check(entry, &entries, ground, &mut found);
        calendar_ends(entry, ground, &mut found);
        prior::check(entry, ground, &mut found);
    }
    pairs::check(&entries, ground, &mut found);
    for entry in &entries {
        allow(entry, &mut found);
    }
    // Stable: of one promotion in the order of the rules.
    found.sort_by_key(|f| (index_of(&f.place), f.rule));
    prior::check_products(ground, &mut found);
    found
}

/// The promotions with absolute windows, and those whose window cannot be told, by place.
fn resolved(list: &[Value], ground: &Ground) -> (Vec<Value>, Vec<(usize, BadWindow)>) {
    let (mut list, mut untold) = (list.to_vec(), Vec::new());
    for (i, promotion) in list.iter_mut().enumerate().filter(|(_, p)| p.is_object()) {
        untold.extend(ground.calendar.resolve(promotion, ground.zone_minutes).err().map(|e| (i, e)));
    }
    (list, untold)
}

/// A day that a window names has to be in the table for some time to come.
fn calendar_ends(e: &Entry<'_>, ground: &Ground, found: &mut Vec<Finding>) {
    let Some(now) = ground.now else { return };
    let mut names = Calendar::named(e.raw);
    names.dedup();
    for name in names {
        if let Some(last) =
            ground.calendar.last(name).filter(|day| *day < ground.day(now) + ground.policy.calendar_days)
        {
            let day = text_of(Millis(last * DAY), 0).unwrap_or_default();
            found.push(e.finding(Rule::CalendarEnds, "window", &[name, day.get(..10).unwrap_or_default()]));
        }
    }
}

/// Takes out what the shop says that it means: `"allow": ["gives_away"]`.
fn allow(e: &Entry<'_>, found: &mut Vec<Finding>) {
    let Some(allowed) = e.raw["allow"].as_array() else { return };
    let rules: Vec<Option<Rule>> =
        allowed.iter().map(|a| Rule::ALL.into_iter().find(|r| a.as_str() == Some(r.code()))).collect();
    found.retain(|f| index_of(&f.place) != e.index || !rules.contains(&Some(f.rule)));
    for (i, name) in
        rules.iter().zip(allowed).enumerate().filter_map(|(i, (rule, name))| rule.is_none().then_some((i, name)))
    {
        found.push(e.finding(Rule::UnknownName, &format!("allow[{i}]"), &[&format!("allow {name}")]));
    }
}

/// The number in `promotions[3].threshold`.
fn index_of(place: &str) -> usize {
    let digits = place.strip_prefix("promotions[").and_then(|rest| rest.split(']').next());
    digits.and_then(|d| d.parse().ok()).unwrap_or(0)
}

/// Reads `{ promotions, grants, ground }` and answers the findings, as the package's `lintOffers` does.
///
/// # Errors
///
/// What is wrong with the ground, in words.
pub fn lint_document(document: &Value) -> Result<Value, String> {
    let ground = Ground::read(&document["ground"])?;
    let mut found = lint(&document["promotions"], &ground);
    found.extend(lint_grants(&document["grants"], &document["promotions"], &ground));
    Ok(found.iter().map(Finding::json).collect())
}

//! A case as the naive evaluator holds it: what the JSON says, and every default.

use serde_json::Value;

use super::apply::State;
use super::condition::instant;

#[derive(Clone, Default)]
pub(crate) struct Case {
    /// Nanoseconds since 1970.
    pub(crate) now: i128,
    pub(crate) customer: Customer,
    pub(crate) lines: Vec<Line>,
    pub(crate) shipping: i128,
    pub(crate) codes: Vec<String>,
    /// How many people joined, by offer.
    pub(crate) groups: Vec<(String, i128)>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) catalog: Vec<Line>,
}

#[derive(Clone, Default)]
pub(crate) struct Customer {
    pub(crate) tier: Option<String>,
    pub(crate) new_customer: bool,
    pub(crate) birthday: Option<String>,
    pub(crate) points: i128,
    pub(crate) redeemed: Vec<(String, i128)>,
}

#[derive(Clone, Default)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) sku: String,
    pub(crate) price: i128,
    pub(crate) qty: i128,
    pub(crate) store: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) floor: i128,
}

#[derive(Clone, Default)]
pub(crate) struct Offer {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// 0 item, 1 store, 2 platform, 3 wallet, 4 shipping.
    pub(crate) stage: usize,
    pub(crate) priority: i128,
    pub(crate) scope: Scope,
    pub(crate) exclude_discounted: bool,
    pub(crate) basis: Option<String>,
    // What it gives.
    pub(crate) percent_bp: Option<i128>,
    pub(crate) amount: Option<i128>,
    pub(crate) cap: Option<i128>,
    pub(crate) threshold: Option<i128>,
    pub(crate) min_qty: Option<i128>,
    pub(crate) max_times: Option<i128>,
    pub(crate) tiers: Vec<Step>,
    pub(crate) n: i128,
    pub(crate) buy: i128,
    pub(crate) get: i128,
    pub(crate) get_scope: Option<Scope>,
    pub(crate) items: Vec<(String, i128)>,
    pub(crate) price: i128,
    pub(crate) prices: Vec<(String, i128)>,
    pub(crate) max_units: Option<i128>,
    pub(crate) gift: Option<Gift>,
    pub(crate) repeat: bool,
    pub(crate) points_per_cent: i128,
    pub(crate) max_percent_bp: i128,
    pub(crate) budget_left: Option<i128>,
    // Who may have it, and when.
    pub(crate) start: Option<i128>,
    pub(crate) end: Option<i128>,
    pub(crate) daily: Option<Daily>,
    pub(crate) tiers_allowed: Option<Vec<String>>,
    pub(crate) new_customer: bool,
    /// Minutes the local date is ahead of UTC.
    pub(crate) birthday: Option<i128>,
    pub(crate) code: Option<String>,
    pub(crate) limit_per_customer: Option<i128>,
    pub(crate) limit_total: Option<i128>,
    pub(crate) used_total: i128,
    pub(crate) group_size: Option<i128>,
    // With whom.
    pub(crate) exclusive: bool,
    pub(crate) group: Option<String>,
    pub(crate) excludes: Vec<String>,
}

#[derive(Clone, Default)]
pub(crate) struct Scope {
    pub(crate) skus: Option<Vec<String>>,
    pub(crate) stores: Option<Vec<String>>,
    pub(crate) categories: Option<Vec<String>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) exclude_skus: Vec<String>,
    pub(crate) exclude_tags: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) threshold: Option<i128>,
    pub(crate) min_qty: Option<i128>,
    pub(crate) amount: Option<i128>,
    pub(crate) percent_bp: Option<i128>,
}

#[derive(Clone)]
pub(crate) struct Gift {
    pub(crate) sku: String,
    pub(crate) qty: i128,
    pub(crate) value: i128,
}

#[derive(Clone)]
pub(crate) struct Daily {
    /// Minutes since midnight.
    pub(crate) from: i128,
    pub(crate) to: i128,
    pub(crate) utc_offset_min: i128,
}

impl Case {
    /// A case that `invalid::first` finds nothing against.
    pub(crate) fn read(json: &Value) -> Case {
        let customer = &json["customer"];
        Case {
            now: instant(json["now"].as_str().expect("now")),
            customer: Customer {
                tier: text(&customer["tier"]),
                new_customer: flag(&customer["new_customer"]),
                birthday: text(&customer["birthday"]),
                points: number(&customer["points"]).unwrap_or(0),
                redeemed: counts(&customer["redeemed"]),
            },
            lines: list(&json["cart"]["lines"], Line::read),
            shipping: number(&json["cart"]["shipping"]).unwrap_or(0),
            codes: texts(&json["cart"]["codes"]).unwrap_or_default(),
            groups: counts(&json["cart"]["groups"]),
            offers: list(&json["promotions"], Offer::read),
            catalog: list(&json["addon"]["catalog"], Line::read),
        }
    }

    /// The cart before any offer.
    pub(crate) fn untouched(&self) -> State {
        State { running: self.lines.iter().map(Line::list).collect(), after_item: None, shipping: self.shipping }
    }
}

impl Line {
    fn read(json: &Value) -> Line {
        Line {
            id: text(&json["id"]).unwrap_or_default(),
            sku: text(&json["sku"]).unwrap_or_default(),
            price: number(&json["price"]).unwrap_or(0),
            // An item of a catalogue is added once.
            qty: number(&json["qty"]).unwrap_or(1),
            store: text(&json["store"]),
            category: text(&json["category"]),
            tags: texts(&json["tags"]).unwrap_or_default(),
            floor: number(&json["floor"]).unwrap_or(0),
        }
    }

    pub(crate) fn list(&self) -> i128 {
        self.price * self.qty
    }
}

impl Offer {
    fn read(json: &Value) -> Offer {
        let kind = text(&json["kind"]).unwrap_or_default();
        let stage = match json["stage"].as_str() {
            Some("item") => 0,
            Some("store") => 1,
            Some("platform") => 2,
            Some("wallet") => 3,
            Some("shipping") => 4,
            _ if kind == "shipping" => 4,
            _ => 0,
        };
        Offer {
            id: text(&json["id"]).unwrap_or_default(),
            stage,
            priority: number(&json["priority"]).unwrap_or(0),
            scope: Scope::read(&json["scope"]),
            exclude_discounted: flag(&json["exclude_discounted"]) || flag(&json["scope"]["exclude_discounted"]),
            basis: text(&json["threshold_basis"]),
            percent_bp: number(&json["percent_bp"]),
            amount: number(&json["amount"]),
            cap: number(&json["cap"]),
            threshold: number(&json["threshold"]),
            min_qty: number(&json["min_qty"]),
            max_times: number(&json["max_times"]),
            tiers: list(&json["tiers"], |step| Step {
                threshold: number(&step["threshold"]),
                min_qty: number(&step["min_qty"]),
                amount: number(&step["amount"]),
                percent_bp: number(&step["percent_bp"]),
            }),
            n: number(&json["n"]).unwrap_or(0),
            buy: number(&json["buy"]).unwrap_or(0),
            get: number(&json["get"]).unwrap_or(0),
            get_scope: json.get("get_scope").map(Scope::read),
            items: list(&json["items"], |item| {
                (text(&item["sku"]).unwrap_or_default(), number(&item["qty"]).unwrap_or(1))
            }),
            price: number(&json["price"]).unwrap_or(0),
            prices: counts(&json["prices"]),
            max_units: number(&json["max_units"]),
            gift: json.get("gift").map(|gift| Gift {
                sku: text(&gift["sku"]).unwrap_or_default(),
                qty: number(&gift["qty"]).unwrap_or(1),
                value: number(&gift["value"]).unwrap_or(0),
            }),
            repeat: flag(&json["repeat"]),
            points_per_cent: number(&json["points_per_cent"]).unwrap_or(1),
            max_percent_bp: number(&json["max_percent_bp"]).unwrap_or(10_000),
            budget_left: number(&json["budget_left"]),
            start: json["start"].as_str().map(instant),
            end: json["end"].as_str().map(instant),
            daily: json.get("daily").map(|daily| Daily {
                from: minutes(daily["from"].as_str().expect("from")),
                to: minutes(daily["to"].as_str().expect("to")),
                utc_offset_min: number(&daily["utc_offset_min"]).unwrap_or(0),
            }),
            tiers_allowed: texts(&json["tiers_allowed"]),
            new_customer: flag(&json["new_customer"]),
            birthday: json.get("birthday").map(|birthday| number(&birthday["utc_offset_min"]).unwrap_or(0)),
            code: text(&json["code"]),
            limit_per_customer: number(&json["limit_per_customer"]),
            limit_total: number(&json["limit_total"]),
            used_total: number(&json["used_total"]).unwrap_or(0),
            group_size: number(&json["group_size"]),
            exclusive: flag(&json["exclusive"]),
            group: text(&json["group"]),
            excludes: texts(&json["excludes"]).unwrap_or_default(),
            kind,
        }
    }

    pub(crate) fn price_of(&self, sku: &str) -> Option<i128> {
        self.prices.iter().find(|(of, _)| of == sku).map(|(_, price)| *price)
    }
}

impl Scope {
    fn read(json: &Value) -> Scope {
        Scope {
            skus: texts(&json["skus"]),
            stores: texts(&json["stores"]),
            categories: texts(&json["categories"]),
            tags: texts(&json["tags"]),
            exclude_skus: texts(&json["exclude_skus"]).unwrap_or_default(),
            exclude_tags: texts(&json["exclude_tags"]).unwrap_or_default(),
        }
    }

    pub(crate) fn holds(&self, line: &Line) -> bool {
        if self.skus.as_ref().is_some_and(|skus| !skus.contains(&line.sku)) {
            return false;
        }
        if self.stores.as_ref().is_some_and(|stores| !stores.iter().any(|store| Some(store) == line.store.as_ref())) {
            return false;
        }
        if let Some(categories) = &self.categories {
            let of = line.category.as_deref().unwrap_or_default();
            let within = |category: &String| of == category || of.starts_with(&format!("{category}/"));
            if line.category.is_none() || !categories.iter().any(within) {
                return false;
            }
        }
        if self.tags.as_ref().is_some_and(|tags| !tags.iter().any(|tag| line.tags.contains(tag))) {
            return false;
        }
        !self.exclude_skus.contains(&line.sku) && !self.exclude_tags.iter().any(|tag| line.tags.contains(tag))
    }
}

/// A whole number, written `10` or `10.0`.
pub(crate) fn number(json: &Value) -> Option<i128> {
    if let Some(whole) = json.as_i64() {
        return Some(whole.into());
    }
    match json.as_f64() {
        Some(float) if float == float.trunc() => Some(float as i128),
        _ => None,
    }
}

fn text(json: &Value) -> Option<String> {
    json.as_str().map(str::to_owned)
}

fn flag(json: &Value) -> bool {
    json.as_bool().unwrap_or(false)
}

fn texts(json: &Value) -> Option<Vec<String>> {
    json.as_array().map(|all| all.iter().filter_map(text).collect())
}

fn counts(json: &Value) -> Vec<(String, i128)> {
    let one = |(key, value): (&String, &Value)| Some((key.clone(), number(value)?));
    json.as_object().map(|all| all.iter().filter_map(one).collect()).unwrap_or_default()
}

fn list<T>(json: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    json.as_array().map(|all| all.iter().map(read).collect()).unwrap_or_default()
}

/// "HH:MM".
fn minutes(text: &str) -> i128 {
    let (hours, minutes) = text.split_once(':').expect("HH:MM");
    hours.parse::<i128>().expect("hours") * 60 + minutes.parse::<i128>().expect("minutes")
}

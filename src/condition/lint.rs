//! What may be wrong with a condition, told with the place and the way out, before it reaches a shopper.

use super::{DEPTH, PATTERNS, Program, Refused, STEPS, json};
use regress::Regex;
use serde_json::{Map, Value};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing: the host has to bring something.
    Note,
    /// It says something, but hardly what is meant.
    Warning,
    /// It says nothing: on a device this part matches nobody.
    Error,
}

/// Something found in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Where, as a JSON path: `$.tier.$in`.
    pub path: String,
    /// What, and the way out.
    pub message: String,
}

const GROUPS: [&str; 4] = ["$and", "$or", "$nor", "$not"];
const OPERATORS: [&str; 29] = [
    "$eq",
    "$ne",
    "$lt",
    "$lte",
    "$gt",
    "$gte",
    "$veq",
    "$vne",
    "$vlt",
    "$vlte",
    "$vgt",
    "$vgte",
    "$in",
    "$nin",
    "$ini",
    "$nini",
    "$inGroup",
    "$notInGroup",
    "$all",
    "$alli",
    "$regex",
    "$regexi",
    "$notRegex",
    "$notRegexi",
    "$exists",
    "$type",
    "$size",
    "$elemMatch",
    "$not",
];
const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

/// Everything found, in the order of the condition. `groups`: those the shop has; `None` where that is not known.
///
/// # Example: a misspelt operator
///
/// ```
/// use nearshelf::condition::lint::lint;
/// let found = lint(&serde_json::json!({ "age": { "$gtt": 18 } }), None);
/// assert_eq!(found[0].path, "$.age.$gtt");
/// assert!(found[0].message.contains("$gt"));
/// ```
pub fn lint(condition: &Value, groups: Option<&Value>) -> Vec<Finding> {
    let mut linter = Linter { groups, patterns: 0, found: Vec::new() };
    match condition {
        Value::Object(object) if object.is_empty() => linter.warn("$", "it asks nothing and matches everybody."),
        Value::Object(object) => linter.condition(object, "$"),
        _ => linter.error("$", "a condition has to be an object."),
    }
    let nothing = Value::Object(Map::new());
    if let Err(Refused::TooLarge) = Program::compile(json::document(condition, groups.unwrap_or(&nothing))) {
        linter.error(
            "$",
            format!(
                "it or a path of it has more than {DEPTH} levels, or it has more than {STEPS} steps or names: split it."
            ),
        );
    }
    linter.found
}

struct Linter<'g> {
    groups: Option<&'g Value>,
    /// Those that came so far.
    patterns: usize,
    found: Vec<Finding>,
}

impl Linter<'_> {
    fn tell(&mut self, severity: Severity, path: &str, message: impl Into<String>) {
        self.found.push(Finding { severity, path: path.into(), message: message.into() });
    }

    fn error(&mut self, path: &str, message: impl Into<String>) {
        self.tell(Severity::Error, path, message);
    }

    fn warn(&mut self, path: &str, message: impl Into<String>) {
        self.tell(Severity::Warning, path, message);
    }

    fn condition(&mut self, object: &Map<String, Value>, path: &str) {
        for (name, value) in object {
            let at = format!("{path}.{name}");
            match (name.as_str(), value) {
                ("$and" | "$or" | "$nor", Value::Array(list)) => {
                    if list.is_empty() {
                        self.warn(
                            &at,
                            if name == "$nor" {
                                "none of nothing is false: it matches nobody."
                            } else {
                                "of nothing it is always true: leave it out."
                            },
                        );
                    }
                    for (i, inner) in list.iter().enumerate() {
                        self.inner(inner, &format!("{at}[{i}]"));
                    }
                }
                ("$and" | "$or" | "$nor", _) => self.error(&at, "it takes a list of conditions."),
                ("$not", inner) => self.inner(inner, &at),
                (name, value) => {
                    if name.starts_with('$') {
                        let known = OPERATORS.contains(&name);
                        let hint = if known {
                            format!("write {{\"attribute\": {{\"{name}\": …}}}}")
                        } else {
                            format!("of groups there are {}", GROUPS.join(", "))
                        };
                        self.warn(
                            &at,
                            format!("it stands where a path stands, and is read as the attribute {name}; {hint}."),
                        );
                    }
                    if name.split('.').any(str::is_empty) {
                        self.warn(&at, "the path has an empty name.");
                    }
                    self.test(value, &at);
                }
            }
        }
    }

    fn inner(&mut self, inner: &Value, at: &str) {
        match inner {
            Value::Object(object) => self.condition(object, at),
            _ => self.error(at, "a condition has to be an object."),
        }
    }

    fn test(&mut self, value: &Value, at: &str) {
        let Value::Object(object) = value else { return };
        let operators = object.keys().filter(|k| k.starts_with('$')).count();
        if operators > 0 && operators < object.len() {
            self.warn(
                at,
                "names and operators are mixed, so it is compared as a value: put names into a path, as in \"a.b\".",
            );
        }
        if operators == 0 || operators < object.len() {
            return;
        }
        for (name, operand) in object {
            self.operator(name, operand, &format!("{at}.{name}"));
        }
        if let (Some(low), Some(high)) = (bound(object, "$gt", "$gte"), bound(object, "$lt", "$lte"))
            && low >= high
            && !(low == high && object.contains_key("$gte") && object.contains_key("$lte"))
        {
            self.warn(at, format!("nothing is above {low} and below {high}: it matches nobody."));
        }
    }

    fn operator(&mut self, name: &str, operand: &Value, at: &str) {
        self.told(name, operand, at);
        let is_pattern = matches!(name, "$regex" | "$regexi" | "$notRegex" | "$notRegexi") && operand.is_string();
        self.patterns += usize::from(is_pattern);
    }

    fn told(&mut self, name: &str, operand: &Value, at: &str) {
        let is_scalar = !operand.is_array() && !operand.is_object();
        match name {
            "$eq" | "$ne" if !is_scalar => {
                let always = if name == "$eq" { "false" } else { "true" };
                self.warn(at, format!("of a list or an object it is always {always}: write {{\"attribute\": value}} to compare in depth."));
            }
            "$lt" | "$lte" | "$gt" | "$gte" if !is_scalar => self.error(at, "it takes a number or a text."),
            "$lt" | "$lte" | "$gt" | "$gte" if operand.is_boolean() => {
                self.warn(at, "a boolean is compared as 0 or 1.")
            }
            "$veq" | "$vne" | "$vlt" | "$vlte" | "$vgt" | "$vgte" if !operand.is_string() && !operand.is_number() => {
                self.warn(at, "it takes a version, as in \"1.2.10\"; anything else counts as \"0\".");
            }
            "$in" | "$nin" | "$ini" | "$nini" => self.set(name, operand, at),
            "$all" | "$alli" => match operand {
                Value::Array(list) => {
                    if list.is_empty() {
                        self.warn(at, "of nothing it is true of every list.");
                    }
                    for (i, inner) in list.iter().enumerate() {
                        self.test(inner, &format!("{at}[{i}]"));
                    }
                }
                _ => self.error(at, "it takes a list."),
            },
            "$inGroup" | "$notInGroup" => match (operand.as_str(), self.groups) {
                (None, _) => self.error(at, "it takes the name of a group."),
                (Some(_), None) => {
                    self.tell(Severity::Note, at, "the host has to pass this group; --groups checks it.")
                }
                (Some(group), Some(groups)) if !groups[group].is_array() => {
                    self.error(at, format!("there is no group {group:?}: pass it in options.groups."));
                }
                _ => {}
            },
            "$regex" | "$regexi" | "$notRegex" | "$notRegexi" => match operand.as_str().map(Regex::new) {
                None => self.error(at, "it takes a pattern, as a text."),
                Some(_) if self.patterns >= PATTERNS => self
                    .error(at, format!("there are more than {PATTERNS} patterns: write some as one, as in \"a|b\".")),
                Some(Err(e)) => self.error(at, format!("it is no regular expression of JavaScript: {e}.")),
                Some(Ok(_)) => self.tell(
                    Severity::Note,
                    at,
                    "the host matches it: JavaScript's RegExp, on every platform of the package.",
                ),
            },
            "$exists" if !operand.is_boolean() => {
                self.warn(at, "it takes true or false; anything else is read as JavaScript reads it.")
            }
            "$type" => match operand.as_str() {
                None => self.error(at, "it takes the name of a type."),
                Some(kind) if !TYPES.contains(&kind) => {
                    self.warn(at, format!("no value is of type {kind:?}: it is one of {}.", TYPES.join(", ")));
                }
                _ => {}
            },
            "$size" => {
                if operand.as_f64().is_some_and(|n| n < 0.0 || n.fract() != 0.0) {
                    self.warn(at, "no list has this length.");
                }
                self.test(operand, at);
            }
            "$elemMatch" => match operand {
                // `$or` alone is an operator here, and there is none of this name: GrowthBook's SDK reads it so too.
                Value::Object(object) if object.keys().all(|k| k.starts_with('$')) => self.test(operand, at),
                Value::Object(object) => self.condition(object, at),
                _ => self.error(at, "it takes operators or a condition."),
            },
            "$not" => self.test(operand, at),
            known if OPERATORS.contains(&known) => {}
            "$and" | "$or" | "$nor" => {
                self.error(
                    at,
                    format!(
                        "{name} stands before a path, not behind it: write {{\"{name}\": [{{\"attribute\": …}}, …]}}."
                    ),
                );
            }
            _ => {
                let nearest = nearest(name).map_or_else(String::new, |n| format!(" Did you mean {n}?"));
                self.error(at, format!("there is no operator {name}, so it matches nobody.{nearest}"));
            }
        }
    }

    fn set(&mut self, name: &str, operand: &Value, at: &str) {
        let Value::Array(list) = operand else { return self.error(at, "it takes a list.") };
        if list.is_empty() {
            let always = if name.starts_with("$n") { "true" } else { "false" };
            self.warn(at, format!("of an empty list it is always {always}."));
        }
        for (i, value) in list.iter().enumerate() {
            if value.is_array() || value.is_object() {
                self.warn(&format!("{at}[{i}]"), "lists and objects are never in a list: it says nothing.");
            }
        }
    }
}

fn bound(object: &Map<String, Value>, one: &str, other: &str) -> Option<f64> {
    object.get(one).or_else(|| object.get(other)).and_then(Value::as_f64)
}

/// The operator that is nearest by edits, if one is within two.
fn nearest(name: &str) -> Option<&'static str> {
    let all = OPERATORS.iter().map(|o| (edits(name, o), *o));
    all.filter(|(n, _)| *n <= 2).min_by_key(|(n, _)| *n).map(|(_, o)| o)
}

/// Letters to add, leave out or change (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(condition: Value) -> Vec<(Severity, String)> {
        let groups = json!({ "staff": ["u1"] });
        lint(&condition, Some(&groups)).into_iter().map(|f| (f.severity, f.path)).collect()
    }

    #[test]
    fn sound_conditions_have_nothing_to_tell() {
        let sound = json!({
            "tier": "gold", "cart.total": { "$gte": 100, "$lt": 200 }, "tags": { "$in": ["a"] }, "id": { "$inGroup": "staff" },
            "$or": [{ "a": { "$not": { "$exists": true } } }, { "l": { "$elemMatch": { "a": 1 } } }],
        });
        assert_eq!(told(sound), []);
    }

    #[test]
    fn each_mistake_is_told_with_its_place() {
        use Severity::{Error, Note, Warning};
        let cases = [
            (json!([]), Error, "$"),
            (json!({}), Warning, "$"),
            (json!({ "a": { "$gtt": 1 } }), Error, "$.a.$gtt"),
            (json!({ "a": { "$or": [] } }), Error, "$.a.$or"),
            (json!({ "$or": [] }), Warning, "$.$or"),
            (json!({ "$and": [{ "a": { "$in": 1 } }] }), Error, "$.$and[0].a.$in"),
            (json!({ "$and": [1] }), Error, "$.$and[0]"),
            (json!({ "$nor": {} }), Error, "$.$nor"),
            (json!({ "$not": 5 }), Error, "$.$not"),
            (json!({ "$gt": 5 }), Warning, "$.$gt"),
            (json!({ "a..b": 5 }), Warning, "$.a..b"),
            (json!({ "a": { "$gt": 1, "b": 2 } }), Warning, "$.a"),
            (json!({ "a": { "$gt": 5, "$lt": 5 } }), Warning, "$.a"),
            (json!({ "a": { "$in": [] } }), Warning, "$.a.$in"),
            (json!({ "a": { "$nin": [[1]] } }), Warning, "$.a.$nin[0]"),
            (json!({ "a": { "$eq": [1] } }), Warning, "$.a.$eq"),
            (json!({ "a": { "$lt": [1] } }), Error, "$.a.$lt"),
            (json!({ "a": { "$vgt": null } }), Warning, "$.a.$vgt"),
            (json!({ "a": { "$all": "x" } }), Error, "$.a.$all"),
            (json!({ "a": { "$inGroup": "nobody" } }), Error, "$.a.$inGroup"),
            (json!({ "a": { "$regex": "(" } }), Error, "$.a.$regex"),
            (json!({ "a": { "$regex": "x" } }), Note, "$.a.$regex"),
            (json!({ "a": { "$type": "money" } }), Warning, "$.a.$type"),
            (json!({ "a": { "$size": 1.5 } }), Warning, "$.a.$size"),
            (json!({ "a": { "$elemMatch": [] } }), Error, "$.a.$elemMatch"),
            (json!({ "a": { "$elemMatch": { "$or": [{ "b": 1 }, { "b": 2 }] } } }), Error, "$.a.$elemMatch.$or"),
            (json!({ ["a"; 33].join("."): 1 }), Error, "$"),
            (json!({ "a": { "$exists": "yes" } }), Warning, "$.a.$exists"),
        ];
        for (condition, severity, path) in cases {
            assert_eq!(told(condition.clone()), [(severity, path.to_string())], "{condition}");
        }
    }

    #[test]
    fn the_first_pattern_that_is_too_many_is_told() {
        let many: Vec<Value> = (0..34).map(|i| json!({ "a": { "$regex": i.to_string() } })).collect();
        let mut errors = told(json!({ "$or": many }));
        errors.retain(|(severity, _)| *severity == Severity::Error);
        assert_eq!(errors, [32, 33].map(|i| (Severity::Error, format!("$.$or[{i}].a.$regex"))));
    }

    #[test]
    fn a_misspelt_operator_has_a_neighbour() {
        assert_eq!(nearest("$regx"), Some("$regex"));
        assert_eq!(nearest("$ingroup"), Some("$inGroup"));
        assert_eq!(nearest("$where"), None);
    }
}

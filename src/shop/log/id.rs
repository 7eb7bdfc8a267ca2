//! From an id of the log to a product: as it stands, or by the rule of the shop's settings.

use super::super::catalog::KeyColumn;
use crate::catalog::build::ProductDraft;
use crate::error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;

/// How an id is changed before it is compared: `[log.id]` for those of the log, `[log.catalog]` for the catalogue's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IdRule {
    /// `[log.id]`: which of a row's ids counts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) field: String,
    /// `[log.catalog]`: which column of the catalogue is meant.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) column: String,
    /// Taken off the front, where it is there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) strip_prefix: String,
    /// Taken off the end, where it is there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) strip_suffix: String,
    /// Splits what is left into parts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) separator: String,
    /// The part that counts: 1 is the first, -1 the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<i32>,
    /// `[log.id]`: upper and lower case are one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lowercase: bool,
    /// `[log.id]`: zeros in front do not count.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) trim_zeros: bool,
}

impl IdRule {
    /// Says what contradicts itself.
    pub(crate) fn check(&self, section: &str, of_log: bool) -> Result<()> {
        let bad = |what: &str| Err(Error::new(Code::BadConfig, format!("[{section}]: {what}.")));
        if of_log && !self.column.is_empty() {
            return bad("\"column\" belongs to [log.catalog]");
        }
        if !of_log && (!self.field.is_empty() || self.lowercase || self.trim_zeros) {
            return bad(
                "\"field\", \"lowercase\" and \"trim_zeros\" belong to [log.id]; the last two count for both sides",
            );
        }
        if self.part == Some(0) {
            return bad("part = 0 is none: 1 is the first part, -1 the last");
        }
        if self.part.is_some() && self.separator.is_empty() {
            return bad("\"part\" needs a \"separator\"");
        }
        Ok(())
    }

    /// The id that counts. An id without the part, or of which nothing would be left, stays as it is.
    pub(crate) fn apply<'a>(&self, id: &'a str) -> &'a str {
        let whole = id;
        let id = id.strip_prefix(self.strip_prefix.as_str()).unwrap_or(id);
        let mut id = id.strip_suffix(self.strip_suffix.as_str()).unwrap_or(id);
        if !self.separator.is_empty() {
            let part = self.part.unwrap_or(1);
            let n = part.unsigned_abs() as usize;
            let place = n.saturating_sub(1);
            let separator = self.separator.as_str();
            let found = if part > 0 { id.split(separator).nth(place) } else { id.rsplit(separator).nth(place) };
            id = found.unwrap_or(id);
        }
        if id.trim().is_empty() { whole } else { id.trim() }
    }

    /// Lines of `shop.toml` that say this rule; empty where it says nothing.
    pub(crate) fn toml(&self, section: &str) -> String {
        if *self == IdRule::default() {
            return String::new();
        }
        // A struct of strings, numbers and flags always has a TOML form.
        let body = toml::to_string(self).unwrap_or_default();
        format!("[{section}]\n{body}")
    }

    /// How much has to be believed for the rule to be right. A part counted from the end counts more, since ids that grow
    /// grow at their end.
    pub(crate) fn size(&self) -> usize {
        let texts = [&self.field, &self.column, &self.strip_prefix, &self.strip_suffix, &self.separator];
        let settings = texts.iter().filter(|t| !t.is_empty()).count();
        2 * (settings + usize::from(self.lowercase) + usize::from(self.trim_zeros))
            + self.part.map_or(0, |p| if p < 0 { 3 } else { 2 })
    }
}

/// Both sides of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The log's side.
    pub(crate) id: IdRule,
    /// The catalogue's side.
    pub(crate) catalog: IdRule,
}

impl Mapping {
    /// An id in the form in which the two sides are compared.
    pub(crate) fn folded<'a>(&self, id: &'a str) -> Cow<'a, str> {
        let trimmed = if self.id.trim_zeros { id.trim_start_matches('0') } else { id };
        // Zeros alone are the number zero.
        let id = if trimmed.is_empty() { &id[id.len().saturating_sub(1)..] } else { trimmed };
        if self.id.lowercase && id.chars().any(char::is_uppercase) {
            Cow::Owned(id.to_lowercase())
        } else {
            Cow::Borrowed(id)
        }
    }

    /// Lines of `shop.toml` that say this.
    pub(crate) fn toml(&self) -> String {
        let sections = [self.id.toml("log.id"), self.catalog.toml("log.catalog")];
        sections.iter().filter(|s| !s.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// An id of several products, which therefore names none.
const SEVERAL: u32 = u32::MAX;

/// Finds a product by any of its ids.
pub(crate) struct Matcher<'a> {
    mapping: &'a Mapping,
    exact: HashMap<&'a str, u32>,
    /// By the rules' forms; empty without rules.
    ruled: HashMap<Cow<'a, str>, u32>,
    /// Products by their own id, for what was found by its address.
    own: HashMap<&'a str, u32>,
}

impl<'a> Matcher<'a> {
    /// Over a catalogue. `columns` has the column that the rule names, if it names one.
    pub(crate) fn new(products: &'a [ProductDraft], columns: &'a [KeyColumn], mapping: &'a Mapping) -> Matcher<'a> {
        let named = columns.iter().find(|c| c.name.eq_ignore_ascii_case(&mapping.catalog.column));
        let keys = match named.filter(|_| !mapping.catalog.column.is_empty()) {
            Some(column) => keys_of_column(products, column),
            None => keys_of(products),
        };
        let strict = !mapping.catalog.column.is_empty();
        let mut exact = HashMap::with_capacity(keys.len());
        for (key, product) in &keys {
            // By default an id of several products is the first's; a column that repeats itself names nobody.
            exact
                .entry(*key)
                .and_modify(|p| {
                    if strict && *p != *product {
                        *p = SEVERAL
                    }
                })
                .or_insert(*product);
        }
        let plain = Mapping {
            id: IdRule { field: String::new(), ..mapping.id.clone() },
            catalog: IdRule { column: String::new(), ..mapping.catalog.clone() },
        };
        let mut ruled = HashMap::new();
        if plain != Mapping::default() {
            for (key, product) in &keys {
                let form = mapping.folded(mapping.catalog.apply(key));
                ruled
                    .entry(form)
                    .and_modify(|p| {
                        if *p != *product {
                            *p = SEVERAL
                        }
                    })
                    .or_insert(*product);
            }
        }
        let own = products.iter().zip(0..).map(|(p, n)| (p.id.as_str(), n)).collect();
        Matcher { mapping, exact, ruled, own }
    }

    /// The product of the first of these ids that is known as it stands, else by the rule.
    pub(crate) fn find<'i>(&self, ids: impl Iterator<Item = &'i str> + Clone) -> Option<u32> {
        let known = |p: Option<&u32>| p.copied().filter(|p| *p != SEVERAL);
        let exact = ids.clone().find_map(|id| known(self.exact.get(id)));
        exact.or_else(|| {
            if self.ruled.is_empty() {
                return None;
            }
            let mut ids = ids;
            ids.find_map(|id| known(self.ruled.get(&self.mapping.folded(self.mapping.id.apply(id)))))
        })
    }

    /// The product with this id of its own.
    pub(crate) fn own(&self, id: &str) -> Option<u32> {
        self.own.get(id).copied()
    }
}

/// Every id of every product, the strongest claims first.
pub(crate) fn keys_of(products: &[ProductDraft]) -> Vec<(&str, u32)> {
    let mut keys = Vec::new();
    keys.extend(products.iter().zip(0..).map(|(p, n)| (p.id.as_str(), n)));
    for (p, n) in products.iter().zip(0..) {
        keys.extend(p.variants.iter().map(|v| (v.id.as_str(), n)));
    }
    for (p, n) in products.iter().zip(0..) {
        keys.extend(p.aliases.iter().map(|a| (a.as_str(), n)));
    }
    keys
}

/// The values of one column, with the products of their rows.
pub(crate) fn keys_of_column<'a>(products: &'a [ProductDraft], column: &'a KeyColumn) -> Vec<(&'a str, u32)> {
    let mut of_row = HashMap::new();
    for (p, n) in products.iter().zip(0_u32..) {
        of_row.extend(p.variants.iter().map(|v| (v.id.as_str(), n)));
    }
    let product = |(value, row): &'a (String, String)| Some((value.as_str(), *of_row.get(row.as_str())?));
    column.values.iter().filter_map(product).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> IdRule {
        toml::from_str(text).expect(text)
    }

    #[test]
    fn a_rule_takes_what_it_names_and_leaves_the_rest() {
        let shopify = rule("strip_prefix = \"shopify_US_\"\nseparator = \"_\"\npart = 1");
        assert_eq!(shopify.apply("shopify_US_123_456"), "123");
        assert_eq!(shopify.apply("shopify_US_123"), "123");
        assert_eq!(shopify.apply("123"), "123");
        assert_eq!(rule("separator = \"/\"\npart = -1").apply("gid://shopify/Product/77"), "77");
        assert_eq!(rule("separator = \"-\"\npart = 3").apply("a-b"), "a-b", "there is no such part");
        assert_eq!(rule("separator = \"-\"\npart = -9").apply("a-b"), "a-b");
        assert_eq!(rule("strip_prefix = \"sku\"").apply("sku"), "sku", "nothing would be left");
        assert_eq!(rule("strip_suffix = \"-EU\"").apply("ä-EU"), "ä");
        assert!(rule("part = 2").check("log.id", true).is_err());
        assert!(rule("separator = \"-\"\npart = 0").check("log.id", true).is_err());
        assert!(rule("column = \"sku\"").check("log.id", true).is_err());
        assert!(rule("lowercase = true").check("log.catalog", false).is_err());
        let text = shopify.toml("log.id");
        let back: toml::Table = text.parse().expect(&text);
        assert_eq!(back["log"]["id"].clone().try_into::<IdRule>().expect("a rule"), shopify);
    }

    #[test]
    fn zeros_and_case_fold_on_both_sides() {
        let m = Mapping { id: rule("lowercase = true\ntrim_zeros = true"), ..Mapping::default() };
        assert_eq!(m.folded("007A"), "7a");
        assert_eq!(m.folded("000"), "0");
        assert_eq!(m.folded("ÄB"), "äb");
        assert_eq!(m.folded(""), "");
    }
}

//! `[attributes]`: what shoppers may declare, of which types, and for how long it is kept.

use super::prior::PriorDraft;
use crate::error::{Code, Error, Result};
use crate::profile::attribute::{Kind, MOST_DAYS, Source};
use crate::profile::contact::{is_contact, names_contact};
use crate::profile::declared::DECLARED;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most attributes, and values of one.
const MOST: usize = 64;
const MOST_VALUES: usize = 64;
/// Longest name, value or unit, in bytes.
const LONGEST: usize = 64;

/// `[attributes]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AttributesSection {
    /// Days that an answer is kept.
    days: Option<f64>,
    confidence: ConfidenceSection,
    /// `[attributes.NAME]`
    #[serde(flatten)]
    named: BTreeMap<String, AttributeSection>,
}

/// `[attributes.confidence]`: how sure what each source says is, 0 to 1.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfidenceSection {
    shopper: Option<f64>,
    shop: Option<f64>,
    survey: Option<f64>,
    import: Option<f64>,
}

/// `[attributes.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AttributeSection {
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// What it is called.
    label: String,
    /// The same in Chinese.
    label_zh: String,
    /// The values of a choice.
    values: Vec<ValueSection>,
    /// Bounds of a number or a year.
    min: Option<f64>,
    max: Option<f64>,
    /// Steps from the least that a number goes in.
    step: Option<f64>,
    /// What a number counts.
    unit: String,
    /// The same in Chinese.
    unit_zh: String,
    /// Days that an answer is kept.
    days: Option<f64>,
    /// It needs consent to `sensitive`.
    sensitive: bool,
    /// The day asks for care each year.
    care: bool,
}

/// A value: its name, or with what it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum ValueSection {
    Plain(String),
    Labelled(LabelledValue),
}

/// `{ value, label, label_zh }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelledValue {
    value: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    label_zh: String,
}

/// What shoppers may declare.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttributeSettings {
    /// How sure what each source says is, in hundredths.
    pub confidence: [u8; Source::COUNT],
    /// The attributes, by name.
    pub list: Vec<AttributeDraft>,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeDraft {
    /// Its name.
    pub name: String,
    /// What it is called in English and in Chinese; empty where the shop does not say.
    pub labels: [String; 2],
    /// What its values are.
    pub kind: Kind,
    /// It needs consent to `sensitive`.
    pub sensitive: bool,
    /// The day asks for care each year.
    pub care: bool,
    /// Days that an answer is kept.
    pub days: u32,
    /// The least, the most, the step; 0: any.
    pub range: [f64; 3],
    /// What a number counts, in English and in Chinese.
    pub units: [String; 2],
    /// Listed values, each with its labels.
    pub values: Vec<(String, [String; 2])>,
}

impl AttributesSection {
    /// The attributes of a shop: its own, and the answers of its prior, which are choices.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming the attribute and the way out.
    pub(super) fn or(&self, shipped: &AttributesSection, prior: Option<&PriorDraft>) -> Result<AttributeSettings> {
        let bad = |what: String| Error::new(Code::BadConfig, format!("attributes: {what}"));
        let days = days("attributes", self.days.or(shipped.days).unwrap_or(f64::NAN))?;
        let of = |s: &ConfidenceSection| [s.shopper, s.shop, s.survey, s.import];
        let mut confidence = [0; Source::COUNT];
        for (i, (own, usual)) in of(&self.confidence).into_iter().zip(of(&shipped.confidence)).enumerate() {
            let c = own.or(usual).unwrap_or(f64::NAN);
            if !(0.0..=1.0).contains(&c) {
                return Err(bad(format!("a confidence of {c} is not between 0 and 1.")));
            }
            confidence[i] = libm::rint(c * 100.0) as u8;
        }
        let mut list = self.named.iter().map(|(name, a)| a.draft(name, days)).collect::<Result<Vec<_>>>()?;
        for draft in prior.map(|p| implied(p, days)).unwrap_or_default() {
            let Some(own) = list.iter().find(|a| a.name == draft.name) else {
                list.push(draft);
                continue;
            };
            let lacks = draft.values.iter().find(|(v, _)| own.values.iter().all(|(known, _)| known != v));
            if let Some((value, _)) = lacks {
                let what = format!(
                    "{} does not list \"{value}\", which prior.json has for it. Add it to its values, or take it out of prior.json.",
                    own.name
                );
                return Err(bad(what));
            }
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        for a in &list {
            refuse_contact(a)?;
        }
        // So that one shopper's answers always fit.
        let most = |a: &AttributeDraft| if a.kind == Kind::Choices { a.values.len() } else { 1 };
        let answers: usize = list.iter().map(most).sum();
        if list.len() > MOST || answers > DECLARED {
            let what = format!(
                "there are {} attributes that may have {answers} answers; {MOST} and {DECLARED} at most.",
                list.len()
            );
            return Err(bad(what));
        }
        Ok(AttributeSettings { confidence, list })
    }
}

impl AttributeSection {
    fn draft(&self, name: &str, usual: u32) -> Result<AttributeDraft> {
        let bad = |what: String| Error::new(Code::BadConfig, format!("attributes.{name}: {what}"));
        let fits = |s: &str| !s.is_empty() && s.len() <= LONGEST && !s.contains('=');
        if !fits(name) {
            return Err(bad(format!("a name has 1 to {LONGEST} bytes and no \"=\".")));
        }
        let kind = Kind::ALL.into_iter().find(|k| k.name() == self.kind);
        let kind = kind.ok_or_else(|| {
            bad(format!("type = \"{}\" is none of {}.", self.kind, Kind::ALL.map(Kind::name).join(", ")))
        })?;
        let mut values: Vec<(String, [String; 2])> = Vec::new();
        for v in &self.values {
            let (value, labels) = match v {
                ValueSection::Plain(value) => (value, [String::new(), String::new()]),
                ValueSection::Labelled(v) => (&v.value, [v.label.clone(), v.label_zh.clone()]),
            };
            if !fits(value) || values.iter().any(|(known, _)| known == value) {
                return Err(bad(format!("\"{value}\" is no value of its own of 1 to {LONGEST} bytes without \"=\".")));
            }
            values.push((value.clone(), labels));
        }
        if kind.is_listed() == values.is_empty() || values.len() > MOST_VALUES {
            return Err(bad(format!("values are for a choice, which has 1 to {MOST_VALUES} of them.")));
        }
        let numeric = matches!(kind, Kind::Number | Kind::Year);
        if !numeric && (self.min.or(self.max).or(self.step).is_some() || !self.unit.is_empty()) {
            return Err(bad("min, max, step and unit are for numbers.".into()));
        }
        let usual_bounds =
            if kind == Kind::Year { [Some(1900.0), Some(2100.0), Some(1.0)] } else { [None, None, Some(0.0)] };
        let [least, most, step] = [self.min, self.max, self.step];
        let range = [least.or(usual_bounds[0]), most.or(usual_bounds[1]), step.or(usual_bounds[2])];
        let range = range.map(|x| x.unwrap_or(f64::NAN));
        if numeric && !(range[0] <= range[1] && range[2] >= 0.0 && range.iter().all(|x| x.abs() <= 1e12)) {
            return Err(bad(
                "a number needs min, and max that is not below it, of at most 1e12; step is not negative.".into(),
            ));
        }
        if kind == Kind::Year && (range[2] < 1.0 || range.iter().any(|x| x.fract() != 0.0)) {
            return Err(bad("min, max and step of a year are whole, and step is at least 1.".into()));
        }
        if self.care && kind != Kind::MonthDay {
            return Err(bad("care is for a month_day.".into()));
        }
        Ok(AttributeDraft {
            name: name.into(),
            labels: [self.label.clone(), self.label_zh.clone()],
            kind,
            sensitive: self.sensitive,
            care: self.care,
            days: self.days.map_or(Ok(usual), |d| days(&format!("attributes.{name}"), d))?,
            range: if numeric { range } else { [0.0; 3] },
            units: [self.unit.clone(), self.unit_zh.clone()],
            values,
        })
    }
}

fn days(place: &str, v: f64) -> Result<u32> {
    if (1.0..=f64::from(MOST_DAYS)).contains(&v) && v.fract() == 0.0 {
        return Ok(v as u32);
    }
    Err(Error::new(Code::BadConfig, format!("{place}: days = {v} is no whole number from 1 to {MOST_DAYS}.")))
}

/// The answers of a prior, as choices.
fn implied(prior: &PriorDraft, days: u32) -> Vec<AttributeDraft> {
    let field = |f: &super::FieldDraft| AttributeDraft {
        name: f.field.clone(),
        labels: [f.name.clone(), f.name_zh.clone()],
        kind: Kind::Choice,
        sensitive: false,
        care: false,
        days,
        range: [0.0; 3],
        units: Default::default(),
        values: f.answers.iter().map(|a| (a.value.clone(), Default::default())).collect(),
    };
    prior.fields.iter().map(field).collect()
}

/// Who somebody is and where they can be reached is nothing to declare.
fn refuse_contact(a: &AttributeDraft) -> Result<()> {
    let found =
        if names_contact(&a.name) { Some(&a.name) } else { a.values.iter().map(|(v, _)| v).find(|v| is_contact(v)) };
    let Some(text) = found else { return Ok(()) };
    let what = format!(
        "attributes: \"{text}\"{} looks like a name, a telephone number, an e-mail or a postal address, which no portrait holds. Keep it in the shop's account; \
         declare what follows from it, such as a region or an age band. If it is none of these, call it otherwise.",
        if *text == a.name { String::new() } else { format!(" of {}", a.name) }
    );
    Err(Error::new(Code::BadConfig, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = "days = 183\nconfidence = { shopper = 1.0, shop = 0.9, survey = 0.8, import = 0.6 }\n";

    fn read(text: &str) -> Result<AttributeSettings> {
        let section = |text: &str| {
            toml::from_str::<AttributesSection>(text).map_err(|e| Error::new(Code::BadConfig, e.to_string()))
        };
        section(text)?.or(&section(SHIPPED)?, None)
    }

    #[test]
    fn each_type_is_read_with_its_bounds_and_labels() {
        let all = read(
            "days = 90\nconfidence = { survey = 0.5 }\n[size]\ntype = \"number\"\nmin = 30\nmax = 50\nstep = 0.5\nunit = \"EU\"\ndays = 365\n\
             [interests]\ntype = \"choices\"\nvalues = [\"tea\", { value = \"art\", label = \"Art\", label_zh = \"艺术\" }]\n\
             [birthday]\ntype = \"month_day\"\ncare = true\nsensitive = true\n[born]\ntype = \"year\"\n",
        )
        .expect("attributes");
        assert_eq!(all.confidence, [100, 90, 50, 60]);
        let names: Vec<_> = all.list.iter().map(|a| (a.name.as_str(), a.kind, a.days)).collect();
        assert_eq!(
            names,
            [
                ("birthday", Kind::MonthDay, 90),
                ("born", Kind::Year, 90),
                ("interests", Kind::Choices, 90),
                ("size", Kind::Number, 365)
            ]
        );
        assert!(all.list[0].care && all.list[0].sensitive);
        assert_eq!(all.list[1].range, [1900.0, 2100.0, 1.0]);
        assert_eq!(all.list[2].values[1], ("art".into(), ["Art".into(), "艺术".into()]));
        assert_eq!((all.list[3].range, &all.list[3].units[0]), ([30.0, 50.0, 0.5], &"EU".to_string()));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = |text: &str| read(text).expect_err("refused").to_string();
        assert!(wrong("[a]\ntype = \"text\"").contains("choice, choices, number"));
        assert!(wrong("[a]\ntype = \"choice\"").contains("attributes.a: values"));
        assert!(wrong("[a]\ntype = \"choice\"\nvalues = [\"x\", \"x\"]").contains("\"x\""));
        assert!(wrong("[a]\ntype = \"number\"\nmin = 1").contains("max"));
        assert!(wrong("[a]\ntype = \"boolean\"\nmin = 1").contains("for numbers"));
        assert!(wrong("[a]\ntype = \"boolean\"\ncare = true").contains("month_day"));
        assert!(wrong("[a]\ntype = \"boolean\"\ndays = 0.5").contains("0.5"));
        assert!(wrong("[a]\ntype = \"boolean\"\nmood = 1").contains("mood"));
        assert!(wrong("confidence = { shop = 2 }").contains('2'));
    }

    #[test]
    fn a_way_to_reach_somebody_is_refused_with_the_way_out() {
        let wrong = |text: &str| read(text).expect_err("refused").to_string();
        for name in ["phone", "home_address", "fullName", "\"邮箱\"", "\"身份证号\""] {
            let told = wrong(&format!("[{name}]\ntype = \"boolean\""));
            assert!(told.contains("which no portrait holds") && told.contains("call it otherwise"), "{told}");
        }
        assert!(wrong("[a]\ntype = \"choice\"\nvalues = [\"x@y.cn\"]").contains("\"x@y.cn\" of a looks like"));
    }
}

//! What is stored, why, how long, and what leaves: a shop's statement to its shoppers, from its settings, in Chinese and English.

use super::config::ShopConfig;
use super::privacy::PrivacySettings;
use super::statement_words as words;
use super::{AttributeDraft, ReportSettings, ShopFiles};
use crate::error::Result;
use crate::privacy::ledger::Metric;
use serde_json::{Value, json};

/// A text in English and in Chinese.
pub type Both = [String; 2];

/// The version of the JSON.
const FORMAT: &str = "nearshelf-privacy/1";

/// Everything that the statement is written from.
#[derive(Debug, Clone)]
pub struct Statement {
    shop: String,
    names: Vec<(String, String)>,
    privacy: PrivacySettings,
    reports: ReportSettings,
    attributes: Vec<AttributeDraft>,
    /// Granting campaigns that are switched on.
    grants: Vec<String>,
    membership: bool,
    invites: bool,
    explores: bool,
}

/// A heading with what stands below it.
#[derive(Debug, Clone)]
pub struct Part {
    /// A word for programs.
    pub code: &'static str,
    /// The heading.
    pub title: Both,
    /// Its lines.
    pub lines: Vec<Both>,
}

impl Statement {
    /// From a shop's settings; its catalogue and log are not read.
    ///
    /// # Errors
    ///
    /// `io`, `bad_config`.
    pub fn of(files: &ShopFiles) -> Result<Statement> {
        let config = ShopConfig::of(files)?;
        let prior = files.prior.as_deref().map(super::prior::read).transpose()?;
        let id = if config.shop.id.is_empty() { files.name.clone() } else { config.shop.id.clone() };
        Ok(Statement {
            shop: id,
            names: config.names(),
            privacy: config.privacy()?,
            reports: config.reports()?,
            attributes: config.attributes(prior.as_ref())?.list,
            grants: config.promotions()?.grants,
            membership: files.loyalty.is_some(),
            invites: files.invites.is_some(),
            explores: config.explorations()?.iter().any(|(_, e)| e.share > 0),
        })
    }

    /// The shop's name in English and in Chinese.
    pub fn name(&self) -> Both {
        let named =
            |tag: &str| self.names.iter().find(|(l, _)| l == tag).or(self.names.first()).map(|(_, n)| n.clone());
        ["en", "zh-CN"].map(|tag| named(tag).unwrap_or_else(|| self.shop.clone()))
    }

    /// The parts, in the order in which they are read.
    pub fn parts(&self) -> Vec<Part> {
        let p = &self.privacy;
        vec![
            self.about(),
            Part { code: "purposes", title: words::title("purposes"), lines: words::purposes() },
            self.stored(),
            self.declared(),
            self.used(),
            self.leaves(),
            Part {
                code: "consent",
                title: words::title("consent"),
                lines: words::consent(&p.adapters, p.respect_signals, p.waits, !p.notice.is_empty()),
            },
            Part { code: "rights", title: words::title("rights"), lines: words::rights() },
        ]
    }

    fn about(&self) -> Part {
        let p = &self.privacy;
        let said = [
            ("controller", &p.controller),
            ("contact", &p.contact),
            ("notice", &p.notice),
            ("notice_url", &p.notice_url),
        ];
        let lines = said.iter().map(|(name, text)| words::about(name, text)).collect();
        Part { code: "about", title: words::title("about"), lines }
    }

    /// What lies on the device, by its name in the storage.
    fn stored(&self) -> Part {
        let shop = &self.shop;
        let mut lines = vec![words::portrait(shop, self.privacy.portrait_days)];
        if self.membership {
            lines.push(words::membership());
        }
        if self.invites {
            lines.push(words::invites());
        }
        lines.push(words::key(shop));
        if !self.privacy.reports_to.is_empty() {
            lines.push(words::ledger(shop, self.reports.lifetime.to_f64()));
        }
        if !self.privacy.notice.is_empty() {
            lines.push(words::receipts(shop));
        }
        lines.push(words::signed());
        lines.extend(words::after(self.privacy.waits));
        Part { code: "stored", title: words::title("stored"), lines }
    }

    fn declared(&self) -> Part {
        let mut lines: Vec<Both> = self
            .attributes
            .iter()
            .map(|a| {
                let label = |i: usize| if a.labels[i].is_empty() { a.name.clone() } else { a.labels[i].clone() };
                words::attribute(&a.name, &[label(0), label(1)], a.days, a.sensitive)
            })
            .collect();
        if lines.is_empty() {
            lines.push(words::no_attributes());
        }
        if !self.privacy.sensitive.is_empty() {
            lines.push(words::sensitive(&self.privacy.sensitive));
        }
        Part { code: "declared", title: words::title("declared"), lines }
    }

    fn used(&self) -> Part {
        Part { code: "used", title: words::title("used"), lines: words::used(&self.grants, self.explores) }
    }

    fn leaves(&self) -> Part {
        let (p, r) = (&self.privacy, &self.reports);
        let mut lines = Vec::new();
        if p.reports_to.is_empty() {
            lines.push(words::no_reports());
        } else {
            lines.push(words::reports(&p.reports_to, r.epsilon.to_f64(), r.categories));
            lines.extend(self.asked().map(|m| words::metric(m.code())));
            if !r.leave_out.is_empty() {
                lines.push(words::leave_out(&r.leave_out));
            }
        }
        lines.push(words::fetched(&p.endpoints));
        lines.push(words::nothing_else());
        Part { code: "leaves", title: words::title("leaves"), lines }
    }

    /// What reports may ask: what is ever drawn.
    fn asked(&self) -> impl Iterator<Item = Metric> {
        self.reports.weights.iter().filter(|(_, weight)| *weight > 0).map(|(metric, _)| *metric)
    }

    /// As a text with headings, in English or in Chinese.
    pub fn text(&self, chinese: bool) -> String {
        let pick = |both: &Both| both[usize::from(chinese)].clone();
        let mut out = format!("# {}\n", pick(&words::headline(&self.name())));
        for part in self.parts() {
            out.push_str(&format!("\n## {}\n\n", pick(&part.title)));
            part.lines.iter().for_each(|line| out.push_str(&format!("- {}\n", pick(line))));
        }
        out
    }

    /// The same as JSON, in both languages, with the values that it rests on.
    pub fn json(&self) -> Value {
        let both = |b: &Both| json!({ "en": b[0], "zh-CN": b[1] });
        let part = |p: &Part| json!({ "part": p.code, "title": both(&p.title), "lines": p.lines.iter().map(both).collect::<Vec<_>>() });
        let (p, r) = (&self.privacy, &self.reports);
        let attribute = |a: &AttributeDraft| json!({ "name": a.name, "days": a.days, "sensitive": a.sensitive });
        json!({
            "format": FORMAT,
            "shop": self.shop,
            "name": both(&self.name()),
            "settings": {
                "portrait_days": p.portrait_days,
                "sensitive": p.sensitive,
                "controller": p.controller,
                "contact": p.contact,
                "notice": p.notice,
                "notice_url": p.notice_url,
                "adapters": p.adapters,
                "respect_signals": p.respect_signals,
                "pre_consent": if p.waits { "session" } else { "drop" },
                "reports_to": p.reports_to,
                "epsilon": r.epsilon.to_f64(),
                "lifetime": r.lifetime.to_f64(),
                "categories": r.categories,
                "leave_out": r.leave_out,
                "metrics": self.asked().map(Metric::code).collect::<Vec<_>>(),
                "endpoints": p.endpoints,
                "attributes": self.attributes.iter().map(attribute).collect::<Vec<_>>(),
                "grants": self.grants,
                "membership": self.membership,
                "invites": self.invites,
                "explores": self.explores,
            },
            "statement": self.parts().iter().map(part).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn of(config: &str, more: &[(&str, &str)]) -> Statement {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
        write("shop.toml", config);
        more.iter().for_each(|(name, text)| write(name, text));
        Statement::of(&ShopFiles::in_folder(Path::new(dir.path())).expect("files")).expect("a statement")
    }

    const FULL: &str = r#"
[shop]
id = "tea-house"
name = "Tea House"
name_zh = "茶舍"
[privacy]
portrait_days = 123
sensitive = ["Health > Cures"]
controller = "Tea House Ltd"
contact = "privacy@tea.example"
notice = "2026-11"
notice_url = "https://tea.example/privacy"
adapters = ["google-consent-mode", "wechat"]
reports_to = "https://tea.example/reports"
endpoints = ["https://cdn.tea.example"]
respect_signals = false
pre_consent = "session"
[reports]
epsilon = 1.25
categories = 17
leave_out = ["Health > Tests"]
[attributes]
days = 77
[attributes.skin]
type = "choice"
values = ["dry"]
label = "Skin"
label_zh = "肤质"
sensitive = true
[attributes.size]
type = "number"
min = 30
max = 50
days = 61
[promotions]
grants = ["win-back"]
[exploration]
share = 0.1
"#;

    #[test]
    fn each_setting_stands_in_both_languages() {
        let statement = of(FULL, &[]);
        for chinese in [false, true] {
            let text = statement.text(chinese);
            for value in [
                "123",
                "Tea House Ltd",
                "privacy@tea.example",
                "2026-11",
                "https://tea.example/privacy",
                "google-consent-mode",
                "wechat",
                "https://tea.example/reports",
                "https://cdn.tea.example",
                "1.25",
                "17",
                "Health > Tests",
                "Health > Cures",
                "77",
                "61",
                "win-back",
                "nearshelf/tea-house/key",
                "nearshelf/tea-house/ledger",
                "nearshelf/tea-house/receipts",
                "nearshelf/tea-house/anonymous",
            ] {
                assert!(text.contains(value), "{value} is not in\n{text}");
            }
            let own = if chinese {
                ["茶舍", "肤质", "全球隐私控制"]
            } else {
                ["Tea House", "Skin", "Global Privacy Control"]
            };
            own.iter().for_each(|value| assert!(text.contains(value), "{value} is not in\n{text}"));
            // What a shop does not have it does not tell.
            assert!(!text.contains(if chinese { "会员" } else { "membership" }), "{text}");
        }
        let json = statement.json();
        assert_eq!(json["settings"]["portrait_days"], 123);
        assert_eq!((&json["settings"]["epsilon"], &json["settings"]["lifetime"]), (&json!(1.25), &json!(104.0)));
        assert_eq!(json["settings"]["attributes"][1], json!({ "name": "skin", "days": 77, "sensitive": true }));
    }

    #[test]
    fn no_purpose_metric_or_part_is_missing() {
        let statement = of(FULL, &[]);
        let parts = statement.parts();
        let codes: Vec<_> = parts.iter().map(|p| p.code).collect();
        assert_eq!(codes, ["about", "purposes", "stored", "declared", "used", "leaves", "consent", "rights"]);
        for part in &parts {
            assert!(!part.lines.is_empty(), "{}", part.code);
            for [en, zh] in part.lines.iter().chain([&part.title]) {
                assert!(!en.is_empty() && !zh.is_empty());
                assert!(!en.chars().any(|c| ('\u{3400}'..'\u{a000}').contains(&c)) || en.contains('茶'), "{en}");
            }
        }
        for chinese in [false, true] {
            let text = statement.text(chinese);
            for purpose in ["`store`", "`personalize`", "`report`", "`sensitive`"] {
                assert!(text.contains(purpose), "{purpose}");
            }
            Metric::ALL.iter().for_each(|m| assert!(text.contains(m.code()), "{}", m.code()));
        }
    }

    #[test]
    fn a_shop_that_says_nothing_has_a_statement_that_says_what_is_left_open() {
        let statement = of("", &[]);
        let (en, zh) = (statement.text(false), statement.text(true));
        assert!(en.contains("396") && zh.contains("396"));
        assert!(en.contains("to be filled in") && zh.contains("待填写"));
        assert!(en.contains("No report is sent") && zh.contains("不发送任何报告"));
        assert!(!en.contains("/ledger") && !en.contains("/receipts"));
    }
}

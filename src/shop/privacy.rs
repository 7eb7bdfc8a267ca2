//! `[privacy]`: what a shop promises its shoppers. The device goes by the days; the rest is for the statement, which is written from it.

use crate::error::{Code, Error, Result};
use crate::profile::attribute::MOST_DAYS;
use serde::Deserialize;

/// Days that a portrait is kept after the last visit, where a pack does not say: 13 months.
pub const PORTRAIT_DAYS: u32 = 396;
/// Names of the adapters to what asks for consent, as receipts have them.
pub const ADAPTERS: [&str; 5] = ["google-consent-mode", "shopify", "iab-tcf", "wechat", "callback"];
/// Longest text, in bytes.
const LONGEST: usize = 400;

/// `[privacy]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PrivacySection {
    portrait_days: Option<f64>,
    sensitive: Option<Vec<String>>,
    controller: Option<String>,
    contact: Option<String>,
    notice: Option<String>,
    notice_url: Option<String>,
    adapters: Option<Vec<String>>,
    reports_to: Option<String>,
    endpoints: Option<Vec<String>>,
    respect_signals: Option<bool>,
    pre_consent: Option<String>,
}

/// What is promised to shoppers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivacySettings {
    /// Days that a portrait is kept after the last visit.
    pub portrait_days: u32,
    /// Category paths of which nothing is known without consent to `sensitive`, nor of what lies below them; no report names them.
    pub sensitive: Vec<String>,
    /// Who answers for it; empty where the shop does not say, as for all texts.
    pub controller: String,
    /// Where to turn to.
    pub contact: String,
    /// Version of the notice.
    pub notice: String,
    /// Where the notice is.
    pub notice_url: String,
    /// What asks for consent, of [`ADAPTERS`].
    pub adapters: Vec<String>,
    /// Where reports go.
    pub reports_to: String,
    /// Where packs, overlays and switches come from.
    pub endpoints: Vec<String>,
    /// The browser's signals turn reports off.
    pub respect_signals: bool,
    /// Events before the answer wait in memory.
    pub waits: bool,
}

impl PrivacySection {
    /// This shop's settings, and the shipped ones for what it does not say.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming the setting.
    pub(super) fn or(&self, shipped: &PrivacySection) -> Result<PrivacySettings> {
        let bad = |what: String| Error::new(Code::BadConfig, format!("privacy: {what}"));
        let days = self.portrait_days.or(shipped.portrait_days).unwrap_or(PORTRAIT_DAYS.into());
        if !(1.0..=f64::from(MOST_DAYS)).contains(&days) || days.fract() != 0.0 {
            return Err(bad(format!("portrait_days = {days} is no whole number from 1 to {MOST_DAYS}.")));
        }
        let text = |name: &str, own: &Option<String>, usual: &Option<String>| {
            let text = own.clone().or_else(|| usual.clone()).unwrap_or_default();
            if text.len() <= LONGEST && !text.chars().any(char::is_control) {
                return Ok(text);
            }
            Err(bad(format!("{name} has more than {LONGEST} bytes, or a line break.")))
        };
        let adapters = self.adapters.clone().or_else(|| shipped.adapters.clone()).unwrap_or_default();
        if let Some(unknown) = adapters.iter().find(|a| !ADAPTERS.contains(&a.as_str())) {
            return Err(bad(format!("adapters has \"{unknown}\", which is none of {}.", ADAPTERS.join(", "))));
        }
        let endpoints = self.endpoints.clone().or_else(|| shipped.endpoints.clone()).unwrap_or_default();
        for one in &endpoints {
            text("endpoints", &Some(one.clone()), &None)?;
        }
        let waits = match self.pre_consent.as_ref().or(shipped.pre_consent.as_ref()).map_or("drop", String::as_str) {
            "drop" => false,
            "session" => true,
            other => return Err(bad(format!("pre_consent = \"{other}\" is neither \"drop\" nor \"session\"."))),
        };
        Ok(PrivacySettings {
            portrait_days: days as u32,
            sensitive: self.sensitive.clone().or_else(|| shipped.sensitive.clone()).unwrap_or_default(),
            controller: text("controller", &self.controller, &shipped.controller)?,
            contact: text("contact", &self.contact, &shipped.contact)?,
            notice: text("notice", &self.notice, &shipped.notice)?,
            notice_url: text("notice_url", &self.notice_url, &shipped.notice_url)?,
            reports_to: text("reports_to", &self.reports_to, &shipped.reports_to)?,
            adapters,
            endpoints,
            respect_signals: self.respect_signals.or(shipped.respect_signals).unwrap_or(true),
            waits,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PrivacySettings> {
        let section: PrivacySection = toml::from_str(text).map_err(|e| Error::new(Code::BadConfig, e.to_string()))?;
        section.or(&PrivacySection::default())
    }

    #[test]
    fn what_a_shop_does_not_say_is_as_shipped() {
        let settings = read("").expect("settings");
        assert_eq!((settings.portrait_days, settings.respect_signals, settings.waits), (396, true, false));
        assert!(settings.controller.is_empty() && settings.adapters.is_empty());
        let own = read("portrait_days = 30\npre_consent = \"session\"\nadapters = [\"wechat\"]").expect("settings");
        assert_eq!((own.portrait_days, own.waits, own.adapters.len()), (30, true, 1));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = |text: &str| read(text).expect_err("refused").to_string();
        assert!(wrong("portrait_days = 0").contains("portrait_days = 0"));
        assert!(wrong("portrait_days = 30.5").contains("30.5"));
        assert!(wrong("portrait_days = 3661").contains("3660"));
        assert!(wrong("adapters = [\"cookiebot\"]").contains("google-consent-mode"));
        assert!(wrong("pre_consent = \"all\"").contains("\"all\""));
        assert!(wrong("controller = \"a\\nb\"").contains("line break"));
        assert!(wrong("cookies = 1").contains("cookies"));
    }
}

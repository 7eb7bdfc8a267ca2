//! `shop.toml`'s word on the portrait: half-lives, weights, cleaning, channels, what complaints and returns say.

use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use crate::profile::config::MOST_CHANNELS;
use crate::profile::{Dimension, ProfileConfig};
use crate::time::{DAY, MINUTE, SECOND};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Names of the dimensions, in the order of their numbers.
const DIMENSIONS: [&str; Dimension::COUNT] = [
    "item",
    "category",
    "brand",
    "price_band",
    "tag",
    "hour",
    "weekday",
    "channel",
    "content",
    "topic",
    "share_channel",
];
/// Longest name of a channel.
const CHANNEL_BYTES: usize = 32;

/// `[portrait]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PortraitSection {
    /// A longer pause ends a visit.
    pub session_gap_minutes: Option<f64>,
    /// An event may arrive this long after a newer one.
    pub lateness_minutes: Option<f64>,
    /// Half-lives by dimension.
    pub half_life_days: BTreeMap<String, f64>,
    /// Days that a trait is a tag for after the last event behind it, by dimension.
    pub tag_days: BTreeMap<String, f64>,
    /// Weight of each event, by its name.
    pub weights: BTreeMap<String, f64>,
}

/// `[cleaning]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CleaningSection {
    /// The same again within so long is one event.
    pub repeat_seconds: Option<f64>,
    /// Most events of a kind within a minute.
    pub per_minute: Option<u32>,
}

/// `[channels]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ChannelSection {
    /// The shop's words for where visits come from and shares go.
    pub names: Option<Vec<String>>,
    /// A channel lies on the way to an order for so long.
    pub attribution_days: Option<f64>,
}

/// `[feedback]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FeedbackSection {
    /// The opinion that a complaint tells, −100 to 100.
    pub complaint: Option<i8>,
    /// The opinion that a return tells, −100 to 100.
    #[serde(rename = "return")]
    pub returned: Option<i8>,
}

type Sections<'a> = (&'a PortraitSection, &'a CleaningSection, &'a ChannelSection, &'a FeedbackSection);

/// The settings of several files, each replacing what it names.
///
/// # Errors
///
/// `bad_config`, naming what makes no sense.
pub(super) fn settings<const N: usize>(files: [Sections<'_>; N]) -> Result<ProfileConfig> {
    let mut out = ProfileConfig { weight: [0; EventKind::COUNT], ..ProfileConfig::default() };
    for (portrait, cleaning, channels, feedback) in files {
        portrait.apply(&mut out)?;
        cleaning.apply(&mut out)?;
        channels.apply(&mut out)?;
        feedback.apply(&mut out)?;
    }
    Ok(out.bounded())
}

/// Milliseconds that a trait of each dimension is a tag for, from several files, each replacing what it names.
///
/// # Errors
///
/// `bad_config`, naming what makes no sense.
pub(super) fn tag_lives<const N: usize>(files: [&PortraitSection; N]) -> Result<[i64; Dimension::COUNT]> {
    let mut out = [0; Dimension::COUNT];
    for file in files {
        by_dimension("tag_days", &file.tag_days, &mut out)?;
    }
    Ok(out)
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, what)
}

fn duration(name: &str, v: f64, unit: i64) -> Result<i64> {
    let ms = v * unit as f64;
    if v.is_finite() && v >= 0.0 && ms < 1e15 {
        Ok(libm::round(ms) as i64)
    } else {
        Err(bad(format!("{name} = {v} is not a sensible duration.")))
    }
}

fn by_dimension(what: &str, told: &BTreeMap<String, f64>, out: &mut [i64; Dimension::COUNT]) -> Result<()> {
    for (name, v) in told {
        let i = DIMENSIONS.iter().position(|d| d == name);
        let i = i.ok_or_else(|| bad(format!("{what} has {}, not {name}.", DIMENSIONS.join(", "))))?;
        out[i] = duration(&format!("{what}.{name}"), *v, DAY)?;
    }
    Ok(())
}

impl PortraitSection {
    fn apply(&self, out: &mut ProfileConfig) -> Result<()> {
        if let Some(v) = self.session_gap_minutes {
            out.session_gap = duration("session_gap_minutes", v, MINUTE)?;
        }
        if let Some(v) = self.lateness_minutes {
            out.lateness = duration("lateness_minutes", v, MINUTE)?;
        }
        by_dimension("half_life_days", &self.half_life_days, &mut out.half_life)?;
        for (name, v) in &self.weights {
            let kind = EventKind::from_name(name);
            let kind = kind.ok_or_else(|| bad(format!("weights: \"{name}\" is no known event.")))?;
            if !(0.0..=100.0).contains(v) {
                return Err(bad(format!("weights: {name} = {v} is not between 0 and 100.")));
            }
            out.weight[kind as usize] = libm::round(v * 256.0) as u32;
        }
        Ok(())
    }
}

impl CleaningSection {
    fn apply(&self, out: &mut ProfileConfig) -> Result<()> {
        if let Some(v) = self.repeat_seconds {
            if !(0.0..=60.0).contains(&v) {
                return Err(bad(format!("repeat_seconds = {v} is not between 0 and 60.")));
            }
            out.repeat = duration("repeat_seconds", v, SECOND)?;
        }
        if let Some(v) = self.per_minute {
            if v == 0 {
                return Err(bad("per_minute = 0 would drop every event; leave it out for the shipped limit.".into()));
            }
            out.per_minute = v;
        }
        Ok(())
    }
}

impl ChannelSection {
    fn apply(&self, out: &mut ProfileConfig) -> Result<()> {
        if let Some(names) = &self.names {
            if names.len() > MOST_CHANNELS {
                return Err(bad(format!("[channels] names {} channels, {MOST_CHANNELS} at most.", names.len())));
            }
            for (i, name) in names.iter().enumerate() {
                let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                if !plain || name.is_empty() || name.len() > CHANNEL_BYTES || names[..i].contains(name) {
                    let rule = "is no name of its own of a to z, 0 to 9 and _, at most 32 long";
                    return Err(bad(format!("[channels] \"{name}\" {rule}.")));
                }
            }
            out.channels = names.clone();
        }
        if let Some(v) = self.attribution_days {
            out.attribution = duration("attribution_days", v, DAY)?;
        }
        Ok(())
    }
}

impl FeedbackSection {
    fn apply(&self, out: &mut ProfileConfig) -> Result<()> {
        for (name, told, slot) in
            [("complaint", self.complaint, &mut out.complaint), ("return", self.returned, &mut out.returned)]
        {
            let Some(v) = told else { continue };
            if !(-100..=100).contains(&v) {
                return Err(bad(format!("[feedback] {name} = {v} is not between -100 and 100.")));
            }
            *slot = v;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ProfileConfig> {
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, default)]
        struct File {
            cleaning: CleaningSection,
            channels: ChannelSection,
            feedback: FeedbackSection,
            portrait: PortraitSection,
        }
        let f: File = toml::from_str(text).expect("TOML");
        settings([(&f.portrait, &f.cleaning, &f.channels, &f.feedback)])
    }

    #[test]
    fn each_setting_reaches_the_portrait() {
        let text = "[portrait.half_life_days]\ntag = 7\n[portrait.tag_days]\nbrand = 90\n[portrait.weights]\nlike = 2\nfavourite = 3\n[cleaning]\nrepeat_seconds = 0\nper_minute = 9\n\
                    [channels]\nnames = [\"qq\"]\nattribution_days = 7\n[feedback]\ncomplaint = -80\nreturn = 0";
        let c = read(text).expect("settings");
        assert_eq!((c.half_life[Dimension::Tag as usize], c.weight[EventKind::Like as usize]), (7 * DAY, 512));
        assert_eq!(c.weight[EventKind::AddToWishlist as usize], 768);
        assert_eq!((c.repeat, c.per_minute, c.attribution, c.complaint, c.returned), (0, 9, 7 * DAY, -80, 0));
        assert_eq!(c.channels, ["qq"]);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = |text: &str| read(text).expect_err("refused").to_string();
        assert!(wrong("[cleaning]\nrepeat_seconds = 61").contains("repeat_seconds = 61"));
        assert!(wrong("[cleaning]\nper_minute = 0").contains("per_minute"));
        assert!(wrong("[channels]\nnames = [\"Tik Tok\"]").contains("Tik Tok"));
        assert!(wrong("[channels]\nnames = [\"a\", \"a\"]").contains("\"a\""));
        assert!(wrong("[channels]\nattribution_days = -1").contains("attribution_days"));
        assert!(wrong("[feedback]\ncomplaint = -101").contains("-101"));
        assert!(wrong("[portrait.half_life_days]\nmood = 1").contains("share_channel, not mood"));
    }
    #[test]
    fn traits_are_tags_for_as_long_as_the_last_file_says() {
        let lives = |shop: &str| {
            let [shipped, shop] = ["tag_days = { brand = 240, hour = 360 }", shop]
                .map(|text| toml::from_str::<PortraitSection>(text).expect("TOML"));
            tag_lives([&shipped, &shop])
        };
        let told = lives("tag_days = { brand = 7 }").expect("days");
        assert_eq!([Dimension::Brand, Dimension::Hour].map(|d| told[d as usize]), [7 * DAY, 360 * DAY]);
        let wrong = |text: &str| lives(text).expect_err("refused").to_string();
        assert!(wrong("tag_days = { mood = 1 }").contains("tag_days has item, "));
        assert!(wrong("tag_days = { brand = -1 }").contains("tag_days.brand = -1"));
    }
}

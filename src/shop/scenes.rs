//! `[scenes.NAME]`: what a shop lifts when and where.

use crate::error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Largest lift, in score units.
const MOST: f64 = 4.0;

/// `[scenes.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SceneSection {
    hour: Option<[u8; 2]>,
    weekday: Vec<u8>,
    holiday: Vec<String>,
    page: Vec<String>,
    device: Vec<String>,
    weather: Vec<String>,
    categories: BTreeMap<String, f64>,
    tags: BTreeMap<String, f64>,
    products: BTreeMap<String, f64>,
}

/// What a host has to say of time and place: of each list one, where it has any.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SaidSection {
    hour: Option<[u8; 2]>,
    weekday: Vec<u8>,
    holiday: Vec<String>,
    page: Vec<String>,
    device: Vec<String>,
    weather: Vec<String>,
}

/// A scene: when it holds, and what it lifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SceneDraft {
    /// Its name.
    pub name: String,
    /// Each holds when the host said one of its texts, such as `hour=20`.
    pub conditions: Vec<Vec<String>>,
    /// Lifts of categories, tags and products by path, name and id, in 1/65536.
    pub lifts: [Vec<(String, i32)>; 3],
}

impl SceneSection {
    /// The scene.
    ///
    /// # Errors
    ///
    /// `bad_config`.
    pub(super) fn draft(&self, name: &str) -> Result<SceneDraft> {
        let bad = |what: String| Error::new(Code::BadConfig, format!("scenes.{name}: {what}"));
        let SceneSection { hour, weekday, holiday, page, device, weather, .. } = self.clone();
        let conditions = SaidSection { hour, weekday, holiday, page, device, weather }.conditions().map_err(bad)?;
        if conditions.is_empty() {
            return Err(bad("it has no condition.".into()));
        }
        let lifts = [&self.categories, &self.tags, &self.products].map(lifts);
        let [categories, tags, products] = lifts;
        let lifts = [categories.map_err(bad)?, tags.map_err(bad)?, products.map_err(bad)?];
        if lifts.iter().all(Vec::is_empty) {
            return Err(bad("it lifts nothing.".into()));
        }
        Ok(SceneDraft { name: name.into(), conditions, lifts })
    }
}

impl SaidSection {
    /// Each holds when the host said one of its texts. `Err`: what is wrong.
    pub(super) fn conditions(&self) -> std::result::Result<Vec<Vec<String>>, String> {
        let mut conditions = Vec::new();
        if let Some([first, last]) = self.hour {
            if first > 23 || last > 23 {
                return Err(format!("hour = [{first}, {last}] is not of hours from 0 to 23."));
            }
            let in_it = |h: &u8| if first <= last { (first..=last).contains(h) } else { *h >= first || *h <= last };
            conditions.push((0..24).filter(in_it).map(|h| format!("hour={h}")).collect());
        }
        if let Some(day) = self.weekday.iter().find(|d| !(1..=7).contains(*d)) {
            return Err(format!("weekday has {day}, which is not 1 (Monday) to 7."));
        }
        let weekday: Vec<String> = self.weekday.iter().map(u8::to_string).collect();
        let texts = [
            ("weekday", &weekday),
            ("holiday", &self.holiday),
            ("page", &self.page),
            ("device", &self.device),
            ("weather", &self.weather),
        ];
        for (key, any) in texts.into_iter().filter(|(_, any)| !any.is_empty()) {
            conditions.push(any.iter().map(|text| format!("{key}={text}")).collect::<Vec<_>>());
        }
        Ok(conditions)
    }
}

/// Lifts in 1/65536. `Err`: which is too large.
pub(super) fn lifts(of: &BTreeMap<String, f64>) -> std::result::Result<Vec<(String, i32)>, String> {
    let one = |(key, by): (&String, &f64)| {
        if !(-MOST..=MOST).contains(by) {
            return Err(format!("the lift of \"{key}\", {by}, is not between -{MOST} and {MOST}."));
        }
        Ok((key.clone(), libm::round(by * 65_536.0) as i32))
    };
    of.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use crate::shop::config::ShopConfig;

    #[test]
    fn a_scene_says_when_it_holds_and_what_it_lifts() {
        let of = |text: &str| ShopConfig::parse(text).and_then(|c| c.scenes());
        let scenes =
            of("[scenes.night]\nhour = [22, 1]\nweather = [\"rain\", \"snow\"]\ntags = { tea = 0.5 }").expect("one");
        assert_eq!(scenes[0].name, "night");
        let hours = ["hour=0", "hour=1", "hour=22", "hour=23"].map(String::from).to_vec();
        assert_eq!(scenes[0].conditions, [hours, vec!["weather=rain".into(), "weather=snow".into()]]);
        assert_eq!(scenes[0].lifts, [vec![], vec![("tea".into(), 32_768)], vec![]]);
        let wrong = |text: &str| of(text).expect_err(text).detail().to_string();
        assert!(wrong("[scenes.a]\ntags = { tea = 1 }").contains("no condition"));
        assert!(wrong("[scenes.a]\npage = [\"home\"]").contains("nothing"));
        assert!(wrong("[scenes.a]\nhour = [24, 3]\ntags = { tea = 1 }").contains("24"));
        assert!(wrong("[scenes.a]\nweekday = [0]\ntags = { tea = 1 }").contains("Monday"));
        assert!(wrong("[scenes.a]\npage = [\"home\"]\ntags = { tea = 9 }").contains("tea"));
        assert!(wrong("[scenes.a]\nwether = [\"rain\"]").contains("wether"));
    }
}

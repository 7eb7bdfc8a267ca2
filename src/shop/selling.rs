//! `selling-points.jsonl`: what a shop has to say of its products, to whom and when it speaks; `[selling_points]`.

use super::content::{Known, list, name};
use super::rejects::{Out, Part, Rejects};
use super::scenes::SaidSection;
use super::{source, text_of};
use crate::error::{Code, Error, Result};
use crate::insight::promote::{SPEAKERS, place};
use crate::insight::selling::{KINDS, MOST_SCENE};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

/// Most lines of a file that become points, and most words of one that it speaks to.
const MOST: usize = 2_000;
const MOST_WORDS: usize = 4;
/// Characters of the longest text.
const LONGEST: usize = 300;
/// Fields about time and place.
const SAID: [&str; 6] = ["hour", "weekday", "holiday", "page", "device", "weather"];

/// What is said of products.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SellingDraft {
    /// Names it.
    pub id: String,
    /// Its place among [`KINDS`].
    pub kind: u8,
    /// One a language; may be empty.
    pub texts: Vec<String>,
    /// Whom it speaks to: places among [`SPEAKERS`].
    pub speakers: Vec<u8>,
    /// Each is met when the host said one of its texts, such as `weather=rain`.
    pub conditions: Vec<Vec<String>>,
    /// What it is true of: product ids, category paths of the first language, brands.
    pub about: [Vec<String>; 3],
}

/// `[selling_points]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SellingSection {
    scene: Option<f64>,
}

impl SellingSection {
    /// Thousandths that a scene adds: this shop's, or those shipped.
    pub(super) fn or(&self, shipped: &SellingSection) -> Result<u32> {
        let scene = self.scene.or(shipped.scene).unwrap_or(f64::NAN);
        if scene.fract() == 0.0 && (0.0..=f64::from(MOST_SCENE)).contains(&scene) {
            return Ok(scene as u32);
        }
        let what = format!("selling_points: scene = {scene} is no whole number from 0 to {MOST_SCENE}.");
        Err(Error::new(Code::BadConfig, what))
    }
}

/// Reads `selling-points.jsonl`.
///
/// # Errors
///
/// `io`. A line that is none is counted among `rejects`.
pub(super) fn read(
    path: &Path,
    known: &Known<'_>,
    languages: &[String],
    rejects: &mut Rejects,
) -> Result<Vec<SellingDraft>> {
    let text = text_of(path)?;
    rejects.open(Part::SellingPoints, &source::name(path), "JSON lines");
    let (mut points, mut ids): (Vec<SellingDraft>, _) = (Vec::new(), BTreeSet::new());
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
        rejects.count_row();
        let read = serde_json::from_str(row).map_err(|_| "not JSON").and_then(|v: Value| {
            let point = point(&v, languages)?;
            if points.len() >= MOST {
                return Err("more selling points than a pack holds");
            }
            if ids.insert(point.id.clone()) { Ok(point) } else { Err("an id that was there before") }
        });
        let mut point = match read {
            Ok(point) => point,
            Err(reason) => {
                rejects.out(line, Out::Rejected(reason), row);
                continue;
            }
        };
        let named: usize = point.about.iter().map(Vec::len).sum();
        let [products, categories, brands] = &mut point.about;
        products.retain(|id| known.ids.contains_key(id.as_str()));
        // A variant or an alias stands for its product.
        products.iter_mut().for_each(|id| *id = known.ids.get(id.as_str()).map_or(id.as_str(), |id| id).to_string());
        categories.retain(|path| known.paths.contains(path.as_str()));
        brands.retain(|brand| known.brands.contains(brand.as_str()));
        let left: usize = point.about.iter().map(Vec::len).sum();
        if left < named {
            let what = "products, categories or brands that the catalogue does not have (the rest counts)";
            rejects.out(line, Out::Ignored(what), row);
        }
        if left > 0 {
            points.push(point);
        }
    }
    Ok(points)
}

fn point(v: &Value, languages: &[String]) -> std::result::Result<SellingDraft, &'static str> {
    let fields = v.as_object().ok_or("no object")?;
    let text = |key: &str| v[key].as_str().unwrap_or("").trim().to_string();
    let id = v["id"].as_i64().map_or_else(|| text("id"), |n| n.to_string());
    if id.is_empty() {
        return Err("no id");
    }
    let kind = if v["kind"].is_null() { Some(0) } else { place(KINDS, &text("kind")) };
    let texts: Vec<String> = languages.iter().enumerate().map(|(i, l)| name(v, "text", i, l)).collect();
    if texts.iter().all(String::is_empty) {
        return Err("no text");
    }
    if texts.iter().any(|t| t.chars().count() > LONGEST) {
        return Err("a text of more than 300 characters");
    }
    let about = [list(v, "products")?, list(v, "categories")?, list(v, "brands")?];
    if about.iter().all(Vec::is_empty) {
        return Err("it is about no product, category or brand");
    }
    let words = list(v, "for")?;
    if words.len() > MOST_WORDS {
        return Err("for names more than 4");
    }
    let speakers = words.iter().map(|word| place(SPEAKERS, word)).collect::<Option<Vec<u8>>>();
    let said: Map<String, Value> =
        fields.iter().filter(|(k, _)| SAID.contains(&k.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
    let said: SaidSection = serde_json::from_value(Value::Object(said)).map_err(|_| "a scene that cannot be read")?;
    Ok(SellingDraft {
        id,
        kind: kind.ok_or("a kind that is not known")?,
        texts,
        speakers: speakers.ok_or("for names what nothing of a shopper is called")?,
        conditions: said.conditions().map_err(|_| "a scene that cannot be read")?,
        about,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_selling_point_or_says_why_not() {
        let languages = ["en".to_string(), "zh-CN".to_string()];
        let of = |row: &str| point(&serde_json::from_str(row).expect(row), &languages);
        let rain = of(
            r#"{"id": 7, "kind": "scene", "text": "Dry", "text_zh": "不湿", "products": [10013], "weather": ["rain"], "hour": [22, 23], "for": ["quality", "price"]}"#,
        );
        let rain = rain.expect("a point");
        assert_eq!((rain.id.as_str(), rain.kind, rain.texts.join("/")), ("7", 1, "Dry/不湿".into()));
        assert_eq!(
            rain.speakers,
            [place(SPEAKERS, "quality").expect("a word"), place(SPEAKERS, "price").expect("a word")]
        );
        assert_eq!(rain.conditions, [vec!["hour=22".to_string(), "hour=23".into()], vec!["weather=rain".into()]]);
        assert_eq!(rain.about, [vec!["10013".to_string()], vec![], vec![]]);
        let long = format!(r#"{{"id": "a", "text": "{}", "brands": ["B"]}}"#, "x".repeat(301));
        for (row, why) in [
            (r#"[]"#, "no object"),
            (r#"{"text": "T", "brands": ["B"]}"#, "no id"),
            (r#"{"id": "a", "brands": ["B"]}"#, "no text"),
            (long.as_str(), "a text of more than 300 characters"),
            (r#"{"id": "a", "text": "T"}"#, "it is about no product, category or brand"),
            (r#"{"id": "a", "text": "T", "brands": ["B"], "kind": "poem"}"#, "a kind that is not known"),
            (
                r#"{"id": "a", "text": "T", "brands": ["B"], "for": ["luck"]}"#,
                "for names what nothing of a shopper is called",
            ),
            (
                r#"{"id": "a", "text": "T", "brands": ["B"], "for": ["fun", "care", "price", "brand", "social"]}"#,
                "for names more than 4",
            ),
            (r#"{"id": "a", "text": "T", "brands": ["B"], "hour": [24, 1]}"#, "a scene that cannot be read"),
        ] {
            assert_eq!(of(row), Err(why), "{row}");
        }
    }

    #[test]
    fn what_a_scene_adds_is_a_whole_number_of_thousandths() {
        let shipped = SellingSection { scene: Some(500.0) };
        let of = |scene| SellingSection { scene }.or(&shipped);
        assert_eq!((of(None), of(Some(0.0)), of(Some(2_000.0))), (Ok(500), Ok(0), Ok(2_000)));
        for bad in [-1.0, 2_001.0, 0.5, f64::NAN] {
            assert_eq!(of(Some(bad)).unwrap_err().code(), "bad_config", "{bad}");
        }
    }
}

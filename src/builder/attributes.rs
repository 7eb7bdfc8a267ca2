//! What shoppers may declare, as section `ATTR`.

use crate::codec::Writer;
use crate::shop::AttributeSettings;

/// The section, with labels in each of the languages.
pub(super) fn section(languages: &[String], settings: &AttributeSettings) -> Vec<u8> {
    let mut w = Writer::new();
    w.raw(&settings.confidence);
    w.count(languages.len());
    let texts = |w: &mut Writer, [english, chinese]: &[String; 2], name: &str| {
        for language in languages {
            let own = if language.starts_with("zh") { [chinese, english] } else { [english, chinese] };
            w.str(own.into_iter().find(|label| !label.is_empty()).map_or(name, String::as_str));
        }
    };
    w.count(settings.list.len());
    for a in &settings.list {
        w.str(&a.name);
        w.u8(a.kind as u8);
        w.u8(u8::from(a.sensitive) | u8::from(a.care) << 1);
        w.u32(a.days);
        a.range.iter().for_each(|n| w.f64(*n));
        texts(&mut w, &a.labels, &a.name);
        texts(&mut w, &a.units, "");
        w.count(a.values.len());
        for (value, labels) in &a.values {
            w.str(value);
            texts(&mut w, labels, value);
        }
    }
    w.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::attribute::{Attributes, Kind};
    use crate::shop::AttributeDraft;

    #[test]
    fn the_section_is_read_as_it_was_meant_in_each_language_and_no_cut_of_it_is() {
        let pair = |a: &str, b: &str| [a.to_string(), b.to_string()];
        let interests = AttributeDraft {
            name: "interests".into(),
            labels: pair("", "兴趣"),
            kind: Kind::Choices,
            sensitive: true,
            care: false,
            days: 90,
            range: [0.0; 3],
            units: pair("", ""),
            values: vec![("tea".into(), pair("Tea", "茶")), ("art".into(), pair("", ""))],
        };
        let size = AttributeDraft {
            name: "size".into(),
            kind: Kind::Number,
            range: [1.0, 9.0, 0.5],
            units: pair("EU", ""),
            values: vec![],
            ..interests.clone()
        };
        let settings = AttributeSettings { confidence: [100, 90, 80, 7], list: vec![interests, size] };
        let bytes = section(&["en".into(), "zh-CN".into()], &settings);
        let english = Attributes::read(&bytes, 0).expect("sound");
        let chinese = Attributes::read(&bytes, 1).expect("sound");
        assert_eq!(english.confidence, [100, 90, 80, 7]);
        let told = |a: &Attributes<'_>| {
            (a.list[0].label.to_string(), a.list[0].values[0].1.to_string(), a.list[1].unit.to_string())
        };
        assert_eq!(told(&english), ("兴趣".into(), "Tea".into(), "EU".into()));
        assert_eq!(told(&chinese), ("兴趣".into(), "茶".into(), "EU".into()));
        assert_eq!(english.list[0].values[1], ("art", "art"));
        assert_eq!((english.list[0].sensitive, english.list[0].care, english.list[0].days), (true, false, 90));
        assert_eq!((english.list[1].kind, english.list[1].range), (Kind::Number, [1.0, 9.0, 0.5]));
        assert!((0..bytes.len()).all(|n| Attributes::read(&bytes[..n], 0).is_err()));
    }
}

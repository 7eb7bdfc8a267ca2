//! Records of JSON: one a line, or a document that lists them; each read leniently, since exporters disagree about types.

use super::super::rejects::{Out, Part, Rejects};
use super::super::{Progress, source};
use crate::error::Result;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;
use std::path::Path;

/// What a file of records is.
pub(super) struct Records<T> {
    /// For people.
    pub(super) format: &'static str,
    /// Keys under which a document may keep its records.
    pub(super) lists: &'static [&'static str],
    /// What is shown of a record that is ignored.
    pub(super) named: fn(&T) -> String,
    /// True where a record tells who somebody is: nothing else is shown of it then, whatever is wrong with it.
    pub(super) is_private: bool,
}

/// Reads every record of a file. `f` may answer why one gives nothing.
pub(super) fn for_each<T: DeserializeOwned>(
    path: &Path,
    records: &Records<T>,
    rejects: &mut Rejects,
    progress: &dyn Progress,
    mut f: impl FnMut(u64, &mut T, &mut Rejects) -> std::result::Result<(), Out>,
) -> Result<()> {
    rejects.open(Part::Log, &source::name(path), records.format);
    let shown = |text: &str| if records.is_private { String::new() } else { text.to_string() };
    let mut take = |line: u64, text: &str, value: serde_json::Result<One<T>>, rejects: &mut Rejects| {
        rejects.count_row();
        let out = match value {
            Ok(One(Some(mut value))) => match f(line, &mut value, rejects) {
                Ok(()) => return,
                Err(out) if records.is_private || matches!(out, Out::Ignored(_)) => {
                    return rejects.out(line, out, &(records.named)(&value));
                }
                Err(out) => out,
            },
            Err(e) if !e.is_data() => "not a JSON object".into(),
            _ => "a record of another shape".into(),
        };
        rejects.out(line, out, &shown(text));
    };
    if let Some(list) = document(path, records.lists, progress)? {
        for (record, n) in list.into_iter().zip(1..) {
            let text = record.to_string();
            take(n, &text, serde_json::from_value(record), rejects);
        }
        return Ok(());
    }
    source::for_each_line(path, source::open(path, progress)?, |line, bytes| match std::str::from_utf8(bytes) {
        Ok(text) => take(line, text, serde_json::from_str(text), rejects),
        Err(_) => {
            rejects.count_row();
            rejects.out(line, Out::Rejected("not UTF-8"), &shown(&String::from_utf8_lossy(bytes)));
        }
    })
}

/// The records of a file that is one document: a list, or an object over several lines with such a list.
fn document(path: &Path, lists: &[&str], progress: &dyn Progress) -> Result<Option<Vec<Value>>> {
    let head = source::head(path)?;
    let text = head.trim_ascii_start();
    let first = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let is_lines = text.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(first).is_ok();
    if is_lines || !text.starts_with(b"{") && !text.starts_with(b"[") {
        return Ok(None);
    }
    let mut all = Vec::new();
    source::open(path, progress)?.read_to_end(&mut all).map_err(|e| source::io(path, &e))?;
    let Ok(document) = serde_json::from_slice::<Value>(&all) else {
        return Ok(None);
    };
    Ok(Some(match document {
        Value::Array(list) => list,
        Value::Object(mut object) => match lists.iter().find_map(|l| object.remove(*l)) {
            Some(Value::Array(list)) => list,
            Some(other) => vec![other],
            None => vec![Value::Object(object)],
        },
        other => vec![other],
    }))
}

/// A text, whether it is written as one, as a number or as a truth value. Anything else is empty, and so are GA4's
/// `(not set)` and a written `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn of(text: &str) -> Text {
        let text = text.trim();
        let is_nothing = matches!(text, "(not set)" | "null" | "undefined" | "NULL");
        Text(if is_nothing { String::new() } else { text.to_string() })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This text, or the other where it is empty.
    pub(super) fn or<'a>(&'a self, other: &'a Text) -> &'a Text {
        if self.is_empty() { other } else { self }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Text, D::Error> {
        d.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E>(self, v: &str) -> std::result::Result<Text, E> {
        Ok(Text::of(v))
    }

    fn visit_i64<E>(self, v: i64) -> std::result::Result<Text, E> {
        Ok(Text(v.to_string()))
    }

    fn visit_u64<E>(self, v: u64) -> std::result::Result<Text, E> {
        Ok(Text(v.to_string()))
    }

    fn visit_f64<E>(self, v: f64) -> std::result::Result<Text, E> {
        // An id that went through a spreadsheet comes back as 123.0.
        let whole = v.is_finite() && libm::trunc(v) == v && v.abs() < 9e15;
        Ok(Text(if whole { (v as i64).to_string() } else { v.to_string() }))
    }

    fn visit_bool<E>(self, v: bool) -> std::result::Result<Text, E> {
        Ok(Text(v.to_string()))
    }

    fn visit_unit<E>(self) -> std::result::Result<Text, E> {
        Ok(Text::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Text, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }
}

/// An object, or nothing where something else stands.
#[derive(Debug, Clone)]
pub(super) struct One<T>(pub(super) Option<T>);

impl<T> Default for One<T> {
    fn default() -> One<T> {
        One(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<One<T>, D::Error> {
        d.deserialize_any(OneVisitor(PhantomData)).map(One)
    }
}

struct OneVisitor<T>(PhantomData<T>);

/// What is neither an object nor a list is nothing.
macro_rules! nothing_else {
    ($value:expr) => {
        fn visit_str<E>(self, _: &str) -> std::result::Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_i64<E>(self, _: i64) -> std::result::Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E>(self, _: u64) -> std::result::Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E>(self, _: f64) -> std::result::Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_bool<E>(self, _: bool) -> std::result::Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Option<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    nothing_else!(None);
}

/// A list of objects: written as one, or in GraphQL's way as `{"nodes": […]}` or `{"edges": [{"node": …}]}`. What is no
/// object is left out.
#[derive(Debug, Clone)]
pub(super) struct Many<T>(pub(super) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Many<T> {
        Many(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Many<T>, D::Error> {
        d.deserialize_any(ManyVisitor(PhantomData)).map(Many)
    }
}

struct ManyVisitor<T>(PhantomData<T>);

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Edge<T> {
    #[serde(default)]
    node: One<T>,
}

/// The edges of a list, which have none of their own.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Edges<T>(Vec<Edge<T>>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Vec<T>, A::Error> {
        let mut out = Vec::new();
        while let Some(One(value)) = seq.next_element::<One<T>>()? {
            out.extend(value);
        }
        Ok(out)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Vec<T>, A::Error> {
        let mut out = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "nodes" => out.extend(map.next_value::<Many<T>>()?.0),
                "edges" => out.extend(map.next_value::<Edges<T>>()?.0.into_iter().filter_map(|e| e.node.0)),
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(out)
    }

    nothing_else!(Vec::new());
}

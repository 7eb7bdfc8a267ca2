//! Two systems' predictions of the same steps: what one is better by, and how sure that is.

use super::metrics::Prediction;
use crate::error::{Code, Error, Result};
use crate::random::Interval;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Bootstrap samples behind each interval.
const RESAMPLES: usize = 1_000;
/// Lists are read so far.
const CUT: usize = 20;

/// A measure of two systems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// `HR@20`, `MRR@20` or `NOV_HR@20`.
    pub name: &'static str,
    /// The other system's.
    pub baseline: f64,
    /// This one's, less that.
    pub difference: f64,
    /// 95 % interval of the difference: 1,000 bootstrap samples of visits, both systems on the same ones; `None` without a step.
    pub interval: Option<Interval>,
}

/// Another system's lists, from a predictions file: a line each step, `<session>:<n>` TAB up to 20 ids. Repeats of an id keep no place.
///
/// # Errors
///
/// `io`; `bad_table` for a line without a TAB, and for a step that comes twice; `bad_config` for a file without any.
pub fn read_predictions(path: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let io = |e: std::io::Error| Error::new(Code::Io, format!("{}: {e}.", path.display()));
    let bytes = std::fs::read(path).map_err(io)?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1F, 0x8B]) {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).map_err(io)?;
    } else {
        text = String::from_utf8(bytes).map_err(|e| io(std::io::Error::other(e)))?;
    }
    let bad = |line: usize, what: &str| Error::new(Code::BadTable, format!("{}, line {line}: {what}.", path.display()));
    let mut lists = BTreeMap::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.is_empty()) {
        let (event, ids) = line.split_once('\t').ok_or_else(|| bad(i + 1, "there is no TAB behind the step"))?;
        let mut list: Vec<String> = Vec::new();
        for id in ids.split(' ').filter(|id| !id.is_empty()) {
            if list.len() < CUT && !list.iter().any(|known| known == id) {
                list.push(id.into());
            }
        }
        if lists.insert(event.to_string(), list).is_some() {
            return Err(bad(i + 1, &format!("step {event} comes twice")));
        }
    }
    if lists.is_empty() {
        let detail = format!(
            "{} has no predictions: a line for each step is wanted, `<session>:<n>` TAB ids. `nearshelf eval --predictions FILE` writes such a file.",
            path.display()
        );
        return Err(Error::new(Code::BadConfig, detail));
    }
    Ok(lists)
}

/// Holds predictions against another system's lists for the same steps. A step that the other one has no list for is its miss.
///
/// # Errors
///
/// `bad_table` when the other one has a step that is none of these: its file is of another part or data set.
pub fn compare(mine: &[Prediction], theirs: &BTreeMap<String, Vec<String>>) -> Result<Vec<Paired>> {
    let found = mine.iter().filter(|p| theirs.contains_key(&p.event)).count();
    if found < theirs.len() {
        let what =
            format!("the baseline has {} steps that are not of this part of the data set.", theirs.len() - found);
        return Err(Error::new(Code::BadTable, what));
    }
    let place = |list: &[String], target: &str| list.iter().take(CUT).position(|id| id == target).map(|i| i + 1);
    let none = Vec::new();
    let places = mine.iter().map(|p| {
        let other = theirs.get(&p.event).unwrap_or(&none);
        (p, place(&p.list, &p.target), place(other, &p.target))
    });
    let places: Vec<_> = places.collect();
    let hit = |place: Option<usize>| f64::from(u8::from(place.is_some()));
    let reciprocal = |place: Option<usize>| place.map_or(0.0, |p| 1.0 / p as f64);
    let measure = |name, of: &dyn Fn(Option<usize>) -> f64, counts: &dyn Fn(&Prediction) -> bool| {
        // By visit: steps, the other's sum, the difference.
        let mut visits: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
        for (p, own, other) in places.iter().filter(|(p, _, _)| counts(p)) {
            let visit = visits.entry(p.event.rsplit_once(':').map_or("", |(visit, _)| visit)).or_default();
            *visit = (visit.0 + 1.0, visit.1 + of(*other), visit.2 + of(*own) - of(*other));
        }
        let sum = |of: fn(&(f64, f64, f64)) -> f64| visits.values().map(of).sum::<f64>();
        let steps = sum(|v| v.0).max(1.0);
        let groups: Vec<_> = visits.values().map(|v| (v.0, v.2)).collect();
        Paired {
            name,
            baseline: sum(|v| v.1) / steps,
            difference: sum(|v| v.2) / steps,
            interval: Interval::of_groups(&groups, RESAMPLES, 1),
        }
    };
    Ok(vec![
        measure("HR@20", &hit, &|_| true),
        measure("MRR@20", &reciprocal, &|_| true),
        measure("NOV_HR@20", &hit, &|p| !p.repeat),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(n: usize, hit: impl Fn(usize) -> bool) -> Vec<Prediction> {
        let list = |i| if hit(i) { vec!["x".into(), "right".into()] } else { vec!["x".into()] };
        (0..n)
            .map(|i| Prediction {
                event: format!("{}:{}", i / 4, i % 4 + 1),
                list: list(i),
                target: "right".into(),
                repeat: i % 4 == 3,
            })
            .collect()
    }

    #[test]
    fn what_is_better_is_told_with_its_interval_and_what_is_alike_holds_nothing() {
        let mine = steps(800, |i| i % 2 == 0);
        let theirs = steps(800, |i| i % 4 == 0).into_iter().map(|p| (p.event, p.list)).collect();
        let told = compare(&mine, &theirs).expect("the same steps");
        assert_eq!(told.iter().map(|t| t.name).collect::<Vec<_>>(), ["HR@20", "MRR@20", "NOV_HR@20"]);
        assert_eq!((told[0].baseline, told[0].difference), (0.25, 0.25));
        assert_eq!((told[1].baseline, told[1].difference), (0.125, 0.125));
        assert!((told[2].baseline - 1.0 / 3.0).abs() < 1e-12, "three of four steps are new");
        assert!(
            told.iter()
                .all(|t| t.interval.is_some_and(|i| i.low > 0.0 && i.low <= t.difference && t.difference <= i.high))
        );
        // A visit's id may hold a colon of its own.
        let renamed: Vec<Prediction> =
            mine.iter().map(|p| Prediction { event: format!("ga:{}", p.event), ..p.clone() }).collect();
        let others = mine
            .iter()
            .enumerate()
            .map(|(i, p)| (format!("ga:{}", p.event), if i % 8 == 0 { p.list.clone() } else { vec![] }))
            .collect();
        assert!(compare(&renamed, &others).expect("the same steps")[0].interval.is_some_and(|i| i.low < i.high));
        assert_eq!(
            compare(&mine[..4], &BTreeMap::new()).expect("one visit")[0].interval,
            None,
            "one visit tells nothing"
        );
        let same = mine.iter().map(|p| (p.event.clone(), p.list.clone())).collect();
        let same = compare(&mine, &same).expect("the same steps");
        assert!(same.iter().all(|t| t.difference == 0.0 && t.interval.is_some_and(|i| i.holds(0.0))));
    }

    #[test]
    fn a_missing_list_is_a_miss_and_a_foreign_one_an_error() {
        let mine = steps(8, |_| true);
        let told = compare(&mine, &BTreeMap::new()).expect("no list at all");
        assert_eq!((told[0].baseline, told[0].difference), (0.0, 1.0));
        let foreign = BTreeMap::from([("9:9".to_string(), Vec::new())]);
        assert_eq!(compare(&mine, &foreign).unwrap_err().code(), "bad_table");
    }

    #[test]
    fn a_file_is_read_plain_and_compressed_and_what_is_none_is_told_by_line() {
        let folder = std::env::temp_dir().join(format!("nearshelf-paired-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("written");
            read_predictions(&path)
        };
        let text = b"1:1\ta b a c\n1:2\t\n";
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gz, text).expect("compressed");
        let expected =
            BTreeMap::from([("1:1".into(), vec!["a".into(), "b".into(), "c".into()]), ("1:2".into(), vec![])]);
        assert_eq!(write("plain.txt", text), Ok(expected.clone()));
        assert_eq!(write("packed.txt.gz", &gz.finish().expect("compressed")), Ok(expected));
        for (wrong, line) in [("1:1 a b\n", "line 1"), ("1:1\ta\n\n1:1\tb\n", "line 3")] {
            let error = write("wrong.txt", wrong.as_bytes()).unwrap_err();
            assert!(error.code() == "bad_table" && error.to_string().contains(line), "{error}");
        }
        assert_eq!(read_predictions(&folder.join("absent")).unwrap_err().code(), "io");
        for nothing in ["", "\n\n"] {
            let error = write("nothing.txt", nothing.as_bytes()).unwrap_err();
            assert!(error.code() == "bad_config" && error.detail().contains("--predictions"), "{error}");
        }
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}

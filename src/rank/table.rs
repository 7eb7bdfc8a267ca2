//! Item-item tables: for each product its neighbours with 8-bit weights, read in place.

use super::embedding::Embedding;
use crate::codec::read_varint;
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::list::Gather;
use crate::pack::column::u32_at;
use crate::pack::{Pack, Tag};
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

const LEVELS: usize = 256;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum TableKind {
    /// What usually follows a product within a visit.
    Next = 0,
    /// What is seen or bought in the same visits.
    Together = 1,
    /// What is similar: by what goes with it, by the groups it belongs to, by what the catalogue says of it.
    Similar = 2,
    /// What a linear model expects of a visit that holds it.
    Linear = 3,
}

/// One table of the pack.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// What each 8-bit weight stands for.
    value: Vec<u16>,
    ends: Range<usize>,
    rows: Range<usize>,
    /// Row of each global row, where the neighbours are global rows; [`CLOSED`] for one that is not open.
    local: Option<Rc<Vec<u32>>>,
}

/// The row of a product that is not open.
pub(super) const CLOSED: u32 = u32::MAX;
/// Global rows that a pack may have: its place for each takes four bytes of memory.
const MOST_ROWS: u32 = 1 << 24;

/// The tables the ranking reads, by kind. A pack without one has an empty one in its place.
#[derive(Debug, Clone)]
pub struct Tables([Table; 4], Embedding);

impl Tables {
    /// The tables of a pack with `products` rows.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when a table has the wrong length.
    pub fn open(pack: &Pack, products: usize) -> Result<Tables> {
        let local = local_rows(pack, products)?.map(Rc::new);
        let mut tables = <[Table; 4]>::default();
        for (kind, table) in (0..).zip(&mut tables) {
            *table = Table::open(pack, kind, products)?;
            table.local.clone_from(&local);
        }
        Ok(Tables(tables, Embedding::open(pack, products)?))
    }

    /// One of them.
    pub fn of(&self, kind: TableKind) -> &Table {
        &self.0[kind as usize]
    }

    /// The products' vectors.
    pub fn embedding(&self) -> &Embedding {
        &self.1
    }
}

/// The row of each global row, for a pack that is a part of another.
pub(super) fn local_rows(pack: &Pack, products: usize) -> Result<Option<Vec<u32>>> {
    let Some(rows) = pack.section(Tag::ROWS, 0) else { return Ok(None) };
    // Rows ascend, so the last is the largest.
    let last = u32_at(rows, products.wrapping_sub(1)).unwrap_or(0);
    if rows.len() != products * 4 || last >= MOST_ROWS {
        return Err(Error::new(Code::PackMalformed, "section ROWS has the wrong length."));
    }
    let mut local = Vec::new();
    local.resize(last as usize + 1, CLOSED);
    for i in 0..products {
        if let Some(row) = u32_at(rows, i).and_then(|global| local.get_mut(global as usize)) {
            *row = i as u32;
        }
    }
    Ok(Some(local))
}

impl Table {
    fn open(pack: &Pack, kind: u32, products: usize) -> Result<Table> {
        let Some(section) = pack.find(Tag::TABLE, kind).or_else(|| pack.find(Tag::TABLE_PART, kind)) else {
            return Ok(Table::default());
        };
        let malformed = || Error::new(Code::PackMalformed, "section TABL has the wrong length.");
        let head = LEVELS * 2 + products * 4;
        if section.range.len() < head {
            return Err(malformed());
        }
        let start = section.range.start;
        let (ends, rows) = (start + LEVELS * 2..start + head, start + head..section.range.end);
        let bytes = pack.bytes();
        let value = bytes[start..start + LEVELS * 2].chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).gather();
        let mut last = 0;
        for end in bytes[ends.clone()].chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])) {
            if end < last {
                return Err(malformed());
            }
            last = end;
        }
        if last as usize != rows.len() {
            return Err(malformed());
        }
        Ok(Table { value, ends, rows, local: None })
    }

    /// Calls `f` with each neighbour of `row` and its weight, 1–65535, by ascending row.
    #[inline]
    pub fn for_each(&self, pack: &Pack, row: Row, mut f: impl FnMut(Row, u16)) {
        let Some(body) = self.row(pack, row.index()) else { return };
        let mut at = 0;
        let Some(n) = read_varint(body, &mut at) else { return };
        let Some(weights_at) = body.len().checked_sub(n as usize) else { return };
        let products = (self.ends.len() / 4) as u32;
        let mut neighbour = 0_u32;
        for i in 0..n as usize {
            let Some(step) = read_varint(body, &mut at) else { return };
            let Some(next) = neighbour.checked_add(step).and_then(|v| v.checked_add(u32::from(i > 0))) else { return };
            neighbour = next;
            let Some(weight) = body.get(weights_at + i) else { return };
            let row = match &self.local {
                Some(local) => local.get(neighbour as usize).copied().unwrap_or(CLOSED),
                None => neighbour,
            };
            if row < products {
                f(Row(row), self.value.get(usize::from(*weight)).copied().unwrap_or(0));
            }
        }
    }

    fn row<'a>(&self, pack: &'a Pack, i: usize) -> Option<&'a [u8]> {
        let ends = pack.bytes().get(self.ends.clone())?;
        let end_of =
            |i: usize| ends.get(i * 4..i * 4 + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
        let end = end_of(i)?;
        let start = if i == 0 { 0 } else { end_of(i - 1)? };
        pack.bytes().get(self.rows.clone())?.get(start..end)
    }

    /// True when the pack has no such table.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// One product's neighbours with their weights, before they are quantised. Weights lie above 0 and are at most 1.
#[cfg(any(feature = "cli", test))]
pub type Neighbours = Vec<(Row, f64)>;

/// Octaves of weight that 8 bits span.
#[cfg(any(feature = "cli", test))]
const OCTAVES: f64 = 12.0;

/// The bytes of a table. Weights are quantised on a log scale of twelve octaves below 1.
#[cfg(any(feature = "cli", test))]
pub fn write_table(rows: &[Neighbours]) -> Vec<u8> {
    use crate::codec::write_varint;
    let levels = (LEVELS - 1) as f64;
    let mut out = Vec::new();
    for q in 0..LEVELS {
        let octaves = (q as f64 - levels) / levels * OCTAVES;
        let value = libm::round(libm::exp2(octaves) * 65_535.0).max(1.0);
        out.extend_from_slice(&(value as u16).to_le_bytes());
    }
    let (mut ends, mut bodies) = (Vec::new(), Vec::new());
    for neighbours in rows {
        let mut sorted = neighbours.clone();
        sorted.sort_unstable_by_key(|(row, _)| *row);
        if !sorted.is_empty() {
            write_varint(&mut bodies, sorted.len() as u32);
            let mut last = None;
            for (row, _) in &sorted {
                write_varint(&mut bodies, last.map_or(row.0, |l: u32| row.0 - l - 1));
                last = Some(row.0);
            }
            for (_, w) in &sorted {
                let q = levels + libm::log2(*w) / OCTAVES * levels;
                bodies.push(libm::round(q).clamp(0.0, levels) as u8);
            }
        }
        ends.extend_from_slice(&(bodies.len() as u32).to_le_bytes());
    }
    out.extend(ends);
    out.extend(bodies);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::PackWriter;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn table(bytes: Vec<u8>, n: usize) -> (Pack, Result<Table>) {
        let mut w = PackWriter::new();
        w.add(Tag::TABLE, 0, n, bytes);
        let pack = Pack::open(w.finish().expect("small")).expect("sound");
        let t = Table::open(&pack, TableKind::Next as u32, n);
        (pack, t)
    }

    fn neighbours(pack: &Pack, t: &Table, row: u32) -> Vec<(u32, u16)> {
        let mut out = Vec::new();
        t.for_each(pack, Row(row), |r, w| out.push((r.0, w)));
        out
    }

    #[test]
    fn neighbours_come_back_in_order_with_their_weights_to_three_percent() {
        let rows = vec![vec![(Row(2), 0.06), (Row(1), 1.0)], vec![], vec![(Row(0), 0.125), (Row(300), 0.001)]];
        let mut all = rows.clone();
        all.resize(301, vec![]);
        let (pack, t) = table(write_table(&all), 301);
        let t = t.expect("a table");
        for (i, row) in rows.iter().enumerate() {
            let mut want = row.clone();
            want.sort_by_key(|x| x.0);
            let got = neighbours(&pack, &t, i as u32);
            assert_eq!(got.iter().map(|x| x.0).collect::<Vec<_>>(), want.iter().map(|x| x.0.0).collect::<Vec<_>>());
            for ((_, w), (_, value)) in got.iter().zip(want) {
                let expected = value * 65_535.0;
                assert!((f64::from(*w) / expected - 1.0).abs() < 0.03, "{w} for {expected}");
            }
        }
        assert_eq!(neighbours(&pack, &t, 999), []);
    }

    #[test]
    fn a_table_that_lies_about_itself_is_refused_or_read_as_less() {
        let good = write_table(&[vec![(Row(1), 1.0)], vec![(Row(0), 1.0)]]);
        assert!(table(good[..good.len() - 1].to_vec(), 2).1.is_err());
        assert!(table(good.clone(), 3).1.is_err());
        // Any byte of the rows may be anything: reading must end, within the rows there are.
        for at in 520..good.len() {
            for byte in 0..=255 {
                let mut bad = good.clone();
                bad[at] = byte;
                let (pack, t) = table(bad, 2);
                let Ok(t) = t else { continue };
                for row in 0..2 {
                    assert!(neighbours(&pack, &t, row).iter().all(|(r, _)| *r < 2));
                }
            }
        }
    }
}

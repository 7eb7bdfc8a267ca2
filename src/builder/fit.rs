//! Tables that fit: how many neighbours of each product a pack has room for.

use super::tables::TableRows;
use crate::error::{Code, Error, Result};
use crate::rank::Counts;
use crate::rank::table::{TableKind, write_table};
use std::io::Write;

/// Neighbours of a product that are tried, most first.
const KEPT: [usize; 9] = [50, 40, 32, 24, 16, 12, 8, 4, 0];

/// How large a pack may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// As it lies in memory.
    pub raw: usize,
    /// On the wire, after brotli.
    pub wire: usize,
}

impl Room {
    /// For a catalogue of so many products: 4 MB, and 2 MB on the wire, for each 10,000.
    pub fn of(products: usize) -> Room {
        let products = products.max(10_000);
        Room { raw: 400 * products, wire: 200 * products }
    }

    /// So many bytes on the wire, and twice that in memory.
    pub fn on_the_wire(bytes: usize) -> Room {
        Room { raw: bytes.saturating_mul(2), wire: bytes }
    }

    fn holds(self, raw: usize, wire: impl Fn() -> usize) -> bool {
        raw <= self.raw && (raw <= self.wire || wire() <= self.wire)
    }
}

/// The bytes of the tables, and of what was bought together.
pub(super) type Fitted = (Vec<(TableKind, Vec<u8>)>, Vec<u8>);

/// The bytes of the tables with as many neighbours as fit beside `rest`, the pack without them, and of what was bought together, cut
/// alike. Both have their strongest neighbours first.
///
/// # Errors
///
/// `too_large` when the pack does not fit without any.
pub(super) fn fit(tables: &[TableRows], associations: &Counts, rest: &[u8], room: Room) -> Result<Fitted> {
    let rest_on_wire = on_wire(&[rest], 5);
    let mut least = (0, 0);
    for kept in KEPT {
        let cut = |(kind, rows): &TableRows| {
            let rows: Vec<_> = rows.iter().map(|row| row[..row.len().min(kept)].to_vec()).collect();
            (*kind, write_table(&rows))
        };
        let out: Vec<_> = tables.iter().map(cut).collect();
        let more = associations.write(kept);
        let parts: Vec<&[u8]> = out.iter().map(|(_, bytes)| bytes.as_slice()).chain([more.as_slice()]).collect();
        let raw = rest.len() + parts.iter().map(|bytes| bytes.len()).sum::<usize>();
        let wire = || rest_on_wire + on_wire(&parts, 5);
        if room.holds(raw, wire) {
            return Ok((out, more));
        }
        if kept == 0 {
            least = (raw, wire());
        }
    }
    let ((raw, wire), Room { raw: most, wire: on_wire }) = (least, room);
    let detail = format!(
        "without any neighbour the pack has {raw} bytes and {wire} on the wire; there is room for {most} and {on_wire}."
    );
    Err(Error::new(Code::TooLarge, detail))
}

/// Bytes after brotli. At quality 5 it is quick, and a few percent more than what a server sends at its best.
pub(super) fn on_wire(parts: &[&[u8]], quality: u32) -> usize {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    let mut w = brotli::CompressorWriter::new(&mut count, 1 << 16, quality, 22);
    // A count never fails.
    parts.iter().for_each(|part| w.write_all(part).unwrap_or_default());
    drop(w);
    count.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Row;

    /// 300 products with 50 neighbours each, the weaker the later.
    fn table() -> TableRows {
        let row = |r: u32| (0..50).map(|i| (Row((r + 5 * i + 1) % 300), 1.0 / f64::from(i + 1))).collect();
        (TableKind::Next, (0..300).map(row).collect())
    }

    fn size(room: Room) -> Result<usize> {
        fit(&[table()], &Counts::default(), &[7; 1_000], room).map(|(tables, more)| tables[0].1.len() + more.len())
    }

    #[test]
    fn the_most_neighbours_that_fit_are_kept() {
        let all = size(Room::of(300)).expect("room");
        let nothing = Counts::default().write(0);
        assert_eq!(all, write_table(&table().1).len() + nothing.len());
        let mut last = all;
        for raw in [25_000, 15_000, 9_000, 5_000] {
            let fits = size(Room { raw, wire: raw }).expect("some fit");
            assert!(fits + 1_000 <= raw && fits < last, "{fits} of {raw}");
            last = fits;
        }
        let wire = on_wire(&[&[7; 1_000]], 5) + on_wire(&[&write_table(&table().1), &nothing], 5);
        assert_eq!(size(Room { raw: 1 << 20, wire }), Ok(all));
        assert!(size(Room { raw: 1 << 20, wire: wire - 1 }).expect("some fit") < all, "the wire counts too");
        let refused = size(Room { raw: 1_500, wire: 1_500 }).expect_err("not even the catalogue");
        assert_eq!(refused.code(), "too_large");
        // What is told is what does not fit: the pack with tables of no neighbours.
        let least = 1_000 + write_table(&vec![Vec::new(); 300]).len() + nothing.len();
        assert!(refused.detail().contains(&format!("has {least} bytes")), "{}", refused.detail());
        assert!(size(Room { raw: least, wire: least }).is_ok() && size(Room { raw: least - 1, wire: least }).is_err());
    }

    #[test]
    fn what_is_bought_together_counts_and_is_cut() {
        let rows = (0..300).map(|r| (0..12).map(|i| (Row((r + 7 * i + 1) % 300), 1_000 + r)).collect()).collect();
        let counts = Counts { purchases: true, baskets: 9_000, sizes: vec![2_000; 300], rows };
        let with = |raw: usize| fit(&[table()], &counts, &[7; 1_000], Room { raw, wire: raw });
        let whole = with(1 << 20).expect("room").1;
        assert_eq!(whole, counts.write(12));
        let (tables, cut) = with(9_000).expect("some fit");
        assert!(cut.len() < whole.len() && 1_000 + tables[0].1.len() + cut.len() <= 9_000);
        assert!(with(3_500).is_err(), "the counts of products alone are {}", counts.write(0).len());
    }

    #[test]
    fn room_grows_with_the_catalogue() {
        assert_eq!(Room::of(10), Room { raw: 4_000_000, wire: 2_000_000 });
        assert_eq!(Room::of(43_097).wire, 8_619_400);
        assert_eq!(Room::on_the_wire(250_000), Room { raw: 500_000, wire: 250_000 });
    }
}

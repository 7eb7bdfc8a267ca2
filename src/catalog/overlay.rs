//! Overlays: a shop's file, or a host's items, read whole and then laid over a market's columns
//! ([`manual/overlay`](crate::manual::overlay) has the bytes).

use super::live::{Before, NONE};
use super::news::{skip_about, skip_item};
use super::{Catalog, Market, shards};
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::id::hash;
use crate::money::{Minor, PriceError, parse_digits, parse_price};
use crate::pack::{Pack, Tag, hex};
use crate::time::{Millis, SECOND};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// What an overlay's file begins with.
pub const MAGIC: [u8; 8] = *b"NEAROVLY";
/// The newest format that this build reads: 1; 2 with new items; 3 with places in the whole catalogue; 4 with items behind the places. What is written has the
/// oldest of them that says it.
pub const FORMAT: u16 = 4;
/// The oldest format of files with places, and behind it that of files that have items by id as well.
pub(super) const PLACED: u16 = 3;
/// What the id of an item begins with that is no product, but the multiplier of a granting campaign; readers that do not know of them leave such ids out, as
/// any that the pack does not have.
pub const MULTIPLIER: char = '\u{1}';
/// What stands between a campaign, its multiplier in millionths and the time until which that holds.
pub const BETWEEN: char = '\u{2}';
/// Seconds an overlay holds where neither it nor the pack says.
const MAX_AGE: u32 = 3600;

/// What an overlay says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head<'a> {
    /// The shop's id, or empty.
    pub shop: &'a str,
    /// Code of the market, or empty for the one looked at.
    pub market: &'a str,
    /// Version of the pack whose variants it numbers, or empty where it names ids.
    pub base: &'a str,
    /// The numbers are places in the whole catalogue, so that they fit the parts of the pack too: the product's row, times 256, and which variant of it.
    pub placed: bool,
    /// 0 for the next number.
    pub sequence: u64,
    /// A delta needs the overlay of this number to be there; 0 for anything.
    pub since: u64,
    /// When it was made; `None`: now.
    pub issued: Option<Millis>,
    /// Seconds; 0 for the pack's default.
    pub max_age: u32,
    /// True where what it does not name returns to the pack's values.
    pub full: bool,
}

/// What an overlay says of some variants, or of none; `what` tells which of it, as in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) variants: Range<u32>,
    pub(super) price: u32,
    pub(super) sale: u32,
    pub(super) what: u8,
}

/// What became of an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlaid {
    /// 0 for one whose number is not above the present one's, which is left out; 1 for a delta, 2 for a full one.
    pub outcome: u8,
    /// 1 for one whose number is below it.
    pub old: u32,
    /// Items that the pack does not have.
    pub unknown: u32,
    /// Fields that could not be read.
    pub bad: u32,
}

/// The shop's settings for overlays, as the pack has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What happens when one is stale: 1 prices and stock return to the pack's, 2 no price is told, else nothing.
    pub stale: u8,
    /// Seconds for those that do not say.
    pub max_age: u32,
}

impl Policy {
    /// The settings of a pack; those of one that has none.
    pub(super) fn of(pack: &Pack) -> Policy {
        let mut r = Reader::new(pack.section(Tag::OVERLAY, 0).unwrap_or(&[]));
        let (stale, max_age) = (r.u8(), r.u32());
        Policy { stale, max_age: if max_age == 0 { MAX_AGE } else { max_age } }
    }
}

impl Catalog {
    /// Applies an overlay: a shop's file, or a host's record, which goes without a frame.
    ///
    /// # Errors
    ///
    /// `bad_overlay` when it is none, or not whole; `overlay_misfit` when it is another shop's or another pack's, or builds upon an overlay that
    /// is not there; `unknown_market`. Nothing changes.
    pub fn overlay(&mut self, now: Millis, bytes: &[u8], framed: bool) -> Result<Overlaid> {
        let (mut r, mut format) = (Reader::new(bytes), FORMAT);
        if framed {
            let (body, sum) = bytes.split_last_chunk::<8>().unwrap_or((&[], &[0; 8]));
            r = Reader::new(body);
            let (magic, _, oldest) = (r.u64(), r.u16(), r.u16());
            // Before the checksum: a newer file may be checked in another way.
            if magic != u64::from_le_bytes(MAGIC) || oldest > FORMAT {
                return Err(bad("it is no overlay, or needs a newer reader."));
            }
            format = oldest;
            if hash(0, body) != u64::from_le_bytes(*sum) {
                return Err(not_whole(Malformed));
            }
        }
        let r = &mut r;
        let misfit = |what| Err(Error::new(Code::OverlayMisfit, what));
        let head = Head::read(r);
        r.check().map_err(not_whole)?;
        let ours = |theirs: &str, ours: &str| theirs.is_empty() || theirs == ours;
        let placed = format >= PLACED;
        // The variants of a pack in parts are numbered anew with each part that comes; their places stay.
        let fits = head.base.is_empty() || placed || self.pack.find(Tag::ROWS, 0).is_none();
        let version = if placed { shards::whole(&self.pack) } else { self.pack.version_number() };
        if !ours(head.shop, self.shop()) || !ours(head.base, &hex(version)) || !fits {
            return misfit("it is made for another shop or pack.");
        }
        let market = self.market_named(head.market)?;
        self.unpack(market)?;
        let live = &self.lives[market];
        let (last, held) = (live.sequence, live.held);
        let sequence = if head.sequence == 0 { last + 1 } else { head.sequence };
        if sequence <= last {
            return Ok(Overlaid { old: u32::from(sequence < last), ..Overlaid::default() });
        }
        if !head.full && head.since > if held { last } else { 0 } {
            return misfit("one before it is missing.");
        }
        let mut laid = Laid::default();
        if !head.base.is_empty() {
            let turned = if framed { Vec::new() } else { turned(r) };
            let rows = if framed { chunk(r, 13) } else { &turned };
            match self.numbered(rows.as_chunks().0, placed) {
                Some(patches) => laid.patches = patches,
                None => r.fail(),
            }
        }
        if head.base.is_empty() || format > PLACED {
            let (numbered, mut items) = (laid.patches.len(), r.clone());
            let described = self.named(r, market, &mut laid);
            // All fits, so from here on something happens.
            r.end().map_err(not_whole)?;
            if described {
                // Once more with the new items, which other items may name.
                laid.patches.truncate(numbered);
                laid = Laid { patches: laid.patches, ..Laid::default() };
                let mut news = items.clone();
                for _ in 0..news.count(13) {
                    let (mut record, left) = (news.clone(), news.left());
                    if skip_item(&mut news) {
                        laid.told.bad += u32::from(self.add_new(record.take(left - news.left())));
                    }
                }
                self.named(&mut items, market, &mut laid);
            }
        }
        r.end().map_err(not_whole)?;
        self.lay(market, if head.full { Before::Goes } else { Before::Stays }, &laid.patches);
        let age = if head.max_age == 0 { self.policy.max_age } else { head.max_age };
        let live = &mut self.lives[market];
        if head.full || !laid.multipliers.is_empty() {
            live.multipliers = laid.multipliers;
        }
        (live.sequence, live.held, live.stale) = (sequence, true, false);
        live.expires = head.issued.unwrap_or(now).plus(i64::from(age) * SECOND);
        Ok(Overlaid { outcome: 1 + u8::from(head.full), ..laid.told })
    }

    /// The number of the overlay that is in force where the catalogue looks, and when it is stale.
    pub fn overlay_version(&self) -> Option<(u64, Millis)> {
        let live = self.live();
        live.held.then_some((live.sequence, live.expires))
    }

    /// What an overlay says of granting campaigns where the catalogue looks, each behind a [`MULTIPLIER`], and when it is stale.
    pub fn multipliers(&self) -> (&str, Millis) {
        let live = self.live();
        (&live.multipliers, live.expires)
    }

    /// Acts upon an overlay that has become stale.
    pub fn settle(&mut self, now: Millis) {
        let market = self.market_index();
        let live = &mut self.lives[market];
        if !live.held || live.stale || now < live.expires {
            return;
        }
        live.stale = true;
        live.priceless = self.policy.stale == 2;
        if self.policy.stale == 1 {
            live.held = false;
            self.lay(market, Before::Hides, &[]);
        }
    }

    /// The variants an id stands for: one, or all of a product.
    pub(super) fn variants_named(&self, id: &[u8]) -> Option<Range<u32>> {
        let mut all = self.variants_of(self.find_bytes(id)?.row);
        if all.len() > 1 {
            for v in all.clone() {
                if self.variant_id(v).as_bytes() == id {
                    all = v..v + 1;
                }
            }
        }
        Some(all)
    }

    /// Reads rows by the number or the place of a variant. What is in a part that is not open waits; `None` with one that is in no part.
    fn numbered(&self, rows: &[[u8; 13]], placed: bool) -> Option<Vec<Patch>> {
        let mut patches = vec![Patch::default(); rows.len()];
        let open = self.pack.section(Tag::ROWS, 0).map(|bytes| bytes.as_chunks().0);
        let total = shards::products(&self.pack);
        let ends = self.variant_end.all(&self.pack);
        let end = |row: usize| ends.get(row).map_or(0, |end| u32::from_le_bytes(*end));
        let mut last = 0;
        for (row, patch) in rows.iter().zip(&mut patches) {
            let [a, b, c, d, e, f, g, h, i, j, k, l, what] = *row;
            let number = u32::from_le_bytes([a, b, c, d]);
            let mut variants = number..number.wrapping_add(1);
            if placed {
                let mut row = number as usize >> 8;
                if let Some(open) = open
                    && row < total
                {
                    let Some(found) = row_of(open, number >> 8, last) else { continue };
                    row = found;
                }
                let start = number % 256 + if row == 0 { 0 } else { end(row - 1) };
                variants = start..end(row).min(start + 1);
                last = row;
            }
            if variants.is_empty() || variants.start as usize >= self.variants {
                return None;
            }
            let (price, sale) = (u32::from_le_bytes([e, f, g, h]), u32::from_le_bytes([i, j, k, l]));
            *patch = Patch { variants, price, sale, what };
        }
        Some(patches)
    }

    /// Reads items by their ids, with prices in major units. Answers whether any of them is described.
    fn named(&self, r: &mut Reader<'_>, market: usize, laid: &mut Laid) -> bool {
        let (mut any, market, ids) = (false, &self.markets()[market], self.variant_id.texts(&self.pack));
        let Laid { patches, multipliers, told } = laid;
        // Files name variants in the pack's order: while they do, an id is that of the variant behind the last one, and need not be looked for.
        let (mut next, mut in_order) = (0, !self.ambiguous);
        let numbered = patches.len();
        patches.resize(numbered + r.count(13), Patch::default());
        for patch in patches.get_mut(numbered..).unwrap_or_default() {
            let (id, what) = (r.bytes(), r.u8());
            patch.what = what;
            patch.price = price(r, market, &mut patch.what, 32, told);
            patch.sale = price(r, market, &mut patch.what, 64, told);
            if what & 128 != 0 {
                any = true;
                skip_about(r);
            }
            told.bad += u32::from(what & 7 == 5);
            if in_order && ids.get(next as usize) == Some(id) {
                patch.variants = next..next + 1;
            } else if let Some(variants) = self.variants_named(id) {
                in_order = variants.start == next && !self.ambiguous;
                patch.variants = variants;
            } else {
                let id = r.text(id);
                if id.as_bytes().first() == Some(&(MULTIPLIER as u8)) {
                    multipliers.push_str(id);
                } else {
                    told.unknown += 1;
                }
                continue;
            }
            next = patch.variants.end;
        }
        any
    }
}

/// The rows of a host's record, which has them in columns, as a file has them.
fn turned(r: &mut Reader<'_>) -> Vec<u8> {
    let mut rows = Vec::new();
    for _ in 0..r.count(13) {
        let what = r.u8();
        let columns = [(); 3].map(|()| chunk(r, 4).as_chunks::<4>().0);
        let (at, n) = (rows.len(), columns[0].len());
        // In a column that is missing there are no prices.
        rows.resize(at + 13 * n, 255);
        let block = rows.as_mut_slice()[at..].as_chunks_mut::<13>().0;
        for (k, column) in columns.into_iter().enumerate() {
            if column.len() != n && !column.is_empty() {
                r.fail();
            }
            for (row, [a, b, c, d]) in block.iter_mut().zip(column) {
                (row[4 * k], row[4 * k + 1], row[4 * k + 2], row[4 * k + 3], row[12]) = (*a, *b, *c, *d, what);
            }
        }
    }
    rows
}

/// Bytes behind a count of so many of them.
fn chunk<'a>(r: &mut Reader<'a>, of: usize) -> &'a [u8] {
    let n = r.count(of);
    r.take(of * n)
}

/// The row of a global one, which mostly is that of the item before or the next; `None` for what is not open.
fn row_of(rows: &[[u8; 4]], global: u32, near: usize) -> Option<usize> {
    let wanted = global.to_le_bytes();
    for row in [near, near + 1] {
        if rows.get(row) == Some(&wanted) {
            return Some(row);
        }
    }
    rows.binary_search_by_key(&global, |bytes| u32::from_le_bytes(*bytes)).ok()
}

/// What an overlay comes to.
#[derive(Default)]
struct Laid {
    patches: Vec<Patch>,
    /// Of granting campaigns, each behind a [`MULTIPLIER`].
    multipliers: String,
    told: Overlaid,
}

fn bad(what: &'static str) -> Error {
    Error::new(Code::BadOverlay, what)
}

#[cold]
#[inline(never)]
fn not_whole(_: Malformed) -> Error {
    bad("bytes of it were changed or are missing.")
}

/// A price in the market's minor units, with its currency or without. Of one that cannot be read `what` no longer says anything.
fn price(r: &mut Reader<'_>, market: &Market, what: &mut u8, bit: u8, told: &mut Overlaid) -> u32 {
    let bytes = r.bytes();
    if bytes.is_empty() {
        return NONE;
    }
    let mut minor = parse_digits(bytes, market.exponent);
    // What is no text is no overlay, whatever is wrong with it as a price.
    if let Err(what) = minor
        && let text = r.text(bytes)
        && what == PriceError::NotANumber
    {
        minor = parse_price(text.strip_suffix(&*market.currency).unwrap_or(text), market.exponent);
    }
    if let Ok(Minor(minor)) = minor
        && minor < i64::from(NONE)
    {
        return minor as u32;
    }
    *what &= !bit;
    told.bad += 1;
    NONE
}

impl<'a> Head<'a> {
    pub(super) fn read(r: &mut Reader<'a>) -> Head<'a> {
        let (shop, market, base) = (r.str(), r.str(), r.str());
        let (sequence, since, issued) = (whole(r), whole(r), r.f64());
        let issued = if issued.is_nan() { None } else { Some(r.some(Millis::from_f64(issued))) };
        Head { shop, market, base, placed: false, sequence, since, issued, max_age: r.u32(), full: r.bool() }
    }
}

/// A whole number of at most 2^53.
fn whole(r: &mut Reader<'_>) -> u64 {
    let v = r.f64();
    let n = v as u64;
    if n as f64 != v || n > 1 << 53 {
        r.fail();
    }
    n
}

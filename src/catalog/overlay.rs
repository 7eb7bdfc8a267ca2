//! Overlays: a shop's file, or a host's items, read whole and then laid over a market's columns
//! ([`manual/overlay`](crate::manual::overlay) has the bytes).

use super::live::{Before, NONE};
use super::news::{skip_about, skip_item};
use super::{Catalog, Market, shards};
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::id::{Row, hash};
use crate::money::{Minor, PriceError, parse_digits, parse_price};
use crate::pack::{Pack, Tag, hex};
use crate::time::{Millis, SECOND};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// What an overlay's file begins with.
pub const MAGIC: [u8; 8] = *b"NEAROVLY";
/// The newest format that this build reads: 1; 2 with new items; 3 with places in the whole catalogue. What is written has the oldest of them that says it.
pub const FORMAT: u16 = 3;
/// The format of files with places.
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
        let (mut r, mut placed) = (Reader::new(bytes), false);
        if framed {
            let (body, sum) = bytes.split_last_chunk::<8>().unwrap_or((&[], &[0; 8]));
            r = Reader::new(body);
            let (magic, _, oldest) = (r.u64(), r.u16(), r.u16());
            // Before the checksum: a newer file may be checked in another way.
            if magic != u64::from_le_bytes(MAGIC) || oldest > FORMAT {
                return Err(bad("it is no overlay, or needs a newer reader."));
            }
            placed = oldest == PLACED;
            if hash(0, body) != u64::from_le_bytes(*sum) {
                return Err(not_whole(Malformed));
            }
        }
        let r = &mut r;
        let misfit = |what| Err(Error::new(Code::OverlayMisfit, what));
        let head = Head::read(r);
        r.check().map_err(not_whole)?;
        let ours = |theirs: &str, ours: &str| theirs.is_empty() || theirs == ours;
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
        if head.base.is_empty() {
            let mut items = r.clone();
            let described = self.named(r, market, &mut laid);
            // All fits, so from here on something happens.
            r.end().map_err(not_whole)?;
            if described {
                // Once more with the new items, which other items may name.
                laid = Laid::default();
                let mut news = items.clone();
                for _ in 0..news.count(13) {
                    let (mut record, left) = (news.clone(), news.left());
                    if skip_item(&mut news) {
                        laid.told.bad += u32::from(self.add_new(record.take(left - news.left())));
                    }
                }
                self.named(&mut items, market, &mut laid);
            }
        } else {
            laid.patches = self.numbered(r, placed);
            r.end().map_err(not_whole)?;
        }
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

    /// Reads items by the number or the place of the pack's variant, 13 bytes each. What is in a part that is not open waits.
    fn numbered(&self, r: &mut Reader<'_>, placed: bool) -> Vec<Patch> {
        let n = r.count(13);
        let mut patches = vec![Patch::default(); n];
        let rows = self.pack.section(Tag::ROWS, 0).map(|bytes| bytes.as_chunks().0);
        let mut last = 0;
        for (item, patch) in r.take(13 * n).as_chunks::<13>().0.iter().zip(&mut patches) {
            let [a, b, c, d, e, f, g, h, i, j, k, l, what] = *item;
            let number = u32::from_le_bytes([a, b, c, d]);
            let mut variants = number..number.wrapping_add(1);
            if placed {
                let mut row = number as usize >> 8;
                if let Some(rows) = rows {
                    let Some(found) = row_of(rows, number >> 8, last) else { continue };
                    (row, last) = (found, found);
                }
                variants = if row < self.products { self.variants_of(Row(row as u32)) } else { 0..0 };
                variants.start += number & 255;
                variants.end = variants.end.min(variants.start + 1);
            }
            if variants.is_empty() || variants.start as usize >= self.variants {
                r.fail();
                break;
            }
            let (price, sale) = (u32::from_le_bytes([e, f, g, h]), u32::from_le_bytes([i, j, k, l]));
            *patch = Patch { variants, price, sale, what };
        }
        patches
    }

    /// Reads items by their ids, with prices in major units. Answers whether any of them is described.
    fn named(&self, r: &mut Reader<'_>, market: usize, laid: &mut Laid) -> bool {
        let (mut any, market, ids) = (false, &self.markets()[market], self.variant_id.texts(&self.pack));
        let Laid { patches, multipliers, told } = laid;
        // Files name variants in the pack's order: while they do, an id is that of the variant behind the last one, and need not be looked for.
        let (mut next, mut in_order) = (0, !self.ambiguous);
        *patches = vec![Patch::default(); r.count(13)];
        for patch in patches {
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

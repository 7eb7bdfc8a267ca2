//! Writing overlays, and taking them apart again for a person to look at.

use super::news::{skip, skip_item};
use super::overlay::{BETWEEN, FORMAT, Head, MAGIC, MULTIPLIER, PLACED, Policy};
use super::{Availability, Catalog};
use crate::codec::{Reader, Writer};
#[cfg(feature = "cli")]
use crate::error::{Code, Error};
use crate::id::hash;
use crate::time::Millis;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What an overlay says of an id; `None` of what it does not name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Variant, product or alias.
    pub id: String,
    /// List price in minor units; `Some(None)` takes it away.
    pub price: Option<Option<u32>>,
    /// Sale price, the same.
    pub sale: Option<Option<u32>>,
    /// Availability.
    pub availability: Option<Availability>,
    /// Whether it is hidden.
    pub hidden: Option<bool>,
    /// What a new item is, for packs that do not have it.
    pub about: Option<About>,
}

/// What an overlay says of a new item beside price and stock. All but one title may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Language and title; the empty language is the pack's first.
    pub titles: Vec<(String, String)>,
    /// Path of a category of the pack, in its first language.
    pub category: String,
    /// Brand.
    pub brand: String,
    /// Link.
    pub link: String,
    /// Image link.
    pub image: String,
}

impl Item {
    /// The multiplier of a granting campaign in millionths, and the first instant at which it no longer holds: an item whose id tells them.
    pub fn multiplier(campaign: &str, lambda_ppm: u64, until: Millis) -> Item {
        let id = alloc::format!("{MULTIPLIER}{campaign}{BETWEEN}{lambda_ppm}{BETWEEN}{}", until.0.max(0));
        Item { id, ..Item::default() }
    }

    fn what(&self) -> u8 {
        let stock = self.availability.map_or(7, |a| (a as u8).min(4));
        let hidden = self.hidden.map_or(0, |h| 1 + u8::from(h));
        let described = u8::from(self.about.is_some()) << 7;
        stock | hidden << 3 | u8::from(self.price.is_some()) << 5 | u8::from(self.sale.is_some()) << 6 | described
    }

    /// What a later item says, over this one.
    fn then(&mut self, later: &Item) {
        self.price = later.price.or(self.price);
        self.sale = later.sale.or(self.sale);
        self.availability = later.availability.or(self.availability);
        self.hidden = later.hidden.or(self.hidden);
        if later.about.is_some() {
            self.about.clone_from(&later.about);
        }
    }

    /// The item by its id, with prices in major units.
    fn write(&self, w: &mut Writer, exponent: u8) {
        w.str(&self.id);
        w.u8(self.what());
        w.str(&major(self.price, exponent));
        w.str(&major(self.sale, exponent));
        let Some(about) = &self.about else { return };
        for text in [&about.category, &about.brand, &about.link, &about.image] {
            w.str(text);
        }
        w.count(about.titles.len());
        for (language, title) in &about.titles {
            w.str(language);
            w.str(title);
        }
    }
}

/// Items in the order in which they are written.
pub(crate) struct Sorted {
    /// By the number of their variant, or by its place.
    pub(crate) numbered: Vec<(u32, Item)>,
    pub(crate) by_id: Vec<Item>,
    /// Ids that the pack does not have and nothing is said about.
    pub(crate) left: Vec<String>,
}

/// Items in the order of the pack's variants, and what it does not have after them, whatever the order of distinct items.
pub(crate) fn sorted(head: &Head<'_>, items: &[Item], catalog: &Catalog) -> Sorted {
    let mut known: BTreeMap<u32, Item> = BTreeMap::new();
    let mut unknown: BTreeMap<String, Item> = BTreeMap::new();
    for item in items {
        match catalog.variants_named(item.id.as_bytes()) {
            Some(variants) => variants.for_each(|v| known.entry(v).or_default().then(item)),
            None => unknown.entry(item.id.clone()).or_default().then(item),
        }
    }
    let mut out = Sorted { numbered: Vec::new(), by_id: Vec::new(), left: Vec::new() };
    for (v, mut item) in known {
        (item.id, item.about) = (catalog.variant_id(v).to_string(), None);
        let row = catalog.row_of_variant(v);
        let which = v - catalog.variants_of(row).start;
        match head.base {
            "" => out.by_id.push(item),
            _ if !head.placed => out.numbered.push((v, item)),
            _ if which < 256 => out.numbered.push((row.0 << 8 | which, item)),
            _ => out.by_id.push(item),
        }
    }
    for (id, mut item) in unknown {
        item.id = id;
        if item.about.is_some() {
            // One that is described is there to be bought where nothing else is said.
            item.availability = item.availability.or(Some(Availability::InStock));
            item.hidden = item.hidden.or(Some(false));
        }
        let told = item.about.is_some() || item.id.starts_with(MULTIPLIER);
        let takes = head.base.is_empty() || head.placed && told;
        if !(takes && told) {
            out.left.push(item.id.clone());
        }
        if takes {
            out.by_id.push(item);
        }
    }
    out
}

/// An overlay's file, and the ids that the pack does not have and nothing is said about. With a base in `head`, which has to be the version of
/// `catalog`, it numbers variants and leaves such ids out, or with `placed` tells places and behind them by id what has none: new items, multipliers, and from
/// its 257th variant on a product's; without a base it names variants, and such ids after them.
pub fn write(head: &Head<'_>, items: &[Item], catalog: &Catalog) -> (Vec<u8>, Vec<String>) {
    let Sorted { numbered, by_id, left } = sorted(head, items, catalog);
    let exponent = catalog.market_named(head.market).map_or(2, |m| catalog.markets()[m].exponent);
    let named = head.base.is_empty();
    // Only what has new items, places or both asks for a reader that knows of them.
    let format = match (named, head.placed) {
        (false, true) => PLACED + u16::from(!by_id.is_empty()),
        _ => 1 + u16::from(by_id.iter().any(|item| item.about.is_some())),
    };
    let mut w = Writer::new();
    w.raw(&MAGIC);
    w.u16(format);
    w.u16(format);
    w.str(head.shop);
    w.str(head.market);
    w.str(head.base);
    w.f64(head.sequence as f64);
    w.f64(head.since as f64);
    w.f64(head.issued.map_or(f64::NAN, |t| t.to_f64()));
    w.u32(head.max_age);
    w.u8(u8::from(head.full));
    if !named {
        w.count(numbered.len());
        for (number, item) in &numbered {
            w.u32(*number);
            w.u32(item.price.flatten().unwrap_or(u32::MAX));
            w.u32(item.sale.flatten().unwrap_or(u32::MAX));
            w.u8(item.what());
        }
    }
    if named || format > PLACED {
        w.count(by_id.len());
        by_id.iter().for_each(|item| item.write(&mut w, exponent));
    }
    let mut file = w.finish();
    file.extend_from_slice(&hash(0, &file).to_le_bytes());
    (file, left)
}

/// A price in major units, all digits of its minor ones after the point; empty for none.
pub(crate) fn major(price: Option<Option<u32>>, exponent: u8) -> String {
    let Some(Some(minor)) = price else { return String::new() };
    let unit = 10_u32.pow(exponent.into());
    let digits = usize::from(exponent);
    match digits {
        0 => minor.to_string(),
        _ => alloc::format!("{}.{:0digits$}", minor / unit, minor % unit),
    }
}

/// What a file says, without a look at a pack: its head and how many items name each field: price, sale price, availability, hidden, in all; and how many
/// are described as new; and how many multipliers of granting campaigns it has, which are no items. `None` for what is no overlay, or was changed.
pub fn read(file: &[u8]) -> Option<(Head<'_>, [usize; 7])> {
    let (body, sum) = file.split_last_chunk::<8>()?;
    if hash(0, body) != u64::from_le_bytes(*sum) {
        return None;
    }
    let mut r = Reader::new(body.strip_prefix(&MAGIC)?);
    let (_, oldest) = (r.u16(), r.u16());
    let head = Head { placed: oldest >= PLACED, ..Head::read(&mut r) };
    let mut said = [0; 7];
    let mut tell = |what: u8| {
        let says = [what & 32 != 0, what & 64 != 0, what & 7 < 5, what & 16 != 0, true, what & 128 != 0];
        said.iter_mut().zip(says).for_each(|(n, says)| *n += usize::from(says));
    };
    if !head.base.is_empty() {
        for _ in 0..r.count(13) {
            r.take(12);
            tell(r.u8());
        }
    }
    let mut multipliers = 0;
    if head.base.is_empty() || oldest > PLACED {
        for _ in 0..r.count(13) {
            let (id, what) = skip(&mut r.clone(), 0);
            skip_item(&mut r);
            if id.starts_with(MULTIPLIER) {
                multipliers += 1;
            } else {
                tell(what);
            }
        }
    }
    said[6] = multipliers;
    r.end().ok().filter(|()| oldest <= FORMAT)?;
    Some((head, said))
}

/// The error of a file that begins like an overlay and is not whole.
#[cfg(feature = "cli")]
pub fn damaged(path: &std::path::Path) -> Error {
    Error::new(Code::BadOverlay, alloc::format!("{}: a byte was changed or is missing.", path.display()))
}

impl Catalog {
    /// What the shop wants of overlays.
    pub fn overlay_policy(&self) -> Policy {
        self.policy
    }
}

impl Policy {
    /// The record of a pack.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(self.stale);
        w.u32(self.max_age);
        w.finish()
    }
}

/// Words of `shop.toml` for what happens when an overlay is stale, by the pack's number.
pub const STALE: [&str; 3] = ["keep", "pack", "hide_prices"];

//! A pack split into a core that one download brings and shards by category: `manual/shards.md` says what lies where.

mod head;
mod hint;
mod part;
mod pieces;
mod plan;

use super::fit::on_wire;
use crate::catalog::merge::merge;
use crate::catalog::{Catalog, shards};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::id::{Row, hash};
use crate::pack::{Pack, PackWriter, Tag};
use crate::shop::{Progress, read_plain};
use part::{Parts, Role, counted};
use std::collections::BTreeSet;
use std::path::Path;

/// Most bytes of a core on the wire, at any size of the catalogue.
pub const CORE: usize = 250_000;
/// Most bytes of a shard on the wire where nothing else is said.
pub const SHARD: usize = 500_000;
/// Sections that a pack without parts does not have.
const PARTS_ONLY: [Tag; 8] =
    [Tag::ROWS, Tag::PART, Tag::SHARDS, Tag::SHARD_CATEGORY, Tag::SHARD_SIZE, Tag::HINT, Tag::WHERE, Tag::ALIAS_NUMBER];
/// Tries to cut shards so that all fit.
const TRIES: usize = 8;

/// How large the files may be, on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The core.
    pub core: usize,
    /// A shard.
    pub shard: usize,
}

impl Limits {
    /// At most so many bytes for each file; the core stays below its own bar.
    pub fn of(max_bytes: Option<usize>) -> Limits {
        let shard = max_bytes.unwrap_or(SHARD);
        Limits { core: shard.min(CORE), shard }
    }
}

/// One file of a split pack.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name; empty for the core, which is called as one likes.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Bytes on the wire, after brotli: at quality 9 for the core, at 5 for shards.
    pub wire: usize,
    /// Products in it.
    pub products: usize,
}

/// A pack in parts.
#[derive(Debug, Clone)]
pub struct Split {
    /// What every page opens.
    pub core: File,
    /// What is opened on demand, the most popular first.
    pub shards: Vec<File>,
}

impl Split {
    /// Bytes of all files on the wire.
    pub fn wire(&self) -> usize {
        self.core.wire + self.shards.iter().map(|s| s.wire).sum::<usize>()
    }
}

/// Splits a pack. `None` for one that fits into a core as it is.
///
/// # Errors
///
/// `too_large` when not even a core without products fits, or a shard of one product.
pub fn split(whole: &[u8], limits: Limits, progress: &dyn Progress) -> Result<Option<Split>> {
    if core_wire(whole) <= limits.core {
        return Ok(None);
    }
    let whole = Pack::open(whole.to_vec())?;
    let pieces = pieces::apart(&whole)?;
    let catalog = Catalog::open(Pack::open(pieces.clone())?)?;
    let parts = Parts::of(&catalog, whole.version_number());
    let n = catalog.len();
    let each = (on_wire(&[&pieces], 5) / n.max(1)).max(1);
    // Small files compress less well than a large one.
    let mut room = (limits.shard * 17 / 20 / each).clamp(1, n.max(1));
    let mut core = limits.core;
    for _ in 0..TRIES {
        let cut = Cut { parts: &parts, groups: plan::groups(&catalog, room), hint: limits.core / 10 };
        let head = cut.head(core, progress)?;
        let split = cut.files(&head, progress)?;
        let largest = split.shards.iter().map(|s| s.wire).max().unwrap_or(0);
        // The head was chosen before versions were known, which compress a little better or worse than what stood for them.
        let over = split.core.wire.saturating_sub(limits.core);
        if largest <= limits.shard && over == 0 {
            return Ok(Some(split));
        }
        core = core.saturating_sub(2 * over);
        if largest > limits.shard {
            room = (room * limits.shard / largest * 19 / 20).max(1);
        }
    }
    Err(Error::new(Code::TooLarge, format!("shards of {} bytes cannot be made.", limits.shard)))
}

/// Splits a pack that has more than `most` bytes on the wire, so that no file has; `None` for one that has not.
///
/// # Errors
///
/// As [`split`].
pub fn split_above(whole: &[u8], most: usize, progress: &dyn Progress) -> Result<Option<Split>> {
    if core_wire(whole) <= most { Ok(None) } else { split(whole, Limits::of(Some(most)), progress) }
}

/// A pack again from its core and all shards, whatever their order.
///
/// # Errors
///
/// As [`Pack::open`]; `shard_mismatch` when they are not one core and all of its shards.
pub fn join(core: Vec<u8>, parts: impl IntoIterator<Item = Vec<u8>>) -> Result<Vec<u8>> {
    let mut open = Pack::open(core)?;
    let mut missing: Vec<u64> = (0..shards::count(&open)).map(|i| shards::version(&open, i)).collect();
    if missing.is_empty() {
        return Ok(open.bytes().to_vec());
    }
    let mismatch = |what: String| Error::new(Code::ShardMismatch, what);
    for bytes in parts {
        let shard = Pack::open(bytes)?;
        let listed = missing.iter().position(|v| *v == shard.version_number());
        let other = || mismatch(format!("the core does not list shard {}, or it came twice.", shard.version()));
        missing.remove(listed.ok_or_else(other)?);
        (open, _) = merge(&open, &shard);
    }
    if !missing.is_empty() {
        return Err(mismatch(format!("{} shards are missing.", missing.len())));
    }
    let mut out = PackWriter::new();
    for s in open.sections().iter().filter(|s| !PARTS_ONLY.contains(&s.tag)) {
        if pieces::together(&open, s.tag, s.key, &mut out) {
            continue;
        }
        let bytes = open.section(s.tag, s.key).unwrap_or(&[]);
        let entries = |tag| open.find(tag, 0).map_or(0, |s| s.entries as usize);
        let (tag, bytes) = match s.tag {
            Tag::META => (s.tag, counted(bytes, entries(Tag::PRODUCT_ID), entries(Tag::VARIANT_ID))),
            Tag::TABLE_PART => (Tag::TABLE, bytes.to_vec()),
            tag => (tag, bytes.to_vec()),
        };
        out.add(tag, s.key, s.entries as usize, bytes);
    }
    out.finish()
}

/// A pack's file; of a core, with all its shards, which lie beside it: the pack that was split.
///
/// # Errors
///
/// `io`, naming the file that is missing; as [`join`].
pub fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let core = read_plain(path)?;
    let open = Pack::open(core.clone())?;
    let names = (0..shards::count(&open)).map(|i| shards::name(&open, i));
    join(core, names.map(|name| read_plain(&path.with_file_name(name))).collect::<Result<Vec<_>>>()?)
}

/// The rows of every shard to be, the head among them.
struct Cut<'a> {
    parts: &'a Parts<'a>,
    groups: Vec<Vec<u32>>,
    /// Bytes of the hint at most, on the wire.
    hint: usize,
}

/// A shard as the core is to list it.
struct Listed {
    version: u64,
    bytes: u32,
    rows: Vec<u32>,
    /// Products of the head that belong to it: it brings all their neighbours.
    brings: Vec<u32>,
}

impl Cut<'_> {
    /// The most products that fit into a core: the rows, ascending.
    fn head(&self, most: usize, progress: &dyn Progress) -> Result<Vec<u32>> {
        let order = head::order(self.parts.catalog);
        let size = |n: usize| -> Result<usize> {
            progress.advance(1);
            let rows = sorted(&order[..n]);
            Ok(core_wire(&self.core(&rows, &self.listed(&rows))?))
        };
        // A product takes more than ten bytes.
        let (mut fits, mut over) = (0, order.len().min(most / 10) + 1);
        // So often an interval is halved at most.
        let mut left = u64::from(over.next_power_of_two().ilog2());
        progress.stage("choosing the head", left + 1);
        let least = size(0)?;
        if least > most {
            let detail = format!("a core without products has {least} bytes on the wire; there is room for {most}.");
            return Err(Error::new(Code::TooLarge, detail));
        }
        while over - fits > 1 {
            let n = (fits + over) / 2;
            if size(n)? <= most {
                fits = n
            } else {
                over = n
            }
            left -= 1;
        }
        progress.advance(left);
        Ok(sorted(&order[..fits]))
    }

    /// The shards beside a head, versions and bytes yet unknown: what stands for them is as hard to compress.
    fn listed(&self, head: &[u32]) -> Vec<Listed> {
        let mut in_head = vec![false; self.parts.catalog.len()];
        head.iter().for_each(|row| in_head[*row as usize] = true);
        let shard = |rows: &Vec<u32>| -> (Vec<u32>, Vec<u32>) { rows.iter().partition(|row| !in_head[**row as usize]) };
        let mut shards: Vec<_> = self.groups.iter().map(shard).filter(|(rows, _)| !rows.is_empty()).collect();
        shards.sort_by_key(|(rows, _)| rows[0]);
        let listed = |(i, (rows, brings)): (usize, _)| {
            let version = hash(i as u64, &[]);
            Listed { version, bytes: version as u32 >> 12, rows, brings }
        };
        shards.into_iter().enumerate().map(listed).collect()
    }

    fn core(&self, head: &[u32], shards: &[Listed]) -> Result<Vec<u8>> {
        let brought = shards.iter().flat_map(|s| &s.brings).copied().collect();
        let mut out = self.parts.write(head, Role::Core { brought: &brought });
        out.add(Tag::PART, 0, 1, self.record(0));
        let numbers = |of: fn(&Listed) -> Vec<u8>| shards.iter().flat_map(of).collect::<Vec<u8>>();
        out.add(Tag::SHARDS, 0, shards.len(), numbers(|s| s.version.to_le_bytes().to_vec()));
        let size = |s: &Listed| [s.bytes.to_le_bytes(), (s.rows.len() as u32).to_le_bytes()].concat();
        out.add(Tag::SHARD_SIZE, 0, shards.len(), numbers(size));
        out.add(Tag::SHARD_CATEGORY, 0, shards.len(), self.categories(shards));
        out.add(Tag::WHERE, 0, 1, hint::write(self.parts.catalog, shards, self.hint));
        out.finish()
    }

    /// Of what a file is a part: number 0 is the core.
    fn record(&self, number: u32) -> Vec<u8> {
        let c = self.parts.catalog;
        let mut w = Writer::new();
        w.count(c.len());
        w.u64(self.parts.version);
        w.str(&file_name(c.shop()));
        w.u32(number);
        w.finish()
    }

    /// The categories of each shard.
    fn categories(&self, shards: &[Listed]) -> Vec<u8> {
        let (mut ends, mut entries) = (Vec::new(), Vec::new());
        for s in shards {
            let own: BTreeSet<u32> = s.rows.iter().filter_map(|row| self.parts.catalog.category(Row(*row))).collect();
            // The format has 16 bits for a category.
            entries.extend(own.into_iter().flat_map(|x| (x as u16).to_le_bytes()));
            ends.extend((entries.len() as u32 / 2).to_le_bytes());
        }
        ends.extend(entries);
        ends
    }

    /// The files.
    fn files(&self, head: &[u32], progress: &dyn Progress) -> Result<Split> {
        let mut listed = self.listed(head);
        progress.stage("writing shards", listed.len() as u64);
        let mut files: Vec<File> = Vec::with_capacity(listed.len());
        for (s, number) in listed.iter_mut().zip(1..) {
            let mut out = self.parts.write(&s.rows, Role::Shard { brings: &s.brings });
            out.add(Tag::PART, 0, 1, self.record(number));
            let bytes = out.finish()?;
            s.version = Pack::open(bytes.clone())?.version_number();
            s.bytes = bytes.len() as u32;
            files.push(File { name: String::new(), wire: on_wire(&[&bytes], 5), bytes, products: s.rows.len() });
            progress.advance(1);
        }
        let bytes = self.core(head, &listed)?;
        let core = Pack::open(bytes.clone())?;
        for (i, file) in files.iter_mut().enumerate() {
            file.name = shards::name(&core, i);
        }
        let core = File { name: String::new(), wire: core_wire(&bytes), bytes, products: head.len() };
        Ok(Split { core, shards: files })
    }
}

/// What a core takes on the wire: at quality 9, so that a server's best is always less.
pub fn core_wire(bytes: &[u8]) -> usize {
    on_wire(&[bytes], 9)
}

fn sorted(rows: &[u32]) -> Vec<u32> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    rows
}

/// The shop's id where it can be a part of an address as it is.
fn file_name(shop: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !shop.is_empty() && shop.len() <= 40 && shop.chars().all(plain) { shop.into() } else { "shop".into() }
}

//! Which files a shop has: by their names, by its settings, or by what they hold.

use super::config::ShopConfig;
use super::log::LogFiles;
use super::log::detect::{self, Format};
use super::source;
use crate::error::{Code, Error, Result};
use std::path::{Path, PathBuf};

/// Where a shop's files are.
#[derive(Debug, Clone, Default)]
pub struct ShopFiles {
    /// `catalog.csv`, `catalog.jsonl`, each also with `.gz`.
    pub catalog: Option<PathBuf>,
    /// The log's files and folders, where they are named; else they are looked for in `folder`.
    pub interactions: Vec<PathBuf>,
    /// `shop.toml`.
    pub config: Option<PathBuf>,
    /// `offers.json`.
    pub offers: Option<PathBuf>,
    /// `calendar.json`.
    pub calendar: Option<PathBuf>,
    /// `content.jsonl`.
    pub content: Option<PathBuf>,
    /// `selling-points.jsonl`.
    pub selling: Option<PathBuf>,
    /// `prior.json`.
    pub prior: Option<PathBuf>,
    /// `loyalty.json`.
    pub loyalty: Option<PathBuf>,
    /// `invites.json`.
    pub invites: Option<PathBuf>,
    /// Id of the shop where the settings have none: the folder's name.
    pub name: String,
    /// Where a log is looked for that nobody named.
    pub folder: Option<PathBuf>,
    /// Settings of a folder whose files are known by their names, where it has no `shop.toml`.
    pub preset: Option<Preset>,
}

/// A folder of a published data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// dunnhumby's "The Complete Journey": `products.csv`, `transactions.csv`, each also with `.gz`; days since 2017-01-01.
    CompleteJourney,
}

impl Preset {
    /// The preset of a folder without a shop's own files.
    pub fn of(dir: &Path) -> Option<Preset> {
        Preset::files(dir).map(|_| Preset::CompleteJourney)
    }

    fn files(dir: &Path) -> Option<[PathBuf; 2]> {
        let named =
            |name: &str| ["", ".gz"].iter().map(|end| dir.join(format!("{name}.csv{end}"))).find(|p| p.is_file());
        let files = [named("products")?, named("transactions")?];
        // A shop's own files may be called so too.
        let head = source::head(&files[1]).ok()?;
        head.starts_with(b"household_id,day,basket,product_id").then_some(files)
    }

    /// What its `shop.toml` would say.
    pub(super) fn settings(self) -> &'static str {
        include_str!("complete-journey.toml")
    }

    /// What its `split.json` would say: the last four weeks are the test part, the four before them the validation part.
    pub fn split(self) -> &'static str {
        include_str!("complete-journey-split.json")
    }
}

/// How deep folders of a log may lie in each other.
const DEEPEST: usize = 6;
/// Endings of files that hold rows.
const TABLES: [&str; 5] = ["csv", "tsv", "txt", "jsonl", "parquet"];

impl ShopFiles {
    /// The files of a shop folder.
    ///
    /// # Errors
    ///
    /// `io` when the folder cannot be read.
    pub fn in_folder(dir: &Path) -> Result<ShopFiles> {
        if !dir.is_dir() {
            return Err(Error::new(Code::Io, format!("{} is not a folder.", dir.display())));
        }
        let first = |names: &[&str]| names.iter().map(|n| dir.join(n)).find(|p| p.is_file());
        let config = first(&["shop.toml"]);
        let known = Preset::files(dir).filter(|_| config.is_none());
        let (preset, [products, transactions]) = match known {
            Some(files) => (Some(Preset::CompleteJourney), files.map(Some)),
            None => (None, [None, None]),
        };
        Ok(ShopFiles {
            catalog: products
                .or_else(|| first(&["catalog.csv", "catalog.csv.gz", "catalog.jsonl", "catalog.jsonl.gz"])),
            interactions: transactions.into_iter().collect(),
            config,
            offers: first(&["offers.json"]),
            calendar: first(&["calendar.json"]),
            content: first(&["content.jsonl"]),
            selling: first(&["selling-points.jsonl"]),
            prior: first(&["prior.json"]),
            loyalty: first(&["loyalty.json"]),
            invites: first(&["invites.json"]),
            name: dir.canonicalize().ok().and_then(|p| Some(p.file_name()?.to_str()?.to_string())).unwrap_or_default(),
            folder: Some(dir.to_path_buf()),
            preset,
        })
    }

    /// The folder's tables that no pack reads.
    pub(super) fn unread(&self) -> Vec<PathBuf> {
        let read = [&self.catalog, &self.content, &self.selling];
        let table = |p: &PathBuf| {
            let name = source::name(p);
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            p.is_file() && TABLES.iter().any(|end| name.rsplit_once('.').is_some_and(|(_, e)| e == *end))
        };
        let all = self.folder.as_deref().and_then(|folder| entries(folder).ok()).unwrap_or_default();
        all.into_iter().filter(|p| table(p) && !read.iter().any(|r| r.as_ref() == Some(p))).collect()
    }

    /// The folder of what the settings name.
    pub(super) fn beside(&self) -> &Path {
        self.config.as_deref().and_then(Path::parent).or(self.folder.as_deref()).unwrap_or(Path::new(""))
    }

    /// The log: the files that were named by the caller, by `[log] files`, or by their place, or whatever in the folder is a
    /// log beyond doubt.
    ///
    /// # Errors
    ///
    /// `io`; `bad_config` when what is there is of several formats, or a named file does not exist; `bad_table`.
    pub(super) fn log(&self, config: &ShopConfig) -> Result<Option<LogFiles>> {
        let settings = config.log()?;
        let beside = self.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let named: Vec<PathBuf> = config.log.files.list().into_iter().map(|f| beside.join(f)).collect();
        if let Some(missing) = named.iter().find(|p| !p.exists()).filter(|_| self.interactions.is_empty()) {
            let detail = format!("[log] files names {}, which does not exist.", missing.display());
            return Err(Error::new(Code::BadConfig, detail));
        }
        let given = if self.interactions.is_empty() { named } else { self.interactions.clone() };
        if !given.is_empty() {
            return LogFiles::of(&given, &settings).map(Some);
        }
        let Some(folder) = &self.folder else { return Ok(None) };
        let found = match by_name(folder)? {
            Some(path) => vec![path],
            None => by_content(folder)?,
        };
        if found.is_empty() { Ok(None) } else { LogFiles::of(&found, &settings).map(Some) }
    }
}

/// `interactions.csv`, `interactions.parquet`, `interactions.log.gz`, …, or a folder `interactions`.
fn by_name(folder: &Path) -> Result<Option<PathBuf>> {
    let usual = ["interactions.csv", "interactions.csv.gz", "interactions.jsonl", "interactions.jsonl.gz"];
    if let Some(path) = usual.iter().map(|n| folder.join(n)).find(|p| p.is_file()) {
        return Ok(Some(path));
    }
    let own =
        |p: &PathBuf| p.file_name().and_then(|n| n.to_str()).and_then(|n| n.split('.').next()) == Some("interactions");
    Ok(entries(folder)?.into_iter().find(own))
}

/// Files that are a log of a shop system, an analytics system or a server. A table could be anything, so it has to be named.
fn by_content(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in entries(folder)?.into_iter().filter(|p| p.is_file()) {
        let is_log = detect::detect(&path).is_ok_and(|f| f.is_some_and(|f| f != Format::Table));
        if is_log {
            found.push(path);
        }
    }
    Ok(found)
}

/// What a folder holds, sorted, without hidden files and those that tools leave behind (`_SUCCESS`).
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = std::fs::read_dir(folder).map_err(|e| source::io(folder, &e))?;
    let mut out = Vec::new();
    for entry in read {
        let path = entry.map_err(|e| source::io(folder, &e))?.path();
        if !source::name(&path).starts_with(['.', '_']) {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// All files below a folder, sorted.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    fn add(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<()> {
        for path in entries(folder)? {
            if path.is_file() {
                out.push(path);
            } else if path.is_dir() && depth > 0 {
                add(&path, depth - 1, out)?;
            }
        }
        Ok(())
    }
    let mut out = Vec::new();
    add(folder, DEEPEST, &mut out)?;
    out.sort();
    Ok(out)
}

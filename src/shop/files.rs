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
    /// Id of the shop where the settings have none: the folder's name.
    pub name: String,
    /// Where a log is looked for that nobody named.
    pub folder: Option<PathBuf>,
}

/// How deep folders of a log may lie in each other.
const DEEPEST: usize = 6;

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
        Ok(ShopFiles {
            catalog: first(&["catalog.csv", "catalog.csv.gz", "catalog.jsonl", "catalog.jsonl.gz"]),
            interactions: Vec::new(),
            config: first(&["shop.toml"]),
            offers: first(&["offers.json"]),
            name: dir.canonicalize().ok().and_then(|p| Some(p.file_name()?.to_str()?.to_string())).unwrap_or_default(),
            folder: Some(dir.to_path_buf()),
        })
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

//! `nearshelf keys`, `sign` and `verify`.

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::catalog::Catalog;
use nearshelf::catalog::overlay::MAGIC as OVERLAY;
use nearshelf::catalog::overlay_file::{damaged, read};
use nearshelf::catalog::shards;
use nearshelf::error::Error;
use nearshelf::pack::{MAGIC as PACK, Pack, Tag};
use nearshelf::shop::overlay_json::subject_of;
use nearshelf::shop::{Switch, environment, key_error, read_file, write_file, write_secret};
use nearshelf::signature::{Keys, Kind, Terms, open, public_key, sign, strip};
use nearshelf::time::Millis;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a pair of keys and print the public one; the file with the secret is readable by you alone.
    New {
        /// The key file to write; it must not exist.
        #[arg(long, value_name = "FILE", default_value = "shop.key")]
        out: PathBuf,
    },
    /// Print the public key of a key file.
    Public {
        /// The key file.
        #[arg(value_name = "KEYFILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// A pack (its shards beside it are signed too), an overlay, a switch or a file of a draw. An envelope that it has already is replaced.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key file.
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
    /// Where the signed file goes. Default: in place.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Its number, above that of the last signing. Default: milliseconds since 1970.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1 << 53))]
    sequence: Option<u64>,
    /// When it is signed, in milliseconds since 1970. Default: now.
    #[arg(long, value_name = "MS")]
    issued: Option<i64>,
    /// When it ends: a time as 2026-12-31T00:00:00Z, or milliseconds since 1970. Default: never.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    expires: Option<Millis>,
    /// What the number counts for. Default: the shop, for an overlay the shop and its market.
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The signed file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The public key, or a key file; several while rotating.
    #[arg(long, value_name = "PUBLIC", required = true)]
    key: Vec<String>,
}

pub(crate) fn moment(text: &str) -> Result<Millis, String> {
    let ms = text.parse().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(|t| t.as_millisecond()));
    let wrong = || "a time as 2026-12-31T00:00:00Z, or milliseconds since 1970, is wanted".to_string();
    ms.and_then(|ms: i64| Millis::from_f64(ms as f64)).ok_or_else(wrong)
}

pub(crate) fn keys(command: &KeysCommand) -> Result<(), Error> {
    match command {
        KeysCommand::New { out } => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|e| environment(out, &e.to_string()))?;
            let keys = Keys::from_seed(seed);
            write_secret(out, keys.write().as_bytes())?;
            say!("{}", keys.public());
        }
        KeysCommand::Public { file } => say!("{}", read_keys(file)?.public()),
    }
    Ok(())
}

fn read_keys(path: &Path) -> Result<Keys, Error> {
    Keys::read(&String::from_utf8_lossy(&read_file(path)?))
}

pub(crate) fn run(args: &SignArgs) -> Result<(), Error> {
    let keys = read_keys(&args.key)?;
    let now = crate::overlay::now();
    let issued = args.issued.map_or(now, Millis);
    // What is signed for later would make devices take all that is signed before for old.
    if issued.0 > now.0 + 86_400_000 {
        return Err(key_error(format!("--issued {} lies in the future.", issued.0)));
    }
    let out = args.out.as_ref().unwrap_or(&args.file);
    let sequence = args.sequence.unwrap_or(issued.0.unsigned_abs());
    let put = |from: &Path, to: &Path, file: &[u8]| {
        let (kind, subject) = describe(from, file)?;
        let subject = args.subject.clone().unwrap_or(subject);
        let mut noise = [0; 16];
        getrandom::fill(&mut noise).map_err(|e| environment(to, &e.to_string()))?;
        let terms = Terms { kind, subject: &subject, sequence, issued, expires: args.expires };
        let signed = sign(&keys, &terms, file, Some(noise));
        write_file(to, &signed)?;
        say!("{}: {} bytes, {}", to.display(), signed.len(), facts(kind, &subject, sequence, args.expires));
        Ok::<(), Error>(())
    };
    let file = strip(&read_file(&args.file)?).to_vec();
    // The shards first: a core is published behind what it lists.
    for name in shard_names(&file)? {
        let from = args.file.with_file_name(&name);
        put(&from, &out.with_file_name(&name), strip(&read_file(&from)?))?;
    }
    put(&args.file, out, &file)
}

/// The files that a core lists beside it.
fn shard_names(file: &[u8]) -> Result<Vec<String>, Error> {
    if !file.starts_with(&PACK) {
        return Ok(Vec::new());
    }
    let pack = Pack::open(file.to_vec())?;
    Ok((0..shards::count(&pack)).map(|i| shards::name(&pack, i)).collect())
}

/// What a file is, and what its number counts for.
fn describe(path: &Path, file: &[u8]) -> Result<(Kind, String), Error> {
    if file.starts_with(&OVERLAY) {
        let (head, _) = read(file).ok_or_else(|| damaged(path))?;
        return Ok((Kind::Overlay, format!("{}/{}", head.shop, head.market)));
    }
    if file.starts_with(b"{") {
        if let Some(subject) = nearshelf::shop::draw_of(file) {
            return Ok((Kind::Draw, subject));
        }
        if let Some(subject) = subject_of(path, file)? {
            return Ok((Kind::Overlay, subject));
        }
        return Ok((Kind::Switch, Switch::read(path, file)?.finished(path)?.shop));
    }
    let pack = Pack::open(file.to_vec())?;
    if pack.section(Tag::PART, 0).is_some() && pack.section(Tag::META, 0).is_none() {
        return Ok((Kind::Shard, String::new()));
    }
    Ok((Kind::Pack, Catalog::open(pack)?.shop().to_string()))
}

fn facts(kind: Kind, subject: &str, sequence: u64, expires: Option<Millis>) -> String {
    let end = expires.map_or("never".into(), |t| t.0.to_string());
    format!("signed as {kind:?} of {subject:?}, sequence {sequence}, expires {end}")
}

pub(crate) fn verify(args: &VerifyArgs) -> Result<ExitCode, Error> {
    let read = |key: &String| match Path::new(key) {
        path if path.exists() => public_key(&String::from_utf8_lossy(&read_file(path)?)),
        _ => public_key(key),
    };
    let keys = args.key.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let file = read_file(&args.file)?;
    let e = open(crate::overlay::now(), None, &keys, &[], &file)?.envelope;
    let signed = facts(e.kind, e.subject, e.sequence as u64, e.expires);
    say!("{}: good, {signed}, issued {}", args.file.display(), e.issued.0);
    // What is inside has to be what the envelope says it is.
    let (kind, _) = describe(&args.file, e.payload)?;
    if kind != e.kind {
        say!("but the file in it is a {kind:?}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

//! `nearshelf draws`: announce, close, draw, tell and verify.

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::draw::json::{Announcement, Given, Kind as Draw, verify};
use nearshelf::draw::{Got, MILLION, sheet};
use nearshelf::error::Error;
use nearshelf::shop::{draw_error, environment, read_file, read_plain, write_file, write_secret};
use nearshelf::signature::{Kind, open, public_key, strip};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum DrawsCommand {
    /// Write the announcement of a draw, and the secret that it commits to.
    Announce {
        /// What is to be announced, as JSON (see manual/draws.md).
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The announcement to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The secret to write; it must not exist.
        #[arg(long, value_name = "FILE")]
        secret: PathBuf,
    },
    /// Write the closing: how many entries there are, and the root of their tree.
    Close {
        #[command(flatten)]
        draw: DrawArgs,
        /// The entries: a JSON list of { "person", "ticket", "choice" }.
        #[arg(long, value_name = "FILE")]
        entries: PathBuf,
        /// The closing to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Draw and count; write the result, the list and the receipts.
    Draw {
        #[command(flatten)]
        draw: DrawArgs,
        /// The entries, as for `close`; none for an instant draw and a quiz without prizes.
        #[arg(long, value_name = "FILE")]
        entries: Option<PathBuf>,
        /// What the announced public randomness said.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        beacon: String,
        /// The result to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The list of entries to write, which the shop publishes.
        #[arg(long, value_name = "FILE")]
        list: Option<PathBuf>,
        /// The receipts to write, a line of JSON for each ticket, of which the server hands each shopper theirs. Not public.
        #[arg(long, value_name = "FILE")]
        receipts: Option<PathBuf>,
    },
    /// Print which prize a ticket of an instant draw gets, or null.
    Tell {
        #[command(flatten)]
        draw: DrawArgs,
        /// The ticket, as the shopper's device made it.
        #[arg(long, value_name = "TEXT")]
        ticket: String,
    },
    /// Check a result. Ends with 1 where it does not verify.
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DrawArgs {
    /// The announcement.
    #[arg(value_name = "ANNOUNCEMENT")]
    announcement: PathBuf,
    /// The secret.
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The announcement.
    #[arg(value_name = "ANNOUNCEMENT")]
    announcement: PathBuf,
    /// The result.
    #[arg(long, value_name = "FILE")]
    result: PathBuf,
    /// The closing.
    #[arg(long, value_name = "FILE")]
    closing: Option<PathBuf>,
    /// The published list of entries.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// The public key, or a key file; without one nobody vouches for the files.
    #[arg(long, value_name = "PUBLIC")]
    key: Vec<String>,
    /// One's own ticket.
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
    /// Its receipt, or a file of receipts as `draw` writes them.
    #[arg(long, value_name = "FILE", requires = "ticket")]
    receipt: Option<PathBuf>,
    /// The prize that an instant ticket was told.
    #[arg(long, value_name = "ID", requires = "ticket")]
    told: Option<String>,
}

pub(crate) fn run(command: &DrawsCommand) -> Result<ExitCode, Error> {
    match command {
        DrawsCommand::Announce { file, out, secret } => announce(file, out, secret)?,
        DrawsCommand::Close { draw, entries, out } => {
            let (a, secret) = read(draw)?;
            let file = sheet::close(&a, &secret, &json(entries)?).map_err(|what| draw_error(entries, &what))?;
            write_file(out, file.to_string().as_bytes())?;
            say!("{}: {} entries, root {}", out.display(), file["count"], file["root"].as_str().unwrap_or_default());
        }
        DrawsCommand::Draw { draw, entries, beacon, out, list, receipts } => {
            let (a, secret) = read(draw)?;
            let noted = match entries {
                Some(path) => json(path)?,
                None if a.has_entries() => {
                    return Err(draw_error(&draw.announcement, "its entries are wanted: give --entries FILE"));
                }
                None => Value::Null,
            };
            let place = entries.as_ref().unwrap_or(&draw.announcement);
            let drawn = sheet::draw(&a, &secret, &noted, beacon).map_err(|what| draw_error(place, &what))?;
            write_file(out, drawn.result.to_string().as_bytes())?;
            for (path, text) in [(list, &drawn.list), (receipts, &drawn.receipts)] {
                path.as_ref().map_or(Ok(()), |path| write_file(path, text.as_bytes()))?;
            }
            told(&a, &drawn.result);
            say!("{}: sign it, and publish it with the list", out.display());
        }
        DrawsCommand::Tell { draw, ticket } => {
            let (a, secret) = read(draw)?;
            let prize = sheet::tell(&a, &secret, ticket).map_err(|what| draw_error(&draw.announcement, &what))?;
            say!("{prize}");
        }
        DrawsCommand::Verify(args) => return check(args),
    }
    Ok(ExitCode::SUCCESS)
}

fn json(path: &Path) -> Result<Value, Error> {
    serde_json::from_slice(&read_plain(path)?).map_err(|e| draw_error(path, &format!("it is no JSON: {e}")))
}

fn announcement(path: &Path, bytes: &[u8]) -> Result<Announcement, Error> {
    Announcement::read(strip(bytes)).map_err(|what| draw_error(path, &what))
}

fn read(args: &DrawArgs) -> Result<(Announcement, Value), Error> {
    Ok((announcement(&args.announcement, &read_file(&args.announcement)?)?, json(&args.secret)?))
}

fn announce(file: &Path, out: &Path, secret: &Path) -> Result<(), Error> {
    let mut wish = json(file)?;
    for name in ["opens", "closes"] {
        if let Some(text) = wish[name].as_str() {
            let at = crate::sign::moment(text).map_err(|what| draw_error(file, &format!("{name}: {what}")))?;
            wish[name] = at.0.into();
        }
    }
    let mut random = [[0; 32]; 2];
    for bytes in &mut random {
        getrandom::fill(bytes).map_err(|e| environment(secret, &e.to_string()))?;
    }
    let [seed, salt] = random;
    let (announced, kept) = sheet::announce(&wish, seed, salt).map_err(|what| draw_error(file, &what))?;
    // The secret first: an announcement without it could never be drawn.
    write_secret(secret, kept.to_string().as_bytes())?;
    write_file(out, announced.to_string().as_bytes())?;
    say!("{}: {} of {}; the secret is in {}", out.display(), announced["id"], announced["shop"], secret.display());
    say!("sign it, and publish it before it opens");
    Ok(())
}

/// What is to be won, and how often.
fn odds(a: &Announcement, count: Option<u64>) {
    for (id, given) in a.prizes.iter().zip(&a.terms.prizes) {
        let given = u64::from(*given);
        match (a.kind, count) {
            (Draw::Instant, _) => say!("  {id}: {given} in {MILLION} for each ticket"),
            (_, Some(count)) if count > 0 => {
                say!(
                    "  {id}: {given}, {} in {MILLION} for one ticket",
                    (given * u64::from(MILLION) / count).min(MILLION.into())
                );
            }
            _ => say!("  {id}: {given}"),
        }
    }
}

fn told(a: &Announcement, result: &Value) {
    odds(a, result["count"].as_u64());
    let drawn = result["drawn"].as_array().map_or(&[][..], Vec::as_slice);
    let won = drawn.iter().filter(|l| !l["prize"].is_null()).count();
    if a.has_entries() {
        say!("{} entries, {won} prizes given, {} passed over", result["count"], drawn.len() - won);
    }
    for (option, votes) in a.options.iter().zip(result["votes"].as_array().into_iter().flatten()) {
        say!("  {option}: {votes}");
    }
}

fn check(args: &VerifyArgs) -> Result<ExitCode, Error> {
    let keys = args.key.iter().map(|key| match Path::new(key) {
        path if path.exists() => public_key(&String::from_utf8_lossy(&read_file(path)?)),
        _ => public_key(key),
    });
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    // What is in the envelope, and when it was signed, where somebody says so who may.
    let fetch = |path: &Path| {
        let file = read_file(path)?;
        if keys.is_empty() {
            return Ok((strip(&file).to_vec(), None));
        }
        let opened = open(crate::overlay::now(), Some(Kind::Draw), &keys, &[], &file)?;
        Ok::<_, Error>((opened.envelope.payload.to_vec(), Some(opened.envelope.issued.to_f64())))
    };
    let announced = fetch(&args.announcement)?.0;
    let (result, issued) = fetch(&args.result)?;
    let closing = args.closing.as_ref().map(|path| fetch(path)).transpose()?.map(|(file, _)| file);
    let list = args.list.as_ref().map(|path| read_file(path)).transpose()?;
    let list = list.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let receipt = match (&args.receipt, &args.ticket) {
        (Some(path), Some(ticket)) => receipt(path, ticket)?,
        _ => None,
    };
    let a = announcement(&args.announcement, &announced)?;
    if keys.is_empty() {
        say!("note: without --key nobody vouches for these files");
    }
    let given = Given {
        result: &result,
        issued,
        closing: closing.as_deref(),
        list: list.as_deref(),
        ticket: args.ticket.as_deref(),
        receipt,
        announcement: None,
        told: args.told.as_deref().map(Value::from),
        answers: None,
    };
    let file: Value = serde_json::from_slice(&result).unwrap_or_default();
    match verify(&a, &given) {
        Err(why) => {
            say!("does not verify: {why}");
            return Ok(ExitCode::FAILURE);
        }
        Ok(verdict) => {
            told(&a, &file);
            if args.list.is_none() && a.has_entries() {
                say!("note: without --list the entries themselves are not checked");
            }
            if let Some(beacon) = file["beacon"].as_str() {
                let source = a.file["beacon"].as_str().unwrap_or_default();
                say!("compare for yourself: {source} said {beacon:?}");
            }
            let got = match verdict.got {
                Got::NoTicket => String::new(),
                Got::NotInList => ": the ticket is not in the list".into(),
                Got::NotWon => ": the ticket has not won".into(),
                Got::Won(prize) => format!(": the ticket has won {}", a.prizes[usize::from(prize)]),
            };
            say!("verifies{got}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The receipt of a ticket in a file of one or many.
fn receipt(path: &Path, ticket: &str) -> Result<Option<Value>, Error> {
    let bytes = read_file(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut found = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let v: Value = serde_json::from_str(line).map_err(|e| draw_error(path, &format!("it is no JSON: {e}")))?;
        if v["ticket"].is_null() || v["ticket"] == ticket {
            found = Some(v);
        }
    }
    Ok(found)
}

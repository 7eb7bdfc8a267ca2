//! `nearshelf tokens`: what a shop's server does with invite and share tokens.

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::error::Error;
use nearshelf::invite::json::{answer, hex};
use nearshelf::shop::invites::{self, Desk};
use nearshelf::shop::{environment, read_file, write_file};
use nearshelf::signature::public_key;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// Sign a token of a programme and print it.
    Issue(IssueArgs),
    /// Say whether a token is good now, and what it says. Ends with 1 where it is not.
    Check(CheckArgs),
    /// Decide claims: who earns what, and why not. Prints a line for each.
    Settle(SettleArgs),
}

#[derive(Debug, Args)]
pub(crate) struct IssueArgs {
    /// The shop's folder, with invites.json and shop.toml.
    #[arg(value_name = "SHOP_DIR")]
    shop: PathBuf,
    /// The key file that `nearshelf keys new` wrote.
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
    /// The programme's id.
    #[arg(long, value_name = "ID")]
    programme: String,
    /// Who gives it: 16 hexadecimal digits that only the shop can map. Default: random ones, which are printed with --json.
    #[arg(long, value_name = "HANDLE")]
    inviter: Option<String>,
    /// The product it is about.
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// The offer it is about.
    #[arg(long, value_name = "ID", conflicts_with = "product")]
    offer: Option<String>,
    /// The group it is about.
    #[arg(long, value_name = "ID", conflicts_with_all = ["product", "offer"])]
    group: Option<String>,
    /// By which channel it goes: a word of `[channels]` in shop.toml.
    #[arg(long, value_name = "WORD", default_value = "")]
    channel: String,
    /// Handles of who invited the inviter, of who invited them, and so on; at most four.
    #[arg(long, value_name = "HANDLE")]
    chain: Vec<String>,
    /// When it is issued, in milliseconds since 1970. Default: now.
    #[arg(long, value_name = "MS")]
    issued: Option<i64>,
    /// When it ends: RFC 3339. Default: the programme's token_days from now.
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// 16 hexadecimal digits. Default: random.
    #[arg(long, value_name = "NONCE")]
    nonce: Option<String>,
    /// Print { token, programme, inviter, expires }.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The shop's folder, with invites.json and shop.toml.
    #[arg(value_name = "SHOP_DIR")]
    shop: PathBuf,
    /// The token.
    #[arg(value_name = "TOKEN", allow_hyphen_values = true)]
    token: String,
    /// The public key, or a key file; several while rotating.
    #[arg(long, value_name = "PUBLIC", required = true)]
    key: Vec<String>,
    /// When it is looked at, in milliseconds since 1970. Default: now.
    #[arg(long, value_name = "MS")]
    now: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct SettleArgs {
    /// The shop's folder, with invites.json and shop.toml.
    #[arg(value_name = "SHOP_DIR")]
    shop: PathBuf,
    /// JSON: { "claims": […], "history": […], "now" } (see manual/invites.md).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The public key, or a key file; several while rotating.
    #[arg(long, value_name = "PUBLIC", required = true)]
    key: Vec<String>,
    /// Where the history goes that the next call needs.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print { decisions, history }.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &TokensCommand) -> Result<ExitCode, Error> {
    match command {
        TokensCommand::Issue(args) => issue(args),
        TokensCommand::Check(args) => check(args),
        TokensCommand::Settle(args) => settle(args),
    }
}

fn issue(args: &IssueArgs) -> Result<ExitCode, Error> {
    let random = |given: &Option<String>| match given {
        Some(digits) => Ok::<_, Error>(digits.clone()),
        None => {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).map_err(|e| environment(&args.shop, &e.to_string()))?;
            Ok(hex(u64::from_le_bytes(bytes)))
        }
    };
    let told = ask(&args.shop, &args.shop, |d| {
        Ok(json!({
            "do": "issue", "invites": d.invites, "shop": d.shop, "key": String::from_utf8_lossy(&read_file(&args.key)?), "programme": args.programme,
            "inviter": random(&args.inviter)?, "nonce": random(&args.nonce)?, "issued": args.issued.unwrap_or(crate::overlay::now().0), "expires": args.expires,
            "about": { "product": args.product, "offer": args.offer, "group": args.group }, "channel": args.channel, "chain": args.chain,
        }))
    })?;
    if args.json {
        say!("{told}");
    } else {
        say!("{}", told["token"].as_str().unwrap_or(""));
    }
    Ok(ExitCode::SUCCESS)
}

fn check(args: &CheckArgs) -> Result<ExitCode, Error> {
    let told = ask(&args.shop, &args.shop, |d| {
        let now = args.now.unwrap_or(crate::overlay::now().0);
        Ok(
            json!({ "do": "check", "invites": d.invites, "shop": d.shop, "keys": keys(&args.key)?, "now": now, "token": args.token }),
        )
    })?;
    say!("{told}");
    Ok(if told["status"] == "good" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn settle(args: &SettleArgs) -> Result<ExitCode, Error> {
    let bad = |what: String| invites::bad(&args.file, &what);
    let file: Value = serde_json::from_slice(&read_file(&args.file)?).map_err(|e| bad(format!("{e}.")))?;
    let told = ask(&args.shop, &args.file, |d| {
        let now = if file["now"].is_null() { json!(crate::overlay::now().0) } else { file["now"].clone() };
        Ok(json!({
            "do": "settle", "invites": d.invites, "shop": d.shop, "zone": d.zone, "keys": keys(&args.key)?, "now": now, "history": file["history"],
            "claims": file["claims"],
        }))
    })?;
    if let Some(out) = &args.out {
        write_file(out, format!("{:#}\n", json!({ "history": told["history"] })).as_bytes())?;
    }
    if args.json {
        say!("{told}");
        return Ok(ExitCode::SUCCESS);
    }
    for (i, d) in told["decisions"].as_array().into_iter().flatten().enumerate() {
        let text = |v: &Value| v.as_str().unwrap_or("").to_string();
        let side = |word: &str| {
            let s = &d[word];
            let what: Vec<String> =
                [&s["task"], &s["offer"], &s["why"]].into_iter().map(text).filter(|t| !t.is_empty()).collect();
            format!(
                "{word} {} {}",
                text(&s["handle"]),
                if what.is_empty() { "nothing".into() } else { what.join(" + ") }
            )
        };
        match d["status"].as_str() {
            Some("earned") => say!("{i} earned {}: {}; {}", text(&d["programme"]), side("inviter"), side("friend")),
            status => say!("{i} {} {}", status.unwrap_or(""), text(&d["why"])),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer to what is asked of a shop's tokens; what is wrong is told of `about`.
fn ask(shop: &Path, about: &Path, asked: impl FnOnce(Desk) -> Result<Value, Error>) -> Result<Value, Error> {
    let told = answer(&asked(invites::desk(shop)?)?);
    match told["error"].as_str() {
        Some(what) => Err(invites::bad(about, what)),
        None => Ok(told),
    }
}

fn keys(given: &[String]) -> Result<Vec<String>, Error> {
    let read = |key: &String| match Path::new(key) {
        path if path.exists() => public_key(&String::from_utf8_lossy(&read_file(path)?)),
        _ => public_key(key),
    };
    given.iter().map(read).collect()
}

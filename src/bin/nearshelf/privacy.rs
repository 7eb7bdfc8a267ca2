//! `nearshelf privacy statement`

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::error::Error;
use nearshelf::shop::{ShopFiles, Statement};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Print what is stored, why, how long, and what leaves, from the shop's settings: what a legal page is written from.
    Statement(StatementArgs),
}

#[derive(Debug, Args)]
pub(crate) struct StatementArgs {
    /// The shop's folder.
    #[arg(value_name = "SHOP_DIR")]
    shop: PathBuf,
    /// One language alone: en or zh-CN. Default: Chinese, then English.
    #[arg(long, value_name = "TAG", value_parser = ["en", "zh", "zh-CN"])]
    language: Option<String>,
    /// Print JSON, with the settings and the words in both languages.
    #[arg(long, conflicts_with = "language")]
    json: bool,
}

pub(crate) fn run(command: &PrivacyCommand) -> Result<(), Error> {
    let PrivacyCommand::Statement(args) = command;
    let statement = Statement::of(&ShopFiles::in_folder(&args.shop)?)?;
    if args.json {
        say!("{:#}", statement.json());
        return Ok(());
    }
    match args.language.as_deref() {
        Some("en") => say!("{}", statement.text(false).trim_end()),
        Some(_) => say!("{}", statement.text(true).trim_end()),
        None => say!("{}\n{}", statement.text(true), statement.text(false).trim_end()),
    }
    Ok(())
}

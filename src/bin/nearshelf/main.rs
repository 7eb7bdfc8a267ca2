//! The command line: builds packs, looks into them, evaluates, serves the demo.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod allocate;
mod args;
mod conditions;
mod coupons;
mod customers;
mod demo;
mod diff;
mod doctor;
mod draws;
mod eval;
mod inspect;
mod lint;
mod membership;
mod offers;
mod output;
mod overlay;
mod pack;
mod policy;
mod privacy;
mod progress;
mod replay;
mod reports;
mod reports_print;
mod rules;
mod sign;
mod switch;
mod synthetic;
mod tokens;

use clap::Parser;
use nearshelf::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(e) => {
            eprintln!("error[{}]: {}\n  fix: {}", e.code(), e.detail(), e.fix());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Error> {
    match args::Cli::parse().command {
        args::Command::Doctor(a) => return doctor::run(&a),
        args::Command::Replay(a) => return replay::run(&a),
        args::Command::Offers(a) => return offers::run(&a),
        args::Command::Pack(a) => pack::run(&a)?,
        args::Command::Inspect(a) => inspect::run(&a)?,
        args::Command::Eval(a) => eval::run(&a)?,
        args::Command::Demo(a) => demo::run(&a)?,
        args::Command::Reports(a) => reports::run(&a)?,
        args::Command::Privacy(a) => privacy::run(&a)?,
        args::Command::Policy(a) => policy::run(&a)?,
        args::Command::Synthetic(a) => synthetic::run(&a)?,
        args::Command::Overlay(a) => overlay::run(&a)?,
        args::Command::Customers(a) => customers::run(&a)?,
        args::Command::Coupons(a) => coupons::run(&a)?,
        args::Command::Conditions(a) => return conditions::run(&a),
        args::Command::Membership(a) => return membership::run(&a),
        args::Command::Draws(a) => return draws::run(&a),
        args::Command::Keys(a) => sign::keys(&a)?,
        args::Command::Sign(a) => sign::run(&a)?,
        args::Command::Switch(a) => switch::run(&a)?,
        args::Command::Tokens(a) => return tokens::run(&a),
        args::Command::Verify(a) => return sign::verify(&a),
    }
    Ok(ExitCode::SUCCESS)
}

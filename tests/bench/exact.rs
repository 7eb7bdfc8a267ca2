//! Exactness on the hard family: the engine against every admissible subset. `cargo bench --features cli --bench exact`
//!
//! Twenty seeded carts of fifty lines, each with twenty offers whose groups, exclusions, priorities, thresholds and bases
//! get in each other's way. The naive evaluator of the tests tries every subset; the engine must find the same set, with
//! a proof. Other numbers of carts and offers: `cargo bench --features cli --bench exact -- CARTS OFFERS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench fails by panicking")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "it prints its result, and how long that took")]

#[path = "../offer/naive/mod.rs"]
mod naive;
#[path = "../offer/random.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod random;

use nearshelf::offer::{Limits, Proof, json::read_case, quote};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (carts, offers) = (numbers.next().unwrap_or(20), numbers.next().unwrap_or(20));
    let mut equal = 0;
    println!("cart  admissible sets  of lowest payable  payable  engine  partial sets  engine ms  naive s");
    for seed in 0..carts {
        let case = random::hard(seed, offers as usize);
        let began = Instant::now();
        let held = naive::Case::read(&case);
        let best = naive::best(&held);
        let naive_s = began.elapsed().as_secs_f64();
        let read = read_case(&case).expect("a sound case");
        let began = Instant::now();
        let found = quote(&read.offers, &read.cart, &read.customer, read.now, Limits::default());
        let engine_ms = began.elapsed().as_secs_f64() * 1_000.0;
        let mine: Vec<usize> = found.applied.iter().map(|one| one.promotion).collect();
        let theirs: Vec<usize> = best.applied.iter().map(|one| one.offer).collect();
        let lines = found.lines.iter().zip(&best.running).all(|(a, b)| i128::from(a.payable.0) == *b);
        let same = mine == theirs && lines && i128::from(found.payable.0) == best.payable;
        let proven = found.proof == Proof::Optimal;
        equal += u64::from(same && proven);
        println!(
            "{seed:>4}  {:>15}  {:>17}  {:>7}  {:>6}  {:>12}  {engine_ms:>9.2}  {naive_s:>7.1}{}",
            best.admissible,
            best.cheapest,
            best.payable,
            found.payable.0,
            found.nodes,
            if same && proven { "" } else { "  DIFFERS" }
        );
    }
    println!(
        "{equal} of {carts} carts: the engine's set is the best of all admissible sets of {offers} offers, and proven"
    );
    if equal == carts { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

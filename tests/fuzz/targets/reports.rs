#![no_main]

#[path = "../harness.rs"]
#[allow(dead_code, reason = "the other targets run the rest")]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::reports(data));

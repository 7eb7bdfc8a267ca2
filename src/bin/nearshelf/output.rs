//! Standard output that may end early: `nearshelf inspect shop.pack | head` is no error.

use std::fmt::Arguments;
use std::io::Write;

/// Writes a line; when nobody reads any more, the program has done its work.
pub(crate) fn line(text: Arguments<'_>) {
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// `println!` for a reader who may leave.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::line(format_args!($($text)*)) };
}
pub(crate) use say;

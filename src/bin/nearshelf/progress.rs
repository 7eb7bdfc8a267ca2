//! Progress on the terminal.

use indicatif::{ProgressBar, ProgressStyle};
use nearshelf::shop::Progress;
use std::cell::RefCell;
use std::time::Duration;

/// A bar for each stage, on standard error; nothing where that is not a terminal.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    now: RefCell<Option<ProgressBar>>,
}

impl Bars {
    /// Ends the last stage.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.now.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn stage(&self, name: &str, total: u64) {
        self.finish();
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let template = if total == 0 { "{spinner} {msg} {elapsed}" } else { "{msg:32} {bar:40} {percent:>3} % {eta}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_string());
        bar.enable_steady_tick(Duration::from_millis(200));
        self.now.replace(Some(bar));
    }

    fn advance(&self, n: u64) {
        if let Some(bar) = &*self.now.borrow() {
            bar.inc(n);
        }
    }
}

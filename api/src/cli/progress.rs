//! Bars for long work: on the standard error, and only on a terminal.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Common;

/// A bar that counts events; invisible where nobody looks.
pub(super) fn bar(common: &Common, key: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if common.json || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(common.text().plain(key));
    bar
}

/// A spinner for work that cannot be counted.
pub(super) fn spinner(common: &Common, key: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if common.json || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar.set_message(common.text().plain(key));
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

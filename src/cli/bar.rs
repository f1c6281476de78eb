//! A progress bar on standard error; nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::tasks::Progress;

/// A bar for work that counts pictures.
pub(super) fn pictures(verb: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{prefix} {wide_bar} {human_pos}/{human_len}  {per_sec}  ETA {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(verb);
    bar
}

/// Shows how far work is.
pub(super) fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the process at once.
pub(super) fn stop_on_interrupt() -> crate::tasks::Stop {
    let stop = crate::tasks::Stop::default();
    let asked = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            asked.ask();
            eprintln!("stopping after what is in work; press Ctrl-C again to stop at once");
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        }
    });
    stop
}

//! Shows how far a batch has come, and hears the signals that end it.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use indicatif::{ProgressBar, ProgressStyle};

use super::codes;
use crate::engine::batch::Progress;
use crate::scenario::Code;

/// A bar with the time left on a terminal, a line every tenth elsewhere, or nothing.
#[derive(Debug)]
pub struct Meter {
    bar: Option<ProgressBar>,
    quiet: bool,
    total: u64,
    told: AtomicU64,
}

impl Meter {
    /// A meter of `total` quarters.
    pub fn new(total: u64, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            let look =
                "{bar:30} {human_pos} of {human_len} quarters, {elapsed} gone, about {eta} left";
            if let Ok(style) = ProgressStyle::with_template(look) {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            quiet,
            total,
            told: AtomicU64::new(0),
        }
    }

    /// Says something beside the bar.
    pub fn say(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.println(text);
        } else if !self.quiet {
            // A closed stderr is no reason for a run to fail.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Meter {
    fn done(&self, finished: u64) {
        if let Some(bar) = &self.bar {
            // Threads may report out of order; the bar never goes back.
            bar.set_position(finished.max(bar.position()));
        } else if !self.quiet {
            let tenth = finished * 10 / self.total.max(1);
            if self.told.fetch_max(tenth, Ordering::Relaxed) < tenth {
                // A closed stderr is no reason for a run to fail.
                let (percent, all) = (tenth * 10, self.total);
                let _ = writeln!(std::io::stderr(), "{percent} % of {all} quarters");
            }
        }
    }
}

/// The flag that a signal raises, and which signal it was.
#[derive(Debug, Default)]
pub struct Interrupt {
    /// Raised by the first signal.
    pub stop: AtomicBool,
    code: AtomicI32,
}

impl Interrupt {
    /// Exit code of the signal that came: 130 for SIGINT, 75 for SIGTERM, `None` if none did.
    pub fn code(&self) -> Option<u8> {
        u8::try_from(self.code.load(Ordering::SeqCst))
            .ok()
            .filter(|&code| code != 0)
    }

    /// The code of what stopped the batch, if anything did.
    pub(super) fn stopped_by(&self) -> Option<Code> {
        let stopped = self.stop.load(Ordering::SeqCst);
        stopped.then(|| match self.code() {
            Some(75) => codes::TERMINATED,
            _ => codes::INTERRUPTED,
        })
    }

    #[cfg_attr(unix, allow(dead_code))]
    fn raise(&self, code: u8) {
        if self.code.swap(i32::from(code), Ordering::SeqCst) != 0 {
            std::process::exit(i32::from(code));
        }
        self.stop.store(true, Ordering::SeqCst);
    }
}

/// Listens to SIGINT and SIGTERM from now on: the first ends the batch cleanly, the second
/// the process at once.
pub fn listen() -> Arc<Interrupt> {
    static HEARD: OnceLock<Arc<Interrupt>> = OnceLock::new();
    HEARD
        .get_or_init(|| {
            let interrupt = Arc::new(Interrupt::default());
            hook(&interrupt);
            interrupt
        })
        .clone()
}

#[cfg(unix)]
fn hook(interrupt: &Arc<Interrupt>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let heard = Arc::clone(interrupt);
    std::thread::spawn(move || {
        for signal in signals.forever() {
            heard.raise(if signal == SIGTERM { 75 } else { 130 });
        }
    });
}

#[cfg(not(unix))]
fn hook(interrupt: &Arc<Interrupt>) {
    let heard = Arc::clone(interrupt);
    // Without a handler Ctrl-C ends the process at once.
    let _ = ctrlc::set_handler(move || heard.raise(130));
}

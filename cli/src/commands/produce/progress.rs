//! A bar on a terminal, for loads that take longer than a moment.

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use crate::output::Output;

/// What is done sooner needs no bar.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

pub struct Progress {
    bytes_read: Arc<AtomicU64>,
    /// All files together; `None` when there is no telling.
    bytes_total: Option<u64>,
    /// A terminal listens, and nobody types there.
    is_wanted: bool,
    started: Instant,
    bar: Option<ProgressBar>,
    records: u64,
}

impl Progress {
    pub fn new(files: &[PathBuf], quiet: bool) -> Self {
        let sizes = files.iter().map(|path| {
            let metadata = fs::metadata(path).ok()?;
            metadata.is_file().then_some(metadata.len())
        });
        let bytes_total: Option<u64> = if files.is_empty() { None } else { sizes.sum() };
        let reads_stdin = files.is_empty() || files.iter().any(|path| path.as_os_str() == "-");
        let typed = reads_stdin && std::io::stdin().is_terminal();
        Self {
            bytes_read: Arc::default(),
            bytes_total,
            is_wanted: !quiet && !typed && std::io::stderr().is_terminal(),
            started: Instant::now(),
            bar: None,
            records: 0,
        }
    }

    /// Counts the bytes of input; given to the reader.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// After each record.
    pub fn tick(&mut self) {
        self.records += 1;
        // The clock is asked now and then only.
        if !self.is_wanted || !self.records.is_multiple_of(256) {
            return;
        }
        if self.bar.is_none() && self.started.elapsed() >= SHOWN_AFTER {
            self.bar = Some(self.draw_bar());
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.bytes_read.load(Ordering::Relaxed));
            bar.set_message(format!("{} records", HumanCount(self.records)));
        }
    }

    fn draw_bar(&self) -> ProgressBar {
        let (bar, template) = match self.bytes_total {
            Some(total) => {
                (ProgressBar::new(total), "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} eta {eta} {msg}")
            }
            None => (ProgressBar::new_spinner(), "{spinner} {bytes} {bytes_per_sec} {msg}"),
        };
        // The templates are the two above; indicatif's own style stands in for one it cannot read.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar
    }

    /// Takes the bar away; a load that had one gets a closing line.
    pub fn finish(&mut self, delivered: u64, out: &mut Output) {
        let Some(bar) = self.bar.take() else { return };
        bar.finish_and_clear();
        let bytes = HumanBytes(self.bytes_read.load(Ordering::Relaxed));
        let seconds = self.started.elapsed().as_secs_f64();
        out.note(&format!("{} records written, {bytes} read in {seconds:.1} s", HumanCount(delivered)));
    }
}

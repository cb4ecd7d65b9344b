//! What the process takes of the machine, as Linux tells it, under Prometheus' common names.

use std::fs;

use rustix::process::{Resource, getrlimit};

use super::page::Page;

/// Writes what can be found out; on other systems that is little.
pub fn write_process(page: &mut Page<'_>, started_ms: i64) -> std::fmt::Result {
    if let Some(stat) = Stat::read() {
        page.counter("process_cpu_seconds", "Processor time of the process", stat.cpu_s)?;
        page.gauge("process_resident_memory_bytes", "Memory of the process in RAM", stat.resident_bytes)?;
        page.gauge("process_virtual_memory_bytes", "Address space of the process", stat.virtual_bytes)?;
        page.gauge("process_threads", "Threads of the process", stat.threads)?;
    }
    if let Some(open) = open_fds() {
        page.gauge("process_open_fds", "Open file descriptors", open as i64)?;
    }
    if let Some(max) = getrlimit(Resource::Nofile).current {
        page.gauge("process_max_fds", "Most file descriptors that may be open", max)?;
    }
    page.gauge(
        "process_start_time_seconds",
        "When the process started, in seconds since 1970",
        started_ms as f64 / 1e3,
    )
}

/// Linux tells the number as the size of the directory from 6.2 on. Before that its entries are counted, which takes
/// milliseconds when there are thousands.
fn open_fds() -> Option<u64> {
    const DIR: &str = "/proc/self/fd";
    match fs::metadata(DIR).ok()?.len() {
        0 => Some(fs::read_dir(DIR).ok()?.count() as u64),
        count => Some(count),
    }
}

#[derive(Debug, PartialEq)]
struct Stat {
    cpu_s: f64,
    threads: u64,
    virtual_bytes: u64,
    resident_bytes: u64,
}

impl Stat {
    fn read() -> Option<Self> {
        let text = fs::read_to_string("/proc/self/stat").ok()?;
        Self::parse(&text, rustix::param::clock_ticks_per_second() as f64, rustix::param::page_size() as u64)
    }

    /// Reads proc(5)'s line; the program's name in front may hold anything, so the fields are counted from its end.
    fn parse(text: &str, ticks_per_second: f64, page_bytes: u64) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        // The first of them is the third of the line.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu_s: (field(14)? + field(15)?) as f64 / ticks_per_second,
            threads: field(20)?,
            virtual_bytes: field(23)?,
            resident_bytes: field(24)? * page_bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_files_are_counted() {
        let before = open_fds().unwrap();
        let files: Vec<fs::File> = (0..100).map(|_| fs::File::open("/proc/self/stat").unwrap()).collect();
        // Other tests open and close files meanwhile.
        assert!(before >= 3 && open_fds().unwrap() >= 50 + 3, "{before} and {}", files.len());
    }

    #[test]
    fn a_line_of_proc_is_read_whatever_the_program_is_called() {
        let line =
            "42 (kafkactl) R (x) S 1 42 42 0 -1 4194304 900 0 0 0 150 50 0 0 20 0 7 0 12345 1000000 300 0 0";
        let stat = Stat::parse(line, 100.0, 4096).unwrap();
        let expected = Stat { cpu_s: 2.0, threads: 7, virtual_bytes: 1_000_000, resident_bytes: 300 * 4096 };
        assert_eq!(stat, expected);
        assert_eq!(Stat::parse("42 (cut", 100.0, 4096), None);
        assert_eq!(Stat::parse("42 (cut) R 1", 100.0, 4096), None);
    }
}

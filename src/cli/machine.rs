//! What the machine has, and what the program has used of it, where the system says so.

use std::fs::read_to_string;
use std::io::IsTerminal;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::study::budget::Machine;

/// Bytes of memory where the system does not say how much there is.
const USUAL_MEMORY: u64 = 8_000_000_000;

/// The machine that this process runs on.
pub fn machine() -> Machine {
    Machine { memory: memory(), threads: std::thread::available_parallelism().map_or(1, usize::from) }
}

/// The day by the machine's clock, in UTC.
#[allow(clippy::disallowed_methods, reason = "it decides which assumptions are past their sunset, and no result")]
pub fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = Timestamp::from_second(i64::try_from(since).unwrap_or(0)).unwrap_or_default();
    Offset::UTC.to_datetime(now).date()
}

/// Bytes of memory that a process can have: the machine's, or fewer in a container with a limit. Limits of a control
/// group other than the container's own are not seen.
fn memory() -> u64 {
    let total = read_to_string("/proc/meminfo").ok().and_then(|text| bytes(&text, "MemTotal:"));
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limits = limits.iter().filter_map(|path| read_to_string(path).ok()?.trim().parse::<u64>().ok());
    total.into_iter().chain(limits).min().unwrap_or(USUAL_MEMORY)
}

/// The most bytes of memory that this process has had at once, where the system says so.
pub fn peak() -> Option<u64> {
    bytes(&read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// The bytes in the line of this name of a file in `/proc`, which has kilobytes.
fn bytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1_024)
}

/// Columns of a page on stdout, within bounds in which tables can be read: as `COLUMNS` says, or else the terminal's. A
/// file or pipe has 100.
pub fn page_width() -> usize {
    const ELSEWHERE: usize = 100;
    columns().or_else(terminal_width).unwrap_or(ELSEWHERE).clamp(80, 120)
}

/// Columns of the terminal on stdout, if it is one. A terminal that does not say how wide it is counts as one of 80.
pub fn terminal_width() -> Option<usize> {
    let stdout = std::io::stdout();
    let size = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    width_of(stdout.is_terminal(), size)
}

/// The same of the terminal on stderr.
pub fn stderr_width() -> Option<usize> {
    let stderr = std::io::stderr();
    let size = terminal_size::terminal_size_of(&stderr).map(|(width, _)| usize::from(width.0));
    width_of(stderr.is_terminal(), size)
}

fn width_of(is_terminal: bool, size: Option<usize>) -> Option<usize> {
    const UNKNOWN: usize = 80;
    is_terminal.then(|| columns().or(size).unwrap_or(UNKNOWN))
}

/// What the variable `COLUMNS` says, as shells and `watch` set it.
fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_is_read_in_bytes_and_anything_else_is_none() {
        assert_eq!(bytes("A: 1 kB\nMemTotal:       24 kB\n", "MemTotal:"), Some(24 * 1_024));
        assert_eq!(bytes("MemTotal: many kB\n", "MemTotal:"), None);
        assert_eq!(bytes("", "MemTotal:"), None);
    }
}

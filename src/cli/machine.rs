//! What the machine has, and what the program has taken of it, where the system says so.

use std::fs::read_to_string;

/// Taken for the machine's memory where the system does not tell it.
const USUAL_MEMORY: f64 = 8e9;

/// Bytes of memory that a process can have: the machine's, or less in a container that is confined. Limits of
/// a group that is not the container's own are not seen.
pub fn memory() -> f64 {
    let total = read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemTotal:"));
    let confined = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let confined = confined.iter().filter_map(|path| read_to_string(path).ok()?.trim().parse::<f64>().ok());
    total.map(|kilobytes| kilobytes * 1_024.0).into_iter().chain(confined).reduce(f64::min).unwrap_or(USUAL_MEMORY)
}

/// Most bytes of memory that this process has had at once, where the system tells it.
pub fn peak() -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    kilobytes(&status, "VmHWM:").map(|kilobytes| kilobytes * 1_024.0)
}

/// Threads that are used where none are asked for.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The line of a name in what `/proc` tells, in kilobytes.
fn kilobytes(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_is_read_and_anything_else_is_none() {
        assert_eq!(kilobytes("A: 1 kB\nMemTotal:       24 kB\n", "MemTotal:"), Some(24.0));
        assert_eq!(kilobytes("MemTotal: many kB\n", "MemTotal:"), None);
        assert_eq!(kilobytes("", "MemTotal:"), None);
    }
}

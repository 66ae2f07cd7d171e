//! The machine and the databases of a run.

use chrono::Utc;
use std::fs;

pub(crate) fn describe(databases: &[String]) -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let date = Utc::now().format("%Y-%m-%d");
    format!("{date}, {model}, {cores} cores; {}", databases.join(", "))
}

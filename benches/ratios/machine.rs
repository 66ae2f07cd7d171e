//! On what it was measured.

use crate::side::Failure;
use chrono::Utc;
use std::fs;

/// What a reader of the figures has to know.
pub(crate) fn describe(databases: &[String]) -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let date = Utc::now().format("%Y-%m-%d");
    format!("{date}, {model}, {cores} cores; {}", databases.join(", "))
}

/// The process's memory from here on.
pub(crate) struct Memory {
    before: f64,
}

impl Memory {
    pub(crate) fn start() -> Result<Self, Failure> {
        // Sets the high-water mark back to what there is now.
        fs::write("/proc/self/clear_refs", "5")?;
        Ok(Self { before: mebibytes("VmRSS:")? })
    }

    /// By how many MiB it was larger at its largest.
    pub(crate) fn grown_by(&self) -> Result<f64, Failure> {
        Ok(mebibytes("VmHWM:")? - self.before)
    }
}

fn mebibytes(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no memory figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

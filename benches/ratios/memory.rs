//! What a process grows by while it streams: one of its own, for this one has grown long before.

use crate::database::connect;
use crate::ours::Ours;
use crate::side::{Failure, Side};
use std::fs;
use std::process::Command;
use uuid::Uuid;

pub(crate) const GROW: &str = "--grow";
const URL: &str = "GAME_TASKS_GROW_URL";

/// By how many MiB a process grew while it streamed a game's tasks.
pub(crate) fn of_stream(url: &str, game: Uuid, tasks: usize) -> Result<f64, Failure> {
    let mut process = Command::new(std::env::current_exe()?);
    // It may hold a password, and a process's arguments are everybody's to read.
    process.env(URL, url).args([GROW, &game.to_string(), &tasks.to_string()]);
    let output = process.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// What that process does.
pub(crate) async fn grow(game: &str, tasks: &str) -> Result<(), Failure> {
    let ours = Ours::new(&connect(std::env::var(URL)?, 1).await?);
    let (game, tasks) = (game.parse()?, tasks.parse::<usize>()?);
    // The high-water mark falls back to what there is now.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = mebibytes("VmRSS:")?;
    let seen = ours.stream(game).await?;
    if seen != tasks {
        return Err(format!("streamed {seen} instead of {tasks}").into());
    }
    println!("{}", mebibytes("VmHWM:")? - before);
    Ok(())
}

fn mebibytes(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no memory figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

//! Memory growth while streaming, measured in a separate process, since this one has already
//! allocated more.

use crate::database::connect;
use crate::implementation::{Failure, Implementation};
use crate::ours::Ours;
use std::fs;
use std::process::Command;
use uuid::Uuid;

pub(crate) const GROW: &str = "--grow";
const URL: &str = "GAME_TASKS_GROW_URL";

/// The memory in MiB by which a process grows while it streams a game's tasks.
pub(crate) fn of_stream(url: &str, game: Uuid, tasks: usize) -> Result<f64, Failure> {
    let mut process = Command::new(std::env::current_exe()?);
    // Not an argument: other users can read those, and the URL may contain a password.
    process.env(URL, url).args([GROW, &game.to_string(), &tasks.to_string()]);
    let output = process.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// The main function of that process.
pub(crate) async fn grow(game: &str, tasks: &str) -> Result<(), Failure> {
    let ours = Ours::new(&connect(std::env::var(URL)?, 1).await?).await?;
    let (game, tasks) = (game.parse()?, tasks.parse::<usize>()?);
    // Resets the peak to the current size.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = mebibytes("VmRSS:")?;
    let streamed = ours.stream(game).await?;
    if streamed != tasks {
        return Err(format!("streamed {streamed} instead of {tasks}").into());
    }
    println!("{}", mebibytes("VmHWM:")? - before);
    Ok(())
}

fn mebibytes(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no memory figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

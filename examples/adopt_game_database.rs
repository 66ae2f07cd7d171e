//! Reports the state of a GAME database that is to be adopted, and with `--apply` adopts it.
//!
//! ```text
//! cargo run --example adopt_game_database --features adopt -- postgres://game@localhost/game
//! cargo run --example adopt_game_database --features adopt -- postgres://… --apply \
//!     --duplicates keep-oldest --without-game set-aside --name-games
//! cargo run --example adopt_game_database --features adopt -- postgres://… --demo --apply …
//! ```
//!
//! `--demo` uses a new database on that server, with GAME's schema and the kinds of rows that five
//! years of use leave behind, and drops it at the end.

use comfy_table::{Table, presets};
use game_tasks::adopt::{
    self, AdoptError, Adoption, AffectedRows, Duplicates, Inspection, Orphans, Plan, Step,
};
use game_tasks::sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use game_tasks::uuid::Uuid;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: adopt_game_database DATABASE_URL [--demo] [--apply]
    [--duplicates keep-oldest|rename] [--without-game set-aside|GAME_ID] [--name-games]";

/// The maximum number of rows shown of each table.
const MAX_ROWS: usize = 10;

/// The maximum number of characters shown of a name.
const MAX_NAME_CHARS: usize = 40;

struct Arguments {
    database_url: String,
    demo: bool,
    apply: bool,
    plan: Plan,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A message can quote text with line breaks; print it as one line.
            let line = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(std::io::stderr(), "error: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = arguments()? else {
        writeln!(std::io::stdout(), "{USAGE}")?;
        return Ok(());
    };
    let db = connect(&arguments.database_url).await?;
    if !arguments.demo {
        return report_and_adopt(&db, arguments).await;
    }
    let name = format!("game_tasks_demo_{}", Uuid::now_v7().simple());
    db.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    let outcome = demo(&name, arguments).await;
    db.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    outcome
}

async fn report_and_adopt(
    db: &DatabaseConnection,
    arguments: Arguments,
) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let found = adopt::inspect(db).await?;
    report_inspection(&mut out, &found)?;
    if found.steps.is_empty() {
        writeln!(out, "\nThe database is already adopted.")?;
        return Ok(());
    }
    if !arguments.apply {
        writeln!(out, "\nNothing was changed. --apply adopts it.")?;
        return Ok(());
    }
    let bar = ProgressBar::new(Step::ALL.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {msg}")?);
    let shown = bar.clone();
    let plan = arguments.plan.on_progress(move |progress| {
        let done = Step::ALL.iter().position(|step| *step == progress.step).unwrap_or_default();
        shown.set_position(done as u64);
        let waiting = if progress.waiting { ", waiting for others" } else { "" };
        shown.set_message(format!("{}: {} rows{waiting}", progress.step, progress.rows));
    });
    let adoption = adopt::run(db, plan).await;
    bar.finish_and_clear();
    let adoption = adoption.map_err(with_advice)?;
    report_adoption(&mut out, &adoption)?;
    Ok(())
}

/// Prints the counts, then the details.
fn report_inspection(out: &mut impl Write, found: &Inspection) -> Result<(), Box<dyn Error>> {
    let mut counts = table(["finding", "rows", "action"]);
    let mut count = |what: &str, found: &AffectedRows, becomes: &str| {
        counts.add_row([what, &found.count.to_string(), becomes]);
    };
    count("tasks without timestamps", &found.tasks_without_timestamps, "filled");
    count("games without timestamps", &found.games_without_timestamps, "filled");
    let unreadable = [
        ("tasks with timestamps out of range", &found.tasks_with_unreadable_timestamps),
        ("games with timestamps out of range", &found.games_with_unreadable_timestamps),
    ];
    for (what, found) in unreadable {
        count(what, found, "left as it is");
    }
    count("games without a strategy", &found.games_without_strategy, "default");
    count("games without an external id", &found.games_without_external_id, "--name-games");
    count("tasks without a game", &found.tasks_without_game, "--without-game");
    let tasks = found.duplicates.tasks.to_string();
    counts.add_row(["tasks that share their name", &tasks, "--duplicates"]);
    for broken in &found.invalid_texts {
        let what = format!("{}.{} {}", broken.table, broken.column, broken.rule);
        counts.add_row([&*what, &broken.rows.count.to_string(), "left as it is"]);
    }
    writeln!(out, "{} tasks in {} games\n{counts}", found.tasks, found.games)?;

    let mut groups = table(["game", "external id", "tasks, the oldest first"]);
    for group in found.duplicates.groups.iter().take(MAX_ROWS) {
        let ids: Vec<String> = group.ids.iter().take(MAX_ROWS).map(Uuid::to_string).collect();
        let name = shortened(&format!("{:?}", group.external_task_id));
        groups.add_row([group.game_id.to_string(), name, ids.join("\n")]);
    }
    section(out, "Duplicates", &groups, found.duplicates.count)?;

    let mut references = table(["table", "columns", "rows", "to duplicates"]);
    for one in found.references.iter().take(MAX_ROWS) {
        let (rows, moved) = (one.rows.to_string(), one.to_duplicates.to_string());
        let (table, columns) = (shortened(&one.table), shortened(&one.columns.join(", ")));
        references.add_row([table, columns, rows, moved]);
    }
    section(out, "What refers to tasks", &references, found.references.len() as u64)?;

    let mut strategies = table(["strategy", "tasks", "games", "known to GAME"]);
    for used in found.strategies.iter().take(MAX_ROWS) {
        let known = if used.known { "yes" } else { "no" };
        let (tasks, games) = (used.tasks.to_string(), used.games.to_string());
        let strategy = shortened(&format!("{:?}", used.strategy_id.as_str()));
        strategies.add_row([&*strategy, &*tasks, &*games, known]);
    }
    section(out, "Strategies", &strategies, found.strategies.len() as u64)?;

    let mut changes = table(["game", "its strategy", "tasks that would inherit it"]);
    for change in found.inheritance_changes.iter().take(MAX_ROWS) {
        let game = change.external_game_id.clone();
        let game = game.unwrap_or_else(|| change.game_id.to_string());
        let strategy = shortened(&format!("{:?}", change.strategy_id.as_str()));
        let game = shortened(&format!("{game:?}"));
        changes.add_row([game, strategy, change.tasks.to_string()]);
    }
    let title = "What changes with inheritance (see Inheritance::Never)";
    section(out, title, &changes, found.inheritance_changes.len() as u64)?;

    let steps: Vec<String> = found.steps.iter().map(Step::to_string).collect();
    writeln!(
        out,
        "\nSteps: {}",
        if steps.is_empty() { "none".to_owned() } else { steps.join(", ") }
    )?;
    Ok(())
}

/// Prints the outcomes of the rows that the plan decided on.
fn report_adoption(out: &mut impl Write, adoption: &Adoption) -> Result<(), Box<dyn Error>> {
    writeln!(
        out,
        "\nAdopted: nulls of {} tasks and {} games filled",
        adoption.tasks_filled, adoption.games_filled
    )?;
    let mut settled = table(["task", "external id", "outcome"]);
    for one in adoption.resolved.iter().take(MAX_ROWS) {
        let name = shortened(&format!("{:?}", one.external_task_id));
        settled.add_row([one.task_id.to_string(), name, one.outcome.to_string()]);
    }
    section(out, "Tasks that the plan decided on", &settled, adoption.resolved.len() as u64)?;
    let counts = ["kept", "renamed", "merged", "moved", "set aside"]
        .map(|outcome| format!("{} {outcome}", adoption.count(outcome)));
    writeln!(out, "\n{}", counts.join(", "))?;
    Ok(())
}

/// Truncates a text to [`MAX_NAME_CHARS`] characters, with an ellipsis: names can have 255 and more.
fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_NAME_CHARS {
        return text.to_owned();
    }
    text.chars().take(MAX_NAME_CHARS - 1).chain(['…']).collect()
}

fn section(
    out: &mut impl Write,
    title: &str,
    table: &Table,
    all: u64,
) -> Result<(), Box<dyn Error>> {
    if all > 0 {
        let shown = table.row_count();
        writeln!(out, "\n{title}: {shown} of {all}\n{table}")?;
    }
    Ok(())
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header(header);
    table
}

/// The error's message, and what to do about it.
fn with_advice(error: AdoptError) -> String {
    match error {
        AdoptError::Undecided { .. } => {
            format!("{error}: add --duplicates, --without-game, --name-games")
        }
        error if error.is_transient() => {
            format!("{error}: run it again, it resumes where it stopped")
        }
        error => error.to_string(),
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(2).connect_timeout(Duration::from_secs(5)).sqlx_logging(false);
    // The error can quote the URL, which can contain a password.
    Database::connect(options).await.map_err(|_| "cannot connect to the database".into())
}

async fn demo(name: &str, arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let (server, _) = arguments.database_url.rsplit_once('/').ok_or("the URL names no database")?;
    let db = connect(&format!("{server}/{name}")).await?;
    db.execute_unprepared(include_str!("../tests/fixtures/game_schema.sql")).await?;
    db.execute_unprepared(DEMO_ROWS).await?;
    let outcome = report_and_adopt(&db, arguments).await;
    db.close().await?;
    outcome
}

/// A complete game, a game with nulls in every column, and tasks with every kind of defect.
const DEMO_ROWS: &str = r#"
    INSERT INTO games (id, created_at, updated_at, "externalGameId", "strategyId") VALUES
        ('00000000-0000-4000-8000-000000000001', now(), now(), 'city-bees', 'socio_bee'),
        ('00000000-0000-4000-8000-000000000002', NULL, NULL, NULL, NULL);
    INSERT INTO tasks (id, created_at, updated_at, "externalTaskId", "gameId", "strategyId", status)
    SELECT gen_random_uuid(), CASE WHEN n % 3 > 0 THEN timestamptz '2021-01-01' + n * interval '1 day' END,
        NULL, CASE WHEN n % 10 = 0 THEN 'count-foragers' ELSE 'task-' || n END,
        CASE WHEN n % 17 > 0 THEN uuid '00000000-0000-4000-8000-000000000001' END,
        CASE WHEN n % 7 > 0 THEN 'default' ELSE 'waggle_dance' END, 'pending'
    FROM generate_series(1, 60) n;
    INSERT INTO tasks (id, "externalTaskId", "gameId", "strategyId", status) VALUES
        (gen_random_uuid(), '', '00000000-0000-4000-8000-000000000002', 'default', ''),
        (gen_random_uuid(), repeat('x', 300), '00000000-0000-4000-8000-000000000002', 'default', 'open');
    INSERT INTO tasksparams (id, key, value, "taskId")
    SELECT gen_random_uuid(), 'points', '10', id FROM tasks WHERE "gameId" IS NOT NULL;
"#;

fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};
    let mut parser = lexopt::Parser::from_env();
    let (mut database_url, mut demo, mut apply, mut plan) = (None, false, false, Plan::new());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("demo") => demo = true,
            Long("apply") => apply = true,
            Long("name-games") => plan = plan.name_games_by_id(),
            Long("duplicates") => {
                plan = match &*parser.value()?.string()? {
                    "keep-oldest" => plan.duplicates(Duplicates::KeepOldest),
                    "rename" => plan.duplicates(Duplicates::Rename),
                    _ => return Err(USAGE.into()),
                }
            }
            Long("without-game") => {
                plan = plan.orphans(match &*parser.value()?.string()? {
                    "set-aside" => Orphans::SetAside,
                    game => Orphans::MoveTo(game.parse().map_err(|_| USAGE)?),
                });
            }
            Long("help") | Short('h') => return Ok(None),
            Value(url) if database_url.is_none() => database_url = Some(url.string()?),
            _ => return Err(USAGE.into()),
        }
    }
    let database_url = database_url.ok_or(USAGE)?;
    Ok(Some(Arguments { database_url, demo, apply, plan }))
}

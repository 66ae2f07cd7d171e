//! Creates the tasks of a campaign from a JSON file, lists them with their effective strategies,
//! and closes one of them.
//!
//! ```text
//! cargo run --example quickstart                                     # embedded SQLite
//! cargo run --example quickstart -- tasks.json                       # your own tasks
//! cargo run --example quickstart -- --database-url sqlite://tasks.db # or postgres://, mysql://
//! ```

use comfy_table::{Table, presets};
use game_tasks::sea_orm::{
    ColumnTrait, ConnectOptions, Database, DatabaseConnection, EntityTrait, QueryFilter,
};
use game_tasks::{
    Game, Games, MigrationError, NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository,
    StrategyId, StrategyResolver, Task, TaskFilter, TaskOrder, TaskQuery, TaskRepositoryExt,
    entity::games, migrate,
};
use serde::Deserialize;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

const GAME: &str = "city-bees-2026";
const USAGE: &str = "usage: quickstart [TASKS.json] [--database-url URL]";

/// A bulk request in GAME's format. Fields for which this crate has no column are ignored.
#[derive(Deserialize)]
struct BulkRequest {
    tasks: Vec<BulkTask>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkTask {
    external_task_id: String,
    strategy_id: Option<String>,
}

struct Arguments {
    file: Option<std::path::PathBuf>,
    database_url: String,
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
    let mut out = std::io::stdout().lock();
    let Some(arguments) = arguments()? else {
        writeln!(out, "{USAGE}")?;
        return Ok(());
    };
    let request = request(&arguments)?;

    let db = connect(&arguments.database_url).await?;
    migrate(&db).await.map_err(|error| with_database_message("cannot create the tables", error))?;
    let game = find_or_create_game(&db).await?;
    writeln!(out, "game {GAME}, strategy {}\n", game.strategy_id)?;

    let tasks = SeaOrmTaskRepository::new(db.clone());
    let new: Vec<NewTask> = request.tasks.iter().map(|task| task.in_game(&game)).collect();
    let outcomes = tasks.create_many(new.clone(), OnExisting::Fail).await?;
    let created = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    writeln!(out, "{created} of {} tasks created", new.len())?;
    for (task, outcome) in new.iter().zip(&outcomes) {
        match outcome {
            Ok(_) => writeln!(out, "  created  {}", task.external_task_id)?,
            Err(error) => writeln!(out, "  refused  {:?}: {error}", task.external_task_id)?,
        }
    }

    let query = TaskQuery::in_game(game.id).order_by(TaskOrder::ExternalId).limit(40).with_total();
    let page = tasks.list(query).await?;
    let total = page.total.unwrap_or_default();
    writeln!(out, "\n{} of {total} tasks, by external id", page.items.len())?;
    writeln!(out, "{}", table(&page.items, &StrategyResolver::new(db)).await?)?;

    let open = TaskQuery::new(TaskFilter::in_game(game.id).statuses(["open"])).limit(1);
    match tasks.list(open).await?.items.first() {
        Some(task) => {
            let closed = tasks.transition(task.id, "open", "closed").await?;
            writeln!(out, "\n{} is now {}", closed.external_task_id, closed.status)?;
        }
        None => writeln!(out, "\nno open task is left")?,
    }
    Ok(())
}

impl BulkTask {
    fn in_game(&self, game: &Game) -> NewTask {
        let task = NewTask::new(game.id, &self.external_task_id);
        match &self.strategy_id {
            Some(strategy) => task.strategy(strategy),
            None => task,
        }
    }
}

/// The tasks with their effective strategies, which one query resolves.
async fn table(
    tasks: &[Task],
    resolver: &StrategyResolver<DatabaseConnection>,
) -> Result<Table, Box<dyn Error>> {
    let resolved = resolver.resolve_many(tasks).await?;
    let mut table = Table::new();
    table.load_preset(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header(["external id", "status", "stored strategy", "effective strategy", "from"]);
    for (task, resolved) in tasks.iter().zip(resolved) {
        let (effective, source) = match resolved {
            Some(resolved) => (resolved.strategy_id.to_string(), resolved.source.to_string()),
            // Deleted since it was listed.
            None => ("-".to_owned(), "-".to_owned()),
        };
        table.add_row([
            task.external_task_id.as_str(),
            task.status.as_str(),
            task.strategy_id.as_str(),
            &effective,
            &source,
        ]);
    }
    Ok(table)
}

fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt};
    let mut arguments = Arguments { file: None, database_url: "sqlite::memory:".to_owned() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("database-url") => arguments.database_url = parser.value()?.string()?,
            Short('h') | Long("help") => return Ok(None),
            Value(file) if arguments.file.is_none() => arguments.file = Some(file.into()),
            other => return Err(format!("{}; {USAGE}", other.unexpected()).into()),
        }
    }
    Ok(Some(arguments))
}

fn request(arguments: &Arguments) -> Result<BulkRequest, Box<dyn Error>> {
    let Some(path) = &arguments.file else {
        return Ok(serde_json::from_str(include_str!("campaign.json"))?);
    };
    let in_file = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| in_file(&error))?;
    // Some editors write a byte order mark, which is not JSON.
    let text = text.trim_start_matches('\u{feff}');
    Ok(serde_json::from_str(text).map_err(|error| in_file(&error))?)
}

async fn connect(url: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
    let mut url = url.to_owned();
    let memory = url.contains(":memory:");
    // Create the file if it does not exist.
    if url.starts_with("sqlite:") && !memory && !url.contains("mode=") {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str("mode=rwc");
    }
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).connect_timeout(Duration::from_secs(5));
    if memory {
        // The database exists only as long as its connection, so the pool must not close it.
        options.max_connections(1).test_before_acquire(false);
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options)
        .await
        .map_err(|error| format!("cannot reach the database: {error}"))?)
}

/// `MigrationError` omits the database's message, which can contain values of a row. While the tables
/// are created there are no rows, so this prints it.
fn with_database_message(context: &str, error: MigrationError) -> String {
    let without = error.to_string();
    let message = error.into_db_err().map_or(without, |error| error.to_string());
    format!("{context}: {message}")
}

async fn find_or_create_game(db: &DatabaseConnection) -> Result<Game, Box<dyn Error>> {
    let found = Games::find().filter(games::Column::ExternalGameId.eq(GAME)).one(db).await?;
    match found {
        Some(game) => Ok(game),
        None => Ok(Game::new(GAME).strategy(StrategyId::new("socio_bee")?).insert(db).await?),
    }
}

//! Computes points for events: each task is resolved to the object of its strategy. One strategy is
//! loaded from the application's own table, and the game changes its strategy while events arrive.
//!
//! ```text
//! cargo run --example scoring
//! cargo run --example scoring -- postgres://user@localhost/db   # or mysql://, sqlite://
//! ```

use comfy_table::{Table, presets};
use game_tasks::prelude::*;
use game_tasks::sea_orm::{ConnectOptions, Database, DatabaseConnection, EntityTrait, Set};
use game_tasks::{Games, LoadError, StrategyKind, entity::games};
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// What a strategy of this application does: points for an event.
trait Scoring: Send + Sync {
    fn points(&self, event: &Event) -> u32;
}

struct Event {
    player: &'static str,
    task: &'static str,
    amount: u32,
}

/// Points for each unit.
struct PerUnit(u32);

impl Scoring for PerUnit {
    fn points(&self, event: &Event) -> u32 {
        self.0 * event.amount
    }
}

/// A bonus for large amounts.
struct SocioBee;

impl Scoring for SocioBee {
    fn points(&self, event: &Event) -> u32 {
        10 * event.amount + if event.amount >= 5 { 25 } else { 0 }
    }
}

/// The application's own table of strategies: points for each unit, by id.
#[derive(Clone)]
struct CustomStrategies(Arc<HashMap<Uuid, u32>>);

impl CustomStrategies {
    async fn load(self, id: StrategyId) -> Result<Option<Arc<dyn Scoring>>, LoadError> {
        let StrategyKind::Custom(id) = id.kind() else { return Ok(None) };
        Ok(self.0.get(&id).map(|factor| Arc::new(PerUnit(*factor)) as Arc<dyn Scoring>))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let db = connect(std::env::args().nth(1)).await?;
    migrate(&db).await?;

    let weekend = Uuid::now_v7();
    let custom = CustomStrategies(Arc::new(HashMap::from([(weekend, 100)])));
    let strategies = StrategyRegistry::<dyn Scoring>::new()
        .register("default", Arc::new(PerUnit(1)))?
        .register("socio_bee", Arc::new(SocioBee))?
        .alias("standard", "default")?
        .loader(move |id| custom.clone().load(id));

    let tasks = SeaOrmTaskRepository::new(db.clone()).with_catalog(strategies.catalog());
    let scoring = strategies.resolver(StrategyResolver::new(db.clone()));

    let game = Game::new(format!("bees {}", Uuid::now_v7())).insert(&db).await?;
    let new = |name: &str| NewTask::new(game.id, name);
    let all = [
        new("count foragers"),
        new("share a photo").strategy("socio_bee"),
        new("log in").strategy("standard"),
        new("weekend special").strategy(StrategyId::custom(weekend)),
    ];
    tasks.create_all(all, OnExisting::Fail).await?;
    // The catalog refuses what the registry does not have.
    let misspelled = tasks.create(new("misspelled").strategy("socio_be")).await;
    assert!(matches!(misspelled, Err(TaskError::Invalid { field: "strategy_id", .. })));

    let events = [
        Event { player: "Ada", task: "count foragers", amount: 7 },
        Event { player: "Ben", task: "share a photo", amount: 1 },
        Event { player: "Ada", task: "log in", amount: 3 },
        Event { player: "Ben", task: "weekend special", amount: 2 },
        Event { player: "Eve", task: "write a poem", amount: 1 },
    ];
    let mut table = Table::new();
    table.load_preset(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header(["player", "task", "points", "why"]);
    for round in 0..2 {
        if round == 1 {
            let of_game = StrategyId::new("socio_bee")?;
            let changed = games::ActiveModel {
                id: Set(game.id),
                strategy_id: Set(of_game),
                ..Default::default()
            };
            Games::update(changed).exec(&db).await?;
            table.add_row(["", "", "", "-- the game's strategy is now socio_bee --"]);
        }
        for event in &events {
            // One statement, which also reads the task: only open tasks give points.
            let row = match scoring.resolve((game.id, event.task)).await {
                Ok(resolved) if resolved.task.status.is_open() => {
                    let points = resolved.strategy.points(event).to_string();
                    [event.player, event.task, &points, &resolved.to_string()].map(str::to_owned)
                }
                Ok(_) => [event.player, event.task, "0", "the task is closed"].map(str::to_owned),
                Err(error) => {
                    [event.player, event.task, "0", &error.to_string()].map(str::to_owned)
                }
            };
            table.add_row(row);
        }
        tasks
            .update_many(
                TaskFilter::in_game(game.id).external_id_prefix("log"),
                TaskPatch::new().status("closed"),
            )
            .await?;
    }
    writeln!(std::io::stdout(), "{table}")?;
    Ok(())
}

async fn connect(url: Option<String>) -> Result<DatabaseConnection, Box<dyn Error>> {
    let mut options = ConnectOptions::new(url.unwrap_or_else(|| "sqlite::memory:".to_owned()));
    if options.get_url() == "sqlite::memory:" {
        // It exists only as long as its one connection: never close it.
        options.max_connections(1).test_before_acquire(false);
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options).await?)
}

//! Tasks without a game, as the owner decides.

use super::catalog::Catalog;
use super::catalog::Table;
use super::catalog::quoted;
use super::catalog::references;
use super::error::AdoptError;
use super::fill;
use super::inspect::without_game;
use super::plan::Plan;
use super::plan::Step;
use super::plan::WithoutGame;
use super::record;
use super::referring::index_references;
use super::refusal::is_a_refusal;
use super::refusal::refuse_unless;
use super::report::Outcome;
use super::session::Session;
use super::session::Watch;
use super::session::get;
use super::session::query;
use crate::database::sql::read;
use crate::error::DatabaseError;
use sea_orm::DbBackend;
use uuid::Uuid;

/// How many tasks are looked for at a time.
const PAGE: usize = 20_000;

/// How often the rest is looked for that others have written meanwhile. Whoever builds on there
/// being none finds out, and asks again.
const ROUNDS: u32 = 20;

/// Settles all tasks without a game. Whether there were any.
pub(super) async fn settle(
    session: &mut Session,
    catalog: &Catalog,
    plan: &mut Plan,
) -> Result<bool, AdoptError> {
    let tasks = &catalog.tasks;
    let without = without_game(catalog);
    let mut watch = Watch::new(Step::WithoutGame, &mut *plan.on_progress);
    let mut rounds = 0;
    while rounds < ROUNDS {
        let text = format!("SELECT t.id FROM {} t WHERE {without} LIMIT {PAGE}", tasks.quoted);
        let rows = session.rows(query(text)).await?;
        if rows.is_empty() {
            return Ok(watch.has_begun());
        }
        let ids = rows.iter().map(|row| get(row, 0)).collect::<Result<Vec<Uuid>, _>>()?;
        let Some(decision) = plan.without_game else {
            return Err(AdoptError::Undecided {
                duplicate_groups: 0,
                tasks_without_game: ids.len() as u64,
                games_without_external_id: 0,
            });
        };
        if decision == WithoutGame::SetAside && !watch.has_begun() {
            let referring = references(session, tasks).await?;
            index_references(session, &referring, &mut watch).await?;
        }
        watch.begin();
        record::make(session, tasks).await?;
        let mut settled = 0;
        for batch in ids.chunks(plan.batch) {
            settled += house(session, tasks, &without, decision, batch, &mut watch).await?;
        }
        if settled == 0 {
            watch.wait(session).await?;
        } else if ids.len() < PAGE {
            rounds += 1;
        }
    }
    Ok(true)
}

/// Settles a batch in one transaction; where one of them is refused, each in its own.
async fn house(
    session: &mut Session,
    tasks: &Table,
    without: &str,
    decision: WithoutGame,
    batch: &[Uuid],
    watch: &mut Watch<'_>,
) -> Result<u64, AdoptError> {
    let mut settled = 0;
    let mut parts: Vec<&[Uuid]> = vec![batch];
    while let Some(part) = parts.last() {
        match try_house(session, tasks, without, decision, part).await {
            Ok(done) => {
                parts.pop();
                watch.settled(done);
                settled += done;
            }
            Err(error) if is_a_refusal(&error) => {
                session.run("ROLLBACK").await?;
                if let [task_id] = part {
                    let (task_id, outcome) = (*task_id, outcome_of(decision));
                    return Err(AdoptError::Stuck { task_id, outcome, source: error });
                }
                parts = batch.chunks(1).collect();
            }
            Err(error) => watch.try_again(session, error).await?,
        }
    }
    Ok(settled)
}

fn outcome_of(decision: WithoutGame) -> Outcome {
    match decision {
        WithoutGame::MoveTo(game_id) => Outcome::Moved { game_id },
        WithoutGame::SetAside => Outcome::SetAside,
    }
}

/// Settles some tasks without a game, but for those that somebody has locked. How many.
async fn try_house(
    session: &mut Session,
    tasks: &Table,
    without: &str,
    decision: WithoutGame,
    ids: &[Uuid],
) -> Result<u64, DatabaseError> {
    session.begin().await?;
    let lock = match decision {
        WithoutGame::MoveTo(_) => "FOR NO KEY UPDATE",
        WithoutGame::SetAside => "FOR UPDATE",
    };
    let text = format!(
        "SELECT t.id FROM {} t WHERE t.id = ANY($1) AND {without} {lock} OF t SKIP LOCKED",
        tasks.quoted
    );
    let rows = session.rows(query(text).bind(ids.to_vec())).await?;
    let free = rows.iter().map(|row| get(row, 0)).collect::<Result<Vec<Uuid>, _>>()?;
    let settled = free.len() as u64;
    let outcome = outcome_of(decision);
    match decision {
        WithoutGame::MoveTo(game) => {
            let insert = record::insert(tasks, &outcome, "$2::uuid", "NULL");
            let text = format!("{insert} FROM {} t WHERE t.id = ANY($1)", tasks.quoted);
            session.execute(query(text).bind(free.clone()).bind(game)).await?;
            // Its other nulls are filled with it, for nulls may be forbidden by now.
            let fill = fill::OF_TASKS.iter().filter(|(column, _)| *column != "updated_at");
            let fill: Vec<_> =
                fill.map(|(column, with)| format!("{} = {with}", quoted(column))).collect();
            let text = format!(
                r#"UPDATE {} t SET "gameId" = $2, {},
                   updated_at = GREATEST(clock_timestamp(), {} + INTERVAL '1 microsecond')
                   WHERE t.id = ANY($1)"#,
                tasks.quoted,
                fill.join(", "),
                read(DbBackend::Postgres, "t.updated_at"),
            );
            let moved = session.execute(query(text).bind(free.clone()).bind(game)).await?;
            refuse_unless(moved == settled)?;
        }
        WithoutGame::SetAside => {
            let insert = record::insert(tasks, &outcome, "NULL", "NULL");
            let text = format!(
                "WITH t AS (DELETE FROM {} t WHERE t.id = ANY($1) RETURNING *) {insert} FROM t",
                tasks.quoted
            );
            let gone = session.execute(query(text).bind(free.clone())).await?;
            refuse_unless(gone == settled)?;
        }
    }
    session.run("SET CONSTRAINTS ALL IMMEDIATE").await?;
    session.run("COMMIT").await?;
    Ok(settled)
}

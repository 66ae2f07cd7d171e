//! Fills nulls for which there is a rule: timestamps, strategies, statuses, and external ids of games.

use super::error::AdoptError;
use super::plan::{Plan, Step};
use super::session::{Session, StepProgress, get, query};
use super::state::{Table, quoted};
use crate::database::dialect::Dialect;
use crate::error::DatabaseError;
use sea_orm::sqlx::postgres::PgRow;
use uuid::Uuid;

/// The most ids that are read at a time.
const PAGE: usize = 50_000;

/// How often rows are looked for that other programs have written meanwhile.
const MAX_ROUNDS: u32 = 20;

/// The columns of table `t` that are filled, each with its expression.
const OF_TASKS: &[(&str, &str)] = &[
    ("created_at", "COALESCE(t.created_at, t.updated_at, CURRENT_TIMESTAMP)"),
    ("updated_at", "COALESCE(t.updated_at, t.created_at, CURRENT_TIMESTAMP)"),
    ("strategyId", r#"COALESCE(t."strategyId", 'default')"#),
    ("status", "COALESCE(t.status, 'open')"),
];
const OF_GAMES: &[(&str, &str)] = &[
    ("created_at", "COALESCE(t.created_at, t.updated_at, CURRENT_TIMESTAMP)"),
    ("updated_at", "COALESCE(t.updated_at, t.created_at, CURRENT_TIMESTAMP)"),
    ("strategyId", r#"COALESCE(t."strategyId", 'default')"#),
    ("externalGameId", r#"COALESCE(t."externalGameId", t.id::text)"#),
];

/// The assignments that fill a task `t` when it is changed anyway. The new `updated_at` is always later
/// than the old one.
pub(super) fn assignments() -> String {
    let fill = OF_TASKS.iter().filter(|(column, _)| *column != "updated_at");
    let fill = fill.map(|(column, with)| format!("{} = {with}, ", quoted(column)));
    format!(
        "{}updated_at = GREATEST(clock_timestamp(), {} + INTERVAL '1 microsecond')",
        fill.collect::<String>(),
        Dialect::Postgres.readable_time("t.updated_at"),
    )
}

/// Fills the nulls of tasks, and returns the number of rows.
pub(super) async fn tasks(
    session: &mut Session,
    tasks: &Table,
    plan: &mut Plan,
) -> Result<u64, AdoptError> {
    fill(session, tasks, OF_TASKS, Step::FillTasks, plan).await
}

/// Fills the nulls of games, external ids only if the plan says so, and returns the number of rows.
pub(super) async fn games(
    session: &mut Session,
    games: &Table,
    plan: &mut Plan,
) -> Result<u64, AdoptError> {
    let filled = if plan.name_games { OF_GAMES } else { OF_GAMES.get(..3).unwrap_or_default() };
    fill(session, games, filled, Step::FillGames, plan).await
}

async fn fill(
    session: &mut Session,
    table: &Table,
    columns: &[(&str, &str)],
    step: Step,
    plan: &mut Plan,
) -> Result<u64, AdoptError> {
    let nullable = table.nullable();
    let columns: Vec<_> = columns.iter().filter(|(name, _)| nullable.contains(name)).collect();
    if columns.is_empty() {
        return Ok(0);
    }
    let open: Vec<_> = columns.iter().map(|(name, _)| format!("t.\"{name}\" IS NULL")).collect();
    let open = format!("({})", open.join(" OR "));
    let set: Vec<_> = columns.iter().map(|(name, with)| format!("\"{name}\" = {with}")).collect();
    let fill = format!(
        "UPDATE {table} t SET {} WHERE t.id IN (SELECT t.id FROM {table} t \
         WHERE t.id = ANY($1) AND {open} FOR NO KEY UPDATE SKIP LOCKED) RETURNING {open}",
        set.join(", "),
        table = table.quoted
    );
    let find = format!("SELECT t.id FROM {} t WHERE {open} LIMIT {PAGE}", table.quoted);
    let mut progress = StepProgress::new(step, &mut *plan.on_progress);
    let (mut filled, mut rounds) = (0, 0);
    while rounds < MAX_ROUNDS {
        let ids = ids(&session.rows(query(find.clone())).await?)?;
        if ids.is_empty() {
            return Ok(filled);
        }
        progress.begin();
        let before = filled;
        for batch in ids.chunks(plan.batch) {
            let done = loop {
                match try_fill(session, &fill, batch).await {
                    Ok(done) => break done,
                    Err(error) => progress.retry(session, error).await?,
                }
            };
            progress.advance(done);
            filled += done;
        }
        if filled == before {
            // Other sessions have locked all of them.
            progress.wait(session).await?;
        } else if ids.len() < PAGE {
            rounds += 1;
        }
    }
    // Other programs keep writing nulls. The caller forbids nulls and fills again.
    Ok(filled)
}

async fn try_fill(session: &mut Session, fill: &str, batch: &[Uuid]) -> Result<u64, DatabaseError> {
    session.begin().await?;
    let mut done = 0;
    for row in session.rows(query(fill).bind(batch.to_vec())).await? {
        // A trigger may have undone the change.
        let is_still_null: bool = get(&row, 0)?;
        done += u64::from(!is_still_null);
    }
    session.run("COMMIT").await?;
    Ok(done)
}

fn ids(rows: &[PgRow]) -> Result<Vec<Uuid>, DatabaseError> {
    rows.iter().map(|row| get(row, 0)).collect()
}

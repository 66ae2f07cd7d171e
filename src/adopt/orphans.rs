//! Resolves tasks without a game, as the plan decides.

use super::error::AdoptError;
use super::inspect::is_orphan;
use super::plan::{Orphans, Plan, Step};
use super::reference_indexes::index_references;
use super::report::Outcome;
use super::session::{Session, StepProgress, get, query};
use super::state::{State, Table, references};
use super::violations::{check_changed, is_constraint_violation};
use super::{audit, fill};
use crate::error::DatabaseError;
use uuid::Uuid;

/// The most ids that are read at a time.
const PAGE: usize = 20_000;

/// How often tasks are looked for that other programs have written meanwhile. The later steps detect
/// what remains, and call this again.
const MAX_ROUNDS: u32 = 20;

/// Resolves all tasks without a game, and returns whether there were any.
pub(super) async fn resolve(
    session: &mut Session,
    state: &State,
    plan: &mut Plan,
) -> Result<bool, AdoptError> {
    let tasks = &state.tasks;
    let without = is_orphan(state);
    let mut progress = StepProgress::new(Step::Orphans, &mut *plan.on_progress);
    let mut rounds = 0;
    while rounds < MAX_ROUNDS {
        let text = format!("SELECT t.id FROM {} t WHERE {without} LIMIT {PAGE}", tasks.quoted);
        let rows = session.rows(query(text)).await?;
        if rows.is_empty() {
            return Ok(progress.has_begun());
        }
        let ids = rows.iter().map(|row| get(row, 0)).collect::<Result<Vec<Uuid>, _>>()?;
        let Some(decision) = plan.orphans else {
            return Err(AdoptError::Undecided {
                duplicate_groups: 0,
                tasks_without_game: ids.len() as u64,
                games_without_external_id: 0,
            });
        };
        if decision == Orphans::SetAside && !progress.has_begun() {
            let referring = references(session, tasks).await?;
            index_references(session, &referring, &mut progress).await?;
        }
        progress.begin();
        audit::make(session, tasks).await?;
        let mut resolved = 0;
        for batch in ids.chunks(plan.batch) {
            resolved +=
                resolve_batch(session, tasks, &without, decision, batch, &mut progress).await?;
        }
        if resolved == 0 {
            progress.wait(session).await?;
        } else if ids.len() < PAGE {
            rounds += 1;
        }
    }
    Ok(true)
}

/// Resolves a batch in one transaction or, if a constraint prevents that, each task in its own.
async fn resolve_batch(
    session: &mut Session,
    tasks: &Table,
    without: &str,
    decision: Orphans,
    batch: &[Uuid],
    progress: &mut StepProgress<'_>,
) -> Result<u64, AdoptError> {
    let mut resolved = 0;
    let mut parts: Vec<&[Uuid]> = vec![batch];
    while let Some(part) = parts.last() {
        match try_resolve(session, tasks, without, decision, part).await {
            Ok(done) => {
                parts.pop();
                progress.advance(done);
                resolved += done;
            }
            Err(error) if is_constraint_violation(&error) => {
                session.run("ROLLBACK").await?;
                if let [task_id] = part {
                    let (task_id, outcome) = (*task_id, outcome_of(decision));
                    return Err(AdoptError::Blocked { task_id, outcome, source: error });
                }
                parts = batch.chunks(1).collect();
            }
            Err(error) => progress.retry(session, error).await?,
        }
    }
    Ok(resolved)
}

fn outcome_of(decision: Orphans) -> Outcome {
    match decision {
        Orphans::MoveTo(game_id) => Outcome::Moved { game_id },
        Orphans::SetAside => Outcome::SetAside,
    }
}

/// Resolves these tasks except for locked ones, and returns the number.
async fn try_resolve(
    session: &mut Session,
    tasks: &Table,
    without: &str,
    decision: Orphans,
    ids: &[Uuid],
) -> Result<u64, DatabaseError> {
    session.begin().await?;
    let lock = match decision {
        Orphans::MoveTo(_) => "FOR NO KEY UPDATE",
        Orphans::SetAside => "FOR UPDATE",
    };
    let text = format!(
        "SELECT t.id FROM {} t WHERE t.id = ANY($1) AND {without} {lock} OF t SKIP LOCKED",
        tasks.quoted
    );
    let rows = session.rows(query(text).bind(ids.to_vec())).await?;
    let free = rows.iter().map(|row| get(row, 0)).collect::<Result<Vec<Uuid>, _>>()?;
    let resolved = free.len() as u64;
    let outcome = outcome_of(decision);
    match decision {
        Orphans::MoveTo(game) => {
            let insert = audit::insert(tasks, &outcome, "$2::uuid", "NULL");
            let text = format!("{insert} FROM {} t WHERE t.id = ANY($1)", tasks.quoted);
            session.execute(query(text).bind(free.clone()).bind(game)).await?;
            // Fills the other nulls as well, which may be forbidden by now.
            let text = format!(
                r#"UPDATE {} t SET "gameId" = $2, {}
                   WHERE t.id = ANY($1)"#,
                tasks.quoted,
                fill::assignments(),
            );
            let moved = session.execute(query(text).bind(free.clone()).bind(game)).await?;
            check_changed(moved == resolved)?;
        }
        Orphans::SetAside => {
            let insert = audit::insert(tasks, &outcome, "NULL", "NULL");
            let text = format!(
                "WITH t AS (DELETE FROM {} t WHERE t.id = ANY($1) RETURNING *) {insert} FROM t",
                tasks.quoted
            );
            let gone = session.execute(query(text).bind(free.clone())).await?;
            check_changed(gone == resolved)?;
        }
    }
    session.run("SET CONSTRAINTS ALL IMMEDIATE").await?;
    session.run("COMMIT").await?;
    Ok(resolved)
}

//! The table that records every row that the plan decided on, and keeps the deleted ones.

use super::report::{Outcome, ResolvedTask};
use super::session::{Session, get, query};
use super::state::{Table, quoted};
use crate::error::DatabaseError;
use sea_orm::sqlx::postgres::PgRow;

/// The name of the table, in the schema of `tasks`, in which [`run`](super::run) records every task
/// that the plan decided on. It is created with the first such task and kept; drop it when you no
/// longer need it.
///
/// | column | |
/// |---|---|
/// | `id`, `at` | the order and the time |
/// | `outcome` | `kept`, `renamed`, `merged`, `moved`, `set aside`; `reference` for a row that was changed to refer to another task |
/// | `task_id`, `game_id`, `external_task_id` | the task before the change |
/// | `other_id` | the task that it was merged into, or the game that it was moved to |
/// | `renamed_to` | the new external id |
/// | `source` | the table and the constraint of a reference |
/// | `row` | the whole row as JSON: of a task before the change, of a reference after it |
pub const AUDIT_TABLE: &str = "game_tasks_adopted";

/// The name of the table in statements.
pub(super) fn name(tasks: &Table) -> String {
    format!("{}.{}", quoted(&tasks.schema), quoted(AUDIT_TABLE))
}

pub(super) async fn make(session: &mut Session, tasks: &Table) -> Result<(), DatabaseError> {
    if !exists(session, tasks).await? {
        let text = format!(
            "CREATE TABLE IF NOT EXISTS {} (\
             id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
             at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP, \
             outcome text NOT NULL, task_id uuid NOT NULL, game_id uuid, external_task_id text, \
             other_id uuid, renamed_to text, source text, \"row\" jsonb NOT NULL)",
            name(tasks)
        );
        session.run(&text).await?;
    }
    Ok(())
}

/// Whether something else has the name of the table or of its type.
pub(super) async fn name_is_taken(
    session: &mut Session,
    tasks: &Table,
) -> Result<bool, DatabaseError> {
    let text = "SELECT EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = to_regclass($1) \
                  AND (c.relkind <> 'r' OR 10 <> (SELECT count(*) FROM pg_attribute a \
                    WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname IN ('id', 'at', \
                    'outcome', 'task_id', 'game_id', 'external_task_id', 'other_id', \
                    'renamed_to', 'source', 'row')))) \
                OR EXISTS (SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
                  WHERE n.nspname = $2 AND t.typname = $3 AND t.typrelid = 0 \
                  AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid))";
    let taken = query(text).bind(name(tasks)).bind(tasks.schema.clone()).bind(AUDIT_TABLE);
    get(&session.row(taken).await?, 0)
}

async fn exists(session: &mut Session, tasks: &Table) -> Result<bool, DatabaseError> {
    let text = "SELECT to_regclass($1) IS NOT NULL";
    get(&session.row(query(text).bind(name(tasks))).await?, 0)
}

/// `INSERT INTO … SELECT …` for the tasks `t` of the table or subquery that follows. `other` and
/// `renamed_to` are SQL expressions.
pub(super) fn insert(tasks: &Table, outcome: &Outcome, other: &str, renamed_to: &str) -> String {
    format!(
        r#"INSERT INTO {} (outcome, task_id, game_id, external_task_id, other_id, renamed_to, "row")
           SELECT '{}', t.id, t."gameId", t."externalTaskId", {other}, {renamed_to}, to_jsonb(t)"#,
        name(tasks),
        outcome.participle(),
    )
}

/// All recorded tasks, in order.
pub(super) async fn read(
    session: &mut Session,
    tasks: &Table,
) -> Result<Vec<ResolvedTask>, DatabaseError> {
    if !exists(session, tasks).await? {
        return Ok(Vec::new());
    }
    // A later duplicate can add a second row `kept` for the same task.
    let text = format!(
        r#"SELECT s.outcome, s.task_id, s.game_id, s.external_task_id, s.other_id, s.renamed_to,
                  s.at, coalesce(r.n, 0)
           FROM (SELECT *, row_number() OVER (PARTITION BY task_id, outcome ORDER BY id) AS nth
                 FROM {name} WHERE outcome <> 'reference') s
           LEFT JOIN (SELECT task_id, count(*) AS n FROM {name} WHERE outcome = 'reference'
                      GROUP BY 1) r ON r.task_id = s.task_id AND s.outcome = 'merged'
           WHERE s.outcome <> 'kept' OR s.nth = 1 ORDER BY s.id"#,
        name = name(tasks)
    );
    let rows = session.rows(query(text)).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(outcome) = outcome(row)? {
            all.push(ResolvedTask {
                task_id: get(row, 1)?,
                game_id: get(row, 2)?,
                external_task_id: get::<Option<String>>(row, 3)?.unwrap_or_default(),
                outcome,
                at: get(row, 6)?,
            });
        }
    }
    Ok(all)
}

/// `None` for an outcome that another version wrote.
fn outcome(row: &PgRow) -> Result<Option<Outcome>, DatabaseError> {
    let other = || get::<Option<uuid::Uuid>>(row, 4).map(Option::unwrap_or_default);
    Ok(Some(match get::<&str>(row, 0)? {
        "kept" => Outcome::Kept,
        "renamed" => Outcome::Renamed { to: get::<Option<String>>(row, 5)?.unwrap_or_default() },
        "merged" => Outcome::Merged { into: other()?, references: super::session::count(row, 7)? },
        "moved" => Outcome::Moved { game_id: other()? },
        "set aside" => Outcome::SetAside,
        _ => return Ok(None),
    }))
}

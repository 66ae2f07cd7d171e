//! Resolves duplicates as the plan decides: each group, or a part of it, in its own transaction.

use super::error::AdoptError;
use super::inspect::{OLDEST_FIRST, groups};
use super::plan::{Duplicates, Plan, Step};
use super::reference_indexes::index_references;
use super::report::Outcome;
use super::session::{Session, StepProgress, get, query};
use super::state::{Reference, State, Table, quoted, references};
use super::violations::{check_changed, is_constraint_violation};
use super::{audit, fill};
use crate::error::{DatabaseError, FailureKind};
use crate::task::MAX_TEXT_CHARS;
use uuid::Uuid;

/// The most groups that are read at a time.
const PAGE: usize = 20_000;

/// The most tasks of a group in one transaction, so that it stays short.
const PART: usize = 50;

/// How often a merge is tried that a new reference prevents.
const ATTEMPTS: u32 = 5;

/// How often groups are looked for that other programs have written meanwhile. The later steps detect
/// what remains, and call this again.
const MAX_ROUNDS: u32 = 20;

struct Group {
    game_id: Uuid,
    external_task_id: String,
    ids: Vec<Uuid>,
}

/// Resolves all groups of duplicates, and returns whether there were any.
pub(super) async fn resolve(
    session: &mut Session,
    state: &State,
    plan: &mut Plan,
) -> Result<bool, AdoptError> {
    let mut progress = StepProgress::new(Step::Duplicates, &mut *plan.on_progress);
    let mut rounds = 0;
    while rounds < MAX_ROUNDS {
        let page = find(session, &state.tasks).await?;
        rounds += u32::from(page.len() < PAGE);
        if page.is_empty() {
            return Ok(progress.has_begun());
        }
        let Some(decision) = plan.duplicates else {
            return Err(AdoptError::Undecided {
                duplicate_groups: page.len() as u64,
                tasks_without_game: 0,
                games_without_external_id: 0,
            });
        };
        progress.begin();
        audit::make(session, &state.tasks).await?;
        let referring = references(session, &state.tasks).await?;
        if decision == Duplicates::KeepOldest {
            index_references(session, &referring, &mut progress).await?;
        }
        for group in page {
            let Some((oldest, others)) = group.ids.split_first() else { continue };
            for others in others.chunks(PART) {
                let ids = std::iter::once(oldest).chain(others).copied().collect();
                let part = Group { ids, external_task_id: group.external_task_id.clone(), ..group };
                let resolved =
                    resolve_part(session, &state.tasks, &referring, &part, decision, &mut progress);
                let resolved = resolved.await?;
                progress.advance(resolved);
            }
        }
    }
    Ok(true)
}

async fn find(session: &mut Session, tasks: &Table) -> Result<Vec<Group>, DatabaseError> {
    let text = format!(
        r#"SELECT d.g, d.e::text, array_agg(t.id ORDER BY {OLDEST_FIRST}) FROM ({} LIMIT {PAGE}) d JOIN {} t
           ON t."gameId" = d.g AND t."externalTaskId" COLLATE "C" = d.e GROUP BY d.g, d.e"#,
        groups(tasks, r#"t."gameId""#),
        tasks.quoted
    );
    let rows = session.rows(query(text)).await?;
    let group = |row| {
        Ok(Group { game_id: get(row, 0)?, external_task_id: get(row, 1)?, ids: get(row, 2)? })
    };
    rows.iter().map(group).collect()
}

/// Resolves one group in its own transaction, and returns the number of rows.
async fn resolve_part(
    session: &mut Session,
    tasks: &Table,
    referring: &[Reference],
    group: &Group,
    decision: Duplicates,
    progress: &mut StepProgress<'_>,
) -> Result<u64, AdoptError> {
    let mut attempts = 0;
    loop {
        let mut at = Attempt { task_id: Uuid::nil(), outcome: Outcome::Kept };
        match try_resolve(session, tasks, referring, group, decision, &mut at).await {
            Ok(resolved) => return Ok(resolved),
            Err(error) if is_constraint_violation(&error) => {
                session.run("ROLLBACK").await?;
                attempts += 1;
                // A new reference may have been inserted since the references were read.
                if error.kind() != FailureKind::ForeignKeyViolation || attempts >= ATTEMPTS {
                    let Attempt { task_id, outcome } = at;
                    return Err(AdoptError::Blocked { task_id, outcome, source: error });
                }
            }
            Err(error) => progress.retry(session, error).await?,
        }
    }
}

/// What the failed statement was about.
struct Attempt {
    task_id: Uuid,
    outcome: Outcome,
}

async fn try_resolve(
    session: &mut Session,
    tasks: &Table,
    referring: &[Reference],
    group: &Group,
    decision: Duplicates,
    at: &mut Attempt,
) -> Result<u64, DatabaseError> {
    session.begin().await?;
    // FOR UPDATE prevents new references to the rows.
    let text = format!(
        r#"SELECT t.id FROM {} t WHERE t.id = ANY($1) AND t."gameId" = $2
           AND t."externalTaskId" COLLATE "C" = $3 ORDER BY {OLDEST_FIRST} FOR UPDATE"#,
        tasks.quoted
    );
    let locked = query(text)
        .bind(group.ids.clone())
        .bind(group.game_id)
        .bind(group.external_task_id.clone());
    let rows = session.rows(locked).await?;
    let mut ids = rows.iter().map(|row| get::<Uuid>(row, 0)).collect::<Result<Vec<_>, _>>()?;
    if ids.len() < 2 {
        // GAME's programs have resolved it.
        session.run("ROLLBACK").await?;
        return Ok(0);
    }
    let oldest = ids.remove(0);
    let kept = audit::insert(tasks, &Outcome::Kept, "NULL", "NULL");
    let text = format!("{kept} FROM {} t WHERE t.id = $1", tasks.quoted);
    session.execute(query(text).bind(oldest)).await?;
    for id in &ids {
        at.task_id = *id;
        match decision {
            Duplicates::KeepOldest => {
                at.outcome = Outcome::Merged { into: oldest, references: 0 };
                merge(session, tasks, referring, oldest, *id).await?;
            }
            Duplicates::Rename => {
                let name = free_name(session, tasks, group, *id).await?;
                at.outcome = Outcome::Renamed { to: name.clone() };
                rename(session, tasks, *id, name).await?;
            }
        }
    }
    // Checks deferred constraints here, where a violation can still be attributed to a task.
    session.run("SET CONSTRAINTS ALL IMMEDIATE").await?;
    session.run("COMMIT").await?;
    Ok(ids.len() as u64 + 1)
}

/// Changes the references to a task so that they refer to the oldest, and deletes the task.
async fn merge(
    session: &mut Session,
    tasks: &Table,
    referring: &[Reference],
    oldest: Uuid,
    id: Uuid,
) -> Result<(), DatabaseError> {
    let record = audit::name(tasks);
    for reference in referring {
        let columns = reference.columns.iter().zip(&reference.referenced);
        let set = columns.map(|(from, to)| format!("{} = o.{}", quoted(from), quoted(to)));
        let text = format!(
            r#"WITH moved AS (
                 UPDATE {table} c SET {set} FROM {tasks} t, {tasks} o
                 WHERE t.id = $1 AND o.id = $2 AND {refers} RETURNING to_jsonb(c) AS "row")
               INSERT INTO {record} (outcome, task_id, other_id, source, "row")
               SELECT 'reference', $1, $2, $3, "row" FROM moved"#,
            table = reference.quoted(),
            set = set.collect::<Vec<_>>().join(", "),
            tasks = tasks.quoted,
            refers = reference.refers("c", "t"),
        );
        let source = format!("{}.{} {}", reference.schema, reference.table, reference.name);
        session.execute(query(text).bind(id).bind(oldest).bind(source)).await?;
    }
    let text = format!(
        "WITH t AS (DELETE FROM {} t WHERE t.id = $1 RETURNING *) {} FROM t",
        tasks.quoted,
        audit::insert(tasks, &Outcome::Merged { into: oldest, references: 0 }, "$2", "NULL"),
    );
    let gone = session.execute(query(text).bind(id).bind(oldest)).await?;
    check_changed(gone == 1)
}

async fn rename(
    session: &mut Session,
    tasks: &Table,
    id: Uuid,
    name: String,
) -> Result<(), DatabaseError> {
    let renamed = Outcome::Renamed { to: String::new() };
    let text = format!(
        "{} FROM {} t WHERE t.id = $1",
        audit::insert(tasks, &renamed, "NULL", "$2::text"),
        tasks.quoted
    );
    session.execute(query(text).bind(id).bind(name.clone())).await?;
    // Fills the nulls as well, which may be forbidden by now.
    let text = format!(
        r#"UPDATE {} t SET "externalTaskId" = $2, {}
           WHERE t.id = $1"#,
        tasks.quoted,
        fill::assignments(),
    );
    let renamed = session.execute(query(text).bind(id).bind(name)).await?;
    check_changed(renamed == 1)
}

/// A valid external id that contains the old one and is not taken.
async fn free_name(
    session: &mut Session,
    tasks: &Table,
    group: &Group,
    id: Uuid,
) -> Result<String, DatabaseError> {
    let mut n = 1;
    loop {
        let name = new_name(&group.external_task_id, id, n);
        let text = format!(
            r#"SELECT EXISTS (SELECT 1 FROM {} t
               WHERE t."gameId" = $1 AND t."externalTaskId" = $2)"#,
            tasks.quoted
        );
        let taken = query(text).bind(group.game_id).bind(name.clone());
        if !get::<bool>(&session.row(taken).await?, 0)? {
            return Ok(name);
        }
        n += 1;
    }
}

fn new_name(old: &str, id: Uuid, n: u32) -> String {
    let suffix = if n == 1 { format!("~{id}") } else { format!("~{id}~{n}") };
    let room = MAX_TEXT_CHARS.saturating_sub(suffix.len());
    let kept = old.chars().take(room).map(|c| if c.is_control() { '_' } else { c });
    kept.collect::<String>() + &suffix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::check_text;

    #[test]
    fn new_external_ids_are_valid_and_contain_the_task_id() {
        let id = Uuid::from_u128(7);
        for old in ["", " ", "a\nb\u{85}", &"é".repeat(400), "task-login"] {
            for n in [1, 2, u32::MAX] {
                let name = new_name(old, id, n);
                assert_eq!(check_text("external_task_id", &name), Ok(()), "{name:?}");
                assert!(name.contains(&id.to_string()));
            }
        }
        assert_eq!(new_name("task-login", id, 1), format!("task-login~{id}"));
        assert_eq!(new_name(&"é".repeat(400), id, 1).chars().count(), MAX_TEXT_CHARS);
    }
}

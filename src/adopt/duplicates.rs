//! Duplicates, as the owner decides: each group, or a part of it, in a transaction of its own.

use super::catalog::Catalog;
use super::catalog::Reference;
use super::catalog::Table;
use super::catalog::quoted;
use super::catalog::references;
use super::error::AdoptError;
use super::fill;
use super::inspect::OLDEST_FIRST;
use super::inspect::groups;
use super::plan::Duplicates;
use super::plan::Plan;
use super::plan::Step;
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
use crate::error::{DatabaseError, FailureKind};
use crate::task::MAX_TEXT_CHARS;
use sea_orm::DbBackend;
use uuid::Uuid;

/// How many groups are looked for at a time.
const PAGE: usize = 20_000;

/// How many of a group are settled in one transaction, so that it stays short.
const PART: usize = 50;

/// How often a group is tried again that a new reference kept from being merged.
const ATTEMPTS: u32 = 5;

/// How often the rest is looked for that others have written meanwhile. Whoever builds on there
/// being none finds out, and asks again.
const ROUNDS: u32 = 20;

/// One group of duplicates that was found.
struct Group {
    game_id: Uuid,
    external_task_id: String,
    ids: Vec<Uuid>,
}

/// Settles all groups of duplicates. Whether there were any.
pub(super) async fn settle(
    session: &mut Session,
    catalog: &Catalog,
    plan: &mut Plan,
) -> Result<bool, AdoptError> {
    let mut watch = Watch::new(Step::Duplicates, &mut *plan.on_progress);
    let mut rounds = 0;
    while rounds < ROUNDS {
        let page = find(session, &catalog.tasks).await?;
        rounds += u32::from(page.len() < PAGE);
        if page.is_empty() {
            return Ok(watch.has_begun());
        }
        let Some(decision) = plan.duplicates else {
            return Err(AdoptError::Undecided {
                duplicate_groups: page.len() as u64,
                tasks_without_game: 0,
                games_without_external_id: 0,
            });
        };
        watch.begin();
        record::make(session, &catalog.tasks).await?;
        let referring = references(session, &catalog.tasks).await?;
        if decision == Duplicates::KeepOldest {
            index_references(session, &referring, &mut watch).await?;
        }
        for group in page {
            let Some((oldest, others)) = group.ids.split_first() else { continue };
            for others in others.chunks(PART) {
                let ids = std::iter::once(oldest).chain(others).copied().collect();
                let part = Group { ids, external_task_id: group.external_task_id.clone(), ..group };
                let settled =
                    settle_part(session, &catalog.tasks, &referring, &part, decision, &mut watch);
                let settled = settled.await?;
                watch.settled(settled);
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

/// Settles one group in a transaction of its own. How many rows that were.
async fn settle_part(
    session: &mut Session,
    tasks: &Table,
    referring: &[Reference],
    group: &Group,
    decision: Duplicates,
    watch: &mut Watch<'_>,
) -> Result<u64, AdoptError> {
    let mut attempts = 0;
    loop {
        let mut at = Attempt { task_id: Uuid::nil(), outcome: Outcome::Kept };
        match try_settle(session, tasks, referring, group, decision, &mut at).await {
            Ok(settled) => return Ok(settled),
            Err(error) if is_a_refusal(&error) => {
                session.run("ROLLBACK").await?;
                attempts += 1;
                // What refers to it may have come in since it was looked for.
                if error.kind() != FailureKind::ForeignKeyViolation || attempts >= ATTEMPTS {
                    let Attempt { task_id, outcome } = at;
                    return Err(AdoptError::Stuck { task_id, outcome, source: error });
                }
            }
            Err(error) => watch.try_again(session, error).await?,
        }
    }
}

/// What was being done when a statement failed.
struct Attempt {
    task_id: Uuid,
    outcome: Outcome,
}

async fn try_settle(
    session: &mut Session,
    tasks: &Table,
    referring: &[Reference],
    group: &Group,
    decision: Duplicates,
    at: &mut Attempt,
) -> Result<u64, DatabaseError> {
    session.begin().await?;
    // Nobody can begin to refer to a row that is locked so.
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
        // The old programs have settled it themselves.
        session.run("ROLLBACK").await?;
        return Ok(0);
    }
    let oldest = ids.remove(0);
    let kept = record::insert(tasks, &Outcome::Kept, "NULL", "NULL");
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
    // A constraint that waits for the end of the transaction is asked here, where its answer
    // can still be told.
    session.run("SET CONSTRAINTS ALL IMMEDIATE").await?;
    session.run("COMMIT").await?;
    Ok(ids.len() as u64 + 1)
}

/// Makes what refers to the one task refer to the other, and takes the one out.
async fn merge(
    session: &mut Session,
    tasks: &Table,
    referring: &[Reference],
    oldest: Uuid,
    id: Uuid,
) -> Result<(), DatabaseError> {
    let record = record::name(tasks);
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
        record::insert(tasks, &Outcome::Merged { into: oldest, references: 0 }, "$2", "NULL"),
    );
    let gone = session.execute(query(text).bind(id).bind(oldest)).await?;
    refuse_unless(gone == 1)
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
        record::insert(tasks, &renamed, "NULL", "$2::text"),
        tasks.quoted
    );
    session.execute(query(text).bind(id).bind(name.clone())).await?;
    // Its nulls are filled with it, from what it was, for they may be forbidden by now.
    let fill = fill::OF_TASKS.iter().filter(|(column, _)| *column != "updated_at");
    let fill: Vec<_> = fill.map(|(column, with)| format!("{} = {with}", quoted(column))).collect();
    let text = format!(
        r#"UPDATE {} t SET "externalTaskId" = $2, {},
           updated_at = GREATEST(clock_timestamp(), {} + INTERVAL '1 microsecond')
           WHERE t.id = $1"#,
        tasks.quoted,
        fill.join(", "),
        read(DbBackend::Postgres, "t.updated_at"),
    );
    let renamed = session.execute(query(text).bind(id).bind(name)).await?;
    refuse_unless(renamed == 1)
}

/// A name that says where it comes from, obeys the rules, and is not taken.
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
    fn new_names_obey_the_rules_and_say_where_they_come_from() {
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

//! The changes of the tables' definitions. None of them blocks other sessions for long.

use super::audit;
use super::audit::AUDIT_TABLE;
use super::error::{AdoptError, Incompatibility};
use super::session::{Session, StepProgress, get, query};
use super::state::{ForeignKey, Needed, State, Table, quoted};
use crate::error::FailureKind;

/// Adds the missing defaults.
pub(super) async fn defaults(
    session: &mut Session,
    table: &Table,
    progress: &mut StepProgress<'_>,
) -> Result<(), AdoptError> {
    let lacking = table.missing_defaults();
    if lacking.is_empty() {
        return Ok(());
    }
    let set = lacking
        .iter()
        .map(|(column, value)| format!("ALTER COLUMN {} SET DEFAULT {value}", quoted(column)));
    let set = set.collect::<Vec<_>>().join(", ");
    session.alter(&table.quoted, &format!("ALTER TABLE {} {set}", table.quoted), progress).await
}

/// The check constraint that forbids nulls until the column is NOT NULL.
fn check(column: &str) -> String {
    quoted(&format!("game_tasks_adopt_{column}"))
}

/// Forbids new nulls. Existing rows are not checked, but a row with a null cannot be updated before
/// it is filled.
pub(super) async fn forbid_nulls(
    session: &mut Session,
    table: &Table,
    progress: &mut StepProgress<'_>,
) -> Result<(), AdoptError> {
    let text = "SELECT conname::text FROM pg_constraint WHERE conrelid = to_regclass($1)";
    let rows = session.rows(query(text).bind(table.quoted.clone())).await?;
    let there = rows.iter().map(|row| get::<String>(row, 0)).collect::<Result<Vec<_>, _>>()?;
    let there = |column: &str| there.iter().any(|name| quoted(name) == check(column));
    let lacking = table.nullable().into_iter().filter(|column| !there(column));
    let add = lacking.map(|column| {
        let (check, column) = (check(column), quoted(column));
        format!("ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID")
    });
    let add = add.collect::<Vec<_>>().join(", ");
    if add.is_empty() {
        return Ok(());
    }
    session.alter(&table.quoted, &format!("ALTER TABLE {} {add}", table.quoted), progress).await
}

/// Validates that there are no nulls, which blocks no other session, and then sets NOT NULL, which is
/// fast because of the validated check. `false` if a null was found.
pub(super) async fn not_null(
    session: &mut Session,
    table: &Table,
    progress: &mut StepProgress<'_>,
) -> Result<bool, AdoptError> {
    let nullable = table.nullable();
    for column in &nullable {
        if !validate(session, table, &check(column), progress).await? {
            return Ok(false);
        }
    }
    let list = |one: &dyn Fn(&str) -> String| {
        nullable.iter().map(|column| one(column)).collect::<Vec<_>>().join(", ")
    };
    let table = &table.quoted;
    // Two statements, because a single one would drop the checks first.
    let statements = format!(
        "ALTER TABLE {table} {}; ALTER TABLE {table} {}",
        list(&|column| format!("ALTER COLUMN {} SET NOT NULL", quoted(column))),
        list(&|column| format!("DROP CONSTRAINT {}", check(column))),
    );
    session.alter(table, &statements, progress).await?;
    Ok(true)
}

/// Validates a constraint against the existing rows. It takes long and waits for concurrent changes
/// of the definition, but blocks no other session. `false` if a row violates it.
async fn validate(
    session: &mut Session,
    table: &Table,
    constraint: &str,
    progress: &mut StepProgress<'_>,
) -> Result<bool, AdoptError> {
    let text = format!("ALTER TABLE {} VALIDATE CONSTRAINT {constraint}", table.quoted);
    match session.run_retrying_locks(&text, progress).await? {
        Ok(()) => Ok(true),
        Err(error)
            if matches!(
                error.kind(),
                FailureKind::ConstraintViolation | FailureKind::ForeignKeyViolation
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// The name of the foreign key to games in GAME's schema and in the crate's.
const FOREIGN_KEY: &str = "tasks_gameId_fkey";

/// Fails if something else has a name that adoption gives.
pub(super) async fn refuse_taken_names(
    session: &mut Session,
    state: &State,
) -> Result<(), AdoptError> {
    let tasks = &state.tasks;
    for needed in [Needed::Unique, Needed::Listing] {
        if state.has(needed) || state.has_invalid(needed) {
            continue;
        }
        let name = format!("{}.{}", quoted(&tasks.schema), quoted(needed.name()));
        let taken = query("SELECT to_regclass($1) IS NOT NULL").bind(name);
        if get(&session.row(taken).await?, 0)? {
            return Err(tasks.incompatible(needed.name(), Incompatibility::NameTaken));
        }
    }
    if audit::name_is_taken(session, tasks).await? {
        return Err(tasks.incompatible(AUDIT_TABLE, Incompatibility::NameTaken));
    }
    let text = "SELECT EXISTS (SELECT 1 FROM pg_constraint \
                WHERE conrelid = to_regclass($1) AND conname = $2)";
    let taken = query(text).bind(tasks.quoted.clone()).bind(FOREIGN_KEY);
    let taken: bool = get(&session.row(taken).await?, 0)?;
    if taken && state.foreign_key == ForeignKey::Missing {
        return Err(tasks.incompatible(FOREIGN_KEY, Incompatibility::NameTaken));
    }
    Ok(())
}

/// Adds the foreign key from tasks to games. `false` if a task's game does not exist.
pub(super) async fn reference(
    session: &mut Session,
    state: &State,
    progress: &mut StepProgress<'_>,
) -> Result<bool, AdoptError> {
    let State { tasks, games, .. } = state;
    if state.foreign_key == ForeignKey::Missing {
        let add = format!(
            r#"ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ("gameId") REFERENCES {} (id) NOT VALID"#,
            tasks.quoted,
            quoted(FOREIGN_KEY),
            games.quoted
        );
        session.alter(&tasks.quoted, &add, progress).await?;
    }
    let name = state.foreign_key_name.as_deref().unwrap_or(FOREIGN_KEY);
    validate(session, tasks, &quoted(name), progress).await
}

/// Builds an index concurrently. `false` if duplicates prevent a unique one, which is then dropped.
pub(super) async fn index(
    session: &mut Session,
    state: &State,
    needed: Needed,
    progress: &mut StepProgress<'_>,
) -> Result<bool, AdoptError> {
    let tasks = &state.tasks;
    let name = quoted(needed.name());
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {}.{name}", quoted(&tasks.schema));
    let unique = if needed == Needed::Unique { "UNIQUE " } else { "" };
    let make = format!(
        "CREATE {unique}INDEX CONCURRENTLY {name} ON {} {}",
        tasks.quoted,
        needed.definition()
    );
    if state.has_invalid(needed) {
        session.run_retrying_locks(&drop, progress).await??;
    }
    // A failed attempt leaves an invalid index that slows every write, so it is dropped before the
    // next one.
    loop {
        progress.attempt();
        let Err(error) = session.run(&make).await else { return Ok(true) };
        if error.kind() == FailureKind::ConnectionLost {
            return Err(error.into());
        }
        session.run_retrying_locks(&drop, progress).await??;
        if error.kind() == FailureKind::UniqueViolation {
            return Ok(false);
        }
        progress.retry(session, error).await?;
    }
}

//! What is changed of the tables' definitions, each change so that it holds up nobody.

use super::catalog::Catalog;
use super::catalog::Needed;
use super::catalog::Table;
use super::catalog::ToGames;
use super::catalog::quoted;
use super::error::AdoptError;
use super::error::UnfitReason;
use super::plan::Step;
use super::record;
use super::record::RECORD;
use super::session::Session;
use super::session::Watch;
use super::session::get;
use super::session::query;
use crate::error::FailureKind;

/// Gives columns the defaults that they lack.
pub(super) async fn defaults(
    session: &mut Session,
    table: &Table,
    watch: &mut Watch<'_>,
) -> Result<(), AdoptError> {
    let lacking = table.without_default();
    if lacking.is_empty() {
        return Ok(());
    }
    let set = lacking
        .iter()
        .map(|(column, value)| format!("ALTER COLUMN {} SET DEFAULT {value}", quoted(column)));
    let set = set.collect::<Vec<_>>().join(", ");
    session.alter(&table.quoted, &format!("ALTER TABLE {} {set}", table.quoted), watch).await
}

/// The check that stands until a column is NOT NULL.
fn check(column: &str) -> String {
    quoted(&format!("game_tasks_adopt_{column}"))
}

/// Keeps nulls from coming in from now on. Old rows are not looked at; but one that has a null
/// cannot be updated either until it is filled.
pub(super) async fn forbid_nulls(
    session: &mut Session,
    table: &Table,
    watch: &mut Watch<'_>,
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
    session.alter(&table.quoted, &format!("ALTER TABLE {} {add}", table.quoted), watch).await
}

/// Proves that there are no nulls, which holds up nobody, and then makes it part of the
/// columns, which is quick since it is proven. `false` where there are some after all.
pub(super) async fn not_null(
    session: &mut Session,
    table: &Table,
    watch: &mut Watch<'_>,
) -> Result<bool, AdoptError> {
    let nullable = table.nullable();
    for column in &nullable {
        if !validate(session, table, &check(column), watch).await? {
            return Ok(false);
        }
    }
    let list = |one: &dyn Fn(&str) -> String| {
        nullable.iter().map(|column| one(column)).collect::<Vec<_>>().join(", ")
    };
    let table = &table.quoted;
    // In this order, and not in one statement, which would drop the proofs first.
    let statements = format!(
        "ALTER TABLE {table} {}; ALTER TABLE {table} {}",
        list(&|column| format!("ALTER COLUMN {} SET NOT NULL", quoted(column))),
        list(&|column| format!("DROP CONSTRAINT {}", check(column))),
    );
    session.alter(table, &statements, watch).await?;
    Ok(true)
}

/// Checks a constraint against the rows that are there. It takes its time, and waits for those
/// who change the table's definition, while nobody waits for it. `false` if a row violates it.
async fn validate(
    session: &mut Session,
    table: &Table,
    constraint: &str,
    watch: &mut Watch<'_>,
) -> Result<bool, AdoptError> {
    let text = format!("ALTER TABLE {} VALIDATE CONSTRAINT {constraint}", table.quoted);
    match session.run_patiently(&text, watch).await? {
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

/// What the foreign key to games is called in GAME's schema, and in the crate's.
const FOREIGN_KEY: &str = "tasks_gameId_fkey";

/// Sees, before anything is changed, whether the names can be had that are to be given.
pub(super) async fn refuse_taken_names(
    session: &mut Session,
    catalog: &Catalog,
) -> Result<(), AdoptError> {
    let tasks = &catalog.tasks;
    for needed in [Needed::Unique, Needed::Listing] {
        if catalog.has(needed) || catalog.has_left_over(needed) {
            continue;
        }
        let name = format!("{}.{}", quoted(&tasks.schema), quoted(needed.name()));
        let taken = query("SELECT to_regclass($1) IS NOT NULL").bind(name);
        if get(&session.row(taken).await?, 0)? {
            return Err(tasks.unfit(needed.name(), UnfitReason::NameTaken));
        }
    }
    if record::name_is_taken(session, tasks).await? {
        return Err(tasks.unfit(RECORD, UnfitReason::NameTaken));
    }
    let text = "SELECT EXISTS (SELECT 1 FROM pg_constraint \
                WHERE conrelid = to_regclass($1) AND conname = $2)";
    let taken = query(text).bind(tasks.quoted.clone()).bind(FOREIGN_KEY);
    let taken: bool = get(&session.row(taken).await?, 0)?;
    if taken && catalog.to_games == ToGames::Missing {
        return Err(tasks.unfit(FOREIGN_KEY, UnfitReason::NameTaken));
    }
    Ok(())
}

/// Makes tasks refer to games. `false` where one refers to a game that is not there.
pub(super) async fn reference(
    session: &mut Session,
    catalog: &Catalog,
    watch: &mut Watch<'_>,
) -> Result<bool, AdoptError> {
    let Catalog { tasks, games, .. } = catalog;
    if catalog.to_games == ToGames::Missing {
        let add = format!(
            r#"ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ("gameId") REFERENCES {} (id) NOT VALID"#,
            tasks.quoted,
            quoted(FOREIGN_KEY),
            games.quoted
        );
        session.alter(&tasks.quoted, &add, watch).await?;
    }
    let name = catalog.to_games_name.as_deref().unwrap_or(FOREIGN_KEY);
    validate(session, tasks, &quoted(name), watch).await
}

/// Builds an index while everybody goes on working. `false` where duplicates keep a unique one
/// from being built; nothing is left of it then.
pub(super) async fn index(
    session: &mut Session,
    catalog: &Catalog,
    needed: Needed,
    watch: &mut Watch<'_>,
) -> Result<bool, AdoptError> {
    let tasks = &catalog.tasks;
    let name = quoted(needed.name());
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {}.{name}", quoted(&tasks.schema));
    let unique = if needed == Needed::Unique { "UNIQUE " } else { "" };
    let make = format!(
        "CREATE {unique}INDEX CONCURRENTLY {name} ON {} {}",
        tasks.quoted,
        needed.definition()
    );
    if catalog.has_left_over(needed) {
        session.run_patiently(&drop, watch).await??;
    }
    // Each attempt for itself: what could not be built stays, not in use, but in the way of
    // every writer, and is taken away before the next.
    loop {
        watch.trying();
        let Err(error) = session.run(&make).await else { return Ok(true) };
        if error.kind() == FailureKind::ConnectionLost {
            return Err(error.into());
        }
        session.run_patiently(&drop, watch).await??;
        if error.kind() == FailureKind::UniqueViolation {
            return Ok(false);
        }
        watch.try_again(session, error).await?;
    }
}

/// The step in which an index is built.
pub(super) fn step_of(needed: Needed) -> Step {
    match needed {
        Needed::Unique => Step::UniqueIndex,
        Needed::Listing => Step::ListingIndex,
    }
}

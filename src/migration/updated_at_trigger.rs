//! A trigger that makes `updated_at` grow with every change, whatever program makes it (PostgreSQL).

use super::tasks_migration::TasksMigration;
use super::{SchemaFault, SchemaMismatch, SchemaProblem, ddl};
use crate::database::dialect::{Dialect, MARK, TableName};
use crate::database::sql::within_limit;
use crate::task::{Games, ParentGame};
use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, SchemaManager};

/// A migration that makes `updated_at` grow with every change of a task's row, whatever program
/// makes the change. It belongs in the application's list, anywhere after
/// [`migrations`](super::migrations), and requires PostgreSQL 13 or newer.
///
/// The crate's own statements always write a later time. Other programs may write an earlier one:
/// `now()` is the start of their transaction, and GAME's programs write that. A precondition
/// ([`if_unmodified_since`](crate::TaskPatch::if_unmodified_since)) then misses their change. This
/// trigger (`BEFORE UPDATE`, for each row that changes without a later `updated_at`) stores the
/// later of the clock and the old time plus 1 µs. It leaves rows alone that do not change, and times
/// that the crate writes.
///
/// The trigger and its function are named `<tasks table>_updated_at_grows`. If something else has
/// one of these names, `up` reports a [`SchemaMismatch`]; `down` drops only what `up` created. Both
/// may be repeated. An application's own `BEFORE UPDATE` trigger that sets `updated_at` must have a
/// name that sorts before this one.
///
/// ```
/// use game_tasks::migration::opt_in_updated_at_trigger;
/// use game_tasks::sea_orm_migration::prelude::*;
///
/// struct AppMigrator;
///
/// impl MigratorTrait for AppMigrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         let mut list = game_tasks::migrations();
///         // GAME's programs still write tasks.
///         list.push(opt_in_updated_at_trigger());
///         list
///     }
/// }
/// assert_eq!(AppMigrator::migrations().len(), 3);
/// ```
#[must_use]
pub fn opt_in_updated_at_trigger() -> Box<dyn MigrationTrait> {
    opt_in_updated_at_trigger_for::<Games>()
}

/// [`opt_in_updated_at_trigger`] for the tasks of an application's own games table.
#[must_use]
pub fn opt_in_updated_at_trigger_for<G: ParentGame>() -> Box<dyn MigrationTrait> {
    let name = "m20261124_000101_game_tasks_updated_at_trigger";
    Box::new(TasksMigration::<G, CreateTrigger>::new(name, CreateTrigger))
}

struct CreateTrigger;

/// What has the names of the trigger and of its function, in the schema of the table.
struct Existing {
    schema: String,
    trigger: Owner,
    function: Owner,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// The name is free.
    None,
    Crate,
    Other,
}

impl Owner {
    fn new(exists: bool, created_by_crate: bool) -> Self {
        match (exists, created_by_crate) {
            (false, _) => Self::None,
            (true, true) => Self::Crate,
            (true, false) => Self::Other,
        }
    }
}

impl<G: ParentGame> TasksMigration<G, CreateTrigger> {
    /// The name of the trigger and of its function.
    fn trigger() -> String {
        within_limit(format!("{}_updated_at_grows", G::tasks_table()))
    }

    /// `None` if the table does not exist.
    async fn find(manager: &SchemaManager<'_>) -> Result<Option<Existing>, DbErr> {
        let dialect = Dialect::of(manager.get_database_backend());
        let Some(query) = dialect.schema_features().updated_at_trigger_query else {
            let reason = "the trigger on updated_at requires PostgreSQL";
            return Err(DbErr::Migration(reason.to_owned()));
        };
        let table = TableName::tasks::<G>().quoted(dialect);
        let values = [table.into(), Self::trigger().into(), MARK.into()];
        let query = Statement::from_sql_and_values(dialect.backend(), query, values);
        let Some(row) = manager.get_connection().query_one_raw(query).await? else {
            return Ok(None);
        };
        let is = |index: usize| row.try_get_by_index::<bool>(index);
        Ok(Some(Existing {
            schema: row.try_get_by_index(0)?,
            trigger: Owner::new(is(1)?, is(2)?),
            function: Owner::new(is(3)?, is(4)?),
        }))
    }

    fn mismatch(fault: SchemaFault) -> DbErr {
        SchemaMismatch::one(SchemaProblem::new(&TableName::bare(G::tasks_table()), fault)).into()
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for TasksMigration<G, CreateTrigger> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let Some(existing) = Self::find(manager).await? else {
            return Err(Self::mismatch(SchemaFault::TableMissing));
        };
        for (owner, what) in [(existing.trigger, "a trigger"), (existing.function, "a function")] {
            if owner == Owner::Other {
                let (name, holder) = (Self::trigger(), what.to_owned());
                return Err(Self::mismatch(SchemaFault::NameTaken { name, holder }));
            }
        }
        let dialect = Dialect::of(manager.get_database_backend());
        let name = dialect.quote(&Self::trigger());
        let function = format!("{}.{name}", dialect.quote(&existing.schema));
        let mut statements = Vec::new();
        if existing.function == Owner::None {
            statements.push(format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN \
                 NEW.updated_at := GREATEST(clock_timestamp(), \
                 OLD.updated_at + INTERVAL '1 microsecond'); RETURN NEW; END$body$"
            ));
            statements.push(format!("COMMENT ON FUNCTION {function}() IS '{MARK}'"));
        }
        if existing.trigger == Owner::None {
            // `*<>` compares the stored bytes: a column of the application may have a type without
            // an equality operator.
            statements.push(format!(
                "CREATE TRIGGER {name} BEFORE UPDATE ON {} FOR EACH ROW \
                 WHEN (NEW.updated_at <= OLD.updated_at AND NEW *<> OLD) \
                 EXECUTE FUNCTION {function}()",
                TableName::tasks::<G>().quoted(dialect)
            ));
        }
        ddl::run(manager, statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let Some(existing) = Self::find(manager).await? else { return Ok(()) };
        let dialect = Dialect::of(manager.get_database_backend());
        let name = dialect.quote(&Self::trigger());
        let mut statements = Vec::new();
        if existing.trigger == Owner::Crate {
            let table = TableName::tasks::<G>().quoted(dialect);
            statements.push(format!("DROP TRIGGER {name} ON {table}"));
        }
        if existing.function == Owner::Crate {
            let schema = dialect.quote(&existing.schema);
            statements.push(format!("DROP FUNCTION {schema}.{name}()"));
        }
        ddl::run(manager, statements).await
    }
}

//! A trigger that lets `updated_at` only grow, whatever program writes the row (PostgreSQL).

use super::create_tasks;
use super::ddl;
use crate::database::sql::{Names, quote, within_limit};
use crate::migration::{SchemaFault, SchemaMismatch, SchemaProblem};
use crate::task::{Games, ParentGame};
use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use std::marker::PhantomData;

/// A migration that makes `updated_at` grow with every change of a task's row, whatever program
/// makes it. For the application's list, anywhere after [`migrations`](super::migrations);
/// PostgreSQL 13 or newer alone.
///
/// What the crate writes grows by itself. Other programs may write a time that lies before the
/// stored one: `now()` is the start of their transaction, and GAME's programs write just that. A
/// precondition ([`if_unmodified_since`](crate::TaskPatch::if_unmodified_since)) then misses their
/// change. With this trigger (`BEFORE UPDATE`, for each row that changes without a later
/// `updated_at`) the stored time becomes the later of the clock and the old time plus 1 µs.
/// Rows that do not change are left as they are, and what the crate writes passes unchanged.
///
/// The trigger and its function are called `<tasks table>_updated_at_grows`. Where something else
/// has one of these names, `up` reports a [`SchemaMismatch`]; `down` drops only what `up` made. Both
/// may run any number of times. A `BEFORE UPDATE` trigger of the application's that sets
/// `updated_at` must have a name that sorts before this one.
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
///         // The programs of GAME go on writing tasks.
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
    let name = "m20261124_000101_game_tasks_updated_at_trigger".to_owned();
    let name = create_tasks::named_for::<G>(name);
    Box::new(CreateTrigger::<G> { name, parent: PhantomData })
}

struct CreateTrigger<G> {
    name: String,
    parent: PhantomData<fn() -> G>,
}

impl<G> MigrationName for CreateTrigger<G> {
    fn name(&self) -> &str {
        &self.name
    }
}

/// The schema of the table, whether it has a trigger of this name, of its own making or not, and
/// whether the schema has such a function.
const FIND: &str = r"
SELECT n.nspname::text,
    EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname::text = $2),
    EXISTS (SELECT 1 FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
        WHERE g.tgrelid = c.oid AND g.tgname::text = $2 AND p.pronamespace = n.oid
        AND p.proname::text = $2 AND obj_description(p.oid, 'pg_proc') = $3),
    EXISTS (SELECT 1 FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname::text = $2
        AND p.pronargs = 0),
    EXISTS (SELECT 1 FROM pg_proc p WHERE p.pronamespace = n.oid AND p.proname::text = $2
        AND p.pronargs = 0 AND obj_description(p.oid, 'pg_proc') = $3)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)
";

/// What is there of the two.
struct Found {
    schema: String,
    trigger: Holder,
    function: Holder,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Nothing,
    TheCrate,
    SomethingElse,
}

impl Holder {
    fn of(is_there: bool, is_the_crates: bool) -> Self {
        match (is_there, is_the_crates) {
            (false, _) => Self::Nothing,
            (true, true) => Self::TheCrate,
            (true, false) => Self::SomethingElse,
        }
    }
}

impl<G: ParentGame> CreateTrigger<G> {
    /// The name of the trigger and of its function.
    fn trigger() -> String {
        within_limit(format!("{}_updated_at_grows", G::tasks_table()))
    }

    /// `None` where there is no such table.
    async fn find(manager: &SchemaManager<'_>) -> Result<Option<Found>, DbErr> {
        let backend = manager.get_database_backend();
        if backend != DbBackend::Postgres {
            let reason = "the trigger on updated_at is for PostgreSQL alone";
            return Err(DbErr::Migration(reason.to_owned()));
        }
        let tasks = Names::new::<G>(backend).tasks;
        let values = [tasks.into(), Self::trigger().into(), ddl::MARK.into()];
        let find = Statement::from_sql_and_values(backend, FIND, values);
        let Some(row) = manager.get_connection().query_one_raw(find).await? else {
            return Ok(None);
        };
        let is = |place: usize| row.try_get_by_index::<bool>(place);
        Ok(Some(Found {
            schema: row.try_get_by_index(0)?,
            trigger: Holder::of(is(1)?, is(2)?),
            function: Holder::of(is(3)?, is(4)?),
        }))
    }

    fn mismatch(fault: SchemaFault) -> DbErr {
        SchemaMismatch::one(SchemaProblem::new(G::tasks_table(), fault)).into()
    }
}

#[async_trait]
impl<G: ParentGame> MigrationTrait for CreateTrigger<G> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = DbBackend::Postgres;
        let Some(found) = Self::find(manager).await? else {
            return Err(Self::mismatch(SchemaFault::TableMissing));
        };
        for (holder, what) in [(found.trigger, "a trigger"), (found.function, "a function")] {
            if holder == Holder::SomethingElse {
                let (name, holder) = (Self::trigger(), what.to_owned());
                return Err(Self::mismatch(SchemaFault::NameTaken { name, holder }));
            }
        }
        let name = quote(backend, &Self::trigger());
        let function = format!("{}.{name}", quote(backend, &found.schema));
        let mut statements = Vec::new();
        if found.function == Holder::Nothing {
            statements.push(format!(
                "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$BEGIN \
                 NEW.updated_at := GREATEST(clock_timestamp(), \
                 OLD.updated_at + INTERVAL '1 microsecond'); RETURN NEW; END$body$"
            ));
            statements.push(format!("COMMENT ON FUNCTION {function}() IS '{}'", ddl::MARK));
        }
        if found.trigger == Holder::Nothing {
            // Compared as they are stored: a type of the application's may know no equality.
            statements.push(format!(
                "CREATE TRIGGER {name} BEFORE UPDATE ON {} FOR EACH ROW \
                 WHEN (NEW.updated_at <= OLD.updated_at AND NEW *<> OLD) \
                 EXECUTE FUNCTION {function}()",
                Names::new::<G>(backend).tasks
            ));
        }
        ddl::run(manager, statements).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = DbBackend::Postgres;
        let Some(found) = Self::find(manager).await? else { return Ok(()) };
        let name = quote(backend, &Self::trigger());
        let mut statements = Vec::new();
        if found.trigger == Holder::TheCrate {
            let tasks = Names::new::<G>(backend).tasks;
            statements.push(format!("DROP TRIGGER {name} ON {tasks}"));
        }
        if found.function == Holder::TheCrate {
            let schema = quote(backend, &found.schema);
            statements.push(format!("DROP FUNCTION {schema}.{name}()"));
        }
        ddl::run(manager, statements).await
    }
}

//! Triggers of an application's that skip rows, by the beginning of their names.

use super::backend::Backend;
use super::database::TestDatabase;
use super::sql::run;

/// Tasks whose names begin with `skipped` cannot be inserted, `frozen` not updated, `kept` not
/// deleted: the database reports success each time.
pub(crate) async fn make_skipping_triggers(database: &TestDatabase) {
    if database.backend == Backend::Postgres {
        let function = "CREATE FUNCTION app_skip() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN RETURN NULL; END $$";
        run(&database.db, function, []).await;
    }
    for (event, row, name) in
        [("INSERT", "NEW", "skipped"), ("UPDATE", "OLD", "frozen"), ("DELETE", "OLD", "kept")]
    {
        let event_of = format!("CREATE TRIGGER app_{name} BEFORE {event} ON tasks FOR EACH ROW");
        let when = format!("{row}.\"externalTaskId\" LIKE '{name}%'");
        let trigger = match database.backend {
            Backend::Postgres => format!("{event_of} WHEN ({when}) EXECUTE FUNCTION app_skip()"),
            _ => format!("{event_of} WHEN {when} BEGIN SELECT RAISE(IGNORE); END"),
        };
        run(&database.db, &trigger, []).await;
    }
}

/// Cases `async fn(&TestDatabase)`, on the databases that can skip a row, migrated.
macro_rules! skipping_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres],
            $case,
            |on| $crate::support::on_database(on, $crate::support::FEW, super::$case)
        );
    )+};
}
pub(crate) use skipping_cases;

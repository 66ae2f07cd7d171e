//! Triggers that skip rows by a prefix of their names.

use super::backend::Backend;
use super::database::TestDatabase;
use super::sql::run;

/// Creates triggers that skip inserting tasks whose names begin with `skipped`, updating those
/// with `frozen` and deleting those with `kept`. The database reports success each time.
pub(crate) async fn create_skipping_triggers(database: &TestDatabase) {
    if database.backend == Backend::Postgres {
        let function = "CREATE FUNCTION app_skip() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN RETURN NULL; END $$";
        run(&database.db, function, []).await;
    }
    for (event, row, name) in
        [("INSERT", "NEW", "skipped"), ("UPDATE", "OLD", "frozen"), ("DELETE", "OLD", "kept")]
    {
        let create = format!("CREATE TRIGGER app_{name} BEFORE {event} ON tasks FOR EACH ROW");
        let when = format!("{row}.\"externalTaskId\" LIKE '{name}%'");
        let trigger = match database.backend {
            Backend::Postgres => format!("{create} WHEN ({when}) EXECUTE FUNCTION app_skip()"),
            _ => format!("{create} WHEN {when} BEGIN SELECT RAISE(IGNORE); END"),
        };
        run(&database.db, &trigger, []).await;
    }
}

/// Runs cases `async fn(&TestDatabase)` on the databases whose triggers can skip a row, after the
/// migrations.
macro_rules! skipping_cases {
    ($($case:ident),+ $(,)?) => {$(
        $crate::support::tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres],
            $case,
            |on| $crate::support::on_database(on, $crate::support::DEFAULT_CONNECTIONS, super::$case)
        );
    )+};
}
pub(crate) use skipping_cases;

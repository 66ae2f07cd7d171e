//! Connection poolers through which the crate cannot work: what migrations, the schema check and
//! single calls report.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, Pooler, Pooling, TestDatabase, assert_is, on_empty_database,
};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection};
use game_tasks::{
    FailureKind, Game, MigrationError, NewTask, Retry, SeaOrmTaskRepository, TaskError,
    TaskRepositoryExt, migration,
};

/// Tests `async fn(&TestDatabase)` on an empty PostgreSQL database.
macro_rules! postgres_cases {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                super::on_postgres(super::$case).await;
            }
        }
    )+};
}

postgres_cases!(
    transaction_mode,
    transaction_mode_without_prepared_statements,
    statement_mode,
    a_transaction_that_is_refused_once,
    discarded_statements,
    pgbouncer_in_transaction_mode,
    pgbouncer_in_session_mode,
    pgbouncer_without_prepared_statements,
    pgbouncer_in_statement_mode,
);

async fn on_postgres(case: impl AsyncFnOnce(&TestDatabase)) {
    on_empty_database(Backend::Postgres, DEFAULT_CONNECTIONS, async |database| {
        case(&database.directly().await).await;
    })
    .await;
}

fn assert_unsupported(outcome: Result<(), MigrationError>) {
    let error = outcome.unwrap_err();
    assert_is!(error, MigrationError::UnsupportedPooler { .. });
    assert_eq!(error.retry(), Retry::No);
    assert!(error.to_string().contains("pooler"), "{error}");
    assert!(error.into_db_err().is_some());
}

/// Migrates, and makes each kind of call.
async fn assert_works(db: &DatabaseConnection) {
    game_tasks::migrate(db).await.unwrap();
    game_tasks::migrate(db).await.unwrap();
    migration::verify_schema(db).await.unwrap();
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    assert_eq!(tasks.find(&task).await.unwrap(), Some(task));
}

async fn transaction_mode(database: &TestDatabase) {
    let pooler = Pooler::start(database, Pooling::TRANSACTION);
    let (one, other) = (pooler.pool(2).await, pooler.pool(2).await);
    assert_works(&one).await;
    game_tasks::migrate(&other).await.unwrap();
    migration::verify_schema(&other).await.unwrap();
}

async fn transaction_mode_without_prepared_statements(database: &TestDatabase) {
    let pooling = Pooling { renames_statements: false, ..Pooling::TRANSACTION };
    let pooler = Pooler::start(database, pooling);
    // The first client prepares statements, whose names the others then give again.
    game_tasks::migrate(&pooler.pool(1).await).await.unwrap();
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    assert_unsupported(game_tasks::migrate(&pooler.pool(1).await).await);
    assert_unsupported(migration::verify_schema(&pooler.pool(1).await).await);
    let status = migration::status::<game_tasks::Migrator>(&pooler.pool(1).await).await;
    assert_unsupported(status.map(drop));
    let tasks = SeaOrmTaskRepository::new(pooler.pool(1).await);
    let error = tasks.create(NewTask::new(game, "task")).await.unwrap_err();
    assert_is!(error, TaskError::Database(error) if error.kind() == FailureKind::UnsupportedPooler);
    assert_eq!(error.retry(), Retry::No);
    assert!(error.to_string().contains("pooler"), "{error}");
}

async fn statement_mode(database: &TestDatabase) {
    let pooling = Pooling { refused_transactions: usize::MAX, ..Pooling::TRANSACTION };
    let db = Pooler::start(database, pooling).pool(2).await;
    assert_unsupported(game_tasks::migrate(&db).await);
    // No transaction is needed for the rest.
    game_tasks::migrate(&database.db).await.unwrap();
    assert_works(&db).await;
}

/// PgBouncer reports passing failures by the same code.
async fn a_transaction_that_is_refused_once(database: &TestDatabase) {
    let pooling = Pooling { refused_transactions: 1, ..Pooling::TRANSACTION };
    assert_works(&Pooler::start(database, pooling).pool(2).await).await;
}

async fn discarded_statements(database: &TestDatabase) {
    let db = database.second_pool().await;
    assert_works(&db).await;
    db.execute_unprepared("DEALLOCATE ALL").await.unwrap();
    assert_unsupported(game_tasks::migrate(&db).await);
    assert_unsupported(migration::verify_schema(&db).await);
    db.close().await.unwrap();
}

/// Pools through the pooler of this variable, if it is set. Several connections prepare the same
/// statements.
async fn pools_of(database: &TestDatabase, variable: &str) -> Vec<DatabaseConnection> {
    let mut pools = Vec::new();
    if let Ok(server) = std::env::var(variable)
        && !server.is_empty()
    {
        for _ in 0..3 {
            pools.push(database.pool_on(&server, 1).await);
        }
    }
    pools
}

async fn pgbouncer_in_transaction_mode(database: &TestDatabase) {
    for db in pools_of(database, "GAME_TASKS_PGBOUNCER_URL").await {
        game_tasks::migrate(&db).await.unwrap();
        migration::verify_schema(&db).await.unwrap();
    }
}

async fn pgbouncer_in_session_mode(database: &TestDatabase) {
    for db in pools_of(database, "GAME_TASKS_PGBOUNCER_SESSION_URL").await {
        game_tasks::migrate(&db).await.unwrap();
        migration::verify_schema(&db).await.unwrap();
        // Its server connection is needed by the next.
        db.close().await.unwrap();
    }
}

async fn pgbouncer_without_prepared_statements(database: &TestDatabase) {
    let pools = pools_of(database, "GAME_TASKS_PGBOUNCER_UNPREPARED_URL").await;
    let Some((first, others)) = pools.split_first() else { return };
    game_tasks::migrate(first).await.unwrap();
    for db in others {
        assert_unsupported(game_tasks::migrate(db).await);
        assert_unsupported(migration::verify_schema(db).await);
    }
}

async fn pgbouncer_in_statement_mode(database: &TestDatabase) {
    for db in pools_of(database, "GAME_TASKS_PGBOUNCER_STATEMENT_URL").await {
        assert_unsupported(game_tasks::migrate(&db).await);
    }
}

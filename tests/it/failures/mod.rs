//! Failures of the database: the state of the transaction that an error reports agrees with the
//! effect of `COMMIT`.

mod connections;
mod mariadb;
mod postgres;
mod sqlite;

use crate::support::{Backend, ON_EXISTING, TestDatabase, column, run};
use game_tasks::sea_orm::{DatabaseTransaction, TransactionTrait};
use game_tasks::{
    Game, NewTask, SeaOrmTaskRepository, Task, TaskError, TaskFilter, TaskPatch, TaskRepository,
    TaskRepositoryExt, TransactionState,
};
use uuid::Uuid;

/// A transaction in which a task was created, and the error of a later call.
struct Failure {
    error: TaskError,
    transaction: DatabaseTransaction,
    game: Uuid,
}

/// Creates the task `before` in a transaction, then makes a call that fails.
async fn fail_in_transaction(
    database: &TestDatabase,
    call: impl AsyncFnOnce(&DatabaseTransaction, &dyn TaskRepository, Uuid) -> TaskError,
) -> Failure {
    let game = new_game(database).await;
    let transaction = database.db.begin().await.unwrap();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let tasks = tasks.on(&transaction);
    tasks.create(NewTask::new(game, "before")).await.unwrap();
    let error = call(&transaction, &tasks, game).await;
    Failure { error, transaction, game }
}

impl Failure {
    /// Commits, reads through another connection whether `before` was saved, and asserts that this
    /// agrees with the error.
    async fn commit(self, database: &TestDatabase, expected: TransactionState) -> TaskError {
        let Self { error, transaction, game } = self;
        let state = error.transaction_state();
        assert_eq!(state, expected, "{error:?}");
        assert_eq!(error.transaction_lost(), state == TransactionState::Lost);
        let committed = transaction.commit().await;
        let is_there = is_there(database, game, "before").await;
        match state {
            TransactionState::Intact => {
                assert!(is_there, "{error:?}: COMMIT has not saved it: {committed:?}");
                committed.unwrap();
            }
            TransactionState::Lost => assert!(!is_there, "{error:?}: COMMIT has saved it"),
            // Both are possible.
            _ => {}
        }
        error
    }
}

async fn new_game(database: &TestDatabase) -> Uuid {
    Game::new(Uuid::now_v7().to_string()).insert(&database.db).await.unwrap().id
}

/// Whether a task is stored, read through another connection where the backend allows one.
async fn is_there(database: &TestDatabase, game: Uuid, name: &str) -> bool {
    let ask = r#"SELECT count(*) FROM tasks WHERE "gameId" = ? AND "externalTaskId" = ?"#;
    let values = [game.into(), name.into()];
    let found: Vec<i64> = if database.backend == Backend::SqliteMemory {
        column(&database.db, ask, values).await
    } else {
        let other = database.second_pool().await;
        let found = column(&other, ask, values).await;
        other.close().await.unwrap();
        found
    };
    found == [1]
}

/// The number of calls that write.
const WRITING_CALLS: usize = 11;

/// Makes one of the calls that write, which the application's trigger must refuse: it writes a task
/// with the strategy `refused`, or deletes `old`.
async fn write_refused(
    tasks: &dyn TaskRepository,
    game: Uuid,
    old: &Task,
    call: usize,
) -> TaskError {
    let batch = || {
        ["first", "second", "third"].map(|name| {
            let strategy = if name == "second" { "refused" } else { "fine" };
            NewTask::new(game, name).strategy(strategy)
        })
    };
    let refused = || TaskPatch::new().strategy("refused");
    match call {
        0 => tasks.create(NewTask::new(game, "new").strategy("refused")).await.unwrap_err(),
        1..=3 => match tasks.create_many(batch(), ON_EXISTING[call - 1]).await {
            Ok(outcomes) => outcomes.into_iter().find_map(Result::err).unwrap(),
            Err(error) => error,
        },
        4..=6 => tasks.create_all(batch(), ON_EXISTING[call - 4]).await.unwrap_err(),
        7 => tasks.update(old, refused()).await.unwrap_err(),
        8 => tasks.update_many(TaskFilter::in_game(game), refused()).await.unwrap_err(),
        9 => tasks.delete(old).await.unwrap_err(),
        _ => tasks.delete_many(TaskFilter::in_game(game)).await.unwrap_err(),
    }
}

/// Creates SQLite triggers that run `body` for the rows that [`write_refused`] writes. In `body`,
/// `row` is the row.
async fn create_sqlite_triggers(database: &TestDatabase, when: &str, body: &str) {
    for (event, row, condition) in [
        ("INSERT", "NEW", r#"NEW."strategyId" = 'refused'"#),
        ("UPDATE", "NEW", r#"NEW."strategyId" = 'refused'"#),
        ("DELETE", "OLD", r#"OLD."externalTaskId" = 'old'"#),
    ] {
        let body = body.replace("row.", &format!("{row}."));
        // Another connection of the pool may just have dropped the trigger. SQLite then looks at its
        // cached schema, and only with IF NOT EXISTS checks that it is current.
        let make = format!(
            "CREATE TRIGGER IF NOT EXISTS app_{event} {when} {event} ON tasks WHEN {condition} BEGIN {body}; END"
        );
        run(&database.db, &make, []).await;
    }
}

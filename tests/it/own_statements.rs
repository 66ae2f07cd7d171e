//! An application's own statements beside calls of the crate: their errors convert to `TaskError`.

use crate::support::{Backend, TestDatabase, assert_is, database_cases};
use game_tasks::sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, TransactionTrait,
};
use game_tasks::{
    DatabaseError, FailureKind, Game, Games, NewTask, Retry, SeaOrmTaskRepository, Task, TaskError,
    TaskRepositoryExt, Tasks, TransactionState,
};
use uuid::Uuid;

database_cases!(
    question_mark_in_a_transaction,
    the_error_alone_is_classified_as_with_its_connection,
    sea_orms_transactions,
    a_closed_pool,
);

/// A function of an application: it inserts a game again, and creates a task.
async fn create_with_game(
    db: &DatabaseConnection,
    game: &Game,
    new: NewTask,
) -> Result<(Task, u64), TaskError> {
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let transaction = db.begin().await?;
    let task = tasks.on(&transaction).create(new).await?;
    let game = game.clone().into_active_model().reset_all();
    Games::insert(game).exec_without_returning(&transaction).await?;
    let count = Tasks::find().count(&transaction).await?;
    transaction.commit().await?;
    Ok((task, count))
}

async fn question_mark_in_a_transaction(database: &TestDatabase) {
    let db = &database.db;
    let (old, new) = (Game::new("old").insert(db).await.unwrap(), Game::new("new"));
    let task = |name: &str| NewTask::new(old.id, name);
    let (_, count) = create_with_game(db, &new, task("task")).await.unwrap();
    assert_eq!(count, 1);
    let error = create_with_game(db, &old, task("refused")).await.unwrap_err();
    assert_is!(&error, TaskError::Database(e) if e.kind() == FailureKind::UniqueViolation);
    assert_eq!(error.http_status(), 409);
    let state = match database.backend {
        Backend::Postgres => TransactionState::Lost,
        Backend::SqliteMemory | Backend::SqliteFile => TransactionState::Unknown,
        Backend::MariaDb | Backend::MariaDbRollback | Backend::MySql => TransactionState::Intact,
    };
    assert_eq!(error.transaction_state(), state);
    let error = create_with_game(db, &new, task("task")).await.unwrap_err();
    assert_is!(error, TaskError::AlreadyExists { .. });
    assert_eq!(Tasks::find().count(db).await.unwrap(), 1);
}

async fn the_error_alone_is_classified_as_with_its_connection(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap();
    let missing = Uuid::now_v7();
    let task = SeaOrmTaskRepository::new(db.clone());
    let mut orphan = task.create(NewTask::new(game.id, "task")).await.unwrap();
    orphan.id = missing;
    orphan.game_id = missing;
    let fail = async |statement: &str, db: &dyn Statements| -> DbErr {
        match statement {
            "duplicate game" => db.insert_game(&game).await.unwrap_err(),
            "missing game" => db.insert_task(&orphan).await.unwrap_err(),
            statement => db.run(statement).await.unwrap_err(),
        }
    };
    for (statement, kind) in [
        ("duplicate game", FailureKind::UniqueViolation),
        ("missing game", FailureKind::ForeignKeyViolation),
        ("SELECT * FROM no_such_table", FailureKind::InvalidStatement),
        ("SELEKT", FailureKind::InvalidStatement),
    ] {
        let transaction = db.begin().await.unwrap();
        let source = fail(statement, &transaction).await;
        let exact = DatabaseError::classify(&transaction, source.clone());
        let alone = DatabaseError::from(source.clone());
        assert_eq!(alone.kind(), kind, "{statement}: {alone:?}");
        assert!(alone.code().is_some());
        assert_eq!(alone, exact, "{statement}");
        assert_eq!(
            matches!(TaskError::from(source), TaskError::Referenced(_)),
            kind == FailureKind::ForeignKeyViolation
        );
        transaction.rollback().await.unwrap();
        // On the pool there is no transaction to lose.
        let source = fail(statement, db).await;
        let on_pool = DatabaseError::classify(db, source);
        assert_eq!((on_pool.kind(), on_pool.code()), (kind, exact.code()));
        let found = (on_pool.retry(), on_pool.transaction_state());
        assert_eq!(found, (Retry::No, TransactionState::Intact), "{statement}");
    }
}

/// Statements of an application, on a pool or in a transaction.
#[async_trait::async_trait]
trait Statements: Sync {
    async fn insert_game(&self, game: &Game) -> Result<(), DbErr>;
    async fn insert_task(&self, task: &Task) -> Result<(), DbErr>;
    async fn run(&self, statement: &str) -> Result<(), DbErr>;
}

#[async_trait::async_trait]
impl<C: ConnectionTrait> Statements for C {
    async fn insert_game(&self, game: &Game) -> Result<(), DbErr> {
        let game = game.clone().into_active_model().reset_all();
        Games::insert(game).exec_without_returning(self).await.map(drop)
    }
    async fn insert_task(&self, task: &Task) -> Result<(), DbErr> {
        let task = task.clone().into_active_model().reset_all();
        Tasks::insert(task).exec_without_returning(self).await.map(drop)
    }
    async fn run(&self, statement: &str) -> Result<(), DbErr> {
        self.execute_unprepared(statement).await.map(drop)
    }
}

async fn sea_orms_transactions(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let create = async |statement: &'static str| -> Result<Task, TaskError> {
        let tasks = tasks.clone();
        let created = db.transaction::<_, Task, TaskError>(move |transaction| {
            Box::pin(async move {
                let task = tasks.on(transaction).create(NewTask::new(game, "task")).await?;
                transaction.execute_unprepared(statement).await?;
                Ok(task)
            })
        });
        Ok(created.await?)
    };
    let error = create("SELECT * FROM no_such_table").await.unwrap_err();
    assert_is!(&error, TaskError::Database(e) if e.kind() == FailureKind::InvalidStatement);
    let task = create("SELECT 1").await.unwrap();
    assert_eq!(tasks.get(&task).await.unwrap(), task);
    let error = create("SELECT 1").await.unwrap_err();
    assert_is!(error, TaskError::AlreadyExists { .. });
}

async fn a_closed_pool(database: &TestDatabase) {
    if database.backend == Backend::SqliteMemory {
        return;
    }
    let db = database.second_pool().await;
    db.clone().close().await.unwrap();
    let error = create_with_game(&db, &Game::new("game"), NewTask::new(Uuid::nil(), "task")).await;
    let error = error.unwrap_err();
    assert_is!(&error, TaskError::Database(e) if e.kind() == FailureKind::PoolClosed);
    assert_eq!((error.retry(), error.http_status()), (Retry::No, 503));
}

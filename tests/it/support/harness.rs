//! A harness for cases that run in memory, on a pool and in the application's transaction.

use super::backend::Backend;
use super::checks::{key, list_by_name};
use super::database::{DEFAULT_CONNECTIONS, TestDatabase, on_database};
use super::sql::still_works;
use game_tasks::sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use game_tasks::{
    Game, InMemoryTaskRepository, NewTask, ResolveStrategy, SeaOrmTaskRepository, StrategyResolver,
    Task, TaskError, TaskRepository, TaskRepositoryExt, TaskScope, TransactionState,
};
use std::fmt::Debug;
use uuid::Uuid;

/// The crate's repository, over one of these.
pub(crate) enum Harness<'h> {
    Memory(InMemoryTaskRepository),
    Pool(&'h DatabaseConnection),
    Transaction(&'h DatabaseConnection, &'h DatabaseTransaction),
}

pub(crate) async fn harness_in_memory(case: impl AsyncFn(&Harness<'_>)) {
    case(&Harness::Memory(InMemoryTaskRepository::new())).await;
}

/// Runs a case on a pool and in a transaction, which the case must leave usable.
pub(crate) async fn harness_on(backend: Backend, case: impl AsyncFn(&Harness<'_>)) {
    on_database(backend, DEFAULT_CONNECTIONS, async |database| {
        let db = &database.db;
        eprintln!("on the pool");
        case(&Harness::Pool(db)).await;
        database.clear().await;
        eprintln!("in a transaction");
        let transaction = db.begin().await.unwrap();
        case(&Harness::Transaction(db, &transaction)).await;
        assert!(
            still_works(&transaction).await,
            "the application's transaction is no longer usable"
        );
        transaction.commit().await.unwrap();
    })
    .await;
}

/// Runs a case on a pool and in a transaction, which it must leave usable, each with a new game
/// that the key "gme_live_mine" owns.
pub(crate) async fn on_pool_and_in_transaction(
    database: &TestDatabase,
    scope: TaskScope,
    case: impl AsyncFn(&dyn TaskRepository, Uuid),
) {
    let db = &database.db;
    let tasks = SeaOrmTaskRepository::new(db.clone()).with_scope(scope);
    let game = || Game::new(Uuid::now_v7().to_string()).owned_by_api_key(key("gme_live_mine"));
    let of_pool = game().insert(db).await.unwrap().id;
    case(&tasks, of_pool).await;
    let of_transaction = game().insert(db).await.unwrap().id;
    let transaction = db.begin().await.unwrap();
    case(&tasks.on(&transaction), of_transaction).await;
    assert!(still_works(&transaction).await, "the transaction is no longer usable");
    transaction.commit().await.unwrap();
}

impl Harness<'_> {
    /// The repository without a scope.
    pub(crate) fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        self.with_scope(TaskScope::unrestricted())
    }

    /// The repository with a scope, set by the inherent `with_scope` instead of the trait's `scoped`.
    pub(crate) fn with_scope(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        match self {
            Self::Memory(memory) => Box::new(memory.clone().with_scope(scope)),
            Self::Pool(db) => Box::new(SeaOrmTaskRepository::new(*db).with_scope(scope)),
            Self::Transaction(db, transaction) => {
                Box::new(SeaOrmTaskRepository::new(*db).with_scope(scope).on(*transaction))
            }
        }
    }

    /// A resolver with a scope.
    pub(crate) fn resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        match self {
            Self::Memory(memory) => Box::new(memory.clone().with_scope(scope)),
            Self::Pool(db) => Box::new(StrategyResolver::new(*db).with_scope(scope)),
            Self::Transaction(db, transaction) => {
                Box::new(StrategyResolver::new(*db).with_scope(scope).on(*transaction))
            }
        }
    }

    /// Stores a game.
    pub(crate) async fn add_game(&self, game: Game) -> Game {
        match self {
            Self::Memory(memory) => {
                memory.add_game(game.clone());
                game
            }
            Self::Pool(db) => game.insert(*db).await.unwrap(),
            Self::Transaction(_, transaction) => game.insert(*transaction).await.unwrap(),
        }
    }

    /// Stores a game without a strategy and without owners, and returns its id.
    pub(crate) async fn game(&self) -> Uuid {
        self.add_game(Game::new(Uuid::now_v7().to_string())).await.id
    }

    /// Creates a task.
    pub(crate) async fn task(&self, game: Uuid, name: &str) -> Task {
        self.tasks().create(NewTask::new(game, name)).await.unwrap()
    }

    /// All tasks, sorted by name.
    pub(crate) async fn rows(&self) -> Vec<Task> {
        list_by_name(&*self.tasks()).await
    }

    /// Returns the error of a call that must be refused. Asserts that the call has written nothing
    /// and keeps the transaction.
    pub(crate) async fn refused<T: Debug>(
        &self,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> TaskError {
        let before = self.rows().await;
        let error = call.await.expect_err("the call must be refused");
        assert_eq!(error.transaction_state(), TransactionState::Intact, "{error:?}");
        assert_eq!(self.rows().await, before, "a refused call has written: {error:?}");
        error
    }
}

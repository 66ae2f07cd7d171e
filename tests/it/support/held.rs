//! The crate's repository as an application holds it: in memory, on a pool, and in the
//! application's own transaction.

use super::backend::Backend;
use super::checks::by_name;
use super::database::{FEW, on_database};
use super::sql::still_works;
use game_tasks::sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use game_tasks::{
    Game, InMemoryTaskRepository, NewTask, ResolveStrategy, SeaOrmTaskRepository, StrategyResolver,
    Task, TaskError, TaskRepository, TaskRepositoryExt, TaskScope, TransactionState,
};
use std::fmt::Debug;
use uuid::Uuid;

pub(crate) enum Held<'h> {
    Memory(InMemoryTaskRepository),
    Pool(&'h DatabaseConnection),
    Transaction(&'h DatabaseConnection, &'h DatabaseTransaction),
}

pub(crate) async fn held_in_memory(case: impl AsyncFn(&Held<'_>)) {
    case(&Held::Memory(InMemoryTaskRepository::new())).await;
}

/// Plays a case on a pool and in a transaction, which must be alive when the case ends.
pub(crate) async fn held_on(backend: Backend, case: impl AsyncFn(&Held<'_>)) {
    on_database(backend, FEW, async |database| {
        let db = &database.db;
        eprintln!("on the pool");
        case(&Held::Pool(db)).await;
        database.clear().await;
        eprintln!("in a transaction");
        let transaction = db.begin().await.unwrap();
        case(&Held::Transaction(db, &transaction)).await;
        assert!(still_works(&transaction).await, "the application's transaction is broken");
        transaction.commit().await.unwrap();
    })
    .await;
}

impl Held<'_> {
    /// The repository, unrestricted.
    pub(crate) fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        self.with_scope(TaskScope::unrestricted())
    }

    /// The repository with a scope, by the method that keeps its type.
    pub(crate) fn with_scope(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        match self {
            Self::Memory(memory) => Box::new(memory.clone().with_scope(scope)),
            Self::Pool(db) => Box::new(SeaOrmTaskRepository::new(*db).with_scope(scope)),
            Self::Transaction(db, transaction) => {
                Box::new(SeaOrmTaskRepository::new(*db).with_scope(scope).on(*transaction))
            }
        }
    }

    /// A resolver of the tasks that the scope sees.
    pub(crate) fn resolver(&self, scope: TaskScope) -> Box<dyn ResolveStrategy + '_> {
        match self {
            Self::Memory(memory) => Box::new(memory.clone().with_scope(scope)),
            Self::Pool(db) => Box::new(StrategyResolver::new(*db).scoped(scope)),
            Self::Transaction(db, transaction) => {
                Box::new(StrategyResolver::new(*db).scoped(scope).on(*transaction))
            }
        }
    }

    /// Puts a game there.
    pub(crate) async fn add(&self, game: Game) -> Game {
        match self {
            Self::Memory(memory) => {
                memory.add_game(game.clone());
                game
            }
            Self::Pool(db) => game.insert(*db).await.unwrap(),
            Self::Transaction(_, transaction) => game.insert(*transaction).await.unwrap(),
        }
    }

    /// A new game without a strategy and without owners.
    pub(crate) async fn game(&self) -> Uuid {
        self.add(Game::new(Uuid::now_v7().to_string())).await.id
    }

    /// A new task in a game.
    pub(crate) async fn task(&self, game: Uuid, name: &str) -> Task {
        self.tasks().create(NewTask::new(game, name)).await.unwrap()
    }

    /// All tasks, sorted by name.
    pub(crate) async fn rows(&self) -> Vec<Task> {
        by_name(&*self.tasks()).await
    }

    /// The error of a call that must be refused, which changes nothing and costs nothing.
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

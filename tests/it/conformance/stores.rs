//! The crate's repositories as the suite wants to see them.

use crate::support::{TestDatabase, column, run, still_works};
use async_trait::async_trait;
#[cfg(feature = "tokio")]
use game_tasks::RunToCompletion;
use game_tasks::conformance::futures::BoxFuture;
use game_tasks::conformance::{Store, StoreError};
use game_tasks::sea_orm::{
    ActiveModelTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, EntityTrait,
    IntoActiveModel, IsolationLevel, TransactionTrait,
};
use game_tasks::{
    Game, Games, InMemoryTaskRepository, Lifecycle, ResolveStrategy, SeaOrmTaskRepository,
    StrategyResolver, Task, TaskRepository, Tasks,
};
use std::sync::Arc;

/// How a repository is held.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Hold {
    /// The repository itself; in a transaction, by `on`.
    AsItIs,
    /// Behind `Arc<dyn TaskRepository>`; in a transaction, over the transaction that it owns.
    Shared,
    /// Behind `RunToCompletion`, in memory and on a pool.
    #[cfg(feature = "tokio")]
    Completed,
}

fn behind_arc(tasks: impl TaskRepository + 'static) -> Arc<dyn TaskRepository> {
    Arc::new(tasks)
}

/// A thread of the runtime's for each call of a race, as far as there are any.
pub(super) fn start(call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    let running = tokio::spawn(call);
    Box::pin(async move { running.await.unwrap() })
}

pub(super) struct Memory {
    tasks: InMemoryTaskRepository,
    hold: Hold,
}

impl Memory {
    pub(super) fn new(hold: Hold) -> Self {
        Self { tasks: InMemoryTaskRepository::new(), hold }
    }
}

#[async_trait]
impl Store for Memory {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        match self.hold {
            Hold::AsItIs => Box::new(&self.tasks),
            Hold::Shared => Box::new(behind_arc(self.tasks.clone())),
            #[cfg(feature = "tokio")]
            Hold::Completed => Box::new(RunToCompletion::new(self.tasks.clone())),
        }
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        self.tasks.add_game(game);
        Ok(())
    }
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        match self.hold {
            #[cfg(feature = "tokio")]
            Hold::Completed => Some(Box::new(RunToCompletion::new(self.tasks.clone()))),
            _ => Some(Box::new(&self.tasks)),
        }
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        let tasks = self.tasks.clone().with_lifecycle(lifecycle);
        match self.hold {
            #[cfg(feature = "tokio")]
            Hold::Completed => Some(Box::new(RunToCompletion::new(tasks))),
            _ => Some(Box::new(tasks)),
        }
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        match self.hold {
            #[cfg(feature = "tokio")]
            Hold::Completed => Some(behind_arc(RunToCompletion::new(self.tasks.clone()))),
            _ => Some(behind_arc(self.tasks.clone())),
        }
    }
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        start(call)
    }
}

async fn put_game(executor: &DatabaseExecutor<'_>, game: Game) -> Result<(), StoreError> {
    if Games::find_by_id(game.id).one(executor).await?.is_some() {
        game.into_active_model().reset_all().update(executor).await?;
    } else {
        game.insert(executor).await?;
    }
    Ok(())
}

pub(super) struct OnPool<'d> {
    db: &'d DatabaseConnection,
    tasks: SeaOrmTaskRepository<DatabaseConnection>,
    hold: Hold,
    pub(super) has_unique_ids: bool,
}

impl<'d> OnPool<'d> {
    pub(super) async fn fresh(database: &'d TestDatabase, hold: Hold) -> Result<Self, StoreError> {
        database.clear().await;
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        Ok(Self { db: &database.db, tasks, hold, has_unique_ids: true })
    }
}

#[async_trait]
impl Store for OnPool<'_> {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        match self.hold {
            Hold::AsItIs => Box::new(&self.tasks),
            Hold::Shared => Box::new(behind_arc(self.tasks.clone())),
            #[cfg(feature = "tokio")]
            Hold::Completed => Box::new(RunToCompletion::new(self.tasks.clone())),
        }
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        put_game(&self.db.into(), game).await
    }
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        let resolver = StrategyResolver::new(self.db.clone());
        match self.hold {
            #[cfg(feature = "tokio")]
            Hold::Completed => Some(Box::new(RunToCompletion::new(resolver))),
            _ => Some(Box::new(resolver)),
        }
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        let tasks = self.tasks.clone().with_lifecycle(lifecycle);
        match self.hold {
            #[cfg(feature = "tokio")]
            Hold::Completed => Some(Box::new(RunToCompletion::new(tasks))),
            _ => Some(Box::new(tasks)),
        }
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        match self.hold {
            #[cfg(feature = "tokio")]
            Hold::Completed => Some(behind_arc(RunToCompletion::new(self.tasks.clone()))),
            _ => Some(behind_arc(self.tasks.clone())),
        }
    }
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        start(call)
    }
    fn has_unique_ids(&self) -> bool {
        self.has_unique_ids
    }
    async fn stored_tasks(&self) -> Result<Option<Vec<Task>>, StoreError> {
        Ok(Some(Tasks::find().all(&DatabaseExecutor::from(self.db)).await?))
    }
    async fn stored_games(&self) -> Result<Option<Vec<Game>>, StoreError> {
        Ok(Some(Games::find().all(&DatabaseExecutor::from(self.db)).await?))
    }
}

/// The application's transaction, in which the application writes, too. After each case it must
/// be alive, and its COMMIT must save all that was written in it.
pub(super) struct InTransaction<'d> {
    db: &'d DatabaseConnection,
    all: SeaOrmTaskRepository<DatabaseConnection>,
    transaction: Arc<DatabaseTransaction>,
    hold: Hold,
    pub(super) has_unique_ids: bool,
}

impl<'d> InTransaction<'d> {
    pub(super) async fn fresh(
        database: &'d TestDatabase,
        hold: Hold,
        isolation: Option<IsolationLevel>,
    ) -> Result<Self, StoreError> {
        database.clear().await;
        run(&database.db, "DELETE FROM app_notes", []).await;
        let db = &database.db;
        let transaction = db.begin_with_config(isolation, None).await?;
        run(&transaction, "INSERT INTO app_notes (id) VALUES (1)", []).await;
        let all = SeaOrmTaskRepository::new(db.clone());
        Ok(Self { db, all, transaction: Arc::new(transaction), hold, has_unique_ids: true })
    }

    fn executor(&self) -> DatabaseExecutor<'_> {
        DatabaseExecutor::from(&*self.transaction)
    }
}

async fn rows(executor: &DatabaseExecutor<'_>) -> Result<Vec<Task>, StoreError> {
    let mut rows = Tasks::find().all(executor).await?;
    rows.sort_by_key(|task| task.id);
    Ok(rows)
}

#[async_trait]
impl Store for InTransaction<'_> {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        match self.hold {
            Hold::AsItIs => Box::new(self.all.on(&*self.transaction)),
            _ => Box::new(SeaOrmTaskRepository::new(Arc::clone(&self.transaction))),
        }
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        put_game(&self.executor(), game).await
    }
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        Some(Box::new(StrategyResolver::new(self.db.clone()).on(&*self.transaction)))
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        let all = self.all.clone().with_lifecycle(lifecycle);
        Some(Box::new(all.on(&*self.transaction)))
    }
    fn in_transaction(&self) -> bool {
        true
    }
    fn has_unique_ids(&self) -> bool {
        self.has_unique_ids
    }
    async fn still_usable(&self) -> Result<(), StoreError> {
        let works = still_works(&*self.transaction).await;
        works.then_some(()).ok_or_else(|| "the transaction is broken".into())
    }
    async fn stored_tasks(&self) -> Result<Option<Vec<Task>>, StoreError> {
        Ok(Some(rows(&self.executor()).await?))
    }
    async fn stored_games(&self) -> Result<Option<Vec<Game>>, StoreError> {
        Ok(Some(Games::find().all(&self.executor()).await?))
    }

    async fn end(self) -> Result<(), StoreError> {
        self.still_usable().await?;
        run(&*self.transaction, "INSERT INTO app_notes (id) VALUES (2)", []).await;
        let written = rows(&self.executor()).await?;
        let transaction =
            Arc::into_inner(self.transaction).ok_or("the transaction is held on to")?;
        transaction.commit().await?;
        let notes: Vec<i32> = column(self.db, "SELECT id FROM app_notes ORDER BY id", []).await;
        if notes != [1, 2] {
            return Err("COMMIT did not save the application's rows".into());
        }
        if rows(&self.db.into()).await? != written {
            return Err("COMMIT saved other tasks".into());
        }
        Ok(())
    }
}

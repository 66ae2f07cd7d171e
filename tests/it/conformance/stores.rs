//! The crate's repositories as stores for the conformance suite.

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

/// How the repository under test is wrapped.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wrapper {
    /// Not at all; in a transaction, it is created by `on`.
    None,
    /// In an `Arc<dyn TaskRepository>`; in a transaction, it owns the transaction instead.
    Arc,
    /// In `RunToCompletion`; not in a transaction.
    #[cfg(feature = "tokio")]
    RunToCompletion,
}

impl Wrapper {
    fn repository(self, tasks: impl TaskRepository + 'static) -> Box<dyn TaskRepository> {
        match self {
            Self::None => Box::new(tasks),
            Self::Arc => Box::new(Arc::new(tasks) as Arc<dyn TaskRepository>),
            #[cfg(feature = "tokio")]
            Self::RunToCompletion => Box::new(RunToCompletion::new(tasks)),
        }
    }

    fn resolver(self, resolver: impl ResolveStrategy + 'static) -> Box<dyn ResolveStrategy> {
        match self {
            Self::None | Self::Arc => Box::new(resolver),
            #[cfg(feature = "tokio")]
            Self::RunToCompletion => Box::new(RunToCompletion::new(resolver)),
        }
    }
}

/// Spawns each of several concurrent calls.
pub(super) fn spawn(call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    let running = tokio::spawn(call);
    Box::pin(async move { running.await.unwrap() })
}

pub(super) struct Memory {
    tasks: InMemoryTaskRepository,
    wrapper: Wrapper,
}

impl Memory {
    pub(super) fn new(wrapper: Wrapper) -> Self {
        Self { tasks: InMemoryTaskRepository::new(), wrapper }
    }
}

#[async_trait]
impl Store for Memory {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        self.wrapper.repository(self.tasks.clone())
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        self.tasks.add_game(game);
        Ok(())
    }
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        Some(self.wrapper.resolver(self.tasks.clone()))
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        Some(self.wrapper.repository(self.tasks.clone().with_lifecycle(lifecycle)))
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        Some(self.wrapper.repository(self.tasks.clone()).into())
    }
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        spawn(call)
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
    wrapper: Wrapper,
    pub(super) has_unique_ids: bool,
}

impl<'d> OnPool<'d> {
    pub(super) async fn new(
        database: &'d TestDatabase,
        wrapper: Wrapper,
    ) -> Result<Self, StoreError> {
        database.clear().await;
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        Ok(Self { db: &database.db, tasks, wrapper, has_unique_ids: true })
    }
}

#[async_trait]
impl Store for OnPool<'_> {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        self.wrapper.repository(self.tasks.clone())
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        put_game(&self.db.into(), game).await
    }
    fn resolver(&self) -> Option<Box<dyn ResolveStrategy + '_>> {
        Some(self.wrapper.resolver(StrategyResolver::new(self.db.clone())))
    }
    fn with_lifecycle(&self, lifecycle: Lifecycle) -> Option<Box<dyn TaskRepository + '_>> {
        Some(self.wrapper.repository(self.tasks.clone().with_lifecycle(lifecycle)))
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        Some(self.wrapper.repository(self.tasks.clone()).into())
    }
    fn spawn(&self, call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        spawn(call)
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

/// A transaction in which the application writes, too. After each case it must be usable, and its
/// COMMIT must save everything that was written in it.
pub(super) struct InTransaction<'d> {
    db: &'d DatabaseConnection,
    all: SeaOrmTaskRepository<DatabaseConnection>,
    transaction: Arc<DatabaseTransaction>,
    wrapper: Wrapper,
    pub(super) has_unique_ids: bool,
}

impl<'d> InTransaction<'d> {
    pub(super) async fn new(
        database: &'d TestDatabase,
        wrapper: Wrapper,
        isolation: Option<IsolationLevel>,
    ) -> Result<Self, StoreError> {
        database.clear().await;
        run(&database.db, "DELETE FROM app_notes", []).await;
        let db = &database.db;
        let transaction = db.begin_with_config(isolation, None).await?;
        run(&transaction, "INSERT INTO app_notes (id) VALUES (1)", []).await;
        let all = SeaOrmTaskRepository::new(db.clone());
        Ok(Self { db, all, transaction: Arc::new(transaction), wrapper, has_unique_ids: true })
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
        match self.wrapper {
            Wrapper::None => Box::new(self.all.on(&*self.transaction)),
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
    async fn check_usable(&self) -> Result<(), StoreError> {
        let works = still_works(&*self.transaction).await;
        works.then_some(()).ok_or_else(|| "the transaction is not usable".into())
    }
    async fn stored_tasks(&self) -> Result<Option<Vec<Task>>, StoreError> {
        Ok(Some(rows(&self.executor()).await?))
    }
    async fn stored_games(&self) -> Result<Option<Vec<Game>>, StoreError> {
        Ok(Some(Games::find().all(&self.executor()).await?))
    }

    async fn finish(self) -> Result<(), StoreError> {
        self.check_usable().await?;
        run(&*self.transaction, "INSERT INTO app_notes (id) VALUES (2)", []).await;
        let written = rows(&self.executor()).await?;
        let transaction =
            Arc::into_inner(self.transaction).ok_or("a repository still holds the transaction")?;
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

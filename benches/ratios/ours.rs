//! The crate's implementation.

use crate::implementation::{Failure, Implementation, PAGE, Shape};
use async_trait::async_trait;
use futures_util::TryStreamExt;
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::{
    NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver, TaskError,
    TaskKey, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

pub(crate) struct Ours {
    tasks: SeaOrmTaskRepository<DatabaseConnection>,
    resolver: StrategyResolver<DatabaseConnection>,
}

impl Ours {
    pub(crate) async fn new(db: &DatabaseConnection) -> Result<Self, Failure> {
        let tasks = SeaOrmTaskRepository::new(db.clone());
        // The first write of a repository detects MySQL, which takes an additional statement.
        match tasks.delete(Uuid::nil()).await {
            Err(TaskError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Err("a task has the nil id".into()),
        }
        Ok(Self { tasks, resolver: StrategyResolver::new(db.clone()) })
    }
}

pub(crate) fn query(shape: &Shape) -> TaskQuery {
    let query = TaskQuery::in_game(shape.game).order_by(shape.order).limit(PAGE);
    let query = if shape.descending { query.descending() } else { query };
    match &shape.after {
        Some((cursor, _)) => query.after(cursor.clone()),
        None => query,
    }
}

#[async_trait]
impl Implementation for Ours {
    async fn create(&self, task: &NewTask) -> Result<usize, Failure> {
        self.tasks.create_task(task).await?;
        Ok(1)
    }

    async fn find(&self, key: &TaskKey) -> Result<usize, Failure> {
        Ok(self.tasks.find_task(key).await?.iter().count())
    }

    async fn resolve(&self, key: &TaskKey) -> Result<usize, Failure> {
        self.resolver.resolve(key.clone()).await?;
        Ok(1)
    }

    async fn resolve_many(&self, ids: &[Uuid]) -> Result<usize, Failure> {
        let resolved = self.resolver.resolve_many(ids.iter().copied()).await?;
        Ok(resolved.into_iter().flatten().count())
    }

    async fn update(&self, id: Uuid, strategy: &str) -> Result<usize, Failure> {
        self.tasks.update(id, TaskPatch::new().strategy(strategy)).await?;
        Ok(1)
    }

    async fn transition(&self, id: Uuid, from: &str, to: &str) -> Result<usize, Failure> {
        self.tasks.transition(id, from, to).await?;
        Ok(1)
    }

    async fn delete(&self, id: Uuid) -> Result<usize, Failure> {
        self.tasks.delete(id).await?;
        Ok(1)
    }

    async fn create_many(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
        let written = self.tasks.create_many(tasks.iter().cloned(), OnExisting::Fail).await?;
        Ok(written.into_iter().flatten().count())
    }

    async fn create_all(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
        Ok(self.tasks.create_all(tasks.iter().cloned(), OnExisting::Fail).await?.len())
    }

    async fn page(&self, shape: &Shape) -> Result<usize, Failure> {
        Ok(self.tasks.list(query(shape)).await?.items.len())
    }

    async fn stream(&self, game: Uuid) -> Result<usize, Failure> {
        let mut stream = self.tasks.stream(TaskQuery::in_game(game));
        let mut count = 0;
        while stream.try_next().await?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    async fn reassign(&self, game: Option<Uuid>, from: &str, to: &str) -> Result<usize, Failure> {
        Ok(usize::try_from(self.tasks.reassign_strategy(game, from, to).await?)?)
    }
}

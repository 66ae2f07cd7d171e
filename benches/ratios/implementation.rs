//! The interface of the implementations that are compared.

use async_trait::async_trait;
use game_tasks::{Cursor, NewTask, Task, TaskKey, TaskOrder};
use uuid::Uuid;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A page of a game's tasks.
#[derive(Clone)]
pub(crate) struct Shape {
    pub(crate) game: Uuid,
    pub(crate) order: TaskOrder,
    pub(crate) descending: bool,
    /// The position after which the page starts: a cursor for the crate, the task for the others.
    pub(crate) after: Option<(Cursor, Task)>,
}

pub(crate) const PAGE: u64 = 100;

/// The operations on tasks. Each returns the number of tasks that it read or wrote, so that the
/// measurement can check that all implementations do the same.
#[async_trait]
pub(crate) trait Implementation: Send + Sync {
    async fn create(&self, task: &NewTask) -> Result<usize, Failure>;
    async fn find(&self, key: &TaskKey) -> Result<usize, Failure>;
    async fn resolve(&self, key: &TaskKey) -> Result<usize, Failure>;
    async fn resolve_many(&self, ids: &[Uuid]) -> Result<usize, Failure>;
    async fn update(&self, id: Uuid, strategy: &str) -> Result<usize, Failure>;
    async fn transition(&self, id: Uuid, from: &str, to: &str) -> Result<usize, Failure>;
    async fn delete(&self, id: Uuid) -> Result<usize, Failure>;
    /// Creates the tasks, with an outcome for each.
    async fn create_many(&self, tasks: &[NewTask]) -> Result<usize, Failure>;
    /// Creates all of the tasks or none.
    async fn create_all(&self, tasks: &[NewTask]) -> Result<usize, Failure>;
    async fn page(&self, shape: &Shape) -> Result<usize, Failure>;
    async fn stream(&self, game: Uuid) -> Result<usize, Failure>;
    async fn reassign(&self, game: Option<Uuid>, from: &str, to: &str) -> Result<usize, Failure>;
}

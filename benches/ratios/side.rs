//! What is measured: the same work, whoever does it.

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
    /// After which task; to the crate a cursor, to the others what it stands for.
    pub(crate) after: Option<(Cursor, Task)>,
}

pub(crate) const PAGE: u64 = 100;

/// Somebody who works on tasks. Each call answers with how many it has in hand, so that nobody
/// is measured who did something else.
#[async_trait]
pub(crate) trait Side: Send + Sync {
    async fn create(&self, task: &NewTask) -> Result<usize, Failure>;
    async fn find(&self, key: &TaskKey) -> Result<usize, Failure>;
    async fn resolve(&self, key: &TaskKey) -> Result<usize, Failure>;
    async fn resolve_many(&self, ids: &[Uuid]) -> Result<usize, Failure>;
    async fn update(&self, id: Uuid, strategy: &str) -> Result<usize, Failure>;
    async fn transition(&self, id: Uuid, from: &str, to: &str) -> Result<usize, Failure>;
    async fn delete(&self, id: Uuid) -> Result<usize, Failure>;
    /// Each task for itself.
    async fn create_many(&self, tasks: &[NewTask]) -> Result<usize, Failure>;
    /// All or none.
    async fn create_all(&self, tasks: &[NewTask]) -> Result<usize, Failure>;
    async fn page(&self, shape: &Shape) -> Result<usize, Failure>;
    async fn stream(&self, game: Uuid) -> Result<usize, Failure>;
    async fn reassign(&self, game: Option<Uuid>, from: &str, to: &str) -> Result<usize, Failure>;
}

//! Repositories in memory that each break one promise.

use async_trait::async_trait;
use game_tasks::conformance::{Store, StoreError};
use game_tasks::{
    CreateOutcome, Game, InMemoryTaskRepository, NewTask, OnExisting, Page, Task, TaskError,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bug {
    /// Creates a second task of a name that is taken, by answering what was never written.
    LetsADuplicateThrough,
    /// Lists what all callers see.
    IgnoresTheScopeInLists,
    /// Deletes many that the caller does not see.
    IgnoresTheScopeInDeletions,
    /// Takes no notice of the status that a patch asks for.
    ForgetsIfStatus,
    /// Takes no notice of the moment that a patch asks for.
    ForgetsIfUnmodifiedSince,
    /// Answers a change with the `updated_at` that was there, and keeps it.
    DoesNotGrowUpdatedAt,
    /// Answers a change with the row as it was.
    AnswersAStaleRow,
    /// Writes the good tasks of an atomic batch that it refuses.
    WritesHalfABatch,
    /// Sorts names by their lower case.
    SortsWithoutCase,
    /// Writes something else for control characters instead of refusing them.
    AcceptsControlCharacters,
    /// Answers a batch in the order of names.
    AnswersABatchInAnotherOrder,
    /// Says that a task is forbidden by another error than "not found".
    TellsWhatIsForbidden,
    /// Sees the tasks of a game that a key names wrongly.
    MindsNoGameInAKey,
    /// Cuts the last page short, and forgets what follows.
    ForgetsTheNextPage,
    /// Counts one page instead of all.
    CountsAPage,
    /// Takes the prefix of a filter for a pattern without case.
    MatchesPrefixesWithoutCase,
    /// Says that nothing was changed by a patch that changes nothing, instead of refusing it.
    AcceptsAPatchThatChangesNothing,
}

/// A repository with a bug.
#[derive(Clone)]
pub(super) struct Wrong {
    bug: Bug,
    tasks: InMemoryTaskRepository,
    /// The same repository, seeing all.
    all: InMemoryTaskRepository,
    /// What `updated_at` must look like, where it does not grow.
    frozen: Arc<Mutex<HashMap<Uuid, Task>>>,
}

impl Wrong {
    pub(super) fn new(bug: Bug) -> Self {
        let all = InMemoryTaskRepository::new();
        Self { bug, tasks: all.clone(), all, frozen: Arc::default() }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    /// A task as this repository shows it.
    fn shown(&self, task: Task) -> Task {
        match self.frozen.lock().unwrap().get(&task.id) {
            Some(first) => Task { updated_at: first.updated_at, ..task },
            None => task,
        }
    }

    fn cleaned(&self, task: &NewTask) -> NewTask {
        let mut task = task.clone();
        if self.has(Bug::AcceptsControlCharacters) {
            task.external_task_id = task.external_task_id.replace(char::is_control, "?");
        }
        task
    }
}

#[async_trait]
impl TaskRepository for Wrong {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        let created = self.tasks.create_task(&self.cleaned(task)).await;
        match created {
            Err(TaskError::AlreadyExists { id: Some(id), .. })
                if self.has(Bug::LetsADuplicateThrough) =>
            {
                Ok(Task { id: Uuid::now_v7(), ..self.all.get(id).await? })
            }
            created => created,
        }
    }

    async fn create_many_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<Result<CreateOutcome, TaskError>>, TaskError> {
        let mut outcomes = self.tasks.create_many_tasks(tasks, on_existing).await?;
        if self.has(Bug::AnswersABatchInAnotherOrder) {
            outcomes.sort_by_key(|outcome| match outcome {
                Ok(written) => written.task().external_task_id.clone(),
                Err(_) => String::new(),
            });
        }
        Ok(outcomes)
    }

    async fn create_all_tasks(
        &self,
        tasks: &[NewTask],
        on_existing: OnExisting,
    ) -> Result<Vec<CreateOutcome>, TaskError> {
        let written = self.tasks.create_all_tasks(tasks, on_existing).await;
        if let (Err(TaskError::Batch { index, .. }), Bug::WritesHalfABatch) = (&written, self.bug) {
            self.tasks.create_many_tasks(&tasks[..*index], on_existing).await?;
        }
        written
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        let key = match key {
            TaskKey::InGame(_, id) if self.has(Bug::MindsNoGameInAKey) => &TaskKey::Id(*id),
            key => key,
        };
        Ok(self.tasks.find_task(key).await?.map(|task| self.shown(task)))
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let tasks = if self.has(Bug::IgnoresTheScopeInLists) { &self.all } else { &self.tasks };
        let mut page = tasks.list_tasks(query).await?;
        match self.bug {
            Bug::SortsWithoutCase if query.order() == game_tasks::TaskOrder::ExternalId => {
                page.items.sort_by_key(|task| task.external_task_id.to_lowercase());
            }
            Bug::ForgetsTheNextPage => page.next = None,
            Bug::CountsAPage => page.total = page.total.map(|_| page.items.len() as u64),
            Bug::DoesNotGrowUpdatedAt => {
                page.items = page.items.into_iter().map(|task| self.shown(task)).collect();
            }
            _ => {}
        }
        Ok(page)
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        if let (Some(prefix), Bug::MatchesPrefixesWithoutCase) =
            (&filter.external_id_prefix, self.bug)
        {
            let mut all = filter.clone();
            all.external_id_prefix = None;
            let all = self.tasks.list_tasks(&TaskQuery::new(all).limit(1_000)).await?;
            let begins = |task: &&Task| {
                task.external_task_id.to_lowercase().starts_with(&prefix.to_lowercase())
            };
            return Ok(all.items.iter().filter(begins).count() as u64);
        }
        self.tasks.count_tasks(filter).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let mut patch = patch.clone();
        match self.bug {
            Bug::ForgetsIfStatus => patch.if_status = None,
            Bug::ForgetsIfUnmodifiedSince => patch.if_unmodified_since = None,
            _ => {}
        }
        let before = self.tasks.find_task(key).await?;
        let after = match (self.tasks.update_task(key, &patch).await, &before) {
            (Err(TaskError::Unchanged), Some(before))
                if self.has(Bug::AcceptsAPatchThatChangesNothing) =>
            {
                return Ok(before.clone());
            }
            (Err(TaskError::NotFound { .. }), _) if self.has(Bug::TellsWhatIsForbidden) => {
                let there = self.all.get(key).await?;
                return Err(TaskError::Conflict {
                    key: key.clone(),
                    status: there.status,
                    updated_at: there.updated_at,
                });
            }
            (after, _) => after?,
        };
        match (self.bug, before) {
            (Bug::AnswersAStaleRow, Some(before)) => Ok(before),
            (Bug::DoesNotGrowUpdatedAt, Some(before)) => {
                self.frozen.lock().unwrap().entry(after.id).or_insert(before);
                Ok(self.shown(after))
            }
            _ => Ok(after),
        }
    }

    async fn update_many_tasks(
        &self,
        filter: &TaskFilter,
        patch: &TaskPatch,
    ) -> Result<u64, TaskError> {
        self.tasks.update_many_tasks(filter, patch).await
    }

    async fn delete_task(&self, key: &TaskKey) -> Result<Task, TaskError> {
        Ok(self.shown(self.tasks.delete_task(key).await?))
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let tasks = if self.has(Bug::IgnoresTheScopeInDeletions) { &self.all } else { &self.tasks };
        tasks.delete_many_tasks(filter).await
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Self { tasks: self.tasks.clone().with_scope(scope), ..self.clone() })
    }
}

#[async_trait]
impl Store for Wrong {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        Box::new(self)
    }
    async fn put_game(&self, game: Game) -> Result<(), StoreError> {
        self.all.add_game(game);
        Ok(())
    }
    fn shared(&self) -> Option<Arc<dyn TaskRepository>> {
        Some(Arc::new(self.clone()))
    }
}

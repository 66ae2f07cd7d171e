//! An in-memory repository with one of several bugs.

use async_trait::async_trait;
use game_tasks::conformance::{Store, StoreError};
use game_tasks::{
    CreateOutcome, Game, InMemoryTaskRepository, NewTask, OnExisting, Page, Task, TaskError,
    TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// A bug of a repository, each of which breaks one promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bug {
    /// Returns a task that was not written, if the name of a new task is taken.
    AcceptsDuplicateName,
    /// Lists the tasks of all callers.
    IgnoresScopeInLists,
    /// `delete_many` also deletes tasks outside of the scope.
    IgnoresScopeInDeletions,
    /// Ignores `if_status`.
    IgnoresIfStatus,
    /// Ignores `if_unmodified_since`.
    IgnoresIfUnmodifiedSince,
    /// Does not change `updated_at` on an update.
    KeepsUpdatedAt,
    /// Returns the row as it was before an update.
    ReturnsRowBeforeUpdate,
    /// Writes the tasks before the invalid one of an atomic batch that it refuses.
    WritesPartOfAtomicBatch,
    /// Sorts names by their lowercase form.
    SortsIgnoringCase,
    /// Replaces control characters instead of refusing them.
    AcceptsControlCharacters,
    /// Returns the outcomes of a batch in the order of names.
    ReordersOutcomes,
    /// Reports `Conflict` instead of `NotFound` for a task outside of the scope.
    RevealsHiddenTasks,
    /// Ignores the game of a key with an id.
    IgnoresGameInKeys,
    /// Never returns a cursor.
    OmitsCursor,
    /// Returns the size of the page as the total.
    CountsOnlyPage,
    /// Counts prefixes without regard to case.
    MatchesPrefixesIgnoringCase,
    /// Returns the task for a patch that changes nothing, instead of refusing it.
    AcceptsUnchangingPatch,
    /// Returns another task than the stored one with the refusal of a patch that changes nothing.
    MisreportsUnchangedTask,
    /// Creates every task as `open`.
    IgnoresInitialStatus,
}

#[derive(Clone)]
pub(super) struct FaultyRepository {
    bug: Bug,
    tasks: InMemoryTaskRepository,
    /// The same repository without a scope.
    all: InMemoryTaskRepository,
    /// The tasks as they were before their first update, for [`Bug::KeepsUpdatedAt`].
    original: Arc<Mutex<HashMap<Uuid, Task>>>,
}

impl FaultyRepository {
    pub(super) fn new(bug: Bug) -> Self {
        let all = InMemoryTaskRepository::new();
        Self { bug, tasks: all.clone(), all, original: Arc::default() }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    /// The task as this repository returns it.
    fn returned(&self, task: Task) -> Task {
        match self.original.lock().unwrap().get(&task.id) {
            Some(first) => Task { updated_at: first.updated_at, ..task },
            None => task,
        }
    }

    /// The task that is created instead of this one.
    fn altered(&self, task: &NewTask) -> NewTask {
        let mut task = task.clone();
        if self.has(Bug::IgnoresInitialStatus) {
            task.status = None;
        }
        if self.has(Bug::AcceptsControlCharacters) {
            task.external_task_id = task.external_task_id.replace(char::is_control, "?");
        }
        task
    }
}

#[async_trait]
impl TaskRepository for FaultyRepository {
    async fn create_task(&self, task: &NewTask) -> Result<Task, TaskError> {
        let created = self.tasks.create_task(&self.altered(task)).await;
        match created {
            Err(TaskError::AlreadyExists { id: Some(id), .. })
                if self.has(Bug::AcceptsDuplicateName) =>
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
        if self.has(Bug::ReordersOutcomes) {
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
        if let (Err(TaskError::Batch { index, .. }), Bug::WritesPartOfAtomicBatch) =
            (&written, self.bug)
        {
            self.tasks.create_many_tasks(&tasks[..*index], on_existing).await?;
        }
        written
    }

    async fn find_task(&self, key: &TaskKey) -> Result<Option<Task>, TaskError> {
        let key = match key {
            TaskKey::InGame(_, id) if self.has(Bug::IgnoresGameInKeys) => &TaskKey::Id(*id),
            key => key,
        };
        Ok(self.tasks.find_task(key).await?.map(|task| self.returned(task)))
    }

    async fn list_tasks(&self, query: &TaskQuery) -> Result<Page, TaskError> {
        let tasks = if self.has(Bug::IgnoresScopeInLists) { &self.all } else { &self.tasks };
        let mut page = tasks.list_tasks(query).await?;
        match self.bug {
            Bug::SortsIgnoringCase if query.order() == game_tasks::TaskOrder::ExternalId => {
                page.items.sort_by_key(|task| task.external_task_id.to_lowercase());
            }
            Bug::OmitsCursor => page.next = None,
            Bug::CountsOnlyPage => page.total = page.total.map(|_| page.items.len() as u64),
            Bug::KeepsUpdatedAt => {
                page.items = page.items.into_iter().map(|task| self.returned(task)).collect();
            }
            _ => {}
        }
        Ok(page)
    }

    async fn count_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        if let (Some(prefix), Bug::MatchesPrefixesIgnoringCase) =
            (&filter.external_id_prefix, self.bug)
        {
            let mut all = filter.clone();
            all.external_id_prefix = None;
            let all = self.tasks.list_tasks(&TaskQuery::new(all).limit(1_000)).await?;
            let has_prefix = |task: &&Task| {
                task.external_task_id.to_lowercase().starts_with(&prefix.to_lowercase())
            };
            return Ok(all.items.iter().filter(has_prefix).count() as u64);
        }
        self.tasks.count_tasks(filter).await
    }

    async fn update_task(&self, key: &TaskKey, patch: &TaskPatch) -> Result<Task, TaskError> {
        let mut patch = patch.clone();
        match self.bug {
            Bug::IgnoresIfStatus => patch.if_status = None,
            Bug::IgnoresIfUnmodifiedSince => patch.if_unmodified_since = None,
            _ => {}
        }
        let before = self.tasks.find_task(key).await?;
        let after = match (self.tasks.update_task(key, &patch).await, &before) {
            (Err(TaskError::Unchanged { .. }), Some(before))
                if self.has(Bug::AcceptsUnchangingPatch) =>
            {
                return Ok(before.clone());
            }
            (Err(TaskError::Unchanged { key, mut task }), _)
                if self.has(Bug::MisreportsUnchangedTask) =>
            {
                patch.apply(&mut task);
                return Err(TaskError::Unchanged { key, task });
            }
            (Err(TaskError::NotFound { .. }), _) if self.has(Bug::RevealsHiddenTasks) => {
                let hidden = self.all.get(key).await?;
                return Err(TaskError::Conflict {
                    key: key.clone(),
                    status: hidden.status,
                    updated_at: hidden.updated_at,
                });
            }
            (after, _) => after?,
        };
        match (self.bug, before) {
            (Bug::ReturnsRowBeforeUpdate, Some(before)) => Ok(before),
            (Bug::KeepsUpdatedAt, Some(before)) => {
                self.original.lock().unwrap().entry(after.id).or_insert(before);
                Ok(self.returned(after))
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
        Ok(self.returned(self.tasks.delete_task(key).await?))
    }

    async fn delete_many_tasks(&self, filter: &TaskFilter) -> Result<u64, TaskError> {
        let tasks = if self.has(Bug::IgnoresScopeInDeletions) { &self.all } else { &self.tasks };
        tasks.delete_many_tasks(filter).await
    }

    fn scoped(&self, scope: TaskScope) -> Box<dyn TaskRepository + '_> {
        Box::new(Self { tasks: self.tasks.clone().with_scope(scope), ..self.clone() })
    }
}

#[async_trait]
impl Store for FaultyRepository {
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

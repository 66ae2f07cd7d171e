//! What was tried, and what was said of it: to be held against the table.

use futures_util::TryStreamExt;
use game_tasks::{
    Retry, Task, TaskError, TaskFilter, TaskQuery, TaskRepository, TaskRepositoryExt,
};
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use uuid::Uuid;

/// What a writer was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is there.
    Done,
    /// Nothing of it was applied.
    NotApplied,
    /// It may have been applied.
    Unknown,
}

/// Names of tasks that were written together, and what was said of them.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Vec<(Vec<String>, Told)>>);

impl Ledger {
    pub(crate) fn note<T>(&self, names: Vec<String>, answer: &Result<T, TaskError>) {
        let told = match answer {
            Ok(_) => Told::Done,
            Err(error) => match error.retry() {
                Retry::Call => Told::NotApplied,
                Retry::Unknown => Told::Unknown,
                other => panic!("a crash is no reason for {other:?}: {error:?}"),
            },
        };
        self.enter(names, told);
    }

    pub(crate) fn enter(&self, names: Vec<String>, told: Told) {
        self.0.lock().unwrap().push((names, told));
    }

    pub(crate) fn count(&self, told: Told) -> usize {
        self.0.lock().unwrap().iter().filter(|entry| entry.1 == told).count()
    }

    /// Holds what was said against what is there.
    pub(crate) async fn audit(&self, tasks: &dyn TaskRepository, game: Uuid) {
        let stored = tasks.stream(TaskQuery::new(TaskFilter::in_game(game)));
        let stored: Vec<Task> = stored.try_collect().await.unwrap();
        let mut there: BTreeMap<String, u32> = BTreeMap::new();
        for task in stored {
            *there.entry(task.external_task_id).or_default() += 1;
        }
        let mut known = HashSet::new();
        for (names, told) in self.0.lock().unwrap().iter() {
            let found = names.iter().filter(|name| there.contains_key(*name)).count();
            match told {
                Told::Done => assert_eq!(found, names.len(), "acknowledged and lost: {names:?}"),
                Told::NotApplied => {
                    assert_eq!(found, 0, "said not to be applied, and there: {names:?}");
                }
                Told::Unknown => {
                    assert!(found == 0 || found == names.len(), "there in part: {names:?}");
                }
            }
            known.extend(names.iter().cloned());
        }
        assert!(there.values().all(|times| *times == 1));
        assert!(there.keys().all(|name| known.contains(name)), "a task that nobody wrote");
    }
}

//! Records the outcome that was reported for each write, and compares it with the table.

use futures_util::TryStreamExt;
use game_tasks::{
    Retry, Task, TaskError, TaskFilter, TaskQuery, TaskRepository, TaskRepositoryExt,
};
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use uuid::Uuid;

/// The reported outcome of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reported {
    /// The tasks are stored.
    Done,
    /// Nothing was applied.
    NotApplied,
    /// The write may have been applied.
    Unknown,
}

/// The external ids of tasks that were written together, with the reported outcome.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Vec<(Vec<String>, Reported)>>);

impl Ledger {
    pub(crate) fn note<T>(&self, names: Vec<String>, answer: &Result<T, TaskError>) {
        let reported = match answer {
            Ok(_) => Reported::Done,
            Err(error) => match error.retry() {
                Retry::Call => Reported::NotApplied,
                Retry::Unknown => Reported::Unknown,
                other => panic!("a crash is no reason for {other:?}: {error:?}"),
            },
        };
        self.add(names, reported);
    }

    pub(crate) fn add(&self, names: Vec<String>, reported: Reported) {
        self.0.lock().unwrap().push((names, reported));
    }

    pub(crate) fn count(&self, reported: Reported) -> usize {
        self.0.lock().unwrap().iter().filter(|entry| entry.1 == reported).count()
    }

    /// Compares the reported outcomes with the stored tasks.
    pub(crate) async fn audit(&self, tasks: &dyn TaskRepository, game: Uuid) {
        let stored = tasks.stream(TaskQuery::new(TaskFilter::in_game(game)));
        let stored: Vec<Task> = stored.try_collect().await.unwrap();
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for task in stored {
            *counts.entry(task.external_task_id).or_default() += 1;
        }
        let mut known = HashSet::new();
        for (names, reported) in self.0.lock().unwrap().iter() {
            let found = names.iter().filter(|name| counts.contains_key(*name)).count();
            match reported {
                Reported::Done => {
                    assert_eq!(found, names.len(), "acknowledged and lost: {names:?}");
                }
                Reported::NotApplied => {
                    assert_eq!(found, 0, "reported as not applied, but stored: {names:?}");
                }
                Reported::Unknown => {
                    assert!(found == 0 || found == names.len(), "stored in part: {names:?}");
                }
            }
            known.extend(names.iter().cloned());
        }
        assert!(counts.values().all(|times| *times == 1));
        assert!(counts.keys().all(|name| known.contains(name)), "a task that nobody wrote");
    }
}

//! Losses that outside trials found answered wrongly.

use super::faulty::{Entry, Fault, Faulty, Step};
use super::others::Other;
use crate::support::{Backend, TestDatabase, assert_is, database_cases};
use Fault::{LostAfter, LostBefore, Refused};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, Retry, Retrying, SeaOrmTaskRepository, Task,
    TaskError, TaskFilter, TaskKey, TaskPatch, TaskRepositoryExt,
};
use std::time::Duration;

database_cases!(
    a_loss_is_remembered_until_the_call_ends,
    a_loss_and_another_client,
    a_deletion_is_repeated_by_id,
    a_change_by_name_is_not_repeated_after_a_loss,
    an_id_of_a_task_that_exists,
    an_id_of_a_task_that_was_created_meanwhile,
    own_rows_are_recognized,
    counts_are_not_known_after_a_loss,
    a_lost_look_has_written_nothing,
);

fn step(fault: Fault) -> Step {
    Step { before: Vec::new(), fault }
}

fn after(others: impl IntoIterator<Item = Other>) -> Step {
    Step { before: others.into_iter().collect(), fault: Fault::None }
}

struct Stage<'s> {
    database: &'s TestDatabase,
    game: uuid::Uuid,
}

impl Stage<'_> {
    async fn new(database: &TestDatabase) -> Stage<'_> {
        let game = Game::new(uuid::Uuid::now_v7().to_string()).insert(&database.db).await.unwrap();
        Stage { database, game: game.id }
    }

    async fn task(&self, name: &str) -> Task {
        self.direct().create(NewTask::new(self.game, name)).await.unwrap()
    }

    /// The same task anew, as it was at first.
    async fn task_again(&self, name: &str, task: &Task) -> Task {
        self.direct().delete(task.id).await.unwrap();
        self.direct().create(NewTask::new(self.game, name).id(task.id)).await.unwrap()
    }

    fn direct(&self) -> SeaOrmTaskRepository<&game_tasks::sea_orm::DatabaseConnection> {
        SeaOrmTaskRepository::new(&self.database.db)
    }

    fn faulty(&self, steps: impl IntoIterator<Item = Step>) -> Faulty {
        Faulty::new(&self.database.db, steps.into_iter().collect(), Fault::None)
    }
}

fn retrying(faulty: &Faulty) -> Retrying<SeaOrmTaskRepository<&Faulty>> {
    let soon = Duration::from_micros(1);
    Retrying::new(SeaOrmTaskRepository::new(faulty)).delays(soon, soon)
}

async fn a_loss_is_remembered_until_the_call_ends(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    let task = stage.task("a").await;
    for steps in [vec![LostAfter, Refused], vec![LostAfter, Refused, Refused, Refused]] {
        let faulty = stage.faulty(steps.clone().into_iter().map(step));
        let error = retrying(&faulty).transition(task.id, "open", "closed").await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
        assert_eq!(faulty.ledger().len(), 1);

        let faulty = stage.faulty(steps.into_iter().map(step));
        let patch = TaskPatch::new().status("open");
        let error = retrying(&faulty).update(task.id, patch).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
        assert_eq!(faulty.ledger().len(), 1);
    }
    // Also when there are no attempts left, and when the rest is refused before it is sent.
    let faulty = Faulty::new(&database.db, vec![step(LostAfter)], Refused);
    let error = retrying(&faulty).transition(task.id, "open", "closed").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    let faulty = Faulty::new(&database.db, vec![step(LostAfter)], Refused);
    let error = retrying(&faulty).create(NewTask::new(stage.game, "b")).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
}

async fn a_loss_and_another_client(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    let task = stage.task("a").await;
    for key in [TaskKey::Id(task.id), TaskKey::InGame(stage.game, task.id)] {
        let change = Other::Change(key.clone(), TaskPatch::new().status("x"));
        for other in [change, Other::Delete(key.clone()), Other::DeleteGame(stage.game)] {
            let faulty = stage.faulty([step(LostAfter), after([other.clone()])]);
            let error = retrying(&faulty).transition(&key, "open", "closed").await.unwrap_err();
            assert_eq!(error.retry(), Retry::Unknown, "{other:?}: {error:?}");
            database.clear().await;
            let mut game = Game::new("again");
            game.id = stage.game;
            game.insert(&database.db).await.unwrap();
            stage.direct().create(NewTask::new(stage.game, "a").id(task.id)).await.unwrap();
        }
    }
}

async fn a_deletion_is_repeated_by_id(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    let task = stage.task("a").await;
    let key = TaskKey::from((stage.game, "a"));
    let again = Other::Create(NewTask::new(stage.game, "a"));
    let faulty = stage.faulty([step(Fault::None), step(LostAfter), after([again])]);
    let error = retrying(&faulty).delete(&key).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_eq!(faulty.ledger(), [Entry::Deleted(task)]);
    let another = stage.direct().get(&key).await.unwrap();

    // Also where the id is given again.
    let again = Other::Create(NewTask::new(stage.game, "a").id(another.id));
    let faulty = stage.faulty([step(Fault::None), step(LostAfter), after([again])]);
    let error = retrying(&faulty).delete(&key).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_eq!(faulty.ledger(), [Entry::Deleted(another)]);

    // What was not applied is, by the next attempt.
    let there = stage.direct().get(&key).await.unwrap();
    let faulty = stage.faulty([step(Fault::None), step(LostBefore)]);
    assert_eq!(retrying(&faulty).delete(&key).await.unwrap(), there);
}

async fn a_change_by_name_is_not_repeated_after_a_loss(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    let task = stage.task("a").await;
    let recreate = Other::Recreate(NewTask::new(stage.game, "a"));
    let faulty = stage.faulty([step(LostAfter), after([recreate])]);
    let error =
        retrying(&faulty).transition((stage.game, "a"), "open", "closed").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_is!(faulty.ledger().as_slice(), [Entry::Changed { from, .. }] if *from == task);
}

/// The steps that lose the first statement which writes tasks of a batch.
fn write_lost(database: &TestDatabase, mode: OnExisting, atomic: bool) -> Vec<Step> {
    let looks_first =
        mode == OnExisting::Update && (atomic || database.backend == Backend::MariaDb);
    let mut steps = vec![step(LostBefore)];
    if looks_first {
        steps.insert(0, step(Fault::None));
    }
    steps
}

async fn an_id_of_a_task_that_exists(database: &TestDatabase) {
    for mode in [OnExisting::Fail, OnExisting::Keep, OnExisting::Update] {
        let stage = Stage::new(database).await;
        let there = stage.task("a").await;
        let batch = || {
            let same = NewTask::new(stage.game, "a").id(there.id).strategy("new");
            [same, NewTask::new(stage.game, "b")]
        };
        let faulty = stage.faulty(write_lost(database, mode, true));
        let error = retrying(&faulty).create_all(batch(), mode).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{mode:?}: {error:?}");
        stage.direct().delete_many(TaskFilter::all().external_id_prefix("b")).await.unwrap();

        let there = stage.task_again("a", &there).await;
        let faulty = stage.faulty(write_lost(database, mode, false));
        let outcomes = retrying(&faulty).create_many(batch(), mode).await.unwrap();
        assert_eq!(outcomes[0].as_ref().unwrap_err().retry(), Retry::Unknown, "{outcomes:?}");
        assert_is!(&outcomes[1], Ok(CreateOutcome::Created(_)));
        assert_eq!(stage.direct().get(there.id).await.unwrap().created_at, there.created_at);
    }
}

async fn an_id_of_a_task_that_was_created_meanwhile(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    for mode in [OnExisting::Fail, OnExisting::Keep, OnExisting::Update] {
        let new = NewTask::new(stage.game, format!("{mode:?}")).id(uuid::Uuid::now_v7());
        let mut steps = write_lost(database, mode, false);
        steps.push(after([Other::Create(new.clone())]));
        let faulty = stage.faulty(steps);
        let outcomes = retrying(&faulty).create_many([new.clone()], mode).await.unwrap();
        assert_eq!(outcomes[0].as_ref().unwrap_err().retry(), Retry::Unknown, "{outcomes:?}");
        let faulty = stage.faulty([step(LostBefore)]);
        let error = retrying(&faulty).create(new).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    }
}

/// As this call wrote them, whatever another client made of them.
async fn own_rows_are_recognized(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    for mode in [OnExisting::Fail, OnExisting::Keep, OnExisting::Update] {
        let name = |n: usize| format!("{mode:?} {n}");
        let changed = |n| {
            let key = TaskKey::from((stage.game, name(n)));
            after([Other::Change(key, TaskPatch::new().status("x"))])
        };
        let inserted = |faulty: &Faulty| -> Vec<Task> {
            faulty.ledger().iter().map(|entry| entry.row().clone()).collect()
        };
        let new = |n| NewTask::new(stage.game, name(n)).strategy("s");

        let faulty = stage.faulty([step(LostAfter), changed(0)]);
        let created = retrying(&faulty).create(new(0)).await.unwrap();
        assert_eq!(inserted(&faulty), [created]);

        // The second time the name stands in the batch, it exists.
        let faulty = stage.faulty([step(LostAfter), step(Refused), changed(1)]);
        let outcomes = retrying(&faulty).create_many([new(1), new(1)], mode).await.unwrap();
        let [Ok(CreateOutcome::Created(created)), second] = outcomes.as_slice() else {
            panic!("{outcomes:?}");
        };
        assert_eq!(inserted(&faulty), std::slice::from_ref(created));
        match (mode, second) {
            (OnExisting::Fail, Err(TaskError::AlreadyExists { id, .. })) => {
                assert_eq!(*id, Some(created.id));
            }
            (OnExisting::Keep, Ok(CreateOutcome::Kept(row))) => assert_eq!(row.id, created.id),
            (OnExisting::Update, Ok(CreateOutcome::Updated(row))) => assert_eq!(row, created),
            other => panic!("{other:?}"),
        }

        let faulty = stage.faulty([step(LostAfter), changed(2)]);
        let all = retrying(&faulty).create_all([new(2), new(3)], mode).await.unwrap();
        assert!(all.iter().all(CreateOutcome::is_created), "{all:?}");
        let all: Vec<Task> = all.into_iter().map(CreateOutcome::into_task).collect();
        for row in inserted(&faulty) {
            assert!(all.contains(&row), "{row:?}");
        }
    }
}

async fn counts_are_not_known_after_a_loss(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    stage.task("a").await;
    let ours = || TaskFilter::in_game(stage.game);
    // A call on many looks first how far it is to go.
    let lost = || stage.faulty([step(Fault::None), step(LostAfter)]);
    let patch = TaskPatch::new().status("b");
    let error = retrying(&lost()).update_many(ours(), patch).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    let error = retrying(&lost()).delete_game(stage.game).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    // What was refused before anything was applied is repeated.
    let refused = stage.faulty([step(Refused), step(Refused)]);
    assert_eq!(retrying(&refused).delete_game(stage.game).await.unwrap(), 0);
}

/// Where a change of many tasks looks before it writes, a lost look is repeated.
async fn a_lost_look_has_written_nothing(database: &TestDatabase) {
    let stage = Stage::new(database).await;
    let task = stage.task("task").await;
    let by_game = TaskFilter::in_game(stage.game);
    let by_id = TaskFilter::keys([TaskKey::Id(task.id)]);
    for (n, filter) in [by_game, by_id].into_iter().enumerate() {
        let patch = TaskPatch::new().status(format!("status {n}"));
        // By ids only MariaDB looks first, for the order in which it locks.
        let looks = n == 0 || database.backend == Backend::MariaDb;
        let retry = if looks { Retry::Call } else { Retry::Unknown };
        let faulty = stage.faulty([step(LostBefore)]);
        let tasks = SeaOrmTaskRepository::new(&faulty);
        let error = tasks.update_many(filter.clone(), patch.clone()).await.unwrap_err();
        assert_eq!(error.retry(), retry, "{error:?}");
        assert_eq!(faulty.ledger(), []);
        // What is lost after a look was a write.
        let faulty = stage.faulty([step(Fault::None), step(LostAfter)]);
        let tasks = SeaOrmTaskRepository::new(&faulty);
        let answer = tasks.update_many(filter.clone(), patch).await;
        match answer {
            Ok(1) if !looks => {}
            Err(error) if looks => assert_eq!(error.retry(), Retry::Unknown, "{error:?}"),
            other => panic!("{other:?}"),
        }
        let faulty = stage.faulty([step(LostAfter)]);
        let retrying = Retrying::new(SeaOrmTaskRepository::new(&faulty));
        let again = TaskPatch::new().status(format!("again {n}"));
        let answer = retrying.update_many(filter, again).await;
        assert_eq!(answer.is_ok(), looks, "{answer:?}");
    }
}

//! Lost responses that were once handled incorrectly.

use super::injector::{Change, Connection, Fault, FaultInjector, Step};
use super::other_clients::ClientCall;
use super::{Call, Case, Decorator};
use crate::support::{Backend, ON_EXISTING, TestDatabase, assert_is, database_cases};
use Fault::{LostAfter, LostBefore, Refused};
use game_tasks::{
    CreateOutcome, Game, Lifecycle, NewTask, OnExisting, Retry, Retrying, SeaOrmTaskRepository,
    Task, TaskError, TaskFilter, TaskKey, TaskPatch, TaskRepositoryExt, TaskScope,
};
use std::time::Duration;

crate::support::server_cases!(a_read_after_a_write_that_fails_does_not_undo_it);
database_cases!(
    a_lost_attempt_makes_the_result_unknown,
    a_lost_attempt_beside_another_client,
    a_deletion_is_repeated_by_id,
    a_change_by_name_is_not_repeated_after_a_loss,
    a_given_id_of_an_existing_task,
    a_given_id_of_a_concurrently_created_task,
    created_rows_are_recognized_after_a_loss,
    counts_are_unknown_after_a_loss,
    a_lost_read_before_a_write_is_repeated,
    a_batch_that_creates_a_deleted_task_again,
);

fn step(fault: Fault) -> Step {
    Step { before: Vec::new(), fault }
}

fn after(others: impl IntoIterator<Item = ClientCall>) -> Step {
    Step { before: others.into_iter().collect(), fault: Fault::None }
}

struct Fixture<'f> {
    database: &'f TestDatabase,
    game: uuid::Uuid,
}

impl Fixture<'_> {
    async fn new(database: &TestDatabase) -> Fixture<'_> {
        let game = Game::new(uuid::Uuid::now_v7().to_string()).insert(&database.db).await.unwrap();
        Fixture { database, game: game.id }
    }

    async fn task(&self, name: &str) -> Task {
        self.direct().create(NewTask::new(self.game, name)).await.unwrap()
    }

    /// Deletes the task and creates it again with the same name and id.
    async fn recreate(&self, name: &str, task: &Task) -> Task {
        self.direct().delete(task.id).await.unwrap();
        self.direct().create(NewTask::new(self.game, name).id(task.id)).await.unwrap()
    }

    fn direct(&self) -> SeaOrmTaskRepository<&game_tasks::sea_orm::DatabaseConnection> {
        SeaOrmTaskRepository::new(&self.database.db)
    }

    fn retrying<'c>(
        &self,
        connection: &'c Connection,
    ) -> Retrying<SeaOrmTaskRepository<&'c Connection>> {
        let soon = Duration::from_micros(1);
        Retrying::new(self.database.tasks_on(connection)).delays(soon, soon)
    }

    /// Faults of a call that changes or deletes one task, from the statement on that writes: MySQL
    /// reads the task before.
    fn with_faults_of_writing(&self, steps: impl IntoIterator<Item = Step>) -> Connection {
        let read = (self.database.backend == Backend::MySql).then(|| step(Fault::None));
        self.with_faults(read.into_iter().chain(steps))
    }

    fn with_faults(&self, steps: impl IntoIterator<Item = Step>) -> Connection {
        FaultInjector::on(&self.database.db, steps.into_iter().collect(), Fault::None)
    }
}

async fn a_lost_attempt_makes_the_result_unknown(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    let task = fixture.task("a").await;
    for steps in [vec![LostAfter, Refused], vec![LostAfter, Refused, Refused, Refused]] {
        let faulty = fixture.with_faults_of_writing(steps.clone().into_iter().map(step));
        let error =
            fixture.retrying(&faulty).transition(task.id, "open", "closed").await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
        assert_eq!(faulty.interceptor.changes().len(), 1);

        let faulty = fixture.with_faults_of_writing(steps.into_iter().map(step));
        let patch = TaskPatch::new().status("open");
        let error = fixture.retrying(&faulty).update(task.id, patch).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
        assert_eq!(faulty.interceptor.changes().len(), 1);
    }
    // The same if no attempts are left, and if all further ones are refused before they are sent.
    let read = (database.backend == Backend::MySql).then(|| step(Fault::None));
    let steps = read.into_iter().chain([step(LostAfter)]).collect();
    let faulty = FaultInjector::on(&database.db, steps, Refused);
    let error = fixture.retrying(&faulty).transition(task.id, "open", "closed").await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    let faulty = FaultInjector::on(&database.db, vec![step(LostAfter)], Refused);
    let error =
        fixture.retrying(&faulty).create(NewTask::new(fixture.game, "b")).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
}

async fn a_lost_attempt_beside_another_client(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    let task = fixture.task("a").await;
    for key in [TaskKey::Id(task.id), TaskKey::InGame(fixture.game, task.id)] {
        let change = ClientCall::Change(key.clone(), TaskPatch::new().status("x"));
        for other in [change, ClientCall::Delete(key.clone()), ClientCall::DeleteGame(fixture.game)]
        {
            let faulty = fixture.with_faults_of_writing([step(LostAfter), after([other.clone()])]);
            let error =
                fixture.retrying(&faulty).transition(&key, "open", "closed").await.unwrap_err();
            assert_eq!(error.retry(), Retry::Unknown, "{other:?}: {error:?}");
            database.clear().await;
            let mut game = Game::new("again");
            game.id = fixture.game;
            game.insert(&database.db).await.unwrap();
            fixture.direct().create(NewTask::new(fixture.game, "a").id(task.id)).await.unwrap();
        }
    }
}

async fn a_deletion_is_repeated_by_id(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    let task = fixture.task("a").await;
    let key = TaskKey::from((fixture.game, "a"));
    let recreate = ClientCall::Create(NewTask::new(fixture.game, "a"));
    let faulty =
        fixture.with_faults_of_writing([step(Fault::None), step(LostAfter), after([recreate])]);
    let error = fixture.retrying(&faulty).delete(&key).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_eq!(faulty.interceptor.changes(), [Change::Deleted(task)]);
    let another = fixture.direct().get(&key).await.unwrap();

    // The same if the new task has the same id.
    let recreate = ClientCall::Create(NewTask::new(fixture.game, "a").id(another.id));
    let faulty =
        fixture.with_faults_of_writing([step(Fault::None), step(LostAfter), after([recreate])]);
    let error = fixture.retrying(&faulty).delete(&key).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_eq!(faulty.interceptor.changes(), [Change::Deleted(another)]);

    // A lost deletion that was not applied is repeated.
    let existing = fixture.direct().get(&key).await.unwrap();
    let faulty = fixture.with_faults_of_writing([step(Fault::None), step(LostBefore)]);
    assert_eq!(fixture.retrying(&faulty).delete(&key).await.unwrap(), existing);
}

async fn a_change_by_name_is_not_repeated_after_a_loss(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    let task = fixture.task("a").await;
    let recreate = ClientCall::Recreate(NewTask::new(fixture.game, "a"));
    let faulty = fixture.with_faults_of_writing([step(LostAfter), after([recreate])]);
    let error = fixture
        .retrying(&faulty)
        .transition((fixture.game, "a"), "open", "closed")
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    assert_is!(faulty.interceptor.changes().as_slice(), [Change::Updated { from, .. }] if *from == task);
}

/// Steps that lose the first statement of a batch that writes.
fn write_lost(database: &TestDatabase, mode: OnExisting, atomic: bool) -> Vec<Step> {
    let reads_first =
        mode == OnExisting::Update && (atomic || database.backend.is_mariadb_or_mysql());
    let mut steps = vec![step(LostBefore)];
    if reads_first {
        steps.insert(0, step(Fault::None));
    }
    steps
}

async fn a_given_id_of_an_existing_task(database: &TestDatabase) {
    for mode in ON_EXISTING {
        let fixture = Fixture::new(database).await;
        let existing = fixture.task("a").await;
        let batch = || {
            let same = NewTask::new(fixture.game, "a").id(existing.id).strategy("new");
            [same, NewTask::new(fixture.game, "b")]
        };
        let faulty = fixture.with_faults(write_lost(database, mode, true));
        let error = fixture.retrying(&faulty).create_all(batch(), mode).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{mode:?}: {error:?}");
        fixture.direct().delete_many(TaskFilter::all().external_id_prefix("b")).await.unwrap();

        let existing = fixture.recreate("a", &existing).await;
        let faulty = fixture.with_faults(write_lost(database, mode, false));
        let outcomes = fixture.retrying(&faulty).create_many(batch(), mode).await.unwrap();
        assert_eq!(outcomes[0].as_ref().unwrap_err().retry(), Retry::Unknown, "{outcomes:?}");
        assert_is!(&outcomes[1], Ok(CreateOutcome::Created(_)));
        assert_eq!(
            fixture.direct().get(existing.id).await.unwrap().created_at,
            existing.created_at
        );
    }
}

async fn a_given_id_of_a_concurrently_created_task(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    for mode in ON_EXISTING {
        let new = NewTask::new(fixture.game, format!("{mode:?}")).id(uuid::Uuid::now_v7());
        let mut steps = write_lost(database, mode, false);
        steps.push(after([ClientCall::Create(new.clone())]));
        let faulty = fixture.with_faults(steps);
        let outcomes = fixture.retrying(&faulty).create_many([new.clone()], mode).await.unwrap();
        assert_eq!(outcomes[0].as_ref().unwrap_err().retry(), Retry::Unknown, "{outcomes:?}");
        let faulty = fixture.with_faults([step(LostBefore)]);
        let error = fixture.retrying(&faulty).create(new).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    }
}

/// The result has the rows as this call wrote them, even if another client has changed them.
async fn created_rows_are_recognized_after_a_loss(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    for mode in ON_EXISTING {
        let name = |n: usize| format!("{mode:?} {n}");
        let changed = |n| {
            let key = TaskKey::from((fixture.game, name(n)));
            after([ClientCall::Change(key, TaskPatch::new().status("x"))])
        };
        let inserted = |connection: &Connection| -> Vec<Task> {
            connection.interceptor.changes().iter().map(|entry| entry.row().clone()).collect()
        };
        let new = |n| NewTask::new(fixture.game, name(n)).strategy("s");

        let faulty = fixture.with_faults([step(LostAfter), changed(0)]);
        let created = fixture.retrying(&faulty).create(new(0)).await.unwrap();
        assert_eq!(inserted(&faulty), [created]);

        // For the second task of the same name, the first one exists.
        let faulty = fixture.with_faults([step(LostAfter), step(Refused), changed(1)]);
        let outcomes = fixture.retrying(&faulty).create_many([new(1), new(1)], mode).await.unwrap();
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

        let faulty = fixture.with_faults([step(LostAfter), changed(2)]);
        let all = fixture.retrying(&faulty).create_all([new(2), new(3)], mode).await.unwrap();
        assert!(all.iter().all(CreateOutcome::is_created), "{all:?}");
        let all: Vec<Task> = all.into_iter().map(CreateOutcome::into_task).collect();
        for row in inserted(&faulty) {
            assert!(all.contains(&row), "{row:?}");
        }
    }
}

async fn counts_are_unknown_after_a_loss(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    fixture.task("a").await;
    let of_game = || TaskFilter::in_game(fixture.game);
    // A bulk change first reads how far its batch reaches.
    let lost = || fixture.with_faults([step(Fault::None), step(LostAfter)]);
    let patch = TaskPatch::new().status("b");
    let error = fixture.retrying(&lost()).update_many(of_game(), patch).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    let error = fixture.retrying(&lost()).delete_game(fixture.game).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Unknown, "{error:?}");
    // Refused statements are repeated as long as nothing was applied.
    let refused = fixture.with_faults([step(Refused), step(Refused)]);
    assert_eq!(fixture.retrying(&refused).delete_game(fixture.game).await.unwrap(), 0);
}

/// A bulk change that reads before it writes has changed nothing if the read is lost.
async fn a_lost_read_before_a_write_is_repeated(database: &TestDatabase) {
    let fixture = Fixture::new(database).await;
    let task = fixture.task("task").await;
    let by_game = TaskFilter::in_game(fixture.game);
    let by_id = TaskFilter::keys([TaskKey::Id(task.id)]);
    for (n, filter) in [by_game, by_id].into_iter().enumerate() {
        let patch = TaskPatch::new().status(format!("status {n}"));
        // With ids, only MariaDB reads first, to lock in a fixed order.
        let reads_first = n == 0 || database.backend.is_mariadb_or_mysql();
        let retry = if reads_first { Retry::Call } else { Retry::Unknown };
        let faulty = fixture.with_faults([step(LostBefore)]);
        let tasks = database.tasks_on(&faulty);
        let error = tasks.update_many(filter.clone(), patch.clone()).await.unwrap_err();
        assert_eq!(error.retry(), retry, "{error:?}");
        assert_eq!(faulty.interceptor.changes(), []);
        // The statement after the read is a write.
        let faulty = fixture.with_faults([step(Fault::None), step(LostAfter)]);
        let tasks = database.tasks_on(&faulty);
        let result = tasks.update_many(filter.clone(), patch).await;
        match result {
            Ok(1) if !reads_first => {}
            Err(error) if reads_first => assert_eq!(error.retry(), Retry::Unknown, "{error:?}"),
            other => panic!("{other:?}"),
        }
        let faulty = fixture.with_faults([step(LostAfter)]);
        let retrying = Retrying::new(database.tasks_on(&faulty));
        let again = TaskPatch::new().status(format!("again {n}"));
        let result = retrying.update_many(filter, again).await;
        assert_eq!(result.is_ok(), reads_first, "{result:?}");
    }
}

/// Where a statement returns no rows and triggers may have changed them, they are read afterwards. If
/// that fails, the call was applied all the same.
async fn a_read_after_a_write_that_fails_does_not_undo_it(database: &TestDatabase) {
    crate::triggers::create_triggers(database).await;
    for fault in [Refused, LostBefore, LostAfter] {
        for statements in 0..4 {
            let batches = ON_EXISTING.into_iter().flat_map(|mode| [(mode, true), (mode, false)]);
            let batches = batches.flat_map(|(mode, all)| [(mode, all, true), (mode, all, false)]);
            for (mode, all, exists) in batches {
                let call = |fixture: &Fixture<'_>| {
                    let (first, second) = if exists { ("a", "b") } else { ("c", "d") };
                    let new = |name| NewTask::new(fixture.game, name).strategy("s");
                    let batch = vec![new(first), new(second)];
                    if all { Call::CreateAll(batch, mode) } else { Call::CreateMany(batch, mode) }
                };
                verify(database, call, statements, fault).await;
            }
            let create = |fixture: &Fixture<'_>| Call::Create(NewTask::new(fixture.game, "c"));
            verify(database, create, statements, fault).await;
            let key = |fixture: &Fixture<'_>| TaskKey::from((fixture.game, "a"));
            let update = |of: &Fixture<'_>| Call::Update(key(of), TaskPatch::new().strategy("new"));
            verify(database, update, statements, fault).await;
            verify(database, |of| Call::Transition(key(of), "open", "b"), statements, fault).await;
            verify(database, |of| Call::Delete(key(of)), statements, fault).await;
        }
    }
}

/// Makes a call on a game with a task "a", whose statements all fail after the first few.
async fn verify(
    database: &TestDatabase,
    call: impl Fn(&Fixture<'_>) -> Call,
    statements: usize,
    fault: Fault,
) {
    database.clear().await;
    let fixture = Fixture::new(database).await;
    fixture.task("a").await;
    let case = Case {
        decorator: Decorator::None,
        scope: TaskScope::unrestricted(),
        keeps_type: true,
        lifecycle: Lifecycle::any(),
        call: call(&fixture),
        steps: vec![step(Fault::None); statements],
        then: fault,
    };
    let verified = super::run_case(&case, database).await;
    assert!(verified.is_ok(), "{}\nof {case:#?}", verified.unwrap_err());
}

/// An upsert that reads first, and finds a task which is then deleted. Others change, delete or replace
/// what was created instead before it is read.
async fn a_batch_that_creates_a_deleted_task_again(database: &TestDatabase) {
    let of = |fixture: &Fixture<'_>, name: &str| TaskKey::from((fixture.game, name));
    for call in [Call::CreateMany as fn(_, _) -> _, Call::CreateAll] {
        for (n, then) in [Refused, Fault::None, Fault::None, Fault::None].into_iter().enumerate() {
            database.clear().await;
            let fixture = Fixture::new(database).await;
            for name in ["a", "b", "c"] {
                fixture.task(name).await;
            }
            let new = |name| NewTask::new(fixture.game, name).strategy("s");
            let delete = || ["a", "b"].map(|name| ClientCall::Delete(of(&fixture, name)));
            let change = TaskPatch::new().strategy("other");
            let others = match n {
                0 | 1 => vec![ClientCall::Change(of(&fixture, "a"), change)],
                2 => delete().into(),
                _ => ["a", "b"].map(|name| ClientCall::Recreate(new(name))).into(),
            };
            let case = Case {
                decorator: Decorator::None,
                scope: TaskScope::unrestricted(),
                keeps_type: true,
                lifecycle: Lifecycle::any(),
                call: call(["a", "b", "c", "d"].map(new).into(), OnExisting::Update),
                steps: vec![
                    step(Fault::None),
                    after(delete()),
                    Step { before: others, fault: then },
                ],
                then,
            };
            let verified = super::run_case(&case, database).await;
            assert!(verified.is_ok(), "{}\nof {case:#?}", verified.unwrap_err());
        }
    }
}

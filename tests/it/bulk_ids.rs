//! Batches in which some given ids are taken: a later task of the same name is created instead, and
//! of several tasks with one id the first gets it.

use crate::support::{
    Harness, ON_EXISTING, assert_is, batch_error, harness_cases, names, unordered_id,
};
use game_tasks::{CreateOutcome, NewTask, OnExisting, Task, TaskError, TaskRepositoryExt};
use uuid::Uuid;

harness_cases!(
    the_next_task_of_the_name_is_created,
    the_first_task_with_an_id_gets_it,
    the_first_task_of_a_name_with_a_free_id_is_created,
    atomic_batches_are_refused,
);

/// A task whose id the batches use, and a game without tasks.
async fn taken_and_game(harness: &Harness<'_>) -> (Task, Uuid) {
    let taken = harness.task(harness.game().await, "holder").await;
    (taken, harness.game().await)
}

async fn create<const N: usize>(
    harness: &Harness<'_>,
    batch: [NewTask; N],
    on_existing: OnExisting,
) -> [Result<CreateOutcome, TaskError>; N] {
    harness.tasks().create_many(batch, on_existing).await.unwrap().try_into().unwrap()
}

#[track_caller]
fn assert_taken(outcome: &Result<CreateOutcome, TaskError>, id: Uuid) {
    assert_is!(outcome, Err(TaskError::IdTaken { id: taken }) if *taken == id);
}

async fn the_next_task_of_the_name_is_created(harness: &Harness<'_>) {
    let (taken, game) = taken_and_game(harness).await;
    for on_existing in ON_EXISTING {
        let name = format!("{on_existing:?}");
        let [lost, made] = create(
            harness,
            [
                NewTask::new(game, &*name).id(taken.id).strategy("s1"),
                NewTask::new(game, &*name).strategy("s2"),
            ],
            on_existing,
        )
        .await;
        assert_taken(&lost, taken.id);
        let Ok(CreateOutcome::Created(made)) = made else { panic!("{made:?}, {on_existing:?}") };
        assert_eq!(made.strategy_id, "s2", "{on_existing:?}");
        assert_eq!(harness.tasks().get((game, &name)).await.unwrap(), made);
    }
    assert_eq!(harness.tasks().get(&taken).await.unwrap(), taken);
}

async fn the_first_task_with_an_id_gets_it(harness: &Harness<'_>) {
    let (taken, game) = taken_and_game(harness).await;
    for on_existing in ON_EXISTING {
        let one = unordered_id();
        // In one of the orders, sorting by name would move the last task before the second.
        let (upper, lower) = (format!("A {on_existing:?}"), format!("a {on_existing:?}"));
        for names in [[&upper, &lower], [&lower, &upper]] {
            let of = |name: &String, id| NewTask::new(game, &**name).id(id);
            let batch = [of(names[0], taken.id), of(names[0], one), of(names[1], one)];
            let [lost, made, late] = create(harness, batch, on_existing).await;
            assert_taken(&lost, taken.id);
            assert_is!(
                made,
                Ok(CreateOutcome::Created(task)) if task.id == one && task.external_task_id == *names[0]
            );
            assert_taken(&late, one);
            assert_eq!(harness.tasks().find((game, names[1])).await.unwrap(), None);
            harness.tasks().delete(one).await.unwrap();
        }
    }
}

async fn the_first_task_of_a_name_with_a_free_id_is_created(harness: &Harness<'_>) {
    let (taken, game) = taken_and_game(harness).await;
    for on_existing in ON_EXISTING {
        let (name, free) = (format!("{on_existing:?}"), unordered_id());
        let of = |n: i32| NewTask::new(game, &*name).strategy(format!("s{n}"));
        let batch = [
            of(0).id(taken.id),
            NewTask::new(game, format!("{name} before")).id(free),
            of(1).id(taken.id),
            of(2).id(free),
            of(3),
            of(4),
        ];
        let outcomes = create(harness, batch, on_existing).await;
        assert_is!(outcomes[1], Ok(CreateOutcome::Created(task)) if task.id == free);
        for (index, id) in [(0, taken.id), (2, taken.id), (3, free)] {
            assert_taken(&outcomes[index], id);
        }
        let row = harness.tasks().get((game, &name)).await.unwrap();
        assert_eq!(outcomes[4].as_ref().unwrap(), &CreateOutcome::Created(row.clone()));
        let (last, expected) = match on_existing {
            OnExisting::Fail => (None, "s3"),
            OnExisting::Keep => (Some(CreateOutcome::Kept(row.clone())), "s3"),
            OnExisting::Update => (Some(CreateOutcome::Updated(row.clone())), "s4"),
        };
        assert_eq!(row.strategy_id, expected, "{on_existing:?}");
        match last {
            Some(last) => assert_eq!(outcomes[5].as_ref().unwrap(), &last),
            None => assert_is!(
                outcomes[5],
                Err(TaskError::AlreadyExists { id, .. }) if *id == Some(row.id)
            ),
        }
    }
}

async fn atomic_batches_are_refused(harness: &Harness<'_>) {
    let (taken, game) = taken_and_game(harness).await;
    for on_existing in ON_EXISTING {
        let batch = ["n", "n"].map(|name| NewTask::new(game, name));
        let [first, second] = batch.clone();
        let batch = [first.id(taken.id), second];
        let error = harness.refused(harness.tasks().create_all(batch, on_existing)).await;
        let (index, error) = batch_error(error);
        assert_eq!(index, 0, "{on_existing:?}");
        assert_is!(error, TaskError::IdTaken { id } if *id == taken.id);
    }
    assert_eq!(names(&harness.rows().await), ["holder"]);
}

//! Batches in which a task loses its id to another: the next of the same name makes up for it,
//! and the input's order says who is first.

use crate::support::{Held, any_id, assert_is, held_cases, in_batch, names};
use game_tasks::{CreateOutcome, NewTask, OnExisting, Task, TaskError, TaskRepositoryExt};
use uuid::Uuid;

held_cases!(
    the_next_of_the_name_is_written,
    ids_go_by_the_order_of_the_input,
    a_long_line_of_the_name,
    atomic_batches_are_refused,
);

const EVERY: [OnExisting; 3] = [OnExisting::Fail, OnExisting::Keep, OnExisting::Update];

/// A task whose id is taken, and a game that has none.
async fn taken_and_game(held: &Held<'_>) -> (Task, Uuid) {
    let taken = held.task(held.game().await, "holder").await;
    (taken, held.game().await)
}

async fn create<const N: usize>(
    held: &Held<'_>,
    batch: [NewTask; N],
    on_existing: OnExisting,
) -> [Result<CreateOutcome, TaskError>; N] {
    held.tasks().create_many(batch, on_existing).await.unwrap().try_into().unwrap()
}

#[track_caller]
fn assert_taken(outcome: &Result<CreateOutcome, TaskError>, id: Uuid) {
    assert_is!(outcome, Err(TaskError::IdTaken { id: taken }) if *taken == id);
}

async fn the_next_of_the_name_is_written(held: &Held<'_>) {
    let (taken, game) = taken_and_game(held).await;
    for on_existing in EVERY {
        let name = format!("{on_existing:?}");
        let [lost, made] = create(
            held,
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
        assert_eq!(held.tasks().get((game, &name)).await.unwrap(), made);
    }
    assert_eq!(held.tasks().get(&taken).await.unwrap(), taken);
}

async fn ids_go_by_the_order_of_the_input(held: &Held<'_>) {
    let (taken, game) = taken_and_game(held).await;
    for on_existing in EVERY {
        let one = any_id();
        // Sorted by name, the last would come before the second.
        let (upper, lower) = (format!("A {on_existing:?}"), format!("a {on_existing:?}"));
        for names in [[&upper, &lower], [&lower, &upper]] {
            let of = |name: &String, id| NewTask::new(game, &**name).id(id);
            let batch = [of(names[0], taken.id), of(names[0], one), of(names[1], one)];
            let [lost, made, late] = create(held, batch, on_existing).await;
            assert_taken(&lost, taken.id);
            assert_is!(
                made,
                Ok(CreateOutcome::Created(task)) if task.id == one && task.external_task_id == *names[0]
            );
            assert_taken(&late, one);
            assert_eq!(held.tasks().find((game, names[1])).await.unwrap(), None);
            held.tasks().delete(one).await.unwrap();
        }
    }
}

/// Each of a name's places has its turn, until one has an id that is free.
async fn a_long_line_of_the_name(held: &Held<'_>) {
    let (taken, game) = taken_and_game(held).await;
    for on_existing in EVERY {
        let (name, free) = (format!("{on_existing:?}"), any_id());
        let of = |n: i32| NewTask::new(game, &*name).strategy(format!("s{n}"));
        let batch = [
            of(0).id(taken.id),
            NewTask::new(game, format!("{name} before")).id(free),
            of(1).id(taken.id),
            of(2).id(free),
            of(3),
            of(4),
        ];
        let outcomes = create(held, batch, on_existing).await;
        assert_is!(outcomes[1], Ok(CreateOutcome::Created(task)) if task.id == free);
        for (place, id) in [(0, taken.id), (2, taken.id), (3, free)] {
            assert_taken(&outcomes[place], id);
        }
        let row = held.tasks().get((game, &name)).await.unwrap();
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

async fn atomic_batches_are_refused(held: &Held<'_>) {
    let (taken, game) = taken_and_game(held).await;
    for on_existing in EVERY {
        let batch = ["n", "n"].map(|name| NewTask::new(game, name));
        let [first, second] = batch.clone();
        let batch = [first.id(taken.id), second];
        let error = held.refused(held.tasks().create_all(batch, on_existing)).await;
        let (index, error) = in_batch(error);
        assert_eq!(index, 0, "{on_existing:?}");
        assert_is!(error, TaskError::IdTaken { id } if *id == taken.id);
    }
    assert_eq!(names(&held.rows().await), ["holder"]);
}

//! `create_many`: batches with an outcome for each task.

use super::checks::expect_error;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{ON_EXISTING, names, unordered_id, validation_error};
use crate::{
    CreateOutcome, NewTask, OnExisting, StrategyId, TaskError, TaskFilter, TaskRepositoryExt,
    TaskStatus, ValidationReason,
};
use uuid::Uuid;

cases! { "bulk_partial":
    empty_batch,
    outcomes_are_in_input_order,
    existing_tasks_are_reported,
    existing_tasks_are_kept,
    existing_tasks_are_updated,
    update_without_a_change_reports_kept,
    duplicates_in_the_batch_are_reported,
    duplicates_in_the_batch_are_kept,
    duplicates_in_the_batch_are_updated,
    duplicate_ids_in_the_batch_are_refused,
    returned_tasks_equal_the_stored_rows,
    initial_statuses_are_stored,
}

/// New tasks of one game.
fn batch<const N: usize>(game: Uuid, names: [&str; N]) -> [NewTask; N] {
    names.map(|name| NewTask::new(game, name))
}

/// Creates a batch and checks the number of outcomes.
async fn create<const N: usize>(
    cx: &TestContext<'_>,
    tasks: [NewTask; N],
    on_existing: OnExisting,
) -> Result<[Result<CreateOutcome, TaskError>; N], Failure> {
    let outcomes = cx.tasks.create_many(tasks, on_existing).await?;
    outcomes.try_into().map_err(|outcomes: Vec<_>| {
        Failure::new(format_args!("must be {N} outcomes, are {}", outcomes.len()))
    })
}

async fn empty_batch(cx: &TestContext<'_>) -> Outcome {
    for on_existing in ON_EXISTING {
        let [] = create(cx, [], on_existing).await?;
    }
    ensure!(cx.rows().await?.is_empty());
    Ok(())
}

async fn outcomes_are_in_input_order(cx: &TestContext<'_>) -> Outcome {
    let (game, other, missing) = (cx.game().await?, cx.game().await?, Uuid::now_v7());
    let old = cx.task(other, "old").await?;
    let [z, empty, a, lost, taken, bee, id, m] = create(
        cx,
        [
            NewTask::new(game, "z"),
            NewTask::new(game, ""),
            NewTask::new(other, "a"),
            NewTask::new(missing, "a"),
            NewTask::new(other, "old"),
            NewTask::new(game, "bee").strategy("socio_bee"),
            NewTask::new(other, "id").id(old.id),
            NewTask::new(game, "m"),
        ],
        OnExisting::Fail,
    )
    .await?;
    ensure_is!(z, Ok(CreateOutcome::Created(task)) if task.external_task_id == "z");
    ensure_eq!(
        validation_error(expect_error(empty)?)?,
        ("external_task_id", ValidationReason::Empty)
    );
    ensure_is!(a, Ok(CreateOutcome::Created(task)) if task.game_id == other && task.external_task_id == "a");
    ensure_is!(lost, Err(TaskError::GameNotFound { game_id }) if *game_id == missing);
    ensure_is!(
        taken,
        Err(TaskError::AlreadyExists { game_id, external_task_id, id })
            if *game_id == other && external_task_id == "old" && *id == Some(old.id)
    );
    ensure_is!(bee, Ok(CreateOutcome::Created(task)) if task.strategy_id == "socio_bee");
    ensure_is!(id, Err(TaskError::IdTaken { id }) if *id == old.id);
    ensure_is!(m, Ok(CreateOutcome::Created(task)) if task.external_task_id == "m");

    let mut expected: Vec<_> = [z, a, bee, m]
        .into_iter()
        .map(|w| w.map(CreateOutcome::into_task))
        .collect::<Result<_, _>>()?;
    expected.push(old);
    expected.sort_by_key(|task| task.id);
    ensure_eq!(cx.rows().await?, expected);
    Ok(())
}

async fn existing_tasks_are_reported(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let old = cx.task(game, "old").await?;
    let [again, new] = create(cx, batch(game, ["old", "new"]), OnExisting::Fail).await?;
    ensure_is!(again, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(old.id));
    ensure_is!(new, Ok(CreateOutcome::Created(_)));
    ensure_eq!(cx.tasks.get(&old).await?, old);
    Ok(())
}

async fn existing_tasks_are_kept(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let old = cx.task(game, "old").await?;
    let old = cx.tasks.transition(&old, "open", "closed").await?;
    let tasks =
        [NewTask::new(game, "old").strategy("other"), NewTask::new(game, "new").strategy("other")];
    let [kept, created] = create(cx, tasks, OnExisting::Keep).await?;
    ensure_eq!(kept?, CreateOutcome::Kept(old.clone()));
    ensure_is!(created, Ok(CreateOutcome::Created(task)) if task.strategy_id == "other");
    ensure_eq!(cx.tasks.get(&old).await?, old);
    // Repeating a batch, as after a lost response, changes nothing.
    let before = cx.rows().await?;
    let again = create(cx, batch(game, ["new", "old"]), OnExisting::Keep).await?;
    ensure!(again.iter().all(|written| matches!(written, Ok(CreateOutcome::Kept(_)))));
    ensure_eq!(cx.rows().await?, before);
    Ok(())
}

async fn existing_tasks_are_updated(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let [named, unnamed] = cx.tasks_named(game, ["named", "unnamed"]).await?;
    let unnamed = cx.tasks.update(&unnamed, crate::TaskPatch::new().strategy("own")).await?;
    let named = cx.tasks.transition(&named, "open", "closed").await?;
    let tasks = [
        NewTask::new(game, "named").strategy("other"),
        NewTask::new(game, "unnamed"),
        NewTask::new(game, "new").strategy("other"),
    ];
    let [first, second, third] = create(cx, tasks, OnExisting::Update).await?;
    for (outcome, old, strategy) in [(first, &named, "other"), (second, &unnamed, "default")] {
        let Ok(CreateOutcome::Updated(task)) = outcome else {
            return Err(Failure::new(format_args!("must be updated, is {outcome:?}")));
        };
        ensure!(task.updated_at > old.updated_at, "updated_at has not increased");
        let expected = crate::Task {
            strategy_id: StrategyId::new(strategy)?,
            updated_at: task.updated_at,
            ..old.clone()
        };
        ensure_eq!(task, expected);
        ensure_eq!(cx.tasks.get(old).await?, task);
    }
    ensure_is!(third, Ok(CreateOutcome::Created(task)) if task.strategy_id == "other" && task.status == TaskStatus::OPEN);
    Ok(())
}

async fn update_without_a_change_reports_kept(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let old = cx.task(game, "old").await?;
    let old = cx.tasks.transition(&old, "open", "closed").await?;
    for tasks in
        [batch(game, ["old", "old"]), batch(game, ["old", "old"]).map(|t| t.strategy("default"))]
    {
        for outcome in create(cx, tasks.clone(), OnExisting::Update).await? {
            ensure_eq!(outcome?, CreateOutcome::Kept(old.clone()));
        }
        let written = cx.tasks.create_all(tasks, OnExisting::Update).await?;
        ensure_eq!(written, [CreateOutcome::Kept(old.clone()), CreateOutcome::Kept(old.clone())]);
    }
    ensure_eq!(cx.rows().await?, [old]);
    Ok(())
}

async fn duplicates_in_the_batch_are_reported(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let [first, other, second, third] =
        create(cx, batch(game, ["twice", "x", "twice", "twice"]), OnExisting::Fail).await?;
    let first = first?;
    ensure!(first.is_created() && other?.is_created());
    for later in [second, third] {
        ensure_is!(
            later,
            Err(TaskError::AlreadyExists { external_task_id, id, .. })
                if external_task_id == "twice" && *id == Some(first.task().id)
        );
    }
    ensure_eq!(cx.tasks.count(TaskFilter::in_game(game)).await?, 2);
    Ok(())
}

async fn duplicates_in_the_batch_are_kept(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let tasks = [
        NewTask::new(game, "twice").strategy("first"),
        NewTask::new(game, "twice").strategy("second"),
        NewTask::new(game, "TWICE"),
    ];
    let [first, second, other] = create(cx, tasks, OnExisting::Keep).await?;
    let row = cx.tasks.get((game, "twice")).await?;
    ensure_eq!(row.strategy_id, "first");
    ensure_eq!(first?, CreateOutcome::Created(row.clone()));
    ensure_eq!(second?, CreateOutcome::Kept(row));
    ensure!(other?.is_created());
    Ok(())
}

async fn duplicates_in_the_batch_are_updated(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let old = cx.task(game, "old").await?;
    let tasks = [
        NewTask::new(game, "twice").strategy("first"),
        NewTask::new(game, "old").strategy("first"),
        NewTask::new(game, "twice").strategy("second"),
        NewTask::new(game, "old").strategy("second"),
    ];
    let [new_first, old_first, new_second, old_second] =
        create(cx, tasks, OnExisting::Update).await?;
    let new_row = cx.tasks.get((game, "twice")).await?;
    let old_row = cx.tasks.get(&old).await?;
    ensure_eq!(
        (&*new_row.strategy_id.to_string(), &*old_row.strategy_id.to_string()),
        ("second", "second")
    );
    ensure_eq!(new_first?, CreateOutcome::Created(new_row.clone()));
    ensure_eq!(new_second?, CreateOutcome::Updated(new_row));
    for outcome in [old_first, old_second] {
        ensure_eq!(outcome?, CreateOutcome::Updated(old_row.clone()));
    }
    Ok(())
}

async fn duplicate_ids_in_the_batch_are_refused(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let id = Uuid::now_v7();
    let [first, second, third] = create(
        cx,
        [
            NewTask::new(game, "first").id(id),
            NewTask::new(game, "second").id(id),
            NewTask::new(game, "third"),
        ],
        OnExisting::Fail,
    )
    .await?;
    ensure_is!(first, Ok(CreateOutcome::Created(task)) if task.id == id);
    ensure_is!(second, Err(TaskError::IdTaken { id: taken }) if *taken == id);
    ensure!(third?.is_created());
    // Repeating a batch with given ids matches the existing tasks.
    let again = [NewTask::new(game, "first").id(id), NewTask::new(game, "other").id(id)];
    for on_existing in [OnExisting::Keep, OnExisting::Update] {
        let [same, clash] = create(cx, again.clone(), on_existing).await?;
        ensure_eq!(same?.task().id, id);
        ensure_is!(clash, Err(TaskError::IdTaken { id: taken }) if *taken == id);
    }
    Ok(())
}

async fn returned_tasks_equal_the_stored_rows(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let given = unordered_id();
    let tasks = [
        NewTask::new(game, "b").id(given),
        NewTask::new(game, "a").strategy("custom:1"),
        NewTask::new(game, "c"),
    ];
    let created = create(cx, tasks, OnExisting::Fail).await?;
    let mut created: Vec<_> =
        created.into_iter().map(|w| w.map(CreateOutcome::into_task)).collect::<Result<_, _>>()?;
    ensure_eq!(names(&created), ["b", "a", "c"]);
    ensure_eq!(created.first().map(|task| task.id), Some(given));
    for task in &created {
        ensure_eq!(cx.tasks.get(task).await?, *task);
        ensure_eq!(task.status, TaskStatus::OPEN);
        ensure_eq!(task.created_at, task.updated_at);
    }
    created.sort_by_key(|task| task.id);
    ensure_eq!(cx.rows().await?, created);
    Ok(())
}

/// Batches whose tasks have one status, and different ones.
async fn initial_statuses_are_stored(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for (n, on_existing) in ON_EXISTING.into_iter().enumerate() {
        for statuses in [["closed", "closed", "closed"], ["draft", "open", "closed"]] {
            let [first, second, third] = statuses;
            let name = |name: &str| format!("{name} {n} {first}");
            let tasks = [
                NewTask::new(game, name("b")).status(first).strategy("own"),
                NewTask::new(game, name("a")).status(second),
                NewTask::new(game, name("c")).status(third),
            ];
            let outcomes = create(cx, tasks, on_existing).await?;
            for (outcome, status) in outcomes.into_iter().zip(statuses) {
                let outcome = outcome?;
                ensure!(outcome.is_created());
                ensure_eq!(outcome.task().status, status);
                ensure_eq!(cx.tasks.get(outcome.task()).await?, *outcome.task());
            }
            // Tasks that exist keep their status; new ones beside them start with theirs.
            if on_existing == OnExisting::Fail {
                continue;
            }
            let tasks = [
                NewTask::new(game, name("b")).status("other").strategy("new"),
                NewTask::new(game, name("a")).status("archived"),
                NewTask::new(game, name("d")).status("archived"),
            ];
            let [changed, same, new] = create(cx, tasks, on_existing).await?;
            let changed = changed?;
            ensure_eq!(changed.is_updated(), on_existing == OnExisting::Update);
            ensure_eq!(changed.task().status, first);
            ensure_eq!(same?.task().status, second);
            let new = new?;
            ensure!(new.is_created());
            ensure_eq!(new.task().status, "archived");
            for task in [changed.task(), new.task()] {
                ensure_eq!(cx.tasks.get(task).await?, *task);
            }
        }
    }
    Ok(())
}

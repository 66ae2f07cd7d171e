//! Batches in which each task stands for itself.

use crate::support::{
    Stage, TestDatabase, any_id, assert_is, database_cases, invalid, names, repository_cases, run,
};
use chrono::{SubsecRound, TimeDelta, Utc};
use game_tasks::{
    Game, InvalidReason, NewTask, OnExisting, SeaOrmTaskRepository, StrategyId, TaskError,
    TaskFilter, TaskRepositoryExt, TaskStatus, Written,
};
use uuid::Uuid;

repository_cases!(
    nothing_is_asked,
    outcomes_come_in_the_order_of_the_input,
    existing_tasks_are_reported,
    existing_tasks_are_kept,
    existing_tasks_are_updated,
    an_update_that_changes_nothing_keeps,
    duplicates_in_the_batch_are_reported,
    duplicates_in_the_batch_are_kept,
    duplicates_in_the_batch_are_updated,
    ids_are_given_once,
    answers_are_the_rows,
);
database_cases!(rows_of_the_future_are_told_truly);

type Outcome = Result<Written, TaskError>;

/// A batch of one game's tasks.
fn batch<const N: usize>(game: Uuid, names: [&str; N]) -> [NewTask; N] {
    names.map(|name| NewTask::new(game, name))
}

/// The outcomes of a batch of known size.
async fn create<const N: usize>(
    stage: &Stage<'_>,
    tasks: [NewTask; N],
    on_existing: OnExisting,
) -> [Outcome; N] {
    stage.tasks.create_many(tasks, on_existing).await.unwrap().try_into().unwrap()
}

async fn nothing_is_asked(stage: &Stage<'_>) {
    for on_existing in [OnExisting::Report, OnExisting::Keep, OnExisting::Update] {
        let [] = create(stage, [], on_existing).await;
    }
    assert!(stage.rows().await.is_empty());
}

async fn outcomes_come_in_the_order_of_the_input(stage: &Stage<'_>) {
    let (game, other, missing) = (stage.game().await, stage.game().await, Uuid::now_v7());
    let old = stage.task(other, "old").await;
    let [z, empty, a, lost, taken, bee, id, m] = create(
        stage,
        [
            NewTask::new(game, "z"),
            NewTask::new(game, ""),
            NewTask::new(other, "a"),
            NewTask::new(missing, "a"),
            NewTask::new(other, "old"),
            NewTask::new(game, "bee").strategy("socio_bee"),
            NewTask::new(game, "id").id(old.id),
            NewTask::new(game, "m"),
        ],
        OnExisting::Report,
    )
    .await;
    assert_is!(z, Ok(Written::Created(task)) if task.external_task_id == "z");
    assert_eq!(invalid(empty.unwrap_err()), ("external_task_id", InvalidReason::Empty));
    assert_is!(a, Ok(Written::Created(task)) if task.game_id == other && task.external_task_id == "a");
    assert_is!(lost, Err(TaskError::GameNotFound { game_id }) if *game_id == missing);
    assert_is!(
        taken,
        Err(TaskError::AlreadyExists { game_id, external_task_id, id })
            if *game_id == other && external_task_id == "old" && *id == Some(old.id)
    );
    assert_is!(bee, Ok(Written::Created(task)) if task.strategy_id == "socio_bee");
    assert_is!(id, Err(TaskError::IdTaken { id }) if *id == old.id);
    assert_is!(m, Ok(Written::Created(task)) if task.external_task_id == "m");

    let mut expected: Vec<_> = [z, a, bee, m].into_iter().map(|w| w.unwrap().into_task()).collect();
    expected.push(old);
    expected.sort_by_key(|task| task.id);
    assert_eq!(stage.rows().await, expected);
}

async fn existing_tasks_are_reported(stage: &Stage<'_>) {
    let game = stage.game().await;
    let old = stage.task(game, "old").await;
    let [again, new] = create(stage, batch(game, ["old", "new"]), OnExisting::Report).await;
    assert_is!(again, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(old.id));
    assert_is!(new, Ok(Written::Created(_)));
    assert_eq!(stage.tasks.get(&old).await.unwrap(), old);
}

async fn existing_tasks_are_kept(stage: &Stage<'_>) {
    let game = stage.game().await;
    let old = stage.task(game, "old").await;
    let old = stage.tasks.transition(&old, "open", "closed").await.unwrap();
    let tasks =
        [NewTask::new(game, "old").strategy("other"), NewTask::new(game, "new").strategy("other")];
    let [kept, created] = create(stage, tasks, OnExisting::Keep).await;
    assert_eq!(kept.unwrap(), Written::Kept(old.clone()));
    assert_is!(created, Ok(Written::Created(task)) if task.strategy_id == "other");
    assert_eq!(stage.tasks.get(&old).await.unwrap(), old);
    // A batch sent again, as after a lost answer, changes nothing.
    let before = stage.rows().await;
    let again = create(stage, batch(game, ["new", "old"]), OnExisting::Keep).await;
    assert!(again.iter().all(|written| matches!(written, Ok(Written::Kept(_)))));
    assert_eq!(stage.rows().await, before);
}

async fn existing_tasks_are_updated(stage: &Stage<'_>) {
    let game = stage.game().await;
    let [named, unnamed] = stage.tasks_named(game, ["named", "unnamed"]).await;
    let unnamed = stage.tasks.update(&unnamed, game_tasks::TaskPatch::new().strategy("own")).await;
    let unnamed = unnamed.unwrap();
    let named = stage.tasks.transition(&named, "open", "closed").await.unwrap();
    let tasks = [
        NewTask::new(game, "named").strategy("other"),
        NewTask::new(game, "unnamed"),
        NewTask::new(game, "new").strategy("other"),
    ];
    let [first, second, third] = create(stage, tasks, OnExisting::Update).await;
    for (outcome, old, strategy) in [(first, &named, "other"), (second, &unnamed, "default")] {
        let Ok(Written::Updated(task)) = outcome else { panic!("not updated: {outcome:?}") };
        assert!(task.updated_at > old.updated_at, "updated_at has not grown");
        let expected = game_tasks::Task {
            strategy_id: StrategyId::new(strategy).unwrap(),
            updated_at: task.updated_at,
            ..old.clone()
        };
        assert_eq!(task, expected);
        assert_eq!(stage.tasks.get(old).await.unwrap(), task);
    }
    assert_is!(third, Ok(Written::Created(task)) if task.strategy_id == "other" && task.status == TaskStatus::OPEN);
}

async fn an_update_that_changes_nothing_keeps(stage: &Stage<'_>) {
    let game = stage.game().await;
    let old = stage.task(game, "old").await;
    let old = stage.tasks.transition(&old, "open", "closed").await.unwrap();
    for tasks in
        [batch(game, ["old", "old"]), batch(game, ["old", "old"]).map(|t| t.strategy("default"))]
    {
        for outcome in create(stage, tasks.clone(), OnExisting::Update).await {
            assert_eq!(outcome.unwrap(), Written::Kept(old.clone()));
        }
        let written = stage.tasks.create_all(tasks, OnExisting::Update).await.unwrap();
        assert_eq!(written, [Written::Kept(old.clone()), Written::Kept(old.clone())]);
    }
    assert_eq!(stage.rows().await, [old]);
}

async fn duplicates_in_the_batch_are_reported(stage: &Stage<'_>) {
    let game = stage.game().await;
    let [first, other, second, third] =
        create(stage, batch(game, ["twice", "x", "twice", "twice"]), OnExisting::Report).await;
    let first = first.unwrap();
    assert!(first.is_created() && other.unwrap().is_created());
    for later in [second, third] {
        assert_is!(
            later,
            Err(TaskError::AlreadyExists { external_task_id, id, .. })
                if external_task_id == "twice" && *id == Some(first.task().id)
        );
    }
    assert_eq!(stage.tasks.count(TaskFilter::in_game(game)).await.unwrap(), 2);
}

async fn duplicates_in_the_batch_are_kept(stage: &Stage<'_>) {
    let game = stage.game().await;
    let tasks = [
        NewTask::new(game, "twice").strategy("first"),
        NewTask::new(game, "twice").strategy("second"),
        NewTask::new(game, "TWICE"),
    ];
    let [first, second, other] = create(stage, tasks, OnExisting::Keep).await;
    let row = stage.tasks.get((game, "twice")).await.unwrap();
    assert_eq!(row.strategy_id, "first");
    assert_eq!(first.unwrap(), Written::Created(row.clone()));
    assert_eq!(second.unwrap(), Written::Kept(row));
    assert!(other.unwrap().is_created());
}

async fn duplicates_in_the_batch_are_updated(stage: &Stage<'_>) {
    let game = stage.game().await;
    let old = stage.task(game, "old").await;
    let tasks = [
        NewTask::new(game, "twice").strategy("first"),
        NewTask::new(game, "old").strategy("first"),
        NewTask::new(game, "twice").strategy("second"),
        NewTask::new(game, "old").strategy("second"),
    ];
    let [new_first, old_first, new_second, old_second] =
        create(stage, tasks, OnExisting::Update).await;
    let new_row = stage.tasks.get((game, "twice")).await.unwrap();
    let old_row = stage.tasks.get(&old).await.unwrap();
    assert_eq!(
        (&*new_row.strategy_id.to_string(), &*old_row.strategy_id.to_string()),
        ("second", "second")
    );
    assert_eq!(new_first.unwrap(), Written::Created(new_row.clone()));
    assert_eq!(new_second.unwrap(), Written::Updated(new_row));
    for outcome in [old_first, old_second] {
        assert_eq!(outcome.unwrap(), Written::Updated(old_row.clone()));
    }
}

async fn ids_are_given_once(stage: &Stage<'_>) {
    let game = stage.game().await;
    let id = Uuid::now_v7();
    let [first, second, third] = create(
        stage,
        [
            NewTask::new(game, "first").id(id),
            NewTask::new(game, "second").id(id),
            NewTask::new(game, "third"),
        ],
        OnExisting::Report,
    )
    .await;
    assert_is!(first, Ok(Written::Created(task)) if task.id == id);
    assert_is!(second, Err(TaskError::IdTaken { id: taken }) if *taken == id);
    assert!(third.unwrap().is_created());
    // A batch with ids that is sent again finds its own tasks.
    let again = [NewTask::new(game, "first").id(id), NewTask::new(game, "other").id(id)];
    for on_existing in [OnExisting::Keep, OnExisting::Update] {
        let [same, clash] = create(stage, again.clone(), on_existing).await;
        assert_eq!(same.unwrap().task().id, id);
        assert_is!(clash, Err(TaskError::IdTaken { id: taken }) if *taken == id);
    }
}

async fn answers_are_the_rows(stage: &Stage<'_>) {
    let game = stage.game().await;
    let given = any_id();
    let tasks = [
        NewTask::new(game, "b").id(given),
        NewTask::new(game, "a").strategy("custom:1"),
        NewTask::new(game, "c"),
    ];
    let created = create(stage, tasks, OnExisting::Report).await;
    let mut created: Vec<_> = created.into_iter().map(|w| w.unwrap().into_task()).collect();
    assert_eq!(names(&created), ["b", "a", "c"]);
    assert_eq!(created[0].id, given);
    for task in &created {
        assert_eq!(stage.tasks.get(task).await.unwrap(), *task);
        assert_eq!(task.status, TaskStatus::OPEN);
        assert_eq!(task.created_at, task.updated_at);
    }
    created.sort_by_key(|task| task.id);
    assert_eq!(stage.rows().await, created);
}

/// A row that another writer's clock has put into the future is kept where it is kept.
async fn rows_of_the_future_are_told_truly(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    let future = Utc::now().trunc_subsecs(6) + TimeDelta::days(1);
    run(db, "UPDATE tasks SET created_at = ?, updated_at = ?", [future.into(), future.into()])
        .await;
    let row = tasks.get(&task).await.unwrap();
    assert_eq!((row.created_at, row.updated_at), (future, future));
    for on_existing in [OnExisting::Keep, OnExisting::Update] {
        let batch = || [NewTask::new(game, "task"), NewTask::new(game, format!("{on_existing:?}"))];
        let written = tasks.create_many(batch(), on_existing).await.unwrap();
        assert_eq!(*written[0].as_ref().unwrap(), Written::Kept(row.clone()));
        assert!(written[1].as_ref().unwrap().is_created());
        let written = tasks.create_all(batch(), on_existing).await.unwrap();
        assert_eq!(written[0], Written::Kept(row.clone()));
        assert_is!(written[1], Written::Kept(_));
    }
    let changed = NewTask::new(game, "task").strategy("own");
    let written = tasks.create_all([changed], OnExisting::Update).await.unwrap();
    assert_is!(
        written[0],
        Written::Updated(task) if task.updated_at == future + TimeDelta::microseconds(1)
    );
}

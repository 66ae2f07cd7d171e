//! The maximum number of values in a filter, and one more.

use crate::support::{
    Harness, TestDatabase, assert_is, database_cases, harness_cases, names, validation_error,
};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::{EntityTrait, QueryFilter};
use game_tasks::{
    Game, MAX_FILTER_VALUES, NewTask, SeaOrmTaskRepository, Task, TaskFilter, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt, Tasks, ValidationReason,
};
use uuid::Uuid;

harness_cases!(
    the_maximum_number_of_values,
    one_value_more_is_refused,
    duplicate_values_count_once
);
database_cases!(in_the_applications_own_queries);

/// This many values, of which only `last` is that of a task.
fn values(count: usize, last: &str) -> Vec<String> {
    let filler = (1..count).map(|n| format!("{n:04}"));
    filler.chain([last.to_owned()]).collect()
}

/// Filters with one value more than allowed, each with the name of the field.
fn too_large(game: Uuid) -> [(TaskFilter, &'static str); 3] {
    let of_game = TaskFilter::in_game(game);
    let many = |last| values(MAX_FILTER_VALUES + 1, last);
    [
        (of_game.clone().statuses(many("open")), "statuses"),
        (of_game.clone().strategies(many("own")), "strategies"),
        (of_game.statuses(many("open")).strategies(["own"]), "statuses"),
    ]
}

/// A filter with the maximum number of statuses and of strategies.
fn largest(game: Uuid) -> TaskFilter {
    TaskFilter::in_game(game)
        .statuses(values(MAX_FILTER_VALUES, "open"))
        .strategies(values(MAX_FILTER_VALUES, "own"))
}

async fn task_and_other(tasks: &dyn TaskRepository, game: Uuid) -> Task {
    tasks.create(NewTask::new(game, "other")).await.unwrap();
    tasks.create(NewTask::new(game, "task").strategy("own")).await.unwrap()
}

async fn the_maximum_number_of_values(harness: &Harness<'_>) {
    let game = harness.game().await;
    let task = task_and_other(&*harness.tasks(), game).await;
    let filter = || largest(game);
    filter().validate().unwrap();
    let query = TaskQuery::new(filter());
    let listed = harness.tasks().list(query.clone()).await.unwrap().items;
    assert_eq!(listed, std::slice::from_ref(&task));
    let streamed: Vec<Task> = harness.tasks().stream(query).try_collect().await.unwrap();
    assert_eq!(streamed, [task]);
    assert_eq!(harness.tasks().count(filter()).await.unwrap(), 1);
    let other_name = TaskPatch::new().strategy("0001");
    assert_eq!(harness.tasks().update_many(filter(), other_name).await.unwrap(), 1);
    assert_eq!(harness.tasks().delete_many(filter()).await.unwrap(), 1);
    assert_eq!(names(&harness.rows().await), ["other"]);
}

async fn one_value_more_is_refused(harness: &Harness<'_>) {
    let game = harness.game().await;
    task_and_other(&*harness.tasks(), game).await;
    let reason = ValidationReason::TooLarge { max: MAX_FILTER_VALUES as u64 };
    for (filter, field) in too_large(game) {
        let query = || TaskQuery::new(filter.clone());
        let patch = TaskPatch::new().status("closed");
        for error in [
            filter.validate().unwrap_err().into(),
            harness.refused(harness.tasks().list(query())).await,
            harness.refused(harness.tasks().stream(query()).try_collect::<Vec<_>>()).await,
            harness.refused(harness.tasks().count(filter.clone())).await,
            harness.refused(harness.tasks().update_many(filter.clone(), patch)).await,
            harness.refused(harness.tasks().delete_many(filter.clone())).await,
        ] {
            assert_eq!(validation_error(error), (field, reason.clone()));
        }
    }
}

async fn duplicate_values_count_once(harness: &Harness<'_>) {
    let game = harness.game().await;
    task_and_other(&*harness.tasks(), game).await;
    let twice = vec!["open"; MAX_FILTER_VALUES * 2];
    let filter = TaskFilter::in_game(game).statuses(twice).strategies(["own"; 2_000]);
    assert_eq!(harness.tasks().count(filter).await.unwrap(), 1);
}

async fn in_the_applications_own_queries(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = task_and_other(&tasks, game).await;
    let selected = tasks.select(&TaskQuery::new(largest(game))).unwrap().all(db).await.unwrap();
    assert_eq!(selected, std::slice::from_ref(&task));
    let condition = tasks.condition(&largest(game)).unwrap();
    assert_eq!(Tasks::find().filter(condition).all(db).await.unwrap(), [task]);
    for (filter, field) in too_large(game) {
        let select = tasks.select(&TaskQuery::new(filter.clone())).map(drop);
        for outcome in [select, tasks.condition(&filter).map(drop)] {
            let (of, reason) = validation_error(outcome.unwrap_err());
            assert_eq!(of, field);
            assert_is!(reason, ValidationReason::TooLarge { max: 1_000 });
        }
    }
}

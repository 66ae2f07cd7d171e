//! One task is created, and found by each of its keys.

use crate::support::{Stage, any_id, assert_is, assert_not_found, keys_of, repository_cases};
use chrono::{TimeDelta, Timelike, Utc};
use game_tasks::{
    NewTask, StrategyId, Task, TaskError, TaskKey, TaskRepositoryExt, TaskStatus, Written,
};
use uuid::Uuid;

repository_cases!(
    answer_is_the_row,
    found_by_each_key,
    id_is_made_or_given,
    strategy_is_stored_as_given,
    longest_text_is_stored,
    get_or_create_says_which,
    duplicate_starts_anew,
);

async fn answer_is_the_row(stage: &Stage<'_>) {
    let game = stage.game().await;
    let task = stage.tasks.create(NewTask::new(game, "task-login")).await.unwrap();
    // On the first read, to the microsecond, through the repository and past it.
    assert_eq!(stage.tasks.find(task.id).await.unwrap(), Some(task.clone()));
    assert_eq!(stage.rows().await, std::slice::from_ref(&task));

    let Task { id, created_at, updated_at, .. } = task;
    let expected = Task {
        id,
        created_at,
        updated_at,
        api_key_used: None,
        oauth_user_id: None,
        external_task_id: "task-login".to_owned(),
        game_id: game,
        strategy_id: StrategyId::DEFAULT,
        status: TaskStatus::OPEN,
    };
    assert_eq!(task, expected);
    assert_eq!(created_at, updated_at);
    assert_eq!(created_at.nanosecond() % 1_000, 0, "times are whole microseconds");
    // Far less than any time zone is off by. A transaction may take its beginning for now.
    let off = (Utc::now() - created_at).abs();
    assert!(off < TimeDelta::minutes(2), "created_at is off by {off}");
}

async fn found_by_each_key(stage: &Stage<'_>) {
    let (game, other) = (stage.game().await, stage.game().await);
    let [first, second] = stage.tasks_named(game, ["first", "second"]).await;
    let namesake = stage.task(other, "first").await;
    for task in [first, second, namesake] {
        for key in keys_of(&task) {
            assert_eq!(stage.tasks.find(&key).await.unwrap().as_ref(), Some(&task), "{key}");
            assert_eq!(stage.tasks.get(&key).await.unwrap(), task, "{key}");
            assert!(stage.tasks.exists(&key).await.unwrap(), "{key}");
        }
    }
}

async fn id_is_made_or_given(stage: &Stage<'_>) {
    let game = stage.game().await;
    let [first, second] = stage.tasks_named(game, ["first", "second"]).await;
    for made in [first.id, second.id] {
        assert_eq!(made.get_version_num(), 7, "{made}");
    }
    assert_ne!(first.id, second.id);
    for given in [any_id(), Uuid::nil(), Uuid::max(), Uuid::from_u128(0x22_5c00_00ff)] {
        let new = NewTask::new(game, given.to_string()).id(given);
        let task = stage.tasks.create(new).await.unwrap();
        assert_eq!(task.id, given);
        assert_eq!(stage.tasks.get((game, given.to_string())).await.unwrap(), task);
    }
}

async fn strategy_is_stored_as_given(stage: &Stage<'_>) {
    let game = stage.game_with("socio_bee").await.id;
    let custom = StrategyId::custom(Uuid::now_v7());
    for (n, strategy) in
        ["default", "socio_bee", "Default", custom.as_str(), " x "].into_iter().enumerate()
    {
        let new = NewTask::new(game, n.to_string()).strategy(strategy);
        assert_eq!(stage.tasks.create(new).await.unwrap().strategy_id, strategy);
        assert_eq!(stage.tasks.get((game, n.to_string())).await.unwrap().strategy_id, strategy);
    }
    // What a task inherits is not stored.
    assert!(stage.task(game, "none").await.strategy_id.is_default());
}

async fn longest_text_is_stored(stage: &Stage<'_>) {
    let game = stage.game().await;
    let longest = "🎉".repeat(255);
    let new = NewTask::new(game, &*longest).strategy(&*longest);
    let task = stage.tasks.create(new).await.unwrap();
    let closed = game_tasks::TaskPatch::new().status(&*longest);
    let task = stage.tasks.update(&task, closed).await.unwrap();
    assert_eq!(task.external_task_id, longest);
    assert_eq!((task.strategy_id.as_str(), task.status.as_str()), (&*longest, &*longest));
    assert_eq!(stage.tasks.get((game, &longest)).await.unwrap(), task);
}

async fn get_or_create_says_which(stage: &Stage<'_>) {
    let game = stage.game().await;
    let new = NewTask::new(game, "task").strategy("first");
    let created = stage.tasks.get_or_create(new.clone()).await.unwrap();
    assert_is!(created, Written::Created(task) if task.strategy_id == "first");
    let other = new.strategy("second").id(Uuid::now_v7());
    let kept = stage.tasks.get_or_create(other).await.unwrap();
    assert_eq!(kept, Written::Kept(created.into_task()));
    assert_eq!(stage.rows().await, [kept.into_task()]);
}

async fn duplicate_starts_anew(stage: &Stage<'_>) {
    let (game, other) = (stage.game().await, stage.game().await);
    let original = NewTask::new(game, "original").strategy("socio_bee");
    let original = stage.tasks.create(original).await.unwrap();
    let original = stage.tasks.transition(&original, "open", "closed").await.unwrap();
    for (n, key) in keys_of(&original).into_iter().enumerate() {
        let name = format!("copy {n}");
        let copy = stage.tasks.duplicate(&key, &*name).await.unwrap();
        assert_ne!(copy.id, original.id);
        assert!(copy.created_at >= original.created_at);
        let expected = Task {
            external_task_id: name,
            status: TaskStatus::OPEN,
            id: copy.id,
            created_at: copy.created_at,
            updated_at: copy.created_at,
            ..original.clone()
        };
        assert_eq!(copy, expected);
        assert_eq!(stage.tasks.get(&copy).await.unwrap(), copy);
    }
    assert_eq!(stage.tasks.get(&original).await.unwrap(), original);
    // The original under the wrong game is no original.
    let key = TaskKey::from((other, original.id));
    let error = stage.refused(stage.tasks.duplicate(&key, "copy")).await;
    assert_not_found(&error, &key);
    let error = stage.refused(stage.tasks.duplicate(&original, "copy 0")).await;
    assert_is!(error, TaskError::AlreadyExists { .. });
}

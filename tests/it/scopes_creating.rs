//! What a scope creates is stamped with its caller, and only in games that are the caller's.

use crate::support::{Stage, assert_is, callers, in_batch, key, repository_cases, strangers, user};
use game_tasks::{
    ApiKeyId, Game, NewTask, OauthUserId, OnExisting, StrategyId, Task, TaskError, TaskRepository,
    TaskRepositoryExt, TaskScope, Written,
};

repository_cases!(
    what_is_created_is_stamped,
    creation_needs_a_game_of_the_callers,
    batches_are_confined_and_stamped,
    existing_tasks_keep_their_stamp,
    two_callers_of_one_kind_create_nothing,
);

async fn what_is_created_is_stamped(stage: &Stage<'_>) {
    let game = Game::new("of both")
        .owned_by_api_key(key("gme_live_mine"))
        .owned_by_oauth_user(user("auth0|mine"));
    let game = stage.add(game).await.id;
    let by_key = TaskScope::api_key(key("gme_live_mine"));
    let by_user = TaskScope::oauth_user(user("auth0|mine"));
    for (n, (scope, api_key, oauth_user)) in [
        (by_key.clone(), Some(key("gme_live_mine")), None),
        (by_user.clone(), None, Some(user("auth0|mine"))),
        (by_key.and(by_user), Some(key("gme_live_mine")), Some(user("auth0|mine"))),
        (TaskScope::unrestricted(), None, None),
    ]
    .into_iter()
    .enumerate()
    {
        let mine = stage.tasks.scoped(scope);
        let created = mine.create(NewTask::new(game, format!("created {n}"))).await.unwrap();
        let got = mine.get_or_create(NewTask::new(game, format!("got {n}"))).await.unwrap();
        let original = stage.task(game, &format!("original {n}")).await;
        let copy = mine.duplicate(&original, format!("copy {n}")).await.unwrap();
        for task in [created, got.into_task(), copy] {
            assert_eq!((&task.api_key_used, &task.oauth_user_id), (&api_key, &oauth_user));
            assert_eq!(stage.tasks.get(&task).await.unwrap(), task);
        }
    }
}

async fn creation_needs_a_game_of_the_callers(stage: &Stage<'_>) {
    let nobodys = stage.game().await;
    let [(by_key, of_key), (by_user, of_user)] = callers();
    let (of_key, of_user) = (stage.add(of_key).await.id, stage.add(of_user).await.id);
    for (scope, game) in [
        (by_key.clone(), nobodys),
        (by_key.clone(), of_user),
        (by_user.clone(), nobodys),
        (by_user.clone(), of_key),
        // Each of two callers must own it.
        (by_key.clone().and(by_user.clone()), of_key),
        (by_key.clone().and(by_user.clone()), of_user),
        (by_key.clone(), uuid::Uuid::now_v7()),
    ] {
        let mine = stage.tasks.scoped(scope);
        let new = NewTask::new(game, "new");
        for error in [
            stage.refused(mine.create(new.clone())).await,
            stage.refused(mine.get_or_create(new.clone())).await,
        ] {
            assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
        }
        let error = stage.refused(mine.create_all([new.clone()], OnExisting::Keep)).await;
        assert_is!(
            error,
            TaskError::Batch { index: 0, error } if matches!(**error, TaskError::GameNotFound { .. })
        );
        let outcomes = mine.create_many([new], OnExisting::Update).await.unwrap();
        assert_is!(&outcomes[..], [Err(TaskError::GameNotFound { .. })]);
    }
    assert!(stage.rows().await.is_empty());
}

async fn batches_are_confined_and_stamped(stage: &Stage<'_>) {
    for (scope, game) in callers() {
        let game = stage.add(game).await.id;
        let foreign = stage.game().await;
        let mine = stage.tasks.scoped(scope.clone());
        let batch =
            || [NewTask::new(game, "a"), NewTask::new(foreign, "a"), NewTask::new(game, "b")];
        let error = stage.refused(mine.create_all(batch(), OnExisting::Report)).await;
        assert_is!(
            error,
            TaskError::Batch { index: 1, error }
                if matches!(**error, TaskError::GameNotFound { game_id } if game_id == foreign)
        );
        let outcomes = mine.create_many(batch(), OnExisting::Report).await.unwrap();
        assert_is!(
            &outcomes[..],
            [
                Ok(Written::Created(_)),
                Err(TaskError::GameNotFound { game_id }),
                Ok(Written::Created(_))
            ] if *game_id == foreign
        );
        let all = mine.create_all([NewTask::new(game, "c")], OnExisting::Report).await.unwrap();
        let created = outcomes.iter().flatten().chain(&all).map(Written::task);
        for task in created {
            let stamp = [
                task.api_key_used.as_ref().map(ApiKeyId::as_str),
                task.oauth_user_id.as_ref().map(OauthUserId::as_str),
            ];
            let expected = if scope == callers()[0].0 {
                [Some("gme_live_mine"), None]
            } else {
                [None, Some("auth0|mine")]
            };
            assert_eq!(stamp, expected);
            assert_eq!(stage.tasks.get(task).await.unwrap(), *task);
        }
    }
}

async fn existing_tasks_keep_their_stamp(stage: &Stage<'_>) {
    for (scope, game) in callers() {
        let game = stage.add(game).await.id;
        let old = stage.task(game, "old").await;
        let mine = stage.tasks.scoped(scope);
        let again = NewTask::new(game, "old").strategy("own");
        let kept = mine.create_all([again.clone()], OnExisting::Keep).await.unwrap();
        assert_eq!(kept, [Written::Kept(old.clone())]);
        let updated = mine.create_all([again], OnExisting::Update).await.unwrap();
        let row = stage.tasks.get(&old).await.unwrap();
        assert_eq!(updated, [Written::Updated(row.clone())]);
        let expected = Task {
            strategy_id: StrategyId::new("own").unwrap(),
            updated_at: row.updated_at,
            ..old
        };
        assert_eq!(row, expected);
    }
}

/// Two keys cannot both be recorded.
async fn two_callers_of_one_kind_create_nothing(stage: &Stage<'_>) {
    for ((scope, game), other) in callers().into_iter().zip(strangers()) {
        let game = stage.add(game).await.id;
        let mine = stage.tasks.scoped(scope);
        let narrow = mine.scoped(other);
        let new = || NewTask::new(game, "task");
        for error in [
            stage.refused(narrow.create(new())).await,
            stage.refused(narrow.get_or_create(new())).await,
            in_batch(stage.refused(narrow.create_all([new()], OnExisting::Report)).await).1,
            narrow.create_many([new()], OnExisting::Report).await.unwrap().remove(0).unwrap_err(),
        ] {
            assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
        }
        assert!(stage.rows().await.is_empty());
    }
}

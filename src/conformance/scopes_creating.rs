//! Creating in a scope: tasks record the caller, and only in games that the caller owns.

use super::checks::OrFail;
use super::checks::expect_error;
use super::context::TestContext;
use super::failure::Outcome;
use super::fixtures::{api_key, batch_error, callers, oauth_user, strangers};
use crate::{
    CreateOutcome, Game, NewTask, OnExisting, StrategyId, Task, TaskError, TaskRepository,
    TaskRepositoryExt, TaskScope,
};

cases! { "scopes_creating":
    created_tasks_record_the_caller,
    creation_requires_a_game_owned_by_the_caller,
    batches_are_restricted_and_record_the_caller,
    existing_tasks_keep_their_recorded_caller,
    two_callers_of_one_kind_cannot_create,
}

async fn created_tasks_record_the_caller(cx: &TestContext<'_>) -> Outcome {
    let game = Game::new("of both")
        .owned_by_api_key(api_key("gme_live_mine")?)
        .owned_by_oauth_user(oauth_user("auth0|mine")?);
    let game = cx.add_game(game).await?.id;
    let by_key = TaskScope::api_key(api_key("gme_live_mine")?);
    let by_user = TaskScope::oauth_user(oauth_user("auth0|mine")?);
    for (n, (scope, api_key, oauth_user)) in [
        (by_key.clone(), Some(api_key("gme_live_mine")?), None),
        (by_user.clone(), None, Some(oauth_user("auth0|mine")?)),
        (by_key.and(by_user), Some(api_key("gme_live_mine")?), Some(oauth_user("auth0|mine")?)),
        (TaskScope::unrestricted(), None, None),
    ]
    .into_iter()
    .enumerate()
    {
        let mine = cx.tasks.scoped(scope);
        let created = mine.create(NewTask::new(game, format!("created {n}"))).await?;
        let got = mine.get_or_create(NewTask::new(game, format!("got {n}"))).await?;
        let original = cx.task(game, &format!("original {n}")).await?;
        let copy = mine.duplicate(&original, format!("copy {n}")).await?;
        for task in [created, got.into_task(), copy] {
            ensure_eq!((&task.api_key_used, &task.oauth_user_id), (&api_key, &oauth_user));
            ensure_eq!(cx.tasks.get(&task).await?, task);
        }
    }
    Ok(())
}

async fn creation_requires_a_game_owned_by_the_caller(cx: &TestContext<'_>) -> Outcome {
    let unowned = cx.game().await?;
    let [(by_key, of_key), (by_user, of_user)] = callers()?;
    let (of_key, of_user) = (cx.add_game(of_key).await?.id, cx.add_game(of_user).await?.id);
    for (scope, game) in [
        (by_key.clone(), unowned),
        (by_key.clone(), of_user),
        (by_user.clone(), unowned),
        (by_user.clone(), of_key),
        // In a scope with two callers, both must own the game.
        (by_key.clone().and(by_user.clone()), of_key),
        (by_key.clone().and(by_user.clone()), of_user),
        (by_key.clone(), uuid::Uuid::now_v7()),
    ] {
        let mine = cx.tasks.scoped(scope);
        let new = NewTask::new(game, "new");
        for error in [
            cx.refused(mine.create(new.clone())).await?,
            cx.refused(mine.get_or_create(new.clone())).await?,
        ] {
            ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
        }
        let error = cx.refused(mine.create_all([new.clone()], OnExisting::Keep)).await?;
        ensure_is!(
            error,
            TaskError::Batch { index: 0, error } if matches!(**error, TaskError::GameNotFound { .. })
        );
        let outcomes = mine.create_many([new], OnExisting::Update).await?;
        ensure_is!(outcomes[..], [Err(TaskError::GameNotFound { .. })]);
    }
    ensure!(cx.rows().await?.is_empty());
    Ok(())
}

async fn batches_are_restricted_and_record_the_caller(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let owners = (game.api_key_used.clone(), game.oauth_user_id.clone());
        let game = cx.add_game(game).await?.id;
        let foreign = cx.game().await?;
        let mine = cx.tasks.scoped(scope.clone());
        let batch =
            || [NewTask::new(game, "a"), NewTask::new(foreign, "a"), NewTask::new(game, "b")];
        let error = cx.refused(mine.create_all(batch(), OnExisting::Fail)).await?;
        ensure_is!(
            error,
            TaskError::Batch { index: 1, error }
                if matches!(**error, TaskError::GameNotFound { game_id } if game_id == foreign)
        );
        let outcomes = mine.create_many(batch(), OnExisting::Fail).await?;
        ensure_is!(
            outcomes[..],
            [
                Ok(CreateOutcome::Created(_)),
                Err(TaskError::GameNotFound { game_id }),
                Ok(CreateOutcome::Created(_))
            ] if *game_id == foreign
        );
        let all = mine.create_all([NewTask::new(game, "c")], OnExisting::Fail).await?;
        let created = outcomes.iter().flatten().chain(&all).map(CreateOutcome::task);
        for task in created {
            let recorded = (&task.api_key_used, &task.oauth_user_id);
            ensure_eq!(recorded, (&owners.0, &owners.1));
            ensure_eq!(cx.tasks.get(task).await?, *task);
        }
    }
    Ok(())
}

async fn existing_tasks_keep_their_recorded_caller(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = cx.add_game(game).await?.id;
        let old = cx.task(game, "old").await?;
        let mine = cx.tasks.scoped(scope);
        let again = NewTask::new(game, "old").strategy("own");
        let kept = mine.create_all([again.clone()], OnExisting::Keep).await?;
        ensure_eq!(kept, [CreateOutcome::Kept(old.clone())]);
        let updated = mine.create_all([again], OnExisting::Update).await?;
        let row = cx.tasks.get(&old).await?;
        ensure_eq!(updated, [CreateOutcome::Updated(row.clone())]);
        let expected =
            Task { strategy_id: StrategyId::new("own")?, updated_at: row.updated_at, ..old };
        ensure_eq!(row, expected);
    }
    Ok(())
}

/// A task has one column for the API key, so it cannot record two.
async fn two_callers_of_one_kind_cannot_create(cx: &TestContext<'_>) -> Outcome {
    for ((scope, game), other) in callers()?.into_iter().zip(strangers()?) {
        let game = cx.add_game(game).await?.id;
        let mine = cx.tasks.scoped(scope);
        let narrow = mine.scoped(other);
        let new = || NewTask::new(game, "task");
        for error in [
            cx.refused(narrow.create(new())).await?,
            cx.refused(narrow.get_or_create(new())).await?,
            batch_error(cx.refused(narrow.create_all([new()], OnExisting::Fail)).await?)?.1,
            expect_error(narrow.create_many([new()], OnExisting::Fail).await?.pop().or_fail()?)?,
        ] {
            ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
        }
        ensure!(cx.rows().await?.is_empty());
    }
    Ok(())
}

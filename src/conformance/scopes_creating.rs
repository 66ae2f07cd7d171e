//! What a scope creates is stamped with its caller, and only in games that are the caller's.

use super::callers::callers;
use super::callers::key;
use super::callers::strangers;
use super::callers::user;
use super::checks::OrFail;
use super::checks::in_batch;
use super::checks::refusal;
use super::failure::Outcome;
use super::stage::Stage;
use crate::CreateOutcome;
use crate::Game;
use crate::NewTask;
use crate::OnExisting;
use crate::StrategyId;
use crate::Task;
use crate::TaskError;
use crate::TaskRepository;
use crate::TaskRepositoryExt;
use crate::TaskScope;

cases! { "scopes_creating":
    what_is_created_is_stamped,
    creation_needs_a_game_of_the_callers,
    batches_are_confined_and_stamped,
    existing_tasks_keep_their_stamp,
    two_callers_of_one_kind_create_nothing,
}

async fn what_is_created_is_stamped(stage: &Stage<'_>) -> Outcome {
    let game = Game::new("of both")
        .owned_by_api_key(key("gme_live_mine")?)
        .owned_by_oauth_user(user("auth0|mine")?);
    let game = stage.add(game).await?.id;
    let by_key = TaskScope::api_key(key("gme_live_mine")?);
    let by_user = TaskScope::oauth_user(user("auth0|mine")?);
    for (n, (scope, api_key, oauth_user)) in [
        (by_key.clone(), Some(key("gme_live_mine")?), None),
        (by_user.clone(), None, Some(user("auth0|mine")?)),
        (by_key.and(by_user), Some(key("gme_live_mine")?), Some(user("auth0|mine")?)),
        (TaskScope::unrestricted(), None, None),
    ]
    .into_iter()
    .enumerate()
    {
        let mine = stage.tasks.scoped(scope);
        let created = mine.create(NewTask::new(game, format!("created {n}"))).await?;
        let got = mine.get_or_create(NewTask::new(game, format!("got {n}"))).await?;
        let original = stage.task(game, &format!("original {n}")).await?;
        let copy = mine.duplicate(&original, format!("copy {n}")).await?;
        for task in [created, got.into_task(), copy] {
            ensure_eq!((&task.api_key_used, &task.oauth_user_id), (&api_key, &oauth_user));
            ensure_eq!(stage.tasks.get(&task).await?, task);
        }
    }
    Ok(())
}

async fn creation_needs_a_game_of_the_callers(stage: &Stage<'_>) -> Outcome {
    let nobodys = stage.game().await?;
    let [(by_key, of_key), (by_user, of_user)] = callers()?;
    let (of_key, of_user) = (stage.add(of_key).await?.id, stage.add(of_user).await?.id);
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
            stage.refused(mine.create(new.clone())).await?,
            stage.refused(mine.get_or_create(new.clone())).await?,
        ] {
            ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
        }
        let error = stage.refused(mine.create_all([new.clone()], OnExisting::Keep)).await?;
        ensure_is!(
            error,
            TaskError::Batch { index: 0, error } if matches!(**error, TaskError::GameNotFound { .. })
        );
        let outcomes = mine.create_many([new], OnExisting::Update).await?;
        ensure_is!(outcomes[..], [Err(TaskError::GameNotFound { .. })]);
    }
    ensure!(stage.rows().await?.is_empty());
    Ok(())
}

async fn batches_are_confined_and_stamped(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let owners = (game.api_key_used.clone(), game.oauth_user_id.clone());
        let game = stage.add(game).await?.id;
        let foreign = stage.game().await?;
        let mine = stage.tasks.scoped(scope.clone());
        let batch =
            || [NewTask::new(game, "a"), NewTask::new(foreign, "a"), NewTask::new(game, "b")];
        let error = stage.refused(mine.create_all(batch(), OnExisting::Fail)).await?;
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
            let stamp = (&task.api_key_used, &task.oauth_user_id);
            ensure_eq!(stamp, (&owners.0, &owners.1));
            ensure_eq!(stage.tasks.get(task).await?, *task);
        }
    }
    Ok(())
}

async fn existing_tasks_keep_their_stamp(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = stage.add(game).await?.id;
        let old = stage.task(game, "old").await?;
        let mine = stage.tasks.scoped(scope);
        let again = NewTask::new(game, "old").strategy("own");
        let kept = mine.create_all([again.clone()], OnExisting::Keep).await?;
        ensure_eq!(kept, [CreateOutcome::Kept(old.clone())]);
        let updated = mine.create_all([again], OnExisting::Update).await?;
        let row = stage.tasks.get(&old).await?;
        ensure_eq!(updated, [CreateOutcome::Updated(row.clone())]);
        let expected =
            Task { strategy_id: StrategyId::new("own")?, updated_at: row.updated_at, ..old };
        ensure_eq!(row, expected);
    }
    Ok(())
}

/// Two keys cannot both be recorded.
async fn two_callers_of_one_kind_create_nothing(stage: &Stage<'_>) -> Outcome {
    for ((scope, game), other) in callers()?.into_iter().zip(strangers()?) {
        let game = stage.add(game).await?.id;
        let mine = stage.tasks.scoped(scope);
        let narrow = mine.scoped(other);
        let new = || NewTask::new(game, "task");
        for error in [
            stage.refused(narrow.create(new())).await?,
            stage.refused(narrow.get_or_create(new())).await?,
            in_batch(stage.refused(narrow.create_all([new()], OnExisting::Fail)).await?)?.1,
            refusal(narrow.create_many([new()], OnExisting::Fail).await?.pop().or_fail()?)?,
        ] {
            ensure_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
        }
        ensure!(stage.rows().await?.is_empty());
    }
    Ok(())
}

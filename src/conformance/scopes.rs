//! A scope sees, changes and creates what its caller may; the rest is "not found".

use super::callers::callers;
use super::callers::key;
use super::callers::strangers;
use super::callers::user;
use super::checks::OrFail;
use super::checks::by_name;
use super::checks::ensure_not_found;
use super::checks::keys_of;
use super::checks::names;
use super::failure::Failure;
use super::failure::Outcome;
use super::stage::Stage;
use crate::Game;
use crate::NewTask;
use crate::OnExisting;
use crate::Task;
use crate::TaskError;
use crate::TaskFilter;
use crate::TaskOrder;
use crate::TaskPatch;
use crate::TaskQuery;
use crate::TaskRepository;
use crate::TaskRepositoryExt;
use crate::TaskScope;
use futures_util::TryStreamExt;
use std::sync::Arc;

cases! { "scopes":
    owner_sees_all_tasks_of_its_games,
    creator_sees_its_tasks_in_another_game,
    others_find_nothing,
    others_change_nothing,
    calls_on_many_are_confined,
    scoping_again_narrows,
    callers_are_told_apart_byte_by_byte,
    an_unrestricted_scope_changes_nothing,
    scopes_work_behind_pointers,
}

async fn owner_sees_all_tasks_of_its_games(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = stage.add(game).await?.id;
        let elsewhere = stage.game().await?;
        let task = stage.task(game, "task").await?;
        stage.task(elsewhere, "elsewhere").await?;
        let mine = stage.tasks.scoped(scope);
        for key in keys_of(&task) {
            ensure_eq!(mine.get(&key).await?, task);
        }
        ensure_eq!(by_name(&*mine).await?, std::slice::from_ref(&task));
        let changed = mine.update(&task, TaskPatch::new().strategy("own")).await?;
        ensure_eq!(changed.strategy_id, "own");
        ensure_eq!(changed.api_key_used, None, "a change is no creation");
        ensure_eq!(mine.delete(&task).await?, changed);
    }
    Ok(())
}

/// A game with the task that the caller created and one that it did not; the game has come
/// to another owner since.
async fn handed_over(
    stage: &Stage<'_>,
    scope: &TaskScope,
    game: Game,
) -> Result<[Task; 2], Failure> {
    let game = stage.add(game).await?;
    let own = stage.tasks.scoped(scope.clone()).create(NewTask::new(game.id, "own")).await?;
    let foreign = stage.task(game.id, "foreign").await?;
    let heir = Game {
        api_key_used: Some(key("gme_live_heir")?),
        oauth_user_id: Some(user("heir")?),
        ..game
    };
    stage.replace(heir).await?;
    Ok([own, foreign])
}

async fn creator_sees_its_tasks_in_another_game(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let [own, foreign] = handed_over(stage, &scope, game).await?;
        let mine = stage.tasks.scoped(scope);
        ensure_eq!(by_name(&*mine).await?, std::slice::from_ref(&own));
        for key in keys_of(&own) {
            ensure_eq!(mine.get(&key).await?, own);
        }
        for key in keys_of(&foreign) {
            ensure_eq!(mine.find(&key).await?, None);
        }
        ensure_eq!(mine.transition(&own, "open", "closed").await?.status, "closed");
        // It creates no more there, not even a copy of its own task.
        let game_id = own.game_id;
        for error in [
            stage.refused(mine.create(NewTask::new(game_id, "new"))).await?,
            stage.refused(mine.create(NewTask::new(game_id, "foreign"))).await?,
            stage.refused(mine.duplicate(&own, "copy")).await?,
        ] {
            ensure_is!(error, TaskError::GameNotFound { game_id: of } if *of == game_id);
        }
        // The heir sees both.
        let heir = stage.tasks.scoped(TaskScope::api_key(key("gme_live_heir")?));
        ensure_eq!(heir.count(TaskFilter::in_game(game_id)).await?, 2);
        ensure_eq!(mine.delete(&own).await?.id, own.id);
    }
    Ok(())
}

async fn others_find_nothing(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = stage.add(game).await?.id;
        let task = stage.tasks.scoped(scope).create(NewTask::new(game, "task")).await?;
        for stranger in strangers()? {
            let other = stage.tasks.scoped(stranger);
            for key in keys_of(&task) {
                ensure_eq!(other.find(&key).await?, None);
                ensure!(!other.exists(&key).await?);
                ensure_not_found(&stage.refused(other.get(&key)).await?, &key)?;
            }
            for filter in
                [TaskFilter::all(), TaskFilter::in_game(game), TaskFilter::keys([task.id])]
            {
                let page = other.list(TaskQuery::new(filter.clone()).with_total()).await?;
                ensure_eq!((page.items, page.next, page.total), (vec![], None, Some(0)));
                ensure_eq!(other.count(filter.clone()).await?, 0);
                let streamed: Vec<Task> =
                    other.stream(TaskQuery::new(filter)).try_collect().await?;
                ensure!(streamed.is_empty());
            }
        }
    }
    Ok(())
}

async fn others_change_nothing(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = stage.add(game).await?.id;
        let task = stage.tasks.scoped(scope).create(NewTask::new(game, "task")).await?;
        let before = stage.rows().await?;
        let patch = TaskPatch::new().status("closed");
        for stranger in strangers()? {
            let other = stage.tasks.scoped(stranger);
            for key in keys_of(&task) {
                for error in [
                    stage.refused(other.update(&key, patch.clone())).await?,
                    // Nor does a refusal tell what the task is like.
                    stage.refused(other.update(&key, patch.clone().if_status("closed"))).await?,
                    stage.refused(other.update(&key, TaskPatch::new().status("open"))).await?,
                    stage.refused(other.transition(&key, "open", "open")).await?,
                    stage.refused(other.duplicate(&key, "copy")).await?,
                    stage.refused(other.delete(&key)).await?,
                ] {
                    ensure_not_found(&error, &key)?;
                }
            }
            ensure_eq!(other.update_many(TaskFilter::all(), patch.clone()).await?, 0);
            ensure_eq!(other.reassign_strategy(None, "default", "own").await?, 0);
            ensure_eq!(other.delete_many(TaskFilter::keys([task.id])).await?, 0);
            ensure_eq!(other.delete_game(game).await?, 0);
            ensure_eq!(stage.rows().await?, before);
        }
    }
    Ok(())
}

async fn calls_on_many_are_confined(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let [own, foreign] = handed_over(stage, &scope, game.clone()).await?;
        let id = uuid::Uuid::now_v7();
        let second = Game { id, external_game_id: id.to_string(), ..game };
        let second = stage.add(second).await?.id;
        let batch = ["a", "b", "c"].map(|name| NewTask::new(second, name));
        stage.tasks.create_all(batch, OnExisting::Fail).await?;
        let mine = stage.tasks.scoped(scope);
        ensure_eq!(names(&by_name(&*mine).await?), ["a", "b", "c", "own"]);
        let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId).limit(3);
        let page = mine.list(query.clone().with_total()).await?;
        ensure_eq!(page.total, Some(4));
        let rest = mine.list(query.after(page.next.or_fail()?)).await?;
        ensure_eq!(names(&rest.items), ["own"]);
        let patch = TaskPatch::new().status("closed");
        ensure_eq!(mine.update_many(TaskFilter::all(), patch).await?, 4);
        ensure_eq!(mine.reassign_strategy(None, "default", "x").await?, 4);
        ensure_eq!(mine.delete_game(own.game_id).await?, 1);
        ensure_eq!(mine.delete_many(TaskFilter::all()).await?, 3);
        ensure_eq!(stage.rows().await?, std::slice::from_ref(&foreign));
        stage.tasks.delete_many(TaskFilter::all()).await?;
    }
    Ok(())
}

async fn scoping_again_narrows(stage: &Stage<'_>) -> Outcome {
    let game = Game::new("of both")
        .owned_by_api_key(key("gme_live_mine")?)
        .owned_by_oauth_user(user("auth0|mine")?);
    let both = stage.add(game).await?.id;
    let [(by_key, of_key), (by_user, of_user)] = callers()?;
    let (of_key, of_user) = (stage.add(of_key).await?.id, stage.add(of_user).await?.id);
    for (game, name) in [(both, "both"), (of_key, "key"), (of_user, "user")] {
        stage.task(game, name).await?;
    }
    for (first, second) in [(&by_key, &by_user), (&by_user, &by_key)] {
        let first = stage.tasks.scoped(first.clone());
        ensure_eq!(by_name(&*first).await?.len(), 2);
        let narrow = first.scoped(second.clone());
        ensure_eq!(names(&by_name(&*narrow).await?), ["both"]);
        // Wider again it never gets.
        for scope in [TaskScope::unrestricted(), by_key.clone(), by_user.clone()] {
            ensure_eq!(names(&by_name(&*narrow.scoped(scope)).await?), ["both"]);
        }
        let strategy = format!("of {}", names(&by_name(&*first).await?).join(" and "));
        let patch = TaskPatch::new().strategy(strategy);
        ensure_eq!(narrow.update_many(TaskFilter::all(), patch).await?, 1);
    }
    let stranger = stage.tasks.scoped(by_key);
    let stranger = stranger.scoped(TaskScope::api_key(key("gme_live_stranger")?));
    ensure!(by_name(&*stranger).await?.is_empty());
    let closed = TaskPatch::new().status("closed");
    ensure_eq!(stranger.update_many(TaskFilter::all(), closed).await?, 0);
    ensure_eq!(stranger.delete_many(TaskFilter::all()).await?, 0);
    Ok(())
}

async fn callers_are_told_apart_byte_by_byte(stage: &Stage<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = stage.add(game).await?.id;
        stage.tasks.scoped(scope).create(NewTask::new(game, "task")).await?;
        for text in [
            "GME_LIVE_MINE",
            "gme_live_mine ",
            "gme_live_min\u{e9}",
            "AUTH0|MINE",
            "auth0|mine ",
            "%",
            "gme%",
        ] {
            for scope in [TaskScope::api_key(key(text)?), TaskScope::oauth_user(user(text)?)] {
                let other = stage.tasks.scoped(scope);
                ensure!(by_name(&*other).await?.is_empty(), "{text:?}");
                let error = stage.refused(other.create(NewTask::new(game, "new"))).await?;
                ensure_is!(error, TaskError::GameNotFound { .. });
            }
        }
    }
    Ok(())
}

async fn an_unrestricted_scope_changes_nothing(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let all = stage.tasks.scoped(TaskScope::unrestricted());
    ensure_eq!(by_name(&*all).await?, [task]);
    ensure_eq!(all.create(NewTask::new(game, "new")).await?.api_key_used, None);
    Ok(())
}

async fn scopes_work_behind_pointers(stage: &Stage<'_>) -> Outcome {
    let [(scope, game), _] = callers()?;
    let game = stage.add(game).await?.id;
    stage.task(stage.game().await?, "elsewhere").await?;
    let boxed: Box<dyn TaskRepository + '_> = stage.tasks.scoped(scope.clone());
    let shared: Arc<dyn TaskRepository + '_> = Arc::from(boxed);
    let task = shared.create(NewTask::new(game, "task")).await?;
    let by_reference: &dyn TaskRepository = &&shared;
    ensure_eq!(by_name(by_reference).await?, std::slice::from_ref(&task));
    let again = shared.scoped(scope);
    let streamed: Vec<Task> = again.stream(TaskQuery::new(TaskFilter::all())).try_collect().await?;
    ensure_eq!(streamed, [task]);
    Ok(())
}

//! Scopes: a caller can see, change and create only its own tasks; others are "not found".

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{
    api_key, callers, ensure_not_found, keys_of, list_by_name, names, oauth_user, strangers,
};
use crate::{
    Game, NewTask, OnExisting, Task, TaskError, TaskFilter, TaskOrder, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt, TaskScope,
};
use futures_util::TryStreamExt;
use std::sync::Arc;

cases! { "scopes":
    owner_sees_all_tasks_of_its_games,
    creator_sees_its_tasks_in_another_game,
    other_callers_find_nothing,
    other_callers_change_nothing,
    bulk_calls_are_restricted,
    scoping_again_narrows,
    caller_names_are_compared_byte_by_byte,
    unrestricted_scope_sees_everything,
    scopes_work_behind_pointers,
}

async fn owner_sees_all_tasks_of_its_games(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = cx.add_game(game).await?.id;
        let elsewhere = cx.game().await?;
        let task = cx.task(game, "task").await?;
        cx.task(elsewhere, "elsewhere").await?;
        let mine = cx.tasks.scoped(scope);
        for key in keys_of(&task) {
            ensure_eq!(mine.get(&key).await?, task);
        }
        ensure_eq!(list_by_name(&*mine).await?, std::slice::from_ref(&task));
        let changed = mine.update(&task, TaskPatch::new().strategy("own")).await?;
        ensure_eq!(changed.strategy_id, "own");
        ensure_eq!(changed.api_key_used, None, "an update does not record its caller");
        ensure_eq!(mine.delete(&task).await?, changed);
    }
    Ok(())
}

/// Creates a game with a task that the caller created and one that it did not, and then gives
/// the game to another owner.
async fn task_in_transferred_game(
    cx: &TestContext<'_>,
    scope: &TaskScope,
    game: Game,
) -> Result<[Task; 2], Failure> {
    let game = cx.add_game(game).await?;
    let own = cx.tasks.scoped(scope.clone()).create(NewTask::new(game.id, "own")).await?;
    let foreign = cx.task(game.id, "foreign").await?;
    let new_owner = Game {
        api_key_used: Some(api_key("gme_live_heir")?),
        oauth_user_id: Some(oauth_user("new_owner")?),
        ..game
    };
    cx.replace_game(new_owner).await?;
    Ok([own, foreign])
}

async fn creator_sees_its_tasks_in_another_game(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let [own, foreign] = task_in_transferred_game(cx, &scope, game).await?;
        let mine = cx.tasks.scoped(scope);
        ensure_eq!(list_by_name(&*mine).await?, std::slice::from_ref(&own));
        for key in keys_of(&own) {
            ensure_eq!(mine.get(&key).await?, own);
        }
        for key in keys_of(&foreign) {
            ensure_eq!(mine.find(&key).await?, None);
        }
        ensure_eq!(mine.transition(&own, "open", "closed").await?.status, "closed");
        // It can no longer create tasks there, not even a copy of its own.
        let game_id = own.game_id;
        for error in [
            cx.refused(mine.create(NewTask::new(game_id, "new"))).await?,
            cx.refused(mine.create(NewTask::new(game_id, "foreign"))).await?,
            cx.refused(mine.duplicate(&own, "copy")).await?,
        ] {
            ensure_is!(error, TaskError::GameNotFound { game_id: of } if *of == game_id);
        }
        // The new owner sees both tasks.
        let new_owner = cx.tasks.scoped(TaskScope::api_key(api_key("gme_live_heir")?));
        ensure_eq!(new_owner.count(TaskFilter::in_game(game_id)).await?, 2);
        ensure_eq!(mine.delete(&own).await?.id, own.id);
    }
    Ok(())
}

async fn other_callers_find_nothing(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = cx.add_game(game).await?.id;
        let task = cx.tasks.scoped(scope).create(NewTask::new(game, "task")).await?;
        for stranger in strangers()? {
            let other = cx.tasks.scoped(stranger);
            for key in keys_of(&task) {
                ensure_eq!(other.find(&key).await?, None);
                ensure!(!other.exists(&key).await?);
                ensure_not_found(&cx.refused(other.get(&key)).await?, &key)?;
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

async fn other_callers_change_nothing(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = cx.add_game(game).await?.id;
        let task = cx.tasks.scoped(scope).create(NewTask::new(game, "task")).await?;
        let before = cx.rows().await?;
        let patch = TaskPatch::new().status("closed");
        for stranger in strangers()? {
            let other = cx.tasks.scoped(stranger);
            for key in keys_of(&task) {
                for error in [
                    cx.refused(other.update(&key, patch.clone())).await?,
                    // The error does not depend on the task's status.
                    cx.refused(other.update(&key, patch.clone().if_status("closed"))).await?,
                    cx.refused(other.update(&key, TaskPatch::new().status("open"))).await?,
                    cx.refused(other.transition(&key, "open", "open")).await?,
                    cx.refused(other.duplicate(&key, "copy")).await?,
                    cx.refused(other.delete(&key)).await?,
                ] {
                    ensure_not_found(&error, &key)?;
                }
            }
            ensure_eq!(other.update_many(TaskFilter::all(), patch.clone()).await?, 0);
            ensure_eq!(other.reassign_strategy(None, "default", "own").await?, 0);
            ensure_eq!(other.delete_many(TaskFilter::keys([task.id])).await?, 0);
            ensure_eq!(other.delete_game(game).await?, 0);
            ensure_eq!(cx.rows().await?, before);
        }
    }
    Ok(())
}

async fn bulk_calls_are_restricted(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let [own, foreign] = task_in_transferred_game(cx, &scope, game.clone()).await?;
        let id = uuid::Uuid::now_v7();
        let second = Game { id, external_game_id: id.to_string(), ..game };
        let second = cx.add_game(second).await?.id;
        let batch = ["a", "b", "c"].map(|name| NewTask::new(second, name));
        cx.tasks.create_all(batch, OnExisting::Fail).await?;
        let mine = cx.tasks.scoped(scope);
        ensure_eq!(names(&list_by_name(&*mine).await?), ["a", "b", "c", "own"]);
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
        ensure_eq!(cx.rows().await?, std::slice::from_ref(&foreign));
        cx.tasks.delete_many(TaskFilter::all()).await?;
    }
    Ok(())
}

async fn scoping_again_narrows(cx: &TestContext<'_>) -> Outcome {
    let game = Game::new("of both")
        .owned_by_api_key(api_key("gme_live_mine")?)
        .owned_by_oauth_user(oauth_user("auth0|mine")?);
    let both = cx.add_game(game).await?.id;
    let [(by_key, of_key), (by_user, of_user)] = callers()?;
    let (of_key, of_user) = (cx.add_game(of_key).await?.id, cx.add_game(of_user).await?.id);
    for (game, name) in [(both, "both"), (of_key, "key"), (of_user, "user")] {
        cx.task(game, name).await?;
    }
    for (first, second) in [(&by_key, &by_user), (&by_user, &by_key)] {
        let first = cx.tasks.scoped(first.clone());
        ensure_eq!(list_by_name(&*first).await?.len(), 2);
        let narrow = first.scoped(second.clone());
        ensure_eq!(names(&list_by_name(&*narrow).await?), ["both"]);
        // Further scopes never widen it.
        for scope in [TaskScope::unrestricted(), by_key.clone(), by_user.clone()] {
            ensure_eq!(names(&list_by_name(&*narrow.scoped(scope)).await?), ["both"]);
        }
        let strategy = format!("of {}", names(&list_by_name(&*first).await?).join(" and "));
        let patch = TaskPatch::new().strategy(strategy);
        ensure_eq!(narrow.update_many(TaskFilter::all(), patch).await?, 1);
    }
    let stranger = cx.tasks.scoped(by_key);
    let stranger = stranger.scoped(TaskScope::api_key(api_key("gme_live_stranger")?));
    ensure!(list_by_name(&*stranger).await?.is_empty());
    let closed = TaskPatch::new().status("closed");
    ensure_eq!(stranger.update_many(TaskFilter::all(), closed).await?, 0);
    ensure_eq!(stranger.delete_many(TaskFilter::all()).await?, 0);
    Ok(())
}

async fn caller_names_are_compared_byte_by_byte(cx: &TestContext<'_>) -> Outcome {
    for (scope, game) in callers()? {
        let game = cx.add_game(game).await?.id;
        cx.tasks.scoped(scope).create(NewTask::new(game, "task")).await?;
        for text in [
            "GME_LIVE_MINE",
            "gme_live_mine ",
            "gme_live_min\u{e9}",
            "AUTH0|MINE",
            "auth0|mine ",
            "%",
            "gme%",
        ] {
            for scope in
                [TaskScope::api_key(api_key(text)?), TaskScope::oauth_user(oauth_user(text)?)]
            {
                let other = cx.tasks.scoped(scope);
                ensure!(list_by_name(&*other).await?.is_empty(), "{text:?}");
                let error = cx.refused(other.create(NewTask::new(game, "new"))).await?;
                ensure_is!(error, TaskError::GameNotFound { .. });
            }
        }
    }
    Ok(())
}

async fn unrestricted_scope_sees_everything(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let all = cx.tasks.scoped(TaskScope::unrestricted());
    ensure_eq!(list_by_name(&*all).await?, [task]);
    ensure_eq!(all.create(NewTask::new(game, "new")).await?.api_key_used, None);
    Ok(())
}

async fn scopes_work_behind_pointers(cx: &TestContext<'_>) -> Outcome {
    let [(scope, game), _] = callers()?;
    let game = cx.add_game(game).await?.id;
    cx.task(cx.game().await?, "elsewhere").await?;
    let boxed: Box<dyn TaskRepository + '_> = cx.tasks.scoped(scope.clone());
    let shared: Arc<dyn TaskRepository + '_> = Arc::from(boxed);
    let task = shared.create(NewTask::new(game, "task")).await?;
    let by_reference: &dyn TaskRepository = &&shared;
    ensure_eq!(list_by_name(by_reference).await?, std::slice::from_ref(&task));
    let again = shared.scoped(scope);
    let streamed: Vec<Task> = again.stream(TaskQuery::new(TaskFilter::all())).try_collect().await?;
    ensure_eq!(streamed, [task]);
    Ok(())
}

//! API keys appear neither in `Debug` output nor in errors.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{SECRET_KEY, ensure_error_hides, ensure_hides};
use crate::{
    ApiKeyId, Game, NewTask, OnExisting, TaskPatch, TaskQuery, TaskRepositoryExt, TaskScope,
};

cases! { "secrets":
    in_returned_values,
    in_errors,
}

fn key() -> Result<ApiKeyId, Failure> {
    Ok(ApiKeyId::new(SECRET_KEY)?)
}

async fn in_returned_values(cx: &TestContext<'_>) -> Outcome {
    let game = cx.add_game(Game::new("game").owned_by_api_key(key()?)).await?.id;
    let mine = cx.tasks.scoped(TaskScope::api_key(key()?));
    let task = mine.create(NewTask::new(game, "task")).await?;
    ensure_eq!(task.api_key_used, Some(key()?));
    ensure_hides(&task)?;
    let again = [NewTask::new(game, "task").strategy("own"), NewTask::new(game, "new")];
    ensure_hides(&mine.create_many(again.clone(), OnExisting::Fail).await?)?;
    ensure_hides(&mine.create_all(again, OnExisting::Update).await?)?;
    let query = TaskQuery::in_game(game).limit(1);
    let page = mine.list(query.clone()).await?;
    ensure_hides(&page)?;
    ensure_hides(&query.after(page.next.or_fail()?))?;
    ensure_hides(&mine.update(&task, TaskPatch::new().status("closed")).await?)?;
    ensure_hides(&mine.delete(&task).await?)?;
    Ok(())
}

async fn in_errors(cx: &TestContext<'_>) -> Outcome {
    let game = cx.add_game(Game::new("game").owned_by_api_key(key()?)).await?.id;
    let elsewhere = cx.game().await?;
    let mine = cx.tasks.scoped(TaskScope::api_key(key()?));
    let task = mine.create(NewTask::new(game, "task")).await?;
    let cursor = {
        mine.create(NewTask::new(game, "second")).await?;
        mine.list(TaskQuery::in_game(game).limit(1)).await?.next.or_fail()?
    };
    let with_cursor = TaskQuery::in_game(game).limit(1).after(cursor);
    let closed = TaskPatch::new().status("closed");
    for error in [
        cx.refused(mine.create(NewTask::new(game, "task"))).await?,
        cx.refused(mine.create(NewTask::new(elsewhere, "task"))).await?,
        cx.refused(mine.create(NewTask::new(game, "x").id(task.id))).await?,
        cx.refused(mine.create_all([NewTask::new(game, "task")], OnExisting::Fail)).await?,
        cx.refused(mine.update(&task, closed.if_status("closed"))).await?,
        cx.refused(mine.update(&task, TaskPatch::new())).await?,
        cx.refused(mine.get((elsewhere, "task"))).await?,
        cx.refused(cx.tasks.list(with_cursor)).await?,
    ] {
        ensure_error_hides(&error)?;
    }
    // The error for an invalid key contains the name of the field, not its value.
    let unwritable = ApiKeyId::from_stored(format!("{SECRET_KEY}\u{1}"));
    ensure_hides(&unwritable)?;
    let scoped = cx.tasks.scoped(TaskScope::api_key(unwritable));
    let error = cx.refused(scoped.create(NewTask::new(elsewhere, "task"))).await?;
    ensure_error_hides(&error)?;
    if let Err(validation_error) = ApiKeyId::new(format!("{SECRET_KEY}\0")) {
        ensure_hides(&validation_error)?;
    }
    Ok(())
}

//! JSON: members are named like the columns, and every value can be deserialized again.

use super::checks::OrFail;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use crate::entity::tasks::Column;
use crate::{ApiKeyId, Cursor, Game, NewTask, Task, TaskQuery, TaskRepositoryExt, TaskScope};
use sea_orm::{IdenStatic, Iterable};
use serde_json::{Value, from_value, json, to_value};

cases! { "json":
    task_round_trip,
    page_with_cursor,
}

/// The names of a JSON object's members, sorted.
fn members(value: &Value) -> Result<Vec<&str>, Failure> {
    let mut members: Vec<&str> = value.as_object().or_fail()?.keys().map(String::as_str).collect();
    members.sort_unstable();
    Ok(members)
}

#[track_caller]
fn member<'v>(value: &'v Value, name: &str) -> Result<&'v Value, Failure> {
    value.get(name).or_fail()
}

#[track_caller]
fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str, Failure> {
    value.get(name).and_then(Value::as_str).or_fail()
}

async fn task_round_trip(cx: &TestContext<'_>) -> Outcome {
    let key = ApiKeyId::new("gme_live_abc12345")?;
    let game = Game::new("game").owned_by_api_key(key.clone());
    let game = cx.add_game(game).await?;
    let mine = cx.tasks.scoped(TaskScope::api_key(key));
    let new = NewTask::new(game.id, "task \"🎉\"").strategy("socio_bee");
    let task = mine.create(new).await?;
    let value = to_value(&task)?;
    let mut columns: Vec<&str> = Column::iter().map(|column| column.as_str()).collect();
    columns.sort_unstable();
    ensure_eq!(members(&value)?, columns);
    ensure_eq!(text(&value, "externalTaskId")?, "task \"🎉\"");
    ensure_eq!(text(&value, "gameId")?, game.id.to_string());
    ensure_eq!(text(&value, "id")?, task.id.to_string());
    ensure_eq!(text(&value, "strategyId")?, "socio_bee");
    ensure_eq!(text(&value, "status")?, "open");
    ensure_eq!(text(&value, "apiKey_used")?, "gme_live_abc12345");
    ensure_eq!(*member(&value, "oauth_user_id")?, Value::Null);
    ensure_eq!(text(&value, "created_at")?.parse(), Ok(task.created_at));
    ensure_eq!(from_value::<Task>(value)?, task);
    Ok(())
}

async fn page_with_cursor(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let [first, second] = cx.tasks_named(game, ["first", "second"]).await?;
    let query = TaskQuery::in_game(game).limit(1).with_total();
    let page = cx.tasks.list(query.clone()).await?;
    let value = to_value(&page)?;
    ensure_eq!(members(&value)?, ["items", "next", "total"]);
    ensure_eq!(*member(&value, "items")?, json!([first]));
    ensure_eq!(*member(&value, "total")?, 2);
    // A client may send the cursor back as JSON or as plain text.
    let cursor: Cursor = from_value(member(&value, "next")?.clone())?;
    let rest = cx.tasks.list(query.clone().after(cursor)).await?;
    ensure_eq!((rest.items, rest.next), (vec![second], None));
    let text = text(&value, "next")?;
    ensure!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
    ensure_eq!(cx.tasks.list(query.after(text.into())).await?.items.len(), 1);
    Ok(())
}

//! The maximum numbers and sizes of keys in a filter and in `resolve_many` and of callers in a
//! scope, and one more.

use crate::support::{Harness, harness_cases, key, validation_error};
use futures_util::TryStreamExt;
use game_tasks::{
    ApiKeyId, Game, MAX_FILTER_BYTES, MAX_KEY_BYTES, MAX_KEYS, MAX_SCOPE_BYTES, MAX_SCOPE_CALLERS,
    NewTask, OauthUserId, OnExisting, TaskError, TaskFilter, TaskKey, TaskPatch, TaskQuery,
    TaskRepository, TaskRepositoryExt, TaskScope, ValidationReason,
};
use uuid::Uuid;

harness_cases!(
    the_maximum_number_of_keys,
    many_keys_with_the_maximum_text,
    keys_with_the_longest_names,
    one_key_with_the_maximum_text,
    too_many_keys,
    too_long_a_key,
    the_maximum_number_of_callers,
    too_many_callers,
);

/// Creates a task, and returns its three keys.
async fn keys_of_a_task(harness: &Harness<'_>) -> [TaskKey; 3] {
    let game = harness.game().await;
    let task = harness.task(game, "task").await;
    [task.id.into(), (game, task.id).into(), (game, "task").into()]
}

/// Keys of missing tasks in different games, with the maximum total text. The JSON that MariaDB
/// receives has six bytes for a control character.
fn largest(keys: usize, character: char) -> Vec<TaskKey> {
    let length = MAX_KEY_BYTES / keys / character.len_utf8();
    let number = |n: usize| -> String {
        let digit = |bit| if n >> bit & 1 == 1 { character } else { ' ' };
        (0..length).map(|bit| digit(bit % 17)).collect()
    };
    (0..keys).map(|n| (Uuid::now_v7(), number(n)).into()).collect()
}

/// Makes each call that takes several keys; the last key is the only one of an existing task.
async fn call_with(harness: &Harness<'_>, keys: &[TaskKey]) {
    let tasks = harness.tasks();
    let filter = || TaskFilter::keys(keys);
    assert_eq!(tasks.count(filter()).await.unwrap(), 1);
    assert_eq!(tasks.list(TaskQuery::new(filter())).await.unwrap().items.len(), 1);
    let patch = TaskPatch::new().status(Uuid::now_v7().to_string());
    assert_eq!(tasks.update_many(filter(), patch).await.unwrap(), 1);
    let resolver = harness.resolver(TaskScope::unrestricted());
    let resolved = resolver.resolve_keys(keys).await.unwrap();
    assert_eq!(resolved.len(), keys.len());
    assert!(resolved.last().unwrap().is_some());
}

async fn the_maximum_number_of_keys(harness: &Harness<'_>) {
    let named = keys_of_a_task(harness).await;
    let id = |n: usize| match n % 2 {
        0 => TaskKey::Id(Uuid::now_v7()),
        _ => TaskKey::InGame(Uuid::now_v7(), Uuid::now_v7()),
    };
    for key in named {
        let mut keys: Vec<TaskKey> = (1..MAX_KEYS).map(id).collect();
        keys.push(key);
        call_with(harness, &keys).await;
    }
}

async fn many_keys_with_the_maximum_text(harness: &Harness<'_>) {
    let [_, _, named] = keys_of_a_task(harness).await;
    let mut keys = largest(MAX_KEYS - 1, '\u{1}');
    keys.push(named);
    assert_eq!(harness.tasks().count(TaskFilter::keys(&keys)).await.unwrap(), 1);
    let resolved = harness.resolver(TaskScope::unrestricted()).resolve_keys(&keys).await.unwrap();
    assert_eq!(resolved.iter().flatten().count(), 1);
}

async fn keys_with_the_longest_names(harness: &Harness<'_>) {
    let [_, _, named] = keys_of_a_task(harness).await;
    let mut keys = largest(MAX_KEY_BYTES / 1_020, '🎉');
    keys.pop();
    keys.push(named);
    call_with(harness, &keys).await;
}

async fn one_key_with_the_maximum_text(harness: &Harness<'_>) {
    let [_, _, named] = keys_of_a_task(harness).await;
    let long = "\u{1}".repeat(MAX_KEY_BYTES - "task".len());
    call_with(harness, &[(Uuid::now_v7(), long).into(), named.clone()]).await;
    let longest = TaskKey::from((Uuid::now_v7(), "\u{1}".repeat(MAX_KEY_BYTES)));
    assert_eq!(harness.tasks().find(&longest).await.unwrap(), None);
    assert_eq!(harness.tasks().delete_many(TaskFilter::keys([named])).await.unwrap(), 1);
}

/// Asserts the error of each call that takes a filter.
async fn assert_refused(
    harness: &Harness<'_>,
    filter: &TaskFilter,
    expected: (&'static str, ValidationReason),
) {
    let tasks = harness.tasks();
    let query = || TaskQuery::new(filter.clone());
    let patch = TaskPatch::new().status("closed");
    let mut errors: Vec<TaskError> = vec![
        filter.validate().unwrap_err().into(),
        harness.refused(tasks.list(query())).await,
        harness.refused(tasks.stream(query()).try_collect::<Vec<_>>()).await,
        harness.refused(tasks.count(filter.clone())).await,
        harness.refused(tasks.update_many(filter.clone(), patch)).await,
        harness.refused(tasks.delete_many(filter.clone())).await,
    ];
    if let Some(keys) = &filter.keys {
        let keys: Vec<TaskKey> = keys.iter().cloned().collect();
        let resolver = harness.resolver(TaskScope::unrestricted());
        errors.push(harness.refused(resolver.resolve_keys(&keys)).await);
    }
    for error in errors {
        assert_eq!(validation_error(error), expected);
    }
}

fn too_large(field: &'static str, max: usize) -> (&'static str, ValidationReason) {
    (field, ValidationReason::TooLarge { max: max as u64 })
}

async fn too_many_keys(harness: &Harness<'_>) {
    let named = keys_of_a_task(harness).await;
    let ids = (0..MAX_KEYS).map(|_| TaskKey::Id(Uuid::now_v7())).chain(named);
    assert_refused(harness, &TaskFilter::keys(ids), too_large("keys", MAX_KEYS)).await;
    let mut texts = largest(1_000, 'x');
    texts.push((Uuid::now_v7(), "x".repeat(MAX_KEY_BYTES % 1_000 + 1)).into());
    assert_refused(harness, &TaskFilter::keys(texts), too_large("keys", MAX_KEY_BYTES)).await;
}

async fn too_long_a_key(harness: &Harness<'_>) {
    let [_, _, named] = keys_of_a_task(harness).await;
    let game = named.game_id().unwrap();
    let long = "x".repeat(MAX_KEY_BYTES + 1);
    let key = TaskKey::from((game, &long));
    assert_refused(
        harness,
        &TaskFilter::keys([&key]),
        too_large("external_task_id", MAX_KEY_BYTES),
    )
    .await;
    let tasks = harness.tasks();
    for error in [
        harness.refused(tasks.find(&key)).await,
        harness.refused(tasks.update(&key, TaskPatch::new().status("closed"))).await,
        harness.refused(tasks.delete(&key)).await,
        harness.refused(harness.resolver(TaskScope::unrestricted()).resolve_key(&key)).await,
    ] {
        assert_eq!(validation_error(error), too_large("external_task_id", MAX_KEY_BYTES));
    }
    // The other texts of a filter have a maximum size, too.
    let prefix = TaskFilter::in_game(game).external_id_prefix(&long);
    let error = harness.refused(tasks.count(prefix)).await;
    assert_eq!(validation_error(error), too_large("external_id_prefix", MAX_FILTER_BYTES));
    let half = "x".repeat(MAX_FILTER_BYTES / 2);
    let both = TaskFilter::in_game(game).statuses([&half, "open"]);
    assert_eq!(tasks.count(both.clone().external_id_prefix("task")).await.unwrap(), 1);
    let error = harness.refused(tasks.count(both.strategies([&half]))).await;
    assert_eq!(validation_error(error), too_large("strategies", MAX_FILTER_BYTES));
    let keys = TaskFilter::keys([(game, &half)]);
    assert_eq!(tasks.count(keys.clone().external_id_prefix(&half)).await.unwrap(), 0);
    let error = harness.refused(tasks.count(keys.external_id_prefix(half + "x"))).await;
    assert_eq!(validation_error(error), too_large("external_id_prefix", MAX_FILTER_BYTES));
}

/// A scope with this many callers, of which the first is "gme_live_mine".
fn scope_of(callers: usize) -> TaskScope {
    let mine = TaskScope::api_key(key("gme_live_mine"));
    let key = |n: usize| key(&format!("{n:03}{}", "🎉".repeat(252)));
    (1..callers).map(|n| TaskScope::api_key(key(n))).fold(mine, TaskScope::and)
}

async fn the_maximum_number_of_callers(harness: &Harness<'_>) {
    let game = Game::new("game").owned_by_api_key(key("gme_live_mine"));
    let game = harness.add_game(game).await.id;
    let task = harness.task(game, "task").await;
    for scope in [
        scope_of(MAX_SCOPE_CALLERS),
        TaskScope::owner("x".repeat(MAX_SCOPE_BYTES)),
        (0..MAX_SCOPE_CALLERS as i64).map(TaskScope::owner).reduce(TaskScope::and).unwrap(),
    ] {
        scope.validate().unwrap();
        let tasks = harness.with_scope(scope.clone());
        // No task has all of these callers.
        assert_eq!(tasks.find(task.id).await.unwrap(), None);
        assert_eq!(tasks.count(TaskFilter::keys([task.id])).await.unwrap(), 0);
        assert!(tasks.list(TaskQuery::in_game(game)).await.unwrap().items.is_empty());
        assert_eq!(tasks.delete_game(game).await.unwrap(), 0);
        let patch = TaskPatch::new().status("closed");
        assert_eq!(tasks.update_many(TaskFilter::all(), patch).await.unwrap(), 0);
        let batch = (0..200).map(|n| NewTask::new(game, format!("{n}")));
        for outcome in tasks.create_many(batch, OnExisting::Update).await.unwrap() {
            assert!(matches!(outcome.unwrap_err(), TaskError::GameNotFound { .. }));
        }
        assert_eq!(harness.resolver(scope).resolve_keys(&[task.id.into()]).await.unwrap(), [None]);
    }
}

async fn too_many_callers(harness: &Harness<'_>) {
    let game = harness.game().await;
    let task = harness.task(game, "task").await;
    let long = "x".repeat(255);
    let texts = [
        TaskScope::api_key(ApiKeyId::new(&long).unwrap()),
        TaskScope::oauth_user(OauthUserId::new(&long).unwrap()),
        TaskScope::owner("x".repeat(MAX_SCOPE_BYTES - 509)),
    ];
    let texts = texts.into_iter().reduce(TaskScope::and).unwrap();
    for (scope, max) in
        [(scope_of(MAX_SCOPE_CALLERS + 1), MAX_SCOPE_CALLERS), (texts, MAX_SCOPE_BYTES)]
    {
        assert_scope_refused(harness, &*harness.with_scope(scope.clone()), &task, max).await;
        assert_scope_refused(harness, &*harness.tasks().scoped(scope.clone()), &task, max).await;
        let resolver = harness.resolver(scope);
        for error in [
            harness.refused(resolver.resolve_key(&task.id.into())).await,
            harness.refused(resolver.resolve_task(&task)).await,
            harness.refused(resolver.resolve_keys(&[])).await,
        ] {
            assert_eq!(validation_error(error), too_large("callers", max));
        }
    }
}

async fn assert_scope_refused(
    harness: &Harness<'_>,
    tasks: &dyn TaskRepository,
    task: &game_tasks::Task,
    max: usize,
) {
    let new = || NewTask::new(task.game_id, "new");
    let patch = || TaskPatch::new().status("closed");
    let query = || TaskQuery::in_game(task.game_id);
    for error in [
        harness.refused(tasks.create(new())).await,
        harness.refused(tasks.create_many([new()], OnExisting::Keep)).await,
        harness.refused(tasks.create_all([new()], OnExisting::Keep)).await,
        harness.refused(tasks.get_or_create(new())).await,
        harness.refused(tasks.find(task.id)).await,
        harness.refused(tasks.get(task.id)).await,
        harness.refused(tasks.exists(task.id)).await,
        harness.refused(tasks.list(query())).await,
        harness.refused(tasks.stream(query()).try_collect::<Vec<_>>()).await,
        harness.refused(tasks.count(TaskFilter::all())).await,
        harness.refused(tasks.update(task.id, patch())).await,
        harness.refused(tasks.update_many(TaskFilter::all(), patch())).await,
        harness.refused(tasks.transition(task.id, "open", "closed")).await,
        harness.refused(tasks.duplicate(task.id, "copy")).await,
        harness.refused(tasks.reassign_strategy(None, "a", "b")).await,
        harness.refused(tasks.delete(task.id)).await,
        harness.refused(tasks.delete_many(TaskFilter::all())).await,
        harness.refused(tasks.delete_game(task.game_id)).await,
    ] {
        assert_eq!(validation_error(error), too_large("callers", max));
    }
}

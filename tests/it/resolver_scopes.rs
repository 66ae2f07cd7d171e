//! Resolvers with a scope: hidden tasks are "not found", even if the caller passes a loaded task.

use crate::support::{Harness, assert_is, assert_not_found, harness_cases, keys_of};
use game_tasks::conformance::fixtures::{callers, strangers};
use game_tasks::{
    Caller, Game, NewTask, ResolveStrategy, StrategyId, StrategySource, Task, TaskError, TaskKey,
    TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

harness_cases!(
    a_task_of_the_caller,
    a_task_of_another_caller,
    a_modified_task,
    a_missing_task,
    a_task_that_only_one_of_two_callers_sees,
);

/// Stores the caller's game with the strategy `socio_bee`, and creates a task that inherits it and
/// one with its own strategy.
async fn game_and_tasks(harness: &Harness<'_>, game: Game) -> (Game, [Task; 2]) {
    let game = harness.add_game(game.strategy(StrategyId::new("socio_bee").unwrap())).await;
    let inherits = harness.task(game.id, "inherits").await;
    let own = NewTask::new(game.id, "own").strategy("own");
    (game, [inherits, harness.tasks().create(own).await.unwrap()])
}

/// Asserts that the resolver does not find a task by any call.
async fn assert_hidden(harness: &Harness<'_>, resolver: &dyn ResolveStrategy, task: &Task) {
    let error = harness.refused(resolver.resolve_task(task)).await;
    assert_not_found(&error, &TaskKey::InGame(task.game_id, task.id));
    let keys = keys_of(task);
    for key in &keys {
        assert_not_found(&harness.refused(resolver.resolve_key(key)).await, key);
    }
    assert_eq!(resolver.resolve_keys(&keys).await.unwrap(), [None, None, None]);
}

async fn a_task_of_the_caller(harness: &Harness<'_>) {
    for (scope, game) in callers().unwrap() {
        let (_, tasks) = game_and_tasks(harness, game).await;
        let mine = harness.resolver(scope);
        for (task, strategy, source) in [
            (&tasks[0], "socio_bee", StrategySource::Game),
            (&tasks[1], "own", StrategySource::Task),
        ] {
            let resolved = mine.resolve_task(task).await.unwrap();
            assert_eq!((resolved.strategy_id.as_str(), resolved.source), (strategy, source));
            assert_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
            for key in keys_of(task) {
                assert_eq!(mine.resolve_key(&key).await.unwrap(), resolved);
            }
            assert_eq!(mine.resolve_keys(&[task.key()]).await.unwrap(), [Some(resolved)]);
        }
    }
}

async fn a_task_of_another_caller(harness: &Harness<'_>) {
    for (_, game) in callers().unwrap() {
        let (_, tasks) = game_and_tasks(harness, game).await;
        for stranger in strangers().unwrap() {
            let resolver = harness.resolver(stranger);
            for task in &tasks {
                assert_hidden(harness, &*resolver, task).await;
            }
        }
    }
}

/// The resolver does not trust the fields of a passed task, only the stored row.
async fn a_modified_task(harness: &Harness<'_>) {
    for (scope, game) in callers().unwrap() {
        let (game, [task, own]) = game_and_tasks(harness, game).await;
        let mine = harness.resolver(scope);
        for stranger in strangers().unwrap() {
            let other_game = Game::new(Uuid::now_v7().to_string());
            let (other_game, with_caller) = match &stranger.callers()[0] {
                Caller::ApiKey(key) => (
                    other_game.owned_by_api_key(key.clone()),
                    Task { api_key_used: Some(key.clone()), ..task.clone() },
                ),
                Caller::OauthUser(user) => (
                    other_game.owned_by_oauth_user(user.clone()),
                    Task { oauth_user_id: Some(user.clone()), ..task.clone() },
                ),
                other => panic!("{other:?}"),
            };
            let other_game = harness.add_game(other_game).await.id;
            let resolver = harness.resolver(stranger);
            for modified in [
                with_caller.clone(),
                Task { game_id: other_game, ..with_caller },
                Task { strategy_id: StrategyId::new("modified").unwrap(), ..task.clone() },
                Task { strategy_id: StrategyId::DEFAULT, ..own.clone() },
            ] {
                let error = harness.refused(resolver.resolve_task(&modified)).await;
                assert_not_found(&error, &TaskKey::InGame(modified.game_id, modified.id));
            }
            // A wrong game hides the task from its owner, too.
            let moved = Task { game_id: other_game, ..task.clone() };
            let error = harness.refused(mine.resolve_task(&moved)).await;
            assert_is!(error, TaskError::NotFound { .. });
        }
        let modified = Task { strategy_id: StrategyId::new("modified").unwrap(), ..task.clone() };
        let resolved = mine.resolve_task(&modified).await.unwrap();
        assert_eq!(resolved.to_string(), "socio_bee, inherited from the game");
        assert_eq!(resolved.game_id, game.id);
        let modified = Task { strategy_id: StrategyId::DEFAULT, ..own };
        let resolved = mine.resolve_task(&modified).await.unwrap();
        assert_eq!(resolved.to_string(), "own, the task's own");
    }
}

async fn a_missing_task(harness: &Harness<'_>) {
    for (scope, game) in callers().unwrap() {
        let (_, [task, own]) = game_and_tasks(harness, game).await;
        let mine = harness.resolver(scope);
        assert_hidden(
            harness,
            &*mine,
            &Task { id: Uuid::now_v7(), external_task_id: "lost".to_owned(), ..own },
        )
        .await;
        harness.tasks().delete(&task).await.unwrap();
        assert_hidden(harness, &*mine, &task).await;
    }
}

async fn a_task_that_only_one_of_two_callers_sees(harness: &Harness<'_>) {
    let [(by_key, of_key), (by_user, of_user)] = callers().unwrap();
    let (_, of_key) = game_and_tasks(harness, of_key).await;
    let (_, of_user) = game_and_tasks(harness, of_user).await;
    let both = harness.resolver(by_key.and(by_user));
    for task in of_key.iter().chain(&of_user) {
        assert_hidden(harness, &*both, task).await;
        let all = harness.resolver(TaskScope::unrestricted());
        all.resolve_task(task).await.unwrap();
    }
}

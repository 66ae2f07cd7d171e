//! A resolver with a scope: what it does not see is "not found", whatever is in hand.

use crate::support::{Held, assert_is, assert_not_found, callers, held_cases, keys_of, strangers};
use game_tasks::{
    Caller, Game, NewTask, ResolveStrategy, StrategyId, StrategySource, Task, TaskError, TaskKey,
    TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

held_cases!(
    a_task_of_the_callers,
    a_task_of_another,
    a_forged_task,
    a_task_that_is_not_there,
    each_of_two_callers_must_see_it,
);

/// The caller's game, of the strategy `socio_bee`, and two of its tasks: one inherits, and the
/// other has a strategy of its own.
async fn game_and_tasks(held: &Held<'_>, game: Game) -> (Game, [Task; 2]) {
    let game = held.add(game.strategy(StrategyId::new("socio_bee").unwrap())).await;
    let inherits = held.task(game.id, "inherits").await;
    let own = NewTask::new(game.id, "own").strategy("own");
    (game, [inherits, held.tasks().create(own).await.unwrap()])
}

/// That the resolver finds nothing for a task in hand, by whatever call.
async fn assert_unseen(held: &Held<'_>, resolver: &dyn ResolveStrategy, task: &Task) {
    let error = held.refused(resolver.resolve_task(task)).await;
    assert_not_found(&error, &TaskKey::InGame(task.game_id, task.id));
    let keys = keys_of(task);
    for key in &keys {
        assert_not_found(&held.refused(resolver.resolve_key(key)).await, key);
    }
    assert_eq!(resolver.resolve_keys(&keys).await.unwrap(), [None, None, None]);
}

async fn a_task_of_the_callers(held: &Held<'_>) {
    for (scope, game) in callers() {
        let (_, tasks) = game_and_tasks(held, game).await;
        let mine = held.resolver(scope);
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

async fn a_task_of_another(held: &Held<'_>) {
    for (_, game) in callers() {
        let (_, tasks) = game_and_tasks(held, game).await;
        for stranger in strangers() {
            let resolver = held.resolver(stranger);
            for task in &tasks {
                assert_unseen(held, &*resolver, task).await;
            }
        }
    }
}

/// A task in hand may say anything; only what is stored counts.
async fn a_forged_task(held: &Held<'_>) {
    for (scope, game) in callers() {
        let (game, [task, own]) = game_and_tasks(held, game).await;
        let mine = held.resolver(scope);
        for stranger in strangers() {
            let theirs = Game::new(Uuid::now_v7().to_string());
            let (theirs, stamped) = match &stranger.callers()[0] {
                Caller::ApiKey(key) => (
                    theirs.owned_by_api_key(key.clone()),
                    Task { api_key_used: Some(key.clone()), ..task.clone() },
                ),
                Caller::OauthUser(user) => (
                    theirs.owned_by_oauth_user(user.clone()),
                    Task { oauth_user_id: Some(user.clone()), ..task.clone() },
                ),
                other => panic!("{other:?}"),
            };
            let theirs = held.add(theirs).await.id;
            let resolver = held.resolver(stranger);
            for forged in [
                stamped.clone(),
                Task { game_id: theirs, ..stamped },
                Task { strategy_id: StrategyId::new("forged").unwrap(), ..task.clone() },
                Task { strategy_id: StrategyId::DEFAULT, ..own.clone() },
            ] {
                let error = held.refused(resolver.resolve_task(&forged)).await;
                assert_not_found(&error, &TaskKey::InGame(forged.game_id, forged.id));
            }
            // Nor does a game that it does not have help who owns the task.
            let moved = Task { game_id: theirs, ..task.clone() };
            let error = held.refused(mine.resolve_task(&moved)).await;
            assert_is!(error, TaskError::NotFound { .. });
        }
        let forged = Task { strategy_id: StrategyId::new("forged").unwrap(), ..task.clone() };
        let resolved = mine.resolve_task(&forged).await.unwrap();
        assert_eq!(resolved.to_string(), "socio_bee, inherited from the game");
        assert_eq!(resolved.game_id, game.id);
        let forged = Task { strategy_id: StrategyId::DEFAULT, ..own };
        let resolved = mine.resolve_task(&forged).await.unwrap();
        assert_eq!(resolved.to_string(), "own, the task's own");
    }
}

async fn a_task_that_is_not_there(held: &Held<'_>) {
    for (scope, game) in callers() {
        let (_, [task, own]) = game_and_tasks(held, game).await;
        let mine = held.resolver(scope);
        assert_unseen(
            held,
            &*mine,
            &Task { id: Uuid::now_v7(), external_task_id: "lost".to_owned(), ..own },
        )
        .await;
        held.tasks().delete(&task).await.unwrap();
        assert_unseen(held, &*mine, &task).await;
    }
}

async fn each_of_two_callers_must_see_it(held: &Held<'_>) {
    let [(by_key, of_key), (by_user, of_user)] = callers();
    let (_, of_key) = game_and_tasks(held, of_key).await;
    let (_, of_user) = game_and_tasks(held, of_user).await;
    let both = held.resolver(by_key.and(by_user));
    for task in of_key.iter().chain(&of_user) {
        assert_unseen(held, &*both, task).await;
        let all = held.resolver(TaskScope::unrestricted());
        all.resolve_task(task).await.unwrap();
    }
}

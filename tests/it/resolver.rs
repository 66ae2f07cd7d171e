//! Which strategy a task runs by, in a database and in memory.

use crate::support::{
    Stage, TestDatabase, assert_is, database_cases, keys_of, repository_cases, run,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    ApiKeyId, Game, Inheritance, NewTask, ResolveStrategy, ResolvedStrategy, SeaOrmTaskRepository,
    StrategyId, StrategyResolver, StrategySource, Task, TaskError, TaskKey, TaskPatch,
    TaskRepository, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

repository_cases!(
    own_then_games_then_default,
    a_task_in_hand,
    a_task_in_hand_of_a_missing_game,
    many_in_the_order_of_the_keys,
    more_keys_than_parameters,
    what_changes_is_resolved_anew,
);
database_cases!(
    a_scope_hides_tasks,
    inheritance_can_be_switched_off,
    in_the_applications_transaction,
    games_of_older_writers,
);

/// A resolved strategy as text and source.
fn told(resolved: &ResolvedStrategy) -> (&str, StrategySource) {
    (resolved.strategy_id.as_str(), resolved.source)
}

/// Games with and without a strategy, each with a task that has one and one that has none,
/// and how each resolves.
async fn all_kinds(stage: &Stage<'_>) -> Vec<(Task, &'static str, StrategySource)> {
    use StrategySource::{Default, Game, Task};
    let mut kinds = Vec::new();
    for (game, own, expected, source) in [
        ("socio_bee", Some("own"), "own", Task),
        ("socio_bee", None, "socio_bee", Game),
        ("socio_bee", Some("default"), "socio_bee", Game),
        ("default", Some("own"), "own", Task),
        ("default", None, "default", Default),
        // Only this very text means "none of its own".
        ("socio_bee", Some("Default"), "Default", Task),
        ("DEFAULT", None, "DEFAULT", Game),
    ] {
        let game = stage.game_with(game).await.id;
        let mut new = NewTask::new(game, "task");
        new.strategy_id = own.map(str::to_owned);
        kinds.push((stage.tasks.create(new).await.unwrap(), expected, source));
    }
    kinds
}

async fn own_then_games_then_default(stage: &Stage<'_>) {
    let resolver = stage.resolver();
    for (task, strategy, source) in all_kinds(stage).await {
        for key in keys_of(&task) {
            let resolved = resolver.resolve_key(&key).await.unwrap();
            assert_eq!(told(&resolved), (strategy, source));
            assert_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
        }
        let wrong = TaskKey::from((Uuid::now_v7(), task.id));
        let error = stage.refused(resolver.resolve_key(&wrong)).await;
        assert_is!(error, TaskError::NotFound { key } if *key == wrong);
    }
}

async fn a_task_in_hand(stage: &Stage<'_>) {
    for (task, strategy, source) in all_kinds(stage).await {
        let resolved = stage.resolver().resolve_task(&task).await.unwrap();
        assert_eq!(told(&resolved), (strategy, source));
        assert_eq!((resolved.task_id, resolved.game_id), (task.id, task.game_id));
        // What is in hand counts, not what is stored, or whether it is.
        let other = Task { strategy_id: StrategyId::new("other").unwrap(), ..task.clone() };
        stage.tasks.delete(&task).await.unwrap();
        let resolved = stage.resolver().resolve_task(&other).await.unwrap();
        assert_eq!(told(&resolved), ("other", StrategySource::Task));
    }
}

async fn a_task_in_hand_of_a_missing_game(stage: &Stage<'_>) {
    let game = stage.game().await;
    let missing = Uuid::now_v7();
    let task = Task { game_id: missing, ..stage.task(game, "task").await };
    let error = stage.refused(stage.resolver().resolve_task(&task)).await;
    assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == missing);
}

async fn many_in_the_order_of_the_keys(stage: &Stage<'_>) {
    let kinds = all_kinds(stage).await;
    let resolver = stage.resolver();
    assert!(resolver.resolve_keys(&[]).await.unwrap().is_empty());
    let mut keys = Vec::new();
    let mut expected = Vec::new();
    for round in 0..2 {
        for (n, (task, strategy, source)) in kinds.iter().rev().enumerate() {
            // Each by another of its keys, each twice; and gaps of all kinds between.
            keys.push(keys_of(task)[(n + round) % 3].clone());
            expected.push(Some((*strategy, *source, task.id)));
            let gap = Uuid::now_v7();
            keys.push(match n % 4 {
                0 => gap.into(),
                1 => (task.game_id, gap).into(),
                2 => (gap, "task").into(),
                _ => (task.game_id, "TASK").into(),
            });
            expected.push(None);
        }
    }
    let resolved = resolver.resolve_keys(&keys).await.unwrap();
    let resolved: Vec<_> = resolved
        .iter()
        .map(|found| found.as_ref().map(|r| (r.strategy_id.as_str(), r.source, r.task_id)))
        .collect();
    assert_eq!(resolved, expected);
    // One key, over and over.
    let key = kinds[1].0.key();
    let same = resolver.resolve_keys(&vec![key.clone(); 5]).await.unwrap();
    let one = resolver.resolve_key(&key).await.unwrap();
    assert_eq!(same, vec![Some(one); 5]);
}

async fn more_keys_than_parameters(stage: &Stage<'_>) {
    let game = stage.game_with("socio_bee").await.id;
    let [first, last] = stage.tasks_named(game, ["first", "last"]).await;
    let mut keys: Vec<TaskKey> = vec![first.key()];
    keys.extend((0..70_000).map(|n| TaskKey::from((game, n.to_string()))));
    keys.push(last.key());
    let resolved = stage.resolver().resolve_keys(&keys).await.unwrap();
    assert_eq!(resolved.len(), keys.len());
    let found: Vec<_> = resolved.iter().flatten().map(|resolved| resolved.task_id).collect();
    assert_eq!(found, [first.id, last.id]);
    assert!(resolved[0].is_some() && resolved[70_001].is_some());
}

async fn what_changes_is_resolved_anew(stage: &Stage<'_>) {
    let game = stage.game_with("socio_bee").await;
    let task = stage.task(game.id, "task").await;
    let now = async || stage.resolver().resolve_key(&task.key()).await.unwrap();
    assert_eq!(now().await.to_string(), "socio_bee, inherited from the game");
    stage.replace(Game { strategy_id: StrategyId::new("other").unwrap(), ..game }).await;
    assert_eq!(told(&now().await), ("other", StrategySource::Game));
    stage.tasks.update(&task, TaskPatch::new().strategy("own")).await.unwrap();
    assert_eq!(now().await.to_string(), "own, the task's own");
    stage.tasks.update(&task, TaskPatch::new().strategy("default")).await.unwrap();
    assert_eq!(told(&now().await), ("other", StrategySource::Game));
}

/// A game of a key's with the strategy `socio_bee`, and a task with none of its own.
async fn game_and_task(database: &TestDatabase) -> (Game, Task) {
    let game = Game::new("game")
        .strategy(StrategyId::new("socio_bee").unwrap())
        .owned_by_api_key(ApiKeyId::new("gme_live_mine").unwrap());
    let game = game.insert(&database.db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let task = tasks.create(NewTask::new(game.id, "task")).await.unwrap();
    (game, task)
}

async fn a_scope_hides_tasks(database: &TestDatabase) {
    let (_, task) = game_and_task(database).await;
    let scope = |text| TaskScope::api_key(ApiKeyId::new(text).unwrap());
    let all = || StrategyResolver::new(database.db.clone());
    let mine = all().scoped(scope("gme_live_mine"));
    let others = all().scoped(scope("gme_live_other"));
    let both = all().scoped(scope("gme_live_mine")).scoped(scope("gme_live_other"));
    for key in keys_of(&task) {
        assert_eq!(mine.resolve(&key).await.unwrap().strategy_id, "socio_bee");
        let keys = [key.clone(), Uuid::now_v7().into(), key.clone()];
        let seen = mine.resolve_many(&keys).await.unwrap();
        assert_eq!(seen.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
        for blind in [&others, &both] {
            let error = blind.resolve(&key).await.unwrap_err();
            assert_is!(error, TaskError::NotFound { key: asked_for } if *asked_for == key);
            assert_eq!(blind.resolve_many(&keys).await.unwrap(), [None, None, None]);
        }
    }
}

async fn inheritance_can_be_switched_off(database: &TestDatabase) {
    let (game, task) = game_and_task(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let own = tasks.create(NewTask::new(game.id, "own").strategy("own")).await.unwrap();
    let resolver = StrategyResolver::new(database.db.clone()).inheritance(Inheritance::Never);
    for (task, expected) in
        [(&task, ("default", StrategySource::Default)), (&own, ("own", StrategySource::Task))]
    {
        assert_eq!(told(&resolver.resolve(task).await.unwrap()), expected);
        assert_eq!(told(&resolver.resolve_for(task).await.unwrap()), expected);
        let many = resolver.resolve_many([task]).await.unwrap();
        assert_eq!(told(many[0].as_ref().unwrap()), expected);
        let transaction = database.db.begin().await.unwrap();
        assert_eq!(told(&resolver.on(&transaction).resolve(task).await.unwrap()), expected);
        transaction.rollback().await.unwrap();
    }
}

async fn in_the_applications_transaction(database: &TestDatabase) {
    let (game, _) = game_and_task(database).await;
    let resolver = StrategyResolver::new(database.db.clone());
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let transaction = database.db.begin().await.unwrap();
    let new = tasks.on(&transaction).create(NewTask::new(game.id, "new")).await.unwrap();
    let set = r#"UPDATE games SET "strategyId" = 'changed'"#;
    run(&transaction, set, []).await;
    let inside = resolver.on(&transaction);
    let by_trait: &dyn ResolveStrategy = &inside;
    assert_eq!(by_trait.resolve_key(&new.key()).await.unwrap().strategy_id, "changed");
    assert_eq!(inside.resolve_for(&new).await.unwrap().strategy_id, "changed");
    let many = inside.resolve_many([(game.id, "new"), (game.id, "task"), (game.id, "x")]).await;
    let many: Vec<_> = many.unwrap().into_iter().map(|r| r.map(|r| r.strategy_id)).collect();
    let changed = Some(StrategyId::new("changed").unwrap());
    assert_eq!(many, [changed.clone(), changed, None]);
    assert_is!(inside.resolve(Uuid::nil()).await, Err(TaskError::NotFound { .. }));
    transaction.rollback().await.unwrap();
    assert_is!(resolver.resolve(&new).await, Err(TaskError::NotFound { .. }));
    assert_eq!(resolver.resolve((game.id, "task")).await.unwrap().strategy_id, "socio_bee");
    let scoped = tasks.scoped(TaskScope::unrestricted());
    assert_eq!(scoped.find(&new).await.unwrap(), None);
}

/// Texts that the crate would not write are read, and taken as they are.
async fn games_of_older_writers(database: &TestDatabase) {
    let (game, task) = game_and_task(database).await;
    let resolver = StrategyResolver::new(database.db.clone());
    for text in [" ", "", "custom:nothing", "a\nb"] {
        let set = r#"UPDATE games SET "strategyId" = ? WHERE id = ?"#;
        run(&database.db, set, [text.into(), game.id.into()]).await;
        assert_eq!(told(&resolver.resolve(&task).await.unwrap()), (text, StrategySource::Game));
        let set = r#"UPDATE tasks SET "strategyId" = ? WHERE id = ?"#;
        run(&database.db, set, [text.into(), task.id.into()]).await;
        assert_eq!(told(&resolver.resolve(&task).await.unwrap()), (text, StrategySource::Task));
        run(&database.db, set, ["default".into(), task.id.into()]).await;
    }
}

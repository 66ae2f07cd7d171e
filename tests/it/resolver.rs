//! Resolving strategies in a database: scopes, inheritance, transactions and invalid stored texts.

use crate::support::{
    MigratorOf, TestDatabase, assert_is, campaign, campaigns, database_cases, empty_database_cases,
    keys_of, run, unvalidated,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    ApiKeyId, Game, InMemoryTaskRepository, Inheritance, NewTask, ResolveStrategy,
    ResolveStrategyExt, ResolvedStrategy, SeaOrmTaskRepository, StrategyId, StrategyResolver,
    StrategySource, Task, TaskError, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

database_cases!(
    a_scope_hides_tasks,
    inheritance_can_be_switched_off,
    inheritance_can_be_set_for_each_game,
    in_the_applications_transaction,
    invalid_stored_strategies,
);
empty_database_cases!(a_blank_strategy_in_the_applications_games_table);

/// The strategy and its source.
fn summary(resolved: &ResolvedStrategy) -> (&str, StrategySource) {
    (resolved.strategy_id.as_str(), resolved.source)
}

/// Creates a game with an API key and the strategy `socio_bee`, and a task that inherits it.
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
    let mine = all().with_scope(scope("gme_live_mine"));
    let others = all().with_scope(scope("gme_live_other"));
    let both = all().with_scope(scope("gme_live_mine")).with_scope(scope("gme_live_other"));
    for key in keys_of(&task) {
        assert_eq!(mine.resolve(&key).await.unwrap().strategy_id, "socio_bee");
        let keys = [key.clone(), Uuid::now_v7().into(), key.clone()];
        let resolved = mine.resolve_many(&keys).await.unwrap();
        assert_eq!(resolved.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
        for other in [&others, &both] {
            let error = other.resolve(&key).await.unwrap_err();
            assert_is!(error, TaskError::NotFound { key: asked_for } if *asked_for == key);
            assert_eq!(other.resolve_many(&keys).await.unwrap(), [None, None, None]);
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
        assert_eq!(summary(&resolver.resolve(task).await.unwrap()), expected);
        assert_eq!(summary(&resolver.resolve_for(task).await.unwrap()), expected);
        let many = resolver.resolve_many([task]).await.unwrap();
        assert_eq!(summary(many[0].as_ref().unwrap()), expected);
        let transaction = database.db.begin().await.unwrap();
        assert_eq!(summary(&resolver.on(&transaction).resolve(task).await.unwrap()), expected);
        transaction.rollback().await.unwrap();
    }
}

/// The strategies of tasks. Asserts that resolving by each key, by the loaded task and in bulk agree.
async fn resolve_each(resolver: &dyn ResolveStrategy, tasks: &[&Task]) -> Vec<String> {
    let keys: Vec<_> = tasks.iter().flat_map(|task| keys_of(task)).collect();
    let many = resolver.resolve_keys(&keys).await.unwrap();
    let mut strategies = Vec::new();
    for (task, many) in tasks.iter().zip(many.chunks(3)) {
        let loaded = resolver.resolve_task(task).await.unwrap();
        for (key, many) in keys_of(task).iter().zip(many) {
            assert_eq!(resolver.resolve_key(key).await.unwrap(), loaded);
            assert_eq!(many.as_ref(), Some(&loaded));
        }
        strategies.push(loaded.strategy_id.into());
    }
    strategies
}

async fn inheritance_can_be_set_for_each_game(database: &TestDatabase) {
    let memory = InMemoryTaskRepository::new();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let (mut games, mut stored, mut in_memory) = (Vec::new(), Vec::new(), Vec::new());
    for name in ["a", "b", "c"] {
        let game = Game::new(name).strategy(StrategyId::new(format!("of {name}")).unwrap());
        let game = game.insert(&database.db).await.unwrap();
        memory.add_game(game.clone());
        for (external, strategy) in [("inherits", "default"), ("own", "own")] {
            let new = NewTask::new(game.id, external).strategy(strategy);
            stored.push(tasks.create(new.clone()).await.unwrap());
            in_memory.push(memory.create(new).await.unwrap());
        }
        games.push(game.id);
    }
    let (stored, in_memory): (Vec<&Task>, Vec<&Task>) =
        (stored.iter().collect(), in_memory.iter().collect());
    use Inheritance::{FromGame, Never};
    type Exceptions<'e> = &'e [(&'e [usize], Inheritance)];
    let steps: [(Inheritance, Exceptions<'_>, [&str; 3]); 5] = [
        (FromGame, &[], ["of a", "of b", "of c"]),
        (Never, &[], ["default"; 3]),
        (Never, &[(&[0, 2], FromGame)], ["of a", "default", "of c"]),
        (FromGame, &[(&[1], Never)], ["of a", "default", "of c"]),
        // The last setting for a game applies, and an empty list changes nothing.
        (
            Never,
            &[(&[0, 1], FromGame), (&[], FromGame), (&[1], Never)],
            ["of a", "default", "default"],
        ),
    ];
    for (everywhere, exceptions, expected) in steps {
        let mut resolver = StrategyResolver::new(database.db.clone());
        let mut memory = memory.clone();
        for (named, inheritance) in exceptions {
            let named = || named.iter().map(|at| games[*at]);
            resolver = resolver.inheritance_in(named(), *inheritance);
            memory = memory.with_inheritance_in(named(), *inheritance);
        }
        // The default may be set before or after the exceptions.
        let resolver = resolver.inheritance(everywhere);
        let memory = memory.with_inheritance(everywhere);
        let expected: Vec<&str> = expected.iter().flat_map(|text| [*text, "own"]).collect();
        assert_eq!(resolve_each(&resolver, &stored).await, expected);
        assert_eq!(
            resolve_each(&resolver.clone().with_scope(TaskScope::unrestricted()), &stored).await,
            expected
        );
        assert_eq!(resolve_each(&memory, &in_memory).await, expected);
        let transaction = database.db.begin().await.unwrap();
        assert_eq!(resolve_each(&resolver.on(&transaction), &stored).await, expected);
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
    let scoped = tasks.with_scope(TaskScope::unrestricted());
    assert_eq!(scoped.find(&new).await.unwrap(), None);
}

/// Texts that the crate would not write. A blank strategy means `default` for games and tasks, and
/// any other is used as it is.
async fn invalid_stored_strategies(database: &TestDatabase) {
    let (game, task) = game_and_task(database).await;
    let all = StrategyResolver::new(database.db.clone());
    let mine = all.clone().with_scope(TaskScope::api_key(ApiKeyId::new("gme_live_mine").unwrap()));
    let never = all.clone().inheritance(Inheritance::Never);
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let set_game = r#"UPDATE games SET "strategyId" = ? WHERE id = ?"#;
    let set_task = r#"UPDATE tasks SET "strategyId" = ? WHERE id = ?"#;
    let texts = ["", " ", "\t", "\r\n", "\u{3000} ", "custom:nothing", "a\nb", "\u{200b}"];
    let meaning = |text: &'static str| Some(text).filter(|text| !text.trim().is_empty());
    for of_game in texts {
        run(&database.db, set_game, [of_game.into(), game.id.into()]).await;
        for own in texts.into_iter().chain(["default"]) {
            run(&database.db, set_task, [own.into(), task.id.into()]).await;
            let task = tasks.get(task.id).await.unwrap();
            assert_eq!(task.strategy_id, own);
            let own = meaning(own).filter(|own| *own != "default");
            let expected = own.or(meaning(of_game)).unwrap_or("default");
            for resolver in [&all, &mine] {
                assert_eq!(resolve_each(resolver, &[&task]).await, [expected]);
            }
            assert_eq!(resolve_each(&never, &[&task]).await, [own.unwrap_or("default")]);
            let memory = InMemoryTaskRepository::new();
            memory.add_game(Game { strategy_id: unvalidated(of_game), ..game.clone() });
            let loaded = memory.resolve_task(&task).await.unwrap();
            assert_eq!(loaded.strategy_id, expected);
        }
    }
}

/// A null or blank strategy of the application's game means `default`.
async fn a_blank_strategy_in_the_applications_games_table(database: &TestDatabase) {
    MigratorOf::<campaigns::Entity>::up(&database.db, None).await.unwrap();
    let tasks = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(database.db.clone());
    let resolver = StrategyResolver::with_parent::<campaigns::Entity>(database.db.clone());
    let owner = TaskScope::owner(1);
    let blank = [None, Some(""), Some(" "), Some("\t\u{a0}")];
    for (n, rules) in (1..).zip(blank.into_iter().chain([Some("bees")])) {
        let game = campaign(&database.db, n, 1, rules).await;
        let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
        let expected = rules.filter(|rules| *rules == "bees").unwrap_or("default");
        for resolver in [resolver.clone(), resolver.clone().with_scope(owner.clone())] {
            assert_eq!(resolve_each(&resolver, &[&task]).await, [expected], "{rules:?}");
        }
    }
}

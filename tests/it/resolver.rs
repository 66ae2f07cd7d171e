//! Which strategy a task runs by, in a database and in memory.

use crate::support::{
    MigratorOf, TestDatabase, assert_is, campaign, campaigns, database_cases, empty_database_cases,
    keys_of, run, unvalidated,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    ApiKeyId, Game, InMemoryTaskRepository, Inheritance, NewTask, ResolveStrategy,
    ResolvedStrategy, SeaOrmTaskRepository, StrategyId, StrategyResolver, StrategySource, Task,
    TaskError, TaskRepository, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

database_cases!(
    a_scope_hides_tasks,
    inheritance_can_be_switched_off,
    inheritance_game_by_game,
    in_the_applications_transaction,
    games_of_older_writers,
);
empty_database_cases!(a_blank_column_of_an_own_games_table);

/// A resolved strategy as text and source.
fn told(resolved: &ResolvedStrategy) -> (&str, StrategySource) {
    (resolved.strategy_id.as_str(), resolved.source)
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

/// What a resolver says of these tasks: by key, by the task in hand, and many at once.
async fn every_way(resolver: &dyn ResolveStrategy, tasks: &[&Task]) -> Vec<String> {
    let keys: Vec<_> = tasks.iter().flat_map(|task| keys_of(task)).collect();
    let many = resolver.resolve_keys(&keys).await.unwrap();
    let mut answers = Vec::new();
    for (task, many) in tasks.iter().zip(many.chunks(3)) {
        let in_hand = resolver.resolve_task(task).await.unwrap();
        for (key, many) in keys_of(task).iter().zip(many) {
            assert_eq!(resolver.resolve_key(key).await.unwrap(), in_hand);
            assert_eq!(many.as_ref(), Some(&in_hand));
        }
        answers.push(in_hand.strategy_id.into());
    }
    answers
}

async fn inheritance_game_by_game(database: &TestDatabase) {
    let memory = InMemoryTaskRepository::new();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let (mut games, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for name in ["a", "b", "c"] {
        let game = Game::new(name).strategy(StrategyId::new(format!("of {name}")).unwrap());
        let game = game.insert(&database.db).await.unwrap();
        memory.add_game(game.clone());
        for (external, strategy) in [("inherits", "default"), ("own", "own")] {
            let new = NewTask::new(game.id, external).strategy(strategy);
            ours.push(tasks.create(new.clone()).await.unwrap());
            theirs.push(memory.create(new).await.unwrap());
        }
        games.push(game.id);
    }
    let (ours, theirs): (Vec<&Task>, Vec<&Task>) = (ours.iter().collect(), theirs.iter().collect());
    use Inheritance::{FromGame, Never};
    type Exceptions<'e> = &'e [(&'e [usize], Inheritance)];
    let steps: [(Inheritance, Exceptions<'_>, [&str; 3]); 5] = [
        (FromGame, &[], ["of a", "of b", "of c"]),
        (Never, &[], ["default"; 3]),
        (Never, &[(&[0, 2], FromGame)], ["of a", "default", "of c"]),
        (FromGame, &[(&[1], Never)], ["of a", "default", "of c"]),
        // The last word counts, and naming no game says nothing.
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
        // In whatever order it is said.
        let resolver = resolver.inheritance(everywhere);
        let memory = memory.with_inheritance(everywhere);
        let expected: Vec<&str> = expected.iter().flat_map(|text| [*text, "own"]).collect();
        assert_eq!(every_way(&resolver, &ours).await, expected);
        assert_eq!(
            every_way(&resolver.clone().scoped(TaskScope::unrestricted()), &ours).await,
            expected
        );
        assert_eq!(every_way(&memory, &theirs).await, expected);
        let transaction = database.db.begin().await.unwrap();
        assert_eq!(every_way(&resolver.on(&transaction), &ours).await, expected);
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

/// Texts that the crate would not write are read. Blank means none, on a game and on a task, and
/// any other is taken as it is: for each way of asking, with a scope and without.
async fn games_of_older_writers(database: &TestDatabase) {
    let (game, task) = game_and_task(database).await;
    let all = StrategyResolver::new(database.db.clone());
    let mine = all.clone().scoped(TaskScope::api_key(ApiKeyId::new("gme_live_mine").unwrap()));
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
                assert_eq!(every_way(resolver, &[&task]).await, [expected]);
            }
            assert_eq!(every_way(&never, &[&task]).await, [own.unwrap_or("default")]);
            let memory = InMemoryTaskRepository::new();
            memory.add_game(Game { strategy_id: unvalidated(of_game), ..game.clone() });
            let in_hand = memory.resolve_task(&task).await.unwrap();
            assert_eq!(in_hand.strategy_id, expected);
        }
    }
}

/// A game of the application's, too, has none where its column is null or blank.
async fn a_blank_column_of_an_own_games_table(database: &TestDatabase) {
    MigratorOf::<campaigns::Entity>::up(&database.db, None).await.unwrap();
    let tasks = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(database.db.clone());
    let resolver = StrategyResolver::with_parent::<campaigns::Entity>(database.db.clone());
    let owner = TaskScope::owner(1);
    let blank = [None, Some(""), Some(" "), Some("\t\u{a0}")];
    for (n, rules) in (1..).zip(blank.into_iter().chain([Some("bees")])) {
        let game = campaign(&database.db, n, 1, rules).await;
        let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
        let expected = rules.filter(|rules| *rules == "bees").unwrap_or("default");
        for resolver in [resolver.clone(), resolver.clone().scoped(owner.clone())] {
            assert_eq!(every_way(&resolver, &[&task]).await, [expected], "{rules:?}");
        }
    }
}

//! Resolvers in transactions and the cache.

use super::{MAX_AGE, registry, seen};
use crate::support::{Backend, TestDatabase, database_cases};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    ApiKeyId, Cache, Game, NewTask, SeaOrmTaskRepository, StrategyId, StrategyResolver, TaskPatch,
    TaskRepositoryExt, TaskScope,
};
use std::sync::Arc;

database_cases!(a_transaction_neither_uses_nor_fills_the_cache);

async fn a_transaction_neither_uses_nor_fills_the_cache(database: &TestDatabase) {
    let key = ApiKeyId::new("key").unwrap();
    let game = Game::new("game").strategy(StrategyId::new("bee").unwrap());
    let game = game.owned_by_api_key(key.clone()).insert(&database.db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(&database.db);
    let task = tasks.create(NewTask::new(game.id, "task")).await.unwrap();
    let cache = Cache::new(MAX_AGE, 1_000);
    let pool = StrategyResolver::new(database.db.clone());
    let resolver = registry().resolver(pool).cached(cache.clone());
    let scoped = resolver.scoped(TaskScope::api_key(key));
    assert_eq!(seen(resolver.resolve(&task).await), "open: bee as bee, game");
    let stored = resolver.entry_count();

    let transaction = Arc::new(database.db.begin().await.unwrap());
    let tasks = SeaOrmTaskRepository::new(&*transaction);
    let owning = StrategyResolver::new(Arc::clone(&transaction));
    let owning = registry().resolver(owning).cached(cache.clone());
    for strategy in ["wasp", "ant"] {
        tasks.update(&task, TaskPatch::new().strategy(strategy)).await.unwrap();
        let expected = format!("open: {strategy} as {strategy}, task");
        assert_eq!(seen(resolver.on(&*transaction).resolve(&task).await), expected);
        assert_eq!(seen(scoped.on(&*transaction).resolve(&task).await), expected);
        let uncached = registry().resolver(StrategyResolver::new(database.db.clone()));
        assert_eq!(seen(uncached.on(&*transaction).resolve(&task).await), expected);
        assert_eq!(seen(owning.resolve(&task).await), expected);
        assert_eq!(seen(owning.resolve_many([&task]).await.unwrap().remove(0)), expected);
        let given = tasks.get(&task).await.unwrap();
        assert_eq!(seen(owning.resolve_for(&given).await), expected);
        assert_eq!(&*owning.resolve_game(game.id).await.unwrap().strategy, "bee");
    }
    assert_eq!((owning.entry_count(), resolver.entry_count()), (0, stored));
    if database.backend != Backend::SqliteMemory {
        assert_eq!(seen(resolver.resolve(&task).await), "open: bee as bee, game");
    }
    drop((tasks, owning));
    Arc::into_inner(transaction).unwrap().commit().await.unwrap();
    // As documented: after the commit the application says what it has written.
    assert_eq!(seen(resolver.resolve(&task).await), "open: bee as bee, game");
    cache.invalidate(&task);
    assert_eq!(seen(resolver.resolve(&task).await), "open: ant as ant, task");
}

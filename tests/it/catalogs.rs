//! Repositories with a catalog refuse to store strategies that it does not contain.

use crate::support::{ON_EXISTING, TestDatabase, assert_is, database_cases, list_by_name};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::{
    CreateOutcome, Game, InMemoryTaskRepository, NewTask, SeaOrmTaskRepository, StrategyId,
    TaskError, TaskFilter, TaskPatch, TaskRepository, TaskRepositoryExt, TaskScope,
    ValidationReason, uuid::Uuid,
};
use std::collections::BTreeSet;

database_cases!(on_a_database);

#[tokio::test]
async fn in_memory() {
    let all = InMemoryTaskRepository::new();
    let game = Game::new("game");
    all.add_game(game.clone());
    verify(&all.clone().with_catalog(known()), &all, game.id).await;
}

fn known() -> BTreeSet<StrategyId> {
    ["known", "also known"].map(|id| StrategyId::new(id).unwrap()).into()
}

async fn on_a_database(database: &TestDatabase) {
    let all = SeaOrmTaskRepository::new(&database.db);
    let checked = SeaOrmTaskRepository::new(&database.db).with_catalog(known());
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    verify(&checked, &all, game).await;
    // Repositories that are made of it check, too.
    database.clear().await;
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let transaction = database.db.begin().await.unwrap();
    verify(&checked.on(&transaction), &all.on(&transaction), game).await;
    transaction.rollback().await.unwrap();
}

fn assert_unknown(error: TaskError) {
    match error {
        TaskError::Invalid {
            field: "strategy_id",
            reason: ValidationReason::UnknownStrategy { strategy },
        } => assert_eq!(strategy, "unknown"),
        other => panic!("{other:?}"),
    }
}

async fn verify(checked: &dyn TaskRepository, all: &dyn TaskRepository, game: Uuid) {
    let new = |name: &str, strategy: &str| NewTask::new(game, name).strategy(strategy);
    let known = checked.create(new("known", "known")).await.unwrap();
    checked.create(NewTask::new(game, "none")).await.unwrap();
    checked.create(new("default", "default")).await.unwrap();
    let unknown = all.create(new("stored", "unknown")).await.unwrap();
    let before = list_by_name(all).await;

    for tasks in [checked, &*checked.scoped(TaskScope::unrestricted())] {
        assert_unknown(tasks.create(new("new", "unknown")).await.unwrap_err());
        assert_unknown(tasks.get_or_create(new("new", "unknown")).await.unwrap_err());
        let patch = TaskPatch::new().strategy("unknown");
        assert_unknown(tasks.update(&known, patch.clone()).await.unwrap_err());
        assert_unknown(tasks.update_many(TaskFilter::in_game(game), patch).await.unwrap_err());
        assert_unknown(tasks.duplicate(&unknown, "copy").await.unwrap_err());
        assert_unknown(tasks.reassign_strategy(Some(game), "known", "unknown").await.unwrap_err());
        for mode in ON_EXISTING {
            let batch = || [new("a", "known"), new("known", "unknown"), new("b", "unknown")];
            let error = tasks.create_all(batch(), mode).await.unwrap_err();
            let TaskError::Batch { index: 1, error } = error else { panic!("{error:?}") };
            assert_unknown(*error);
            assert_eq!(list_by_name(all).await, before);

            let mut outcomes = tasks.create_many(batch(), mode).await.unwrap();
            assert_unknown(outcomes.pop().unwrap().unwrap_err());
            assert_unknown(outcomes.pop().unwrap().unwrap_err());
            assert_is!(&outcomes[0], Ok(CreateOutcome::Created(_)));
            all.delete((game, "a")).await.unwrap();
            assert_eq!(list_by_name(all).await, before);
        }
    }

    // An unknown strategy that is stored can be changed, and replaced everywhere.
    let patch = TaskPatch::new().status("closed");
    assert_eq!(checked.update(&unknown, patch).await.unwrap().strategy_id, "unknown");
    assert_eq!(checked.reassign_strategy(Some(game), "unknown", "also known").await.unwrap(), 1);
    checked.update(&known, TaskPatch::new().strategy("default")).await.unwrap();
}

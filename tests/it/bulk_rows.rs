//! The encoding of large batches and long lists of keys, and batches in which some rows cannot be
//! written.

use crate::support::{
    ON_EXISTING, TestDatabase, assert_is, database_cases, on_pool_and_in_transaction, run,
    unordered_id,
};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository,
    StrategyResolver, TaskError, TaskFilter, TaskKey, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

database_cases!(
    texts_are_stored_unchanged,
    a_large_batch_with_some_refused_tasks,
    a_large_atomic_batch,
    a_trigger_that_skips_some_rows,
);

/// More than the minimum for an optimistic insert.
const MANY: usize = 300;

/// Texts that are special in JSON, in PostgreSQL arrays or in SQL.
const TEXTS: [&str; 18] = [
    "\"",
    "\\",
    "\\\"",
    "{}",
    "[]",
    "{\"a\":1}",
    "a,b",
    "NULL",
    "null",
    "0",
    "'",
    "''); --",
    "$1",
    "?",
    "\\u0041",
    "é 🎉",
    " x ",
    "[\"a\",\"b\"]",
];

fn named(task: &NewTask) -> TaskKey {
    (task.game_id, task.external_task_id.as_str()).into()
}

async fn texts_are_stored_unchanged(database: &TestDatabase) {
    let db = &database.db;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let longest = "é".repeat(255);
    let names: Vec<&str> = TEXTS.into_iter().chain([longest.as_str()]).collect();
    for (games, strategies) in [(1, false), (1, true), (2, false), (2, true)] {
        let mut batch = Vec::new();
        for game in 0..games {
            let game = Game::new(format!("{game} of {games}, {strategies}, {}", unordered_id()));
            let game = game.insert(db).await.unwrap().id;
            batch.extend(names.iter().enumerate().map(|(n, name)| {
                let task = NewTask::new(game, *name);
                match strategies {
                    true => task.strategy(names[(n + 1) % names.len()]),
                    false => task,
                }
            }));
        }
        for on_existing in ON_EXISTING {
            let written = tasks.create_many(batch.clone(), on_existing).await.unwrap();
            let again = tasks.create_all(batch.clone(), OnExisting::Keep).await.unwrap();
            for ((new, outcome), again) in batch.iter().zip(&written).zip(&again) {
                let task = outcome.as_ref().unwrap().task();
                assert_eq!(task.external_task_id, new.external_task_id);
                assert_eq!(task.game_id, new.game_id);
                assert_eq!(task.strategy_id, new.strategy_id.as_deref().unwrap_or("default"));
                assert_eq!(again, &CreateOutcome::Kept(tasks.get(task.id).await.unwrap()));
            }
            let keys: Vec<TaskKey> = batch.iter().map(named).collect();
            let resolved = StrategyResolver::new(db.clone()).resolve_many(keys.clone()).await;
            for (outcome, resolved) in written.iter().zip(resolved.unwrap()) {
                assert_eq!(resolved.unwrap().task_id, outcome.as_ref().unwrap().task().id);
            }
            let of_keys = TaskFilter::keys(keys);
            assert_eq!(tasks.delete_many(of_keys).await.unwrap(), batch.len() as u64);
        }
    }
    // A key may be any text, but one that is longer than any name matches nothing.
    let game = Game::new("longer").insert(db).await.unwrap().id;
    let task = tasks.create(NewTask::new(game, &*longest)).await.unwrap();
    let keys = [longest.clone() + "é", "\n".to_owned(), longest.clone(), "\\".repeat(70_000)];
    let keys = keys.iter().map(|name| TaskKey::from((game, name.as_str())));
    let resolved = StrategyResolver::new(db.clone()).resolve_many(keys).await.unwrap();
    let ids: Vec<_> =
        resolved.iter().map(|outcome| outcome.as_ref().map(|outcome| outcome.task_id)).collect();
    assert_eq!(ids, [None, None, Some(task.id), None]);
    // Keys of all kinds in one list, with duplicates and keys that match nothing.
    let of_kind = [
        TaskKey::Id(task.id),
        TaskKey::InGame(game, task.id),
        TaskKey::InGame(unordered_id(), task.id),
        task.key(),
        (game, longest.as_str()).into(),
        TaskKey::Id(unordered_id()),
    ];
    let found = [true, true, false, true, true, false];
    let resolved = StrategyResolver::new(db.clone()).resolve_many(of_kind).await.unwrap();
    assert_eq!(resolved.iter().map(Option::is_some).collect::<Vec<_>>(), found);
}

fn many(game: Uuid) -> Vec<NewTask> {
    (0..MANY).map(|n| NewTask::new(game, format!("{n:03}"))).collect()
}

async fn a_large_batch_with_some_refused_tasks(database: &TestDatabase) {
    on_pool_and_in_transaction(database, TaskScope::unrestricted(), async |tasks, game| {
        for on_existing in [OnExisting::Fail, OnExisting::Keep] {
            let old = tasks.create(NewTask::new(game, "150")).await.unwrap();
            let mut batch = many(game);
            batch[7].game_id = unordered_id();
            batch[9].id = Some(old.id);
            let written = tasks.create_many(batch.clone(), on_existing).await.unwrap();
            for (n, outcome) in written.iter().enumerate() {
                match (n, outcome, on_existing) {
                    (7, Err(TaskError::GameNotFound { .. }), _)
                    | (9, Err(TaskError::IdTaken { .. }), _) => {}
                    (150, Err(TaskError::AlreadyExists { id, .. }), OnExisting::Fail) => {
                        assert_eq!(*id, Some(old.id));
                    }
                    (150, Ok(CreateOutcome::Kept(kept)), OnExisting::Keep) => {
                        assert_eq!(*kept, old);
                    }
                    (_, Ok(CreateOutcome::Created(task)), _) if ![7, 9, 150].contains(&n) => {
                        assert_eq!(tasks.get(named(&batch[n])).await.unwrap(), *task);
                    }
                    other => panic!("{other:?}"),
                }
            }
            let deleted = tasks.delete_many(TaskFilter::in_game(game)).await.unwrap();
            assert_eq!(deleted as usize, MANY - 2);
        }
    })
    .await;
}

async fn a_large_atomic_batch(database: &TestDatabase) {
    on_pool_and_in_transaction(database, TaskScope::unrestricted(), async |tasks, game| {
        tasks.create(NewTask::new(game, "299")).await.unwrap();
        let refused = tasks.create_all(many(game), OnExisting::Fail).await.unwrap_err();
        assert_is!(refused, TaskError::Batch { index: 299, .. });
        let mut batch = many(game);
        batch[298].game_id = unordered_id();
        let refused = tasks.create_all(batch, OnExisting::Keep).await.unwrap_err();
        assert_is!(refused, TaskError::Batch { index: 298, .. });
        assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap(), 1);
        let written = tasks.create_all(many(game), OnExisting::Keep).await.unwrap();
        assert_eq!(written.iter().filter(|outcome| outcome.is_created()).count(), MANY - 1);
        for outcome in written {
            assert_eq!(tasks.get(outcome.task()).await.unwrap(), *outcome.task());
        }
    })
    .await;
}

/// SQLite then reports fewer rows than were sent, so the crate has to query which ones exist.
async fn a_trigger_that_skips_some_rows(database: &TestDatabase) {
    if !database.backend.is_sqlite() {
        return;
    }
    let skip = "CREATE TRIGGER app_pass BEFORE INSERT ON tasks \
                   WHEN NEW.\"externalTaskId\" LIKE '%7' AND (SELECT count(*) FROM tasks) < 200 \
                   BEGIN SELECT RAISE(IGNORE); END";
    run(&database.db, skip, []).await;
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    // The trigger skips rows only at first, so a second attempt writes them.
    for outcome in tasks.create_many(many(game), OnExisting::Fail).await.unwrap() {
        let written = outcome.unwrap();
        assert_is!(written, CreateOutcome::Created(_));
        assert_eq!(tasks.get(written.task()).await.unwrap(), *written.task());
    }
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap() as usize, MANY);
}

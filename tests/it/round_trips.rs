//! The number of statements of each call, as documented, on a pool and in a transaction, with a
//! scope and without.

use crate::support::{
    Backend, Counter, ON_EXISTING, TestDatabase, counted, database_cases, keys_of,
};
use futures_util::TryStreamExt;
use game_tasks::{
    CreateOutcome, Game, GamePatch, MAX_PAGE_SIZE, NewTask, OnExisting, ResolveStrategyExt,
    SeaOrmTaskRepository, Task, TaskFilter, TaskPatch, TaskQuery, TaskRepository,
    TaskRepositoryExt,
};
use game_tasks::{TaskConnection, sea_orm::TransactionTrait};
use uuid::Uuid;

database_cases!(
    calls_on_one_task,
    batches_of_new_tasks,
    batches_of_existing_tasks,
    large_batches,
    lists,
    bulk_changes,
    bulk_changes_in_several_statements,
    the_first_bulk_change_in_a_transaction,
    resolved_strategies,
    a_refused_call_sends_one_more_statement,
    games,
);

async fn calls_on_one_task(database: &TestDatabase) {
    counted(database, async |counted| {
        let tasks = counted.tasks;
        let task = counted.succeeds(1, "create", tasks.create(counted.new_task("task"))).await;
        let with_id = counted.new_task("with id").id(Uuid::now_v7());
        counted.succeeds(1, "create with an id", tasks.create(with_id)).await;
        for (statements, what) in [(2, "get_or_create of none"), (1, "get_or_create of one")] {
            counted.succeeds(statements, what, tasks.get_or_create(counted.new_task("got"))).await;
        }
        for key in keys_of(&task) {
            counted.succeeds(1, "get", tasks.get(&key)).await;
            assert!(counted.succeeds(1, "find", tasks.find(&key)).await.is_some());
            assert!(counted.succeeds(1, "exists", tasks.exists(&key)).await);
        }
        assert!(counted.succeeds(1, "find of none", tasks.find(Uuid::nil())).await.is_none());
        assert!(!counted.succeeds(1, "exists of none", tasks.exists(Uuid::nil())).await);
        let patch = TaskPatch::new().strategy("own").if_unmodified_since(task.updated_at);
        // MySQL's statements cannot return what they wrote.
        let of_write = if counted.backend == Backend::MySql { 2 } else { 1 };
        counted.succeeds(of_write, "update", tasks.update(&task, patch)).await;
        counted.succeeds(of_write, "transition", tasks.transition(&task, "open", "closed")).await;
        let copy = counted.succeeds(2, "duplicate", tasks.duplicate(&task, "copy")).await;
        counted.succeeds(of_write, "delete", tasks.delete(&copy)).await;
    })
    .await;
}

/// An upsert reads first if its returned rows do not show which of them existed before.
fn statements_of_new(on_existing: OnExisting, atomic: bool, backend: Backend) -> usize {
    let reads_first =
        on_existing == OnExisting::Update && (atomic || backend.is_mariadb_or_mysql());
    if reads_first { 2 } else { 1 }
}

async fn batches_of_new_tasks(database: &TestDatabase) {
    counted(database, async |counted| {
        let tasks = counted.tasks;
        for on_existing in ON_EXISTING {
            counted.succeeds(0, "create_many of none", tasks.create_many([], on_existing)).await;
            counted.succeeds(0, "create_all of none", tasks.create_all([], on_existing)).await;
            let statements = statements_of_new(on_existing, false, counted.backend);
            let what = format!("create_many, {on_existing:?}");
            let call = tasks.create_many(counted.batch(&what, 10), on_existing);
            let outcomes = counted.succeeds(statements, &what, call).await;
            assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().is_created()));
            let statements = statements_of_new(on_existing, true, counted.backend);
            let what = format!("create_all, {on_existing:?}");
            let call = tasks.create_all(counted.batch(&what, 10), on_existing);
            let written = counted.succeeds(statements, &what, call).await;
            assert!(written.iter().all(CreateOutcome::is_created));
        }
    })
    .await;
}

/// At most two more statements than for new tasks. In a transaction on SQLite, one more queries
/// whether the transaction has survived a constraint violation.
async fn batches_of_existing_tasks(database: &TestDatabase) {
    counted(database, async |counted| {
        let tasks = counted.tasks;
        let queries_state = counted.in_transaction && counted.backend.is_sqlite();
        let max = if queries_state { 4 } else { 3 };
        for on_existing in ON_EXISTING {
            for (existing, atomic) in [(1, false), (5, false), (10, false), (1, true), (10, true)] {
                let what = format!("{existing} exist, {on_existing:?}, atomic: {atomic}");
                let batch = counted.batch(&what, 10);
                let old = batch.iter().take(existing).cloned();
                tasks.create_all(old, OnExisting::Fail).await.unwrap();
                // Only one of the existing tasks changes.
                let batch = batch.into_iter().enumerate().map(|(n, task)| match n {
                    0 => task.strategy("changed"),
                    _ => task,
                });
                let (refused, sent) = counted
                    .counter
                    .count(async {
                        match atomic {
                            true => tasks.create_all(batch, on_existing).await.is_err(),
                            false => tasks.create_many(batch, on_existing).await.is_err(),
                        }
                    })
                    .await;
                assert_eq!(refused, atomic && on_existing == OnExisting::Fail, "{what}");
                assert!((1..=max).contains(&sent), "{sent} statements if {what}");
            }
        }
    })
    .await;
}

/// Runs a case on a pool whose statements are counted.
async fn on_pool(database: &TestDatabase, case: impl AsyncFn(&dyn TaskRepository, &Counter, Uuid)) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let counting = Counter::on(database.db.clone());
    let tasks = database.tasks_on(&counting);
    case(&tasks, &tasks.connection().interceptor, game).await;
}

async fn large_batches(database: &TestDatabase) {
    on_pool(database, async |tasks, counter, game| {
        for (size, statements) in [(5_000, 1), (5_001, 2), (10_001, 3)] {
            let batch = (0..size).map(|n| NewTask::new(game, n.to_string()));
            let (outcomes, sent) = counter.count(tasks.create_many(batch, OnExisting::Keep)).await;
            assert!(outcomes.unwrap().iter().all(|outcome| outcome.as_ref().unwrap().is_created()));
            assert_eq!(sent, statements, "statements for {size} tasks");
            tasks.delete_game(game).await.unwrap();
        }
    })
    .await;
}

async fn lists(database: &TestDatabase) {
    counted(database, async |counted| {
        let tasks = counted.tasks;
        let size = MAX_PAGE_SIZE as usize + 1;
        let batch = counted.batch("task", size);
        tasks.create_all(batch, OnExisting::Fail).await.unwrap();
        let query = TaskQuery::in_game(counted.game);
        let page = counted.succeeds(1, "list", tasks.list(query.clone())).await;
        let next = query.clone().after(page.next.unwrap());
        counted.succeeds(1, "list by cursor", tasks.list(next.clone())).await;
        counted.succeeds(1, "list by number", tasks.list(query.clone().page(7))).await;
        for query in [query.clone(), next] {
            let with_total = tasks.list(query.with_total());
            let page = counted.succeeds(2, "list with total", with_total).await;
            assert_eq!(page.total, Some(size as u64));
        }
        let count = counted.succeeds(1, "count", tasks.count(query.filter().clone())).await;
        assert_eq!(count, size as u64);
        let stream = async || tasks.stream(query.clone()).try_collect::<Vec<Task>>().await;
        assert_eq!(counted.succeeds(2, "stream of two pages", stream()).await.len(), size);
        tasks.delete((counted.game, "task 00000")).await.unwrap();
        assert_eq!(counted.succeeds(1, "stream of one page", stream()).await.len(), size - 1);
    })
    .await;
}

async fn bulk_changes(database: &TestDatabase) {
    counted(database, async |counted| {
        let tasks = counted.tasks;
        let expected = if counted.in_transaction { 1 } else { 2 };
        tasks.create_all(counted.batch("task", 20), OnExisting::Fail).await.unwrap();
        let of_game = TaskFilter::in_game(counted.game);
        // The first may find out something about the table.
        tasks.delete_many(of_game.clone().statuses(["rare"])).await.unwrap();
        let some = TaskFilter::all().external_id_prefix("task 0000");
        let patch = |strategy: &str| TaskPatch::new().strategy(strategy);
        for (filter, strategy) in [(&of_game, "a"), (&some, "b"), (&some, "b")] {
            let call = tasks.update_many(filter.clone(), patch(strategy));
            counted.succeeds(expected, "update_many", call).await;
        }
        for game in [Some(counted.game), None] {
            let call = tasks.reassign_strategy(game, "b", "c");
            counted.succeeds(expected, "reassign_strategy", call).await;
        }
        counted.succeeds(expected, "delete_many", tasks.delete_many(some)).await;
        let deleted =
            counted.succeeds(expected, "delete_game", tasks.delete_game(counted.game)).await;
        assert_eq!(deleted, 10);
    })
    .await;
}

/// On PostgreSQL it finds out whether the table is distributed, for all repositories of a family.
async fn the_first_bulk_change_in_a_transaction(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let family = SeaOrmTaskRepository::new(database.db.clone());
    family.create(NewTask::new(game, "task")).await.unwrap();
    let first = if database.backend == Backend::Postgres { 2 } else { 1 };
    for expected in [first, 1] {
        let transaction = database.db.begin().await.unwrap();
        let counting = Counter::on(&transaction);
        let tasks = family.on(&counting);
        for expected in [expected, 1] {
            let none = TaskFilter::in_game(game).statuses(["rare"]);
            let (deleted, sent) = counting.interceptor.count(tasks.delete_many(none)).await;
            assert_eq!((deleted.unwrap(), sent), (0, expected));
        }
        drop(counting);
        transaction.commit().await.unwrap();
    }
}

async fn bulk_changes_in_several_statements(database: &TestDatabase) {
    on_pool(database, async |tasks, counter, game| {
        // One query finds how far a batch reaches, one statement changes it.
        for (size, statements) in [(9_999, 2), (10_000, 4), (10_001, 4), (20_001, 6)] {
            let batch = (0..size).map(|n| NewTask::new(game, format!("{n:05}")));
            tasks.create_all(batch, OnExisting::Fail).await.unwrap();
            let of_game = || TaskFilter::in_game(game);
            let closed = TaskPatch::new().status("closed");
            let (done, sent) = counter.count(tasks.update_many(of_game(), closed)).await;
            assert_eq!((done.unwrap(), sent), (size, statements));
            let none = tasks.delete_many(of_game().statuses(["rare"]));
            let (done, sent) = counter.count(none).await;
            assert_eq!((done.unwrap(), sent), (0, statements));
            // Keys are split into batches without a query.
            let keys = (0..size).map(|n| (game, format!("{n:05}"))).collect::<Vec<_>>();
            let open = TaskPatch::new().status("open");
            let (done, sent) = counter.count(tasks.update_many(TaskFilter::keys(keys), open)).await;
            let statements_of_keys = usize::try_from(size).unwrap().div_ceil(10_000);
            assert_eq!((done.unwrap(), sent), (size, statements_of_keys));
            let (done, sent) = counter.count(tasks.delete_many(TaskFilter::all())).await;
            assert_eq!((done.unwrap(), sent), (size, statements));
        }
    })
    .await;
}

async fn resolved_strategies(database: &TestDatabase) {
    counted(database, async |counted| {
        let (tasks, resolver) = (counted.tasks, &counted.resolver);
        let inherits = tasks.create(counted.new_task("inherits")).await.unwrap();
        let own = tasks.create(counted.new_task("own").strategy("own")).await.unwrap();
        let mut keys = Vec::new();
        for task in [&inherits, &own] {
            for key in keys_of(task) {
                counted.succeeds(1, "resolve", resolver.resolve(&key)).await;
                counted.succeeds(1, "resolve_with_task", resolver.resolve_with_task(&key)).await;
                counted.succeeds(1, "exists", tasks.exists(&key)).await;
                keys.push(key);
            }
        }
        let many = counted.succeeds(1, "resolve_many", resolver.resolve_many(&keys)).await;
        assert!(many.iter().all(Option::is_some));
        let call = resolver.resolve_many_with_tasks(&keys);
        let many = counted.succeeds(1, "resolve_many_with_tasks", call).await;
        assert!(many.iter().all(Option::is_some));
        let many = counted.succeeds(1, "find_many", tasks.find_many(&keys)).await;
        assert!(many.iter().all(Option::is_some));
        let none = tasks.find_many(Vec::<Uuid>::new());
        assert!(counted.succeeds(0, "find_many of none", none).await.is_empty());
        counted.succeeds(1, "resolve_game", resolver.resolve_game(counted.game)).await;
        let none = resolver.resolve_many(Vec::<Uuid>::new());
        assert!(counted.succeeds(0, "resolve_many of none", none).await.is_empty());
        counted.succeeds(1, "resolve_for", resolver.resolve_for(&inherits)).await;
        // With a scope, the database must check whether a loaded task is visible.
        let scoped = inherits.api_key_used.is_some();
        let call = resolver.resolve_for(&own);
        counted.succeeds(usize::from(scoped), "resolve_for one that has its own", call).await;
    })
    .await;
}

async fn a_refused_call_sends_one_more_statement(database: &TestDatabase) {
    counted(database, async |counted| {
        let tasks = counted.tasks;
        let task = tasks.create(counted.new_task("task")).await.unwrap();
        let closed = TaskPatch::new().status("closed");
        let same = TaskPatch::new().status("open");
        let lost = NewTask::new(Uuid::nil(), "lost");
        // MySQL reads the task before it writes, so that a refusal takes no further statement.
        let refused = if counted.backend == Backend::MySql { 1 } else { 2 };
        let refusals = [
            counted.sends(2, "create", tasks.create(counted.new_task("task"))).await,
            counted.sends(2, "create", tasks.create(counted.new_task("new").id(task.id))).await,
            counted.sends(2, "create", tasks.create(lost)).await,
            counted.sends(refused, "update", tasks.update(Uuid::nil(), closed.clone())).await,
            counted.sends(refused, "update", tasks.update(&task, closed.if_status("closed"))).await,
            counted.sends(refused, "transition", tasks.transition(&task, "closed", "open")).await,
            counted.sends(refused, "delete", tasks.delete(Uuid::nil())).await,
            counted.sends(1, "get", tasks.get(Uuid::nil())).await,
            counted.sends(0, "create", tasks.create(counted.new_task(""))).await,
            counted.sends(refused, "update", tasks.update(&task, same)).await,
            counted.sends(1, "update", tasks.update(&task, TaskPatch::new())).await,
            counted.sends(1, "transition", tasks.transition(&task, "open", "open")).await,
        ];
        assert!(refusals.iter().all(Result::is_err), "{refusals:?}");
    })
    .await;
}

async fn games(database: &TestDatabase) {
    let counting = Counter::on(database.db.clone());
    games_on(database, &counting, &counting.interceptor).await;
    let transaction = database.db.begin().await.unwrap();
    let counting = Counter::on(&transaction);
    games_on(database, &counting, &counting.interceptor).await;
    transaction.rollback().await.unwrap();
}

async fn games_on<C: TaskConnection>(database: &TestDatabase, db: &C, counter: &Counter) {
    let name = if db.in_transaction() { "transaction" } else { "pool" };
    let (game, sent) = counter.count(Game::new(name).insert(db)).await;
    let game = game.unwrap();
    assert_eq!(sent, 1, "insert");
    // In a transaction on SQLite one more statement would ask whether it has survived a failure.
    for (call, statements) in [("insert of a taken name", 2), ("insert of a taken id", 3)] {
        let id = if statements == 2 { Uuid::now_v7() } else { game.id };
        let name = if statements == 2 { name } else { "another" };
        let (refused, sent) = counter.count(Game { id, ..Game::new(name) }.insert(db)).await;
        refused.unwrap_err();
        assert_eq!(sent, statements, "{call}");
    }
    let (found, sent) = counter.count(Game::find(db, game.id)).await;
    assert_eq!((found.unwrap().as_ref(), sent), (Some(&game), 1), "find");
    let (found, sent) = counter.count(Game::find_by_external_id(db, name)).await;
    assert_eq!((found.unwrap().as_ref(), sent), (Some(&game), 1), "find_by_external_id");
    let (kept, sent) = counter.count(Game::new(name).get_or_create(db)).await;
    assert_eq!((kept.unwrap().is_kept(), sent), (true, 1), "get_or_create of one");
    let (created, sent) = counter.count(Game::new(format!("new {name}")).get_or_create(db)).await;
    assert_eq!((created.unwrap().is_created(), sent), (true, 2), "get_or_create of none");
    let reads_first = database.backend.is_mariadb_or_mysql();
    let patch = GamePatch::new().platform("web");
    for (call, id, statements) in [
        ("update", game.id, if reads_first { 2 } else { 1 }),
        ("update without a change", game.id, if reads_first { 1 } else { 2 }),
        ("update of none", Uuid::nil(), if reads_first { 1 } else { 2 }),
    ] {
        let (updated, sent) = counter.count(Game::update(db, id, patch.clone())).await;
        assert_eq!((updated.is_ok(), sent), (!id.is_nil(), statements), "{call}");
    }
    let (_, sent) = counter.count(Game::update(db, game.id, GamePatch::new())).await;
    assert_eq!(sent, 1, "update by an empty patch");
}

//! Triggers that change `updated_at`: the crate still distinguishes new tasks from existing ones.

use crate::support::{
    Backend, ON_EXISTING, TestDatabase, assert_is, database_cases, on_pool_and_in_transaction, run,
    unordered_id,
};
use game_tasks::{
    CreateOutcome, NewTask, OnExisting, Task, TaskPatch, TaskRepository, TaskRepositoryExt,
    TaskScope,
};

database_cases!(new_tasks_are_created, existing_tasks_are_kept_or_updated);

/// Creates triggers that set `updated_at` on each insert and update.
pub(crate) async fn create_triggers(database: &TestDatabase) {
    let statements: &[&str] = match database.backend {
        Backend::Postgres => &[
            "CREATE FUNCTION app_touch() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN NEW.updated_at = clock_timestamp() + interval '1 hour'; RETURN NEW; END $$",
            "CREATE TRIGGER app_touch BEFORE INSERT OR UPDATE ON tasks \
             FOR EACH ROW EXECUTE FUNCTION app_touch()",
        ],
        Backend::MariaDb | Backend::MySql => &[
            "CREATE TRIGGER app_touch_new BEFORE INSERT ON tasks \
             FOR EACH ROW SET NEW.updated_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR",
            "CREATE TRIGGER app_touch BEFORE UPDATE ON tasks \
             FOR EACH ROW SET NEW.updated_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR",
        ],
        // SQLite has no triggers that modify the row before it is written.
        _ => &[
            "CREATE TRIGGER app_touch_new AFTER INSERT ON tasks BEGIN UPDATE tasks \
             SET updated_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+1 hour') \
             WHERE id = NEW.id; END",
            "CREATE TRIGGER app_touch AFTER UPDATE OF \"strategyId\", status ON tasks \
             BEGIN UPDATE tasks \
             SET updated_at = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '+1 hour') \
             WHERE id = NEW.id; END",
        ],
    };
    for statement in statements {
        run(&database.db, statement, []).await;
    }
}

/// Asserts that the stored row equals the returned one, apart from `updated_at` on SQLite, whose
/// trigger runs after the row was returned.
async fn assert_stored(database: &TestDatabase, tasks: &dyn TaskRepository, returned: &Task) {
    let stored = tasks.get(returned).await.unwrap();
    assert!(stored.updated_at > stored.created_at, "the trigger has not run");
    if database.backend.is_sqlite() {
        assert_eq!(Task { updated_at: returned.updated_at, ..stored }, *returned);
    } else {
        assert_eq!(stored, *returned);
    }
}

async fn new_tasks_are_created(database: &TestDatabase) {
    create_triggers(database).await;
    on_pool_and_in_transaction(database, TaskScope::unrestricted(), async |tasks, game| {
        let assert_created = async |written: CreateOutcome| {
            assert_is!(written, CreateOutcome::Created(_));
            assert_stored(database, tasks, written.task()).await;
        };
        let created = tasks.create(NewTask::new(game, "one")).await.unwrap();
        assert_stored(database, tasks, &created).await;
        assert_created(tasks.get_or_create(NewTask::new(game, "got")).await.unwrap()).await;
        for on_existing in ON_EXISTING {
            // With no given ids, with some, and with only given ids.
            for given in [0, 2, 4] {
                let batch = |of: &str| {
                    (0..4)
                        .map(|n| {
                            let name = format!("{of} {on_existing:?} {given} {n}");
                            let task = NewTask::new(game, name).strategy("own");
                            if n < given { task.id(unordered_id()) } else { task }
                        })
                        .collect::<Vec<_>>()
                };
                for outcome in tasks.create_many(batch("each"), on_existing).await.unwrap() {
                    assert_created(outcome.unwrap()).await;
                }
                for written in tasks.create_all(batch("all"), on_existing).await.unwrap() {
                    assert_created(written).await;
                }
            }
        }
    })
    .await;
}

async fn existing_tasks_are_kept_or_updated(database: &TestDatabase) {
    create_triggers(database).await;
    on_pool_and_in_transaction(database, TaskScope::unrestricted(), async |tasks, game| {
        let old = tasks.create(NewTask::new(game, "old")).await.unwrap();
        let old = tasks.get(&old).await.unwrap();
        for (n, on_existing) in ON_EXISTING[1..].iter().enumerate() {
            for atomic in [false, true] {
                let strategy = format!("{n} {atomic}");
                let before = tasks.get(&old).await.unwrap();
                let batch = [
                    NewTask::new(game, "old").strategy(&*strategy),
                    NewTask::new(game, format!("new {strategy}")).strategy("own"),
                ];
                let written = if atomic {
                    tasks.create_all(batch, *on_existing).await.unwrap()
                } else {
                    let outcomes = tasks.create_many(batch, *on_existing).await.unwrap();
                    outcomes.into_iter().map(Result::unwrap).collect()
                };
                match &written[0] {
                    CreateOutcome::Kept(task) => {
                        assert_eq!((*on_existing, task), (OnExisting::Keep, &before));
                    }
                    CreateOutcome::Updated(task) => {
                        assert_eq!((*on_existing, task.id), (OnExisting::Update, old.id));
                        assert_eq!(task.strategy_id, strategy.as_str());
                        assert_stored(database, tasks, task).await;
                    }
                    other => panic!("{other:?}"),
                }
                assert_is!(written[1], CreateOutcome::Created(_));
            }
        }
        let closed = tasks.update(&old, TaskPatch::new().status("closed")).await.unwrap();
        assert_stored(database, tasks, &closed).await;
    })
    .await;
}

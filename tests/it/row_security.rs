//! Row level security on PostgreSQL: rows that a policy hides are "not found", although foreign keys
//! and unique constraints apply to them. Creating the roles and policies requires a superuser.

use crate::support::{Backend, ON_EXISTING, TestDatabase, assert_is, on_database, run};
use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
use game_tasks::{
    FailureKind, Game, GamePatch, NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository,
    StrategyResolver, Task, TaskError, TaskFilter, TaskPatch, TaskRepository, TaskRepositoryExt,
    TaskScope,
};
use uuid::Uuid;

/// A database with two tenants, each with its own pool.
struct Tenants {
    superuser: DatabaseConnection,
    mine: DatabaseConnection,
    others: DatabaseConnection,
    role: String,
}

async fn pool(database: &TestDatabase, user: &str, tenant: &str) -> DatabaseConnection {
    let db = database.pool_of(user).await;
    run(&db, &format!("SET app.tenant = '{tenant}'"), []).await;
    db
}

/// Runs a case with these policies.
async fn with_policies(policies: &[&str], case: impl AsyncFnOnce(&Tenants)) {
    on_database(Backend::Postgres, 1, async |database| {
        // The policies read a setting of the session, which a pooler's clients share.
        let database = &database.directly().await;
        let superuser = pool(database, "postgres", "none").await;
        let role = format!("game_tasks_tenant_{}", Uuid::now_v7().simple());
        run(&superuser, &format!("CREATE ROLE {role} LOGIN"), []).await;
        let grant = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON tasks, games TO {role}");
        run(&superuser, &grant, []).await;
        for table in ["games", "tasks"] {
            let column = "ADD COLUMN tenant text DEFAULT current_setting('app.tenant', true)";
            run(&superuser, &format!("ALTER TABLE {table} {column}"), []).await;
        }
        for policy in policies {
            run(&superuser, policy, []).await;
        }
        let mine = pool(database, &role, "mine").await;
        let others = pool(database, &role, "others").await;
        let tenants = Tenants { superuser, mine, others, role };
        case(&tenants).await;
        for db in [tenants.mine, tenants.others] {
            db.close().await.unwrap();
        }
        run(&tenants.superuser, &format!("DROP OWNED BY {}", tenants.role), []).await;
        run(&tenants.superuser, &format!("DROP ROLE {}", tenants.role), []).await;
        tenants.superuser.close().await.unwrap();
    })
    .await;
}

const ON_GAMES: [&str; 2] = [
    "ALTER TABLE games ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON games USING (tenant = current_setting('app.tenant', true))",
];

const ON_TASKS: [&str; 2] = [
    "ALTER TABLE tasks ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON tasks USING (tenant = current_setting('app.tenant', true))",
];

/// Runs a case on a pool and in a transaction, which must stay usable.
async fn run_case(db: &DatabaseConnection, case: impl AsyncFn(&dyn TaskRepository)) {
    let tasks = SeaOrmTaskRepository::new(db.clone());
    case(&tasks).await;
    let transaction = db.begin().await.unwrap();
    case(&tasks.on(&transaction)).await;
    tasks.on(&transaction).count(TaskFilter::all()).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_game_is_not_found() {
    with_policies(&ON_GAMES, async |tenants| {
        let game = Game::new("game").insert(&tenants.others).await.unwrap().id;
        let existing = SeaOrmTaskRepository::new(tenants.others.clone());
        let existing = existing.create(NewTask::new(game, "existing")).await.unwrap();
        run_case(&tenants.mine, async |tasks| {
            let assert_no_game = |error: &TaskError| {
                assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == game);
            };
            for scope in [TaskScope::unrestricted(), TaskScope::api_key("mine".parse().unwrap())] {
                let tasks = tasks.scoped(scope);
                for task in [NewTask::new(game, "new"), NewTask::new(game, "new").id(existing.id)] {
                    assert_no_game(&tasks.create(task.clone()).await.unwrap_err());
                    assert_no_game(&tasks.get_or_create(task.clone()).await.unwrap_err());
                    for on_existing in ON_EXISTING {
                        let outcomes =
                            tasks.create_many([task.clone()], on_existing).await.unwrap();
                        assert_no_game(outcomes[0].as_ref().unwrap_err());
                        let refused = tasks.create_all([task.clone()], on_existing).await;
                        assert_is!(&refused, Err(TaskError::Batch { index: 0, .. }));
                        let Err(TaskError::Batch { error, .. }) = refused else { return };
                        assert_no_game(&error);
                    }
                }
            }
            assert_no_game(&tasks.duplicate(&existing, "copy").await.unwrap_err());
        })
        .await;
        let tasks = SeaOrmTaskRepository::new(tenants.others.clone());
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 1);
        let resolver = StrategyResolver::new(tenants.mine.clone());
        assert_is!(resolver.resolve_for(&existing).await, Err(TaskError::GameNotFound { .. }));
    })
    .await;
}

/// Creates a game that both tenants see, with a task of the other tenant.
async fn game_and_hidden_task(tenants: &Tenants) -> (Uuid, Task) {
    let game = Game::new("game").insert(&tenants.superuser).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(tenants.others.clone());
    (game, tasks.create(NewTask::new(game, "hidden").strategy("old")).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_hidden_task_is_taken() {
    with_policies(&ON_TASKS, async |tenants| {
        let (game, hidden) = game_and_hidden_task(tenants).await;
        let is_taken =
            |error: &TaskError| matches!(error, TaskError::AlreadyExists { id: None, .. });
        run_case(&tenants.mine, async |tasks| {
            assert_is!(tasks.get(&hidden).await, Err(TaskError::NotFound { .. }));
            assert_is!(tasks.delete(&hidden).await, Err(TaskError::NotFound { .. }));
            assert_is!(
                tasks.update(&hidden, TaskPatch::new().status("closed")).await,
                Err(TaskError::NotFound { .. })
            );
            let error = tasks.create(NewTask::new(game, "hidden")).await.unwrap_err();
            assert!(is_taken(&error), "{error:?}");
            let error = tasks.get_or_create(NewTask::new(game, "hidden")).await.unwrap_err();
            assert!(is_taken(&error), "{error:?}");
            for on_existing in [OnExisting::Fail, OnExisting::Keep] {
                let name = format!("new {on_existing:?} {}", Uuid::now_v7());
                let batch = [NewTask::new(game, "hidden"), NewTask::new(game, name)];
                let outcomes = tasks.create_many(batch, on_existing).await.unwrap();
                assert_is!(&outcomes[0], Err(error) if is_taken(error));
                assert_is!(&outcomes[1], Ok(_));
            }
        })
        .await;

        // In a transaction, an atomic batch fails with a database error, which aborts it.
        let tasks = SeaOrmTaskRepository::new(tenants.mine.clone());
        let by_id = tasks.create(NewTask::new(game, "free").id(hidden.id)).await.unwrap_err();
        assert_is!(by_id, TaskError::IdTaken { id } if *id == hidden.id);
        let batch = ["a", "b", "hidden", "c"].map(|name| NewTask::new(game, name).strategy("new"));
        let before = tasks.count(TaskFilter::all()).await.unwrap();
        for on_existing in ON_EXISTING {
            let error = tasks.create_all(batch.clone(), on_existing).await.unwrap_err();
            assert_is!(&error, TaskError::Batch { index: 2, error } if is_taken(error));
            assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), before);
            let transaction = tenants.mine.begin().await.unwrap();
            let inside = tasks.on(&transaction);
            let error = inside.create_all(batch.clone(), on_existing).await.unwrap_err();
            assert!(error.transaction_lost(), "{error:?}");
            transaction.rollback().await.unwrap();
        }
        let outcomes = tasks.create_many(batch, OnExisting::Update).await.unwrap();
        for (n, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Ok(written) => assert!(n != 2 && written.is_created()),
                Err(error) => assert!(n == 2 && is_taken(error), "{error:?}"),
            }
        }
        let stored = SeaOrmTaskRepository::new(tenants.others.clone()).get(&hidden).await.unwrap();
        assert_eq!(stored, hidden);
    })
    .await;
}

/// A trigger or a unique index of the application refuses a row, not a policy.
#[tokio::test(flavor = "multi_thread")]
async fn rows_refused_by_triggers_and_indexes() {
    with_policies(&ON_TASKS, async |tenants| {
        let (game, _) = game_and_hidden_task(tenants).await;
        for statement in [
            "CREATE FUNCTION app_skip() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER app_skip BEFORE INSERT ON tasks FOR EACH ROW \
             WHEN (NEW.\"externalTaskId\" = 'skipped') EXECUTE FUNCTION app_skip()",
        ] {
            run(&tenants.superuser, statement, []).await;
        }
        let new = || NewTask::new(game, "skipped");
        let is_skipped = |error: &TaskError| matches!(error, TaskError::WriteSkipped { .. });
        run_case(&tenants.mine, async |tasks| {
            let error = tasks.create(new()).await.unwrap_err();
            assert!(is_skipped(&error), "{error:?}");
            for on_existing in [OnExisting::Fail, OnExisting::Keep] {
                let outcomes = tasks.create_many([new()], on_existing).await.unwrap();
                assert_is!(&outcomes[0], Err(error) if is_skipped(error));
            }
        })
        .await;
        run(&tenants.superuser, "DROP TRIGGER app_skip ON tasks", []).await;

        let index = "CREATE UNIQUE INDEX app_own ON tasks (\"gameId\", \"strategyId\")";
        run(&tenants.superuser, index, []).await;
        let new = || NewTask::new(game, "new").strategy("old");
        let is_violation = |error: &TaskError| matches!(error, TaskError::Database(_));
        let tasks = SeaOrmTaskRepository::new(tenants.mine.clone());
        let error = tasks.create(new()).await.unwrap_err();
        assert!(is_violation(&error), "{error:?}");
        let transaction = tenants.mine.begin().await.unwrap();
        let error = tasks.on(&transaction).create(new()).await.unwrap_err();
        assert!(is_violation(&error) && error.transaction_lost(), "{error:?}");
        transaction.rollback().await.unwrap();
        for on_existing in [OnExisting::Fail, OnExisting::Keep] {
            let outcomes = tasks.create_many([new()], on_existing).await.unwrap();
            assert_is!(&outcomes[0], Err(error) if is_violation(error));
            let transaction = tenants.mine.begin().await.unwrap();
            let error = tasks.on(&transaction).create_many([new()], on_existing).await.unwrap_err();
            assert!(is_violation(&error) && error.transaction_lost(), "{error:?}");
            transaction.rollback().await.unwrap();
        }
    })
    .await;
}

/// The tenant may read the tasks but not change them; the database skips them without an error.
#[tokio::test(flavor = "multi_thread")]
async fn changes_that_a_policy_skips_are_reported() {
    let policies = [
        ON_TASKS[0],
        "CREATE POLICY readable ON tasks FOR SELECT USING (true)",
        "CREATE POLICY creatable ON tasks FOR INSERT WITH CHECK (true)",
        "CREATE POLICY mine ON tasks FOR UPDATE USING (tenant = current_setting('app.tenant'))",
        "CREATE POLICY mine_too ON tasks FOR DELETE USING (tenant = current_setting('app.tenant'))",
    ];
    with_policies(&policies, async |tenants| {
        let (game, others) = game_and_hidden_task(tenants).await;
        run_case(&tenants.mine, async |tasks| {
            let closed = TaskPatch::new().status("closed");
            let updated = tasks.update(&others, closed.clone()).await;
            assert_is!(updated, Err(TaskError::WriteSkipped { key: Some(_), .. }));
            let deleted = tasks.delete(&others).await;
            assert_is!(deleted, Err(TaskError::WriteSkipped { key: Some(_), .. }));
            assert_eq!(tasks.update_many(TaskFilter::in_game(game), closed).await.unwrap(), 0);
            assert_eq!(tasks.delete_game(game).await.unwrap(), 0);
            assert_eq!(tasks.get(&others).await.unwrap(), others);
        })
        .await;
    })
    .await;
}

/// The error has the database's code, and nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn creations_that_a_policy_refuses() {
    let policies = [
        ON_TASKS[0],
        "CREATE POLICY readable ON tasks FOR SELECT USING (true)",
        "CREATE POLICY creatable ON tasks FOR INSERT \
         WITH CHECK (\"externalTaskId\" NOT LIKE 'refused%')",
    ];
    with_policies(&policies, async |tenants| {
        let game = Game::new("game").insert(&tenants.superuser).await.unwrap().id;
        let tasks = SeaOrmTaskRepository::new(tenants.mine.clone());
        let is_refused = |error: &TaskError| match error {
            TaskError::Database(error) => error.code() == Some("42501"),
            _ => false,
        };
        let error = tasks.create(NewTask::new(game, "refused")).await.unwrap_err();
        assert!(is_refused(&error), "{error:?}");
        let batch = ["a", "refused", "c"].map(|name| NewTask::new(game, name));
        let error = tasks.create_all(batch.clone(), OnExisting::Fail).await.unwrap_err();
        assert_is!(&error, TaskError::Batch { index: 1, error } if is_refused(error));
        assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), 0);
        let outcomes = tasks.create_many(batch, OnExisting::Keep).await.unwrap();
        assert_is!(&outcomes[1], Err(error) if is_refused(error));
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok());

        let transaction = tenants.mine.begin().await.unwrap();
        let error = tasks.on(&transaction).create(NewTask::new(game, "refused")).await.unwrap_err();
        assert!(is_refused(&error) && error.transaction_lost(), "{error:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_hidden_game_is_taken() {
    with_policies(&ON_GAMES, async |tenants| {
        let hidden = Game::new("hidden").insert(&tenants.others).await.unwrap();
        assert_eq!(Game::find(&tenants.mine, hidden.id).await.unwrap(), None);
        let patch = GamePatch::new().platform("web");
        let error = Game::update(&tenants.mine, hidden.id, patch).await.unwrap_err();
        assert_is!(error, TaskError::GameNotFound { .. });
        let error = Game::new("hidden").get_or_create(&tenants.mine).await.unwrap_err();
        assert_is!(error, TaskError::Database(error) if error.kind() == FailureKind::UniqueViolation);
        let transaction = tenants.mine.begin().await.unwrap();
        let error = Game::new("hidden").insert(&transaction).await.unwrap_err();
        assert_is!(&error, TaskError::Database(error) if error.kind() == FailureKind::UniqueViolation);
        assert!(error.transaction_lost());
        transaction.rollback().await.unwrap();
    })
    .await;
}

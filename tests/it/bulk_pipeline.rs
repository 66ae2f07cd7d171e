//! Bulk creation of more tasks than one statement writes. While the database executes one
//! statement, the crate processes the rows of the previous one.

use crate::support::{
    Backend, FailAfter, ON_EXISTING, TestDatabase, database_cases, run, server_cases,
};
use game_tasks::sea_orm::{DatabaseConnection, TransactionTrait};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, TaskError, TaskFilter,
    TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

database_cases!(existing_tasks_are_found_in_every_statement, a_statement_that_fails);
server_cases!(a_trigger_that_renames_a_row);

const TASKS: usize = 12_001;

fn name(n: usize) -> String {
    format!("task-{n:05}")
}

/// A batch in the opposite of the order in which the crate writes it.
fn batch(game: Uuid) -> impl Iterator<Item = NewTask> {
    (0..TASKS).rev().map(move |n| NewTask::new(game, name(n)).strategy("new"))
}

async fn new_game(db: &DatabaseConnection) -> Uuid {
    Game::new(Uuid::now_v7().to_string()).insert(db).await.unwrap().id
}

async fn existing_tasks_are_found_in_every_statement(database: &TestDatabase) {
    const EXISTING: [usize; 4] = [0, 7_000, 7_001, TASKS - 1];
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let transaction = database.db.begin().await.unwrap();
    let inside = tasks.on(&transaction);
    let check = async |tasks: &dyn TaskRepository, game: Uuid, on_existing: OnExisting| {
        for n in EXISTING {
            tasks.create(NewTask::new(game, name(n)).strategy("old")).await.unwrap();
        }
        let outcomes = tasks.create_many(batch(game), on_existing).await.unwrap();
        assert_eq!(outcomes.len(), TASKS);
        for (outcome, n) in outcomes.iter().zip((0..TASKS).rev()) {
            let strategy = if on_existing == OnExisting::Keep { "old" } else { "new" };
            let task = match (outcome, on_existing) {
                (Ok(CreateOutcome::Created(task)), _) if !EXISTING.contains(&n) => task,
                (Ok(CreateOutcome::Kept(task)), OnExisting::Keep)
                | (Ok(CreateOutcome::Updated(task)), OnExisting::Update)
                    if EXISTING.contains(&n) && task.strategy_id.as_str() == strategy =>
                {
                    task
                }
                (Err(TaskError::AlreadyExists { external_task_id, .. }), OnExisting::Fail)
                    if EXISTING.contains(&n) && *external_task_id == name(n) =>
                {
                    continue;
                }
                other => panic!("{n}: {other:?}"),
            };
            assert_eq!(task.external_task_id, name(n));
        }
        assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap() as usize, TASKS);
    };
    for on_existing in ON_EXISTING {
        let game = Game::new(Uuid::now_v7().to_string()).insert(&transaction).await.unwrap().id;
        check(&inside, game, on_existing).await;
    }
    transaction.commit().await.unwrap();
    for on_existing in ON_EXISTING {
        check(&tasks, new_game(&database.db).await, on_existing).await;
    }
}

async fn a_statement_that_fails(database: &TestDatabase) {
    let game = new_game(&database.db).await;
    for (statements, written) in [(0, 0), (1, 1), (2, 2)] {
        let failing = FailAfter::statements(statements, &database.db);
        let tasks = database.tasks_on(&failing);
        let error = tasks.create_many(batch(game), OnExisting::Fail).await.unwrap_err();
        // Statements that were executed stay applied, also the one whose rows were not processed.
        let retry = if written == 0 { Retry::Call } else { Retry::Unknown };
        assert_eq!(error.retry(), retry, "after {statements} statements: {error:?}");
        let tasks = SeaOrmTaskRepository::new(database.db.clone());
        let existing = tasks.delete_game(game).await.unwrap();
        assert_eq!(existing, 5_000 * written, "after {statements} statements");
    }
}

/// The row is not found by the requested name, and its own id is taken. The outcome is the same
/// whether this is noticed in the only statement or after the next one was sent.
async fn a_trigger_that_renames_a_row(database: &TestDatabase) {
    let statements: &[&str] = match database.backend {
        Backend::Postgres => &[
            "CREATE FUNCTION app_rename() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN NEW.\"externalTaskId\" = replace(NEW.\"externalTaskId\", '00003', 'three'); \
             RETURN NEW; END $$",
            "CREATE TRIGGER app_rename BEFORE INSERT ON tasks \
             FOR EACH ROW EXECUTE FUNCTION app_rename()",
        ],
        _ => &["CREATE TRIGGER app_rename BEFORE INSERT ON tasks FOR EACH ROW \
                SET NEW.\"externalTaskId\" = REPLACE(NEW.\"externalTaskId\", '00003', 'three')"],
    };
    for statement in statements {
        run(&database.db, statement, []).await;
    }
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    for on_existing in ON_EXISTING {
        for size in [10, 5_000, TASKS] {
            let game = new_game(&database.db).await;
            let batch = (0..size).map(|n| NewTask::new(game, name(n)));
            let outcomes = tasks.create_many(batch, on_existing).await.unwrap();
            for (n, outcome) in outcomes.iter().enumerate() {
                match outcome {
                    Ok(CreateOutcome::Created(task)) if n != 3 => {
                        assert_eq!(task.external_task_id, name(n));
                    }
                    Err(TaskError::IdTaken { id }) if n == 3 => {
                        let renamed = tasks.get(*id).await.unwrap();
                        assert_eq!(renamed.external_task_id, "task-three");
                    }
                    other => panic!("{on_existing:?}, {n} of {size}: {other:?}"),
                }
            }
            assert_eq!(tasks.count(TaskFilter::in_game(game)).await.unwrap() as usize, size);
        }
    }
}

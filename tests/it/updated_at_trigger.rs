//! The opt-in trigger on `updated_at`: a program that writes the start of its transaction cannot set it
//! back, preconditions detect its change, and the crate returns exact timestamps.

use crate::support::{
    DEFAULT_CONNECTIONS, TestDatabase, assert_is, column, on_database, parents_of_tables, run,
    tests_on,
};
use game_tasks::migration::{opt_in_updated_at_trigger, opt_in_updated_at_trigger_for};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use game_tasks::sea_orm_migration::SchemaManager;
use game_tasks::{
    Game, NewTask, OnExisting, SchemaFault, SchemaMismatch, SeaOrmTaskRepository, Task, TaskError,
    TaskPatch, TaskRepositoryExt, migrations_for,
};

tests_on!([postgres Postgres], a_precondition_detects_another_programs_change, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::a_precondition_detects_another_programs_change)
});
tests_on!([postgres Postgres], the_crate_returns_exact_timestamps, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::the_crate_returns_exact_timestamps)
});
tests_on!([postgres Postgres], up_and_down_may_be_repeated_and_report_taken_names, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::up_and_down_may_be_repeated_and_report_taken_names)
});
tests_on!([sqlite_memory SqliteMemory, mariadb MariaDb, mysql MySql], other_databases_refuse_the_trigger, |on| {
    super::on_database(on, super::DEFAULT_CONNECTIONS, super::other_databases_refuse_the_trigger)
});

parents_of_tables! {
    elsewhere: "it's \"theirs\"", in "elsewhere";
}

async fn up(db: &DatabaseConnection) {
    opt_in_updated_at_trigger().up(&SchemaManager::new(db)).await.unwrap();
}

async fn task(
    db: &DatabaseConnection,
    name: &str,
) -> (SeaOrmTaskRepository<DatabaseConnection>, Task) {
    let game = Game::new(name).insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    (tasks, task)
}

/// Another program begins a transaction, the crate changes the task, and then the program does with the
/// time at which its transaction began. Returns the task as the crate left it.
async fn change_with_earlier_time(
    db: &DatabaseConnection,
    tasks: &SeaOrmTaskRepository<DatabaseConnection>,
    task: &Task,
) -> Task {
    let theirs = db.begin().await.unwrap();
    column::<_, String>(&theirs, "SELECT now()::text", []).await;
    let ours = tasks.update(task, TaskPatch::new().strategy("ours")).await.unwrap();
    let update = "UPDATE tasks SET status = 'theirs', updated_at = now() WHERE id = ?";
    run(&theirs, update, [task.id.into()]).await;
    theirs.commit().await.unwrap();
    ours
}

async fn a_precondition_detects_another_programs_change(database: &TestDatabase) {
    let db = &database.db;
    // Without the trigger, as documented.
    let (tasks, before) = task(db, "without").await;
    let ours = change_with_earlier_time(db, &tasks, &before).await;
    assert!(tasks.get(&before).await.unwrap().updated_at < ours.updated_at);
    let patch =
        |seen: &Task| TaskPatch::new().strategy("mine").if_unmodified_since(seen.updated_at);
    tasks.update(&before, patch(&ours)).await.expect("the change is missed");

    up(db).await;
    let (tasks, before) = task(db, "with").await;
    let ours = change_with_earlier_time(db, &tasks, &before).await;
    let theirs = tasks.get(&before).await.unwrap();
    assert_eq!(theirs.status.as_str(), "theirs");
    assert!(theirs.updated_at > ours.updated_at);
    let error = tasks.update(&before, patch(&ours)).await.unwrap_err();
    assert_is!(error, TaskError::Conflict { updated_at, .. } if *updated_at == theirs.updated_at);
    tasks.update(&before, patch(&theirs)).await.unwrap();
    // A stored time in the future still grows.
    let far = "UPDATE tasks SET updated_at = now() + INTERVAL '1 year' WHERE id = ?";
    run(db, far, [before.id.into()]).await;
    let ahead = tasks.get(&before).await.unwrap();
    for column in ["status = 'x'", "\"strategyId\" = 'x'", "status = 'y', updated_at = now()"] {
        let before = tasks.get(&ahead).await.unwrap();
        run(db, &format!("UPDATE tasks SET {column} WHERE id = ?"), [ahead.id.into()]).await;
        assert!(tasks.get(&ahead).await.unwrap().updated_at > before.updated_at, "{column}");
    }
}

async fn the_crate_returns_exact_timestamps(database: &TestDatabase) {
    let db = &database.db;
    // A type without an equality operator.
    run(db, "ALTER TABLE tasks ADD COLUMN extra json", []).await;
    up(db).await;
    let (tasks, task) = task(db, "exact").await;
    for n in 0..20 {
        let patch = TaskPatch::new().status(format!("status {n}"));
        let answered = tasks.update(&task, patch).await.unwrap();
        assert_eq!(tasks.get(&task).await.unwrap(), answered);
    }
    let batch = || [NewTask::new(task.game_id, "task"), NewTask::new(task.game_id, "other")];
    let before = tasks.get(&task).await.unwrap();
    // Rows that already have the values are not changed.
    let same = tasks.create_all(batch(), OnExisting::Update).await.unwrap();
    assert_eq!(same[0].task(), &before);
    let batch = batch().map(|new| new.strategy("own"));
    let written = tasks.create_all(batch, OnExisting::Update).await.unwrap();
    for written in &written {
        assert_eq!(&tasks.get(written.task()).await.unwrap(), written.task());
    }
    assert!(written[0].task().updated_at > before.updated_at);
    // An update of another program that changes nothing keeps the row.
    let current = tasks.get(&task).await.unwrap();
    run(db, "UPDATE tasks SET status = status WHERE id = ?", [task.id.into()]).await;
    assert_eq!(tasks.get(&task).await.unwrap(), current);
    run(db, "UPDATE tasks SET extra = '{}' WHERE id = ?", [task.id.into()]).await;
    assert!(tasks.get(&task).await.unwrap().updated_at > current.updated_at);
}

async fn up_and_down_may_be_repeated_and_report_taken_names(database: &TestDatabase) {
    let db = &database.db;
    let manager = SchemaManager::new(db);
    let trigger = opt_in_updated_at_trigger();
    let count = "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) \
                 + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)";
    for _ in 0..2 {
        for _ in 0..2 {
            trigger.up(&manager).await.unwrap();
            assert_eq!(column::<_, i64>(db, count, []).await, [2]);
        }
        for _ in 0..2 {
            trigger.down(&manager).await.unwrap();
            assert_eq!(column::<_, i64>(db, count, []).await, [0]);
        }
    }
    let function = "CREATE FUNCTION tasks_updated_at_grows() RETURNS trigger LANGUAGE plpgsql AS \
                    'BEGIN RETURN NEW; END'";
    for (make, drop) in [
        (function.to_owned(), "DROP FUNCTION tasks_updated_at_grows()"),
        (
            format!(
                "{}; CREATE TRIGGER tasks_updated_at_grows BEFORE UPDATE ON tasks \
                 FOR EACH ROW EXECUTE FUNCTION theirs()",
                function.replace("tasks_updated_at_grows", "theirs")
            ),
            "DROP FUNCTION theirs() CASCADE",
        ),
    ] {
        db.execute_unprepared(&make).await.unwrap();
        let before = column::<_, i64>(db, count, []).await;
        let error = trigger.up(&manager).await.unwrap_err();
        let mismatch = SchemaMismatch::from_db_err(&error).expect("a mismatch");
        assert_is!(&mismatch.problems()[0].fault, SchemaFault::NameTaken { name, .. }
            if name == "tasks_updated_at_grows");
        trigger.down(&manager).await.unwrap();
        assert_eq!(column::<_, i64>(db, count, []).await, before);
        run(db, drop, []).await;
    }
    // A table in another schema has a trigger of its own.
    let theirs = opt_in_updated_at_trigger_for::<elsewhere::Entity>();
    assert_ne!(theirs.name(), trigger.name());
    let error = theirs.up(&manager).await.unwrap_err();
    let mismatch = SchemaMismatch::from_db_err(&error).expect("a mismatch");
    assert_eq!(mismatch.problems()[0].fault, SchemaFault::TableMissing);
    run(db, "CREATE SCHEMA elsewhere", []).await;
    for one in migrations_for::<elsewhere::Entity>() {
        one.up(&manager).await.unwrap();
    }
    theirs.up(&manager).await.unwrap();
    theirs.down(&manager).await.unwrap();
}

async fn other_databases_refuse_the_trigger(database: &TestDatabase) {
    let manager = SchemaManager::new(&database.db);
    let error = opt_in_updated_at_trigger().up(&manager).await.unwrap_err();
    assert!(error.to_string().contains("PostgreSQL"), "{error}");
}

//! Adoptions that fail, and change nothing.

use super::game::{
    KEY, SampleRows, assert_adopted, assert_nothing_lost, dump, game, ids, on_game_database,
    params, python_insert, task,
};
use super::game_cases;
use crate::support::{TestDatabase, assert_is, column, run};
use game_tasks::FailureKind;
use game_tasks::adopt::{self, AdoptError, Duplicates, Orphans, Outcome, Plan, Step};
use game_tasks::sea_orm::{ConnectionTrait, TransactionTrait};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

game_cases!(
    an_undecided_plan_changes_nothing,
    duplicates_created_by_moving_need_a_decision,
    moving_to_a_missing_game_fails,
    a_reference_that_cannot_be_changed_blocks_its_task,
    a_trigger_blocks_its_task,
    a_null_that_a_trigger_restores_times_out,
    a_referenced_task_cannot_be_set_aside,
    a_lock_that_is_not_granted_times_out,
    a_second_adoption_is_refused,
);

async fn an_undecided_plan_changes_nothing(database: &TestDatabase) {
    let db = &database.db;
    SampleRows::fill(db).await;
    let before = dump(db).await;
    let rename = || Plan::new().duplicates(Duplicates::Rename);
    let aside = |plan: Plan| plan.orphans(Orphans::SetAside);
    for (plan, expected) in [
        (Plan::new(), (2, 2, 1)),
        (rename(), (0, 2, 1)),
        (aside(Plan::new()), (2, 0, 1)),
        (Plan::new().name_games_by_id(), (2, 2, 0)),
        (aside(rename()), (0, 0, 1)),
        (aside(Plan::new()).name_games_by_id(), (2, 0, 0)),
    ] {
        let plan = plan.on_progress(|progress| panic!("{progress:?}"));
        let error = adopt::run(db, plan).await.unwrap_err();
        assert_is!(
            error,
            AdoptError::Undecided { duplicate_groups, tasks_without_game, games_without_external_id }
                if (*duplicate_groups, *tasks_without_game, *games_without_external_id) == expected
        );
        assert!(!error.is_transient());
        assert_eq!(dump(db).await, before);
    }
    let tables: i64 =
        column(db, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", []).await[0];
    assert_eq!(tables, 7);
}

async fn duplicates_created_by_moving_need_a_decision(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    task(db, Some(game), "one", "").await;
    task(db, None, "one", "").await;
    task(db, None, "two", "").await;
    task(db, None, "two", "").await;
    let before = dump(db).await;
    let plan = Plan::new().orphans(Orphans::MoveTo(game));
    assert_is!(
        adopt::run(db, plan).await,
        Err(AdoptError::Undecided { duplicate_groups: 2, tasks_without_game: 0, .. })
    );
    assert_eq!(dump(db).await, before);
    adopt::run(db, Plan::new().orphans(Orphans::SetAside)).await.unwrap();
}

async fn moving_to_a_missing_game_fails(database: &TestDatabase) {
    let db = &database.db;
    task(db, None, "one", "").await;
    let before = dump(db).await;
    let nowhere = Uuid::from_u128(7);
    let plan = Plan::new().orphans(Orphans::MoveTo(nowhere));
    assert_is!(adopt::run(db, plan).await, Err(AdoptError::GameNotFound { game_id }) if *game_id == nowhere);
    assert_eq!(dump(db).await, before);
}

/// A table with at most one row per task.
async fn a_reference_that_cannot_be_changed_blocks_its_task(database: &TestDatabase) {
    let db = &database.db;
    run(db, r#"CREATE TABLE notes (note text, "taskId" uuid UNIQUE REFERENCES tasks (id))"#, [])
        .await;
    let game = game(db, "game", None).await;
    let mut pairs = Vec::new();
    for name in ["a", "b", "c"] {
        let old = task(db, Some(game), name, "created_at = '2020-01-01'").await;
        let young = task(db, Some(game), name, "created_at = '2020-01-02'").await;
        params(db, "tasksparams", young).await;
        pairs.push((old, young));
    }
    let all = ids(db).await;
    let (old, young) = pairs[1];
    for (note, id) in [("of the old one", old), ("of the young one", young)] {
        run(db, r#"INSERT INTO notes VALUES (?, ?)"#, [note.into(), id.into()]).await;
    }
    let keep = || Plan::new().duplicates(Duplicates::KeepOldest);
    for _ in 0..2 {
        let error = adopt::run(db, keep()).await.unwrap_err();
        assert_is!(error, AdoptError::Blocked { task_id, outcome: Outcome::Merged { into, .. }, source }
            if *task_id == young && *into == old && source.constraint() == Some("notes_taskId_key")
                && source.table() == Some("notes"));
        assert!(!error.is_transient() && !error.to_string().contains(KEY), "{error}");
        assert_nothing_lost(db, &all).await;
        // The group is unchanged; every other group is either resolved or unchanged.
        for (at, (old, young)) in pairs.iter().enumerate() {
            let select = r#"SELECT "taskId" FROM tasksparams WHERE "taskId" IN (?, ?)"#;
            let params: Vec<Uuid> = column(db, select, [(*old).into(), (*young).into()]).await;
            let there = ids(db).await.contains(young);
            assert!(there || at != 1);
            assert_eq!(params, [if there { *young } else { *old }]);
        }
        // GAME's programs still work.
        assert!(python_insert(db, Some(game), "a new one", KEY).await.1.is_ok());
        run(db, r#"DELETE FROM tasks WHERE "externalTaskId" = 'a new one'"#, []).await;
    }
    // The owner deletes the note.
    run(db, r#"DELETE FROM notes WHERE "taskId" = ?"#, [young.into()]).await;
    let adoption = adopt::run(db, keep()).await.unwrap();
    assert_eq!((adoption.count("merged"), adoption.count("kept")), (3, 3));
    assert_nothing_lost(db, &all).await;
    assert_adopted(db).await;
}

/// A trigger that raises an error, and one that skips the row silently.
async fn a_trigger_blocks_its_task(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    task(db, Some(game), "a", "created_at = '2020-01-01'").await;
    let young = task(db, Some(game), "a", "").await;
    let orphan = task(db, None, "b", "").await;
    let before = ids(db).await;
    let statements = |sql: String| async move { db.execute_unprepared(&sql).await.unwrap() };
    for answer in ["RAISE EXCEPTION 'no'; RETURN NULL", "RETURN NULL"] {
        for event in ["DELETE", "UPDATE"] {
            statements(format!(
                "CREATE FUNCTION defend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                     {answer}; END $$;
                 CREATE TRIGGER defended BEFORE {event} ON tasks FOR EACH ROW
                     EXECUTE FUNCTION defend()"
            ))
            .await;
            let (duplicates, decision) = match event {
                "DELETE" => (Duplicates::KeepOldest, Orphans::SetAside),
                _ => (Duplicates::Rename, Orphans::MoveTo(game)),
            };
            let plan = || Plan::new().duplicates(duplicates).orphans(decision);
            let error = adopt::run(db, plan()).await.unwrap_err();
            assert_is!(error, AdoptError::Blocked { task_id, .. } if *task_id == orphan);
            // Once the orphan is set aside, the duplicates are next.
            statements("ALTER TABLE tasks DISABLE TRIGGER defended".to_owned()).await;
            statements(format!(r#"UPDATE tasks SET "gameId" = '{game}' WHERE id = '{orphan}'"#))
                .await;
            statements("ALTER TABLE tasks ENABLE TRIGGER defended".to_owned()).await;
            let error = adopt::run(db, plan()).await.unwrap_err();
            assert_is!(error, AdoptError::Blocked { task_id, .. } if *task_id == young);
            assert_nothing_lost(db, &before).await;
            statements(format!(
                r#"DROP FUNCTION defend CASCADE; ALTER TABLE tasks ALTER "gameId" DROP NOT NULL;
                   UPDATE tasks SET "gameId" = NULL WHERE id = '{orphan}'"#
            ))
            .await;
        }
    }
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'game_tasks_adopt_ref_%'";
    assert_eq!(column::<_, i64>(db, left, []).await, [0]);
    let plan = Plan::new().duplicates(Duplicates::Rename).orphans(Orphans::MoveTo(game));
    adopt::run(db, plan).await.unwrap();
    assert_eq!(ids(db).await, before);
}

/// A trigger that sets the column to null again.
async fn a_null_that_a_trigger_restores_times_out(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    task(db, Some(game), "a", "created_at = NULL").await;
    db.execute_unprepared(
        "CREATE FUNCTION insist() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             NEW.created_at = NULL; RETURN NEW; END $$;
         CREATE TRIGGER insisting BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION insist()",
    )
    .await
    .unwrap();
    let plan = || Plan::new().give_up_after(Duration::from_millis(300));
    assert_is!(adopt::run(db, plan()).await, Err(AdoptError::Locked { step: Step::FillTasks, .. }));
    run(db, "DROP FUNCTION insist CASCADE", []).await;
    adopt::run(db, plan()).await.unwrap();
    assert_adopted(db).await;
}

async fn a_referenced_task_cannot_be_set_aside(database: &TestDatabase) {
    let db = &database.db;
    let mut all = Vec::new();
    for n in 0..9 {
        all.push(task(db, None, &n.to_string(), "").await);
    }
    params(db, "tasksparams", all[4]).await;
    let before = ids(db).await;
    let plan = || Plan::new().orphans(Orphans::SetAside);
    let error = adopt::run(db, plan()).await.unwrap_err();
    assert_is!(error, AdoptError::Blocked { task_id, outcome: Outcome::SetAside, source }
        if *task_id == all[4] && source.kind() == FailureKind::ForeignKeyViolation);
    assert_nothing_lost(db, &before).await;
    run(db, "DELETE FROM tasksparams", []).await;
    let adoption = adopt::run(db, plan()).await.unwrap();
    assert_eq!(adoption.count("set aside"), 9);
    assert_nothing_lost(db, &before).await;
}

async fn a_lock_that_is_not_granted_times_out(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let all = sample.all.clone();
    let plan = || {
        Plan::new().duplicates(Duplicates::KeepOldest).orphans(Orphans::SetAside).name_games_by_id()
    };
    for held in [
        "SELECT count(*) FROM tasks",
        "SELECT id FROM tasks FOR UPDATE",
        "LOCK TABLE games IN SHARE UPDATE EXCLUSIVE MODE",
        "SELECT id FROM tasksparams FOR UPDATE",
    ] {
        let reader = db.begin().await.unwrap();
        run(&reader, held, []).await;
        let waits = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&waits);
        let hasty = plan().give_up_after(Duration::from_millis(300)).on_progress(move |progress| {
            *counted.lock().unwrap() += u32::from(progress.waiting);
        });
        let begun = Instant::now();
        let error = adopt::run(db, hasty).await.unwrap_err();
        assert_is!(error, AdoptError::Locked { .. });
        assert!(error.is_transient());
        assert!(*waits.lock().unwrap() > 0);
        // A few attempts of 100 ms each, with pauses.
        assert!(begun.elapsed() < Duration::from_secs(20));
        reader.rollback().await.unwrap();
        assert_nothing_lost(db, &all).await;
    }
    adopt::run(db, plan()).await.unwrap();
    assert_adopted(db).await;
    assert_nothing_lost(db, &all).await;
}

async fn a_second_adoption_is_refused(database: &TestDatabase) {
    let db = &database.db;
    let reader = db.begin().await.unwrap();
    run(&reader, "SELECT count(*) FROM tasks", []).await;
    let (waiting, mut waits) = tokio::sync::mpsc::unbounded_channel();
    let first = tokio::spawn({
        let db = db.clone();
        let plan = Plan::new().on_progress(move |progress| {
            let _ = waiting.send(progress.waiting);
        });
        async move { adopt::run(&db, plan).await }
    });
    while !waits.recv().await.unwrap() {}
    let error = adopt::run(db, Plan::new()).await.unwrap_err();
    assert_is!(error, AdoptError::AlreadyRunning);
    assert!(error.is_transient());
    reader.rollback().await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(adopt::run(db, Plan::new()).await.unwrap().steps, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_keeps_its_connections_and_settings() {
    on_game_database(async |database| {
        let small = database.second_pool().await;
        let settings =
            "SELECT string_agg(name || '=' || setting, ',' ORDER BY name) FROM pg_settings
                        WHERE name NOT IN ('transaction_isolation')";
        let before: Vec<String> = column(&small, settings, []).await;
        adopt::inspect(&small).await.unwrap();
        adopt::run(&small, Plan::new()).await.unwrap();
        {
            let cut_off = adopt::run(&small, Plan::new());
            let _ = tokio::time::timeout(Duration::from_millis(2), cut_off).await;
        }
        assert_eq!(column::<_, String>(&small, settings, []).await, before);
        let locks =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
        assert_eq!(column::<_, i64>(&small, locks, []).await, [0]);
    })
    .await;
}

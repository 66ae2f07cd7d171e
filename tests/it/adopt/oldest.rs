//! The oldest task of a group of duplicates is the same in the report and in the run, whichever
//! timestamps are null or equal, and the audit table keeps the original rows.

use super::game::{game, params, task, text_of};
use super::game_cases;
use crate::support::{TestDatabase, assert_is, column, run};
use game_tasks::adopt::{self, AUDIT_TABLE, Duplicates, Incompatibility, Outcome, Plan};
use game_tasks::sea_orm::DatabaseConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

game_cases!(
    merging_keeps_the_reported_oldest,
    renaming_keeps_the_reported_oldest,
    a_taken_name_of_the_audit_table_is_refused
);

/// Values of a timestamp column: two times, and null.
const MOMENTS: [&str; 3] = ["'2020-01-01'", "'2021-01-01'", "NULL"];

/// Inserts a group for every combination of timestamps of three tasks, so that filling could change
/// their order, groups with nulls in other columns, and one group that is too large for one
/// transaction. Returns the rows.
async fn fill(db: &DatabaseConnection) -> BTreeMap<Uuid, String> {
    let game = game(db, "game", None).await;
    let stamps: Vec<String> = MOMENTS
        .iter()
        .flat_map(|created| {
            MOMENTS.map(|updated| format!("created_at = {created}, updated_at = {updated}"))
        })
        .collect();
    let mut ids = Vec::new();
    for (n, first) in stamps.iter().enumerate() {
        for (m, second) in stamps.iter().enumerate() {
            let name = format!("{n} {m}");
            for stamps in [first, second] {
                ids.push(task(db, Some(game), &name, stamps).await);
            }
        }
    }
    for n in 0..120 {
        let created = if n == 119 { "'2021-01-01'" } else { "NULL" };
        ids.push(task(db, Some(game), "many", &format!("created_at = {created}")).await);
    }
    // In some rows the API key and the user are null as well.
    let null = "UPDATE tasks SET \"apiKey_used\" = NULL, oauth_user_id = NULL WHERE id = ?";
    for id in ids.iter().step_by(3) {
        run(db, null, [(*id).into()]).await;
    }
    let mut rows = BTreeMap::new();
    for id in ids {
        let row = "SELECT to_jsonb(t)::text FROM tasks t WHERE id = ?";
        rows.insert(id, text_of(db, row, id).await.unwrap());
    }
    rows
}

async fn the_reported_oldest_is_kept(database: &TestDatabase, decision: Duplicates) {
    let db = &database.db;
    let rows = fill(db).await;
    let found = adopt::inspect(db).await.unwrap();
    assert_eq!(found.duplicates.count, 82);
    for group in &found.duplicates.groups {
        params(db, "tasksparams", group.ids[0]).await;
    }
    let references = adopt::inspect(db).await.unwrap().references;
    let references = references.iter().find(|one| one.table == "public.tasksparams").unwrap();
    assert_eq!((references.rows, references.to_duplicates), (82, 0));
    let adoption = adopt::run(db, Plan::new().duplicates(decision)).await.unwrap();
    for group in &found.duplicates.groups {
        let (oldest, others) = group.ids.split_first().unwrap();
        let of = |id: &Uuid| {
            let mut all = adoption.resolved.iter().filter(|one| one.task_id == *id);
            let outcome = all.next().unwrap().outcome.clone();
            assert!(all.next().is_none());
            outcome
        };
        assert_eq!(of(oldest), Outcome::Kept, "{}", rows[oldest]);
        for id in others {
            match decision {
                Duplicates::Rename => assert_is!(of(id), Outcome::Renamed { .. }),
                _ => assert_is!(of(id), Outcome::Merged { into, .. } if into == oldest),
            }
        }
    }
    for (id, row) in &rows {
        let kept = format!("SELECT \"row\"::text FROM {AUDIT_TABLE} WHERE task_id = ?");
        assert_eq!(text_of(db, &kept, *id).await.as_ref(), Some(row));
    }
    // The remaining rows have their nulls filled from the row's other timestamp.
    let filled = format!(
        "SELECT count(*) FROM tasks t JOIN {AUDIT_TABLE} r ON r.task_id = t.id \
         WHERE t.created_at IS DISTINCT FROM coalesce((r.\"row\" ->> 'created_at')::timestamptz, \
         (r.\"row\" ->> 'updated_at')::timestamptz, t.created_at)"
    );
    assert_eq!(column::<_, i64>(db, &filled, []).await, [0]);
    game_tasks::migrate(db).await.unwrap();
}

async fn merging_keeps_the_reported_oldest(database: &TestDatabase) {
    the_reported_oldest_is_kept(database, Duplicates::KeepOldest).await;
}

async fn renaming_keeps_the_reported_oldest(database: &TestDatabase) {
    the_reported_oldest_is_kept(database, Duplicates::Rename).await;
}

async fn a_taken_name_of_the_audit_table_is_refused(database: &TestDatabase) {
    let db = &database.db;
    for (make, drop) in [
        ("CREATE TABLE game_tasks_adopted (id integer)", "DROP TABLE game_tasks_adopted"),
        ("CREATE VIEW game_tasks_adopted AS SELECT 1", "DROP VIEW game_tasks_adopted"),
        ("CREATE TYPE game_tasks_adopted AS ENUM ('a')", "DROP TYPE game_tasks_adopted"),
    ] {
        run(db, make, []).await;
        let error = adopt::run(db, Plan::new()).await.unwrap_err();
        assert_is!(error, adopt::AdoptError::IncompatibleSchema { column, reason: Incompatibility::NameTaken, .. }
            if column.as_deref() == Some(AUDIT_TABLE));
        run(db, drop, []).await;
    }
    adopt::run(db, Plan::new()).await.unwrap();
}

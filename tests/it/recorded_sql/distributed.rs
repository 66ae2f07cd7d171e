//! What Citus accepts, which no package archive has: rules that the statements for PostgreSQL keep.

use super::{Recorder, TIME_LIMIT, calls};
use crate::support::{
    Backend, Intercepted, Interceptor, TestDatabase, column, imitate_citus,
    on_empty_database_within, run, tests_on, try_run,
};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{
    ConnectionTrait, DbErr, RuntimeErr, SqlxError, Statement, TransactionTrait,
};
use game_tasks::{
    Game, NewTask, OnExisting, Retry, SeaOrmTaskRepository, TaskConnection, TaskFilter, TaskKey,
    TaskPatch, TaskRepository, TaskRepositoryExt,
};
use std::sync::atomic::{AtomicUsize, Ordering};

macro_rules! rules {
    ($($rule:ident),+ $(,)?) => {$(
        tests_on!(
            [postgres Postgres],
            $rule,
            |on| super::on_empty_database_within(super::TIME_LIMIT, on, 2, super::$rule)
        );
    )+};
}

rules!(
    writes_call_immutable_functions_only,
    bulk_creation_states_the_type_of_each_parameter,
    bulk_creation_has_no_correlated_subquery,
    nothing_is_sent_with_on_conflict,
    a_diagnosis_has_no_subquery_beside_its_rows,
    lists_of_several_games_cast_no_column,
    bulk_changes_of_a_distributed_table_lock_no_rows,
    finding_out_whether_the_table_is_distributed_fails,
);

/// The texts of all statements on tasks and games.
async fn statements(database: &TestDatabase) -> Vec<String> {
    assert_eq!(database.backend, Backend::Postgres);
    let mut recorder = Recorder::new(database);
    calls::migrations(&mut recorder).await;
    calls::repository(&mut recorder).await;
    let mut texts: Vec<String> = recorder.seen.into_keys().collect();
    texts.retain(|text| {
        let names_columns = [r#""externalTaskId""#, r#""externalGameId""#];
        names_columns.iter().any(|column| text.contains(column)) && !text.starts_with("CREATE")
    });
    texts.sort();
    assert!(texts.len() > 50, "{}", texts.len());
    texts
}

/// Inserts of many rows, which have a common table expression.
async fn bulk_inserts(database: &TestDatabase) -> Vec<String> {
    let mut texts = statements(database).await;
    texts.retain(|text| text.starts_with("INSERT") && text.contains("WITH r AS"));
    assert!(texts.len() > 5, "{}", texts.len());
    texts
}

/// A function that depends on a setting, such as a timestamp plus an interval, may have another
/// result on each node.
async fn writes_call_immutable_functions_only(database: &TestDatabase) {
    if !database.is_postgres_since(14, "SQL functions whose body is stored as a tree").await {
        return;
    }
    let mut writes = statements(database).await;
    writes.retain(|text| ["INSERT INTO", "UPDATE", "DELETE"].iter().any(|w| text.contains(w)));
    assert!(writes.len() > 20, "{}", writes.len());
    for text in writes {
        let transaction = database.db.begin().await.unwrap();
        run(&transaction, &format!("PREPARE probe AS {text}"), []).await;
        let types = "SELECT array_to_string(parameter_types::text[], ', ') \
                     FROM pg_prepared_statements WHERE name = 'probe'";
        let types: Vec<String> = column(&transaction, types, []).await;
        let create = format!(
            "CREATE FUNCTION probe({}) RETURNS void LANGUAGE sql BEGIN ATOMIC {text}; END",
            types[0]
        );
        run(&transaction, &create, []).await;
        let others: Vec<String> = column(
            &transaction,
            r"SELECT DISTINCT f.oid::regprocedure::text FROM pg_proc p,
              regexp_matches(p.prosqlbody::text, ':(funcid|opfuncid) (\d+)', 'g') m
              JOIN pg_proc f ON f.oid = m[2]::oid
              WHERE p.proname = 'probe' AND f.provolatile <> 'i'",
            [],
        )
        .await;
        assert_eq!(others, Vec::<String>::new(), "{text}");
        run(&transaction, "DEALLOCATE probe", []).await;
        transaction.rollback().await.unwrap();
    }
}

/// A worker cannot determine the type of a parameter that it is sent within a subquery.
async fn bulk_creation_states_the_type_of_each_parameter(database: &TestDatabase) {
    for text in bulk_inserts(database).await {
        for (at, _) in text.match_indices('$') {
            let (before, after) = text.split_at(at);
            let after = after[1..].trim_start_matches(|c: char| c.is_ascii_digit());
            assert!(before.ends_with("CAST(") && after.starts_with(" AS "), "{after}\n{text}");
        }
    }
}

/// "correlated subqueries are not supported when the FROM clause contains a CTE", and "complex joins are
/// only supported when all distributed tables are co-located and joined on their distribution columns"
async fn bulk_creation_has_no_correlated_subquery(database: &TestDatabase) {
    for text in bulk_inserts(database).await {
        for part in text.split("EXISTS (").skip(1) {
            assert!(!part.starts_with(r#"SELECT 1 FROM "tasks""#), "{part}\n{text}");
        }
        assert!(!text.contains(r#"LEFT JOIN "tasks""#), "{text}");
    }
}

/// Workers are sent the text that follows as it is, without the values of parameters, and cannot look up
/// other shards.
async fn nothing_is_sent_with_on_conflict(database: &TestDatabase) {
    let mut upserts = statements(database).await;
    upserts.retain(|text| text.contains("DO UPDATE"));
    assert!(upserts.len() > 5, "{}", upserts.len());
    for text in upserts {
        let (_, action) = text.split_once("ON CONFLICT").unwrap();
        let (action, _) = action.split_once("RETURNING").unwrap();
        assert!(!action.contains('$') && !action.contains("SELECT"), "{action}\n{text}");
    }
}

/// "correlated subqueries are not supported when the FROM clause contains a CTE or subquery", and a table
/// that is outer joined to rows that are sent is copied to one node first.
async fn a_diagnosis_has_no_subquery_beside_its_rows(database: &TestDatabase) {
    let mut diagnoses = statements(database).await;
    diagnoses.retain(|text| text.contains("AS taken"));
    assert!(diagnoses.len() > 3, "{}", diagnoses.len());
    for text in diagnoses {
        assert!(!text.contains("EXISTS"), "{text}");
        assert!(!text.contains(r#"LEFT JOIN "tasks""#), "{text}");
        let (games, _) = text.split_once("UNION ALL").unwrap();
        assert!(games.contains(r#"LEFT JOIN "games" g ON g."id" = "tasks"."gameId""#), "{text}");
    }
}

/// "attribute 4 of type record has wrong type"
async fn lists_of_several_games_cast_no_column(database: &TestDatabase) {
    let mut lists = statements(database).await;
    // The games that a scope looks up are those of all shards.
    let of_a_game =
        |text: &str| text.contains(r#""gameId" = $"#) && !text.contains(r#"FROM "games""#);
    lists.retain(|text| text.contains("ORDER BY") && !of_a_game(text));
    lists.retain(|text| text.starts_with("SELECT") && !text.contains("unnest"));
    assert!(lists.len() > 2, "{}", lists.len());
    for text in lists {
        assert!(!text.contains("::text"), "{text}");
    }
}

/// How a statement that locks rows fails on Citus, before it writes: as what is not supported, and, if
/// it names a game and keys, since nodes exchange the keys in different formats (13.2).
const REFUSALS: [&str; 2] = ["SELECT count(*) FROM tasks FOR UPDATE", "SELECT uuid 'PGCOPY'"];

/// A connection to tables that are distributed: a statement that locks rows of them fails. In a
/// transaction that aborts it.
struct Distributed<'d, C> {
    connection: &'d C,
    refusal: &'static str,
    refused: AtomicUsize,
    asked: AtomicUsize,
    /// Whether the connection is lost when it is asked whether the table is distributed.
    asking_fails: bool,
}

impl<C: ConnectionTrait> Interceptor for Distributed<'_, C> {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let asks = statement.sql.contains("pg_dist_partition");
        self.asked.fetch_add(usize::from(asks), Ordering::Relaxed);
        if asks && self.asking_fails {
            let lost = SqlxError::Io(std::io::ErrorKind::ConnectionReset.into());
            return Box::pin(async { Err(DbErr::Query(RuntimeErr::SqlxError(lost.into()))) });
        }
        if !statement.sql.contains(r#"UPDATE OF "tasks""#) {
            return call;
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { Err(try_run(self.connection, self.refusal, []).await.unwrap_err()) })
    }
}

/// "could not run distributed query with FOR UPDATE/SHARE commands"
async fn bulk_changes_of_a_distributed_table_lock_no_rows(database: &TestDatabase) {
    let database = &database.directly().await;
    if !database.is_postgres_since(13, "system catalogs that a session can change").await {
        return;
    }
    game_tasks::migrate(&database.db).await.unwrap();
    imitate_citus(database).await;
    for distributed in [false, true] {
        if distributed {
            let superuser = database.pool_of("postgres").await;
            let list = "INSERT INTO pg_dist_partition VALUES ('tasks'::regclass, 'h', 'gameId')";
            run(&superuser, list, []).await;
            superuser.close().await.unwrap();
        }
        for refusal in REFUSALS {
            let db = on_distributed(&database.db, refusal);
            let tasks = SeaOrmTaskRepository::new(&db);
            let outcome = change_everything(database, &tasks).await;
            assert_eq!(outcome.is_ok(), distributed, "{outcome:?}");
            assert_eq!(db.interceptor.refused.load(Ordering::Relaxed), 1);
            assert_eq!(db.interceptor.asked.load(Ordering::Relaxed), 2);
        }
    }
    // A statement that is refused would abort the transaction.
    let transaction = database.db.begin().await.unwrap();
    let db = on_distributed(&transaction, REFUSALS[0]);
    change_everything(database, &SeaOrmTaskRepository::new(&db)).await.unwrap();
    assert_eq!(db.interceptor.refused.load(Ordering::Relaxed), 0);
    assert_eq!(db.interceptor.asked.load(Ordering::Relaxed), 2);
    transaction.commit().await.unwrap();
}

fn on_distributed<'c, C: ConnectionTrait + TaskConnection>(
    connection: &'c C,
    refusal: &'static str,
) -> Intercepted<&'c C, Distributed<'c, C>> {
    let (refused, asked, asking_fails) = Default::default();
    Intercepted::new(connection, Distributed { connection, refusal, refused, asked, asking_fails })
}

/// The call has written nothing, and its statement does not say that the table is distributed.
async fn finding_out_whether_the_table_is_distributed_fails(database: &TestDatabase) {
    game_tasks::migrate(&database.db).await.unwrap();
    for refusal in REFUSALS {
        let mut db = on_distributed(&database.db, refusal);
        db.interceptor.asking_fails = true;
        let filter = TaskFilter::keys([uuid::Uuid::nil()]);
        let tasks = SeaOrmTaskRepository::new(&db);
        let error = tasks.delete_many(filter).await.unwrap_err();
        assert_eq!(error.retry(), Retry::Call, "{error:?}");
    }
}

/// Bulk changes of each kind, whose results must be exact.
async fn change_everything(
    database: &TestDatabase,
    tasks: &impl TaskRepository,
) -> Result<(), game_tasks::TaskError> {
    let game = Game::new(uuid::Uuid::now_v7().to_string()).insert(&database.db).await.unwrap().id;
    let new = (0..6).map(|n| NewTask::new(game, format!("{n}")));
    // Another repository, since creation must not be what finds out.
    let created = SeaOrmTaskRepository::new(database.db.clone())
        .create_all(new, OnExisting::Fail)
        .await
        .unwrap();
    let ids: Vec<_> = created.iter().map(|outcome| outcome.task().id).collect();
    let keys = [
        TaskKey::from(ids[0]),
        TaskKey::from((game, ids[1])),
        TaskKey::from((game, "2")),
        TaskKey::from((game, "0")),
    ];
    let patch = |status: &str| TaskPatch::new().status(status);
    let mixed = TaskFilter::keys(keys.clone());
    assert_eq!(tasks.update_many(mixed, patch("mixed")).await?, 3);
    for key in &keys[..3] {
        let one = TaskFilter::keys([key.clone()]);
        assert_eq!(tasks.update_many(one, patch("one")).await?, 1);
    }
    let open = TaskFilter::in_game(game).statuses(["open"]);
    assert_eq!(tasks.update_many(open, patch("rest")).await?, 3);
    let all = TaskFilter::all().statuses(["rest"]);
    assert_eq!(tasks.update_many(all, patch("all")).await?, 3);
    assert_eq!(tasks.delete_many(TaskFilter::keys(keys)).await?, 3);
    let left = TaskFilter::in_game(game).statuses(["all"]);
    assert_eq!(tasks.delete_many(left).await?, 3);
    assert_eq!(tasks.count(TaskFilter::in_game(game)).await?, 0);
    Ok(())
}

//! What Citus accepts, which no package archive has: rules that the statements for PostgreSQL keep.

use super::{Recorder, TIME_LIMIT, calls};
use crate::support::{Backend, TestDatabase, column, on_empty_database_within, run, tests_on};
use game_tasks::sea_orm::TransactionTrait;

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
    lists_of_several_games_cast_no_column,
);

/// The texts of all statements on tasks.
async fn statements(database: &TestDatabase) -> Vec<String> {
    assert_eq!(database.backend, Backend::Postgres);
    let mut recorder = Recorder::new(database);
    calls::migrations(&mut recorder).await;
    calls::repository(&mut recorder).await;
    let mut texts: Vec<String> = recorder.seen.into_keys().collect();
    texts.retain(|text| text.contains(r#""externalTaskId""#) && !text.starts_with("CREATE"));
    texts.sort();
    assert!(texts.len() > 50, "{}", texts.len());
    texts
}

/// Inserts of many rows, which have a common table expression.
async fn bulk_inserts(database: &TestDatabase) -> Vec<String> {
    let mut texts = statements(database).await;
    texts.retain(|text| text.contains("WITH r AS"));
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

/// "correlated subqueries are not supported when the FROM clause contains a CTE"
async fn bulk_creation_has_no_correlated_subquery(database: &TestDatabase) {
    for text in bulk_inserts(database).await {
        for part in text.split("EXISTS (").skip(1) {
            assert!(!part.starts_with(r#"SELECT 1 FROM "tasks""#), "{part}\n{text}");
        }
    }
}

/// "attribute 4 of type record has wrong type"
async fn lists_of_several_games_cast_no_column(database: &TestDatabase) {
    let mut lists = statements(database).await;
    lists.retain(|text| text.contains("ORDER BY") && !text.contains(r#""gameId" = $"#));
    lists.retain(|text| text.starts_with("SELECT") && !text.contains("unnest"));
    assert!(lists.len() > 2, "{}", lists.len());
    for text in lists {
        assert!(!text.contains("::text"), "{text}");
    }
}

//! The tables that the migrations create: columns, types, defaults, constraints and indexes, as each
//! database's catalogs describe them.

use crate::support::{Backend, TestDatabase, column, database_cases, rows, run};
use game_tasks::sea_orm::QueryResult;
use game_tasks::{Game, NewTask, SeaOrmTaskRepository, TaskRepositoryExt};

database_cases!(
    columns_of_tasks,
    columns_of_games,
    indexes_of_tasks,
    indexes_of_games,
    tasks_refer_to_games,
    values_are_stored_as_other_writers_store_them,
);

/// A column in the catalogs: name, type, nullability, default.
type Described = (String, String, bool, Option<String>);

async fn columns(database: &TestDatabase, table: &str) -> Vec<Described> {
    let query = match database.backend {
        Backend::Postgres => {
            r"SELECT a.attname::text,
                     format_type(a.atttypid, a.atttypmod)
                         || coalesce(' ' || nullif(c.collname::text, 'default'), ''),
                     NOT a.attnotnull,
                     pg_get_expr(d.adbin, d.adrelid)
              FROM pg_attribute a
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
              LEFT JOIN pg_collation c ON c.oid = a.attcollation
              WHERE a.attrelid = CAST(? AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
              ORDER BY a.attnum"
        }
        Backend::MariaDb | Backend::MySql => {
            r"SELECT CAST(column_name AS CHAR CHARACTER SET utf8mb4),
                     CAST(concat(column_type, coalesce(concat(' ', collation_name), ''))
                          AS CHAR CHARACTER SET utf8mb4),
                     is_nullable = 'YES',
                     CAST(column_default AS CHAR CHARACTER SET utf8mb4)
              FROM information_schema.columns
              WHERE table_schema = DATABASE() AND table_name = ?
              ORDER BY ordinal_position"
        }
        _ => {
            r#"SELECT name, lower(type), "notnull" = 0, dflt_value
               FROM pragma_table_info(?) ORDER BY cid"#
        }
    };
    let describe = |row: &QueryResult| -> Described {
        let nullable = row.try_get_by_index(2).unwrap_or_else(|_| {
            let number: i64 = row.try_get_by_index(2).unwrap();
            number != 0
        });
        let default: Option<String> = row.try_get_by_index(3).unwrap();
        // MariaDB reports `NULL` for a nullable column without a default.
        let default = default.filter(|default| default != "NULL");
        (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap(), nullable, default)
    };
    rows(&database.db, query, [table.into()]).await.iter().map(describe).collect()
}

/// What a column holds, whatever its type is called.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Uuid,
    Time,
    Text,
    NullableText,
    /// A text with this default.
    Defaulting(&'static str),
}

fn assert_column(backend: Backend, described: &Described, name: &str, kind: Kind) {
    let (described_name, described_type, nullable, default) = described;
    assert_eq!(described_name, name);
    assert_eq!(*nullable, kind == Kind::NullableText, "{name}");
    let (uuid, time, text) = match backend {
        Backend::Postgres => ("uuid", "timestamp(6) with time zone", "character varying(255) C"),
        Backend::MariaDb => ("binary(16)", "datetime(6)", "varchar(255) utf8mb4_nopad_bin"),
        Backend::MySql => ("binary(16)", "datetime(6)", "varchar(255) utf8mb4_0900_bin"),
        _ => ("blob", "text", "text"),
    };
    let expected = match kind {
        Kind::Uuid => uuid,
        Kind::Time => time,
        _ => text,
    };
    assert_eq!(described_type, expected, "{name}");
    match (kind, default) {
        (Kind::Time, Some(default)) => {
            let now = match backend {
                Backend::Postgres => "current_timestamp",
                Backend::MariaDb | Backend::MySql => "utc_timestamp(6)",
                _ => "replace(strftime('%y-%m-%dt%h:%m:%f+00:00', 'now'), '.000+', '+')",
            };
            assert_eq!(default.to_lowercase().replace("','", "', '"), now, "{name}");
        }
        (Kind::Defaulting(value), Some(default)) => {
            let literal = default.trim_end_matches("::character varying");
            // MySQL's catalogs show texts without quotes.
            let quote = if backend == Backend::MySql { "" } else { "'" };
            assert_eq!(literal, format!("{quote}{value}{quote}"), "{name}");
        }
        (Kind::Uuid | Kind::Text | Kind::NullableText, None) => {}
        _ => panic!("{name} has the default {default:?}"),
    }
}

async fn assert_columns(database: &TestDatabase, table: &str, expected: &[(&str, Kind)]) {
    let described = columns(database, table).await;
    assert_eq!(described.len(), expected.len(), "{described:?}");
    for (described, (name, kind)) in described.iter().zip(expected) {
        assert_column(database.backend, described, name, *kind);
    }
}

async fn columns_of_tasks(database: &TestDatabase) {
    let expected = [
        ("id", Kind::Uuid),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
        ("apiKey_used", Kind::NullableText),
        ("oauth_user_id", Kind::NullableText),
        ("externalTaskId", Kind::Text),
        ("gameId", Kind::Uuid),
        ("strategyId", Kind::Defaulting("default")),
        ("status", Kind::Defaulting("open")),
    ];
    assert_columns(database, "tasks", &expected).await;
}

async fn columns_of_games(database: &TestDatabase) {
    let expected = [
        ("id", Kind::Uuid),
        ("created_at", Kind::Time),
        ("updated_at", Kind::Time),
        ("externalGameId", Kind::Text),
        ("strategyId", Kind::Defaulting("default")),
        ("platform", Kind::NullableText),
        ("apiKey_used", Kind::NullableText),
        ("oauth_user_id", Kind::NullableText),
    ];
    assert_columns(database, "games", &expected).await;
}

/// The indexes of a table, sorted: whether unique, and the columns in order.
async fn indexes(database: &TestDatabase, table: &str) -> Vec<(bool, String)> {
    let query = match database.backend {
        Backend::Postgres => {
            r"SELECT i.indisunique AS is_unique,
                     (SELECT string_agg(a.attname::text, ',' ORDER BY k.place)
                      FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number)
              FROM pg_index i WHERE i.indrelid = CAST(? AS regclass)
                AND i.indpred IS NULL AND i.indexprs IS NULL"
        }
        Backend::MariaDb | Backend::MySql => {
            r"SELECT max(non_unique) = 0,
                     CAST(group_concat(column_name ORDER BY seq_in_index)
                          AS CHAR CHARACTER SET utf8mb4)
              FROM information_schema.statistics
              WHERE table_schema = DATABASE() AND table_name = ? GROUP BY index_name"
        }
        _ => {
            r#"SELECT "unique" = 1,
                      (SELECT group_concat(coalesce(i.name, 'expression'), ',')
                       FROM pragma_index_info(l.name) i)
               FROM pragma_index_list(?) l"#
        }
    };
    let rows = rows(&database.db, query, [table.into()]).await;
    let mut indexes: Vec<(bool, String)> = rows
        .iter()
        .map(|row| {
            let is_unique = row.try_get_by_index(0).unwrap_or_else(|_| {
                let number: i64 = row.try_get_by_index(0).unwrap();
                number != 0
            });
            (is_unique, row.try_get_by_index(1).unwrap())
        })
        .collect();
    indexes.sort();
    indexes
}

async fn indexes_of_tasks(database: &TestDatabase) {
    let indexes = indexes(database, "tasks").await;
    assert!(indexes.len() <= 3, "every index slows every write: {indexes:?}");
    let unique: Vec<&str> =
        indexes.iter().filter(|(unique, _)| *unique).map(|(_, columns)| &**columns).collect();
    assert_eq!(unique, ["gameId,externalTaskId", "id"]);
    let listing: Vec<&str> =
        indexes.iter().filter(|(unique, _)| !unique).map(|(_, columns)| &**columns).collect();
    // On SQLite the index is on the normalised timestamp.
    let created_at = if database.backend.is_sqlite() { "expression" } else { "created_at" };
    let starts = format!("gameId,{created_at}");
    assert!(listing.iter().all(|columns| columns.starts_with(&starts)), "{listing:?}");
}

async fn indexes_of_games(database: &TestDatabase) {
    let expected = [(true, "externalGameId".to_owned()), (true, "id".to_owned())];
    assert_eq!(indexes(database, "games").await, expected);
}

async fn tasks_refer_to_games(database: &TestDatabase) {
    let query = match database.backend {
        Backend::Postgres => {
            r"SELECT CAST(confrelid::regclass AS text) || ' ' || confdeltype::text
              FROM pg_constraint WHERE contype = 'f' AND conrelid = 'tasks'::regclass"
        }
        Backend::MariaDb | Backend::MySql => {
            r"SELECT CAST(concat(referenced_table_name, ' ', delete_rule)
                          AS CHAR CHARACTER SET utf8mb4)
              FROM information_schema.referential_constraints
              WHERE constraint_schema = DATABASE() AND table_name = 'tasks'"
        }
        _ => r#"SELECT "table" || ' ' || on_delete FROM pragma_foreign_key_list('tasks')"#,
    };
    let referred: Vec<String> = column(&database.db, query, []).await;
    let [referred] = &referred[..] else { panic!("one foreign key: {referred:?}") };
    let (table, rule) = referred.split_once(' ').unwrap();
    assert_eq!(table, "games");
    assert!(["a", "r", "NO ACTION", "RESTRICT"].contains(&rule), "{rule}");
}

/// Programs that read the tables without the crate find UUIDs and times as SeaORM and GAME store them.
async fn values_are_stored_as_other_writers_store_them(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    tasks.create(NewTask::new(game.id, "crate")).await.unwrap();
    let insert = r#"INSERT INTO tasks (id, "externalTaskId", "gameId") VALUES (?, 'plain', ?)"#;
    run(db, insert, [crate::support::unordered_id().into(), game.id.into()]).await;
    let query = match database.backend {
        Backend::Postgres => {
            r#"SELECT pg_typeof(id) || ' ' || pg_typeof("gameId") || ' ' || pg_typeof(created_at)
               FROM tasks"#
        }
        Backend::MariaDb | Backend::MySql => {
            r#"SELECT CAST(concat(length(id), ' ', length("gameId"), ' ', second(created_at) < 60)
                           AS CHAR CHARACTER SET utf8mb4) FROM tasks"#
        }
        // 19 characters up to the second, an optional fraction, and the offset.
        _ => {
            r#"SELECT typeof(id) || length(id) || ' ' || typeof("gameId") || length("gameId") || ' '
                      || (substr(created_at, 11, 1) || substr(created_at, -6)
                          || (length(created_at) IN (25, 29, 32))
                          || (substr(created_at, 20, 1) IN ('.', '+')))
               FROM tasks"#
        }
    };
    let expected = match database.backend {
        Backend::Postgres => "uuid uuid timestamp with time zone",
        Backend::MariaDb | Backend::MySql => "16 16 1",
        _ => "blob16 blob16 T+00:0011",
    };
    let stored: Vec<String> = column(db, query, []).await;
    assert_eq!(stored, [expected, expected]);
}

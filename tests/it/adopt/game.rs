//! GAME's database: its schema, sample rows, and the statements of its Python code.

use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, column, on_empty_database, rows, run, try_run,
    unordered_id,
};
use game_tasks::adopt::{self, Adoption, Outcome, Plan};
use game_tasks::sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, ExecResult};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The public part of the API key in GAME's rows.
pub(crate) const KEY: &str = "gme_live_abc12345";

pub(crate) async fn on_game_database(case: impl AsyncFnOnce(&TestDatabase)) {
    on_empty_database(Backend::Postgres, DEFAULT_CONNECTIONS, async |database| {
        let database = database.directly().await;
        load_schema(&database.db).await;
        case(&database).await;
    })
    .await;
}

/// GAME's schema, an API key, and a table of users' points that refers to tasks.
pub(crate) async fn load_schema(db: &DatabaseConnection) {
    db.execute_unprepared(include_str!("../../fixtures/game_schema.sql")).await.unwrap();
    db.execute_unprepared(
        r#"CREATE TABLE userpoints (id uuid PRIMARY KEY, points integer,
               "taskId" uuid REFERENCES tasks (id));"#,
    )
    .await
    .unwrap();
    let key =
        r#"INSERT INTO apikey (id, "apiKey", "apiKeyHash") VALUES (gen_random_uuid(), ?, 'hash')"#;
    run(db, key, [KEY.into()]).await;
}

/// Adopts an empty database.
pub(crate) async fn adopted(db: &DatabaseConnection) {
    load_schema(db).await;
    adopt::run(db, Plan::new()).await.unwrap();
}

pub(crate) async fn game(db: &DatabaseConnection, name: &str, strategy: Option<&str>) -> Uuid {
    let id = unordered_id();
    let insert = r#"INSERT INTO games (id, created_at, updated_at, "externalGameId", "strategyId",
                    "apiKey_used") VALUES (?, now(), now(), ?, ?, ?)"#;
    let strategy = strategy.map(str::to_owned);
    run(db, insert, [id.into(), name.into(), strategy.into(), KEY.into()]).await;
    id
}

/// Inserts a task as GAME's Python code does: with all columns and a random id.
pub(crate) async fn python_insert(
    db: &impl ConnectionTrait,
    game: Option<Uuid>,
    name: &str,
    key: &str,
) -> (Uuid, Result<ExecResult, DbErr>) {
    let id = unordered_id();
    let insert = r#"INSERT INTO tasks (id, created_at, updated_at, "externalTaskId", "gameId",
                    "strategyId", status, "apiKey_used", oauth_user_id)
                    VALUES (?, now(), now(), ?, ?, 'default', 'open', ?, NULL)"#;
    (id, try_run(db, insert, [id.into(), name.into(), game.into(), key.into()]).await)
}

/// Inserts a task, and changes it by the assignments in `set`.
pub(crate) async fn task(
    db: &DatabaseConnection,
    game: Option<Uuid>,
    name: &str,
    set: &str,
) -> Uuid {
    let (id, inserted) = python_insert(db, game, name, KEY).await;
    inserted.unwrap();
    if !set.is_empty() {
        run(db, &format!("UPDATE tasks SET {set} WHERE id = ?"), [id.into()]).await;
    }
    id
}

pub(crate) async fn params(db: &DatabaseConnection, table: &str, task: Uuid) -> Uuid {
    let id = unordered_id();
    let insert = format!(r#"INSERT INTO {table} (id, "taskId") VALUES (?, ?)"#);
    run(db, &insert, [id.into(), task.into()]).await;
    id
}

/// Every kind of row that GAME's README describes.
pub(crate) struct SampleRows {
    /// With the strategy `socio_bee`, with none, and with `default`.
    pub(crate) games: [Uuid; 3],
    pub(crate) game_without_external_id: Uuid,
    pub(crate) all: BTreeSet<Uuid>,
    /// Without both timestamps, without `created_at`, without `updated_at`.
    pub(crate) without_timestamps: [Uuid; 3],
    pub(crate) orphans: [Uuid; 2],
    /// The groups, each with the oldest first.
    pub(crate) duplicates: Vec<Vec<Uuid>>,
    pub(crate) empty: Vec<Uuid>,
    pub(crate) blank: Uuid,
    pub(crate) long: Uuid,
    pub(crate) control: Uuid,
    /// The references to duplicates: table, row, and the group's index.
    pub(crate) references: Vec<(&'static str, Uuid, usize)>,
}

impl SampleRows {
    pub(crate) async fn fill(db: &DatabaseConnection) -> Self {
        let bees = game(db, "bees", Some("socio_bee")).await;
        let none = game(db, "none", None).await;
        let plain = game(db, "plain", Some("default")).await;
        run(
            db,
            "UPDATE games SET created_at = NULL, updated_at = NULL WHERE id = ?",
            [none.into()],
        )
        .await;
        let game_without_external_id = unordered_id();
        run(db, "INSERT INTO games (id) VALUES (?)", [game_without_external_id.into()]).await;
        let one = async |game, name: &str, set: &str| task(db, game, name, set).await;
        let (in_bees, in_none, in_plain) = (Some(bees), Some(none), Some(plain));
        let without_timestamps = [
            one(in_bees, "without_timestamps", "created_at = NULL, updated_at = NULL").await,
            one(in_bees, "uncreated", "created_at = NULL, updated_at = '2024-05-06T07:08:09Z'")
                .await,
            one(in_bees, "never updated", "updated_at = NULL, created_at = '2024-01-02T03:04:05Z'")
                .await,
        ];
        let orphans = [one(None, "orphans", "").await, one(None, "orphans", "").await];
        // The oldest is neither the first one inserted nor the one with the lowest id. A task without
        // `created_at` counts as newest.
        let dup = [
            one(in_bees, "dup", "created_at = '2024-03-01'").await,
            one(in_bees, "dup", "created_at = '2023-03-01', \"strategyId\" = 'socio_bee'").await,
            one(in_bees, "dup", "created_at = NULL, updated_at = NULL").await,
        ];
        let empty = vec![
            one(in_none, "", "created_at = '2022-01-01'").await,
            one(in_none, "", "created_at = '2022-01-02'").await,
        ];
        let long = "x".repeat(300);
        let duplicates = vec![vec![dup[1], dup[0], dup[2]], empty.clone()];
        let mut references = Vec::new();
        for (number, group) in duplicates.iter().enumerate() {
            for id in group {
                for table in ["tasksparams", "userpoints"] {
                    references.push((table, params(db, table, *id).await, number));
                }
            }
        }
        let mut sample = Self {
            games: [bees, none, plain],
            game_without_external_id,
            all: BTreeSet::new(),
            without_timestamps,
            orphans,
            duplicates,
            empty,
            blank: one(in_plain, " \u{3000}", "").await,
            long: one(in_plain, &long, "").await,
            control: one(in_plain, "a\nb", "").await,
            references,
        };
        // Not duplicates: another game, another case, a trailing blank.
        for (game, name) in [(in_plain, "dup"), (in_bees, "Dup"), (in_bees, "dup "), (in_none, "é")]
        {
            one(game, name, "").await;
        }
        one(in_plain, "old status", "status = 'pending'").await;
        one(in_plain, "no status", "status = ''").await;
        one(in_plain, "custom", "\"strategyId\" = 'custom:018f6b3e-8f4a-7c62-9d1b-2a3b4c5d6e7f'")
            .await;
        one(in_bees, "unknown", "\"strategyId\" = 'nobodys'").await;
        sample.all = ids(db).await;
        sample
    }
}

pub(crate) async fn ids(db: &DatabaseConnection) -> BTreeSet<Uuid> {
    column::<_, Uuid>(db, "SELECT id FROM tasks", []).await.into_iter().collect()
}

/// The rows and definitions of all tables, as text.
pub(crate) async fn dump(db: &DatabaseConnection) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["apikey", "games", "tasks", "tasksparams", "userpoints"] {
        let select = format!("SELECT '{table} ' || t::text FROM {table} t ORDER BY 1");
        all.extend(column::<_, String>(db, &select, []).await);
    }
    all.extend(definition(db).await);
    all
}

/// The definitions of all tables in the catalogs.
pub(crate) async fn definition(db: &DatabaseConnection) -> Vec<String> {
    let mut all = Vec::new();
    for select in [
        "SELECT c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
             || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         WHERE c.relkind = 'r' ORDER BY 1",
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT pg_get_indexdef(indexrelid) || ' ' || indisvalid FROM pg_index i
         JOIN pg_class c ON c.oid = i.indexrelid AND c.relnamespace = 'public'::regnamespace
         ORDER BY 1",
    ] {
        all.extend(column::<_, String>(db, select, []).await);
    }
    all
}

/// Asserts that every task is in its table or, as JSON, in the audit table.
pub(crate) async fn assert_nothing_lost(db: &DatabaseConnection, all: &BTreeSet<Uuid>) {
    let mut found = ids(db).await;
    let made: Vec<bool> =
        column(db, "SELECT to_regclass('game_tasks_adopted') IS NOT NULL", []).await;
    if made[0] {
        let gone = r#"SELECT (r."row" ->> 'id')::uuid FROM game_tasks_adopted r
                      WHERE outcome IN ('merged', 'set aside') AND task_id = (r."row" ->> 'id')::uuid"#;
        for id in column::<_, Uuid>(db, gone, []).await {
            assert!(found.insert(id), "{id} is in both tables");
        }
    }
    assert_eq!(found.intersection(all).count(), all.len());
}

/// Asserts that the tables are as both the crate and GAME need them.
pub(crate) async fn assert_adopted(db: &DatabaseConnection) {
    game_tasks::migration::verify_schema(db).await.unwrap();
    let definition = definition(db).await;
    let has = |part: &str| definition.iter().any(|line| line.contains(part));
    for part in [
        "tasks created_at timestamp with time zone true CURRENT_TIMESTAMP",
        "tasks updated_at timestamp with time zone true CURRENT_TIMESTAMP",
        "tasks gameId uuid true",
        "tasks externalTaskId character varying true",
        "tasks strategyId character varying true 'default'",
        "tasks status character varying true 'open'",
        "games created_at timestamp with time zone true CURRENT_TIMESTAMP",
        "games updated_at timestamp with time zone true CURRENT_TIMESTAMP",
        "games externalGameId character varying true",
        "games strategyId character varying true 'default'",
        "UNIQUE INDEX uq_tasks_game_external ON public.tasks USING btree (\"gameId\", \"externalTaskId\" COLLATE \"C\") true",
        "INDEX ix_tasks_game_created ON public.tasks USING btree (\"gameId\", created_at, id) true",
        "INDEX ix_tasks_game_external_task ON public.tasks USING btree (\"gameId\", \"externalTaskId\") true",
        "INDEX ix_tasks_id ON public.tasks USING btree (id) true",
        "FOREIGN KEY (\"gameId\") REFERENCES games(id)",
        "FOREIGN KEY (\"apiKey_used\") REFERENCES apikey(\"apiKey\")",
        "FOREIGN KEY (\"taskId\") REFERENCES tasks(id)",
    ] {
        assert!(has(part), "{part} is missing: {definition:#?}");
    }
    assert!(!has("game_tasks_adopt_"), "something is left over: {definition:#?}");
    let unused =
        definition.iter().find(|line| line.contains(" INDEX ") && line.ends_with(" false"));
    assert_eq!(unused, None);
}

pub(crate) fn outcome_of(adoption: &Adoption, id: Uuid) -> Vec<&Outcome> {
    let of = adoption.resolved.iter().filter(|settled| settled.task_id == id);
    of.map(|settled| &settled.outcome).collect()
}

pub(crate) async fn text_of(db: &DatabaseConnection, select: &str, id: Uuid) -> Option<String> {
    let found = rows(db, select, [id.into()]).await;
    found.first().map(|row| row.try_get_by_index(0).unwrap())
}

//! `inspect` reports the contents of the tables, and changes nothing.

use super::game::{KEY, SampleRows, dump, game, on_game_database, python_insert, task};
use super::game_cases;
use crate::support::{
    Backend, DEFAULT_CONNECTIONS, TestDatabase, assert_is, on_empty_database, run,
};
use game_tasks::adopt::{self, AdoptError, AffectedRows, Incompatibility, Plan, Rule, Step};
use game_tasks::sea_orm::ConnectionTrait;
use game_tasks::{NewTask, ValidationReason};
use std::collections::BTreeMap;
use uuid::Uuid;

game_cases!(
    every_kind_of_row_is_reported,
    invalid_texts_are_those_that_the_crate_refuses,
    timestamps_out_of_range_are_reported,
    an_empty_database_has_no_findings,
    incompatible_schemas_are_refused
);

fn ids(found: &AffectedRows) -> Vec<Uuid> {
    assert_eq!(found.count as usize, found.ids.len());
    found.ids.clone()
}

fn sorted(ids: impl IntoIterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    ids.sort();
    ids
}

/// `run` does not change them.
async fn timestamps_out_of_range_are_reported(database: &TestDatabase) {
    let db = &database.db;
    SampleRows::fill(db).await;
    let mut tasks = Vec::new();
    for (n, value) in
        ["infinity", "-infinity", "294276-12-31 23:59:59.999999+00"].iter().enumerate()
    {
        for column in ["created_at", "updated_at"] {
            let at = format!("SELECT id FROM tasks ORDER BY id OFFSET {} LIMIT 1", tasks.len());
            let id: Uuid = crate::support::column(db, &at, []).await[0];
            let update = format!("UPDATE tasks SET {column} = '{value}' WHERE id = ?");
            run(db, &update, [id.into()]).await;
            tasks.push(id);
        }
        let update = format!(
            "UPDATE games SET updated_at = '{value}' WHERE id = \
             (SELECT id FROM games ORDER BY id OFFSET {n} LIMIT 1)"
        );
        run(db, &update, []).await;
    }
    let found = adopt::inspect(db).await.unwrap();
    assert_eq!(ids(&found.tasks_with_unreadable_timestamps), sorted(tasks));
    assert_eq!(found.games_with_unreadable_timestamps.count, 3);
    let plan = Plan::new()
        .duplicates(adopt::Duplicates::Rename)
        .orphans(adopt::Orphans::SetAside)
        .name_games_by_id();
    adopt::run(db, plan).await.unwrap();
    let after = adopt::inspect(db).await.unwrap();
    assert!(after.tasks_with_unreadable_timestamps.count > 0);
    assert_eq!(after.games_with_unreadable_timestamps, found.games_with_unreadable_timestamps);
}

async fn every_kind_of_row_is_reported(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let before = dump(db).await;
    let found = adopt::inspect(db).await.unwrap();
    assert_eq!(dump(db).await, before);
    let [bees, none, _] = sample.games;
    assert_eq!(found.tasks, sample.all.len() as u64);
    assert_eq!(found.games, 4);
    let without_timestamps = sample.without_timestamps.into_iter().chain([sample.duplicates[0][2]]);
    assert_eq!(ids(&found.tasks_without_timestamps), sorted(without_timestamps));
    assert_eq!(
        ids(&found.games_without_timestamps),
        sorted([none, sample.game_without_external_id])
    );
    assert_eq!(ids(&found.games_without_strategy), sorted([none, sample.game_without_external_id]));
    assert_eq!(ids(&found.games_without_external_id), [sample.game_without_external_id]);
    assert_eq!(ids(&found.tasks_without_game), sorted(sample.orphans));

    // Tasks without a game are not duplicates of each other.
    assert_eq!((found.duplicates.count, found.duplicates.tasks), (2, 5));
    for (at, (game, name)) in [(bees, "dup"), (none, "")].into_iter().enumerate() {
        let group = found.duplicates.groups.iter().find(|group| group.game_id == game).unwrap();
        assert_eq!(group.external_task_id, name);
        assert_eq!(group.ids, sample.duplicates[at]);
    }

    let broken: BTreeMap<_, _> = found
        .invalid_texts
        .iter()
        .map(|broken| ((broken.table, broken.column, broken.rule), ids(&broken.rows)))
        .collect();
    let no_status: Vec<Uuid> =
        crate::support::column(db, "SELECT id FROM tasks WHERE status = ''", []).await;
    let expected = BTreeMap::from([
        (("tasks", "externalTaskId", Rule::NotEmpty), sorted(sample.empty.clone())),
        (("tasks", "externalTaskId", Rule::NotBlank), vec![sample.blank]),
        (("tasks", "externalTaskId", Rule::NotTooLong), vec![sample.long]),
        (("tasks", "externalTaskId", Rule::NoControlCharacter), vec![sample.control]),
        (("tasks", "status", Rule::NotEmpty), no_status),
    ]);
    assert_eq!(broken, expected);

    let strategies: Vec<_> = found
        .strategies
        .iter()
        .map(|used| (used.strategy_id.as_str(), used.tasks, used.games, used.known))
        .collect();
    let default = found.tasks - 3;
    assert_eq!(
        strategies,
        [
            ("default", default, 1, true),
            ("socio_bee", 1, 1, true),
            ("custom:018f6b3e-8f4a-7c62-9d1b-2a3b4c5d6e7f", 1, 0, true),
            ("nobodys", 1, 0, false),
        ]
    );
    let unknown: Vec<_> =
        found.unknown_strategies(|id| id.as_str() != "socio_bee").map(|used| used.tasks).collect();
    assert_eq!(unknown, [1]);

    let references: Vec<_> = found
        .references
        .iter()
        .map(|r| (&*r.table, &*r.constraint, &*r.columns, &*r.referenced, r.rows, r.to_duplicates))
        .collect();
    let (task_id, id) = (["taskId".to_owned()], ["id".to_owned()]);
    assert_eq!(
        references,
        [
            ("public.tasksparams", "tasksparams_taskId_fkey", &task_id[..], &id[..], 5, 3),
            ("public.userpoints", "userpoints_taskId_fkey", &task_id[..], &id[..], 5, 3),
        ]
    );

    // All tasks of `bees` except for the two with their own strategy.
    let [change] = &found.inheritance_changes[..] else { panic!("{found:?}") };
    assert_eq!((change.game_id, change.external_game_id.as_deref()), (bees, Some("bees")));
    let select = r#"SELECT count(*) FROM tasks WHERE "gameId" = ? AND "strategyId" = 'default'"#;
    let expected = crate::support::rows(db, select, [bees.into()]).await;
    let expected: i64 = expected[0].try_get_by_index(0).unwrap();
    assert_eq!((change.strategy_id.as_str(), change.tasks), ("socio_bee", expected as u64));

    let all: Vec<Step> = Step::ALL.into_iter().filter(|step| *step != Step::Reference).collect();
    assert_eq!(found.steps, all);
    assert!(!format!("{found:?} {found:#?}").contains("gme_live"));
}

async fn invalid_texts_are_those_that_the_crate_refuses(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let mut texts: Vec<String> =
        (1..0x250_u32).filter_map(char::from_u32).map(String::from).collect();
    texts.extend((0x1680..0x3100_u32).filter_map(char::from_u32).map(String::from));
    texts.extend(["".to_owned(), " \t ".to_owned(), "🎉".to_owned(), "\u{feff}".to_owned()]);
    for long in ["x", "é", "🎉", " ", "\n", "\u{85}"] {
        texts.extend([254, 255, 256].map(|n| long.repeat(n)));
    }
    texts.extend([254, 255, 256].map(|n| format!("{}\u{1}", "x".repeat(n))));
    texts.extend([254, 255, 256].map(|n| format!("{}\u{9f}", "é".repeat(n))));
    let mut expected: BTreeMap<Rule, Vec<Uuid>> = BTreeMap::new();
    let insert = r#"INSERT INTO tasks (id, "externalTaskId", "gameId", "strategyId", status)
        SELECT (t ->> 0)::uuid, t ->> 1, ?, 'default', 'open' FROM json_array_elements(?::json) t"#;
    let mut all = Vec::new();
    for text in texts {
        let id = crate::support::unordered_id();
        let rule = match NewTask::new(game, text.clone()).validate() {
            Ok(()) => None,
            Err(error) => match error.reason {
                ValidationReason::Empty => Some(Rule::NotEmpty),
                ValidationReason::Blank => Some(Rule::NotBlank),
                ValidationReason::TooLong { .. } => Some(Rule::NotTooLong),
                ValidationReason::ControlCharacter { .. } => Some(Rule::NoControlCharacter),
                other => panic!("{other:?}"),
            },
        };
        if let Some(rule) = rule {
            expected.entry(rule).or_default().push(id);
        }
        all.push((id, text));
    }
    run(db, insert, [game.into(), serde_json::to_string(&all).unwrap().into()]).await;
    let found = adopt::inspect(db).await.unwrap();
    let found = found.invalid_texts.iter().filter(|broken| broken.column == "externalTaskId");
    let found: BTreeMap<Rule, Vec<Uuid>> =
        found.map(|broken| (broken.rule, ids(&broken.rows))).collect();
    expected.values_mut().for_each(|ids| ids.sort());
    assert_eq!(found, expected);
}

async fn an_empty_database_has_no_findings(database: &TestDatabase) {
    let found = adopt::inspect(&database.db).await.unwrap();
    assert_eq!((found.tasks, found.games, found.duplicates.count), (0, 0, 0));
    let expected = [Step::Defaults, Step::NotNull, Step::UniqueIndex, Step::ListingIndex];
    assert_eq!(found.steps, expected);
}

async fn incompatible_schemas_are_refused(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    task(db, Some(game), "task", "").await;
    run(db, "UPDATE games SET oauth_user_id = 'somebody'", []).await;
    type Expected = (&'static str, Option<&'static str>, Incompatibility);
    let varchar = |found: &str| Incompatibility::Type {
        found: found.to_owned(),
        expected: "text of 255 characters or more",
    };
    run(db, "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", []).await;
    let cases: [(&str, &str, Expected); 11] = [
        (
            "ALTER TABLE tasks RENAME status TO state",
            "ALTER TABLE tasks RENAME state TO status",
            ("tasks", Some("status"), Incompatibility::Missing),
        ),
        (
            "ALTER TABLE tasks ALTER status TYPE char(20)",
            "ALTER TABLE tasks ALTER status TYPE varchar",
            ("tasks", Some("status"), varchar("character(20)")),
        ),
        (
            r#"ALTER TABLE tasks ALTER "externalTaskId" DROP NOT NULL"#,
            r#"ALTER TABLE tasks ALTER "externalTaskId" SET NOT NULL"#,
            ("tasks", Some("externalTaskId"), Incompatibility::Nullable),
        ),
        (
            "ALTER TABLE games RENAME TO played; CREATE VIEW games AS SELECT * FROM played",
            "DROP VIEW games; ALTER TABLE played RENAME TO games",
            ("games", None, Incompatibility::NotATable),
        ),
        (
            "ALTER TABLE games RENAME TO played",
            "ALTER TABLE played RENAME TO games",
            ("games", None, Incompatibility::Missing),
        ),
        (
            "ALTER TABLE tasks DROP CONSTRAINT tasks_pkey CASCADE",
            "ALTER TABLE tasks ADD PRIMARY KEY (id)",
            ("tasks", Some("id"), Incompatibility::NotUnique),
        ),
        (
            r#"ALTER TABLE games DROP CONSTRAINT "games_externalGameId_key""#,
            r#"ALTER TABLE games ADD UNIQUE ("externalGameId")"#,
            ("games", Some("externalGameId"), Incompatibility::NotUnique),
        ),
        (
            r#"ALTER TABLE tasks ALTER "externalTaskId" TYPE varchar(254)"#,
            r#"ALTER TABLE tasks ALTER "externalTaskId" TYPE varchar(255)"#,
            ("tasks", Some("externalTaskId"), varchar("character varying(254)")),
        ),
        (
            "ALTER TABLE tasks ALTER created_at TYPE timestamptz(3)",
            "ALTER TABLE tasks ALTER created_at TYPE timestamptz(6)",
            (
                "tasks",
                Some("created_at"),
                Incompatibility::Type {
                    found: "timestamp(3) with time zone".to_owned(),
                    expected: "timestamptz of microseconds",
                },
            ),
        ),
        (
            "ALTER TABLE games ALTER oauth_user_id SET NOT NULL",
            "ALTER TABLE games ALTER oauth_user_id DROP NOT NULL",
            ("games", Some("oauth_user_id"), Incompatibility::NotNullable),
        ),
        (
            "ALTER TABLE tasks ALTER status TYPE varchar COLLATE loose",
            "ALTER TABLE tasks ALTER status TYPE varchar",
            ("tasks", Some("status"), Incompatibility::Collation),
        ),
    ];
    for (spoil, mend, (table, column, reason)) in cases {
        db.execute_unprepared(spoil).await.unwrap();
        for error in
            [adopt::inspect(db).await.unwrap_err(), adopt::run(db, Plan::new()).await.unwrap_err()]
        {
            assert_is!(error, AdoptError::IncompatibleSchema { table: t, column: c, reason: r }
                if t == table && c.as_deref() == column && *r == reason);
            assert!(!error.is_transient());
        }
        db.execute_unprepared(mend).await.unwrap();
    }
    assert!(python_insert(db, Some(game), "more", KEY).await.1.is_ok());
    adopt::run(db, Plan::new()).await.unwrap();
}

async fn refused(backend: Backend, product: &str) {
    on_empty_database(backend, DEFAULT_CONNECTIONS, async |database| {
        for error in [
            adopt::inspect(&database.db).await.unwrap_err(),
            adopt::run(&database.db, Plan::new()).await.unwrap_err(),
        ] {
            assert_is!(error, AdoptError::UnsupportedDatabase { product: p } if p == product);
        }
    })
    .await;
}

#[tokio::test]
async fn sqlite_is_refused() {
    refused(Backend::SqliteMemory, "SQLite").await;
}

#[tokio::test]
async fn mariadb_is_refused() {
    refused(Backend::MariaDb, "MySQL or MariaDB").await;
}

#[tokio::test]
async fn futures_can_be_spawned() {
    on_game_database(async |database| {
        let db = database.db.clone();
        tokio::spawn(async move { adopt::inspect(&db).await }).await.unwrap().unwrap();
        let db = database.db.clone();
        tokio::spawn(async move { adopt::run(&db, Plan::new()).await }).await.unwrap().unwrap();
    })
    .await;
}

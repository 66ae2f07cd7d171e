//! The result of an adoption, and its audit table.

use super::game::{
    KEY, SampleRows, assert_adopted, assert_nothing_lost, dump, game, ids, outcome_of, params,
    python_insert, task, text_of,
};
use super::game_cases;
use crate::support::{TestDatabase, assert_is, column, names, rows, run};
use game_tasks::adopt::{self, AUDIT_TABLE, Duplicates, Orphans, Outcome, Plan, Step};
use game_tasks::sea_orm::{ConnectionTrait, EntityTrait};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    ApiKeyId, Game, Games, MigrationError, NewTask, OnExisting, ResolveStrategyExt,
    SeaOrmTaskRepository, StrategyResolver, TaskError, TaskQuery, TaskRepositoryExt, TaskScope,
    Tasks,
};
use std::collections::BTreeSet;
use uuid::Uuid;

game_cases!(
    duplicates_are_merged,
    duplicates_are_renamed,
    tasks_without_a_game_are_moved,
    tasks_without_a_game_are_set_aside,
    a_database_without_conflicts_needs_no_decision,
    nulls_are_filled,
    game_and_the_crate_work_on_an_adopted_database,
    the_migrations_use_adopted_tables_unchanged,
    every_kind_of_reference_is_changed,
    a_missing_foreign_key_is_created,
    additions_of_the_application_are_kept,
    taken_names_are_refused,
    tables_in_another_schema_are_adopted,
);

fn decided(duplicates: Duplicates) -> Plan {
    Plan::new().duplicates(duplicates).orphans(Orphans::SetAside).name_games_by_id()
}

/// Runs the plan twice. The second run must change nothing.
async fn adopt(database: &TestDatabase, plan: impl Fn() -> Plan) -> adopt::Adoption {
    let db = &database.db;
    let adoption = adopt::run(db, plan()).await.unwrap();
    assert_adopted(db).await;
    let after = dump(db).await;
    for plan in [plan(), Plan::new()] {
        let again = adopt::run(db, plan).await.unwrap();
        assert_eq!(again.steps, []);
        assert_eq!((again.tasks_filled, again.games_filled), (0, 0));
        assert_eq!(again.resolved, adoption.resolved);
    }
    assert_eq!(dump(db).await, after);
    let found = adopt::inspect(db).await.unwrap();
    assert_eq!(found.steps, []);
    assert_eq!((found.duplicates.count, found.tasks_without_game.count), (0, 0));
    adoption
}

async fn duplicates_are_merged(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let adoption = adopt(database, || decided(Duplicates::KeepOldest)).await;
    let all: Vec<Step> = Step::ALL.into_iter().filter(|step| *step != Step::Reference).collect();
    assert_eq!(adoption.steps, all);
    let mut gone: BTreeSet<Uuid> = sample.orphans.into();
    for group in &sample.duplicates {
        assert_eq!(outcome_of(&adoption, group[0]), [&Outcome::Kept]);
        for id in &group[1..] {
            let merged = Outcome::Merged { into: group[0], references: 2 };
            assert_eq!(outcome_of(&adoption, *id), [&merged]);
            gone.insert(*id);
        }
    }
    for id in sample.orphans {
        assert_eq!(outcome_of(&adoption, id), [&Outcome::SetAside]);
    }
    assert_eq!(adoption.resolved.len(), 7);
    assert_eq!(
        ["kept", "merged", "set aside", "renamed", "moved"].map(|word| adoption.count(word)),
        [2, 3, 2, 0, 0]
    );
    assert_eq!(ids(db).await, sample.all.difference(&gone).copied().collect());
    assert_nothing_lost(db, &sample.all).await;
    // Every reference refers to the oldest task.
    for (table, id, group) in &sample.references {
        let select = format!(r#"SELECT "taskId"::text FROM {table} WHERE id = ?"#);
        assert_eq!(text_of(db, &select, *id).await, Some(sample.duplicates[*group][0].to_string()));
    }
    // The audit table names the original task of every reference.
    let moved = format!(
        r#"SELECT count(*) FROM {AUDIT_TABLE} r JOIN {AUDIT_TABLE} m ON m.task_id = r.task_id
           WHERE r.outcome = 'reference' AND m.outcome = 'merged' AND m.other_id = r.other_id
           AND (r."row" ->> 'taskId')::uuid = r.other_id"#
    );
    assert_eq!(column::<_, i64>(db, &moved, []).await, [6]);
    // Deleted rows are kept completely.
    let back = format!(
        r#"SELECT (jsonb_populate_record(NULL::tasks, "row")).* FROM {AUDIT_TABLE}
           WHERE outcome IN ('merged', 'set aside')"#
    );
    let back = rows(db, &back, []).await;
    let back: BTreeSet<Uuid> = back.iter().map(|row| row.try_get("", "id").unwrap()).collect();
    assert_eq!(back, gone);
    assert!(!format!("{adoption:?} {adoption:#?}").contains(KEY));
}

async fn duplicates_are_renamed(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    // A task that already has the new external id of another, and long external ids.
    let [bees, ..] = sample.games;
    let taken = format!("dup~{}", sample.duplicates[0][1]);
    let squatter = task(db, Some(bees), &taken, "").await;
    let long = "é".repeat(300);
    let long = [
        task(db, Some(bees), &long, "created_at = '2020-01-01'").await,
        task(db, Some(bees), &long, "created_at = '2020-01-02'").await,
    ];
    let all = ids(db).await;
    let before: Vec<String> =
        column(db, "SELECT updated_at::text FROM tasks WHERE id = ?", [long[1].into()]).await;
    let adoption = adopt(database, || decided(Duplicates::Rename)).await;
    let orphans: BTreeSet<Uuid> = sample.orphans.into();
    assert_eq!(ids(db).await, all.difference(&orphans).copied().collect());
    let name = async |id: Uuid| {
        text_of(db, r#"SELECT "externalTaskId" FROM tasks WHERE id = ?"#, id).await.unwrap()
    };
    for (group, old) in
        [(&sample.duplicates[0][..], "dup"), (&sample.duplicates[1], ""), (&long, "é")]
    {
        assert_eq!(outcome_of(&adoption, group[0]), [&Outcome::Kept]);
        for id in &group[1..] {
            let new = name(*id).await;
            assert_eq!(outcome_of(&adoption, *id), [&Outcome::Renamed { to: new.clone() }]);
            assert!(new.starts_with(old) && new.contains(&format!("~{id}")), "{new}");
            NewTask::new(bees, new).validate().unwrap();
        }
    }
    assert_eq!(name(squatter).await, taken);
    assert_eq!(name(sample.duplicates[0][1]).await, format!("{taken}~2"));
    assert_eq!(name(long[0]).await.chars().count(), 300);
    // `updated_at` grows.
    let grew: Vec<bool> = column(
        db,
        "SELECT updated_at > ?::timestamptz FROM tasks WHERE id = ?",
        [before[0].clone().into(), long[1].into()],
    )
    .await;
    assert_eq!(grew, [true]);
    for (table, id, _) in &sample.references {
        let select = format!(
            r#"SELECT "externalTaskId" FROM {table} JOIN tasks t ON t.id = "taskId" WHERE {table}.id = ?"#
        );
        assert!(text_of(db, &select, *id).await.is_some());
    }
    assert_nothing_lost(db, &all).await;
}

async fn tasks_without_a_game_are_moved(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let [bees, ..] = sample.games;
    params(db, "tasksparams", sample.orphans[0]).await;
    // In their new game they are duplicates of each other and of this task.
    let there = task(db, Some(bees), "orphans", "created_at = '2001-01-01'").await;
    let plan = || {
        let plan = decided(Duplicates::Rename);
        plan.orphans(Orphans::MoveTo(bees))
    };
    let adoption = adopt(database, plan).await;
    for id in sample.orphans {
        let [Outcome::Moved { game_id }, Outcome::Renamed { .. }] = outcome_of(&adoption, id)[..]
        else {
            panic!("{adoption:#?}")
        };
        assert_eq!(*game_id, bees);
    }
    assert_eq!(outcome_of(&adoption, there), [&Outcome::Kept]);
    let mut all = sample.all.clone();
    all.insert(there);
    assert_eq!(ids(db).await, all);
}

async fn tasks_without_a_game_are_set_aside(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    let mut all = BTreeSet::new();
    for n in 0..1_203 {
        all.insert(task(db, (n % 3 == 0).then_some(game), &n.to_string(), "").await);
    }
    let plan = || Plan::new().orphans(Orphans::SetAside).batch(100);
    let adoption = adopt(database, plan).await;
    assert_eq!(adoption.count("set aside"), 802);
    assert_eq!(ids(db).await.len(), 401);
    assert_nothing_lost(db, &all).await;
}

async fn a_database_without_conflicts_needs_no_decision(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", Some("default")).await;
    task(db, Some(game), "task", "").await;
    let adoption = adopt(database, Plan::new).await;
    let expected = [Step::Defaults, Step::NotNull, Step::UniqueIndex, Step::ListingIndex];
    assert_eq!(adoption.steps, expected);
    assert_eq!(adoption.resolved, []);
    // The audit table was not needed.
    let made: Vec<bool> = column(db, "SELECT to_regclass(?) IS NULL", [AUDIT_TABLE.into()]).await;
    assert_eq!(made, [true]);
}

async fn nulls_are_filled(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let [_, none, _] = sample.games;
    let start: Vec<String> = column(db, "SELECT now()::text", []).await;
    let adoption = adopt(database, || decided(Duplicates::Rename)).await;
    // The fourth was filled when it was renamed.
    assert_eq!((adoption.tasks_filled, adoption.games_filled), (3, 2));
    let times = async |table: &str, id: Uuid| {
        let select = format!(
            "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS'),
                    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS'),
                    created_at = updated_at, created_at BETWEEN ?::timestamptz AND now()
             FROM {table} WHERE id = ?"
        );
        let row = rows(db, &select, [start[0].clone().into(), id.into()]).await.remove(0);
        let text = |at: usize| row.try_get_by_index::<String>(at).unwrap();
        let is = |at: usize| row.try_get_by_index::<bool>(at).unwrap();
        (text(0), text(1), is(2), is(3))
    };
    let [neither, uncreated, never_updated] = sample.without_timestamps;
    for (table, id) in [("tasks", neither), ("games", none)] {
        let (.., same, now) = times(table, id).await;
        assert!(same && now);
    }
    let (created, updated, ..) = times("tasks", uncreated).await;
    assert_eq!((&*created, &*updated), ("2024-05-06T07:08:09", "2024-05-06T07:08:09"));
    let (created, updated, ..) = times("tasks", never_updated).await;
    assert_eq!((&*created, &*updated), ("2024-01-02T03:04:05", "2024-01-02T03:04:05"));
    let nameless =
        Games::find_by_id(sample.game_without_external_id).one(db).await.unwrap().unwrap();
    assert_eq!(nameless.external_game_id, sample.game_without_external_id.to_string());
    assert!(nameless.strategy_id.is_default());
    // The crate reads every row.
    assert_eq!(Tasks::find().all(db).await.unwrap().len(), ids(db).await.len());
    assert_eq!(Games::find().all(db).await.unwrap().len(), 4);
}

async fn game_and_the_crate_work_on_an_adopted_database(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let [bees, ..] = sample.games;
    adopt(database, || decided(Duplicates::KeepOldest)).await;
    let tasks = SeaOrmTaskRepository::new(db.clone());

    // GAME's Python code.
    let (id, inserted) = python_insert(db, Some(bees), "from Python", KEY).await;
    inserted.unwrap();
    let read = tasks.get((bees, "from Python")).await.unwrap();
    assert_eq!((read.id, read.status.as_str()), (id, "open"));
    assert!(python_insert(db, Some(bees), "from Python", KEY).await.1.is_err());
    let patch = "UPDATE tasks SET status = 'closed', updated_at = now() WHERE id = ?";
    assert_eq!(run(db, patch, [id.into()]).await, 1);
    // GAME may write any strategy.
    run(db, r#"UPDATE tasks SET "strategyId" = 'whatever it likes' WHERE id = ?"#, [id.into()])
        .await;

    // The crate.
    let new = |name: &str| NewTask::new(bees, name);
    let created = tasks.create(new("from Rust")).await.unwrap();
    assert_is!(tasks.create(new("from Rust")).await, Err(TaskError::AlreadyExists { id, .. }) if *id == Some(created.id));
    assert_is!(tasks.create(new("from Python")).await, Err(TaskError::AlreadyExists { .. }));
    let batch = [new("from Rust").strategy("socio_bee"), new("in bulk")];
    let outcomes = tasks.create_many(batch.clone(), OnExisting::Update).await.unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(tasks.get(created.id).await.unwrap().strategy_id, "socio_bee");
    tasks.create_all(batch, OnExisting::Update).await.unwrap();
    let listed = tasks.list(TaskQuery::in_game(bees).limit(2)).await.unwrap();
    assert_eq!(listed.items.len(), 2);
    tasks.delete(created.id).await.unwrap();
    let how = StrategyResolver::new(db.clone()).resolve((bees, "in bulk")).await.unwrap();
    assert_eq!(how.to_string(), "socio_bee, inherited from the game");
    Game::new("new").insert(db).await.unwrap();

    // GAME's foreign keys.
    let unknown = ApiKeyId::new("gme_live_unknown").unwrap();
    let error = Game::new("owned").owned_by_api_key(unknown.clone()).insert(db).await.unwrap_err();
    assert_is!(error, TaskError::Referenced(why) if why.constraint() == Some("games_apiKey_used_fkey"));
    assert!(!format!("{error:?} {error}").contains("unknown"));
    let (_, refused) = python_insert(db, Some(bees), "unknown key", unknown.as_str()).await;
    assert!(refused.is_err());
    // An API key that owns the game but is not in the table of keys, which requires a games table
    // without its foreign key.
    run(db, r#"ALTER TABLE games DROP CONSTRAINT "games_apiKey_used_fkey""#, []).await;
    let owned = Game::new("owned").owned_by_api_key(unknown.clone()).insert(db).await.unwrap();
    let theirs = tasks.clone().with_scope(TaskScope::api_key(unknown));
    let error = theirs.create(NewTask::new(owned.id, "stamped")).await.unwrap_err();
    assert_is!(error, TaskError::Referenced(why) if why.constraint() == Some("tasks_apiKey_used_fkey"));
    assert!(!format!("{error:?} {error}").contains("unknown"));
    let oldest = sample.duplicates[0][0];
    let error = tasks.delete(oldest).await.unwrap_err();
    assert_is!(error, TaskError::Referenced(why)
        if why.constraint().is_some_and(|name| name.ends_with("_taskId_fkey")));
    let error = tasks.delete_game(bees).await.unwrap_err();
    assert_is!(error, TaskError::Referenced(_));

    // The new indexes are used.
    run(db, "ANALYZE tasks", []).await;
    let transaction = game_tasks::sea_orm::TransactionTrait::begin(db).await.unwrap();
    run(&transaction, "SET LOCAL enable_seqscan = off", []).await;
    for (condition, index) in [
        (r#""externalTaskId" COLLATE "C" = 'dup'"#, "uq_tasks_game_external"),
        ("true ORDER BY created_at, id", "ix_tasks_game_created"),
    ] {
        let explain =
            format!(r#"EXPLAIN SELECT * FROM tasks WHERE "gameId" = '{bees}' AND {condition}"#);
        let plan = column::<_, String>(&transaction, &explain, []).await.join("\n");
        assert!(plan.contains(index) && !plan.contains("Sort"), "{plan}");
    }
    transaction.rollback().await.unwrap();
}

/// The migrations refuse GAME's tables before adoption. Afterwards they neither create nor drop
/// anything.
async fn the_migrations_use_adopted_tables_unchanged(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let before = dump(db).await;
    assert_is!(
        game_tasks::migration::verify_schema(db).await,
        Err(MigrationError::SchemaMismatch(_))
    );
    assert_is!(game_tasks::migrate(db).await, Err(MigrationError::SchemaMismatch(_)));
    assert_eq!(dump(db).await, before);
    adopt(database, || decided(Duplicates::KeepOldest)).await;
    let there = ids(db).await;
    for _ in 0..2 {
        game_tasks::migrate(db).await.unwrap();
        assert_adopted(db).await;
    }
    game_tasks::Migrator::down(db, None).await.unwrap();
    assert_adopted(db).await;
    assert_eq!(ids(db).await, there);
    assert_nothing_lost(db, &sample.all).await;
}

async fn every_kind_of_reference_is_changed(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    db.execute_unprepared(
        r#"ALTER TABLE tasks ADD UNIQUE (id, "gameId");
           ALTER TABLE tasks ADD COLUMN parent uuid REFERENCES tasks (id);
           CREATE SCHEMA "Other one";
           CREATE TABLE "Other one"."A ""quoted"" table" (n integer PRIMARY KEY, "the task" uuid,
               "the game" uuid, CONSTRAINT "both of them" FOREIGN KEY ("the task", "the game")
               REFERENCES tasks (id, "gameId") DEFERRABLE INITIALLY DEFERRED);
           CREATE TABLE parted (n integer, "taskId" uuid REFERENCES tasks (id)) PARTITION BY LIST (n);
           CREATE TABLE part_one PARTITION OF parted FOR VALUES IN (1);
           CREATE TABLE part_two PARTITION OF parted DEFAULT;
           CREATE TABLE cascading ("taskId" uuid REFERENCES tasks (id) ON DELETE CASCADE);"#,
    )
    .await
    .unwrap();
    let old = task(db, Some(game), "dup", "created_at = '2020-01-01'").await;
    let young = task(db, Some(game), "dup", "created_at = '2020-01-02'").await;
    let child = task(db, Some(game), "child", &format!("parent = '{young}'")).await;
    let quoted = r#""Other one"."A ""quoted"" table""#;
    for (n, id) in [(1, old), (2, young)] {
        run(
            db,
            &format!("INSERT INTO {quoted} VALUES (?, ?, ?)"),
            [n.into(), id.into(), game.into()],
        )
        .await;
        run(db, "INSERT INTO parted VALUES (?, ?)", [n.into(), id.into()]).await;
        run(db, "INSERT INTO cascading VALUES (?)", [id.into()]).await;
    }
    let found = adopt::inspect(db).await.unwrap();
    let listed: Vec<_> = found
        .references
        .iter()
        .map(|r| (&*r.table, r.columns.len(), r.rows, r.to_duplicates))
        .collect();
    assert_eq!(
        listed,
        [
            (r#"Other one.A "quoted" table"#, 2, 2, 1),
            ("public.cascading", 1, 2, 1),
            ("public.parted", 1, 2, 1),
            ("public.tasks", 1, 1, 1),
            ("public.tasksparams", 1, 0, 0),
            ("public.userpoints", 1, 0, 0),
        ]
    );
    let adoption = adopt(database, || Plan::new().duplicates(Duplicates::KeepOldest)).await;
    let merged = Outcome::Merged { into: old, references: 4 };
    assert_eq!(outcome_of(&adoption, young), [&merged]);
    for select in [
        format!(r#"SELECT "the task" FROM {quoted}"#),
        r#"SELECT "taskId" FROM parted"#.to_owned(),
        r#"SELECT "taskId" FROM cascading"#.to_owned(),
    ] {
        assert_eq!(column::<_, Uuid>(db, &select, []).await, [old, old]);
    }
    let parent: Vec<Uuid> =
        column(db, "SELECT parent FROM tasks WHERE id = ?", [child.into()]).await;
    assert_eq!(parent, [old]);
}

async fn a_missing_foreign_key_is_created(database: &TestDatabase) {
    let db = &database.db;
    let game = game(db, "game", None).await;
    run(db, r#"ALTER TABLE tasks DROP CONSTRAINT "tasks_gameId_fkey""#, []).await;
    let kept = task(db, Some(game), "kept", "").await;
    let orphan = task(db, Some(Uuid::from_u128(7)), "orphan", "").await;
    let found = adopt::inspect(db).await.unwrap();
    assert_eq!(found.tasks_without_game.ids, [orphan]);
    assert!(found.steps.contains(&Step::Reference));
    let adoption = adopt(database, || Plan::new().orphans(Orphans::SetAside)).await;
    assert!(adoption.steps.contains(&Step::Reference));
    assert_eq!(ids(db).await, BTreeSet::from([kept]));
    assert_eq!(outcome_of(&adoption, orphan), [&Outcome::SetAside]);
}

/// Columns, defaults, indexes and triggers.
async fn additions_of_the_application_are_kept(database: &TestDatabase) {
    let db = &database.db;
    db.execute_unprepared(
        r#"ALTER TABLE tasks ADD COLUMN title text DEFAULT 'untitled', ALTER status SET DEFAULT 'pending';
           CREATE INDEX by_title ON tasks (title);
           CREATE UNIQUE INDEX theirs ON tasks ("gameId", "externalTaskId") WHERE title <> 'untitled';
           CREATE UNIQUE INDEX unsorted ON tasks ("gameId", "externalTaskId");
           CREATE UNIQUE INDEX in_order ON tasks ("gameId", created_at, id);"#,
    )
    .await
    .unwrap();
    let game = game(db, "game", None).await;
    let id = task(db, Some(game), "task", "title = 'mine'").await;
    adopt::run(db, Plan::new()).await.unwrap();
    let definition = super::game::definition(db).await;
    let has = |part: &str| definition.iter().any(|line| line.contains(part));
    for part in [
        "by_title",
        "theirs",
        "unsorted",
        "in_order",
        "tasks status character varying true 'pending'",
    ] {
        assert!(has(part), "{part}");
    }
    // An equivalent index is sufficient.
    assert!(!has("ix_tasks_game_created"));
    assert!(has("uq_tasks_game_external"));
    assert_eq!(
        text_of(db, "SELECT title FROM tasks WHERE id = ?", id).await.as_deref(),
        Some("mine")
    );
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let listed = tasks.list(TaskQuery::in_game(game)).await.unwrap();
    assert_eq!(names(&listed.items), ["task"]);
}

async fn taken_names_are_refused(database: &TestDatabase) {
    let db = &database.db;
    for (make, drop, name) in [
        (
            "CREATE INDEX ix_tasks_game_created ON games (id)",
            "DROP INDEX ix_tasks_game_created",
            "ix_tasks_game_created",
        ),
        (
            "CREATE TABLE uq_tasks_game_external ()",
            "DROP TABLE uq_tasks_game_external",
            "uq_tasks_game_external",
        ),
        (
            r#"ALTER TABLE tasks DROP CONSTRAINT "tasks_gameId_fkey",
               ADD CONSTRAINT "tasks_gameId_fkey" CHECK (true)"#,
            r#"ALTER TABLE tasks DROP CONSTRAINT "tasks_gameId_fkey",
               ADD FOREIGN KEY ("gameId") REFERENCES games (id)"#,
            "tasks_gameId_fkey",
        ),
    ] {
        run(db, make, []).await;
        let before = dump(db).await;
        let error = adopt::run(db, Plan::new()).await.unwrap_err();
        assert_is!(error, adopt::AdoptError::IncompatibleSchema { column, reason: adopt::Incompatibility::NameTaken, .. }
            if column.as_deref() == Some(name));
        assert_eq!(dump(db).await, before);
        run(db, drop, []).await;
    }
    adopt::run(db, Plan::new()).await.unwrap();
    assert_adopted(db).await;
}

/// A schema on the search path, with a name that must be quoted.
async fn tables_in_another_schema_are_adopted(database: &TestDatabase) {
    let db = &database.db;
    let sample = SampleRows::fill(db).await;
    let name: String = column(db, "SELECT current_database()::text", []).await.remove(0);
    db.execute_unprepared(&format!(
        r#"ALTER SCHEMA public RENAME TO "GAME's ""own"""; CREATE SCHEMA public;
           CREATE TABLE public.tasks (id integer);
           ALTER DATABASE {name} SET search_path = "GAME's ""own""", public"#
    ))
    .await
    .unwrap();
    let there = database.second_pool().await;
    let found = adopt::inspect(&there).await.unwrap();
    assert_eq!(found.tasks, sample.all.len() as u64);
    assert_eq!(found.references[0].table, r#"GAME's "own".tasksparams"#);
    let adoption = adopt::run(&there, decided(Duplicates::KeepOldest)).await.unwrap();
    assert_eq!(adoption.resolved.len(), 7);
    game_tasks::migration::verify_schema(&there).await.unwrap();
    assert_nothing_lost(&there, &sample.all).await;
    assert_eq!(adopt::run(&there, Plan::new()).await.unwrap().steps, []);
    let record: Vec<String> = column(
        &there,
        "SELECT schemaname::text FROM pg_tables WHERE tablename = ?",
        [AUDIT_TABLE.into()],
    )
    .await;
    assert_eq!(record, [r#"GAME's "own""#]);
}

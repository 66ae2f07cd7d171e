//! `create_many` beside concurrent writers.

use crate::support::{Intercepted, Interceptor, TestDatabase, assert_is, database_cases, run};
use chrono::{SubsecRound, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, Statement};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskError, TaskRepositoryExt,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

database_cases!(timestamps_in_the_future_are_preserved, another_writer_before_each_insert);

/// The clock of the writer that inserted the row was ahead.
async fn timestamps_in_the_future_are_preserved(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap().id;
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let task = tasks.create(NewTask::new(game, "task")).await.unwrap();
    let future = Utc::now().trunc_subsecs(6) + TimeDelta::days(1);
    run(db, "UPDATE tasks SET created_at = ?, updated_at = ?", [future.into(), future.into()])
        .await;
    let row = tasks.get(&task).await.unwrap();
    assert_eq!((row.created_at, row.updated_at), (future, future));
    for on_existing in [OnExisting::Keep, OnExisting::Update] {
        let batch = || [NewTask::new(game, "task"), NewTask::new(game, format!("{on_existing:?}"))];
        let written = tasks.create_many(batch(), on_existing).await.unwrap();
        assert_eq!(*written[0].as_ref().unwrap(), CreateOutcome::Kept(row.clone()));
        assert!(written[1].as_ref().unwrap().is_created());
        let written = tasks.create_all(batch(), on_existing).await.unwrap();
        assert_eq!(written[0], CreateOutcome::Kept(row.clone()));
        assert_is!(written[1], CreateOutcome::Kept(_));
    }
    let changed = NewTask::new(game, "task").strategy("own");
    let written = tasks.create_all([changed], OnExisting::Update).await.unwrap();
    assert_is!(
        written[0],
        CreateOutcome::Updated(task) if task.updated_at == future + TimeDelta::microseconds(1)
    );
}

/// Creates the next name of the batch just before each insert of the batch.
struct OtherWriter {
    db: DatabaseConnection,
    game: Uuid,
    created: AtomicUsize,
}

impl OtherWriter {
    fn before_inserts(
        db: &DatabaseConnection,
        game: Uuid,
    ) -> SeaOrmTaskRepository<Intercepted<DatabaseConnection, Self>> {
        let writer = Self { db: db.clone(), game, created: AtomicUsize::new(0) };
        SeaOrmTaskRepository::new(Intercepted::new(db.clone(), writer))
    }
}

impl Interceptor for OtherWriter {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let is_insert = statement.sql.contains("INSERT INTO");
        Box::pin(async move {
            if is_insert {
                let name = format!("{:03}", self.created.fetch_add(1, Ordering::SeqCst));
                let direct = SeaOrmTaskRepository::new(&self.db);
                direct.create(NewTask::new(self.game, name)).await.unwrap();
            }
            call.await
        })
    }
}

/// Each statement may then be refused as a whole; the batch still gets an outcome for each task.
async fn another_writer_before_each_insert(database: &TestDatabase) {
    const SIZE: usize = 30;
    let db = database.db.clone();
    // The larger size is above the minimum for an optimistic insert.
    for (on_existing, size) in [
        (OnExisting::Fail, SIZE),
        (OnExisting::Keep, SIZE),
        (OnExisting::Fail, 200),
        (OnExisting::Keep, 200),
    ] {
        let game = Game::new(Uuid::now_v7().to_string()).insert(&db).await.unwrap().id;
        let tasks = OtherWriter::before_inserts(&db, game);
        let batch = (0..size).map(|n| NewTask::new(game, format!("{n:03}")));
        let outcomes = tasks.create_many(batch, on_existing).await.unwrap();
        let mut created = 0;
        for outcome in &outcomes {
            match (on_existing, outcome) {
                (_, Ok(CreateOutcome::Created(_))) => created += 1,
                (OnExisting::Keep, Ok(CreateOutcome::Kept(_)))
                | (OnExisting::Fail, Err(TaskError::AlreadyExists { id: Some(_), .. })) => {}
                other => panic!("{other:?}"),
            }
        }
        let by_other = tasks.connection().interceptor.created.load(Ordering::SeqCst);
        assert!(by_other > 0);
        assert_eq!(created, size - by_other.min(size));
    }
    let game = Game::new("atomic").insert(&db).await.unwrap().id;
    let tasks = OtherWriter::before_inserts(&db, game);
    let batch = (0..SIZE).map(|n| NewTask::new(game, format!("{n:03}")));
    let written = tasks.create_all(batch, OnExisting::Keep).await.unwrap();
    let created = written.iter().filter(|written| written.is_created()).count();
    let by_other = tasks.connection().interceptor.created.load(Ordering::SeqCst);
    assert!(by_other > 0);
    assert_eq!(created, SIZE - by_other.min(SIZE));
}

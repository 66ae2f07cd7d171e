//! Batches in which each task stands for itself.

use crate::support::{Around, TestDatabase, assert_is, connection_around, database_cases, run};
use chrono::{SubsecRound, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, Statement};
use game_tasks::{
    CreateOutcome, Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskError, TaskRepositoryExt,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

database_cases!(rows_of_the_future_are_told_truly, others_are_always_faster);

/// A row that another writer's clock has put into the future is kept where it is kept.
async fn rows_of_the_future_are_told_truly(database: &TestDatabase) {
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

/// Somebody creates the next name of the batch just before each insert of the batch's.
struct Overtaken {
    db: DatabaseConnection,
    game: Uuid,
    others: AtomicUsize,
}

impl Around for Overtaken {
    fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    fn around<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let overtakes = statement.sql.contains("INSERT INTO");
        Box::pin(async move {
            if overtakes {
                let name = format!("{:03}", self.others.fetch_add(1, Ordering::SeqCst));
                let others = SeaOrmTaskRepository::new(&self.db);
                others.create(NewTask::new(self.game, name)).await.unwrap();
            }
            call.await
        })
    }
}
connection_around!(Overtaken);

/// The whole statement may then be refused each time; yet the fate of each is told.
async fn others_are_always_faster(database: &TestDatabase) {
    const SIZE: usize = 30;
    let db = database.db.clone();
    // Also so many that all of them are tried at once first.
    for (on_existing, size) in [
        (OnExisting::Fail, SIZE),
        (OnExisting::Keep, SIZE),
        (OnExisting::Fail, 200),
        (OnExisting::Keep, 200),
    ] {
        let game = Game::new(Uuid::now_v7().to_string()).insert(&db).await.unwrap().id;
        let others = AtomicUsize::new(0);
        let tasks = SeaOrmTaskRepository::new(Overtaken { db: db.clone(), game, others });
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
        let overtaken = tasks.connection().others.load(Ordering::SeqCst);
        assert!(overtaken > 0);
        assert_eq!(created, size - overtaken.min(size));
    }
    // All or none, of which what exists is kept.
    let game = Game::new("all or none").insert(&db).await.unwrap().id;
    let others = AtomicUsize::new(0);
    let tasks = SeaOrmTaskRepository::new(Overtaken { db: db.clone(), game, others });
    let batch = (0..SIZE).map(|n| NewTask::new(game, format!("{n:03}")));
    let written = tasks.create_all(batch, OnExisting::Keep).await.unwrap();
    let created = written.iter().filter(|written| written.is_created()).count();
    let overtaken = tasks.connection().others.load(Ordering::SeqCst);
    assert!(overtaken > 0);
    assert_eq!(created, SIZE - overtaken.min(SIZE));
}

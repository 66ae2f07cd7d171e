//! Bulk changes on a pool that has no other connection to give.

use crate::support::{Around, TestDatabase, connection_around, server_cases};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::error::ConnAcquireErr;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, Statement};
use game_tasks::{Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskRepositoryExt};
use std::sync::atomic::{AtomicUsize, Ordering};

server_cases!(bulk_changes);

const TASKS: usize = 25_001;

/// A pool of one that waits for nobody.
struct One {
    db: DatabaseConnection,
    busy: AtomicUsize,
    refused: AtomicUsize,
}

impl Around for One {
    fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    fn around<'c, T: Send + 'c>(
        &'c self,
        _: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        Box::pin(async move {
            if self.busy.fetch_add(1, Ordering::SeqCst) > 0 {
                self.busy.fetch_sub(1, Ordering::SeqCst);
                self.refused.fetch_add(1, Ordering::SeqCst);
                return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
            }
            let answer = call.await;
            self.busy.fetch_sub(1, Ordering::SeqCst);
            answer
        })
    }
}
connection_around!(One);

async fn bulk_changes(database: &TestDatabase) {
    let db = database.db.clone();
    let game = Game::new("many").insert(&db).await.unwrap().id;
    let one = One { db, busy: AtomicUsize::new(0), refused: AtomicUsize::new(0) };
    let tasks = SeaOrmTaskRepository::new(&one);
    let batch = (0..TASKS).map(|n| NewTask::new(game, n.to_string()));
    tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    let moved = tasks.reassign_strategy(Some(game), "default", "other").await.unwrap();
    assert_eq!(moved, TASKS as u64);
    assert_eq!(tasks.delete_game(game).await.unwrap(), TASKS as u64);
    // Else it was not as the case says.
    assert!(one.refused.load(Ordering::SeqCst) > 0);
}

//! Bulk calls on a pool with a single connection, which fails instead of waiting.

use crate::support::{Intercepted, Interceptor, TestDatabase, server_cases};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::error::ConnAcquireErr;
use game_tasks::sea_orm::{DbErr, Statement};
use game_tasks::{Game, NewTask, OnExisting, SeaOrmTaskRepository, TaskRepositoryExt};
use std::sync::atomic::{AtomicUsize, Ordering};

server_cases!(bulk_changes);

const TASKS: usize = 25_001;

/// Allows one statement at a time, and fails the others.
#[derive(Default)]
struct OneAtATime {
    busy: AtomicUsize,
    refused: AtomicUsize,
}

impl Interceptor for OneAtATime {
    fn intercept<'c, T: Send + 'c>(
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
            let result = call.await;
            self.busy.fetch_sub(1, Ordering::SeqCst);
            result
        })
    }
}

async fn bulk_changes(database: &TestDatabase) {
    let db = database.db.clone();
    let game = Game::new("many").insert(&db).await.unwrap().id;
    let connection = Intercepted::new(db, OneAtATime::default());
    let tasks = SeaOrmTaskRepository::new(&connection);
    let batch = (0..TASKS).map(|n| NewTask::new(game, n.to_string()));
    tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    let moved = tasks.reassign_strategy(Some(game), "default", "other").await.unwrap();
    assert_eq!(moved, TASKS as u64);
    assert_eq!(tasks.delete_game(game).await.unwrap(), TASKS as u64);
    // Otherwise no call has tried to use a second connection.
    assert!(connection.interceptor.refused.load(Ordering::SeqCst) > 0);
}

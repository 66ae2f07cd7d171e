//! `migrate` and `with_migration_lock`, dropped while they run on a pool of one connection: with the
//! feature `tokio` neither an open transaction nor a lost connection remains.

use crate::support::{
    TestDatabase, assert_pool_usable, on_database, on_empty_database, poll_at_most, tests_on,
};
use game_tasks::Migrator;
use game_tasks::migration::{self, with_migration_lock};
use game_tasks::sea_orm::ConnectionTrait;
use game_tasks::sea_orm_migration::MigratorTrait;
use std::future::poll_fn;
use std::task::Poll;

macro_rules! on_one_connection {
    ($on_database:ident: $($case:ident),+ $(,)?) => {$(
        tests_on!(
            [sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres,
             mariadb MariaDb, mysql MySql],
            $case,
            |on| super::$on_database(on, 1, super::$case)
        );
    )+};
}

on_one_connection!(on_empty_database: migrate_may_be_dropped_at_every_poll);
on_one_connection!(
    on_database: the_lock_may_be_dropped_during_the_work, a_spawned_lock_may_be_dropped,
);

mod the_lock_may_be_dropped_while_it_begins {
    use crate::support::on_database;

    /// On several threads the task that begins could end before the first poll returns, and the
    /// call would be dropped in a later statement, which on MariaDB may lose the connection.
    macro_rules! on_one_thread {
        ($($name:ident $backend:ident),+) => {$(
            #[tokio::test(flavor = "current_thread")]
            async fn $name() {
                let case = super::the_lock_may_be_dropped_while_it_begins;
                on_database(crate::support::Backend::$backend, 1, case).await;
            }
        )+};
    }
    on_one_thread!(
        sqlite_memory SqliteMemory, sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql
    );
}

async fn migrate_may_be_dropped_at_every_poll(database: &TestDatabase) {
    for times in 1.. {
        let ended = poll_at_most(game_tasks::migrate(&database.db), times).await;
        assert_pool_usable(database, 1).await;
        // The dropped call continued, so the tables exist.
        game_tasks::migrate(&database.db).await.unwrap();
        migration::verify_schema(&database.db).await.unwrap();
        if ended {
            break;
        }
        Migrator::down(&database.db, None).await.unwrap();
    }
}

/// Polls the call once, so that it waits for BEGIN, and drops it after a varying number of yields.
async fn the_lock_may_be_dropped_while_it_begins(database: &TestDatabase) {
    for yields in 0..60 {
        let mut work = Box::pin(with_migration_lock(&database.db, async |one| {
            one.execute_unprepared("SELECT 1").await.map(drop)
        }));
        let polled = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        assert!(polled.is_pending());
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        drop(work);
        assert_pool_usable(database, 1).await;
    }
}

/// Drops the call at every poll. Not on MariaDB, where that may lose the connection.
async fn the_lock_may_be_dropped_during_the_work(database: &TestDatabase) {
    if database.backend.is_mariadb_or_mysql() {
        return;
    }
    for times in 1.. {
        let work = with_migration_lock(&database.db, async |one| {
            for _ in 0..3 {
                one.execute_unprepared("SELECT 1").await?;
            }
            Ok(())
        });
        if poll_at_most(work, times).await {
            break;
        }
        assert_pool_usable(database, 1).await;
    }
}

/// The documentation's advice for MariaDB.
async fn a_spawned_lock_may_be_dropped(database: &TestDatabase) {
    for times in 1..4 {
        let db = database.db.clone();
        let work = tokio::spawn(async move {
            with_migration_lock(&db, async |one| {
                for _ in 0..3 {
                    one.execute_unprepared("SELECT 1").await?;
                }
                Ok(())
            })
            .await
        });
        poll_at_most(work, times).await;
        assert_pool_usable(database, 1).await;
    }
}

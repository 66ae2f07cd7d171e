//! Raw sqlx on the pool of the other implementations.
//!
//! The rows that a write returns are read to the end: SQLite's driver returns the row of `fetch_one`
//! before the commit, which may fail, and MariaDB sends rows of statements that it then refuses.

use crate::database::Server;
use crate::implementation::{Failure, Implementation, Shape};
use crate::statements::Statements;
use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use futures_util::TryStreamExt;
use game_tasks::sea_orm::DatabaseConnection;
use game_tasks::sea_orm::sqlx::{
    self, FromRow, MySql, MySqlPool, PgPool, Postgres, Row, Sqlite, SqlitePool, mysql::MySqlRow,
    postgres::PgRow, sqlite::SqliteRow,
};
use game_tasks::{NewTask, TaskKey, TaskOrder};
use std::fmt::Write;
use uuid::Uuid;

pub(crate) fn raw_sqlx(server: Server, db: &DatabaseConnection) -> Box<dyn Implementation> {
    let statements = Statements::new(server);
    match server {
        Server::Sqlite => {
            Box::new(OnSqlite { pool: db.get_sqlite_connection_pool().clone(), statements })
        }
        Server::Postgres => {
            Box::new(OnPostgres { pool: db.get_postgres_connection_pool().clone(), statements })
        }
        Server::MariaDb => {
            Box::new(OnMariaDb { pool: db.get_mysql_connection_pool().clone(), statements })
        }
        Server::MySql => {
            Box::new(OnMySql { pool: db.get_mysql_connection_pool().clone(), statements })
        }
    }
}

/// A row as a struct of the application.
#[allow(dead_code, reason = "decoding it is part of the measurement")]
struct TaskRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    api_key_used: Option<String>,
    oauth_user_id: Option<String>,
    external_task_id: String,
    game_id: Uuid,
    strategy_id: String,
    status: String,
}

type Resolved = (Uuid, Uuid, String, Option<String>);

/// The number of rows in one INSERT, which the databases' limit of parameters allows.
const CHUNK: usize = 3_000;

macro_rules! from_row {
    ($row:ty) => {
        // What `#[derive(FromRow)]` would generate.
        impl FromRow<'_, $row> for TaskRow {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                Ok(Self {
                    id: row.try_get("id")?,
                    created_at: row.try_get("created_at")?,
                    updated_at: row.try_get("updated_at")?,
                    api_key_used: row.try_get("apiKey_used")?,
                    oauth_user_id: row.try_get("oauth_user_id")?,
                    external_task_id: row.try_get("externalTaskId")?,
                    game_id: row.try_get("gameId")?,
                    strategy_id: row.try_get("strategyId")?,
                    status: row.try_get("status")?,
                })
            }
        }
    };
}

from_row!(SqliteRow);
from_row!(PgRow);
from_row!(MySqlRow);

/// Binds the parts of a key.
macro_rules! keyed {
    ($query:expr, $key:expr) => {
        match $key {
            TaskKey::Id(id) => $query.bind(*id),
            TaskKey::InGame(game, id) => $query.bind(*game).bind(*id),
            TaskKey::External(game, external) => $query.bind(*game).bind(external.as_str()),
        }
    };
}

fn kind(key: &TaskKey) -> usize {
    match key {
        TaskKey::Id(_) => 0,
        TaskKey::InGame(..) => 1,
        TaskKey::External(..) => 2,
    }
}

/// Binds the nine values of a new row.
macro_rules! row {
    ($query:expr, $id:expr, $task:expr, $now:expr) => {
        $query
            .bind($id)
            .bind($now)
            .bind($now)
            .bind(None::<&str>)
            .bind(None::<&str>)
            .bind($task.external_task_id.as_str())
            .bind($task.game_id)
            .bind("default")
            .bind("open")
    };
}

macro_rules! implementation {
    ($name:ident, $pool:ty, $database:ty) => {
        struct $name {
            pool: $pool,
            statements: Statements,
        }

        #[async_trait]
        impl Implementation for $name {
            async fn create(&self, task: &NewTask) -> Result<usize, Failure> {
                self.inserted(task).await
            }

            async fn find(&self, key: &TaskKey) -> Result<usize, Failure> {
                let query = sqlx::query_as::<$database, TaskRow>(self.statements.find[kind(key)]);
                Ok(keyed!(query, key).fetch_optional(&self.pool).await?.iter().count())
            }

            async fn resolve(&self, key: &TaskKey) -> Result<usize, Failure> {
                let query =
                    sqlx::query_as::<$database, Resolved>(self.statements.resolve[kind(key)]);
                keyed!(query, key).fetch_one(&self.pool).await?;
                Ok(1)
            }

            async fn resolve_many(&self, ids: &[Uuid]) -> Result<usize, Failure> {
                self.many(ids).await
            }

            async fn update(&self, id: Uuid, strategy: &str) -> Result<usize, Failure> {
                self.changed(id, strategy, None).await
            }

            async fn transition(&self, id: Uuid, from: &str, to: &str) -> Result<usize, Failure> {
                self.changed(id, to, Some(from)).await
            }

            async fn delete(&self, id: Uuid) -> Result<usize, Failure> {
                self.deleted(id).await
            }

            async fn create_many(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
                self.bulk(tasks).await
            }

            async fn create_all(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
                self.bulk(tasks).await
            }

            async fn page(&self, shape: &Shape) -> Result<usize, Failure> {
                let after = shape.after.as_ref().map(|(_, task)| task);
                let text = self.statements.page(shape.order, shape.descending, after.is_some());
                let mut query = sqlx::query_as::<$database, TaskRow>(text).bind(shape.game);
                if let Some(task) = after {
                    query = match shape.order {
                        TaskOrder::Created => self.spot(query, task.created_at, task.id),
                        _ => query.bind(task.external_task_id.as_str()),
                    };
                }
                Ok(query.fetch_all(&self.pool).await?.len())
            }

            async fn stream(&self, game: Uuid) -> Result<usize, Failure> {
                let query = sqlx::query_as::<$database, TaskRow>(self.statements.stream).bind(game);
                let mut rows = query.fetch(&self.pool);
                let mut count = 0;
                while rows.try_next().await?.is_some() {
                    count += 1;
                }
                Ok(count)
            }

            async fn reassign(
                &self,
                game: Option<Uuid>,
                from: &str,
                to: &str,
            ) -> Result<usize, Failure> {
                let text = self.statements.reassign[usize::from(game.is_some())];
                let mut query = sqlx::query::<$database>(text).bind(to).bind(Utc::now()).bind(from);
                if let Some(game) = game {
                    query = query.bind(game);
                }
                Ok(usize::try_from(query.execute(&self.pool).await?.rows_affected())?)
            }
        }
    };
}

implementation!(OnSqlite, SqlitePool, Sqlite);
implementation!(OnPostgres, PgPool, Postgres);
implementation!(OnMariaDb, MySqlPool, MySql);
implementation!(OnMySql, MySqlPool, MySql);

/// A query for tasks to which parameters can be bound.
type Query<'q, D> = sqlx::query::QueryAs<'q, D, TaskRow, <D as sqlx::Database>::Arguments>;

/// The shared code of the databases that support `INSERT ... RETURNING` and `DELETE ... RETURNING`.
macro_rules! returning {
    ($name:ident, $database:ty) => {
        impl $name {
            async fn inserted(&self, task: &NewTask) -> Result<usize, Failure> {
                let query = sqlx::query_as::<$database, TaskRow>(self.statements.insert);
                let query = row!(query, Uuid::now_v7(), task, Utc::now());
                Ok(query.fetch_all(&self.pool).await?.len())
            }

            async fn deleted(&self, id: Uuid) -> Result<usize, Failure> {
                let query = sqlx::query_as::<$database, TaskRow>(self.statements.delete).bind(id);
                Ok(query.fetch_all(&self.pool).await?.len())
            }
        }
    };
}

returning!(OnSqlite, Sqlite);
returning!(OnPostgres, Postgres);
returning!(OnMariaDb, MySql);

/// The shared code of the databases that support `UPDATE ... RETURNING` and comparing rows.
macro_rules! update_returning {
    ($name:ident, $database:ty) => {
        impl $name {
            async fn changed(
                &self,
                id: Uuid,
                value: &str,
                from: Option<&str>,
            ) -> Result<usize, Failure> {
                let text = if from.is_some() {
                    self.statements.transition
                } else {
                    self.statements.update
                };
                let query = sqlx::query_as::<$database, TaskRow>(text);
                let mut query = query.bind(value).bind(Utc::now()).bind(id);
                if let Some(from) = from {
                    query = query.bind(from);
                }
                Ok(query.fetch_all(&self.pool).await?.len())
            }

            fn spot<'q>(
                &self,
                query: Query<'q, $database>,
                created_at: DateTime<Utc>,
                id: Uuid,
            ) -> Query<'q, $database> {
                query.bind(created_at).bind(id)
            }
        }
    };
}

update_returning!(OnSqlite, Sqlite);
update_returning!(OnPostgres, Postgres);

/// The shared code of the databases that do not.
macro_rules! without_update_returning {
    ($name:ident) => {
        impl $name {
            /// In a transaction, so that the row cannot be changed before it is read.
            async fn changed(
                &self,
                id: Uuid,
                value: &str,
                from: Option<&str>,
            ) -> Result<usize, Failure> {
                let mut transaction = self.pool.begin().await?;
                let text = if from.is_some() {
                    self.statements.transition
                } else {
                    self.statements.update
                };
                let mut query = sqlx::query::<MySql>(text).bind(value).bind(Utc::now()).bind(id);
                if let Some(from) = from {
                    query = query.bind(from);
                }
                let changed = query.execute(&mut *transaction).await?.rows_affected();
                let query = sqlx::query_as::<MySql, TaskRow>(self.statements.by_id).bind(id);
                query.fetch_one(&mut *transaction).await?;
                transaction.commit().await?;
                Ok(usize::try_from(changed)?)
            }

            fn spot<'q>(
                &self,
                query: Query<'q, MySql>,
                created_at: DateTime<Utc>,
                id: Uuid,
            ) -> Query<'q, MySql> {
                query.bind(created_at).bind(created_at).bind(id)
            }
        }
    };
}

without_update_returning!(OnMariaDb);
without_update_returning!(OnMySql);

/// The shared code of the databases on which each value needs its own parameter.
macro_rules! in_parameters {
    ($name:ident, $database:ty) => {
        impl $name {
            async fn many(&self, ids: &[Uuid]) -> Result<usize, Failure> {
                let text = self.statements.resolve_many(ids.len());
                let mut query = sqlx::query_as::<$database, Resolved>(text);
                for id in ids {
                    query = query.bind(*id);
                }
                Ok(query.fetch_all(&self.pool).await?.len())
            }

            async fn bulk(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
                let mut transaction = self.pool.begin().await?;
                for chunk in tasks.chunks(CHUNK) {
                    let now = Utc::now();
                    let text = self.statements.insert_rows(chunk.len());
                    let mut query = sqlx::query::<$database>(text);
                    for task in chunk {
                        query = row!(query, Uuid::now_v7(), task, now);
                    }
                    query.execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
                Ok(tasks.len())
            }
        }
    };
}

in_parameters!(OnSqlite, Sqlite);
in_parameters!(OnMariaDb, MySql);
in_parameters!(OnMySql, MySql);

impl OnPostgres {
    async fn many(&self, ids: &[Uuid]) -> Result<usize, Failure> {
        let query =
            sqlx::query_as::<_, Resolved>(self.statements.resolve_many(ids.len())).bind(ids);
        Ok(query.fetch_all(&self.pool).await?.len())
    }

    async fn bulk(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
        let mut lines = String::with_capacity(tasks.len() * 160);
        let now = Utc::now().to_rfc3339();
        for task in tasks {
            let (id, game, external) = (Uuid::now_v7(), task.game_id, &task.external_task_id);
            writeln!(lines, "{id}\t{now}\t{now}\t\\N\t\\N\t{external}\t{game}\tdefault\topen")?;
        }
        let mut connection = self.pool.acquire().await?;
        let mut copy = connection.copy_in_raw(&Statements::copy()).await?;
        copy.send(lines.as_bytes()).await?;
        Ok(usize::try_from(copy.finish().await?)?)
    }
}

impl OnMySql {
    /// The row is as it was sent, with the column's microseconds.
    async fn inserted(&self, task: &NewTask) -> Result<usize, Failure> {
        let now = Utc::now().trunc_subsecs(6);
        let row = TaskRow {
            id: Uuid::now_v7(),
            created_at: now,
            updated_at: now,
            api_key_used: None,
            oauth_user_id: None,
            external_task_id: task.external_task_id.as_str().to_owned(),
            game_id: task.game_id,
            strategy_id: "default".to_owned(),
            status: "open".to_owned(),
        };
        let query = row!(sqlx::query::<MySql>(self.statements.insert), row.id, task, now);
        let inserted = query.execute(&self.pool).await?.rows_affected();
        std::hint::black_box(row);
        Ok(usize::try_from(inserted)?)
    }

    /// In a transaction, so that the row cannot be changed between being read and deleted.
    async fn deleted(&self, id: Uuid) -> Result<usize, Failure> {
        let mut transaction = self.pool.begin().await?;
        let text = self.statements.by_id_for_update;
        let query = sqlx::query_as::<MySql, TaskRow>(text).bind(id);
        query.fetch_one(&mut *transaction).await?;
        let query = sqlx::query::<MySql>(self.statements.delete).bind(id);
        let deleted = query.execute(&mut *transaction).await?.rows_affected();
        transaction.commit().await?;
        Ok(usize::try_from(deleted)?)
    }
}

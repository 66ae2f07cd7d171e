//! The minimum cost of SeaORM: a handwritten statement whose row is decoded by index.

use crate::implementation::{Failure, Implementation, Shape};
use crate::statements::Statements;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use game_tasks::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement, Value,
};
use game_tasks::{NewTask, StrategyId, Task, TaskKey, TaskStatus};
use uuid::Uuid;

pub(crate) struct SeaOrmStatement {
    db: DatabaseConnection,
    statements: Statements,
}

impl SeaOrmStatement {
    /// The operations that it implements.
    pub(crate) const OPERATIONS: [&'static str; 2] = ["find", "create"];

    pub(crate) fn new(db: &DatabaseConnection) -> Self {
        Self { db: db.clone(), statements: Statements::new(db.get_database_backend()) }
    }

    async fn run(&self, text: &str, values: Vec<Value>) -> Result<usize, Failure> {
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, text, values);
        let row = self.db.query_one_raw(statement).await?;
        let task = row.map(|row| decode(&row)).transpose()?;
        Ok(std::hint::black_box(task).iter().count())
    }
}

fn decode(row: &QueryResult) -> Result<Task, DbErr> {
    Ok(Task {
        id: row.try_get_by_index(0)?,
        created_at: row.try_get_by_index::<DateTime<Utc>>(1)?,
        updated_at: row.try_get_by_index::<DateTime<Utc>>(2)?,
        api_key_used: row.try_get_by_index(3)?,
        oauth_user_id: row.try_get_by_index(4)?,
        external_task_id: row.try_get_by_index(5)?,
        game_id: row.try_get_by_index(6)?,
        strategy_id: row.try_get_by_index::<StrategyId>(7)?,
        status: row.try_get_by_index::<TaskStatus>(8)?,
    })
}

#[async_trait]
impl Implementation for SeaOrmStatement {
    async fn create(&self, task: &NewTask) -> Result<usize, Failure> {
        let now = Utc::now();
        let values = vec![
            Uuid::now_v7().into(),
            now.into(),
            now.into(),
            None::<String>.into(),
            None::<String>.into(),
            task.external_task_id.as_str().into(),
            task.game_id.into(),
            "default".into(),
            "open".into(),
        ];
        self.run(self.statements.insert, values).await
    }

    async fn find(&self, key: &TaskKey) -> Result<usize, Failure> {
        match key {
            TaskKey::External(game, name) => {
                self.run(self.statements.find[2], vec![(*game).into(), name.as_str().into()]).await
            }
            _ => Err(UNSUPPORTED.into()),
        }
    }

    async fn resolve(&self, _: &TaskKey) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn resolve_many(&self, _: &[Uuid]) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn update(&self, _: Uuid, _: &str) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn transition(&self, _: Uuid, _: &str, _: &str) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn delete(&self, _: Uuid) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn create_many(&self, _: &[NewTask]) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn create_all(&self, _: &[NewTask]) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn page(&self, _: &Shape) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn stream(&self, _: Uuid) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
    async fn reassign(&self, _: Option<Uuid>, _: &str, _: &str) -> Result<usize, Failure> {
        Err(UNSUPPORTED.into())
    }
}

const UNSUPPORTED: &str = "the operation is not implemented";

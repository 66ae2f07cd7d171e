//! The minimum cost of SeaORM: a handwritten statement whose row is decoded by index.

use crate::database::Server;
use crate::implementation::{Failure, Implementation, Shape};
use crate::statements::Statements;
use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use game_tasks::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement, Value,
};
use game_tasks::{NewTask, StrategyId, Task, TaskKey, TaskStatus};
use uuid::Uuid;

pub(crate) struct SeaOrmStatement {
    db: DatabaseConnection,
    server: Server,
    statements: Statements,
}

impl SeaOrmStatement {
    /// The operations that it implements.
    pub(crate) const OPERATIONS: [&'static str; 2] = ["find", "create"];

    pub(crate) fn new(server: Server, db: &DatabaseConnection) -> Self {
        Self { db: db.clone(), server, statements: Statements::new(server) }
    }

    fn statement(&self, text: &str, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.server.backend(), text, values)
    }

    async fn run(&self, text: &str, values: Vec<Value>) -> Result<usize, Failure> {
        let row = self.db.query_one_raw(self.statement(text, values)).await?;
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
        let (id, now) = (Uuid::now_v7(), Utc::now().trunc_subsecs(6));
        let values = vec![
            id.into(),
            now.into(),
            now.into(),
            None::<String>.into(),
            None::<String>.into(),
            task.external_task_id.as_str().into(),
            task.game_id.into(),
            "default".into(),
            "open".into(),
        ];
        if self.server.has_returning() {
            return self.run(self.statements.insert, values).await;
        }
        let inserted = self.db.execute_raw(self.statement(self.statements.insert, values)).await?;
        std::hint::black_box(Task {
            id,
            created_at: now,
            updated_at: now,
            api_key_used: None,
            oauth_user_id: None,
            external_task_id: task.external_task_id.clone(),
            game_id: task.game_id,
            strategy_id: StrategyId::DEFAULT,
            status: TaskStatus::OPEN,
        });
        Ok(usize::try_from(inserted.rows_affected())?)
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

//! SeaORM's entities, as an application would use them.

use crate::implementation::{Failure, Implementation, PAGE, Shape};
use async_trait::async_trait;
use chrono::Utc;
use futures_util::TryStreamExt;
use game_tasks::entity::tasks::{ActiveModel, Column};
use game_tasks::sea_orm::sea_query::Expr;
use game_tasks::sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseConnection, EntityTrait,
    IntoActiveModel, ModelTrait, Order, QueryFilter, QueryOrder, QuerySelect, TransactionTrait,
};
use game_tasks::{Games, NewTask, StrategyId, Task, TaskKey, TaskOrder, TaskStatus, Tasks};
use uuid::Uuid;

/// The number of rows in one INSERT, which the databases' limit of parameters allows.
const CHUNK: usize = 3_000;

pub(crate) struct SeaOrmEntity {
    db: DatabaseConnection,
}

impl SeaOrmEntity {
    pub(crate) fn new(db: &DatabaseConnection) -> Self {
        Self { db: db.clone() }
    }
}

fn model(task: &NewTask) -> ActiveModel {
    let now = Utc::now();
    Task {
        id: Uuid::now_v7(),
        created_at: now,
        updated_at: now,
        api_key_used: None,
        oauth_user_id: None,
        external_task_id: task.external_task_id.clone(),
        game_id: task.game_id,
        strategy_id: StrategyId::DEFAULT,
        status: TaskStatus::OPEN,
    }
    .into_active_model()
    .reset_all()
}

fn by(key: &TaskKey) -> Condition {
    match key {
        TaskKey::Id(id) => Condition::all().add(Column::Id.eq(*id)),
        TaskKey::InGame(game, id) => {
            Condition::all().add(Column::GameId.eq(*game)).add(Column::Id.eq(*id))
        }
        TaskKey::External(game, external) => Condition::all()
            .add(Column::GameId.eq(*game))
            .add(Column::ExternalTaskId.eq(external.as_str())),
    }
}

impl SeaOrmEntity {
    async fn get(&self, id: Uuid) -> Result<Task, Failure> {
        Ok(Tasks::find_by_id(id).one(&self.db).await?.ok_or("not found")?)
    }
}

#[async_trait]
impl Implementation for SeaOrmEntity {
    async fn create(&self, task: &NewTask) -> Result<usize, Failure> {
        model(task).insert(&self.db).await?;
        Ok(1)
    }

    async fn find(&self, key: &TaskKey) -> Result<usize, Failure> {
        Ok(Tasks::find().filter(by(key)).one(&self.db).await?.iter().count())
    }

    async fn resolve(&self, key: &TaskKey) -> Result<usize, Failure> {
        let found = Tasks::find().filter(by(key)).find_also_related(Games).one(&self.db).await?;
        Ok(found.iter().count())
    }

    async fn resolve_many(&self, ids: &[Uuid]) -> Result<usize, Failure> {
        let tasks = Tasks::find().filter(Column::Id.is_in(ids.iter().copied()));
        Ok(tasks.find_also_related(Games).all(&self.db).await?.len())
    }

    async fn update(&self, id: Uuid, strategy: &str) -> Result<usize, Failure> {
        let mut task = self.get(id).await?.into_active_model();
        task.strategy_id = Set(StrategyId::new(strategy)?);
        task.updated_at = Set(Utc::now());
        task.update(&self.db).await?;
        Ok(1)
    }

    async fn transition(&self, id: Uuid, from: &str, to: &str) -> Result<usize, Failure> {
        let task = self.get(id).await?;
        if task.status.as_str() != from {
            return Err("another status".into());
        }
        let mut task = task.into_active_model();
        task.status = Set(TaskStatus::new(to)?);
        task.updated_at = Set(Utc::now());
        task.update(&self.db).await?;
        Ok(1)
    }

    async fn delete(&self, id: Uuid) -> Result<usize, Failure> {
        let task = self.get(id).await?;
        Ok(usize::try_from(task.delete(&self.db).await?.rows_affected)?)
    }

    async fn create_many(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
        self.create_all(tasks).await
    }

    async fn create_all(&self, tasks: &[NewTask]) -> Result<usize, Failure> {
        let transaction = self.db.begin().await?;
        for chunk in tasks.chunks(CHUNK) {
            Tasks::insert_many(chunk.iter().map(model)).exec(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(tasks.len())
    }

    async fn page(&self, shape: &Shape) -> Result<usize, Failure> {
        let direction = if shape.descending { Order::Desc } else { Order::Asc };
        let mut select = Tasks::find().filter(Column::GameId.eq(shape.game));
        if let Some((_, task)) = &shape.after {
            let beyond = |column: Column, value: game_tasks::sea_orm::Value| {
                if shape.descending { column.lt(value) } else { column.gt(value) }
            };
            select = match shape.order {
                TaskOrder::Created => select.filter(
                    Condition::any().add(beyond(Column::CreatedAt, task.created_at.into())).add(
                        Condition::all()
                            .add(Column::CreatedAt.eq(task.created_at))
                            .add(beyond(Column::Id, task.id.into())),
                    ),
                ),
                _ => select
                    .filter(beyond(Column::ExternalTaskId, task.external_task_id.as_str().into())),
            };
        }
        let select = match shape.order {
            TaskOrder::Created => select
                .order_by(Column::CreatedAt, direction.clone())
                .order_by(Column::Id, direction),
            _ => select.order_by(Column::ExternalTaskId, direction),
        };
        Ok(select.limit(PAGE).all(&self.db).await?.len())
    }

    async fn stream(&self, game: Uuid) -> Result<usize, Failure> {
        let select = Tasks::find().filter(Column::GameId.eq(game));
        let select = select.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
        let mut stream = select.stream(&self.db).await?;
        let mut count = 0;
        while stream.try_next().await?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    async fn reassign(&self, game: Option<Uuid>, from: &str, to: &str) -> Result<usize, Failure> {
        let mut update = Tasks::update_many()
            .col_expr(Column::StrategyId, Expr::value(to))
            .col_expr(Column::UpdatedAt, Expr::value(Utc::now()))
            .filter(Column::StrategyId.eq(from));
        if let Some(game) = game {
            update = update.filter(Column::GameId.eq(game));
        }
        Ok(usize::try_from(update.exec(&self.db).await?.rows_affected)?)
    }
}

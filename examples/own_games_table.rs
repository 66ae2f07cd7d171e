//! Adds the crate to an application with a games table of its own: its games are called campaigns,
//! belong to organisations and have integer primary keys. The application already has a to-do
//! table named `tasks`, so the crate's table is named `quest_tasks`.
//!
//! ```text
//! cargo run --example own_games_table                                     # embedded SQLite
//! cargo run --example own_games_table -- --database-url sqlite://own.db?mode=rwc # or postgres://, mysql://
//! ```

use async_trait::async_trait;
use game_tasks::sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectOptions, Database, DatabaseConnection,
    DbErr, EntityTrait, IntoActiveModel, QueryFilter, Schema,
};
use game_tasks::sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use game_tasks::{
    NewTask, OnExisting, ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver, Task,
    TaskFilter, TaskOrder, TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope, migration,
    migrations_for,
};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use uuid::Uuid;

const USAGE: &str = "usage: own_games_table [--database-url URL]";

/// The application's games.
mod campaigns {
    use game_tasks::{ParentGame, sea_orm};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "campaigns")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(unique)]
        pub public_id: Uuid,
        pub org_id: i64,
        pub name: String,
        pub rules: Option<String>,
        pub budget: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}

    /// All that the crate needs to know about the table.
    impl ParentGame for Entity {
        fn id_column() -> Column {
            Column::PublicId
        }
        fn strategy_column() -> Option<Column> {
            Some(Column::Rules)
        }
        fn owner_column() -> Option<Column> {
            Some(Column::OrgId)
        }
        fn tasks_table() -> &'static str {
            "quest_tasks"
        }
    }
}

/// The crate's table as an entity of the application, for queries with joins.
mod quest_tasks {
    game_tasks::tasks_entity!(super::campaigns::Entity);

    impl Related<super::details::Entity> for Entity {
        fn to() -> RelationDef {
            super::details::Relation::Task.def().rev()
        }
    }
}

/// Further data of the application about a task.
mod details {
    use game_tasks::sea_orm;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "quest_details")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: Uuid,
        pub title: String,
        pub position: i32,
        pub opens_at: DateTimeUtc,
        pub closes_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::quest_tasks::Entity",
            from = "Column::TaskId",
            to = "super::quest_tasks::Column::Id"
        )]
        Task,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The application's to-do table, unrelated to games.
mod todos {
    use game_tasks::sea_orm;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tasks")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub(crate) id: i32,
        pub(crate) text: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A migration of the application that creates the table of an entity.
struct Create<E>(&'static str, E);

impl<E: Send + Sync> MigrationName for Create<E> {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait]
impl<E: EntityTrait> MigrationTrait for Create<E> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::new(manager.get_database_backend());
        manager.create_table(schema.create_table_from_entity(self.1)).await
    }
}

struct AppMigrator;

#[async_trait]
impl MigratorTrait for AppMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut list: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(Create("m20240105_000001_todos", todos::Entity)),
            Box::new(Create("m20240311_000001_campaigns", campaigns::Entity)),
        ];
        // After the games table, which the tasks table references.
        list.extend(migrations_for::<campaigns::Entity>());
        list.push(Box::new(Create("m20261124_000001_details", details::Entity)));
        list
    }
}

type Tasks = SeaOrmTaskRepository<DatabaseConnection, campaigns::Entity>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(std::io::stderr(), "error: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let Some(url) = database_url()? else {
        writeln!(out, "{USAGE}")?;
        return Ok(());
    };
    let db = connect(&url).await?;
    migration::with_migration_lock(&db, async |connection| AppMigrator::up(connection, None).await)
        .await?;
    migration::verify_schema_for::<campaigns::Entity>(&db).await?;

    let tasks = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(db.clone());
    let bees = campaign(&db, 7, "City bees", Some("socio_bee")).await?;
    let trees = campaign(&db, 7, "City trees", None).await?;
    let others = campaign(&db, 8, "Another organisation's", None).await?;
    for (campaign, names) in [
        (bees, &["task-login", "task-share-photo", "task-count-bees"][..]),
        (trees, &["task-plant", "task-water"][..]),
        (others, &["task-secret"][..]),
    ] {
        quests(&db, &tasks, campaign, names).await?;
    }
    todos::ActiveModel { text: Set("call the printer".to_owned()), ..Default::default() }
        .insert(&db)
        .await?;

    // The scope restricts every statement to the campaigns of the organisation.
    let mine = tasks.clone().with_scope(TaskScope::owner(7_i64));
    writeln!(out, "organisation 7 has {} tasks", mine.count(TaskFilter::all()).await?)?;
    list(&db, &mine, &mut out).await?;

    let resolver = StrategyResolver::with_parent::<campaigns::Entity>(&db);
    writeln!(out, "task-login: {}", resolver.resolve((bees, "task-login")).await?)?;
    writeln!(out, "task-plant: {}", resolver.resolve((trees, "task-plant")).await?)?;
    Ok(())
}

/// Lists page by page with the crate's cursor. One query reads each task with its campaign and its
/// details, and applies a condition of the application.
async fn list(
    db: &DatabaseConnection,
    tasks: &Tasks,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let mut query =
        TaskQuery::new(TaskFilter::all().statuses(["open"])).order_by(TaskOrder::Created).limit(2);
    loop {
        let rows = tasks
            .select_as::<quest_tasks::Entity>(&query)?
            .find_also_related(campaigns::Entity)
            .find_also_related(details::Entity)
            .filter(details::Column::OpensAt.lte(chrono::Utc::now()))
            .all(db)
            .await?;
        let rows = rows
            .into_iter()
            .map(|(task, campaign, details)| (Task::from(task), campaign, details))
            .collect();
        let page = tasks.page_of(&query, rows, |(task, ..)| task);
        for (task, campaign, details) in &page.items {
            let campaign = campaign.as_ref().map_or("", |campaign| &campaign.name);
            let (position, title) =
                details.as_ref().map_or((0, ""), |details| (details.position, &details.title));
            writeln!(out, "  {campaign:12} {position}  {title:18} {}", task.external_task_id)?;
        }
        match page.next {
            Some(cursor) => query = query.after(cursor),
            None => return Ok(()),
        }
    }
}

/// The campaign of this name, created if it does not exist.
async fn campaign(
    db: &DatabaseConnection,
    org_id: i64,
    name: &str,
    rules: Option<&str>,
) -> Result<Uuid, DbErr> {
    let by_name = campaigns::Entity::find().filter(campaigns::Column::Name.eq(name));
    if let Some(found) = by_name.one(db).await? {
        return Ok(found.public_id);
    }
    let new = campaigns::ActiveModel {
        public_id: Set(Uuid::now_v7()),
        org_id: Set(org_id),
        name: Set(name.to_owned()),
        rules: Set(rules.map(str::to_owned)),
        budget: Set(100),
        ..Default::default()
    };
    Ok(new.insert(db).await?.public_id)
}

/// Creates the tasks of a campaign, and the application's details of each.
async fn quests(
    db: &DatabaseConnection,
    tasks: &impl TaskRepository,
    campaign: Uuid,
    names: &[&str],
) -> Result<(), Box<dyn Error>> {
    let batch = names.iter().map(|name| NewTask::new(campaign, *name));
    let outcomes = tasks.create_all(batch, OnExisting::Keep).await?;
    for (position, outcome) in (1..).zip(&outcomes) {
        if outcome.is_created() {
            let task = outcome.task();
            let title = task.external_task_id.trim_start_matches("task-").replace('-', " ");
            let details = details::Model {
                task_id: task.id,
                title,
                position,
                opens_at: task.created_at,
                closes_at: None,
            };
            details::Entity::insert(details.into_active_model()).exec_without_returning(db).await?;
        }
    }
    Ok(())
}

fn database_url() -> Result<Option<String>, Box<dyn Error>> {
    use lexopt::prelude::{Long, Short, ValueExt};
    let mut url = "sqlite::memory:".to_owned();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("database-url") => url = parser.value()?.string()?,
            Short('h') | Long("help") => return Ok(None),
            other => return Err(format!("{}; {USAGE}", other.unexpected()).into()),
        }
    }
    Ok(Some(url))
}

async fn connect(url: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).connect_timeout(Duration::from_secs(5));
    if url == "sqlite::memory:" {
        // The database exists only as long as its connection, so the pool must not close it.
        options.test_before_acquire(false);
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    }
    Ok(Database::connect(options)
        .await
        .map_err(|error| format!("cannot reach the database: {error}"))?)
}

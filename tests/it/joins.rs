//! Filters and queries in an application's selects that join its own tables.

use crate::support::{TestDatabase, assert_is, database_cases, names};
use game_tasks::sea_orm::entity::prelude::*;
use game_tasks::sea_orm::{IntoActiveModel, JoinType, QuerySelect, TransactionTrait};
use game_tasks::{
    CursorFault, Game, Games, NewTask, OnExisting, ParentGame, SeaOrmTaskRepository, SortDirection,
    Task, TaskConnection, TaskError, TaskFilter, TaskOrder, TaskPatch, TaskQuery, TaskRepository,
    TaskRepositoryExt, Tasks,
};

database_cases!(
    conditions_select_what_filters_match,
    selects_return_what_lists_return,
    joined_and_paged_by_cursor,
    joined_in_a_transaction,
    joined_with_games,
    invalid_queries_are_refused,
);

/// A table of the application with titles for some tasks. Some of its columns have the same names
/// as those of the tasks table.
pub(crate) mod titles {
    use game_tasks::sea_orm;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "app_titles")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) title: String,
        pub(crate) status: String,
        #[sea_orm(column_name = "externalTaskId")]
        pub(crate) external_task_id: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(
            belongs_to = "game_tasks::Tasks",
            from = "Column::Id",
            to = "game_tasks::entity::tasks::Column::Id"
        )]
        Task,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Related<titles::Entity> for Tasks {
    fn to() -> RelationDef {
        titles::Relation::Task.def().rev()
    }
}

/// Creates a game with tasks `00` to `11`, of which every third is closed and every other has a
/// title.
async fn twelve_tasks(database: &TestDatabase) -> (Game, Vec<Task>) {
    let db = &database.db;
    let game = Game::new("game").insert(db).await.unwrap();
    let tasks = SeaOrmTaskRepository::new(db.clone());
    let rows = twelve_tasks_in(database, &tasks, game.id).await;
    let other = Game::new("other").insert(db).await.unwrap();
    tasks.create(NewTask::new(other.id, "00")).await.unwrap();
    (game, rows)
}

/// The same in an existing game.
pub(crate) async fn twelve_tasks_in(
    database: &TestDatabase,
    tasks: &dyn TaskRepository,
    game: Uuid,
) -> Vec<Task> {
    let db = &database.db;
    let uuid = database.backend.uuid_type();
    let create = format!(
        r#"CREATE TABLE app_titles (id {uuid} PRIMARY KEY, title varchar(50) NOT NULL,
           status varchar(50) NOT NULL, "externalTaskId" varchar(50) NOT NULL)"#
    );
    crate::support::run(db, &create, []).await;
    let batch = (0..12).map(|n| NewTask::new(game, format!("{n:02}")));
    let written = tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    let mut rows = Vec::new();
    for (n, task) in written.into_iter().map(game_tasks::CreateOutcome::into_task).enumerate() {
        let task = match n % 3 {
            0 => tasks.update(&task, TaskPatch::new().status("closed")).await.unwrap(),
            _ => task,
        };
        if n % 2 == 0 {
            let title = titles::Model {
                id: task.id,
                title: format!("Title {n}"),
                status: "printed".to_owned(),
                external_task_id: "none".to_owned(),
            };
            title.into_active_model().reset_all().insert(db).await.unwrap();
        }
        rows.push(task);
    }
    rows
}

async fn conditions_select_what_filters_match(database: &TestDatabase) {
    let (game, rows) = twelve_tasks(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let closed = TaskFilter::in_game(game.id).statuses(["closed"]);
    for (filter, expected) in [
        (closed.clone(), &["00", "03", "06", "09"][..]),
        (closed.external_id_prefix("0"), &["00", "03", "06", "09"]),
        (TaskFilter::in_game(game.id).external_id_prefix("1"), &["10", "11"]),
        (TaskFilter::keys([rows[4].id, rows[2].id]), &["02", "04"]),
        (TaskFilter::keys([(game.id, "07")]), &["07"]),
        (TaskFilter::all().statuses(Vec::<String>::new()), &[]),
    ] {
        let condition = tasks.condition(&filter).unwrap();
        let mut found = Tasks::find().filter(condition).all(&database.db).await.unwrap();
        found.sort_by(|a, b| a.external_task_id.cmp(&b.external_task_id));
        assert_eq!(names(&found), expected, "{filter:?}");
    }
    // Combined with the application's own conditions.
    let filter = TaskFilter::in_game(game.id).statuses(["closed", "it's"]).strategies(["default"]);
    let found = Tasks::find()
        .join(JoinType::InnerJoin, titles::Relation::Task.def().rev())
        .filter(titles::Column::Title.ne("Title 0"))
        .filter(tasks.condition(&filter).unwrap())
        .filter(titles::Column::Status.eq("printed"))
        .all(&database.db)
        .await
        .unwrap();
    assert_eq!(names(&found), ["06"]);
    let count = Tasks::find().filter(tasks.condition(&TaskFilter::all()).unwrap());
    assert_eq!(count.count(&database.db).await.unwrap(), 13);
}

async fn selects_return_what_lists_return(database: &TestDatabase) {
    let (game, _) = twelve_tasks(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    for order in [TaskOrder::Created, TaskOrder::ExternalId, TaskOrder::Updated] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let query = TaskQuery::in_game(game.id).order_by(order).direction(direction).limit(5);
            for query in [query.clone(), query.clone().page(2), query.page(3)] {
                let rows = tasks.select(&query).unwrap().all(&database.db).await.unwrap();
                let page = tasks.page_of(&query, rows, |task| task);
                assert_eq!(page, tasks.list(query).await.unwrap());
            }
        }
    }
}

/// The tasks with titles of all pages of a query.
async fn walk<C: TaskConnection + ConnectionTrait>(
    connection: &C,
    query: TaskQuery,
) -> Vec<(Task, titles::Model)> {
    walk_in(&SeaOrmTaskRepository::new(connection), connection, query).await
}

/// The same with a repository of any parent.
pub(crate) async fn walk_in<C, D, G>(
    tasks: &SeaOrmTaskRepository<D, G>,
    connection: &C,
    mut query: TaskQuery,
) -> Vec<(Task, titles::Model)>
where
    C: ConnectionTrait,
    D: TaskConnection,
    G: ParentGame,
{
    let mut walked = Vec::new();
    loop {
        let rows = tasks
            .select(&query)
            .unwrap()
            .find_also_related(titles::Entity)
            .filter(titles::Column::Title.is_not_null())
            .all(connection)
            .await
            .unwrap();
        assert!(rows.len() as u64 <= query.page_size() + 1);
        let page = tasks.page_of(&query, rows, |(task, _)| task);
        assert_eq!(page.total, None);
        walked.extend(page.items.into_iter().map(|(task, title)| (task, title.unwrap())));
        match page.next {
            Some(cursor) => query = query.after(cursor),
            None => return walked,
        }
    }
}

pub(crate) fn titled(rows: &[Task]) -> Vec<Task> {
    rows.iter().step_by(2).cloned().collect()
}

async fn joined_and_paged_by_cursor(database: &TestDatabase) {
    let (game, rows) = twelve_tasks(database).await;
    let query = TaskQuery::in_game(game.id).order_by(TaskOrder::ExternalId);
    for limit in [1, 2, 4, 6, 7] {
        let walked = walk(&database.db, query.clone().limit(limit)).await;
        for (task, title) in &walked {
            assert_eq!(
                title.title,
                format!("Title {}", task.external_task_id.parse::<u8>().unwrap())
            );
            assert_eq!((title.id, title.status.as_str()), (task.id, "printed"));
        }
        let walked: Vec<Task> = walked.into_iter().map(|(task, _)| task).collect();
        assert_eq!(walked, titled(&rows), "in pages of {limit}");
        // They have equal timestamps, so only the id orders them.
        let by_creation = query.clone().order_by(TaskOrder::Created).descending().limit(limit);
        let walked = walk(&database.db, by_creation).await;
        let mut expected = titled(&rows);
        expected.sort_by_key(|task| std::cmp::Reverse((task.created_at, task.id)));
        assert_eq!(walked.into_iter().map(|(task, _)| task).collect::<Vec<_>>(), expected);
    }
    let closed = TaskFilter::in_game(game.id).statuses(["closed"]);
    let walked =
        walk(&database.db, TaskQuery::new(closed).order_by(TaskOrder::ExternalId).limit(1));
    let walked = walked.await;
    assert_eq!(names(walked.iter().map(|(task, _)| task)), ["00", "06"]);
}

async fn joined_in_a_transaction(database: &TestDatabase) {
    let (game, rows) = twelve_tasks(database).await;
    let transaction = database.db.begin().await.unwrap();
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    tasks.on(&transaction).delete(&rows[1]).await.unwrap();
    crate::support::run(&transaction, "DELETE FROM app_titles WHERE title = 'Title 4'", []).await;
    let query = TaskQuery::in_game(game.id).order_by(TaskOrder::ExternalId).limit(2);
    let walked = walk(&transaction, query).await;
    assert_eq!(names(walked.iter().map(|(task, _)| task)), ["00", "02", "06", "08", "10"]);
    transaction.commit().await.unwrap();
}

async fn joined_with_games(database: &TestDatabase) {
    let (game, rows) = twelve_tasks(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let query = TaskQuery::in_game(game.id).order_by(TaskOrder::ExternalId).limit(3);
    let select = tasks.select(&query).unwrap().find_also_related(Games);
    let found = select.all(&database.db).await.unwrap();
    let page = tasks.page_of(&query, found, |(task, _)| task);
    let expected: Vec<_> =
        rows[..3].iter().map(|task| (task.clone(), Some(game.clone()))).collect();
    assert_eq!(page.items, expected);
    assert!(page.next.is_some());
}

async fn invalid_queries_are_refused(database: &TestDatabase) {
    let (game, _) = twelve_tasks(database).await;
    let tasks = SeaOrmTaskRepository::new(database.db.clone());
    let filter = TaskFilter::all().statuses(["\0"]);
    assert_is!(tasks.condition(&filter), Err(TaskError::Invalid { field: "statuses", .. }));
    let query = TaskQuery::in_game(game.id).limit(1);
    for (query, field) in [
        (TaskQuery::new(filter), "statuses"),
        (query.clone().limit(0), "limit"),
        (query.clone().limit(1_001), "limit"),
        (query.clone().page(0), "page"),
    ] {
        assert_is!(tasks.select(&query), Err(TaskError::Invalid { field: of, .. }) if *of == field);
    }
    let cursor = tasks.list(query.clone()).await.unwrap().next.unwrap();
    assert_is!(
        tasks.select(&query.clone().descending().after(cursor)),
        Err(TaskError::InvalidCursor(CursorFault::Order))
    );
    let garbage = query.after("garbage".into());
    assert_is!(tasks.select(&garbage), Err(TaskError::InvalidCursor(CursorFault::Damaged)));
}

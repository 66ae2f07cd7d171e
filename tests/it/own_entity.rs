//! The entity that `tasks_entity!` defines for a tasks table with another name, with the crate's
//! queries.

use crate::support::{
    MigratorOf, TestDatabase, campaign, campaigns, database_cases, key, run, unordered_id,
};
use game_tasks::chrono::{DateTime, TimeDelta, Utc};
use game_tasks::sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityName, EntityTrait, IdenStatic,
    IntoActiveModel, Iterable, QueryFilter,
};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    Game, Games, NewTask, OnExisting, SeaOrmTaskRepository, Task, TaskFilter, TaskOrder, TaskQuery,
    TaskRepositoryExt, TaskScope, Tasks, entity,
};

database_cases!(
    it_reads_and_writes_the_same_rows_as_the_repository,
    pages_with_another_table_called_tasks,
    it_accepts_the_crates_conditions,
    active_models_truncate_to_microseconds,
);

/// The model that SeaORM returns equals the stored row.
async fn active_models_truncate_to_microseconds(database: &TestDatabase) {
    let db = &database.db;
    let nanosecond = "2026-11-26T17:00:00.123456789Z".parse().unwrap();
    let microsecond = "2026-11-26T17:00:00.123456Z".parse::<DateTime<Utc>>().unwrap();
    let mut game = Game::new("whole");
    (game.created_at, game.updated_at) = (nanosecond, nanosecond);
    let game = game.into_active_model().insert(db).await.unwrap();
    assert_eq!((game.created_at, game.updated_at), (microsecond, microsecond));
    let stored = Games::find_by_id(game.id).one(db).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&game));

    let new = NewTask::new(game.id, "whole");
    let mut task = new.to_task(&TaskScope::unrestricted(), Some(&game), Utc::now()).unwrap();
    (task.created_at, task.updated_at) = (nanosecond, nanosecond);
    let inserted = task.into_active_model().insert(db).await.unwrap();
    assert_eq!((inserted.created_at, inserted.updated_at), (microsecond, microsecond));
    let mut changed = inserted.into_active_model();
    changed.updated_at = Set(nanosecond + TimeDelta::seconds(1));
    let updated = changed.update(db).await.unwrap();
    assert_eq!(updated.updated_at, microsecond + TimeDelta::seconds(1));
    assert_eq!(Tasks::find_by_id(updated.id).one(db).await.unwrap(), Some(updated));
}

mod quests {
    game_tasks::tasks_entity!(crate::support::campaigns::Entity);
}

/// A table of the application with the name of the crate's own tasks table.
mod todos {
    use game_tasks::sea_orm;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tasks")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) status: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(
            belongs_to = "super::quests::Entity",
            from = "Column::Id",
            to = "super::quests::Column::Id"
        )]
        Quest,
    }

    impl Related<Entity> for super::quests::Entity {
        fn to() -> RelationDef {
            Relation::Quest.def().rev()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn the_columns_are_the_same() {
    let of_quests: Vec<_> = quests::Column::iter().map(|column| column.def()).collect();
    let of_tasks: Vec<_> = entity::tasks::Column::iter().map(|column| column.def()).collect();
    assert_eq!(of_quests, of_tasks);
    let quests: Vec<_> = quests::Column::iter().map(|column| column.as_str()).collect();
    let tasks: Vec<_> = entity::tasks::Column::iter().map(|column| column.as_str()).collect();
    assert_eq!(quests, tasks);
    assert_eq!(quests::Entity.table_name(), "quest_tasks");
    assert_eq!(quests::Entity.schema_name(), None);
}

async fn it_reads_and_writes_the_same_rows_as_the_repository(database: &TestDatabase) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    let game = campaign(db, 1, 1, None).await;
    let repository = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(db.clone());
    let task = repository.create(NewTask::new(game, "login").strategy("own")).await.unwrap();

    let found = quests::Entity::find_by_id(task.id)
        .find_also_related(campaigns::Entity)
        .one(db)
        .await
        .unwrap();
    let (row, campaign) = found.unwrap();
    assert_eq!(campaign.unwrap().public_id, game);
    assert_eq!(serde_json::to_value(&row).unwrap(), serde_json::to_value(&task).unwrap());
    let read: quests::Model = serde_json::from_value(serde_json::to_value(&task).unwrap()).unwrap();
    assert_eq!(read, row);
    assert_eq!(Task::from(row.clone()), task);
    assert_eq!(quests::Model::from(task.clone()), row);

    // The repository reads what the application writes, and `Debug` hides the API key.
    let mut own = quests::Model::from(task).into_active_model();
    own.id.set_if_not_equals(unordered_id());
    own.external_task_id.set_if_not_equals("logout".to_owned());
    own.api_key_used.set_if_not_equals(Some(key("gme_live_mine")));
    let own = own.reset_all();
    assert!(!format!("{own:?}").contains("gme_live"));
    let own = own.insert(db).await.unwrap();
    assert_eq!(repository.get((game, "logout")).await.unwrap(), Task::from(own));
}

async fn pages_with_another_table_called_tasks(database: &TestDatabase) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    let game = campaign(db, 1, 7, None).await;
    let foreign = campaign(db, 2, 8, None).await;
    let all = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(db.clone());
    let named = |game, n: usize| NewTask::new(game, format!("{n:02}"));
    let batch = (0..7).map(|n| named(game, n)).chain((0..7).map(|n| named(foreign, n)));
    let written = all.create_all(batch, OnExisting::Fail).await.unwrap();
    run(db, "DROP TABLE tasks", []).await;
    let create = format!(
        "CREATE TABLE tasks (id {} NOT NULL PRIMARY KEY, status varchar(9) NOT NULL)",
        database.backend.uuid_type()
    );
    run(db, &create, []).await;
    for written in &written {
        let todo = todos::Model { id: written.task().id, status: "to do".to_owned() };
        todos::Entity::insert(todo.into_active_model()).exec_without_returning(db).await.unwrap();
    }

    let mine = all.clone().with_scope(TaskScope::owner(7_i64));
    for query in [
        TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId).limit(3),
        TaskQuery::in_game(game).descending().limit(2),
    ] {
        let mut query = query;
        let (mut names, mut pages) = (Vec::new(), 0);
        loop {
            let select = mine.select_as::<quests::Entity>(&query).unwrap();
            let select = select.find_also_related(campaigns::Entity);
            let rows = select.find_also_related(todos::Entity).all(db).await.unwrap();
            let rows = rows.into_iter().map(|(task, campaign, todo)| {
                let (campaign, todo) = (campaign.unwrap(), todo.unwrap());
                assert_eq!((campaign.public_id, todo.id), (task.game_id, task.id));
                assert_eq!((campaign.org_id, todo.status.as_str()), (7, "to do"));
                Task::from(task)
            });
            let page = mine.page_of(&query, rows.collect(), |task| task);
            assert_eq!(page, mine.list(query.clone()).await.unwrap());
            pages += 1;
            names.extend(page.items.into_iter().map(|task| task.external_task_id));
            let Some(cursor) = page.next else { break };
            query = query.after(cursor);
        }
        names.sort();
        assert_eq!(names, ["00", "01", "02", "03", "04", "05", "06"]);
        assert!(pages > 2);
    }
}

async fn it_accepts_the_crates_conditions(database: &TestDatabase) {
    let db = &database.db;
    MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    let game = campaign(db, 1, 7, None).await;
    let all = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(db.clone());
    for name in ["photo-1", "photo-2", "login"] {
        all.create(NewTask::new(game, name)).await.unwrap();
    }
    let photos = all.condition(&TaskFilter::in_game(game).external_id_prefix("photo-")).unwrap();
    let rows = quests::Entity::find()
        .filter(photos)
        .filter(quests::Column::ExternalTaskId.ne("photo-1"))
        .all(db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].external_task_id, "photo-2");
    // The crate's own entity reads the other table.
    assert!(Tasks::find().all(db).await.unwrap().is_empty());
}

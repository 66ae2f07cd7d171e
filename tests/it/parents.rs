//! Games tables of applications, with other keys, owners and tasks tables.

use crate::support::{
    MigratorOf, ON_EXISTING, TestDatabase, arenas, assert_is, campaign, campaigns, database_cases,
    empty_database_cases, keys_of, list_by_name, names, parent, run,
};
use game_tasks::sea_orm::TransactionTrait;
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    ApiKeyId, CreateOutcome, Game, NewTask, OauthUserId, OnExisting, ResolveStrategyExt,
    SeaOrmTaskRepository, StrategyResolver, StrategySource, TaskError, TaskFilter, TaskPatch,
    TaskRepository, TaskRepositoryExt, TaskScope,
};
use uuid::Uuid;

database_cases!(
    any_caller_creates_in_games_without_owners,
    the_name_of_a_hidden_task_is_taken,
    an_owner_column_of_the_application,
);
empty_database_cases!(campaigns_of_an_application);

parent! {
    /// The crate's own games table with the platform as the owner column.
    mod tenancies: "games" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) id: Uuid,
        pub(crate) platform: Option<String>,
    }
    fn id_column() -> Column {
        Column::Id
    }
    fn strategy_column() -> Option<Column> {
        None
    }
    fn owner_column() -> Option<Column> {
        Some(Column::Platform)
    }
}

fn scope_of_key(text: &str) -> TaskScope {
    TaskScope::api_key(ApiKeyId::new(text).unwrap())
}

async fn any_caller_creates_in_games_without_owners(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("arena").owned_by_api_key(ApiKeyId::new("owner").unwrap());
    let game = game.insert(db).await.unwrap().id;
    let all = SeaOrmTaskRepository::with_parent::<arenas::Entity>(db.clone());
    let first = all.scoped(scope_of_key("first"));
    let second = all.scoped(TaskScope::oauth_user(OauthUserId::new("second").unwrap()));
    let of_first = first.create(NewTask::new(game, "of first")).await.unwrap();
    let of_second = second.create(NewTask::new(game, "of second")).await.unwrap();
    assert_eq!(of_first.api_key_used.as_ref().unwrap(), "first");
    assert_eq!(of_second.oauth_user_id.as_ref().unwrap(), "second");
    // Each caller sees what it created. The owner columns of the crate's own games are ignored.
    assert_eq!(list_by_name(&*first).await, [of_first]);
    assert_eq!(list_by_name(&*second).await, [of_second]);
    assert!(list_by_name(&*all.scoped(scope_of_key("owner"))).await.is_empty());
    assert_eq!(list_by_name(&all).await.len(), 2);
    // This parent has no owner column either.
    let tenant = all.scoped(TaskScope::owner("owner"));
    assert!(list_by_name(&*tenant).await.is_empty());
    let resolver = StrategyResolver::with_parent::<arenas::Entity>(db.clone());
    let resolved = resolver.resolve((game, "of first")).await.unwrap();
    assert_eq!(resolved.source, StrategySource::Default);
}

async fn the_name_of_a_hidden_task_is_taken(database: &TestDatabase) {
    let db = &database.db;
    let game = Game::new("arena").insert(db).await.unwrap().id;
    let all = SeaOrmTaskRepository::with_parent::<arenas::Entity>(db.clone());
    let first = all.scoped(scope_of_key("first"));
    let taken = first.create(NewTask::new(game, "taken")).await.unwrap();
    let transaction = db.begin().await.unwrap();
    let inside = all.on(&transaction);
    for second in [inside.scoped(scope_of_key("second"))] {
        let new = || NewTask::new(game, "taken").strategy("mine");
        let assert_hidden = |error: &TaskError| {
            assert_is!(
                error,
                TaskError::AlreadyExists { game_id, external_task_id, id: None }
                    if *game_id == game && external_task_id == "taken"
            );
        };
        assert_hidden(&second.create(new()).await.unwrap_err());
        assert_hidden(&second.get_or_create(new()).await.unwrap_err());
        for on_existing in ON_EXISTING {
            let batch = || [NewTask::new(game, format!("{on_existing:?}")), new()];
            let error = second.create_all(batch(), on_existing).await.unwrap_err();
            assert_is!(&error, TaskError::Batch { index: 1, .. });
            let TaskError::Batch { error, .. } = error else { unreachable!() };
            assert_hidden(&error);
            let outcomes = second.create_many(batch(), on_existing).await.unwrap();
            let [Ok(CreateOutcome::Created(_)), Err(error)] = &outcomes[..] else {
                panic!("{outcomes:?}")
            };
            assert_hidden(error);
        }
        assert_eq!(names(&list_by_name(&*second).await), ["Fail", "Keep", "Update"]);
    }
    // A caller that can see the task gets its id.
    let error = inside.create(NewTask::new(game, "taken")).await.unwrap_err();
    assert_is!(error, TaskError::AlreadyExists { id, .. } if *id == Some(taken.id));
    transaction.commit().await.unwrap();
    assert_eq!(all.get(&taken).await.unwrap(), taken);
}

async fn an_owner_column_of_the_application(database: &TestDatabase) {
    let db = &database.db;
    let mut game = Game::new("tenancy").owned_by_api_key(ApiKeyId::new("key").unwrap());
    game.platform = Some("tenant".to_owned());
    let game = game.insert(db).await.unwrap().id;
    let other = Game::new("other").insert(db).await.unwrap().id;
    let all = SeaOrmTaskRepository::with_parent::<tenancies::Entity>(db.clone());
    all.create(NewTask::new(other, "elsewhere")).await.unwrap();
    let tenant = all.scoped(TaskScope::owner("tenant"));
    let task = tenant.create(NewTask::new(game, "task")).await.unwrap();
    assert_eq!((&task.api_key_used, &task.oauth_user_id), (&None, &None));
    assert_eq!(list_by_name(&*tenant).await, [task]);
    for stranger in ["Tenant", "tenant ", "tenan", "", "%", "ten\0ant"] {
        let stranger = all.scoped(TaskScope::owner(stranger));
        assert!(list_by_name(&*stranger).await.is_empty());
        let error = stranger.create(NewTask::new(game, "new")).await.unwrap_err();
        assert_is!(error, TaskError::GameNotFound { .. });
    }
    // The owner column contains no API keys.
    let by_key = all.scoped(scope_of_key("key"));
    let error = by_key.create(NewTask::new(game, "new")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { .. });
    // In a scope with an additional key, the tenant creates tasks that record the key.
    let both = tenant.scoped(scope_of_key("key"));
    let with_key = both.create(NewTask::new(game, "with key")).await.unwrap();
    assert_eq!(with_key.api_key_used.as_ref().unwrap(), "key");
    assert_eq!(list_by_name(&*both).await, [with_key]);
}

async fn campaigns_of_an_application(database: &TestDatabase) {
    let db = &database.db;
    for _ in 0..2 {
        MigratorOf::<campaigns::Entity>::up(db, None).await.unwrap();
    }
    let even = campaign(db, 2, 0, Some("socio_bee")).await;
    let odd = campaign(db, 3, 1, None).await;
    let all = SeaOrmTaskRepository::with_parent::<campaigns::Entity>(db.clone());
    let of_even = all.create(NewTask::new(even, "task")).await.unwrap();
    let of_odd = all.create(NewTask::new(odd, "task").strategy("own")).await.unwrap();
    for task in [&of_even, &of_odd] {
        for key in keys_of(task) {
            assert_eq!(all.get(&key).await.unwrap(), *task);
        }
    }
    let error = all.create(NewTask::new(Uuid::nil(), "lost")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { .. });
    let count = crate::support::rows(db, "SELECT id FROM quest_tasks", []).await.len();
    assert_eq!(count, 2);

    let even_org = all.scoped(TaskScope::owner(0));
    assert_eq!(list_by_name(&*even_org).await, std::slice::from_ref(&of_even));
    even_org.create_all([NewTask::new(even, "new")], OnExisting::Fail).await.unwrap();
    let error = even_org.create(NewTask::new(odd, "new")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == odd);
    let closed = TaskPatch::new().status("closed");
    assert_eq!(even_org.update_many(TaskFilter::all(), closed.clone()).await.unwrap(), 2);
    assert_is!(even_org.update(&of_odd, closed).await, Err(TaskError::NotFound { .. }));

    let resolver = StrategyResolver::with_parent::<campaigns::Entity>(db.clone());
    let resolved = resolver.resolve_many([of_even.id, of_odd.id, Uuid::nil()]).await.unwrap();
    let resolved: Vec<_> = resolved.into_iter().map(|r| r.map(|r| r.to_string())).collect();
    let expected = ["socio_bee, inherited from the game", "own, the task's own"];
    assert_eq!(resolved, [Some(expected[0].to_owned()), Some(expected[1].to_owned()), None]);
    // A campaign without rules has no strategy.
    all.update(&of_odd, TaskPatch::new().strategy("default")).await.unwrap();
    assert_eq!(resolver.resolve(&of_odd).await.unwrap().source, StrategySource::Default);

    let transaction = db.begin().await.unwrap();
    assert_eq!(all.on(&transaction).delete_game(even).await.unwrap(), 2);
    transaction.commit().await.unwrap();
    run(db, "DELETE FROM campaigns WHERE id = 2", []).await;
    let deleted = crate::support::try_run(db, "DELETE FROM campaigns WHERE id = 3", []).await;
    deleted.expect_err("a campaign with tasks cannot be deleted");
}

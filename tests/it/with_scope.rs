//! `with_scope`, which keeps the repository's type: it also restricts selects, conditions,
//! transactions and cursors.

use crate::support::{
    Harness, TestDatabase, assert_is, assert_no_access, database_cases, harness_cases, key,
    list_by_name, names,
};
use game_tasks::conformance::fixtures::{callers, strangers};
use game_tasks::sea_orm::{
    ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, TransactionTrait,
};
use game_tasks::{
    Caller, CursorFault, Game, NewTask, SeaOrmTaskRepository, Task, TaskConnection, TaskError,
    TaskFilter, TaskOrder, TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope, Tasks,
};

harness_cases!(with_scope_restricts_like_scoped, further_scopes_narrow);
database_cases!(
    selects_and_conditions_are_restricted,
    calls_in_a_transaction_are_restricted,
    pages_of_selects_are_restricted,
    a_cursor_is_valid_only_in_its_scope,
);

async fn with_scope_restricts_like_scoped(harness: &Harness<'_>) {
    for (scope, game) in callers().unwrap() {
        let game = harness.add_game(game).await.id;
        let elsewhere = harness.task(harness.game().await, "elsewhere").await;
        let mine = harness.with_scope(scope.clone());
        let created = mine.create(NewTask::new(game, "created")).await.unwrap();
        let expected = match &scope.callers()[0] {
            Caller::ApiKey(key) => (Some(key.clone()), None),
            Caller::OauthUser(user) => (None, Some(user.clone())),
            other => panic!("{other:?}"),
        };
        assert_eq!((created.api_key_used.clone(), created.oauth_user_id.clone()), expected);
        // Both see the same tasks.
        let inherited = harness.task(game, "inherited").await;
        assert_eq!(list_by_name(&*mine).await, [created.clone(), inherited]);
        assert_eq!(list_by_name(&*mine).await, list_by_name(&*harness.tasks().scoped(scope)).await);
        assert_eq!(harness.tasks().get(&created).await.unwrap(), created);
        assert_eq!(mine.find(&elsewhere).await.unwrap(), None);
        let rows = harness.rows().await;
        for stranger in strangers().unwrap() {
            assert_no_access(&*harness.with_scope(stranger), &created).await;
        }
        assert_eq!(harness.rows().await, rows);
        assert_eq!(mine.delete_many(TaskFilter::all()).await.unwrap(), 2);
    }
}

async fn further_scopes_narrow(harness: &Harness<'_>) {
    let [(by_key, of_key), (by_user, of_user)] = callers().unwrap();
    let (of_key, of_user) = (harness.add_game(of_key).await.id, harness.add_game(of_user).await.id);
    let (key, user) = (harness.task(of_key, "key").await, harness.task(of_user, "user").await);
    assert_eq!(list_by_name(&*harness.with_scope(TaskScope::unrestricted())).await.len(), 2);
    for both in [by_key.clone().and(by_user.clone()), by_user.clone().and(by_key.clone())] {
        let both = harness.with_scope(both);
        for wider in [TaskScope::unrestricted(), by_key.clone(), by_user.clone()] {
            let scoped = both.scoped(wider);
            assert_no_access(&*scoped, &key).await;
            assert_no_access(&*scoped, &user).await;
        }
    }
}

type Repository<C = DatabaseConnection> = SeaOrmTaskRepository<C>;

/// Repositories of two keys. `mine` owns a game with the tasks `a`, `b` and `c`, and has created `d`
/// in another game before that was transferred to `other`, which has created `e` there.
struct Fixture {
    all: Repository,
    mine: Repository,
    other: Repository,
    of_mine: Game,
    of_other: Game,
}

async fn set_up(database: &TestDatabase) -> Fixture {
    let db = &database.db;
    let all = SeaOrmTaskRepository::new(db.clone());
    let scoped = |text| all.clone().with_scope(TaskScope::api_key(key(text)));
    let (mine, other) = (scoped("gme_live_mine"), scoped("gme_live_other"));
    let game = |name: &str, owner| Game::new(name).owned_by_api_key(key(owner));
    let of_mine = game("of mine", "gme_live_mine").insert(db).await.unwrap();
    let of_other = game("of other", "gme_live_mine").insert(db).await.unwrap();
    for (game, name) in [(&of_mine, "a"), (&of_mine, "b"), (&of_mine, "c"), (&of_other, "d")] {
        mine.create(NewTask::new(game.id, name)).await.unwrap();
    }
    let transfer = r#"UPDATE games SET "apiKey_used" = 'gme_live_other' WHERE id = ?"#;
    crate::support::run(db, transfer, [of_other.id.into()]).await;
    other.create(NewTask::new(of_other.id, "e")).await.unwrap();
    Fixture { all, mine, other, of_mine, of_other }
}

/// The tasks that an application selects with `select` and with `condition`.
async fn selected<C: TaskConnection, D: ConnectionTrait>(
    tasks: &Repository<C>,
    filter: TaskFilter,
    connection: &D,
) -> [Vec<Task>; 2] {
    let condition = tasks.condition(&filter).unwrap();
    let mut found = Tasks::find().filter(condition).all(connection).await.unwrap();
    found.sort_by(|a, b| a.external_task_id.cmp(&b.external_task_id));
    let query = TaskQuery::new(filter).order_by(TaskOrder::ExternalId);
    [tasks.select(&query).unwrap().all(connection).await.unwrap(), found]
}

async fn selects_and_conditions_are_restricted(database: &TestDatabase) {
    let Fixture { all, mine, other, of_mine, of_other } = set_up(database).await;
    let narrow = mine.clone().with_scope(TaskScope::api_key(key("gme_live_other")));
    let both_games = TaskFilter::all().statuses(["open"]);
    for (tasks, of_both, in_mine, in_other) in [
        (&all, &["a", "b", "c", "d", "e"][..], &["a", "b", "c"][..], &["d", "e"][..]),
        (&mine, &["a", "b", "c", "d"], &["a", "b", "c"], &["d"]),
        (&other, &["d", "e"], &[], &["d", "e"]),
        // `mine` created `d`, and `other` owns its game.
        (&narrow, &["d"], &[], &["d"]),
    ] {
        for (filter, expected) in [
            (both_games.clone(), of_both),
            (TaskFilter::all(), of_both),
            (TaskFilter::in_game(of_mine.id), in_mine),
            (TaskFilter::in_game(of_other.id), in_other),
        ] {
            for found in selected(tasks, filter.clone(), &database.db).await {
                assert_eq!(names(&found), expected, "{tasks:?} {filter:?}");
            }
        }
    }
}

async fn calls_in_a_transaction_are_restricted(database: &TestDatabase) {
    let Fixture { all, mine, of_mine, of_other, .. } = set_up(database).await;
    let transaction = database.db.begin().await.unwrap();
    let inside = mine.on(&transaction);
    assert_eq!(names(&list_by_name(&inside).await), ["a", "b", "c", "d"]);
    let created = inside.create(NewTask::new(of_mine.id, "new")).await.unwrap();
    assert_eq!(created.api_key_used, Some(key("gme_live_mine")));
    let error = inside.create(NewTask::new(of_other.id, "new")).await.unwrap_err();
    assert_is!(error, TaskError::GameNotFound { game_id } if *game_id == of_other.id);
    let error = inside.delete((of_other.id, "e")).await.unwrap_err();
    assert_is!(error, TaskError::NotFound { .. });
    for found in selected(&inside, TaskFilter::all(), &transaction).await {
        assert_eq!(names(&found), ["a", "b", "c", "d", "new"]);
    }
    assert_eq!(inside.delete_many(TaskFilter::all()).await.unwrap(), 5);
    transaction.commit().await.unwrap();
    assert_eq!(names(&list_by_name(&all).await), ["e"]);
}

async fn pages_of_selects_are_restricted(database: &TestDatabase) {
    let Fixture { mine, .. } = set_up(database).await;
    let query = TaskQuery::new(TaskFilter::all()).limit(3).order_by(TaskOrder::ExternalId);
    let mut walked = Vec::new();
    let mut next = Some(query);
    while let Some(query) = next {
        let rows = mine.select(&query).unwrap().all(&database.db).await.unwrap();
        let page = mine.page_of(&query, rows, |task| task);
        assert_eq!(page, mine.list(query.clone()).await.unwrap());
        walked.extend(page.items);
        next = page.next.map(|cursor| query.after(cursor));
    }
    assert_eq!(names(&walked), ["a", "b", "c", "d"]);
}

async fn a_cursor_is_valid_only_in_its_scope(database: &TestDatabase) {
    let Fixture { all, mine, other, .. } = set_up(database).await;
    let narrow = mine.clone().with_scope(TaskScope::api_key(key("gme_live_other")));
    let all_scopes = [&all, &mine, &other, &narrow];
    let query = TaskQuery::new(TaskFilter::all()).order_by(TaskOrder::ExternalId).limit(1);
    for (from, tasks) in all_scopes[..3].iter().enumerate() {
        let rows = tasks.select(&query).unwrap().all(&database.db).await.unwrap();
        let cursor = tasks.page_of(&query, rows, |task| task).next.unwrap();
        assert_eq!(tasks.list(query.clone()).await.unwrap().next.as_ref(), Some(&cursor));
        let rest = query.clone().after(cursor);
        for (to, tasks) in all_scopes.into_iter().enumerate() {
            let (selected, listed) = (tasks.select(&rest), tasks.list(rest.clone()).await);
            if from == to {
                let page = listed.unwrap();
                let rows = selected.unwrap().all(&database.db).await.unwrap();
                assert_eq!(tasks.page_of(&rest, rows, |task| task), page);
                assert_eq!(page.items.len(), 1);
            } else {
                assert_is!(selected, Err(TaskError::InvalidCursor(CursorFault::Scope)));
                assert_is!(listed, Err(TaskError::InvalidCursor(CursorFault::Scope)));
            }
        }
        // `scoped` gives an equal scope, for which the cursor is valid, too.
        if from == 1 {
            let again = all.scoped(TaskScope::api_key(key("gme_live_mine")));
            assert_eq!(again.list(rest).await.unwrap().items.len(), 1);
        }
    }
}

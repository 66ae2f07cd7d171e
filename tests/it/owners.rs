//! The application's owner column: a value of another type matches no owner, and the database never
//! compares values of different types.

use crate::support::{
    Harness, MigratorOf, TestDatabase, arenas, assert_is, assert_no_access, database_cases,
    empty_database_cases, harness_cases, list_by_name, parent, run, still_works, unordered_id,
};
use game_tasks::conformance::fixtures::callers;
use game_tasks::sea_orm::{EntityTrait, QueryFilter, TransactionTrait, Value};
use game_tasks::sea_orm_migration::MigratorTrait;
use game_tasks::{
    Game, GamePatch, InMemoryTaskRepository, NewTask, OnExisting, OwnerId, ParentGame,
    ResolveStrategyExt, SeaOrmTaskRepository, StrategyResolver, Task, TaskConnection, TaskError,
    TaskFilter, TaskQuery, TaskRepositoryExt, TaskScope, Tasks,
};
use uuid::Uuid;

harness_cases!(games_without_an_owner_column);
database_cases!(upserts_in_games_without_owners);
empty_database_cases!(
    a_column_of_integers,
    a_column_of_long_integers,
    a_column_of_texts,
    a_column_of_uuids,
    a_column_of_an_unsupported_type,
);

/// Defines games tables with different types of the owner column.
macro_rules! clubs {
    ($($name:ident: $owner:ident),+ $(,)?) => {$(
        parent! {
            mod $name: "clubs" {
                #[sea_orm(primary_key, auto_increment = false)]
                pub(crate) id: Uuid,
                pub(crate) owner: $owner,
            }
            fn id_column() -> Column {
                Column::Id
            }
            fn strategy_column() -> Option<Column> {
                None
            }
            fn owner_column() -> Option<Column> {
                Some(Column::Owner)
            }
        }
    )+};
}
clubs!(of_integers: i32, of_longs: i64, of_texts: String, of_uuids: Uuid, of_flags: bool);

/// In games that record no owners a caller sees only the tasks that it created, although it may create
/// tasks in every game.
async fn upserts_in_games_without_owners(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    let all = SeaOrmTaskRepository::with_parent::<arenas::Entity>(database.db.clone());
    let user = || "user".parse().unwrap();
    let theirs = all.clone().with_scope(TaskScope::api_key("theirs".parse().unwrap()));
    let task = theirs.create(NewTask::new(game, "task").strategy("old")).await.unwrap();
    let mine = TaskScope::api_key("mine".parse().unwrap());
    for (n, scope) in
        [mine.clone(), TaskScope::oauth_user(user()), mine.and(TaskScope::oauth_user(user()))]
            .into_iter()
            .enumerate()
    {
        for in_transaction in [false, true] {
            let transaction = match in_transaction {
                true => Some(database.db.begin().await.unwrap()),
                false => None,
            };
            let connection: &dyn TaskConnection = match &transaction {
                Some(transaction) => transaction,
                None => &database.db,
            };
            let tasks = all.on(&connection).with_scope(scope.clone());
            let own = format!("own {n} {in_transaction}");
            for (strategy, is_created) in [("first", true), ("second", false)] {
                let new = |name: &str| NewTask::new(game, name).strategy(strategy);
                let outcomes = tasks.create_many([new("task"), new(&own)], OnExisting::Update);
                let outcomes = outcomes.await.unwrap();
                assert_is!(&outcomes[0], Err(TaskError::AlreadyExists { id: None, .. }));
                let written = outcomes[1].as_ref().unwrap();
                assert_eq!((written.is_created(), written.is_updated()), (is_created, !is_created));
                assert_eq!(written.task().strategy_id, strategy);
                let refused = tasks.create_all([new(&own), new("task")], OnExisting::Update).await;
                assert_is!(refused, Err(TaskError::Batch { index: 1, .. }));
            }
            if let Some(transaction) = transaction {
                transaction.commit().await.unwrap();
            }
            assert_eq!(all.get(task.id).await.unwrap(), task);
        }
    }
}

/// Tests a games table whose owner column contains `stored`, which `owner` matches and `strangers`
/// do not.
async fn in_club<G: ParentGame>(
    database: &TestDatabase,
    stored: impl Into<Value>,
    owner: Option<OwnerId>,
    strangers: impl IntoIterator<Item = OwnerId>,
) {
    let db = &database.db;
    MigratorOf::<G>::up(db, None).await.unwrap();
    let game = unordered_id();
    let insert = "INSERT INTO clubs (id, owner) VALUES (?, ?)";
    run(db, insert, [game.into(), stored.into()]).await;
    let all = SeaOrmTaskRepository::with_parent::<G>(db.clone());
    let mut expected = vec![all.create(NewTask::new(game, "task")).await.unwrap()];
    if let Some(owner) = owner {
        let mine = all.clone().with_scope(TaskScope::owner(owner));
        expected.insert(0, mine.create(NewTask::new(game, "mine")).await.unwrap());
        assert_eq!(list_by_name(&mine).await, expected);
        let closed = game_tasks::TaskPatch::new().status("closed");
        assert_eq!(mine.update_many(TaskFilter::all(), closed).await.unwrap(), 2);
        expected = list_by_name(&mine).await;
    }
    for stranger in strangers {
        let scope = TaskScope::owner(stranger.clone());
        let scoped = all.clone().with_scope(scope.clone());
        let resolver = StrategyResolver::with_parent::<G>(db.clone()).with_scope(scope);
        assert_sees_nothing(&scoped, &resolver, &expected[0]).await;

        let transaction = db.begin().await.unwrap();
        let inside = (scoped.on(&transaction), resolver.on(&transaction));
        assert_sees_nothing(&inside.0, &inside.1, &expected[0]).await;
        assert!(still_works(&transaction).await, "{stranger:?} has aborted the transaction");
        transaction.commit().await.unwrap();
        assert_eq!(list_by_name(&all).await, expected, "{stranger:?}");

        let filter = scoped.condition(&TaskFilter::in_game(game)).unwrap();
        assert!(Tasks::find().filter(filter).all(db).await.unwrap().is_empty());
        let select = scoped.select(&TaskQuery::in_game(game)).unwrap();
        assert!(select.all(db).await.unwrap().is_empty());
    }
}

async fn assert_sees_nothing<C: TaskConnection, G: ParentGame>(
    scoped: &SeaOrmTaskRepository<C, G>,
    resolver: &StrategyResolver<C, G>,
    task: &Task,
) {
    assert_no_access(scoped, task).await;
    assert_is!(resolver.resolve(task).await, Err(TaskError::NotFound { .. }));
    assert_is!(resolver.resolve_for(task).await, Err(TaskError::NotFound { .. }));
    assert_eq!(resolver.resolve_many([task]).await.unwrap(), [None]);
}

fn texts<const N: usize>(texts: [&str; N]) -> [OwnerId; N] {
    texts.map(OwnerId::from)
}

/// Texts that MariaDB considers equal to the number 7, or that other databases fail to convert.
const LIKE_SEVEN: [&str; 12] =
    ["7", "7abc", " 7", "7 ", "07", "+7", "7.0", "7e0", "0x7", "", "seven", "7\0"];

/// Numbers that a lossy conversion could make equal.
fn other_numbers() -> [OwnerId; 5] {
    [0, 1, -7, i64::MAX, i64::MIN].map(OwnerId::from)
}

async fn a_column_of_integers(database: &TestDatabase) {
    let strangers = texts(LIKE_SEVEN).into_iter().chain(other_numbers());
    let strangers = strangers.chain([Uuid::from_u128(7).into(), (7_i64 + (1 << 32)).into()]);
    in_club::<of_integers::Entity>(database, 7, Some(7.into()), strangers).await;
}

async fn a_column_of_long_integers(database: &TestDatabase) {
    let strangers = texts(LIKE_SEVEN).into_iter().chain([Uuid::from_u128(7).into()]);
    in_club::<of_longs::Entity>(database, 7_i64, Some(7.into()), strangers).await;
}

async fn a_column_of_texts(database: &TestDatabase) {
    let strangers = texts(["7 ", " 7", "07", "7\0", ""]).into_iter().chain(other_numbers());
    let strangers = strangers.chain([7_i64.into(), Uuid::from_u128(7).into()]);
    in_club::<of_texts::Entity>(database, "7", Some("7".into()), strangers).await;
}

async fn a_column_of_uuids(database: &TestDatabase) {
    // Its bytes are also valid text.
    let owner = Uuid::from_bytes(*b"sixteen letters!");
    let (hyphenated, simple) = (owner.hyphenated().to_string(), owner.simple().to_string());
    let strangers = texts([&hyphenated, &simple, &simple.to_uppercase(), "sixteen letters!", ""]);
    let strangers = strangers.into_iter().chain(other_numbers()).chain([Uuid::nil().into()]);
    in_club::<of_uuids::Entity>(database, owner, Some(owner.into()), strangers).await;
}

/// A boolean cannot be an owner.
async fn a_column_of_an_unsupported_type(database: &TestDatabase) {
    let strangers = texts(["true", "t", "1", ""]).into_iter().chain(other_numbers());
    let strangers = strangers.chain([Uuid::from_u128(1).into()]);
    in_club::<of_flags::Entity>(database, true, None, strangers).await;
}

/// In memory the owner of a game is compared in the same way, whatever its kind.
#[tokio::test]
async fn in_memory() {
    let uuid = Uuid::from_bytes(*b"sixteen letters!");
    let strangers: Vec<OwnerId> = texts(LIKE_SEVEN).into_iter().chain(other_numbers()).collect();
    for (owner, similar) in [
        (OwnerId::from(7), vec!["7".into(), Uuid::from_u128(7).into()]),
        (OwnerId::from("seven of nine"), vec!["Seven of nine".into(), 7.into()]),
        (OwnerId::from(uuid), vec![uuid.to_string().into(), "sixteen letters!".into()]),
    ] {
        let memory = InMemoryTaskRepository::new();
        let game = Game::new("game");
        memory.add_game_owned_by(game.clone(), owner.clone());
        let task = memory.create(NewTask::new(game.id, "task")).await.unwrap();
        let mine = memory.clone().with_scope(TaskScope::owner(owner.clone()));
        let created = mine.create(NewTask::new(game.id, "mine")).await.unwrap();
        assert_eq!(list_by_name(&mine).await, [created, task.clone()]);
        mine.resolve_for(&task).await.unwrap();
        // The patch keeps the owner.
        let renamed = memory.update_game(game.id, &GamePatch::new().platform("web")).unwrap();
        assert_eq!(list_by_name(&mine).await.len(), 2);
        for stranger in similar.into_iter().chain(strangers.clone()) {
            let scoped = memory.clone().with_scope(TaskScope::owner(stranger));
            assert_no_access(&scoped, &task).await;
            assert_is!(scoped.resolve(&task).await, Err(TaskError::NotFound { .. }));
            assert_is!(scoped.resolve_game(game.id).await, Err(TaskError::GameNotFound { .. }));
        }
        // A game that is added again has no owner.
        memory.add_game(renamed);
        assert_no_access(&mine, &task).await;
        assert_eq!(list_by_name(&memory).await.len(), 2);
    }
}

/// The crate's own games table has no owner column.
async fn games_without_an_owner_column(harness: &Harness<'_>) {
    let unowned = harness.task(harness.game().await, "unowned").await;
    let mut tasks = vec![unowned];
    for (_, game) in callers().unwrap() {
        let game = harness.add_game(game).await.id;
        tasks.push(harness.task(game, "owned").await);
    }
    for task in &tasks {
        let of_game = [OwnerId::from(task.game_id), task.game_id.to_string().into()];
        let named = texts(["gme_live_mine", "auth0|mine", "", "\0"]).into_iter().chain(of_game);
        for owner in named.chain([0_i64.into()]) {
            let scope = TaskScope::owner(owner);
            assert_no_access(&*harness.tasks().scoped(scope.clone()), task).await;
            assert_no_access(&*harness.with_scope(scope.clone()), task).await;
            let error = harness.resolver(scope).resolve_task(task).await.unwrap_err();
            assert_is!(error, TaskError::NotFound { .. });
        }
    }
    assert_eq!(harness.rows().await.len(), 3);
}

//! A repository, and what stands beneath it.

use super::backend::Backend;
use super::database::{FEW, TestDatabase, on_database};
use super::sql::{column, run, still_works};
use futures_util::TryStreamExt;
use game_tasks::entity::tasks;
use game_tasks::sea_orm::{
    ActiveModelTrait, DatabaseConnection, DatabaseExecutor, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryOrder, TransactionTrait,
};
use game_tasks::{
    Game, Games, InMemoryTaskRepository, Lifecycle, NewTask, ResolveStrategy, Retry,
    SeaOrmTaskRepository, StrategyId, StrategyResolver, Task, TaskError, TaskFilter, TaskQuery,
    TaskRepository, TaskRepositoryExt, Tasks,
};
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use uuid::Uuid;

/// Where a case is played: the repository under test, and the ground beneath it, on which
/// games are put and rows are looked at past the repository.
pub(crate) struct Stage<'a> {
    pub(crate) tasks: &'a dyn TaskRepository,
    ground: Ground<'a>,
}

enum Ground<'a> {
    Memory(&'a InMemoryTaskRepository),
    Pool(&'a DatabaseConnection),
    Transaction(&'a DatabaseConnection, &'a DatabaseTransaction),
}

/// Plays a case on a backend in every way in which an application holds a repository: as it
/// is, behind `Arc<dyn …>`, and inside the application's own transaction.
pub(crate) async fn on_repository(backend: Backend, case: impl AsyncFn(&Stage<'_>)) {
    if backend == Backend::Memory {
        let memory = InMemoryTaskRepository::new();
        case(&Stage { tasks: &memory, ground: Ground::Memory(&memory) }).await;
        on_shared(backend, FEW, async |stage, _| case(stage).await).await;
        return;
    }
    on_database(backend, FEW, async |database| {
        let repository = SeaOrmTaskRepository::new(database.db.clone());
        eprintln!("on the pool");
        let ground = Ground::Pool(&database.db);
        case(&Stage { tasks: &repository, ground }).await;
        database.clear().await;

        eprintln!("behind Arc<dyn TaskRepository>");
        on_shared_database(database, async |stage, _| case(stage).await).await;
        database.clear().await;

        eprintln!("in the application's transaction");
        in_transaction(database, &case).await;
    })
    .await;
}

/// Plays a case with a repository that threads can share.
pub(crate) async fn on_shared(
    backend: Backend,
    connections: u32,
    case: impl AsyncFn(&Stage<'_>, Arc<dyn TaskRepository>),
) {
    if backend == Backend::Memory {
        let memory = Arc::new(InMemoryTaskRepository::new());
        let shared: Arc<dyn TaskRepository> = memory.clone();
        let stage = Stage { tasks: &shared, ground: Ground::Memory(&memory) };
        return case(&stage, Arc::clone(&shared)).await;
    }
    on_database(backend, connections, async |database| on_shared_database(database, case).await)
        .await;
}

async fn on_shared_database(
    database: &TestDatabase,
    case: impl AsyncFn(&Stage<'_>, Arc<dyn TaskRepository>),
) {
    let shared: Arc<dyn TaskRepository> = Arc::new(SeaOrmTaskRepository::new(database.db.clone()));
    let ground = Ground::Pool(&database.db);
    let stage = Stage { tasks: &shared, ground };
    case(&stage, Arc::clone(&shared)).await;
}

/// After the case the transaction must still be alive, and its COMMIT must save all that
/// was written in it, by the crate and by the application.
async fn in_transaction(database: &TestDatabase, case: &impl AsyncFn(&Stage<'_>)) {
    let db = &database.db;
    run(db, "CREATE TABLE app_notes (id integer PRIMARY KEY)", []).await;
    let transaction = db.begin().await.unwrap();
    run(&transaction, "INSERT INTO app_notes (id) VALUES (1)", []).await;
    let repository = SeaOrmTaskRepository::new(db.clone());
    let inside = repository.on(&transaction);
    let stage = Stage { tasks: &inside, ground: Ground::Transaction(db, &transaction) };
    case(&stage).await;
    assert!(still_works(&transaction).await, "the application's transaction is broken");
    run(&transaction, "INSERT INTO app_notes (id) VALUES (2)", []).await;
    let written = stage.rows().await;
    transaction.commit().await.unwrap();

    let notes: Vec<i32> = column(db, "SELECT id FROM app_notes ORDER BY id", []).await;
    assert_eq!(notes, [1, 2], "COMMIT did not save the application's rows");
    assert_eq!(all_rows(&DatabaseExecutor::from(db)).await, written, "COMMIT saved other tasks");
}

async fn all_rows(executor: &DatabaseExecutor<'_>) -> Vec<Task> {
    Tasks::find().order_by_asc(tasks::Column::Id).all(executor).await.unwrap()
}

impl<'a> Stage<'a> {
    /// The connection, or the transaction; none in memory.
    pub(crate) fn executor(&self) -> Option<DatabaseExecutor<'a>> {
        match self.ground {
            Ground::Memory(_) => None,
            Ground::Pool(db) => Some(db.into()),
            Ground::Transaction(_, transaction) => Some(transaction.into()),
        }
    }

    /// The same repository with a lifecycle.
    pub(crate) fn with_lifecycle(&self, lifecycle: Lifecycle) -> Box<dyn TaskRepository + 'a> {
        match self.ground {
            Ground::Memory(memory) => Box::new(memory.clone().with_lifecycle(lifecycle)),
            Ground::Pool(db) => Box::new(SeaOrmTaskRepository::new(db).with_lifecycle(lifecycle)),
            Ground::Transaction(db, transaction) => {
                let repository = SeaOrmTaskRepository::new(db.clone()).with_lifecycle(lifecycle);
                Box::new(repository.on(transaction))
            }
        }
    }

    /// A resolver of the same tasks.
    pub(crate) fn resolver(&self) -> Box<dyn ResolveStrategy + 'a> {
        match self.ground {
            Ground::Memory(memory) => Box::new(memory.clone()),
            Ground::Pool(db) => Box::new(StrategyResolver::new(db)),
            Ground::Transaction(db, transaction) => {
                Box::new(StrategyResolver::new(db.clone()).on(transaction))
            }
        }
    }

    /// Puts a game there.
    pub(crate) async fn add(&self, game: Game) -> Game {
        match (&self.ground, self.executor()) {
            (Ground::Memory(memory), _) => {
                memory.add_game(game.clone());
                game
            }
            (_, Some(executor)) => game.insert(&executor).await.unwrap(),
            (_, None) => unreachable!(),
        }
    }

    /// Puts a game in the place of the one of its id.
    pub(crate) async fn replace(&self, game: Game) {
        match (&self.ground, self.executor()) {
            (Ground::Memory(memory), _) => memory.add_game(game),
            (_, Some(executor)) => {
                game.into_active_model().reset_all().update(&executor).await.unwrap();
            }
            (_, None) => unreachable!(),
        }
    }

    /// A new game without a strategy and without owners.
    pub(crate) async fn game(&self) -> Uuid {
        self.add(Game::new(Uuid::now_v7().to_string())).await.id
    }

    /// A new game with this strategy.
    pub(crate) async fn game_with(&self, strategy: &str) -> Game {
        let strategy = StrategyId::new(strategy).unwrap();
        self.add(Game::new(Uuid::now_v7().to_string()).strategy(strategy)).await
    }

    /// A new task in a game.
    pub(crate) async fn task(&self, game_id: Uuid, external_id: &str) -> Task {
        self.tasks.create(NewTask::new(game_id, external_id)).await.unwrap()
    }

    /// New tasks in a game, in the order of their names.
    pub(crate) async fn tasks_named<const N: usize>(
        &self,
        game_id: Uuid,
        names: [&str; N],
    ) -> [Task; N] {
        let mut tasks = Vec::with_capacity(N);
        for name in names {
            tasks.push(self.task(game_id, name).await);
        }
        tasks.try_into().unwrap()
    }

    /// All tasks, read past the repository where there is a past, sorted by id.
    pub(crate) async fn rows(&self) -> Vec<Task> {
        match (&self.ground, self.executor()) {
            (Ground::Memory(memory), _) => {
                let all = memory.stream(TaskQuery::new(TaskFilter::all()));
                let mut all: Vec<Task> = all.try_collect().await.unwrap();
                all.sort_by_key(|task| task.id);
                all
            }
            (_, Some(executor)) => all_rows(&executor).await,
            (_, None) => unreachable!(),
        }
    }

    /// All games, where there are rows of them.
    pub(crate) async fn game_rows(&self) -> Option<Vec<Game>> {
        let executor = self.executor()?;
        Some(
            Games::find()
                .order_by_asc(game_tasks::entity::games::Column::Id)
                .all(&executor)
                .await
                .unwrap(),
        )
    }

    /// The error of a call that the crate's own rules must refuse: nothing is written, and
    /// the application's transaction lives on, which reading the rows in it shows.
    pub(crate) async fn refused<T: Debug>(
        &self,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> TaskError {
        let before = self.rows().await;
        let error = call.await.expect_err("the call must be refused");
        assert_eq!(self.rows().await, before, "a refused call has written: {error:?}");
        assert!(!error.transaction_lost(), "a refusal costs no transaction: {error:?}");
        assert_eq!(error.retry(), Retry::No, "a refusal is not cured by a retry: {error:?}");
        error
    }
}

//! A connection that counts the statements that go through it, and a stage upon it.

use super::backend::Backend;
use super::checks::key;
use super::database::TestDatabase;
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionTrait};
use game_tasks::{
    Game, NewTask, SeaOrmTaskRepository, StrategyId, StrategyResolver, TaskConnection, TaskError,
    TaskRepository, TaskScope,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// How many statements were sent.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// What a call answers, and how many statements it took.
    pub(crate) async fn count<T>(&self, call: impl Future<Output = T>) -> (T, usize) {
        let before = self.0.load(Ordering::SeqCst);
        let answer = call.await;
        (answer, self.0.load(Ordering::SeqCst) - before)
    }
}

pub(crate) struct Counting<C> {
    connection: C,
    pub(crate) counter: Counter,
}

impl<C: TaskConnection> Counting<C> {
    pub(crate) fn new(connection: C) -> Self {
        Self { connection, counter: Counter::default() }
    }

    fn counted(&self) -> &C {
        self.counter.0.fetch_add(1, Ordering::SeqCst);
        &self.connection
    }
}

impl<C: TaskConnection> TaskConnection for Counting<C> {
    fn backend(&self) -> DbBackend {
        self.connection.backend()
    }
    fn in_transaction(&self) -> bool {
        self.connection.in_transaction()
    }
    fn query_one(&self, statement: Statement) -> BoxFuture<'_, Result<Option<QueryResult>, DbErr>> {
        self.counted().query_one(statement)
    }
    fn query_all(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<QueryResult>, DbErr>> {
        self.counted().query_all(statement)
    }
    fn execute(&self, statement: Statement) -> BoxFuture<'_, Result<ExecResult, DbErr>> {
        self.counted().execute(statement)
    }
}

/// A repository and a resolver whose statements are counted, and a game of their scope's.
pub(crate) struct Counted<'c> {
    pub(crate) tasks: &'c dyn TaskRepository,
    pub(crate) resolver: StrategyResolver<&'c dyn TaskConnection>,
    pub(crate) counter: Counter,
    pub(crate) in_transaction: bool,
    pub(crate) backend: Backend,
    pub(crate) game: Uuid,
}

impl Counted<'_> {
    /// The answer of a call that takes so many statements.
    pub(crate) async fn takes<T>(
        &self,
        statements: usize,
        what: &str,
        call: impl Future<Output = T>,
    ) -> T {
        let (answer, sent) = self.counter.count(call).await;
        assert_eq!(sent, statements, "statements of {what}");
        answer
    }

    /// The same of a call that succeeds.
    pub(crate) async fn done<T>(
        &self,
        statements: usize,
        what: &str,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> T {
        self.takes(statements, what, call).await.unwrap()
    }

    pub(crate) fn new_task(&self, name: impl Into<String>) -> NewTask {
        NewTask::new(self.game, name)
    }

    pub(crate) fn batch(&self, of: &str, size: usize) -> Vec<NewTask> {
        (0..size).map(|n| self.new_task(format!("{of} {n:05}"))).collect()
    }
}

/// Plays a case on a pool and in a transaction, without a scope and with one.
pub(crate) async fn counted(database: &TestDatabase, case: impl AsyncFn(&Counted<'_>)) {
    let db = &database.db;
    for scope in [TaskScope::unrestricted(), TaskScope::api_key(key("gme_live_mine"))] {
        for in_transaction in [false, true] {
            eprintln!("{scope:?}, in a transaction: {in_transaction}");
            let game = Game::new(Uuid::now_v7().to_string())
                .owned_by_api_key(key("gme_live_mine"))
                .strategy(StrategyId::new("socio_bee").unwrap());
            let game = game.insert(db).await.unwrap().id;
            let play = async |connection: &dyn TaskConnection| {
                let counting = Counting::new(connection);
                let tasks = SeaOrmTaskRepository::new(&counting).with_scope(scope.clone());
                let connection: &dyn TaskConnection = &counting;
                let counted = Counted {
                    tasks: &tasks,
                    resolver: StrategyResolver::new(connection).scoped(scope.clone()),
                    counter: counting.counter.clone(),
                    in_transaction,
                    backend: database.backend,
                    game,
                };
                case(&counted).await;
            };
            if in_transaction {
                let transaction = db.begin().await.unwrap();
                play(&transaction).await;
                transaction.commit().await.unwrap();
            } else {
                play(db).await;
            }
        }
    }
}

//! Counting the statements that calls send.

use super::backend::Backend;
use super::checks::key;
use super::database::TestDatabase;
use super::interceptor::{Intercepted, Interceptor};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::{DbErr, Statement, TransactionTrait};
use game_tasks::{
    Game, NewTask, StrategyId, StrategyResolver, TaskConnection, TaskError, TaskRepository,
    TaskScope,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// The number of statements sent.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn on<C: TaskConnection>(connection: C) -> Intercepted<C, Self> {
        Intercepted::new(connection, Self::default())
    }

    /// The result of a call, and the number of statements that it sent.
    pub(crate) async fn count<T>(&self, call: impl Future<Output = T>) -> (T, usize) {
        let before = self.0.load(Ordering::SeqCst);
        let result = call.await;
        (result, self.0.load(Ordering::SeqCst) - before)
    }
}

impl Interceptor for Counter {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        _: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        call
    }
}

/// A repository and a resolver whose statements are counted, and a game that their scope owns.
pub(crate) struct Counted<'c> {
    pub(crate) tasks: &'c dyn TaskRepository,
    pub(crate) resolver: StrategyResolver<&'c dyn TaskConnection>,
    pub(crate) counter: Counter,
    pub(crate) in_transaction: bool,
    pub(crate) backend: Backend,
    pub(crate) game: Uuid,
}

impl Counted<'_> {
    /// Asserts that a call sends this number of statements, and returns its result.
    pub(crate) async fn sends<T>(
        &self,
        statements: usize,
        what: &str,
        call: impl Future<Output = T>,
    ) -> T {
        let (result, sent) = self.counter.count(call).await;
        assert_eq!(sent, statements, "statements of {what}");
        result
    }

    /// The same for a call that must succeed.
    pub(crate) async fn succeeds<T>(
        &self,
        statements: usize,
        what: &str,
        call: impl Future<Output = Result<T, TaskError>>,
    ) -> T {
        self.sends(statements, what, call).await.unwrap()
    }

    pub(crate) fn new_task(&self, name: impl Into<String>) -> NewTask {
        NewTask::new(self.game, name)
    }

    pub(crate) fn batch(&self, prefix: &str, size: usize) -> Vec<NewTask> {
        (0..size).map(|n| self.new_task(format!("{prefix} {n:05}"))).collect()
    }
}

/// Runs a case on a pool and in a transaction, each without a scope and with one.
pub(crate) async fn counted(database: &TestDatabase, case: impl AsyncFn(&Counted<'_>)) {
    let db = &database.db;
    for scope in [TaskScope::unrestricted(), TaskScope::api_key(key("gme_live_mine"))] {
        for in_transaction in [false, true] {
            eprintln!("{scope:?}, in a transaction: {in_transaction}");
            let game = Game::new(Uuid::now_v7().to_string())
                .owned_by_api_key(key("gme_live_mine"))
                .strategy(StrategyId::new("socio_bee").unwrap());
            let game = game.insert(db).await.unwrap().id;
            let run_on = async |connection: &dyn TaskConnection| {
                let connection = Counter::on(connection);
                let tasks = database.tasks_on(&connection).with_scope(scope.clone());
                let dynamic: &dyn TaskConnection = &connection;
                let counted = Counted {
                    tasks: &tasks,
                    resolver: StrategyResolver::new(dynamic).with_scope(scope.clone()),
                    counter: connection.interceptor.clone(),
                    in_transaction,
                    backend: database.backend,
                    game,
                };
                case(&counted).await;
            };
            if in_transaction {
                let transaction = db.begin().await.unwrap();
                run_on(&transaction).await;
                transaction.commit().await.unwrap();
            } else {
                run_on(db).await;
            }
        }
    }
}

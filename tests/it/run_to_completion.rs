//! `RunToCompletion`: errors, panics, scopes, streams and composition with `Retrying`.

use crate::support::{Intercepted, Interceptor, poll_at_most};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryStreamExt};
use game_tasks::sea_orm::{DatabaseConnection, DbErr, Statement};
use game_tasks::{
    ApiKeyId, Game, InMemoryTaskRepository, NewTask, ResolveStrategy, Retry, RunToCompletion,
    RuntimeFault, SeaOrmTaskRepository, StrategyResolver, TaskError, TaskFilter, TaskPatch,
    TaskQuery, TaskRepository, TaskRepositoryExt, TaskScope,
};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Never completes a statement, or panics.
#[derive(Default)]
struct NeverCompletes {
    panics: bool,
    started: AtomicUsize,
}

type Connection = Arc<Intercepted<DatabaseConnection, NeverCompletes>>;

impl Interceptor for NeverCompletes {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        _: &Statement,
        _: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        self.started.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "from the connection");
        std::future::pending().boxed()
    }
}

fn repository(connection: &Connection) -> RunToCompletion<SeaOrmTaskRepository<Connection>> {
    RunToCompletion::new(SeaOrmTaskRepository::new(Arc::clone(connection)))
}

fn not_completed(error: &TaskError) -> (RuntimeFault, Retry) {
    assert!(!error.transaction_lost());
    match error {
        TaskError::NotCompleted { fault, .. } => (*fault, error.retry()),
        error => panic!("{error:?}"),
    }
}

#[test]
fn without_a_runtime_nothing_is_sent() {
    let connection = Connection::default();
    let tasks = repository(&connection);
    let found = tasks.find(Uuid::now_v7()).now_or_never().unwrap();
    assert_eq!(not_completed(&found.unwrap_err()), (RuntimeFault::Missing, Retry::No));
    let resolver = RunToCompletion::new(StrategyResolver::new(Arc::clone(&connection)));
    let resolved = resolver.resolve_key(&Uuid::now_v7().into()).now_or_never().unwrap();
    assert_eq!(not_completed(&resolved.unwrap_err()), (RuntimeFault::Missing, Retry::No));
    let streamed =
        tasks.stream(TaskQuery::new(TaskFilter::all())).try_next().now_or_never().unwrap();
    assert_eq!(not_completed(&streamed.unwrap_err()), (RuntimeFault::Missing, Retry::No));
    assert_eq!(connection.interceptor.started.load(Ordering::SeqCst), 0);
}

#[test]
fn a_shut_down_runtime_is_reported() {
    let connection = Connection::default();
    let tasks = repository(&connection);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut read = Box::pin(tasks.find(Uuid::now_v7()));
    let mut write = Box::pin(tasks.delete(Uuid::now_v7()));
    runtime.block_on(async {
        assert!(!poll_at_most(&mut read, 1).await);
        assert!(!poll_at_most(&mut write, 1).await);
    });
    drop(runtime);
    let read = read.now_or_never().unwrap().unwrap_err();
    assert_eq!(not_completed(&read), (RuntimeFault::ShutDown, Retry::Call));
    let write = write.now_or_never().unwrap().unwrap_err();
    assert_eq!(not_completed(&write), (RuntimeFault::ShutDown, Retry::Unknown));
}

#[tokio::test]
async fn a_panic_is_propagated_to_the_caller() {
    let panics = NeverCompletes { panics: true, ..NeverCompletes::default() };
    let connection = Arc::new(Intercepted::new(DatabaseConnection::default(), panics));
    let tasks = repository(&connection);
    let call = AssertUnwindSafe(tasks.find(Uuid::now_v7())).catch_unwind().await;
    assert_eq!(call.unwrap_err().downcast_ref::<&str>(), Some(&"from the connection"));
}

#[tokio::test]
async fn a_dropped_call_continues() {
    let connection = Connection::default();
    let tasks = repository(&connection);
    assert!(!poll_at_most(tasks.find(Uuid::now_v7()), 1).await);
    tokio::task::yield_now().await;
    assert_eq!(connection.interceptor.started.load(Ordering::SeqCst), 1);
    // The spawned task still holds its repository.
    drop(tasks);
    assert!(Arc::strong_count(&connection) > 1);
}

#[tokio::test]
async fn scopes_narrow_and_streams_are_complete() {
    let memory = InMemoryTaskRepository::new();
    let key = |name: &str| TaskScope::api_key(ApiKeyId::new(name).unwrap());
    let game = Game::new("game").owned_by_api_key(ApiKeyId::new("a").unwrap());
    memory.add_game(game.clone());
    let tasks = RunToCompletion::new(memory.clone());
    let own = tasks.scoped(key("a"));
    for n in 0..5 {
        own.create(NewTask::new(game.id, n.to_string())).await.unwrap();
    }
    let nested = own.scoped(key("b"));
    assert_eq!(nested.count(TaskFilter::all()).await.unwrap(), 0);
    assert!(nested.find((game.id, "0")).await.unwrap().is_none());
    let refused = nested.update((game.id, "0"), TaskPatch::new().status("x")).await;
    assert!(matches!(refused, Err(TaskError::NotFound { .. })));
    let same = own.scoped(TaskScope::unrestricted());
    let streamed: Vec<_> =
        same.stream(TaskQuery::new(TaskFilter::all())).try_collect().await.unwrap();
    assert_eq!(streamed.len(), 5);
    // The same behind `dyn`.
    let shared: Arc<dyn TaskRepository> = Arc::new(tasks.clone());
    assert_eq!(shared.scoped(key("a")).count(TaskFilter::all()).await.unwrap(), 5);
}

#[cfg(feature = "retry")]
#[tokio::test]
async fn it_composes_with_retrying_in_both_orders() {
    use game_tasks::Retrying;
    let memory = InMemoryTaskRepository::new();
    let game = Game::new("game");
    memory.add_game(game.clone());
    let completing = Retrying::new(RunToCompletion::new(memory.clone()));
    completing.create(NewTask::new(game.id, "one")).await.unwrap();
    let completed = RunToCompletion::new(Retrying::new(memory));
    assert!(completed.exists((game.id, "one")).await.unwrap());
}

//! What `RunToCompletion` does with a call besides completing it: errors, panics, spans, scopes.

use crate::support::{Around, connection_around, polled};
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

/// A connection that sends nothing.
#[derive(Default)]
struct Unanswered {
    db: DatabaseConnection,
    panics: bool,
    begun: AtomicUsize,
}

impl Around for Unanswered {
    fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    fn around<'c, T: Send + 'c>(
        &'c self,
        _: &Statement,
        _: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "of the connection");
        std::future::pending().boxed()
    }
}
connection_around!(Unanswered);

fn over(connection: &Arc<Unanswered>) -> RunToCompletion<SeaOrmTaskRepository<Arc<Unanswered>>> {
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
fn outside_of_a_runtime_nothing_is_sent() {
    let connection = Arc::new(Unanswered::default());
    let tasks = over(&connection);
    let found = tasks.find(Uuid::now_v7()).now_or_never().unwrap();
    assert_eq!(not_completed(&found.unwrap_err()), (RuntimeFault::Missing, Retry::No));
    let resolver = RunToCompletion::new(StrategyResolver::new(Arc::clone(&connection)));
    let resolved = resolver.resolve_key(&Uuid::now_v7().into()).now_or_never().unwrap();
    assert_eq!(not_completed(&resolved.unwrap_err()), (RuntimeFault::Missing, Retry::No));
    let streamed =
        tasks.stream(TaskQuery::new(TaskFilter::all())).try_next().now_or_never().unwrap();
    assert_eq!(not_completed(&streamed.unwrap_err()), (RuntimeFault::Missing, Retry::No));
    assert_eq!(connection.begun.load(Ordering::SeqCst), 0);
}

#[test]
fn a_shut_down_runtime_is_an_error() {
    let connection = Arc::new(Unanswered::default());
    let tasks = over(&connection);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut read = Box::pin(tasks.find(Uuid::now_v7()));
    let mut write = Box::pin(tasks.delete(Uuid::now_v7()));
    runtime.block_on(async {
        assert!(!polled(&mut read, 1).await);
        assert!(!polled(&mut write, 1).await);
    });
    drop(runtime);
    let read = read.now_or_never().unwrap().unwrap_err();
    assert_eq!(not_completed(&read), (RuntimeFault::ShutDown, Retry::Call));
    let write = write.now_or_never().unwrap().unwrap_err();
    assert_eq!(not_completed(&write), (RuntimeFault::ShutDown, Retry::Unknown));
}

#[tokio::test]
async fn a_panic_is_the_callers() {
    let connection = Arc::new(Unanswered { panics: true, ..Unanswered::default() });
    let tasks = over(&connection);
    let call = AssertUnwindSafe(tasks.find(Uuid::now_v7())).catch_unwind().await;
    assert_eq!(call.unwrap_err().downcast_ref::<&str>(), Some(&"of the connection"));
}

#[tokio::test]
async fn a_dropped_call_goes_on() {
    let connection = Arc::new(Unanswered::default());
    let tasks = over(&connection);
    assert!(!polled(tasks.find(Uuid::now_v7()), 1).await);
    tokio::task::yield_now().await;
    assert_eq!(connection.begun.load(Ordering::SeqCst), 1);
    // The task has the repository, and this one.
    drop(tasks);
    assert!(Arc::strong_count(&connection) > 1);
}

#[tokio::test]
async fn scopes_narrow_and_streams_are_whole() {
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
    // Behind `dyn`, as an application keeps it.
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

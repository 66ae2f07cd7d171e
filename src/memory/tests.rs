//! What the conformance suite does not cover.

use crate::{
    Game, InMemoryTaskRepository, NewTask, OnExisting, TaskError, TaskFilter, TaskRepositoryExt,
};
use uuid::Uuid;

fn with_game() -> (InMemoryTaskRepository, Uuid) {
    let tasks = InMemoryTaskRepository::new();
    let game = Game::new("bees-2026");
    tasks.add_game(game.clone());
    (tasks, game.id)
}

#[tokio::test]
async fn a_refused_atomic_batch_reports_no_id_of_a_task_that_was_not_created()
-> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let duplicates = ["new", "new"].map(|name| NewTask::new(game, name));
    let refused = tasks.create_all(duplicates, OnExisting::Fail).await;
    let without_id = |error: &TaskError| matches!(error, TaskError::AlreadyExists { id: None, .. });
    assert!(
        matches!(&refused, Err(TaskError::Batch { index: 1, error }) if without_id(error)),
        "{refused:?}"
    );
    assert_eq!(tasks.count(TaskFilter::in_game(game)).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_poisoned_lock_does_not_stop_later_calls() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let poisoner = tasks.clone();
    let poisoned = std::thread::spawn(move || {
        let _guard = poisoner.state();
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(poisoned.join().is_err() && tasks.state.is_poisoned());
    tasks.create(NewTask::new(game, "x")).await?;
    assert_eq!(format!("{tasks:?}"), "InMemoryTaskRepository { games: 1, tasks: 1, .. }");
    Ok(())
}

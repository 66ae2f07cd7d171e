//! The largest atomic batch.

use crate::support::{TestDatabase, database_cases};
use game_tasks::{
    Game, InMemoryTaskRepository, MAX_ATOMIC_BYTES, MAX_ATOMIC_TASKS, NewTask, OnExisting,
    SeaOrmTaskRepository, TaskFilter, TaskRepository, TaskRepositoryExt,
};
use uuid::Uuid;

database_cases!(the_largest_atomic_batch);

async fn the_largest_atomic_batch(database: &TestDatabase) {
    let game = Game::new("game").insert(&database.db).await.unwrap().id;
    write_the_largest(&SeaOrmTaskRepository::new(database.db.clone()), game).await;
}

#[tokio::test]
async fn the_largest_atomic_batch_in_memory() {
    let tasks = InMemoryTaskRepository::new();
    let game = Game::new("game");
    tasks.add_game(game.clone());
    write_the_largest(&tasks, game.id).await;
}

/// The documented maximum works also for texts that escaping doubles in size.
async fn write_the_largest(tasks: &dyn TaskRepository, game: Uuid) {
    // Texts of this size reach the limits of bytes and of tasks at the same time.
    let bytes = MAX_ATOMIC_BYTES / MAX_ATOMIC_TASKS;
    let batch = (0..MAX_ATOMIC_TASKS).map(|n| {
        let name: String =
            (0..bytes).map(|bit| if n >> (bit % 20) & 1 == 1 { '"' } else { '\\' }).collect();
        NewTask::new(game, name)
    });
    let written = tasks.create_all(batch, OnExisting::Fail).await.unwrap();
    assert_eq!(written.len(), MAX_ATOMIC_TASKS);
    assert_eq!(tasks.count(TaskFilter::all()).await.unwrap(), MAX_ATOMIC_TASKS as u64);
}

//! What the store in memory alone can get wrong: its lock, its folding, its scopes, its pages.

use crate::error::TaskError;
use crate::memory::InMemoryTaskRepository;
use crate::query::{TaskFilter, TaskOrder, TaskQuery};
use crate::repository::{CreateOutcome, OnExisting, TaskRepository, TaskRepositoryExt};
use crate::strategy::StrategySource;
use crate::task::{
    ApiKeyId, Game, Lifecycle, NewTask, OauthUserId, StrategyId, Task, TaskKey, TaskPatch,
    TaskScope, TaskStatus, ValidationError,
};
use futures_util::{FutureExt, TryStreamExt};
use std::collections::BTreeSet;
use std::sync::Barrier;
use uuid::Uuid;

fn with_game() -> (InMemoryTaskRepository, Uuid) {
    let tasks = InMemoryTaskRepository::new();
    let game = Game::new("bees-2026");
    tasks.add_game(game.clone());
    (tasks, game.id)
}

fn key_scope(key: &str) -> Result<TaskScope, ValidationError> {
    ApiKeyId::new(key).map(TaskScope::api_key)
}

/// What became of each task, and its strategy.
fn told(outcomes: &[Result<CreateOutcome, TaskError>]) -> Vec<(&'static str, &str)> {
    let told = outcomes.iter().map(|outcome| match outcome {
        Ok(CreateOutcome::Created(task)) => ("created", task.strategy_id.as_str()),
        Ok(CreateOutcome::Kept(task)) => ("kept", task.strategy_id.as_str()),
        Ok(CreateOutcome::Updated(task)) => ("updated", task.strategy_id.as_str()),
        Err(TaskError::AlreadyExists { id: Some(_), .. }) => ("exists", ""),
        Err(TaskError::AlreadyExists { id: None, .. }) => ("exists unseen", ""),
        Err(TaskError::GameNotFound { .. }) => ("no game", ""),
        Err(TaskError::IdTaken { .. }) => ("id taken", ""),
        Err(TaskError::Invalid { .. }) => ("invalid", ""),
        Err(_) => ("other", ""),
    });
    told.collect()
}

#[test]
fn sixteen_creators_of_one_name_have_one_winner() {
    let (tasks, game) = with_game();
    let start = Barrier::new(16);
    let create = || {
        start.wait();
        tasks.create(NewTask::new(game, "same")).now_or_never()
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(create)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok().flatten()).collect()
    });
    let winners: Vec<Uuid> = answers.iter().flatten().map(|task| task.id).collect();
    let losers = answers.iter().filter(|answer| {
        matches!(answer, Err(TaskError::AlreadyExists { id: Some(id), .. }) if winners.contains(id))
    });
    assert_eq!((winners.len(), losers.count()), (1, 15));
}

#[tokio::test]
async fn duplicates_in_a_batch_are_answered_with_the_row_that_it_leaves() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let of = |name: &str, strategy: &str| NewTask::new(game, name).strategy(strategy);
    let old = tasks.create(of("old", "s0")).await?;
    let same = tasks.create(of("same", "s0")).await?;
    let batch = [
        of("new", "s1"),
        of("old", "s1"),
        of("new", "s2"),
        of("old", "s2"),
        of("same", "s0"),
        NewTask::new(Uuid::nil(), "new"),
        of("\n", "s1"),
        of("another", "s1").id(old.id),
    ];
    let refused = [("no game", ""), ("invalid", ""), ("id taken", "")];

    let outcomes = tasks.create_many_tasks(&batch, OnExisting::Update).await?;
    let expected = [("created", "s2"), ("updated", "s2"), ("updated", "s2"), ("updated", "s2")];
    assert_eq!(told(&outcomes), [&expected[..], &[("kept", "s0")], &refused].concat());
    for written in outcomes.iter().flatten() {
        assert_eq!(tasks.find(written.task().id).await?.as_ref(), Some(written.task()));
    }
    let made = tasks.get((game, "new")).await?;
    assert_eq!(made.created_at, made.updated_at);
    assert!(tasks.get(old.id).await?.updated_at > old.updated_at);
    assert_eq!(tasks.get(same.id).await?, same);

    tasks.delete((game, "new")).await?;
    let outcomes = tasks.create_many_tasks(&batch, OnExisting::Keep).await?;
    let expected = [("created", "s1"), ("kept", "s2"), ("kept", "s1"), ("kept", "s2")];
    assert_eq!(told(&outcomes), [&expected[..], &[("kept", "s0")], &refused].concat());

    tasks.delete((game, "new")).await?;
    let outcomes = tasks.create_many_tasks(&batch, OnExisting::Fail).await?;
    let expected = [("created", "s1"), ("exists", ""), ("exists", ""), ("exists", "")];
    assert_eq!(told(&outcomes), [&expected[..], &[("exists", "")], &refused].concat());
    Ok(())
}

#[tokio::test]
async fn a_refused_atomic_batch_leaves_nothing() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let old = tasks.create(NewTask::new(game, "old")).await?;
    let new = NewTask::new(game, "new");
    let batch = [new.clone(), NewTask::new(game, "old").strategy("s1"), NewTask::new(game, "")];
    let refused = tasks.create_all_tasks(&batch, OnExisting::Update).await;
    assert!(matches!(refused, Err(TaskError::Batch { index: 2, .. })), "{refused:?}");
    let refused = tasks.create_all_tasks(&[new.clone(), new], OnExisting::Fail).await;
    let unmade = |error: &TaskError| matches!(error, TaskError::AlreadyExists { id: None, .. });
    assert!(
        matches!(&refused, Err(TaskError::Batch { index: 1, error }) if unmade(error)),
        "{refused:?}"
    );
    assert_eq!(tasks.list(TaskQuery::in_game(game)).await?.items, [old]);
    Ok(())
}

#[tokio::test]
async fn a_scope_reaches_what_its_caller_owns_or_made() -> Result<(), TaskError> {
    let (tasks, _) = with_game();
    let mine = Game::new("mine").owned_by_api_key(ApiKeyId::new("me")?);
    let theirs = Game::new("theirs").owned_by_api_key(ApiKeyId::new("them")?);
    tasks.add_game(mine.clone());
    tasks.add_game(theirs.clone());
    let me = tasks.scoped(key_scope("me")?);
    let them = tasks.scoped(key_scope("them")?);
    let unstamped = tasks.create(NewTask::new(mine.id, "unstamped")).await?;
    let stamped = me.create(NewTask::new(mine.id, "stamped")).await?;
    assert_eq!(stamped.api_key_used, Some(ApiKeyId::new("me")?));
    assert_eq!(me.count(TaskFilter::all()).await?, 2);
    assert_eq!(them.find(stamped.id).await?, None);
    assert!(matches!(them.delete(unstamped.id).await, Err(TaskError::NotFound { .. })));
    let foreign = me.create(NewTask::new(theirs.id, "x")).await;
    assert!(matches!(foreign, Err(TaskError::GameNotFound { .. })), "{foreign:?}");

    let user = TaskScope::oauth_user(OauthUserId::new("user")?);
    assert_eq!(tasks.scoped(user.clone()).count(TaskFilter::all()).await?, 0);
    let users = Game { oauth_user_id: Some(OauthUserId::new("user")?), ..mine.clone() };
    tasks.add_game(users);
    assert_eq!(tasks.scoped(user.clone()).count(TaskFilter::all()).await?, 2);
    let by_both = me.scoped(user).create(NewTask::new(mine.id, "by both")).await?;
    assert_eq!(by_both.oauth_user_id, Some(OauthUserId::new("user")?));
    tasks.delete(by_both.id).await?;

    // The game changes hands: who made a task still sees it, but makes no more.
    tasks.add_game(Game { api_key_used: Some(ApiKeyId::new("them")?), ..mine.clone() });
    assert_eq!(me.list(TaskQuery::in_game(mine.id)).await?.items, [stamped]);
    let both = me.scoped(key_scope("them")?);
    assert_eq!(both.count(TaskFilter::all()).await?, 1);
    let nobody = both.create(NewTask::new(mine.id, "y")).await;
    assert!(matches!(nobody, Err(TaskError::GameNotFound { .. })), "{nobody:?}");

    let owner = tasks.scoped(TaskScope::owner("acme"));
    assert_eq!(owner.count(TaskFilter::all()).await?, 0);
    let none = owner.create(NewTask::new(mine.id, "z")).await;
    assert!(matches!(none, Err(TaskError::GameNotFound { .. })), "{none:?}");

    // Each caller must be allowed, so that another beside it does not help.
    let both = tasks.scoped(key_scope("them")?.and(TaskScope::owner("acme")));
    for on_existing in [OnExisting::Fail, OnExisting::Keep, OnExisting::Update] {
        let again = [NewTask::new(mine.id, "unstamped").strategy("s1")];
        let outcomes = both.create_many(again, on_existing).await?;
        assert_eq!(told(&outcomes), [("no game", "")]);
    }
    assert_eq!(tasks.get(unstamped.id).await?, unstamped);
    Ok(())
}

#[tokio::test]
async fn pages_are_the_sorted_list_in_pieces() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let names = ["a", "B", "é", "a ", "ab", "🎉", "aé", "b"];
    // One moment for all of them, so that the ids break the ties.
    tasks.create_all(names.map(|name| NewTask::new(game, name)), OnExisting::Fail).await?;
    for order in [TaskOrder::Created, TaskOrder::ExternalId, TaskOrder::Updated] {
        let query = TaskQuery::in_game(game).order_by(order).with_total();
        let all = tasks.list(query.clone()).await?;
        assert_eq!(all.total, Some(8));
        let by = |task: &Task| match order {
            TaskOrder::ExternalId => task.external_task_id.clone().into_bytes(),
            _ => task.id.into_bytes().to_vec(),
        };
        assert!(all.items.is_sorted_by_key(by), "{order:?}");
        let mut backwards = all.items.clone();
        backwards.reverse();
        for (query, expected) in [(query.clone(), all.items), (query.descending(), backwards)] {
            let mut by_cursor = Vec::new();
            let mut next = Some(query.clone().limit(3));
            while let Some(query) = next {
                let page = tasks.list(query.clone()).await?;
                by_cursor.extend(page.items);
                next = page.next.map(|cursor| query.after(cursor));
            }
            assert_eq!(by_cursor, expected);
            let mut by_number = Vec::new();
            for number in 1..=4 {
                by_number.extend(tasks.list(query.clone().limit(3).page(number)).await?.items);
            }
            assert_eq!(by_number, expected);
            assert_eq!(tasks.stream(query).try_collect::<Vec<_>>().await?, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_filter_means_what_each_of_its_parts_means() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let other = Game::new("other");
    tasks.add_game(other.clone());
    let a = tasks.create(NewTask::new(game, "photo-a").strategy("s1")).await?;
    let b = tasks.create(NewTask::new(game, "photo-b")).await?;
    let c = tasks.create(NewTask::new(game, "video")).await?;
    let d = tasks.create(NewTask::new(other.id, "photo-a")).await?;
    let b = tasks.update(b.id, TaskPatch::new().status("closed")).await?;
    assert!(b.updated_at > b.created_at);
    let in_game = TaskFilter::in_game(game);
    let twice = [a.key(), TaskKey::from((game, "photo-a")), (other.id, d.id).into(), c.id.into()];
    for (filter, expected) in [
        (in_game.clone(), vec![&a, &b, &c]),
        (in_game.clone().external_id_prefix("photo-"), vec![&a, &b]),
        (TaskFilter::all().external_id_prefix("photo-a"), vec![&a, &d]),
        (in_game.clone().statuses(["closed", "gone"]), vec![&b]),
        (in_game.clone().statuses::<String>([]), vec![]),
        (in_game.clone().strategies(["default"]), vec![&b, &c]),
        (TaskFilter::keys(twice.clone()), vec![&a, &c, &d]),
        (TaskFilter { game_id: Some(game), ..TaskFilter::keys(twice) }, vec![&a, &c]),
        (TaskFilter::keys::<Uuid>([]), vec![]),
        (TaskFilter::in_game(Uuid::nil()), vec![]),
        (TaskFilter::all().created_from(d.created_at).created_until(d.created_at), vec![]),
    ] {
        let expected: BTreeSet<Uuid> = expected.into_iter().map(|task| task.id).collect();
        let listed = tasks.list(TaskQuery::new(filter.clone())).await?.items;
        assert_eq!(listed.iter().map(|task| task.id).collect::<BTreeSet<_>>(), expected);
        assert_eq!(tasks.count(filter.clone()).await?, listed.len() as u64, "{filter:?}");
    }
    let closed = TaskPatch::new().status("closed");
    assert_eq!(tasks.update_many(in_game.clone(), closed).await?, 2);
    assert_eq!(tasks.delete_many(in_game).await?, 3);
    assert_eq!(tasks.find((game, "photo-a")).await?, None);
    tasks.create(NewTask::new(game, "photo-a").id(a.id)).await?;
    Ok(())
}

#[tokio::test]
async fn a_change_is_judged_before_it_is_made() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let one_way = Lifecycle::strict().allow(TaskStatus::OPEN, [TaskStatus::CLOSED]);
    let strict = tasks.clone().with_lifecycle(one_way);
    let task = tasks.create(NewTask::new(game, "x")).await?;
    let closed = strict.transition(task.id, "open", "closed").await?;
    assert!(closed.updated_at > task.updated_at);
    let late = TaskPatch::new().strategy("s1").if_unmodified_since(task.updated_at);
    let late = tasks.update(task.id, late).await;
    assert!(matches!(late, Err(TaskError::Conflict { .. })), "{late:?}");
    let same = tasks.update(task.id, TaskPatch::new().status("closed")).await;
    assert!(matches!(same, Err(TaskError::Unchanged)), "{same:?}");
    let reopened = TaskPatch::new().status("open");
    let forbidden = strict.update(task.id, reopened.clone()).await;
    assert!(matches!(forbidden, Err(TaskError::Invalid { .. })), "{forbidden:?}");
    assert_eq!(strict.update_many(TaskFilter::in_game(game), reopened.clone()).await?, 0);
    assert_eq!(tasks.get(task.id).await?, closed);
    assert_eq!(tasks.update_many(TaskFilter::in_game(game), reopened).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_strategy_comes_from_the_task_or_its_game() -> Result<(), TaskError> {
    let (tasks, plain) = with_game();
    let game = Game::new("other").strategy(StrategyId::new("s1")?);
    tasks.add_game(game.clone());
    let own = tasks.create(NewTask::new(plain, "own").strategy("s2")).await?;
    let inherits = tasks.create(NewTask::new(game.id, "inherits")).await?;
    tasks.create(NewTask::new(plain, "none")).await?;
    let keys = [own.key(), inherits.key(), Uuid::nil().into(), (plain, "none").into()];
    let resolved = tasks.resolve_many(keys).await?;
    let told: Vec<_> = resolved.iter().map(|one| one.as_ref().map(|one| one.source)).collect();
    let sources = [StrategySource::Task, StrategySource::Game, StrategySource::Default];
    let [task, game, default] = sources.map(Some);
    assert_eq!(told, [task, game, None, default]);
    assert_eq!(tasks.resolve_for(&inherits).await?.strategy_id.as_str(), "s1");
    let lost = tasks.resolve_for(&Task { game_id: Uuid::nil(), ..inherits }).await;
    assert!(matches!(lost, Err(TaskError::GameNotFound { .. })), "{lost:?}");
    Ok(())
}

#[tokio::test]
async fn a_poisoned_lock_is_no_end() -> Result<(), TaskError> {
    let (tasks, game) = with_game();
    let poisoner = tasks.clone();
    let poisoned = std::thread::spawn(move || {
        let _held = poisoner.state();
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(poisoned.join().is_err() && tasks.state.is_poisoned());
    tasks.create(NewTask::new(game, "x")).await?;
    assert_eq!(format!("{tasks:?}"), "InMemoryTaskRepository { games: 1, tasks: 1, .. }");
    Ok(())
}

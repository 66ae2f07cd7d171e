//! Methods of the value types.

use crate::support::{assert_is, unvalidated};
use game_tasks::{
    ApiKeyId, CreateOutcome, Game, InMemoryTaskRepository, Inheritance, Lifecycle, NewTask,
    OnExisting, Page, ResolveStrategyExt, ResolvedStrategy, StrategyId, StrategyKind,
    StrategySource, Task, TaskError, TaskKey, TaskRepositoryExt, TaskScope, TaskStatus,
};
use uuid::Uuid;

fn task() -> (Game, Task) {
    let game = Game::new("game");
    let new = NewTask::new(game.id, "task");
    let task = new.to_task(&TaskScope::unrestricted(), Some(&game), game.created_at).unwrap();
    (game, task)
}

#[test]
fn a_key_matches_a_task_only_if_all_parts_do() {
    let (game, task) = task();
    let other = Uuid::now_v7();
    for (key, matches, of_game) in [
        (TaskKey::from(task.id), true, None),
        (TaskKey::from(other), false, None),
        (TaskKey::from((game.id, task.id)), true, Some(game.id)),
        (TaskKey::from((other, task.id)), false, Some(other)),
        (TaskKey::from((game.id, other)), false, Some(game.id)),
        (TaskKey::from((other, other)), false, Some(other)),
        (TaskKey::from((game.id, "task")), true, Some(game.id)),
        (TaskKey::from((other, "task")), false, Some(other)),
        (TaskKey::from((game.id, "Task")), false, Some(game.id)),
        (TaskKey::from((other, "Task")), false, Some(other)),
    ] {
        assert_eq!(task.matches(&key), matches, "{key}");
        assert_eq!(key.game_id(), of_game, "{key}");
    }
}

#[test]
fn kinds_of_strategies_and_statuses() {
    let id = Uuid::now_v7();
    let custom = StrategyId::custom(id);
    assert_eq!(custom.as_str(), format!("custom:{id}"));
    let kind = |text: &str| StrategyId::new(text).unwrap().kind();
    assert_eq!(custom.kind(), StrategyKind::Custom(id));
    assert_eq!(kind(&format!("custom:{}", id.simple())), StrategyKind::Custom(id));
    assert_eq!(kind("default"), StrategyKind::Default);
    for named in ["custom:", "custom:x", "socio_bee", "Default", &format!("Custom:{id}")] {
        assert_eq!(kind(named), StrategyKind::Named, "{named}");
    }
    let status = |text: &str| TaskStatus::new(text).unwrap();
    assert!(TaskStatus::OPEN.is_open() && status("open").is_open());
    assert!(!TaskStatus::CLOSED.is_open() && !status("Open").is_open());
    let (open, closed) = (TaskStatus::OPEN, TaskStatus::CLOSED);
    assert!(Lifecycle::any().allows(&open, &closed));
    assert!(!Lifecycle::strict().allows(&open, &closed));
}

#[test]
fn a_strategy_is_given_as_text_or_id_or_option() {
    let given = |new: NewTask| new.strategy_id;
    let new = || NewTask::new(Uuid::nil(), "task");
    let (text, id) = ("own".to_owned(), StrategyId::new("own").unwrap());
    for task in [
        new().strategy("own"),
        new().strategy(&text),
        new().strategy(text.clone()),
        new().strategy(format!("{}wn", 'o')),
        new().strategy(&id),
        new().strategy(id.clone()),
        new().strategy(std::borrow::Cow::from("own")),
        new().strategy(text.clone().into_boxed_str()),
        new().strategy(Some("own")),
        new().strategy(Some(&text)),
        new().strategy(Some(text.clone())),
        new().strategy(Some(&id)),
        new().strategy(Some(id.clone())),
    ] {
        assert_eq!(given(task).as_deref(), Some("own"));
    }
    assert_eq!(given(new().strategy(None::<String>)), None);
    assert_eq!(given(new().strategy(None::<StrategyId>)), None);
    assert_eq!(given(new().strategy("own").strategy(None::<&str>)), None);
}

#[test]
fn a_lifecycle_restricts_initial_statuses() {
    let (open, closed) = (TaskStatus::OPEN, TaskStatus::CLOSED);
    assert!(Lifecycle::any().allows_initial(&closed));
    assert!(Lifecycle::any().allow(open.clone(), []).allows_initial(&closed));
    assert!(Lifecycle::strict().allows_initial(&open));
    assert!(!Lifecycle::strict().allows_initial(&closed));
    let replaced = Lifecycle::strict().initial([closed.clone()]);
    assert!(replaced.allows_initial(&closed) && !replaced.allows_initial(&open));
}

#[test]
fn a_caller_with_nul_in_its_name_sees_nothing() {
    let (game, task) = task();
    for (text, expected) in [("key", true), ("k\0y", false)] {
        let key: ApiKeyId = unvalidated(text);
        let owned = game.clone().owned_by_api_key(key.clone());
        let created = Task { api_key_used: Some(key.clone()), ..task.clone() };
        let scope = TaskScope::api_key(key);
        assert_eq!(scope.can_see(&created, Some(&game)), expected);
        assert_eq!(scope.can_see(&task, Some(&owned)), expected);
        assert_eq!(scope.can_create_in(&owned), expected);
    }
}

#[tokio::test]
async fn kinds_of_outcomes() {
    let tasks = InMemoryTaskRepository::new();
    let game = Game::new("game");
    tasks.add_game(game.clone());
    let kind =
        |written: &CreateOutcome| (written.is_created(), written.is_kept(), written.is_updated());
    for (existing, strategy, expected) in [
        (OnExisting::Keep, "a", (true, false, false)),
        (OnExisting::Keep, "b", (false, true, false)),
        (OnExisting::Update, "b", (false, false, true)),
        (OnExisting::Update, "b", (false, true, false)),
    ] {
        let new = NewTask::new(game.id, "task").strategy(strategy);
        let written = tasks.create_all([new], existing).await.unwrap();
        assert_eq!(written.iter().map(kind).collect::<Vec<_>>(), [expected]);
    }
}

#[tokio::test]
async fn games_of_the_in_memory_repository() {
    let tasks = InMemoryTaskRepository::new();
    let game = Game::new("game").strategy(StrategyId::new("bees").unwrap());
    tasks.add_game(game.clone());
    assert_eq!(tasks.game(game.id), Some(game.clone()));
    assert_eq!(tasks.game(Uuid::now_v7()), None);
    let task = tasks.create(NewTask::new(game.id, "task")).await.unwrap();
    let never = tasks.clone().with_inheritance(Inheritance::Never);
    for (store, source) in [(&tasks, StrategySource::Game), (&never, StrategySource::Default)] {
        assert_eq!(store.resolve(&task).await.unwrap().source, source);
        assert_eq!(store.resolve_for(&task).await.unwrap().source, source);
        let many = store.resolve_many([&task]).await.unwrap();
        assert_eq!(many[0].as_ref().unwrap().source, source);
    }
    assert_is!(tasks.remove_game(game.id), Err(TaskError::Referenced(_)));
    tasks.delete(&task).await.unwrap();
    assert_eq!(tasks.remove_game(game.id).unwrap(), game);
    assert_is!(tasks.remove_game(game.id), Err(TaskError::GameNotFound { .. }));
    let stranger = Task { game_id: Uuid::now_v7(), ..task };
    tasks.resolve_for(&stranger).await.unwrap_err();
    assert_eq!(never.resolve_for(&stranger).await.unwrap().strategy_id, "default");
}

#[test]
fn pages_can_be_mapped_and_iterated() {
    let page = Page::new(vec![1, 2, 3], Some("next".into()), Some(7)).map(|n| n * 2);
    assert_eq!((page.next.clone(), page.total), (Some("next".into()), Some(7)));
    assert_eq!(page.into_iter().collect::<Vec<_>>(), [2, 4, 6]);
}

#[test]
fn a_blank_strategy_means_none() {
    let blank = ["", " ", "\t", "\r\n", "\u{a0}", " \u{3000}\u{2003}", "\u{85}"];
    let [task, game] = [Uuid::now_v7(), Uuid::now_v7()];
    let of = |own: &str, inherited: Option<&str>, inheritance| {
        let inherited = inherited.map(unvalidated);
        let resolved = ResolvedStrategy::of(task, game, unvalidated(own), inherited, inheritance);
        resolved.to_string()
    };
    for text in blank {
        let strategy: StrategyId = unvalidated(text);
        assert!(strategy.is_default());
        assert_eq!(strategy.kind(), StrategyKind::Default);
        for own in blank.into_iter().chain(["default"]) {
            for inheritance in [Inheritance::FromGame, Inheritance::Never] {
                let none = "default, since neither the task nor its game has one";
                assert_eq!(of(own, Some(text), inheritance), none);
                assert_eq!(of(own, None, inheritance), none);
            }
            let inherited = of(own, Some("bees"), Inheritance::FromGame);
            assert_eq!(inherited, "bees, inherited from the game");
        }
        assert_eq!(of("own", Some(text), Inheritance::FromGame), "own, the task's own");
    }
    // These look blank or like the default, but are neither.
    for text in ["\0", "\u{200b}", " x", "Default", "default "] {
        assert!(!unvalidated::<StrategyId>(text).is_default(), "{text:?}");
        assert!(of("default", Some(text), Inheritance::FromGame).starts_with(text));
    }
}

//! Checks that the suite detects faults: each bug fails the case for the promise that it breaks.

use super::faulty_repository::{Bug, FaultyRepository};
use async_trait::async_trait;
use game_tasks::conformance::{self, NotConformant, Store, StoreError};
use game_tasks::{Game, InMemoryTaskRepository, TaskRepository};
use std::future::ready;

async fn failures_with(bug: Bug) -> NotConformant {
    let new_store = || ready(Ok::<_, StoreError>(FaultyRepository::new(bug)));
    let failed = conformance::run(new_store).await.into_result();
    failed.expect_err("the suite must detect the bug")
}

/// Asserts that the case fails and that its message contains these parts.
async fn assert_detected(bug: Bug, case: &str, parts: &[&str]) {
    let failed = failures_with(bug).await;
    let found = failed.report().failures().find(|(name, _)| *name == case);
    let (_, failure) = found.unwrap_or_else(|| panic!("{case} passes with {bug:?}: {failed}"));
    let text = failure.message();
    assert!(parts.iter().all(|part| text.contains(part)), "{bug:?}: {text}");
    assert!(failure.location().file().contains("src/conformance/"), "{}", failure.location());
}

macro_rules! detected {
    ($($test:ident: $bug:ident by $case:literal with $parts:expr),+ $(,)?) => {$(
        #[tokio::test]
        async fn $test() {
            assert_detected(Bug::$bug, $case, &$parts).await;
        }
    )+};
}

detected!(
    duplicate_name: AcceptsDuplicateName by "refused_calls::name_is_taken"
        with ["the call must be refused"],
    scope_ignored_in_lists: IgnoresScopeInLists by "scopes::other_callers_find_nothing"
        with ["page.items"],
    scope_ignored_in_deletions: IgnoresScopeInDeletions by "scopes::other_callers_change_nothing"
        with ["delete_many"],
    if_status_ignored: IgnoresIfStatus by "refused_calls::if_status_does_not_match"
        with ["the call must be refused"],
    if_unmodified_since_ignored: IgnoresIfUnmodifiedSince
        by "refused_calls::if_unmodified_since_does_not_hold"
        with ["the call must be refused"],
    updated_at_unchanged: KeepsUpdatedAt by "changes::updated_at_increases_with_every_change"
        with ["is not after"],
    row_before_update_returned: ReturnsRowBeforeUpdate
        by "changes::returned_task_equals_the_updated_row"
        with ["updated_at"],
    atomic_batch_written_in_part: WritesPartOfAtomicBatch
        by "bulk_atomic::one_invalid_task_refuses_the_batch"
        with ["a refused call has written"],
    order_ignores_case: SortsIgnoringCase by "lists::every_order_and_direction"
        with ["page.items"],
    control_character_accepted: AcceptsControlCharacters by "refused_texts::in_a_new_task"
        with ["the call must be refused"],
    outcomes_out_of_order: ReordersOutcomes
        by "bulk_partial::outcomes_are_in_input_order" with ["must be"],
    hidden_task_revealed: RevealsHiddenTasks by "scopes::other_callers_change_nothing"
        with ["must be NotFound", "Conflict"],
    game_in_key_ignored: IgnoresGameInKeys by "refused_calls::task_belongs_to_another_game"
        with ["tasks.find(key)"],
    cursor_missing: OmitsCursor by "lists::pages_by_number" with ["page.next"],
    total_of_one_page: CountsOnlyPage by "lists::total_is_counted_on_request"
        with ["total"],
    prefix_ignores_case: MatchesPrefixesIgnoringCase by "filters::by_prefix" with ["count"],
    unchanged_task_misreported: MisreportsUnchangedTask by "refused_calls::patch_changes_nothing"
        with ["TaskError::Unchanged"],
    unchanging_patch_accepted: AcceptsUnchangingPatch
        by "refused_calls::patch_changes_nothing" with ["the call must be refused"],
    initial_status_ignored: IgnoresInitialStatus by "create::initial_status_is_stored"
        with ["task.status"],
);

/// Stores that fail outside of their repository.
enum Broken {
    FailsToFinish,
    Panics,
}

#[async_trait]
impl Store for Broken {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        match self {
            Self::FailsToFinish => Box::new(InMemoryTaskRepository::new()),
            Self::Panics => panic!("no repository for gme_live_key1"),
        }
    }
    async fn put_game(&self, _: Game) -> Result<(), StoreError> {
        Err("read-only".into())
    }
    async fn finish(self) -> Result<(), StoreError> {
        Err("not committed".into())
    }
}

#[tokio::test]
async fn failures_of_the_store_itself_are_reported() {
    let case = "create::returned_task_equals_the_stored_row";
    let message = async |store: Result<Broken, StoreError>| {
        let report = conformance::run_case(case, || ready(store)).await;
        let text = report.to_string();
        assert!(text.starts_with(&format!("FAILED   {case}\n")), "{text}");
        assert!(text.ends_with("0 passed, 1 failed, 0 skipped"), "{text}");
        report.failures().next().unwrap().1.message().to_owned()
    };
    let not_created = message(Err("no disk".into())).await;
    assert_eq!(not_created, "no new store could be created: no disk");
    let without_games = message(Ok(Broken::FailsToFinish)).await;
    assert_eq!(without_games, "the store failed to store a game: read-only");
    // API keys are redacted in panic messages, too.
    let panics = message(Ok(Broken::Panics)).await;
    assert_eq!(panics, "the store panicked: no repository for (an API key)");
    // `finish` is also called for a skipped case.
    let skipped = conformance::run_case("races::one_transition_succeeds", || {
        ready(Ok::<_, StoreError>(Broken::FailsToFinish))
    });
    let skipped = skipped.await;
    assert_eq!(
        skipped.failures().next().unwrap().1.message(),
        "the store's finish failed: not committed"
    );
}

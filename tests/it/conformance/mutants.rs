//! That the suite can fail: each broken promise is noticed by the case that is about it.

use super::wrong::{Bug, Wrong};
use async_trait::async_trait;
use game_tasks::conformance::{self, NotConformant, Store, StoreError};
use game_tasks::{Game, InMemoryTaskRepository, TaskRepository};
use std::future::ready;

/// Plays the suite on a repository with this bug.
async fn failures_with(bug: Bug) -> NotConformant {
    let fresh = || ready(Ok::<_, StoreError>(Wrong::new(bug)));
    let failed = conformance::run(fresh).await.into_result();
    failed.expect_err("the bug goes unnoticed")
}

/// Asserts that this case fails, and says this.
async fn assert_noticed(bug: Bug, case: &str, says: &[&str]) {
    let failed = failures_with(bug).await;
    let found = failed.report().failures().find(|(name, _)| *name == case);
    let (_, failure) = found.unwrap_or_else(|| panic!("{case} passes with {bug:?}: {failed}"));
    let text = failure.message();
    assert!(says.iter().all(|part| text.contains(part)), "{bug:?}: {text}");
    assert!(failure.place().file().contains("src/conformance/"), "{}", failure.place());
}

macro_rules! noticed {
    ($($test:ident: $bug:ident by $case:literal saying $says:expr),+ $(,)?) => {$(
        #[tokio::test]
        async fn $test() {
            assert_noticed(Bug::$bug, $case, &$says).await;
        }
    )+};
}

noticed!(
    a_duplicate: LetsADuplicateThrough by "refused_calls::name_is_taken"
        saying ["the call must be refused"],
    a_scope_ignored_in_lists: IgnoresTheScopeInLists by "scopes::other_callers_find_nothing"
        saying ["page.items"],
    a_scope_ignored_in_deletions: IgnoresTheScopeInDeletions by "scopes::other_callers_change_nothing"
        saying ["delete_many"],
    a_forgotten_status: ForgetsIfStatus by "refused_calls::if_status_does_not_match"
        saying ["the call must be refused"],
    a_forgotten_moment: ForgetsIfUnmodifiedSince by "refused_calls::if_unmodified_since_does_not_hold"
        saying ["the call must be refused"],
    a_time_that_stands_still: DoesNotGrowUpdatedAt by "changes::updated_at_increases_with_every_change"
        saying ["is not after"],
    a_stale_answer: AnswersAStaleRow by "changes::returned_task_equals_the_updated_row"
        saying ["updated_at"],
    half_a_batch: WritesHalfABatch by "bulk_atomic::one_invalid_task_refuses_the_batch"
        saying ["a refused call has written"],
    an_order_without_case: SortsWithoutCase by "lists::every_order_and_direction"
        saying ["page.items"],
    a_control_character: AcceptsControlCharacters by "refused_texts::in_a_new_task"
        saying ["the call must be refused"],
    a_batch_out_of_order: AnswersABatchInAnotherOrder
        by "bulk_partial::outcomes_are_in_input_order" saying ["must be"],
    a_forbidden_task: TellsWhatIsForbidden by "scopes::other_callers_change_nothing"
        saying ["must be NotFound", "Conflict"],
    a_key_of_another_game: MindsNoGameInAKey by "refused_calls::task_belongs_to_another_game"
        saying ["tasks.find(key)"],
    a_lost_page: ForgetsTheNextPage by "lists::pages_by_number" saying ["page.next"],
    a_total_of_a_page: CountsAPage by "lists::total_is_counted_on_request"
        saying ["total"],
    a_prefix_without_case: MatchesPrefixesWithoutCase by "filters::by_prefix" saying ["count"],
    a_patch_without_effect: AcceptsAPatchThatChangesNothing
        by "refused_calls::patch_changes_nothing" saying ["the call must be refused"],
);

/// A store whose end fails, and one that panics.
enum Broken {
    Ends,
    Panics,
}

#[async_trait]
impl Store for Broken {
    fn tasks(&self) -> Box<dyn TaskRepository + '_> {
        match self {
            Self::Ends => Box::new(InMemoryTaskRepository::new()),
            Self::Panics => panic!("no repository for gme_live_key1"),
        }
    }
    async fn put_game(&self, _: Game) -> Result<(), StoreError> {
        Err("no games today".into())
    }
    async fn end(self) -> Result<(), StoreError> {
        Err("no end".into())
    }
}

#[tokio::test]
async fn a_store_that_is_broken_is_told_from_a_repository() {
    let case = "create::returned_task_equals_the_stored_row";
    let message = async |fresh: Result<Broken, StoreError>| {
        let report = conformance::run_case(case, || ready(fresh)).await;
        let text = report.to_string();
        assert!(text.starts_with(&format!("FAILED   {case}\n")), "{text}");
        assert!(text.ends_with("0 passed, 1 failed, 0 skipped"), "{text}");
        report.failures().next().unwrap().1.message().to_owned()
    };
    let unready = message(Err("not today".into())).await;
    assert_eq!(unready, "no fresh store could be had: not today");
    let no_games = message(Ok(Broken::Ends)).await;
    assert_eq!(no_games, "the store could not put a game there: no games today");
    // A key does not get into a report, whoever says it.
    let panics = message(Ok(Broken::Panics)).await;
    assert_eq!(panics, "the store panicked: no repository for (an API key)");
    // A case that is skipped ends its store, too.
    let skipped = conformance::run_case("races::one_transition_succeeds", || {
        ready(Ok::<_, StoreError>(Broken::Ends))
    });
    let skipped = skipped.await;
    assert_eq!(skipped.failures().next().unwrap().1.message(), "the end of the store: no end");
}

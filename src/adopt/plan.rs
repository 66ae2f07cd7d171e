use std::time::Duration;
use uuid::Uuid;

/// What to do with tasks that have the same game and external id.
///
/// The oldest of them keeps its external id either way. The order is that of `created_at` before it
/// was filled (null counts as newest) and then of the id; it is also the order of
/// [`DuplicateGroup::ids`](super::DuplicateGroup). A task that the plan moves to a game
/// ([`Orphans::MoveTo`]) is filled when it is moved, and then joins its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duplicates {
    /// Rows that refer to the others are changed to refer to the oldest, and the others are deleted;
    /// [`AUDIT_TABLE`](super::AUDIT_TABLE) keeps their rows.
    KeepOldest,
    /// The others get the external id `<old>~<id of the task>`, shortened and without control
    /// characters so that it is valid; `updated_at` grows.
    Rename,
}

/// What to do with tasks whose game is null or does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Orphans {
    /// They are moved to this game. Duplicates that this creates are resolved as
    /// [`Plan::duplicates`] says.
    MoveTo(Uuid),
    /// They are deleted; [`AUDIT_TABLE`](super::AUDIT_TABLE) keeps their rows. A task that another
    /// table refers to is [`AdoptError::Blocked`](super::AdoptError::Blocked).
    SetAside,
}

/// How to adopt a database: what to do with rows that have no obvious correction, and how long to wait
/// for locks.
///
/// ```
/// use game_tasks::adopt::{Duplicates, Plan};
/// use std::time::Duration;
///
/// let plan = Plan::new()
///     .duplicates(Duplicates::KeepOldest)
///     .lock_timeout(Duration::from_millis(50))
///     .on_progress(|progress| println!("{}", progress.step));
/// # let _ = plan;
/// ```
pub struct Plan {
    pub(super) duplicates: Option<Duplicates>,
    pub(super) orphans: Option<Orphans>,
    pub(super) name_games: bool,
    pub(super) lock_timeout: Duration,
    pub(super) give_up_after: Duration,
    pub(super) batch: usize,
    pub(super) on_progress: Box<dyn FnMut(Progress) + Send>,
}

impl Plan {
    /// A plan without decisions, for a database that needs none. Lock timeout 100 ms, giving up
    /// after ten minutes, batches of 500 rows.
    #[must_use]
    pub fn new() -> Self {
        Self {
            duplicates: None,
            orphans: None,
            name_games: false,
            lock_timeout: Duration::from_millis(100),
            give_up_after: Duration::from_secs(600),
            batch: 500,
            on_progress: Box::new(|_| {}),
        }
    }

    /// Decides on duplicates.
    #[must_use]
    pub fn duplicates(mut self, decision: Duplicates) -> Self {
        self.duplicates = Some(decision);
        self
    }

    /// Decides on tasks without a game.
    #[must_use]
    pub fn orphans(mut self, decision: Orphans) -> Self {
        self.orphans = Some(decision);
        self
    }

    /// Gives games whose external id is null their id as external id.
    #[must_use]
    pub fn name_games_by_id(mut self) -> Self {
        self.name_games = true;
        self
    }

    /// How long each attempt waits for a lock that makes other sessions queue, and so how long GAME's
    /// programs may have to wait: at least 1 ms. They do not wait between two attempts.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// How long a step keeps trying to get a lock before it fails with
    /// [`AdoptError::Locked`](super::AdoptError::Locked): at least 1 ms. Must exceed the longest
    /// transaction of the database, because building an index waits for every transaction that may
    /// have read the table. No other session queues behind that wait.
    #[must_use]
    pub fn give_up_after(mut self, limit: Duration) -> Self {
        self.give_up_after = limit.max(Duration::from_millis(1));
        self
    }

    /// The most rows that one transaction fills: at least 1. A session that writes one of them waits
    /// until all are filled.
    #[must_use]
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = rows.max(1);
        self
    }

    /// Calls this after each batch and each failed attempt to get a lock. It should return soon.
    #[must_use]
    pub fn on_progress(mut self, call: impl FnMut(Progress) + Send + 'static) -> Self {
        self.on_progress = Box::new(call);
        self
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("duplicates", &self.duplicates)
            .field("orphans", &self.orphans)
            .field("name_games", &self.name_games)
            .field("lock_timeout", &self.lock_timeout)
            .field("give_up_after", &self.give_up_after)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

/// A step of an adoption. The steps run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Adds the defaults of columns.
    Defaults,
    /// Fills nulls of games: timestamps, strategies, external ids.
    FillGames,
    /// Resolves tasks without a game, as the plan decides.
    Orphans,
    /// Resolves duplicates, as the plan decides: before nulls are filled, so that the oldest is the
    /// one that [`inspect`](super::inspect) names, and again before the unique index is built.
    Duplicates,
    /// Fills nulls of tasks: timestamps, strategies, statuses.
    FillTasks,
    /// Adds NOT NULL to columns.
    NotNull,
    /// Adds or validates the foreign key from tasks to games.
    Reference,
    /// Builds the unique index on game and external id.
    UniqueIndex,
    /// Builds the index for listing a game by creation.
    ListingIndex,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Self; 9] = [
        Self::Defaults,
        Self::FillGames,
        Self::Orphans,
        Self::Duplicates,
        Self::FillTasks,
        Self::NotNull,
        Self::Reference,
        Self::UniqueIndex,
        Self::ListingIndex,
    ];
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Defaults => "defaults",
            Self::FillGames => "nulls of games",
            Self::FillTasks => "nulls of tasks",
            Self::Orphans => "tasks without a game",
            Self::NotNull => "not null",
            Self::Reference => "foreign key to games",
            Self::Duplicates => "duplicates",
            Self::UniqueIndex => "unique index",
            Self::ListingIndex => "listing index",
        })
    }
}

/// The progress of an adoption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The running step.
    pub step: Step,
    /// The number of rows that the step has changed.
    pub rows: u64,
    /// Whether the step waits for a lock, and will try again.
    pub waiting: bool,
}

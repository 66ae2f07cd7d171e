use std::time::Duration;
use uuid::Uuid;

/// What becomes of tasks that have the same game and external id.
///
/// The oldest of them, by `created_at` as it was before anything was filled (null counting as
/// newest) and then by id, keeps its name either way. That is the first one that
/// [`DuplicateGroup::ids`](super::DuplicateGroup) lists. A task that a plan moves to a game
/// ([`WithoutGame::MoveTo`]) is filled as it is moved, and joins its group with what it has then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duplicates {
    /// What refers to the others is made to refer to the oldest, and the others are taken out
    /// of the table; [`RECORD`](super::RECORD) keeps each of their rows.
    KeepOldest,
    /// The others get the external id `<old>~<id of the task>`, shortened and without control
    /// characters, so that it obeys the rules; `updated_at` grows.
    Rename,
}

/// What becomes of tasks whose game is null, or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithoutGame {
    /// They are given to this game. Where that makes duplicates, those are settled as
    /// [`Plan::duplicates`] says.
    MoveTo(Uuid),
    /// They are taken out of the table; [`RECORD`](super::RECORD) keeps each of their rows.
    /// One that something refers to cannot be ([`AdoptError::Stuck`](super::AdoptError)).
    SetAside,
}

/// How to adopt: the owner's decisions, and how long to wait for locks.
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
    pub(super) without_game: Option<WithoutGame>,
    pub(super) name_games: bool,
    pub(super) lock_timeout: Duration,
    pub(super) patience: Duration,
    pub(super) batch: usize,
    pub(super) on_progress: Box<dyn FnMut(Progress) + Send>,
}

impl Plan {
    /// A plan without a decision: it adopts a database that needs none. Locks are waited for
    /// 100 ms at a time, for ten minutes at most; a batch has 500 rows.
    #[must_use]
    pub fn new() -> Self {
        Self {
            duplicates: None,
            without_game: None,
            name_games: false,
            lock_timeout: Duration::from_millis(100),
            patience: Duration::from_secs(600),
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
    pub fn without_game(mut self, decision: WithoutGame) -> Self {
        self.without_game = Some(decision);
        self
    }

    /// Decides on games whose external id is null: they get their id as their external id.
    #[must_use]
    pub fn name_games_by_id(mut self) -> Self {
        self.name_games = true;
        self
    }

    /// How long a lock that others must wait behind is asked for at a time, and so how long
    /// the old programs may have to wait: at least 1 ms. Nobody is kept waiting between two
    /// attempts.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// For how long a step goes on trying to get a lock, before it gives up with
    /// [`AdoptError::Locked`](super::AdoptError): at least 1 ms. Must be longer than the
    /// longest transaction of the database, for the building of an index waits for each that
    /// may have seen the table. Nobody waits behind it meanwhile.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience.max(Duration::from_millis(1));
        self
    }

    /// How many rows one transaction fills at the most: at least 1. Who wants to write one of
    /// them waits for all of them.
    #[must_use]
    pub fn batch(mut self, rows: usize) -> Self {
        self.batch = rows.max(1);
        self
    }

    /// Calls this whenever there is progress. It should return soon.
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
            .field("without_game", &self.without_game)
            .field("name_games", &self.name_games)
            .field("lock_timeout", &self.lock_timeout)
            .field("patience", &self.patience)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

/// A step of an adoption, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Defaults of the columns that the crate has defaults for.
    Defaults,
    /// Nulls of games: timestamps, strategies, external ids.
    FillGames,
    /// Tasks without a game, as the plan decides.
    WithoutGame,
    /// Duplicates, as the plan decides: before nulls are filled, so that the oldest is the one that
    /// [`inspect`](super::inspect) names, and again before the unique index is built.
    Duplicates,
    /// Nulls of tasks: timestamps, strategies, statuses.
    FillTasks,
    /// NOT NULL where the crate has it.
    NotNull,
    /// The foreign key from tasks to games.
    Reference,
    /// The unique index on game and external id.
    UniqueIndex,
    /// The index for listing a game by creation.
    ListingIndex,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Self; 9] = [
        Self::Defaults,
        Self::FillGames,
        Self::WithoutGame,
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
            Self::WithoutGame => "tasks without a game",
            Self::NotNull => "not null",
            Self::Reference => "foreign key to games",
            Self::Duplicates => "duplicates",
            Self::UniqueIndex => "unique index",
            Self::ListingIndex => "listing index",
        })
    }
}

/// How far an adoption has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The step that is being taken.
    pub step: Step,
    /// How many rows it has settled.
    pub rows: u64,
    /// Whether it has not got a lock yet, and will try again.
    pub waiting: bool,
}

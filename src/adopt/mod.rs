//! Adopting a database of GAME's, the Python engine, whose tables the crate's are named after.
//!
//! GAME's `tasks` may hold what the crate's may not: null timestamps and games, several tasks
//! of one name. [`inspect`] reads and reports; [`run`] brings the tables to what the crate
//! needs, while the old programs go on reading and writing, in steps that each hold up nobody.
//!
//! ```no_run
//! use game_tasks::adopt::{self, Duplicates, Plan};
//! use game_tasks::sea_orm::Database;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let db = Database::connect("postgres://game@localhost/game").await?;
//! let found = adopt::inspect(&db).await?;
//! println!("{} groups of duplicates, steps: {:?}", found.duplicates.count, found.steps);
//!
//! let adoption = adopt::run(&db, Plan::new().duplicates(Duplicates::Rename)).await?;
//! for task in &adoption.settled {
//!     println!("{} {}", task.task_id, task.outcome);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is changed
//!
//! - Nulls are filled: a timestamp from the row's other one, else with the moment of adoption;
//!   a strategy with `default`.
//! - `created_at`, `updated_at`, `gameId` of tasks and `created_at`, `updated_at`,
//!   `externalGameId`, `strategyId` of games become NOT NULL; timestamps, strategies and
//!   `status` get defaults.
//! - Two indexes are made, `uq_tasks_game_external` (unique) and `ix_tasks_game_created`; the
//!   foreign key to games, where it is missing.
//! - [`RECORD`], a table that accounts for the rows which only the owner could decide on.
//!
//! Everything else stays: the types and collations of columns, texts outside the rules (the
//! crate reads them), timestamps that a `DateTime<Utc>` cannot hold (the crate reports them:
//! [`Inspection::tasks_with_unreadable_timestamps`]), GAME's own constraints and indexes. `ix_tasks_game_external_task` and
//! `ix_tasks_id` serve nobody any more; drop them once the old programs are gone.
//!
//! # While it runs
//!
//! A change of a definition asks for its lock for [`Plan::lock_timeout`] at a time, and lets
//! others pass in between; rows are filled in short transactions that pass over what somebody
//! has locked; indexes are built concurrently, and checks are made `NOT VALID` and validated
//! after, so that both look at the rows while others write them. A long reader delays it, and
//! is not delayed.
//!
//! It works on one connection, which it takes out of the pool and closes at the end; the
//! pool makes another one when it needs it. Dropped, killed or cut off, it leaves nothing that
//! is wrong: at the worst an index that is not in use, or a check that stands for a column's
//! NOT NULL, and the next run takes up there. PgBouncer must be in session mode, or be gone
//! around. The role has to own both tables and what refers to tasks, and may create tables in
//! their schema.
//!
//! What old programs notice: a task or game with a null that may not be is refused from the
//! moment on when the nulls are filled (and one that came in just before cannot be updated until
//! it is filled, too), and so is a second task of one name once the index is there. One that
//! refers to a duplicate which was merged finds it gone.
//!
//! What names a task without a foreign key is not known, and not moved when its task is merged:
//! look for the task in [`RECORD`].

mod catalog;
mod duplicates;
mod error;
mod fill;
mod homeless;
mod inspect;
mod plan;
mod record;
mod referring;
mod refusal;
mod report;
mod run;
mod schema;
mod session;

pub use error::{AdoptError, UnfitReason};
pub use plan::{Duplicates, Plan, Progress, Step, WithoutGame};
pub use record::RECORD;
pub use report::{
    Adoption, BrokenTexts, DuplicateGroup, DuplicateGroups, Found, InheritanceChange, Inspection,
    Outcome, References, Rule, Settled, StrategyUse,
};

use sea_orm::DatabaseConnection;
use session::Session;
use std::time::Duration;

/// The strategies that GAME itself registers. Its own database keeps others, by ids of the
/// form `custom:<uuid>`.
pub const GAME_STRATEGIES: [&str; 5] =
    ["default", "constantEffortStrategy", "greencrowdStrategy", "greengageStrategy", "socio_bee"];

/// Reports what adoption would meet and do. It reads only, all of it as of one moment, and holds
/// up nobody. It looks at every row some twenty times: up to a minute for millions of tasks.
///
/// # Errors
/// [`AdoptError::UnsupportedDatabase`], [`AdoptError::Unfit`], [`AdoptError::Database`].
pub async fn inspect(db: &DatabaseConnection) -> Result<Inspection, AdoptError> {
    let mut session = Session::open(db, Duration::ZERO, Duration::from_secs(10)).await?;
    let inspection = inspect::inspect(&mut session).await;
    session.close().await;
    inspection
}

/// Adopts the database as the plan decides, or goes on doing so. Where nothing is left to do it
/// does nothing: a few round trips. [The module](self) says what is changed, and what others
/// notice.
///
/// # Errors
/// [`AdoptError::Undecided`], before anything is changed, if there are rows that the plan does
/// not decide on; every other [`AdoptError`] as it says.
pub async fn run(db: &DatabaseConnection, mut plan: Plan) -> Result<Adoption, AdoptError> {
    let mut session = Session::open(db, plan.lock_timeout, plan.patience).await?;
    let adoption = run::run(&mut session, &mut plan).await;
    session.close().await;
    adoption
}

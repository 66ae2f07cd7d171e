//! Adopts a database of GAME, the Python engine, whose tables have the names of the crate's.
//!
//! GAME's `tasks` may contain what the crate's may not: null timestamps and games, and several tasks
//! with one external id. [`inspect`] reads and reports; [`run`] changes the tables to what the crate
//! needs, in short steps, while GAME's programs go on reading and writing.
//!
//! ```no_run
//! use game_tasks::adopt::{self, Duplicates, Plan};
//! use game_tasks::sea_orm::Database;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let db = Database::connect("postgres://game@localhost/game").await?;
//! let inspection = adopt::inspect(&db).await?;
//! println!("{} groups of duplicates", inspection.duplicates.count);
//! println!("steps: {:?}", inspection.steps);
//!
//! let adoption = adopt::run(&db, Plan::new().duplicates(Duplicates::Rename)).await?;
//! for task in &adoption.resolved {
//!     println!("{} {}", task.task_id, task.outcome);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is changed
//!
//! - Nulls are filled: a timestamp from the row's other one, otherwise with the current time; a
//!   strategy with `default`.
//! - `created_at`, `updated_at`, `gameId` of tasks and `created_at`, `updated_at`,
//!   `externalGameId`, `strategyId` of games become NOT NULL; timestamps, strategies and
//!   `status` get defaults.
//! - Two indexes are created, `uq_tasks_game_external` (unique) and `ix_tasks_game_created`, and
//!   the foreign key to games if it is missing.
//! - [`AUDIT_TABLE`] is created, which records every row that the plan decides on.
//!
//! Everything else stays: the types and collations of columns, texts that break the crate's rules
//! (the crate reads them), timestamps that a `DateTime<Utc>` cannot hold (see
//! [`Inspection::tasks_with_unreadable_timestamps`]), GAME's own constraints and indexes. Nothing
//! uses `ix_tasks_game_external_task` and `ix_tasks_id` any more; drop them once GAME's programs are
//! gone.
//!
//! # Locks and interruptions
//!
//! A change of a definition waits for its lock at most [`Plan::lock_timeout`] at a time, and pauses
//! in between. Rows are filled in short transactions that skip locked rows. Indexes are built
//! concurrently; constraints are created `NOT VALID` and validated afterwards, while other sessions
//! write. A long-running reader delays adoption, but does not wait for it.
//!
//! It uses one connection, which it takes out of the pool and closes at the end; the pool opens
//! another one when it needs it. A run that is dropped, killed or disconnected leaves at most an
//! invalid index, or a check constraint instead of NOT NULL, and the next run continues there. The
//! role must own both tables and every table with a foreign key to tasks, and may create tables in
//! their schema.
//!
//! `run` needs a server connection of its own, for a lock and for settings: connect directly, or
//! through PgBouncer in session mode. Through a pooler that shares server connections, such as
//! PgBouncer in transaction mode, it fails with [`AdoptError::SharedConnection`] before it sets or
//! locks anything. [`inspect`] may run there: it is one transaction, and leaves nothing behind.
//!
//! GAME's programs notice this: from the moment when nulls are filled, an insert with a null in such
//! a column fails, and so does an update of a row that was inserted just before and is not filled
//! yet. Once the unique index exists, a second task with the same external id fails. A program that
//! holds the id of a merged duplicate no longer finds that task.
//!
//! Columns that refer to tasks without a foreign key are unknown to adoption, and keep the id of a
//! merged task: [`AUDIT_TABLE`] contains it.

mod audit;
mod duplicates;
mod error;
mod fill;
mod inspect;
mod orphans;
mod plan;
mod reference_indexes;
mod report;
mod run;
mod schema;
mod session;
mod shared_connection;
mod state;
mod violations;

pub use audit::AUDIT_TABLE;
pub use error::{AdoptError, Incompatibility};
pub use plan::{Duplicates, Orphans, Plan, Progress, Step};
pub use report::{
    Adoption, AffectedRows, DuplicateGroup, DuplicateGroups, InheritanceChange, Inspection,
    InvalidTexts, Outcome, References, ResolvedTask, Rule, StrategyUse,
};

use sea_orm::DatabaseConnection;
use session::Session;
use std::time::Duration;

/// The strategies that GAME registers. Its database contains others, with ids of the form
/// `custom:<uuid>`.
pub const GAME_STRATEGIES: [&str; 5] =
    ["default", "constantEffortStrategy", "greencrowdStrategy", "greengageStrategy", "socio_bee"];

/// Reports what adoption would find and do. Reads a single snapshot, changes nothing, and blocks no
/// other session. It scans the tables about twenty times: up to a minute for millions of tasks.
///
/// # Errors
/// [`AdoptError::UnsupportedDatabase`], [`AdoptError::IncompatibleSchema`], [`AdoptError::Database`].
pub async fn inspect(db: &DatabaseConnection) -> Result<Inspection, AdoptError> {
    let mut session = Session::open_snapshot(db, Duration::from_secs(10)).await?;
    let inspection = inspect::inspect(&mut session).await;
    session.close().await;
    inspection
}

/// Adopts the database as the plan decides, or continues an interrupted adoption. On an adopted
/// database it takes a few round trips and changes nothing. [The module](self) describes what is
/// changed, and what other programs notice.
///
/// # Errors
/// [`AdoptError::Undecided`], before anything is changed, if there are rows that the plan does
/// not decide on; [`AdoptError::SharedConnection`] through a pooler in transaction mode; otherwise
/// any [`AdoptError`].
pub async fn run(db: &DatabaseConnection, mut plan: Plan) -> Result<Adoption, AdoptError> {
    let mut session = Session::open(db, plan.lock_timeout, plan.give_up_after).await?;
    let adoption = run::run(&mut session, &mut plan).await;
    session.close().await;
    adoption
}

//! A pool that loses answers, refuses statements and lets other clients act, and keeps a ledger of
//! what the statements that went through it have changed.

use super::others::Other;
use crate::support::{Around, by_name, connection_around};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::error::ConnAcquireErr;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxError, Statement};
use game_tasks::{Autocommit, SeaOrmTaskRepository, Task};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// It is not sent, and the caller knows.
    Refused,
    /// It is not sent, and the caller does not know.
    LostBefore,
    /// It is applied, and the answer is lost.
    LostAfter,
}

impl Fault {
    pub(super) fn is_loss(self) -> bool {
        matches!(self, Self::LostBefore | Self::LostAfter)
    }
}

/// What happens when a statement is sent: other clients act, then it meets its fault.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) before: Vec<Other>,
    pub(super) fault: Fault,
}

/// A row that a statement has changed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Inserted(Task),
    Changed { from: Task, to: Task },
    Deleted(Task),
}

impl Entry {
    /// The row as the statement left it or, where it deleted it, found it.
    pub(super) fn row(&self) -> &Task {
        match self {
            Self::Inserted(row) | Self::Changed { to: row, .. } | Self::Deleted(row) => row,
        }
    }
}

pub(super) struct Faulty {
    db: DatabaseConnection,
    /// One for each statement, then the last for all that follow.
    steps: Mutex<VecDeque<Step>>,
    then: Fault,
    ledger: Mutex<Vec<Entry>>,
    lost: AtomicUsize,
    sent: AtomicUsize,
    /// One statement at a time, so that what a statement changed is what is different after it.
    turn: tokio::sync::Mutex<()>,
}

impl Faulty {
    /// Each statement takes a step; when there is none left, all meet `then`.
    pub(super) fn new(db: &DatabaseConnection, steps: Vec<Step>, then: Fault) -> Self {
        Self {
            db: db.clone(),
            steps: Mutex::new(steps.into()),
            then,
            ledger: Mutex::default(),
            lost: AtomicUsize::default(),
            sent: AtomicUsize::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// What the statements have changed, in their order.
    pub(super) fn ledger(&self) -> Vec<Entry> {
        self.ledger.lock().unwrap().clone()
    }

    /// How many statements were lost.
    pub(super) fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }

    /// How many statements were handed to it.
    pub(super) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    async fn rows(&self) -> BTreeMap<Uuid, Task> {
        let rows = by_name(&SeaOrmTaskRepository::new(&self.db)).await;
        rows.into_iter().map(|row| (row.id, row)).collect()
    }

    async fn apply<T>(
        &self,
        writes: bool,
        call: BoxFuture<'_, Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        if !writes {
            return call.await;
        }
        let before = self.rows().await;
        let answer = call.await;
        let entries = differences(before, self.rows().await);
        self.ledger.lock().unwrap().extend(entries);
        answer
    }
}

/// A row is the same if it has the same id and was created at the same time.
fn differences(mut before: BTreeMap<Uuid, Task>, after: BTreeMap<Uuid, Task>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (id, row) in after {
        match before.remove(&id) {
            None => entries.push(Entry::Inserted(row)),
            Some(same) if same == row => {}
            Some(from) => entries.push(Entry::Changed { from, to: row }),
        }
    }
    entries.extend(before.into_values().map(Entry::Deleted));
    entries
}

fn lost() -> DbErr {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    DbErr::Query(RuntimeErr::SqlxError(SqlxError::Io(broken).into()))
}

impl Around for Faulty {
    fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    fn around<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let writes = !statement.sql.trim_start().starts_with("SELECT");
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            self.sent.fetch_add(1, Ordering::SeqCst);
            let step = self.steps.lock().unwrap().pop_front();
            let step = step.unwrap_or(Step { before: Vec::new(), fault: self.then });
            for other in &step.before {
                other.act(&self.db).await;
            }
            if step.fault.is_loss() {
                self.lost.fetch_add(1, Ordering::SeqCst);
            }
            match step.fault {
                Fault::None => self.apply(writes, call).await,
                Fault::Refused => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
                Fault::LostBefore => Err(lost()),
                // What the database refused it has said; that was not lost on the way.
                Fault::LostAfter => self.apply(writes, call).await.and_then(|_| Err(lost())),
            }
        })
    }
}
connection_around!(Faulty);
impl Autocommit for Faulty {}

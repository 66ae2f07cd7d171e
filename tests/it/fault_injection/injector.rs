//! An interceptor that injects faults and calls of other clients between statements, and records
//! which rows each statement changed.

use super::other_clients::ClientCall;
use crate::support::{Intercepted, Interceptor, list_by_name};
use futures_util::future::BoxFuture;
use game_tasks::sea_orm::error::ConnAcquireErr;
use game_tasks::sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxError, Statement};
use game_tasks::{Autocommit, SeaOrmTaskRepository, Task};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// What happens to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// It is not sent, and the error says so.
    Refused,
    /// It is not sent, but the error does not say so.
    LostBefore,
    /// It is applied, but its response is lost.
    LostAfter,
}

impl Fault {
    pub(super) fn is_loss(self) -> bool {
        matches!(self, Self::LostBefore | Self::LostAfter)
    }
}

/// The calls that other clients make before a statement, and the fault of the statement.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) before: Vec<ClientCall>,
    pub(super) fault: Fault,
}

/// A change that a statement made to a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Inserted(Task),
    Updated { from: Task, to: Task },
    Deleted(Task),
}

impl Change {
    /// The row after the change or, if it was deleted, before.
    pub(super) fn row(&self) -> &Task {
        match self {
            Self::Inserted(row) | Self::Updated { to: row, .. } | Self::Deleted(row) => row,
        }
    }
}

pub(super) struct FaultInjector {
    db: DatabaseConnection,
    /// One step for each statement.
    steps: Mutex<VecDeque<Step>>,
    /// The fault of all statements after the last step.
    then: Fault,
    changes: Mutex<Vec<Change>>,
    lost: AtomicUsize,
    sent: AtomicUsize,
    /// Serializes statements, so that the difference of the rows before and after a statement is
    /// what it changed.
    statement_lock: tokio::sync::Mutex<()>,
}

pub(super) type Connection = Intercepted<DatabaseConnection, FaultInjector>;

impl Autocommit for Connection {}

impl FaultInjector {
    pub(super) fn on(db: &DatabaseConnection, steps: Vec<Step>, then: Fault) -> Connection {
        let injector = Self {
            db: db.clone(),
            steps: Mutex::new(steps.into()),
            then,
            changes: Mutex::default(),
            lost: AtomicUsize::default(),
            sent: AtomicUsize::default(),
            statement_lock: tokio::sync::Mutex::default(),
        };
        Intercepted::new(db.clone(), injector)
    }

    /// What the statements changed, in order.
    pub(super) fn changes(&self) -> Vec<Change> {
        self.changes.lock().unwrap().clone()
    }

    /// The number of lost statements.
    pub(super) fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }

    /// The number of statements, lost and refused ones included.
    pub(super) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    async fn rows(&self) -> BTreeMap<Uuid, Task> {
        let rows = list_by_name(&SeaOrmTaskRepository::new(&self.db)).await;
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
        let result = call.await;
        let changes = differences(before, self.rows().await);
        self.changes.lock().unwrap().extend(changes);
        result
    }
}

fn differences(mut before: BTreeMap<Uuid, Task>, after: BTreeMap<Uuid, Task>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, row) in after {
        match before.remove(&id) {
            None => changes.push(Change::Inserted(row)),
            Some(same) if same == row => {}
            Some(from) => changes.push(Change::Updated { from, to: row }),
        }
    }
    changes.extend(before.into_values().map(Change::Deleted));
    changes
}

fn lost() -> DbErr {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    DbErr::Query(RuntimeErr::SqlxError(SqlxError::Io(broken).into()))
}

impl Interceptor for FaultInjector {
    fn intercept<'c, T: Send + 'c>(
        &'c self,
        statement: &Statement,
        call: BoxFuture<'c, Result<T, DbErr>>,
    ) -> BoxFuture<'c, Result<T, DbErr>> {
        let writes = !statement.sql.trim_start().starts_with("SELECT");
        Box::pin(async move {
            let _lock = self.statement_lock.lock().await;
            self.sent.fetch_add(1, Ordering::SeqCst);
            let step = self.steps.lock().unwrap().pop_front();
            let step = step.unwrap_or(Step { before: Vec::new(), fault: self.then });
            for call in &step.before {
                call.make(&self.db).await;
            }
            if step.fault.is_loss() {
                self.lost.fetch_add(1, Ordering::SeqCst);
            }
            match step.fault {
                Fault::None => self.apply(writes, call).await,
                Fault::Refused => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
                Fault::LostBefore => Err(lost()),
                // An error of the database is returned as it is: its response was not lost.
                Fault::LostAfter => self.apply(writes, call).await.and_then(|_| Err(lost())),
            }
        })
    }
}

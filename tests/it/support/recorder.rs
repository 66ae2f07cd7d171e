//! Recording the statements that go through a pool.

use game_tasks::sea_orm::{DatabaseConnection, Statement};
use std::sync::{Arc, Mutex};

/// Records the statements that are sent through its clone of a pool, outside of transactions.
pub(crate) struct Recorder {
    pub(crate) db: DatabaseConnection,
    sent: Arc<Mutex<Vec<Statement>>>,
}

impl Recorder {
    pub(crate) fn new(db: &DatabaseConnection) -> Self {
        let sent = Arc::<Mutex<Vec<Statement>>>::default();
        let (mut db, record) = (db.clone(), sent.clone());
        db.set_metric_callback(move |info| record.lock().unwrap().push(info.statement.clone()));
        Self { db, sent }
    }

    /// Removes and returns the recorded statements, of which there must be a minimum.
    pub(crate) fn take(&self, at_least: usize) -> Vec<Statement> {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        assert!(sent.len() >= at_least, "{} statements", sent.len());
        sent
    }
}

//! Compares the statements that the crate sends with those in `tests/sql/`, which has a file for each
//! database, so that a reviewer sees every change of a statement.
//!
//! `GAME_TASKS_WRITE_SQL=1` rewrites the files.

mod calls;
mod distributed;
mod format;

use crate::support::{Backend, TestDatabase, on_empty_database_within, tests_on};
use game_tasks::sea_orm::{DatabaseConnection, Statement};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

tests_on!(
    [sqlite_file SqliteFile, postgres Postgres, mariadb MariaDb, mysql MySql],
    every_statement_is_on_record,
    |on| super::on_empty_database_within(super::TIME_LIMIT, on, 2, super::compare)
);

const TIME_LIMIT: Duration = Duration::from_secs(120);

/// The text of a statement without the comments that only MariaDB or only MySQL reads: as this server
/// reads it.
fn read_by_server(backend: Backend, text: &str) -> String {
    if !backend.is_mariadb_or_mysql() {
        return text.to_owned();
    }
    let mut parts = text.split("/*");
    let mut read = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (comment, rest) = part.split_once("*/").unwrap();
        let of_server = if backend == Backend::MySql { "!80017 " } else { "M!100500 " };
        read += comment.strip_prefix(of_server).unwrap_or_default();
        read += if read.ends_with(' ') { rest.trim_start() } else { rest };
    }
    read
}

/// Records the statements that a pool sends.
struct Recorder {
    backend: Backend,
    db: DatabaseConnection,
    sent: Arc<Mutex<Vec<Statement>>>,
    /// The names of ids in the record.
    ids: HashMap<Uuid, &'static str>,
    record: String,
    /// The heading under which each statement was first recorded.
    seen: HashMap<String, String>,
    abbreviations: format::Abbreviations,
    /// How many tasks were created without being recorded, for their names.
    tasks: usize,
}

impl Recorder {
    fn new(database: &TestDatabase) -> Self {
        let sent = Arc::<Mutex<Vec<Statement>>>::default();
        let mut db = database.db.clone();
        let keep = sent.clone();
        db.set_metric_callback(move |info| keep.lock().unwrap().push(info.statement.clone()));
        let record = "-- The statements that the crate sends, by call. Written by the test \
                      `recorded_sql`;\n-- GAME_TASKS_WRITE_SQL=1 writes them anew.\n"
            .to_owned();
        let (ids, seen) = (HashMap::new(), HashMap::new());
        Self {
            backend: database.backend,
            db,
            sent,
            ids,
            record,
            seen,
            abbreviations: format::Abbreviations::default(),
            tasks: 0,
        }
    }

    fn section(&mut self, title: &str) {
        self.record.push_str(&format!("\n\n-- {title}\n-- {}\n", "=".repeat(title.len())));
    }

    /// Makes a call, and records what it sends under a heading.
    async fn call<T>(&mut self, title: &str, call: impl Future<Output = T>) -> T {
        self.sent.lock().unwrap().clear();
        let answer = call.await;
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        self.record.push_str(&format!("\n-- {title}\n"));
        if sent.is_empty() {
            self.record.push_str("-- sends nothing\n");
        }
        for statement in sent {
            if let Some(definitions) =
                self.abbreviations.learn(&read_by_server(self.backend, &statement.sql))
            {
                self.record.push_str(&definitions);
            }
            self.statement(title, &statement);
        }
        answer
    }

    fn statement(&mut self, title: &str, statement: &Statement) {
        match self.seen.get(&statement.sql) {
            Some(under) => self.record.push_str(&format!("-- as in: {under}\n")),
            None => {
                let text = self.abbreviations.apply(&read_by_server(self.backend, &statement.sql));
                self.record.push_str(&format::statement(&text));
                self.seen.insert(statement.sql.clone(), title.to_owned());
            }
        }
        let values = statement.values.iter().flat_map(|values| &values.0);
        let values: Vec<String> = values.map(|value| format::value(value, &self.ids)).collect();
        if !values.is_empty() {
            self.record.push_str(&format::wrapped(&values));
        }
    }
}

async fn compare(database: &TestDatabase) {
    let mut recorder = Recorder::new(database);
    calls::migrations(&mut recorder).await;
    calls::repository(&mut recorder).await;
    let file = match database.backend {
        Backend::Postgres => "postgres.sql",
        Backend::MariaDb | Backend::MariaDbRollback => "mariadb.sql",
        Backend::MySql => "mysql.sql",
        Backend::SqliteFile | Backend::SqliteMemory => "sqlite.sql",
    };
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sql").join(file);
    if std::env::var_os("GAME_TASKS_WRITE_SQL").is_some() {
        std::fs::write(path, recorder.record).unwrap();
        return;
    }
    let recorded = std::fs::read_to_string(&path).unwrap();
    let difference = recorded.lines().zip(recorder.record.lines()).position(|(a, b)| a != b);
    let line = difference.unwrap_or_else(|| recorded.lines().count());
    let from = |text: &str| {
        text.lines().skip(line.saturating_sub(5)).take(30).collect::<Vec<_>>().join("\n")
    };
    assert!(
        recorded == recorder.record,
        "{file} differs from line {} on.\n\nrecorded:\n{}\n\nsent:\n{}",
        line + 1,
        from(&recorded),
        from(&recorder.record),
    );
}

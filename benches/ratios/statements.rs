//! Handwritten statements in the dialect of one database.

use crate::database::Server;
use crate::implementation::PAGE;
use game_tasks::TaskOrder;
use game_tasks::sea_orm::DbBackend;
use std::collections::HashMap;
use std::sync::Mutex;

const COLUMNS: &str = "id, created_at, updated_at, \"apiKey_used\", oauth_user_id, \
    \"externalTaskId\", \"gameId\", \"strategyId\", status";

const RESOLVE: &str = "SELECT t.id, t.\"gameId\", t.\"strategyId\", g.\"strategyId\" \
    FROM tasks t LEFT JOIN games g ON g.id = t.\"gameId\" WHERE ";

/// The statements, each built cached and leaked, so that they cost as little as constants.
pub(crate) struct Statements {
    server: Server,
    pub(crate) insert: &'static str,
    pub(crate) find: [&'static str; 3],
    pub(crate) resolve: [&'static str; 3],
    pub(crate) update: &'static str,
    pub(crate) transition: &'static str,
    pub(crate) by_id: &'static str,
    pub(crate) by_id_for_update: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) stream: &'static str,
    /// For all games, and for one.
    pub(crate) reassign: [&'static str; 2],
    pages: [&'static str; 8],
    by_size: Mutex<HashMap<(&'static str, usize), &'static str>>,
}

impl Statements {
    pub(crate) fn new(server: Server) -> Self {
        let text = |text: &str| translated(server, text);
        let returning = format!(" RETURNING {COLUMNS}");
        let returning_update = if server.has_update_returning() { &returning } else { "" };
        let returning = if server.has_returning() { &returning } else { "" };
        let keys = [
            "{t}id = ?",
            "{t}\"gameId\" = ? AND {t}id = ?",
            "{t}\"gameId\" = ? AND {t}\"externalTaskId\" = ?",
        ];
        let find = |key: &str| {
            text(&format!("SELECT {COLUMNS} FROM tasks WHERE {}", key.replace("{t}", "")))
        };
        let resolve = |key: &str| text(&format!("{RESOLVE}{}", key.replace("{t}", "t.")));
        Self {
            server,
            insert: text(&format!(
                "INSERT INTO tasks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?){returning}"
            )),
            find: keys.map(find),
            resolve: keys.map(resolve),
            update: text(&format!(
                "UPDATE tasks SET \"strategyId\" = ?, updated_at = ? WHERE id = ?{returning_update}"
            )),
            transition: text(&format!(
                "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ? AND status = ?{returning_update}"
            )),
            by_id: text(&format!("SELECT {COLUMNS} FROM tasks WHERE id = ?")),
            by_id_for_update: text(&format!("SELECT {COLUMNS} FROM tasks WHERE id = ? FOR UPDATE")),
            delete: text(&format!("DELETE FROM tasks WHERE id = ?{returning}")),
            stream: text(&format!(
                "SELECT {COLUMNS} FROM tasks WHERE \"gameId\" = ? ORDER BY created_at, id"
            )),
            reassign: ["", " AND \"gameId\" = ?"].map(|in_game| {
                text(&format!(
                    "UPDATE tasks SET \"strategyId\" = ?, updated_at = ? \
                     WHERE \"strategyId\" = ?{in_game}"
                ))
            }),
            pages: std::array::from_fn(|index| {
                let page = page(server, index & 4 > 0, index & 2 > 0, index & 1 > 0);
                text(&page)
            }),
            by_size: Mutex::default(),
        }
    }

    pub(crate) fn page(&self, order: TaskOrder, descending: bool, after: bool) -> &'static str {
        let created = order == TaskOrder::Created;
        self.pages[usize::from(created) * 4 + usize::from(descending) * 2 + usize::from(after)]
    }

    pub(crate) fn resolve_many(&self, ids: usize) -> &'static str {
        self.cached("ids", ids, || match self.server {
            Server::Postgres => format!("{RESOLVE}t.id = ANY(?)"),
            Server::Sqlite | Server::MariaDb | Server::MySql => {
                format!("{RESOLVE}t.id IN ({})", placeholders(ids))
            }
        })
    }

    pub(crate) fn insert_rows(&self, rows: usize) -> &'static str {
        self.cached("rows", rows, || {
            let row = format!("({})", placeholders(9));
            format!("INSERT INTO tasks ({COLUMNS}) VALUES {}", vec![row; rows].join(", "))
        })
    }

    fn cached(&self, kind: &'static str, n: usize, text: impl Fn() -> String) -> &'static str {
        let mut by_size = self.by_size.lock().unwrap();
        by_size.entry((kind, n)).or_insert_with(|| translated(self.server, &text()))
    }

    pub(crate) fn copy() -> String {
        format!("COPY tasks ({COLUMNS}) FROM STDIN")
    }
}

fn placeholders(number: usize) -> String {
    vec!["?"; number].join(", ")
}

fn page(server: Server, created: bool, descending: bool, after: bool) -> String {
    let (beyond, direction) = if descending { ("<", " DESC") } else { (">", "") };
    // Without the hint, MariaDB scans all tasks before the cursor.
    let index = match (after && server.backend() == DbBackend::MySql, created) {
        (true, true) => " FORCE INDEX (ix_tasks_game_created)",
        (true, false) => " FORCE INDEX (uq_tasks_game_external)",
        (false, _) => "",
    };
    let mut text = format!("SELECT {COLUMNS} FROM tasks{index} WHERE \"gameId\" = ?");
    if after {
        text += &match (created, server.backend()) {
            // MariaDB and MySQL cannot use an index range for a comparison of rows.
            (true, DbBackend::MySql) => {
                format!(" AND (created_at {beyond} ? OR (created_at = ? AND id {beyond} ?))")
            }
            (true, _) => format!(" AND (created_at, id) {beyond} (?, ?)"),
            (false, _) => format!(" AND \"externalTaskId\" {beyond} ?"),
        };
    }
    text += &match created {
        true => format!(" ORDER BY created_at{direction}, id{direction}"),
        false => format!(" ORDER BY \"externalTaskId\"{direction}"),
    };
    // A literal, since PostgreSQL does not reuse a plan for a bound limit.
    text + &format!(" LIMIT {PAGE}")
}

/// Translates quotes and placeholders to the dialect, and leaks the text.
fn translated(server: Server, text: &str) -> &'static str {
    let mut text_in_dialect = String::with_capacity(text.len());
    let mut parameters = 0;
    for c in text.chars() {
        match (c, server.backend()) {
            ('?', DbBackend::Postgres) => {
                parameters += 1;
                text_in_dialect += &format!("${parameters}");
            }
            ('"', DbBackend::MySql) => text_in_dialect.push('`'),
            _ => text_in_dialect.push(c),
        }
    }
    text_in_dialect.leak()
}

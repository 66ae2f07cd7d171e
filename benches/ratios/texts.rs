//! The statements by hand, as one writes them for one database.

use crate::side::PAGE;
use game_tasks::TaskOrder;
use game_tasks::sea_orm::DbBackend;
use std::collections::HashMap;
use std::sync::Mutex;

const COLUMNS: &str = "id, created_at, updated_at, \"apiKey_used\", oauth_user_id, \
    \"externalTaskId\", \"gameId\", \"strategyId\", status";

const RESOLVE: &str = "SELECT t.id, t.\"gameId\", t.\"strategyId\", g.\"strategyId\" \
    FROM tasks t LEFT JOIN games g ON g.id = t.\"gameId\" WHERE ";

/// Each is written once and lives as long as the program, as a constant would.
pub(crate) struct Texts {
    backend: DbBackend,
    pub(crate) insert: &'static str,
    pub(crate) find: [&'static str; 3],
    pub(crate) resolve: [&'static str; 3],
    pub(crate) update: &'static str,
    pub(crate) transition: &'static str,
    pub(crate) by_id: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) stream: &'static str,
    /// In all games, and in one.
    pub(crate) reassign: [&'static str; 2],
    pages: [&'static str; 8],
    sized: Mutex<HashMap<(&'static str, usize), &'static str>>,
}

impl Texts {
    pub(crate) fn new(backend: DbBackend) -> Self {
        let text = |text: &str| written(backend, text);
        let answered = format!(" RETURNING {COLUMNS}");
        // MariaDB's UPDATE answers with no row.
        let updated = if backend == DbBackend::MySql { "" } else { &answered };
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
            backend,
            insert: text(&format!(
                "INSERT INTO tasks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?){answered}"
            )),
            find: keys.map(find),
            resolve: keys.map(resolve),
            update: text(&format!(
                "UPDATE tasks SET \"strategyId\" = ?, updated_at = ? WHERE id = ?{updated}"
            )),
            transition: text(&format!(
                "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ? AND status = ?{updated}"
            )),
            by_id: text(&format!("SELECT {COLUMNS} FROM tasks WHERE id = ?")),
            delete: text(&format!("DELETE FROM tasks WHERE id = ?{answered}")),
            stream: text(&format!(
                "SELECT {COLUMNS} FROM tasks WHERE \"gameId\" = ? ORDER BY created_at, id"
            )),
            reassign: ["", " AND \"gameId\" = ?"].map(|in_game| {
                text(&format!(
                    "UPDATE tasks SET \"strategyId\" = ?, updated_at = ? \
                     WHERE \"strategyId\" = ?{in_game}"
                ))
            }),
            pages: std::array::from_fn(|place| {
                let page = page(backend, place & 4 > 0, place & 2 > 0, place & 1 > 0);
                text(&page)
            }),
            sized: Mutex::default(),
        }
    }

    pub(crate) fn page(&self, order: TaskOrder, descending: bool, after: bool) -> &'static str {
        let created = order == TaskOrder::Created;
        self.pages[usize::from(created) * 4 + usize::from(descending) * 2 + usize::from(after)]
    }

    /// For so many ids.
    pub(crate) fn resolve_many(&self, ids: usize) -> &'static str {
        self.once("ids", ids, || match self.backend {
            DbBackend::Postgres => format!("{RESOLVE}t.id = ANY(?)"),
            _ => format!("{RESOLVE}t.id IN ({})", marks(ids)),
        })
    }

    /// For so many rows.
    pub(crate) fn insert_rows(&self, rows: usize) -> &'static str {
        self.once("rows", rows, || {
            let row = format!("({})", marks(9));
            format!("INSERT INTO tasks ({COLUMNS}) VALUES {}", vec![row; rows].join(", "))
        })
    }

    fn once(&self, kind: &'static str, n: usize, text: impl Fn() -> String) -> &'static str {
        let mut sized = self.sized.lock().unwrap();
        sized.entry((kind, n)).or_insert_with(|| written(self.backend, &text()))
    }

    pub(crate) fn copy() -> String {
        format!("COPY tasks ({COLUMNS}) FROM STDIN")
    }
}

fn marks(number: usize) -> String {
    vec!["?"; number].join(", ")
}

fn page(backend: DbBackend, created: bool, descending: bool, after: bool) -> String {
    let (beyond, direction) = if descending { ("<", " DESC") } else { (">", "") };
    // Without it MariaDB passes over all tasks before that, and nobody would write it so.
    let index = match (after && backend == DbBackend::MySql, created) {
        (true, true) => " FORCE INDEX (ix_tasks_game_created)",
        (true, false) => " FORCE INDEX (uq_tasks_game_external)",
        (false, _) => "",
    };
    let mut text = format!("SELECT {COLUMNS} FROM tasks{index} WHERE \"gameId\" = ?");
    if after {
        text += &match (created, backend) {
            // It finds no range for a comparison of rows.
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
    // PostgreSQL plans anew for every limit that is bound.
    text + &format!(" LIMIT {PAGE}")
}

/// In the database's own signs.
fn written(backend: DbBackend, text: &str) -> &'static str {
    let mut own = String::with_capacity(text.len());
    let mut parameters = 0;
    for c in text.chars() {
        match (c, backend) {
            ('?', DbBackend::Postgres) => {
                parameters += 1;
                own += &format!("${parameters}");
            }
            ('"', DbBackend::MySql) => own.push('`'),
            _ => own.push(c),
        }
    }
    own.leak()
}

//! Many rows in a few parameters, read as a table.
//!
//! The UUIDs of a column travel as one parameter, and so do texts: what a database takes apart
//! fastest. A JSON object for each row takes SQLite and MariaDB five times as long to read.

use crate::database::sql::Sql;
use sea_orm::{DbBackend, Value};
use serde::Serialize;
use uuid::Uuid;

/// The values of a column, one for each row.
pub(crate) enum Column<'r> {
    Uuids(Vec<Uuid>),
    /// Any texts; none holds a NUL, which PostgreSQL refuses.
    Texts(Vec<&'r str>),
}

/// Rows, ready to be sent.
pub(crate) struct Rows {
    columns: Vec<(&'static str, Sent)>,
    /// Not on PostgreSQL: for each row its texts, or a zero where it has none.
    json: String,
    /// What MariaDB reads a text as.
    text_type: &'static str,
}

/// How a column is sent.
enum Sent {
    SameUuid(Uuid),
    SameText(String),
    /// PostgreSQL: an array, and the type of its elements.
    Array {
        values: Value,
        of: &'static str,
    },
    /// UUIDs, their bytes one after the other.
    Bytes(Vec<u8>),
    /// The only text of each row in the JSON.
    InJson,
    /// The text at this place of each row in the JSON.
    InJsonAt(usize),
}

impl Rows {
    /// A column but the first is sent once if all its values are the same.
    pub(crate) fn new(backend: DbBackend, columns: Vec<(&'static str, Column<'_>)>) -> Self {
        let len = columns.first().map_or(0, |(_, first)| match first {
            Column::Uuids(ids) => ids.len(),
            Column::Texts(texts) => texts.len(),
        });
        let mut in_json: Vec<Vec<&str>> = Vec::new();
        let mut sent = Vec::with_capacity(columns.len());
        for (place, (name, column)) in columns.into_iter().enumerate() {
            let how = match (column, backend) {
                (Column::Uuids(ids), _) if place > 0 && all_same(&ids) => {
                    Sent::SameUuid(ids.first().copied().unwrap_or_default())
                }
                (Column::Texts(texts), _) if place > 0 && all_same(&texts) => {
                    Sent::SameText(texts.first().copied().unwrap_or_default().to_owned())
                }
                (Column::Uuids(ids), DbBackend::Postgres) => {
                    Sent::Array { values: ids.into(), of: "uuid" }
                }
                (Column::Uuids(ids), _) => {
                    Sent::Bytes(ids.iter().flat_map(|id| id.as_bytes()).copied().collect())
                }
                (Column::Texts(texts), DbBackend::Postgres) => {
                    let texts = texts.into_iter().map(str::to_owned);
                    Sent::Array { values: texts.collect::<Vec<String>>().into(), of: "text" }
                }
                (Column::Texts(texts), _) => {
                    in_json.push(texts);
                    Sent::InJsonAt(in_json.len() - 1)
                }
            };
            sent.push((name, how));
        }
        // What does not fit is cut, and must not become another's name.
        let fits = |text: &&str| text.len() <= 255;
        let text_type = match in_json.iter().flatten().all(fits) {
            true => "VARCHAR(255)",
            false => "LONGTEXT",
        };
        let json = match in_json.as_slice() {
            _ if backend == DbBackend::Postgres => String::new(),
            [] => to_json(&vec![0; len]),
            [texts] => {
                for (_, how) in &mut sent {
                    if matches!(how, Sent::InJsonAt(_)) {
                        *how = Sent::InJson;
                    }
                }
                to_json(texts)
            }
            columns => {
                let row = |row| columns.iter().filter_map(move |texts| texts.get(row));
                to_json(&(0..len).map(|n| row(n).collect::<Vec<_>>()).collect::<Vec<_>>())
            }
        };
        Self { columns: sent, json, text_type }
    }
}

fn all_same<T: PartialEq>(values: &[T]) -> bool {
    values.windows(2).all(|two| two.first() == two.last())
}

/// Numbers and plain texts always serialize.
fn to_json<T: Serialize>(rows: &[T]) -> String {
    serde_json::to_string(rows).unwrap_or_default()
}

impl Sql<'_> {
    /// The rows as a table under an alias; its column `n` numbers them from 0.
    pub(crate) fn rows(&mut self, alias: &str, rows: &Rows) -> &mut Self {
        match self.names.backend {
            DbBackend::Postgres => self.rows_of_arrays(rows),
            DbBackend::MySql => self.rows_of_json_table(rows),
            _ => self.rows_of_json_each(rows),
        };
        self.push(") ").push(alias)
    }

    fn rows_of_arrays(&mut self, rows: &Rows) -> &mut Self {
        self.push("(SELECT a.n - 1 AS n");
        for (name, sent) in &rows.columns {
            self.push(", ");
            match sent {
                Sent::SameUuid(id) => self.push("CAST(").bind(*id).push(" AS uuid)"),
                Sent::SameText(text) => self.push("CAST(").bind(text.as_str()).push(" AS text)"),
                _ => self.push("a.").push(name),
            };
            self.push(" AS ").push(name);
        }
        // The planner does not count an array that comes from a subquery. Otherwise it would plan
        // for each length anew, and scan the tasks for many rows.
        let mut named = String::new();
        self.push(" FROM unnest(");
        for (name, sent) in &rows.columns {
            if let Sent::Array { values, of } = sent {
                self.push(if named.is_empty() { "(SELECT CAST(" } else { ", (SELECT CAST(" });
                self.bind(values.clone()).push(" AS ").push(of).push("[]))");
                named.push_str(name);
                named.push_str(", ");
            }
        }
        self.push(") WITH ORDINALITY AS a(").push(&named).push("n)");
        // `OFFSET 0` has the planner plan the subquery apart. Otherwise it would fold a constant of it
        // into the conditions of the statement, and judge it by statistics that may not know it.
        // Of a number that is always above 0 it believes that a third is: it expects three rows,
        // few enough to look tasks up by an index, and too many to pass a small table for each.
        self.push(" WHERE a.n > 0 OFFSET 0")
    }

    fn rows_of_json_table(&mut self, rows: &Rows) -> &mut Self {
        // The texts would else have the database's character set.
        const TEXT: &str = " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PATH ";
        let mut read = String::new();
        self.push("(SELECT j.n - 1 AS n");
        for (name, sent) in &rows.columns {
            self.push(", ");
            match sent {
                Sent::SameUuid(id) => self.bind(*id),
                Sent::SameText(text) => {
                    self.push("CONVERT(").bind(text.as_str());
                    self.push(" USING utf8mb4) COLLATE utf8mb4_nopad_bin")
                }
                Sent::Bytes(ids) => {
                    self.push("SUBSTR(").bind(ids.clone()).push(", 16 * j.n - 15, 16)")
                }
                Sent::InJson | Sent::InJsonAt(_) | Sent::Array { .. } => {
                    let path = match sent {
                        Sent::InJsonAt(place) => format!("'$[{place}]'"),
                        _ => "'$'".to_owned(),
                    };
                    read = read + ", " + name + " " + rows.text_type + TEXT + &path;
                    self.push("j.").push(name)
                }
            };
            self.push(" AS ").push(name);
        }
        self.push(" FROM JSON_TABLE(").bind(rows.json.as_str());
        self.push(", '$[*]' COLUMNS (n FOR ORDINALITY").push(&read).push(")) j")
    }

    fn rows_of_json_each(&mut self, rows: &Rows) -> &mut Self {
        self.push("(SELECT key AS n");
        for (name, sent) in &rows.columns {
            self.push(", ");
            match sent {
                Sent::SameUuid(id) => self.bind(*id),
                Sent::SameText(text) => self.bind(text.as_str()),
                Sent::Bytes(ids) => {
                    self.push("substr(").bind(ids.clone()).push(", 16 * key + 1, 16)")
                }
                Sent::InJson | Sent::Array { .. } => self.push("value"),
                Sent::InJsonAt(place) => self.push("value ->> ").push(&place.to_string()),
            };
            self.push(" AS ").push(name);
        }
        self.push(" FROM json_each(").bind(rows.json.as_str()).push(")")
    }

    /// A join that keeps its order: without it a database may scan the tasks and look each
    /// of them up in the parameter.
    pub(crate) fn ordered_join(&mut self) -> &mut Self {
        self.push(match self.names.backend {
            DbBackend::MySql => " STRAIGHT_JOIN ",
            DbBackend::Sqlite => " CROSS JOIN ",
            _ => " JOIN ",
        })
    }
}

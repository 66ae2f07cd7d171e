//! Many rows in one parameter: a JSON array of objects, read as a table.

use super::Sql;
use crate::value::TaskKey;
use sea_orm::DbBackend;
use serde::Serialize;
use uuid::Uuid;

/// The type of a column of such a table.
#[derive(Clone, Copy)]
pub(crate) enum RowType {
    Integer,
    Uuid,
    /// A text that the crate writes: at most 255 characters.
    Name,
    /// Any text.
    Text,
}

/// A UUID as all three databases read it from JSON.
pub(crate) fn json_uuid(id: Uuid) -> String {
    id.simple().to_string()
}

/// A list of rows as a parameter. Numbers, plain texts and UUIDs always serialize.
pub(crate) fn json<T: Serialize>(rows: &[T]) -> String {
    serde_json::to_string(rows).unwrap_or_default()
}

impl Sql<'_> {
    /// The table that the JSON holds, under an alias.
    pub(crate) fn rows(
        &mut self,
        alias: &str,
        json: &str,
        columns: &[(&str, RowType)],
    ) -> &mut Self {
        let backend = self.names.backend;
        let list = |one: &dyn Fn(&str, RowType) -> String| {
            columns.iter().map(|(name, kind)| one(name, *kind)).collect::<Vec<_>>().join(", ")
        };
        match backend {
            DbBackend::Postgres => {
                let typed = list(&|name, kind| match kind {
                    RowType::Integer => format!("{name} bigint"),
                    RowType::Uuid => format!("{name} uuid"),
                    RowType::Name | RowType::Text => format!("{name} text"),
                });
                self.push("json_to_recordset(CAST(").bind(json).push(" AS json)) AS ");
                self.push(alias).push("(").push(&typed).push(")")
            }
            DbBackend::MySql => {
                let read = list(&|name, kind| match kind {
                    RowType::Uuid => format!("UNHEX(j.{name}) AS {name}"),
                    _ => format!("j.{name} AS {name}"),
                });
                // The texts would else have the database's character set.
                let text = |name: &str, kind: &str| {
                    format!(
                        "{name} {kind} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin \
                         PATH '$.{name}'"
                    )
                };
                let typed = list(&|name, kind| match kind {
                    RowType::Integer => format!("{name} BIGINT PATH '$.{name}'"),
                    RowType::Uuid => format!("{name} CHAR(32) PATH '$.{name}'"),
                    RowType::Name => text(name, "VARCHAR(255)"),
                    // What does not fit is cut, and must not become another's name.
                    RowType::Text => text(name, "LONGTEXT"),
                });
                self.push("(SELECT ").push(&read).push(" FROM JSON_TABLE(").bind(json);
                self.push(", '$[*]' COLUMNS (").push(&typed).push(")) j) ").push(alias)
            }
            _ => {
                let read = list(&|name, kind| match kind {
                    RowType::Uuid => format!("unhex(value ->> '{name}') AS {name}"),
                    _ => format!("value ->> '{name}' AS {name}"),
                });
                self.push("(SELECT ").push(&read).push(" FROM json_each(").bind(json);
                self.push(")) ").push(alias)
            }
        }
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

    /// The keys of one kind as the table `k`, joined to the tasks that they name.
    pub(crate) fn keys_joined_to_tasks(&mut self, list: &KeyList, kind: KeyKind) -> &mut Self {
        let names = self.names;
        self.rows("k", &list.json(kind), kind.columns());
        self.ordered_join().push(&names.tasks).push(" ON ");
        match kind {
            KeyKind::Id => self.push(&names.id).push(" = k.a"),
            KeyKind::InGame => {
                self.push(&names.game_id).push(" = k.g AND ").push(&names.id).push(" = k.a")
            }
            KeyKind::External => self
                .push(&names.game_id)
                .push(" = k.g AND ")
                .push(&names.external_id)
                .push(" = k.e"),
        }
    }
}

/// The kinds of keys, each of which is looked up by another index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Id,
    InGame,
    External,
}

impl KeyKind {
    pub(super) fn columns(self) -> &'static [(&'static str, RowType)] {
        match self {
            Self::Id => &[("n", RowType::Integer), ("a", RowType::Uuid)],
            Self::InGame => &[("n", RowType::Integer), ("g", RowType::Uuid), ("a", RowType::Uuid)],
            Self::External => {
                &[("n", RowType::Integer), ("g", RowType::Uuid), ("e", RowType::Text)]
            }
        }
    }
}

#[derive(Serialize)]
struct KeyRow<'k> {
    n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<&'k str>,
}

/// Keys with their places, sorted by kind.
pub(crate) struct KeyList<'k> {
    ids: Vec<KeyRow<'k>>,
    in_games: Vec<KeyRow<'k>>,
    externals: Vec<KeyRow<'k>>,
}

impl<'k> KeyList<'k> {
    pub(crate) fn new(keys: impl IntoIterator<Item = &'k TaskKey>) -> Self {
        let mut list = Self { ids: Vec::new(), in_games: Vec::new(), externals: Vec::new() };
        for (n, key) in keys.into_iter().enumerate() {
            let row = KeyRow { n, g: key.game_id().map(json_uuid), a: None, e: None };
            match key {
                TaskKey::Id(id) => list.ids.push(KeyRow { a: Some(json_uuid(*id)), ..row }),
                TaskKey::InGame(_, id) => {
                    list.in_games.push(KeyRow { a: Some(json_uuid(*id)), ..row });
                }
                TaskKey::External(_, external) => {
                    list.externals.push(KeyRow { e: Some(external), ..row });
                }
            }
        }
        list
    }

    /// The kinds that occur.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = KeyKind> {
        [KeyKind::Id, KeyKind::InGame, KeyKind::External]
            .into_iter()
            .filter(|kind| !self.of(*kind).is_empty())
    }

    fn of(&self, kind: KeyKind) -> &[KeyRow<'k>] {
        match kind {
            KeyKind::Id => &self.ids,
            KeyKind::InGame => &self.in_games,
            KeyKind::External => &self.externals,
        }
    }

    pub(super) fn json(&self, kind: KeyKind) -> String {
        json(self.of(kind))
    }
}

//! Many keys in a statement, each kind found by its index.

use super::{Rows, Sql, Values};
use crate::database::dialect::Dialect;
use crate::task::TaskKey;
use std::fmt::{self, Display};
use uuid::Uuid;

/// The kinds of keys, each of which is looked up by another index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Id,
    InGame,
    External,
    /// By game and external id, where the task has this id.
    Located,
}

/// Keys, sorted by kind.
pub(crate) struct KeyList {
    kinds: Vec<KeysOfKind>,
}

/// The keys of one kind.
pub(crate) struct KeysOfKind {
    pub(crate) kind: KeyKind,
    rows: Rows,
    /// The index of each among all keys.
    pub(crate) indexes: Vec<usize>,
}

impl KeyList {
    pub(crate) fn new<'k>(dialect: Dialect, keys: impl IntoIterator<Item = &'k TaskKey>) -> Self {
        // Of each kind the indexes and the columns.
        let mut ids: (Vec<usize>, Vec<Uuid>) = Default::default();
        let mut in_games: (Vec<usize>, Vec<Uuid>, Vec<Uuid>) = Default::default();
        let mut externals: (Vec<usize>, Vec<Option<&str>>, Vec<Uuid>) = Default::default();
        for (index, key) in keys.into_iter().enumerate() {
            match key {
                TaskKey::Id(id) => {
                    ids.0.push(index);
                    ids.1.push(*id);
                }
                TaskKey::InGame(game, id) => {
                    in_games.0.push(index);
                    in_games.1.push(*id);
                    in_games.2.push(*game);
                }
                TaskKey::External(game, external) => {
                    externals.0.push(index);
                    externals.1.push(Some(external));
                    externals.2.push(*game);
                }
            }
        }
        let (uuids, texts) = (Values::Uuids, Values::Texts);
        let kinds = [
            (KeyKind::Id, ids.0, vec![("a", uuids(ids.1))]),
            (KeyKind::InGame, in_games.0, vec![("a", uuids(in_games.1)), ("g", uuids(in_games.2))]),
            (
                KeyKind::External,
                externals.0,
                vec![("e", texts(externals.1)), ("g", uuids(externals.2))],
            ),
        ];
        let kinds = kinds.into_iter().filter(|(_, indexes, _)| !indexes.is_empty());
        let kinds = kinds.map(|(kind, indexes, columns)| KeysOfKind {
            kind,
            rows: dialect.encode_rows(columns),
            indexes,
        });
        Self { kinds: kinds.collect() }
    }

    /// Tasks that were found: each by its game, its external id and its id, in this order.
    pub(crate) fn located(dialect: Dialect, tasks: &[(Uuid, String, Uuid)]) -> Self {
        let columns = vec![
            (
                "e",
                Values::Texts(
                    tasks.iter().map(|(_, external, _)| Some(external.as_str())).collect(),
                ),
            ),
            ("g", Values::Uuids(tasks.iter().map(|(game, ..)| *game).collect())),
            ("a", Values::Uuids(tasks.iter().map(|(.., id)| *id).collect())),
        ];
        let rows = dialect.encode_rows(columns);
        let indexes = (0..tasks.len()).collect();
        Self { kinds: vec![KeysOfKind { kind: KeyKind::Located, rows, indexes }] }
    }

    /// The kinds that occur.
    pub(crate) fn kinds(&self) -> &[KeysOfKind] {
        &self.kinds
    }
}

impl Sql<'_> {
    /// The tasks table, or the tasks that the keys name, each once: the keys are the table `k`, from
    /// which the tasks are looked up, whatever the statistics are.
    pub(crate) fn tasks_of_keys<'s>(&'s self, keys: Option<&'s KeyList>) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let (tasks, join) = (&self.names.tasks, self.names.dialect().features().ordered_join);
            match keys.map(KeyList::kinds) {
                None | Some([]) => f.write_str(tasks),
                Some([keys]) => self.keys_joined_to_tasks(keys).fmt(f),
                Some(kinds) => {
                    // `UNION`, since keys of two kinds may name one task.
                    let named = self.named_by_kinds(kinds, " UNION ");
                    let same = self.same_game_and_id("k");
                    write!(f, "({named}) k{join}{tasks} ON {same}")
                }
            }
        })
    }

    /// The keys of one kind as the table `k`, joined to the tasks that they name.
    pub(crate) fn keys_joined_to_tasks<'s>(&'s self, keys: &'s KeysOfKind) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let (tasks, join) = (&self.names.tasks, self.names.dialect().features().ordered_join);
            let (rows, id) = (self.rows("k", &keys.rows), &self.names.id);
            write!(f, "{rows}{join}{tasks} ON ")?;
            match keys.kind {
                KeyKind::Id => write!(f, "{id} = k.a"),
                KeyKind::InGame => self.same_game_and_id("k").fmt(f),
                KeyKind::External => self.same_game_and_name("k").fmt(f),
                // `IS TRUE` keeps the id from being searched for in an index.
                KeyKind::Located => {
                    write!(f, "{} AND ({id} = k.a) IS TRUE", self.same_game_and_name("k"))
                }
            }
        })
    }

    /// The task has the game `g` and the external id `e` of a row to which it is joined.
    pub(crate) fn same_game_and_name<'s>(&'s self, row: &'static str) -> impl Display + 's {
        let names = self.names;
        fmt::from_fn(move |f| {
            names.dialect().write_same_game_and_name(f, row, &names.game_id, &names.external_id)
        })
    }

    /// The task has the game `g` and the id `a` of a row to which it is joined.
    pub(crate) fn same_game_and_id<'s>(&'s self, row: &'static str) -> impl Display + 's {
        let names = self.names;
        fmt::from_fn(move |f| {
            names.dialect().write_same_game_and_id(f, row, &names.game_id, &names.id)
        })
    }

    /// One of the keys names the task.
    pub(crate) fn any_key<'s>(
        &'s self,
        keys: impl IntoIterator<Item = &'s TaskKey>,
    ) -> impl Display + 's {
        let list = KeyList::new(self.names.dialect(), keys);
        fmt::from_fn(move |f| self.any_key_of(&list).fmt(f))
    }

    /// The same for a list.
    pub(crate) fn any_key_of<'s>(&'s self, list: &'s KeyList) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let (id, game, external) =
                (&self.names.id, &self.names.game_id, &self.names.external_id);
            match list.kinds() {
                [] => f.write_str("1 = 0"),
                [keys] => {
                    let rows = self.rows("k", &keys.rows);
                    match keys.kind {
                        KeyKind::Id => write!(f, "{id} IN (SELECT k.a FROM {rows})"),
                        KeyKind::InGame => {
                            write!(f, "({game}, {id}) IN (SELECT k.g, k.a FROM {rows})")
                        }
                        KeyKind::External | KeyKind::Located => {
                            write!(f, "({game}, {external}) IN (SELECT k.g, k.e FROM {rows})")
                        }
                    }
                }
                // Several conditions joined by OR, each with a subquery, would be evaluated for each
                // task.
                kinds => {
                    let named = self.named_by_kinds(kinds, " UNION ALL ");
                    write!(f, "({game}, {id}) IN (SELECT m.g, m.a FROM ({named}) m)")
                }
            }
        })
    }

    /// The tasks that the keys name, by game and id.
    fn named_by_kinds<'s>(
        &'s self,
        kinds: &'s [KeysOfKind],
        union: &'static str,
    ) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let (game, id) = (&self.names.game_id, &self.names.id);
            for (index, keys) in kinds.iter().enumerate() {
                let union = if index > 0 { union } else { "" };
                let named = self.keys_joined_to_tasks(keys);
                write!(f, "{union}SELECT {game} AS g, {id} AS a FROM {named}")?;
            }
            Ok(())
        })
    }
}

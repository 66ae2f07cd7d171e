//! Many keys in a statement, and what each database finds by its indexes.

use crate::database::sql::{Column, Rows, Sql};
use crate::task::TaskKey;
use sea_orm::DbBackend;
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
    /// Where each stands among all.
    pub(crate) places: Vec<usize>,
}

impl KeyList {
    pub(crate) fn new<'k>(backend: DbBackend, keys: impl IntoIterator<Item = &'k TaskKey>) -> Self {
        // Of each kind the places and the columns.
        let mut ids: (Vec<usize>, Vec<Uuid>) = Default::default();
        let mut in_games: (Vec<usize>, Vec<Uuid>, Vec<Uuid>) = Default::default();
        let mut externals: (Vec<usize>, Vec<&str>, Vec<Uuid>) = Default::default();
        for (place, key) in keys.into_iter().enumerate() {
            match key {
                TaskKey::Id(id) => {
                    ids.0.push(place);
                    ids.1.push(*id);
                }
                TaskKey::InGame(game, id) => {
                    in_games.0.push(place);
                    in_games.1.push(*id);
                    in_games.2.push(*game);
                }
                TaskKey::External(game, external) => {
                    externals.0.push(place);
                    externals.1.push(external);
                    externals.2.push(*game);
                }
            }
        }
        let all = [
            (KeyKind::Id, ids.0, vec![("a", Column::Uuids(ids.1))]),
            (
                KeyKind::InGame,
                in_games.0,
                vec![("a", Column::Uuids(in_games.1)), ("g", Column::Uuids(in_games.2))],
            ),
            (
                KeyKind::External,
                externals.0,
                vec![("e", Column::Texts(externals.1)), ("g", Column::Uuids(externals.2))],
            ),
        ];
        let there = all.into_iter().filter(|(_, places, _)| !places.is_empty());
        let kinds = there.map(|(kind, places, columns)| KeysOfKind {
            kind,
            rows: Rows::new(backend, columns),
            places,
        });
        Self { kinds: kinds.collect() }
    }

    /// Tasks that were found: each by its game, its external id and its id, in this order.
    pub(crate) fn located(backend: DbBackend, tasks: &[(Uuid, String, Uuid)]) -> Self {
        let columns = vec![
            ("e", Column::Texts(tasks.iter().map(|(_, external, _)| external.as_str()).collect())),
            ("g", Column::Uuids(tasks.iter().map(|(game, ..)| *game).collect())),
            ("a", Column::Uuids(tasks.iter().map(|(.., id)| *id).collect())),
        ];
        let rows = Rows::new(backend, columns);
        let places = (0..tasks.len()).collect();
        Self { kinds: vec![KeysOfKind { kind: KeyKind::Located, rows, places }] }
    }

    /// The kinds that occur.
    pub(crate) fn kinds(&self) -> &[KeysOfKind] {
        &self.kinds
    }
}

impl Sql<'_> {
    /// ` FROM …`: the tasks, or those that the keys name, each once. The keys are the table `k`,
    /// from which the tasks are looked up, whatever the statistics say.
    pub(crate) fn push_from_tasks(&mut self, keys: Option<&KeyList>) -> &mut Self {
        self.push(" FROM ").tasks_named(keys)
    }

    /// The same as a table.
    pub(crate) fn tasks_named(&mut self, keys: Option<&KeyList>) -> &mut Self {
        match keys.map(KeyList::kinds) {
            None | Some([]) => {
                let names = self.names;
                self.push(&names.tasks)
            }
            Some([keys]) => self.keys_joined_to_tasks(keys),
            Some(kinds) => {
                let names = self.names;
                // Keys of two kinds may name one task.
                self.push("(").tasks_of_kinds(kinds, " UNION ").push(") k");
                self.ordered_join().push(&names.tasks).push(" ON ").same_game_and_id("k")
            }
        }
    }

    /// The keys of one kind as the table `k`, joined to the tasks that they name.
    pub(crate) fn keys_joined_to_tasks(&mut self, keys: &KeysOfKind) -> &mut Self {
        let names = self.names;
        self.rows("k", &keys.rows).ordered_join().push(&names.tasks).push(" ON ");
        match keys.kind {
            KeyKind::Id => self.push(&names.id).push(" = k.a"),
            KeyKind::InGame => self.same_game_and_id("k"),
            KeyKind::External => self.same_game_and_name("k"),
            // Not to be looked up by the id.
            KeyKind::Located => {
                self.same_game_and_name("k").push(" AND (").push(&names.id);
                self.push(" = k.a) IS TRUE")
            }
        }
    }

    /// That a task has the game and the external id of a row to which it is joined.
    ///
    /// PostgreSQL compares the costs of the indexes on a game's names and on its creation by
    /// statistics alone. Where these know one task a game at most, it believes both to lead to one
    /// task, and may take the second and read the whole game for each row. So the game is compared
    /// as one of two, which doubles the tasks expected of it alone, and the name also as a range,
    /// which makes the first index the more selective one. It does not help where the statistics
    /// are those of a table with one task and the names are long. The server drops what is redundant
    /// before it searches.
    pub(crate) fn same_game_and_name(&mut self, row: &str) -> &mut Self {
        let names = self.names;
        self.same_game(row);
        let comparisons: &[&str] = match names.backend {
            DbBackend::Postgres => &[" = ", " >= ", " <= "],
            _ => &[" = "],
        };
        for compare in comparisons {
            self.push(" AND ").push(&names.external_id).push(compare).push(row).push(".e");
        }
        self
    }

    /// That a task has the game and the id of a row to which it is joined.
    ///
    /// SQLite takes any index on the game where its statistics know few tasks. A term with a unary
    /// plus is not searched for in an index, so that it goes by the id.
    pub(crate) fn same_game_and_id(&mut self, row: &str) -> &mut Self {
        let names = self.names;
        let unary = if names.backend == DbBackend::Sqlite { "+" } else { "" };
        self.push(unary).same_game(row);
        self.push(" AND ").push(&names.id).push(" = ").push(row).push(".a")
    }

    fn same_game(&mut self, row: &str) -> &mut Self {
        let names = self.names;
        self.push(&names.game_id);
        match names.backend {
            DbBackend::Postgres => {
                self.push(" = ANY(ARRAY[").push(row).push(".g, ").push(row).push(".g])")
            }
            _ => self.push(" = ").push(row).push(".g"),
        }
    }

    /// That one of the keys names the task.
    pub(crate) fn any_key<'k>(&mut self, keys: impl IntoIterator<Item = &'k TaskKey>) -> &mut Self {
        let list = KeyList::new(self.names.backend, keys);
        match list.kinds() {
            [] => self.push("1 = 0"),
            [keys] => self.any_key_of(keys),
            // One condition or another, each with its own subquery, would be asked of each task.
            kinds => self.any_key_of_several(kinds),
        }
    }

    fn any_key_of(&mut self, keys: &KeysOfKind) -> &mut Self {
        let names = self.names;
        let (columns, selected) = match keys.kind {
            KeyKind::Id => (names.id.clone(), "k.a"),
            KeyKind::InGame => (format!("({}, {})", names.game_id, names.id), "k.g, k.a"),
            KeyKind::External | KeyKind::Located => {
                (format!("({}, {})", names.game_id, names.external_id), "k.g, k.e")
            }
        };
        self.push(&columns).push(" IN (SELECT ").push(selected).push(" FROM ");
        self.rows("k", &keys.rows).push(")")
    }

    fn any_key_of_several(&mut self, kinds: &[KeysOfKind]) -> &mut Self {
        let names = self.names;
        self.push("(").push(&names.game_id).push(", ").push(&names.id);
        self.push(") IN (SELECT m.g, m.a FROM (").tasks_of_kinds(kinds, " UNION ALL ").push(") m)")
    }

    /// The tasks that the keys name, by game and id.
    fn tasks_of_kinds(&mut self, kinds: &[KeysOfKind], union: &str) -> &mut Self {
        let names = self.names;
        for (place, keys) in kinds.iter().enumerate() {
            self.push(if place > 0 { union } else { "" }).push("SELECT ");
            self.push(&names.game_id).push(" AS g, ").push(&names.id).push(" AS a FROM ");
            self.keys_joined_to_tasks(keys);
        }
        self
    }
}

//! Many keys in a statement, and what each database finds by its indexes.

use super::{Column, Rows, Sql};
use crate::value::TaskKey;
use sea_orm::DbBackend;
use uuid::Uuid;

/// The kinds of keys, each of which is looked up by another index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Id,
    InGame,
    External,
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

    /// The kinds that occur.
    pub(crate) fn kinds(&self) -> &[KeysOfKind] {
        &self.kinds
    }
}

impl Sql<'_> {
    /// The keys of one kind as the table `k`, joined to the tasks that they name.
    pub(crate) fn keys_joined_to_tasks(&mut self, keys: &KeysOfKind) -> &mut Self {
        let names = self.names;
        self.rows("k", &keys.rows).ordered_join().push(&names.tasks).push(" ON ");
        match keys.kind {
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
            KeyKind::External => {
                (format!("({}, {})", names.game_id, names.external_id), "k.g, k.e")
            }
        };
        self.push(&columns).push(" IN (SELECT ").push(selected).push(" FROM ");
        self.rows("k", &keys.rows).push(")")
    }

    fn any_key_of_several(&mut self, kinds: &[KeysOfKind]) -> &mut Self {
        let names = self.names;
        self.push("(").push(&names.game_id).push(", ").push(&names.id);
        self.push(") IN (SELECT m.g, m.i FROM (");
        for (place, keys) in kinds.iter().enumerate() {
            self.push(if place > 0 { " UNION ALL SELECT " } else { "SELECT " });
            self.push(&names.game_id).push(" AS g, ").push(&names.id).push(" AS i FROM ");
            self.keys_joined_to_tasks(keys);
        }
        self.push(") m)")
    }
}

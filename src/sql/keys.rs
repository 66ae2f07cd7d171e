//! That one of many keys names a task: what each database finds by its indexes.

use super::Sql;
use super::rows::{KeyKind, KeyList};
use crate::value::TaskKey;

impl Sql<'_> {
    /// That one of the keys names the task.
    pub(crate) fn any_key<'k>(&mut self, keys: impl IntoIterator<Item = &'k TaskKey>) -> &mut Self {
        let list = KeyList::new(keys);
        let mut kinds = list.kinds();
        match (kinds.next(), kinds.next()) {
            (None, _) => self.push("1 = 0"),
            (Some(kind), None) => self.any_key_of(&list, kind),
            // One condition or another, each with its own subquery, would be asked of each task.
            _ => self.any_key_of_several(&list),
        }
    }

    fn any_key_of(&mut self, list: &KeyList<'_>, kind: KeyKind) -> &mut Self {
        let names = self.names;
        let (columns, selected) = match kind {
            KeyKind::Id => (names.id.clone(), "k.a"),
            KeyKind::InGame => (format!("({}, {})", names.game_id, names.id), "k.g, k.a"),
            KeyKind::External => {
                (format!("({}, {})", names.game_id, names.external_id), "k.g, k.e")
            }
        };
        self.push(&columns).push(" IN (SELECT ").push(selected).push(" FROM ");
        self.rows("k", &list.json(kind), kind.columns()).push(")")
    }

    fn any_key_of_several(&mut self, list: &KeyList<'_>) -> &mut Self {
        let names = self.names;
        self.push("(").push(&names.game_id).push(", ").push(&names.id);
        self.push(") IN (SELECT m.g, m.i FROM (");
        for (place, kind) in list.kinds().enumerate() {
            self.push(if place > 0 { " UNION ALL SELECT " } else { "SELECT " });
            self.push(&names.game_id).push(" AS g, ").push(&names.id).push(" AS i FROM ");
            self.keys_joined_to_tasks(list, kind);
        }
        self.push(") m)")
    }
}

//! Finding the tasks of many keys, each in its place.

use super::sql::{BoundColumns, Decoder, KeyKind, KeyList, Sql};
use super::{SeaOrmTaskRepository, TaskConnection};
use crate::error::TaskError;
use crate::task::{ParentGame, Task, TaskKey};
use sea_orm::{DbErr, QueryResult, Statement};
use std::fmt::{self, Display, Formatter};

impl<C: TaskConnection, G: ParentGame> SeaOrmTaskRepository<C, G> {
    pub(super) async fn find_list(&self, keys: &[TaskKey]) -> Result<Vec<Option<Task>>, TaskError> {
        let decoder = Decoder::new(self.names(), BoundColumns::default());
        let decode = |_: &TaskKey, row: &QueryResult| decoder.decode(row);
        self.query_by_keys(keys, |list| self.find_many_statement(list), decode).await
    }

    fn find_many_statement(&self, keys: &KeyList) -> Statement {
        let (sql, task) = (self.sql(), &self.names().named_columns);
        let select = self.select_by_keys(&sql, keys, |f, _| f.write_str(task), "");
        sql.statement(format_args!("{select}"))
    }

    /// Sends a statement of [`select_by_keys`](Self::select_by_keys), and puts what each row decodes to
    /// in the place of its key. One round trip, none without keys.
    pub(super) async fn query_by_keys<T>(
        &self,
        keys: &[TaskKey],
        statement: impl FnOnce(&KeyList) -> Statement,
        decode: impl Fn(&TaskKey, &QueryResult) -> Result<T, DbErr>,
    ) -> Result<Vec<Option<T>>, TaskError> {
        TaskKey::validate_many(keys)?;
        let mut found: Vec<Option<T>> = keys.iter().map(|_| None).collect();
        if keys.is_empty() {
            return Ok(found);
        }
        let list = KeyList::new(self.dialect(), keys);
        // The rows are numbered through all kinds, one after the other.
        let indexes: Vec<usize> =
            list.kinds().iter().flat_map(|keys| keys.indexes.iter().copied()).collect();
        let rows = self.connection.query_all(statement(&list)).await;
        let failed = |error| self.read_failed(error);
        for row in &rows.map_err(failed)? {
            let number: i64 = row.try_get("", "n").map_err(failed)?;
            let index = usize::try_from(number).ok().and_then(|number| indexes.get(number));
            if let Some((key, slot)) = index.and_then(|at| keys.get(*at).zip(found.get_mut(*at))) {
                *slot = Some(decode(key, row).map_err(failed)?);
            }
        }
        Ok(found)
    }

    /// Selects columns of the task of each key, and the number of the key as `n`. `columns` depend on
    /// the kind of the key, and come first, since tasks are decoded by the places of theirs.
    pub(super) fn select_by_keys<'s>(
        &'s self,
        sql: &'s Sql<'_>,
        keys: &'s KeyList,
        columns: impl Fn(&mut Formatter<'_>, KeyKind) -> fmt::Result + 's,
        join: impl Display + 's,
    ) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let mut before = 0;
            for keys in keys.kinds() {
                f.write_str(if before == 0 { "SELECT " } else { " UNION ALL SELECT " })?;
                columns(f, keys.kind)?;
                f.write_str(", k.n")?;
                if before > 0 {
                    write!(f, " + {}", sql.bind(i64::try_from(before).unwrap_or(i64::MAX)))?;
                }
                let tasks = sql.keys_joined_to_tasks(keys);
                let and_in_scope = sql.and_in_scope(self.scope(), "");
                write!(f, " AS n FROM {tasks}{join} WHERE 1 = 1{and_in_scope}")?;
                before += keys.indexes.len();
            }
            Ok(())
        })
    }
}

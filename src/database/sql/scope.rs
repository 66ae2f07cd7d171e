//! Conditions on one task: its key, and what a scope allows.

use super::Sql;
use crate::task::tasks::Column;
use crate::task::{Caller, OwnerId, TaskKey, TaskScope};
use sea_orm::{ColumnType, Value};
use std::fmt::{self, Display};

/// How a condition on a task knows the owners of its game.
#[derive(Clone, Copy)]
pub(crate) enum GameOwners {
    /// From a subquery, which this text ends.
    LookedUp(&'static str),
    /// From the games table `g`, which is joined to the task.
    Joined,
    /// The statement has checked that the scope [may create](Sql::and_may_create) tasks in the game.
    Checked,
    /// The same, in the `ON CONFLICT` of an insert of the scope's own tasks: there Citus allows neither
    /// parameters nor subqueries.
    CheckedForInsert,
}

impl Sql<'_> {
    /// The task that the key names.
    pub(crate) fn key<'s>(&'s self, key: &'s TaskKey) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let names = self.names;
            let (id_column, game_column) = (&names.id, &names.game_id);
            match key {
                TaskKey::Id(id) => write!(f, "{id_column} = {}", self.bind(*id)),
                TaskKey::InGame(game, id) => {
                    let (game, id) = (self.bind(*game), self.bind(*id));
                    write!(f, "{game_column} = {game} AND {id_column} = {id}")
                }
                TaskKey::External(game, external) => {
                    let (game, external) = (self.bind(*game), self.bind(external.as_str()));
                    let external_column = &names.external_id;
                    write!(f, "{game_column} = {game} AND {external_column} = {external}")
                }
            }
        })
    }

    /// ` AND …` on the tasks: each caller of the scope created the task or owns its game. `lock` ends
    /// the subqueries, where they must read the latest committed rows.
    pub(crate) fn and_in_scope<'s>(
        &'s self,
        scope: &'s TaskScope,
        lock: &'static str,
    ) -> impl Display + 's {
        self.and_in_scope_by(scope, GameOwners::LookedUp(lock))
    }

    /// The same, where the statement knows the owners of the game otherwise.
    pub(crate) fn and_in_scope_by<'s>(
        &'s self,
        scope: &'s TaskScope,
        owners: GameOwners,
    ) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let names = self.names;
            for caller in scope.callers() {
                let Some(value) = self.caller_value(caller) else {
                    return f.write_str(" AND 1 = 0");
                };
                let created_by = match caller {
                    Caller::ApiKey(_) => Some(Column::ApiKeyUsed),
                    Caller::OauthUser(_) => Some(Column::OauthUserId),
                    Caller::Owner(_) => None,
                };
                let owned_by = self.game_column(caller);
                let is_checked =
                    matches!(owners, GameOwners::Checked | GameOwners::CheckedForInsert);
                if is_checked && owned_by.is_some() {
                    continue;
                }
                match (created_by, owners) {
                    (None, _) => f.write_str(" AND (1 = 0")?,
                    (Some(column), GameOwners::CheckedForInsert) => {
                        let (stored, new) =
                            (&names.of(column).qualified, names.unqualified(column));
                        write!(f, " AND ({stored} = excluded.{new}")?;
                    }
                    (Some(column), _) => {
                        let (stored, value) =
                            (&names.of(column).qualified, self.bind(value.clone()));
                        write!(f, " AND ({stored} = {value}")?;
                    }
                }
                match (owners, owned_by) {
                    (GameOwners::LookedUp(lock), Some(column)) => {
                        let (games, game_key, game_id) =
                            (&names.games, &names.game_key, &names.game_id);
                        let owned = self.owned(column, value);
                        write!(
                            f,
                            " OR EXISTS (SELECT 1 FROM {games} g \
                             WHERE {game_key} = {game_id} AND {owned}{lock})"
                        )?;
                    }
                    (GameOwners::Joined, Some(column)) => {
                        write!(f, " OR {}", self.owned(column, value))?;
                    }
                    (GameOwners::Checked | GameOwners::CheckedForInsert, _) | (_, None) => {}
                }
                f.write_str(")")?;
            }
            Ok(())
        })
    }

    /// ` AND …` on the games table `g`: the scope may create tasks in this game.
    pub(crate) fn and_may_create<'s>(&'s self, scope: &'s TaskScope) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let names = self.names;
            let mut owned = scope.is_unrestricted() || !names.has_owners();
            for caller in scope.callers() {
                match (self.game_column(caller), self.caller_value(caller)) {
                    (Some(column), Some(value)) => {
                        owned = true;
                        write!(f, " AND {}", self.owned(column, value))?;
                    }
                    // The new task records the caller, which therefore reaches it.
                    (None, Some(_)) if !matches!(caller, Caller::Owner(_)) => {}
                    _ => return f.write_str(" AND 1 = 0"),
                }
            }
            // The games have owners, but none of the kinds that the callers are.
            if owned { Ok(()) } else { f.write_str(" AND 1 = 0") }
        })
    }

    /// Whether the scope sees every task of a game in which it may create tasks: the games record who
    /// owns them for each of its callers.
    pub(crate) fn sees_whole_games(&self, scope: &TaskScope) -> bool {
        scope.callers().iter().all(|caller| self.game_column(caller).is_some())
    }

    /// The column of the games table that records owners of the caller's kind.
    fn game_column(&self, caller: &Caller) -> Option<&String> {
        let names = self.names;
        let column = match caller {
            Caller::ApiKey(_) => &names.game_api_key,
            Caller::OauthUser(_) => &names.game_oauth_user,
            Caller::Owner(_) => &names.game_owner,
        };
        column.as_ref()
    }

    /// A column of the games table equals the value. The application's own column may have a collation
    /// that folds case.
    fn owned<'s>(&'s self, column: &'s str, value: Value) -> impl Display + 's {
        fmt::from_fn(move |f| {
            let dialect = self.names.dialect();
            let placeholder = self.bind(value.clone());
            match value {
                Value::String(_) => dialect.write_text_equals(f, column, &placeholder),
                _ => write!(f, "{column} = {placeholder}"),
            }
        })
    }

    /// A caller as a parameter. `None` where no row can match: an owner of another kind than the
    /// column's, which MariaDB would convert (`7` equals `'7abc'`), and a text with a NUL, which
    /// PostgreSQL refuses.
    fn caller_value(&self, caller: &Caller) -> Option<Value> {
        let text = match caller {
            Caller::ApiKey(key) => key.as_str(),
            Caller::OauthUser(user) => user.as_str(),
            Caller::Owner(owner) => {
                let (kind, value) = match owner {
                    OwnerId::Text(text) if text.contains('\0') => return None,
                    OwnerId::Text(text) => (OwnerKind::Text, text.as_str().into()),
                    OwnerId::Int(number) => (OwnerKind::Integer, (*number).into()),
                    OwnerId::Uuid(id) => (OwnerKind::Uuid, (*id).into()),
                };
                return (self.names.game_owner_kind == Some(kind)).then_some(value);
            }
        };
        (!text.contains('\0')).then(|| text.into())
    }
}

/// Which kind of value the application's owner column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnerKind {
    Text,
    Integer,
    Uuid,
}

impl OwnerKind {
    /// What a column of this type holds; `None` for one that no owner can be compared with.
    pub(crate) fn of(column: &ColumnType) -> Option<Self> {
        Some(match column {
            ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => Self::Text,
            ColumnType::TinyInteger
            | ColumnType::SmallInteger
            | ColumnType::Integer
            | ColumnType::BigInteger
            | ColumnType::TinyUnsigned
            | ColumnType::SmallUnsigned
            | ColumnType::Unsigned
            | ColumnType::BigUnsigned => Self::Integer,
            ColumnType::Uuid => Self::Uuid,
            _ => return None,
        })
    }
}

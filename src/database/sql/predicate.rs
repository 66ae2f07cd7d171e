//! The conditions that more than one part of the crate asks for: key, scope, owner.

use crate::database::sql::Sql;
use crate::task::{Caller, OwnerId, TaskKey, TaskScope};
use sea_orm::{ColumnType, DbBackend, Value};

impl Sql<'_> {
    /// The task that the key names.
    pub(crate) fn key(&mut self, key: &TaskKey) -> &mut Self {
        let names = self.names;
        match key {
            TaskKey::Id(id) => self.push(&names.id).push(" = ").bind(*id),
            TaskKey::InGame(game, id) => {
                self.push(&names.game_id).push(" = ").bind(*game);
                self.push(" AND ").push(&names.id).push(" = ").bind(*id)
            }
            TaskKey::External(game, external) => {
                self.push(&names.game_id).push(" = ").bind(*game);
                self.push(" AND ").push(&names.external_id).push(" = ").bind(external.as_str())
            }
        }
    }

    /// ` AND …`: what each caller of the scope may see.
    pub(crate) fn and_in_scope(&mut self, scope: &TaskScope) -> &mut Self {
        let names = self.names;
        for caller in scope.callers() {
            let Some(value) = self.bindable(caller) else {
                return self.push(" AND 1 = 0");
            };
            let (created_by, owned_by) = match caller {
                Caller::ApiKey(_) => (Some(&names.api_key_used), &names.game_api_key),
                Caller::OauthUser(_) => (Some(&names.oauth_user_id), &names.game_oauth_user),
                Caller::Owner(_) => (None, &names.game_owner),
            };
            self.push(" AND (");
            match created_by {
                Some(column) => self.push(column).push(" = ").bind(value.clone()),
                None => self.push("1 = 0"),
            };
            if let Some(column) = owned_by {
                self.push(" OR EXISTS (SELECT 1 FROM ").push(&names.games).push(" g WHERE ");
                self.push(&names.game_key).push(" = ").push(&names.game_id).push(" AND ");
                let lock = self.lock;
                self.owned(column, value).push(lock).push(")");
            }
            self.push(")");
        }
        self
    }

    /// ` AND …` on the games table `g`: that the scope may create in this game.
    pub(crate) fn and_may_create(&mut self, scope: &TaskScope) -> &mut Self {
        let names = self.names;
        let mut owned = scope.is_unrestricted() || !names.has_owners();
        for caller in scope.callers() {
            let column = match caller {
                Caller::ApiKey(_) => &names.game_api_key,
                Caller::OauthUser(_) => &names.game_oauth_user,
                Caller::Owner(_) => &names.game_owner,
            };
            match (column, self.bindable(caller)) {
                (Some(column), Some(value)) => {
                    owned = true;
                    self.push(" AND ").owned(column, value);
                }
                // It would see what it creates by its stamp.
                (None, Some(_)) if !matches!(caller, Caller::Owner(_)) => {}
                _ => return self.push(" AND 1 = 0"),
            }
        }
        // Games have owners, but of a kind that none of the callers is.
        if owned { self } else { self.push(" AND 1 = 0") }
    }

    /// The application's own column may have a collation that folds case.
    fn owned(&mut self, column: &str, value: Value) -> &mut Self {
        let text = matches!(value, Value::String(_));
        self.push(column);
        match self.names.backend {
            DbBackend::Postgres if text => self.push(" COLLATE \"C\" = ").bind(value),
            DbBackend::MySql if text => {
                self.push(" = ").bind(value).push(" COLLATE utf8mb4_nopad_bin")
            }
            DbBackend::Sqlite if text => self.push(" = ").bind(value).push(" COLLATE BINARY"),
            _ => self.push(" = ").bind(value),
        }
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

impl Sql<'_> {
    /// A caller as a parameter. `None` for an owner of another kind than the column's, which
    /// MariaDB would compare all the same (`7` equals `'7abc'`), and for text with a NUL, which
    /// PostgreSQL refuses: nobody is called so.
    fn bindable(&self, caller: &Caller) -> Option<Value> {
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

//! What is needed: the columns, and which types of each database fit them.

use super::found::Column;
use crate::task::{ParentGame, games, tasks};
use sea_orm::{DbBackend, IdenStatic, Iterable};

/// What a column has to be.
#[derive(Debug)]
pub(super) struct Need {
    pub(super) column: String,
    pub(super) kind: Kind,
    pub(super) null: Null,
}

/// What a column has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Uuid,
    /// An instant, to the microsecond.
    Time,
    /// 255 characters, compared byte for byte.
    Text,
    /// Whatever the application says.
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Refused,
    Allowed,
    /// As the application likes.
    Either,
}

/// The columns of a task, all of which every statement names.
pub(super) fn tasks() -> Vec<Need> {
    use tasks::Column;
    let need = |column: Column| {
        let (kind, null) = match column {
            Column::Id | Column::GameId => (Kind::Uuid, Null::Refused),
            Column::CreatedAt | Column::UpdatedAt => (Kind::Time, Null::Refused),
            Column::ApiKeyUsed | Column::OauthUserId => (Kind::Text, Null::Allowed),
            Column::ExternalTaskId | Column::StrategyId | Column::Status => {
                (Kind::Text, Null::Refused)
            }
        };
        Need { column: column.as_str().to_owned(), kind, null }
    };
    Column::iter().map(need).collect()
}

/// The columns of the crate's own games.
pub(super) fn games() -> Vec<Need> {
    use games::Column;
    let need = |column: Column| {
        let (kind, null) = match column {
            Column::Id => (Kind::Uuid, Null::Refused),
            Column::CreatedAt | Column::UpdatedAt => (Kind::Time, Null::Refused),
            Column::ExternalGameId | Column::StrategyId => (Kind::Text, Null::Refused),
            Column::Platform | Column::ApiKeyUsed | Column::OauthUserId => {
                (Kind::Text, Null::Allowed)
            }
        };
        Need { column: column.as_str().to_owned(), kind, null }
    };
    Column::iter().map(need).collect()
}

/// The columns of a migrator's record.
pub(super) fn record() -> Vec<Need> {
    let need =
        |column: &str| Need { column: column.to_owned(), kind: Kind::Any, null: Null::Either };
    vec![need("version"), need("applied_at")]
}

/// The columns that a parent names. What they hold, besides the id, is the application's.
pub(super) fn parent<G: ParentGame>() -> Vec<Need> {
    let others =
        [G::strategy_column(), G::api_key_column(), G::oauth_user_column(), G::owner_column()];
    let need = |column: G::Column, kind| Need {
        column: column.as_str().to_owned(),
        kind,
        null: Null::Either,
    };
    let id = need(G::id_column(), Kind::Uuid);
    std::iter::once(id)
        .chain(others.into_iter().flatten().map(|column| need(column, Kind::Any)))
        .collect()
}

impl Kind {
    /// The type that fits, as errors name it.
    pub(super) fn expected(self, backend: DbBackend) -> &'static str {
        match (self, backend) {
            (Self::Uuid, DbBackend::Postgres) => "uuid",
            (Self::Uuid, DbBackend::MySql) => "binary(16)",
            (Self::Uuid, _) => "blob or uuid_text",
            (Self::Time, DbBackend::Postgres) => "timestamptz of microseconds",
            (Self::Time, DbBackend::MySql) => "datetime(6)",
            (Self::Time, _) => "text",
            (Self::Text, DbBackend::Sqlite) => "text",
            (Self::Text, _) => "text of 255 characters or more",
            (Self::Any, _) => "any",
        }
    }

    pub(super) fn fits(self, backend: DbBackend, column: &Column) -> bool {
        let base = column.base.as_str();
        match (self, backend) {
            (Self::Any, _) => true,
            (Self::Uuid, DbBackend::Postgres) => base == "uuid",
            (Self::Uuid, DbBackend::MySql) => base == "binary" && column.size == Some(16),
            // SQLite stores a value as it is given; a type that speaks of text or numbers
            // speaks of rows that hold such.
            (Self::Uuid, _) => {
                base.is_empty() || ["BLOB", "UUID", "BINARY"].iter().any(|part| base.contains(part))
            }
            (Self::Time, DbBackend::Postgres) => {
                base == "timestamptz" && column.size.is_none_or(|digits| digits >= 6)
            }
            // TIMESTAMP ends in 2038, and follows the session's time zone.
            (Self::Time, DbBackend::MySql) => base == "datetime" && column.size == Some(6),
            (Self::Time, _) => {
                ["TEXT", "CHAR", "CLOB", "DATE", "TIME"].iter().any(|part| base.contains(part))
            }
            (Self::Text, DbBackend::Postgres) => {
                base == "text" || base == "varchar" && column.size.is_none_or(|size| size >= 255)
            }
            (Self::Text, DbBackend::MySql) => {
                matches!(base, "varchar" | "text" | "mediumtext" | "longtext")
                    && column.size.is_some_and(|size| size >= 255)
            }
            // Of any other affinity, SQLite makes a number of a text that looks like one.
            (Self::Text, _) => {
                !base.contains("INT")
                    && ["TEXT", "CHAR", "CLOB"].iter().any(|part| base.contains(part))
            }
        }
    }
}

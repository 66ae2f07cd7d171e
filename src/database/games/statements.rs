//! The statements on the games table, and a game read from a row.

use crate::database::as_read::and_insert_is_marked;
use crate::database::dialect::Dialect;
use crate::database::sql::{Names, Sql, StoredTime, each_column, is_time, only_if};
use crate::task::games::Column;
use crate::task::{Game, GamePatch, Games, time};
use sea_orm::{DbErr, IdenStatic, Iterable, QueryResult, Statement, TryGetable, Value};
use std::fmt::{self, Display};
use std::sync::LazyLock;
use uuid::Uuid;

/// Which game is read.
#[derive(Clone, Copy)]
pub(super) enum GameKey<'k> {
    Id(Uuid),
    ExternalId(&'k str),
}

/// What an insert does about a conflict, where the database has a choice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnConflict {
    Ignore,
    Fail,
}

/// The statements for one dialect.
#[derive(Clone, Copy)]
pub(super) struct Statements {
    names: &'static Names,
}

impl Statements {
    /// Nothing is learned from the statements on games, so that all connections can share the names.
    pub(super) fn of(dialect: Dialect) -> Self {
        static SQLITE: LazyLock<Names> = LazyLock::new(|| Names::new::<Games>(Dialect::Sqlite));
        static POSTGRES: LazyLock<Names> = LazyLock::new(|| Names::new::<Games>(Dialect::Postgres));
        static MARIADB: LazyLock<Names> = LazyLock::new(|| Names::new::<Games>(Dialect::MariaDb));
        let names = match dialect {
            Dialect::Sqlite => &SQLITE,
            Dialect::Postgres => &POSTGRES,
            Dialect::MariaDb | Dialect::MySql => &MARIADB,
        };
        Self { names }
    }

    pub(super) fn dialect(self) -> Dialect {
        self.names.dialect()
    }

    /// Whether the statements that write return rows: not where the server may be MySQL.
    pub(super) fn return_rows(self) -> bool {
        match self.dialect() {
            Dialect::Sqlite | Dialect::Postgres => true,
            Dialect::MariaDb | Dialect::MySql => false,
        }
    }

    pub(super) fn select(self, key: GameKey<'_>, lock: &'static str) -> Statement {
        let (sql, games, returned) = (Sql::new(self.names), &self.names.games, self.returned());
        let is_key = fmt::from_fn(|f| match key {
            GameKey::Id(id) => write!(f, "{} = {}", self.quoted(Column::Id), sql.bind(id)),
            GameKey::ExternalId(external_id) => {
                let column = self.quoted(Column::ExternalGameId);
                write!(f, "{column} = {}", sql.bind(external_id))
            }
        });
        sql.statement(format_args!("SELECT {returned} FROM {games} WHERE {is_key}{lock}"))
    }

    pub(super) fn insert(self, game: &Game, on_conflict: OnConflict) -> Statement {
        let (sql, games) = (Sql::new(self.names), &self.names.games);
        let columns = each_column(|f, column| f.write_str(&self.quoted(column)));
        let value = |column| sql.bind(value_of(game, column));
        if self.return_rows() {
            let values = each_column(|f, column| value(column).fmt(f));
            let on_conflict = only_if(on_conflict == OnConflict::Ignore, " ON CONFLICT DO NOTHING");
            let returned = self.returned();
            return sql.statement(format_args!(
                "INSERT INTO {games} ({columns}) VALUES ({values}){on_conflict} RETURNING {returned}"
            ));
        }
        let values = each_column(|f, column| match column {
            // MySQL does not infer its type.
            Column::Id => write!(f, "CAST({} AS BINARY(16))", value(column)),
            _ => value(column).fmt(f),
        });
        let and_marked = and_insert_is_marked();
        sql.statement(format_args!(
            "INSERT INTO {games} ({columns}) SELECT {values} FROM DUAL WHERE 1 = 1{and_marked}"
        ))
    }

    /// Changes a game that has not all values of the patch, and returns it.
    pub(super) fn update(self, id: Uuid, patch: &GamePatch) -> Statement {
        let (sql, names, dialect) = (Sql::new(self.names), self.names, self.dialect());
        let (games, returned) = (&names.games, self.returned());
        let (id_column, updated_at) = (self.quoted(Column::Id), self.quoted(Column::UpdatedAt));
        let assignments = self.assignments(&sql, patch);
        let stored = StoredTime::new(dialect, dialect.comparable_time(&updated_at));
        let next = sql.next_updated_at(time::now(), &stored);
        let id = sql.bind(id);
        let differs = fmt::from_fn(|f| {
            f.write_str("1 = 0")?;
            for (column, value) in patch.changes() {
                let column = self.quoted(column);
                match value {
                    Some(value) => {
                        write!(f, " OR {column} IS NULL OR {column} <> {}", sql.bind(value))?;
                    }
                    None => write!(f, " OR {column} IS NOT NULL")?,
                }
            }
            Ok(())
        });
        // The statement must not write a row that it cannot return.
        let is_readable = dialect.time_is_readable(&self.quoted(Column::CreatedAt));
        sql.statement(format_args!(
            "UPDATE {games} SET {assignments}{updated_at} = {next} \
             WHERE {id_column} = {id} AND ({differs}) AND {is_readable} RETURNING {returned}"
        ))
    }

    /// Makes the change if the game is as it was `read`, in every column.
    pub(super) fn update_as_read(
        self,
        read: &Game,
        changed: &Game,
        patch: &GamePatch,
    ) -> Statement {
        let (sql, games) = (Sql::new(self.names), &self.names.games);
        let (id_column, updated_at) = (self.quoted(Column::Id), self.quoted(Column::UpdatedAt));
        let assignments = self.assignments(&sql, patch);
        let (next, id) = (sql.bind_time(changed.updated_at), sql.bind(read.id));
        // `IS TRUE` keeps the row from being found, and so locked, by another index than that of the
        // id, by which it was read: two writers that lock both could deadlock.
        let is_as_read = fmt::from_fn(|f| {
            f.write_str("(1 = 1")?;
            for column in Column::iter() {
                let value = match column {
                    Column::CreatedAt => self.names.dialect().time_parameter(read.created_at),
                    Column::UpdatedAt => self.names.dialect().time_parameter(read.updated_at),
                    column => value_of(read, column),
                };
                write!(f, " AND {} <=> {}", self.quoted(column), sql.bind(value))?;
            }
            f.write_str(") IS TRUE")
        });
        let and_marked = and_insert_is_marked();
        sql.statement(format_args!(
            "UPDATE {games} SET {assignments}{updated_at} = {next} \
             WHERE {id_column} = {id} AND {is_as_read}{and_marked}"
        ))
    }

    /// The assignments of a patch, each with a comma after it.
    fn assignments<'s>(self, sql: &'s Sql<'_>, patch: &'s GamePatch) -> impl Display + 's {
        fmt::from_fn(move |f| {
            for (column, value) in patch.changes() {
                write!(f, "{} = {}, ", self.quoted(column), sql.bind(value))?;
            }
            Ok(())
        })
    }

    fn quoted(self, column: Column) -> String {
        self.dialect().quote(column.as_str())
    }

    /// The columns that a statement returns, for [`decode`](Self::decode).
    fn returned(self) -> impl Display {
        each_column(move |f, column: Column| {
            let quoted = self.quoted(column);
            match is_time(column) {
                true => f.write_str(&self.dialect().readable_time(&quoted)),
                false => f.write_str(&quoted),
            }
        })
    }

    pub(super) fn decode(self, row: &QueryResult) -> Result<Game, DbErr> {
        fn get<T: TryGetable>(row: &QueryResult, column: Column) -> Result<T, DbErr> {
            row.try_get_by_index(column as usize)
        }
        let time = |column: Column| {
            let time = self.dialect().read_time(row, column as usize)?;
            let unreadable = || format!("a game's {} cannot be read", column.as_str());
            time.ok_or_else(|| DbErr::Type(unreadable()))
        };
        Ok(Game {
            id: get(row, Column::Id)?,
            created_at: time(Column::CreatedAt)?,
            updated_at: time(Column::UpdatedAt)?,
            external_game_id: get(row, Column::ExternalGameId)?,
            strategy_id: get(row, Column::StrategyId)?,
            platform: get(row, Column::Platform)?,
            api_key_used: get(row, Column::ApiKeyUsed)?,
            oauth_user_id: get(row, Column::OauthUserId)?,
        })
    }
}

fn value_of(game: &Game, column: Column) -> Value {
    match column {
        Column::Id => game.id.into(),
        Column::CreatedAt => game.created_at.into(),
        Column::UpdatedAt => game.updated_at.into(),
        Column::ExternalGameId => game.external_game_id.as_str().into(),
        Column::StrategyId => game.strategy_id.as_str().into(),
        Column::Platform => game.platform.as_deref().into(),
        Column::ApiKeyUsed => game.api_key_used.clone().into(),
        Column::OauthUserId => game.oauth_user_id.clone().into(),
    }
}

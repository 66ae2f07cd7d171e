use super::columns::returned_columns;
use super::indexes::IndexHints;
use super::scope::OwnerKind;
use super::{BoundColumns, Sql, is_time};
use crate::database::dialect::Dialect;
use crate::database::distribution::LearnedDistribution;
use crate::database::update_method::LearnedMethod;
use crate::error::DatabaseError;
use crate::task::ParentGame;
use crate::task::tasks::Column;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, IdenStatic, Iterable};
use std::fmt::Display;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// What lists by a timestamp sort by.
#[derive(Debug)]
pub(crate) struct SortKey {
    pub(crate) expression: String,
    /// Whether it contains the task's id, so that there are no ties.
    pub(crate) is_unique: bool,
}

impl SortKey {
    /// The columns of an index that lists by this, where `id` is the column of the id.
    #[cfg(feature = "migration")]
    pub(crate) fn index_columns(&self, id: &str) -> String {
        match self.is_unique {
            true => self.expression.clone(),
            false => format!("{}, {id}", self.expression),
        }
    }
}

/// The `updated_at` that a row has before a write.
#[derive(Debug)]
pub(crate) struct StoredTime {
    pub(crate) column: String,
    /// A condition: the time can be read.
    pub(crate) is_readable: String,
}

impl StoredTime {
    pub(crate) fn new(dialect: Dialect, column: String) -> Self {
        Self { is_readable: dialect.time_is_readable(&column), column }
    }
}

/// One column of a task.
#[derive(Debug)]
pub(crate) struct ColumnNames {
    /// Where a statement assigns to it.
    pub(crate) unqualified: String,
    /// Where a statement compares it as it is stored.
    pub(crate) qualified: String,
    pub(crate) is_nullable: bool,
}

/// The names that statements are made of, quoted for one database, and what was learned about its
/// tables. Columns of the tasks table are qualified with it, those of the games table with `g`.
#[derive(Debug)]
pub(crate) struct Names {
    dialect: Dialect,
    /// Whether the server was found to be MySQL. All names are the same there as on MariaDB.
    is_mysql: AtomicBool,
    /// The tasks table where a statement names it, with its schema.
    pub(crate) tasks: String,
    /// What the columns of the tasks are qualified with.
    pub(crate) tasks_alias: String,
    /// All columns of a task, separated by commas, unqualified.
    pub(crate) columns: String,
    /// All columns of a task where they are returned, qualified and named.
    pub(crate) named_columns: String,
    /// The columns that a statement returns, by which of id and game it binds: for one row and for
    /// many.
    returned: [[String; 2]; 4],
    /// By the columns' place in the entity.
    by_column: Vec<ColumnNames>,
    pub(crate) id: String,
    /// Compared for equality.
    pub(crate) created_at: String,
    /// Compared for equality.
    pub(crate) updated_at: String,
    /// As it is stored.
    pub(crate) stored_updated_at: String,
    /// The stored `updated_at`, where a write follows it.
    pub(crate) stored_time: StoredTime,
    /// The same where MariaDB writes the stored row over itself.
    pub(crate) inserted_time: StoredTime,
    pub(crate) by_creation: SortKey,
    pub(crate) by_change: SortKey,
    /// ` AND …`: the task's timestamps can be read.
    pub(crate) and_readable: String,
    /// Compared and sorted byte for byte.
    pub(crate) external_id: String,
    pub(crate) game_id: String,
    pub(crate) strategy_id: String,
    pub(crate) status: String,
    /// The games table where a statement names it, with its schema.
    pub(crate) games: String,
    pub(crate) game_key: String,
    pub(crate) game_strategy: Option<String>,
    pub(crate) game_api_key: Option<String>,
    pub(crate) game_oauth_user: Option<String>,
    pub(crate) game_owner: Option<String>,
    pub(crate) game_owner_kind: Option<OwnerKind>,
    pub(crate) hints: IndexHints,
    pub(crate) update_method: LearnedMethod,
    pub(crate) distribution: LearnedDistribution,
    /// Whether the table was found to have triggers that may skip a row.
    pub(crate) skips_rows: AtomicBool,
    /// The texts of the statements that create a task without a scope. To write one takes a fiftieth
    /// of the client's work for such a call.
    pub(crate) insert_texts: [OnceLock<String>; 3],
    /// The tasks table's name, unquoted and without its schema.
    pub(crate) table: &'static str,
}

impl Names {
    pub(crate) fn new<G: ParentGame>(dialect: Dialect) -> Self {
        Self::with_alias::<G>(dialect, G::tasks_table())
    }

    /// The names where the tasks table has an alias.
    pub(crate) fn with_alias<G: ParentGame>(dialect: Dialect, alias: &str) -> Self {
        let quoted = |name: &str| dialect.quote(name);
        let qualifier = quoted(alias);
        let column = |column: Column| format!("{qualifier}.{}", quoted(column.as_str()));
        let of_game = |column: G::Column| format!("g.{}", quoted(column.as_str()));
        let in_schema = |schema: Option<&str>, table: &str| match schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(table)),
            None => quoted(table),
        };
        let id = column(Column::Id);
        let (created_at, updated_at) = (column(Column::CreatedAt), column(Column::UpdatedAt));
        let games = G::default();
        let list = |name: &dyn Fn(Column) -> String| {
            Column::iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let returned = |bound, many_rows| returned_columns(dialect, bound, many_rows);
        let some = Some(uuid::Uuid::nil());
        Self {
            dialect,
            is_mysql: AtomicBool::new(false),
            tasks: in_schema(G::tasks_schema(), G::tasks_table()),
            tasks_alias: qualifier.clone(),
            columns: list(&|column| quoted(column.as_str())),
            named_columns: list(&|one| match is_time(one) {
                true => {
                    format!("{} AS {}", dialect.readable_time(&column(one)), quoted(one.as_str()))
                }
                false => column(one),
            }),
            returned: [(None, None), (some, None), (None, some), (some, some)].map(|(id, game)| {
                [false, true].map(|many_rows| returned(BoundColumns { id, game }, many_rows))
            }),
            by_column: Column::iter()
                .map(|one| ColumnNames {
                    unqualified: quoted(one.as_str()),
                    qualified: column(one),
                    is_nullable: one.def().is_null(),
                })
                .collect(),
            created_at: dialect.comparable_time(&created_at),
            updated_at: dialect.comparable_time(&updated_at),
            stored_time: StoredTime::new(dialect, dialect.comparable_time(&updated_at)),
            inserted_time: StoredTime::new(
                dialect,
                format!("VALUES({})", quoted(Column::UpdatedAt.as_str())),
            ),
            by_creation: dialect.sort_key(&created_at, &id),
            by_change: dialect.sort_key(&updated_at, &id),
            and_readable: [&created_at, &updated_at]
                .map(|column| format!(" AND {}", dialect.time_is_readable(column)))
                .concat(),
            stored_updated_at: updated_at,
            id,
            // An index of another collation is used only by statements that name the collation.
            external_id: column(Column::ExternalTaskId) + dialect.features().byte_collation,
            game_id: column(Column::GameId),
            strategy_id: column(Column::StrategyId),
            status: column(Column::Status),
            games: in_schema(games.schema_name(), games.table_name()),
            game_key: of_game(G::id_column()),
            game_strategy: G::strategy_column().map(of_game),
            game_api_key: G::api_key_column().map(of_game),
            game_oauth_user: G::oauth_user_column().map(of_game),
            game_owner: G::owner_column().map(of_game),
            game_owner_kind: G::owner_column()
                .and_then(|column| OwnerKind::of(column.def().get_column_type())),
            hints: IndexHints::new::<G>(dialect),
            update_method: LearnedMethod::default(),
            distribution: LearnedDistribution::default(),
            skips_rows: AtomicBool::new(false),
            insert_texts: Default::default(),
            table: G::tasks_table(),
        }
    }

    /// The dialect of the statements. On SeaORM's backend for MySQL and MariaDB that is MariaDB's until
    /// a statement fails because the server is MySQL.
    pub(crate) fn dialect(&self) -> Dialect {
        match self.is_mysql.load(Ordering::Relaxed) {
            true => Dialect::MySql,
            false => self.dialect,
        }
    }

    /// Whether this failure of a call shows that the server is MySQL, where the dialect of its
    /// statements was this.
    pub(crate) fn learn_mysql(&self, dialect: Dialect, error: &DatabaseError) -> bool {
        let is_mysql = dialect.is_refused_by_mysql(error);
        self.is_mysql.fetch_or(is_mysql, Ordering::Relaxed);
        is_mysql
    }

    /// Whether the games table names owners of any kind.
    pub(crate) fn has_owners(&self) -> bool {
        self.game_api_key.is_some() || self.game_oauth_user.is_some() || self.game_owner.is_some()
    }

    /// The columns that a statement returns, without those that it binds, for a
    /// [`Decoder`](super::Decoder).
    pub(crate) fn returned(&self, bound: BoundColumns) -> &str {
        let [one_row, _] = self.returned_for(bound);
        one_row
    }

    /// The same for a statement that returns many rows: on PostgreSQL with texts as `text`, which the
    /// driver recognizes first; for one row the casts cost the server more than that.
    pub(crate) fn returned_of_many(&self, bound: BoundColumns) -> &str {
        let [_, many_rows] = self.returned_for(bound);
        many_rows
    }

    fn returned_for(&self, bound: BoundColumns) -> &[String; 2] {
        let [none, id, game, both] = &self.returned;
        match (bound.id, bound.game) {
            (None, None) => none,
            (Some(_), None) => id,
            (None, Some(_)) => game,
            (Some(_), Some(_)) => both,
        }
    }

    /// A column of a task, qualified: where a statement compares it as it is stored.
    pub(crate) fn qualified(&self, column: &str) -> String {
        format!("{}.{}", self.tasks_alias, self.dialect.quote(column))
    }

    #[expect(clippy::indexing_slicing, reason = "there is one for each column")]
    pub(crate) fn of(&self, column: Column) -> &ColumnNames {
        &self.by_column[column as usize]
    }

    /// A column of a task, unqualified: where a statement assigns to it.
    pub(crate) fn unqualified(&self, column: Column) -> &str {
        &self.of(column).unqualified
    }
}

impl Sql<'_> {
    /// A part that binds a time which is compared with a timestamp column.
    pub(crate) fn bind_time(&self, time: DateTime<Utc>) -> impl Display {
        self.bind(self.names.dialect().time_parameter(time))
    }

    /// The next `updated_at` of a row that was changed at `stored`.
    pub(crate) fn next_updated_at<'s>(
        &'s self,
        now: DateTime<Utc>,
        stored: &'s StoredTime,
    ) -> impl Display + 's {
        std::fmt::from_fn(move |f| self.names.dialect().write_next_updated_at(f, self, now, stored))
    }

    /// The same in an `ON CONFLICT`.
    pub(crate) fn next_updated_at_on_conflict<'s>(
        &'s self,
        now: DateTime<Utc>,
        stored: &'s StoredTime,
    ) -> impl Display + 's {
        std::fmt::from_fn(move |f| {
            self.names.dialect().write_next_updated_at_on_conflict(f, self, now, stored)
        })
    }
}

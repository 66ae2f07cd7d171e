use crate::database::dialect::Dialect;
use crate::database::sql::app_columns::LearnedColumns;
use crate::database::sql::hints::Hints;
use crate::database::sql::predicate::OwnerKind;
use crate::database::sql::shape::Texts;
use crate::database::sql::times::{comparable, read, readable, sort_key};
use crate::task::{ParentGame, TaskKey, tasks};
use sea_orm::{ColumnTrait, ColumnType, DbBackend, IdenStatic, Iterable};
use std::sync::atomic::AtomicBool;
use uuid::Uuid;

/// The names that statements are made of, quoted for one database.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) backend: DbBackend,
    /// The tasks table where a statement names it, with its schema.
    pub(crate) tasks: String,
    /// What the columns of the tasks are qualified with.
    pub(crate) tasks_alias: String,
    /// All columns of a task, separated by commas, bare.
    pub(crate) columns: String,
    /// The same where they are read, qualified and by their names.
    pub(crate) qualified: String,
    pub(crate) id: String,
    /// When it was created, where it is compared for equality.
    pub(crate) created_at: String,
    /// When it was changed, where it is compared.
    pub(crate) updated_at: String,
    /// What lists by creation sort by, and whether it names one task alone.
    pub(crate) by_creation: (String, bool),
    /// What lists by the last change sort by, and whether it names one task alone.
    pub(crate) by_change: (String, bool),
    /// The same as it is stored.
    pub(crate) stored_updated_at: String,
    /// ` AND …`: that its timestamps can be read.
    pub(crate) and_readable: String,
    pub(crate) api_key_used: String,
    pub(crate) oauth_user_id: String,
    /// The external id where it is compared or sorted: byte for byte.
    pub(crate) external_id: String,
    pub(crate) game_id: String,
    pub(crate) strategy_id: String,
    pub(crate) status: String,
    /// The games table where a statement names it.
    pub(crate) games: String,
    /// Its columns, qualified with the alias `g`.
    pub(crate) game_key: String,
    pub(crate) game_strategy: Option<String>,
    pub(crate) game_api_key: Option<String>,
    pub(crate) game_oauth_user: Option<String>,
    pub(crate) game_owner: Option<String>,
    pub(crate) game_owner_kind: Option<OwnerKind>,
    /// The statements that were built of them.
    pub(crate) texts: Texts,
    pub(crate) hints: Hints,
    pub(crate) app_columns: LearnedColumns,
    /// SQLite: whether the table was found to have triggers that may skip a row.
    pub(crate) skips_rows: AtomicBool,
    /// The tasks table's bare name, unquoted.
    pub(crate) table: &'static str,
}

impl Names {
    pub(crate) fn new<G: ParentGame>(backend: DbBackend) -> Self {
        Self::called::<G>(backend, G::tasks_table())
    }

    /// The names where the tasks table stands under an alias.
    pub(crate) fn called<G: ParentGame>(backend: DbBackend, alias: &str) -> Self {
        let quoted = |name: &str| quote(backend, name);
        let qualifier = quoted(alias);
        let column = |column: tasks::Column| format!("{qualifier}.{}", quoted(column.as_str()));
        let parent = |column: G::Column| format!("g.{}", quoted(column.as_str()));
        let list = |one: &dyn Fn(tasks::Column) -> String| {
            tasks::Column::iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let time = |one: tasks::Column| comparable(backend, &column(one));
        let sort_key =
            |one: tasks::Column| sort_key(backend, &column(one), &column(tasks::Column::Id));
        let games = G::default();
        // An index of another collation is not used unless the statement names it.
        let bytewise = if backend == DbBackend::Postgres { " COLLATE \"C\"" } else { "" };
        Self {
            backend,
            tasks: match G::tasks_schema() {
                Some(schema) => format!("{}.{}", quoted(schema), quoted(G::tasks_table())),
                None => quoted(G::tasks_table()),
            },
            columns: list(&|column| quoted(column.as_str())),
            qualified: list(&|one| match is_time(one) {
                true => format!("{} AS {}", read(backend, &column(one)), quoted(one.as_str())),
                false => column(one),
            }),
            tasks_alias: qualifier.clone(),
            id: column(tasks::Column::Id),
            created_at: time(tasks::Column::CreatedAt),
            updated_at: time(tasks::Column::UpdatedAt),
            by_creation: sort_key(tasks::Column::CreatedAt),
            by_change: sort_key(tasks::Column::UpdatedAt),
            stored_updated_at: column(tasks::Column::UpdatedAt),
            and_readable: [tasks::Column::CreatedAt, tasks::Column::UpdatedAt]
                .map(|one| format!(" AND {}", readable(backend, &column(one))))
                .concat(),
            api_key_used: column(tasks::Column::ApiKeyUsed),
            oauth_user_id: column(tasks::Column::OauthUserId),
            external_id: column(tasks::Column::ExternalTaskId) + bytewise,
            game_id: column(tasks::Column::GameId),
            strategy_id: column(tasks::Column::StrategyId),
            status: column(tasks::Column::Status),
            games: match games.schema_name() {
                Some(schema) => format!("{}.{}", quoted(schema), quoted(games.table_name())),
                None => quoted(games.table_name()),
            },
            game_key: parent(G::id_column()),
            game_strategy: G::strategy_column().map(parent),
            game_api_key: G::api_key_column().map(parent),
            game_oauth_user: G::oauth_user_column().map(parent),
            game_owner: G::owner_column().map(parent),
            game_owner_kind: G::owner_column()
                .and_then(|column| OwnerKind::of(column.def().get_column_type())),
            texts: Texts::default(),
            hints: Hints::new::<G>(backend),
            app_columns: LearnedColumns::default(),
            skips_rows: AtomicBool::new(false),
            table: G::tasks_table(),
        }
    }

    /// Whether the games table names owners of any kind.
    pub(crate) fn has_owners(&self) -> bool {
        self.game_api_key.is_some() || self.game_oauth_user.is_some() || self.game_owner.is_some()
    }

    /// All columns that a statement does not know already, bare.
    pub(crate) fn unknown(&self, known: Known) -> String {
        self.list_unknown(known, "")
    }

    /// The same where a statement answers with many rows: texts as `text`, the first type that
    /// the driver for PostgreSQL compares a column's with, where the fourth is `varchar`. For one
    /// row the casts cost the server more than that.
    pub(crate) fn unknown_of_many(&self, known: Known) -> String {
        let cast = if self.backend == DbBackend::Postgres { "::text" } else { "" };
        self.list_unknown(known, cast)
    }

    fn list_unknown(&self, known: Known, cast_of_texts: &str) -> String {
        let columns = tasks::Column::iter().filter(|column| !known.says(*column));
        let columns = columns.map(|column| match column.def().get_column_type() {
            ColumnType::String(_) => self.bare(column) + cast_of_texts,
            _ if is_time(column) => read(self.backend, &self.bare(column)),
            _ => self.bare(column),
        });
        columns.collect::<Vec<_>>().join(", ")
    }

    /// One column of a task, quoted and bare: where a statement assigns to it.
    pub(crate) fn bare(&self, column: tasks::Column) -> String {
        quote(self.backend, column.as_str())
    }
}

/// What a statement asked for by its value: a row need not say it again. Not a name, for a column
/// of the application's making may compare names by another collation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    pub(crate) id: Option<Uuid>,
    pub(crate) game: Option<Uuid>,
}

impl Known {
    pub(crate) fn by(key: &TaskKey) -> Self {
        match key {
            TaskKey::Id(id) => Self { id: Some(*id), game: None },
            TaskKey::InGame(game, id) => Self { id: Some(*id), game: Some(*game) },
            TaskKey::External(game, _) => Self { id: None, game: Some(*game) },
        }
    }

    fn says(self, column: tasks::Column) -> bool {
        match column {
            tasks::Column::Id => self.id.is_some(),
            tasks::Column::GameId => self.game.is_some(),
            _ => false,
        }
    }
}

/// Whether a column is a timestamp.
pub(crate) fn is_time(column: tasks::Column) -> bool {
    matches!(column, tasks::Column::CreatedAt | tasks::Column::UpdatedAt)
}

/// Quotes an identifier; a quote in it is doubled.
pub(crate) fn quote(backend: DbBackend, name: &str) -> String {
    Dialect::of(backend).quote(name)
}

//! What PostgreSQL's catalog says of the two tables and of what refers to tasks.

use super::error::AdoptError;
use super::error::UnfitReason;
use super::session::Session;
use super::session::get;
use super::session::query;
use crate::database::sql::quote;
use crate::error::DatabaseError;
use crate::task::{games, tasks};
use sea_orm::{DbBackend, IdenStatic};

/// A name as a statement has it.
pub(super) fn quoted(name: &str) -> String {
    quote(DbBackend::Postgres, name)
}

/// What a column must be.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) name: &'static str,
    types: &'static [&'static str],
    /// Whether the crate reads it as never null.
    pub(super) not_null: bool,
    /// What the crate's own tables have as its default.
    pub(super) default: Option<&'static str>,
}

const UUID: &[&str] = &["uuid"];
const TIME: &[&str] = &["timestamp with time zone"];
const TEXT: &[&str] = &["character varying", "text"];

fn wanted(
    name: impl IdenStatic,
    types: &'static [&'static str],
    not_null: bool,
    default: Option<&'static str>,
) -> Wanted {
    Wanted { name: name.as_str(), types, not_null, default }
}

fn of_tasks() -> [Wanted; 9] {
    use tasks::Column;
    [
        wanted(Column::Id, UUID, true, None),
        wanted(Column::CreatedAt, TIME, true, Some("CURRENT_TIMESTAMP")),
        wanted(Column::UpdatedAt, TIME, true, Some("CURRENT_TIMESTAMP")),
        wanted(Column::ApiKeyUsed, TEXT, false, None),
        wanted(Column::OauthUserId, TEXT, false, None),
        wanted(Column::ExternalTaskId, TEXT, true, None),
        wanted(Column::GameId, UUID, true, None),
        wanted(Column::StrategyId, TEXT, true, Some("'default'")),
        wanted(Column::Status, TEXT, true, Some("'open'")),
    ]
}

fn of_games() -> [Wanted; 8] {
    use games::Column;
    [
        wanted(Column::Id, UUID, true, None),
        wanted(Column::CreatedAt, TIME, true, Some("CURRENT_TIMESTAMP")),
        wanted(Column::UpdatedAt, TIME, true, Some("CURRENT_TIMESTAMP")),
        wanted(Column::ExternalGameId, TEXT, true, None),
        wanted(Column::StrategyId, TEXT, true, Some("'default'")),
        wanted(Column::Platform, TEXT, false, None),
        wanted(Column::ApiKeyUsed, TEXT, false, None),
        wanted(Column::OauthUserId, TEXT, false, None),
    ]
}

/// One of the two tables, as it is.
pub(super) struct Table {
    pub(super) schema: String,
    name: &'static str,
    /// Its name in statements, with its schema.
    pub(super) quoted: String,
    columns: Vec<Column>,
}

struct Column {
    wanted: Wanted,
    not_null: bool,
    has_default: bool,
}

impl Table {
    async fn read(
        session: &mut Session,
        name: &'static str,
        wanted: &[Wanted],
    ) -> Result<Self, AdoptError> {
        let unfit = |column: Option<&str>, reason| AdoptError::Unfit {
            table: name.to_owned(),
            column: column.map(str::to_owned),
            reason,
        };
        let text = "SELECT n.nspname::text, c.relkind::text FROM pg_class c \
                    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)";
        let found = session.rows(query(text).bind(quoted(name))).await?;
        let Some(found) = found.first() else { return Err(unfit(None, UnfitReason::Missing)) };
        let (schema, kind): (String, String) = (get(found, 0)?, get(found, 1)?);
        if kind != "r" {
            return Err(unfit(None, UnfitReason::NotATable));
        }
        let text = "SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnotnull, \
                    a.atthasdef, format_type(a.atttypid, a.atttypmod), \
                    CASE a.atttypid WHEN 'varchar'::regtype THEN a.atttypmod BETWEEN 0 AND 258 \
                        WHEN 'timestamptz'::regtype THEN a.atttypmod BETWEEN 0 AND 5 \
                        ELSE false END, \
                    coalesce(l.collisdeterministic, true) \
                    FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation \
                    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped";
        let rows = session.rows(query(text).bind(quoted(name))).await?;
        let mut columns = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let mut found = None;
            for row in &rows {
                if get::<&str>(row, 0)? == wanted.name {
                    found = Some(row);
                }
            }
            let row = found.ok_or_else(|| unfit(Some(wanted.name), UnfitReason::Missing))?;
            let (found, too_short): (&str, bool) = (get(row, 1)?, get(row, 5)?);
            if too_short || !wanted.types.contains(&found) {
                let expected = wanted.types.first().copied().unwrap_or_default();
                let reason = UnfitReason::Type { found: get(row, 4)?, expected };
                return Err(unfit(Some(wanted.name), reason));
            }
            if !get::<bool>(row, 6)? {
                return Err(unfit(Some(wanted.name), UnfitReason::Collation));
            }
            if !wanted.not_null && get(row, 2)? {
                return Err(unfit(Some(wanted.name), UnfitReason::NotNullable));
            }
            columns.push(Column {
                wanted: *wanted,
                not_null: get(row, 2)?,
                has_default: get(row, 3)?,
            });
        }
        let quoted = format!("{}.{}", quoted(&schema), quoted(name));
        Ok(Self { schema, name, quoted, columns })
    }

    /// The columns that must not be null, and may.
    pub(super) fn nullable(&self) -> Vec<&'static str> {
        let lacking = self.columns.iter().filter(|c| c.wanted.not_null && !c.not_null);
        lacking.map(|column| column.wanted.name).collect()
    }

    pub(super) fn is_nullable(&self, column: impl IdenStatic) -> bool {
        self.nullable().contains(&column.as_str())
    }

    /// The defaults that are missing: column and value.
    pub(super) fn without_default(&self) -> Vec<(&'static str, &'static str)> {
        let lacking = self.columns.iter().filter(|column| !column.has_default);
        lacking.filter_map(|c| Some((c.wanted.name, c.wanted.default?))).collect()
    }

    pub(super) fn unfit(&self, what: &str, reason: UnfitReason) -> AdoptError {
        let (table, column) = (self.name.to_owned(), Some(what.to_owned()));
        AdoptError::Unfit { table, column, reason }
    }
}

/// An index of the tasks table.
struct Index {
    name: String,
    valid: bool,
    unique: bool,
    /// Whether it holds every row, sorted plainly, and refuses at once what it refuses.
    plain: bool,
    columns: Vec<String>,
    collations: Vec<String>,
}

/// The indexes that adoption makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    Unique,
    Listing,
}

impl Needed {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unique => "uq_tasks_game_external",
            Self::Listing => "ix_tasks_game_created",
        }
    }

    /// What `CREATE INDEX` says of it. The crate's statements compare external ids byte for
    /// byte, and use no index that sorts otherwise.
    pub(super) fn definition(self) -> &'static str {
        match self {
            Self::Unique => r#"("gameId", "externalTaskId" COLLATE "C")"#,
            Self::Listing => r#"("gameId", created_at, id)"#,
        }
    }

    fn is_met_by(self, index: &Index) -> bool {
        let columns: &[&str] = match self {
            Self::Unique => &["gameId", "externalTaskId"],
            Self::Listing => &["gameId", "created_at", "id"],
        };
        let columns = index.columns == columns;
        match self {
            Self::Unique => {
                let bytewise = index.collations.get(1).is_some_and(|name| name == "C");
                index.plain && columns && index.unique && bytewise
            }
            Self::Listing => index.plain && columns,
        }
    }
}

/// A foreign key of any table that refers to tasks.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) oid: i64,
    pub(super) name: String,
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    pub(super) referenced: Vec<String>,
    /// Whether the table has an index that begins with these columns.
    pub(super) indexed: bool,
    /// Whether it is a plain table, on which indexes can be built without stopping it.
    pub(super) plain: bool,
}

impl Reference {
    pub(super) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.table))
    }

    /// That a row `c` of it refers to the task `t`.
    pub(super) fn refers(&self, c: &str, t: &str) -> String {
        let pairs = self.columns.iter().zip(&self.referenced);
        let equal = pairs.map(|(from, to)| format!("{c}.{} = {t}.{}", quoted(from), quoted(to)));
        equal.collect::<Vec<_>>().join(" AND ")
    }
}

/// How the tasks table refers to games.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ToGames {
    Missing,
    NotValidated,
    Valid,
}

/// All that decides which steps there are to take.
pub(super) struct Catalog {
    pub(super) tasks: Table,
    pub(super) games: Table,
    indexes: Vec<Index>,
    pub(super) to_games: ToGames,
    /// The foreign key's name, where there is one.
    pub(super) to_games_name: Option<String>,
}

impl Catalog {
    pub(super) async fn read(session: &mut Session) -> Result<Self, AdoptError> {
        let tasks = Table::read(session, "tasks", &of_tasks()).await?;
        let games = Table::read(session, "games", &of_games()).await?;
        let unfillable = tasks::Column::ExternalTaskId;
        if tasks.is_nullable(unfillable) {
            return Err(tasks.unfit(unfillable.as_str(), UnfitReason::Nullable));
        }
        let external = games::Column::ExternalGameId.as_str();
        for (table, column) in [(&tasks, "id"), (&games, "id"), (&games, external)] {
            if !is_unique(session, table, column).await? {
                return Err(table.unfit(column, UnfitReason::NotUnique));
            }
        }
        let indexes = indexes(session, &tasks).await?;
        let text = r#"SELECT f.conname::text, f.convalidated FROM pg_constraint f
            WHERE f.contype = 'f' AND f.conrelid = to_regclass($1) AND f.confrelid = to_regclass($2)
              AND f.conkey = ARRAY[(SELECT attnum FROM pg_attribute
                                    WHERE attrelid = f.conrelid AND attname = 'gameId')]
              AND f.confkey = ARRAY[(SELECT attnum FROM pg_attribute
                                     WHERE attrelid = f.confrelid AND attname = 'id')]
            ORDER BY f.convalidated DESC"#;
        let found = query(text).bind(tasks.quoted.clone()).bind(games.quoted.clone());
        let (mut to_games, mut to_games_name) = (ToGames::Missing, None);
        if let Some(row) = session.rows(found).await?.first() {
            to_games = if get(row, 1)? { ToGames::Valid } else { ToGames::NotValidated };
            to_games_name = Some(get(row, 0)?);
        }
        Ok(Self { tasks, games, indexes, to_games, to_games_name })
    }

    /// Whether an index of this kind is there and in use.
    pub(super) fn has(&self, needed: Needed) -> bool {
        self.indexes.iter().any(|index| index.valid && needed.is_met_by(index))
    }

    /// Whether an index of this name is there that is not in use: what is left of a run that
    /// was cut off.
    pub(super) fn has_left_over(&self, needed: Needed) -> bool {
        self.indexes.iter().any(|index| index.name == needed.name() && !index.valid)
    }

    /// Whether a task may be without a game that is there.
    pub(super) fn lets_tasks_be_without_game(&self) -> bool {
        self.tasks.is_nullable(tasks::Column::GameId) || self.to_games != ToGames::Valid
    }
}

async fn is_unique(
    session: &mut Session,
    table: &Table,
    column: &str,
) -> Result<bool, DatabaseError> {
    let text = "SELECT EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a \
                ON a.attrelid = i.indrelid AND a.attname = $2 \
                WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid \
                AND i.indimmediate AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum \
                AND i.indpred IS NULL)";
    let asked = query(text).bind(table.quoted.clone()).bind(column.to_owned());
    get(&session.row(asked).await?, 0)
}

async fn indexes(session: &mut Session, tasks: &Table) -> Result<Vec<Index>, DatabaseError> {
    let text = r#"SELECT c.relname::text, i.indisvalid AND i.indisready, i.indisunique,
            i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AND m.amname = 'btree'
                AND NOT EXISTS (SELECT 1 FROM unnest(i.indoption::int2[]) o WHERE o <> 0),
            k.columns, k.collations
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
        CROSS JOIN LATERAL (
            SELECT array_agg(coalesce(a.attname::text, '') ORDER BY n) AS columns,
                   array_agg(coalesce(l.collname::text, '') ORDER BY n) AS collations
            FROM generate_series(0, i.indnkeyatts - 1) n
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]
            LEFT JOIN pg_collation l ON l.oid = i.indcollation[n]) k
        WHERE i.indrelid = to_regclass($1)"#;
    let rows = session.rows(query(text).bind(tasks.quoted.clone())).await?;
    let index = |row| {
        Ok(Index {
            name: get(row, 0)?,
            valid: get(row, 1)?,
            unique: get(row, 2)?,
            plain: get(row, 3)?,
            columns: get(row, 4)?,
            collations: get(row, 5)?,
        })
    };
    rows.iter().map(index).collect()
}

/// All that refers to tasks by a foreign key, whatever table and columns it is.
pub(super) async fn references(
    session: &mut Session,
    tasks: &Table,
) -> Result<Vec<Reference>, DatabaseError> {
    let text = r#"SELECT f.oid::int8, f.conname::text, n.nspname::text, c.relname::text,
            (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(f.conkey)
                WITH ORDINALITY k (number, n)
                JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
            (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(f.confkey)
                WITH ORDINALITY k (number, n)
                JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number),
            EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisvalid
                AND i.indpred IS NULL
                AND (SELECT array_agg(i.indkey[n]) FROM
                     generate_series(0, cardinality(f.conkey) - 1) n) @> f.conkey),
            c.relkind = 'r'
        FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE f.contype = 'f' AND f.confrelid = to_regclass($1) AND f.conparentid = 0
        ORDER BY 3, 4, 2"#;
    let rows = session.rows(query(text).bind(tasks.quoted.clone())).await?;
    let reference = |row| {
        Ok(Reference {
            oid: get(row, 0)?,
            name: get(row, 1)?,
            schema: get(row, 2)?,
            table: get(row, 3)?,
            columns: get(row, 4)?,
            referenced: get(row, 5)?,
            indexed: get(row, 6)?,
            plain: get(row, 7)?,
        })
    };
    rows.iter().map(reference).collect()
}

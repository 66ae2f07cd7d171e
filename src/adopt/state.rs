//! The state of the two tables and of what refers to tasks, from which the remaining steps follow.

use super::error::{AdoptError, Incompatibility};
use super::plan::Step;
use super::session::{Session, failed_to_decode, get, query};
use crate::database::dialect::{ColumnKind, Dialect, POSTGRES_CATALOG, TableName};
use crate::error::DatabaseError;
use crate::migration::columns::{self, ColumnSpec};
use crate::migration::schema::{self, Catalog};
use crate::task::{games, tasks};
use sea_orm::{IdenStatic, QueryResult};

const DIALECT: Dialect = Dialect::Postgres;

pub(super) fn quoted(name: &str) -> String {
    DIALECT.quote(name)
}

/// One of the two tables.
pub(super) struct Table {
    pub(super) schema: String,
    name: &'static str,
    /// Its name in statements, with its schema.
    pub(super) quoted: String,
    columns: Vec<Column>,
}

struct Column {
    spec: ColumnSpec,
    nullable: bool,
    has_default: bool,
}

impl Table {
    /// Fails if the table lacks what adoption does not add.
    async fn read(
        session: &mut Session,
        name: &'static str,
        specs: Vec<ColumnSpec>,
        unique: &[&str],
    ) -> Result<Self, AdoptError> {
        let incompatible = |column: Option<&str>, reason| AdoptError::IncompatibleSchema {
            table: name.to_owned(),
            column: column.map(str::to_owned),
            reason,
        };
        let rows = query(POSTGRES_CATALOG).bind(quoted(name)).bind(false).bind(quoted(name));
        let rows: Vec<QueryResult> =
            session.rows(rows).await?.into_iter().map(QueryResult::from).collect();
        let Catalog { table, .. } = Catalog::from_rows(DIALECT, &rows).map_err(failed_to_decode)?;
        let Some(table) = table else {
            return Err(incompatible(None, Incompatibility::Missing));
        };
        if table.kind != "r" {
            return Err(incompatible(None, Incompatibility::NotATable));
        }
        // What the crate's own schema check does not need.
        let text = "SELECT n.nspname::text, array(SELECT a.attname::text FROM pg_attribute a \
                    WHERE a.attrelid = c.oid AND a.atthasdef AND NOT a.attisdropped) \
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE c.oid = to_regclass($1)";
        let row = session.row(query(text).bind(quoted(name))).await?;
        let (schema, with_default): (String, Vec<String>) = (get(&row, 0)?, get(&row, 1)?);
        let column = |spec: ColumnSpec| {
            let has_default = with_default.iter().any(|column| column == spec.name);
            match compare(&table, &spec) {
                Ok(nullable) => Ok(Column { spec, nullable, has_default }),
                Err(reason) => Err(incompatible(Some(spec.name), reason)),
            }
        };
        let columns = specs.into_iter().map(column).collect::<Result<_, _>>()?;
        for column in unique {
            if !table.is_unique(DIALECT, column) {
                return Err(incompatible(Some(column), Incompatibility::NotUnique));
            }
        }
        let quoted = TableName { schema: Some(schema.clone()), table: name.to_owned() };
        Ok(Self { schema, name, quoted: quoted.quoted(DIALECT), columns })
    }

    /// The columns that are nullable and must not be.
    pub(super) fn nullable(&self) -> Vec<&'static str> {
        let nullable =
            self.columns.iter().filter(|column| column.nullable && !column.spec.nullable);
        nullable.map(|column| column.spec.name).collect()
    }

    pub(super) fn is_nullable(&self, column: impl IdenStatic) -> bool {
        self.nullable().contains(&column.as_str())
    }

    /// The columns without the default that the crate's own tables have, and that default.
    pub(super) fn missing_defaults(&self) -> Vec<(&'static str, String)> {
        let missing = self.columns.iter().filter(|column| !column.has_default);
        let default = |column: &Column| Some(column.spec.default.as_ref()?.sql(DIALECT));
        missing.filter_map(|column| Some((column.spec.name, default(column)?))).collect()
    }

    /// The columns that contain text.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'static str> {
        let texts = self.columns.iter().filter(|column| column.spec.kind == ColumnKind::Text);
        texts.map(|column| column.spec.name)
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn incompatible(&self, what: &str, reason: Incompatibility) -> AdoptError {
        let (table, column) = (self.name.to_owned(), Some(what.to_owned()));
        AdoptError::IncompatibleSchema { table, column, reason }
    }
}

/// Whether the column is nullable, or why it does not fit.
fn compare(table: &schema::Table, spec: &ColumnSpec) -> Result<bool, Incompatibility> {
    let column = table.column(DIALECT, spec.name).ok_or(Incompatibility::Missing)?;
    if !DIALECT.type_fits(spec.kind, column) {
        let (found, expected) = (column.full_type.clone(), DIALECT.expected_type(spec.kind));
        return Err(Incompatibility::Type { found, expected });
    }
    if column.collation.is_some() {
        return Err(Incompatibility::Collation);
    }
    if spec.nullable && !column.nullable {
        return Err(Incompatibility::NotNullable);
    }
    Ok(column.nullable)
}

/// An index of the tasks table.
struct Index {
    name: String,
    valid: bool,
    unique: bool,
    /// Whether it is an immediate B-tree of all rows, on columns in ascending order.
    plain: bool,
    columns: Vec<String>,
    collations: Vec<String>,
}

/// The indexes that adoption creates.
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

    pub(super) fn step(self) -> Step {
        match self {
            Self::Unique => Step::UniqueIndex,
            Self::Listing => Step::ListingIndex,
        }
    }

    /// The columns in `CREATE INDEX`. The crate's statements compare external ids byte for byte, and
    /// use no index of another collation.
    pub(super) fn definition(self) -> &'static str {
        match self {
            Self::Unique => r#"("gameId", "externalTaskId" COLLATE "C")"#,
            Self::Listing => r#"("gameId", created_at, id)"#,
        }
    }

    fn is_satisfied_by(self, index: &Index) -> bool {
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
    /// Whether it is a plain table, on which indexes can be built concurrently.
    pub(super) plain: bool,
}

impl Reference {
    pub(super) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.table))
    }

    /// The condition that its row `c` refers to the task `t`.
    pub(super) fn refers(&self, c: &str, t: &str) -> String {
        let pairs = self.columns.iter().zip(&self.referenced);
        let equal = pairs.map(|(from, to)| format!("{c}.{} = {t}.{}", quoted(from), quoted(to)));
        equal.collect::<Vec<_>>().join(" AND ")
    }
}

/// The foreign key from tasks to games.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ForeignKey {
    Missing,
    NotValidated,
    Valid,
}

/// Everything from which the remaining steps follow.
pub(super) struct State {
    pub(super) tasks: Table,
    pub(super) games: Table,
    indexes: Vec<Index>,
    pub(super) foreign_key: ForeignKey,
    /// The foreign key's name, if there is one.
    pub(super) foreign_key_name: Option<String>,
}

impl State {
    pub(super) async fn read(session: &mut Session) -> Result<Self, AdoptError> {
        // Columns that later migrations add are not GAME's.
        let tasks = Table::read(session, "tasks", columns::tasks_as_created(), &["id"]).await?;
        let unique = [games::Column::Id.as_str(), games::Column::ExternalGameId.as_str()];
        let games = Table::read(session, "games", columns::games(), &unique).await?;
        // No rule could fill it.
        let external = tasks::Column::ExternalTaskId;
        if tasks.is_nullable(external) {
            return Err(tasks.incompatible(external.as_str(), Incompatibility::Nullable));
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
        let (mut foreign_key, mut foreign_key_name) = (ForeignKey::Missing, None);
        if let Some(row) = session.rows(found).await?.first() {
            foreign_key = if get(row, 1)? { ForeignKey::Valid } else { ForeignKey::NotValidated };
            foreign_key_name = Some(get(row, 0)?);
        }
        Ok(Self { tasks, games, indexes, foreign_key, foreign_key_name })
    }

    /// Whether an index of this kind exists and is valid.
    pub(super) fn has(&self, needed: Needed) -> bool {
        self.indexes.iter().any(|index| index.valid && needed.is_satisfied_by(index))
    }

    /// Whether an invalid index of this name exists: an interrupted run left it behind.
    pub(super) fn has_invalid(&self, needed: Needed) -> bool {
        self.indexes.iter().any(|index| index.name == needed.name() && !index.valid)
    }

    /// Whether a task may lack a game that exists.
    pub(super) fn allows_orphans(&self) -> bool {
        self.tasks.is_nullable(tasks::Column::GameId) || self.foreign_key != ForeignKey::Valid
    }
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

/// All foreign keys that refer to tasks, from any table and to any columns.
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

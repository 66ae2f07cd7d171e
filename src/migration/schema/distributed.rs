//! Tables that an extension distributes over several servers, such as Citus.

use crate::database::TaskConnection;
use crate::database::dialect::{Dialect, TableName};
use sea_orm::DbErr;

/// The column by which a table is distributed. A unique index that spans the servers has to contain
/// it. One round trip, two where the database has such an extension.
pub(super) async fn distribution_column<C: TaskConnection>(
    db: &C,
    table: &TableName,
) -> Result<Option<String>, DbErr> {
    let dialect = Dialect::of(db.backend());
    let Some([has_extension, column]) = dialect.distribution_queries(table) else {
        return Ok(None);
    };
    match db.query_one(has_extension).await? {
        Some(row) if row.try_get_by_index(0)? => match db.query_one(column).await? {
            Some(row) => row.try_get_by_index(0),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

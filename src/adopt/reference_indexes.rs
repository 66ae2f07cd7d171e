//! Temporary indexes on foreign keys to tasks, for the time in which tasks are deleted.

use super::error::AdoptError;
use super::session::{Session, StepProgress, get, query};
use super::state::{Reference, quoted};

/// The prefix of the temporary indexes' names.
const INDEX: &str = "game_tasks_adopt_ref_";

/// Creates the indexes that are missing. Each merge looks up the references to the task twice, and
/// each deletion once; without an index that scans the whole table with the task locked.
pub(super) async fn index_references(
    session: &mut Session,
    referring: &[Reference],
    progress: &mut StepProgress<'_>,
) -> Result<(), AdoptError> {
    for reference in referring.iter().filter(|one| !one.indexed && one.plain) {
        let name = quoted(&format!("{INDEX}{}", reference.oid));
        let index = format!("{}.{name}", quoted(&reference.schema));
        let columns: Vec<_> = reference.columns.iter().map(|column| quoted(column)).collect();
        let make = format!(
            "CREATE INDEX CONCURRENTLY {name} ON {} ({})",
            reference.quoted(),
            columns.join(", ")
        );
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}");
        loop {
            // An interrupted run may have left an invalid index.
            session.run_retrying_locks(&drop, progress).await??;
            progress.attempt();
            match session.run(&make).await {
                Ok(()) => break progress.succeeded(),
                Err(error) => progress.retry(session, error).await?,
            }
        }
    }
    Ok(())
}

/// Drops the temporary indexes.
pub(super) async fn drop_indexes(
    session: &mut Session,
    progress: &mut StepProgress<'_>,
) -> Result<(), AdoptError> {
    let text = "SELECT n.nspname::text, c.relname::text FROM pg_class c \
                JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE c.relkind = 'i' AND c.relname ~ $1 AND pg_has_role(c.relowner, 'USAGE')";
    let rows = session.rows(query(text).bind(format!("^{INDEX}[0-9]+$"))).await?;
    for row in &rows {
        let (schema, name): (String, String) = (get(row, 0)?, get(row, 1)?);
        let index = format!("{}.{}", quoted(&schema), quoted(&name));
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}");
        session.run_retrying_locks(&drop, progress).await??;
    }
    Ok(())
}

//! Indexes on what refers to tasks, for as long as tasks are taken out.

use super::catalog::Reference;
use super::catalog::quoted;
use super::error::AdoptError;
use super::session::Session;
use super::session::Watch;
use super::session::get;
use super::session::query;

/// What the names of the indexes begin with that stand only while tasks are taken out.
const INDEX: &str = "game_tasks_adopt_ref_";

/// Each merge asks each table what refers to the task, twice, and each deletion once: without an
/// index that would be a look at the whole table, with the task locked.
pub(super) async fn index_references(
    session: &mut Session,
    referring: &[Reference],
    watch: &mut Watch<'_>,
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
            // One of that name that is not in use is what a run that was cut off has left.
            session.run_patiently(&drop, watch).await??;
            watch.trying();
            match session.run(&make).await {
                Ok(()) => break watch.passed(),
                Err(error) => watch.try_again(session, error).await?,
            }
        }
    }
    Ok(())
}

/// Drops the indexes that were made for taking tasks out.
pub(super) async fn drop_indexes(
    session: &mut Session,
    watch: &mut Watch<'_>,
) -> Result<(), AdoptError> {
    let text = "SELECT n.nspname::text, c.relname::text FROM pg_class c \
                JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE c.relkind = 'i' AND c.relname ~ $1 AND pg_has_role(c.relowner, 'USAGE')";
    let rows = session.rows(query(text).bind(format!("^{INDEX}[0-9]+$"))).await?;
    for row in &rows {
        let (schema, name): (String, String) = (get(row, 0)?, get(row, 1)?);
        let index = format!("{}.{}", quoted(&schema), quoted(&name));
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}");
        session.run_patiently(&drop, watch).await??;
    }
    Ok(())
}

//! What a column has to be, for the crate or for an application's own tables.

use crate::database::dialect::ColumnKind;
use crate::migration::columns::ColumnSpec;
use crate::task::ParentGame;
use sea_orm::IdenStatic;

#[derive(Debug)]
pub(super) struct Requirement {
    pub(super) column: &'static str,
    /// `None`: the application decides.
    pub(super) kind: Option<ColumnKind>,
    /// `None`: the application decides.
    pub(super) nullable: Option<bool>,
}

impl Requirement {
    fn exists(column: &'static str, kind: Option<ColumnKind>) -> Self {
        Self { column, kind, nullable: None }
    }
}

pub(super) fn all(columns: &[ColumnSpec]) -> Vec<Requirement> {
    let required = |column: &ColumnSpec| Requirement {
        column: column.name,
        kind: Some(column.kind),
        nullable: Some(column.nullable),
    };
    columns.iter().map(required).collect()
}

/// The columns of a migrator's table.
pub(super) fn migrator_table() -> Vec<Requirement> {
    ["version", "applied_at"].map(|column| Requirement::exists(column, None)).into()
}

/// The columns that a [`ParentGame`] names.
pub(super) fn parent<G: ParentGame>() -> Vec<Requirement> {
    let others =
        [G::strategy_column(), G::api_key_column(), G::oauth_user_column(), G::owner_column()];
    let id = Requirement::exists(G::id_column().as_str(), Some(ColumnKind::Uuid));
    let others = others.into_iter().flatten();
    std::iter::once(id)
        .chain(others.map(|column| Requirement::exists(column.as_str(), None)))
        .collect()
}

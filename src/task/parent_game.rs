//! The interface to an application's own games table.

use sea_orm::EntityTrait;

/// A games table: which of its columns the crate uses, and the name of its tasks table.
///
/// The crate's own [`Games`](crate::Games) implements it. An application with a games table of its
/// own implements it for that table's entity; the foreign key, joins, scopes and all statements are
/// derived from it.
///
/// ```
/// use game_tasks::ParentGame;
/// use game_tasks::sea_orm::entity::prelude::*;
///
/// mod campaigns {
///     use game_tasks::sea_orm;
///     use sea_orm::entity::prelude::*;
///
///     #[sea_orm::model]
///     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
///     #[sea_orm(table_name = "campaigns")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i64,
///         #[sea_orm(unique)]
///         pub public_id: Uuid,
///         pub org_id: i64,
///         pub rules: Option<String>,
///     }
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// impl ParentGame for campaigns::Entity {
///     fn id_column() -> campaigns::Column {
///         campaigns::Column::PublicId
///     }
///     fn strategy_column() -> Option<campaigns::Column> {
///         Some(campaigns::Column::Rules)
///     }
///     fn owner_column() -> Option<campaigns::Column> {
///         Some(campaigns::Column::OrgId)
///     }
///     fn tasks_table() -> &'static str {
///         "quest_tasks"
///     }
/// }
/// ```
pub trait ParentGame: EntityTrait {
    /// The column with the game's UUID: the primary key or a unique column.
    fn id_column() -> Self::Column;

    /// The column with the game's strategy, if the table has one. Null and blank text (empty or
    /// white space only) mean the same as `default`: the game has none.
    fn strategy_column() -> Option<Self::Column>;

    /// The column with the API key that owns the game, if the table has one.
    fn api_key_column() -> Option<Self::Column> {
        None
    }

    /// The column with the OAuth user that owns the game, if the table has one.
    fn oauth_user_column() -> Option<Self::Column> {
        None
    }

    /// The column with another kind of owner, if the table has one, such as a tenant or an
    /// organisation. [`TaskScope::owner`](crate::TaskScope::owner) compares with it.
    fn owner_column() -> Option<Self::Column> {
        None
    }

    /// The name of the tasks table that belongs to this games table. It is part of the migration's
    /// name: a changed name means another table, which the migration creates.
    fn tasks_table() -> &'static str {
        "tasks"
    }

    /// The PostgreSQL schema of the tasks table, if it is not the connection's default.
    fn tasks_schema() -> Option<&'static str> {
        None
    }
}

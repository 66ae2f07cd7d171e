use sea_orm::EntityTrait;

/// What the crate needs to know of a games table.
///
/// The crate's own [`Games`](crate::Games) implements it. An application that has
/// a games table of its own implements it for that entity; the foreign key, the
/// joins, the scopes and all statements follow from it.
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
    /// The column that holds the game's UUID: its primary key, or merely unique.
    fn id_column() -> Self::Column;

    /// The column that holds the game's strategy, if there is one. Null, and a text that is
    /// empty or nothing but white space, mean that the game has none, like `default`.
    fn strategy_column() -> Option<Self::Column>;

    /// The column that holds the API key that owns the game, if there is one.
    fn api_key_column() -> Option<Self::Column> {
        None
    }

    /// The column that holds the OAuth user that owns the game, if there is one.
    fn oauth_user_column() -> Option<Self::Column> {
        None
    }

    /// The column that holds an owner of the application's making, if there is one:
    /// a tenant, an organisation. [`TaskScope::owner`](crate::TaskScope::owner) asks for it.
    fn owner_column() -> Option<Self::Column> {
        None
    }

    /// The name of the tasks table that belongs to this games table. It is part of the name of
    /// the migration: another name means another table, which is made anew.
    fn tasks_table() -> &'static str {
        "tasks"
    }

    /// The PostgreSQL schema that the tasks table stands in, where it is not the
    /// connection's own.
    fn tasks_schema() -> Option<&'static str> {
        None
    }
}
